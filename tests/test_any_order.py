"""Captures of any age, in any order and in any parts, give one history (rule 11)."""

import random
from datetime import timedelta
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from archiver.archive.runs.run_log import close_died_run
from archiver.archive.store.file import create_or_open
from archiver.archive.upkeep.merge import merge_archive
from archiver.ingest.record import record_capture
from archiver.ingest.replay import replay
from archiver.ingest.verify import verify
from archiver.model import Capture, Purpose
from tests.archives import frozen_portal
from tests.portal import article_path
from tests.scripted_year import (
    HISTORY,
    START,
    Answer,
    Rows,
    ScriptedRun,
    close,
    dump,
    record_answers,
    record_run,
    record_year,
    script_year,
)
from tests.visiting import BASE, SITE

FEW = settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
SEEDS = st.integers(0, 100_000)


def _new_folder(factory: pytest.TempPathFactory) -> Path:
    return factory.mktemp("year")


def test_a_scripted_year_has_all_that_can_happen(tmp_path: Path) -> None:
    """What the laws below are about does happen."""
    kinds: set[str] = set()
    for seed in range(10):
        record_year(tmp_path / f"{seed}.db", script_year(seed))
        database = create_or_open(tmp_path / f"{seed}.db")
        kinds |= {str(row["kind"]) for row in database.query("SELECT DISTINCT kind FROM events")}
        kinds |= {str(row["standing"]) for row in database.query("SELECT DISTINCT standing FROM readings")}
        assert list(verify(database)) == []
        database.close()
    assert kinds >= {
        "created",
        "edited",
        "title_changed",
        "suspect",
        "gone",
        "restored",
        "delisted",
        "relisted",
        "counter_reset",
    } - {"gone"}
    assert kinds >= {"counted", "withheld"}


@FEW
@given(seed=SEEDS)
@example(seed=20643)  # two keys with one text, which a later page tells apart
def test_reading_all_again_is_the_identity(seed: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = _new_folder(tmp_path_factory) / "archive.db"
    before = record_year(path, script_year(seed))
    database = create_or_open(path)
    list(replay(database))
    assert dump(database) == before
    assert list(verify(database)) == []
    database.close()


@pytest.mark.slow
@FEW
@given(seed=SEEDS)
def test_runs_in_any_order(seed: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder, chance, year = _new_folder(tmp_path_factory), random.Random(seed), script_year(seed)
    right = record_year(folder / "right.db", year)
    shuffled = [_shuffle_answers(run, chance) for run in chance.sample(year, len(year))]
    path = folder / "shuffled.db"
    assert _without_counts(record_year(path, shuffled)) == _without_counts(right)
    database = create_or_open(path)
    assert list(verify(database)) == []
    database.close()


def _shuffle_answers(run: ScriptedRun, chance: random.Random) -> ScriptedRun:
    return ScriptedRun(run.uid, run.at, tuple(chance.sample(run.answers, len(run.answers))), run.complete)


def _without_counts(rows: Rows) -> Rows:
    """Leave out the runs: what was new to one is counted when it closes, by what was known then."""
    return {view: rows[view] for view in HISTORY}


@FEW
@given(seed=SEEDS)
@pytest.mark.slow
def test_captures_in_any_two_parts(seed: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Each capture is in one archive or the other, or in both; a run may be in both, each with its part."""
    folder, chance, year = _new_folder(tmp_path_factory), random.Random(seed), script_year(seed)
    right = record_year(folder / "right.db", year)
    parts: tuple[list[tuple[ScriptedRun, list[Answer]]], ...] = ([], [])
    for run in year:
        places = [chance.choice([(0,), (1,), (0, 1)]) for _ in run.answers]
        for number, part in enumerate(parts):
            answers = [answer for answer, place in zip(run.answers, places, strict=True) if number in place]
            if answers:
                part.append((run, answers))
    for number, part in enumerate(parts):
        database = create_or_open(folder / f"part{number}.db")
        for run, answers in part:
            record_run(database, run, answers)
        database.close()
    for order in permutations(range(2)):
        merged = _merge(folder / f"merged{order[0]}.db", [folder / f"part{number}.db" for number in order])
        assert _without_counts(merged) == _without_counts(right)


def _merge(target: Path, parts: list[Path], *, sealed: bool = False) -> Rows:
    database = create_or_open(target)
    for part in parts:
        merge_archive(database, part)
    rows = dump(database)
    if sealed:
        assert list(verify(database)) == []
    database.close()
    return rows


@pytest.mark.slow
@FEW
@given(seed=SEEDS)
@example(seed=594)  # a run comes in before one that was believed by what it listed
def test_archives_cut_at_any_moment_in_any_order(seed: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Archives of several machines, copied at some moment, with a run that is open; merged, twice, in any order."""
    folder, chance, year = _new_folder(tmp_path_factory), random.Random(seed), script_year(seed)
    watchers = chance.randint(2, 3)
    paths = []
    for number in range(watchers):
        mine = [run for place, run in enumerate(year) if place % watchers == number]
        paths += [folder / f"whole{number}.db", folder / f"copy{number}.db"]
        _record_until(paths[-1], mine, chance.randrange(len(mine)), chance)
        record_year(paths[-2], mine)
    orders = [chance.sample(paths, len(paths)) + chance.sample(paths, 2) for _ in range(3)]
    merged = [_merge(folder / f"merged{number}.db", order, sealed=True) for number, order in enumerate(orders)]
    assert merged[1] == merged[0]
    assert merged[2] == merged[0]
    assert _without_counts(merged[0]) == _without_counts(record_year(folder / "right.db", year))


def _record_until(path: Path, runs: list[ScriptedRun], last: int, chance: random.Random) -> None:
    """Record runs up to one that is still open, part of whose answers are there."""
    database = create_or_open(path)
    for run in runs[:last]:
        record_run(database, run)
    record_answers(database, runs[last], runs[last].answers[: chance.randrange(len(runs[last].answers))])
    database.close()


def test_a_run_closed_as_died_gives_way_to_its_own_closing(tmp_path: Path) -> None:
    """Two archives closed copies of one open run, each with what it had; then the archive of the run itself comes."""
    year = script_year(3, runs=3)
    whole = record_year(tmp_path / "whole.db", year)
    copies = []
    for number, count in enumerate((2, 4)):
        path = tmp_path / f"copy{number}.db"
        database = create_or_open(path)
        for scripted in year[:-1]:
            record_run(database, scripted)
        run = record_answers(database, year[-1], year[-1].answers[:count])
        with database.atomic():
            close_died_run(database.conn, run, year[-1].at)
        database.close()
        copies.append(path)
    one, other = (
        _merge(tmp_path / f"died{n}.db", order, sealed=True) for n, order in enumerate((copies, copies[::-1]))
    )
    assert one == other
    assert _merge(tmp_path / "died0.db", [tmp_path / "whole.db"], sealed=True) == whole
    assert _merge(tmp_path / "first.db", [tmp_path / "whole.db", *copies], sealed=True) == whole


@pytest.mark.parametrize("seed", range(3))
def test_captures_that_come_after_their_run_was_closed(tmp_path: Path, seed: int) -> None:
    year, chance = script_year(seed), random.Random(seed)
    right = record_year(tmp_path / "right.db", year)
    database = create_or_open(tmp_path / "late.db")
    runs, late = [], []
    for scripted in year:
        kept = [answer for answer in scripted.answers if chance.random() < 0.7]
        runs.append(record_answers(database, scripted, kept))
        close(database, scripted, runs[-1])
        late += [(runs[-1], answer) for answer in scripted.answers if answer not in kept]
    for run, answer in chance.sample(late, len(late)):
        record_capture(database, run, SITE, answer.capture, answer.page, answer.purpose)
    assert _without_counts(dump(database)) == _without_counts(right)
    database.close()


def test_closing_in_any_order(tmp_path: Path) -> None:
    """All runs are open at once; which closes first makes no difference to history."""
    year = script_year(5, runs=5)
    right = record_year(tmp_path / "right.db", year)
    for number, order in enumerate(list(permutations(range(5)))[::17]):
        database = create_or_open(tmp_path / f"{number}.db")
        runs = [record_answers(database, run, run.answers) for run in year]
        for place in order:
            close(database, year[place], runs[place])
        assert _without_counts(dump(database)) == _without_counts(right), order
        database.close()


def test_a_text_that_returns_is_spelt_as_it_was_first(tmp_path: Path) -> None:
    """A, B and A again, its picture at an address that moved: whichever capture comes in first, A has one spelling."""
    portal = frozen_portal()
    article = portal.listed()[0]
    year = []
    for number, title in enumerate(("Đầu đề", "Đầu đề khác", "Đầu đề")):
        picture = f"/image/name{number}?img_id=7"
        portal.edit(article.id, title=title, images=((picture, "Quang cảnh hội nghị"),))
        at = START + timedelta(days=number)
        response = portal.answer(article_path(article))
        capture = Capture(BASE + article_path(article), at, 200, tuple(response.headers), response.body)
        year.append(ScriptedRun(f"{number:032}", at, (Answer(capture, Purpose("article", str(article.id))),), False))
    right = record_year(tmp_path / "right.db", year)
    assert sum("/image/name0?img_id=7" in str(row) for row in right["article_history"]) == 2
    for number, order in enumerate(permutations(year)):
        assert _without_counts(record_year(tmp_path / f"{number}.db", order)) == _without_counts(right)
