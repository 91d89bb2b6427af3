-- Version 9: what was told, and attested.

-- one row a thing that ever happened to an article, in the order in which this archive learned of it (change_log.py)
CREATE TABLE change_log (
    id INTEGER PRIMARY KEY,
    site TEXT NOT NULL,
    native_key TEXT NOT NULL,
    capture_id INTEGER NOT NULL REFERENCES captures (id),
    seen_at TEXT NOT NULL,
    kind TEXT NOT NULL,
    taken_back INTEGER NOT NULL DEFAULT 0 CHECK (taken_back IN (0, 1, 2)),
    UNIQUE (capture_id, kind, native_key, site)
) STRICT;
CREATE INDEX change_log_by_time ON change_log (seen_at, kind, site);
CREATE INDEX change_log_unsettled ON change_log (id) WHERE taken_back = 2;

-- one row a reader who asks for what is new since last time (cursors.py)
CREATE TABLE cursors (
    name TEXT NOT NULL,
    purpose TEXT NOT NULL,
    place TEXT NOT NULL CHECK (json_valid(place)),
    PRIMARY KEY (name, purpose)
) STRICT, WITHOUT ROWID;

-- one row a change that an address was told of
CREATE TABLE sent_alerts (
    alert TEXT NOT NULL,
    address TEXT NOT NULL,
    change_id INTEGER NOT NULL REFERENCES change_log (id) ON UPDATE CASCADE,
    sent_at TEXT NOT NULL,
    PRIMARY KEY (alert, address, change_id)
) STRICT, WITHOUT ROWID;

-- one row a run of which an address was told that it failed, or what it found
CREATE TABLE sent_problems (
    alert TEXT NOT NULL,
    address TEXT NOT NULL,
    run_id INTEGER NOT NULL REFERENCES runs (id),
    sent_at TEXT NOT NULL,
    PRIMARY KEY (alert, address, run_id)
) STRICT, WITHOUT ROWID;

-- one row a time-stamp token (RFC 3161): an authority attests that the seal of a run existed at a time
CREATE TABLE seal_tokens (
    run_id INTEGER NOT NULL REFERENCES runs (id),
    authority TEXT NOT NULL,
    stamped_at TEXT NOT NULL,
    token BLOB NOT NULL,
    PRIMARY KEY (run_id, authority)
) STRICT, WITHOUT ROWID;

-- What is known already is in the order of its captures.
INSERT INTO change_log (site, native_key, capture_id, seen_at, kind)
SELECT a.site, a.native_key, e.capture_id, k.fetched_at, e.kind
FROM article_events e
JOIN articles a ON a.id = e.article_id
JOIN captures k ON k.id = e.capture_id
ORDER BY k.fetched_at, a.site, a.native_key, e.kind;
