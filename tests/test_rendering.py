"""Sites that declare ``rendered = True``: chromium writes their pages, and reaches nothing that a crawl does not."""

import json
from collections.abc import Iterator
from contextlib import closing
from importlib.util import find_spec

import pytest

from archiver.archive.evidence.captures import load_capture
from archiver.archive.store.file import open_for_reading
from archiver.crawl.rendering.chromium import check_rendering, find_chromium
from archiver.errors import SiteError, UsageError
from archiver.site import Site
from tests.conftest import FAST, Crawling, Done
from tests.scripted_portal import KEYS, ScriptedPortal, article_of, serve_scripted

needs_browser = [
    pytest.mark.slow,
    pytest.mark.skipif(find_spec("scrapy_playwright") is None, reason="scrapy-playwright is not installed"),
    pytest.mark.skipif(find_chromium() is None, reason="there is no chromium here: apt-get install chromium"),
]


@pytest.fixture
def portal() -> ScriptedPortal:
    return ScriptedPortal()


@pytest.fixture
def base(portal: ScriptedPortal) -> Iterator[str]:
    with serve_scripted(portal) as address:
        yield address


def _crawl(crawling: Crawling, base: str, *more: str, site: str = "rendered", **environment: str) -> Done:
    modules = ("-s", "SPIDER_MODULES=tests.scripted_portal")
    start = ("-a", f"start={base}/tin")
    return crawling.run("scrapy", "crawl", site, *start, *modules, *FAST, *more, PYTHONUTF8="1", **environment)


def _findings(crawling: Crawling) -> list[dict[str, object]]:
    return crawling.query("SELECT kind, count(*) AS n FROM findings GROUP BY kind ORDER BY kind")


def _list_headers(crawling: Crawling) -> list[tuple[int, dict[str, str]]]:
    """List status and headers, in lower case, of all captures."""
    with closing(open_for_reading(crawling.path)) as database:
        ids = [row["id"] for row in database.query("SELECT id FROM captures ORDER BY id")]
        captures = [load_capture(database.conn, capture_id) for capture_id in ids]
    return [(capture.status, {name.lower(): value for name, value in capture.headers}) for capture in captures]


class TestRendering:
    pytestmark = needs_browser

    def test_all_articles_are_read_with_all_fields(self, crawling: Crawling, base: str, portal: ScriptedPortal) -> None:
        records = crawling.folder / "records.json"
        done = _crawl(crawling, base, "-O", str(records))
        assert done.status == 0, done.err
        assert "Traceback" not in done.err
        read = [
            {name: record[name] for name in ("title", "published_at", "views", "lead", "body")}
            for record in json.loads(records.read_text(encoding="utf-8"))
        ]
        assert sorted(read, key=lambda record: str(record["title"])) == [
            {
                "title": article_of(key)["title"],
                "published_at": f"2024-02-0{key}T03:0{key}:00+00:00",
                "views": key * 100,
                "lead": article_of(key)["lead"],
                "body": article_of(key)["body"],
            }
            for key in KEYS
        ]
        assert portal.cookies == []
        assert portal.asked[0] == "GET /robots.txt"

    def test_the_capture_says_so(self, crawling: Crawling, base: str) -> None:
        _crawl(crawling, base)
        kept = [headers for _, headers in _list_headers(crawling) if "session=1" in headers.get("set-cookie", "")]
        assert len(kept) == 1 + len(KEYS)
        assert all(headers["x-archiver-rendered"].startswith("chromium/") for headers in kept)
        assert all("etag" in headers for headers in kept)

    def test_nothing_comes_from_another_host(self, crawling: Crawling, base: str, portal: ScriptedPortal) -> None:
        other = ScriptedPortal()
        with serve_scripted(other) as elsewhere:
            portal.extra = (
                f'<script src="{elsewhere}/app.js"></script><img src="{elsewhere}/a.png"><img src="/a.png">'
                f'<iframe src="{elsewhere}/f"></iframe><link rel="stylesheet" href="{elsewhere}/a.css">'
                f'<script>fetch("{elsewhere}/data"); navigator.sendBeacon("{elsewhere}/beacon");'
                f'new WebSocket("{elsewhere.replace("http", "ws")}/socket"); window.open("{elsewhere}/window");'
                f'navigator.serviceWorker.register("/worker.js").catch(() => 0);</script>'
            )
            assert _crawl(crawling, base).status == 0
        assert other.asked == []
        assert [line for line in portal.asked if "a.png" in line or "worker" in line] == []
        assert crawling.query("SELECT count(*) AS n FROM current_articles") == [{"n": len(KEYS)}]

    def test_a_page_that_leads_elsewhere_stays(self, crawling: Crawling, base: str, portal: ScriptedPortal) -> None:
        portal.extra = '<script>setTimeout(() => { location.href = "http://10.0.0.1/"; }, 50)</script>'
        assert _crawl(crawling, base).status == 0
        assert crawling.query("SELECT count(*) AS n FROM current_articles") == [{"n": len(KEYS)}]

    def test_robots_txt_holds_for_data(self, crawling: Crawling, base: str, portal: ScriptedPortal) -> None:
        portal.answers["/robots.txt"] = (200, {"Content-Type": "text/plain"}, "User-agent: *\nDisallow: /api/")
        assert _crawl(crawling, base).status != 0
        assert [line for line in portal.asked if "/api/" in line] == []
        assert "scripted_page" in [row["kind"] for row in _findings(crawling)]

    def test_a_page_without_its_data_is_no_state(self, crawling: Crawling, base: str, portal: ScriptedPortal) -> None:
        portal.answers["/api/bai/3"] = (503, {}, "")
        assert _crawl(crawling, base, "-s", "RETRY_TIMES=1").status == 3
        assert {"kind": "truncated", "n": 1} in _findings(crawling)
        assert crawling.query("SELECT count(*) AS n FROM current_articles WHERE title IS NOT NULL") == [{"n": 4}]

    def test_a_script_without_end_is_a_timeout(self, crawling: Crawling, base: str, portal: ScriptedPortal) -> None:
        portal.answers["/bai/2"] = (200, {}, "<html><body><script>for (;;) {}</script></body></html>")
        assert _crawl(crawling, base, "-s", "DOWNLOAD_TIMEOUT=15", "-s", "RETRY_TIMES=0").status == 3
        assert {"kind": "timeout", "n": 1} in _findings(crawling)
        assert crawling.query("SELECT count(*) AS n FROM current_articles WHERE title IS NOT NULL") == [{"n": 4}]

    def test_what_grows_too_large_is_refused(self, crawling: Crawling, base: str, portal: ScriptedPortal) -> None:
        growing = '<html><body><script>document.body.append("x".repeat(300000))</script></body></html>'
        portal.answers["/bai/2"] = (200, {}, growing)
        assert _crawl(crawling, base, "-s", "DOWNLOAD_MAXSIZE=200000").status == 3
        assert {"kind": "too_big", "n": 1} in _findings(crawling)

    def test_redirects_and_errors_are_not_rendered(self, crawling: Crawling, base: str, portal: ScriptedPortal) -> None:
        portal.answers["/bai/2"] = (404, {}, FRAMED)
        assert _crawl(crawling, base).status == 3
        rows = [(status, "x-archiver-rendered" in headers) for status, headers in _list_headers(crawling)]
        assert {row for row in rows if row[0] != 200} == {(404, False)}

    def test_a_second_run_sees_what_changed_in_an_unchanged_frame(
        self, crawling: Crawling, base: str, portal: ScriptedPortal
    ) -> None:
        assert _crawl(crawling, base).status == 0
        changed = article_of(1) | {"title": "Bài viết số 1 có tên mới"}
        portal.answers["/api/bai/1"] = (200, {}, json.dumps(changed))
        portal.answers["/api/tin"] = (200, {}, json.dumps([{"key": 1, "title": changed["title"]}]))
        _crawl(crawling, base)
        titles = crawling.query("SELECT title FROM current_articles WHERE url LIKE '%/bai/1'")
        assert titles == [{"title": changed["title"]}]


FRAMED = "<html><body><p>Không có.</p><script src=/app.js></script></body></html>"


@pytest.mark.slow
def test_without_rendering_the_page_says_what_to_do(crawling: Crawling, base: str) -> None:
    assert _crawl(crawling, base, site="bare").status != 0
    said = crawling.query("SELECT detail FROM findings WHERE kind = 'scripted_page'")
    assert len(said) == 1
    assert "pip install 'committee-news-archiver[render]'" in str(said[0]["detail"])
    assert "rendered = True" in str(said[0]["detail"])


def test_a_missing_chromium_is_said_before_anything_is_asked(
    crawling: Crawling, base: str, portal: ScriptedPortal
) -> None:
    done = _crawl(crawling, base, PATH="/nowhere")
    assert done.status == 2
    assert len(done.err.strip().splitlines()) == 1, done.err
    assert portal.asked == []
    assert not crawling.path.exists()


@pytest.mark.parametrize(("missing", "said"), [("extra", "pip install"), ("chromium", "apt-get install chromium")])
def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, missing: str, said: str) -> None:
    monkeypatch.setattr(
        "archiver.crawl.rendering.chromium.find_spec", lambda _name: None if missing == "extra" else object()
    )
    monkeypatch.setattr("archiver.crawl.rendering.chromium.find_chromium", lambda: None)
    with pytest.raises(UsageError, match=said):
        check_rendering("x")


def test_rendered_is_a_switch() -> None:
    with pytest.raises(SiteError, match="rendered"):
        Site("x", "X", "generic", rendered="yes")  # type: ignore[arg-type]  # what a person may write
