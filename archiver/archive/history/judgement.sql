-- What judgement.py asks of the readings of a run (:run). SQLite is to begin with the captures of the run, or with the
-- articles: CROSS JOIN says so. :is_plain is said of readings that judging itself did not write.

-- name: run
-- When it began, and what it is worth as it is written.
SELECT started_at, outage FROM runs WHERE id = :run;

-- name: not_counted
-- Whether it has readings which are not simply counted.
SELECT 1
FROM captures k
CROSS JOIN readings r INDEXED BY readings_doubtful ON r.capture_id = k.id AND (r.doubtful OR r.standing <> 'counted')
WHERE k.run_id = :run
LIMIT 1;

-- name: known
-- The pages of articles that were read before it began.
SELECT DISTINCT r.article_id, r.capture_id, r.doubtful
FROM runs u
CROSS JOIN captures k ON k.run_id = u.id
CROSS JOIN readings r ON r.capture_id = k.id AND r.source = 'article' AND :is_plain
JOIN snapshots s ON s.article_id = r.article_id AND s.number = 1 AND s.seen_from < min(u.started_at, k.fetched_at)
WHERE u.id = :run;

-- name: signs
-- What the pages of articles showed, in the order of time.
SELECT r.article_id, r.sign, k.fetched_at, k.status, r.doubtful
FROM captures k
CROSS JOIN readings r ON r.capture_id = k.id AND r.source = 'article' AND :is_plain
JOIN addresses d ON d.id = k.address_id
WHERE k.run_id = :run
ORDER BY k.fetched_at, d.url;

-- name: well
-- The articles that were read well.
SELECT r.article_id, r.capture_id
FROM captures k
CROSS JOIN readings r ON r.capture_id = k.id AND r.sign IN ('content', 'confirmed') AND NOT r.doubtful
WHERE k.run_id = :run;

-- name: standings
-- The readings that may need another standing; those of good pages too where some are the portal's (:any_withheld).
SELECT r.article_id, r.capture_id, r.parser_id, r.sign, r.standing, r.doubtful
FROM captures k
CROSS JOIN readings r ON r.capture_id = k.id
WHERE k.run_id = :run AND r.source = 'article' AND :is_plain AND r.sign <> 'moved'
    AND (r.doubtful OR r.standing <> 'counted' OR :any_withheld);

-- name: standings_of
-- Those of some articles (:articles).
SELECT r.article_id, r.capture_id, r.parser_id, r.sign, r.standing, r.doubtful
FROM json_each(:articles) a
CROSS JOIN readings r ON r.article_id = a.value
CROSS JOIN captures k ON k.id = r.capture_id
WHERE k.run_id = :run AND r.source = 'article' AND :is_plain AND r.sign <> 'moved'
    AND (r.doubtful OR r.standing <> 'counted');

-- name: missing
-- The articles that were missing.
SELECT DISTINCT r.article_id
FROM captures k
CROSS JOIN readings r ON r.capture_id = k.id AND r.sign = 'missing'
WHERE k.run_id = :run;

-- name: stand_ins
-- What is written of pages of the portal.
SELECT r.article_id, r.capture_id, r.parser_id, r.standing, r.doubtful, r.detail
FROM captures k
CROSS JOIN readings r ON r.capture_id = k.id AND r.sign = 'missing' AND NOT :is_plain
WHERE k.run_id = :run;

-- name: pages
-- The pages that can be doubtful, in the order of time.
SELECT r.article_id, r.capture_id, r.parser_id, r.sign, r.content_id, r.doubtful, r.detail, k.fetched_at
FROM captures k
CROSS JOIN readings r ON r.capture_id = k.id
WHERE r.source = 'article' AND r.sign IN ('content', 'missing') AND k.run_id = :run AND :is_plain
ORDER BY k.fetched_at;

-- name: pages_of
-- Those of some articles (:articles).
SELECT r.article_id, r.capture_id, r.parser_id, r.sign, r.content_id, r.doubtful, r.detail, k.fetched_at
FROM json_each(:articles) a
CROSS JOIN readings r ON r.article_id = a.value
CROSS JOIN captures k ON k.id = r.capture_id
WHERE r.source = 'article' AND r.sign IN ('content', 'missing') AND k.run_id = :run AND :is_plain
ORDER BY k.fetched_at;
