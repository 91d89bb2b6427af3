"""A worker whose clock is not the hub's does not work: a capture's time is evidence."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from archiver.fleet.workers.clocks import LARGEST_DIFFERENCE, ClockError, check_clock

TRUE = datetime(2026, 1, 5, 3, tzinfo=UTC)
Seconds = Callable[[], datetime]


def _make_clocks(off: float, way: float) -> tuple[Seconds, Seconds]:
    """Make the hub's clock and one that is so many seconds ahead of it; each way to the hub takes so long."""
    passed = [0.0]

    def ask() -> datetime:
        passed[0] += way
        told = TRUE + timedelta(seconds=passed[0])
        passed[0] += way
        return told

    return ask, lambda: TRUE + timedelta(seconds=passed[0] + off)


@pytest.mark.parametrize(("off", "way"), [(0, 0), (1.9, 0), (-1.9, 0), (0, 30), (3, 1.5), (-3, 1.5), (1, 60)])
def test_a_clock_that_may_be_right_is_taken(off: float, way: float) -> None:
    """A slow way to the hub proves nothing against a clock."""
    check_clock(*_make_clocks(off, way))


@pytest.mark.parametrize(
    ("off", "way", "told"),
    [
        (3, 0, "this machine's clock is 3.0 s ahead of the hub's"),
        (-3600, 0, "this machine's clock is 3600.0 s behind the hub's"),
        (5, 1, "this machine's clock is 4.0 s ahead of the hub's"),
    ],
)
def test_a_clock_that_is_off_is_refused(off: float, way: float, told: str) -> None:
    with pytest.raises(ClockError) as raised:
        check_clock(*_make_clocks(off, way))
    assert str(raised.value) == f"{told}; set it (timedatectl set-ntp true), and start the worker again"
    assert raised.value.exit_status == 1
    assert timedelta(seconds=2) == LARGEST_DIFFERENCE
