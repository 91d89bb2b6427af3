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
    # What the pages of archive/queries/browsing.py and changes.py ask for, quick on large archives.
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

SIXTH = (
    # What an address was asked for (NULL: not noted by the version that kept it), the native key of the article that
    # was expected there, whether no other try followed, and why a redirect was not followed.
    "ALTER TABLE captures ADD COLUMN purpose TEXT CHECK (purpose IN ('article', 'listing', 'robots'))",
    "ALTER TABLE captures ADD COLUMN expected TEXT",
    "ALTER TABLE captures ADD COLUMN final INTEGER NOT NULL DEFAULT 1 CHECK (final IN (0, 1))",
    "ALTER TABLE captures ADD COLUMN refused TEXT",
    # The version of this program that made a run; NULL: one before 0.2.
    "ALTER TABLE runs ADD COLUMN program TEXT",
    # The declaration of the site that a run went by: title, platform, timezone and places, as JSON.
    "ALTER TABLE runs ADD COLUMN declaration TEXT CHECK (declaration IS NULL OR json_valid(declaration))",
    # What a run is judged by (see judgement.py): how many articles its listings show, and whether what they do not show
    # counts as having left them. ``merged``: it was open when it came from another archive.
    "ALTER TABLE runs ADD COLUMN listed INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE runs ADD COLUMN delists INTEGER NOT NULL DEFAULT 0 CHECK (delists IN (0, 1))",
    "ALTER TABLE runs ADD COLUMN merged INTEGER NOT NULL DEFAULT 0 CHECK (merged IN (0, 1))",
    # Digests over all captures of a run and over its closing; see seals.py.
    "ALTER TABLE runs ADD COLUMN seal BLOB CHECK (length(seal) = 32)",
    "ALTER TABLE runs ADD COLUMN closing BLOB CHECK (length(closing) = 32)",
    # A sign that is believed only once its run is judged: a missing page, or one that lost fields.
    "ALTER TABLE readings ADD COLUMN doubtful INTEGER NOT NULL DEFAULT 0 CHECK (doubtful IN (0, 1))",
    "CREATE INDEX readings_doubtful ON readings (capture_id) WHERE doubtful OR standing <> 'counted'",
    # When the section was printed there first.
    "ALTER TABLE article_addresses ADD COLUMN section_from TEXT",
    "UPDATE article_addresses SET section_from = seen_from WHERE section IS NOT NULL",
    # When a parser was met first: of two with the same ordinal, the later one reads the site as it is declared now.
    "ALTER TABLE parsers ADD COLUMN since TEXT NOT NULL DEFAULT ''",
    # What the version before knew of captures by what it had read of them.
    "UPDATE readings SET doubtful = 1 WHERE source = 'article' AND (sign = 'missing' OR (sign = 'content' "
    "AND standing <> 'counted'))",
    """
    UPDATE captures SET purpose = 'article', expected = a.native_key
    FROM readings r JOIN articles a ON a.id = r.article_id
    WHERE r.capture_id = captures.id AND r.source = 'article' AND r.sign IN ('missing', 'confirmed', 'moved', 'content')
        AND (r.sign <> 'content' OR NOT EXISTS (
            SELECT 1 FROM readings WHERE capture_id = captures.id AND sign = 'moved'))
    """,
    "UPDATE captures SET purpose = 'listing' WHERE purpose IS NULL "
    "AND EXISTS (SELECT 1 FROM readings WHERE capture_id = captures.id AND sign = 'listed')",
    "UPDATE captures SET final = 0 WHERE purpose IS NULL AND status BETWEEN 300 AND 399 "
    "AND NOT EXISTS (SELECT 1 FROM findings WHERE capture_id = captures.id)",
    """
    UPDATE captures SET refused = iif(r.detail LIKE '%redirects to%', 'redirect_to_listing', NULL)
    FROM readings r WHERE r.capture_id = captures.id AND r.sign = 'missing' AND captures.status BETWEEN 300 AND 399
    """,
    """
    UPDATE runs SET complete = 1, delists = 1 WHERE EXISTS (SELECT 1 FROM readings r JOIN captures k
        ON k.id = r.capture_id WHERE r.sign = 'unlisted' AND k.run_id = runs.id)
    """,
)

SEVENTH: tuple[str, ...] = (
    # Where the text leads, and what is struck out, inserted, raised or lowered in it (JSON). Earlier parsers read
    # neither, so what they read has none; contents without any keep their digests.
    "ALTER TABLE contents ADD COLUMN links TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(links))",
    "ALTER TABLE contents ADD COLUMN marks TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(marks))",
    # When somebody last decided whether a run counts, and whether its readings are set aside; see withdrawing.py.
    "ALTER TABLE runs ADD COLUMN decided_at TEXT",
    "ALTER TABLE runs ADD COLUMN withdrawn INTEGER NOT NULL DEFAULT 0 CHECK (withdrawn IN (0, 1)) "
    "CHECK (NOT withdrawn OR decided_at IS NOT NULL)",
    "CREATE INDEX runs_withdrawn ON runs (id) WHERE withdrawn",
    # Keys have numbers, so that a reading knows under which one it was recorded: keys that turn out to be one article's
    # are joined, and taken apart again where older captures show that they are not (see joining.py).
    "ALTER TABLE article_keys RENAME TO article_keys_6",
    """
    CREATE TABLE article_keys (
        id INTEGER PRIMARY KEY,
        site TEXT NOT NULL REFERENCES sites (name),
        native_key TEXT NOT NULL,
        article_id INTEGER NOT NULL REFERENCES articles (id),
        UNIQUE (site, native_key)
    ) STRICT
    """,
    "INSERT INTO article_keys (site, native_key, article_id) SELECT * FROM article_keys_6",
    "DROP TABLE article_keys_6",
    "CREATE INDEX article_keys_by_article ON article_keys (article_id)",
    # ``key_id``: the key under which it was recorded; 0 where a judgement made it. ``address_id``: the address that a
    # listing named, or under which a page showed the article, which need not be the one that was captured.
    "ALTER TABLE readings RENAME TO readings_6",
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
        doubtful INTEGER NOT NULL DEFAULT 0 CHECK (doubtful IN (0, 1)),
        key_id INTEGER NOT NULL DEFAULT 0,
        address_id INTEGER REFERENCES addresses (id),
        PRIMARY KEY (article_id, capture_id, parser_id, sign, key_id),
        CHECK ((sign = 'content') = (content_id IS NOT NULL))
    ) STRICT, WITHOUT ROWID
    """,
    """
    INSERT INTO readings
    SELECT r.article_id, capture_id, parser_id, source, sign, standing, newest, content_id, r.views, views_raw, detail,
        doubtful, iif(sign = 'unlisted', 0, n.id),
        CASE WHEN sign = 'content' AND EXISTS (SELECT 1 FROM article_addresses aa
            WHERE aa.article_id = r.article_id AND aa.address_id = k.address_id) THEN k.address_id END
    FROM readings_6 r JOIN articles a ON a.id = r.article_id JOIN captures k ON k.id = r.capture_id
    JOIN article_keys n ON n.site = a.site AND n.native_key = a.native_key
    """,
    "DROP TABLE readings_6",
    "CREATE INDEX readings_by_capture ON readings (capture_id)",
    "CREATE INDEX readings_pending ON readings (standing) WHERE standing = 'pending'",
    "CREATE INDEX readings_doubtful ON readings (capture_id) WHERE doubtful OR standing <> 'counted'",
    "ALTER TABLE article_addresses ADD COLUMN key_id INTEGER NOT NULL DEFAULT 0",
    """
    UPDATE article_addresses SET key_id = n.id FROM articles a
    JOIN article_keys n ON n.site = a.site AND n.native_key = a.native_key
    WHERE a.id = article_addresses.article_id
    """,
    # What pages and addresses tell of who an article is: keys that share a clue are held against each other (clues.py).
    """
    CREATE TABLE clues (
        site TEXT NOT NULL REFERENCES sites (name),
        clue TEXT NOT NULL,
        key_id INTEGER NOT NULL REFERENCES article_keys (id),
        PRIMARY KEY (site, clue, key_id)
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX clues_by_key ON clues (key_id)",
    # The hosts that a site declares that it had before, as JSON; NULL where it declares none.
    "ALTER TABLE sites ADD COLUMN hosts TEXT CHECK (hosts IS NULL OR json_valid(hosts))",
    # Why too much was missing in a run at once (see outages.py): moment, partial, closed; NULL where it was not.
    "ALTER TABLE runs ADD COLUMN outage TEXT CHECK (outage IN ('moment', 'partial', 'closed'))",
    # What a site declares to be noise (JSON), as its places are kept.
    "ALTER TABLE sites ADD COLUMN noise TEXT CHECK (noise IS NULL OR json_valid(noise))",
    # What was learned to be noise: rules of compare/noise.py, and the capture with which each was proven first; see
    # learned_rules.py.
    """
    CREATE TABLE learned_noise (
        site TEXT NOT NULL REFERENCES sites (name),
        kind TEXT NOT NULL CHECK (kind IN ('block', 'text', 'address', 'parameter', 'region', 'file')),
        template TEXT NOT NULL,
        proof TEXT NOT NULL CHECK (proof IN ('second look', 'three looks')),
        capture_id INTEGER NOT NULL REFERENCES captures (id),
        PRIMARY KEY (site, kind, template)
    ) STRICT, WITHOUT ROWID
    """,
)

EIGHTH = (
    # The answers that another request followed: the first pages of articles that go over several (further_pages.py).
    "CREATE INDEX captures_followed ON captures (run_id) WHERE NOT final",
)
