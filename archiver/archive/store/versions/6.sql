-- Version 6: what captures were asked for, so that evidence is enough to derive a history again.

-- What an address was asked for (NULL: not noted by the version that kept it), the native key of the article that
-- was expected there, whether no other try followed, and why a redirect was not followed.
ALTER TABLE captures ADD COLUMN purpose TEXT CHECK (purpose IN ('article', 'listing', 'robots'));
ALTER TABLE captures ADD COLUMN expected TEXT;
ALTER TABLE captures ADD COLUMN final INTEGER NOT NULL DEFAULT 1 CHECK (final IN (0, 1));
ALTER TABLE captures ADD COLUMN refused TEXT;

-- The version of this program that made a run; NULL: one before 0.2.
ALTER TABLE runs ADD COLUMN program TEXT;

-- The declaration of the site that a run went by: title, platform, timezone and places, as JSON.
ALTER TABLE runs ADD COLUMN declaration TEXT CHECK (declaration IS NULL OR json_valid(declaration));

-- What a run is judged by (see judgement.py): how many articles its listings show, and whether what they do not show
-- counts as having left them. ``merged``: it was open when it came from another archive.
ALTER TABLE runs ADD COLUMN listed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN delists INTEGER NOT NULL DEFAULT 0 CHECK (delists IN (0, 1));
ALTER TABLE runs ADD COLUMN merged INTEGER NOT NULL DEFAULT 0 CHECK (merged IN (0, 1));

-- Digests over all captures of a run and over its closing; see seals.py.
ALTER TABLE runs ADD COLUMN seal BLOB CHECK (length(seal) = 32);
ALTER TABLE runs ADD COLUMN closing BLOB CHECK (length(closing) = 32);

-- A sign that is believed only once its run is judged: a missing page, or one that lost fields.
ALTER TABLE readings ADD COLUMN doubtful INTEGER NOT NULL DEFAULT 0 CHECK (doubtful IN (0, 1));
CREATE INDEX readings_doubtful ON readings (capture_id) WHERE doubtful OR standing <> 'counted';

-- When the section was printed there first.
ALTER TABLE article_addresses ADD COLUMN section_from TEXT;
UPDATE article_addresses SET section_from = seen_from WHERE section IS NOT NULL;

-- When a parser was met first: of two with the same ordinal, the later one reads the site as it is declared now.
ALTER TABLE parsers ADD COLUMN since TEXT NOT NULL DEFAULT '';

-- What the version before knew of captures by what it had read of them.
UPDATE readings SET doubtful = 1 WHERE source = 'article' AND (sign = 'missing' OR (sign = 'content'
    AND standing <> 'counted'));
UPDATE captures SET purpose = 'article', expected = a.native_key
FROM readings r JOIN articles a ON a.id = r.article_id
WHERE r.capture_id = captures.id AND r.source = 'article' AND r.sign IN ('missing', 'confirmed', 'moved', 'content')
    AND (r.sign <> 'content' OR NOT EXISTS (
        SELECT 1 FROM readings WHERE capture_id = captures.id AND sign = 'moved'));
UPDATE captures SET purpose = 'listing' WHERE purpose IS NULL
    AND EXISTS (SELECT 1 FROM readings WHERE capture_id = captures.id AND sign = 'listed');
UPDATE captures SET final = 0 WHERE purpose IS NULL AND status BETWEEN 300 AND 399
    AND NOT EXISTS (SELECT 1 FROM findings WHERE capture_id = captures.id);
UPDATE captures SET refused = iif(r.detail LIKE '%redirects to%', 'redirect_to_listing', NULL)
FROM readings r WHERE r.capture_id = captures.id AND r.sign = 'missing' AND captures.status BETWEEN 300 AND 399;
UPDATE runs SET complete = 1, delists = 1 WHERE EXISTS (SELECT 1 FROM readings r JOIN captures k
    ON k.id = r.capture_id WHERE r.sign = 'unlisted' AND k.run_id = runs.id);
