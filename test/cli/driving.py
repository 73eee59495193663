# SPDX-License-Identifier: MIT
"""What the drive_*.py are written with. Each plays the parts of its subject that a shell cannot:
terminals, slow readers, signals at a known moment. A case is a function, named on the command
line; it fails by an exception. The command is $child; the current folder is the test's own."""

import fcntl
import hashlib
import os
import resource
import signal
import subprocess
import sys
import termios
import time

CHILD = os.environ["child"]
BIG = 20 * 1000 * 1000
PASSED_ON = ["SIGHUP", "SIGINT", "SIGQUIT", "SIGTERM", "SIGUSR1", "SIGUSR2"]


def play(cases):
    cases[sys.argv[1]]()


def plain_signals():
    """Default dispositions whatever we were started with, and no core files."""
    for name in PASSED_ON:
        signal.signal(getattr(signal, name), signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def start(*arguments, command="spawn", before=None, **options):
    def prepare():
        plain_signals()
        if before:
            before()

    return subprocess.Popen([CHILD, command, *arguments], preexec_fn=prepare, **options)


def expect(value, wanted):
    assert value == wanted, f"{value!r} is not {wanted!r}"


def until(condition, what):
    """Waits for an event that tells nobody: a state of another process."""
    for _ in range(3000):
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError(f"never came: {what}")


def state_of(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return None


def has_ended(pid):
    return state_of(pid) in (None, "Z")


def child_of(pid):
    """Its only child. To be asked when that one has shown itself: there may be others before."""
    found = []

    def look():
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as children:
            found[:] = children.read().split()
        return found

    until(look, f"a child of {pid}")
    return int(found[0])


def readable(fd):
    value = bytearray(4)
    fcntl.ioctl(fd, termios.FIONREAD, value)
    return int.from_bytes(value, sys.byteorder)


def make_big():
    """A file of BIG bytes in which no two places look alike, and its digest."""
    data = b"".join(b"%09d\n" % i for i in range(BIG // 10))
    with open("big", "wb") as file:
        file.write(data)
    return hashlib.sha256(data).hexdigest()


def read_all(read):
    digest = hashlib.sha256()
    while data := read():
        digest.update(data)
    return digest.hexdigest()


def release(fifo):
    """Lets a `cat FIFO` go."""
    with open(fifo, "wb"):
        pass


def end_cat(cat):
    """Of `cat fifo`."""
    release("fifo")
    until(lambda: has_ended(cat), "the end of cat")


def ends_before_cat(process, code):
    """The command ends so, while the `cat fifo` lives on whose id is its first line."""
    cat = int(process.stdout.readline())
    expect(process.wait(), code)
    assert not has_ended(cat), "it was to outlive the command"
    end_cat(cat)
