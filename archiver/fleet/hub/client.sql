-- What workers and followers ask of the hub; parameters are psycopg's.

-- name: append
INSERT INTO bundles (
    site, worker, run, kind, outcome, captures, readings, findings, first_at, last_at, files, declaration, digest, data
) VALUES (
    %(site)s, %(worker)s, %(run)s, %(kind)s, %(outcome)s, %(captures)s, %(readings)s, %(findings)s,
    %(first_at)s, %(last_at)s, %(files)s, %(declaration)s, %(digest)s, %(data)s
) ON CONFLICT (site, digest) DO NOTHING;

-- name: hold_job
SELECT 1 FROM procrastinate_jobs
WHERE id = %(job_id)s AND worker_id = %(worker_id)s AND status = 'doing' FOR SHARE;

-- name: list_after
-- The length of what is stored apart is known without reading it. The first bundle comes however large it is.
SELECT xid::text::bigint, seq, files, site, writer, worker, run, kind, outcome, declaration, digest, data
FROM (
    SELECT page.*, row_number() OVER in_order AS place, sum(octet_length(data)) OVER in_order AS so_far
    FROM (
        SELECT * FROM bundles
        WHERE (xid, seq) > (%(xid)s::text::xid8, %(seq)s) AND xid < pg_snapshot_xmin(pg_current_snapshot())
            AND (%(sites)s::text[] IS NULL OR site = ANY (%(sites)s::text[]))
        ORDER BY xid, seq LIMIT %(most)s
    ) page
    WINDOW in_order AS (ORDER BY xid, seq)
) measured
WHERE place = 1 OR so_far <= %(most_bytes)s
ORDER BY xid, seq;

-- name: count_after
SELECT site, count(*) FROM bundles
WHERE (xid, seq) > (%(xid)s::text::xid8, %(seq)s) AND (%(sites)s::text[] IS NULL OR site = ANY (%(sites)s::text[]))
GROUP BY site ORDER BY site;

-- name: has_cursor
SELECT 1 FROM bundles WHERE xid = %(xid)s::text::xid8 AND seq = %(seq)s;

-- name: list_closings
SELECT c.site, c.run, c.outcome, c.first_at, c.last_at, c.logged_at, c.worker, c.findings, c.declaration
FROM unnest(coalesce(%(sites)s::text[], ARRAY(SELECT DISTINCT site FROM bundles WHERE kind = 'closing'))) wanted (site)
CROSS JOIN LATERAL (
    SELECT * FROM bundles
    WHERE site = wanted.site AND kind = 'closing' AND outcome IS DISTINCT FROM 'locked'
    ORDER BY coalesce(last_at, logged_at) DESC, xid DESC, seq DESC LIMIT %(most)s
) c
ORDER BY c.site, coalesce(c.last_at, c.logged_at) DESC, c.xid DESC, c.seq DESC;

-- name: has_file
SELECT 1 FROM files WHERE digest = %(digest)s;

-- name: keep_file
INSERT INTO files (digest, worker, data) VALUES (%(digest)s, %(worker)s, %(data)s) ON CONFLICT (digest) DO NOTHING;

-- name: read_file
SELECT substring(data FROM %(place)s FOR %(size)s) FROM files WHERE digest = %(digest)s;

-- name: note_declaration
INSERT INTO declarations (site, digest, worker) VALUES (%(site)s, %(digest)s, %(worker)s) ON CONFLICT DO NOTHING;

-- name: list_declarations
SELECT site, digest, first_seen, worker FROM declarations
WHERE %(sites)s::text[] IS NULL OR site = ANY (%(sites)s::text[]) ORDER BY site, first_seen, digest;

-- name: put_checkpoint
INSERT INTO checkpoints (upload, parts, site, xid, seq, size, digest, worker)
VALUES (%(upload)s, %(parts)s, %(site)s, %(xid)s::text::xid8, %(seq)s, %(size)s, %(digest)s, %(worker)s);

-- name: put_part
INSERT INTO checkpoint_parts (upload, part, data) VALUES (%(upload)s, %(part)s, %(data)s);

-- name: find_checkpoint
SELECT xid::text::bigint, seq, upload, parts, site, size, digest, made_at, worker FROM checkpoints
WHERE site = %(site)s ORDER BY xid DESC, seq DESC, id DESC LIMIT 1;

-- name: read_part
SELECT data FROM checkpoint_parts WHERE upload = %(upload)s AND part = %(part)s;

-- name: take_over_stalled
SELECT old_job, new_job, queue FROM fleet_take_over_stalled();

-- name: introduce
INSERT INTO workers (id, name) VALUES (%(worker_id)s, %(name)s) ON CONFLICT (id) DO NOTHING;

-- name: list_jobs
-- Since when: a job that is under way since it began, one that waits since it may begin.
SELECT j.queue_name, j.status::text, coalesce(w.name, ''), p.last_heartbeat, coalesce(
    CASE WHEN j.status = 'todo' THEN j.scheduled_at END,
    (SELECT max(e.at) FROM procrastinate_events e WHERE e.job_id = j.id AND e.type IN ('deferred', 'started'))
)
FROM procrastinate_jobs j
LEFT JOIN procrastinate_workers p ON p.id = j.worker_id AND j.status = 'doing'
LEFT JOIN workers w ON w.id = p.id
WHERE j.status IN ('todo', 'doing') ORDER BY j.queue_name, j.id;
