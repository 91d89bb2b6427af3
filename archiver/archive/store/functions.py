"""The SQL functions of the archive: ``fold(text)``, here and in the tools that people read archives with.

Searching does not need it: the index holds folded words, so whoever types them folded (``dang uy khoi``) can search in
any SQLite shell. sqlite-utils and Datasette have it as a plugin where this program is installed beside them (entry
points in pyproject.toml).
"""

import sqlite3

from pluggy import HookimplMarker

from archiver.text.folding import fold


def register_functions(connection: sqlite3.Connection) -> None:
    """Let a connection's SQL call ``fold(text)``; NULL stays NULL, numbers are read as text."""
    connection.create_function("fold", 1, _fold_value, deterministic=True)


@HookimplMarker("datasette")
@HookimplMarker("sqlite_utils")
def prepare_connection(conn: sqlite3.Connection) -> None:
    """Give the functions to a connection that sqlite-utils or Datasette opened."""
    register_functions(conn)


def _fold_value(value: str | float | bytes | None) -> str | None:
    if isinstance(value, bytes):
        return fold(value.decode("utf-8", "replace"))
    return None if value is None else fold(str(value))
