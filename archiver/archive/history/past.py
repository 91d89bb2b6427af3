"""An article as it stood at a time: nothing in it is of a later day, and what is not known of that day is None."""

import sqlite3
from datetime import datetime

from archiver.archive.history.content import write_time
from archiver.archive.queries.rows import PastArticleRow
from archiver.archive.store.values import take_rows

_UP_TO = (
    "FROM readings r JOIN captures k ON k.id = r.capture_id JOIN addresses d ON d.id = k.address_id "
    "JOIN parsers p ON p.id = r.parser_id WHERE r.article_id = a.id AND r.standing = 'counted' AND k.fetched_at <= ?3"
)
# The order in which readings are derived (snapshots.py), the last one first.
_LAST = "ORDER BY k.fetched_at DESC, d.url DESC, r.sign DESC, p.ordinal DESC, p.since DESC, p.version DESC LIMIT 1"
_COUNTED = f"{_UP_TO} AND r.views IS NOT NULL AND r.newest {_LAST}"
_GOOD_AT = f"(SELECT max(k.fetched_at) {_UP_TO} AND r.sign IN ('content', 'confirmed'))"
# A bad sign counts after the last good one only; gone is what an event says of that time (timeline.py).
_SINCE = f"{_UP_TO} AND k.fetched_at > {_GOOD_AT}"
_IS_GONE = (
    "EXISTS (SELECT 1 FROM article_events e JOIN captures k ON k.id = e.capture_id "
    f"WHERE e.article_id = a.id AND e.kind = 'gone' AND k.fetched_at <= ?3 AND k.fetched_at > {_GOOD_AT})"
)
_STATE = (
    f"CASE WHEN EXISTS (SELECT 1 {_SINCE} AND r.sign = 'moved') THEN 'moved' WHEN {_IS_GONE} THEN 'gone' "
    f"WHEN EXISTS (SELECT 1 {_SINCE} AND r.sign = 'missing') THEN 'suspect' ELSE 'live' END"
)
_LISTED = f"coalesce((SELECT r.sign = 'listed' {_UP_TO} AND r.sign IN ('listed', 'unlisted') {_LAST}), 0)"
# The present holds as long as nothing was seen since. Else an address is that of the last page that showed the article,
# if it is one that the article is known by, or the only one of that time.
_IS_PRESENT = (
    "NOT EXISTS (SELECT 1 FROM readings r JOIN captures k ON k.id = r.capture_id "
    "WHERE r.article_id = a.id AND k.fetched_at > ?3)"
)
_ADDRESSES = (
    "FROM article_addresses aa JOIN addresses d ON d.id = aa.address_id "
    "WHERE aa.article_id = a.id AND aa.seen_from <= ?3"
)
_URL = (
    f"CASE WHEN {_IS_PRESENT} THEN (SELECT url FROM addresses WHERE id = a.address_id) ELSE coalesce("
    f"(SELECT d.url {_UP_TO} AND r.sign = 'content' AND EXISTS (SELECT 1 FROM article_addresses aa "
    f"WHERE aa.article_id = a.id AND aa.address_id = k.address_id) {_LAST}), "
    f"(SELECT min(d.url) {_ADDRESSES} HAVING count(*) = 1)) END"
)
_SECTION = (
    f"CASE WHEN {_IS_PRESENT} THEN a.section ELSE "
    f"(SELECT min(aa.section) {_ADDRESSES} HAVING count(DISTINCT aa.section) = 1) END"
)
_QUERY = f"""
    SELECT a.site, a.native_key AS article_id, {_URL} AS url, c.title, {_SECTION} AS section, c.author, c.lead, c.body,
        c.published_at, c.published_raw, c.published_precision, (SELECT r.views {_COUNTED}) AS views,
        (SELECT k.fetched_at {_COUNTED}) AS views_observed_at, {_STATE} AS state, {_LISTED} AS listed,
        s.number AS snapshots, a.first_seen_at,
        (SELECT max(k.fetched_at) {_UP_TO} AND r.sign IN ('content', 'confirmed', 'listed')) AS last_seen_at,
        CASE WHEN s.number > 1 THEN s.seen_from END AS changed_at, c.body_html, c.images, c.attachments,
        c.links, c.marks, c.content_digest, s.number AS snapshot, s.seen_from, s.seen_until,
        s.changed_fields, s.cause
    FROM articles a
    JOIN snapshots s ON s.article_id = a.id AND s.number =
        (SELECT max(number) FROM snapshots WHERE article_id = a.id AND number IS NOT NULL AND seen_from <= ?3)
    JOIN whole_contents c ON c.id = s.content_id
    WHERE a.site = ?1 AND a.native_key = ?2
"""


def find_article_at(connection: sqlite3.Connection, site: str, article_id: str, at: datetime) -> PastArticleRow | None:
    """Return an article as it stood at a time, or last stood before it; None before its first snapshot.

    The columns are those of ``current_articles``, by what was captured up to then, and of ``article_history``:
    ``snapshots`` counts those up to then, ``views`` is the last count read up to then, ``state`` what captures up to
    then say. ``seen_until`` is the snapshot's own and may be later. ``url`` and ``section`` are None where the article
    has several and nothing tells which of them was shown.
    """
    rows = take_rows(connection.execute(_QUERY, (site, article_id, write_time(at, "microseconds"))), PastArticleRow)
    return next(rows, None)
