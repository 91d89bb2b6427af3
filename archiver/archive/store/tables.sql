-- The tables of an archive as they stand today. What changes here needs a file in versions/ that changes the archives
-- there are in the same way; whoever opens an archive holds the two against each other. To record a thing twice changes
-- nothing: natural keys are UNIQUE or PRIMARY KEY. Times are text, UTC, ISO 8601 with offset; digests are 32 bytes.
-- People's SQL reads the views: tables may be others in any version.

-- === Evidence: what was asked and answered. Written once; nothing that reads pages again changes it.

-- one row a site, as it was declared at its last crawl
CREATE TABLE sites (
    name TEXT PRIMARY KEY, -- as in `archiver sites`
    title TEXT NOT NULL, -- what it is called
    platform TEXT NOT NULL, -- the family of sites that its pages are read as
    timezone TEXT NOT NULL, -- in which its times are printed and shown
    places TEXT CHECK (places IS NULL OR json_valid(places)),
        -- where things stand on its pages, if it declares that (JSON): they can be read again without its declaration
    hosts TEXT CHECK (hosts IS NULL OR json_valid(hosts)),
        -- the hosts that it had before (JSON); NULL where it declares none
    noise TEXT CHECK (noise IS NULL OR json_valid(noise)) -- what it declares to be noise (JSON)
) STRICT, WITHOUT ROWID;

-- one row a run: one execution for one site
CREATE TABLE runs (
    id INTEGER PRIMARY KEY, -- by which other tables name it
    uid TEXT NOT NULL UNIQUE, -- its name everywhere: in this archive and in any that is merged with it
    site TEXT NOT NULL REFERENCES sites (name), -- as in sites
    kind TEXT NOT NULL, -- crawl, or what else was done
    arguments TEXT NOT NULL CHECK (json_valid(arguments)), -- the spider's arguments (JSON)
    started_at TEXT NOT NULL, -- when it began
    finished_at TEXT, -- when it ended; NULL while it runs
    outcome TEXT CHECK (outcome IN ('finished', 'problems', 'failed', 'interrupted', 'died', 'locked')),
        -- how it ended; NULL while it runs
    requests INTEGER NOT NULL DEFAULT 0, -- requests sent, robots.txt included
    articles_new INTEGER NOT NULL DEFAULT 0, -- articles seen for the first time
    articles_changed INTEGER NOT NULL DEFAULT 0, -- known articles whose content had changed
    articles_unchanged INTEGER NOT NULL DEFAULT 0, -- known articles whose content had not
    errors INTEGER NOT NULL DEFAULT 0, -- requests that brought no page
    scope TEXT NOT NULL DEFAULT 'full' CHECK (scope IN ('daily', 'deep', 'full')),
        -- how far it was to go: the newest listing pages, all of them, every article too
    complete INTEGER NOT NULL DEFAULT 0 CHECK (complete IN (0, 1)), -- 1 if it walked every listing to its end
    found INTEGER NOT NULL DEFAULT 0, -- articles that it knew of or met
    articles_late INTEGER NOT NULL DEFAULT 0, -- new articles that only a deep pass found
    resumes TEXT, -- the uid of the run whose work it took up
    program TEXT, -- the version of this program; NULL: one before 0.2
    declaration TEXT CHECK (declaration IS NULL OR json_valid(declaration)),
        -- the declaration of the site that it went by: title, platform, timezone, places, hosts and noise, as JSON
    listed INTEGER NOT NULL DEFAULT 0, -- how many articles its listings show (judgement.py)
    delists INTEGER NOT NULL DEFAULT 0 CHECK (delists IN (0, 1)),
        -- 1 if what they do not show counts as having left them
    merged INTEGER NOT NULL DEFAULT 0 CHECK (merged IN (0, 1)), -- 1 if it was open when it came from another archive
    seal BLOB CHECK (length(seal) = 32), -- SHA-256 over all its captures (seals.py)
    closing BLOB CHECK (length(closing) = 32),
        -- SHA-256 over the rest of what is said of it: its row, fates, findings and downloads
    decided_at TEXT, -- when somebody last decided whether it counts (withdrawing.py)
    withdrawn INTEGER NOT NULL DEFAULT 0 CHECK (withdrawn IN (0, 1)) CHECK (NOT withdrawn OR decided_at IS NOT NULL),
        -- 1 if its readings are set aside
    outage TEXT CHECK (outage IN ('moment', 'partial', 'closed'))
        -- why too much was missing in it at once (outages.py); NULL where it was not
) STRICT;
CREATE INDEX runs_by_site ON runs (site, started_at);
CREATE INDEX runs_withdrawn ON runs (id) WHERE withdrawn;

-- one row a reason: what became of articles that a run found and did not read
CREATE TABLE fates (
    run_id INTEGER NOT NULL REFERENCES runs (id), -- as in runs
    fate TEXT NOT NULL CHECK (fate IN ('failed', 'skipped', 'pending')), -- what became of them
    reason TEXT NOT NULL, -- why, for people
    articles INTEGER NOT NULL, -- how many
    PRIMARY KEY (run_id, fate, reason)
) STRICT, WITHOUT ROWID;

-- one row a finding: what a run, or the check after it, has to say
CREATE TABLE findings (
    id INTEGER PRIMARY KEY, -- by which other tables name it
    run_id INTEGER NOT NULL REFERENCES runs (id), -- as in runs
    kind TEXT NOT NULL, -- what it is, in one word
    url TEXT NOT NULL, -- the address that it is about
    detail TEXT NOT NULL, -- what exactly, for people
    capture_id INTEGER REFERENCES captures (id), -- the answer that it is about, if it is about one
    UNIQUE (run_id, kind, url, detail)
) STRICT;

-- one row an address of a site that was asked for, met or shown
CREATE TABLE addresses (
    id INTEGER PRIMARY KEY, -- by which other tables name it
    site TEXT NOT NULL REFERENCES sites (name), -- as in sites
    url TEXT NOT NULL, -- as it was asked for or printed
    UNIQUE (site, url)
) STRICT;

-- one row an answer, as received
CREATE TABLE captures (
    id INTEGER PRIMARY KEY, -- by which other tables name it
    run_id INTEGER NOT NULL REFERENCES runs (id), -- as in runs
    address_id INTEGER NOT NULL REFERENCES addresses (id), -- what was asked for
    fetched_at TEXT NOT NULL, -- when it came
    status INTEGER NOT NULL, -- the HTTP status
    payload_digest BLOB NOT NULL REFERENCES payloads (digest), -- of its body
    tls TEXT CHECK (tls IN ('tolerant')), -- tolerant: the certificate was not verified, for the site declares that
    header_set_id INTEGER REFERENCES header_sets (id), -- the headers that its own are packed with (headers.py)
    headers BLOB CHECK ((headers IS NULL) = (header_set_id IS NULL)), -- what its own have beside those
    purpose TEXT CHECK (purpose IN ('article', 'listing', 'robots')),
        -- what it was asked for as; NULL: not noted by the version that kept it
    expected TEXT, -- the native key of the article that was expected there
    final INTEGER NOT NULL DEFAULT 1 CHECK (final IN (0, 1)),
        -- 0 if another request followed: another try, or the next page
    refused TEXT, -- why a redirect was not followed
    UNIQUE (address_id, fetched_at)
) STRICT;
CREATE INDEX captures_by_run ON captures (run_id);
CREATE INDEX captures_by_payload ON captures (payload_digest);
CREATE INDEX captures_followed ON captures (run_id) WHERE NOT final;

-- one row a set of headers that captures of a site are packed with
CREATE TABLE header_sets (
    id INTEGER PRIMARY KEY, -- by which other tables name it
    site TEXT NOT NULL REFERENCES sites (name), -- as in sites
    digest BLOB NOT NULL CHECK (length(digest) = 32), -- SHA-256 of the headers
    headers TEXT NOT NULL CHECK (json_valid(headers)), -- names and values (JSON)
    UNIQUE (site, digest)
) STRICT;

-- one row a body that was received, compressed (payloads.py)
CREATE TABLE payloads (
    digest BLOB PRIMARY KEY CHECK (length(digest) = 32), -- SHA-256 of the bytes
    size INTEGER NOT NULL, -- how many these are
    encoding TEXT NOT NULL CHECK (encoding IN ('plain', 'dictionary', 'delta')),
        -- how data is compressed: alone, with a dictionary, against another payload
    dictionary_digest BLOB REFERENCES dictionaries (digest), -- the dictionary, where it is one
    base_digest BLOB REFERENCES payloads (digest), -- the other payload, where it is one
    data BLOB NOT NULL, -- the bytes, compressed with zstd
    CHECK ((encoding = 'dictionary') = (dictionary_digest IS NOT NULL)),
    CHECK ((encoding = 'delta') = (base_digest IS NOT NULL))
) STRICT;

-- one row a dictionary of zstd, trained on pages of a site
CREATE TABLE dictionaries (
    digest BLOB PRIMARY KEY CHECK (length(digest) = 32), -- SHA-256 of its data
    site TEXT NOT NULL REFERENCES sites (name), -- as in sites
    made_at TEXT NOT NULL, -- when it was trained
    data BLOB NOT NULL -- the dictionary
) STRICT;

-- one row a document, image or requisite of a page that is kept; its bytes lie beside the archive (files.py)
CREATE TABLE files (
    digest BLOB PRIMARY KEY CHECK (length(digest) = 32), -- SHA-256 of the bytes
    size INTEGER NOT NULL, -- how many these are
    media_type TEXT NOT NULL, -- what it is, told from its content
    extension TEXT NOT NULL -- with which its name ends
) STRICT, WITHOUT ROWID;

-- one row each time a document, image or requisite of a page was asked for
CREATE TABLE downloads (
    address_id INTEGER NOT NULL REFERENCES addresses (id), -- what was asked for
    fetched_at TEXT NOT NULL, -- when
    run_id INTEGER NOT NULL REFERENCES runs (id), -- as in runs
    status INTEGER, -- the HTTP status; NULL: no answer
    digest BLOB REFERENCES files (digest), -- of what was received, or confirmed by 304; NULL: nothing was kept
    problem TEXT, -- why nothing was kept
    validators TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(validators)),
        -- ETag, Last-Modified and the name that the server gives the file (JSON)
    PRIMARY KEY (address_id, fetched_at),
    CHECK ((digest IS NULL) = (problem IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX downloads_by_run ON downloads (run_id);

-- === Readings: what a parser made of the captures. All of it can be made again from the evidence (archiver rebuild).

-- one row a version of the parser, what is declared and learned of a site included
CREATE TABLE parsers (
    id INTEGER PRIMARY KEY, -- by which other tables name it
    version TEXT NOT NULL UNIQUE, -- its name
    ordinal INTEGER NOT NULL, -- its place in the order of versions
    since TEXT NOT NULL DEFAULT ''
        -- when it was met first: of two with the same ordinal the later one reads the site as it is declared now
) STRICT;

-- one row an article; what stands after native_key follows from its readings (timeline.py)
CREATE TABLE articles (
    id INTEGER PRIMARY KEY, -- by which other tables name it
    site TEXT NOT NULL REFERENCES sites (name), -- as in sites
    native_key TEXT NOT NULL, -- the portal's own id of it, or its address
    address_id INTEGER REFERENCES addresses (id), -- where it is now
    section TEXT, -- the channel it was read in
    state TEXT NOT NULL DEFAULT 'live' CHECK (state IN ('live', 'suspect', 'gone', 'moved')), -- what is believed of it
    listed INTEGER NOT NULL DEFAULT 0 CHECK (listed IN (0, 1)), -- 1 while a listing shows it
    first_seen_at TEXT, -- the first capture that showed it
    last_seen_at TEXT, -- the last one
    views INTEGER, -- the count at the last reading of it
    views_observed_at TEXT, -- when that was
    UNIQUE (site, native_key)
) STRICT;
CREATE INDEX articles_by_section ON articles (site, section);
CREATE INDEX articles_amiss ON articles (site, state) WHERE state <> 'live';

-- one row a key: an article's own, and those that it got when its address moved (joining.py)
CREATE TABLE article_keys (
    id INTEGER PRIMARY KEY, -- by which readings know under which key they were recorded
    site TEXT NOT NULL REFERENCES sites (name), -- as in sites
    native_key TEXT NOT NULL, -- the portal's own id, or an address
    article_id INTEGER NOT NULL REFERENCES articles (id), -- as in articles
    UNIQUE (site, native_key)
) STRICT;
CREATE INDEX article_keys_by_article ON article_keys (article_id);

-- one row an address that an article was seen under
CREATE TABLE article_addresses (
    article_id INTEGER NOT NULL REFERENCES articles (id), -- as in articles
    address_id INTEGER NOT NULL REFERENCES addresses (id), -- as in addresses
    seen_from TEXT NOT NULL, -- since when
    section TEXT, -- the channel printed there
    answered INTEGER NOT NULL DEFAULT 0 CHECK (answered IN (0, 1)), -- 1 if it answered there itself
    section_from TEXT, -- when the section was printed there first
    key_id INTEGER NOT NULL DEFAULT 0, -- the key that the address has
    PRIMARY KEY (article_id, address_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX article_addresses_by_address ON article_addresses (address_id);

-- one row a clue: what tells of who an article is; keys that share one are held against each other (clues.py)
CREATE TABLE clues (
    site TEXT NOT NULL REFERENCES sites (name), -- as in sites
    clue TEXT NOT NULL, -- an address without host and spelling, an id, the digest of a title with its day
    key_id INTEGER NOT NULL REFERENCES article_keys (id), -- as in article_keys
    PRIMARY KEY (site, clue, key_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX clues_by_key ON clues (key_id);

-- one row a content: what a parser read of a page
CREATE TABLE contents (
    id INTEGER PRIMARY KEY, -- by which other tables name it
    row_digest BLOB NOT NULL UNIQUE CHECK (length(row_digest) = 32), -- SHA-256 of the row
    digest BLOB NOT NULL CHECK (length(digest) = 32),
        -- SHA-256 of what is compared: texts alike may be spelt differently
    title TEXT NOT NULL, -- the headline
    author TEXT, -- the signature under the body
    lead TEXT, -- the paragraph before the body
    body TEXT NOT NULL, -- the text
    body_html TEXT NOT NULL, -- the body as HTML, without what stands in the text already (packed_html.py)
    published_at TEXT, -- the printed date of publication, in UTC
    published_raw TEXT, -- the same as printed
    published_precision TEXT CHECK (published_precision IN ('day', 'minute')), -- to which it is printed
    published_relative INTEGER NOT NULL DEFAULT 0 CHECK (published_relative IN (0, 1)),
        -- 1 if it is printed as so long ago
    images TEXT NOT NULL CHECK (json_valid(images)), -- JSON array of {url, caption, alt}
    attachments TEXT NOT NULL CHECK (json_valid(attachments)), -- JSON array of {url, title}
    links TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(links)),
        -- JSON array of {url, text, kind, own}: where the text leads
    marks TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(marks))
        -- JSON array of {kind, text, before}: what is struck, inserted, raised or lowered
) STRICT;
CREATE INDEX contents_by_publication ON contents (coalesce(published_at, ''));

-- one row a sign: what one parser made of one capture for one article; a listing shows many
CREATE TABLE readings (
    article_id INTEGER NOT NULL REFERENCES articles (id), -- as in articles
    capture_id INTEGER NOT NULL REFERENCES captures (id), -- as in captures
    parser_id INTEGER NOT NULL REFERENCES parsers (id), -- as in parsers
    source TEXT NOT NULL CHECK (source IN ('article', 'listing')), -- the page that it was read from
    sign TEXT NOT NULL CHECK (sign IN ('content', 'confirmed', 'listed', 'unlisted', 'missing', 'moved')),
        -- content: a good page; confirmed: not changed (304); missing: 404 and the like
    standing TEXT NOT NULL CHECK (standing IN ('pending', 'counted', 'withheld')), -- pending until the run is judged
    newest INTEGER NOT NULL DEFAULT 1 CHECK (newest IN (0, 1)), -- 1 if no newer parser read this capture
    content_id INTEGER REFERENCES contents (id), -- what a good page shows
    views INTEGER, -- the count that it prints
    views_raw TEXT, -- the count as printed
    detail TEXT, -- what exactly, for people
    doubtful INTEGER NOT NULL DEFAULT 0 CHECK (doubtful IN (0, 1)),
        -- 1 if it is believed only once its run is judged: a missing page, or one that lost fields
    key_id INTEGER NOT NULL DEFAULT 0, -- the key under which it was recorded; 0 where a judgement made it
    address_id INTEGER REFERENCES addresses (id),
        -- the address that a listing named, or under which a page showed the article: it need not be the captured one
    PRIMARY KEY (article_id, capture_id, parser_id, sign, key_id),
    CHECK ((sign = 'content') = (content_id IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX readings_by_capture ON readings (capture_id);
CREATE INDEX readings_pending ON readings (standing) WHERE standing = 'pending';
CREATE INDEX readings_doubtful ON readings (capture_id) WHERE doubtful OR standing <> 'counted';

-- one row a snapshot: a state of an article's content; one that a newer parser did away with has no number
CREATE TABLE snapshots (
    article_id INTEGER NOT NULL REFERENCES articles (id), -- as in articles
    first_capture_id INTEGER NOT NULL REFERENCES captures (id), -- the capture that showed it first
    parser_id INTEGER NOT NULL REFERENCES parsers (id), -- as in parsers
    number INTEGER CHECK (number >= 1), -- 1, 2, … in the order they were seen
    content_id INTEGER NOT NULL REFERENCES contents (id), -- as in contents
    last_capture_id INTEGER NOT NULL REFERENCES captures (id), -- the capture that confirmed it last
    seen_from TEXT NOT NULL, -- when the first capture was
    seen_until TEXT NOT NULL, -- when the last one was
    changed_fields TEXT CHECK (changed_fields IS NULL OR json_valid(changed_fields)),
        -- what differs from the snapshot before (JSON array)
    cause TEXT NOT NULL CHECK (cause IN ('page', 'unverified', 'reparse')),
        -- page: the page changed; unverified: the page before is not kept; reparse: a newer parser saw more
    PRIMARY KEY (article_id, first_capture_id, parser_id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX snapshots_by_number ON snapshots (article_id, number) WHERE number IS NOT NULL;
CREATE INDEX snapshots_by_content ON snapshots (content_id);
CREATE INDEX snapshots_changed ON snapshots (number) WHERE number > 1;

-- one row a thing that happened to an article
CREATE TABLE article_events (
    article_id INTEGER NOT NULL REFERENCES articles (id), -- as in articles
    capture_id INTEGER NOT NULL REFERENCES captures (id), -- the capture that showed it
    kind TEXT NOT NULL, -- created, edited, title_changed, suspect, gone and so on
    detail TEXT, -- what exactly, for people
    PRIMARY KEY (article_id, capture_id, kind)
) STRICT, WITHOUT ROWID;
CREATE INDEX article_events_by_capture ON article_events (capture_id);

-- one row a rule that the pages of a site taught: what moves there by itself and is no edit (learned_rules.py)
CREATE TABLE learned_noise (
    site TEXT NOT NULL REFERENCES sites (name), -- as in sites
    kind TEXT NOT NULL CHECK (kind IN ('block', 'text', 'address', 'parameter', 'region', 'file')),
        -- what the template is of
    template TEXT NOT NULL, -- what is passed over: * anything, # a number
    proof TEXT NOT NULL CHECK (proof IN ('second look', 'three looks')), -- how it was proven
    capture_id INTEGER NOT NULL REFERENCES captures (id), -- with which it was proven first
    PRIMARY KEY (site, kind, template)
) STRICT, WITHOUT ROWID;

-- === What was told, and attested: no part of any article's history.

-- one row a thing that ever happened to an article, in the order in which this archive learned of it (change_log.py)
CREATE TABLE change_log (
    id INTEGER PRIMARY KEY, -- rises by one with each; an event that was taken back and stands again has a new one
    site TEXT NOT NULL, -- as in sites
    native_key TEXT NOT NULL, -- a key of the article, as in article_keys
    capture_id INTEGER NOT NULL REFERENCES captures (id), -- the capture that showed it
    seen_at TEXT NOT NULL, -- when that was fetched
    kind TEXT NOT NULL, -- as in article_events
    taken_back INTEGER NOT NULL DEFAULT 0 CHECK (taken_back IN (0, 1, 2)),
        -- 1 if a judgement took the event back since; 2: in the transaction that is open
    UNIQUE (capture_id, kind, native_key, site)
) STRICT;
CREATE INDEX change_log_by_time ON change_log (seen_at, kind, site);
CREATE INDEX change_log_unsettled ON change_log (id) WHERE taken_back = 2;

-- one row a reader who asks for what is new since last time (cursors.py)
CREATE TABLE cursors (
    name TEXT NOT NULL, -- as the reader calls it
    purpose TEXT NOT NULL, -- the command that reads by it
    place TEXT NOT NULL CHECK (json_valid(place)), -- up to where was read (JSON)
    PRIMARY KEY (name, purpose)
) STRICT, WITHOUT ROWID;

-- one row a change that an address was told of
CREATE TABLE sent_alerts (
    alert TEXT NOT NULL, -- the name of the alert
    address TEXT NOT NULL, -- a digest of the address
    change_id INTEGER NOT NULL REFERENCES change_log (id) ON UPDATE CASCADE, -- as in change_log
    sent_at TEXT NOT NULL, -- when it was handed over
    PRIMARY KEY (alert, address, change_id)
) STRICT, WITHOUT ROWID;

-- one row a run of which an address was told that it failed, or what it found
CREATE TABLE sent_problems (
    alert TEXT NOT NULL, -- the name of the alert
    address TEXT NOT NULL, -- a digest of the address
    run_id INTEGER NOT NULL REFERENCES runs (id), -- as in runs
    sent_at TEXT NOT NULL, -- when it was handed over
    PRIMARY KEY (alert, address, run_id)
) STRICT, WITHOUT ROWID;

-- one row a time-stamp token (RFC 3161): an authority attests that the seal of a run existed at a time
CREATE TABLE seal_tokens (
    run_id INTEGER NOT NULL REFERENCES runs (id), -- as in runs
    authority TEXT NOT NULL, -- the address that was asked
    stamped_at TEXT NOT NULL, -- the time in the token
    token BLOB NOT NULL, -- the authority's answer, DER
    PRIMARY KEY (run_id, authority)
) STRICT, WITHOUT ROWID;

-- === The search index: what index.py makes of the contents.

-- one row a content: where it stands in the full-text tables below
CREATE TABLE search_order (
    place INTEGER PRIMARY KEY, -- the rowid there: it rises with the date of publication
    content_id INTEGER NOT NULL UNIQUE REFERENCES contents (id) -- as in contents
) STRICT;

-- the first column is the longest: all others cost two bytes more for each word of a text
CREATE VIRTUAL TABLE search_folded USING fts5 (body, title, lead, content = '',
    tokenize = 'unicode61 remove_diacritics 0');
CREATE VIRTUAL TABLE search_exact USING fts5 (words, content = '', detail = none,
    tokenize = 'unicode61 remove_diacritics 0');
