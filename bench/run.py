# SPDX-License-Identifier: MIT
"""Runs the contenders in interleaved rounds and tells what came out.

    run.py BUILD [--quick] [--rounds N] [--only REGEX] [--docs FOLDER]

In each round every row is measured once by every contender. The order rotates from round to
round, but ours and what it is compared with (the limit, or a peer) stand side by side, a few times,
in turn at being first: what is told is the median of the ratios of such pairs, which had the same
weather. With --docs the tables there are replaced of which rows were measured.
"""

import argparse
import ctypes
import dataclasses
import os
import re
import resource
import shutil
import signal
import statistics
import subprocess
import sys
import time

import report
from rows import CONTENDERS, HERE, Contender, rows

TIMEOUT = 240
PAIRS = 3  # how often such a pair is measured in a round, where it takes no time
DESCRIPTORS = 17000  # 4000 children with three pipes and a pidfd each


def become_subreaper():
    """Children that a contender leaves behind become ours, so that we see them gone."""
    pr_set_child_subreaper = 36
    ctypes.CDLL(None).prctl(pr_set_child_subreaper, 1, 0, 0, 0)


def end_group(group):
    """Ends all that is left of a contender, and waits until the machine is quiet again."""
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        pass
    try:
        while True:
            os.waitpid(-1, 0)
    except ChildProcessError:
        pass


def find_contenders(build):
    """Those that are there, and the names of those that are not."""
    peers = os.path.join(build, "peers", "node_modules", ".bin")
    path = os.pathsep.join([os.path.join(build, "contenders"), peers, os.environ["PATH"]])
    addon = os.path.join(build, "library", "bindings", "node", "child_process.node")
    os.environ["CHILD_PROCESS_NODE_ADDON"] = addon
    there, missing = [], []
    for name, (program, *words), scenarios in CONTENDERS:
        found = shutil.which(program, path=path)
        if not found or (name == "add-on" and not os.path.exists(addon)):
            missing.append(name)
            continue
        words = [os.path.join(HERE, word) if "." in word else word for word in words]
        there.append(Contender(name, (found, *words), frozenset(scenarios)))
    return there, missing


def order_of(row, contenders, turn, pairs):
    """Rotated; the pair of the row side by side, and several times, in turn at being first."""
    pair = [c for c in contenders if c.name in (row.base, row.subject)]
    peers = [c for c in contenders if c not in pair]
    sides = []
    for i in range(pairs):
        sides += pair if (turn + i) % 2 == 0 else pair[::-1]
    if not peers:
        return sides
    at = turn % len(peers)
    peers = peers[at:] + peers[:at]
    middle = turn * 3 % (len(peers) + 1)
    return peers[:middle] + sides + peers[middle:]


class Failure(Exception):
    pass


def told(text):
    """The line that tells what went wrong: of a script it is not the last one."""
    lines = text.strip().splitlines() or ["it said nothing"]
    return next((line for line in lines if "Error" in line), lines[-1])


def measure(contender, row, build, cpu):
    """One process: its value, or a Failure."""
    extras = row.extras
    if contender.name == "raw" and row.limit_extras is not None:
        extras = row.limit_extras
    command = [*contender.command, row.scenario, str(row.amount), os.path.join(build, "children"),
               *extras]
    if row.is_pinned:
        command = ["taskset", "-c", str(cpu), *command]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True, start_new_session=True)
    try:
        out, err = process.communicate(timeout=TIMEOUT)
    except subprocess.TimeoutExpired:
        out, err = "", f"not done after {TIMEOUT} s"
    finally:
        end_group(process.pid)
    words = out.split()
    if process.returncode != 0 or len(words) != 4:
        raise Failure(told(err or out))
    unit, median, mean, count = words
    return unit, float(median), float(mean), int(count)


def progress(row, turn, rounds, values):
    base = statistics.median(values[row.base]) if row.base in values else None
    parts = []
    for name, numbers in values.items():
        value = statistics.median(numbers)
        ratio = f" ({value / base:.2f})" if base and name != row.base else ""
        parts.append(f"{name} {value:.4g}{ratio}")
    print(f"[{turn + 1}/{rounds}] {row.label}: {', '.join(parts)}", flush=True)


def run_row(row, fits, turn, build, cpu, tsv):
    """One round of one row: lists of values by contender, and how many measurements failed."""
    values, failures = {}, 0
    pairs = 1 if row.is_heavy or row.is_absolute else row.pairs or PAIRS
    for contender in order_of(row, fits, turn, pairs):
        try:
            unit, median, mean, count = measure(contender, row, build, cpu)
        except Failure as failure:
            print(f"FAILED: {row.label} by {contender.name}: {failure}", flush=True)
            failures += 1
            continue
        values.setdefault(contender.name, []).append(median)
        print(turn + 1, row.label, contender.name, unit, median, mean, count, sep="\t", file=tsv,
              flush=True)
    return values, failures


def run(chosen, contenders, rounds, build, cpu, tsv, values):
    """Fills values by row and contender, a list for each round. How many measurements failed."""
    failures = 0
    for turn in range(rounds):
        for row in chosen:
            if row.rounds and turn >= row.rounds:
                continue
            fits = [c for c in contenders if row.is_for(c)]
            if row.is_heavy and turn > 0:
                fits = [c for c in fits if c.name in (row.base, row.subject)]
            of_row, failed = run_row(row, fits, turn, build, cpu, tsv)
            failures += failed
            for name, numbers in of_row.items():
                values[row.label].setdefault(name, {})[turn] = numbers
            progress(row, turn, rounds, of_row)
    return failures


def available_mib():
    with open("/proc/meminfo", encoding="ascii") as file:
        for line in file:
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) >> 10
    return 0


def possible(all_rows, names):
    """Leaves out what this machine has no room or no Node for, and says so."""
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    memory = available_mib()
    for row in all_rows:
        asked = dict(word.split("=", 1) for word in row.extras)
        live = int(asked.get("live", 0))
        if "peer" in asked and "Node" not in names:
            print(f"left out: {row.label}: it wants Node")
        elif int(asked.get("memory", 0)) * 5 // 4 > memory:
            print(f"left out: {row.label}: it wants more memory than is free")
        elif limit < DESCRIPTORS and (live > 1000 or int(asked.get("open", 0)) > limit - 100):
            print(f"left out: {row.label}: it wants more than {limit} open descriptors")
        else:
            yield row


def instructions(build):
    """Counted one by one: (in the library, elsewhere, in the child up to exec) a start and exit."""
    count = 20
    contenders = os.path.join(build, "contenders")
    command = [os.path.join(contenders, "steps"), "libchild_process",
               os.path.join(contenders, "ours"), "steps", str(count),
               os.path.join(build, "children")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=TIMEOUT)
    if done.returncode != 0:
        print(f"FAILED: steps: {done.stderr.strip()}")
        return None
    return [int(word) / count for word in done.stdout.split()]


def ladder(build, cpu, rounds):
    """What each promise costs, as its lines; None if it failed."""
    command = ["taskset", "-c", str(cpu), os.path.join(build, "contenders", "ladder"),
               os.path.join(build, "children", "exit"), str(rounds)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=TIMEOUT)
    if done.returncode != 0:
        print(f"FAILED: ladder: {done.stderr.strip()}")
        return None
    return done.stdout


def read_arguments():
    parser = argparse.ArgumentParser(description="the bench")
    parser.add_argument("build")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--only", default="")
    parser.add_argument("--docs", help="the folder of performance.md and plots/, to be updated")
    return parser.parse_args()


def end_early(build, chosen, values, names, begin):
    """Tells what was measured until somebody had enough."""
    chosen = [row for row in chosen if values[row.label]]
    rounds = max((len(of) for v in values.values() for of in v.values()), default=0)
    report.write(build, chosen, values, names, rounds, (time.monotonic() - begin) / 60)
    return 130


def main():
    asked = read_arguments()
    build = os.path.abspath(asked.build)
    rounds = asked.rounds or (3 if asked.quick else 5)
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    become_subreaper()
    # Whoever ends us by a signal wants no child left behind either.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    contenders, missing = find_contenders(build)
    names = list(dict.fromkeys(c.name for c in contenders))
    print("contenders:", ", ".join(names))
    if missing:
        print("missing (make bench-peers installs what it can):", ", ".join(dict.fromkeys(missing)))
    chosen = [row for row in rows(asked.quick) if re.search(asked.only, row.label)]
    chosen = list(possible(chosen, names))
    if asked.rounds:
        chosen = [dataclasses.replace(row, rounds=0) for row in chosen]
    wants_steps = re.search(asked.only, "instructions")
    wants_ladder = re.search(asked.only, "ladder")
    if not chosen and not wants_steps and not wants_ladder:
        print(f"no row matches {asked.only!r}")
        return 2
    cpu = max(os.sched_getaffinity(0))
    begin = time.monotonic()
    with open(os.path.join(build, "rounds.tsv"), "w", encoding="ascii") as tsv:
        print("round", "row", "contender", "unit", "median", "mean", "count", sep="\t", file=tsv)
        values = {row.label: {} for row in chosen}
        try:
            failures = run(chosen, contenders, rounds, build, cpu, tsv, values)
        except KeyboardInterrupt:
            print("\ninterrupted: this is what there is")
            return end_early(build, chosen, values, names, begin)
    steps = instructions(build) if wants_steps else None
    rungs = ladder(build, cpu, min(200, 20 * rounds)) if wants_ladder else None
    minutes = (time.monotonic() - begin) / 60
    pages = report.write(build, chosen, values, names, rounds, minutes)
    report.write_more(build, steps, rungs)
    report.draw(os.path.join(asked.docs or build, "plots"), chosen, values, names)
    if asked.docs:
        report.update_page(os.path.join(asked.docs, "performance.md"), build, pages)
    has_failed = failures or (wants_steps and not steps) or (wants_ladder and not rungs)
    return 1 if has_failed else 0


if __name__ == "__main__":
    sys.exit(main())
