-- What shared_pages.py asks of a run (:run).

-- name: news
-- What it read of articles, but for texts that they had said before.
SELECT r.article_id, r.capture_id, r.parser_id, r.content_id, r.detail, c.digest, c.title, c.lead, c.body,
    c.published_raw, k.fetched_at, k.status, k.expected, a.native_key, min(u.started_at, k.fetched_at) AS began,
    k.purpose = 'listing' AND EXISTS (SELECT 1 FROM captures lk JOIN readings l ON l.capture_id = lk.id
        WHERE lk.address_id = k.address_id AND lk.purpose = 'listing' AND l.sign = 'listed'
        AND lk.fetched_at < min(u.started_at, k.fetched_at)) AS for_listing
FROM captures k JOIN runs u ON u.id = k.run_id
CROSS JOIN readings r ON r.capture_id = k.id AND r.sign = 'content' JOIN articles a ON a.id = r.article_id
JOIN contents c ON c.id = r.content_id JOIN parsers p ON p.id = r.parser_id JOIN addresses d ON d.id = k.address_id
WHERE k.run_id = :run AND NOT EXISTS (SELECT 1 FROM readings q JOIN captures qk ON qk.id = q.capture_id
        WHERE q.article_id = r.article_id AND q.content_id = r.content_id AND q.sign = 'content'
        AND q.standing = 'counted' AND qk.run_id <> :run AND qk.fetched_at < min(u.started_at, k.fetched_at)
        AND NOT EXISTS (SELECT 1 FROM article_keys e WHERE e.site = u.site AND e.native_key = k.expected
            AND e.article_id <> r.article_id))
ORDER BY k.fetched_at, d.url, p.ordinal, p.since, p.version;

-- name: unread
-- Its pages that are no article: their detail begins so (:unread).
SELECT r.article_id, r.capture_id, r.parser_id, r.detail, k.fetched_at, k.status,
    min(u.started_at, k.fetched_at) AS began
FROM runs u
JOIN captures k ON k.run_id = u.id
CROSS JOIN readings r ON r.capture_id = k.id AND r.sign = 'missing' AND substr(r.detail, 1, length(:unread)) = :unread
JOIN parsers p ON p.id = r.parser_id
JOIN addresses d ON d.id = k.address_id
WHERE u.id = :run
ORDER BY k.fetched_at, d.url, p.ordinal, p.since, p.version;

-- name: remembered
-- The pages that earlier runs of the site since a time (:since) knew for the portal's (:portal_page, or :unread), the
-- last ones first, at most :most of them.
SELECT r.article_id, r.capture_id, r.parser_id, r.detail AS unread, k.fetched_at, k.status, c.title, c.lead, c.body
FROM runs u
JOIN captures k ON k.run_id = u.id
CROSS JOIN readings r ON r.capture_id = k.id AND r.sign = 'missing'
LEFT JOIN readings s ON s.capture_id = k.id AND s.sign = 'content' AND s.parser_id = r.parser_id
LEFT JOIN contents c ON c.id = s.content_id
JOIN addresses d ON d.id = k.address_id
WHERE u.site = :site AND u.started_at >= :since
    AND (u.started_at, u.uid) < (SELECT started_at, uid FROM runs WHERE id = :run)
    AND (r.detail = :portal_page OR (r.doubtful AND substr(r.detail, 1, length(:unread)) = :unread))
GROUP BY coalesce(s.content_id, r.detail)
ORDER BY max(k.fetched_at) DESC, min(d.url)
LIMIT :most;

-- name: shown
-- Which articles show which content at their own addresses.
SELECT DISTINCT r.article_id, c.digest
FROM captures k
CROSS JOIN readings r ON r.capture_id = k.id AND r.sign = 'content'
JOIN contents c ON c.id = r.content_id
JOIN article_keys a ON a.article_id = r.article_id AND a.native_key = k.expected
WHERE k.run_id = :run;
