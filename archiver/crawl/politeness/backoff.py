"""How long to wait for a host that fails, and when to leave it alone; pure: no network and no clock."""

import random
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from archiver.crawl.politeness.limits import Politeness
from archiver.model import Problem

MOST_FAILURES = 10
"""Failures in a row that make a host seem to be down."""
MOST_BACKOFF = 60.0
"""Seconds to which the pauses after busy answers grow."""
MOST_WAIT = 3600.0
"""Seconds that a host may ask for; who asks for more is left alone until the next run."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """How a request ended, with the times it began and ended at, in seconds of one clock.

    ``problem`` is None where the host did its work, be it with 404 or 403. ``wait`` are the seconds it asked for.
    """

    url: str
    began: float
    ended: float
    problem: Problem | None = None
    wait: float | None = None


class Backoff:
    """What a crawl knows of the health of one host.

    Failures are counted in a row. An address that failed before the host's last good answer says nothing about the
    host when it fails once more: five broken pages, each tried three times at the end of a crawl, are no outage.
    """

    def __init__(self, politeness: Politeness) -> None:
        self._politeness = politeness
        self._streak = 0
        self._failing: set[str] = set()
        self._broken: set[str] = set()
        self._paused_at: float | None = None

    @property
    def is_strained(self) -> bool:
        """Say whether the host's last answer was a failure: then it is asked one thing at a time."""
        return bool(self._failing)

    def hear(self, attempt: Attempt) -> float | Problem:
        """Return for how many seconds the host is to be left alone, or why the crawl must end."""
        if attempt.problem is None:
            self._relax()
            return 0.0
        if attempt.wait is not None and attempt.wait > MOST_WAIT:
            return Problem("retry_later", f"the host asks to come back in {attempt.wait:.0f} s; the next run will")
        is_news = attempt.url not in self._broken
        self._failing.add(attempt.url)
        if self._paused_at is not None:
            return self._hear_after_pause(attempt, attempt.problem, is_news=is_news)
        self._streak += is_news
        if self._streak < MOST_FAILURES:
            return attempt.wait or self._back_off()
        self._paused_at = attempt.ended
        return max(self._politeness.host_pause, attempt.wait or 0.0)

    def _hear_after_pause(self, attempt: Attempt, problem: Problem, *, is_news: bool) -> float | Problem:
        """Judge a failure since the long pause began: of requests under way by then, or of the first try after it."""
        assert self._paused_at is not None
        if is_news and attempt.began > self._paused_at:
            said = f"{self._streak} failures in a row, and one more after a pause of {self._politeness.host_pause:g} s"
            return Problem("host_down", f"{said}; the last: {problem.detail}")
        return attempt.wait or 0.0

    def _relax(self) -> None:
        self._streak = 0
        self._broken |= self._failing
        self._failing.clear()
        self._paused_at = None

    def _back_off(self) -> float:
        pause = min(self._politeness.backoff * 2.0 ** max(self._streak - 1, 0), MOST_BACKOFF)
        return pause * random.uniform(1.0, 1.1)  # noqa: S311 - so that several crawlers do not come back at once


def read_wait(value: str | None, date: str | None, at: datetime) -> float | None:
    """Read a Retry-After as seconds from now (RFC 9110, 10.2.3); None where there is none that can be understood.

    A time is measured from the ``date`` of the answer, since the host's clock need not be ours; without it from ``at``.
    """
    text = (value or "").strip()
    if re.fullmatch(r"[0-9]{1,10}", text):
        return float(text)
    until = _read_date(text)
    return None if until is None else max(0.0, (until - (_read_date(date or "") or at)).total_seconds())


def _read_date(text: str) -> datetime | None:
    try:
        read = parsedate_to_datetime(text)
        return read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)
    except (TypeError, ValueError, OverflowError):  # of a date that is none; of one past the end of the calendar
        return None
