"""A page with another look than its layouts know is read without them, and that alone is never an edit."""

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from archiver.archive.history.timeline import Reading, derive
from archiver.text.sketches import WITHOUT_LAYOUT
from tests.archives import frozen_portal
from tests.scripted_year import START, redesign
from tests.visiting import Visits

LOOKS = st.lists(st.tuples(st.booleans(), st.integers(0, 2)), min_size=1, max_size=5)
PARSER = (5001, "2026-01-01", "one", 1)


def _read(number: int, words: str, *, fits: bool) -> Reading:
    detail = None if fits else WITHOUT_LAYOUT
    return Reading(number, f"2026-01-{number:02}", number, 200, "content", {PARSER: ord(words)}, detail=detail)


def _derive(*looks: str) -> list[tuple[int, int, str]]:
    """Derive snapshots from looks: a letter for the words, large where a layout fits the page."""
    readings = [_read(number, look.lower(), fits=look.isupper()) for number, look in enumerate(looks, 1)]
    snapshots = derive(readings, lambda one, other: () if one == other else ("body",)).snapshots
    return [(snapshot.first.capture_id, snapshot.last.capture_id, snapshot.cause) for snapshot in snapshots]


@pytest.mark.parametrize(
    ("looks", "snapshots"),
    [
        ("AbA", [(1, 3, "page")]),  # another look alone
        ("AbB", [(1, 1, "page"), (3, 3, "page")]),  # an edit is seen when the layout fits again
        ("Aab", [(1, 2, "page"), (3, 3, "page")]),  # where both readers read the same, they can be compared
        ("ab", [(1, 1, "page"), (2, 2, "page")]),  # of an article that never had its layout
        ("aB", [(1, 1, "page"), (2, 2, "unverified")]),
        ("aA", [(1, 2, "page")]),
        ("Abc", [(1, 1, "page")]),
    ],
)
def test_a_look_without_layout_is_compared_with_its_like(looks: str, snapshots: list[tuple[int, int, str]]) -> None:
    assert _derive(*looks) == snapshots


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(looks=LOOKS)
@example(looks=[(False, 0), (True, 0), (False, 1), (True, 1)])
def test_edits_are_those_of_the_looks_that_a_layout_fits(
    looks: list[tuple[bool, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Pages come in two looks by turns, and their words are edited between: only the words make snapshots."""
    folder = tmp_path_factory.mktemp("looks")
    both, fitting = (_record(folder / name, looks, both=name == "both.db") for name in ("both.db", "fitting.db"))
    assert both == fitting


def _record(path: Path, looks: list[tuple[bool, int]], *, both: bool) -> list[dict[str, object]]:
    portal, visits = frozen_portal(), Visits(path)
    article = portal.listed()[0].id
    visits.run(portal, START)
    for number, (is_redesigned, words) in enumerate(looks, 1):
        portal.edit(article, lead=f"Phần dẫn thứ {words}, viết lại.")
        portal.outage = (lambda target: redesign(portal, target)) if is_redesigned else None
        if both or not is_redesigned:
            found = visits.run(portal, START + timedelta(days=9 * number))
            assert is_redesigned is ("layout_missed" in found)
    rows = visits.query("SELECT article_id, snapshot, seen_from, lead, body, cause FROM article_history")
    events = visits.query("SELECT DISTINCT kind FROM events WHERE kind NOT IN ('created', 'edited')")
    visits.database.close()
    return [*rows, *events]
