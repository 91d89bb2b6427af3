"""Rows of a whole archive, a few at a time: what exports read."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice

from archiver.archive.queries.article_filter import ArticleFilter
from archiver.archive.queries.queries import select_articles
from archiver.archive.store.damage import FILE_ERRORS, DamageError, note_damage
from archiver.archive.store.values import Row, read_rows

EXTRACTS = {
    "articles": "current_articles",
    "history": "article_history",
    "views": "view_history",
    "events": "events",
    "attachments": "attachments",
}
"""Which view is behind what is exported."""
_ORDERS = {
    "articles": "1",
    "history": "snapshot",
    "views": "observed_at",
    "events": "at, kind",
    "attachments": "kind, file_url",
}


@contextmanager
def holding_still(connection: sqlite3.Connection) -> Iterator[None]:
    """See the archive as it is at the first question, whatever a crawl writes meanwhile."""
    connection.execute("BEGIN")
    try:
        yield
    finally:
        connection.rollback()


def extract_rows(
    connection: sqlite3.Connection, what: str, wanted: ArticleFilter, limit: int | None = None
) -> Iterator[Row]:
    """Yield the rows of a view of EXTRACTS for the articles wanted, the newest article first, at most ``limit``.

    Only keys are sorted, and texts are fetched one article at a time: memory does not grow with the archive.
    """
    keys = list_keys(connection, wanted, limit if what == "articles" else None)
    rows = (row for key in keys for row in read_article(connection, what, key))
    return islice(rows, limit)


def read_article(connection: sqlite3.Connection, what: str, key: tuple[str, str]) -> Iterator[Row]:
    """Read the rows of one article; damage that ends the question ends it for no other article."""
    query = f"SELECT * FROM {EXTRACTS[what]} WHERE site = ? AND article_id = ? ORDER BY {_ORDERS[what]}"
    try:
        yield from read_rows(connection.execute(query, key))
    except FILE_ERRORS as error:
        note_damage(DamageError(f"{key[0]}:{key[1]}: {error}"))


def list_keys(
    connection: sqlite3.Connection, wanted: ArticleFilter, limit: int | None = None
) -> Iterator[tuple[str, str]]:
    """List site and id of the articles wanted, the newest first."""
    tail, values = select_articles(connection, wanted, limit)
    rows = read_rows(connection.execute(f"SELECT site, article_id {tail}", values))
    return ((row["site"], row["article_id"]) for row in rows)
