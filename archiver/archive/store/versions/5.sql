-- Version 5: of headers what differs, and of a body's HTML what is not its text (compaction.py does the rest).

-- Headers that captures of a site are packed with; see headers.py.
CREATE TABLE header_sets (
    id INTEGER PRIMARY KEY,
    site TEXT NOT NULL REFERENCES sites (name),
    digest BLOB NOT NULL CHECK (length(digest) = 32),
    headers TEXT NOT NULL CHECK (json_valid(headers)),
    UNIQUE (site, digest)
) STRICT;
ALTER TABLE captures RENAME COLUMN headers TO headers_4;
ALTER TABLE captures ADD COLUMN header_set_id INTEGER REFERENCES header_sets (id);
ALTER TABLE captures ADD COLUMN headers BLOB CHECK ((headers IS NULL) = (header_set_id IS NULL));
