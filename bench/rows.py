# SPDX-License-Identifier: MIT
"""What is measured: the rows of the table, and the contenders."""

import os
from dataclasses import dataclass

HERE = os.path.dirname(os.path.abspath(__file__))


@dataclass(frozen=True)
class Row:
    """One scenario of common.h with what is prepared before it, in one placement."""

    name: str
    title: str
    scenario: str
    amount: int
    extras: tuple = ()
    asked: float = 0  # of ours, as the ratio to the limit; 0: nothing
    is_pinned: bool = True
    limit_extras: tuple = None  # of the limit, where they are not those of all
    curve: tuple = None  # (name of the plot, x)
    is_rate: bool = False  # more is better
    is_absolute: bool = False  # no limit: what is asked is the value itself
    is_heavy: bool = False  # seconds for some: the peers are measured in the first round only
    group: str = "starts"  # the table that it stands in
    unit: str = ""  # where it is not what the above makes it
    subject: str = "ours"  # whose figure is what is asked for
    base: str = "raw"  # the contender that ratios are taken to
    beside: str = ""  # a row: ratios are taken to what the contender itself has there
    only: tuple = ()  # contenders; empty: all that have the scenario, but for the add-on
    pairs: int = 0  # how often subject and base are measured in a round; 0: as all
    rounds: int = 0  # in how many rounds it is measured at most; 0: in all

    def is_for(self, contender):
        if self.scenario not in contender.scenarios:
            return False
        return contender.name in self.only if self.only else contender.name != "add-on"

    @property
    def label(self):
        return f"{self.name}/{'pinned' if self.is_pinned else 'free'}"


@dataclass(frozen=True)
class Contender:
    name: str
    command: tuple
    scenarios: frozenset


STARTS = {"exit", "line", "crowd", "sync"}
FULL = STARTS | {"pipes", "exec", "stream", "collect", "heap"}
MESSAGES = {"ping", "send"}
VALUES = {"json", "encode", "decode"}
ADDON_STARTS = {"exit", "call", "line", "collects"}
REGISTER = "../bindings/node/register.js"

# Name, what is run (a program of build/contenders, or a word and files of this folder), scenarios.
# A contender of several programs stands here once for each.
CONTENDERS = (
    ("raw", ("raw",), FULL - {"heap"} | {"socket"}),
    ("ours", ("ours",), FULL | {"socket"}),
    ("posix_spawn", ("posix_spawn",), STARTS),
    ("libuv", ("uv",), FULL - {"sync", "exec", "stream", "collect"} | {"socket"}),
    ("GLib", ("glib",), FULL),
    ("Python", ("python3", "python.py"), FULL),
    ("Node", ("node", "runtime.mjs"), FULL),
    ("Bun", ("bun", "runtime.mjs"), FULL),
    ("Deno", ("deno", "run", "-A", "runtime.mjs"), FULL),
    ("raw", ("raw_messages",), MESSAGES),
    ("ours", ("ours_messages",), MESSAGES | {"receive", "pass"}),
    ("Node", ("node", "messages.mjs"), MESSAGES | {"receive", "pass"}),
    ("Bun", ("bun", "messages.mjs"), MESSAGES),
    ("ours", ("values",), VALUES),
    ("Node", ("node", "values.mjs"), VALUES),
    ("add-on", ("node", "--require", REGISTER, "runtime.mjs"), ADDON_STARTS),
    ("Node", ("node", "runtime.mjs"), ADDON_STARTS - FULL),
    ("Bun", ("bun", "runtime.mjs"), ADDON_STARTS - FULL),
    ("add-on", ("node", "--require", REGISTER, "messages.mjs"), MESSAGES | {"receive"}),
)

# The tables of the page, in its order.
GROUPS = ("starts", "messages", "add-on")


def rows(quick):
    """All rows, in the order of the table."""
    ms, live, crowd = (100, 1000, 1000) if quick else (300, 4000, 4000)
    memory, flood, kept = (1024, 256, 64) if quick else (4096, 2048, 256)

    def both(name, title, scenario, amount, asked=0, free=None, **more):
        yield Row(name, title, scenario, amount, asked=asked, **more)
        yield Row(name, title, scenario, amount, asked=free or asked, is_pinned=False, **more)

    def start(name, title, scenario="exit", **more):
        return both(name, title, scenario, ms, **more)

    yield from start("exit", "start to exit, stdio ignored", asked=1.20, free=1.30)
    yield from start("pipes", "start to exit, three pipes", "pipes")
    yield from start("line", "one line captured through a pipe", "line", asked=1.20)
    yield from start("memory", f"{memory} MiB touched in the parent", asked=1.10,
                     extras=(f"memory={memory}",), is_heavy=True)
    yield from start("live", f"while {live} others live", asked=1.20, extras=(f"live={live}",),
                     is_heavy=True)
    # The limit beside as many that have no pipes: a vfork pays for each descriptor, so that with
    # them it would be no limit (see `open`).
    yield from start("live-pipes", f"three pipes, while {live} others live with three each",
                     "pipes", asked=1.40, extras=(f"live={live}", "pipes=1"),
                     limit_extras=(f"live={live}",), is_heavy=True)
    yield from start("open", "10000 descriptors open in the parent", asked=0.35,
                     extras=("open=10000",))
    yield from both("crowd", f"start {crowd}, then reap all", "crowd", crowd, asked=1.20)
    yield from start("sync", "start to exit by a call that blocks", "sync", asked=1.15)
    yield from start("exec", "run, and collect one line", "exec", asked=1.30)
    yield from both("stream", f"{flood} MiB through a pipe", "stream", flood, asked=0.95,
                    is_rate=True)
    yield from both("socket", f"{flood} MiB through a socket pair", "socket", flood, asked=0.95,
                    is_rate=True)
    yield from both("collect", f"{kept} MiB collected", "collect", kept, asked=0.95, is_rate=True)
    yield Row("heap", "memory per live child with three pipes", "heap", 1000, asked=4096,
              is_absolute=True)
    yield from messages(quick)
    yield from addon(quick)
    if not quick:
        yield from curves(ms)


def often(quick):
    """The rows are many, and each has its base beside it."""
    return {"pairs": 1 if quick else 2, "rounds": 3}


def messages(quick):
    """Channels, and what goes over them."""
    ms = 60 if quick else 150
    peers = ("raw", "ours", "Node", "Bun")
    node_child = f"peer={os.path.join(HERE, 'messages.mjs')}"

    def row(name, title, scenario, size, asked, *words, **more):
        more = {"is_rate": True, "unit": "/s", "group": "messages", "only": peers, **often(quick),
                **more}
        return Row(name, title, scenario, ms, (f"size={size}", *words), asked, **more)

    def both(*arguments, **more):
        yield row(*arguments, **more)
        yield row(*arguments, is_pinned=False, **more)

    beside_bun = {"base": "Bun"}
    beside_node = {"base": "Node", "only": ("ours", "Node")}
    yield row("ping", "50 bytes and their answer", "ping", 50, 0.85)
    yield from both("send-50", "50 bytes, one way", "send", 50, 4)
    yield from both("send-10k", "10 KB, a string, one way", "send", 10000, 1.5, **beside_bun)
    yield from both("send-1m", "1 MB, a string, one way", "send", 1000000, 1.5, **beside_bun)
    yield row("send-10k-members", "10 KB, an object of 500 members, one way", "send", 10000, 1,
              "object=1", **beside_bun)
    yield row("send-1m-members", "1 MB, an object of 50000 members, one way", "send", 1000000, 1,
              "object=1", **beside_bun)
    yield row("node-ping", "50 bytes and their answer, the child is Node", "ping", 50, 1.33,
              node_child, **beside_node)
    yield from both("node-send", "50 bytes, one way, to Node", "send", 50, 1.33, node_child,
                    **beside_node)
    yield from both("node-receive", "50 bytes, one way, from Node", "receive", 50, 1.33,
                    node_child, **beside_node)
    for name, size in (("10k", 10000), ("1m", 1000000)):
        yield row(f"send-{name}-buffer", f"{name[:-1]} {'KB' if size < 1e6 else 'MB'}, a Buffer, "
                  "advanced, one way", "send", size, 1.5, "advanced=1", **beside_bun)
    yield row("pass", "50 bytes with a listening socket, and their answer", "pass", 50, 1,
              **beside_node)
    yield row("json", "43 bytes of JSON to values and back", "json", 43, 3, **beside_node)
    for name, what, size, asked, *words in (
        ("small", "43 bytes", 43, 5),
        ("members", "an object of 500 members", 10000, 2, "object=1"),
        ("string", "a string of 100 KB", 100000, 0.9),
        ("buffer", "an ArrayBuffer of 100 KB", 100000, 0.9, "buffer=1"),
        # V8 shows the bytes that it was handed, and copies none.
        ("node-buffer", "a Buffer of 100 KB", 100000, 0, "advanced=1"),
    ):
        yield row(f"encode-{name}", f"structured clone made of {what}", "encode", size, asked,
                  *words, **beside_node)
        yield row(f"decode-{name}", f"structured clone read of {what}", "decode", size, asked,
                  *words, **beside_node)


def addon(quick):
    """The add-on and Node's own module, in the same node."""
    ms, message_ms, live, memory = (100, 60, 1000, 1024) if quick else (300, 150, 4000, 4096)

    def row(name, title, scenario, amount, asked, *words, **more):
        return Row(f"addon-{name}", title, scenario, amount, words, asked, group="add-on",
                   subject="add-on", base="Node", only=("add-on", "Node", "Bun"),
                   **often(quick), **more)

    def message(name, title, scenario, asked, *words):
        return row(name, title, scenario, message_ms, asked, *words, is_rate=True, unit="/s")

    yield row("exit", "start to exit, stdio ignored", "exit", ms, 0.33)
    yield row("call", "inside the call to spawn()", "call", ms, 0.25)
    yield row("line", "one line captured through a pipe", "line", ms, 0)
    yield row("memory", f"start to exit, {memory} MiB touched in the parent", "exit", ms, 1.5,
              f"memory={memory}", is_heavy=True, beside="addon-exit/pinned")
    yield row("live", f"start to exit, while {live} others live", "exit", ms, 1.1, f"live={live}",
              is_heavy=True, beside="addon-exit/pinned")
    yield row("exec", "16 MiB of output, by execFile()", "collects", ms, 1, is_rate=True)
    for key, words in (("", ("size=50",)), ("-advanced", ("size=50", "advanced=1"))):
        kind = key.replace("-", ", ")
        yield message(f"ping{key}", f"50 bytes and their answer{kind}", "ping", 1, *words)
        yield message(f"send{key}", f"50 bytes, one way, to the child{kind}", "send", 1, *words)
        yield message(f"receive{key}", f"50 bytes, one way, from the child{kind}", "receive", 1,
                      *words)


def curves(ms):
    """What the plots are drawn from."""
    for name, key, places in (
        ("live", "live", (0, 500, 1000, 2000, 4000)),
        ("memory", "memory", (0, 256, 1024, 2048, 4096)),
        ("open", "open", (0, 1000, 2500, 5000, 10000)),
    ):
        for x in places:
            yield Row(f"plot-{name}-{x}", f"{key}={x}", "exit", ms // 2,
                      extras=(f"{key}={x}",) if x else (), curve=(name, x), is_heavy=True)
