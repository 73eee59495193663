# SPDX-License-Identifier: MIT
"""The output that child carries on, and the end of that by a timeout."""

import fcntl
import os
import pty
import signal
import socket
import subprocess
import sys
import tty

from driving import (
    BIG, child_of, ends_before_cat, expect, has_ended, make_big, play, read_all, readable, start,
    until
)


def slow_reader():
    digest = make_big()
    ours, theirs = os.pipe()
    process = start("--", "cat", "big", stdout=theirs)
    os.close(theirs)
    # Nobody reads: everything comes to a standstill, with most of the file not read yet.
    until(lambda: readable(ours) > 0, "output")
    cat = child_of(process.pid)
    positions = []

    def stands_still():
        with open(f"/proc/{cat}/fdinfo/3", encoding="ascii") as info:
            positions.append(int(info.readline().split()[1]))
        return len(positions) > 20 and len(set(positions[-20:])) == 1

    until(stands_still, "a standstill")
    assert positions[-1] < BIG / 4, f"{positions[-1]} bytes were taken without a reader"
    sizes = iter([1] * 100 + [4095] * 100 + [100] * 1000)
    expect(read_all(lambda: os.read(ours, next(sizes, 100000))), digest)
    expect(process.wait(), 0)


def non_blocking_pipe():
    digest = make_big()
    ours, theirs = os.pipe()
    os.set_blocking(theirs, False)
    process = start("--", "cat", "big", stdout=theirs)
    os.close(theirs)
    until(lambda: readable(ours) >= 4096, "output")
    expect(read_all(lambda: os.read(ours, 3000)), digest)
    expect(process.wait(), 0)


def socket_reader():
    digest = make_big()
    ours, theirs = socket.socketpair()
    process = start("--", "cat", "big", stdout=theirs)
    theirs.close()
    expect(read_all(lambda: ours.recv(50000)), digest)
    expect(process.wait(), 0)


def terminal_reader():
    digest = make_big()
    ours, theirs = pty.openpty()
    tty.setraw(theirs)
    process = start("--", "cat", "big", stdout=theirs)
    os.close(theirs)

    def read():
        try:
            return os.read(ours, 7000)
        except OSError:  # EIO: the last one who held the terminal is gone
            return b""

    expect(read_all(read), digest)
    expect(process.wait(), 0)


def flags_of_stdout():
    ours, theirs = os.pipe()
    process = start("--", "yes", stdout=theirs)
    until(lambda: readable(ours) >= 65536 - 4096, "a full pipe")
    expect(fcntl.fcntl(theirs, fcntl.F_GETFL) & os.O_NONBLOCK, 0)
    os.close(theirs)
    os.close(ours)  # the reader goes away while output waits for it
    expect(process.wait(), 128 + signal.SIGPIPE)


def output_is_not_held_back():
    process = start("--", "sh", "-c", "echo one; read line; echo $line",
                    stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    expect(process.stdout.readline(), b"one\n")
    process.stdin.write(b"two\n")
    process.stdin.flush()
    expect(process.stdout.readline(), b"two\n")
    expect(process.wait(), 0)


def timeout_is_caught():
    code = ("import signal, sys\n"
            "signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))\n"
            "signal.pause()")
    process = start("--timeout", "2", "--json=json", "--", sys.executable, "-c", code)
    expect(process.wait(), 124)
    with open("json", encoding="utf-8") as json:
        text = json.read()
    assert '"code":0,"signal":null,"timed_out":true' in text, text


def timeout_with_grandchild():
    os.mkfifo("fifo")
    process = start("--timeout", "0.5", "--", "sh", "-c", "cat fifo & echo $!; wait",
                    stdout=subprocess.PIPE)
    ends_before_cat(process, 124)


def timeout_with_stuck_reader():
    ours, theirs = os.pipe()
    os.write(theirs, b"-" * 4096)  # so that what is written does not fill the pipe evenly
    process = start("--timeout", "2", "--", "yes", stdout=theirs)
    os.close(theirs)
    until(lambda: readable(ours) > 4096, "output")
    yes = child_of(process.pid)
    until(lambda: has_ended(yes), "the end of yes")
    expect(process.poll(), None)  # what was written is still to be read
    read_all(lambda: os.read(ours, 100000))
    expect(process.wait(), 124)


play(globals())
