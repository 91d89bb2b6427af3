-- Version 7: who an article is, what is noise, which runs count.

-- Where the text leads, and what is struck out, inserted, raised or lowered in it (JSON). Earlier parsers read
-- neither, so what they read has none; contents without any keep their digests.
ALTER TABLE contents ADD COLUMN links TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(links));
ALTER TABLE contents ADD COLUMN marks TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(marks));

-- When somebody last decided whether a run counts, and whether its readings are set aside; see withdrawing.py.
ALTER TABLE runs ADD COLUMN decided_at TEXT;
ALTER TABLE runs ADD COLUMN withdrawn INTEGER NOT NULL DEFAULT 0 CHECK (withdrawn IN (0, 1)) CHECK (NOT withdrawn OR
    decided_at IS NOT NULL);
CREATE INDEX runs_withdrawn ON runs (id) WHERE withdrawn;

-- Keys have numbers, so that a reading knows under which one it was recorded: keys that turn out to be one article's
-- are joined, and taken apart again where older captures show that they are not (see joining.py).
ALTER TABLE article_keys RENAME TO article_keys_6;
CREATE TABLE article_keys (
    id INTEGER PRIMARY KEY,
    site TEXT NOT NULL REFERENCES sites (name),
    native_key TEXT NOT NULL,
    article_id INTEGER NOT NULL REFERENCES articles (id),
    UNIQUE (site, native_key)
) STRICT;
INSERT INTO article_keys (site, native_key, article_id) SELECT * FROM article_keys_6;
DROP TABLE article_keys_6;
CREATE INDEX article_keys_by_article ON article_keys (article_id);

-- ``key_id``: the key under which it was recorded; 0 where a judgement made it. ``address_id``: the address that a
-- listing named, or under which a page showed the article, which need not be the one that was captured.
ALTER TABLE readings RENAME TO readings_6;
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
) STRICT, WITHOUT ROWID;
INSERT INTO readings
SELECT r.article_id, capture_id, parser_id, source, sign, standing, newest, content_id, r.views, views_raw, detail,
    doubtful, iif(sign = 'unlisted', 0, n.id),
    CASE WHEN sign = 'content' AND EXISTS (SELECT 1 FROM article_addresses aa
        WHERE aa.article_id = r.article_id AND aa.address_id = k.address_id) THEN k.address_id END
FROM readings_6 r JOIN articles a ON a.id = r.article_id JOIN captures k ON k.id = r.capture_id
JOIN article_keys n ON n.site = a.site AND n.native_key = a.native_key;
DROP TABLE readings_6;
CREATE INDEX readings_by_capture ON readings (capture_id);
CREATE INDEX readings_pending ON readings (standing) WHERE standing = 'pending';
CREATE INDEX readings_doubtful ON readings (capture_id) WHERE doubtful OR standing <> 'counted';
ALTER TABLE article_addresses ADD COLUMN key_id INTEGER NOT NULL DEFAULT 0;
UPDATE article_addresses SET key_id = n.id FROM articles a
JOIN article_keys n ON n.site = a.site AND n.native_key = a.native_key
WHERE a.id = article_addresses.article_id;

-- What pages and addresses tell of who an article is: keys that share a clue are held against each other (clues.py).
CREATE TABLE clues (
    site TEXT NOT NULL REFERENCES sites (name),
    clue TEXT NOT NULL,
    key_id INTEGER NOT NULL REFERENCES article_keys (id),
    PRIMARY KEY (site, clue, key_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX clues_by_key ON clues (key_id);

-- The hosts that a site declares that it had before, as JSON; NULL where it declares none.
ALTER TABLE sites ADD COLUMN hosts TEXT CHECK (hosts IS NULL OR json_valid(hosts));

-- Why too much was missing in a run at once (see outages.py): moment, partial, closed; NULL where it was not.
ALTER TABLE runs ADD COLUMN outage TEXT CHECK (outage IN ('moment', 'partial', 'closed'));

-- What a site declares to be noise (JSON), as its places are kept.
ALTER TABLE sites ADD COLUMN noise TEXT CHECK (noise IS NULL OR json_valid(noise));

-- What was learned to be noise: rules of compare/noise.py, and the capture with which each was proven first; see
-- learned_rules.py.
CREATE TABLE learned_noise (
    site TEXT NOT NULL REFERENCES sites (name),
    kind TEXT NOT NULL CHECK (kind IN ('block', 'text', 'address', 'parameter', 'region', 'file')),
    template TEXT NOT NULL,
    proof TEXT NOT NULL CHECK (proof IN ('second look', 'three looks')),
    capture_id INTEGER NOT NULL REFERENCES captures (id),
    PRIMARY KEY (site, kind, template)
) STRICT, WITHOUT ROWID;
