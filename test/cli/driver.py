# SPDX-License-Identifier: MIT
"""driver.py CASE: plays the parts of run.sh that a shell cannot: terminals, slow readers, signals
at a known moment. Each case is a function; it fails by an exception. The command is $child; the
current folder is the test's own."""

import fcntl
import hashlib
import os
import pty
import re
import resource
import signal
import socket
import subprocess
import sys
import termios
import time
import tty

CHILD = os.environ["child"]
BIG = 20 * 1000 * 1000
PASSED_ON = ["SIGHUP", "SIGINT", "SIGQUIT", "SIGTERM", "SIGUSR1", "SIGUSR2"]


# ---- what the cases are written with ------------------------------------------------------


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


# ---- output -------------------------------------------------------------------------------


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


# ---- the timeout --------------------------------------------------------------------------


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
    grandchild = int(process.stdout.readline())
    expect(process.wait(), 124)
    assert not has_ended(grandchild), "it was to outlive the timeout"
    release("fifo")
    until(lambda: has_ended(grandchild), "the end of cat")


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


# ---- signals ------------------------------------------------------------------------------

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
        expect(process.wait(), 128 + number)


def stopped_child():
    process = start("--", "sh", "-c", "echo $$; kill -STOP $$", stdout=subprocess.PIPE)
    pid = int(process.stdout.readline())
    until(lambda: state_of(pid) == "T", "the stop")
    process.send_signal(signal.SIGTERM)
    expect(process.wait(), 128 + signal.SIGTERM)


def ignored_signal():
    process = start("--", "sh", "-c", "echo ready; exec cat",
                    before=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN),
                    stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    expect(process.stdout.readline(), b"ready\n")
    process.send_signal(signal.SIGHUP)
    process.send_signal(signal.SIGTERM)
    expect(process.wait(), 128 + signal.SIGTERM)


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


def late_signal():
    os.mkfifo("fifo")
    process = start("--", "sh", "-c", "cat fifo & echo $$ $!; exit 5", stdout=subprocess.PIPE)
    shell, grandchild = map(int, process.stdout.readline().split())
    until(lambda: state_of(shell) is None, "the end of the shell")
    expect(process.poll(), None)
    process.send_signal(signal.SIGTERM)
    expect(process.wait(), 5)
    release("fifo")
    until(lambda: has_ended(grandchild), "the end of cat")


def ignored_sigchld():
    process = start("--", "sh", "-c", "exit 3",
                    before=lambda: signal.signal(signal.SIGCHLD, signal.SIG_IGN))
    expect(process.wait(), 3)


# ---- exec and exec-file -------------------------------------------------------------------


def holder(fifo, wait):
    """A shell that leaves a `cat FIFO` behind, which holds its output, and the ids of both."""
    os.mkfifo(fifo)
    os.mkfifo("ids")
    process = start(f"echo text; cat {fifo} & echo $$ $! >ids; {wait}", command="exec",
                    stdout=subprocess.PIPE)
    with open("ids", encoding="ascii") as ids:
        shell, grandchild = map(int, ids.readline().split())
    return process, shell, grandchild


def exec_passes_signals_on():
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
        expect(process.wait(), 128 + number)
        process.stdin.close()  # not before: its end would end the cat


def exec_ends_by_signal_with_grandchild():
    process, _, grandchild = holder("fifo", "wait")
    process.send_signal(signal.SIGTERM)
    expect(process.stdout.read(), b"text\n")
    expect(process.wait(), 128 + signal.SIGTERM)
    assert not has_ended(grandchild), "it was to outlive the signal"
    release("fifo")
    until(lambda: has_ended(grandchild), "the end of cat")


def exec_late_signal():
    process, shell, grandchild = holder("fifo", "exit 5")
    until(lambda: state_of(shell) is None, "the end of the shell")
    expect(process.poll(), None)
    process.send_signal(signal.SIGTERM)
    expect(process.stdout.read(), b"text\n")
    expect(process.wait(), 5)
    release("fifo")
    until(lambda: has_ended(grandchild), "the end of cat")


def exec_with_slow_reader():
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


def exec_with_stuck_reader():
    """A signal ends it, also while its own output waits for a reader."""
    make_big()
    ours, theirs = os.pipe()
    process = start("--max-buffer", "unlimited", "--", "cat", "big", command="exec-file",
                    stdout=theirs)
    os.close(theirs)
    until(lambda: readable(ours) >= 65536 - 4096, "a full pipe")
    process.send_signal(signal.SIGTERM)
    expect(process.wait(), -signal.SIGTERM)


def exec_for_reader_that_goes_away():
    make_big()
    ours, theirs = os.pipe()
    process = start("--max-buffer", "unlimited", "--", "cat", "big", command="exec-file",
                    stdout=theirs, stderr=subprocess.PIPE)
    os.close(theirs)
    os.read(ours, 10)
    os.close(ours)
    expect(process.communicate()[1], b"")
    expect(process.returncode, 0)


# ---- fork ---------------------------------------------------------------------------------

ECHO = "process.on('message', (message) => process.send(message));"


def start_node(code, *options, **more):
    """A module with that code, and what it prints in the file `printed`."""
    with open("module.js", "w", encoding="ascii") as module:
        module.write(code)
    return start("--stdout", "printed", *options, "module.js", command="fork", **more)


def fork_answers_after_end_of_input():
    process = start_node(ECHO, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    process.stdin.write(b'"x"\n[]')
    process.stdin.close()
    expect(process.stdout.readline(), b'"x"\n')
    expect(process.stdout.readline(), b"[]\n")
    expect(process.poll(), None)  # its child listens, and so it goes on
    process.terminate()
    expect(process.wait(), 128 + signal.SIGTERM)


def fork_does_not_wait_for_stdin():
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


def fork_slow_reader():
    def child_has_ended(process):
        node = child_of(process.pid)
        until(lambda: has_ended(node), "the end of node")

    read_slowly(3000, child_has_ended)  # with messages that nobody has read yet
    read_slowly(20000, lambda process: None)  # too many to be taken before


def fork_stops_child():
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
    expect(process.wait(), 128 + signal.SIGTERM)


def fork_stuck_reader():
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


def fork_reader_goes_away():
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


def fork_grandchild_holds_channel():
    os.mkfifo("fifo")
    with open("module", "w", encoding="ascii") as module:
        module.write('#!/bin/bash\ncat fifo >&2 & echo $! >&"$NODE_CHANNEL_FD"; exit 5')
    os.chmod("module", 0o755)
    process = start("--silent", "./module", command="fork", stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE)
    grandchild = int(process.stdout.readline())
    expect(process.wait(), 5)
    assert not has_ended(grandchild), "it was to outlive its parent"
    release("fifo")
    until(lambda: has_ended(grandchild), "the end of cat")


def fork_passes_signals_on():
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


def signal_state():
    def before():
        signal.signal(signal.SIGUSR2, signal.SIG_IGN)
        signal.signal(signal.SIGPIPE, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1, signal.SIGTERM])

    process = start("--", "grep", "-E", "^Sig(Blk|Ign)", "/proc/self/status", before=before,
                    stdout=subprocess.PIPE, restore_signals=False)
    text, _ = process.communicate()
    expect(text.split(), [b"SigBlk:", b"0" * 16, b"SigIgn:", b"0" * 16])


globals()[sys.argv[1]]()
