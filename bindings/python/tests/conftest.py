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


@pytest.fixture(scope="session")
def many(tmp_path_factory):
    """A folder with two large gas files, one of them compressed, and an electricity file."""
    import gzip

    folder = tmp_path_factory.mktemp("many")
    flagflow.generate(folder / "a.dxi", flow="e45", records=50_000, envelope=True)
    flagflow.generate(folder / "b.dxi", flow="e46", records=30_000, seed=1)
    data = (folder / "b.dxi").read_bytes()
    (folder / "b.dxi").unlink()
    (folder / "b.dxi.gz").write_bytes(gzip.compress(data))
    flagflow.generate(folder / "c.zhv", flow="d0350", records=20_000)
    return folder
