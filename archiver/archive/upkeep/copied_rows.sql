-- How archives, attached as ``other`` one after the other, are joined with this one (main): copied_rows.py executes these
-- parts in their order, all but the first and the last for each of them. Each statement copies what is not there yet;
-- ids are this archive's own, so every reference is looked up by key. SQLite is to begin with the other archive: where it
-- would not, CROSS JOIN says so.

-- name: begin
-- The seals that authorities attest here of runs that may be joined, as they are before; and tokens that come.
CREATE TEMP TABLE sealed_before (run_id INTEGER PRIMARY KEY, seal BLOB);

CREATE TEMP TABLE tokens_received (run_id INTEGER, seal BLOB, authority TEXT, stamped_at TEXT, token BLOB);

-- name: runs
-- Sites, runs and their accounting, and the addresses. The declaration of a site is that of its last run.
INSERT INTO sites (name, title, platform, timezone, places, hosts, noise)
SELECT name, title, platform, timezone, places, hosts, noise FROM other.sites WHERE true
ON CONFLICT (name) DO UPDATE SET title = excluded.title, platform = excluded.platform,
    timezone = excluded.timezone, places = excluded.places, hosts = excluded.hosts, noise = excluded.noise
WHERE (
    coalesce((SELECT max(started_at) FROM other.runs WHERE site = excluded.name AND NOT withdrawn), ''),
    excluded.title, excluded.platform, excluded.timezone,
    coalesce(excluded.places, ''), coalesce(excluded.hosts, ''), coalesce(excluded.noise, '')
) > (
    coalesce((SELECT max(started_at) FROM main.runs WHERE site = sites.name AND NOT withdrawn), ''),
    sites.title, sites.platform, sites.timezone,
    coalesce(sites.places, ''), coalesce(sites.hosts, ''), coalesce(sites.noise, '')
);

-- Which of their runs is which of ours. How far a run is known to have come: what is closed by itself stands over
-- what was closed as died, and over what is open. Of two that died the one that is known better wins; what both
-- brought together is counted afterwards.
CREATE TEMP TABLE run_map AS
SELECT t.id AS theirs, o.id AS ours, o.id IS NULL AS is_new,
    o.id IS NULL OR (
        CASE WHEN t.outcome IS NULL THEN 0 WHEN t.outcome = 'died' THEN 1 ELSE 2 END,
        t.found, t.errors, t.requests, coalesce(t.finished_at, '')
    ) > (
        CASE WHEN o.outcome IS NULL THEN 0 WHEN o.outcome = 'died' THEN 1 ELSE 2 END,
        o.found, o.errors, o.requests, coalesce(o.finished_at, '')
    ) AS wins
FROM other.runs t LEFT JOIN main.runs o ON o.uid = t.uid;

INSERT INTO runs (uid, merged, decided_at, withdrawn, site, kind, arguments, started_at, finished_at, outcome,
    requests, articles_new, articles_changed, articles_unchanged, errors, scope, complete, found, articles_late,
    resumes, program, declaration, listed, delists, outage, seal, closing)
SELECT uid, outcome IS NULL, decided_at, withdrawn, site, kind, arguments, started_at, finished_at, outcome, requests,
    articles_new, articles_changed, articles_unchanged, errors, scope, complete, found, articles_late, resumes,
    program, declaration, listed, delists, outage, seal, closing
FROM other.runs
WHERE id IN (SELECT theirs FROM run_map WHERE is_new) ORDER BY started_at, uid;

UPDATE run_map SET ours = (SELECT o.id FROM other.runs t JOIN main.runs o ON o.uid = t.uid WHERE t.id = theirs)
WHERE is_new;

CREATE UNIQUE INDEX temp.run_map_theirs ON run_map (theirs);

INSERT OR IGNORE INTO sealed_before
SELECT DISTINCT t.run_id, r.seal
FROM run_map m JOIN main.seal_tokens t ON t.run_id = m.ours JOIN main.runs r ON r.id = m.ours WHERE NOT m.is_new;

UPDATE runs SET (site, kind, arguments, started_at, finished_at, outcome, requests, articles_new, articles_changed,
    articles_unchanged, errors, scope, complete, found, articles_late, resumes, program, declaration, listed, delists,
    outage, seal, closing) = (
    SELECT site, kind, arguments, started_at, finished_at, outcome, requests, articles_new, articles_changed,
        articles_unchanged, errors, scope, complete, found, articles_late, resumes, program, declaration, listed,
        delists, outage, seal, closing
    FROM other.runs t WHERE t.uid = main.runs.uid)
WHERE id IN (SELECT ours FROM run_map WHERE wins AND NOT is_new);

-- Of two decisions on a run the later one stands.
CREATE TEMP TABLE disputed AS
SELECT m.ours AS run_id, o.site, t.decided_at, t.withdrawn,
    (coalesce(t.decided_at, ''), t.withdrawn) > (coalesce(o.decided_at, ''), o.withdrawn) AS is_later,
    t.withdrawn <> o.withdrawn AS differs
FROM run_map m JOIN other.runs t ON t.id = m.theirs JOIN main.runs o ON o.id = m.ours
WHERE t.decided_at IS NOT o.decided_at OR t.withdrawn <> o.withdrawn;

UPDATE runs SET (decided_at, withdrawn) = (SELECT decided_at, withdrawn FROM disputed d WHERE d.run_id = runs.id)
WHERE id IN (SELECT run_id FROM disputed WHERE is_later);

DELETE FROM fates WHERE run_id IN (SELECT ours FROM run_map WHERE wins);

INSERT INTO fates (run_id, fate, reason, articles)
SELECT m.ours, f.fate, f.reason, f.articles FROM other.fates f JOIN run_map m ON m.theirs = f.run_id AND m.wins;

INSERT INTO tokens_received
SELECT m.ours, o.seal, t.authority, t.stamped_at, t.token
FROM other.seal_tokens t JOIN run_map m ON m.theirs = t.run_id JOIN other.runs o ON o.id = t.run_id;

INSERT OR IGNORE INTO addresses (site, url)
SELECT site, url FROM other.addresses ORDER BY site, url;

-- name: payloads
-- The bytes of pages, and what they are packed with: what is whole first, then what stands on a payload that is whole
-- here too.
INSERT OR IGNORE INTO dictionaries (digest, site, made_at, data)
SELECT digest, site, made_at, data FROM other.dictionaries;

INSERT OR IGNORE INTO payloads (digest, size, encoding, dictionary_digest, base_digest, data)
SELECT digest, size, encoding, dictionary_digest, base_digest, data FROM other.payloads WHERE base_digest IS NULL;

INSERT OR IGNORE INTO payloads (digest, size, encoding, dictionary_digest, base_digest, data)
SELECT p.digest, p.size, p.encoding, p.dictionary_digest, p.base_digest, p.data FROM other.payloads p
JOIN main.payloads b ON b.digest = p.base_digest AND b.base_digest IS NULL;

-- name: captures
-- Captures and what hangs on them: headers, learned noise, files, downloads, findings.
INSERT OR IGNORE INTO header_sets (site, digest, headers)
SELECT site, digest, headers FROM other.header_sets ORDER BY id;

-- Their captures, with our ids; ours: the same capture, where it is here.
CREATE TEMP TABLE received AS
SELECT k.id AS theirs, m.ours AS run_id, a.id AS address_id, h.id AS header_set_id,
    k.fetched_at, k.status, k.headers, k.payload_digest, k.tls, k.purpose, k.expected, k.final, k.refused, o.id AS ours
FROM other.captures k
JOIN run_map m ON m.theirs = k.run_id
JOIN other.addresses ka ON ka.id = k.address_id
JOIN main.addresses a ON a.site = ka.site AND a.url = ka.url
LEFT JOIN other.header_sets kh ON kh.id = k.header_set_id
LEFT JOIN main.header_sets h ON h.site = kh.site AND h.digest = kh.digest
LEFT JOIN main.captures o ON o.address_id = a.id AND o.fetched_at = k.fetched_at;

-- One address at one time was received once: where both archives have it from different runs, one of them stands.
CREATE TEMP TABLE replaced AS
SELECT r.*, r.payload_digest <> o.payload_digest AS is_other, o.run_id AS run_before
FROM received r JOIN main.captures o ON o.id = r.ours
JOIN main.runs ru ON ru.id = r.run_id JOIN main.runs ou ON ou.id = o.run_id
WHERE (r.payload_digest, ru.uid) > (o.payload_digest, ou.uid);

INSERT OR IGNORE INTO sealed_before
SELECT DISTINCT t.run_id, r.seal
FROM replaced p JOIN main.seal_tokens t ON t.run_id = p.run_before JOIN main.runs r ON r.id = t.run_id;

UPDATE captures SET (run_id, header_set_id, fetched_at, status, headers, payload_digest, tls, purpose, expected,
    final, refused) = (
    SELECT run_id, header_set_id, fetched_at, status, headers, payload_digest, tls, purpose, expected, final, refused
    FROM replaced WHERE ours = captures.id)
WHERE id IN (SELECT ours FROM replaced);

INSERT INTO captures (run_id, address_id, header_set_id, fetched_at, status, headers, payload_digest, tls, purpose,
    expected, final, refused)
SELECT run_id, address_id, header_set_id, fetched_at, status, headers, payload_digest, tls, purpose, expected, final,
    refused
FROM received WHERE ours IS NULL ORDER BY fetched_at, theirs;

CREATE TEMP TABLE capture_map AS
SELECT r.theirs, coalesce(r.ours, k.id) AS ours, r.run_id, r.ours IS NULL AS is_new,
    r.ours IS NULL OR r.payload_digest = k.payload_digest AS is_same
FROM received r JOIN main.captures k ON k.address_id = r.address_id AND k.fetched_at = r.fetched_at;

CREATE UNIQUE INDEX temp.capture_map_theirs ON capture_map (theirs);

-- What is noise was taught by the earliest capture that did.
INSERT INTO learned_noise (site, kind, template, proof, capture_id)
SELECT l.site, l.kind, l.template, l.proof, k.ours
FROM other.learned_noise l JOIN capture_map k ON k.theirs = l.capture_id WHERE true
ON CONFLICT (site, kind, template) DO UPDATE SET proof = excluded.proof, capture_id = excluded.capture_id
WHERE (SELECT fetched_at FROM captures WHERE id = excluded.capture_id)
    < (SELECT fetched_at FROM captures WHERE id = learned_noise.capture_id);

INSERT OR IGNORE INTO files (digest, size, media_type, extension)
SELECT digest, size, media_type, extension FROM other.files;

INSERT OR IGNORE INTO downloads (address_id, fetched_at, run_id, status, digest, problem, validators)
SELECT a.id, d.fetched_at, m.ours, d.status, d.digest, d.problem, d.validators
FROM other.downloads d
JOIN run_map m ON m.theirs = d.run_id
JOIN other.addresses da ON da.id = d.address_id
JOIN main.addresses a ON a.site = da.site AND a.url = da.url;

INSERT OR IGNORE INTO findings (run_id, kind, url, detail, capture_id)
SELECT m.ours, f.kind, f.url, f.detail, k.ours
FROM other.findings f JOIN run_map m ON m.theirs = f.run_id LEFT JOIN capture_map k ON k.theirs = f.capture_id
ORDER BY f.id;

-- name: articles
-- Articles, their keys and clues, and parsers. Every key comes as an article of its own; which of them are one is
-- settled when all is here.
INSERT INTO articles (site, native_key)
SELECT site, native_key FROM other.article_keys t WHERE NOT EXISTS (
    SELECT 1 FROM main.article_keys k WHERE k.site = t.site AND k.native_key = t.native_key);

INSERT INTO article_keys (site, native_key, article_id)
SELECT site, native_key, id FROM articles WHERE id > :last_article;

CREATE TEMP TABLE key_map AS
SELECT t.id AS theirs, k.id AS ours, k.article_id
FROM other.article_keys t CROSS JOIN main.article_keys k ON k.site = t.site AND k.native_key = t.native_key;

CREATE UNIQUE INDEX temp.key_map_theirs ON key_map (theirs);

INSERT OR IGNORE INTO clues (site, clue, key_id)
SELECT t.site, t.clue, m.ours FROM other.clues t JOIN key_map m ON m.theirs = t.key_id;

INSERT INTO parsers (version, ordinal, since)
SELECT version, ordinal, since FROM other.parsers WHERE true ORDER BY ordinal, since, version
ON CONFLICT (version) DO UPDATE SET since = min(since, excluded.since);

-- name: readings
-- Addresses of articles, contents and readings. What is known of an address twice: as JOIN_ADDRESSES
-- (identity/keys.py).
CREATE TEMP TABLE addressed AS
SELECT m.article_id, a.id AS address_id, t.seen_from, t.answered, t.section, t.section_from, m.ours AS key_id
FROM other.article_addresses t
JOIN key_map m ON m.theirs = t.key_id
JOIN other.addresses ta ON ta.id = t.address_id
JOIN main.addresses a ON a.site = ta.site AND a.url = ta.url
LEFT JOIN main.article_addresses o ON o.article_id = m.article_id AND o.address_id = a.id
WHERE NOT coalesce(o.seen_from <= t.seen_from AND o.answered >= t.answered
    AND (t.section_from IS NULL OR o.section_from < t.section_from
        OR (o.section_from = t.section_from AND o.section IS t.section)), 0);

INSERT INTO article_addresses (article_id, address_id, seen_from, answered, section, section_from, key_id)
SELECT article_id, address_id, seen_from, answered, section, section_from, key_id FROM addressed
WHERE true
ON CONFLICT (article_id, address_id) DO UPDATE SET
    section = CASE WHEN section_from IS NULL OR excluded.section_from < section_from THEN excluded.section
        ELSE section END,
    section_from = min(coalesce(section_from, excluded.section_from), coalesce(excluded.section_from, section_from)),
    seen_from = min(seen_from, excluded.seen_from), answered = max(answered, excluded.answered);

INSERT OR IGNORE INTO contents (row_digest, digest, title, author, lead, body, body_html, published_at, published_raw,
    published_precision, published_relative, images, attachments, links, marks)
SELECT row_digest, digest, title, author, lead, body, body_html, published_at, published_raw, published_precision,
    published_relative, images, attachments, links, marks
FROM other.contents;

-- The readings that are not here; of captures that are withdrawn, or differ here, there are none.
CREATE TEMP TABLE added AS
SELECT m.article_id, m.ours AS key_id, s.id AS address_id,
    k.ours AS capture_id, p.id AS parser_id, r.source, r.sign, r.standing, r.doubtful,
    c.id AS content_id, r.views, r.views_raw, r.detail, k.run_id
FROM other.readings r
JOIN key_map m ON m.theirs = r.key_id
JOIN capture_map k ON k.theirs = r.capture_id AND k.is_same
JOIN main.captures kept ON kept.id = k.ours AND kept.run_id NOT IN (SELECT id FROM main.runs WHERE withdrawn)
JOIN other.parsers rp ON rp.id = r.parser_id
JOIN main.parsers p ON p.version = rp.version
LEFT JOIN other.contents rc ON rc.id = r.content_id
LEFT JOIN main.contents c ON c.row_digest = rc.row_digest
LEFT JOIN other.addresses rs ON rs.id = r.address_id
LEFT JOIN main.addresses s ON s.site = rs.site AND s.url = rs.url
WHERE NOT EXISTS (SELECT 1 FROM main.readings o WHERE o.article_id = m.article_id AND o.capture_id = k.ours
    AND o.parser_id = p.id AND o.sign = r.sign AND o.key_id = m.ours);

INSERT OR IGNORE INTO readings (article_id, capture_id, parser_id, source, sign, standing, doubtful, content_id,
    views, views_raw, detail, key_id, address_id)
SELECT article_id, capture_id, parser_id, source, sign, standing, doubtful, content_id, views, views_raw, detail,
    key_id, address_id
FROM added;

-- Of the readings of one capture the newest parser's is marked.
UPDATE readings SET newest = NOT EXISTS (
    SELECT 1 FROM readings n JOIN parsers np ON np.id = n.parser_id JOIN parsers op ON op.id = readings.parser_id
    WHERE n.article_id = readings.article_id AND n.capture_id = readings.capture_id AND n.sign = readings.sign
        AND n.key_id = readings.key_id AND (np.ordinal, np.since, np.version) > (op.ordinal, op.since, op.version))
WHERE (article_id, capture_id) IN (SELECT article_id, capture_id FROM added);

-- name: packed_payloads
-- Their payloads that stand on others and are not here yet, each with a site that it is of.
SELECT p.digest, (SELECT r.site FROM other.captures k JOIN other.runs r ON r.id = k.run_id
    WHERE k.payload_digest = p.digest LIMIT 1)
FROM other.payloads p WHERE NOT EXISTS (SELECT 1 FROM main.payloads o WHERE o.digest = p.digest);

-- name: changed_runs
-- The runs that have other captures, readings or figures than before; ``grown``: they are open, and have more.
SELECT id, outcome IS NULL AND id NOT IN (
    SELECT run_id FROM replaced UNION SELECT run_before FROM replaced UNION SELECT run_id FROM disputed) AS grown
FROM main.runs WHERE id IN (
    SELECT ours FROM run_map WHERE wins
    UNION SELECT run_id FROM capture_map WHERE is_new
    UNION SELECT run_id FROM added
    UNION SELECT run_id FROM replaced
    UNION SELECT run_before FROM replaced
    UNION SELECT run_id FROM disputed);

-- name: newest_runs
-- Those of some runs (:runs) that no other run of their site came after.
SELECT u.id FROM json_each(:runs) j CROSS JOIN main.runs u ON u.id = j.value
WHERE NOT coalesce((SELECT coalesce(o.finished_at, o.started_at) > u.started_at FROM main.runs o
    WHERE o.site = u.site AND o.id <> u.id AND NOT o.withdrawn ORDER BY o.started_at DESC LIMIT 1), 0);

-- name: added_since
-- Since when something is here that was not: a run depends on what was captured before it began.
SELECT min(u.started_at, k.fetched_at)
FROM (
    SELECT ours FROM capture_map WHERE is_new
    UNION SELECT capture_id FROM added
    UNION SELECT ours FROM replaced
) n JOIN main.captures k ON k.id = n.ours JOIN main.runs u ON u.id = k.run_id
UNION SELECT min(u.started_at, p.fetched_at) FROM replaced p JOIN main.runs u ON u.id = p.run_before
UNION SELECT u.started_at FROM run_map m JOIN main.runs u ON u.id = m.ours WHERE m.wins
UNION SELECT u.started_at FROM disputed d JOIN main.runs u ON u.id = d.run_id
ORDER BY 1 LIMIT 1;

-- name: disputed_sites
-- The sites whose readings have to be made again: the archives differ in which of their runs count.
SELECT site FROM disputed WHERE differs;

-- name: withdrawn_but_read
-- The sites of runs (:runs) that are withdrawn and have readings.
SELECT DISTINCT u.site FROM json_each(:runs) j CROSS JOIN main.runs u ON u.id = j.value AND u.withdrawn
WHERE EXISTS (SELECT 1 FROM main.captures k CROSS JOIN main.readings r ON r.capture_id = k.id WHERE k.run_id = u.id);

-- name: copied
-- What told of this one.
DROP TABLE temp.run_map;
DROP TABLE temp.disputed;
DROP TABLE temp.received;
DROP TABLE temp.replaced;
DROP TABLE temp.capture_map;
DROP TABLE temp.key_map;
DROP TABLE temp.addressed;
DROP TABLE temp.added;

-- name: end
-- Time-stamp tokens. A token is for a seal: where a run has another one now, since each archive had a part of it, it
-- says nothing any more.
DELETE FROM seal_tokens WHERE run_id IN (
    SELECT s.run_id FROM sealed_before s JOIN main.runs r ON r.id = s.run_id WHERE r.seal IS NOT s.seal);

INSERT INTO seal_tokens (run_id, authority, stamped_at, token)
SELECT t.run_id, t.authority, t.stamped_at, t.token
FROM tokens_received t JOIN main.runs r ON r.id = t.run_id AND r.seal = t.seal
WHERE true
ON CONFLICT (run_id, authority) DO UPDATE SET stamped_at = excluded.stamped_at, token = excluded.token
WHERE (excluded.stamped_at, excluded.token) < (seal_tokens.stamped_at, seal_tokens.token);

DROP TABLE temp.sealed_before;
DROP TABLE temp.tokens_received;
