"""The change log: the order in which an archive learned of what happened to articles.

Events are derived again and again: a later judgement may take one back and bring it again, captures of any age may be
imported, and a rebuild makes them all anew. The log only grows, and an event keeps the number under which it was met
first; so whoever read up to a number, or was told of some, is told of every event once.
"""

import sqlite3
from collections.abc import Iterable

# An event of an article that was joined to another may stand there under the key that the article had before.
_LOG = """
    INSERT OR IGNORE INTO change_log (site, native_key, capture_id, seen_at, kind)
    SELECT a.site, a.native_key, k.id, k.fetched_at, ?3 FROM articles a JOIN captures k ON k.id = ?2
    WHERE a.id = ?1 AND NOT EXISTS (
        SELECT 1 FROM change_log l JOIN article_keys n ON n.site = l.site AND n.native_key = l.native_key
        WHERE l.capture_id = ?2 AND l.kind = ?3 AND n.article_id = ?1
    )
"""


def log_events(connection: sqlite3.Connection, article_id: int, events: Iterable[tuple[int, str]]) -> None:
    """Log events of an article, each its capture and kind, where they are not logged yet."""
    connection.executemany(_LOG, [(article_id, *event) for event in events])
