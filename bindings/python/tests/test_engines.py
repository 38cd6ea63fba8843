"""Engines that run over the parts of files: each gives the rows of a scan."""

import polars
import pytest

import flagflow


def expected(many):
    frame = flagflow.scan(many).to_polars()
    counts = frame.group_by("fuel").agg(polars.len(), (polars.col("meter_point") % 1000).sum())
    return sorted(counts.rows())


def test_datafusion_reads_a_scan(many):
    datafusion = pytest.importorskip("datafusion")
    context = datafusion.SessionContext()
    context.from_arrow(flagflow.scan(many), name="updates")
    query = "select fuel, count(*) as n, sum(meter_point % 1000) as points from updates group by fuel"
    rows = context.sql(query).to_pydict()
    assert sorted(zip(rows["fuel"], rows["n"], rows["points"])) == expected(many)


def test_dask_reads_the_parts(many):
    dataframe = pytest.importorskip("dask.dataframe")
    parts = flagflow.splits(many, size=200_000)
    frame = dataframe.from_map(lambda part: flagflow.Scan.of(part).to_pandas(), parts)
    assert frame.npartitions == len(parts) > 5
    points = frame.assign(points=frame.meter_point % 1000).groupby("fuel").points
    table = points.agg(["size", "sum"]).compute(scheduler="threads")
    assert sorted(table.itertuples(name=None)) == expected(many)


def test_ray_reads_the_parts(many):
    ray = pytest.importorskip("ray")
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    try:
        parts = flagflow.splits(many, size=200_000)
        read = ray.remote(lambda part: flagflow.Scan.of(part).to_arrow())
        frame = polars.concat(polars.from_arrow(table) for table in ray.get([read.remote(part) for part in parts]))
    finally:
        ray.shutdown()
    assert frame.equals(flagflow.scan(many).to_polars())
