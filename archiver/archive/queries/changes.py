"""What happened to articles, the newest first: one list for the terminal, the browser, feeds and alerts.

The list is walked along the index of ``change_log`` as it is asked for, so its first rows cost the same in any archive.
An edit is one row, its changed title too. An article that is known to be gone is one row as well: the event ``suspect``
before it is left out, unless the article came back in between.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Final
from zoneinfo import ZoneInfo

from archiver.archive.history.content import write_time
from archiver.archive.queries.article_filter import (
    ALL_ARTICLES,
    ArticleFilter,
    Conditions,
    bound_day,
    choose,
    move_day,
)
from archiver.archive.queries.queries import zones_of_sites
from archiver.archive.queries.rows import ArticleEventRow, ChangeRow
from archiver.archive.search.matching import FEW, Matching
from archiver.archive.search.query_language import ANYTHING, Query
from archiver.archive.store.values import take_rows

KINDS: Final = ("edited", "suspect", "gone", "restored", "moved", "new")
"""What is told of unless less is asked for; ``new`` is the event ``created``."""
FURTHER_KINDS: Final = ("delisted", "relisted", "counter_reset")
_EVENTS = {"new": "created"}

# The title is that of the event's time: what was once said of it does not change.
_THEN = (
    "(SELECT coalesce(max(iif(seen_from <= l.seen_at, number, NULL)), min(number)) FROM snapshots "
    "WHERE article_id = a.id AND number IS NOT NULL)"
)
_SHOWN = f"""
    SELECT l.id AS change_id, l.seen_at AS at, iif(e.kind = 'created', 'new', e.kind) AS kind, e.detail, a.id, a.site,
        a.native_key AS article_id, d.url, a.state, a.views, c.title,
        iif(s.first_capture_id = e.capture_id AND e.kind IN ('edited', 'created'), s.number, NULL) AS snapshot,
        iif(e.kind = 'edited', coalesce(s.changed_fields, '[]'), NULL) AS changed_fields, s.content_id,
        (SELECT content_id FROM snapshots WHERE article_id = a.id AND number = s.number - 1 AND e.kind = 'edited')
            AS content_before
    FROM {{}}
    CROSS JOIN articles a ON a.id = e.article_id
    CROSS JOIN snapshots s ON s.article_id = a.id AND s.number = {_THEN}
    CROSS JOIN contents c ON c.id = s.content_id
    LEFT JOIN addresses d ON d.id = a.address_id
"""
# Along the log, or by the events of a few articles.
_ALONG_LOG = """
    change_log l
    CROSS JOIN article_keys n ON n.site = l.site AND n.native_key = l.native_key
    CROSS JOIN article_events e ON e.article_id = n.article_id AND e.capture_id = l.capture_id AND e.kind = l.kind
"""
_OF_ARTICLES = """
    article_keys n
    CROSS JOIN article_events e ON e.article_id = n.article_id
    CROSS JOIN change_log l ON l.capture_id = e.capture_id AND l.kind = e.kind AND l.native_key = n.native_key
        AND l.site = n.site
"""
_OF_RUN = """
    change_log l
    CROSS JOIN captures k ON k.id = l.capture_id
    CROSS JOIN article_keys n ON n.site = l.site AND n.native_key = l.native_key
    CROSS JOIN article_events e ON e.article_id = n.article_id AND e.capture_id = l.capture_id AND e.kind = l.kind
"""
# Two keys of one article that was joined may both have been logged with one event: it is told once, under the first.
_ONCE = """
    NOT EXISTS (SELECT 1 FROM change_log o JOIN article_keys m ON m.site = o.site AND m.native_key = o.native_key
        WHERE o.capture_id = l.capture_id AND o.kind = l.kind AND o.id < l.id AND m.article_id = n.article_id)
"""
_UNLESS_GONE = """
    NOT (e.kind = 'suspect' AND EXISTS (
        SELECT 1 FROM article_events g JOIN captures later ON later.id = g.capture_id
        WHERE g.article_id = e.article_id AND g.kind = 'gone' AND later.fetched_at >= l.seen_at AND NOT EXISTS (
            SELECT 1 FROM article_events r JOIN captures back ON back.id = r.capture_id
            WHERE r.article_id = e.article_id AND r.kind = 'restored' AND back.fetched_at > l.seen_at
                AND back.fetched_at < later.fetched_at)))
"""


@dataclass(frozen=True, slots=True)
class ChangePosition:
    """A place in the list of changes: what its row in the log is sorted by. It stays whatever comes in."""

    seen_at: str
    kind: str
    site: str
    native_key: str


@dataclass(frozen=True, slots=True)
class ChangeFilter:
    """Which changes; days are those of the site's zone.

    Seen from ``since`` (a day, or an aware time) to ``until``, both included; ``fields`` are of edits, of which one is
    enough; ``words`` stand in the article before or after. Of what the archive learned after change ``after``, up to
    ``upto``, and of what ``run`` (its id) showed, where these are not 0. ``older``: those behind a place of the list.
    """

    site: str | None = None
    kinds: tuple[str, ...] = KINDS
    fields: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    words: Query = ANYTHING
    after: int = 0
    upto: int = 0
    run: int = 0
    older: ChangePosition | None = None


def list_changes(connection: sqlite3.Connection, wanted: ChangeFilter) -> Iterator[ChangeRow]:
    """List what happened to articles, the last seen first; rows come as they are asked for."""
    return _list(connection, wanted, "l.seen_at DESC, l.kind DESC, l.site DESC, l.native_key")


def list_learned(connection: sqlite3.Connection, wanted: ChangeFilter) -> Iterator[ChangeRow]:
    """List the same in the order in which this archive learned of it, the first first."""
    return _list(connection, wanted, "l.id")


def list_changes_of_run(connection: sqlite3.Connection, run: int, limit: int) -> list[ChangeRow]:
    """List what a run (by its id) showed, the first first: changes, then new articles."""
    kinds = tuple(kind for kind in (*KINDS, *FURTHER_KINDS) if kind != "new")
    order = "l.seen_at, l.native_key, l.kind"
    changed = list(islice(_list(connection, ChangeFilter(kinds=kinds, run=run), order), limit))
    new = _list(connection, ChangeFilter(kinds=("new",), run=run), order)
    return changed + list(islice(new, limit - len(changed)))


def find_last_change(connection: sqlite3.Connection) -> int:
    """Return the number of the change that the archive learned of last; 0 where there is none."""
    return int(connection.execute("SELECT coalesce(max(id), 0) FROM change_log").fetchone()[0])


def find_position(connection: sqlite3.Connection, change: int) -> ChangePosition:
    """Return the place of a change, by its number in the log."""
    row = connection.execute(
        "SELECT seen_at, kind, site, native_key FROM change_log WHERE id = ?", (change,)
    ).fetchone()
    return ChangePosition(*map(str, row))


def list_events_of_article(connection: sqlite3.Connection, article: int) -> list[ArticleEventRow]:
    """List what happened to an article (by its id), the oldest first."""
    query = (
        "SELECT k.fetched_at AS at, e.kind, e.detail FROM article_events e JOIN captures k ON k.id = e.capture_id "
        "WHERE e.article_id = ? ORDER BY k.fetched_at, e.kind"
    )
    return list(take_rows(connection.execute(query, (article,)), ArticleEventRow))


def _list(connection: sqlite3.Connection, wanted: ChangeFilter, order: str) -> Iterator[ChangeRow]:
    zones = zones_of_sites(connection)
    matching = Matching(connection, wanted.words)
    articles = matching.list_articles()
    said = Conditions((_ONCE, _UNLESS_GONE)).plus(_choose_changes(wanted, zones))
    said = said.plus(_choose_articles(wanted.words.articles, zones))
    if articles is not None:
        said = said.plus(Conditions((f"n.article_id IN ({', '.join(map(str, articles))})",)))
    few = articles is not None and len(articles) <= FEW
    query = _SHOWN.format(_OF_RUN if wanted.run else _OF_ARTICLES if few else _ALONG_LOG)
    rows = take_rows(connection.execute(f"{query} WHERE {said} ORDER BY {order}", said.values), ChangeRow)
    return rows if not wanted.words.has_words else (row for row in rows if _has_words(row, matching))


def _has_words(row: ChangeRow, matching: Matching) -> bool:
    """Say whether an article shows what is asked for, or showed it right before."""
    contents = (row["content_id"], row["content_before"])
    return any(content is not None and matching.has_content(content) for content in contents)


def _choose_changes(wanted: ChangeFilter, zones: Mapping[str, ZoneInfo]) -> Conditions:
    kinds = [kind for kind in wanted.kinds if kind == "edited"] if wanted.fields else wanted.kinds
    events = [_EVENTS.get(kind, kind) for kind in kinds]
    said = Conditions((f"l.kind IN ({', '.join('?' * len(events))})",), tuple(events))
    if wanted.site:
        said = said.plus(Conditions(("l.site = ?",), (wanted.site,)))
    if wanted.fields:
        among = f"e.kind = 'edited' AND value IN ({', '.join('?' * len(wanted.fields))})"
        edited = f"EXISTS (SELECT 1 FROM json_each(s.changed_fields) WHERE {among})"
        said = said.plus(Conditions((edited,), wanted.fields))
    numbers = {"l.id > ?": wanted.after, "l.id <= ?": wanted.upto, "k.run_id = ?": wanted.run}
    # When its captures came is what the index of the log is asked.
    bounds = {
        f"l.seen_at {sign} (SELECT {end}(fetched_at) FROM captures WHERE run_id = ?)": wanted.run
        for sign, end in ((">=", "min"), ("<=", "max"))
    }
    for part, number in {**numbers, **bounds}.items():
        said = said.plus(Conditions((part,), (number,))) if number else said
    return said.plus(_go_on(wanted.older)).plus(_bound_times(wanted, zones))


def _go_on(older: ChangePosition | None) -> Conditions:
    if older is None:
        return Conditions()
    place = (older.seen_at, older.kind, older.site)
    behind = "(l.seen_at, l.kind, l.site) < (?, ?, ?)"
    beside = "((l.seen_at, l.kind, l.site) = (?, ?, ?) AND l.native_key > ?)"
    # The first is what the index is asked.
    values = (older.seen_at, *place, *place, older.native_key)
    return Conditions(("l.seen_at <= ?", f"({behind} OR {beside})"), values)


def _choose_articles(wanted: ArticleFilter, zones: Mapping[str, ZoneInfo]) -> Conditions:
    """Write what the filters among the words say of the articles."""
    if wanted == ALL_ARTICLES:
        return Conditions()
    said = choose(wanted, zones)
    query = f"SELECT a.id FROM latest_snapshots a JOIN contents c ON c.id = a.content_id WHERE {said}"
    return Conditions((f"e.article_id IN ({query})",), said.values)


def _bound_times(wanted: ChangeFilter, zones: Mapping[str, ZoneInfo]) -> Conditions:
    """Compare with moments; days begin in the zone of each site."""
    said = Conditions()
    if isinstance(wanted.since, datetime):
        said = said.plus(Conditions(("l.seen_at >= ?",), (write_time(wanted.since),)))
    elif wanted.since:
        said = said.plus(bound_day("l.seen_at", ">=", wanted.since, "l.site", zones))
    if wanted.until:
        said = said.plus(bound_day("l.seen_at", "<", move_day(wanted.until, 1), "l.site", zones))
    return said
