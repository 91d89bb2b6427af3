"""When a site is crawled next: it follows from how its last runs ended, so nothing need be remembered for it.

A site is due ``every`` so many hours after the end of its last run. A run that failed is tried again after five
minutes, an hour and six hours; where the last of these tries fails too, the site is failing, which is a finding of that
run, and it begins anew on the next day. A run that was interrupted is taken up at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise, takewhile

FAILED = ("failed", "died")
AGAIN_AFTER = (timedelta(minutes=5), timedelta(hours=1), timedelta(hours=6))
"""From the end of a failed run to the next try."""
NEXT_DAY = timedelta(days=1)
# Failures so far apart are tries of two days.
_ANOTHER_DAY = NEXT_DAY / 2
LATE_AFTER = timedelta(hours=1)
"""So long may a site be due before it counts as late: workers have other sites, too."""
MOST_ENDINGS = len(AGAIN_AFTER) + 1
"""Of a site's last runs that have a say."""
_NONE_TOOK_PLACE = ("locked",)


@dataclass(frozen=True, slots=True)
class Ending:
    """How a run ended, and when."""

    outcome: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """How a site stands with its crawls.

    ``due_at`` is None where it was never crawled, so it is due. ``failures`` counts the last runs that failed, one
    after the other, at most MOST_ENDINGS; ``tries`` are those of them that belong together.
    """

    due_at: datetime | None
    failures: int = 0
    tries: int = 0

    @property
    def is_failing(self) -> bool:
        """Say whether all tries failed."""
        return self.failures > len(AGAIN_AFTER)

    @property
    def is_last_try(self) -> bool:
        """Say whether the site is failing if its next run fails."""
        return self.tries == len(AGAIN_AFTER)

    def is_due(self, at: datetime) -> bool:
        """Say whether it is to be crawled at a time."""
        return self.due_at is None or self.due_at <= at

    def is_late(self, at: datetime) -> bool:
        """Say whether it should have been crawled long ago."""
        return self.due_at is not None and self.due_at + LATE_AFTER <= at


def find_standing(every: timedelta, endings: Sequence[Ending]) -> Standing:
    """Find when a site is due by the endings of its last runs, in any order."""
    known = sorted((ending for ending in endings if ending.outcome not in _NONE_TOOK_PLACE), key=lambda one: one.at)
    if not known:
        return Standing(None)
    last = known[-1]
    failed = list(takewhile(lambda ending: ending.outcome in FAILED, reversed(known)))[:MOST_ENDINGS]
    tries = _count_tries(failed)
    return Standing(last.at + _choose_pause(every, last, tries), len(failed), tries)


def _count_tries(failed: Sequence[Ending]) -> int:
    """Count the failures that follow one upon the other on one day, from the last backwards."""
    near = takewhile(lambda pair: pair[0].at - pair[1].at < _ANOTHER_DAY, pairwise(failed))
    return len(list(near)) + 1 if failed else 0


def _choose_pause(every: timedelta, last: Ending, tries: int) -> timedelta:
    if last.outcome == "interrupted":
        return timedelta()
    if not tries:
        return every
    pauses = (*AGAIN_AFTER, NEXT_DAY)
    return min(pauses[min(tries, len(pauses)) - 1], every)
