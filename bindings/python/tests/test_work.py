import datetime

import datetime

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


@pytest.mark.parametrize("table", ["t.parquet", "t.arrow"])
def test_electricity_comes_back_byte_for_byte(electric, tmp_path, table):
    report = flagflow.convert(electric, tmp_path / table)
    assert report["complete"], report
    flagflow.convert(tmp_path / table, tmp_path / "back.zhv")
    assert (tmp_path / "back.zhv").read_bytes() == electric.read_bytes()
    frame = pandas.read_parquet if table == "t.parquet" else pandas.read_feather
    own = flagflow.scan(electric).to_arrow().to_pylist()
    assert polars.from_pandas(frame(tmp_path / table)).height == len(own)


def test_a_workbook_of_electricity_has_the_columns_of_its_flow(electric, tmp_path):
    report = flagflow.convert(electric, tmp_path / "t.xlsx")
    assert report["complete"], report
    rows = list(openpyxl.load_workbook(tmp_path / "t.xlsx")["records"].values)
    names = {
        "d0350": ["fuel", "instruction_number", "meter_point", "dcc_service_flag", "effective_from", "supplier_id"],
        "d0351": ["fuel", "instruction_number", "incoming_instruction_number", "meter_point",
                  "deemed_received_date", "dcc_service_flag", "effective_from", "supplier_id",
                  "rejection_reason_code"],
        "d0172": ["fuel", "instruction_number", "deemed_received_date", "answered_file_identifier", "received",
                  "accepted", "rejected"],
    }
    assert list(rows[0]) == names[electric.stem]
    assert len(rows) - 1 == report["written"]
    back = flagflow.convert(tmp_path / "t.xlsx", tmp_path / "back.csv")
    own = flagflow.convert(electric, tmp_path / "own.csv")
    assert back["complete"] and own["complete"]
    assert (tmp_path / "back.csv").read_text() == (tmp_path / "own.csv").read_text()


def test_answers_differ_by_their_items(tmp_path):
    from conftest import ELECTRICITY

    for flow, old, new, column in [
        ("d0351", "|A|20220101|", "|N|20220101|", "incoming_instruction_number"),
        ("d0172", "|3|2|1|", "|3|3|0|", "answered_file_identifier"),
    ]:
        text = "\n".join([*ELECTRICITY[flow], ""])
        (tmp_path / "old").write_text(text)
        (tmp_path / "new").write_text(text.replace(old, new))
        difference = flagflow.diff(tmp_path / "old", tmp_path / "new")
        frame = polars.DataFrame(difference["differences"])
        assert frame["change"].to_list() == ["changed"], frame
        assert frame.columns[0] == column
    assert (frame["old_accepted"][0], frame["new_accepted"][0]) == ("2", "3")


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
    book = openpyxl.Workbook()
    book.active.append(["Meter Point Reference", "dcc_service_flag", "effective_from", "note"])
    book.active.append([1234567810, "A", datetime.date(2022, 1, 1), "x"])
    book.active.append(["0000123409", "N", "2022-01-02", None])
    book.save(tmp_path / "t.xlsx")
    report = flagflow.convert(tmp_path / "t.xlsx", tmp_path / "out.fixed")
    assert report["complete"], report
    expected = "E451234567810A20220101\nE450000123409N20220102\n"
    assert (tmp_path / "out.fixed").read_text() == expected


def test_tables_have_other_delimiters_and_names(gas, tmp_path):
    frame = flagflow.scan(gas, columns=["meter_point", "dcc_service_flag", "effective_from"]).to_pandas()
    frame.columns = ["MPRN", "Status", "Valid from"]
    frame.to_csv(tmp_path / "t.csv", sep=";", index=False)
    frame.to_parquet(tmp_path / "t.parquet")
    columns = {
        "meter_point_reference": "MPRN",
        "dcc_service_flag": "Status",
        "dcc_service_effective_from_date": "Valid from",
    }
    for table in ["t.csv", "t.parquet"]:
        output = tmp_path / "out.fixed"
        report = flagflow.convert(tmp_path / table, output, columns=columns, delimiter="semicolon")
        assert report["complete"], report
        assert output.read_text().splitlines() == gas.read_text().splitlines()[1:-1]
    with pytest.raises(flagflow.OptionsError, match="expected comma, semicolon or tab"):
        flagflow.convert(gas, tmp_path / "t.csv", delimiter="pipe")


GAS_TABLE = (
    "meter_point_reference,dcc_service_flag,dcc_service_effective_from_date\n"
    "1234567810,A,2022-01-01\n0000123409,N,2022-01-02\n0000123508,A,2022-01-03\n"
)
GAS_HEADER = {"organisation_id": 123, "generation_number": 1, "envelope": "add"}


@pytest.mark.parametrize(
    "times",
    [
        {"creation_date": datetime.date(2022, 1, 1), "creation_time": datetime.time(12, 0, 0, 5)},
        {"creation_date": "2022-01-01", "creation_time": "12:00:00"},
        {"creation_date": "20220101", "creation_time": "120000", "file_type": "DXI"},
    ],
)
def test_a_table_of_gas_becomes_a_file_with_an_envelope(gas, tmp_path, times):
    (tmp_path / "t.csv").write_text(GAS_TABLE)
    report = flagflow.convert(tmp_path / "t.csv", tmp_path / "out.fixed", **GAS_HEADER, **times)
    assert report["complete"] and not report["header_values_unused"], report
    assert (tmp_path / "out.fixed").read_bytes() == gas.read_bytes()
    flagflow.convert(tmp_path / "t.csv", tmp_path / "out.uklink", **GAS_HEADER, **times)
    flagflow.convert(tmp_path / "out.uklink", tmp_path / "back.fixed")
    assert (tmp_path / "back.fixed").read_bytes() == gas.read_bytes()


@pytest.mark.parametrize("layout", ["zhv", "zhf"])
def test_a_table_of_electricity_becomes_a_file(electric, tmp_path, layout):
    header = electric.read_text().splitlines()[0].split("|")
    flagflow.convert(electric, tmp_path / "t.csv")
    report = flagflow.convert(
        tmp_path / "t.csv",
        tmp_path / f"out.{layout}",
        file_id="0000475656",
        from_participant=header[4],
        to_participant=header[6],
        created=datetime.datetime(2022, 3, 1, 9, 30, 0, 7),
        completed="20220301093100",
        test_flag="OPER",
    )
    assert report["complete"], report
    flows = [flagflow.check(path).flow for path in (tmp_path / f"out.{layout}", electric)]
    assert flows == [electric.stem] * 2
    flagflow.convert(tmp_path / f"out.{layout}", tmp_path / "back.zhv")
    assert (tmp_path / "back.zhv").read_bytes() == electric.read_bytes()


def test_header_values_replace_those_of_the_source(gas, electric, tmp_path):
    flagflow.convert(gas, tmp_path / "out.fixed", generation_number=7, file_type="ABC")
    header = gas.read_text().splitlines()[0].replace("DXI", "ABC")[:-1] + "7"
    assert (tmp_path / "out.fixed").read_text().splitlines()[0] == header
    flagflow.convert(electric, tmp_path / "out.zhv", file_id="0000000009", test_flag="TR01")
    header = electric.read_text().splitlines()[0].replace("0000475656", "0000000009")
    assert (tmp_path / "out.zhv").read_text().splitlines()[0] == header.replace("OPER", "TR01")


def test_header_values_that_are_missing_or_invalid_are_named(tmp_path):
    (tmp_path / "t.csv").write_text(GAS_TABLE)
    table, output = tmp_path / "t.csv", tmp_path / "out.fixed"
    values = {**GAS_HEADER, "creation_date": "2022-01-01", "creation_time": "12:00:00"}
    for name, value, message in [
        ("creation_time", None, "no value for creation_time"),
        ("creation_date", "2022-02-30", "creation_date="),
        ("creation_time", "25:00:00", "creation_time="),
        ("organisation_id", -1, "organisation_id="),
        ("organisation_id", 10**10, "header"),
        ("generation_number", 10**6, "header"),
        ("file_type", "D", "file_type="),
        ("created", "yesterday", "created="),
    ]:
        with pytest.raises(flagflow.FlagflowError, match=message):
            flagflow.convert(table, output, **{**values, name: value})
        assert not output.exists(), name
    report = flagflow.convert(table, output, **{**values, "envelope": "keep"})
    assert report["complete"] and report["header_values_unused"]
    assert output.read_text().startswith("E45")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_a_table_in_utf_16_is_read(gas, tmp_path, encoding):
    text = "\ufeff" + GAS_TABLE.replace(",", "\t")
    (tmp_path / "t.csv").write_bytes(text.encode(encoding))
    report = flagflow.convert(tmp_path / "t.csv", tmp_path / "out.fixed", delimiter="tab")
    assert report["complete"], report
    assert (tmp_path / "out.fixed").read_text().splitlines() == gas.read_text().splitlines()[1:-1]
    (tmp_path / "t.csv").write_bytes(text.encode(encoding)[:-1])
    with pytest.raises(flagflow.InputError, match="line 4: the UTF-16 text ends in half a unit"):
        flagflow.convert(tmp_path / "t.csv", tmp_path / "out.fixed", delimiter="tab")


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
