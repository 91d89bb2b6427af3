"""People's own SQL: answered read-only, in limited time."""

import math
import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic

from archiver.archive.damage import read_text
from archiver.errors import ArchiverError, UsageError

Value = str | int | float | None

_ALLOWED = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE})
# What only tells something; SQLite's full-text tables ask for data_version themselves.
_PRAGMAS = frozenset(
    "application_id data_version foreign_key_list function_list index_info index_list index_xinfo table_info "
    "table_list table_xinfo user_version".split()
)
_STEPS = 10_000  # of SQLite's machine, about a millisecond, between two looks at the clock
_LONGEST_VALUE = 100_000_000
_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,17})")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a question brought: the names of its columns, all different, and its rows as they come."""

    columns: tuple[str, ...]
    rows: Iterator[dict[str, Value]]


@contextmanager
def ask(connection: sqlite3.Connection, question: str, values: Mapping[str, str], seconds: float) -> Iterator[Answer]:
    """Answer a question of SQL; the rows are read while the context is open.

    UsageError for what SQLite cannot understand or may not do, ArchiverError where the time runs out.
    """
    _guard(connection, monotonic() + seconds)
    try:
        cursor = connection.execute(question, {name: _read_value(text) for name, text in values.items()})
        if cursor.description is None:
            raise UsageError("this asks for nothing; write a SELECT (archiver schema names the views)")
        columns = _name_columns([column[0] for column in cursor.description])
        yield Answer(columns, (dict(_pair(columns, row)) for row in cursor))
    except sqlite3.OperationalError as error:
        if str(error) == "interrupted":
            raise ArchiverError(f"no answer after {seconds:g} seconds; --timeout gives it more") from error
        raise UsageError(_explain(error)) from error
    except (sqlite3.Error, sqlite3.Warning) as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_CORRUPT:
            raise  # it is the archive and not the question
        raise UsageError(_explain(error)) from error


def _pair(columns: Sequence[str], row: Sequence[Value | bytes]) -> Iterator[tuple[str, Value]]:
    """Pair a row with its columns; bytes as hexadecimal digits, and infinity, which JSON cannot tell, as text."""
    for column, value in zip(columns, row, strict=True):
        if isinstance(value, bytes):
            yield column, value.hex()
        else:
            yield column, str(value) if isinstance(value, float) and not math.isfinite(value) else value


def _guard(connection: sqlite3.Connection, deadline: float) -> None:
    """Let a connection read this archive, nothing else, and not for ever."""
    connection.execute("PRAGMA query_only = ON")
    connection.row_factory = None
    connection.text_factory = read_text
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST_VALUE)
    connection.set_progress_handler(lambda: int(monotonic() > deadline), _STEPS)
    connection.set_authorizer(_authorize)


def _authorize(action: int, first: str | None, second: str | None, *_: str | None) -> int:
    if action == sqlite3.SQLITE_PRAGMA:
        allowed = (first or "").lower() in _PRAGMAS
    elif action == sqlite3.SQLITE_FUNCTION:
        allowed = (second or "").lower() != "load_extension"
    else:
        allowed = action in _ALLOWED
    return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY


def _explain(error: Exception) -> str:
    text = " ".join(str(error).split())
    if any(word in text for word in ("not authorized", "authorization", "readonly", "prohibited")):
        return "only questions are answered here: the archive is open for reading, and nothing else is opened"
    if text == "malformed JSON":
        return f"{text}; where the question has none of its own, the archive is damaged: archiver verify names the row"
    return f"{text}; archiver schema names the views and their columns"


def _name_columns(names: Sequence[str]) -> tuple[str, ...]:
    """Make the names different from one another: the second ``title`` is ``title_2``."""
    unique: list[str] = []
    for name in names:
        number = 1
        while (shown := name if number == 1 else f"{name}_{number}") in unique:
            number += 1
        unique.append(shown)
    return tuple(unique)


def _read_value(text: str) -> str | int | float:
    """Read a number as a number: SQLite compares text with numbers as different things."""
    if _NUMBER.fullmatch(text):
        return int(text)
    return float(text) if re.fullmatch(r"-?\d{1,15}\.\d{1,15}", text) else text
