"""What lasts is judged in the same way, whatever the order in which captures come into the archive (rules 7 and 11)."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archiver.archive.history.outages import FEWEST, is_too_many
from archiver.archive.store.file import create_or_open
from archiver.archive.upkeep.merge import merge_archive
from archiver.ingest.record import record_capture
from archiver.ingest.replay import replay
from archiver.ingest.verify import verify
from archiver.model import Capture, Listing, Purpose
from tests.ending_portal import FIRST_DAY, NOT_FOUND, EndingPortal
from tests.ending_portal import Answer as Reply
from tests.scripted_year import (
    HISTORY,
    Answer,
    Rows,
    ScriptedRun,
    close,
    dump,
    record_answers,
    record_run,
    record_year,
)
from tests.visiting import BASE, SITE

FEW = settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
SEEDS = st.integers(0, 100_000)
PAGES = {
    "farewell": "<h1>Lời chào</h1><p>Trang tin đã ngừng hoạt động, xin cảm ơn bạn đọc gần xa. {}</p>",
    "queue": "<h1>Phòng chờ</h1><p>Bạn đang trong hàng đợi, xin chờ trong ít phút. Số {}</p>",
    "article": (
        '<div class="portlet-boundary portlet-boundary_101_">'
        '<div class="asset-full-content-title">Thông báo chung</div>'
        '<div class="assetPublishDate block_timer">Ngày đăng 01/03/2026 | 1:00 PM</div><div class="asset-full-content">'
        '<div class="asset-content"><div class="journal-content-article"><p>Ban biên tập báo tin đến bạn đọc về việc '
        "chuyển toàn bộ nội dung sang cổng của tỉnh. {}</p></div></div></div></div>"
    ),
}


def script_end(seed: int, runs: int = 8) -> list[ScriptedRun]:
    """Let a portal of ten articles stumble and end: 404, 410, farewells and queues, for all or for some."""
    chance = random.Random(seed)
    portal = EndingPortal("lif", per_page=4)
    portal.publish(10)
    known: dict[str, str] = {}
    year, at = [], FIRST_DAY
    rule: object = None
    for number in range(runs):
        if number and chance.random() < 0.5:
            portal.rule = _choose_rule(portal, chance)
            rule = portal.rule
        if chance.random() < 0.4:
            portal.publish(chance.randint(1, 3))
        answers = tuple(_visit(portal, at, known, chance))
        year.append(ScriptedRun(f"{seed:06}{number:026}", at, answers, complete=True))
        at += timedelta(days=chance.choice([3, 5, 7, 14]), minutes=chance.randrange(60))
    assert rule is None or callable(rule)
    return year


def _choose_rule(portal: EndingPortal, chance: random.Random):  # type: ignore[no-untyped-def]
    kind = chance.choice(["well", "404", "410", *PAGES])
    share, listings = chance.choice([0.4, 0.8, 1.0]), chance.random() < 0.5
    stricken = {portal.path_of(one) for one in portal.articles if chance.random() < share}

    def answer(path: str, _: str) -> Reply | None:
        if kind == "well" or not (path in stricken or (listings and path.startswith("/tin?"))):
            return None
        if kind in PAGES:
            return 200, portal.shell("Cổng", PAGES[kind].format(f"{len(path)}x{path}"))
        return int(kind), NOT_FOUND[1]

    return answer


def _visit(portal: EndingPortal, at: datetime, known: dict[str, str], chance: random.Random) -> Iterator[Answer]:
    second, url = 0, f"{BASE}/tin"
    while url:
        answer = _ask(portal, url, at + timedelta(seconds=(second := second + 1)), Purpose("listing"))
        yield answer
        page = answer.page
        known.update({one.native_key: one.url for one in page.entries} if isinstance(page, Listing) else {})
        url = (page.next_url or "") if isinstance(page, Listing) else ""
    for key, address in sorted(known.items()):
        if chance.random() < 0.9:
            yield _ask(portal, address, at + timedelta(seconds=(second := second + 1)), Purpose("article", key))


def _ask(portal: EndingPortal, url: str, at: datetime, purpose: Purpose) -> Answer:
    status, text = portal.answer(url.removeprefix(BASE))
    return Answer(Capture(url, at, status, (("Content-Type", "text/html; charset=utf-8"),), text.encode()), purpose)


def _history(rows: Rows) -> Rows:
    return {view: rows[view] for view in HISTORY}


def test_more_than_a_third_of_the_known_articles_is_an_outage() -> None:
    assert [is_too_many(affected, 12) for affected in (3, 4, 5, 12)] == [False, False, True, True]
    assert [is_too_many(FEWEST - 1, known) for known in (1, 2)] == [False, False]
    assert is_too_many(FEWEST, FEWEST)
    assert not is_too_many(FEWEST, 3 * FEWEST)


@pytest.mark.slow
def test_a_scripted_end_has_all_that_can_happen(tmp_path: Path) -> None:
    """What the laws below are about does happen."""
    seen: set[str] = set()
    for seed in range(12):
        record_year(tmp_path / f"{seed}.db", script_end(seed))
        database = create_or_open(tmp_path / f"{seed}.db")
        seen |= {str(row["kind"]) for row in database.query("SELECT DISTINCT kind FROM events")}
        seen |= {str(row["outage"]) for row in database.query("SELECT DISTINCT outage FROM runs")}
        seen |= {str(row["detail"])[:8] for row in database.query("SELECT detail FROM readings WHERE sign = 'missing'")}
        assert list(verify(database)) == []
        database.close()
    assert seen >= {"suspect", "gone", "restored", "moment", "partial", "one page", "no artic"}


@pytest.mark.slow
@settings(FEW, max_examples=2)
@given(seed=SEEDS)
def test_runs_in_any_order_judge_the_same(seed: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder, chance, year = tmp_path_factory.mktemp("end"), random.Random(seed), script_end(seed)
    right = record_year(folder / "right.db", year)
    assert _history(record_year(folder / "shuffled.db", chance.sample(year, len(year)))) == _history(right)
    for name in ("right.db", "shuffled.db"):
        database = create_or_open(folder / name)
        assert list(verify(database)) == []
        list(replay(database))
        assert _history(dump(database)) == _history(right)
        database.close()


@pytest.mark.slow
@FEW
@given(seed=SEEDS)
def test_captures_in_two_archives_judge_the_same(seed: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder, chance, year = tmp_path_factory.mktemp("end"), random.Random(seed), script_end(seed)
    right = record_year(folder / "right.db", year)
    parts: tuple[list[tuple[ScriptedRun, list[Answer]]], ...] = ([], [])
    for run in year:
        places = [chance.choice([(0,), (1,), (0, 1)]) for _ in run.answers]
        for number, part in enumerate(parts):
            part.append((run, [one for one, place in zip(run.answers, places, strict=True) if number in place]))
    for number, part in enumerate(parts):
        database = create_or_open(folder / f"part{number}.db")
        for run, answers in part:
            record_run(database, run, answers)
        database.close()
    for first in (0, 1):
        database = create_or_open(folder / f"merged{first}.db")
        for number in (first, 1 - first):
            merge_archive(database, folder / f"part{number}.db")
        assert _history(dump(database)) == _history(right)
        # Each archive sealed its part of a run when it closed it.
        assert [line for line in verify(database) if "closed" not in line] == []
        database.close()


@pytest.mark.slow
@FEW
@given(seed=SEEDS)
def test_late_captures_judge_the_same(seed: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder, chance, year = tmp_path_factory.mktemp("end"), random.Random(seed), script_end(seed)
    right = record_year(folder / "right.db", year)
    database = create_or_open(folder / "late.db")
    late = []
    for scripted in year:
        kept = [answer for answer in scripted.answers if chance.random() < 0.7]
        run = record_answers(database, scripted, kept)
        close(database, scripted, run)
        late += [(run, answer) for answer in scripted.answers if answer not in kept]
    for run, answer in chance.sample(late, len(late)):
        record_capture(database, run, SITE, answer.capture, answer.page, answer.purpose)
    assert _history(dump(database)) == _history(right)
    database.close()
