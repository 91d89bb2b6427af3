-- Which payloads others are packed with.

-- name: bases
-- The whole payloads that the last captures of an address (:address) are, or stand on: bases for a delta, the newest
-- first.
SELECT b.digest FROM captures k JOIN payloads p ON p.digest = k.payload_digest
JOIN payloads b ON b.digest = coalesce(p.base_digest, p.digest) AND b.base_digest IS NULL
WHERE k.address_id = :address AND p.size > 0 ORDER BY k.fetched_at DESC LIMIT 8;

-- name: samples
-- What a dictionary is trained on: whole payloads among the last captures of a site (:site), first seen after a time
-- (:since), at most :count of them. What zstd cannot halve, pictures say, teaches nothing. Two indexes have runs by
-- time, and captures of one by id: 2 ms; to sort all 200,000 takes 165.
SELECT p.digest, p.encoding FROM (
    SELECT k.fetched_at, k.payload_digest FROM runs r CROSS JOIN captures k ON k.run_id = r.id
    WHERE r.site = :site ORDER BY r.started_at DESC, r.id DESC, k.id DESC LIMIT 1000
) k JOIN payloads p ON p.digest = k.payload_digest
WHERE p.base_digest IS NULL AND p.size BETWEEN 1000 AND 1000000 AND 2 * length(p.data) < p.size
GROUP BY p.digest
HAVING (SELECT min(fetched_at) FROM captures WHERE payload_digest = p.digest) > :since
ORDER BY max(k.fetched_at) DESC LIMIT :count;
