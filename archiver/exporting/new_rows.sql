-- What new_rows.py asks, in the order of its names. What decides whether an article's rows are as they were is written
-- out, texts by their digest: no row is put together for an article that has nothing new.

-- all that current_articles shows of an article
SELECT a.id, a.site, a.native_key, d.url, a.section, a.state, a.listed, a.first_seen_at, a.last_seen_at, a.views,
    a.views_observed_at, a.snapshots, a.changed_at, c.row_digest
FROM latest_snapshots a
JOIN contents c ON c.id = a.content_id
JOIN addresses d ON d.id = a.address_id;

-- all that article_history shows
SELECT a.id, a.site, a.native_key, d.url, s.number, s.seen_from, s.seen_until, s.changed_fields, s.cause, c.row_digest
FROM articles a
JOIN addresses d ON d.id = a.address_id
CROSS JOIN snapshots s ON s.article_id = a.id AND s.number IS NOT NULL
JOIN contents c ON c.id = s.content_id
ORDER BY a.id, s.number;

-- all that attachments shows
SELECT a.id, a.site, a.native_key, v.*
FROM attachments v
JOIN articles a ON a.site = v.site AND a.native_key = v.article_id
ORDER BY a.id, v.kind, v.file_url;

-- the counts of each article that view_history shows, as a sum: all, and those of captures up to :capture; the product
-- is there so that two counts that change places make another sum
SELECT id, site, native_key, coalesce(sum(mark), 0) AS now,
    coalesce(sum(mark) FILTER (WHERE capture_id <= :capture), 0) AS older
FROM (
    SELECT a.id, a.site, a.native_key, r.capture_id,
        1 + ((r.capture_id % 65521 + 1) * (r.views % 1000003 + 7) + r.capture_id * 31 + (r.source = 'article'))
            % 2147483629 AS mark
    FROM articles a
    LEFT JOIN readings r ON r.article_id = a.id AND r.views IS NOT NULL AND r.newest AND r.standing = 'counted'
    WHERE EXISTS (SELECT 1 FROM snapshots WHERE article_id = a.id AND number = 1)
)
GROUP BY id;

-- the counts of an article (:id), as view_history shows them, each with its mark as above
SELECT a.site, a.native_key AS article_id, d.url, k.fetched_at AS observed_at, r.views, r.source, r.views_raw,
    r.capture_id,
    1 + ((r.capture_id % 65521 + 1) * (r.views % 1000003 + 7) + r.capture_id * 31 + (r.source = 'article'))
        % 2147483629 AS mark
FROM articles a
JOIN addresses d ON d.id = a.address_id
CROSS JOIN readings r ON r.article_id = a.id AND r.views IS NOT NULL AND r.newest AND r.standing = 'counted'
JOIN captures k ON k.id = r.capture_id
WHERE a.id = :id AND EXISTS (SELECT 1 FROM snapshots WHERE article_id = a.id AND number = 1)
ORDER BY observed_at;

-- the counts that wait for a judgement
SELECT article_id, capture_id FROM readings WHERE standing <> 'counted' AND views IS NOT NULL AND newest;

-- all events, told by what does not change with the archive
SELECT a.id, a.site, a.native_key, e.capture_id, e.kind, e.detail
FROM articles a
LEFT JOIN article_events e ON e.article_id = a.id
WHERE EXISTS (SELECT 1 FROM snapshots WHERE article_id = a.id AND number = 1)
ORDER BY a.id;

-- the events that the log knows only since :change; an article may have been logged by several keys
SELECT n.article_id, l.capture_id, l.kind
FROM change_log l
JOIN article_keys n ON n.site = l.site AND n.native_key = l.native_key
WHERE l.id > :change AND NOT EXISTS (
    SELECT 1 FROM change_log o JOIN article_keys m ON m.site = o.site AND m.native_key = o.native_key
    WHERE o.capture_id = l.capture_id AND o.kind = l.kind AND o.id <= :change AND m.article_id = n.article_id);

-- the events of an article (:id), as the view events shows them
SELECT a.site, a.native_key AS article_id, d.url, k.fetched_at AS at, e.kind, e.detail, e.capture_id
FROM articles a
JOIN addresses d ON d.id = a.address_id
CROSS JOIN article_events e ON e.article_id = a.id
JOIN captures k ON k.id = e.capture_id
WHERE a.id = :id
ORDER BY at, e.kind;
