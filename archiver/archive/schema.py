"""The tables of the archive, built by numbered migrations.

Evidence is written once: runs, addresses, payloads, captures. Reading is what a parser made of it and can be made
again: articles, contents, snapshots, readings, article_events. Every table has a natural key, so that recording a
thing twice changes nothing. Times are text, UTC, ISO 8601 with offset; digests are SHA-256 in 32 bytes.
"""

from sqlite_utils import Database, Migrations

from archiver.archive.views import VIEWS

APPLICATION_ID = 0x434E4131  # "CNA1" in the header of the file: this is an archive of ours, and no other database

migrations = Migrations("archive")

_EVIDENCE = (
    """
    CREATE TABLE sites (
        name TEXT PRIMARY KEY,
        title TEXT NOT NULL,
        platform TEXT NOT NULL,
        timezone TEXT NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE runs (
        id INTEGER PRIMARY KEY,
        uid TEXT NOT NULL UNIQUE,
        site TEXT NOT NULL REFERENCES sites (name),
        kind TEXT NOT NULL,
        arguments TEXT NOT NULL CHECK (json_valid(arguments)),
        started_at TEXT NOT NULL,
        finished_at TEXT,
        outcome TEXT CHECK (outcome IN ('finished', 'problems', 'failed', 'interrupted', 'died', 'locked')),
        requests INTEGER NOT NULL DEFAULT 0,
        articles_new INTEGER NOT NULL DEFAULT 0,
        articles_changed INTEGER NOT NULL DEFAULT 0,
        articles_unchanged INTEGER NOT NULL DEFAULT 0,
        errors INTEGER NOT NULL DEFAULT 0
    ) STRICT
    """,
    """
    CREATE TABLE addresses (
        id INTEGER PRIMARY KEY,
        site TEXT NOT NULL REFERENCES sites (name),
        url TEXT NOT NULL,
        UNIQUE (site, url)
    ) STRICT
    """,
    """
    CREATE TABLE payloads (
        digest BLOB PRIMARY KEY CHECK (length(digest) = 32),
        size INTEGER NOT NULL,
        encoding TEXT NOT NULL CHECK (encoding IN ('zstd')),
        data BLOB NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE captures (
        id INTEGER PRIMARY KEY,
        run_id INTEGER NOT NULL REFERENCES runs (id),
        address_id INTEGER NOT NULL REFERENCES addresses (id),
        fetched_at TEXT NOT NULL,
        status INTEGER NOT NULL,
        headers TEXT NOT NULL CHECK (json_valid(headers)),
        payload_digest BLOB NOT NULL REFERENCES payloads (digest),
        UNIQUE (address_id, fetched_at)
    ) STRICT
    """,
    "CREATE INDEX captures_by_run ON captures (run_id)",
    "CREATE INDEX captures_by_payload ON captures (payload_digest)",
)

_READING = (
    """
    CREATE TABLE articles (
        id INTEGER PRIMARY KEY,
        site TEXT NOT NULL REFERENCES sites (name),
        native_key TEXT NOT NULL,
        address_id INTEGER NOT NULL REFERENCES addresses (id),
        section TEXT,
        state TEXT NOT NULL DEFAULT 'live' CHECK (state IN ('live', 'suspect', 'gone', 'moved')),
        listed INTEGER NOT NULL DEFAULT 0 CHECK (listed IN (0, 1)),
        first_seen_at TEXT NOT NULL,
        last_seen_at TEXT NOT NULL,
        views INTEGER,
        views_observed_at TEXT,
        UNIQUE (site, native_key)
    ) STRICT
    """,
    """
    CREATE TABLE article_addresses (
        article_id INTEGER NOT NULL REFERENCES articles (id),
        address_id INTEGER NOT NULL REFERENCES addresses (id),
        section TEXT,
        PRIMARY KEY (article_id, address_id)
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE contents (
        id INTEGER PRIMARY KEY,
        digest BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
        title TEXT NOT NULL,
        author TEXT,
        lead TEXT,
        body TEXT NOT NULL,
        body_html TEXT NOT NULL,
        published_at TEXT,
        published_raw TEXT,
        published_precision TEXT CHECK (published_precision IN ('day', 'minute')),
        published_relative INTEGER NOT NULL DEFAULT 0 CHECK (published_relative IN (0, 1)),
        images TEXT NOT NULL CHECK (json_valid(images)),
        attachments TEXT NOT NULL CHECK (json_valid(attachments))
    ) STRICT
    """,
    """
    CREATE TABLE snapshots (
        article_id INTEGER NOT NULL REFERENCES articles (id),
        number INTEGER NOT NULL CHECK (number >= 1),
        content_id INTEGER NOT NULL REFERENCES contents (id),
        first_capture_id INTEGER NOT NULL REFERENCES captures (id),
        last_capture_id INTEGER NOT NULL REFERENCES captures (id),
        seen_from TEXT NOT NULL,
        seen_until TEXT NOT NULL,
        changed_fields TEXT CHECK (changed_fields IS NULL OR json_valid(changed_fields)),
        cause TEXT NOT NULL CHECK (cause IN ('page', 'unverified', 'reparse')),
        layout TEXT NOT NULL,
        PRIMARY KEY (article_id, number)
    ) STRICT, WITHOUT ROWID
    """,
    # One row for each article a capture shows: a capture of a listing shows up to 20. At most one count each.
    """
    CREATE TABLE readings (
        article_id INTEGER NOT NULL REFERENCES articles (id),
        capture_id INTEGER NOT NULL REFERENCES captures (id),
        source TEXT NOT NULL CHECK (source IN ('article', 'listing')),
        content_id INTEGER REFERENCES contents (id),
        views INTEGER,
        views_raw TEXT,
        layout TEXT NOT NULL,
        PRIMARY KEY (article_id, capture_id)
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX readings_by_capture ON readings (capture_id)",
    """
    CREATE TABLE article_events (
        article_id INTEGER NOT NULL REFERENCES articles (id),
        capture_id INTEGER NOT NULL REFERENCES captures (id),
        kind TEXT NOT NULL,
        detail TEXT,
        PRIMARY KEY (article_id, capture_id, kind)
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE findings (
        id INTEGER PRIMARY KEY,
        run_id INTEGER NOT NULL REFERENCES runs (id),
        kind TEXT NOT NULL,
        url TEXT NOT NULL,
        detail TEXT NOT NULL,
        capture_id INTEGER REFERENCES captures (id),
        UNIQUE (run_id, kind, url, detail)
    ) STRICT
    """,
)


@migrations()
def m001_first_tables(db: Database) -> None:
    """Create the tables and the public views."""
    for statement in (*_EVIDENCE, *_READING, *(view.statement for view in VIEWS)):
        db.execute(statement)


VERSION = 1
"""The number of the newest migration; stands in ``PRAGMA user_version`` of every archive it made."""
