import pytest

import flagflow

LINES = ["E451234567810A20220101", "E450000123409N20220102", "E450000123508A20220103"]
HEADER = "A000000000123DXI20220101120000000001"


@pytest.fixture
def gas(tmp_path):
    """A file with a header."""
    path = tmp_path / "gas.dxi"
    path.write_text("\n".join([HEADER, *LINES, "Z990000000003", ""]))
    return path


@pytest.fixture
def bad(tmp_path):
    """A file with a bad record."""
    path = tmp_path / "bad.dxi"
    path.write_text("\n".join([LINES[0], LINES[1].replace("N", "Q"), LINES[2], ""]))
    return path


ELECTRICITY = {
    "d0350": (
        "ZHV|0000475656|D0350001|Z|DCCO|P|EELC|20220301093000||||OPER|",
        "81H|1|",
        "82H|1|DC01|1013044353630|A|20220101|MRCY|",
        "82H|2|DC01|1000000000012|N|20220101|AB|",
        "ZPT|0000475656|3||1|20220301093100|",
    ),
    "d0351": (
        "ZHV|0000475656|D0351001|P|EELC|Z|DCCO|20220301093000||||OPER|",
        "83H|1|",
        "84H|1|DC11|7|1013044353630|20220302|A|20220101|MRCY|",
        "85H|38|",
        "85H|47|",
        "84H|2|DC11|8||20220303||||",
        "85H|3|",
        "ZPT|0000475656|6||1|20220301093100|",
    ),
    "d0172": (
        "ZHV|0000475656|D0172001|P|EELC|Z|DCCO|20220301093000||||OPER|",
        "749|1|",
        "357|1|DC90|20220302|0000475656|3|2|1|",
        "ZPT|0000475656|2||1|20220301093100|",
    ),
}


@pytest.fixture(params=ELECTRICITY)
def electric(request, tmp_path):
    """A file of each flow of electricity."""
    path = tmp_path / f"{request.param}.zhv"
    path.write_text("\n".join([*ELECTRICITY[request.param], ""]))
    return path


@pytest.fixture(scope="session")
def many(tmp_path_factory):
    """A folder with two large gas files, one of them compressed, and a file of each flow of electricity."""
    import gzip

    folder = tmp_path_factory.mktemp("many")
    flagflow.generate(folder / "a.dxi", flow="e45", records=50_000, envelope=True)
    flagflow.generate(folder / "b.dxi", flow="e46", records=30_000, seed=1)
    data = (folder / "b.dxi").read_bytes()
    (folder / "b.dxi").unlink()
    (folder / "b.dxi.gz").write_bytes(gzip.compress(data))
    flagflow.generate(folder / "c.zhv", flow="d0350", records=18_000)
    flagflow.generate(folder / "d.zhf", flow="d0351", layout="zhf", records=1_900)
    flagflow.generate(folder / "e.zhv", flow="d0172", records=100)
    return folder
