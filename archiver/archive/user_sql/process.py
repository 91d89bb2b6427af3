"""A program that answers people's SQL, read-only: what it costs is bounded, and it can be ended at any moment.

It serves one archive to one process over a pipe, and ends when that hangs up. See answerer.py for the other end.
"""

import sqlite3
import sys
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path

from archiver.archive.store.functions import register_functions
from archiver.archive.user_sql.limits import begin_time, end_time, limit_connection, limit_process
from archiver.archive.user_sql.messages import Fault, Head, Question, Rows
from archiver.processes import serve

_ALLOWED = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE})
# What only tells something; SQLite's full-text tables ask for data_version themselves.
_PRAGMAS = frozenset(
    "application_id data_version database_list foreign_key_list function_list index_info index_list index_xinfo "
    "max_page_count page_count page_size schema_version table_info table_list table_xinfo user_version".split()
)
_READING = frozenset(_PRAGMAS - {"schema_version", "application_id", "user_version", "page_size", "max_page_count"})
_ROWS, _BYTES = 500, 500_000
"""What is sent at once."""
_FAULTS = (sqlite3.Error, sqlite3.Warning, ValueError, OverflowError, MemoryError)


def open_guarded(path: Path) -> sqlite3.Connection:
    """Open an archive for questions: read-only, no other file, bounded."""
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None)
    connection.text_factory = lambda text: text.decode("utf-8", "replace")
    register_functions(connection)
    connection.execute("PRAGMA query_only = ON")
    limit_connection(connection)
    connection.set_authorizer(_authorize)
    return connection


def answer(connection: sqlite3.Connection, question: Question) -> Iterator[Head | Rows | Fault]:
    """Answer a question: its head, its rows by and by, or why there are none."""
    try:
        cursor = connection.execute(question.sql, question.values)
        yield Head(tuple(column[0] for column in cursor.description) if cursor.description else None)
        yield from _send_rows(cursor, question)
    except _FAULTS as error:
        yield _explain(error)


def _send_rows(cursor: sqlite3.Cursor, question: Question) -> Iterator[Rows | Fault]:
    rows: Rows = []
    taken = waiting = 0
    for number, row in enumerate(cursor, 1):
        size = sum(map(sys.getsizeof, row))
        taken, waiting = taken + size, waiting + size
        if question.most_bytes is not None and taken > question.most_bytes:
            most = f"{question.most_bytes / 1e6:g} MB"
            yield Fault("size", f"the answer is larger than {most}; ask for fewer rows or columns")
            return
        rows.append(row)
        if number == question.most_rows:
            break
        if len(rows) == _ROWS or waiting > _BYTES:
            yield rows
            rows, waiting = [], 0
    yield rows


def _explain(error: Exception) -> Fault:
    if isinstance(error, MemoryError):
        return Fault("memory", "the question takes too much memory; ask for fewer rows or shorter values")
    text = " ".join(str(error).split())
    if (getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF == sqlite3.SQLITE_CORRUPT:
        return Fault("damage", text)
    return Fault("time" if text == "interrupted" else "sql", text)


def _authorize(action: int, first: str | None, second: str | None, *_: str | None) -> int:
    if action == sqlite3.SQLITE_PRAGMA:
        name = (first or "").lower()
        allowed = name in _READING or (name in _PRAGMAS and second is None)
    elif action == sqlite3.SQLITE_FUNCTION:
        allowed = (second or "").lower() != "load_extension"
    else:
        allowed = action in _ALLOWED
    return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY


def _serve(pipe: Connection, path: Path) -> None:
    limit_process()
    connection = open_guarded(path)
    while True:
        question: Question = pipe.recv()
        begin_time(connection, question.seconds)
        for part in answer(connection, question):
            pipe.send(part)
        end_time(connection)
        pipe.send(None)


if __name__ == "__main__":
    serve(_serve)
