-- The public views: what people's SQL reads. Columns may be added, never renamed.
-- `archiver schema` prints what stands here beside each view and column.

-- one row an article, as it was last seen
CREATE VIEW current_articles (
    site,                -- the site's name, as in `archiver sites`
    article_id,          -- the portal's own id of the article, text
    url,                 -- the address as published, without session parameters
    title,               -- the headline
    section,             -- the channel it was read in
    author,              -- the signature under the body
    lead,                -- the paragraph before the body
    body,                -- the text: paragraphs with an empty line between, without lead, captions and signature
    published_at,        -- the printed date of publication in UTC; NULL where none is printed or it cannot be read
    published_raw,       -- the same as printed, without its label
    published_precision, -- `minute`, or `day` where no time is printed
    views,               -- the view count at the last reading; our own visits are in it
    views_observed_at,   -- when that was
    state,               -- live, suspect, gone or moved
    listed,              -- 1 while a listing shows it
    snapshots,           -- how many states of its content were seen
    first_seen_at,       -- the first capture that showed it
    last_seen_at,        -- the last capture that showed it
    changed_at,          -- the first capture of its present content; NULL if it never changed
    body_html,           -- the body as clean HTML, images and captions in their places
    images,              -- JSON array of {url, caption, alt}
    attachments,         -- JSON array of {url, title}
    content_digest,      -- SHA-256 of the content, hexadecimal
    links,               -- JSON array of {url, text, kind, own}: where the text leads; kind `media` is what is embedded
    marks                -- JSON array of {kind, text, before}: what is struck, inserted, raised or lowered in the text
) AS
SELECT a.site, a.native_key, d.url, c.title, a.section, c.author, c.lead, c.body, c.published_at, c.published_raw,
    c.published_precision, a.views, a.views_observed_at, a.state, a.listed, a.snapshots, a.first_seen_at,
    a.last_seen_at, a.changed_at, c.body_html, c.images, c.attachments, c.content_digest, c.links, c.marks
FROM latest_snapshots a
JOIN whole_contents c ON c.id = a.content_id
JOIN addresses d ON d.id = a.address_id;

-- one row a snapshot: a state of an article's content, and the time it was seen to stand
CREATE VIEW article_history (
    site,                -- the site's name, as in `archiver sites`
    article_id,          -- the portal's own id of the article, text
    url,                 -- the address as published, without session parameters
    snapshot,            -- 1, 2, … in the order they were seen
    seen_from,           -- the first capture that showed this state; the change lies between this and the one before
    seen_until,          -- the last capture that confirmed it
    title,               -- the headline then
    lead,                -- the lead then
    body,                -- the text then
    published_at,        -- the date of publication printed then, in UTC
    changed_fields,      -- JSON array of what differs from the snapshot before; NULL for the first
    cause,               -- page: the page changed; unverified: the page before is not kept; reparse: a newer parser saw
                         -- more
    content_digest,      -- SHA-256 of the content, hexadecimal; equal where a text returned
    author,              -- the signature then
    images,              -- JSON array of {url, caption, alt}
    attachments,         -- JSON array of {url, title}
    published_raw,       -- the date as printed then, without its label
    published_precision, -- `minute`, or `day` where no time was printed
    body_html,           -- the body then as clean HTML, images and captions in their places
    links,               -- JSON array of {url, text, kind, own}: where the text led then
    marks                -- JSON array of {kind, text, before}: what was struck, inserted, raised or lowered then
) AS
SELECT a.site, a.native_key, d.url, s.number, s.seen_from, s.seen_until, c.title, c.lead, c.body, c.published_at,
    s.changed_fields, s.cause, c.content_digest, c.author, c.images, c.attachments, c.published_raw,
    c.published_precision, c.body_html, c.links, c.marks
FROM snapshots s
JOIN articles a ON a.id = s.article_id
JOIN whole_contents c ON c.id = s.content_id
JOIN addresses d ON d.id = a.address_id
WHERE s.number IS NOT NULL;

-- one row an observation: a view count that was read
CREATE VIEW view_history (
    site,        -- the site's name, as in `archiver sites`
    article_id,  -- the portal's own id of the article, text
    url,         -- the address as published, without session parameters
    observed_at, -- when the page that printed it was fetched
    views,       -- the count
    source,      -- article or listing: the page that printed it
    views_raw    -- the count as printed
) AS
SELECT a.site, a.native_key, d.url, k.fetched_at, r.views, r.source, r.views_raw
FROM readings r
JOIN articles a ON a.id = r.article_id
JOIN captures k ON k.id = r.capture_id
JOIN addresses d ON d.id = a.address_id
WHERE r.views IS NOT NULL AND r.newest AND r.standing = 'counted'
    AND EXISTS (SELECT 1 FROM snapshots WHERE article_id = a.id AND number = 1);

-- one row for each observation but the first: what the count gained since the one before
CREATE VIEW view_growth (
    site,             -- the site's name, as in `archiver sites`
    article_id,       -- the portal's own id of the article, text
    url,              -- the address as published, without session parameters
    observed_from,    -- the observation before
    observed_until,   -- this observation
    days,             -- the time between, in days
    views_before,     -- the count then
    views,            -- the count now
    gained,           -- the difference; negative where a counter was set back
    own_visits,       -- how often the archiver itself fetched the article in between; the portals count that too
    gained_by_others, -- the difference without our own visits
    views_per_day,    -- gained a day; NULL where no time passed
    others_per_day    -- gained by others a day
) AS
SELECT site, article_id, url, before_at, observed_at, days, views_before, views, views - views_before, own_visits,
    views - views_before - own_visits, (views - views_before) / nullif(days, 0),
    (views - views_before - own_visits) / nullif(days, 0)
FROM (
    SELECT site, article_id, url, observed_at, views,
        lag(observed_at) OVER article AS before_at, lag(views) OVER article AS views_before,
        julianday(observed_at) - julianday(lag(observed_at) OVER article) AS days,
        visits - lag(visits) OVER article AS own_visits
    FROM (
        SELECT a.site, a.native_key AS article_id, d.url, k.fetched_at AS observed_at, r.views,
            sum(r.source = 'article') OVER (PARTITION BY a.id ORDER BY k.fetched_at) AS visits
        FROM readings r
        JOIN articles a ON a.id = r.article_id
        JOIN captures k ON k.id = r.capture_id
        JOIN addresses d ON d.id = a.address_id
        WHERE r.newest AND r.standing = 'counted' AND r.sign IN ('content', 'confirmed', 'listed')
    )
    WHERE views IS NOT NULL
    WINDOW article AS (PARTITION BY site, article_id ORDER BY observed_at, views)
)
WHERE before_at IS NOT NULL;

-- one row a thing that happened to an article
CREATE VIEW events (
    site,       -- the site's name, as in `archiver sites`
    article_id, -- the portal's own id of the article, text
    url,        -- the address as published, without session parameters
    at,         -- the capture that showed it
    kind,       -- created, edited, title_changed, suspect, gone, restored, moved, delisted, relisted, counter_reset
    detail      -- what exactly, for people
) AS
SELECT a.site, a.native_key, d.url, k.fetched_at, e.kind, e.detail
FROM article_events e
JOIN articles a ON a.id = e.article_id
JOIN captures k ON k.id = e.capture_id
JOIN addresses d ON d.id = a.address_id;

-- one row a run: one execution for one site
CREATE VIEW run_summary (
    run_id,             -- its number, in the order in which they began
    site,               -- the site's name, as in `archiver sites`
    kind,               -- crawl, or what else was done
    started_at,         -- when it began
    finished_at,        -- when it ended; NULL while it runs
    outcome,            -- finished, problems (done, with findings), failed, interrupted, died, locked; NULL while it
                        -- runs
    requests,           -- requests sent, robots.txt included
    captures,           -- answers kept
    articles_new,       -- articles seen for the first time
    articles_changed,   -- known articles whose content had changed
    articles_unchanged, -- known articles whose content had not
    observations,       -- view counts read
    errors,             -- requests that brought no page: no answer, or an error status
    findings,           -- what the run has to say; see `run_findings`
    scope,              -- daily: the newest listing pages; deep: all listing pages; full: every article too
    articles_found,     -- articles it knew of or met: the sum of new, changed, unchanged, failed, skipped and pending
    articles_failed,    -- articles that gave no good page; the table `fates` has the reasons
    articles_skipped,   -- articles it did not ask for, most of them because their next visit is not due
    articles_pending,   -- articles it did not come to before it ended
    articles_late,      -- new articles that only the deep pass found: backdated, or missed before
    resumes,            -- the run whose work it took up, by its number, because that was cut off; NULL if none
    seal,               -- SHA-256 over all its captures, hexadecimal (`archiver runs --seals`); NULL while it runs
    withdrawn           -- 1 where `archiver runs --withdraw` set its readings aside: no other view knows of it then
) AS
SELECT row_number() OVER (ORDER BY r.started_at, r.uid), r.site, r.kind, r.started_at, r.finished_at, r.outcome,
    r.requests,
    (SELECT count(*) FROM captures WHERE run_id = r.id),
    r.articles_new, r.articles_changed, r.articles_unchanged,
    (SELECT count(*) FROM readings JOIN captures k ON k.id = capture_id
        WHERE k.run_id = r.id AND views IS NOT NULL AND newest AND standing = 'counted'),
    r.errors, (SELECT count(*) FROM findings WHERE run_id = r.id), r.scope, r.found,
    (SELECT coalesce(sum(articles), 0) FROM fates WHERE run_id = r.id AND fate = 'failed'),
    (SELECT coalesce(sum(articles), 0) FROM fates WHERE run_id = r.id AND fate = 'skipped'),
    (SELECT coalesce(sum(articles), 0) FROM fates WHERE run_id = r.id AND fate = 'pending'),
    r.articles_late,
    (SELECT nullif(count(*), 0) FROM runs b JOIN runs o ON (o.started_at, o.uid) <= (b.started_at, b.uid)
        WHERE b.uid = r.resumes),
    nullif(lower(hex(r.seal)), ''), r.withdrawn
FROM runs r;

-- one row a finding: what a run, or the check after it, has to say
CREATE VIEW run_findings (
    run_id,     -- the run, as in run_summary
    site,       -- the site's name, as in `archiver sites`
    started_at, -- when the run began
    kind,       -- what it is, in one word; `archiver schema findings` explains each
    url,        -- the address it is about
    detail      -- what exactly, for people
) AS
SELECT n.run_id, r.site, r.started_at, f.kind, f.url, f.detail
FROM findings f
JOIN runs r ON r.id = f.run_id AND NOT r.withdrawn
JOIN run_numbers n ON n.id = r.id;

-- one row a snapshot, to be searched: WHERE words MATCH fold('đảng ủy') AND current, ORDER BY place DESC
CREATE VIEW article_search (
    words,        -- to be asked with MATCH, in the language of SQLite's FTS5; all words folded: no marks, đ is d
    place,        -- rises with the date of publication, so that ORDER BY place DESC is newest first, at no cost
    site,         -- the site's name, as in `archiver sites`
    article_id,   -- the portal's own id of the article, text
    url,          -- the address as published, without session parameters
    title,        -- the headline then
    lead,         -- the lead then
    body,         -- the text then
    published_at, -- the date of publication printed then, in UTC
    snapshot,     -- its number, as in article_history
    current,      -- 1 for the article as it was last seen, 0 for what it was before
    seen_from,    -- the first capture that showed this state
    seen_until,   -- the last capture that confirmed it
    relevance     -- how well it matches: the lower the better; costs 2 ms for a thousand matches
) AS
SELECT f.search_folded, f.rowid, a.site, a.native_key, d.url, c.title, c.lead, c.body, c.published_at, s.number,
    s.number = (SELECT snapshots FROM latest_snapshots WHERE id = a.id), s.seen_from, s.seen_until, f.rank
FROM search_folded f
JOIN search_order o ON o.place = f.rowid
JOIN snapshots s ON s.content_id = o.content_id AND s.number IS NOT NULL
JOIN contents c ON c.id = o.content_id
JOIN articles a ON a.id = s.article_id
JOIN addresses d ON d.id = a.address_id;

-- one row a document that an article links to now, and an image of it if images are kept
CREATE VIEW attachments (
    site,       -- the site's name, as in `archiver sites`
    article_id, -- the portal's own id of the article, text
    url,        -- the address as published, without session parameters
    file_url,   -- its address as the article prints it
    title,      -- the text of the link, or the caption of the image
    kind,       -- document or image
    digest,     -- SHA-256 of the copy that was kept last, hexadecimal; NULL: none is kept
    bytes,      -- its size
    media_type, -- what it is, told from its content
    fetched_at, -- when it was last received, or confirmed by the server
    asked_at,   -- when the file was last asked for; NULL: never
    status,     -- the HTTP status of the last answer; 304: it has not changed; NULL: no answer
    problem,    -- why nothing was kept: http_404 and the like, not_a_document (an HTML page in its place), too_big,
                -- timeout, other_host (not asked for), not_allowed (robots.txt), and other words for a host that gave
                -- no answer
    copies,     -- how many different contents the address had so far
    file,       -- where the copy lies, below the folder `.files` beside the archive
    name        -- the name that the server gave the copy (Content-Disposition); NULL: none
) AS
SELECT a.site, a.native_key, d.url, i.file_url, i.title, i.kind, k.hex_digest, k.bytes, k.media_type,
    kept.fetched_at, last.fetched_at, last.status, last.problem,
    (SELECT count(DISTINCT digest) FROM counted_downloads WHERE address_id = f.id), k.file,
    kept.validators ->> 'filename'
FROM latest_snapshots a
JOIN addresses d ON d.id = a.address_id
JOIN content_files i ON i.content_id = a.content_id
LEFT JOIN addresses f ON f.site = a.site AND f.url = i.file_url
LEFT JOIN downloads last ON last.address_id = f.id
    AND last.fetched_at = (SELECT max(fetched_at) FROM counted_downloads WHERE address_id = f.id)
LEFT JOIN downloads kept ON kept.address_id = f.id AND kept.fetched_at =
    (SELECT max(fetched_at) FROM counted_downloads WHERE address_id = f.id AND digest IS NOT NULL)
LEFT JOIN kept_files k ON k.digest = kept.digest
WHERE i.kind = 'document' OR last.fetched_at IS NOT NULL;

-- one row each time a document or image was asked for, of all that an article ever linked to
CREATE VIEW attachment_history (
    site,       -- the site's name, as in `archiver sites`
    article_id, -- the portal's own id of the article, text
    url,        -- the address as published, without session parameters
    file_url,   -- its address as the article prints it
    title,      -- the text of the link, or the caption of the image
    kind,       -- document or image
    fetched_at, -- when it was asked for
    status,     -- the HTTP status; 304: the server says it has not changed; NULL: no answer
    digest,     -- SHA-256 of what was received or confirmed, hexadecimal; another one: the file was exchanged
    bytes,      -- its size
    media_type, -- what it is, told from its content
    problem,    -- why nothing was kept: http_404 and the like, not_a_document (an HTML page in its place), too_big,
                -- timeout, other_host (not asked for), not_allowed (robots.txt), and other words for a host that gave
                -- no answer
    file,       -- where the copy lies, below the folder `.files` beside the archive
    snapshot    -- the newest snapshot of the article that names it
) AS
-- CROSS JOIN keeps SQLite from beginning with the downloads, each of which it would try with every article.
SELECT a.site, a.native_key, d.url, i.file_url, i.title, i.kind, l.fetched_at, l.status, k.hex_digest, k.bytes,
    k.media_type, l.problem, k.file, max(s.number)
FROM articles a
JOIN snapshots s ON s.article_id = a.id AND s.number IS NOT NULL
JOIN addresses d ON d.id = a.address_id
JOIN content_files i ON i.content_id = s.content_id
CROSS JOIN addresses f ON f.site = a.site AND f.url = i.file_url
CROSS JOIN counted_downloads l ON l.address_id = f.id
LEFT JOIN kept_files k ON k.digest = l.digest
GROUP BY a.site, a.native_key, l.address_id, l.fetched_at;

-- one row a rule that the pages of a site taught: what moves there by itself and is no edit
CREATE VIEW site_noise (
    site,       -- the site's name, as in `archiver sites`
    kind,       -- what the template is of: block (a whole paragraph), text (a part of one), address (the path of a
                -- file), parameter (of a file's address), region (what stands between two paragraphs of an article),
                -- file (the same of one article's files)
    template,   -- * anything that moves, # a number, {} what is compared, <hash> and the like what machines write into
                -- names; of regions and files the digests of paragraphs of the article
    proof,      -- second look: it moved twice in a row, once within a run; three looks: by the day, as no hand does
    learned_at, -- the capture that proved it
    url         -- the page that did
) AS
SELECT l.site, l.kind, l.template, l.proof, k.fetched_at, d.url
FROM learned_noise l JOIN captures k ON k.id = l.capture_id JOIN addresses d ON d.id = k.address_id;

