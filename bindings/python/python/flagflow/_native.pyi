from collections.abc import Callable, Sequence
from typing import Any

from ._work import Conversion, Difference

__version__: str

class NativeScan:
    def __init__(
        self,
        *,
        paths: Sequence[str] | None = None,
        opener: Callable[[], Any] | None = None,
        name: str | None = None,
        part: dict[str, Any] | None = None,
        flow: str | None = None,
        layout: str | None = None,
        profiles: list[str] = [],
        columns: list[str] | None = None,
        positions: bool = False,
        batch_size: int | None = None,
        on_error: str | None = None,
    ) -> None: ...
    def columns(self) -> list[str]: ...
    def schema_capsule(self) -> object: ...
    def stream_capsule(
        self, columns: Sequence[str] | None = None, batch_size: int | None = None
    ) -> object: ...
    def metadata(self) -> dict[str, str]: ...
    def raise_error(self) -> None: ...
    def write_parquet(self, path: str) -> int: ...

class NativeReport:
    file: str
    passed: bool
    records: int
    accepted: int
    rejected: int
    flow: str | None
    layout: str
    edition: str
    truncated: bool
    flags: dict[str, int]
    totals: dict[str, int]
    def html(self) -> str: ...
    def json(self) -> str: ...
    def text(self) -> str: ...
    def stream_capsule(self) -> object: ...

def check(
    *,
    path: str | None = None,
    opener: Callable[[], Any] | None = None,
    name: str | None = None,
    flow: str | None = None,
    layout: str | None = None,
    edition: str | None = None,
    fuel: str | None = None,
    as_of: str | None = None,
    ignore: list[str] = [],
    profiles: list[str] = [],
    max_samples: int | None = 1000,
    mask: bool = False,
    cross_records: bool = True,
) -> NativeReport: ...
def splits(
    path: str,
    size: int,
    *,
    flow: str | None = None,
    layout: str | None = None,
    profiles: list[str] = [],
) -> list[dict[str, Any]]: ...
def convert(
    input: str,
    output: str,
    *,
    to: str | None = None,
    from_: str | None = None,
    envelope: str | None = None,
    edition: str | None = None,
    map_flags: list[tuple[str, str]] = [],
    skip_invalid: bool = False,
    mask: bool = False,
    sheet: str | None = None,
    profiles: list[str] = [],
    supplier: str | None = None,
    delimiter: str | None = None,
    columns: list[tuple[str, str]] = [],
    header_values: list[tuple[str, str]] = [],
) -> Conversion: ...
def generate(
    output: str,
    *,
    flow: str,
    records: int,
    seed: int = 0,
    layout: str | None = None,
    edition: str | None = None,
    envelope: bool = False,
    invalid: float = 0.0,
) -> tuple[int, int]: ...
def diff(old: str, new: str, *, edition: str | None = None) -> Difference: ...
