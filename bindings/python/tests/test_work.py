import openpyxl
import pandas
import polars
import pytest

import flagflow


@pytest.mark.parametrize("table", ["t.parquet", "t.arrow"])
def test_a_file_comes_back_byte_for_byte(gas, tmp_path, table):
    report = flagflow.convert(gas, tmp_path / table)
    assert report["complete"] and report["written"] == 3
    flagflow.convert(tmp_path / table, tmp_path / "back.fixed")
    assert (tmp_path / "back.fixed").read_bytes() == gas.read_bytes()


def test_tables_of_pandas_and_polars_become_files(gas, tmp_path):
    frame = flagflow.scan(gas).to_pandas()
    frame.to_parquet(tmp_path / "pandas.parquet")
    flagflow.scan(gas).to_polars().write_ipc(tmp_path / "polars.arrow")
    for table in ["pandas.parquet", "polars.arrow"]:
        report = flagflow.convert(tmp_path / table, tmp_path / "out.fixed")
        assert report["complete"], report
        lines = (tmp_path / "out.fixed").read_text().splitlines()
        assert lines == gas.read_text().splitlines()[1:-1]


def test_a_workbook_is_read_by_openpyxl(gas, bad, tmp_path):
    flagflow.convert(gas, tmp_path / "t.xlsx")
    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    assert book.sheetnames == ["records", "findings"]
    rows = list(book["records"].values)
    assert rows[0][:4] == ("fuel", "transaction_type", "meter_point", "dcc_service_flag")
    assert rows[2][2:4] == ("0000123409", "N")
    assert str(rows[2][4]) == "2022-01-02 00:00:00"
    assert book["records"].freeze_panes == "A2"
    assert book["records"].auto_filter.ref == "A1:F4"
    report = flagflow.convert(bad, tmp_path / "bad.xlsx", skip_invalid=True)
    assert report["published"] and not report["complete"]
    findings = list(openpyxl.load_workbook(tmp_path / "bad.xlsx")["findings"].values)
    assert findings[1][:4] == (2, 2, "dcc_service_flag", "unknown-flag")


def test_a_workbook_of_openpyxl_becomes_a_file(tmp_path):
    import datetime

    book = openpyxl.Workbook()
    book.active.append(["Meter Point Reference", "dcc_service_flag", "effective_from", "note"])
    book.active.append([1234567810, "A", datetime.date(2022, 1, 1), "x"])
    book.active.append(["0000123409", "N", "2022-01-02", None])
    book.save(tmp_path / "t.xlsx")
    report = flagflow.convert(tmp_path / "t.xlsx", tmp_path / "out.fixed")
    assert report["complete"], report
    expected = "E451234567810A20220101\nE450000123409N20220102\n"
    assert (tmp_path / "out.fixed").read_text() == expected


def test_a_refused_conversion_writes_nothing(bad, tmp_path):
    report = flagflow.convert(bad, tmp_path / "t.parquet")
    assert not report["published"] and report["refused"] == 1
    assert not (tmp_path / "t.parquet").exists()
    with pytest.raises(flagflow.OptionsError):
        flagflow.convert(bad, tmp_path / "t.none")
    with pytest.raises(flagflow.OptionsError):
        flagflow.convert(bad, bad, to="csv")


def test_generated_files_pass_and_differ(tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    assert flagflow.generate(one, flow="e45", records=10) == (10, 230)
    assert flagflow.check(one).passed
    lines = one.read_text().splitlines()
    two.write_text("\n".join(lines[1:]) + "\n")
    difference = flagflow.diff(one, two)
    assert (difference["same"], difference["complete"]) == (9, True)
    columns = difference["differences"]
    assert polars.DataFrame(columns).height == len(pandas.DataFrame(columns)) == 1
