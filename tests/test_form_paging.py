"""Listings whose pages a form turns (ASP.NET): asked for with POST, kept apart, walked to their ends."""

from collections.abc import Iterator

import pytest

from tests.conftest import FAST, Crawling, Done
from tests.form_portal import FormPortal, serve_forms


@pytest.fixture
def portal() -> FormPortal:
    return FormPortal()


@pytest.fixture
def base(portal: FormPortal) -> Iterator[str]:
    with serve_forms(portal) as address:
        yield address


def _crawl(crawling: Crawling, base: str, *more: str, **environment: str) -> Done:
    modules = ("-s", "SPIDER_MODULES=tests.form_portal")
    return crawling.run(
        "scrapy", "crawl", "forms", "-a", f"start={base}/tin", *modules, *FAST, *more, PYTHONUTF8="1", **environment
    )


def _listings(portal: FormPortal) -> list[str]:
    return [line for line in portal.asked if " /tin" in line]


def _findings(crawling: Crawling) -> list[object]:
    return [row["kind"] for row in crawling.query("SELECT kind FROM findings ORDER BY id")]


def test_the_pages_are_walked_and_kept_apart(crawling: Crawling, base: str, portal: FormPortal) -> None:
    done = _crawl(crawling, base)
    assert done.status == 0, done.err
    assert _listings(portal) == ["GET /tin", "POST /tin 2", "POST /tin 3"]
    kept = crawling.query(
        "SELECT a.url, count(*) AS captures FROM addresses a JOIN captures k ON k.address_id = a.id "
        "WHERE a.url LIKE '%/tin%' GROUP BY a.url ORDER BY a.url"
    )
    pages = ["", "#form-page=2", "#form-page=3"]
    assert kept == [{"url": f"{base}/tin{page}", "captures": 1} for page in pages]
    assert crawling.query("SELECT count(*) AS n FROM current_articles WHERE listed") == [{"n": 6}]
    assert crawling.query("SELECT complete FROM runs") == [{"complete": 1}]


def test_max_pages_holds(crawling: Crawling, base: str, portal: FormPortal) -> None:
    assert _crawl(crawling, base, "-a", "max_pages=2").status == 0
    assert _listings(portal) == ["GET /tin", "POST /tin 2"]


def test_a_pager_that_ignores_the_form_has_an_end(crawling: Crawling, base: str, portal: FormPortal) -> None:
    portal.ignores = True
    assert _crawl(crawling, base).status == 3
    assert _findings(crawling) == ["endless_pager"]
    assert _listings(portal) == ["GET /tin", "POST /tin 2"]


@pytest.mark.slow
def test_robots_txt_holds_for_forms(crawling: Crawling, base: str, portal: FormPortal) -> None:
    portal.answers["/robots.txt"] = (200, {"Content-Type": "text/plain"}, "User-agent: *\nDisallow: /tin$")
    assert _crawl(crawling, base).status == 1
    assert _listings(portal) == []


@pytest.mark.slow
@pytest.mark.parametrize(("status", "method"), [(302, "GET"), (303, "GET"), (307, "POST")])
def test_redirects_after_a_form(crawling: Crawling, base: str, portal: FormPortal, status: int, method: str) -> None:
    portal.after_form = status
    assert _crawl(crawling, base).status == 0
    number = " 2" if method == "POST" else ""
    assert _listings(portal)[:3] == ["GET /tin", "POST /tin 2", f"{method} /tin-trang-2{number}"]
    assert crawling.query("SELECT count(*) AS n FROM current_articles WHERE listed") == [{"n": 6}]


@pytest.mark.slow
def test_a_run_that_was_cut_off_asks_for_the_forms_anew(crawling: Crawling, base: str, portal: FormPortal) -> None:
    """The state in a form is gone by then; the articles are not asked for again."""
    limit = ("-s", "CLOSESPIDER_ERRORCOUNT=0", "-s", "RETRY_TIMES=0")
    portal.fails_after = 2
    assert _crawl(crawling, base, *limit).status == 3
    crawling.query("UPDATE runs SET outcome = 'died' RETURNING id")
    portal.fails_after = 0
    portal.asked.clear()
    _crawl(crawling, base, *limit)
    assert crawling.query("SELECT outcome, complete FROM runs ORDER BY id") == [
        {"outcome": "died", "complete": 0},
        {"outcome": "problems", "complete": 1},
    ]
    assert crawling.query("SELECT kind FROM findings WHERE run_id = 2") == [{"kind": "died_run"}]
    assert _listings(portal) == ["GET /tin", "POST /tin 2", "POST /tin 3"]
    assert sorted(line for line in portal.asked if "/bai/" in line) == ["GET /bai/5", "GET /bai/6"]
