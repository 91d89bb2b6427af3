-- What settlement.py asks of a run (:run).

-- name: keys_of
-- The keys of some articles (:articles), and those under which some runs (:runs) read something.
SELECT n.site, n.id FROM json_each(:articles) a CROSS JOIN article_keys n ON n.article_id = a.value
UNION SELECT n.site, n.id FROM json_each(:runs) u CROSS JOIN captures k ON k.run_id = u.value
CROSS JOIN readings r ON r.capture_id = k.id CROSS JOIN article_keys n ON n.id = r.key_id;

-- name: seeds
-- The keys of a run of a site (:site) that began at a time (:began), which may be joined with others by it or taken
-- apart: keys that showed a text for the first time, and share a clue; keys that failed or led away; keys of an
-- article whose current address has another, or that showed its text under another one before; where all listings
-- were walked, those that left them.
SELECT DISTINCT r.key_id FROM captures k CROSS JOIN readings r ON r.capture_id = k.id
WHERE k.run_id = :run AND r.sign = 'content' AND NOT EXISTS (
    SELECT 1 FROM readings o JOIN captures ok ON ok.id = o.capture_id WHERE o.article_id = r.article_id
        AND o.key_id = r.key_id AND o.sign = 'content' AND ok.fetched_at < min(:began, k.fetched_at))
    AND EXISTS (SELECT 1 FROM clues c WHERE c.key_id = r.key_id AND EXISTS (
        SELECT 1 FROM clues o WHERE o.site = c.site AND o.clue = c.clue AND o.key_id <> c.key_id))
UNION
SELECT DISTINCT r.key_id FROM captures k CROSS JOIN readings r ON r.capture_id = k.id
WHERE k.run_id = :run AND r.sign IN ('missing', 'moved') AND r.key_id <> 0
UNION
SELECT DISTINCT r.key_id FROM captures k CROSS JOIN readings r ON r.capture_id = k.id
JOIN articles a ON a.id = r.article_id
JOIN article_addresses aa ON aa.article_id = a.id AND aa.address_id = a.address_id
WHERE k.run_id = :run AND r.key_id <> 0 AND r.key_id <> aa.key_id
UNION
SELECT DISTINCT r.key_id FROM captures k CROSS JOIN readings r ON r.capture_id = k.id
WHERE k.run_id = :run AND r.sign = 'content' AND r.key_id <> (
    SELECT o.key_id FROM readings o JOIN captures ok ON ok.id = o.capture_id WHERE o.article_id = r.article_id
        AND o.sign = 'content' AND ok.fetched_at < min(:began, k.fetched_at) ORDER BY ok.fetched_at DESC LIMIT 1)
UNION
SELECT n.id FROM articles a JOIN article_keys n ON n.article_id = a.id WHERE a.site = :site AND a.listed
    AND EXISTS (SELECT 1 FROM runs WHERE id = :run AND complete) AND a.id NOT IN (
        SELECT r.article_id FROM captures k CROSS JOIN readings r ON r.capture_id = k.id
        WHERE k.run_id = :run AND r.sign = 'listed');

-- name: unfollowed
-- The addresses of articles that lead to another article.
SELECT d.url, r.capture_id, n.native_key AS key, t.native_key AS target
FROM captures k CROSS JOIN readings r ON r.capture_id = k.id AND r.sign = 'moved' AND r.standing = 'withheld'
JOIN article_keys n ON n.id = r.key_id JOIN addresses d ON d.id = k.address_id
JOIN readings c ON c.capture_id = k.id AND c.sign = 'content' AND c.newest
JOIN article_keys t ON t.id = c.key_id
WHERE k.run_id = :run AND n.article_id <> t.article_id ORDER BY k.fetched_at, d.url;

-- name: moves
-- From where to where articles moved that have addresses for keys.
SELECT e.detail FROM captures k CROSS JOIN article_events e ON e.capture_id = k.id AND e.kind = 'moved'
WHERE k.run_id = :run AND EXISTS (
    SELECT 1 FROM article_keys WHERE article_id = e.article_id AND instr(native_key, '/'));
