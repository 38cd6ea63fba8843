import datetime
import io
import pickle

import duckdb
import pandas
import polars
import pyarrow
import pytest

import flagflow

DAY = datetime.date


def test_a_file_is_a_table_of_every_library(gas):
    scan = flagflow.scan(gas)
    table = scan.to_arrow()
    assert table.num_rows == 3
    assert table["meter_point"].to_pylist() == [1234567810, 123409, 123508]
    assert table["effective_from"].to_pylist()[0] == DAY(2022, 1, 1)
    assert pyarrow.table(scan).equals(table)
    assert scan.schema.names == table.schema.names == scan.columns
    assert all(field.nullable for field in table.schema)
    frame = scan.to_pandas()
    assert list(frame["dcc_service_flag"]) == ["A", "N", "A"]
    assert frame["meter_point"].dtype == pandas.Int64Dtype()
    assert str(frame["effective_from"].dtype).startswith("datetime64")
    assert scan.to_polars()["meter_point"].to_list() == table["meter_point"].to_pylist()
    con = duckdb.connect()
    scan.to_duckdb(con)
    for _ in range(2):
        query = "select dcc_service_flag, count(*) from flagflow group by 1 order by 1"
        assert con.sql(query).fetchall() == [("A", 2), ("N", 1)]


ROWS = {
    "d0350": {
        "meter_point": [1013044353630, 1000000000012],
        "dcc_service_flag": ["A", "N"],
        "effective_from": [DAY(2022, 1, 1)] * 2,
        "instruction_number": [1, 2],
        "supplier_id": ["MRCY", "AB"],
    },
    "d0351": {
        "meter_point": [1013044353630, None],
        "dcc_service_flag": ["A", None],
        "effective_from": [DAY(2022, 1, 1), None],
        "reason_code": ["38 47", "3"],
        "instruction_number": [1, 2],
        "supplier_id": ["MRCY", None],
        "incoming_instruction_number": [7, 8],
        "deemed_received_date": [DAY(2022, 3, 2), DAY(2022, 3, 3)],
    },
    "d0172": {
        "instruction_number": [1],
        "deemed_received_date": [DAY(2022, 3, 2)],
        "answered_file_identifier": ["0000475656"],
        "received": [3],
        "accepted": [2],
        "rejected": [1],
    },
}


def test_electricity_is_rows_of_the_same_columns(electric, gas):
    scan = flagflow.scan(electric)
    table = scan.to_arrow()
    assert table.schema.names == flagflow.scan(gas).to_arrow().schema.names
    expected = ROWS[electric.stem]
    for name in table.schema.names:
        values = table[name].to_pylist()
        if name == "fuel":
            assert set(values) == {"electricity"}
        elif name == "transaction_type":
            assert set(values) == {electric.stem.upper()}
        else:
            assert values == expected.get(name, [None] * table.num_rows), name
    assert scan.to_polars().to_dicts() == table.to_pylist()
    assert scan.to_polars(lazy=True).collect().equals(scan.to_polars())
    assert len(scan.to_pandas()) == table.num_rows
    assert duckdb.sql("select count(*) from scan").fetchall() == [(table.num_rows,)]
    report = flagflow.check(electric)
    assert report.passed and report.accepted == table.num_rows


def test_duckdb_reads_a_scan_in_one_line(gas):
    updates = flagflow.scan(gas)  # noqa: F841
    assert duckdb.sql("select max(meter_point) from updates").fetchall() == [(1234567810,)]


def test_a_lazy_query_is_the_eager_one(many):
    scan = flagflow.scan(many)
    eager, lazy = scan.to_polars(), scan.to_polars(lazy=True)
    assert isinstance(lazy, polars.LazyFrame)
    is_wanted = polars.col("dcc_service_flag") == "N"
    expected = eager.filter(is_wanted).select("meter_point")
    assert lazy.filter(is_wanted).select("meter_point").collect().equals(expected)
    assert lazy.head(7).collect().equals(eager.head(7))
    assert lazy.collect().equals(eager)
    count = lazy.group_by("fuel").len().sort("fuel").collect()
    assert count["len"].to_list() == [20_000, 80_000]


def test_parts_have_the_rows_of_the_whole(many):
    scan = flagflow.scan(many, positions=True)
    parts = scan.splits(100_000)
    assert len(parts) > 15
    parts = pickle.loads(pickle.dumps(parts))
    split = pyarrow.concat_tables(flagflow.Scan.of(part).to_arrow() for part in parts)
    whole = scan.to_arrow()
    names = [name for name in whole.schema.names if name != "file"]
    assert split.select(names).combine_chunks().equals(whole.select(names).combine_chunks())
    some = flagflow.Scan.of(parts[0], ["meter_point"]).to_arrow()
    assert some.schema.names == ["meter_point"]


def test_columns_positions_and_metadata(gas):
    scan = flagflow.scan(gas, columns=["dcc_service_flag"], positions=True)
    table = scan.to_arrow()
    assert table.schema.names == ["dcc_service_flag", "file", "line", "offset"]
    assert table["line"].to_pylist() == [2, 3, 4]
    assert set(table["file"].to_pylist()) == {str(gas)}
    assert scan.metadata["flagflow.edition"] == "mp077"
    assert table.schema.metadata[b"flagflow.layout"] == b"fixed"
    assert flagflow.scan(gas).to_arrow(["meter_point"]).schema.names == ["meter_point"]


def test_file_objects_are_read_again_if_they_can_seek(gas):
    scan = flagflow.scan(io.BytesIO(gas.read_bytes()))
    assert scan.to_arrow().num_rows == scan.to_arrow().num_rows == 3

    class Pipe(io.RawIOBase):
        def __init__(self, data):
            self.data = io.BytesIO(data)

        def read(self, size=-1):
            return self.data.read(size)

    scan = flagflow.scan(Pipe(gas.read_bytes()))
    assert scan.to_arrow().num_rows == 3
    with pytest.raises(OSError, match="a second time"):
        scan.to_arrow()


def test_files_of_fsspec(gas):
    import fsspec

    with fsspec.open("memory://gas.dxi", "wb") as file:
        file.write(gas.read_bytes())
    with fsspec.open("memory://gas.dxi", "rb") as file:
        assert flagflow.scan(file).to_arrow().num_rows == 3


def test_a_parquet_file_has_the_rows(many, tmp_path):
    import pyarrow.parquet

    scan = flagflow.scan(many)
    path = tmp_path / "t.parquet"
    assert scan.to_parquet(path) == 100_000
    read = pyarrow.parquet.read_table(path)
    assert read.combine_chunks().equals(scan.to_arrow().combine_chunks())
    with pytest.raises(flagflow.OptionsError):
        flagflow.scan(path, layout="fixed").to_parquet(path)


def test_globs_and_lists(many):
    assert flagflow.scan(f"{many}/*.dxi").to_arrow().num_rows == 50_000
    files = [many / "a.dxi", many / "b.dxi.gz"]
    assert flagflow.scan(files).to_arrow().num_rows == 80_000


def test_bad_records_fail_are_left_out_or_kept(bad):
    with pytest.raises(flagflow.BadRecordError) as raised:
        flagflow.scan(bad).to_arrow()
    error = raised.value
    assert (error.kind, error.file, error.line, error.column) == ("bad-record", str(bad), 2, 14)
    assert isinstance(error, ValueError) and error.record == 2 and error.offset == 36
    with pytest.raises(flagflow.BadRecordError):
        flagflow.scan(bad).to_polars()
    with pytest.raises(flagflow.BadRecordError):
        flagflow.scan(bad).to_parquet(bad.with_suffix(".parquet"))
    assert not bad.with_suffix(".parquet").exists()
    assert flagflow.scan(bad, on_error="skip").to_arrow().num_rows == 2
    kept = flagflow.scan(bad, on_error="keep").to_arrow()
    assert kept["meter_point"].to_pylist() == [1234567810, None, 123508]
    assert "DCC Service Flag" in kept["error"].to_pylist()[1]


def test_bad_input_is_an_exception_of_its_kind(gas, tmp_path):
    import gzip

    with pytest.raises(flagflow.InputError):
        flagflow.scan(tmp_path / "missing").to_arrow()
    with pytest.raises(flagflow.InputError):
        flagflow.scan(f"{tmp_path}/*.none")
    with pytest.raises(flagflow.ColumnError, match="the columns are fuel"):
        flagflow.scan(gas, columns=["mprn"])
    with pytest.raises(flagflow.OptionsError):
        flagflow.scan(gas, on_error="ignore")
    with pytest.raises(flagflow.OptionsError):
        flagflow.scan(io.BytesIO(b"")).splits()
    with pytest.raises(flagflow.UnrecognisedError):
        flagflow.scan(gas, flow="d0350").to_arrow()
    (tmp_path / "stranger.txt").write_text("hello\n")
    with pytest.raises(flagflow.UnrecognisedError, match="stranger.txt"):
        flagflow.scan(tmp_path).to_arrow()
    lines = "".join(f"E45{number:010}A20220101\n" for number in range(50_000))
    cut = tmp_path / "cut.gz"
    data = gzip.compress(lines.encode())
    cut.write_bytes(data[: len(data) // 2])
    with pytest.raises(flagflow.InputError, match="cut.gz"):
        flagflow.scan(cut).to_arrow()
    profile = tmp_path / "wrong.toml"
    profile.write_text("name = 3")
    with pytest.raises(flagflow.OptionsError, match="profile"):
        flagflow.scan(gas, profile=profile)
