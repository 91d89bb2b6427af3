-- Version 1: the first tables. How they stand today is in tables.sql.

CREATE TABLE sites (
    name TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    platform TEXT NOT NULL,
    timezone TEXT NOT NULL
) STRICT, WITHOUT ROWID;
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
) STRICT;
CREATE TABLE addresses (
    id INTEGER PRIMARY KEY,
    site TEXT NOT NULL REFERENCES sites (name),
    url TEXT NOT NULL,
    UNIQUE (site, url)
) STRICT;
CREATE TABLE dictionaries (
    digest BLOB PRIMARY KEY CHECK (length(digest) = 32),
    site TEXT NOT NULL REFERENCES sites (name),
    made_at TEXT NOT NULL,
    data BLOB NOT NULL
) STRICT;
CREATE TABLE payloads (
    digest BLOB PRIMARY KEY CHECK (length(digest) = 32),
    size INTEGER NOT NULL,
    encoding TEXT NOT NULL CHECK (encoding IN ('plain', 'dictionary', 'delta')),
    dictionary_digest BLOB REFERENCES dictionaries (digest),
    base_digest BLOB REFERENCES payloads (digest),
    data BLOB NOT NULL,
    CHECK ((encoding = 'dictionary') = (dictionary_digest IS NOT NULL)),
    CHECK ((encoding = 'delta') = (base_digest IS NOT NULL))
) STRICT;
CREATE TABLE captures (
    id INTEGER PRIMARY KEY,
    run_id INTEGER NOT NULL REFERENCES runs (id),
    address_id INTEGER NOT NULL REFERENCES addresses (id),
    fetched_at TEXT NOT NULL,
    status INTEGER NOT NULL,
    headers TEXT NOT NULL CHECK (json_valid(headers)),
    payload_digest BLOB NOT NULL REFERENCES payloads (digest),
    UNIQUE (address_id, fetched_at)
) STRICT;
CREATE INDEX captures_by_run ON captures (run_id);
CREATE INDEX captures_by_payload ON captures (payload_digest);

-- What every column after native_key says follows from the readings below; see timeline.py.
CREATE TABLE articles (
    id INTEGER PRIMARY KEY,
    site TEXT NOT NULL REFERENCES sites (name),
    native_key TEXT NOT NULL,
    address_id INTEGER REFERENCES addresses (id),
    section TEXT,
    state TEXT NOT NULL DEFAULT 'live' CHECK (state IN ('live', 'suspect', 'gone', 'moved')),
    listed INTEGER NOT NULL DEFAULT 0 CHECK (listed IN (0, 1)),
    first_seen_at TEXT,
    last_seen_at TEXT,
    views INTEGER,
    views_observed_at TEXT,
    UNIQUE (site, native_key)
) STRICT;

-- All keys of an article: its own, and those it got when its address moved (rule 8).
CREATE TABLE article_keys (
    site TEXT NOT NULL REFERENCES sites (name),
    native_key TEXT NOT NULL,
    article_id INTEGER NOT NULL REFERENCES articles (id),
    PRIMARY KEY (site, native_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX article_keys_by_article ON article_keys (article_id);
CREATE TABLE article_addresses (
    article_id INTEGER NOT NULL REFERENCES articles (id),
    address_id INTEGER NOT NULL REFERENCES addresses (id),
    seen_from TEXT NOT NULL,
    section TEXT,
    answered INTEGER NOT NULL DEFAULT 0 CHECK (answered IN (0, 1)),
    PRIMARY KEY (article_id, address_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX article_addresses_by_address ON article_addresses (address_id);

-- ``digest`` is that of the comparable form, ``row_digest`` that of the row: texts alike may be spelt differently.
CREATE TABLE contents (
    id INTEGER PRIMARY KEY,
    row_digest BLOB NOT NULL UNIQUE CHECK (length(row_digest) = 32),
    digest BLOB NOT NULL CHECK (length(digest) = 32),
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
) STRICT;
CREATE TABLE parsers (
    id INTEGER PRIMARY KEY,
    version TEXT NOT NULL UNIQUE,
    ordinal INTEGER NOT NULL
) STRICT;

-- What one parser made of one capture for one article; a capture of a listing shows up to 20 articles.
-- sign: content (a good page), listed, unlisted, missing (404 and the like), moved.
-- standing: pending until the run is judged, then counted or withheld. newest: no newer parser read this capture.
CREATE TABLE readings (
    article_id INTEGER NOT NULL REFERENCES articles (id),
    capture_id INTEGER NOT NULL REFERENCES captures (id),
    parser_id INTEGER NOT NULL REFERENCES parsers (id),
    source TEXT NOT NULL CHECK (source IN ('article', 'listing')),
    sign TEXT NOT NULL CHECK (sign IN ('content', 'listed', 'unlisted', 'missing', 'moved')),
    standing TEXT NOT NULL CHECK (standing IN ('pending', 'counted', 'withheld')),
    newest INTEGER NOT NULL DEFAULT 1 CHECK (newest IN (0, 1)),
    content_id INTEGER REFERENCES contents (id),
    views INTEGER,
    views_raw TEXT,
    detail TEXT,
    PRIMARY KEY (article_id, capture_id, parser_id, sign),
    CHECK ((sign = 'content') = (content_id IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX readings_by_capture ON readings (capture_id);
CREATE INDEX readings_pending ON readings (standing) WHERE standing = 'pending';

-- A snapshot that a newer parser did away with keeps its row, without a number.
CREATE TABLE snapshots (
    article_id INTEGER NOT NULL REFERENCES articles (id),
    first_capture_id INTEGER NOT NULL REFERENCES captures (id),
    parser_id INTEGER NOT NULL REFERENCES parsers (id),
    number INTEGER CHECK (number >= 1),
    content_id INTEGER NOT NULL REFERENCES contents (id),
    last_capture_id INTEGER NOT NULL REFERENCES captures (id),
    seen_from TEXT NOT NULL,
    seen_until TEXT NOT NULL,
    changed_fields TEXT CHECK (changed_fields IS NULL OR json_valid(changed_fields)),
    cause TEXT NOT NULL CHECK (cause IN ('page', 'unverified', 'reparse')),
    PRIMARY KEY (article_id, first_capture_id, parser_id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX snapshots_by_number ON snapshots (article_id, number) WHERE number IS NOT NULL;
CREATE TABLE article_events (
    article_id INTEGER NOT NULL REFERENCES articles (id),
    capture_id INTEGER NOT NULL REFERENCES captures (id),
    kind TEXT NOT NULL,
    detail TEXT,
    PRIMARY KEY (article_id, capture_id, kind)
) STRICT, WITHOUT ROWID;
CREATE TABLE findings (
    id INTEGER PRIMARY KEY,
    run_id INTEGER NOT NULL REFERENCES runs (id),
    kind TEXT NOT NULL,
    url TEXT NOT NULL,
    detail TEXT NOT NULL,
    capture_id INTEGER REFERENCES captures (id),
    UNIQUE (run_id, kind, url, detail)
) STRICT;
