"""DCC Service Flag files as tables: E45, E46, D0350, D0351 and D0172.

>>> import flagflow
>>> table = flagflow.scan("updates/*.dxi").to_arrow()            # doctest: +SKIP
>>> report = flagflow.check("updates/monday.dxi")                # doctest: +SKIP
>>> flagflow.convert("monday.dxi", "monday.parquet")["records"]  # doctest: +SKIP
"""

from __future__ import annotations

from ._check import Findings, Report, check
from ._errors import (
    BadRecordError,
    ColumnError,
    FlagflowError,
    InputError,
    OptionsError,
    OutputError,
    UnrecognisedError,
)
from ._native import __version__
from ._scan import Part, Scan, scan, splits
from ._work import Conversion, Difference, convert, diff, generate

__all__ = [
    "BadRecordError",
    "ColumnError",
    "Conversion",
    "Difference",
    "Findings",
    "FlagflowError",
    "InputError",
    "OptionsError",
    "OutputError",
    "Part",
    "Report",
    "Scan",
    "UnrecognisedError",
    "__version__",
    "check",
    "convert",
    "diff",
    "generate",
    "scan",
    "splits",
]
