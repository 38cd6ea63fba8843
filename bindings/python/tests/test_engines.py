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


def test_duckdb_joins_files_with_the_export_of_a_register(gas, tmp_path):
    import duckdb

    (tmp_path / "state.csv").write_text(
        "fuel,meter_point,dcc_service_flag,effective_from_date,file,line\n"
        "gas,1234567810,A,20211201,a,1\ngas,123409,A,20211201,a,2\nelectricity,123508,A,20211201,b,3\n"
    )
    updates = flagflow.scan(gas)
    query = f"""
        select u.meter_point, r.dcc_service_flag as old, u.dcc_service_flag as new
        from updates u left join read_csv('{tmp_path / "state.csv"}') r using (fuel, meter_point)
        where u.dcc_service_flag is distinct from r.dcc_service_flag order by all
    """
    assert updates.columns and duckdb.sql(query).fetchall() == [(123409, "A", "N"), (123508, None, "A")]
