"""A run that is withdrawn: what people see is what an archive without it shows, and its evidence stays."""

import json
import random
import re
import shutil
from collections.abc import Iterable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from archiver.archive.runs.clocks import find_ahead
from archiver.archive.runs.known_articles import find_last_walk, list_known_articles, list_non_articles
from archiver.archive.runs.run_history import list_attendance
from archiver.archive.store.file import create_or_open
from archiver.errors import UsageError
from archiver.ingest.replay import Replay, replay
from archiver.ingest.verify import verify
from archiver.ingest.withdrawal import decide_runs, merge
from tests.archives import CHANNEL, frozen_portal
from tests.conftest import Crawling
from tests.portal import serve
from tests.scripted_year import (
    HISTORY,
    START,
    Rows,
    ScriptedRun,
    dump,
    record_answers,
    record_run,
    record_year,
    script_year,
)

FEW = settings(
    max_examples=2,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # to shrink a year takes minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
SEEDS = st.integers(0, 10**6)
SHOWN = (*HISTORY, "attachments", "attachment_history")


def _decide(database: Database, *numbers: int, withdrawn: bool) -> Replay | None:
    deciding = decide_runs(database, numbers, withdrawn=withdrawn)
    try:
        while True:
            next(deciding)
    except StopIteration as end:
        replayed: Replay | None = end.value
        return replayed


def _shown(database: Database) -> Rows:
    return dump(database, SHOWN)


def _record(path: Path, runs: Iterable[ScriptedRun]) -> Database:
    database = create_or_open(path)
    for run in runs:
        record_run(database, run)
    return database


def _record_without(path: Path, year: list[ScriptedRun], numbers: set[int]) -> Rows:
    database = _record(path, (run for number, run in enumerate(year, 1) if number not in numbers))
    rows = _shown(database)
    database.close()
    return rows


@pytest.fixture
def folders(tmp_path: Path) -> Iterator[Path]:
    """Give each example a folder of its own."""
    return (folder for number in range(1000) if (folder := tmp_path / str(number)).mkdir() is None)


@pytest.mark.slow
@FEW
@given(seed=SEEDS, data=st.data())
def test_an_archive_with_withdrawn_runs_is_one_without_them(
    folders: Iterator[Path], seed: int, data: st.DataObject
) -> None:
    """Decisions in any order, with runs and a reparse between them; and all restored, it is what it was."""
    folder, year = next(folders), script_year(seed)
    chosen = data.draw(st.sets(st.integers(1, len(year)), min_size=1, max_size=3))
    early = data.draw(st.integers(1, len(year)))
    database = _record(folder / "all.db", year[:early])
    for number in (n for n in chosen if n <= early):
        _decide(database, number, withdrawn=True)
    for run in year[early:]:
        record_run(database, run)
    for number in data.draw(st.permutations([n for n in chosen if n > early])):
        _decide(database, number, withdrawn=True)
    assert _shown(database) == _record_without(folder / "without.db", year, chosen)
    assert list(verify(database)) == []
    for _ in replay(database):
        pass
    assert _shown(database) == _record_without(folder / "replayed.db", year, chosen)
    seals = [tuple(row) for row in database.execute("SELECT seal FROM runs ORDER BY uid")]
    for number in data.draw(st.permutations(sorted(chosen))):
        _decide(database, number, withdrawn=False)
    assert _shown(database) == _record_without(folder / "right.db", year, set())
    assert [tuple(row) for row in database.execute("SELECT seal FROM runs ORDER BY uid")] == seals
    assert list(verify(database)) == []
    database.close()


@pytest.mark.slow
@FEW
@given(seed=SEEDS)
def test_decisions_are_joined_in_any_order(folders: Iterator[Path], seed: int) -> None:
    """Of copies in which it was decided differently, the last decision stands, whichever comes in first."""
    folder, chance, year = next(folders), random.Random(seed), script_year(seed, runs=6)
    record_year(folder / "0.db", year)
    number = chance.randint(1, len(year))
    for copy, decisions in enumerate(((True,), (True, False), (True, False, True)), 1):
        shutil.copy(folder / "0.db", folder / f"{copy}.db")
        database = create_or_open(folder / f"{copy}.db")
        for withdrawn in decisions:
            _decide(database, number, withdrawn=withdrawn)
        database.close()
    some = chance.sample(range(4), chance.randint(2, 4))
    expected = {number} if max(some) in (1, 3) else set()
    right = _record_without(folder / "right.db", year, expected)
    for name in "xy":
        database = create_or_open(folder / f"{name}.db")
        for copy in chance.sample(some, len(some)) + chance.sample(some, 1):
            merge(database, folder / f"{copy}.db")
        assert _shown(database) == right
        assert list(verify(database)) == []
        database.close()


def test_a_decision_is_joined_with_archives_that_have_other_runs(tmp_path: Path) -> None:
    """What two machines saw by turns, one of whose runs was withdrawn on the one, or on the other, or after."""
    year = script_year(11)
    right = _record_without(tmp_path / "right.db", year, {5})
    _record(tmp_path / "odd.db", year[::2]).close()
    _record(tmp_path / "even.db", year[1::2]).close()
    before = create_or_open(tmp_path / "before.db")
    merge(before, tmp_path / "odd.db")
    odd = create_or_open(tmp_path / "odd.db")
    _decide(odd, 3, withdrawn=True)  # the fifth of the year
    odd.close()
    for parts in (("odd", "even"), ("even", "odd")):
        database = create_or_open(tmp_path / f"{parts[0]}-first.db")
        for part in parts:
            merge(database, tmp_path / f"{part}.db")
        assert _shown(database) == right
        database.close()
    merge(before, tmp_path / "even.db")
    merge(before, tmp_path / "odd.db")
    assert _shown(before) == right
    merge(before, tmp_path / "even.db")
    assert _shown(before) == right
    before.close()


def test_withdrawing_twice_changes_nothing(tmp_path: Path) -> None:
    database = _record(tmp_path / "archive.db", script_year(7, runs=3))
    assert _decide(database, 2, withdrawn=False) is None
    assert _decide(database, 2, withdrawn=True) is not None
    rows = [tuple(row) for row in database.execute("SELECT * FROM runs")]
    assert _decide(database, 2, withdrawn=True) is None
    assert [tuple(row) for row in database.execute("SELECT * FROM runs")] == rows
    database.close()


def test_what_cannot_be_withdrawn(tmp_path: Path) -> None:
    year = script_year(7, runs=3)
    database = _record(tmp_path / "archive.db", year[:2])
    record_answers(database, year[2], year[2].answers[:4])
    with pytest.raises(UsageError, match="no run 4; archiver runs lists"):
        _decide(database, 4, withdrawn=True)
    with pytest.raises(UsageError, match="run 3 is not closed yet"):
        _decide(database, 3, withdrawn=True)
    assert not database.execute("SELECT count(*) FROM runs WHERE withdrawn").fetchone()[0]
    database.close()


def test_several_runs_at_once_are_all_withdrawn_or_none(tmp_path: Path) -> None:
    year = script_year(21, runs=5)
    database = _record(tmp_path / "archive.db", year)
    with pytest.raises(UsageError, match="no run 9"):
        _decide(database, 2, 9, withdrawn=True)
    assert _shown(database) == _record_without(tmp_path / "right.db", year, set())
    _decide(database, 2, 4, withdrawn=True)
    assert _shown(database) == _record_without(tmp_path / "without.db", year, {2, 4})
    database.close()


@pytest.mark.slow
def test_on_the_command_line(crawling: Crawling) -> None:
    """A clock that was a year ahead for one run: told, withdrawn, and what comes after is right again."""
    with serve(portal := frozen_portal()) as base:
        for day in (0, 366):
            crawling.scrapy("dukdhcd", f"{base}/{CHANNEL}", ARCHIVE_NOW=(START + timedelta(days=day)).isoformat())
        portal.edit(portal.listed()[0].id, title="Đầu đề đã sửa")
        late = (START + timedelta(days=2)).isoformat()
        assert crawling.scrapy("dukdhcd", f"{base}/{CHANNEL}", "-a", "full=1", ARCHIVE_NOW=late).status == 3
    [told] = crawling.query("SELECT detail FROM run_findings WHERE kind = 'clock_ahead'")
    assert "archiver runs --withdraw 3 sets such a run aside" in str(told["detail"])
    done = crawling.archiver("runs", "--withdraw", "3")
    assert (done.status, done.out) == (0, "")
    assert re.fullmatch(r"run 3: withdrawn; \d+ articles are shown otherwise; archiver runs --restore 3 .*\n", done.err)
    assert [row["title"] for row in crawling.query("SELECT title FROM current_articles WHERE snapshots > 1")] == [
        "Đầu đề đã sửa"
    ]
    assert crawling.query("SELECT * FROM events WHERE at > '2027' OR kind = 'counter_reset'") == []
    rows = crawling.query("SELECT run_id, withdrawn FROM run_summary ORDER BY run_id")
    assert [tuple(row.values()) for row in rows] == [(1, 0), (2, 0), (3, 1)]
    assert "withdrawn" in crawling.archiver("runs").out
    assert crawling.archiver("verify").status == 0
    assert crawling.archiver("reparse").status == 0
    assert crawling.query("SELECT * FROM view_history WHERE observed_at > '2027'") == []
    assert crawling.archiver("runs", "--withdraw", "3").err == "run 3: withdrawn already; nothing was changed\n"
    assert crawling.archiver("runs", "--withdraw", "4").status == 2
    assert crawling.archiver("runs", "--withdraw", "1", "--restore", "3").status == 2
    assert crawling.archiver("runs", "--restore", "3").status == 0
    assert crawling.query("SELECT count(*) AS n FROM view_history WHERE observed_at > '2027'")[0]["n"]


@pytest.mark.slow
def test_a_run_after_it_neither_takes_it_up_nor_knows_of_it(crawling: Crawling) -> None:
    """Planning, checks, and what is known of documents: as if the run had not been."""
    with serve(frozen_portal()) as base:
        for day in (0, 2, 4):
            now = (START + timedelta(days=day)).isoformat()
            crawling.scrapy("dukdhcd", f"{base}/{CHANNEL}", "-a", "full=1", ARCHIVE_NOW=now)
    database = create_or_open(crawling.path)
    ask = partial(list_known_articles, database.conn, "dukdhcd", START + timedelta(days=5))
    assert {article.visited_at.date() for article in ask()} == {(START + timedelta(days=4)).date()}
    _decide(database, 3, withdrawn=True)
    assert {article.visited_at.date() for article in ask()} == {(START + timedelta(days=2)).date()}
    [start] = {json.loads(row[0])["start"] for row in database.execute("SELECT arguments FROM runs")}
    walked = find_last_walk(database.conn, "dukdhcd", start, START + timedelta(days=5))
    assert walked is not None
    assert walked.date() == (START + timedelta(days=2)).date()
    assert [entry.number for entry in list_attendance(database.conn)["dukdhcd"]] == [1, 2]
    assert find_ahead(database.conn, "dukdhcd", START + timedelta(days=3)) is None
    assert {at.date() for _, at in list_non_articles(database.conn, "dukdhcd")} == {(START + timedelta(days=2)).date()}
    database.close()
