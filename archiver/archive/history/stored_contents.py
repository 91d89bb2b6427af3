"""The contents of articles as they are stored: the last one read, and whether one that is read now is there already."""

import sqlite3
from dataclasses import dataclass

from archiver.archive.history.comparing import load_content
from archiver.archive.history.content import COLUMNS, Content
from archiver.archive.identity.keys import Known
from archiver.archive.noise.learned_rules import load_noise_of
from archiver.archive.noise.without_noise import without_noise
from archiver.text.sketches import WITHOUT_LAYOUT, lacks_layout


@dataclass(frozen=True, slots=True)
class LastContent:
    """A good reading of an article, the last one or another: which capture and parser, and what was read.

    ``key_id`` is the key under which it was recorded.
    """

    capture_id: int
    at: str
    parser_id: int
    content_id: int
    digest: bytes
    key_id: int


def find_last_content(
    connection: sqlite3.Connection, article_id: int, parser_id: int, before: str, like: str | None = None
) -> LastContent | None:
    """Return the last good reading of an article before a time, by this parser where it read that capture.

    Else it is that by the newest parser. ``like`` is the detail of a reading to compare it with: where a layout fitted
    one of the two pages and none the other, a field that only one of them has proves nothing.
    """
    condition = f"AND instr(coalesce(r.detail, ''), '{WITHOUT_LAYOUT}') {'>' if lacks_layout(like) else '='} 0"
    return _find_content(connection, article_id, parser_id, f"{condition} AND k.fetched_at <", "DESC", before)


def find_newest_content(
    connection: sqlite3.Connection, article_id: int, parser_id: int, before: str
) -> LastContent | None:
    """Return the last good reading of an article before a time, whether a layout fitted its page or not."""
    return _find_content(connection, article_id, parser_id, "AND k.fetched_at <", "DESC", before)


def find_next_content(
    connection: sqlite3.Connection, article_id: int, parser_id: int, after: str
) -> LastContent | None:
    """Return the first good reading of an article after a time, chosen as by ``find_newest_content``."""
    return _find_content(connection, article_id, parser_id, "AND k.fetched_at >", "ASC", after)


def _find_content(
    connection: sqlite3.Connection, article_id: int, parser_id: int, condition: str, order: str, time: str
) -> LastContent | None:
    row = connection.execute(
        "SELECT r.capture_id, k.fetched_at, r.parser_id, r.content_id, c.digest, r.key_id FROM readings r "
        "JOIN captures k ON k.id = r.capture_id JOIN contents c ON c.id = r.content_id "
        f"WHERE r.article_id = ? AND r.sign = 'content' AND r.standing = 'counted' {condition} ? "
        f"ORDER BY k.fetched_at {order}, r.parser_id = ? DESC, r.newest DESC LIMIT 1",
        (article_id, time, parser_id),
    ).fetchone()
    return LastContent(*row) if row else None


def has_lost_fields(connection: sqlite3.Connection, last: LastContent, content: Content) -> bool:
    """Say whether a content lacks a field that the last one had."""
    if last.digest == content.digest:
        return False
    return bool(load_content(connection, last.content_id).filled - content.filled)


def store_content(
    connection: sqlite3.Connection, content: Content, known: Known, at: str, last: LastContent | None
) -> int:
    """Store a content unless one was read under its key before ``at`` that compares as equal; returns its id.

    So spellings and addresses that move with every visit are kept once, and which of them is shown does not depend on
    the order in which captures are recorded: the earliest has a row of its own. Keys that are one article today may be
    two tomorrow: none takes the spelling of another.
    """
    if last and last.digest == content.digest and last.key_id == known.key_id:
        return last.content_id
    equal = _find_equal(connection, content, known, at) or _find_alike(connection, content, known, at)
    return equal or _keep_content(connection, content)


def _find_equal(connection: sqlite3.Connection, content: Content, known: Known, at: str) -> int | None:
    row = connection.execute(
        "SELECT r.content_id FROM readings r JOIN captures k ON k.id = r.capture_id "
        "JOIN contents c ON c.id = r.content_id WHERE r.article_id = ? AND r.key_id = ? AND r.sign = 'content' "
        "AND c.digest = ? AND k.fetched_at < ? ORDER BY k.fetched_at LIMIT 1",
        (known.article_id, known.key_id, content.digest, at),
    ).fetchone()
    return int(row[0]) if row else None


def _find_alike(connection: sqlite3.Connection, content: Content, known: Known, at: str) -> int | None:
    """Find the earliest content read under a key before a time that differs in nothing but noise."""
    noise = load_noise_of(connection, known.article_id)
    if not noise:
        return None
    rows = connection.execute(
        "SELECT r.content_id FROM readings r JOIN captures k ON k.id = r.capture_id WHERE r.article_id = ? "
        "AND r.key_id = ? AND r.sign = 'content' AND k.fetched_at < ? GROUP BY r.content_id ORDER BY min(k.fetched_at)",
        (known.article_id, known.key_id, at),
    ).fetchall()
    digest = without_noise(content, noise).digest
    return next(
        (row[0] for row in rows if without_noise(load_content(connection, row[0]), noise).digest == digest), None
    )


def _keep_content(connection: sqlite3.Connection, content: Content) -> int:
    row_digest = content.row_digest
    row = connection.execute("SELECT id FROM contents WHERE row_digest = ?", (row_digest,)).fetchone()
    if row is None:
        columns, marks, kept = ", ".join(COLUMNS), ", ".join("?" * (len(COLUMNS) + 2)), content.kept
        row = connection.execute(
            f"INSERT INTO contents (row_digest, digest, {columns}) VALUES ({marks}) RETURNING id",
            (row_digest, content.digest, *(kept[column] for column in COLUMNS)),
        ).fetchone()
    return int(row[0])
