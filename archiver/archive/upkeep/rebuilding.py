"""Clearing what was read, so that it can be made again from evidence; and telling what became another by it."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from archiver.archive.history.change_log import take_back_site
from archiver.archive.history.content import Content
from archiver.archive.history.snapshots import rederive_article
from archiver.archive.identity.clues import add_clues, make_title_clue
from archiver.archive.identity.keys import Sighting, add_address, meet_key
from archiver.archive.noise.learned_rules import forget_rules
from archiver.archive.runs.run_log import Run
from archiver.archive.search.index import index_new, optimize_index
from archiver.model import Purpose

# What people see of an article, as far as it can become another: texts by their digest.
_SHOWN = (
    "SELECT site, article_id, 'article', url, section, state, listed, snapshots, views, views_observed_at, "
    "first_seen_at || ' ' || last_seen_at FROM current_articles",
    "SELECT site, article_id, 'snapshot', url, snapshot, seen_from, seen_until, changed_fields, cause, content_digest, "
    "title FROM article_history",
    "SELECT site, article_id, 'event', url, at, kind, detail, NULL, NULL, NULL, NULL FROM events",
    "SELECT site, article_id, 'count', NULL, observed_at, views, source, views_raw, NULL, NULL, NULL FROM view_history",
)
# In the order of what points to what.
_READINGS = ("article_events", "snapshots", "readings", "article_addresses", "article_keys")


@dataclass(frozen=True, slots=True)
class ReplayedRun:
    """A run whose captures are recorded again; ``is_open`` if it was never closed."""

    run: Run
    is_open: bool


@dataclass(frozen=True, slots=True)
class ReplayedCapture:
    """A capture that is recorded again: its id, its time and what it was asked for."""

    id: int
    fetched_at: str
    purpose: Purpose


def list_replayed_runs(connection: sqlite3.Connection, site: str) -> list[ReplayedRun]:
    """List the runs of a site that count, in the order in which they began."""
    rows = connection.execute(
        "SELECT id, site, outcome IS NULL FROM runs WHERE site = ? AND NOT withdrawn ORDER BY started_at, uid", (site,)
    )
    return [ReplayedRun(Run(row[0], row[1]), bool(row[2])) for row in rows]


def list_replayed_captures(connection: sqlite3.Connection, run: Run) -> Iterator[ReplayedCapture]:
    """List the captures of a run that say something, in the order of their time."""
    rows = connection.execute(
        "SELECT k.id, k.fetched_at, k.purpose, k.expected, k.refused FROM captures k "
        "JOIN addresses a ON a.id = k.address_id WHERE k.run_id = ? AND k.final ORDER BY k.fetched_at, a.url",
        (run.id,),
    ).fetchall()
    return (ReplayedCapture(row[0], row[1], Purpose(row[2], row[3], refused=row[4])) for row in rows)


def clear_readings(connection: sqlite3.Connection, site: str) -> None:
    """Take away all that was read of the captures of a site, and set it aside for those that are damaged.

    Contents stay, for they may be those of other sites too; one that is not what its digest says is never met again.
    """
    if not connection.execute("SELECT 1 FROM temp.sqlite_master WHERE name = 'set_aside'").fetchone():
        _set_aside(connection)
    articles = "(SELECT id FROM articles WHERE site = ?)"
    connection.execute("DELETE FROM clues WHERE site = ?", (site,))
    take_back_site(connection, site)
    for table in _READINGS:
        connection.execute(f"DELETE FROM {table} WHERE article_id IN {articles}", (site,))
    connection.execute("DELETE FROM articles WHERE site = ?", (site,))
    forget_rules(connection, site)


def restore_readings(connection: sqlite3.Connection, site: str, capture: ReplayedCapture) -> None:
    """Write back what was read of a capture before it was damaged."""
    rows = connection.execute("SELECT * FROM set_aside WHERE capture_id = ?", (capture.id,)).fetchall()
    sighting = Sighting(capture.id, capture.fetched_at, site)
    for row in rows:
        known = meet_key(connection, site, row["native_key"])
        for url, section, answered in connection.execute(_ADDRESSES_OF, (row["number"], capture.fetched_at)).fetchall():
            add_address(connection, known, sighting, url, section, answered=bool(answered))
        connection.execute(
            "INSERT INTO readings (article_id, capture_id, parser_id, source, sign, standing, doubtful, newest, "
            "content_id, views, views_raw, detail, key_id, address_id) SELECT ?, capture_id, parser_id, source, sign, "
            "standing, doubtful, newest, content_id, views, views_raw, detail, ?, address_id FROM set_aside "
            "WHERE number = ?",
            (known.article_id, known.key_id, row["number"]),
        )
        if row["title"] is not None:
            add_clues(connection, site, known.key_id, [make_title_clue(row["title"], row["published_at"])])
        rederive_article(connection, known.article_id)


# The addresses of an article that a capture showed first, or whose section it did, and its own.
_ADDRESSES_OF = """
    SELECT aa.url, CASE WHEN aa.section_from = ?2 THEN aa.section END, aa.url IS r.url AND r.sign = 'content'
    FROM set_aside r JOIN set_aside_addresses aa ON aa.article_id = r.article_id AND aa.key_id IN (r.key_id, 0)
    WHERE r.number = ?1 AND (aa.seen_from = ?2 OR aa.section_from = ?2 OR (aa.url IS r.url AND r.sign = 'content'))
"""


def drop_unread(connection: sqlite3.Connection) -> None:
    """Drop the contents that no reading stands on any more, and make the search index anew, in the order of old."""
    for table in ("search_folded", "search_exact"):
        connection.execute(f"INSERT INTO {table} ({table}) VALUES ('delete-all')")
    connection.execute("DELETE FROM search_order")
    connection.execute(
        "DELETE FROM contents WHERE id NOT IN (SELECT content_id FROM readings WHERE content_id IS NOT NULL "
        "UNION SELECT content_id FROM snapshots)"
    )
    index_new(connection)
    optimize_index(connection)
    for table in ("set_aside", "set_aside_addresses"):
        connection.execute(f"DROP TABLE IF EXISTS temp.{table}")


def remember_shown(connection: sqlite3.Connection) -> None:
    """Write down what people see now, to be held against what they see later."""
    connection.execute("DROP TABLE IF EXISTS temp.shown")
    connection.execute(f"CREATE TEMP TABLE shown AS {' UNION ALL '.join(_SHOWN)}")


def list_shown_otherwise(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    """List the articles (site, id) of which people see something else than was written down."""
    shown = "SELECT * FROM temp.shown"
    connection.execute(f"CREATE TEMP TABLE shown_now AS {' UNION ALL '.join(_SHOWN)}")
    gone, come = f"{shown} EXCEPT {shown}_now", f"{shown}_now EXCEPT {shown}"
    rows = connection.execute(
        f"SELECT site, article_id FROM ({gone}) UNION SELECT site, article_id FROM ({come}) ORDER BY 1, 2"
    ).fetchall()
    connection.execute("DROP TABLE temp.shown_now")
    connection.execute("DROP TABLE temp.shown")
    return [(row[0], row[1]) for row in rows]


def _set_aside(connection: sqlite3.Connection) -> None:
    connection.execute(
        "CREATE TEMP TABLE set_aside AS SELECT row_number() OVER () AS number, coalesce(n.native_key, "
        "a.native_key) AS native_key, d.url, c.title, c.published_at, r.* FROM readings r "
        "JOIN articles a ON a.id = r.article_id JOIN captures k ON k.id = r.capture_id "
        "JOIN addresses d ON d.id = k.address_id LEFT JOIN article_keys n ON n.id = r.key_id "
        "LEFT JOIN contents c ON c.id = r.content_id WHERE r.key_id <> 0"
    )
    connection.execute(
        "CREATE TEMP TABLE set_aside_addresses AS SELECT d.url, aa.* FROM article_addresses aa "
        "JOIN addresses d ON d.id = aa.address_id"
    )
    connection.execute("CREATE INDEX temp.set_aside_by_number ON set_aside (number)")
    connection.execute("CREATE INDEX temp.set_aside_by_capture ON set_aside (capture_id)")
    connection.execute("CREATE INDEX temp.set_aside_addresses_by_article ON set_aside_addresses (article_id)")
    for row in connection.execute("SELECT * FROM contents").fetchall():
        content = Content.of_row(row)
        if (content.row_digest, content.digest) != (row["row_digest"], row["digest"]):
            connection.execute("UPDATE contents SET row_digest = randomblob(32) WHERE id = ?", (row["id"],))
