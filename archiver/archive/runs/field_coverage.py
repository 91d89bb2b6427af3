"""Which fields the pages of articles filled, in a run and before it."""

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from archiver.archive.runs.run_log import Run

# How many pages of a run are read for their fields, and how many of the articles that were there before it.
MOST_PAGES = 500
LAST_ARTICLES = 50


@dataclass(frozen=True, slots=True)
class Page:
    """Which fields an article page filled, and which it had filled before; ``before`` None for a new article."""

    url: str
    filled: frozenset[str]
    before: frozenset[str] | None


_CONTENT = """
    JOIN contents c ON c.id = r.content_id JOIN articles a ON a.id = r.article_id JOIN captures k ON k.id = r.capture_id
"""
_FIELDS = "c.title, c.lead, c.body, c.author, c.published_raw AS published, c.images, c.attachments, r.views, a.section"
# The last good reading of each of some articles before a run; a bare column beside max() is of the row that has it.
_BEFORE = f"""
    SELECT max(k.fetched_at), r.article_id, {_FIELDS} FROM readings r {_CONTENT}
    WHERE r.article_id IN (SELECT value FROM json_each(?1)) AND k.run_id != ?2 AND r.sign = 'content'
        AND k.fetched_at < (SELECT started_at FROM runs WHERE id = ?2)
        AND r.source = 'article' AND r.standing = 'counted' AND r.newest
    GROUP BY r.article_id
"""


def read_pages(connection: sqlite3.Connection, run: Run, *, same_page: bool) -> Iterator[Page]:
    """Read what the run's article pages filled: also those withheld as an outage, which show what was lost.

    Where one page answered for many articles, those withheld are that page, and no evidence of a layout.
    """
    standing = "= 'counted'" if same_page else "!= 'pending'"
    rows = connection.execute(
        f"SELECT max(k.fetched_at), r.article_id, d.url, {_FIELDS} FROM captures k JOIN readings r "
        f"ON r.capture_id = k.id AND r.sign = 'content' AND r.source = 'article' AND r.newest "
        f"AND r.standing {standing} "
        "JOIN contents c ON c.id = r.content_id JOIN articles a ON a.id = r.article_id "
        "JOIN addresses d ON d.id = k.address_id WHERE k.run_id = ? GROUP BY r.article_id ORDER BY 1 DESC LIMIT ?",
        (run.id, MOST_PAGES),
    ).fetchall()
    articles = json.dumps([row["article_id"] for row in rows])
    before = {row["article_id"]: _filled(row) for row in connection.execute(_BEFORE, (articles, run.id))}
    for row in rows:
        known = before.get(row["article_id"])
        # An article keeps the section it once had, so only a new one shows whether sections are still read.
        yield Page(row["url"], _filled(row), known - {"section"} if known is not None else None)


def read_recent(connection: sqlite3.Connection, run: Run) -> list[frozenset[str]]:
    """Read what the last articles that were there before a run filled."""
    rows = connection.execute(
        "SELECT a.id FROM articles a JOIN runs u ON u.id = ? WHERE a.site = ? AND a.first_seen_at < u.started_at "
        "AND EXISTS (SELECT 1 FROM snapshots WHERE article_id = a.id) ORDER BY a.first_seen_at DESC LIMIT ?",
        (run.id, run.site, LAST_ARTICLES),
    )
    articles = json.dumps([row[0] for row in rows])
    return [_filled(row) for row in connection.execute(_BEFORE, (articles, run.id))]


def _filled(row: sqlite3.Row) -> frozenset[str]:
    fields = ("title", "lead", "body", "author", "published", "images", "attachments", "views", "section")
    return frozenset(field for field in fields if row[field] not in (None, "", "[]"))
