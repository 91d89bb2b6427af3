"""An archive cut into bundles and merged again is the archive: in any groups, twice, by halves."""

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from archiver.archive.evidence.files import copy_files, folder_of_files, list_files
from archiver.archive.runs.run_log import add_finding, close_died_run, close_run, open_run
from archiver.archive.store.file import create_or_open
from archiver.fleet.bundles import Bundle, read_head
from archiver.fleet.packing import Mark, mark_all, pack_next
from archiver.fleet.unpacking import merge_bundles
from archiver.ingest import record
from archiver.ingest.record import record_capture
from archiver.ingest.withdrawal import decide_runs
from archiver.model import Problem
from tests.bundling import follow, pack_all
from tests.damaging import make_whole
from tests.scripted_year import START, close, dump, record_answers, record_run, script_year
from tests.visiting import SITE

FEW = settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
SEEDS = st.integers(0, 100_000)


def _cut(bundles: list[Bundle], chance: random.Random) -> list[list[Bundle]]:
    groups: list[list[Bundle]] = [[]]
    for bundle in bundles:
        if chance.random() < 0.4:
            groups.append([])
        groups[-1].append(bundle)
    return groups


@pytest.mark.slow
@FEW
@given(seed=SEEDS)
@example(seed=108)  # a finding about a capture that comes with a later bundle
def test_a_year_in_bundles_is_the_year(seed: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Packed at any moments, in bundles of any size, merged in any groups: whole, and twice."""
    folder, chance = tmp_path_factory.mktemp("year"), random.Random(seed)
    worker, follower = create_or_open(folder / "worker.db"), create_or_open(folder / "follower.db")
    mark, log = Mark(), list[Bundle]()
    for scripted in script_year(seed):
        run = record_answers(worker, scripted, ())
        for answer in scripted.answers:
            record_capture(worker, run, SITE, answer.capture, answer.page, answer.purpose)
            if chance.random() < 0.1:
                bundles, mark = pack_all(worker.conn, mark, chance.randint(1, 12))
                log += bundles
        close(worker, scripted, run)
        if chance.random() < 0.7:
            bundles, mark = pack_all(worker.conn, mark)
            log += bundles
    bundles, mark = pack_all(worker.conn, mark)
    log += bundles
    assert pack_next(worker.conn, mark) is None
    assert mark_all(worker.conn).to_place() == mark.to_place()
    right = dump(worker)
    for group in _cut(log, chance):
        merge_bundles(follower, [bundle.data for bundle in group])
    assert follow(follower, []) == right
    for group in _cut(chance.sample(log, len(log)), chance):
        merge_bundles(follower, [bundle.data for bundle in group])
    assert follow(follower, []) == right
    worker.close()
    follower.close()


@pytest.mark.parametrize("seed", range(3))
def test_a_follower_in_the_middle_of_a_run_is_the_archive_of_that_moment(tmp_path: Path, seed: int) -> None:
    """What was pushed is what a process leaves that is killed; the next run closes it as died, here as there."""
    year, chance = script_year(seed), random.Random(seed)
    worker, follower = create_or_open(tmp_path / "worker.db"), create_or_open(tmp_path / "follower.db")
    for scripted in year[:-2]:
        record_run(worker, scripted)
    bundles, mark = pack_all(worker.conn, Mark())
    assert follow(follower, bundles) == dump(worker)
    run = record_answers(worker, year[-2], year[-2].answers[: chance.randint(1, len(year[-2].answers))])
    bundles, mark = pack_all(worker.conn, mark, 5)
    assert {bundle.kind for bundle in bundles} == {"evidence"}
    assert follow(follower, bundles) == dump(worker)
    with worker.atomic():
        close_died_run(worker.conn, run, year[-1].at)
    record_run(worker, year[-1])
    bundles, mark = pack_all(worker.conn, mark)
    assert [bundle.outcome for bundle in bundles if bundle.kind == "closing"] == ["died", "finished"]
    assert follow(follower, bundles) == dump(worker)
    worker.close()
    follower.close()


def test_a_bundle_says_what_it_has(tmp_path: Path) -> None:
    scripted = script_year(1)[0]
    worker = create_or_open(tmp_path / "worker.db")
    record_run(worker, scripted)
    bundles, _ = pack_all(worker.conn, Mark(), 10)
    assert [bundle.kind for bundle in bundles][-2:] == ["evidence", "closing"]
    assert sum(bundle.captures for bundle in bundles) == len(scripted.answers)
    assert sum(bundle.readings for bundle in bundles) == worker.execute("SELECT count(*) FROM readings").fetchone()[0]
    for bundle in bundles:
        head = read_head(bundle.data)
        assert (head.site, head.run, head.kind) == (SITE.name, scripted.uid, bundle.kind)
    first = scripted.answers[0].capture.fetched_at
    assert (bundles[0].first_at, bundles[-1].first_at) == (first, scripted.at)
    assert bundles[-1].outcome == "finished"
    assert pack_all(worker.conn, Mark(), 10)[0] == bundles  # the same bytes
    worker.close()


@pytest.mark.parametrize("seed", range(3))
def test_what_a_newer_parser_read_again_is_sent(tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first run after an upgrade reads the last good pages again; without them each difference is unverified."""
    year = script_year(seed)
    worker, follower = create_or_open(tmp_path / "worker.db"), create_or_open(tmp_path / "follower.db")
    mark = Mark()
    for number, scripted in enumerate(year):
        if number in (3, 6):
            monkeypatch.setattr(record, "CODE_VERSION", record.CODE_VERSION + 1)
        record_run(worker, scripted)
        bundles, mark = pack_all(worker.conn, mark, 7)
        assert follow(follower, bundles) == dump(worker), number
    assert worker.execute("SELECT count(*) FROM readings WHERE NOT newest").fetchone()[0]
    worker.close()
    follower.close()


def test_a_decision_on_a_run_is_sent(tmp_path: Path) -> None:
    """A run that was sent is withdrawn, and restored: so it is wherever its bundles went."""
    worker, follower = create_or_open(tmp_path / "worker.db"), create_or_open(tmp_path / "follower.db")
    for scripted in script_year(4)[:4]:
        record_run(worker, scripted)
    bundles, mark = pack_all(worker.conn, Mark())
    follow(follower, bundles)
    for withdrawn in (True, False):
        list(decide_runs(worker, [2], withdrawn=withdrawn))
        bundles, mark = pack_all(worker.conn, mark)
        assert [(bundle.kind, bundle.run) for bundle in bundles] == [("closing", script_year(4)[1].uid)]
        assert follow(follower, bundles) == dump(worker)
        assert follower.execute("SELECT withdrawn FROM runs WHERE uid = ?", [bundles[0].run]).fetchone()[0] == withdrawn
    worker.close()
    follower.close()


def test_documents_are_named_and_merged(tmp_path: Path) -> None:
    whole = make_whole(tmp_path)
    worker, follower = create_or_open(whole.path), create_or_open(tmp_path / "follower.db")
    bundles, _ = pack_all(worker.conn, Mark())
    [last] = [bundle for bundle in bundles if bundle.files]
    assert (last.kind, last.captures) == ("closing", 0)
    assert {*last.files} == {*list_files(worker.conn)}
    copy_files(iter(last.files), folder_of_files(whole.path), folder_of_files(tmp_path / "follower.db"))
    assert follow(follower, bundles) == dump(worker)
    views = ("attachments", "attachment_history")
    assert dump(follower, views) == dump(worker, views)
    worker.close()
    follower.close()


def test_a_run_without_a_capture_has_a_closing(tmp_path: Path) -> None:
    worker, follower = create_or_open(tmp_path / "worker.db"), create_or_open(tmp_path / "follower.db")
    with worker.atomic():
        run = open_run(worker.conn, SITE, {}, START)
        add_finding(worker.conn, run, "http://x.example/", Problem("http_404", "nothing there"))
    assert pack_next(worker.conn, Mark()) is None
    with worker.atomic():
        close_run(worker.conn, run, "failed", 1, START)
    [bundle], _ = pack_all(worker.conn, Mark())
    assert (bundle.kind, bundle.outcome, bundle.captures, bundle.findings) == ("closing", "failed", 0, 1)
    assert follow(follower, [bundle]) == dump(worker)
    worker.close()
    follower.close()
