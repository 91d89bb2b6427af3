"""Merging: twice, or in another order, gives the same public views."""

import random
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archiver.archive.evidence.captures import keep_capture
from archiver.archive.runs.run_log import close_run, open_run
from archiver.archive.store.file import create_or_open
from archiver.archive.upkeep.merge import merge_archive
from archiver.errors import ArchiveError
from archiver.ingest.verify import verify
from archiver.model import Capture
from tests.archives import unpack
from tests.portal import demo_portal
from tests.visiting import SITE, Visits

START = datetime(2026, 1, 5, 3, 0, tzinfo=UTC)
VIEWS = ("current_articles", "article_history", "view_history", "view_growth", "events", "run_summary")


def _make_parts(folder: Path, seed: int, parts: int = 3, days: int = 5) -> list[Path]:
    """Let several archives watch one portal that changes, each on some days; all watch the first."""
    chance = random.Random(seed)
    portal = demo_portal()
    watchers = [Visits(folder / f"part{number}.db") for number in range(parts)]
    ids = [article.id for article in portal.listed()]
    for day in range(days):
        for number, watcher in enumerate(watchers):
            if day == 0 or chance.random() < 0.6:
                watcher.run(portal, START + timedelta(days=day, hours=number))
        for article in chance.sample(ids, 3):
            action = chance.choice(["edit", "remove", "restore", "reset", "delist"])
            if action == "edit":
                portal.edit(article, title=f"Tiêu đề số {chance.randint(1, 3)}")
            elif action == "reset":
                portal.set_views(article, 1)
            else:
                getattr(portal, action)(article)
    for watcher in watchers:
        watcher.database.close()
    return [folder / f"part{number}.db" for number in range(parts)]


def _merge(target: Path, parts: list[Path]) -> dict[str, list[dict[str, object]]]:
    database = create_or_open(target)
    for part in parts:
        merge_archive(database, part)
    assert list(verify(database)) == []
    dump = {view: sorted(map(dict, database.query(f"SELECT * FROM {view}")), key=str) for view in VIEWS}
    database.close()
    return dump


@pytest.mark.slow
@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10_000))
def test_order_does_not_matter_and_twice_is_once(seed: int, tmp_path_factory: object) -> None:
    folder: Path = tmp_path_factory.mktemp("merge")  # type: ignore[attr-defined]
    parts = _make_parts(folder, seed)
    dumps = [
        _merge(folder / f"merged{number}.db", list(order)) for number, order in enumerate(list(permutations(parts))[:4])
    ]
    assert all(dump == dumps[0] for dump in dumps)
    assert _merge(folder / "merged0.db", parts) == dumps[0]
    pair = folder / "pair.db"
    _merge(pair, parts[:2])
    assert _merge(folder / "associative.db", [parts[2], pair]) == dumps[0]


def test_merging_equals_recording_in_one_piece(tmp_path: Path) -> None:
    """Two archives that took turns, merged, say what one archive says that did all of it."""
    portals = demo_portal(), demo_portal()
    whole, odd, even = (Visits(tmp_path / f"{name}.db") for name in ("whole", "odd", "even"))
    for day in range(6):
        for portal in portals:
            portal.edit(portal.listed()[day].id, title=f"Tiêu đề ngày {day}")
            portal.freeze_counters()
        whole.run(portals[0], START + timedelta(days=day))
        (odd if day % 2 else even).run(portals[1], START + timedelta(days=day))
    for visits in (odd, even):
        visits.database.close()
    merge_archive(even_database := create_or_open(tmp_path / "even.db"), tmp_path / "odd.db")
    for view in ("current_articles", "article_history", "events"):
        rows = [dict(row) for row in even_database.query(f"SELECT * FROM {view}")]
        assert sorted(rows, key=str) == whole.dump(view)[view]
    even_database.close()
    whole.database.close()


@pytest.mark.parametrize("order", list(permutations(range(2))))
def test_a_payload_that_is_whole_here_and_a_difference_there(tmp_path: Path, order: tuple[int, ...]) -> None:
    """One archive has seen states 0 and 1 of a page, the other 1 to 3; each packs what follows against its first."""
    bulk = random.Random(1).randbytes(3000).hex().encode()
    states = [b"<p>%d</p>" % number + bulk for number in range(4)]
    for number, seen in enumerate(((0, 1), (1, 2, 3))):
        database = create_or_open(tmp_path / f"{number}.db")
        with database.atomic():
            run = open_run(database.conn, SITE, {}, START)
            for state in seen:
                at = START + timedelta(days=state, hours=number)
                keep_capture(database.conn, run, Capture("http://dukdhcd.example/tin", at, 200, (), states[state]))
            close_run(database.conn, run, "finished", 1, START)
        deltas = database.execute("SELECT count(*) FROM payloads WHERE encoding = 'delta'").fetchone()[0]
        assert deltas == len(seen) - 1
        database.close()
    merged = create_or_open(tmp_path / "merged.db")
    for number in order:
        merge_archive(merged, tmp_path / f"{number}.db")
    chained = "SELECT count(*) FROM payloads p JOIN payloads b ON b.digest = p.base_digest WHERE b.base_digest NOTNULL"
    assert merged.execute(chained).fetchone()[0] == 0
    assert list(verify(merged)) == []
    merged.close()


def test_what_is_not_merged(tmp_path: Path) -> None:
    """The archive itself, an older one, one that a newer program made: one line, and nothing is written."""
    for name in ("own", "newer"):
        Visits(tmp_path / f"{name}.db").run(demo_portal(), START)
    with closing(sqlite3.connect(tmp_path / "newer.db")) as connection, connection:
        connection.execute("UPDATE runs SET program = '99.1'")
    unpack(4, tmp_path / "older.db")
    for name, said in (("own", "this is the archive itself"), ("newer", "newer program"), ("older", "older version")):
        database = create_or_open(tmp_path / "own.db")
        before = database.execute("SELECT count(*) FROM captures").fetchone()[0]
        with pytest.raises(ArchiveError, match=said):
            merge_archive(database, tmp_path / f"{name}.db")
        assert database.execute("SELECT count(*) FROM captures").fetchone()[0] == before
        database.close()


def test_a_site_is_declared_as_by_its_last_run(tmp_path: Path) -> None:
    for number, title in enumerate(("Tên cũ", "Tên mới")):
        visits = Visits(tmp_path / f"{number}.db", replace(SITE, title=title))
        visits.run(demo_portal(), START + timedelta(days=number))
        visits.database.close()
    for order in permutations(range(2)):
        database = create_or_open(tmp_path / f"merged{order[0]}.db")
        for number in order:
            merge_archive(database, tmp_path / f"{number}.db")
        assert database.execute("SELECT title FROM sites").fetchone()[0] == "Tên mới"
        assert list(verify(database)) == []
        database.close()


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_an_address_is_known_since_its_first_sight_in_any_of_the_archives(
    tmp_path: Path, order: tuple[int, int]
) -> None:
    portal = demo_portal()
    for number in (0, 1):
        watcher = Visits(tmp_path / f"{number}.db")
        watcher.run(portal, START + timedelta(days=number))
        watcher.database.close()
    database = create_or_open(tmp_path / "merged.db")
    for number in order:
        merge_archive(database, tmp_path / f"{number}.db")
    first = {row["url"]: row["seen_from"] for row in _list_addresses(tmp_path / "0.db")}
    assert {row["url"]: row["seen_from"] for row in _list_addresses(tmp_path / "merged.db")} == first
    database.close()


def _list_addresses(path: Path) -> list[sqlite3.Row]:
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        query = "SELECT d.url, aa.seen_from FROM article_addresses aa JOIN addresses d ON d.id = aa.address_id"
        return connection.execute(query).fetchall()


def test_an_older_listing_does_not_put_the_last_sight_back(tmp_path: Path) -> None:
    portal, visits = demo_portal(), Visits(tmp_path / "archive.db")
    portal.freeze_counters()
    visits.run(portal, START + timedelta(days=9))
    seen = visits.query("SELECT article_id, last_seen_at FROM current_articles ORDER BY article_id")
    run = visits.begin(START)
    for channel in portal.channels:
        visits.visit(run, portal, f"/{channel}", START + timedelta(seconds=1))
    visits.end(run, START)
    assert visits.query("SELECT article_id, last_seen_at FROM current_articles ORDER BY article_id") == seen
    assert visits.query(
        "SELECT min(observed_at) < ? AS early FROM view_history", (START + timedelta(days=1)).isoformat()
    )
    visits.database.close()
