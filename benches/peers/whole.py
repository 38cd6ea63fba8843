#!/usr/bin/env python3
"""Times whole commands on files, each group in turns with its base, and prints the table of targets.

    python3 benches/peers/whole.py [--flagflow BIN] [--records N] [--rounds R] [--dir DIR] [--only TEXT]

Prints, for each command, user and system time together and elapsed time (least, median), the ratio of
each to the base (the median of the ratios within a round), the wanted ratio, whether it is met, and the
peak memory. The bases are the first row of each group. A command on one thread is compared by its
processor time, one on two threads (--jobs 2) by its elapsed time.

`flagflow generate` makes the files, except those of uklink: N records for `wc -l`, N / 5 for bad and
uklink files, N / 25 for the others. Each command runs once before the rounds, so its file is in the page
cache if that is large enough; the peak memory is that of this run, as reported by /usr/bin/time (a child
of Python has Python's memory before exec). Needs only Python's standard library and, without --flagflow,
cargo.
"""

import argparse
import os
import random
import re
import statistics
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TIME = Path("/usr/bin/time")
# a file in a command
NAME = re.compile(r"{(\w+)}")
# a line of the fixed layout and its end; where its fields begin
STRIDE, TAG, POINT, FLAG, DAY = 23, 0, 3, 13, 14
# lines that are changed at a time
BLOCK = 1 << 16


@dataclass
class Row:
    """A command with its limit; a word in braces is a file that `Files` makes, or the output."""

    name: str
    command: str
    base: str = ""
    # times the base, or nanoseconds a record if there is none
    limit: float | None = None
    by_elapsed: bool = False
    # times the base by byte of the two inputs
    by_byte: bool = False
    # the most megabytes
    peak: float | None = None
    # the peak memory is that of the base
    same_memory: bool = False
    processor: list = field(default_factory=list)
    elapsed: list = field(default_factory=list)
    megabytes: float | None = None


CHECK = "flagflow check -q --no-config"
ALONE = f"{CHECK} --no-cross-record --jobs 1"
FIXED, UKLINK = f"{ALONE} {{middle}}", f"{ALONE} {{uklink}}"
BOTH, CSV = f"{CHECK} {{small}}", "flagflow convert -q --jobs 1 --to csv -o {out} {small}"


def rows():
    """Every target."""
    wc = "wc -l {big}"
    yield Row("records alone, one thread", f"{ALONE} {{big}}", wc, 2.5)
    yield Row("records alone, two threads", f"{CHECK} --no-cross-record --jobs 2 {{big}}", wc, 1.6, by_elapsed=True)
    yield Row("with cross-record rules", f"{CHECK} --jobs 2 {{big}}", wc, 7, by_elapsed=True, peak=256)
    yield Row("report in HTML", f"{CHECK} --report html={{out}} {{small}}", BOTH, 2)
    yield Row("summary", "flagflow summary -q --no-config {small}", BOTH, 2)
    yield Row("accepted records", f"{CHECK} --accepted-to {{out}} {{small}}", BOTH, 4)
    yield Row("answer", "flagflow answer -q --no-config -o {out} {small}", BOTH, 6)
    yield Row("to uklink", "flagflow convert -q --to uklink -o {out} {small}", BOTH, 6)
    yield Row("to csv", CSV, BOTH, 6)
    yield Row("to jsonl", "flagflow convert -q --jobs 1 --to jsonl -o {out} {small}", limit=150)
    yield Row("from jsonl", "flagflow convert -q --to fixed -o {out} {jsonl}", limit=150)
    yield Row("D0350 to csv, a byte", "flagflow convert -q --jobs 1 --to csv -o {out} {zhv}", CSV, 1, by_byte=True)
    for name in BAD:
        limit = 5 if name == "mixture" else 2.5
        yield Row(f"bad records: {name}", f"{ALONE} {{{name}}}", FIXED, limit, same_memory=True)
    yield Row("uklink, points of 6 to 10 digits", f"{ALONE} {{varying}}", UKLINK, 2)
    yield Row("one record", f"{CHECK} {{one}}", "true")


def every(start, text):
    """Writes the same bytes at one place of each line."""

    def spoil(_, block):
        for at, byte in enumerate(text, start):
            block[at::STRIDE] = bytes([byte]) * (len(block) // STRIDE)

    return spoil


def mixture(first, block):
    """Every line bad, by any of five faults, several of them at once, the same ones every time."""
    faults = random.Random(first)
    for start in range(0, len(block), STRIDE):
        kinds = faults.randrange(1, 32)
        if kinds & 1:
            block[start + TAG + 2] = ord("7")
        if kinds & 2:
            block[start + POINT + faults.randrange(10)] = ord("O")
        if kinds & 4:
            block[start + FLAG] = ord("X")
        if kinds & 8:
            block[start + DAY + 4 : start + DAY + 8] = b"0231"
        if kinds & 16:
            # the line ends a byte early, followed by an empty line
            block[start + STRIDE - 2] = ord("\n")


BAD = {
    "flag": every(FLAG, b"X"),
    "point": every(POINT + 3, b"O"),
    "date": every(DAY + 4, b"0231"),
    "tag": every(TAG + 2, b"7"),
    "mixture": mixture,
}


def uklink(path, records, widths):
    """Writes records of uklink with meter points of so many digits, a block of lines repeated."""
    values = random.Random(77)
    lines = []
    for _ in range(min(records, BLOCK)):
        digits = values.choice(widths) - 2
        body = values.randrange(10 ** (digits - 1), 10**digits)
        check = sum(int(digit) * place for place, digit in enumerate(str(body)[::-1], 1)) % 11
        day = f"{values.randrange(2016, 2030)}{values.randrange(1, 13):02}{values.randrange(1, 29):02}"
        lines.append(f'"E45",{body}{check:02},"{values.choice("ANI")}",{day}\n')
    with path.open("w") as out:
        for first in range(0, records, BLOCK):
            out.writelines(lines[: records - first])


class Files:
    """The inputs, each made when a command first names it."""

    def __init__(self, flagflow, folder, records):
        self.flagflow, self.folder = flagflow, folder
        self.records = {"big": records, "small": max(records // 25, 1), "one": 1}
        self.sources = {"zhv": "small", "jsonl": "small"}

    def count(self, name):
        return self.records.get(self.sources.get(name, name), max(self.records["big"] // 5, 1))

    def path(self, name):
        path = self.folder / name
        if name != "out" and not path.exists():
            self.make(name, path)
        return path

    def make(self, name, path):
        if name in BAD:
            self.spoil(path, BAD[name])
        elif name in ("uklink", "varying"):
            uklink(path, self.count(name), [10] if name == "uklink" else range(6, 11))
        elif name == "jsonl":
            self.run("convert", "-q", "--to", "jsonl", "-o", path, self.path("small"))
        else:
            flow = "d0350" if name == "zhv" else "e45"
            self.run("generate", "--flow", flow, "--records", str(self.count(name)), "-o", path)

    def run(self, *arguments):
        subprocess.run([self.flagflow, *arguments], check=True)

    def spoil(self, path, spoil):
        """Writes a copy of the clean file with each line changed."""
        with self.path("middle").open("rb") as lines, path.open("wb") as out:
            first = 0
            while block := bytearray(lines.read(BLOCK * STRIDE)):
                begin = block[:STRIDE]
                spoil(first, block)
                if first == 0:
                    # the first line decides what the file is
                    block[:STRIDE] = begin
                out.write(block)
                first += len(block) // STRIDE

    def arguments(self, command):
        """The words of a command, with its files."""
        words = command.replace("flagflow ", f"{self.flagflow} ").split()
        return [NAME.sub(lambda name: str(self.path(name[1])), word) for word in words]

    def input(self, command):
        """The file that a command reads."""
        return self.path(NAME.findall(command)[-1])


def run(arguments):
    """Runs a command; returns its processor time and its elapsed time."""
    start = time.perf_counter()
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    message = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):
        raise SystemExit(f"{' '.join(map(str, arguments))}: {message.decode(errors='replace')}")
    return usage.ru_utime + usage.ru_stime, seconds


def warm(arguments):
    """Runs a command once, and returns its peak memory in megabytes, where it can be known."""
    if not TIME.exists():
        run(arguments)
        return None
    with tempfile.NamedTemporaryFile("r") as report:
        run([TIME, "--format", "%M", "--output", report.name, *arguments])
        # a line before it reports the exit code
        return int(report.read().splitlines()[-1]) / 1024


def measure(group, files, rounds):
    """Times the commands of a group in turns."""
    commands = [(row, files.arguments(row.command)) for row in group]
    for row, arguments in commands:
        row.megabytes = warm(arguments)
    for _ in range(rounds):
        for row, arguments in commands:
            (files.folder / "out").unlink(missing_ok=True)
            processor, elapsed = run(arguments)
            row.processor.append(processor)
            row.elapsed.append(elapsed)


def line(row, base, files):
    """A row of the table."""
    ratios, wanted, met = ["", ""], [], []
    if base:
        sizes = [files.input(it.command).stat().st_size if row.by_byte else 1 for it in (base, row)]
        factor = sizes[0] / sizes[1]
        both = [factor * ratio(row.processor, base.processor), factor * ratio(row.elapsed, base.elapsed)]
        ratios = [f"{it:.2f}" for it in both]
        if row.limit:
            wanted.append(f"≤ {row.limit} ×")
            met.append(both[row.by_elapsed] <= row.limit)
    elif row.limit:
        nanoseconds = statistics.median(row.processor) * 1e9 / files.count(files.input(row.command).name)
        ratios[0] = f"{nanoseconds:.0f} ns"
        wanted.append(f"≤ {row.limit} ns a record")
        met.append(nanoseconds <= row.limit)
    if row.peak:
        wanted.append(f"≤ {row.peak} MB")
        met.append(row.megabytes is not None and row.megabytes <= row.peak)
    if row.same_memory:
        wanted.append("same memory")
        # two runs of a command differ by less than a tenth
        met.append(row.megabytes is not None and row.megabytes <= 1.1 * base.megabytes)
    command = NAME.sub(r"\1", row.command)
    answer = ("yes" if all(met) else "no") if met else ""
    peak = "" if row.megabytes is None else f"{row.megabytes:.1f}"
    times = f"{least(row.processor)} | {least(row.elapsed)}"
    return f"| {row.name} | `{command}` | {times} | {' | '.join(ratios)} | {', '.join(wanted)} | {answer} | {peak} |"


def least(seconds):
    return f"{min(seconds):.3f}, {statistics.median(seconds):.3f}"


def ratio(mine, other):
    return statistics.median(a / max(b, 1e-6) for a, b in zip(mine, other))


HEAD = """
| | command | user + system s | elapsed s | × base | × base, elapsed | wanted | met | peak MB |
|---|---|--:|--:|--:|--:|---|---|--:|"""


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--flagflow", type=Path, help="the command; built in release mode if absent")
    parser.add_argument("--records", type=size, default="50m", help="of the largest file, such as 500k [50m]")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--dir", type=Path, help="for the files [a temporary one]")
    parser.add_argument("--only", default="", help="targets whose name or command contains this")
    return parser.parse_args()


def size(text):
    number, unit = (text[:-1], text[-1].lower()) if text[-1:] in "kKmM" else (text, "")
    return int(number) * {"": 1, "k": 1_000, "m": 1_000_000}[unit]


def built():
    build = ["cargo", "build", "--release", "--quiet", "-p", "flagflow-cli"]
    subprocess.run(build, cwd=ROOT, check=True)
    return Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release" / "flagflow"


def main():
    options = arguments()
    flagflow = (options.flagflow or built()).resolve()
    wanted = [row for row in rows() if options.only in row.name or options.only in row.command]
    print(f"{options.records:,} records in the largest file, {options.rounds} rounds in turns; least, median")
    print(HEAD, flush=True)
    with tempfile.TemporaryDirectory(prefix="flagflow-whole-", dir=options.dir) as folder:
        files = Files(flagflow, Path(folder), options.records)
        for base, group in groupby(wanted, key=lambda row: row.base):
            group = list(group)
            base = Row("", base) if base else None
            measure([base, *group] if base else group, files, options.rounds)
            for row in [base, *group] if base else group:
                print(line(row, base, files), flush=True)


if __name__ == "__main__":
    main()
