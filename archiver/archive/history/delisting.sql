-- What delisting.py asks of the walk of a run (:run): its captures, and those of the runs that it took up (:chain) as far
-- as it stands on them. :in_walk is said of a capture k of it, :in_past_walk of an earlier run's, :is_listed of an article
-- (of a reading r) that its listings show; :entries counts what a listing (a capture k) shows, :age is when an article (a)
-- was published, by the first page of it that was read.

-- name: run
-- What is written of the run, and whether its listings go on where no address leads (:unturned).
SELECT listed, delists,
    EXISTS (SELECT 1 FROM fates f WHERE f.run_id = runs.id AND substr(f.reason, 1, length(:unturned)) = :unturned)
        AS goes_on
FROM runs WHERE id = :run;

-- name: listed
-- How many articles its listings show.
SELECT count(DISTINCT r.article_id)
FROM json_each(:chain) u
CROSS JOIN captures k ON k.run_id = u.value AND :in_walk
CROSS JOIN readings r ON r.capture_id = k.id
WHERE r.sign = 'listed';

-- name: believed
-- The last run before it with the same start addresses that was believed.
SELECT p.id, p.listed
FROM runs u
JOIN runs p ON p.site = u.site AND p.delists AND p.started_at < u.started_at
    AND p.arguments ->> 'start' IS u.arguments ->> 'start'
WHERE u.id = :run
ORDER BY p.started_at DESC, p.uid LIMIT 1;

-- name: walks
-- How many runs walked all listings since that one (:past), and when the first of them began.
SELECT count(*), min(q.started_at)
FROM runs u
JOIN runs p ON p.id = :past
JOIN runs q ON q.site = u.site AND q.started_at > p.started_at
    AND q.arguments ->> 'start' IS u.arguments ->> 'start' AND (q.started_at, q.uid) <= (u.started_at, u.uid)
    AND u.id = :run
    AND q.complete AND NOT q.withdrawn;

-- name: left
-- How many articles the listings of that one show and those of the run do not.
SELECT count(DISTINCT r.article_id)
FROM json_each(:past_chain) u
CROSS JOIN captures k ON k.run_id = u.value AND :in_past_walk
CROSS JOIN readings r ON r.capture_id = k.id
WHERE r.sign = 'listed' AND NOT :is_listed;

-- name: left_lately
-- How many of them a run in between showed: these are not missing yet.
SELECT count(DISTINCT r.article_id)
FROM json_each(:past_chain) u
CROSS JOIN captures k ON k.run_id = u.value AND :in_past_walk
CROSS JOIN readings r ON r.capture_id = k.id
WHERE r.sign = 'listed' AND NOT :is_listed AND EXISTS (
    SELECT 1
    FROM runs u
    JOIN runs p ON p.id = :past
    JOIN runs q ON q.site = u.site AND q.started_at > p.started_at
        AND q.arguments ->> 'start' IS u.arguments ->> 'start' AND (q.started_at, q.uid) <= (u.started_at, u.uid)
        AND u.id = :run
        AND q.id <> u.id
    CROSS JOIN captures sk ON sk.run_id = q.id
    CROSS JOIN readings s ON s.capture_id = sk.id AND s.article_id = r.article_id AND s.sign = 'listed'
);

-- name: written
-- What is written of articles that left its listings.
SELECT r.article_id, r.capture_id, r.parser_id, k.run_id
FROM json_each(:chain) u
CROSS JOIN captures k ON k.run_id = u.value AND :in_walk
CROSS JOIN readings r ON r.capture_id = k.id
WHERE r.sign = 'unlisted';

-- name: written_of
-- The same of some articles (:articles).
SELECT r.article_id, r.capture_id, r.parser_id, k.run_id
FROM json_each(:articles) a
CROSS JOIN readings r ON r.article_id = a.value
CROSS JOIN captures k ON k.id = r.capture_id AND :in_walk
WHERE r.sign = 'unlisted';

-- name: not_listed
-- The pages of articles that were read in it and that its listings do not show, in the order of time.
SELECT r.article_id, r.capture_id, r.parser_id
FROM json_each(:chain) u
CROSS JOIN captures k ON k.run_id = u.value AND :in_walk
CROSS JOIN readings r ON r.capture_id = k.id
JOIN addresses d ON d.id = k.address_id
WHERE r.source = 'article' AND r.standing = 'counted' AND r.newest AND NOT :is_listed
ORDER BY k.fetched_at, d.url;

-- name: not_listed_of
-- The same of some articles (:articles).
SELECT r.article_id, r.capture_id, r.parser_id
FROM json_each(:articles) a
CROSS JOIN readings r ON r.article_id = a.value
CROSS JOIN captures k ON k.id = r.capture_id AND :in_walk
JOIN addresses d ON d.id = k.address_id
WHERE r.source = 'article' AND r.standing = 'counted' AND r.newest AND NOT :is_listed
ORDER BY k.fetched_at, d.url;

-- name: last_word
-- The last word of the listings on an article (:article), before the run (:began) and its walk.
SELECT r.sign
FROM readings r
JOIN captures k ON k.id = r.capture_id
JOIN addresses a ON a.id = k.address_id
WHERE r.article_id = :article AND r.sign IN ('listed', 'unlisted') AND k.fetched_at < :began AND NOT :in_walk
ORDER BY k.fetched_at DESC, a.url DESC, r.sign DESC LIMIT 1;

-- name: last_listing
-- The page of a listing that showed it last before that.
SELECT k.address_id, d.url, :entries AS entries
FROM readings r
JOIN captures k ON k.id = r.capture_id
JOIN addresses d ON d.id = k.address_id
WHERE r.article_id = :article AND r.sign = 'listed' AND k.fetched_at < :began AND NOT :in_walk
ORDER BY k.fetched_at DESC, d.url DESC LIMIT 1;

-- name: same_listing
-- That page (:address) in the walk.
SELECT k.id AS capture_id, :entries AS entries
FROM json_each(:chain) u
CROSS JOIN captures k ON k.run_id = u.value AND :in_walk
WHERE k.address_id = :address AND entries
ORDER BY k.fetched_at DESC LIMIT 1;

-- name: longest
-- How much the longest page of its channel (:path) shows in the walk.
SELECT max(:entries)
FROM json_each(:chain) u
CROSS JOIN captures k ON k.run_id = u.value AND :in_walk
JOIN addresses d ON d.id = k.address_id
WHERE d.url = :path OR substr(d.url, 1, length(:path) + 1) = :path || '?';

-- name: oldest
-- The age of the oldest article that a page (:capture) shows.
SELECT min(:age)
FROM readings r
JOIN articles a ON a.id = r.article_id
WHERE r.capture_id = :capture AND r.sign = 'listed';

-- name: own_age
-- That of the article.
SELECT :age FROM articles a WHERE a.id = :article;
