# SPDX-License-Identifier: MIT
"""What is collected: signals, and readers of what is written at the end."""

import os
import signal
import subprocess

from driving import (
    PASSED_ON, end_cat, expect, has_ended, make_big, play, read_all, readable, start, state_of,
    until
)


def holder(fifo, wait):
    """A shell that leaves a `cat FIFO` behind, which holds its output, and the ids of both."""
    os.mkfifo(fifo)
    os.mkfifo("ids")
    process = start(f"echo text; cat {fifo} & echo $$ $! >ids; {wait}", command="exec",
                    stdout=subprocess.PIPE)
    with open("ids", encoding="ascii") as ids:
        shell, grandchild = map(int, ids.readline().split())
    return process, shell, grandchild


def passes_signals_on():
    for name in PASSED_ON:
        number = getattr(signal, name)
        os.mkfifo(name)
        process = start("--", "sh", "-c", f"echo out; echo err >&2; echo >{name}; exec cat",
                        command="exec-file", stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                        stderr=subprocess.PIPE)
        with open(name, encoding="ascii") as ready:
            expect(ready.readline(), "\n")
        process.send_signal(number)
        expect((process.stdout.read(), process.stderr.read()), (b"out\n", b"err\n"))
        expect(process.wait(), -number)
        process.stdin.close()  # not before: its end would end the cat


def ends_by_signal_with_grandchild():
    process, _, grandchild = holder("fifo", "wait")
    process.send_signal(signal.SIGTERM)
    expect(process.stdout.read(), b"text\n")
    expect(process.wait(), -signal.SIGTERM)
    assert not has_ended(grandchild), "it was to outlive the signal"
    end_cat(grandchild)


def late_signal():
    process, shell, grandchild = holder("fifo", "exit 5")
    until(lambda: state_of(shell) is None, "the end of the shell")
    expect(process.poll(), None)
    process.send_signal(signal.SIGTERM)
    expect(process.stdout.read(), b"text\n")
    expect(process.wait(), 5)
    end_cat(grandchild)


def with_slow_reader():
    digest = make_big()
    for blocking in (True, False):
        ours, theirs = os.pipe()
        os.set_blocking(theirs, blocking)
        process = start("--max-buffer", "unlimited", "--", "cat", "big", command="exec-file",
                        stdout=theirs)
        os.close(theirs)
        until(lambda: readable(ours) >= 4096, "output")
        expect(read_all(lambda: os.read(ours, 30000)), digest)
        expect(process.wait(), 0)


def with_stuck_reader():
    """A signal ends it, also while its own output waits for a reader."""
    make_big()
    ours, theirs = os.pipe()
    process = start("--max-buffer", "unlimited", "--", "cat", "big", command="exec-file",
                    stdout=theirs)
    os.close(theirs)
    until(lambda: readable(ours) >= 65536 - 4096, "a full pipe")
    process.send_signal(signal.SIGTERM)
    expect(process.wait(), -signal.SIGTERM)


def for_reader_that_goes_away():
    make_big()
    ours, theirs = os.pipe()
    process = start("--max-buffer", "unlimited", "--", "cat", "big", command="exec-file",
                    stdout=theirs, stderr=subprocess.PIPE)
    os.close(theirs)
    os.read(ours, 10)
    os.close(ours)
    expect(process.communicate()[1], b"")
    expect(process.returncode, 0)


play(globals())
