-- What packing.py takes of an archive for a bundle, by the names of the tables there. :captures are those that are sent
-- (ids, JSON), :named those that are named besides and were sent before; :runs all runs whose rows are sent, :run the
-- one that the bundle is of, :first the first capture that was not sent before.

-- name: closed
-- The first run that is to be closed in the log: it was not yet (:since, :open), or what was decided on it, or attests
-- it, is news (:again). All of its captures were sent.
SELECT id FROM runs r
WHERE outcome IS NOT NULL
    AND (id > :since OR id IN (SELECT value FROM json_each(:open)) OR id IN (SELECT value FROM json_each(:again)))
    AND NOT EXISTS (SELECT 1 FROM captures k WHERE k.run_id = r.id AND k.id > :captured)
ORDER BY id LIMIT 1;

-- name: next
-- The captures that come next, with the sizes of their pages.
SELECT k.id, k.run_id, p.size FROM captures k JOIN payloads p ON p.digest = k.payload_digest
WHERE k.id > :captured ORDER BY k.id LIMIT :most;

-- name: decisions
-- When decisions on runs were made.
SELECT id, decided_at FROM runs WHERE decided_at IS NOT NULL;

-- name: attested
-- When runs were attested.
SELECT run_id, stamped_at FROM seal_tokens;

-- name: read_again
-- What a parser made of the good pages beside those sent, when it read these: other parsers read them when they came.
-- Of each article the nearest of both sides.
SELECT DISTINCT o.capture_id, o.article_id, o.parser_id
FROM json_each(:captures) j
CROSS JOIN captures k ON k.id = j.value
CROSS JOIN readings r ON r.capture_id = k.id AND r.sign = 'content'
CROSS JOIN readings o ON o.article_id = r.article_id AND o.parser_id = r.parser_id AND o.sign = 'content'
    AND o.key_id <> 0
JOIN captures ok ON ok.id = o.capture_id
WHERE EXISTS (SELECT 1 FROM readings x WHERE x.article_id = r.article_id AND x.parser_id <> r.parser_id)
    AND o.capture_id < :first
    AND EXISTS (SELECT 1 FROM readings x WHERE x.article_id = o.article_id AND x.capture_id = o.capture_id
        AND x.parser_id <> o.parser_id AND x.sign = 'content')
    AND NOT EXISTS (
        SELECT 1 FROM readings b JOIN captures bk ON bk.id = b.capture_id
        WHERE b.article_id = o.article_id AND b.parser_id = o.parser_id AND b.sign = 'content'
            AND ((bk.fetched_at > ok.fetched_at AND bk.fetched_at < k.fetched_at)
                OR (bk.fetched_at < ok.fetched_at AND bk.fetched_at > k.fetched_at)));

-- name: found_later
-- The first finding about a capture that comes later.
SELECT coalesce(min(id), 9223372036854775807) FROM findings
WHERE run_id = :run AND id > :found AND capture_id > :last AND NOT :is_closing;

-- name: named_captures
-- Captures that findings and learned noise name.
SELECT f.capture_id FROM findings f
WHERE f.run_id = :run AND f.id > :found AND f.id < :found_later AND f.capture_id IS NOT NULL
UNION
SELECT l.capture_id FROM captures k CROSS JOIN learned_noise l ON l.capture_id = k.id
WHERE k.run_id = :run AND :is_closing;

-- name: runs_of
-- The runs of captures.
SELECT DISTINCT k.run_id FROM json_each(:named) j CROSS JOIN captures k ON k.id = j.value;

-- name: sites
SELECT s.name, s.title, s.platform, s.timezone, s.places, s.hosts, s.noise
FROM runs r JOIN sites s ON s.name = r.site WHERE r.id = :run;

-- name: runs
-- Those that are not closed by this bundle or before it are open in it.
SELECT id, uid, site, kind, arguments, started_at, scope, resumes, program, declaration, decided_at, withdrawn, found,
    errors,
    CASE WHEN id = :open_run THEN NULL ELSE finished_at END AS finished_at,
    CASE WHEN id = :open_run THEN NULL ELSE outcome END AS outcome,
    CASE WHEN id = :open_run THEN 0 ELSE requests END AS requests,
    CASE WHEN id = :open_run THEN 0 ELSE articles_new END AS articles_new,
    CASE WHEN id = :open_run THEN 0 ELSE articles_changed END AS articles_changed,
    CASE WHEN id = :open_run THEN 0 ELSE articles_unchanged END AS articles_unchanged,
    CASE WHEN id = :open_run THEN 0 ELSE articles_late END AS articles_late,
    CASE WHEN id = :open_run THEN 0 ELSE complete END AS complete,
    CASE WHEN id = :open_run THEN 0 ELSE listed END AS listed,
    CASE WHEN id = :open_run THEN 0 ELSE delists END AS delists,
    CASE WHEN id = :open_run THEN NULL ELSE outage END AS outage,
    CASE WHEN id = :open_run THEN NULL ELSE seal END AS seal,
    CASE WHEN id = :open_run THEN NULL ELSE closing END AS closing
FROM runs WHERE id IN (SELECT value FROM json_each(:runs)) ORDER BY id;

-- name: fates
SELECT run_id, fate, reason, articles FROM fates
WHERE run_id IN (SELECT value FROM json_each(:runs)) AND run_id IS NOT :open_run ORDER BY run_id, fate, reason;

-- name: seal_tokens
SELECT run_id, authority, stamped_at, token FROM seal_tokens
WHERE run_id = :run AND run_id IS NOT :open_run ORDER BY authority;

-- name: findings
SELECT id, run_id, kind, url, detail, capture_id FROM findings
WHERE run_id = :run AND id > :found AND id < :found_later ORDER BY id;

-- name: downloads
SELECT address_id, fetched_at, run_id, status, digest, problem, validators FROM downloads
WHERE run_id = :run AND fetched_at > :downloaded ORDER BY fetched_at, address_id;

-- name: files
SELECT DISTINCT f.digest, f.size, f.media_type, f.extension FROM downloads d JOIN files f ON f.digest = d.digest
WHERE d.run_id = :run AND d.fetched_at > :downloaded ORDER BY f.digest;

-- name: captures
SELECT k.id, k.run_id, k.address_id, k.fetched_at, k.status, k.payload_digest, k.tls, k.header_set_id, k.headers,
    k.purpose, k.expected, k.final, k.refused
FROM captures k WHERE k.id IN (SELECT value FROM json_each(:captures) UNION SELECT value FROM json_each(:named))
ORDER BY k.id;

-- name: header_sets
SELECT DISTINCT h.id, h.site, h.digest, h.headers
FROM captures k JOIN header_sets h ON h.id = k.header_set_id
WHERE k.id IN (SELECT value FROM json_each(:captures) UNION SELECT value FROM json_each(:named)) ORDER BY h.id;

-- name: payloads
-- Those that no earlier capture has: the payload that each is a difference to, and the difference; where it stands
-- alone, the last one of its address that does so too.
SELECT DISTINCT p.digest, p.size, p.base_digest IS NULL AS is_whole,
    CASE WHEN p.base_digest IS NULL THEN (
        SELECT coalesce(ep.base_digest, ep.digest) FROM captures e JOIN payloads ep ON ep.digest = e.payload_digest
        WHERE e.address_id = k.address_id AND e.id < :first AND ep.size > 0 ORDER BY e.fetched_at DESC LIMIT 1
    ) WHEN b.base_digest IS NULL THEN p.base_digest END AS base_digest,
    p.data AS body
FROM json_each(:captures) j CROSS JOIN captures k ON k.id = j.value
JOIN payloads p ON p.digest = k.payload_digest LEFT JOIN payloads b ON b.digest = p.base_digest
WHERE NOT EXISTS (SELECT 1 FROM captures e WHERE e.payload_digest = p.digest AND e.id < :first)
ORDER BY k.id;

-- name: readings
-- Each as of an article that its key alone is; what a judgement wrote (key 0) follows from the rest.
SELECT r.key_id AS article_id, r.capture_id, r.parser_id, r.source, r.sign, r.standing, r.newest, r.content_id, r.views,
    r.views_raw, r.detail, r.doubtful, r.key_id, r.address_id
FROM json_each(:captures) j CROSS JOIN readings r ON r.capture_id = j.value AND r.key_id <> 0
UNION
SELECT r.key_id, r.capture_id, r.parser_id, r.source, r.sign, r.standing, r.newest, r.content_id, r.views,
    r.views_raw, r.detail, r.doubtful, r.key_id, r.address_id
FROM json_each(:again) j CROSS JOIN readings r ON r.article_id = j.value ->> 1 AND r.capture_id = j.value ->> 0
    AND r.parser_id = j.value ->> 2 AND r.key_id <> 0
ORDER BY capture_id, key_id, parser_id, sign;

-- name: contents
-- What no earlier reading of the article has.
SELECT id, row_digest, digest, title, author, lead, body, body_html, published_at, published_raw, published_precision,
    published_relative, images, attachments, links, marks
FROM contents WHERE id IN (SELECT value FROM json_each(:new_contents)) ORDER BY id;

-- name: known_contents
-- What was sent before, by its digest.
SELECT id, row_digest FROM contents WHERE id IN (SELECT value FROM json_each(:known_contents)) ORDER BY id;

-- name: used_contents
-- The contents of the readings sent, and whether an earlier reading of their article has them.
SELECT r.content_id, EXISTS (SELECT 1 FROM readings o WHERE o.article_id = r.article_id AND o.capture_id < :first
    AND o.content_id = r.content_id)
FROM json_each(:captures) j CROSS JOIN readings r ON r.capture_id = j.value AND r.content_id IS NOT NULL
UNION
SELECT r.content_id, EXISTS (SELECT 1 FROM readings o WHERE o.article_id = r.article_id AND o.capture_id < :first
    AND o.content_id = r.content_id AND o.parser_id <> r.parser_id)
FROM json_each(:again) j CROSS JOIN readings r ON r.article_id = j.value ->> 1 AND r.capture_id = j.value ->> 0
    AND r.parser_id = j.value ->> 2 AND r.content_id IS NOT NULL;

-- name: parsers
SELECT id, version, ordinal, since FROM parsers WHERE id IN (SELECT value FROM json_each(:parsers)) ORDER BY id;

-- name: article_keys
SELECT id, site, native_key, 0 AS article_id FROM article_keys
WHERE id IN (SELECT value FROM json_each(:keys)) ORDER BY id;

-- name: article_addresses
SELECT a.key_id AS article_id, a.address_id, a.seen_from, a.section, a.answered, a.section_from, a.key_id
FROM json_each(:keys) j CROSS JOIN article_keys n ON n.id = j.value
CROSS JOIN article_addresses a ON a.article_id = n.article_id AND a.key_id = n.id
ORDER BY a.key_id, a.address_id;

-- name: clues
SELECT c.site, c.clue, c.key_id FROM json_each(:keys) j CROSS JOIN clues c ON c.key_id = j.value
ORDER BY c.key_id, c.clue;

-- name: learned_noise
SELECT l.site, l.kind, l.template, l.proof, l.capture_id FROM learned_noise l
WHERE l.capture_id IN (SELECT value FROM json_each(:captures) UNION SELECT value FROM json_each(:named))
ORDER BY l.kind, l.template;

-- name: addresses
SELECT id, site, url FROM addresses WHERE id IN (SELECT value FROM json_each(:addresses)) ORDER BY id;
