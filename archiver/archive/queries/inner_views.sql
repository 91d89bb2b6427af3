-- Views that the public ones and this program's own queries stand on. They may be others in any version: people's SQL
-- reads those of views.sql.

-- one row an article: what is known of it, and its latest snapshot; an article without snapshots has no row
CREATE VIEW latest_snapshots (
    id,                -- of the article
    site,              -- the site's name
    native_key,        -- the portal's own id of the article
    address_id,        -- its current address
    section,           -- the channel it was read in
    state,             -- live, suspect, gone or moved
    listed,            -- 1 while a listing shows it
    first_seen_at,     -- the first capture that showed it
    last_seen_at,      -- the last capture that showed it
    views,             -- the view count at the last reading
    views_observed_at, -- when that was
    snapshots,         -- the number of the latest snapshot, and so how many there are
    content_id,        -- what that shows: the id in contents
    changed_at,        -- the first capture that showed this; NULL if the article never changed
    seen_from,         -- the first capture that showed this
    seen_until         -- the last capture that confirmed it
) AS
SELECT a.id, a.site, a.native_key, a.address_id, a.section, a.state, a.listed, a.first_seen_at, a.last_seen_at,
    a.views, a.views_observed_at, s.number, s.content_id, CASE WHEN s.number > 1 THEN s.seen_from END, s.seen_from,
    s.seen_until
FROM articles a
JOIN snapshots s ON s.article_id = a.id
    AND s.number = (SELECT max(number) FROM snapshots WHERE article_id = a.id AND number IS NOT NULL);

-- one row a content, with its HTML put together again (packed_html.py takes apart what stands in the text already)
CREATE VIEW whole_contents (
    id,                  -- as in contents
    title,               -- the headline
    author,              -- the signature under the body
    lead,                -- the paragraph before the body
    body,                -- the text
    body_html,           -- the body as HTML
    published_at,        -- the printed date of publication, in UTC
    published_raw,       -- the same as printed
    published_precision, -- minute or day
    images,              -- JSON array of {url, caption, alt}
    attachments,         -- JSON array of {url, title}
    links,               -- JSON array of {url, text, kind, own}
    marks,               -- JSON array of {kind, text, before}
    content_digest       -- SHA-256 of the content, hexadecimal
) AS
SELECT c.id, c.title, c.author, c.lead, c.body,
    CASE WHEN c.body_html LIKE '[%' THEN (SELECT group_concat(piece, '') FROM (
        SELECT CASE type WHEN 'text' THEN atom ELSE replace(
            substr(c.body || c.images, json_extract(value, '$[0]'), json_extract(value, '$[1]')),
            char(10, 10), '</p>' || char(10) || '<p>') END AS piece
        FROM json_each(c.body_html) ORDER BY id
    )) ELSE c.body_html END,
    c.published_at, c.published_raw, c.published_precision, c.images, c.attachments, c.links, c.marks,
    lower(hex(c.digest))
FROM contents c;

-- one row an article, as a list shows it; CROSS JOIN looks at the articles first, for lists of a few of them
CREATE VIEW listed_articles (
    id,                  -- of the article
    site,                -- the site's name
    article_id,          -- the portal's own id of the article
    section,             -- the channel it was read in
    state,               -- live, suspect, gone or moved
    listed,              -- 1 while a listing shows it
    views,               -- the view count at the last reading
    content_id,          -- what its latest snapshot shows: the id in contents
    title,               -- the headline
    beginning,           -- the first letters of the lead, or of the body where there is none
    published_at,        -- the printed date of publication, in UTC
    published_precision, -- minute or day
    published_raw,       -- the date as printed
    snapshots,           -- the number of the latest snapshot
    changed_at           -- the first capture that showed it; NULL if the article never changed
) AS
SELECT a.id, a.site, a.native_key, a.section, a.state, a.listed, a.views, c.id, c.title,
    substr(coalesce(c.lead, c.body), 1, 300), c.published_at, c.published_precision, c.published_raw, s.number,
    CASE WHEN s.number > 1 THEN s.seen_from END
FROM articles a
CROSS JOIN snapshots s ON s.article_id = a.id
    AND s.number = (SELECT max(number) FROM snapshots WHERE article_id = a.id AND number IS NOT NULL)
CROSS JOIN contents c ON c.id = s.content_id;

-- one row an article, as in listed_articles; CROSS JOIN begins with the contents, whose index has them in the order of
-- publication, for long lists of which a page is shown
CREATE VIEW published_articles (
    id,                  -- of the article
    site,                -- the site's name
    article_id,          -- the portal's own id of the article
    section,             -- the channel it was read in
    state,               -- live, suspect, gone or moved
    listed,              -- 1 while a listing shows it
    views,               -- the view count at the last reading
    content_id,          -- what its latest snapshot shows: the id in contents
    title,               -- the headline
    beginning,           -- the first letters of the lead, or of the body where there is none
    published_at,        -- the printed date of publication, in UTC
    published_precision, -- minute or day
    published_raw,       -- the date as printed
    snapshots,           -- the number of the latest snapshot
    changed_at           -- the first capture that showed it; NULL if the article never changed
) AS
SELECT a.id, a.site, a.native_key, a.section, a.state, a.listed, a.views, c.id, c.title,
    substr(coalesce(c.lead, c.body), 1, 300), c.published_at, c.published_precision, c.published_raw, s.number,
    CASE WHEN s.number > 1 THEN s.seen_from END
FROM contents c
CROSS JOIN snapshots s ON s.content_id = c.id
CROSS JOIN articles a ON a.id = s.article_id
WHERE s.number = (SELECT max(number) FROM snapshots WHERE article_id = a.id AND number IS NOT NULL);

-- one row a file that a content names: the documents that it links to, and its images
CREATE VIEW content_files (
    content_id, -- as in contents
    file_url,   -- its address as the article prints it
    title,      -- the text of the link, or the caption of the image
    kind        -- document or image
) AS
SELECT c.id, item.value ->> 'url',
    coalesce(item.value ->> 'title', item.value ->> 'caption', item.value ->> 'alt'),
    CASE list.key WHEN 0 THEN 'document' ELSE 'image' END
FROM contents c
JOIN json_each(json_array(json(c.attachments), json(c.images))) list
JOIN json_each(list.value) item;

-- one row a copy of a file that is kept
CREATE VIEW kept_files (
    digest,     -- as in files
    hex_digest, -- the same in hexadecimal
    bytes,      -- its size
    media_type, -- what it is, told from its content
    file        -- where it lies, below the folder `.files` beside the archive
) AS
SELECT digest, lower(hex(digest)), size, media_type,
    substr(lower(hex(digest)), 1, 2) || '/' || lower(hex(digest)) || '.' || extension
FROM files;

-- one row each time a file was asked for, by a run that counts
CREATE VIEW counted_downloads (
    address_id, -- of the file
    fetched_at, -- when it was asked for
    status,     -- the HTTP status; NULL: no answer
    digest,     -- of what was received or confirmed; NULL: nothing was kept
    problem,    -- why nothing was kept
    validators  -- ETag, Last-Modified and the file's name, as JSON
) AS
SELECT address_id, fetched_at, status, digest, problem, validators
FROM downloads
WHERE run_id NOT IN (SELECT id FROM runs WHERE withdrawn);

-- one row a run: its number among all runs of the archive, in the order in which they began
CREATE VIEW run_numbers (
    id,    -- as in runs
    run_id -- the number that people see
) AS
SELECT id, row_number() OVER (ORDER BY started_at, uid) FROM runs;
