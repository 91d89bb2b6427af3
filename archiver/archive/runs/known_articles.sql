-- What known_articles.py asks of a site (:site).

-- name: known
-- Its articles that were read, each with its last visit (up to :at, while there is one) and whether that missed it
-- without being believed. Those that moved are another article's address now.
SELECT c.article_id, c.url, c.title, c.state, c.listed, c.published_at, c.first_seen_at, c.changed_at,
    (SELECT coalesce(max(CASE WHEN k.fetched_at <= :at THEN k.fetched_at END), max(k.fetched_at))
        FROM readings r JOIN captures k ON k.id = r.capture_id
        WHERE r.article_id = a.id AND r.source = 'article') AS visited_at,
    c.snapshots - 1,
    a.id IN (
        -- Articles that were missing at some time, and were not believed to be.
        SELECT m.article_id FROM readings m INDEXED BY readings_doubtful
        WHERE (m.doubtful OR m.standing <> 'counted') AND m.sign = 'missing' AND m.standing = 'withheld'
            AND (m.doubtful OR substr(m.detail, 1, length(:unread)) <> :unread)
    ) AND (
        SELECT r.sign FROM readings r JOIN captures k ON k.id = r.capture_id
        WHERE r.article_id = a.id AND r.source = 'article'
        ORDER BY k.fetched_at DESC, r.sign DESC LIMIT 1
    ) = 'missing'
FROM current_articles c
JOIN articles a ON a.site = c.site AND a.native_key = c.article_id
WHERE c.site = :site AND c.state != 'moved'
ORDER BY c.article_id;

-- name: non_articles
-- The addresses that last answered with something other than an article, and without a finding, and when. A bare column
-- beside max() is of the row that has it.
SELECT url, at FROM (
    SELECT a.url, max(k.fetched_at) AS at, k.id AS capture_id
    FROM addresses a JOIN captures k ON k.address_id = a.id
    WHERE a.site = :site AND (k.status BETWEEN 200 AND 299 AND k.status != 206 OR k.status IN (404, 410))
        AND k.final AND k.run_id NOT IN (SELECT id FROM runs WHERE withdrawn)
    GROUP BY a.id
) last
WHERE NOT EXISTS (SELECT 1 FROM readings r WHERE r.capture_id = last.capture_id AND r.sign = 'content')
    AND capture_id NOT IN (SELECT capture_id FROM findings WHERE capture_id IS NOT NULL);

-- name: chain
-- A run (:run) and those that it took up, one after the other, the oldest first.
WITH RECURSIVE chain (id, resumes, scope, started_at) AS (
    SELECT id, resumes, scope, started_at FROM runs WHERE id = :run
    UNION
    SELECT r.id, r.resumes, r.scope, r.started_at FROM runs r JOIN chain c ON r.uid = c.resumes AND NOT r.withdrawn
)
SELECT id, scope, started_at FROM chain ORDER BY started_at, id;
