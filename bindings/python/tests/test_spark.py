import json
import os
import subprocess
import sys
import textwrap

import polars
import pytest

import flagflow

pytest.importorskip("pyspark")

PROGRAM = textwrap.dedent("""
    import json, sys
    from pyspark.sql import SparkSession
    import flagflow.spark
    spark = (
        SparkSession.builder.master(sys.argv[2])
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "2")
        .getOrCreate()
    )
    spark.sparkContext.setLogLevel("ERROR")
    flagflow.spark.register(spark)
    table = spark.read.format("flagflow").option("split_size", 200_000).load(sys.argv[1])
    table.createOrReplaceTempView("updates")
    query = "select fuel, count(*), sum(meter_point % 1000) from updates group by fuel order by fuel"
    print(json.dumps([table.rdd.getNumPartitions(), [list(row) for row in spark.sql(query).collect()]]))
    spark.stop()
""")


@pytest.mark.parametrize("master", ["local-cluster[2,1,1024]"])
def test_counts_and_sums_are_those_of_a_check(many, master):
    environment = {**os.environ, "SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_PYTHON": sys.executable}
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(many), master],
        capture_output=True,
        text=True,
        env=environment,
        timeout=400,
    )
    assert run.returncode == 0, run.stderr[-4000:]
    partitions, rows = json.loads(run.stdout.splitlines()[-1])
    assert partitions > 5
    frame = flagflow.scan(many).to_polars()
    expected = frame.group_by("fuel").agg(polars.len(), (polars.col("meter_point") % 1000).sum())
    assert rows == [list(row) for row in expected.sort("fuel").rows()]
    accepted = sum(flagflow.check(path).accepted for path in many.iterdir())
    assert sum(row[1] for row in rows) == accepted
