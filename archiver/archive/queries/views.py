"""The public views: what people's SQL reads. Columns may be added, never renamed."""

from archiver.archive.history.packed_html import HTML_OF
from archiver.archive.noise.view import SITE_NOISE
from archiver.archive.queries.file_views import ATTACHMENT_HISTORY, ATTACHMENTS
from archiver.archive.queries.view import ARTICLE as _ARTICLE
from archiver.archive.queries.view import SITE as _SITE
from archiver.archive.queries.view import URL as _URL
from archiver.archive.queries.view import View
from archiver.archive.search.view import ARTICLE_SEARCH

CURRENT_ARTICLES = View(
    "current_articles",
    "one row an article, as it was last seen",
    {
        "site": _SITE,
        "article_id": _ARTICLE,
        "url": _URL,
        "title": "the headline",
        "section": "the channel it was read in",
        "author": "the signature under the body",
        "lead": "the paragraph before the body",
        "body": "the text: paragraphs with an empty line between, without lead, captions and signature",
        "published_at": "the printed date of publication in UTC; NULL where none is printed or it cannot be read",
        "published_raw": "the same as printed, without its label",
        "published_precision": "`minute`, or `day` where no time is printed",
        "views": "the view count at the last reading; our own visits are in it",
        "views_observed_at": "when that was",
        "state": "live, suspect, gone or moved",
        "listed": "1 while a listing shows it",
        "snapshots": "how many states of its content were seen",
        "first_seen_at": "the first capture that showed it",
        "last_seen_at": "the last capture that showed it",
        "changed_at": "the first capture of its present content; NULL if it never changed",
        "body_html": "the body as clean HTML, images and captions in their places",
        "images": "JSON array of {url, caption, alt}",
        "attachments": "JSON array of {url, title}",
        "content_digest": "SHA-256 of the content, hexadecimal",
        "links": "JSON array of {url, text, kind, own}: where the text leads; kind `media` is what is embedded",
        "marks": "JSON array of {kind, text, before}: what is struck, inserted, raised or lowered in the text",
    },
    f"""
    SELECT a.site, a.native_key, d.url, c.title, a.section, c.author, c.lead, c.body, c.published_at, c.published_raw,
        c.published_precision, a.views, a.views_observed_at, a.state, a.listed, s.number, a.first_seen_at,
        a.last_seen_at, CASE WHEN s.number > 1 THEN s.seen_from END, {HTML_OF}, c.images, c.attachments,
        lower(hex(c.digest)), c.links, c.marks
    FROM articles a
    JOIN snapshots s ON s.article_id = a.id
        AND s.number = (SELECT max(number) FROM snapshots WHERE article_id = a.id AND number IS NOT NULL)
    JOIN contents c ON c.id = s.content_id
    JOIN addresses d ON d.id = a.address_id
    """,
)

ARTICLE_HISTORY = View(
    "article_history",
    "one row a snapshot: a state of an article's content, and the time it was seen to stand",
    {
        "site": _SITE,
        "article_id": _ARTICLE,
        "url": _URL,
        "snapshot": "1, 2, … in the order they were seen",
        "seen_from": "the first capture that showed this state; the change lies between this and the one before",
        "seen_until": "the last capture that confirmed it",
        "title": "the headline then",
        "lead": "the lead then",
        "body": "the text then",
        "published_at": "the date of publication printed then, in UTC",
        "changed_fields": "JSON array of what differs from the snapshot before; NULL for the first",
        "cause": "page: the page changed; unverified: the page before is not kept; reparse: a newer parser saw more",
        "content_digest": "SHA-256 of the content, hexadecimal; equal where a text returned",
        "author": "the signature then",
        "images": "JSON array of {url, caption, alt}",
        "attachments": "JSON array of {url, title}",
        "published_raw": "the date as printed then, without its label",
        "published_precision": "`minute`, or `day` where no time was printed",
        "body_html": "the body then as clean HTML, images and captions in their places",
        "links": "JSON array of {url, text, kind, own}: where the text led then",
        "marks": "JSON array of {kind, text, before}: what was struck, inserted, raised or lowered then",
    },
    f"""
    SELECT a.site, a.native_key, d.url, s.number, s.seen_from, s.seen_until, c.title, c.lead, c.body, c.published_at,
        s.changed_fields, s.cause, lower(hex(c.digest)), c.author, c.images, c.attachments, c.published_raw,
        c.published_precision, {HTML_OF}, c.links, c.marks
    FROM snapshots s
    JOIN articles a ON a.id = s.article_id
    JOIN contents c ON c.id = s.content_id
    JOIN addresses d ON d.id = a.address_id
    WHERE s.number IS NOT NULL
    """,
)

VIEW_HISTORY = View(
    "view_history",
    "one row an observation: a view count that was read",
    {
        "site": _SITE,
        "article_id": _ARTICLE,
        "url": _URL,
        "observed_at": "when the page that printed it was fetched",
        "views": "the count",
        "source": "article or listing: the page that printed it",
        "views_raw": "the count as printed",
    },
    """
    SELECT a.site, a.native_key, d.url, k.fetched_at, r.views, r.source, r.views_raw
    FROM readings r
    JOIN articles a ON a.id = r.article_id
    JOIN captures k ON k.id = r.capture_id
    JOIN addresses d ON d.id = a.address_id
    WHERE r.views IS NOT NULL AND r.newest AND r.standing = 'counted'
        AND EXISTS (SELECT 1 FROM snapshots WHERE article_id = a.id AND number = 1)
    """,
)

VIEW_GROWTH = View(
    "view_growth",
    "one row for each observation but the first: what the count gained since the one before",
    {
        "site": _SITE,
        "article_id": _ARTICLE,
        "url": _URL,
        "observed_from": "the observation before",
        "observed_until": "this observation",
        "days": "the time between, in days",
        "views_before": "the count then",
        "views": "the count now",
        "gained": "the difference; negative where a counter was set back",
        "own_visits": "how often the archiver itself fetched the article in between; the portals count that too",
        "gained_by_others": "the difference without our own visits",
        "views_per_day": "gained a day; NULL where no time passed",
        "others_per_day": "gained by others a day",
    },
    """
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
    WHERE before_at IS NOT NULL
    """,
)

EVENTS = View(
    "events",
    "one row a thing that happened to an article",
    {
        "site": _SITE,
        "article_id": _ARTICLE,
        "url": _URL,
        "at": "the capture that showed it",
        "kind": "created, edited, title_changed, suspect, gone, restored, moved, delisted, relisted, counter_reset",
        "detail": "what exactly, for people",
    },
    """
    SELECT a.site, a.native_key, d.url, k.fetched_at, e.kind, e.detail
    FROM article_events e
    JOIN articles a ON a.id = e.article_id
    JOIN captures k ON k.id = e.capture_id
    JOIN addresses d ON d.id = a.address_id
    """,
)

RUN_SUMMARY = View(
    "run_summary",
    "one row a run: one execution for one site",
    {
        "run_id": "its number, in the order in which they began",
        "site": _SITE,
        "kind": "crawl, or what else was done",
        "started_at": "when it began",
        "finished_at": "when it ended; NULL while it runs",
        "outcome": "finished, problems (done, with findings), failed, interrupted, died, locked; NULL while it runs",
        "requests": "requests sent, robots.txt included",
        "captures": "answers kept",
        "articles_new": "articles seen for the first time",
        "articles_changed": "known articles whose content had changed",
        "articles_unchanged": "known articles whose content had not",
        "observations": "view counts read",
        "errors": "requests that brought no page: no answer, or an error status",
        "findings": "what the run has to say; see `run_findings`",
        "scope": "daily: the newest listing pages; deep: all listing pages; full: every article too",
        "articles_found": "articles it knew of or met: the sum of new, changed, unchanged, failed, skipped and pending",
        "articles_failed": "articles that gave no good page; the table `fates` has the reasons",
        "articles_skipped": "articles it did not ask for, most of them because their next visit is not due",
        "articles_pending": "articles it did not come to before it ended",
        "articles_late": "new articles that only the deep pass found: backdated, or missed before",
        "resumes": "the run whose work it took up, by its number, because that was cut off; NULL if none",
        "seal": "SHA-256 over all its captures, hexadecimal (`archiver runs --seals`); NULL while it runs",
        "withdrawn": "1 where `archiver runs --withdraw` set its readings aside: no other view knows of it then",
    },
    """
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
    FROM runs r
    """,
)

RUN_FINDINGS = View(
    "run_findings",
    "one row a finding: what a run, or the check after it, has to say",
    {
        "run_id": "the run, as in run_summary",
        "site": _SITE,
        "started_at": "when the run began",
        "kind": "what it is, in one word; `archiver schema findings` explains each",
        "url": "the address it is about",
        "detail": "what exactly, for people",
    },
    """
    SELECT s.number, r.site, r.started_at, f.kind, f.url, f.detail
    FROM findings f
    JOIN runs r ON r.id = f.run_id AND NOT r.withdrawn
    JOIN (SELECT id, row_number() OVER (ORDER BY started_at, uid) AS number FROM runs) s ON s.id = r.id
    """,
)

VIEWS = (
    CURRENT_ARTICLES,
    ARTICLE_HISTORY,
    VIEW_HISTORY,
    VIEW_GROWTH,
    EVENTS,
    RUN_SUMMARY,
    RUN_FINDINGS,
    ARTICLE_SEARCH,
    ATTACHMENTS,
    ATTACHMENT_HISTORY,
    SITE_NOISE,
)
