# SPDX-License-Identifier: MIT
"""Messages in both directions, at the speed of who reads them."""

import fcntl
import os
import pty
import signal
import subprocess

from driving import (
    child_of, ends_before_cat, expect, has_ended, play, readable, start, state_of, until
)


ECHO = "process.on('message', (message) => process.send(message));"


def start_node(code, *options, **more):
    """A module with that code, and what it prints in the file `printed`."""
    with open("module.js", "w", encoding="ascii") as module:
        module.write(code)
    return start("--stdout", "printed", *options, "module.js", command="fork", **more)


def answers_after_end_of_input():
    process = start_node(ECHO, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    process.stdin.write(b'"x"\n[]')
    process.stdin.close()
    expect(process.stdout.readline(), b'"x"\n')
    expect(process.stdout.readline(), b"[]\n")
    expect(process.poll(), None)  # its child listens, and so it goes on
    process.terminate()
    expect(process.wait(), -signal.SIGTERM)


def does_not_wait_for_stdin():
    ours, theirs = pty.openpty()  # where nobody will type anything
    for stdin in (subprocess.PIPE, theirs):
        process = start_node("process.send(1);", stdin=stdin, stdout=subprocess.PIPE)
        expect(process.stdout.read(), b"1\n")
        expect(process.wait(), 0)
        expect(fcntl.fcntl(theirs, fcntl.F_GETFL) & os.O_NONBLOCK, 0)
    os.close(ours)


def numbered(count):
    return b"".join(b'{"number":%d,"more":"%s"}\n' % (i, b"-" * 80) for i in range(count))


SEND_NUMBERED = """
const count = %d;
for (let number = 0; number < count; number++) process.send({ number, more: '-'.repeat(80) });
"""


def read_slowly(count, before_reading):
    ours, theirs = os.pipe()
    process = start_node(SEND_NUMBERED % count, stdout=theirs, stdin=subprocess.DEVNULL)
    os.close(theirs)
    until(lambda: readable(ours) >= 65536 - 4096, "a full pipe")
    before_reading(process)
    data = b"".join(iter(lambda: os.read(ours, 5000), b""))
    assert data == numbered(count), f"{len(data)} bytes came of {len(numbered(count))}"
    expect(process.wait(), 0)
    os.close(ours)


def slow_reader():
    def child_has_ended(process):
        node = child_of(process.pid)
        until(lambda: has_ended(node), "the end of node")

    read_slowly(3000, child_has_ended)  # with messages that nobody has read yet
    read_slowly(20000, lambda process: None)  # too many to be taken before


def stops_child():
    """One that waits for its messages to leave is held up by a reader that does not read."""
    ours, theirs = os.pipe()
    code = """
const data = 'x'.repeat(1000);
let sent = 0;
const go = () => process.send(data, (error) => { sent++; if (!error) go(); });
go();
setInterval(() => console.log(sent), 20);
"""
    process = start_node(code, stdout=theirs, stdin=subprocess.DEVNULL)
    os.close(theirs)

    def counts():
        with open("printed", encoding="ascii") as printed:
            return printed.read().split()

    until(lambda: os.path.exists("printed") and len(counts()) > 10
          and int(counts()[-1]) > 0 and len(set(counts()[-10:])) == 1, "a standstill")
    assert int(counts()[-1]) < 10000, f"{counts()[-1]} KB were taken without a reader"
    process.terminate()
    data = b"".join(iter(lambda: os.read(ours, 100000), b""))
    expect(len(data) % 1003, 0)  # only whole messages
    expect(process.wait(), -signal.SIGTERM)


def stuck_reader():
    """A signal that comes after the end of its child ends the waiting for a reader."""
    ours, theirs = os.pipe()
    process = start_node(SEND_NUMBERED % 3000, stdout=theirs, stdin=subprocess.DEVNULL)
    os.close(theirs)
    until(lambda: readable(ours) >= 65536 - 4096, "a full pipe")
    node = child_of(process.pid)
    until(lambda: state_of(node) is None, "the end of node")
    expect(process.poll(), None)
    process.terminate()
    expect(process.wait(), 0)
    os.close(ours)


def reader_goes_away():
    code = ECHO + "process.on('disconnect', () => console.log('disconnected'));"
    process = start_node(code, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                         stderr=subprocess.PIPE)
    process.stdin.write(b"1\n")
    process.stdin.flush()
    expect(process.stdout.readline(), b"1\n")
    process.stdout.close()
    process.stdin.write(b"2\n")
    process.stdin.flush()
    expect(process.wait(), 0)
    expect(process.stderr.read(), b"")
    with open("printed", encoding="ascii") as printed:
        expect(printed.read(), "disconnected\n")


def grandchild_holds_channel():
    os.mkfifo("fifo")
    with open("module", "w", encoding="ascii") as module:
        module.write('#!/bin/bash\ncat fifo >&2 & echo $! >&"$NODE_CHANNEL_FD"; exit 5')
    os.chmod("module", 0o755)
    process = start("--silent", "./module", command="fork", stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE)
    ends_before_cat(process, 5)


def passes_signals_on():
    code = """
process.on('SIGUSR2', () => process.send('USR2'));
process.on('SIGTERM', () => process.exit(3));
process.send('ready');
setInterval(() => {}, 1000);
"""
    process = start_node(code, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    expect(process.stdout.readline(), b'"ready"\n')
    process.send_signal(signal.SIGUSR2)
    expect(process.stdout.readline(), b'"USR2"\n')
    process.terminate()
    expect(process.wait(), 3)


play(globals())
