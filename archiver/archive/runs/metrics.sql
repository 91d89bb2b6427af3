-- What metrics.py asks, in the order of its names.

-- the last run of each site
WITH ranked AS (
    SELECT *, row_number() OVER (PARTITION BY site ORDER BY started_at DESC, uid DESC) AS place
    FROM runs WHERE kind = 'crawl' AND NOT withdrawn
)
SELECT r.id, r.site, r.started_at, r.finished_at, coalesce(r.outcome, 'running') AS outcome, r.requests, r.errors,
    (SELECT count(*) FROM captures WHERE run_id = r.id) AS captures,
    r.articles_new, r.articles_changed, r.articles_unchanged, r.articles_late,
    (SELECT coalesce(sum(articles), 0) FROM fates WHERE run_id = r.id AND fate = 'failed') AS articles_failed,
    (SELECT coalesce(sum(articles), 0) FROM fates WHERE run_id = r.id AND fate = 'skipped') AS articles_skipped,
    (SELECT coalesce(sum(articles), 0) FROM fates WHERE run_id = r.id AND fate = 'pending') AS articles_pending
FROM ranked r WHERE place = 1 ORDER BY r.site;

-- the findings of a run (:id), by kind
SELECT kind, count(*) AS findings FROM findings WHERE run_id = :id GROUP BY kind ORDER BY kind;

-- the articles of each site, by state; one without a snapshot is none yet
SELECT a.site, a.state, count(*) AS articles
FROM articles a WHERE EXISTS (SELECT 1 FROM snapshots WHERE article_id = a.id AND number = 1)
GROUP BY a.site, a.state ORDER BY a.site, a.state;

-- how much there is of all sites
SELECT (SELECT count(*) FROM runs) AS runs, (SELECT count(*) FROM captures) AS captures,
    (SELECT count(*) FROM snapshots WHERE number IS NOT NULL) AS snapshots,
    (SELECT count(*) FROM article_events) AS events, (SELECT count(*) FROM files) AS files;
