"""Captures that others made, of any age, become part of a site's history as if they had been there from the start."""

import random
import shutil
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from archiver.archive.queries.shown_runs import list_last_runs
from archiver.archive.runs.health import Ending, read_health
from archiver.archive.runs.imported_runs import find_source
from archiver.archive.store.file import create_or_open
from archiver.archive.upkeep.merge import merge_archive
from archiver.cli import archiver
from archiver.crawl.planning.options import CrawlOptions
from archiver.crawl.planning.plan import make_plan
from archiver.crawl.running.closing import close_died_runs
from archiver.ingest.importing import BrokenRecord, ImportedCapture, Importer, find_purpose
from archiver.ingest.replay import replay
from archiver.ingest.verify import verify
from archiver.model import Capture, Purpose
from archiver.site import Site
from tests.archives import frozen_portal
from tests.paged_portal import PagedPortal
from tests.portal import Portal, article_path
from tests.reading import ask as show
from tests.scripted_year import HISTORY, START, dump, record_run, script_year
from tests.visiting import BASE, SITE, Visits

FEW = settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
SEEDS = st.integers(0, 100_000)
ARTICLE = min(frozen_portal()._articles)


def take(portal: Portal, path: str, at: datetime, status: int | None = None, **changes: bytes) -> ImportedCapture:
    """Let somebody else fetch a path of the portal."""
    response = portal.answer(path)
    capture = Capture(BASE + path, at, status or response.status, tuple(response.headers), response.body)
    return ImportedCapture(replace(capture, **changes), "other.warc.gz")


def take_over(database: Database, items: Iterable[ImportedCapture]) -> tuple[int, int]:
    """Import captures; returns how many were new and how many were known."""
    importer = Importer(database, SITE)
    for item in items:
        importer.add(item)
    done = importer.close()
    return done.captures, done.known


def look_at_all(portal: Portal, at: datetime) -> list[ImportedCapture]:
    paths = [f"/{channel}" for channel in portal.channels]
    paths += [article_path(article) for article in portal._articles.values()]
    return [take(portal, path, at + timedelta(seconds=second)) for second, path in enumerate(paths)]


def ask(database: Database, sql: str, *values: object) -> list[tuple[object, ...]]:
    return [tuple(row) for row in database.execute(sql, values)]


def check_whole(database: Database) -> None:
    assert [*verify(database)] == []


def test_captures_of_years_ago_begin_the_history(tmp_path: Path) -> None:
    portal = frozen_portal()
    old = look_at_all(portal, START - timedelta(days=900))
    portal.edit(ARTICLE, title="Tiêu đề mới")
    visits = Visits(tmp_path / "archive.db")
    visits.run(portal, START)
    before = visits.query("SELECT * FROM current_articles ORDER BY article_id")
    assert take_over(visits.database, old) == (len(old), 0)
    after = visits.query("SELECT * FROM current_articles ORDER BY article_id")
    moved = {"first_seen_at", "snapshots", "changed_at"}
    assert [{**row, **dict.fromkeys(moved)} for row in after] == [{**row, **dict.fromkeys(moved)} for row in before]
    assert {row["first_seen_at"][:4] for row in after} == {"2023"}
    assert {row["article_id"]: row["snapshots"] for row in after if row["snapshots"] > 1} == {str(ARTICLE): 2}
    assert visits.query("SELECT kind FROM events WHERE kind NOT IN ('created', 'edited', 'title_changed')") == []
    assert ask(visits.database, "SELECT count(*) FROM readings WHERE standing <> 'counted'") == [(0,)]
    check_whole(visits.database)


def test_twice_is_once_and_runs_are_of_a_day_and_a_source(tmp_path: Path) -> None:
    portal = frozen_portal()
    database = create_or_open(tmp_path / "archive.db")
    days = [START, START + timedelta(days=1)]
    items = [item for day in days for item in look_at_all(portal, day)]
    random.Random(1).shuffle(items)
    assert take_over(database, items) == (len(items), 0)
    rows = dump(database)
    assert take_over(database, items) == (0, len(items))
    assert dump(database) == rows
    runs = ask(database, "SELECT id, kind, started_at, outcome, complete, delists FROM runs ORDER BY started_at")
    assert [run[1:] for run in runs] == [
        ("import", day.isoformat(timespec="microseconds"), "finished", 0, 0) for day in days
    ]
    assert [find_source(database.conn, int(str(run[0]))) for run in runs] == ["other.warc.gz"] * 2
    check_whole(database)


def test_an_import_that_is_killed_goes_on(tmp_path: Path) -> None:
    items = look_at_all(frozen_portal(), START)
    whole = create_or_open(tmp_path / "whole.db")
    take_over(whole, items)
    database = create_or_open(tmp_path / "archive.db")
    killed = Importer(database, SITE)
    for item in items[:5]:
        killed.add(item)
    killed.flush()
    check_whole(database)
    assert take_over(database, items) == (len(items) - 5, 5)
    assert dump(database) == dump(whole)
    assert ask(database, "SELECT uid, seal FROM runs") == ask(whole, "SELECT uid, seal FROM runs")


def test_captures_of_a_day_that_is_sealed_make_a_run_of_their_own(tmp_path: Path) -> None:
    items = look_at_all(frozen_portal(), START)
    database = create_or_open(tmp_path / "archive.db")
    take_over(database, items[:4])
    seals = ask(database, "SELECT seal FROM runs")
    take_over(database, items)
    assert ask(database, "SELECT count(*) FROM runs") == [(2,)]
    assert ask(database, "SELECT seal FROM runs ORDER BY started_at, id LIMIT 1") == seals
    check_whole(database)


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    items = look_at_all(frozen_portal(), START)
    database = create_or_open(tmp_path / "archive.db")
    take_over(database, items[:4])
    rows = dump(database)
    importer = Importer(database, SITE, dry_run=True)
    for item in items:
        importer.add(item)
    done = importer.close()
    assert (done.captures, done.known) == (len(items) - 4, 4)
    assert dump(database) == rows


@FEW
@given(seed=SEEDS)
@example(seed=9213)  # two keys with one text, which a later page tells apart
def test_a_year_that_is_imported_late_is_as_if_it_had_been_there(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    """The first part of a year is imported before the rest was crawled, or afterwards, in any order."""
    folder = tmp_path_factory.mktemp("late")
    year = script_year(seed)
    chance = random.Random(seed)
    old = [ImportedCapture(answer.capture, "old.warc") for run in year[:4] for answer in run.answers]
    first = create_or_open(folder / "first.db")
    take_over(first, old)
    for run in year[4:]:
        record_run(first, run)
    late = create_or_open(folder / "late.db")
    for run in year[4:]:
        record_run(late, run)
    chance.shuffle(old)
    take_over(late, old)
    assert dump(late, HISTORY) == dump(first, HISTORY)
    check_whole(late)
    for _ in replay(late):
        pass
    assert dump(late, HISTORY) == dump(first, HISTORY)


@FEW
@given(seed=SEEDS)
def test_two_machines_that_import_the_same_are_merged(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    folder = tmp_path_factory.mktemp("merged")
    chance = random.Random(seed)
    year = script_year(seed, runs=4)
    items = [ImportedCapture(answer.capture, "old.warc") for run in year for answer in run.answers]
    whole = create_or_open(folder / "whole.db")
    take_over(whole, items)
    for name in ("one", "two"):
        database = create_or_open(folder / f"{name}.db")
        take_over(database, [item for item in items if chance.random() < 0.8] if name == "one" else items)
        database.close()
    one = create_or_open(folder / "one.db")
    merge_archive(one, folder / "two.db")
    assert dump(one, HISTORY) == dump(whole, HISTORY)
    check_whole(one)


def test_a_miss_counts_only_where_the_article_was_shown(tmp_path: Path) -> None:
    portal = frozen_portal()
    path = article_path(portal._articles[ARTICLE])
    visits = Visits(tmp_path / "archive.db")
    visits.run(portal, START)
    strange = path.replace("/-/view_content", "/khac/-/view_content")
    assert strange != path
    missing = [take(portal, strange, START + timedelta(days=day), 404, body=b"<p>404</p>") for day in (1, 20, 40, 60)]
    take_over(visits.database, missing)
    assert visits.query("SELECT kind FROM events WHERE article_id = ? AND kind <> 'created'", str(ARTICLE)) == []
    shown = [take(portal, path, START + timedelta(days=day), 404, body=b"<p>404</p>") for day in (1, 20, 40)]
    take_over(visits.database, shown)
    kinds = [row["kind"] for row in visits.query("SELECT kind FROM events WHERE article_id = ?", str(ARTICLE))]
    assert kinds == ["created", "suspect", "gone"]
    check_whole(visits.database)


def test_another_look_is_no_edit_by_itself(tmp_path: Path) -> None:
    """Somebody with a phone sees another page between two that we saw alike; its count is a count all the same."""
    portal = frozen_portal()
    path = article_path(portal._articles[ARTICLE])
    visits = Visits(tmp_path / "archive.db")
    visits.run(portal, START)
    phone = frozen_portal()
    phone.edit(ARTICLE, title="Bản di động")
    phone.set_views(ARTICLE, 777)
    take_over(visits.database, [take(phone, path, START + timedelta(days=1))])
    snapshots = "SELECT title FROM article_history WHERE article_id = ? ORDER BY snapshot"
    assert len(visits.query(snapshots, str(ARTICLE))) == 2
    visits.run(portal, START + timedelta(days=2))
    assert len(visits.query(snapshots, str(ARTICLE))) == 1
    counts = [row["views"] for row in visits.query("SELECT views FROM view_history WHERE article_id = ?", str(ARTICLE))]
    assert max(counts) >= 777
    check_whole(visits.database)


@pytest.mark.parametrize(
    ("path", "status", "purpose"),
    [
        ("/robots.txt", 200, Purpose("robots", final=False)),
        (article_path(frozen_portal()._articles[ARTICLE]), 200, Purpose("article", str(ARTICLE))),
        (article_path(frozen_portal()._articles[ARTICLE]), 304, Purpose("article", str(ARTICLE))),
        (article_path(frozen_portal()._articles[ARTICLE]), 302, Purpose("article", str(ARTICLE), final=False)),
        ("/tin-tuc", 200, Purpose("listing")),
    ],
)
def test_what_an_address_was_asked_for_is_told_by_it(path: str, status: int, purpose: Purpose) -> None:
    assert find_purpose(SITE, Capture(BASE + path, START, status, (), b"")) == purpose


def test_what_is_broken_is_told_in_the_run_of_its_day(tmp_path: Path) -> None:
    database = create_or_open(tmp_path / "archive.db")
    importer = Importer(database, SITE)
    for item in look_at_all(frozen_portal(), START)[:3]:
        importer.add(item)
    importer.note_broken(BrokenRecord("other.warc.gz", START, f"{BASE}/x", "cut off"))
    importer.close()
    assert ask(database, "SELECT kind, url, detail FROM findings") == [
        ("broken_record", f"{BASE}/x", "other.warc.gz: cut off")
    ]
    assert ask(database, "SELECT outcome FROM runs") == [("problems",)]
    check_whole(database)


def test_a_crawl_closes_what_a_killed_import_left(tmp_path: Path) -> None:
    database = create_or_open(tmp_path / "archive.db")
    killed = Importer(database, SITE)
    for item in look_at_all(frozen_portal(), START):
        killed.add(item)
    killed.flush()
    assert ask(database, "SELECT outcome, seal FROM runs") == [(None, None)]
    with database.atomic():
        close_died_runs(database, SITE)
    assert ask(database, "SELECT kind, outcome, seal IS NOT NULL FROM runs") == [("import", "finished", 1)]
    check_whole(database)


def test_an_import_is_no_crawl_for_plans_and_checks(tmp_path: Path) -> None:
    """What the next crawl does, and what it is compared with, is as if nothing had been imported after the last one."""
    portal = frozen_portal()
    crawled = Visits(tmp_path / "without.db")
    for day in range(6):
        crawled.run(portal, START + timedelta(days=day))
    crawled.database.close()
    shutil.copy(tmp_path / "without.db", tmp_path / "with.db")
    said = []
    for name in ("with", "without"):
        visits = Visits(tmp_path / f"{name}.db")
        if name == "with":
            take_over(visits.database, look_at_all(portal, START + timedelta(days=5, hours=9))[:2])
        at = START + timedelta(days=6)
        options = CrawlOptions((f"{BASE}/tin-khoi",))
        plan = make_plan(visits.database, SITE, options, {}, at)
        run = visits.begin(at)
        told = list_last_runs(visits.database.conn).get(SITE.name)
        ending = Ending(at, 10, sound=True, complete=True)
        health = read_health(visits.database.conn, run, SITE, options.start, ending)
        said.append((plan.scope, plan.resumed, told and told["started_at"], replace(health, number=0)))
    assert said[0] == said[1]


def test_where_it_is_from_is_shown(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    database = create_or_open(path)
    take_over(database, look_at_all(frozen_portal(), START))
    database.close()
    call = ["--db", str(path), "runs"]
    assert "import" in CliRunner().invoke(archiver, call, standalone_mode=False).stdout
    told = CliRunner().invoke(archiver, [*call, "1"], standalone_mode=False).stdout
    assert told.strip().endswith("finished, 0 findings; imported from other.warc.gz.")
    for address in ("/run/1", f"/article/{SITE.name}/{ARTICLE}/raw"):
        html = show(path, address, {"accept-language": "en"}).text
        assert "Imported from" in html
        assert "other.warc.gz" in html


def test_the_pages_of_an_article_over_several_are_kept_and_not_read(tmp_path: Path) -> None:
    """Each alone would be an article that lost most of its text."""
    site = Site("vidu", "Ví dụ", "generic", (f"{BASE}/tin",))
    database, portal = create_or_open(tmp_path / "archive.db"), PagedPortal()
    importer = Importer(database, site)
    for second, path in enumerate(("/tin/dai", "/tin/dai?trang=2", "/tin/dai?trang=3", "/tin/ngan-0")):
        status, html = portal.answer(path)
        headers = (("Content-Type", "text/html; charset=utf-8"),)
        capture = Capture(BASE + path, START + timedelta(seconds=second), status, headers, html.encode())
        importer.add(ImportedCapture(capture, "other.warc.gz"))
    importer.close()
    assert ask(database, "SELECT url FROM current_articles") == [(f"{BASE}/tin/ngan-0",)]
    assert ask(database, "SELECT count(*), sum(final) FROM captures") == [(4, 1)]
    check_whole(database)
