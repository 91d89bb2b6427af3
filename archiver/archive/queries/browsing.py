"""Questions of people who browse: pages of articles, one article, one of its states; each answered by few rows.

The public views say the same, but some of them look at every article before they show twenty.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from archiver.archive.history.content import write_time
from archiver.archive.store.damage import DamageError, shorten
from archiver.archive.store.values import read_row, read_rows

Row = dict[str, Any]

CHANGED = "SELECT article_id FROM snapshots WHERE number = 2 AND number > 1"
"""The articles that were seen in more than one state, worded so that SQLite takes the index."""
FEW = 1_000
"""Of so many articles each is looked at; of more, those that are published last are walked through."""

_LATEST = "(SELECT max(number) FROM snapshots WHERE article_id = a.id AND number IS NOT NULL)"
_PUBLISHED = "coalesce(c.published_at, '')"
_LISTED = (
    "a.id, a.site, a.native_key AS article_id, a.section, a.state, a.listed, a.views, c.id AS content_id, c.title, "
    "substr(coalesce(c.lead, c.body), 1, 300) AS beginning, c.published_at, c.published_precision, c.published_raw, "
    "s.number AS snapshots, CASE WHEN s.number > 1 THEN s.seen_from END AS changed_at"
)
_WALKED = "contents c CROSS JOIN snapshots s ON s.content_id = c.id CROSS JOIN articles a ON a.id = s.article_id"
_NARROW = "articles a CROSS JOIN snapshots s ON s.article_id = a.id CROSS JOIN contents c ON c.id = s.content_id"


@dataclass(frozen=True, slots=True)
class Choice:
    """Which articles: published from ``since`` to ``until`` (days in the site's zone, both included).

    ``state`` is one of the archive's, or ``away`` for all that are not live; ``changed``: seen in more than one state.
    """

    site: str | None = None
    section: str | None = None
    since: date | None = None
    until: date | None = None
    state: str | None = None
    changed: bool = False


@dataclass(frozen=True, slots=True)
class Position:
    """Where a page of a list ended: what the last article on it is sorted by."""

    published: str
    content: int
    article: int

    @classmethod
    def of_row(cls, row: Mapping[str, Any]) -> "Position":
        """Return the position of a listed article."""
        return cls(row["published_at"] or "", row["content_id"], row["id"])


def list_page(
    connection: sqlite3.Connection,
    choice: Choice,
    zones: Mapping[str, ZoneInfo],
    after: Position | None = None,
    limit: int = 30,
) -> list[Row]:
    """List a page of articles, the last published first; those without a date come last."""
    wanted, values = _choose_articles(choice)
    narrow = bool(wanted) and _is_few(connection, wanted, values)
    if not narrow:  # the sign keeps SQLite from trying each changed article with each content
        wanted = [condition.replace("a.id IN", "+a.id IN") for condition in wanted]
    conditions = [f"s.number = {_LATEST}", *wanted]
    for condition, more in (*_bound_days(choice, zones), *_go_on(after)):
        conditions.append(condition)
        values += more
    query = (
        f"SELECT {_LISTED} FROM {_NARROW if narrow else _WALKED} WHERE {' AND '.join(conditions)} "
        f"ORDER BY {_PUBLISHED} DESC, c.id DESC, a.id DESC LIMIT ?"
    )
    return list(read_rows(connection.execute(query, [*values, limit])))


def list_sections(connection: sqlite3.Connection, site: str) -> Iterator[str]:
    """List the sections of a site, in order; each is one step through an index."""
    query = "SELECT min(section) FROM articles WHERE site = ? AND section > ?"
    section = ""
    while (following := connection.execute(query, (site, section)).fetchone()[0]) is not None:
        if not isinstance(following, str) or following <= section:  # a damaged index leads round and round
            raise DamageError(f"site {site}, section: {shorten(following)} stands after {shorten(section)}")
        section = following
        yield section


def find_article(connection: sqlite3.Connection, site: str, key: str) -> Row | None:
    """Return an article by any key it ever had, without its text; None where the archive has no state of it."""
    query = (
        "SELECT a.id, a.site, a.native_key AS article_id, d.url, a.section, a.state, a.listed, a.views, "
        f"a.views_observed_at, a.first_seen_at, a.last_seen_at, {_LATEST} AS snapshots "
        "FROM article_keys k JOIN articles a ON a.id = k.article_id LEFT JOIN addresses d ON d.id = a.address_id "
        "WHERE k.site = ? AND k.native_key = ?"
    )
    row = connection.execute(query, (site, key)).fetchone()
    return read_row(row) if row is not None and row["snapshots"] is not None else None


def load_state(connection: sqlite3.Connection, article: int, number: int) -> Row | None:
    """Return one state of an article with its whole text, images and attachments."""
    query = (
        "SELECT s.number AS snapshot, s.seen_from, s.seen_until, s.cause, s.changed_fields, c.title, c.lead, c.author, "
        "c.body, c.body_html, c.published_at, c.published_precision, c.published_raw, c.images, "
        "c.attachments, c.links, c.marks, c.content_digest "
        "FROM snapshots s JOIN whole_contents c ON c.id = s.content_id WHERE s.article_id = ? AND s.number = ?"
    )
    row = connection.execute(query, (article, number)).fetchone()
    return _fill(read_row(row)) if row is not None else None


def list_states(connection: sqlite3.Connection, article: int) -> list[Row]:
    """List the states of an article without their text, the oldest first."""
    query = (
        "SELECT s.number AS snapshot, s.seen_from, s.seen_until, s.cause, s.changed_fields, c.title "
        "FROM snapshots s JOIN contents c ON c.id = s.content_id "
        "WHERE s.article_id = ? AND s.number IS NOT NULL ORDER BY s.number"
    )
    return [_fill(row) for row in read_rows(connection.execute(query, (article,)))]


def find_section(connection: sqlite3.Connection, site: str, key: str) -> str | None:
    """Return the section of an article."""
    row = connection.execute("SELECT section FROM articles WHERE site = ? AND native_key = ?", (site, key)).fetchone()
    return row[0] if row else None


def first_views(connection: sqlite3.Connection, article: int) -> int | None:
    """Return the first view count that was read of an article."""
    query = (
        "SELECT r.views FROM readings r JOIN captures k ON k.id = r.capture_id WHERE r.article_id = ? "
        "AND r.views IS NOT NULL AND r.newest AND r.standing = 'counted' ORDER BY k.fetched_at LIMIT 1"
    )
    row = connection.execute(query, (article,)).fetchone()
    return row[0] if row else None


def _choose_articles(choice: Choice) -> tuple[list[str], list[Any]]:
    chosen = {"a.site = ?": choice.site, "a.section = ?": choice.section}
    conditions, values = (
        [name for name, value in chosen.items() if value],
        [value for value in chosen.values() if value],
    )
    if choice.state == "away":
        conditions.append("a.state <> 'live'")
    elif choice.state:
        conditions.append("a.state = ?")
        values.append(choice.state)
    if choice.changed:
        conditions.append(f"a.id IN ({CHANGED})")
    return conditions, values


def _is_few(connection: sqlite3.Connection, conditions: list[str], values: list[Any]) -> bool:
    query = f"SELECT count(*) FROM (SELECT 1 FROM articles a WHERE {' AND '.join(conditions)} LIMIT {FEW + 1})"
    return int(connection.execute(query, values).fetchone()[0]) <= FEW


def _bound_days(choice: Choice, zones: Mapping[str, ZoneInfo]) -> Iterator[tuple[str, list[Any]]]:
    """Compare with the beginning and the end of days, which each site has in its own zone."""
    for comparison, extreme, day, at in ((">=", min, choice.since, time.min), ("<=", max, choice.until, time.max)):
        if day and zones:
            moments = {site: _moment(day, at, zone) for site, zone in zones.items()}
            cases = " ".join("WHEN ? THEN ?" for _ in moments)
            yield f"{_PUBLISHED} {comparison} ?", [extreme(moments.values())]  # what the index is asked
            named = [value for pair in moments.items() for value in pair]
            yield f"c.published_at {comparison} CASE a.site {cases} END", named


def _go_on(after: Position | None) -> Iterator[tuple[str, list[Any]]]:
    if after:
        yield f"{_PUBLISHED} <= ?", [after.published]  # what the index is asked
        values = [after.published, after.content, after.article]
        yield f"({_PUBLISHED}, c.id, a.id) < (?, ?, ?)", values


def _moment(day: date, at: time, zone: ZoneInfo) -> str:
    try:
        return write_time(datetime.combine(day, at, zone).astimezone(UTC))
    except OverflowError:  # the first or last day of the calendar
        return day.isoformat()


def _fill(row: Row) -> Row:
    """Give a state that changed nothing an empty list of what it changed."""
    return row | {"changed_fields": row["changed_fields"] or []}
