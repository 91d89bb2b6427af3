"""Pages that a script writes in the browser are recognised and said; pages that merely hold scripts are not claimed."""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from archiver.html.decoding import decode_page
from archiver.model import Capture, Problem, Unreadable
from archiver.parsing.page import read_page
from archiver.parsing.pages.document import PageRejectedError, TooDeepError, parse_html
from archiver.parsing.pages.scripted import recognise_scripted
from archiver.platforms.generic import GENERIC
from archiver.platforms.layout import Platform
from archiver.platforms.liferay_hanoi import LIFERAY_HANOI
from tests.real_portal import unpack_mirror

SCRIPT = '<script src="/static/main.js"></script>'
MEANT = "a script in the browser writes this page"
BARE = {
    "react": f'<title>Cổng thông tin</title><body><div id="root"></div>{SCRIPT}',
    "next": f'<body><div id="__next"><p>Đang tải…</p></div>{SCRIPT}',
    "nuxt": f'<body><div id="__nuxt"></div>{SCRIPT}',
    "angular": f"<body><app-root></app-root>{SCRIPT}",
    "angular 1": f'<body ng-app="cong"><div ng-view></div>{SCRIPT}',
    "noscript": f"<body><noscript>You need to enable JavaScript to run this app.</noscript><main></main>{SCRIPT}",
    "noscript, Vietnamese": f"<body><noscript>Vui lòng bật JavaScript để xem trang.</noscript>{SCRIPT}",
}
ARTICLE = "<p>" + "Hội nghị đã nghe báo cáo và thảo luận về kế hoạch năm sau. " * 10 + "</p>"
SPOKEN = {
    "rendered on the server": f'<body><div id="__next"><h1>Tin mới</h1>{ARTICLE}</div>{SCRIPT}',
    "text beside an empty root": f'<body><div id="app"></div><h1>Tin mới</h1>{ARTICLE}{SCRIPT}',
    "a list of links": f'<body><div id="app"><a href="/mot">Tin một</a><a href="/hai">Tin hai</a></div>{SCRIPT}',
    "no script at all": '<body><div id="root"></div>',
    "a short notice": f"<body><h1>Thông báo</h1><p>Cổng tạm dừng để bảo trì.</p>{SCRIPT}",
    "noscript below an article": f"<body>{ARTICLE}<noscript>Please enable JavaScript.</noscript>{SCRIPT}",
    "nothing": "",
}


@pytest.mark.parametrize("name", BARE)
def test_what_a_script_is_to_write_is_said(name: str) -> None:
    problem = recognise_scripted(parse_html(BARE[name]))
    assert isinstance(problem, Problem)
    assert problem.kind == "scripted_page"
    assert problem.detail.startswith(MEANT)
    assert "\n" not in problem.detail


@pytest.mark.parametrize("name", SPOKEN)
def test_what_says_something_itself_is_not_claimed(name: str) -> None:
    assert recognise_scripted(parse_html(SPOKEN[name])) is None


@pytest.mark.slow
def test_no_real_page_is_claimed(shared: Path, tmp_path: Path) -> None:
    """All of the real pages have scripts, and print what they say."""
    folders = (shared / "pages", unpack_mirror(shared, tmp_path))
    pages = [path for folder in folders for path in sorted(folder.rglob("*.html"))]
    assert len(pages) > 250
    claimed = []
    for path in pages:
        try:
            page = parse_html(decode_page(path.read_bytes(), ()))
        except (PageRejectedError, TooDeepError):
            continue
        if recognise_scripted(page):
            claimed.append(path.name)
    assert claimed == []


@pytest.mark.parametrize("platform", [LIFERAY_HANOI, GENERIC], ids=["a known platform", "none"])
def test_reading_such_a_page_says_so(platform: Platform) -> None:
    capture = Capture("http://vidu.vn/tin", datetime(2026, 1, 5, tzinfo=UTC), 200, (), BARE["react"].encode())
    page = read_page(capture, platform, ZoneInfo("Asia/Ho_Chi_Minh"))
    assert isinstance(page, Unreadable)
    assert page.problem.kind == "scripted_page"
