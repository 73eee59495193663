# SPDX-License-Identifier: MIT
"""What came out of the rounds, as a table, as TSV, as Markdown and as plots."""

import os
import shutil
import statistics
import subprocess

NOISY = 0.10  # of the spread of a ratio


def spread(numbers):
    """Half of them lie in a band as wide as this part of the median; None: too few to tell."""
    if len(numbers) < 3:
        return None
    low, _, high = statistics.quantiles(numbers, n=4, method="inclusive")
    return (high - low) / statistics.median(numbers)


def ratios_of(values, name):
    """Of each pair of ours and the limit; of a peer and what the limit was in that round."""
    limit = values.get("raw", {})
    ratios = []
    for turn, numbers in values.get(name, {}).items():
        there = limit.get(turn, [])
        if len(there) == len(numbers):
            ratios += [value / base for value, base in zip(numbers, there)]
        elif there:
            ratios += [value / statistics.median(there) for value in numbers]
    return ratios


class Cell:
    """One contender in one row."""

    def __init__(self, row, values, name):
        numbers = [value for of_round in values.get(name, {}).values() for value in of_round]
        self.is_there = bool(numbers)
        if not numbers:
            return
        self.value = statistics.median(numbers)
        ratios = ratios_of(values, name) if not row.is_absolute else []
        self.ratio = statistics.median(ratios) if ratios else None
        self.spread = spread(ratios if ratios and name != "raw" else numbers)
        self.is_noisy = self.spread is not None and self.spread > NOISY

    def text(self):
        if not self.is_there:
            return "-"
        number = f"{self.value:.3g}" if self.value < 100 else f"{self.value:,.0f}"
        ratio = f" ({self.ratio:.2f})" if self.ratio and self.ratio != 1 else ""
        return f"{number}{ratio}{'~' if self.is_noisy else ''}"


def verdict(row, cell):
    """Whether ours is what was asked of it."""
    if not row.asked or not cell.is_there:
        return ""
    measured = cell.value if row.is_absolute else cell.ratio
    if measured is None:
        return ""
    reached = measured >= row.asked if row.is_rate else measured <= row.asked
    return "yes" if reached else "no"


def unit_of(row):
    return "bytes" if row.is_absolute else "GB/s" if row.is_rate else "us"


def table(chosen, values, names):
    """Lines of cells, the head first."""
    yield ["row", "unit", "asked", "reached", "spread", *names]
    for row in chosen:
        if row.curve:
            continue
        cells = {name: Cell(row, values[row.label], name) for name in names}
        asked = f"{row.asked:g}" if row.asked else ""
        ours = cells.get("ours")
        reached = verdict(row, ours) if ours else ""
        band = f"{ours.spread:.0%}" if ours and ours.is_there and ours.spread is not None else ""
        yield [row.label, unit_of(row), asked, reached, band, *(cells[n].text() for n in names)]


def write_tsv(path, chosen, values, names):
    with open(path, "w", encoding="ascii") as file:
        print("row", "contender", "unit", "median", "ratio", "spread", "noisy", sep="\t", file=file)
        for row in chosen:
            for name in names:
                cell = Cell(row, values[row.label], name)
                if not cell.is_there:
                    continue
                ratio = f"{cell.ratio:.4f}" if cell.ratio else ""
                print(row.label, name, unit_of(row), f"{cell.value:.4f}", ratio,
                      f"{cell.spread:.4f}" if cell.spread is not None else "",
                      int(cell.is_noisy), sep="\t", file=file)


def write_markdown(path, lines, titles):
    head, *body = lines
    with open(path, "w", encoding="ascii") as file:
        print("|", " | ".join(head), "|", file=file)
        print("|", " | ".join("---" for _ in head), "|", file=file)
        for line in body:
            print("|", " | ".join([titles[line[0]], *line[1:]]), "|", file=file)


def write(build, chosen, values, names, rounds, minutes):
    lines = list(table(chosen, values, names))
    print_table(lines, rounds, minutes)
    write_tsv(os.path.join(build, "table.tsv"), chosen, values, names)
    titles = {row.label: f"{row.title}, {'one CPU' if row.is_pinned else 'any CPU'}"
              for row in chosen}
    write_markdown(os.path.join(build, "table.md"), lines, titles)
    print(f"Written: {build}/rounds.tsv, table.tsv, table.md\n")


def print_table(lines, rounds, minutes):
    if len(lines) < 2:
        return  # points of plots only
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    print()
    for line in lines:
        print("  ".join(word.ljust(width) for word, width in zip(line, widths)).rstrip())
    print()
    print(f"Medians of {rounds} rounds ({minutes:.1f} minutes); in brackets the median of the "
          "ratios to the limit (raw)\nof the same round; of ours, of pairs in it. Spread: half of "
          f"ours lie in a band so wide; ~ is noisy, one of more than {NOISY:.0%}.")


def write_more(build, steps, rungs):
    lines = []
    if steps:
        library, others, child = steps
        lines.append(f"Instructions a start and exit: {library:.0f} in the library, {others:.0f} "
                     f"in libc and libuv, {child:.0f} in the child before exec.\n")
    if rungs:
        lines.append("What each promise costs, one CPU:\n" + rungs)
    with open(os.path.join(build, "more.txt"), "w", encoding="ascii") as file:
        file.writelines(lines)
    for line in lines:
        print(line)


# ---- the page of the documentation ----


def said(*command):
    """The first line that a command prints; nothing if it is not there."""
    if not shutil.which(command[0]):
        return ""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip().split("\n")[0]


def machine(build):
    """On what, and against what, it was measured."""
    peers = os.path.join(build, "peers", "node_modules", ".bin")
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        cpus = [line.split(":")[1].strip() for line in file if line.startswith("model name")]
    uname = os.uname()
    versions = {
        "glibc": os.confstr("CS_GNU_LIBC_VERSION").split()[-1],
        "libuv": said("pkg-config", "--modversion", "libuv"),
        "GLib": said("pkg-config", "--modversion", "gio-2.0"),
        "Python": said("python3", "--version").removeprefix("Python "),
        "Node": said("node", "--version").removeprefix("v"),
        "Bun": said(os.path.join(peers, "bun"), "--version"),
        "Deno": said(os.path.join(peers, "deno"), "--version").split(" ")[1:2],
    }
    texts = [f"{name} {''.join(version)}" for name, version in versions.items() if version]
    processor = f"{len(cpus)} x {cpus[0]}" if cpus else uname.machine
    return f"{processor}, Linux {uname.release.split('-')[0]}, {', '.join(texts)}."


def between(text, name, new):
    """Puts `new` between the marks of that name."""
    begin, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
    before, rest = text.split(begin)
    _, after = rest.split(end)
    return before + begin + new + end + after


def update_page(path, build, rounds):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    with open(os.path.join(build, "table.md"), encoding="ascii") as file:
        lines = file.read()
    with open(os.path.join(build, "more.txt"), encoding="ascii") as file:
        more = file.read()
    caption = f"{machine(build)} Medians of {rounds} rounds.\n\n"
    text = between(text, "table", caption + lines)
    text = between(text, "ladder", "```\n" + more.strip() + "\n```\n")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    print(f"Brought up to date: {path}")


# ---- plots ----

AXES = {
    "live": "children that live meanwhile",
    "memory": "MiB touched in the parent",
    "open": "descriptors open in the parent",
}
LABELS = {"raw": "the limit (vfork, execve, wait4)", "ours": "child_process"}
COLOURS = {
    "raw": "#777777", "ours": "#c0182b", "posix_spawn": "#1f77b4", "libuv": "#2ca02c",
    "GLib": "#9467bd", "Python": "#8c6d31", "Node": "#17807e", "Bun": "#e377c2", "Deno": "#ff7f0e",
}

SCRIPT = """set terminal svg size 820,480 font 'sans-serif,13' background '#ffffff'
set output '{output}'
set title 'Start to exit of a tiny child, one CPU'
set xlabel '{axis}'
set ylabel 'microseconds'
set logscale y
set grid ytics lc rgb '#dddddd'
set border 3
set tics nomirror
set key outside right top
plot {lines}
{data}
"""


def points(curve, chosen, values, name):
    for row in chosen:
        if not row.curve or row.curve[0] != curve:
            continue
        cell = Cell(row, values[row.label], name)
        if cell.is_there:
            yield row.curve[1], cell.value


def draw_one(path, curve, chosen, values, names):
    lines, data = [], []
    for name in names:
        there = list(points(curve, chosen, values, name))
        if len(there) < 2:
            continue
        width = 3 if name == "ours" else 1.5
        title = LABELS.get(name, name).replace("_", "\\\\_")
        lines.append(f"'-' with linespoints pt 7 ps 0.5 lw {width} lc rgb '{COLOURS[name]}' "
                     f"title \"{title}\"")
        data.append("\n".join(f"{x} {y}" for x, y in there) + "\ne")
    if not lines:
        return False
    script = SCRIPT.format(output=path, axis=AXES[curve], lines=", ".join(lines),
                           data="\n".join(data))
    subprocess.run(["gnuplot"], input=script, text=True, check=True)
    return True


def draw(folder, chosen, values, names):
    if not any(row.curve for row in chosen):
        return
    if not shutil.which("gnuplot"):
        print("no plots: gnuplot is missing (make bench-peers installs it)")
        return
    os.makedirs(folder, exist_ok=True)
    for curve in AXES:
        path = os.path.join(folder, f"{curve}.svg")
        if draw_one(path, curve, chosen, values, names):
            print(f"Drawn: {path}")
