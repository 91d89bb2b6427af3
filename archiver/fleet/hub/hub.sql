-- The hub as it is: a log of bundles that only grows, the files that they name, and what workers know of each other.
-- Whoever executes this owns it; it may be executed again. Older hubs come here by versions/.

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'archive_worker') THEN
        CREATE ROLE archive_worker NOLOGIN;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'archive_reader') THEN
        CREATE ROLE archive_reader NOLOGIN;
    END IF;
EXCEPTION
    -- another database of this server got them in the same moment
    WHEN duplicate_object OR unique_violation THEN NULL;
    WHEN insufficient_privilege THEN
        RAISE 'this role may not make the roles archive_worker and archive_reader: let a superuser CREATE them';
END
$$;

-- identity, schema, procrastinate (the last of its migrations that was applied), and seconds that hold for all workers
CREATE TABLE IF NOT EXISTS settings (
    name text PRIMARY KEY,
    value text NOT NULL
);

-- Readers go by (xid, seq) below the oldest open transaction: seq is given before a transaction commits, so one who
-- went by seq alone would miss what a slower transaction commits later.
CREATE TABLE IF NOT EXISTS bundles (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    site text NOT NULL CHECK (length(site) BETWEEN 1 AND 200),
    writer text NOT NULL DEFAULT current_user,
    worker text NOT NULL CHECK (length(worker) <= 200),
    run text NOT NULL CHECK (length(run) <= 200),
    kind text NOT NULL CHECK (kind IN ('evidence', 'closing')),
    outcome text CHECK (length(outcome) <= 200),
    captures integer NOT NULL CHECK (captures >= 0),
    readings integer NOT NULL CHECK (readings >= 0),
    findings integer NOT NULL CHECK (findings >= 0),
    first_at timestamptz,
    last_at timestamptz,
    logged_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    files jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(files) = 'array' AND length(files::text) <= 8000000),
    declaration text CHECK (length(declaration) <= 200),
    digest bytea NOT NULL CONSTRAINT digest_of_data CHECK (digest = sha256(data)),
    data bytea NOT NULL CHECK (octet_length(data) <= 64000000),
    UNIQUE (site, digest)
);
-- they are compressed already
ALTER TABLE bundles ALTER COLUMN data SET STORAGE EXTERNAL;
CREATE INDEX IF NOT EXISTS bundles_in_order ON bundles (xid, seq);
CREATE INDEX IF NOT EXISTS bundles_of_site ON bundles (site, xid, seq);
CREATE INDEX IF NOT EXISTS closings_of_site ON bundles (site, coalesce(last_at, logged_at)) WHERE kind = 'closing';

CREATE TABLE IF NOT EXISTS files (
    digest bytea PRIMARY KEY CONSTRAINT digest_of_data CHECK (digest = sha256(data)),
    size bigint GENERATED ALWAYS AS (octet_length(data)) STORED,
    writer text NOT NULL DEFAULT current_user,
    worker text NOT NULL CHECK (length(worker) <= 200),
    logged_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    data bytea NOT NULL CHECK (octet_length(data) <= 256000000)
);
ALTER TABLE files ALTER COLUMN data SET STORAGE EXTERNAL;

-- Copies of a site's archive in which the log up to (xid, seq) is whole: a new machine need not read all of it. Their
-- parts come first, each in a transaction of its own, for readers of the log wait for the end of all that write.
CREATE TABLE IF NOT EXISTS checkpoints (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    upload uuid NOT NULL UNIQUE,
    parts integer NOT NULL CHECK (parts >= 0),
    site text NOT NULL,
    xid xid8 NOT NULL,
    seq bigint NOT NULL,
    size bigint NOT NULL CHECK (size >= 0),
    digest bytea NOT NULL CHECK (octet_length(digest) = 32),
    writer text NOT NULL DEFAULT current_user,
    worker text NOT NULL CHECK (length(worker) <= 200),
    made_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX IF NOT EXISTS checkpoints_of_site ON checkpoints (site, xid, seq);
CREATE TABLE IF NOT EXISTS checkpoint_parts (
    upload uuid NOT NULL,
    part integer NOT NULL,
    writer text NOT NULL DEFAULT current_user,
    logged_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    data bytea NOT NULL CHECK (octet_length(data) <= 16777216),
    PRIMARY KEY (upload, part)
);
ALTER TABLE checkpoint_parts ALTER COLUMN data SET STORAGE EXTERNAL;

CREATE TABLE IF NOT EXISTS declarations (
    site text NOT NULL CHECK (length(site) BETWEEN 1 AND 200),
    digest text NOT NULL CHECK (length(digest) <= 200),
    writer text NOT NULL DEFAULT current_user,
    worker text NOT NULL CHECK (length(worker) <= 200),
    first_seen timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (site, digest)
);

-- What the workers call themselves that Procrastinate knows by numbers; one that it forgets is forgotten here.
CREATE TABLE IF NOT EXISTS workers (
    id bigint PRIMARY KEY REFERENCES procrastinate_workers ON DELETE CASCADE,
    name text NOT NULL CHECK (length(name) <= 200),
    writer text NOT NULL DEFAULT current_user,
    started_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Followers wait for this.
CREATE OR REPLACE FUNCTION fleet_tell_of_bundles() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM pg_notify('archive_bundles', '');
    RETURN NULL;
END
$$;
CREATE OR REPLACE TRIGGER tell_of_bundles AFTER INSERT ON bundles
FOR EACH STATEMENT EXECUTE FUNCTION fleet_tell_of_bundles();

-- Of each site the two newest checkpoints stay: whoever reads the older one may go on. No worker can delete any itself.
-- Parts that belong to none are those of an upload under way, or of one that was given up.
CREATE OR REPLACE FUNCTION fleet_drop_checkpoints() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    DELETE FROM checkpoints WHERE site = NEW.site AND id NOT IN (
        SELECT id FROM checkpoints WHERE site = NEW.site ORDER BY xid DESC, seq DESC, id DESC LIMIT 2
    );
    DELETE FROM checkpoint_parts p WHERE NOT EXISTS (SELECT FROM checkpoints c WHERE c.upload = p.upload)
        AND logged_at < NEW.made_at - interval '1 day';
    RETURN NULL;
END
$$;
CREATE OR REPLACE TRIGGER drop_checkpoints AFTER INSERT ON checkpoints
FOR EACH ROW EXECUTE FUNCTION fleet_drop_checkpoints();

-- Jobs whose worker gave no sign for stalled_after seconds are failed, and each has another in its place, all at once.
-- While the server is up for less than that nobody can have given a sign.
CREATE OR REPLACE FUNCTION fleet_take_over_stalled(OUT old_job bigint, OUT new_job bigint, OUT queue text)
RETURNS SETOF record LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    threshold interval := (SELECT make_interval(secs => value::float8) FROM settings WHERE name = 'stalled_after');
    stalled procrastinate_jobs;
BEGIN
    IF pg_postmaster_start_time() > clock_timestamp() - threshold THEN
        RETURN;
    END IF;
    FOR stalled IN
        SELECT job.* FROM procrastinate_jobs job
        LEFT JOIN procrastinate_workers worker ON worker.id = job.worker_id
        WHERE job.status = 'doing' AND (worker.id IS NULL OR worker.last_heartbeat < clock_timestamp() - threshold)
        ORDER BY job.id
        FOR UPDATE OF job SKIP LOCKED
    LOOP
        UPDATE procrastinate_jobs SET status = 'failed', abort_requested = false, attempts = attempts + 1
        WHERE id = stalled.id;
        new_job := NULL;
        INSERT INTO procrastinate_jobs (queue_name, task_name, priority, lock, queueing_lock, args)
        VALUES (stalled.queue_name, stalled.task_name, stalled.priority, stalled.lock, stalled.queueing_lock, stalled.args)
        ON CONFLICT (queueing_lock) WHERE status = 'todo' DO NOTHING
        RETURNING id INTO new_job;
        old_job := stalled.id;
        queue := stalled.queue_name;
        RETURN NEXT;
    END LOOP;
END
$$;

-- A worker inserts in its own name, and reads; it can change nothing that was logged. The columns that tell the order,
-- the time and the writer are not its own to fill in.
ALTER TABLE bundles ENABLE ROW LEVEL SECURITY;
ALTER TABLE files ENABLE ROW LEVEL SECURITY;
ALTER TABLE checkpoints ENABLE ROW LEVEL SECURITY;
ALTER TABLE checkpoint_parts ENABLE ROW LEVEL SECURITY;
ALTER TABLE declarations ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS read_all ON bundles;
DROP POLICY IF EXISTS read_all ON files;
DROP POLICY IF EXISTS read_all ON checkpoints;
DROP POLICY IF EXISTS read_all ON checkpoint_parts;
DROP POLICY IF EXISTS read_all ON declarations;
CREATE POLICY read_all ON bundles FOR SELECT TO archive_worker, archive_reader USING (true);
CREATE POLICY read_all ON files FOR SELECT TO archive_worker, archive_reader USING (true);
CREATE POLICY read_all ON checkpoints FOR SELECT TO archive_worker, archive_reader USING (true);
CREATE POLICY read_all ON checkpoint_parts FOR SELECT TO archive_worker, archive_reader USING (true);
CREATE POLICY read_all ON declarations FOR SELECT TO archive_worker, archive_reader USING (true);
DROP POLICY IF EXISTS write_own ON bundles;
DROP POLICY IF EXISTS write_own ON files;
DROP POLICY IF EXISTS write_own ON checkpoints;
DROP POLICY IF EXISTS write_own ON checkpoint_parts;
DROP POLICY IF EXISTS write_own ON declarations;
CREATE POLICY write_own ON bundles FOR INSERT TO archive_worker WITH CHECK (writer = current_user);
CREATE POLICY write_own ON files FOR INSERT TO archive_worker WITH CHECK (writer = current_user);
CREATE POLICY write_own ON declarations FOR INSERT TO archive_worker WITH CHECK (writer = current_user);
-- A checkpoint stands where its site has a bundle, so that none can be put in front of all to come.
CREATE POLICY write_own ON checkpoints FOR INSERT TO archive_worker WITH CHECK (
    writer = current_user
    AND EXISTS (
        SELECT FROM bundles b
        WHERE b.site = checkpoints.site AND b.xid = checkpoints.xid AND b.seq = checkpoints.seq
    )
);
CREATE POLICY write_own ON checkpoint_parts FOR INSERT TO archive_worker WITH CHECK (writer = current_user);

ALTER TABLE workers ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS read_all ON workers;
DROP POLICY IF EXISTS write_own ON workers;
CREATE POLICY read_all ON workers FOR SELECT TO archive_worker, archive_reader USING (true);
CREATE POLICY write_own ON workers FOR INSERT TO archive_worker WITH CHECK (writer = current_user);
REVOKE ALL ON workers FROM PUBLIC;
GRANT SELECT ON workers TO archive_worker, archive_reader;
GRANT INSERT (id, name) ON workers TO archive_worker;

REVOKE ALL ON settings, bundles, files, checkpoints, checkpoint_parts, declarations FROM PUBLIC;
-- Servers that were upgraded from older ones allow it; fleet_drop_checkpoints must find no function of anybody else.
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO archive_worker, archive_reader;
GRANT SELECT ON settings, bundles, files, checkpoints, checkpoint_parts, declarations
TO archive_worker, archive_reader;
GRANT INSERT (
    site, worker, run, kind, outcome, captures, readings, findings, first_at, last_at, files, declaration, digest, data
) ON bundles TO archive_worker;
GRANT INSERT (digest, worker, data) ON files TO archive_worker;
GRANT INSERT (upload, parts, site, xid, seq, size, digest, worker) ON checkpoints TO archive_worker;
GRANT INSERT (upload, part, data) ON checkpoint_parts TO archive_worker;
GRANT INSERT (site, digest, worker) ON declarations TO archive_worker;
GRANT SELECT, INSERT, UPDATE, DELETE
ON procrastinate_jobs, procrastinate_workers, procrastinate_events, procrastinate_periodic_defers TO archive_worker;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO archive_worker;
GRANT SELECT ON procrastinate_jobs, procrastinate_workers, procrastinate_events TO archive_reader;
