"""The clock of a worker against the hub's: a capture's time is evidence, and the order of runs follows from it."""

from collections.abc import Callable
from datetime import datetime, timedelta

from archiver.clock import is_moved, now
from archiver.errors import ArchiverError

LARGEST_DIFFERENCE = timedelta(seconds=2)


class ClockError(ArchiverError):
    """This machine's clock is not the hub's."""


def check_clock(ask: Callable[[], datetime], own: Callable[[], datetime] = now) -> None:
    """Compare the hub's clock with this machine's; ClockError where they differ by more than 2 s.

    The hub answers at some moment while it is asked, so the way there and back counts in favour.
    """
    before = own()
    there = ask()
    after = own()
    ahead, behind = before - there, there - after
    if max(ahead, behind) > LARGEST_DIFFERENCE:
        side, by = ("ahead of", ahead) if ahead > behind else ("behind", behind)
        said = f"this machine's clock is {by.total_seconds():.1f} s {side} the hub's"
        raise ClockError(f"{said}; set it (timedatectl set-ntp true), and start the worker again")


def check_own_clock(ask: Callable[[], datetime]) -> None:
    """Compare the clock of the archive; one that the environment moves (ARCHIVE_NOW) is compared with none."""
    if not is_moved():
        check_clock(ask)


def read_time(ask: Callable[[], datetime]) -> datetime:
    """Return the time by which the schedule goes: the hub's, for all workers alike, unless ours is moved."""
    return now() if is_moved() else ask()
