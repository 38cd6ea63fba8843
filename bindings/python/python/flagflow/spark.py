"""A data source of Spark: ``spark.read.format("flagflow").load("/shared/in")``.

The parts of the files are Spark's partitions. The package must be installed on each executor, and
the path must be the same on all machines.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pyspark.sql.datasource import DataSource, DataSourceReader, InputPartition
from pyspark.sql.types import DateType, LongType, StringType, StructField, StructType

from . import _scan

if TYPE_CHECKING:
    import pyarrow
    from pyspark.sql import SparkSession

_LONG = {
    "meter_point",
    "instruction_number",
    "incoming_instruction_number",
    "received",
    "accepted",
    "rejected",
    "line",
    "offset",
}
_DATE = {"effective_from", "deemed_received_date"}


def _type_of(name: str) -> LongType | DateType | StringType:
    if name in _LONG:
        return LongType()
    return DateType() if name in _DATE else StringType()


class FlagflowPartition(InputPartition):
    """A part of a file."""

    def __init__(self, part: _scan.Part) -> None:
        self.part = part


class FlagflowReader(DataSourceReader):
    """Reads parts of files as record batches."""

    def __init__(self, schema: StructType, scan: _scan.Scan, size: int) -> None:
        self._columns = [field.name for field in schema.fields]
        # a scan cannot be pickled, its parts can
        self._parts = scan.splits(size)

    def partitions(self) -> list[InputPartition]:
        """Return the parts."""
        return [FlagflowPartition(part) for part in self._parts]

    def read(self, partition: InputPartition) -> Iterator["pyarrow.RecordBatch"]:
        """Read a part."""
        assert isinstance(partition, FlagflowPartition)
        yield from _scan.Scan.of(partition.part, self._columns).to_batches()


class FlagflowSource(DataSource):
    """The data source ``flagflow``.

    Options: ``path`` (or ``load(path)``), ``columns`` (separated by commas), ``positions``,
    ``on_error``, ``flow``, ``layout``, ``profile``, and ``split_size`` in bytes.
    """

    @classmethod
    def name(cls) -> str:
        """Return the name of the format."""
        return "flagflow"

    def _scan(self) -> _scan.Scan:
        options = dict(self.options)
        path = options.get("path")
        # several paths come as a JSON list
        paths: Any = json.loads(options["paths"]) if path is None else path
        columns = options.get("columns")
        return _scan.scan(
            paths,
            columns=None if columns is None else [name.strip() for name in columns.split(",")],
            positions=options.get("positions", "false").lower() == "true",
            on_error=options.get("on_error", "fail"),
            flow=options.get("flow"),
            layout=options.get("layout"),
            profile=options.get("profile"),
        )

    def schema(self) -> StructType:
        """Return the schema. Every column may be null."""
        return StructType([StructField(name, _type_of(name)) for name in self._scan().columns])

    def reader(self, schema: StructType) -> FlagflowReader:
        """Return a reader of the files."""
        size = int(dict(self.options).get("split_size", 64 << 20))
        return FlagflowReader(schema, self._scan(), size)


def register(spark: "SparkSession") -> None:
    """Register the format ``flagflow``.

    Parameters
    ----------
    spark : pyspark.sql.SparkSession
        The session.
    """
    spark.dataSource.register(FlagflowSource)
