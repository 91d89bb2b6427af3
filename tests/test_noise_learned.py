"""What pages move by themselves is learned from looks at them, whatever it is, and makes no versions."""

from pathlib import Path

import pytest

from tests.noise_kinds import CLOCKS, list_daily, list_proven
from tests.noisy_portal import LOOKS, Moving, Story, Watch

DAYS = 5


def _place(number: int, moving: Moving, place: str) -> Story:
    return Story(number, **{place: moving})  # type: ignore[arg-type]


@pytest.mark.parametrize("place", [pytest.param("above", marks=pytest.mark.slow), "below"])
@pytest.mark.parametrize("look", ["lif", pytest.param("gen", marks=pytest.mark.slow)])
def test_what_moves_with_every_answer_makes_no_version(tmp_path: Path, look: str, place: str) -> None:
    """On one site, two articles of each kind: none after the second look, and no second look once it is known."""
    kinds = list_proven()
    stories = {
        (name, n): _place(2 * at + n, kind, place) for at, (name, kind) in enumerate(kinds.items()) for n in (0, 1)
    }
    watch = Watch(tmp_path / "archive.db", look)
    for day in range(DAYS):
        watch.run(stories.values(), day)
    assert {key: count for key, story in stories.items() if (count := watch.count(story)) != 1} == {}
    assert watch.seconds[0] == 0
    assert watch.seconds[3:] == [0, 0]
    assert [kind for kind, _ in watch.findings if kind.startswith("volatile")] == []


@pytest.mark.parametrize("look", LOOKS)
def test_what_moves_by_the_day_and_is_a_machines_makes_no_version(tmp_path: Path, look: str) -> None:
    kinds = list_daily()
    stories = {name: _place(number, kind, "below") for number, (name, kind) in enumerate(kinds.items())}
    watch = Watch(tmp_path / "archive.db", look)
    for day in range(DAYS):
        watch.run(stories.values(), day)
        if day == 2:
            told = [kind for kind, _ in watch.findings]
            assert {"volatile_address", "volatile_text"} <= {*told}
    assert {name: count for name, story in stories.items() if (count := watch.count(story)) != 1} == {}
    assert [kind for kind, _ in watch.findings if kind.startswith("volatile")] == []
    assert CLOCKS.keys() < kinds.keys()
