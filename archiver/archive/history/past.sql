-- An article (:site, :article_id) as it stood at :at: the columns of current_articles, then those of its snapshot.
-- Nothing in it is of a later time; what is not known of that time is NULL. CROSS JOIN has SQLite begin with the
-- article.
WITH
article AS (SELECT * FROM articles WHERE site = :site AND native_key = :article_id),
-- What counted up to then; place 1 has the last reading, in the order in which readings are derived (snapshots.py).
seen AS (
    SELECT r.sign, r.views, r.newest, k.fetched_at, k.address_id, d.url, row_number() OVER (
        ORDER BY k.fetched_at DESC, d.url DESC, r.sign DESC, p.ordinal DESC, p.since DESC, p.version DESC) AS place
    FROM article a
    CROSS JOIN readings r ON r.article_id = a.id AND r.standing = 'counted'
    JOIN captures k ON k.id = r.capture_id AND k.fetched_at <= :at
    JOIN addresses d ON d.id = k.address_id
    JOIN parsers p ON p.id = r.parser_id
),
last_count AS (SELECT * FROM seen WHERE views IS NOT NULL AND newest ORDER BY place LIMIT 1),
-- A bad sign counts after the last good one only.
after_good AS (
    SELECT * FROM seen
    WHERE fetched_at > (SELECT max(fetched_at) FROM seen WHERE sign IN ('content', 'confirmed'))
),
-- Gone is what an event says of that time (timeline.py).
went AS (
    SELECT k.fetched_at
    FROM article a
    CROSS JOIN article_events e ON e.article_id = a.id AND e.kind = 'gone'
    JOIN captures k ON k.id = e.capture_id AND k.fetched_at <= :at
    WHERE k.fetched_at > (SELECT max(fetched_at) FROM seen WHERE sign IN ('content', 'confirmed'))
),
known AS (
    SELECT aa.address_id, aa.section, aa.seen_from, d.url
    FROM article a
    CROSS JOIN article_addresses aa ON aa.article_id = a.id
    JOIN addresses d ON d.id = aa.address_id
),
-- The present holds as long as nothing was seen since.
present AS (
    SELECT NOT EXISTS (SELECT 1 FROM readings r JOIN captures k ON k.id = r.capture_id
        WHERE r.article_id = a.id AND k.fetched_at > :at) AS holds
    FROM article a
)
SELECT a.site, a.native_key AS article_id,
    -- Else the address is that of the last page that showed the article, if it is one that the article is known by, or
    -- the only one of that time.
    CASE WHEN present.holds THEN (SELECT url FROM addresses WHERE id = a.address_id) ELSE coalesce(
        (SELECT url FROM seen WHERE sign = 'content' AND address_id IN (SELECT address_id FROM known)
            ORDER BY place LIMIT 1),
        (SELECT min(url) FROM known WHERE seen_from <= :at HAVING count(*) = 1)
    ) END AS url,
    c.title,
    CASE WHEN present.holds THEN a.section ELSE
        (SELECT min(section) FROM known WHERE seen_from <= :at HAVING count(DISTINCT section) = 1)
    END AS section,
    c.author, c.lead, c.body, c.published_at, c.published_raw, c.published_precision,
    (SELECT views FROM last_count) AS views, (SELECT fetched_at FROM last_count) AS views_observed_at,
    CASE WHEN EXISTS (SELECT 1 FROM after_good WHERE sign = 'moved') THEN 'moved'
        WHEN EXISTS (SELECT 1 FROM went) THEN 'gone'
        WHEN EXISTS (SELECT 1 FROM after_good WHERE sign = 'missing') THEN 'suspect'
        ELSE 'live'
    END AS state,
    coalesce((SELECT sign = 'listed' FROM seen WHERE sign IN ('listed', 'unlisted') ORDER BY place LIMIT 1), 0)
        AS listed,
    s.number AS snapshots, a.first_seen_at,
    (SELECT max(fetched_at) FROM seen WHERE sign IN ('content', 'confirmed', 'listed')) AS last_seen_at,
    CASE WHEN s.number > 1 THEN s.seen_from END AS changed_at,
    c.body_html, c.images, c.attachments, c.content_digest, c.links, c.marks,
    s.number AS snapshot, s.seen_from, s.seen_until, s.changed_fields, s.cause
FROM article a
CROSS JOIN present
JOIN snapshots s ON s.article_id = a.id AND s.number =
    (SELECT max(number) FROM snapshots WHERE article_id = a.id AND number IS NOT NULL AND seen_from <= :at)
JOIN whole_contents c ON c.id = s.content_id
