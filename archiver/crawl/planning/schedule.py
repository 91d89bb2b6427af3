"""When a known article is visited again: pure arithmetic on its past.

An article is due at points of a grid of its own: its interval apart, and shifted by its key, so that what was first
fetched on one day is not due again on one day. The interval follows the time since the article was published or last
changed (a table, as newsdiffs has one) and is divided by the number of changes seen (StormCrawler's adaptive scheduler
does the like): what changes is looked at more often, and what stands still for years twice a year.
"""

import zlib
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from archiver.archive.runs.known_articles import KnownArticle
from archiver.site import Revisits

# Rule 7 wants three misses over at least 14 days; looked at this often, a missing article is gone after 15 days.
SUSPECT_EVERY = timedelta(days=5) - timedelta(hours=1)
SHORTEST = timedelta(days=1)
REST = timedelta(hours=12)
"""So long a known article is left alone after a visit, whatever its interval, unless something points at it."""
# A run with room left looks for more to visit once a day. Cron may begin some hours earlier than the day before.
ONCE_A_DAY = timedelta(hours=20)
SHARE = 100
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Due:
    """An article with the time it is to be visited."""

    article: KnownArticle
    at: datetime


def choose_visits(
    articles: Iterable[KnownArticle],
    revisits: Revisits,
    at: datetime,
    done: int = 0,
    beginnings: Sequence[datetime] = (),
) -> list[str]:
    """Choose the known articles that a run visits, the most pressing first; returns their keys.

    Suspects, and what is missing, come first, then what is longest overdue for its interval; a run with room left
    takes those that were visited longest ago, so that small sites are seen whole: once a day, however often they are
    crawled. ``done`` visits were made already by the run that is taken up. ``beginnings`` of runs are in the order of
    time: a run of hours visits at its end what is its turn again when the next one begins.
    """
    known = list(articles)
    due = [item for item in (Due(article, find_due(article, revisits, at)) for article in known) if item.at <= at]
    due.sort(key=lambda item: _rank(item, revisits, at))
    most = max(bound_visits(len(known) + done, revisits) - done, 0)
    chosen = [item.article.key for item in due[:most]]
    room = min(max(revisits.min_revisits - done, 0), most) - len(chosen)
    if room > 0:
        taken = set(chosen)
        rested = (article for article in known if _is_rested(article, at, beginnings))
        rest = sorted((article for article in rested if article.key not in taken), key=_age_of_visit)
        chosen += [article.key for article in rest[:room]]
    return chosen


def bound_visits(known: int, revisits: Revisits) -> int:
    """Return how many known articles a run may visit."""
    return revisits.max_revisits if revisits.max_revisits is not None else max(revisits.min_revisits, known // SHARE)


def find_due(article: KnownArticle, revisits: Revisits, at: datetime) -> datetime:
    """Return when an article is to be visited next, as it looks at a time.

    A visit in the future was dated by a clock that was ahead, and says nothing of when it was. What is missing is
    looked at every few days, whether it is believed yet or not.
    """
    if article.visited_at - SHORTEST > at:
        return at
    if article.state == "suspect" or article.is_missed:
        return article.visited_at + SUSPECT_EVERY
    interval = find_interval(article, revisits, at)
    start = _EPOCH + interval * (zlib.crc32(article.key.encode()) / 2**32)
    following = start + interval * ((article.visited_at - start) // interval + 1)
    return max(following, article.visited_at + REST)


def find_interval(article: KnownArticle, revisits: Revisits, at: datetime) -> timedelta:
    """Return the time between two visits of an article, by its age and its changes."""
    since = max(article.published_at or article.first_seen_at, article.changed_at or _EPOCH)
    age = (at - since) / timedelta(days=1)
    days = next((days for limit, days in revisits.intervals if age <= limit), revisits.intervals[-1][1])
    return max(timedelta(days=days) / (1 + article.changes), SHORTEST)


def _is_rested(article: KnownArticle, at: datetime, beginnings: Sequence[datetime]) -> bool:
    place = bisect_right(beginnings, article.visited_at)
    began = beginnings[place - 1] if place else article.visited_at
    return began > at or at - began >= ONCE_A_DAY


def _rank(due: Due, revisits: Revisits, at: datetime) -> tuple[bool, float, str]:
    lateness = (at - due.at) / find_interval(due.article, revisits, at)
    is_pressing = due.article.state == "suspect" or due.article.is_missed
    return not is_pressing, -lateness, due.article.key


def _age_of_visit(article: KnownArticle) -> tuple[datetime, str]:
    return article.visited_at, article.key
