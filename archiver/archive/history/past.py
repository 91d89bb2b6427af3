"""An article as it stood at a time: nothing in it is of a later day, and what is not known of that day is None.

past.sql is how it is asked for.
"""

import sqlite3
from datetime import datetime
from pathlib import Path

from archiver.archive.history.content import write_time
from archiver.archive.queries.rows import PastArticleRow
from archiver.archive.store.sql_files import read_statements
from archiver.archive.store.values import take_rows

[_QUERY] = read_statements(Path(__file__).with_name("past.sql"))


def find_article_at(connection: sqlite3.Connection, site: str, article_id: str, at: datetime) -> PastArticleRow | None:
    """Return an article as it stood at a time, or last stood before it; None before its first snapshot.

    The columns are those of ``current_articles``, by what was captured up to then, and of ``article_history``:
    ``snapshots`` counts those up to then, ``views`` is the last count read up to then, ``state`` what captures up to
    then say. ``seen_until`` is the snapshot's own and may be later. ``url`` and ``section`` are None where the article
    has several and nothing tells which of them was shown.
    """
    values = {"site": site, "article_id": article_id, "at": write_time(at, "microseconds")}
    rows = take_rows(connection.execute(_QUERY, values), PastArticleRow)
    return next(rows, None)
