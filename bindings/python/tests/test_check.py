import io
import json
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time

import pytest

import flagflow


def test_a_report_has_counts_and_findings(bad, gas):
    report = flagflow.check(bad)
    assert (report.passed, report.records, report.accepted, report.rejected) == (False, 3, 2, 1)
    assert report.totals["unknown-flag"] == 1
    assert (report.flow, report.layout) == ("e45", "fixed")
    findings = report.findings.to_pandas()
    row = findings[findings["rule"] == "unknown-flag"].iloc[0]
    assert (row["line"], row["length"], row["severity"]) == (2, 1, "error")
    assert report.findings.to_polars().height == report.findings.to_arrow().num_rows
    assert json.loads(report.json())["rejected"] == 1
    assert "<html" in report.html() and "unknown-flag" in report.text()
    assert flagflow.check(bad, ignore=["unknown-flag"]).totals.get("unknown-flag") is None
    passed = flagflow.check(io.BytesIO(gas.read_bytes()))
    assert passed.passed and passed.flags == {"A": 2, "N": 1}


def test_counts_are_those_of_a_scan(many):
    for path in sorted(many.iterdir()):
        table = flagflow.scan(path).to_polars()
        assert flagflow.check(path).accepted == table.height


def test_bad_options_and_files_are_exceptions(tmp_path, gas):
    with pytest.raises(flagflow.OptionsError, match="ignore"):
        flagflow.check(gas, ignore=["no-rule"])
    with pytest.raises(flagflow.InputError):
        flagflow.check(tmp_path / "missing")
    empty = tmp_path / "empty"
    empty.write_text("")
    with pytest.raises(flagflow.UnrecognisedError):
        flagflow.check(empty)


def test_an_error_of_a_file_object_is_its_own(gas):
    class Broken(io.RawIOBase):
        def read(self, size=-1):
            raise ZeroDivisionError("mine")

    with pytest.raises(ZeroDivisionError):
        flagflow.check(Broken())
    with pytest.raises(ZeroDivisionError):
        flagflow.scan(Broken()).to_arrow()


def test_other_threads_go_on_during_a_check(many):
    turns = 0
    done = threading.Event()

    def turn():
        nonlocal turns
        while not done.is_set():
            turns += 1
            time.sleep(0.0001)

    thread = threading.Thread(target=turn)
    thread.start()
    began = time.monotonic()
    while time.monotonic() - began < 0.2:
        flagflow.check(many / "a.dxi")
    done.set()
    thread.join()
    assert turns > 20


@pytest.mark.skipif(os.name != "posix", reason="signals of Unix")
def test_ctrl_c_ends_a_check():
    program = textwrap.dedent("""
        import flagflow, itertools
        class Endless:
            at = 0
            def read(self, size):
                lines = b"E451234567810A20220101\\n" * (size // 23 + 2)
                begin, self.at = self.at % 23, self.at + size
                return lines[begin : begin + size]
        print("begun", flush=True)
        try:
            flagflow.check(Endless(), cross_records=False)
        except KeyboardInterrupt:
            print("interrupted")
    """)
    run = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert run.stdout.readline() == "begun\n"
    time.sleep(0.5)
    run.send_signal(signal.SIGINT)
    assert run.communicate(timeout=20)[0] == "interrupted\n"
