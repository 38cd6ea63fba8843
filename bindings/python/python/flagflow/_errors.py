"""Exceptions, one for each kind of error."""

from __future__ import annotations


class FlagflowError(Exception):
    """An error of flagflow.

    Attributes
    ----------
    kind : str
        The kind: ``input``, ``output``, ``unrecognised``, ``bad-record``, ``column`` or ``options``.
    file : str or None
        The name of the file.
    line, column : int or None
        The position in the file, from 1; the column in bytes.
    offset : int or None
        The byte in the uncompressed file, from 0.
    record : int or None
        The number of the record, from 1.
    """

    kind = "other"

    def __init__(
        self,
        message: str,
        *,
        file: str | None = None,
        line: int | None = None,
        column: int | None = None,
        offset: int | None = None,
        record: int | None = None,
    ) -> None:
        super().__init__(message)
        self.file = file
        self.line = line
        self.column = column
        self.offset = offset
        self.record = record


class InputError(FlagflowError, OSError):
    """A file cannot be opened or read to its end."""

    kind = "input"


class OutputError(FlagflowError, OSError):
    """A file cannot be written."""

    kind = "output"


class UnrecognisedError(FlagflowError, ValueError):
    """A file is of no known format, or of another format than the options say."""

    kind = "unrecognised"


class BadRecordError(FlagflowError, ValueError):
    """A record, or the header, trailer or count of a file, is bad."""

    kind = "bad-record"


class ColumnError(FlagflowError, ValueError):
    """A column does not exist."""

    kind = "column"


class OptionsError(FlagflowError, ValueError):
    """An option is invalid."""

    kind = "options"


_KINDS = {
    one.kind: one
    for one in (InputError, OutputError, UnrecognisedError, BadRecordError, ColumnError, OptionsError)
}


def exception_of(kind: str, message: str, **position: object) -> FlagflowError:
    """Return the exception of a kind."""
    return _KINDS.get(kind, FlagflowError)(message, **position)  # type: ignore[arg-type]
