"""Outages as cron sees them: real crawls, their exit statuses, and an archive that stays as it was."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.conftest import Crawling
from tests.portal import Portal, Response, demo_portal, serve

LOGIN = "<html><title>Đăng nhập</title><body><form>Đăng nhập <input type=password></form></body></html>"
CAPTCHA = "<html><title>Xác minh</title><body>Bạn không phải là robot? Nhập captcha.</body></html>"
MAINTENANCE = "<html><body><h1>Hệ thống đang bảo trì, mời quay lại sau</h1></body></html>"
Outage = Callable[[Portal, str], Response | None]


def _only_articles(response: Response) -> Outage:
    return lambda _, target: response if "view_content" in target else None


def _rename_classes(portal: Portal, target: str) -> Response:
    page = portal.page(target)
    return replace(page, body=page.body.replace(b"asset-full-content", b"noi-dung").replace(b"asset-title", b"tieu-de"))


def _truncate(portal: Portal, target: str) -> Response | None:
    return replace(portal.page(target), truncate_at=2000) if "view_content" in target else None


def _to_login(_: Portal, target: str) -> Response | None:
    return None if "dang-nhap" in target else Response(302, b"", (("Location", "/dang-nhap"),))


CASES: dict[str, tuple[Outage, int]] = {
    "503 for all": (lambda _, __: Response(503, b"busy"), 1),
    "maintenance for all": (
        lambda _, __: Response(200, b"<html><h1>H\xe1\xbb\x87 th\xe1\xbb\x91ng b\xe1\xba\xa3o tr\xc3\xac"),
        1,
    ),
    "captcha for all": (lambda _, __: Response(200, CAPTCHA.encode()), 1),
    "login redirect": (
        lambda _, target: None if "dang-nhap" in target else Response(302, b"", (("Location", "/dang-nhap"),)),
        1,
    ),
    "login in place of articles": (_only_articles(Response(200, LOGIN.encode())), 3),
    "404 for every article": (_only_articles(Response(404, b"khong thay")), 3),
    "articles lead home": (_only_articles(Response(302, b"", (("Location", "/"),))), 3),
    "truncated articles": (_truncate, 3),
    "changed class names": (_rename_classes, 3),
}


def _look_up(crawling: Crawling) -> list[list[dict[str, object]]]:
    """Look history and events up, without what a page that reads as before confirms."""
    history = [{**row, "seen_until": None} for row in crawling.query("SELECT * FROM article_history")]
    return [history, crawling.query("SELECT * FROM events")]


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_an_outage_is_told_and_changes_nothing(name: str, crawling: Crawling) -> None:
    outage, status = CASES[name]
    portal = demo_portal()
    portal.freeze_counters()
    with serve(portal) as base:
        start = ",".join(f"{base}/{channel}" for channel in portal.channels)
        assert crawling.scrapy("dukdhcd", start, ARCHIVE_NOW="2026-01-05T03:00:00+00:00").status == 0
        before = _look_up(crawling)
        portal.outage = lambda target: outage(portal, target)
        for day in ("06", "16", "26"):
            done = crawling.scrapy("dukdhcd", start, ARCHIVE_NOW=f"2026-01-{day}T03:00:00+00:00")
            assert done.status == status, done.err[-2000:]
            assert "Traceback" not in done.err
        assert _look_up(crawling) == before
        states = crawling.query("SELECT DISTINCT state, listed, snapshots FROM current_articles")
        assert states == [{"state": "live", "listed": 1, "snapshots": 1}]
        portal.outage = None
        assert crawling.scrapy("dukdhcd", start, ARCHIVE_NOW="2026-01-27T03:00:00+00:00").status == 0
    assert crawling.query("SELECT DISTINCT kind FROM events") == [{"kind": "created"}]
