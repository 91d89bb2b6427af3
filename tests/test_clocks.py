"""Clocks that are wrong: told as a finding that says what to do, once a run, and never as a defect of the program."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.archive.runs.clocks import Ahead, find_ahead, read_offsets
from archiver.archive.runs.health import Health, RunFigures
from archiver.archive.runs.known_articles import KnownArticle, list_known_articles
from archiver.archive.runs.run_history import LedgerEntry
from archiver.checks import find_faults
from archiver.checks.attendance import check_attendance
from archiver.crawl.planning.schedule import choose_visits
from archiver.ingest.record import record_capture
from archiver.model import Capture, Problem, Unreadable
from archiver.site import Revisits
from tests.conftest import Crawling
from tests.portal import Portal, Response, article_path, demo_portal, serve
from tests.visiting import BASE, SITE, Visits

NOW = datetime(2026, 6, 1, 3, tzinfo=UTC)
DAY = timedelta(days=1)
URL = f"{BASE}/tin-tuc"
ADVICE = (
    "look at it (date -u): if it is wrong, set it, and archiver runs --withdraw 7 sets this run aside; if it is right, "
    "the server's is wrong"
)


def _tell(offsets: Sequence[timedelta] = (), ahead: Ahead | None = None) -> list[tuple[str, str]]:
    health = Health(SITE, URL, NOW, "daily", True, True, RunFigures(), ahead=ahead, number=7, offsets=tuple(offsets))
    return [(finding.kind, finding.detail) for finding in find_faults(health)]


@pytest.mark.parametrize(
    ("offsets", "detail"),
    [
        ([3 * DAY] * 4, "3 days ahead of the Date of the server's answers (the median of 4)"),
        ([-400 * DAY] * 3, "400 days behind the Date of the server's answers (the median of 3)"),
        ([23 * DAY / 24] * 9, None),
        ([-timedelta(minutes=90)] * 9, None),
        ([9 * DAY] * 2, None),
        ([9 * DAY] * 4 + [timedelta()] * 5, None),
    ],
)
def test_a_clock_that_differs(offsets: list[timedelta], detail: str | None) -> None:
    told = [("clock_differs", f"this machine's clock is {detail}; {ADVICE}")] if detail else []
    assert _tell(offsets) == told


@given(st.lists(st.timedeltas(-DAY, DAY), min_size=1, max_size=30), st.data())
def test_no_minority_of_odd_answers_is_believed(usual: list[timedelta], data: st.DataObject) -> None:
    odd = data.draw(st.lists(st.timedeltas(-1000 * DAY, 1000 * DAY), max_size=(len(usual) - 1) // 2))
    assert _tell([*usual, *odd]) == []


def test_captures_of_the_future() -> None:
    [(kind, detail)] = _tell(ahead=Ahead(8, NOW + 365 * DAY, (5,)))
    assert kind == "clock_ahead"
    assert detail == (
        "8 captures are ahead of this machine's clock (run 5), up to 2027-06-01 03:00 UTC; until then what they show "
        "passes for the newest; look at the clock (date -u): if it is right now, archiver runs --withdraw 5 sets such "
        "a run aside; if it is wrong, set it, and withdraw this run, 7, instead"
    )


def test_what_lies_ahead_is_found_in_the_captures(tmp_path: Path) -> None:
    """Those of a site alone, and not those of machines whose clocks differ by minutes."""
    visits, portal = Visits(tmp_path / "archive.db"), demo_portal()
    visits.run(portal, NOW - DAY)
    assert find_ahead(visits.database.conn, SITE.name, NOW) is None
    assert find_ahead(visits.database.conn, SITE.name, NOW - DAY - timedelta(minutes=9)) is None
    run = visits.begin(NOW + 300 * DAY)
    path = article_path(portal.listed()[0])
    for days in (300, 301):
        visits.visit(run, portal, path, NOW + days * DAY)
    assert find_ahead(visits.database.conn, SITE.name, NOW) == Ahead(2, NOW + 301 * DAY, (2,))
    assert find_ahead(visits.database.conn, "another", NOW) is None
    visits.database.close()


@pytest.mark.parametrize(
    ("headers", "offset"),
    [
        ((("Date", format_datetime(NOW - DAY, usegmt=True)),), DAY),
        ((("date", format_datetime(NOW + DAY, usegmt=True)),), -DAY),
        ((("Date", format_datetime(NOW - 3 * DAY, usegmt=True)), ("Age", "259200")), timedelta()),
        ((("Date", format_datetime(NOW, usegmt=True)), ("Age", "old")), timedelta()),
        ((("Date", "Mon, 31 Feb 2026 03:00:00 GMT"),), None),
        ((("Date", "yesterday"),), None),
        ((("Date", "Fri, 31 Dec 9999 23:59:59 GMT"), ("Age", "9999999999999")), None),
        ((("Server", "x"),), None),
        ((), None),
    ],
)
def test_dates_of_answers(tmp_path: Path, headers: tuple[tuple[str, str], ...], offset: timedelta | None) -> None:
    visits = Visits(tmp_path / "archive.db")
    run = visits.begin(NOW)
    page = Unreadable(URL, Problem("http_404", "answered with status 404"))
    record_capture(visits.database, run, SITE, Capture(URL, NOW, 404, headers, b""), page)
    assert read_offsets(visits.database.conn, run) == (() if offset is None else (offset,))
    visits.database.close()


def _age(portal: Portal, days: float) -> None:
    """Let the portal's server have a clock of its own."""

    def answer(target: str) -> Response:
        page = portal.page(target)
        date = format_datetime(datetime.now(UTC) - days * DAY, usegmt=True)
        head = f"HTTP/1.1 {page.status} OK\r\nDate: {date}\r\nContent-Type: text/html;charset=UTF-8\r\n"
        return Response(page.status, raw=f"{head}Content-Length: {len(page.body)}\r\n\r\n".encode() + page.body)

    portal.outage = answer


def _findings(crawling: Crawling) -> list[tuple[object, ...]]:
    rows = crawling.query("SELECT run_id, kind FROM run_findings ORDER BY run_id, kind")
    return [tuple(row.values()) for row in rows if row["kind"] != "nothing_new"]


def test_a_crawl_compares_its_clock_with_the_servers(crawling: Crawling) -> None:
    """One finding for the run, not one for each page; a clock that is moved by hand is compared with none."""
    portal = demo_portal()
    with serve(portal) as base:
        start = f"{base}/{next(iter(portal.channels))}"
        assert crawling.scrapy("dukdhcd", start).status in (0, 3)
        _age(portal, 2.5)
        assert crawling.scrapy("dukdhcd", start).status == 3
        later = (datetime.now(UTC) + DAY).isoformat()
        assert crawling.scrapy("dukdhcd", start, ARCHIVE_NOW=later).status in (0, 3)
    assert _findings(crawling) == [(2, "clock_differs")]


@pytest.mark.slow
def test_a_crawl_by_a_clock_that_was_ahead_is_told_by_the_next(crawling: Crawling) -> None:
    portal = demo_portal()
    with serve(portal) as base:
        start = f"{base}/{next(iter(portal.channels))}"
        for days in (0, 366, 2, 9):
            status = crawling.scrapy("dukdhcd", start, ARCHIVE_NOW=(NOW + days * DAY).isoformat()).status
            assert status in (0, 3)
    assert _findings(crawling) == [(2, "clock_ahead"), (3, "clock_ahead")]
    scopes = crawling.query("SELECT scope FROM run_summary WHERE started_at < '2027' ORDER BY run_id")
    assert [row["scope"] for row in scopes] == ["deep", "daily", "deep"]  # the walk of the future puts none off


def test_the_last_visit_is_the_last_of_the_past(tmp_path: Path) -> None:
    """There is another one, by a clock that was ahead; where there is none but that, it has to do."""
    visits, portal = Visits(tmp_path / "archive.db"), demo_portal()
    visits.run(portal, NOW - DAY)
    run = visits.begin(NOW + 300 * DAY)
    article = portal.listed()[0]
    visits.visit(run, portal, article_path(article), NOW + 300 * DAY, str(article.id))
    for at, first, last in ((NOW, -DAY, timedelta(0)), (NOW - 3 * DAY, 300 * DAY, 300 * DAY)):
        known = list_known_articles(visits.database.conn, SITE.name, at)
        (visited,) = [item.visited_at for item in known if item.key == str(article.id)]
        assert NOW + first <= visited <= NOW + last
    visits.database.close()


def test_visits_of_the_future_put_none_off() -> None:
    """One that was dated a year ahead is due, and would otherwise not be for that year."""
    known = [
        KnownArticle(str(key), URL, "Tin", "live", True, NOW - 9 * DAY, NOW - 9 * DAY, None, NOW + days * DAY, 0)
        for key, days in enumerate((365, -0.001))
    ]
    assert choose_visits(known, Revisits(min_revisits=0, max_revisits=9), NOW) == ["0"]


def test_runs_of_the_future_do_not_hide_that_none_comes() -> None:
    entries = [LedgerEntry(number, NOW - days * DAY, "finished") for number, days in enumerate((9, 8, 7, 6, 5, -300))]
    assert [remark.kind for remark in check_attendance(entries, NOW, expected=True)] == ["not_run"]
    assert list(check_attendance(entries[-1:], NOW, expected=True)) == []
