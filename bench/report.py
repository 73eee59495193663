# SPDX-License-Identifier: MIT
"""What came out of the rounds, as a table, as TSV, as Markdown and as plots."""

import os
import shutil
import statistics
import subprocess

from rows import GROUPS

NOISY = 0.10  # of the spread of a ratio


def spread(numbers):
    """Half of them lie in a band as wide as this part of the median; None: too few to tell."""
    if len(numbers) < 3:
        return None
    low, _, high = statistics.quantiles(numbers, n=4, method="inclusive")
    return (high - low) / statistics.median(numbers)


def ratios_of(row, values, name):
    """Of each pair of ours and its base; of a peer and what the base was in that round."""
    base = values.get(row.base, {})
    ratios = []
    for turn, numbers in values.get(name, {}).items():
        there = base.get(turn, [])
        if len(there) == len(numbers):
            ratios += [value / base for value, base in zip(numbers, there)]
        elif there:
            ratios += [value / statistics.median(there) for value in numbers]
    return ratios


class Cell:
    """One contender in one row; `values` of all rows."""

    def __init__(self, row, values, name):
        self.row = row
        numbers = numbers_of(values[row.label], name)
        self.is_there = bool(numbers)
        if not numbers:
            return
        self.value = statistics.median(numbers)
        self.ratio = None
        ratios = []
        if row.beside:
            there = numbers_of(values.get(row.beside, {}), name)
            self.ratio = self.value / statistics.median(there) if there else None
        elif not row.is_absolute:
            ratios = ratios_of(row, values[row.label], name)
            self.ratio = statistics.median(ratios) if ratios else None
        self.spread = spread(ratios if ratios and name != row.base else numbers)
        self.is_noisy = self.spread is not None and self.spread > NOISY

    def text(self):
        if not self.is_there:
            return "-"
        ratio = f" ({self.ratio:.2f})" if self.ratio and self.ratio != 1 else ""
        return f"{short(self.value)}{ratio}{'~' if self.is_noisy else ''}"


def numbers_of(of_row, name):
    return [value for of_round in of_row.get(name, {}).values() for value in of_round]


def short(value):
    if value < 100:
        return f"{value:.3g}"
    if value < 100000:
        return f"{value:,.0f}"
    return f"{value / 1e3:,.0f}k"


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
    return row.unit or ("bytes" if row.is_absolute else "GB/s" if row.is_rate else "us")


def asked_of(row):
    """What is asked, and beside what, where it is not the limit."""
    if not row.asked:
        return ""
    if row.beside:
        return f"{row.asked:g} of itself"
    return f"{row.asked:g}" if row.base == "raw" or row.is_absolute else f"{row.asked:g} {row.base}"


def table(chosen, values, names):
    """Lines of cells, the head first."""
    yield ["row", "unit", "asked", "reached", "spread", *names]
    for row in chosen:
        cells = {name: Cell(row, values, name) for name in names}
        ours = cells.get(row.subject)
        reached = verdict(row, ours) if ours else ""
        band = f"{ours.spread:.0%}" if ours and ours.is_there and ours.spread is not None else ""
        yield [row.label, unit_of(row), asked_of(row), reached, band,
               *(cells[n].text() for n in names)]


def tables(chosen, values, names):
    """Of each group that has rows: its name, the lines of those who are in it, the rounds."""
    for group in GROUPS:
        of_group = [row for row in chosen if row.group == group and not row.curve]
        there = [name for name in names if any(values[row.label].get(name) for row in of_group)]
        there.sort(key=lambda name: name != "add-on")  # stands first where it is the subject
        if of_group:
            yield group, list(table(of_group, values, there)), rounds_of(of_group, values)


def rounds_of(chosen, values):
    return max((len(turns) for row in chosen for turns in values[row.label].values()), default=0)


def write_tsv(path, chosen, values, names):
    with open(path, "w", encoding="ascii") as file:
        print("row", "contender", "unit", "median", "ratio", "spread", "noisy", sep="\t", file=file)
        for row in chosen:
            for name in names:
                cell = Cell(row, values, name)
                if not cell.is_there:
                    continue
                ratio = f"{cell.ratio:.4f}" if cell.ratio else ""
                print(row.label, name, unit_of(row), f"{cell.value:.4f}", ratio,
                      f"{cell.spread:.4f}" if cell.spread is not None else "",
                      int(cell.is_noisy), sep="\t", file=file)


def markdown(lines, titles):
    head, *body = lines
    body = [[titles[line[0]], *line[1:]] for line in body]
    rule = ["---"] * len(head)
    return "".join(f"| {' | '.join(line)} |\n" for line in [head, rule, *body])


def write(build, chosen, values, names, rounds, minutes):
    """Prints the tables, and writes them; returns them as Markdown with a caption, by group."""
    titles = {row.label: f"{row.title}, {'one CPU' if row.is_pinned else 'any CPU'}"
              for row in chosen}
    pages = {}
    for group, lines, of_group in tables(chosen, values, names):
        print_table(lines)
        pages[group] = f"{machine(build)} Medians of {of_group} rounds.\n\n"
        pages[group] += markdown(lines, titles)
    if pages:
        print(f"Medians of {rounds} rounds ({minutes:.1f} minutes); in brackets the median of the "
              "ratios to the limit (raw)\nof the same round, or to who is named beside what is "
              "asked; of ours, of pairs in it. Spread: half\nof ours lie in a band so wide; ~ is "
              f"noisy, one of more than {NOISY:.0%}.")
    write_tsv(os.path.join(build, "table.tsv"), chosen, values, names)
    with open(os.path.join(build, "table.md"), "w", encoding="ascii") as file:
        file.write("\n".join(pages.values()))
    print(f"Written: {build}/rounds.tsv, table.tsv, table.md\n")
    return pages


def print_table(lines):
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    print()
    for line in lines:
        print("  ".join(word.ljust(width) for word, width in zip(line, widths)).rstrip())
    print()


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


def update_page(path, build, pages):
    """What was measured takes the place of what was told of it before."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    with open(os.path.join(build, "more.txt"), encoding="ascii") as file:
        more = file.read()
    for group, lines in pages.items():
        text = between(text, f"table of {group}", lines)
    if more:
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
        cell = Cell(row, values, name)
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
