"""Parquet: rows with their types, for pandas, DuckDB and their like."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import islice
from typing import BinaryIO, Self

import pyarrow as pa
from pyarrow import parquet

from archiver.archive.store.values import Row

# Rows are written, and forgotten, in groups; texts of articles have some 5 KB each.
GROUP = 1_000
_TIMES = frozenset(
    "published_at views_observed_at first_seen_at last_seen_at changed_at seen_from seen_until observed_at "
    "fetched_at asked_at at".split()
)
_NUMBERS = frozenset("views snapshots snapshot bytes status copies".split())
_TRUTHS = frozenset(["listed"])
_FILES = {
    "images": ("url", "caption", "alt"),
    "attachments": ("url", "title"),
    "links": ("url", "text", "kind"),
    "marks": ("kind", "text", "before"),
}


class ParquetFile:
    """A Parquet file that is written group by group; to be used as a context manager.

    Times are timestamps in UTC (microseconds), ``listed`` is a boolean, images and attachments are lists of structs.
    """

    def __init__(self, stream: BinaryIO | str, columns: Sequence[str]) -> None:
        self._schema = pa.schema([(column, _type_of(column)) for column in columns])
        self._writer = parquet.ParquetWriter(stream, self._schema, compression="zstd")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._writer.close()

    def write(self, rows: Sequence[Row]) -> None:
        """Write rows as a group."""
        arrays = [pa.array([_read(field.name, row[field.name]) for row in rows], field.type) for field in self._schema]
        self._writer.write_table(pa.Table.from_arrays(arrays, schema=self._schema))


def write_parquet(stream: BinaryIO, rows: Iterable[Row], columns: Sequence[str]) -> None:
    """Write rows as Parquet, a group at a time."""
    remaining = iter(rows)
    with ParquetFile(stream, columns) as file:
        while group := list(islice(remaining, GROUP)):
            file.write(group)


def _type_of(column: str) -> pa.DataType:
    if column in _TIMES:
        return pa.timestamp("us", tz="UTC")
    if column in _NUMBERS:
        return pa.int64()
    if column in _TRUTHS:
        return pa.bool_()
    if column in _FILES:
        return pa.list_(pa.struct([(name, pa.string()) for name in _FILES[column]]))
    return pa.list_(pa.string()) if column == "changed_fields" else pa.string()


def _read(column: str, value: object) -> object:
    if value is None:
        return None
    if column in _TIMES:
        return datetime.fromisoformat(str(value))
    return bool(value) if column in _TRUTHS else value
