"""When a site is crawled next, as it follows from the endings of its runs."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.errors import SiteError
from archiver.fleet.workers.schedule import (
    AGAIN_AFTER,
    FAILED,
    LATE_AFTER,
    MOST_ENDINGS,
    NEXT_DAY,
    Ending,
    find_standing,
)
from archiver.site import Site

BEGIN = datetime(2026, 1, 5, 3, tzinfo=UTC)
DAY = timedelta(days=1)
OUTCOMES = ("finished", "problems", "failed", "interrupted", "died", "locked")
endings = st.lists(
    st.builds(Ending, st.sampled_from(OUTCOMES), st.integers(0, 10**6).map(lambda s: BEGIN + timedelta(seconds=s))),
    max_size=12,
    unique_by=lambda ending: ending.at,
)
pauses = st.integers(1, 24 * 366).map(lambda hours: timedelta(hours=hours))


def test_a_site_that_was_never_crawled_is_due_and_not_late() -> None:
    standing = find_standing(DAY, [])
    assert (standing.is_due(BEGIN), standing.is_late(BEGIN), standing.failures) == (True, False, 0)


@pytest.mark.parametrize("outcome", ["finished", "problems"])
def test_a_site_is_due_so_long_after_its_last_run(outcome: str) -> None:
    standing = find_standing(DAY, [Ending(outcome, BEGIN)])
    assert not standing.is_due(BEGIN + DAY - timedelta(seconds=1))
    assert standing.is_due(BEGIN + DAY)
    assert not standing.is_late(BEGIN + DAY)
    assert standing.is_late(BEGIN + DAY + LATE_AFTER)


def test_an_interrupted_run_is_taken_up_at_once() -> None:
    assert find_standing(DAY, [Ending("finished", BEGIN), Ending("interrupted", BEGIN + DAY)]).due_at == BEGIN + DAY


def test_three_tries_after_a_failure_then_a_finding_and_the_next_day_anew() -> None:
    at, known, told = BEGIN, [Ending("finished", BEGIN - DAY)], []
    for _ in range(9):
        standing = find_standing(DAY, known)
        known.append(Ending("failed", at))
        told.append(standing.is_last_try)
        due = find_standing(DAY, known).due_at
        assert due is not None
        at = due
    gaps = [after.at - before.at for before, after in pairwise(known[1:])]
    assert gaps == [*AGAIN_AFTER, NEXT_DAY, *AGAIN_AFTER, NEXT_DAY]
    assert told == [False, False, False, True, False, False, False, True, False]
    assert find_standing(DAY, known).is_failing
    assert not find_standing(DAY, [*known, Ending("finished", at)]).is_failing


@given(endings, pauses)
def test_it_follows_from_the_runs_and_not_from_their_order(known: Sequence[Ending], every: timedelta) -> None:
    assert find_standing(every, known) == find_standing(every, known[::-1])


@given(endings, pauses)
def test_no_site_waits_longer_than_it_declares(known: Sequence[Ending], every: timedelta) -> None:
    last = max((ending.at for ending in known), default=BEGIN)
    assert find_standing(every, known).is_due(last + every)


@given(endings, pauses)
def test_a_run_that_went_well_forgets_all_failures(known: Sequence[Ending], every: timedelta) -> None:
    last = Ending("finished", BEGIN + timedelta(days=100))
    assert find_standing(every, [*known, last]) == find_standing(every, [last])


@given(endings, pauses)
def test_what_did_not_take_place_changes_nothing(known: Sequence[Ending], every: timedelta) -> None:
    rest = [ending for ending in known if ending.outcome != "locked"]
    assert find_standing(every, known) == find_standing(every, rest)


@given(endings, pauses)
def test_the_last_runs_are_enough(known: Sequence[Ending], every: timedelta) -> None:
    """The hub tells a few endings of each site, and not all."""
    rest = sorted((one for one in known if one.outcome != "locked"), key=lambda one: one.at)
    assert find_standing(every, rest[-MOST_ENDINGS:]) == find_standing(every, rest)


@given(endings, pauses)
def test_a_failed_run_is_never_tried_again_in_the_same_minutes(known: Sequence[Ending], every: timedelta) -> None:
    """However its runs end, a site that fails is no endless loop."""
    standing = find_standing(every, [*known, Ending("failed", BEGIN + timedelta(days=100))])
    assert standing.due_at is not None
    assert standing.due_at >= BEGIN + timedelta(days=100) + min(AGAIN_AFTER)
    assert standing.failures >= 1
    assert all(outcome in OUTCOMES for outcome in FAILED)


@pytest.mark.parametrize("every", [0, -1, float("nan"), float("inf"), True, "24", 24 * 366 + 1])
def test_every_is_a_number_of_hours(every: object) -> None:
    with pytest.raises(SiteError, match="write the hours between two crawls"):
        Site("mine", "Của tôi", "generic", every=every)  # type: ignore[arg-type]  # what a declaration may say
