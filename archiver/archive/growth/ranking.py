"""Which articles were read most in a week, and which grew fastest.

The week is the one before the last finished crawl ended, so an archive at rest says the same for ever, and a crawl
under way changes nothing. Only what was read in this week and the one before is looked at, however many articles there
are.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import nlargest
from itertools import groupby, pairwise
from typing import Final, TypedDict

from archiver.archive.history.content import write_time
from archiver.archive.store.values import read_time, take_rows

WEEK: Final = timedelta(days=7)
LONGEST_RUN = timedelta(days=2)
FEWEST_FASTEST = 10
"""What gained fewer views in a week did not grow fast, from whatever little it had."""

_READ = """
    SELECT r.article_id AS id, k.fetched_at AS observed_at, r.views, r.source = 'article' AS own
    FROM runs u
    CROSS JOIN captures k ON k.run_id = u.id
    CROSS JOIN readings r ON r.capture_id = k.id
    WHERE u.started_at BETWEEN :begin AND :end AND u.finished_at <= :end AND NOT u.withdrawn
        AND (:site IS NULL OR u.site = :site) AND k.fetched_at >= :base
        AND r.newest AND r.standing = 'counted' AND r.sign IN ('content', 'confirmed', 'listed')
        AND (r.views IS NOT NULL OR r.source = 'article')
    ORDER BY r.article_id, k.fetched_at, r.views
"""
_SHOWN = """
    SELECT a.id, a.site, a.native_key AS article_id, a.state, c.title
    FROM latest_snapshots a JOIN contents c ON c.id = a.content_id WHERE a.id = ?
"""


@dataclass(frozen=True, slots=True)
class Gain:
    """What the count of an article (by its id) gained between two readings, our own visits taken off."""

    article: int
    since: str
    until: str
    before: int
    after: int
    own: int

    @property
    def others(self) -> int:
        """What was gained without our own visits."""
        return self.after - self.before - self.own

    @property
    def share(self) -> float:
        """What was gained without our own visits, of what there was."""
        return self.others / max(self.before, 1)


class GrownRow(TypedDict):
    """An article of a ranking, and what it gained."""

    id: int
    site: str
    article_id: str
    state: str
    title: str
    gain: Gain


@dataclass(frozen=True, slots=True)
class Ranking:
    """The articles of a week: ``most`` were read most, ``fastest`` gained most of what they had.

    ``grown`` counts the articles whose growth is known, ``once`` those that were counted once only. ``until`` is None
    where there is no finished crawl.
    """

    since: datetime | None = None
    until: datetime | None = None
    most: tuple[GrownRow, ...] = ()
    fastest: tuple[GrownRow, ...] = ()
    grown: int = 0
    once: int = 0


@dataclass(frozen=True, slots=True)
class Counting:
    """A reading of an article; ``views`` is None where a visit of ours read no count."""

    at: str
    views: int | None
    own: bool


class _ReadRow(TypedDict):
    id: int
    observed_at: str
    views: int | None
    own: int


def find_end(connection: sqlite3.Connection, site: str | None) -> datetime | None:
    """Return when the last finished crawl ended, of a site or of all."""
    query = (
        "SELECT max(finished_at) FROM runs WHERE kind = 'crawl' AND NOT withdrawn AND outcome IN ('finished', "
        "'problems') AND (?1 IS NULL OR site = ?1)"
    )
    [ended] = connection.execute(query, (site,)).fetchone()
    return read_time(ended) if ended else None


def rank_articles(connection: sqlite3.Connection, site: str | None, limit: int) -> Ranking:
    """Rank the articles of a site, or of all, by what they gained in the last week."""
    until = find_end(connection, site)
    if until is None:
        return Ranking()
    since = until - WEEK
    gains = list(_list_gains(_read(connection, site, since, until), write_time(since, "microseconds")))
    grown = [gain for gain in gains if gain.since != gain.until]
    most = nlargest(limit, (gain for gain in grown if gain.others > 0), key=lambda gain: (gain.others, -gain.article))
    fast = (gain for gain in grown if gain.others >= FEWEST_FASTEST)
    fastest = nlargest(limit, fast, key=lambda gain: (gain.share, -gain.article))
    shown = [tuple(_show(connection, some)) for some in (most, fastest)]
    return Ranking(since, until, shown[0], shown[1], len(grown), len(gains) - len(grown))


def _read(connection: sqlite3.Connection, site: str | None, since: datetime, until: datetime) -> Iterator[_ReadRow]:
    base = since - WEEK
    moments = {"begin": base - LONGEST_RUN, "base": base, "end": until}
    values = {name: write_time(moment, "microseconds") for name, moment in moments.items()}
    return take_rows(connection.execute(_READ, {**values, "site": site}), _ReadRow)


def _list_gains(rows: Iterable[_ReadRow], since: str) -> Iterator[Gain]:
    for article, some in groupby(rows, key=lambda row: row["id"]):
        gain = measure_gain(
            article, [Counting(row["observed_at"], row["views"], bool(row["own"])) for row in some], since
        )
        if gain:
            yield gain


def measure_gain(article: int, readings: list[Counting], since: str) -> Gain | None:
    """Compare the last count with the last one before a time, or else with the first one.

    None where nothing was counted since then. A visit of ours is in the count that it read. Where a counter was set
    back, what it counted since is the gain.
    """
    counted = _take_last_count([(one.at, one.views) for one in readings if one.views is not None])
    if not counted or counted[-1][0] < since:
        return None
    earlier = [one for one in counted if one[0] < since]
    (first_at, before), (last_at, after) = (earlier or counted[:1])[-1], counted[-1]
    own = sum(one.own and first_at < one.at <= last_at for one in readings)
    return Gain(article, first_at, last_at, before, after, own)


def _take_last_count(counted: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """Leave out what was counted before a counter was set back, which is more than a copy of the page that is old."""
    falls = [place for place, (one, other) in enumerate(pairwise(counted), 1) if other[1] < one[1] / 2]
    return counted[falls[-1] :] if falls else counted


def _show(connection: sqlite3.Connection, gains: Iterable[Gain]) -> Iterator[GrownRow]:
    for gain in gains:
        for row in take_rows(connection.execute(_SHOWN, (gain.article,)), GrownRow):
            yield {**row, "gain": gain}
