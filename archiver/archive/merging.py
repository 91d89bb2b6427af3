"""Joining archives that were made on different machines.

Evidence is copied by its natural keys; articles, snapshots and events are derived anew from all readings. So merging
twice, or in another order, gives the same public views.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlite_utils import Database

from archiver.archive.articles import absorb_article
from archiver.archive.file import check_file
from archiver.archive.files import copy_files, folder_beside, folder_of_files, list_files
from archiver.archive.rederivation import rederive_article
from archiver.archive.schema import VERSION
from archiver.archive.search_index import index_missing
from archiver.archive.soundness import inspect_archive
from archiver.errors import ArchiveError

# Each statement copies what is not there yet; ids are this archive's own, so every reference is looked up by key.
_EVIDENCE = (
    """
    INSERT OR IGNORE INTO sites
    SELECT *
    FROM other.sites
    """,
    """
    INSERT OR IGNORE INTO runs (uid, site, kind, arguments, started_at, finished_at, outcome, requests,
        articles_new, articles_changed, articles_unchanged, errors, scope, complete, found, articles_late, resumes)
    SELECT uid, site, kind, arguments, started_at, finished_at, outcome, requests, articles_new,
        articles_changed, articles_unchanged, errors, scope, complete, found, articles_late, resumes
    FROM other.runs
    ORDER BY started_at, uid
    """,
    """
    INSERT OR IGNORE INTO fates
    SELECT r.id, f.fate, f.reason, f.articles
    FROM other.fates f
    JOIN other.runs fr ON fr.id = f.run_id
    JOIN runs r ON r.uid = fr.uid
    """,
    """
    INSERT OR IGNORE INTO addresses (site, url)
    SELECT site, url
    FROM other.addresses
    ORDER BY site, url
    """,
    """
    INSERT OR IGNORE INTO dictionaries
    SELECT *
    FROM other.dictionaries
    """,
    """
    INSERT OR IGNORE INTO payloads
    SELECT *
    FROM other.payloads
    """,
    """
    INSERT OR IGNORE INTO header_sets (site, digest, headers)
    SELECT site, digest, headers
    FROM other.header_sets
    ORDER BY id
    """,
    """
    INSERT OR IGNORE INTO captures (run_id, address_id, fetched_at, status, headers, header_set_id, payload_digest, tls)
    SELECT r.id, a.id, k.fetched_at, k.status, k.headers, h.id, k.payload_digest, k.tls
    FROM other.captures k
    JOIN other.runs kr ON kr.id = k.run_id
    JOIN runs r ON r.uid = kr.uid
    JOIN other.addresses ka ON ka.id = k.address_id
    JOIN addresses a ON a.site = ka.site AND a.url = ka.url
    LEFT JOIN other.header_sets kh ON kh.id = k.header_set_id
    LEFT JOIN header_sets h ON h.site = kh.site AND h.digest = kh.digest
    ORDER BY k.fetched_at, a.url
    """,
    """
    INSERT OR IGNORE INTO files
    SELECT *
    FROM other.files
    """,
    """
    INSERT OR IGNORE INTO downloads
    SELECT a.id, d.fetched_at, r.id, d.status, d.digest, d.problem, d.validators
    FROM other.downloads d
    JOIN other.runs dr ON dr.id = d.run_id
    JOIN runs r ON r.uid = dr.uid
    JOIN other.addresses da ON da.id = d.address_id
    JOIN addresses a ON a.site = da.site AND a.url = da.url
    """,
)
_MAPS = (
    """
    CREATE TEMP TABLE capture_map AS
    SELECT k.id AS theirs, o.id AS ours
    FROM other.captures k
    JOIN other.addresses ka ON ka.id = k.address_id
    JOIN addresses a ON a.site = ka.site AND a.url = ka.url
    JOIN captures o ON o.address_id = a.id AND o.fetched_at = k.fetched_at
    """,
    """
    CREATE UNIQUE INDEX temp.capture_map_theirs ON capture_map (theirs)
    """,
    """
    INSERT OR IGNORE INTO articles (site, native_key)
    SELECT site, native_key
    FROM other.articles
    WHERE NOT EXISTS (SELECT 1
    FROM article_keys k
    WHERE k.site = other.articles.site AND k.native_key = other.articles.native_key)
    """,
    """
    INSERT OR IGNORE INTO article_keys
    SELECT site, native_key, id
    FROM articles
    """,
    """
    CREATE TEMP TABLE article_map AS
    SELECT t.id AS theirs, k.article_id AS ours
    FROM other.articles t
    JOIN article_keys k ON k.site = t.site AND k.native_key = t.native_key
    """,
    """
    CREATE UNIQUE INDEX temp.article_map_theirs ON article_map (theirs)
    """,
    """
    INSERT OR IGNORE INTO parsers (version, ordinal)
    SELECT version, ordinal
    FROM other.parsers
    ORDER BY ordinal
    """,
)
_READING = (
    """
    INSERT INTO article_addresses
    SELECT m.ours, a.id, t.seen_from, t.section, t.answered
    FROM other.article_addresses t
    JOIN article_map m ON m.theirs = t.article_id
    JOIN other.addresses ta ON ta.id = t.address_id
    JOIN addresses a ON a.site = ta.site AND a.url = ta.url
    WHERE true
    ON CONFLICT DO UPDATE SET section = CASE WHEN section IS NULL OR (excluded.section IS NOT NULL AND
        excluded.seen_from < seen_from) THEN excluded.section ELSE section END, seen_from =
        min(seen_from, excluded.seen_from), answered = max(answered, excluded.answered)
    """,
    """
    INSERT OR IGNORE INTO contents (row_digest, digest, title, author, lead, body, body_html,
        published_at, published_raw, published_precision, published_relative, images, attachments)
    SELECT row_digest, digest, title, author, lead, body, body_html, published_at, published_raw,
        published_precision, published_relative, images, attachments
    FROM other.contents
    """,
    """
    INSERT OR IGNORE INTO readings (article_id, capture_id, parser_id, source, sign, standing, newest,
        content_id, views, views_raw, detail)
    SELECT m.ours, k.ours, p.id, r.source, r.sign, r.standing, r.newest, c.id, r.views, r.views_raw,
        r.detail
    FROM other.readings r
    JOIN article_map m ON m.theirs = r.article_id
    JOIN capture_map k ON k.theirs = r.capture_id
    JOIN other.parsers rp ON rp.id = r.parser_id
    JOIN parsers p ON p.version = rp.version
    LEFT JOIN other.contents rc ON rc.id = r.content_id
    LEFT JOIN contents c ON c.row_digest = rc.row_digest
    """,
    """
    UPDATE readings SET newest = NOT EXISTS (SELECT 1
    FROM readings n
    JOIN parsers np ON np.id = n.parser_id
    WHERE n.article_id = readings.article_id AND n.capture_id = readings.capture_id AND n.sign =
        readings.sign AND np.ordinal > (SELECT ordinal
    FROM parsers
    WHERE id = readings.parser_id))
    WHERE article_id IN (SELECT ours
    FROM article_map)
    """,
    """
    INSERT OR IGNORE INTO findings (run_id, kind, url, detail, capture_id)
    SELECT r.id, f.kind, f.url, f.detail, k.ours
    FROM other.findings f
    JOIN other.runs fr ON fr.id = f.run_id
    JOIN runs r ON r.uid = fr.uid
    LEFT JOIN capture_map k ON k.theirs = f.capture_id
    ORDER BY f.id
    """,
)


def merge_archive(database: Database, other: Path) -> int:
    """Merge another archive into this one, in one transaction; returns the number of articles it touched.

    Its files are copied first, as far as they are not here; those that cannot be had ``verify`` names. ArchiveError
    where the other file is no archive, or of another version than this one.
    """
    _check(other)
    database.execute("ATTACH DATABASE ? AS other", [f"{other.resolve().as_uri()}?mode=ro"])
    try:
        copy_files(list_files(database.conn, "other"), folder_of_files(other), folder_beside(database.conn))
        with database.atomic():
            articles = _merge(database.conn)
    finally:
        database.execute("DETACH DATABASE other")
    return articles


def _check(other: Path) -> None:
    if not other.exists():
        raise ArchiveError(f"{other}: there is no such archive")
    check_file(other)
    with closing(sqlite3.connect(f"{other.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version != VERSION:
            said = f"made by an older version (schema {version}); open it once for writing, then merge"
            raise ArchiveError(f"{other}: {said}")
        inspect_archive(connection)


def _merge(connection: sqlite3.Connection) -> int:
    for statement in (*_EVIDENCE, *_MAPS):
        connection.execute(statement)
    _join_moved(connection)
    for statement in _READING:
        connection.execute(statement)
    index_missing(connection)
    touched = [row[0] for row in connection.execute("SELECT DISTINCT ours FROM article_map ORDER BY ours")]
    for article_id in touched:
        rederive_article(connection, article_id)
    for table in ("capture_map", "article_map"):
        connection.execute(f"DROP TABLE temp.{table}")
    return len(touched)


def _join_moved(connection: sqlite3.Connection) -> None:
    """Join articles that either archive knows as one under two keys; the key that gave its address up is kept."""
    pairs = connection.execute(
        "SELECT ours.article_id, moved.article_id FROM other.article_keys k "
        "JOIN other.articles t ON t.id = k.article_id "
        "JOIN article_keys ours ON ours.site = t.site AND ours.native_key = t.native_key "
        "JOIN article_keys moved ON moved.site = k.site AND moved.native_key = k.native_key "
        "WHERE ours.article_id != moved.article_id"
    ).fetchall()
    for kept, absorbed in pairs:
        connection.execute("UPDATE article_map SET ours = ? WHERE ours = ?", (kept, absorbed))
        absorb_article(connection, kept, absorbed)
    connection.execute(
        "INSERT OR IGNORE INTO article_keys SELECT k.site, k.native_key, m.ours FROM other.article_keys k "
        "JOIN article_map m ON m.theirs = k.article_id"
    )
