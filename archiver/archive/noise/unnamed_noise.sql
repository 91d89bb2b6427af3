-- What unnamed_noise.py asks of a run (:run).

-- name: restless
-- Articles of which the last looks (:looks), each in a run of its own, all began a snapshot; the last of them in this
-- run; at most :most of them.
SELECT s.article_id, d.url FROM captures k JOIN snapshots s ON s.first_capture_id = k.id AND s.number >= :looks
    JOIN latest_snapshots a ON a.id = s.article_id JOIN addresses d ON d.id = a.address_id
WHERE k.run_id = :run AND s.number = a.snapshots
    AND (SELECT count(DISTINCT rk.run_id) FROM readings r JOIN captures rk ON rk.id = r.capture_id
        WHERE r.article_id = s.article_id AND r.sign = 'content' AND r.standing = 'counted' AND rk.fetched_at >=
            (SELECT seen_from FROM snapshots WHERE article_id = s.article_id AND number = s.number - :looks + 1)) = :looks
ORDER BY d.url LIMIT :most;

-- name: returning
-- Articles with an earlier state to return to, read in this run with no snapshot begun.
SELECT DISTINCT r.article_id, d.url FROM captures k JOIN readings r ON r.capture_id = k.id AND r.sign = 'content'
    AND r.standing = 'counted' JOIN articles a ON a.id = r.article_id JOIN addresses d ON d.id = a.address_id
WHERE k.run_id = :run AND EXISTS (SELECT 1 FROM snapshots s WHERE s.article_id = a.id AND s.number >= 3)
    AND r.content_id <> (SELECT content_id FROM snapshots WHERE article_id = a.id AND number IS NOT NULL
        ORDER BY number DESC LIMIT 1)
ORDER BY d.url;

-- name: edits
-- How many articles it visited that were known before, and to how many of them it brought a new snapshot.
SELECT count(DISTINCT r.article_id), count(DISTINCT s.article_id) FROM captures k
    JOIN runs u ON u.id = k.run_id
    JOIN readings r ON r.capture_id = k.id AND r.sign IN ('content', 'confirmed') AND r.standing = 'counted'
    LEFT JOIN snapshots s ON s.article_id = r.article_id AND s.first_capture_id = k.id AND s.number > 1
WHERE k.run_id = :run AND EXISTS (SELECT 1 FROM snapshots f JOIN captures fk ON fk.id = f.first_capture_id
    WHERE f.article_id = r.article_id AND f.number = 1 AND fk.fetched_at < u.started_at);
