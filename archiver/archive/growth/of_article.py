"""How the views of one article grew from day to day, with and without our own visits."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import TypedDict
from zoneinfo import ZoneInfo

from archiver.archive.store.values import take_rows

# As in the view view_growth, which has the same of all articles, and looks at all of them.
_COUNTS = """
    SELECT * FROM (
        SELECT k.fetched_at AS observed_at, r.views, sum(r.source = 'article') OVER (ORDER BY k.fetched_at) AS visits
        FROM readings r CROSS JOIN captures k ON k.id = r.capture_id
        WHERE r.article_id = ? AND r.newest AND r.standing = 'counted' AND r.sign IN ('content', 'confirmed', 'listed')
    ) WHERE views IS NOT NULL ORDER BY observed_at, views
"""


class CountRow(TypedDict):
    """A view count that was read, and how often we had visited the article by then, this time included."""

    observed_at: str
    views: int
    visits: int


@dataclass(frozen=True, slots=True)
class Growth:
    """What a count gained between the last readings of two days, ``days`` calendar days apart.

    ``own`` counts our own visits, which the portals count too. ``gained`` is negative where a counter was set back.
    """

    since: str
    until: str
    days: int
    gained: int
    own: int

    @property
    def a_day(self) -> float:
        """What was gained in a day."""
        return self.gained / self.days

    @property
    def others_a_day(self) -> float:
        """What was gained in a day without our own visits."""
        return (self.gained - self.own) / self.days


def list_counts(connection: sqlite3.Connection, article: int) -> list[CountRow]:
    """List the counts that were read of an article (by its id), the oldest first."""
    return list(take_rows(connection.execute(_COUNTS, (article,)), CountRow))


def grow_by_days(counts: Sequence[CountRow], zone: ZoneInfo) -> list[Growth]:
    """Say what each day gained, the oldest first: of several readings of a day the last counts.

    So two readings within an hour make no rate. Nothing where all readings are of one day.
    """
    last = {_find_day(row, zone): row for row in counts}
    return [_grow(before, after) for before, after in pairwise(last.items())]


def find_peak(growth: Iterable[Growth]) -> Growth | None:
    """Return when an article grew most without our own visits; None where it never grew."""
    grown = [one for one in growth if one.others_a_day > 0]
    return max(grown, key=lambda one: one.others_a_day, default=None)


def _grow(before: tuple[date, CountRow], after: tuple[date, CountRow]) -> Growth:
    (day, first), (other, last) = before, after
    gained, own = last["views"] - first["views"], last["visits"] - first["visits"]
    return Growth(first["observed_at"], last["observed_at"], (other - day).days, gained, own)


def _find_day(row: CountRow, zone: ZoneInfo) -> date:
    return datetime.fromisoformat(row["observed_at"]).astimezone(zone).date()
