#!/usr/bin/env python3
"""Times whole commands on files of growing size, in turns, together with `wc -l` of the same file.

    python3 benches/peers/whole.py [--sizes 10k,1m,10m,50m] [--rounds R] [--binary PATH]...

Prints Markdown tables: elapsed, user and system time (medians), the spread of the elapsed time, the
ratio to `wc -l` in the same round, and the peak memory. Two --binary are compared A B, A B. Needs
only Python's standard library and, without --binary, cargo.

Each command runs once before the rounds, so its file is in the page cache if that is large enough. The
peak memory is that of this run, as reported by /usr/bin/time (a child of Python has Python's memory
before exec). Commands write their output to --dir.
"""

import argparse
import os
import random
import statistics
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# a line of the fixed layout and its end; the day begins here
STRIDE, POINT, FLAG, DAY = 23, 3, 13, 14
TIME = Path("/usr/bin/time")
# lines that are changed at a time
BLOCK = 1 << 16
COMMANDS = ["check", "check-cross", "convert", "generate", "answer", "roundtrip"]
FILES = ["clean", "one-percent", "one-field", "every-field", "mixture"]


@dataclass
class Command:
    name: str
    arguments: list
    # a file that it writes
    output: Path | None = None
    wall: list = field(default_factory=list)
    user: list = field(default_factory=list)
    system: list = field(default_factory=list)
    # kilobytes, where it can be known
    peak: int | None = None

    def run(self, before=()):
        """Once, waited for with its own usage of resources."""
        start = time.perf_counter()
        line = [*before, *self.arguments]
        process = subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        message = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in (0, 1):
            raise SystemExit(f"{self.name}: {message.decode(errors='replace')}")
        if self.output:
            self.output.unlink(missing_ok=True)
        return seconds, usage

    def warm(self):
        """The run that does not count, but for its memory."""
        if not TIME.exists():
            return self.run()
        with tempfile.NamedTemporaryFile("r") as told:
            self.run([TIME, "--format", "%M", "--output", told.name])
            # a line before it reports the exit code
            self.peak = int(told.read().splitlines()[-1])

    def time(self):
        seconds, usage = self.run()
        self.wall.append(seconds)
        self.user.append(usage.ru_utime)
        self.system.append(usage.ru_stime)

    def row(self, records, baseline):
        ratio = statistics.median(mine / other for mine, other in zip(self.wall, baseline.wall))
        wall, user, system = map(statistics.median, (self.wall, self.user, self.system))
        spread = f"{min(self.wall):.3f} to {max(self.wall):.3f}"
        peak = "" if self.peak is None else f"{self.peak / 1024:.1f}"
        return (
            f"| {records:,} | {self.name} | {wall:.3f} | {spread} | {user:.3f} | {system:.3f} "
            f"| {ratio:.2f} | {wall * 1e9 / records:.1f} | {peak} |"
        )


def size(text):
    number, unit = (text[:-1], text[-1]) if text[-1] in "km" else (text, "")
    return int(number) * {"": 1, "k": 1_000, "m": 1_000_000}[unit]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--binary", type=Path, action="append", help="flagflow; may be repeated")
    parser.add_argument("--sizes", default="10k,1m,10m,50m", help="records [10k,1m,10m,50m]")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--dir", type=Path, help="for the files [a temporary one]")
    parser.add_argument("--commands", default=",".join(COMMANDS), help=",".join(COMMANDS))
    parser.add_argument("--files", default=",".join(FILES), help=",".join(FILES))
    return parser.parse_args()


def built():
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    build = ["cargo", "build", "--release", "--quiet", "-p", "flagflow-cli"]
    subprocess.run(build, cwd=ROOT, check=True)
    return target / "release" / "flagflow"


def generated(binary, path, records):
    subprocess.run([binary, "generate", "--flow", "e45", "--records", str(records), "-o", path], check=True)
    return path


def spoiled(clean, path, spoil):
    """A copy of a file of the fixed layout, each of its lines changed by `spoil`."""
    with clean.open("rb") as lines, path.open("wb") as out:
        first = 0
        while block := bytearray(lines.read(BLOCK * STRIDE)):
            spoil(first, block)
            out.write(block)
            first += len(block) // STRIDE
    return path


def one_field(_, block):
    """Every day the 31st of February."""
    for at, byte in enumerate(b"0231", start=DAY + 4):
        block[at::STRIDE] = bytes([byte]) * (len(block) // STRIDE)


def every_field(first, block):
    """Number, flag and day bad in every line: three findings each."""
    one_field(first, block)
    block[POINT + 3 :: STRIDE] = b"O" * (len(block) // STRIDE)
    block[FLAG::STRIDE] = b"X" * (len(block) // STRIDE)


def one_percent(first, block):
    """One day in a hundred likewise."""
    for line in range(-first % 100, len(block) // STRIDE, 100):
        block[line * STRIDE + DAY + 4 : line * STRIDE + DAY + 8] = b"0231"


def mixture(first, block):
    """Every line bad, by any of five faults, several of them at once, the same ones every time."""
    faults = random.Random(first)
    for line in range(len(block) // STRIDE):
        start, kinds = line * STRIDE, faults.randrange(1, 32)
        if kinds & 1:
            block[start + 2] = ord("7")
        if kinds & 2:
            block[start + POINT + faults.randrange(10)] = ord("O")
        if kinds & 4:
            block[start + FLAG] = ord("X")
        if kinds & 8:
            block[start + DAY + 4 : start + DAY + 8] = b"0231"
        if kinds & 16:
            # the line ends a byte early, followed by an empty line
            block[start + STRIDE - 2] = ord("\n")


SPOIL = {"one-percent": one_percent, "one-field": one_field, "every-field": every_field, "mixture": mixture}


def command(kind, binary, path, records, folder):
    """The arguments of a command, and the file that it writes."""
    out = folder / "output"
    judge = [binary, "check", "-q", "--no-config"]
    known = {
        "check": (judge + ["--no-cross-record", path], None),
        "check-cross": (judge + [path], None),
        "convert": ([binary, "convert", "-q", "--to", "uklink", "-o", out, path], out),
        "generate": ([binary, "generate", "--flow", "e45", "--records", str(records), "-o", out], out),
        "answer": ([binary, "answer", "-q", "--no-config", "-o", out, path], out),
        "roundtrip": ([binary, "roundtrip", path], None),
    }
    return known[kind]


NAMES = {
    "check": "check -q --no-cross-record",
    "check-cross": "check -q",
    "convert": "convert --to uklink",
}


def turns(binaries, kinds, path, records, folder):
    """`wc -l` and every command of every build."""
    yield Command("wc -l", ["wc", "-l", path])
    for kind in kinds:
        for number, binary in enumerate(binaries):
            build = f" ({chr(ord('A') + number)})" if len(binaries) > 1 else ""
            line, out = command(kind, binary, path, records, folder)
            yield Command(f"`{NAMES.get(kind, kind)}`{build}", line, out)


HEAD = """
### {title}

| records | command | wall s | spread | user s | system s | × wc -l | ns a record | peak MB |
|--:|---|--:|--:|--:|--:|--:|--:|--:|"""


def measure(title, sizes, rounds, of_size):
    """Prints a table; `of_size` returns the commands for a number of records."""
    print(HEAD.format(title=title), flush=True)
    for records in sizes:
        commands = of_size(records)
        for each in commands:
            each.warm()
        for _ in range(rounds):
            for each in commands:
                each.time()
        print("\n".join(each.row(records, commands[0]) for each in commands), flush=True)


def main():
    options = arguments()
    binaries = [binary.resolve() for binary in options.binary or [built()]]
    sizes = [size(text) for text in options.sizes.split(",")]
    kinds = options.commands.split(",")
    for number, binary in enumerate(binaries):
        print(f"{chr(ord('A') + number)}: {binary}")
    print(f"{options.rounds} rounds in turns, one not counted before them")
    with tempfile.TemporaryDirectory(prefix="flagflow-whole-", dir=options.dir) as folder:
        folder = Path(folder)
        clean = folder / "clean"

        def of_clean(records):
            return list(turns(binaries, kinds, generated(binaries[0], clean, records), records, folder))

        def of_spoiled(name):
            def commands(records):
                bad = spoiled(generated(binaries[0], clean, records), folder / name, SPOIL[name])
                return list(turns(binaries, ["check"], bad, records, folder))

            return commands

        for name in options.files.split(","):
            of_size = of_clean if name == "clean" else of_spoiled(name)
            wanted = sizes if name == "clean" else sizes[-1:]
            measure(f"File: {name}, E45 fixed", wanted, options.rounds, of_size)
            if name != "clean":
                (folder / name).unlink()


if __name__ == "__main__":
    main()
