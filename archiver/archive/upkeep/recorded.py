"""What is recorded of captures by one parser: to be held against what the pages say."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from archiver.archive.identity.keys import Known
from archiver.text.sketches import PORTAL_PAGE


@dataclass(frozen=True, slots=True)
class KeptCapture:
    """A capture that says something of articles.

    ``is_read``: its run was read by today's parser alone, and by a program that records all that a capture says; so
    what is not recorded of it is missing.
    """

    id: int
    is_read: bool


@dataclass(frozen=True, slots=True)
class RecordedReading:
    """What is recorded of one capture for one key; the digests are those of a content.

    ``url`` is the address that is named, or under which the article is shown.
    """

    article_id: int
    key_id: int
    url: str | None
    sign: str
    source: str
    content_id: int | None
    digest: bytes | None
    row_digest: bytes | None
    views: int | None
    views_raw: str | None
    detail: str | None


def list_kept_captures(connection: sqlite3.Connection, site: str, parser_id: int) -> Iterator[KeptCapture]:
    """List the captures of a site that say something, in the order in which they were kept."""
    rows = connection.execute(
        "WITH read_runs (id) AS (SELECT u.id FROM runs u JOIN captures k ON k.run_id = u.id "
        "JOIN readings r ON r.capture_id = k.id WHERE u.site = ?1 AND u.program IS NOT NULL GROUP BY u.id "
        "HAVING min(r.parser_id) = ?2 AND max(r.parser_id) = ?2) "
        "SELECT k.id, k.run_id IN (SELECT id FROM read_runs) FROM runs u CROSS JOIN captures k ON k.run_id = u.id "
        "WHERE u.site = ?1 AND k.final AND NOT u.withdrawn ORDER BY k.id",
        (site, parser_id),
    )
    return (KeptCapture(row[0], bool(row[1])) for row in rows)


def list_recorded(connection: sqlite3.Connection, capture_id: int, parser_id: int) -> list[RecordedReading]:
    """List what a parser read in a capture; what a judgement made of it is left out."""
    rows = connection.execute(
        "SELECT r.article_id, r.key_id, d.url, r.sign, r.source, r.content_id, c.digest, c.row_digest, r.views, "
        "r.views_raw, r.detail FROM readings r LEFT JOIN contents c ON c.id = r.content_id "
        "LEFT JOIN addresses d ON d.id = r.address_id "
        "WHERE r.capture_id = ? AND r.parser_id = ? AND r.sign <> 'unlisted' AND r.detail IS NOT ?",
        (capture_id, parser_id, PORTAL_PAGE),
    )
    return [RecordedReading(*row) for row in rows]


def was_shown_before(connection: sqlite3.Connection, article_id: int, content_id: int, at: str) -> bool:
    """Say whether an earlier capture of an article has the same content: later ones that equal it share its row."""
    query = (
        "SELECT EXISTS (SELECT 1 FROM readings r JOIN captures k ON k.id = r.capture_id "
        "WHERE r.article_id = ? AND r.content_id = ? AND k.fetched_at < ?)"
    )
    return bool(connection.execute(query, (article_id, content_id, at)).fetchone()[0])


def is_address_noted(
    connection: sqlite3.Connection, known: Known, url: str, at: str, section: str | None, *, answered: bool
) -> bool:
    """Say whether an address is noted for an article as it must be after a capture that showed it there."""
    query = (
        "SELECT EXISTS (SELECT 1 FROM article_addresses aa JOIN addresses d ON d.id = aa.address_id "
        "WHERE aa.article_id = ?1 AND aa.key_id = ?6 AND d.url = ?2 AND aa.seen_from <= ?3 AND aa.answered >= ?4 "
        "AND (?5 IS NULL OR aa.section_from < ?3 OR (aa.section_from = ?3 AND aa.section = ?5)))"
    )
    values = (known.article_id, url, at, int(answered), section, known.key_id)
    return bool(connection.execute(query, values).fetchone()[0])
