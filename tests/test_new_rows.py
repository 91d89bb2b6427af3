"""What is new since a cursor: whoever takes it again and again has what the archive shows, whatever came late."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from archiver.archive.queries.article_filter import ALL_ARTICLES, ArticleFilter
from archiver.archive.queries.export_rows import EXTRACTS, extract_rows
from archiver.archive.store.file import create_or_open
from archiver.errors import UsageError
from archiver.exporting.new_rows import extract_new_rows
from archiver.ingest.record import record_capture
from archiver.ingest.replay import replay
from archiver.ingest.withdrawal import decide_runs, merge
from tests.scripted_year import close, record_answers, record_run, record_year, script_year
from tests.visiting import SITE

FEW = settings(
    max_examples=3,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
SINGLE = ("views", "events")


class Follower:
    """Somebody who exports what is new: all rows of articles that came whole, and each single row as it came."""

    def __init__(self, database: Database, wanted: ArticleFilter = ALL_ARTICLES) -> None:
        self.database = database
        self.wanted = wanted
        self.places: dict[str, dict[str, int]] = {}
        self.whole: dict[str, dict[tuple[str, str], list[str]]] = {what: {} for what in EXTRACTS}
        self.single: dict[str, Counter[str]] = {what: Counter() for what in SINGLE}

    def take(self) -> dict[str, list[dict[str, Any]]]:
        """Take what is new, and return it."""
        return {what: self._take(what) for what in EXTRACTS}

    def _take(self, what: str) -> list[dict[str, Any]]:
        rows, place = extract_new_rows(self.database.conn, what, self.wanted, self.places.get(what))
        taken = list(rows)
        self.places[what] = json.loads(json.dumps(place))
        if what in SINGLE:
            self.single[what].update(map(_write, taken))
        for key in {(row["site"], row["article_id"]) for row in taken}:
            self.whole[what][key] = [_write(row) for row in taken if (row["site"], row["article_id"]) == key]
        return taken

    def check(self) -> None:
        """Hold against what the archive shows."""
        for what in EXTRACTS:
            shown = [dict(row) for row in extract_rows(self.database.conn, what, self.wanted)]
            if what in SINGLE:
                told = {_without_address(row) for row in map(json.loads, self.single[what])}
                assert {_without_address(row) for row in shown} <= told, what
            else:
                keys = {(row["site"], row["article_id"]) for row in shown}
                expected = sorted(map(_write, shown))
                assert sorted(row for key in keys for row in self.whole[what][key]) == expected, what

    def repeated(self, what: str) -> list[str]:
        """Return the single rows that were given more than once."""
        return [row for row, times in self.single[what].items() if times > 1]


def _write(row: dict[str, Any]) -> str:
    return json.dumps(row, ensure_ascii=False, sort_keys=True)


def _without_address(row: dict[str, Any]) -> str:
    """The address of an article is today's in every row; the row is no other because it moved."""
    return _write({name: value for name, value in row.items() if name != "url"})


@pytest.fixture
def paths(tmp_path: Path) -> Iterator[Path]:
    """Give each archive of an example a place of its own."""
    return (tmp_path / f"{number}.db" for number in range(1000))


def test_the_first_time_all_is_new_and_the_second_nothing(paths: Iterator[Path]) -> None:
    path = next(paths)
    record_year(path, script_year(3))
    database = create_or_open(path)
    follower = Follower(database)
    taken = follower.take()
    for what in EXTRACTS:
        assert taken[what] == list(extract_rows(database.conn, what, ALL_ARTICLES))
    assert all(taken.values()) or not taken["attachments"]
    assert follower.take() == {what: [] for what in EXTRACTS}


@pytest.mark.parametrize("seed", [21, 32, 34, 36])
def test_after_every_answer_of_a_year_each_count_and_event_comes_once(paths: Iterator[Path], seed: int) -> None:
    """Runs that are open when somebody exports: what their judgement lets in comes with it."""
    database = create_or_open(next(paths))
    follower = Follower(database)
    for scripted in script_year(seed, runs=7):
        half = len(scripted.answers) // 2
        run = record_answers(database, scripted, scripted.answers[:half])
        follower.take()
        for answer in scripted.answers[half:]:
            record_capture(database, run, SITE, answer.capture, answer.page, answer.purpose)
        follower.take()
        close(database, scripted, run)
        follower.take()
        follower.check()
    assert follower.repeated("events") == []
    [keys], [articles] = database.execute("SELECT count(*) FROM article_keys UNION ALL SELECT count(*) FROM articles")
    # What two articles were given for comes once more when they are found to be one; in the last of these years.
    assert follower.repeated("views") == [] or keys > articles + 3


ACTS = ("merge", "record 2", "record 4", "reparse", "restore", "withdraw")


@FEW
@given(seed=st.integers(0, 10**6), order=st.permutations(ACTS))
def test_what_comes_late_comes(paths: Iterator[Path], seed: int, order: list[str]) -> None:
    """Older runs that are recorded or merged later, runs that are withdrawn and count again, a reparse of all."""
    _follow(paths, seed, order)


def test_an_article_that_gets_another_name_comes_under_it(paths: Iterator[Path]) -> None:
    """It has two keys, and is named by the one that was seen first; its counts are the same."""
    _follow(paths, 119, ["restore", "withdraw", "merge", "reparse", "record 2", "record 4"])


def _follow(paths: Iterator[Path], seed: int, order: list[str]) -> None:
    year = script_year(seed, runs=6)
    elsewhere = next(paths)
    record_year(elsewhere, year[1::2])
    database = create_or_open(next(paths))
    follower = Follower(database)
    record_run(database, year[0])
    acts: dict[str, Callable[[], object]] = {
        "merge": partial(merge, database, elsewhere),
        "record 2": partial(record_run, database, year[2]),
        "record 4": partial(record_run, database, year[4]),
        "reparse": lambda: [*replay(database)],
        "restore": partial(_decide, database, withdrawn=False),
        "withdraw": partial(_decide, database, withdrawn=True),
    }
    for act in order:
        follower.take()
        acts[act]()
        follower.take()
        follower.check()
    assert follower.take() == {what: [] for what in EXTRACTS}


def _decide(database: Database, *, withdrawn: bool) -> None:
    for _ in decide_runs(database, [1], withdrawn=withdrawn):
        pass


def test_a_merge_brings_exactly_the_counts_and_events_of_the_other(paths: Iterator[Path]) -> None:
    year = script_year(8, runs=4)
    old, path = next(paths), next(paths)
    record_year(old, year[:2])
    record_year(path, year[2:])
    database = create_or_open(path)
    follower = Follower(database)
    follower.take()
    merge(database, old)
    follower.take()
    follower.check()
    assert follower.repeated("views") == follower.repeated("events") == []


def test_an_article_comes_whole_when_the_filter_lets_it_through(paths: Iterator[Path]) -> None:
    year = script_year(5, runs=9)
    database = create_or_open(next(paths))
    follower = Follower(database, ArticleFilter(state="suspect"))
    for scripted in year:
        record_run(database, scripted)
        follower.take()
        follower.check()
    assert follower.single["events"]


def test_a_place_is_of_one_filter(paths: Iterator[Path]) -> None:
    database = create_or_open(next(paths))
    place = extract_new_rows(database.conn, "views", ALL_ARTICLES, None).place
    with pytest.raises(UsageError, match="begun with other filters; use the same ones, or give it another name"):
        extract_new_rows(database.conn, "views", ArticleFilter(site="dukdhcd"), place)
