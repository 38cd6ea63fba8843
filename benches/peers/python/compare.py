#!/usr/bin/env python3
"""Times pandas, Polars and DuckDB reading the same records into columns, in turns.

    python3 benches/peers/python/compare.py [--records N] [--rounds R] [--threads T]

Sets up its own environment (target/peers-venv, from requirements.txt), generates the files with flagflow,
and compares every value of every column before a time counts. Each contender reads a file of the fixed
layout as in its documentation (pandas with read_fwf, the others by slicing and casting lines), and one of
the comma layout as CSV, into the same three columns: a 64-bit number, a letter, a date.

`flagflow check` is timed as a process for comparison. It does more (it checks the tag, every letter and
the whole file, and reports errors) and less (it keeps no columns), and includes its start-up time.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
COLUMNS = ["tag", "point", "flag", "day"]
# first byte, byte behind the last
PLACES = [(0, 3), (3, 13), (13, 14), (14, 22)]
# no byte of a file is this one, so a line is one field
NO_SEPARATOR = "\x1f"
# pandas.read_fwf gets one record in this number
PANDAS_SHARE = 20


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--records", type=int, default=10_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=1, help="of Polars and DuckDB [1]")
    parser.add_argument("--binary", type=Path, help="flagflow, rather than building it")
    parser.add_argument("--venv", type=Path, default=TARGET / "peers-venv")
    return parser.parse_args()


def inside(options):
    """Continues in the environment of the requirements, creating it if necessary."""
    python = options.venv / "bin" / "python"
    if Path(sys.prefix) == options.venv.resolve():
        return
    if not python.exists():
        venv.create(options.venv, with_pip=True)
    install = [python, "-m", "pip", "install", "--quiet", "-r", HERE / "requirements.txt"]
    subprocess.run(install, check=True)
    # Polars reads it when it is imported
    environment = {**os.environ, "POLARS_MAX_THREADS": str(options.threads)}
    os.execve(python, [str(python), *sys.argv], environment)


def flagflow(options):
    if options.binary:
        return options.binary.resolve()
    build = ["cargo", "build", "--release", "--quiet", "-p", "flagflow-cli"]
    subprocess.run(build, cwd=ROOT, check=True)
    return TARGET / "release" / "flagflow"


def make_files(binary, folder, records):
    fixed, uklink = folder / "fixed.txt", folder / "uklink.txt"
    subprocess.run([binary, "generate", "--flow", "e45", "--records", str(records), "-o", fixed], check=True)
    subprocess.run([binary, "convert", "-q", "--to", "uklink", "-o", uklink, fixed], check=True)
    return fixed, uklink


def first_lines(path, lines):
    """Writes a file with the first lines of another."""
    part = path.with_name(f"{path.stem}-{lines}{path.suffix}")
    with path.open("rb") as whole, part.open("wb") as out:
        for _ in range(lines):
            out.write(whole.readline())
    return part


class Pandas:
    name = "pandas"

    def __init__(self, options):
        import pandas

        self.pandas = pandas
        self.version = pandas.__version__

    def typed(self, frame):
        frame["day"] = self.pandas.to_datetime(frame["day"], format="%Y%m%d")
        return frame

    types = {"tag": str, "point": "uint64", "flag": str, "day": str}

    def fixed(self, path):
        frame = self.pandas.read_fwf(path, colspecs=PLACES, header=None, names=COLUMNS, dtype=self.types)
        return self.typed(frame)

    def uklink(self, path):
        return self.typed(self.pandas.read_csv(path, header=None, names=COLUMNS, dtype=self.types))

    def columns(self, frame):
        days = frame["day"].to_numpy().astype("datetime64[D]")
        return frame["point"].to_numpy(), frame["flag"].to_numpy(dtype="S1"), days


class Polars:
    name = "Polars"

    def __init__(self, options):
        import polars

        self.polars = polars
        self.version = f"{polars.__version__}, threads {polars.thread_pool_size()}"

    def day(self, text):
        return text.str.to_date("%Y%m%d").alias("day")

    def fixed(self, path):
        lines = self.polars.scan_csv(
            path, has_header=False, new_columns=["line"], separator=NO_SEPARATOR, quote_char=None
        )
        tag, point, flag, day = (
            self.polars.col("line").str.slice(start, end - start) for start, end in PLACES
        )
        point = point.cast(self.polars.UInt64).alias("point")
        return lines.select(tag.alias("tag"), point, flag.alias("flag"), self.day(day)).collect()

    def uklink(self, path):
        polars = self.polars
        types = dict(zip(COLUMNS, [polars.String, polars.UInt64, polars.String, polars.String]))
        frame = polars.scan_csv(path, has_header=False, schema=types)
        return frame.with_columns(self.day(polars.col("day"))).collect()

    def columns(self, frame):
        flags = frame["flag"].to_numpy().astype("S1")
        return frame["point"].to_numpy(), flags, frame["day"].to_numpy().astype("datetime64[D]")


class DuckDB:
    name = "DuckDB"

    def __init__(self, options):
        import duckdb

        self.connection = duckdb.connect(config={"threads": options.threads})
        self.connection.execute("SET preserve_insertion_order = true")
        self.version = f"{duckdb.__version__}, threads {options.threads}"

    def table(self, query, path):
        return self.connection.sql(query, params=[str(path)]).to_arrow_table()

    def fixed(self, path):
        # DuckDB counts characters from 1
        tag, point, flag, day = (f"substr(line, {start + 1}, {end - start})" for start, end in PLACES)
        query = f"""
            SELECT {tag} AS tag, CAST({point} AS UBIGINT) AS point, {flag} AS flag,
                   CAST(strptime({day}, '%Y%m%d') AS DATE) AS day
            FROM read_csv(?, header = false, auto_detect = false, columns = {{'line': 'VARCHAR'}},
                          delim = '{NO_SEPARATOR}', quote = '', escape = '')"""
        return self.table(query, path)

    def uklink(self, path):
        query = """
            SELECT tag, point, flag, day
            FROM read_csv(?, header = false, auto_detect = false, delim = ',', quote = '"',
                          dateformat = '%Y%m%d', columns = {'tag': 'VARCHAR', 'point': 'UBIGINT',
                                                            'flag': 'VARCHAR', 'day': 'DATE'})"""
        return self.table(query, path)

    def columns(self, table):
        flags = table["flag"].to_numpy().astype("S1")
        return table["point"].to_numpy(), flags, table["day"].to_numpy().astype("datetime64[D]")


def truth(path):
    """Returns the columns of a file of the fixed layout, sliced from its bytes."""
    import numpy

    rows = numpy.fromfile(path, dtype="S1").reshape(-1, PLACES[-1][1] + 1)
    text = lambda start, end: numpy.ascontiguousarray(rows[:, start:end]).view(f"S{end - start}")[:, 0]
    tag, point, flag, day = (text(*place) for place in PLACES)
    dash = lambda start, end: numpy.ascontiguousarray(day.view("S1").reshape(-1, 8)[:, start:end])
    parts = [dash(0, 4).view("S4")[:, 0], dash(4, 6).view("S2")[:, 0], dash(6, 8).view("S2")[:, 0]]
    year, month, of_month = (part.astype("int64") for part in parts)
    months = ((year - 1970) * 12 + month - 1).astype("datetime64[M]").astype("datetime64[D]")
    return point.astype("uint64"), flag, months + (of_month - 1).astype("timedelta64[D]")


def check(peer, table, expected, records):
    import numpy

    for name, column, wanted in zip(["point", "flag", "day"], peer.columns(table), expected):
        if len(column) != records or not numpy.array_equal(column, wanted[:records]):
            raise SystemExit(f"{peer.name} reads another {name}")


class Contender:
    """A contender to time, with its number of records."""

    def __init__(self, name, records, run):
        self.name, self.records, self.run, self.seconds = name, records, run, []

    def time(self):
        start = time.perf_counter()
        self.run()
        self.seconds.append(time.perf_counter() - start)

    def row(self):
        nanoseconds = sorted(seconds * 1e9 / self.records for seconds in self.seconds)
        median = statistics.median(nanoseconds)
        return f"| {self.name} | {self.records} | {median:.1f} | {nanoseconds[0]:.1f} to {nanoseconds[-1]:.1f} |"


def contenders(peers, layout, path, expected, records):
    """Returns a contender for each peer, after comparing its output."""
    for peer in peers:
        slow = layout == "fixed" and peer.name == "pandas"
        count = records // PANDAS_SHARE if slow else records
        part = first_lines(path, count) if slow else path
        read = getattr(peer, layout)
        check(peer, read(part), expected, count)
        yield Contender(f"{peer.name} {peer.version}", count, lambda read=read, part=part: read(part))


def process(binary, path, records):
    command = [binary, "check", "-q", "--no-cross-record", path]
    run = lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return Contender("`flagflow check -q --no-cross-record`, a process", records, run)


def main():
    options = arguments()
    inside(options)
    binary = flagflow(options)
    peers = [Pandas(options), Polars(options), DuckDB(options)]
    with tempfile.TemporaryDirectory(prefix="flagflow-peers-") as folder:
        fixed, uklink = make_files(binary, Path(folder), options.records)
        expected = truth(fixed)
        for layout, path in [("fixed", fixed), ("uklink", uklink)]:
            turns = [process(binary, path, options.records)]
            turns += contenders(peers, layout, path, expected, options.records)
            for _ in range(options.rounds):
                for contender in turns:
                    contender.time()
            print(f"\n### E45 {layout}, {options.rounds} rounds in turns\n")
            print("| contender | records | ns a record | spread |\n|---|--:|--:|--:|")
            print("\n".join(contender.row() for contender in turns), flush=True)


if __name__ == "__main__":
    main()
