# SPDX-License-Identifier: MIT
"""What is measured: the rows of the table, and the contenders."""

from dataclasses import dataclass


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
    is_heavy: bool = False  # seconds for some: the peers are measured in the first two rounds only

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

# Name, what is run (a program of build/contenders, or a word and a file of this folder), scenarios.
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
)


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
    if not quick:
        yield from curves(ms)


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
