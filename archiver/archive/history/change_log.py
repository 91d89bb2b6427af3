"""The change log: the order in which an archive learned of what happened to articles.

Events are derived again and again: captures of any age may be imported, and a rebuild makes them all anew. The log
keeps the number under which each was met first, so whoever read up to a number, or was told of some, is told of every
event once. An event that a judgement took back, and a later one brought again, gets a new number: somebody may have
read past the old one while it did not stand. Within one transaction nobody has.
"""

import sqlite3
from collections.abc import Iterable

# An event of an article that was joined to another may stand in the log under the key that the article had before.
_OF_ARTICLE = (
    "capture_id = ?2 AND kind = ?3 AND (site, native_key) IN (SELECT site, native_key FROM article_keys "
    "WHERE article_id = ?1)"
)
_TAKE_BACK = f"UPDATE change_log SET taken_back = 2 WHERE {_OF_ARTICLE}"
_TAKE_ALL_BACK = "UPDATE change_log SET taken_back = 2 WHERE site = ? AND NOT taken_back"
_TAKE_ARTICLE_BACK = (
    "UPDATE change_log SET taken_back = 2 WHERE NOT taken_back AND (capture_id, kind) IN (SELECT capture_id, kind "
    "FROM article_events WHERE article_id = ?1) AND (site, native_key) IN (SELECT site, native_key FROM article_keys "
    "WHERE article_id = ?1)"
)
_KEEP = f"UPDATE change_log SET taken_back = 0 WHERE taken_back = 2 AND {_OF_ARTICLE}"
_LOG = (
    "INSERT INTO change_log (site, native_key, capture_id, seen_at, kind) "
    "SELECT a.site, a.native_key, k.id, k.fetched_at, ?3 FROM articles a JOIN captures k ON k.id = ?2 "
    f"WHERE a.id = ?1 AND NOT EXISTS (SELECT 1 FROM change_log WHERE {_OF_ARTICLE})"
)
_BRING_AGAIN = (
    "UPDATE change_log SET taken_back = 0, id = (SELECT max(id) + 1 FROM change_log) WHERE id = "
    f"(SELECT min(id) FROM change_log WHERE {_OF_ARTICLE} HAVING min(taken_back))"
)
_SETTLE = "UPDATE change_log SET taken_back = 1 WHERE taken_back = 2"


def log_events(connection: sqlite3.Connection, article_id: int, events: Iterable[tuple[int, str]]) -> None:
    """Log events that came to an article, each its capture and kind."""
    for capture_id, kind in events:
        event = (article_id, capture_id, kind)
        for statement in (_KEEP, _LOG, _BRING_AGAIN):
            if connection.execute(statement, event).rowcount:
                break


def take_back_events(connection: sqlite3.Connection, article_id: int, events: Iterable[tuple[int, str]]) -> None:
    """Note that events of an article do not stand any more, unless this transaction brings them again."""
    connection.executemany(_TAKE_BACK, [(article_id, *event) for event in events])


def take_back_site(connection: sqlite3.Connection, site: str) -> None:
    """Note the same of all events of a site, which are about to be derived anew."""
    connection.execute(_TAKE_ALL_BACK, (site,))


def take_back_article(connection: sqlite3.Connection, article_id: int) -> None:
    """Note the same of all events of an article that is about to get or to lose keys, and drop them.

    Deriving brings those again that stand; what an article did under a key that another has now is no event of its own.
    """
    connection.execute(_TAKE_ARTICLE_BACK, (article_id,))
    connection.execute("DELETE FROM article_events WHERE article_id = ?", (article_id,))


def settle_log(connection: sqlite3.Connection) -> None:
    """Note which events are taken back for good; every transaction of the archive ends with it."""
    connection.execute(_SETTLE)
