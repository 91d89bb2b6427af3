-- Fifteen questions to an archive, asked of the public views: the ready queries of the browser's SQL pages, and those of
-- docs/sql.md, where `python -m tests.documents` writes them. Above each stand its name and its title; what else is to be
-- said of it follows.

-- changed_last_week: What changed in the last week
SELECT e.at, e.kind, e.detail, a.title
FROM events e JOIN current_articles a USING (site, article_id)
WHERE e.kind != 'created' AND e.at >= date('now', '-7 days') ORDER BY e.at DESC;

-- disappeared: Which articles disappeared, and when each was last seen
SELECT state, last_seen_at, title, url
FROM current_articles WHERE state IN ('suspect', 'gone') ORDER BY last_seen_at DESC;

-- edits: What was edited, and when the change was first seen
SELECT title, snapshot, seen_from, changed_fields
FROM article_history WHERE snapshot > 1 ORDER BY seen_from DESC;

-- before_and_after: The text of an edit before and after
SELECT after.title, after.seen_from, before.body AS before, after.body AS after
FROM article_history AS after
JOIN article_history AS before USING (site, article_id)
WHERE before.snapshot = after.snapshot - 1 AND before.body != after.body ORDER BY after.seen_from DESC;

-- edit_sizes: How much text each edit added or took away
SELECT after.title, after.snapshot, length(after.body) - length(before.body) AS characters
FROM article_history AS after
JOIN article_history AS before USING (site, article_id)
WHERE before.snapshot = after.snapshot - 1 ORDER BY abs(characters) DESC;

-- edited_fields: How often titles were edited, how often bodies, and so on
SELECT field.value AS field, count(*) AS edits, count(DISTINCT site || article_id) AS articles
FROM article_history, json_each(changed_fields) AS field
GROUP BY field.value ORDER BY edits DESC;

-- edits_by_age: How long after publication articles are edited
-- The first row counts the edits within a day.
SELECT CASE WHEN age < 1 THEN 'within a day' WHEN age < 30 THEN 'within a month' ELSE 'later' END AS edited,
    count(*) AS edits
FROM (SELECT julianday(seen_from) - julianday(published_at) AS age FROM article_history WHERE snapshot > 1)
GROUP BY edited ORDER BY min(age);

-- most_read: The most read articles
SELECT views, date(published_at, '+7 hours') AS day, title
FROM current_articles ORDER BY views DESC LIMIT 10;

-- fastest_growing: Which view counts grew fastest between two readings
-- Our own visits are subtracted.
SELECT round(others_per_day, 1) AS a_day, gained_by_others, round(days, 1) AS days, title
FROM view_growth JOIN current_articles USING (site, article_id)
WHERE days > 0.5 ORDER BY others_per_day DESC LIMIT 10;

-- counts_of_one_article: Every view count of one article
SELECT observed_at, views, source
FROM view_history WHERE article_id = '4418664' ORDER BY observed_at;

-- sections: Which sections publish most, and how much they are read
SELECT section, count(*) AS articles, max(date(published_at, '+7 hours')) AS newest, round(avg(views)) AS views
FROM current_articles GROUP BY site, section ORDER BY articles DESC;

-- articles_by_year: How many articles each year brought
SELECT strftime('%Y', published_at, '+7 hours') AS year, count(*) AS articles
FROM current_articles GROUP BY year ORDER BY year DESC;

-- filled_fields: Which fields are filled, site by site
SELECT site, count(*) AS articles, count(published_at) AS dated, count(views) AS counted, count(author) AS signed,
    sum(json_array_length(attachments) > 0) AS with_documents
FROM current_articles GROUP BY site;

-- runs_with_news: Which runs found new or changed articles, or had findings
SELECT run_id, site, started_at, outcome, articles_new, articles_changed, findings
FROM run_summary WHERE findings > 0 OR articles_new > 0 OR articles_changed > 0 ORDER BY run_id DESC;

-- word_over_time: When a certain word stood where
-- The index holds words without marks, and đ as d. `archiver query`, sqlite-utils and Datasette (if this program is installed
-- beside them) know `fold('Đảng ủy')`, which writes them so.
SELECT published_at, title, snapshot, seen_from, seen_until
FROM article_search WHERE words MATCH '"dang uy khoi" NOT sinh' AND current
ORDER BY place DESC LIMIT 10;
