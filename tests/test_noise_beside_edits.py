"""Edits stay edits: each makes one version with its fields; alone, beside noise that is known, and beside new noise."""

import json
from pathlib import Path

import pytest

from tests.noise_kinds import EDITS, MORE, tell_apart
from tests.noisy_portal import Moving, Story, Watch


def _write_stories(moving: Moving) -> dict[str, Story]:
    stories = {name: Story(number, below=moving) for number, name in enumerate(EDITS)}
    for story in stories.values():
        story.paragraphs.append(MORE)
        story.__post_init__()
    return stories


def _read_changes(watch: Watch, stories: dict[str, Story]) -> dict[str, list[set[str]]]:
    return {name: [set(json.loads(c or "[]")) for c in watch.changes(story)[1:]] for name, story in stories.items()}


@pytest.mark.parametrize("beside", ["nothing", "known noise", pytest.param("new noise", marks=pytest.mark.slow)])
@pytest.mark.parametrize("look", ["lif", pytest.param("gen", marks=pytest.mark.slow)])
def test_each_edit_is_one_version(tmp_path: Path, look: str, beside: str) -> None:
    stories = _write_stories((lambda _: "") if beside == "nothing" else tell_apart)
    watch = Watch(tmp_path / "archive.db", look)
    before = 1 if beside == "new noise" else 2
    for day in range(before):
        watch.run(stories.values(), day)
    for name, story in stories.items():
        EDITS[name][0](story)
    for day in range(before, before + 2):
        watch.run(stories.values(), day)
    assert _read_changes(watch, stories) == {name: [fields] for name, (_, fields) in EDITS.items()}
    rules = {kind for kind, _, _ in watch.learned()}
    assert rules == (set() if beside == "nothing" else {"block", "address"})
