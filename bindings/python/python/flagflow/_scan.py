"""Files as tables."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Union

from . import _native
from ._errors import OptionsError
from ._input import PathLike, Source, opener_of, paths_of, profile_texts

if TYPE_CHECKING:
    import duckdb
    import pandas
    import polars
    import pyarrow

#: A part of a file: a dictionary of plain values, which can be pickled.
Part = dict[str, Union[int, str, bytes, bool, None]]


class _Stream:
    """A stream of record batches that is opened anew each time."""

    def __init__(self, scan: "Scan", columns: Sequence[str] | None, batch_size: int | None) -> None:
        self._scan, self._columns, self._batch_size = scan, columns, batch_size

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._scan._native.stream_capsule(self._columns, self._batch_size)


class Scan:
    """One or more files as a table, which is read anew by each consumer.

    A scan has the Arrow PyCapsule interface (``__arrow_c_stream__``), so ``pyarrow.table(scan)``,
    ``polars.DataFrame(scan)`` and ``duckdb.sql("select * from scan")`` read it. The methods below
    raise exceptions by kind, where other consumers show the message only.

    Every column may be null. The unit of dates is a day; ``meter_point`` is the MPRN or MPAN as
    an integer.

    ============================  ========  ====================================================
    column                        type      value
    ============================  ========  ====================================================
    fuel                          Utf8      gas or electricity
    transaction_type              Utf8      E45, E46, D0350, D0351 or D0172
    meter_point                   Int64     MPRN or MPAN
    dcc_service_flag              Utf8      A, I, N, S or W
    effective_from                Date32    the first day on which the flag applies
    outcome_code                  Utf8      AC or RJ (E46)
    reason_code                   Utf8      reasons, with spaces between them (D0351)
    instruction_number            Int64     J0109
    supplier_id                   Utf8      J0084
    incoming_instruction_number   Int64     J1017 (D0351)
    deemed_received_date          Date32    J0821 (D0351, D0172)
    answered_file_identifier      Utf8      J1064 (D0172)
    received, accepted, rejected  Int64     J0522, J0523, J0524 (D0172)
    file, line, offset            Utf8, 2   by choice: the name, the line from 1, the byte from 0
                                  Int64
    error                         Utf8      with ``on_error="keep"``: the reason of a bad record
    ============================  ========  ====================================================

    Use `scan` to make one.
    """

    def __init__(self, native: Any, remake: dict[str, Any] | None) -> None:
        self._native = native
        self._remake = remake

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Open the files and return a stream of record batches."""
        return self._native.stream_capsule()

    def __arrow_c_schema__(self) -> object:
        """Return the schema without reading the files."""
        return self._native.schema_capsule()

    @property
    def columns(self) -> list[str]:
        """The names of the columns."""
        return self._native.columns()

    @property
    def metadata(self) -> dict[str, str]:
        """The format and the header of the first file."""
        return self._native.metadata()

    @property
    def schema(self) -> "pyarrow.Schema":
        """The schema of the table."""
        import pyarrow

        return pyarrow.schema(self)

    def _read(self, read: Any) -> Any:
        """Read the stream, and raise the error of the scan rather than that of the consumer."""
        try:
            return read()
        except BaseException:
            self._native.raise_error()
            raise

    def to_batches(
        self, columns: Sequence[str] | None = None, batch_size: int | None = None
    ) -> Iterator["pyarrow.RecordBatch"]:
        """Iterate over record batches, in bounded memory.

        Parameters
        ----------
        columns : sequence of str, optional
            The columns, in this order.
        batch_size : int, optional
            The most rows of a batch.

        Yields
        ------
        pyarrow.RecordBatch
        """
        import pyarrow

        stream = _Stream(self, columns, batch_size)
        reader = self._read(lambda: pyarrow.RecordBatchReader.from_stream(stream))
        while True:
            try:
                batch = self._read(reader.read_next_batch)
            except StopIteration:
                return
            yield batch

    def to_arrow(self, columns: Sequence[str] | None = None) -> "pyarrow.Table":
        """Read all rows.

        Parameters
        ----------
        columns : sequence of str, optional
            The columns, in this order.

        Returns
        -------
        pyarrow.Table
        """
        import pyarrow

        stream = _Stream(self, columns, None)
        return self._read(lambda: pyarrow.RecordBatchReader.from_stream(stream).read_all())

    def to_pandas(self, columns: Sequence[str] | None = None) -> "pandas.DataFrame":
        """Read all rows. Integers with nulls have pandas' type ``Int64``, dates ``datetime64``.

        Parameters
        ----------
        columns : sequence of str, optional
            The columns, in this order.

        Returns
        -------
        pandas.DataFrame
        """
        import pandas
        import pyarrow

        table = self.to_arrow(columns)
        frame = table.to_pandas(
            date_as_object=False,
            types_mapper={pyarrow.int64(): pandas.Int64Dtype()}.get,
        )
        return frame

    def to_polars(self, lazy: bool = False) -> "polars.DataFrame | polars.LazyFrame":
        """Read all rows, or only those and the columns that a lazy query wants.

        Parameters
        ----------
        lazy : bool
            Returns a LazyFrame: the columns, a filter and a limit of the query reach the reader.

        Returns
        -------
        polars.DataFrame or polars.LazyFrame
        """
        import polars

        if not lazy:
            return self._read(lambda: polars.DataFrame(self))
        from polars.io.plugins import register_io_source

        schema = polars.DataFrame(_Empty(self)).schema

        def source(
            with_columns: list[str] | None,
            predicate: "polars.Expr | None",
            n_rows: int | None,
            batch_size: int | None,
        ) -> Iterator["polars.DataFrame"]:
            wanted = with_columns
            if with_columns is not None and predicate is not None:
                more = [name for name in predicate.meta.root_names() if name not in with_columns]
                wanted = [*with_columns, *more]
            for batch in self.to_batches(wanted):
                frame = polars.from_arrow(batch)
                if n_rows is not None:
                    frame = frame.head(n_rows)
                    n_rows -= frame.height
                if predicate is not None:
                    frame = frame.filter(predicate)
                if wanted != with_columns:
                    frame = frame.select(with_columns)
                yield frame
                if n_rows == 0:
                    return

        return register_io_source(source, schema=schema)

    def to_duckdb(self, con: "duckdb.DuckDBPyConnection", name: str = "flagflow") -> None:
        """Register the table under a name of a DuckDB connection.

        DuckDB reads the files anew in each query.

        Parameters
        ----------
        con : duckdb.DuckDBPyConnection
            The connection.
        name : str
            The name of the table.
        """
        con.register(name, self)

    def to_parquet(self, path: PathLike) -> int:
        """Write a Parquet file, whole or not at all, in bounded memory.

        Parameters
        ----------
        path : path
            The file.

        Returns
        -------
        int
            The number of rows.
        """
        return self._native.write_parquet(os.fspath(path))

    def splits(self, size: int = 64 << 20) -> list[Part]:
        """Split the files into parts that can be read apart, in other processes too.

        Parameters
        ----------
        size : int
            The size of a part in bytes. A compressed file is one part.

        Returns
        -------
        list of dict
            Arguments of `Scan.of`.
        """
        if self._remake is None:
            raise OptionsError("only a scan of paths can be split")
        own = self._remake
        how = {key: own[key] for key in ("flow", "layout", "profiles")}
        return [
            {**part, **{"options": own}}  # type: ignore[dict-item]
            for path in own["paths"]
            for part in _native.splits(os.path.abspath(path), size, **how)
        ]

    @classmethod
    def of(cls, part: Part, columns: Sequence[str] | None = None) -> "Scan":
        """Read a part of a file.

        Parameters
        ----------
        part : dict
            A part that `Scan.splits` or `splits` returned.
        columns : sequence of str, optional
            The columns, instead of those of the scan that was split.

        Returns
        -------
        Scan
        """
        options = dict(part["options"])  # type: ignore[arg-type, call-overload]
        options.pop("paths")
        if columns is not None:
            options.update(columns=list(columns), positions=False)
        plain = {key: value for key, value in part.items() if key != "options"}
        return cls(_native.NativeScan(part=plain, **options), None)

    def __repr__(self) -> str:
        return f"<flagflow.Scan of {self._remake['paths'] if self._remake else 'one input'}>"


class _Empty:
    """A table without rows, for its schema."""

    def __init__(self, scan: Scan) -> None:
        self._scan = scan

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        import pyarrow

        schema = self._scan.schema
        return pyarrow.RecordBatchReader.from_batches(schema, []).__arrow_c_stream__()


def scan(
    source: Source,
    *,
    columns: Sequence[str] | None = None,
    positions: bool = False,
    on_error: str = "fail",
    flow: str | None = None,
    layout: str | None = None,
    profile: PathLike | Iterable[PathLike] | None = None,
    batch_size: int | None = None,
) -> Scan:
    """Return files as a table, which is read when it is used.

    Parameters
    ----------
    source : path, iterable of paths or binary file object
        A file, a glob such as ``"in/*.dxi"``, a folder with all its files, or several of these;
        or a file object, which is read from its present place. Files may be compressed with gzip.
    columns : sequence of str, optional
        The columns, in this order.
    positions : bool
        Adds the columns ``file``, ``line`` and ``offset``.
    on_error : {"fail", "skip", "keep"}
        A bad record raises `BadRecordError`, is left out, or becomes a row without values and with
        a reason in the column ``error``.
    flow : str, optional
        ``e45``, ``e46``, ``d0350``, ``d0351`` or ``d0172``, if the first line does not show it.
    layout : str, optional
        ``fixed``, ``uklink``, ``zhv`` or ``zhf``, if the first line does not show it.
    profile : path or iterable of paths, optional
        Profiles of electricity files, instead of those built in.
    batch_size : int, optional
        The most rows of a record batch, 65,536 by default.

    Returns
    -------
    Scan

    Examples
    --------
    >>> import flagflow
    >>> flagflow.scan("in/", on_error="skip").to_parquet("in.parquet")  # doctest: +SKIP
    """
    options: dict[str, Any] = {
        "flow": flow,
        "layout": layout,
        "profiles": profile_texts(profile),
        "columns": None if columns is None else list(columns),
        "positions": positions,
        "on_error": on_error,
        "batch_size": batch_size,
    }
    if hasattr(source, "read"):
        opener, name = opener_of(source)
        return Scan(_native.NativeScan(opener=opener, name=name, **options), None)
    paths = paths_of(source)  # type: ignore[arg-type]
    return Scan(_native.NativeScan(paths=paths, **options), {"paths": paths, **options})


def splits(source: PathLike | Iterable[PathLike], size: int = 64 << 20, **options: Any) -> list[Part]:
    """Split files into parts that can be read apart, in other processes too.

    Parameters
    ----------
    source : path or iterable of paths
        The files, as for `scan`.
    size : int
        The size of a part in bytes. A compressed file is one part.
    **options
        The options of `scan`.

    Returns
    -------
    list of dict
        Arguments of `Scan.of`. All of them together give the rows of the files in their order.
    """
    return scan(source, **options).splits(size)
