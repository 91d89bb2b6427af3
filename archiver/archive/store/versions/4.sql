-- Version 4: what sites declare of their places; the files of articles, and when they were asked for.

-- What a site declares of its own places (JSON), so that its pages can be read again without its declaration.
ALTER TABLE sites ADD COLUMN places TEXT CHECK (places IS NULL OR json_valid(places));

-- Documents and images of articles. Their bytes lie beside the archive, once per digest (see files.py).
CREATE TABLE files (
    digest BLOB PRIMARY KEY CHECK (length(digest) = 32),
    size INTEGER NOT NULL,
    media_type TEXT NOT NULL,
    extension TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- One row each time a file was asked for. ``status`` is NULL where nothing was answered. ``digest`` is NULL where
-- nothing was kept, and ``problem`` says why then; 304 has what it confirms. ``validators``: ETag, Last-Modified.
CREATE TABLE downloads (
    address_id INTEGER NOT NULL REFERENCES addresses (id),
    fetched_at TEXT NOT NULL,
    run_id INTEGER NOT NULL REFERENCES runs (id),
    status INTEGER,
    digest BLOB REFERENCES files (digest),
    problem TEXT,
    validators TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(validators)),
    PRIMARY KEY (address_id, fetched_at),
    CHECK ((digest IS NULL) = (problem IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX downloads_by_run ON downloads (run_id);
