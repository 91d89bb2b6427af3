"""When an alert may be sent: not in quiet hours, once a day as a digest."""

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Self
from zoneinfo import ZoneInfo

_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Hours of every day in which nothing is sent, from ``start`` up to ``end``; over midnight where that is earlier.

    ``ValueError`` from ``read`` for what is no pair of different times.
    """

    start: time
    end: time

    @classmethod
    def read(cls, text: str) -> Self:
        """Read ``22:00-07:00``."""
        start, separator, end = text.partition("-")
        if not separator or read_time_of_day(start.strip()) == read_time_of_day(end.strip()):
            raise ValueError(text)
        return cls(read_time_of_day(start.strip()), read_time_of_day(end.strip()))

    def hold(self, at: datetime) -> bool:
        """Say whether a moment, in the zone that is meant, is one of them."""
        moment = at.time()
        if self.start < self.end:
            return self.start <= moment < self.end
        return moment >= self.start or moment < self.end

    def __str__(self) -> str:
        return f"{self.start:%H:%M}-{self.end:%H:%M}"


def read_time_of_day(text: str) -> time:
    """Read ``08:00``; ValueError."""
    found = _TIME.fullmatch(text)
    if not found:
        raise ValueError(text)
    return time(int(found[1]), int(found[2]))


def find_bound(at: datetime, zone: ZoneInfo, quiet: QuietHours | None, digest: time | None) -> datetime | None:
    """Return up to when a run must have ended for its changes to be sent now; None where nothing may be sent.

    A digest tells of the runs before the last time that it was due, so whatever comes after waits for the next day,
    and nobody has to remember when it was sent.
    """
    local = at.astimezone(zone)
    if quiet and quiet.hold(local):
        return None
    if digest is None:
        return at
    due = datetime.combine(local.date(), digest, zone)
    return due if due <= local else datetime.combine(local.date() - timedelta(days=1), digest, zone)
