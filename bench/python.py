# SPDX-License-Identifier: MIT
"""Python's subprocess. The command line and the line that is printed are told in common.h."""

import os
import resource
import subprocess
import sys
import time
from subprocess import DEVNULL, PIPE

EXIT_CODE = 7
LINE = b"one line from the child\n"
FEWEST = 5

scenario, amount, children = sys.argv[1], int(sys.argv[2]), sys.argv[3]
asked = dict(word.split("=") for word in sys.argv[4:])
paths = {name: os.path.join(children, name) for name in ("exit", "line", "wait", "flood")}
kept = []


def check(child, expected=EXIT_CODE):
    if child.returncode != expected:
        sys.exit(f"the child ended with {child.returncode}")


def leave(unit, median, mean, count):
    print(f"{unit} {median:.4f} {mean:.4f} {count}", flush=True)
    os._exit(0)


def repeat(one):
    """Warms up for a third of the time, then measures each."""
    budget = amount * 1_000_000
    now = time.perf_counter_ns()
    warm_until, warm = now + budget // 3, 0
    while warm < FEWEST or now < warm_until:
        one()
        warm += 1
        now = time.perf_counter_ns()
    begin, end, spans = now, now + budget, []
    while len(spans) < FEWEST or now < end:
        one()
        then, now = now, time.perf_counter_ns()
        spans.append(now - then)
    spans.sort()
    leave("us", spans[len(spans) // 2] / 1e3, (now - begin) / len(spans) / 1e3, len(spans))


def leave_bytes(begin, length):
    seconds = (time.perf_counter_ns() - begin) / 1e9
    if length != amount << 20:
        sys.exit(f"{length} bytes came")
    rate = length / 1e9 / seconds
    leave("GB/s", rate, rate, length)


def start_exit():
    return subprocess.Popen([paths["exit"]], stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL)


def one_exit():
    child = start_exit()
    child.wait()
    check(child)


def one_pipes():
    child = subprocess.Popen([paths["exit"]], stdin=PIPE, stdout=PIPE, stderr=PIPE)
    if child.communicate() != (b"", b""):
        sys.exit("it wrote something")
    check(child)


def one_line():
    child = subprocess.Popen([paths["line"]], stdin=DEVNULL, stdout=PIPE, stderr=DEVNULL)
    if child.stdout.read() != LINE:
        sys.exit("not the line")
    child.wait()
    child.stdout.close()
    check(child, 0)


def one_exec():
    done = subprocess.run([paths["line"]], stdin=PIPE, stdout=PIPE, stderr=PIPE)
    if done.stdout != LINE:
        sys.exit("not the line")
    check(done, 0)


def live(pipes):
    how = PIPE if pipes else DEVNULL
    kept.append(subprocess.Popen([paths["wait"]], stdin=how, stdout=how, stderr=how))


def crowd():
    begin = time.perf_counter_ns()
    all_of_them = [start_exit() for _ in range(amount)]
    for child in all_of_them:
        child.wait()
        check(child)
    mean = (time.perf_counter_ns() - begin) / amount / 1e3
    leave("us", mean, mean, amount)


def start_flood():
    command = [paths["flood"], str(amount)]
    return subprocess.Popen(command, stdin=DEVNULL, stdout=PIPE, stderr=DEVNULL, bufsize=0)


def stream():
    begin, length = time.perf_counter_ns(), 0
    child = start_flood()
    buffer = memoryview(bytearray(65536))
    while count := child.stdout.readinto(buffer):
        length += count
    child.wait()
    check(child, 0)
    leave_bytes(begin, length)


def collect():
    begin = time.perf_counter_ns()
    child = start_flood()
    out, _ = child.communicate()
    check(child, 0)
    leave_bytes(begin, len(out))


def resident():
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


def heap():
    live(True)
    before = resident()
    for _ in range(amount):
        live(True)
    size = (resident() - before) / amount
    leave("bytes", size, size, amount)


touched = bytearray()
if int(asked.get("memory", 0)):
    touched = bytearray(int(asked["memory"]) << 20)  # zeroed by the kernel, page by page
    for at in range(0, len(touched), 4096):
        touched[at] = 1
for _ in range(int(asked.get("open", 0))):
    os.open("/dev/null", os.O_RDONLY)
for _ in range(int(asked.get("live", 0))):
    live(int(asked.get("pipes", 0)))

ones = {"exit": one_exit, "sync": one_exit, "pipes": one_pipes, "line": one_line, "exec": one_exec}
wholes = {"crowd": crowd, "stream": stream, "collect": collect, "heap": heap}
if scenario in ones:
    repeat(ones[scenario])
elif scenario in wholes:
    wholes[scenario]()
else:
    sys.exit(f"no such scenario here: {scenario}")
