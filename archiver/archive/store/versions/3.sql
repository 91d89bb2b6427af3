-- Version 3: the index that searches ask.

-- Where a content stands in the full-text tables below; see index.py.
CREATE TABLE search_order (
    place INTEGER PRIMARY KEY,
    content_id INTEGER NOT NULL UNIQUE REFERENCES contents (id)
) STRICT;

-- The first column is the longest: all others cost two bytes more for each word of a text.
CREATE VIRTUAL TABLE search_folded USING fts5 (body, title, lead, content = '',
    tokenize = 'unicode61 remove_diacritics 0');
CREATE VIRTUAL TABLE search_exact USING fts5 (words, content = '', detail = none,
    tokenize = 'unicode61 remove_diacritics 0');
CREATE INDEX snapshots_by_content ON snapshots (content_id);

-- What the pages of archive/queries/browsing.py and changes.py ask for, quick on large archives.
CREATE INDEX contents_by_publication ON contents (coalesce(published_at, ''));
CREATE INDEX snapshots_changed ON snapshots (number) WHERE number > 1;
CREATE INDEX articles_by_section ON articles (site, section);
CREATE INDEX articles_amiss ON articles (site, state) WHERE state <> 'live';
CREATE INDEX article_events_by_capture ON article_events (capture_id);
