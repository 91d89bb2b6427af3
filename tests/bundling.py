"""Bundles in tests: all of an archive packed, merged and checked, and changed by hand."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing

import zstandard
from sqlite_utils import Database

from archiver.fleet.bundles import Bundle, pack
from archiver.fleet.packing import Mark, pack_next
from archiver.fleet.unpacking import merge_bundles
from archiver.ingest.verify import verify
from tests.scripted_year import Rows, dump


def pack_all(connection: sqlite3.Connection, mark: Mark, most: int = 30) -> tuple[list[Bundle], Mark]:
    """Pack all that is there after a mark."""
    bundles = []
    while packed := pack_next(connection, mark, most):
        bundle, mark = packed
        assert Mark.from_place(mark.to_place()) == mark
        bundles.append(bundle)
    return bundles, mark


def follow(database: Database, bundles: Iterable[Bundle]) -> Rows:
    """Merge bundles, check all that is there then, and return what people see."""
    merge_bundles(database, [bundle.data for bundle in bundles])
    assert list(verify(database)) == []
    return dump(database)


def change(data: bytes, *statements: str) -> bytes:
    """Change a bundle by SQL."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.deserialize(zstandard.ZstdDecompressor().stream_reader(data).read())
        for statement in statements:
            connection.execute(statement)
        return pack(connection)
