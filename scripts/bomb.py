#!/usr/bin/env python3
"""Measures time and memory of commands on a line of 10 GiB and on gzip, zstd and zip bombs of 10 GiB.

    bomb.py --flagflow PATH [--gib N]

The line comes through a pipe. A bomb is a file of some 10 MiB: many identical gzip members, zstd frames (if zstd
is installed), or one file in a zip archive. The peak is the maximum
resident set size of the process (`/usr/bin/time`). A command fails if it takes more than --limit, or does not report
`line-too-long` for the line.
"""

import argparse
import gzip
import os
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile

MIB = 1 << 20
PIECE = 16 * MIB
RECORD = b"E451234567810A20211105\n"


def write_line(pipe, gib):
    """One line without an end."""
    nines = b"9" * PIECE
    with pipe:
        try:
            pipe.write(RECORD + b"E45")
            for _ in range(gib * 1024 * MIB // PIECE):
                pipe.write(nines)
        except BrokenPipeError:
            pass


def bomb(path, again, gib):
    first = gzip.compress(RECORD)
    member = gzip.compress(again * (PIECE // len(again)))
    with open(path, "wb") as file:
        file.write(first)
        for _ in range(gib * 1024 * MIB // PIECE):
            file.write(member)


def zstd_bomb(path, again, gib):
    packed = [subprocess.run(["zstd", "-q", "-c"], input=data, check=True, capture_output=True).stdout
              for data in (RECORD, again * (PIECE // len(again)))]  # fmt: skip
    with open(path, "wb") as file:
        file.write(packed[0])
        for _ in range(gib * 1024 * MIB // PIECE):
            file.write(packed[1])


def zip_bomb(path, again, gib):
    piece = again * (PIECE // len(again))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("a", "w", force_zip64=True) as file:
            file.write(RECORD)
            for _ in range(gib * 1024 * MIB // PIECE):
                file.write(piece)


def measured(line, folder, feed=None):
    """Runs a command; returns exit code, output, seconds and peak in KiB, as counted by GNU time. (Python's own count of a
    child includes Python before exec.)"""
    began = time.monotonic()
    source = subprocess.PIPE if feed else subprocess.DEVNULL
    environment = dict(os.environ, TMPDIR=folder)
    peak = os.path.join(folder, "peak")
    with open(os.path.join(folder, "said"), "w+b") as said:
        timed = ["/usr/bin/time", "-q", "-f", "%M", "-o", peak] + line
        run = subprocess.Popen(timed, cwd=folder, stdin=source, stdout=said, stderr=said, env=environment)
        if feed:
            feed(run.stdin)
        code, seconds = run.wait(), time.monotonic() - began
        said.seek(0)
        with open(peak, encoding="ascii") as file:
            return code, said.read(100_000), seconds, int(file.read())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--flagflow", required=True, metavar="PATH")
    parser.add_argument("--gib", type=int, default=10, metavar="N", help="how much (default 10)")
    parser.add_argument("--limit", type=int, default=128, metavar="MIB", help="most memory of a run (default 128)")
    given = parser.parse_args()
    flagflow, wrong = os.path.abspath(given.flagflow), 0
    folder = tempfile.mkdtemp(prefix="bomb-")
    try:
        bomb(os.path.join(folder, "line.gz"), b"9", given.gib)
        bomb(os.path.join(folder, "records.gz"), RECORD, given.gib)
        too_long = '"rule":"line-too-long","severity":"error","line":2,"record":2,"offset":23,"column":1,"length":%d'
        length = given.gib * 1024 * MIB
        runs = [
            ("line through a pipe", "check - --format json", (too_long % (length + 3)).encode(), True),
            ("bomb of one line", "check line.gz --format json", (too_long % length).encode(), False),
            ("bomb of one line", "convert line.gz --to csv -o out --skip-invalid", b"", False),
            ("bomb of one line", "answer line.gz -o out --listed listed", b"", False),
            ("bomb of records", "check records.gz --quiet --cross-record-memory 64M", b"", False),
            ("bomb of records", "convert records.gz --to fixed -o /dev/null", b"", False),
        ]
        zip_bomb(os.path.join(folder, "line.zip"), b"9", given.gib)
        runs.append(("zip bomb of one line", "check line.zip --format json", (too_long % length).encode(), False))
        if shutil.which("zstd"):
            zstd_bomb(os.path.join(folder, "line.zst"), b"9", given.gib)
            runs.append(("zstd bomb of one line", "check line.zst --format json", (too_long % length).encode(), False))
        print("%-20s %-62s %4s %8s %10s" % ("%d GiB" % given.gib, "", "exit", "seconds", "peak MiB"))
        for what, arguments, expected, piped in runs:
            feed = (lambda pipe: write_line(pipe, given.gib)) if piped else None
            code, said, seconds, peak = measured([flagflow] + arguments.split(), folder, feed)
            good = code in (0, 1) and expected in said and peak <= given.limit * 1024
            wrong += not good
            print("%-20s %-62s %4d %8.1f %10.1f%s" % (what, arguments, code, seconds, peak / 1024,
                                                      "" if good else "  WRONG: %r" % said[:300]), flush=True)
        return 1 if wrong else 0
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main())
