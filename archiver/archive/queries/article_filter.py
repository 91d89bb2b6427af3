"""Which articles: the one filter of lists, searches, exports and pages, and what it says in SQL.

The SQL names the article ``a`` and stands beside FROM ``current_articles a``, or beside ``latest_snapshots a`` with a
content whose ``published_at`` is meant.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, time, timedelta
from functools import reduce
from typing import NamedTuple
from zoneinfo import ZoneInfo

from archiver.archive.history.content import write_time

STATES = ("live", "suspect", "gone", "moved")
AWAY = "away"
"""In place of a state: all that are not live."""
PUBLISHED = "coalesce(published_at, '')"
"""What the index of contents is sorted by."""


@dataclass(frozen=True, slots=True)
class ArticleFilter:
    """Which articles; days are those of the site's zone.

    Published from ``since`` to ``until``, both included; with content that changed on ``changed_since`` or later;
    ``state`` is one of STATES, or AWAY; ``changed``: seen in more than one state.
    """

    site: str | None = None
    section: str | None = None
    since: date | None = None
    until: date | None = None
    changed_since: date | None = None
    state: str | None = None
    changed: bool = False

    def over(self, other: "ArticleFilter") -> "ArticleFilter":
        """Return this filter, and where it says nothing what the other says."""
        names = [field.name for field in fields(self)]
        return ArticleFilter(*(getattr(self, name) or getattr(other, name) for name in names))


ALL_ARTICLES = ArticleFilter()


class Conditions(NamedTuple):
    """Conditions of SQL, and their values in order."""

    parts: tuple[str, ...] = ()
    values: tuple[str | int, ...] = ()

    def __str__(self) -> str:
        return " AND ".join(self.parts) or "1"

    def plus(self, other: "Conditions") -> "Conditions":
        """Return both together."""
        return Conditions(self.parts + other.parts, self.values + other.values)


def choose_articles(wanted: ArticleFilter) -> Conditions:
    """Write what a filter says of articles themselves: their site, section and state."""
    away = wanted.state == AWAY
    state = None if away else wanted.state
    bound = {"a.site = ?": wanted.site, "a.section = ?": wanted.section, "a.state = ?": state}
    chosen = {part: value for part, value in bound.items() if value}
    # Written out, so that SQLite knows it for the condition of an index.
    return Conditions((*chosen, *(["a.state <> 'live'"] if away else [])), tuple(chosen.values()))


def choose_contents(wanted: ArticleFilter, zones: Mapping[str, ZoneInfo]) -> Conditions:
    """Write what a filter says of what articles show: when it was published, and when it changed."""
    said = reduce(Conditions.plus, _bound_days(wanted, zones), Conditions())
    return said.plus(Conditions(("snapshots > 1",))) if wanted.changed else said


def choose(wanted: ArticleFilter, zones: Mapping[str, ZoneInfo]) -> Conditions:
    """Write all that a filter says."""
    return choose_articles(wanted).plus(choose_contents(wanted, zones))


def begin_day(day: date, zone: ZoneInfo) -> str:
    """Return the moment at which a day begins somewhere, as the archive writes times."""
    try:
        return write_time(datetime.combine(day, time.min, zone).astimezone(UTC))
    except OverflowError:  # the first or last day of the calendar
        return day.isoformat()


def move_day(day: date, days: int) -> date:
    """Return the day so many days later; at the ends of the calendar it stays."""
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return day


def bound_day(column: str, sign: str, day: date, site: str, zones: Mapping[str, ZoneInfo]) -> Conditions:
    """Compare a column of times with the moment at which a day begins, which each ``site`` has in its own zone."""
    moments = {name: begin_day(day, zone) for name, zone in zones.items()}
    if not moments:
        return Conditions()
    widest = min(moments.values()) if sign.startswith(">") else max(moments.values())
    cases = " ".join("WHEN ? THEN ?" for _ in moments)
    values = [value for pair in moments.items() for value in pair]
    # The first is what an index is asked.
    return Conditions((f"{column} {sign} ?", f"{column} {sign} CASE {site} {cases} END"), (widest, *values))


def _bound_days(wanted: ArticleFilter, zones: Mapping[str, ZoneInfo]) -> Iterator[Conditions]:
    """Compare with moments at which days begin."""
    if wanted.since:
        yield bound_day(PUBLISHED, ">=", wanted.since, "a.site", zones)
    if wanted.until:
        # What has no date was not published before any day.
        yield bound_day(PUBLISHED, "<", move_day(wanted.until, 1), "a.site", zones)
        yield Conditions(("published_at IS NOT NULL",))
    if wanted.changed_since:
        yield bound_day("changed_at", ">=", wanted.changed_since, "a.site", zones)
