-- What health.py asks of a run (:run) of a site (:site) and of the site's past.

-- name: run
-- The run; whether it was asked for a part of the site only.
SELECT *, coalesce(json_extract(arguments, '$.since'), json_extract(arguments, '$.max_pages')) IS NOT NULL AS bounded
FROM runs WHERE id = :run;

-- name: good_runs
-- The good runs before it, the newest first; is_like: of the same scope and the same start addresses. Runs that were
-- merged may have later ids, so it is their times that tell.
SELECT id, scope = :scope AND (scope = 'daily' OR complete)
    AND json_extract(arguments, '$.start') IS json_extract(:arguments, '$.start') AS is_like
FROM runs
WHERE site = :site AND (started_at, uid) < (SELECT started_at, uid FROM runs WHERE id = :run)
    AND kind = 'crawl' AND NOT withdrawn AND :did_its_work AND resumes IS NULL
    AND coalesce(json_extract(arguments, '$.since'), json_extract(arguments, '$.max_pages')) IS NULL
ORDER BY started_at DESC, uid DESC;

-- name: listed
-- How many articles its listings showed, and how many of these were known before.
SELECT count(DISTINCT a.id), count(DISTINCT CASE WHEN a.first_seen_at < u.started_at THEN a.id END)
FROM runs u
JOIN captures k ON k.run_id = u.id
JOIN readings r ON r.capture_id = k.id AND r.sign = 'listed' AND r.standing != 'withheld'
JOIN articles a ON a.id = r.article_id
WHERE u.id = :run;

-- name: sizes
-- The sizes of its pages in their order. Answers without a page (304, redirects, errors) would halve the median of a run
-- that had many of them.
SELECT p.size FROM captures k JOIN payloads p ON p.digest = k.payload_digest
WHERE k.run_id = :run AND k.status = 200 ORDER BY p.size;

-- name: kinds
-- The kinds of its findings, and at how many addresses each was found.
SELECT kind, count(DISTINCT url) FROM findings WHERE run_id = :run GROUP BY 1;

-- name: growth
-- The bytes of its payloads that were new, at addresses that were not.
SELECT sum(length(data)) FROM payloads WHERE digest IN (
    SELECT k.payload_digest FROM captures k WHERE k.run_id = :run
        AND NOT EXISTS (SELECT 1 FROM captures WHERE payload_digest = k.payload_digest AND fetched_at < k.fetched_at)
        AND EXISTS (SELECT 1 FROM captures WHERE address_id = k.address_id AND fetched_at < k.fetched_at));

-- name: newest
-- When something new was last published or first seen, up to a time (:at).
SELECT max(t) FROM (
    SELECT max(first_seen_at) AS t FROM articles WHERE site = :site AND first_seen_at <= :at
    UNION ALL
    SELECT max(c.published_at) FROM articles a
    JOIN snapshots s ON s.article_id = a.id AND s.number IS NOT NULL
    JOIN contents c ON c.id = s.content_id AND c.published_at <= :at
    WHERE a.site = :site);

-- name: unchanged_listings
-- How many of its listings had not changed.
SELECT count(*) FROM captures WHERE run_id = :run AND purpose = 'listing' AND status = 304;

-- name: entries
-- How many articles a listing page (:url) showed in each of some runs (:runs).
SELECT k.run_id, count(DISTINCT r.article_id)
FROM addresses d
JOIN captures k ON k.address_id = d.id
LEFT JOIN readings r ON r.capture_id = k.id AND r.sign = 'listed'
WHERE d.site = :site AND d.url = :url AND k.status = 200 AND k.run_id IN (SELECT value FROM json_each(:runs))
GROUP BY k.run_id;

-- name: observed
-- Of how many articles it read the count.
SELECT count(DISTINCT r.article_id)
FROM captures k JOIN readings r ON r.capture_id = k.id AND r.views IS NOT NULL AND r.standing = 'counted'
WHERE k.run_id = :run;

-- name: set_back
-- Of how many of them it went back.
SELECT count(DISTINCT article_id) FROM article_events
WHERE kind = 'counter_reset' AND capture_id IN (SELECT id FROM captures WHERE run_id = :run);

-- name: died
-- When the runs began that died since the last one that was closed by itself. One that came open from another archive
-- may be well and under way there.
SELECT started_at FROM runs
WHERE site = :site AND (started_at, uid) < (SELECT started_at, uid FROM runs WHERE id = :run)
    AND kind = 'crawl' AND outcome = 'died' AND NOT merged AND NOT withdrawn
    AND started_at > coalesce((
        SELECT max(started_at) FROM runs
        WHERE site = :site AND (started_at, uid) < (SELECT started_at, uid FROM runs WHERE id = :run)
            AND kind = 'crawl' AND NOT withdrawn AND outcome NOT IN ('died', 'locked')), '')
ORDER BY started_at, uid;

-- name: left_work
-- How often something that it found was left.
SELECT count(*) FROM fates WHERE run_id = :run AND :left_work;

-- name: articles
-- How many articles the site has.
SELECT count(*) FROM articles WHERE site = :site;

-- name: unaccounted
-- What it found less what it read and what has a fate.
SELECT found
    - (SELECT count(DISTINCT r.article_id)
        FROM captures k
        JOIN readings r ON r.capture_id = k.id AND r.sign IN ('content', 'confirmed') AND r.standing = 'counted'
        WHERE k.run_id = runs.id)
    - (SELECT coalesce(sum(articles), 0) FROM fates WHERE run_id = runs.id)
FROM runs WHERE id = :run;
