-- Version 2: how far a run went, and what became of every article that it found; confirmed pages.

-- How far a run went, what it found and left, and which run it takes up (its uid); see fates below.
ALTER TABLE runs ADD COLUMN scope TEXT NOT NULL DEFAULT 'full' CHECK (scope IN ('daily', 'deep', 'full'));
ALTER TABLE runs ADD COLUMN complete INTEGER NOT NULL DEFAULT 0 CHECK (complete IN (0, 1));
ALTER TABLE runs ADD COLUMN found INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN articles_late INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN resumes TEXT;

-- The site declares tls = "tolerant": the certificate was not verified.
ALTER TABLE captures ADD COLUMN tls TEXT CHECK (tls IN ('tolerant'));

-- What became of the articles that a run found and did not read: how many, and why.
CREATE TABLE fates (
    run_id INTEGER NOT NULL REFERENCES runs (id),
    fate TEXT NOT NULL CHECK (fate IN ('failed', 'skipped', 'pending')),
    reason TEXT NOT NULL,
    articles INTEGER NOT NULL,
    PRIMARY KEY (run_id, fate, reason)
) STRICT, WITHOUT ROWID;
CREATE INDEX runs_by_site ON runs (site, started_at);

-- A new sign, confirmed: the server said 304, the content is that of the capture before.
ALTER TABLE readings RENAME TO readings_1;
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
) STRICT, WITHOUT ROWID;
INSERT INTO readings SELECT * FROM readings_1;
DROP TABLE readings_1;
CREATE INDEX readings_by_capture ON readings (capture_id);
CREATE INDEX readings_pending ON readings (standing) WHERE standing = 'pending';
