"""Checks."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, BinaryIO

from . import _native
from ._input import PathLike, opener_of, profile_texts

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow


class Findings:
    """The findings of a check as a table.

    The columns are ``file``, ``line``, ``record``, ``offset`` and ``length`` (bytes), ``rule``,
    ``severity``, ``field``, ``value``, ``expected`` and ``message``. The table has the Arrow
    PyCapsule interface.
    """

    def __init__(self, native: Any) -> None:
        self._native = native

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Return a stream of record batches."""
        return self._native.stream_capsule()

    def to_arrow(self) -> "pyarrow.Table":
        """Return the table of pyarrow."""
        import pyarrow

        return pyarrow.RecordBatchReader.from_stream(self).read_all()

    def to_pandas(self) -> "pandas.DataFrame":
        """Return the table of pandas."""
        return self.to_arrow().to_pandas()

    def to_polars(self) -> "polars.DataFrame":
        """Return the table of polars."""
        import polars

        return polars.DataFrame(self)


class Report:
    """The report of a check of one file.

    Attributes
    ----------
    file : str
        The name of the file.
    passed : bool
        True if there is no error. Warnings and notes do not count.
    records, accepted, rejected : int
        The numbers of records, of those without an error, and of the others.
    flow, layout, edition : str
        The format of the file. The flow is None in a file without records.
    flags : dict of str to int
        Accepted records by flag.
    totals : dict of str to int
        Exact numbers of findings by rule.
    truncated : bool
        True if there are more findings than `findings` has.
    """

    def __init__(self, native: Any) -> None:
        self._native = native
        self.file: str = native.file
        self.passed: bool = native.passed
        self.records: int = native.records
        self.accepted: int = native.accepted
        self.rejected: int = native.rejected
        self.flow: str | None = native.flow
        self.layout: str = native.layout
        self.edition: str = native.edition
        self.flags: dict[str, int] = native.flags
        self.totals: dict[str, int] = native.totals
        self.truncated: bool = native.truncated

    @property
    def findings(self) -> Findings:
        """The findings as a table."""
        return Findings(self._native)

    def html(self) -> str:
        """Return the report as a page of HTML."""
        return self._native.html()

    def json(self) -> str:
        """Return the report as a JSON object (flagflow-report/1)."""
        return self._native.json()

    def text(self) -> str:
        """Return the report as the command prints it."""
        return self._native.text()

    def _repr_html_(self) -> str:
        import html

        return f'<iframe width="100%" height="600" srcdoc="{html.escape(self.html())}"></iframe>'

    def __repr__(self) -> str:
        verdict = "passed" if self.passed else "failed"
        return f"<flagflow.Report of {self.file}: {verdict}, {self.rejected} of {self.records} rejected>"


def check(
    source: PathLike | BinaryIO,
    *,
    flow: str | None = None,
    layout: str | None = None,
    edition: str | None = None,
    fuel: str | None = None,
    as_of: str | None = None,
    ignore: Iterable[str] = (),
    profile: PathLike | Iterable[PathLike] | None = None,
    max_samples: int | None = 1000,
    mask: bool = False,
    cross_records: bool = True,
) -> Report:
    """Check a file against all rules. Ctrl-C ends the check.

    Parameters
    ----------
    source : path or binary file object
        The file, which may be compressed with gzip.
    flow, layout : str, optional
        The flow and the layout, instead of those that the file shows.
    edition : {"auto", "pre-mp077", "mp077", "any"}, optional
        The edition of the flags; that of the header's day by default.
    fuel : {"gas", "electricity"}, optional
        The fuel that the file must have.
    as_of : str, optional
        The day after which an effective date is in the future, ``YYYY-MM-DD``.
    ignore : iterable of str
        The names of rules whose findings are not counted.
    profile : path or iterable of paths, optional
        Profiles of electricity files, instead of those built in.
    max_samples : int or None
        The most findings of each rule to keep; None keeps all.
    mask : bool
        Hides meter points in findings.
    cross_records : bool
        Compares records with each other: duplicates and conflicts.

    Returns
    -------
    Report
    """
    options: dict[str, Any] = {
        "flow": flow,
        "layout": layout,
        "edition": edition,
        "fuel": fuel,
        "as_of": as_of,
        "ignore": list(ignore),
        "profiles": profile_texts(profile),
        "max_samples": max_samples,
        "mask": mask,
        "cross_records": cross_records,
    }
    if hasattr(source, "read"):
        opener, name = opener_of(source)
        return Report(_native.check(opener=opener, name=name, **options))
    return Report(_native.check(path=os.fspath(source), **options))
