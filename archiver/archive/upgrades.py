"""What later versions of the schema change in the tables of the first one (see schema.py), version by version."""

SECOND = (
    # How far a run went, what it found and left, and which run it takes up (its uid); see fates below.
    "ALTER TABLE runs ADD COLUMN scope TEXT NOT NULL DEFAULT 'full' CHECK (scope IN ('daily', 'deep', 'full'))",
    "ALTER TABLE runs ADD COLUMN complete INTEGER NOT NULL DEFAULT 0 CHECK (complete IN (0, 1))",
    "ALTER TABLE runs ADD COLUMN found INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE runs ADD COLUMN articles_late INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE runs ADD COLUMN resumes TEXT",
    # The site declares tls = "tolerant": the certificate was not verified.
    "ALTER TABLE captures ADD COLUMN tls TEXT CHECK (tls IN ('tolerant'))",
    # What became of the articles that a run found and did not read: how many, and why.
    """
    CREATE TABLE fates (
        run_id INTEGER NOT NULL REFERENCES runs (id),
        fate TEXT NOT NULL CHECK (fate IN ('failed', 'skipped', 'pending')),
        reason TEXT NOT NULL,
        articles INTEGER NOT NULL,
        PRIMARY KEY (run_id, fate, reason)
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX runs_by_site ON runs (site, started_at)",
    # A new sign, confirmed: the server said 304, the content is that of the capture before.
    "ALTER TABLE readings RENAME TO readings_1",
    """
    CREATE TABLE readings (
        article_id INTEGER NOT NULL REFERENCES articles (id),
        capture_id INTEGER NOT NULL REFERENCES captures (id),
        parser_id INTEGER NOT NULL REFERENCES parsers (id),
        source TEXT NOT NULL CHECK (source IN ('article', 'listing')),
        sign TEXT NOT NULL CHECK (sign IN ('content', 'confirmed', 'listed', 'unlisted', 'missing', 'moved')),
        standing TEXT NOT NULL CHECK (standing IN ('pending', 'counted', 'withheld')),
        newest INTEGER NOT NULL DEFAULT 1 CHECK (newest IN (0, 1)),
        content_id INTEGER REFERENCES contents (id),
        views INTEGER,
        views_raw TEXT,
        detail TEXT,
        PRIMARY KEY (article_id, capture_id, parser_id, sign),
        CHECK ((sign = 'content') = (content_id IS NOT NULL))
    ) STRICT, WITHOUT ROWID
    """,
    "INSERT INTO readings SELECT * FROM readings_1",
    "DROP TABLE readings_1",
    "CREATE INDEX readings_by_capture ON readings (capture_id)",
    "CREATE INDEX readings_pending ON readings (standing) WHERE standing = 'pending'",
)

THIRD = (
    # What the pages of archive/browsing.py and changes.py ask for, quick on large archives.
    "CREATE INDEX contents_by_publication ON contents (coalesce(published_at, ''))",
    "CREATE INDEX snapshots_changed ON snapshots (number) WHERE number > 1",
    "CREATE INDEX articles_by_section ON articles (site, section)",
    "CREATE INDEX articles_amiss ON articles (site, state) WHERE state <> 'live'",
    "CREATE INDEX article_events_by_capture ON article_events (capture_id)",
)

FOURTH = (
    # What a site declares of its own places (JSON), so that its pages can be read again without its declaration.
    "ALTER TABLE sites ADD COLUMN places TEXT CHECK (places IS NULL OR json_valid(places))",
    # Documents and images of articles. Their bytes lie beside the archive, once per digest (see files.py).
    """
    CREATE TABLE files (
        digest BLOB PRIMARY KEY CHECK (length(digest) = 32),
        size INTEGER NOT NULL,
        media_type TEXT NOT NULL,
        extension TEXT NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
    # One row each time a file was asked for. ``status`` is NULL where nothing was answered. ``digest`` is NULL where
    # nothing was kept, and ``problem`` says why then; 304 has what it confirms. ``validators``: ETag, Last-Modified.
    """
    CREATE TABLE downloads (
        address_id INTEGER NOT NULL REFERENCES addresses (id),
        fetched_at TEXT NOT NULL,
        run_id INTEGER NOT NULL REFERENCES runs (id),
        status INTEGER,
        digest BLOB REFERENCES files (digest),
        problem TEXT,
        validators TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(validators)),
        PRIMARY KEY (address_id, fetched_at),
        CHECK ((digest IS NULL) = (problem IS NOT NULL))
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX downloads_by_run ON downloads (run_id)",
)

FIFTH = (
    # Headers that captures of a site are packed with; see headers.py.
    """
    CREATE TABLE header_sets (
        id INTEGER PRIMARY KEY,
        site TEXT NOT NULL REFERENCES sites (name),
        digest BLOB NOT NULL CHECK (length(digest) = 32),
        headers TEXT NOT NULL CHECK (json_valid(headers)),
        UNIQUE (site, digest)
    ) STRICT
    """,
    "ALTER TABLE captures RENAME COLUMN headers TO headers_4",
    "ALTER TABLE captures ADD COLUMN header_set_id INTEGER REFERENCES header_sets (id)",
    "ALTER TABLE captures ADD COLUMN headers BLOB CHECK ((headers IS NULL) = (header_set_id IS NULL))",
)
