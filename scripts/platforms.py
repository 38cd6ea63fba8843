#!/usr/bin/env python3
"""Measures the Python package beside pandas.read_fwf, polars and DuckDB, each reading the same file.

    platforms.py [--records N] [--rounds N]

The contenders take turns in one process, so that a busy machine slows all of them; printed are the medians of all
rounds in nanoseconds for each record: the time of the clock, and that of the processor in all threads. Needs the package flagflow and bindings/python/requirements-test.txt.
"""

import argparse
import statistics
import tempfile
import time
from pathlib import Path

import duckdb
import pandas
import polars
import pyarrow

import flagflow

WIDTHS = [3, 10, 1, 8]
NAMES = ["type", "meter_point", "flag", "day"]


def read_fwf(path):
    pandas.read_fwf(path, widths=WIDTHS, names=NAMES)


def polars_text(path):
    line = polars.col("line").str
    polars.scan_csv(path, has_header=False, new_columns=["line"], separator="\x01").select(
        line.slice(3, 10).cast(polars.Int64).alias("meter_point"),
        line.slice(13, 1).alias("flag"),
        line.slice(14, 8).str.to_date("%Y%m%d").alias("day"),
    ).collect()


def duckdb_text(path):
    duckdb.sql(
        f"select substr(line, 4, 10)::bigint, substr(line, 14, 1), strptime(substr(line, 15, 8), '%Y%m%d')::date"
        f" from read_csv('{path}', header=false, columns={{'line': 'varchar'}}, delim='\\x01')"
    ).to_arrow_table()


def contenders(path, folder):
    wanted = polars.col("dcc_service_flag") == "N"
    used = ["meter_point", "dcc_service_flag", "effective_from"]
    return {
        "flagflow: batches, all columns": lambda: sum(batch.num_rows for batch in flagflow.scan(path).to_batches()),
        "flagflow: batches, three columns": lambda: sum(batch.num_rows for batch in flagflow.scan(path, columns=used).to_batches()),
        "flagflow: pyarrow table": lambda: flagflow.scan(path).to_arrow(),
        "flagflow: polars": lambda: flagflow.scan(path).to_polars(),
        "flagflow: polars lazy, all": lambda: flagflow.scan(path).to_polars(lazy=True).collect(),
        "flagflow: polars lazy, filter and projection": lambda: flagflow.scan(path)
        .to_polars(lazy=True)
        .filter(wanted)
        .select("meter_point")
        .collect(),
        "flagflow: pandas": lambda: flagflow.scan(path, columns=used).to_pandas(),
        "flagflow: Parquet file": lambda: flagflow.scan(path).to_parquet(folder / "t.parquet"),
        "flagflow: check": lambda: flagflow.check(path),
        "polars: text": lambda: polars_text(path),
        "DuckDB: text": lambda: duckdb_text(path),
        "pandas.read_fwf": lambda: read_fwf(path),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        path = str(folder / "e45.txt")
        flagflow.generate(path, flow="e45", records=given.records)
        times = {name: [] for name in contenders(path, folder)}
        for _ in range(given.rounds):
            for name, run in contenders(path, folder).items():
                began = time.perf_counter(), time.process_time()
                run()
                took = time.perf_counter() - began[0], time.process_time() - began[1]
                times[name].append([seconds * 1e9 / given.records for seconds in took])
    print(f"{given.records} records, {given.rounds} rounds, pyarrow {pyarrow.__version__}, polars {polars.__version__},")
    print(f"pandas {pandas.__version__}, DuckDB {duckdb.__version__}\n")
    print("| contender | processor, ns a record | clock, ns a record | least | most |\n|---|--:|--:|--:|--:|")
    for name, all_times in times.items():
        clock, processor = zip(*all_times)
        least, most = min(clock), max(clock)
        print(f"| {name} | {statistics.median(processor):.1f} | {statistics.median(clock):.1f} | {least:.1f} | {most:.1f} |")


if __name__ == "__main__":
    main()
