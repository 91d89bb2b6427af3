"""Every value of an archive held against what this program can write: UTF-8, types, times, lists in JSON, names.

SQLite's own check of its file looks at none of that. This one reads all rows, a million values a second.
"""

import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from archiver.archive.evidence.files import check_extension
from archiver.archive.evidence.headers import read_set
from archiver.archive.evidence.kept_captures import load_places
from archiver.archive.history.packed_html import unpack_html
from archiver.archive.noise.learned_rules import check_rule, load_lines
from archiver.archive.store.connection import explain_error
from archiver.archive.store.damage import FILE_ERRORS, MOST_BYTES, DamageError, distrust, shorten
from archiver.archive.store.inspection import inspect_schema, make_archive
from archiver.archive.store.schema import VERSION
from archiver.archive.store.values import READERS, read_json, read_pairs, read_zone
from archiver.errors import ArchiveError
from archiver.site import NAME

_ROWS = 500
_CHECK = re.compile(r"\bCHECK \(")
_TYPES: dict[str, type] = {"TEXT": bytearray, "INTEGER": int, "BLOB": bytes}


@dataclass(frozen=True, slots=True)
class _Column:
    name: str
    type: str
    needed: bool
    key: bool


@dataclass(frozen=True, slots=True)
class _Table:
    name: str
    columns: tuple[_Column, ...]
    checks: tuple[str, ...]

    @property
    def keys(self) -> str:
        """Its key, as SQL names the columns."""
        return ", ".join(f'"{column.name}"' for column in self.columns if column.key)


def inspect_archive(connection: sqlite3.Connection, schema: str = "main") -> None:
    """Refuse an archive of which anything cannot be what this program wrote; ArchiveError says what, in one line.

    For archives that others made, before they are joined with one's own. Looked at are the schema, SQLite's check of
    the file, and every value. Reads all of it.
    """
    path = next(Path(row[2]) for row in connection.execute("PRAGMA database_list") if row[1] == schema)
    try:
        distrust(connection)
        inspect_schema(connection, schema)
        fault = find_fault(connection, schema)
    except FILE_ERRORS as error:
        raise ArchiveError(explain_error(path, error)) from error
    except ArchiveError as error:
        raise ArchiveError(f"{path}: {error}") from error
    if fault:
        raise ArchiveError(f"{path}: the archive is damaged, or made by hand ({fault}); nothing of it was used")


def find_fault(connection: sqlite3.Connection, schema: str = "main") -> str | None:
    """Say what is wrong first: with the file itself, as SQLite checks it, or with a value; None where nothing is."""
    said = connection.execute(f"PRAGMA {schema}.quick_check(1)").fetchone()[0]
    return next(list_faults(connection, schema), None) if said == "ok" else " ".join(str(said).split())


def list_faults(connection: sqlite3.Connection, schema: str = "main") -> Iterator[str]:
    """Name every value that this program cannot have written: table, row and column, one line each."""
    for table in _list_tables():
        yield from _list_wrong_values(connection, schema, table)
        for check in table.checks:
            query = f"SELECT {table.keys} FROM {schema}.{table.name} WHERE NOT ({check})"
            for row in _fetch_rows(connection, query):
                yield f"table {table.name}, row {_name_row(row)}: not so: {check}"


def list_wrong_values(connection: sqlite3.Connection, schema: str = "main") -> Iterator[str]:
    """Name values as ``list_faults`` does; of tables whose constraints SQLite held, since it wrote them just now."""
    for table in _list_tables():
        yield from _list_wrong_values(connection, schema, table)


def _list_wrong_values(connection: sqlite3.Connection, schema: str, table: _Table) -> Iterator[str]:
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    count = table.keys.count(",") + 1
    for row in _fetch_rows(connection, f"SELECT {table.keys}, {names} FROM {schema}.{table.name}"):
        for fault in _check_row(table, row[count:]):
            yield f"table {table.name}, row {_name_row(row[:count])}: {fault}"


@cache
def _list_tables() -> tuple[_Table, ...]:
    """List the tables of an archive, without those of the search index."""
    query = "SELECT name, sql FROM sqlite_master WHERE name IN (SELECT name FROM pragma_table_list WHERE strict)"
    with closing(make_archive(VERSION)) as connection:
        return tuple(
            _Table(name, tuple(_read_columns(connection, name)), tuple(_read_checks(sql)))
            for name, sql in connection.execute(f"{query} ORDER BY name").fetchall()
        )


def _read_checks(sql: str) -> Iterator[str]:
    """Take the constraints out of the SQL of a table of ours; SQLite looks at none in a file that it only reads."""
    for found in _CHECK.finditer(sql):
        depth, end = 1, found.end()
        while depth:
            depth += {"(": 1, ")": -1}.get(sql[end], 0)
            end += 1
        yield " ".join(sql[found.end() : end - 1].split())


def _read_columns(connection: sqlite3.Connection, table: str) -> Iterator[_Column]:
    for _, name, kind, needed, _, key in connection.execute(f"PRAGMA table_info({table})"):
        yield _Column(name, kind, bool(needed or key), bool(key))


def _fetch_rows(connection: sqlite3.Connection, query: str) -> Iterator[Sequence[Any]]:
    """Fetch rows with their texts as bytearrays, which are told from blobs and may be no UTF-8."""
    cursor = connection.cursor()
    cursor.row_factory = None
    cursor.execute(query)
    while True:
        with _undecoded(connection):
            rows = cursor.fetchmany(_ROWS)
        if not rows:
            return
        yield from rows


@contextmanager
def _undecoded(connection: sqlite3.Connection) -> Iterator[None]:
    usual = connection.text_factory
    connection.text_factory = bytearray
    try:
        yield
    finally:
        connection.text_factory = usual


def _check_row(table: _Table, row: Sequence[Any]) -> Iterator[str]:
    sound: dict[str, Any] = {}
    for column, value in zip(table.columns, row, strict=True):
        try:
            _check_value(table.name, column, value)
        except DamageError as error:
            yield f"{column.name}: {error}"
        else:
            sound[column.name] = value
    if {"body_html", "body", "images"} <= sound.keys():
        try:
            unpack_html(*(_decode(sound[name]) for name in ("body_html", "body", "images")))
        except DamageError as error:
            yield f"body_html: {error}"


def _check_value(table: str, column: _Column, value: object) -> None:
    if value is None:
        if column.needed:
            raise DamageError("no value")
        return
    if not isinstance(value, _TYPES[column.type]):
        raise DamageError(f"{_show(value)} is of another type")
    if isinstance(value, bytearray):
        value = _decode(value)
    reader = _OWN.get((table, column.name)) or (READERS.get(column.name) if column.type == "TEXT" else None)
    if reader is not None:
        reader(value)


def _decode(raw: bytearray) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise DamageError(f"{_show(raw)} is no UTF-8") from None


def _check_name(name: str) -> str:
    if not NAME.fullmatch(name):
        raise DamageError(f"{shorten(name)} is no name of a site")
    return name


def _check_size(size: int) -> int:
    if not 0 <= size <= MOST_BYTES:
        raise DamageError(f"{size} is no size")
    return size


def _check_count(count: int) -> int:
    if count < 0:
        raise DamageError(f"{count} is no count")
    return count


def _name_row(key: Sequence[object]) -> str:
    return ", ".join(map(_show, key))


def _show(value: object) -> str:
    return shorten(value.decode("utf-8", "replace") if isinstance(value, bytearray) else value)


_OWN: dict[tuple[str, str], Callable[[Any], object]] = {
    ("sites", "name"): _check_name,
    ("sites", "timezone"): read_zone,
    ("sites", "places"): load_places,
    ("sites", "noise"): load_lines,
    ("learned_noise", "template"): check_rule,
    ("runs", "arguments"): read_pairs,
    ("runs", "declaration"): read_json,
    ("header_sets", "headers"): read_set,
    ("downloads", "validators"): read_pairs,
    ("files", "extension"): check_extension,
    ("files", "size"): _check_count,
    ("payloads", "size"): _check_size,
}
