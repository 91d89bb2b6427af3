"""The change log: the order in which an archive learned of what happened to articles.

Events are derived again and again: captures of any age may be imported, and a rebuild makes them all anew. The log
keeps the number under which each was met first, so whoever read up to a number, or was told of some, is told of every
event once. An event that a judgement took back, and a later one brought again, gets a new number: somebody may have
read past the old one while it did not stand.
"""

import sqlite3
from collections.abc import Iterable

# An event of an article that was joined to another may stand in the log under the key that the article had before.
_OF_ARTICLE = (
    "capture_id = ?2 AND kind = ?3 AND (site, native_key) IN (SELECT site, native_key FROM article_keys "
    "WHERE article_id = ?1)"
)
_TAKE_BACK = f"UPDATE change_log SET taken_back = 1 WHERE {_OF_ARTICLE}"
_BRING_AGAIN = (
    "UPDATE change_log SET taken_back = 0, id = (SELECT max(id) + 1 FROM change_log) WHERE id = (SELECT min(id) "
    f"FROM change_log WHERE taken_back AND {_OF_ARTICLE})"
)
_LOG = (
    "INSERT INTO change_log (site, native_key, capture_id, seen_at, kind) "
    "SELECT a.site, a.native_key, k.id, k.fetched_at, ?3 FROM articles a JOIN captures k ON k.id = ?2 "
    f"WHERE a.id = ?1 AND NOT EXISTS (SELECT 1 FROM change_log WHERE {_OF_ARTICLE})"
)


def log_events(connection: sqlite3.Connection, article_id: int, events: Iterable[tuple[int, str]]) -> None:
    """Log events that came to an article, each its capture and kind."""
    for capture_id, kind in events:
        event = (article_id, capture_id, kind)
        connection.execute(_BRING_AGAIN, event)
        connection.execute(_LOG, event)


def take_back_events(connection: sqlite3.Connection, article_id: int, events: Iterable[tuple[int, str]]) -> None:
    """Note that events of an article do not stand any more."""
    connection.executemany(_TAKE_BACK, [(article_id, *event) for event in events])
