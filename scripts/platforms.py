#!/usr/bin/env python3
"""Measures the Python package beside pandas, polars and DuckDB, each reading the same file.

    platforms.py [--records N] [--rounds N] [--flow e45|d0350]
    platforms.py --spark [--records N]

The contenders take turns in one process, so that a busy machine slows all of them; printed are the medians of all
rounds in nanoseconds for each record: the time of the clock, and that of the processor in all threads.

With --spark one query runs instead in two processes of Spark (local-cluster[2,1,1024]): a group-by over a folder with a
file of gas and one of electricity, N records together. Its counts are compared with those of DuckDB.

Needs the package flagflow and bindings/python/requirements-test.txt; --spark needs pyspark and Java too.
"""

import argparse
import os
import statistics
import sys
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


def polars_lines(path):
    return polars.scan_csv(path, has_header=False, new_columns=["line"], separator="\x01", quote_char=None)


def duckdb_lines(path, columns, where=""):
    source = f"read_csv('{path}', header=false, columns={{'line': 'varchar'}}, delim='\x01')"
    duckdb.sql(f"select {columns} from {source} {where}").to_arrow_table()


def e45_polars(path):
    line = polars.col("line").str
    polars_lines(path).select(
        line.slice(3, 10).cast(polars.Int64).alias("meter_point"),
        line.slice(13, 1).alias("flag"),
        line.slice(14, 8).str.to_date("%Y%m%d").alias("day"),
    ).collect()


def e45_duckdb(path):
    day = "strptime(substr(line, 15, 8), '%Y%m%d')::date"
    duckdb_lines(path, f"substr(line, 4, 10)::bigint, substr(line, 14, 1), {day}")


def d0350_pandas(path):
    pandas.read_csv(path, sep="|", header=None, names=range(13), usecols=[0, 3, 4, 5], dtype=str).query("`0` == '82H'")


def d0350_polars(path):
    items = polars.col("line").str.split("|").list
    polars_lines(path).filter(polars.col("line").str.starts_with("82H|")).select(
        items.get(3).cast(polars.Int64).alias("meter_point"),
        items.get(4).alias("flag"),
        items.get(5).str.to_date("%Y%m%d").alias("day"),
    ).collect()


def d0350_duckdb(path):
    day = "strptime(split_part(line, '|', 6), '%Y%m%d')::date"
    columns = f"split_part(line, '|', 4)::bigint, split_part(line, '|', 5), {day}"
    duckdb_lines(path, columns, "where line like '82H|%'")


OTHERS = {
    "e45": {
        "polars: text": e45_polars,
        "DuckDB: text": e45_duckdb,
        "pandas.read_fwf": lambda path: pandas.read_fwf(path, widths=WIDTHS, names=NAMES),
    },
    "d0350": {
        "polars: text": d0350_polars,
        "DuckDB: text": d0350_duckdb,
        "pandas.read_csv": d0350_pandas,
    },
}


def contenders(path, folder, flow):
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
        **{name: (lambda run=run: run(path)) for name, run in OTHERS[flow].items()},
    }


QUERY = "select fuel, dcc_service_flag, count(*), max(meter_point) from updates group by all order by all"


def spark_query(folder, records):
    os.environ |= {"SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_PYTHON": sys.executable}
    import pyspark
    from pyspark.sql import SparkSession

    import flagflow.spark

    gas = records * 16 // 31
    flagflow.generate(folder / "gas.dxi", flow="e45", records=gas)
    flagflow.generate(folder / "electricity.zhv", flow="d0350", records=records - gas)
    size = sum(path.stat().st_size for path in folder.iterdir())
    began = time.perf_counter()
    spark = (
        SparkSession.builder.master("local-cluster[2,1,1024]")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .getOrCreate()
    )
    spark.sparkContext.setLogLevel("ERROR")
    flagflow.spark.register(spark)
    spark.read.format("flagflow").load(str(folder)).createOrReplaceTempView("updates")
    took = [time.perf_counter() - began]
    for _ in range(3):
        began = time.perf_counter()
        rows = [tuple(row) for row in spark.sql(QUERY).collect()]
        took.append(time.perf_counter() - began)
    spark.stop()
    began = time.perf_counter()
    updates = flagflow.scan(folder)
    same = duckdb.sql(QUERY).fetchall()
    took.append(time.perf_counter() - began)
    if rows != same or sum(row[2] for row in rows) != records:
        sys.exit(f"the counts differ: {rows}, {same}")
    print(f"{records} records, {size / 1e6:.0f} MB, {len(rows)} groups, pyspark {pyspark.__version__}\n")
    print("| step | seconds |\n|---|--:|")
    for name, seconds in zip(["start", "first query", "second", "third", "DuckDB, over a scan"], took):
        print(f"| {name} | {seconds:.1f} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--records", type=int)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--flow", choices=list(OTHERS), default="e45")
    parser.add_argument("--spark", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        if given.spark:
            return spark_query(folder, given.records or 31_000_000)
        given.records = given.records or 1_000_000
        path = str(folder / "updates.txt")
        flagflow.generate(path, flow=given.flow, records=given.records)
        times = {name: [] for name in contenders(path, folder, given.flow)}
        for _ in range(given.rounds):
            for name, run in contenders(path, folder, given.flow).items():
                began = time.perf_counter(), time.process_time()
                run()
                took = time.perf_counter() - began[0], time.process_time() - began[1]
                times[name].append([seconds * 1e9 / given.records for seconds in took])
    print(f"{given.records} records ({given.flow}), {given.rounds} rounds, pyarrow {pyarrow.__version__}, polars {polars.__version__},")
    print(f"pandas {pandas.__version__}, DuckDB {duckdb.__version__}\n")
    print("| contender | processor, ns a record | clock, ns a record | least | most |\n|---|--:|--:|--:|--:|")
    for name, all_times in times.items():
        clock, processor = zip(*all_times)
        least, most = min(clock), max(clock)
        print(f"| {name} | {statistics.median(processor):.1f} | {statistics.median(clock):.1f} | {least:.1f} | {most:.1f} |")


if __name__ == "__main__":
    main()
