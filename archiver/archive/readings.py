"""Recording readings: what one parser made of one capture, for each article it shows."""

import sqlite3
from dataclasses import dataclass
from typing import Literal

from archiver.archive.articles import Sighting, add_address, add_listed, find_article, find_shown
from archiver.archive.content import COLUMNS, Content
from archiver.archive.derivation import Sign
from archiver.archive.rederivation import load_content, rederive_article
from archiver.model import Article, Count, ListingEntry

Novelty = Literal["new", "changed", "unchanged", "pending"]
Standing = Literal["pending", "counted", "withheld"]


@dataclass(frozen=True, slots=True)
class Parser:
    """A parser as the archive knows it: its id, and its place in the order of versions."""

    id: int
    ordinal: int


@dataclass(frozen=True, slots=True)
class LastContent:
    """The last good reading of an article: which capture and parser, and what was read."""

    capture_id: int
    at: str
    parser_id: int
    content_id: int
    digest: bytes


def find_parser(connection: sqlite3.Connection, version: str) -> Parser | None:
    """Return the parser of a version; None for one that has read nothing here yet."""
    row = connection.execute("SELECT id, ordinal FROM parsers WHERE version = ?", (version,)).fetchone()
    return Parser(row[0], row[1]) if row else None


def meet_parser(connection: sqlite3.Connection, version: str, ordinal: int) -> Parser:
    """Return the parser of a version, written down on first use."""
    known = find_parser(connection, version)
    if known:
        return known
    statement = "INSERT INTO parsers (version, ordinal) VALUES (?, ?) RETURNING id, ordinal"
    return Parser(*connection.execute(statement, (version, ordinal)).fetchone())


def record_article(
    connection: sqlite3.Connection,
    sighting: Sighting,
    parser: Parser,
    article: Article,
    article_id: int,
    last: LastContent | None,
) -> Novelty:
    """Record a good article page: a snapshot only if the content differs from the one before, and its count.

    ``last`` is the article's last good reading (find_last_content); None for one that was never read.
    A page that lost fields waits for the judgement of its run: it may be the portal that is broken and not the article.
    """
    moved = add_address(connection, article_id, sighting, article.url, article.section, answered=True)
    content = Content.of_article(article)
    content_id = store_content(connection, content, last)
    standing: Standing = "pending" if last and has_lost_fields(connection, last, content) else "counted"
    add_reading(
        connection, article_id, sighting, parser, "article", "content", standing, article.views, content_id=content_id
    )
    if standing == "pending":
        return "pending"
    same = last is not None and last.parser_id == parser.id and last.digest == content.digest
    if last and same and not moved and _extend(connection, article_id, sighting, last, article.views):
        return "unchanged"
    before = count_snapshots(connection, article_id) if last else 0
    after = rederive_article(connection, article_id)
    return "new" if not before else "changed" if after > before else "unchanged"


def record_entry(connection: sqlite3.Connection, sighting: Sighting, parser: Parser, entry: ListingEntry) -> int | None:
    """Record an article as a listing prints it: that it is listed, and its count. Never its content.

    Returns the id of the article where its history is to be derived anew, once all entries are recorded.
    """
    known, shown = find_shown(connection, sighting, entry.native_key, entry.url)
    value = entry.views.value if entry.views else None
    article_id = known or add_listed(connection, sighting, entry.native_key, entry.url, value)
    if known and not shown:
        add_address(connection, known, sighting, entry.url, None, answered=False)
    add_reading(connection, article_id, sighting, parser, "listing", "listed", "counted", entry.views)
    usual = known and shown and _note_article(connection, known, sighting, entry.views, "listed AND address_id")
    return None if usual else known


def record_sign(
    connection: sqlite3.Connection,
    sighting: Sighting,
    parser: Parser,
    article_id: int,
    sign: Sign,
    detail: str,
    standing: Standing = "pending",
) -> None:
    """Record what a capture says of an article without showing it: missing, moved, unlisted."""
    source: Literal["article", "listing"] = "listing" if sign == "unlisted" else "article"
    add_reading(connection, article_id, sighting, parser, source, sign, standing, None, detail=detail)
    if standing == "counted":
        rederive_article(connection, article_id)


def find_last_content(connection: sqlite3.Connection, article_id: int, parser: Parser) -> LastContent | None:
    """Return the last good reading of an article, by this parser where it read that capture, else by the newest."""
    row = connection.execute(
        "SELECT r.capture_id, k.fetched_at, r.parser_id, r.content_id, c.digest FROM readings r "
        "JOIN captures k ON k.id = r.capture_id JOIN contents c ON c.id = r.content_id "
        "WHERE r.article_id = ? AND r.sign = 'content' AND r.standing = 'counted' "
        "ORDER BY k.fetched_at DESC, r.parser_id = ? DESC, r.newest DESC LIMIT 1",
        (article_id, parser.id),
    ).fetchone()
    return LastContent(*row) if row else None


def has_lost_fields(connection: sqlite3.Connection, last: LastContent, content: Content) -> bool:
    """Say whether a content lacks a field that the last one had."""
    if last.digest == content.digest:
        return False
    return bool(load_content(connection, last.content_id).filled - content.filled)


def store_content(connection: sqlite3.Connection, content: Content, last: LastContent | None) -> int:
    """Store a content unless it compares as equal to the last one, or is stored already; returns its id."""
    if last and last.digest == content.digest:
        return last.content_id
    row_digest = content.row_digest
    row = connection.execute("SELECT id FROM contents WHERE row_digest = ?", (row_digest,)).fetchone()
    if row is None:
        columns, marks, kept = ", ".join(COLUMNS), ", ".join("?" * (len(COLUMNS) + 2)), content.kept
        row = connection.execute(
            f"INSERT INTO contents (row_digest, digest, {columns}) VALUES ({marks}) RETURNING id",
            (row_digest, content.digest, *(kept[column] for column in COLUMNS)),
        ).fetchone()
    return int(row[0])


def add_reading(
    connection: sqlite3.Connection,
    article_id: int,
    sighting: Sighting,
    parser: Parser,
    source: Literal["article", "listing"],
    sign: Sign,
    standing: Standing,
    views: Count | None,
    *,
    content_id: int | None = None,
    detail: str | None = None,
) -> None:
    """Write a reading; the newest parser's is the one whose count is shown."""
    newest = sighting.fresh or _displace_older(connection, article_id, sighting, parser, sign)
    value, raw = (views.value, views.raw) if views else (None, None)
    connection.execute(
        "INSERT INTO readings VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (article_id, sighting.capture_id, parser.id, source, sign, standing, newest, content_id, value, raw, detail),
    )


def _displace_older(
    connection: sqlite3.Connection, article_id: int, sighting: Sighting, parser: Parser, sign: Sign
) -> bool:
    """Let a parser's reading of a capture be the newest, unless that of a newer one is there; True if it is."""
    newer = connection.execute(
        "SELECT max(p.ordinal) FROM readings r JOIN parsers p ON p.id = r.parser_id "
        "WHERE r.article_id = ? AND r.capture_id = ? AND r.parser_id != ? AND r.sign = ?",
        (article_id, sighting.capture_id, parser.id, sign),
    ).fetchone()[0]
    newest = newer is None or newer < parser.ordinal
    if newer is not None and newest:
        statement = "UPDATE readings SET newest = 0 WHERE article_id = ? AND capture_id = ? AND sign = ?"
        connection.execute(statement, (article_id, sighting.capture_id, sign))
    return bool(newest)


def count_snapshots(connection: sqlite3.Connection, article_id: int) -> int:
    """Count the snapshots of an article."""
    query = "SELECT count(number) FROM snapshots WHERE article_id = ?"
    return int(connection.execute(query, (article_id,)).fetchone()[0])


def find_known(connection: sqlite3.Connection, site: str, key: str) -> int | None:
    """Return the id of an article that was seen with its content; None for one that listings only name."""
    article_id = find_article(connection, site, key)
    return article_id if article_id is not None and count_snapshots(connection, article_id) else None


def _extend(
    connection: sqlite3.Connection, article_id: int, sighting: Sighting, last: LastContent, views: Count | None
) -> bool:
    """Confirm the last snapshot without looking at the whole history; False where the usual case is not given."""
    done = connection.execute(
        "UPDATE snapshots SET last_capture_id = ?, seen_until = ? WHERE article_id = ? AND last_capture_id = ? "
        "AND parser_id = ? AND number = (SELECT max(number) FROM snapshots WHERE article_id = ?) AND seen_until < ? "
        "AND EXISTS (SELECT 1 FROM articles WHERE id = ? AND state = 'live')",
        (
            sighting.capture_id,
            sighting.at,
            article_id,
            last.capture_id,
            last.parser_id,
            article_id,
            sighting.at,
            article_id,
        ),
    ).rowcount
    return bool(done) and _note_article(connection, article_id, sighting, views)


def _note_article(
    connection: sqlite3.Connection, article_id: int, sighting: Sighting, views: Count | None, condition: str = "1"
) -> bool:
    """Note time and count of a sighting; False unless it is the latest, and its count not below the one before.

    False also for an article that a ``condition`` on its row does not hold for.
    """
    value = views.value if views else None
    return bool(
        connection.execute(
            "UPDATE articles SET last_seen_at = ?1, views = coalesce(?2, views), "
            "views_observed_at = CASE WHEN ?2 IS NULL THEN views_observed_at ELSE ?1 END "
            f"WHERE id = ?3 AND last_seen_at < ?1 AND coalesce(?2 >= views, 1) AND {condition}",
            (sighting.at, value, article_id),
        ).rowcount
    )
