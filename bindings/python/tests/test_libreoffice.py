"""Workbooks and tables, written and read by LibreOffice."""

import csv
import shutil
import subprocess

import pytest

import flagflow

SOFFICE = shutil.which("soffice")
pytestmark = pytest.mark.skipif(SOFFICE is None, reason="there is no LibreOffice: soffice")

#: The options of the csv filter: delimiter, quote, character set, first row, no types of columns, language,
#: only texts in quotes, no detection of numbers, cells as shown, no formulas, no blanks removed, all sheets.
ALL_SHEETS = "44,34,76,1,,0,false,true,true,false,false,-1"
UTF16_WITH_TABS = "9,34,65535,1,,0,false,true,true,false,false,1"


@pytest.fixture(scope="module")
def profile(tmp_path_factory):
    """The user's settings of LibreOffice, which take a second to make."""
    return tmp_path_factory.mktemp("libreoffice")


def saved_as(kind, source, profile):
    """Lets LibreOffice save a file as another kind, and returns the folder of the result."""
    folder = source.parent / "libreoffice"
    command = [SOFFICE, f"-env:UserInstallation={profile.as_uri()}", "--headless", "--convert-to", kind]
    command += ["--outdir", str(folder), str(source)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0 and folder.exists(), done
    return folder


def rows_of(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def text_of(name, value, fuel):
    if value is None:
        return ""
    if name == "meter_point":
        return f"{value:010}" if fuel == "gas" else f"{value:013}"
    return str(value)


def expect_equal_rows(source, saved):
    """Compares the sheet of the records with the rows of the library's reader."""
    own = flagflow.scan(source).to_arrow().to_pylist()
    assert len(own) == len(saved) > 0
    for row, other in zip(own, saved):
        for name, value in other.items():
            name = {"rejection_reason_code": "reason_code"}.get(name, name)
            assert text_of(name, row[name], row["fuel"]) == value, (name, row, other)


@pytest.mark.parametrize("flow", ["e45", "e46"])
def test_a_workbook_of_gas_has_equal_rows(tmp_path, profile, flow):
    flagflow.generate(tmp_path / "gas", flow=flow, records=3000)
    flagflow.convert(tmp_path / "gas", tmp_path / "t.xlsx")
    folder = saved_as(f"csv:Text - txt - csv (StarCalc):{ALL_SHEETS}", tmp_path / "t.xlsx", profile)
    expect_equal_rows(tmp_path / "gas", rows_of(folder / "t-records.csv"))
    assert rows_of(folder / "t-findings.csv") == []


def test_a_workbook_of_electricity_has_equal_rows(electric, tmp_path, profile):
    flagflow.convert(electric, tmp_path / "t.xlsx")
    folder = saved_as(f"csv:Text - txt - csv (StarCalc):{ALL_SHEETS}", tmp_path / "t.xlsx", profile)
    expect_equal_rows(electric, rows_of(folder / "t-records.csv"))


def test_findings_are_read(bad, tmp_path, profile):
    report = flagflow.convert(bad, tmp_path / "t.xlsx", skip_invalid=True)
    folder = saved_as(f"csv:Text - txt - csv (StarCalc):{ALL_SHEETS}", tmp_path / "t.xlsx", profile)
    findings = rows_of(folder / "t-findings.csv")
    assert len(findings) == report["refused"] == 1
    found = {name: findings[0][name] for name in ["line", "record", "field", "rule", "value"]}
    assert found == {
        "line": "2", "record": "2", "field": "dcc_service_flag", "rule": "unknown-flag", "value": "Q",
    }


def test_unicode_text_comes_back(gas, tmp_path, profile):
    flagflow.convert(gas, tmp_path / "t.xlsx")
    kind = f"csv:Text - txt - csv (StarCalc):{UTF16_WITH_TABS}"
    table = next(saved_as(kind, tmp_path / "t.xlsx", profile).glob("t*.csv"))
    assert table.read_bytes()[:2] == b"\xff\xfe", "the byte-order mark of UTF-16"
    report = flagflow.convert(table, tmp_path / "out.fixed", delimiter="tab")
    assert report["complete"], report
    assert (tmp_path / "out.fixed").read_text().splitlines() == gas.read_text().splitlines()[1:-1]


def test_a_workbook_of_libreoffice_becomes_a_file(gas, tmp_path, profile):
    flagflow.convert(gas, tmp_path / "t.csv")
    folder = saved_as("xlsx", tmp_path / "t.csv", profile)
    report = flagflow.convert(folder / "t.xlsx", tmp_path / "out.fixed")
    assert report["complete"], report
    assert (tmp_path / "out.fixed").read_text().splitlines() == gas.read_text().splitlines()[1:-1]
