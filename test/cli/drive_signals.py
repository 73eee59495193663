# SPDX-License-Identifier: MIT
"""Signals that child gets, and those of a terminal."""

import os
import pty
import re
import signal
import subprocess
import sys

from driving import CHILD, PASSED_ON, end_cat, expect, plain_signals, play, start, state_of, until


# With the signals blocked and waited for: one that comes just before a pause() would be lost.
TELL_SIGNALS = """
import signal, sys
signals = [getattr(signal, name) for name in sys.argv[1:]]
signal.pthread_sigmask(signal.SIG_BLOCK, signals)
print("ready", flush=True)
while True:
    number = signal.sigwait(signals)
    print(signal.Signals(number).name, flush=True)
    if number == signal.SIGTERM:
        sys.exit(3)
"""


def signals_are_passed_on():
    process = start("--", sys.executable, "-c", TELL_SIGNALS, *PASSED_ON, stdout=subprocess.PIPE)
    expect(process.stdout.readline(), b"ready\n")
    for name in [name for name in PASSED_ON if name != "SIGTERM"] + ["SIGTERM"]:
        process.send_signal(getattr(signal, name))
        expect(process.stdout.readline().decode(), name + "\n")
    expect(process.wait(), 3)


def signals_kill():
    for name in PASSED_ON:
        number = getattr(signal, name)
        process = start("--", "sh", "-c", "echo ready; exec cat",
                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        expect(process.stdout.readline(), b"ready\n")
        process.send_signal(number)
        expect(process.wait(), -number)


def stopped_child():
    process = start("--", "sh", "-c", "echo $$; kill -STOP $$", stdout=subprocess.PIPE)
    pid = int(process.stdout.readline())
    until(lambda: state_of(pid) == "T", "the stop")
    process.send_signal(signal.SIGTERM)
    expect(process.wait(), -signal.SIGTERM)


def ignored_signal():
    process = start("--", "sh", "-c", "echo ready; exec cat",
                    before=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN),
                    stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    expect(process.stdout.readline(), b"ready\n")
    process.send_signal(signal.SIGHUP)
    process.send_signal(signal.SIGTERM)
    expect(process.wait(), -signal.SIGTERM)


COUNT_INTERRUPTS = """
import signal
signals = [signal.SIGINT, signal.SIGUSR1]
signal.pthread_sigmask(signal.SIG_BLOCK, signals)
count = 0
print("ready", flush=True)
while signal.sigwait(signals) == signal.SIGINT:
    count += 1
    print("interrupted", flush=True)
print("count", count, flush=True)
"""


def press_ctrl_c(*options):
    """How often the child gets the SIGINT of one Ctrl-C in its terminal."""
    pid, terminal = pty.fork()
    if pid == 0:
        plain_signals()
        os.execv(CHILD, [CHILD, "spawn", *options, "--", sys.executable, "-c", COUNT_INTERRUPTS])
    with os.fdopen(terminal, "rb", buffering=0) as screen:
        seen = b""

        def read_until(pattern):
            nonlocal seen
            while not (match := re.search(pattern, seen)):
                seen += screen.read(1000)
            return match

        read_until(b"ready")
        os.write(terminal, b"\x03")
        read_until(b"interrupted")
        # What we get is passed on in turn: a SIGINT that was, too, arrives before this one.
        os.kill(pid, signal.SIGUSR1)
        count = read_until(rb"count (\d+)\r")
        _, status = os.waitpid(pid, 0)
    expect(os.waitstatus_to_exitcode(status), 0)
    return int(count[1])


def ctrl_c():
    expect(press_ctrl_c(), 1)


def ctrl_c_detached():
    expect(press_ctrl_c("--detached"), 1)


def ctrl_c_ends_a_loop():
    """A shell goes on with its loop after an exit code, even 130, and not after an interrupt."""
    loop = f'for i in 1 2; do "{CHILD}" spawn -- sh -c "echo ready; exec cat"; done; echo went on'
    pid, terminal = pty.fork()
    if pid == 0:
        plain_signals()
        os.execvp("bash", ["bash", "-c", loop])
    with os.fdopen(terminal, "rb", buffering=0) as screen:
        seen = b""
        while b"ready" not in seen:
            seen += screen.read(1000)
        os.write(terminal, b"\x03")
        try:
            while data := screen.read(1000):
                seen += data
        except OSError:  # EIO: the last one who held the terminal is gone
            pass
    _, status = os.waitpid(pid, 0)
    expect(os.waitstatus_to_exitcode(status), -signal.SIGINT)
    expect(seen.count(b"ready"), 1)
    assert b"went on" not in seen, seen


def signal_of_another():
    """A signal that nobody sent to us ends us by an exit code."""
    process = start("--", "sh", "-c", "echo $$; exec cat", stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE)
    os.kill(int(process.stdout.readline()), signal.SIGTERM)
    expect(process.wait(), 128 + signal.SIGTERM)


def late_signal():
    os.mkfifo("fifo")
    process = start("--", "sh", "-c", "cat fifo & echo $$ $!; exit 5", stdout=subprocess.PIPE)
    shell, grandchild = map(int, process.stdout.readline().split())
    until(lambda: state_of(shell) is None, "the end of the shell")
    expect(process.poll(), None)
    process.send_signal(signal.SIGTERM)
    expect(process.wait(), 5)
    end_cat(grandchild)


def ignored_sigchld():
    process = start("--", "sh", "-c", "exit 3",
                    before=lambda: signal.signal(signal.SIGCHLD, signal.SIG_IGN))
    expect(process.wait(), 3)


def signal_state():
    def before():
        signal.signal(signal.SIGUSR2, signal.SIG_IGN)
        signal.signal(signal.SIGPIPE, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1, signal.SIGTERM])

    process = start("--", "grep", "-E", "^Sig(Blk|Ign)", "/proc/self/status", before=before,
                    stdout=subprocess.PIPE, restore_signals=False)
    text, _ = process.communicate()
    expect(text.split(), [b"SigBlk:", b"0" * 16, b"SigIgn:", b"0" * 16])


play(globals())
