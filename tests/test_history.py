"""Snapshots and states: no edit invented, none missed, nothing lost when a page goes away."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from archiver.archive.history.snapshots import rederive_article
from tests.portal import Portal, PortalArticle, Response, demo_portal, maintenance_page
from tests.visiting import Visits

START = datetime(2026, 1, 5, 3, 0, tzinfo=UTC)
VIEWS = ("current_articles", "article_history", "view_history", "events")


@pytest.fixture
def visits(tmp_path: Path) -> Iterator[Visits]:
    visits = Visits(tmp_path / "archive.db")
    yield visits
    visits.database.close()


def _day(number: int) -> datetime:
    return START + timedelta(days=number)


def _history(visits: Visits, article_id: int) -> list[tuple[object, object, object]]:
    rows = visits.query(
        "SELECT snapshot, changed_fields, cause FROM article_history WHERE article_id = ? ORDER BY snapshot",
        str(article_id),
    )
    return [(row["snapshot"], json.loads(str(row["changed_fields"] or "null")), row["cause"]) for row in rows]


def _events(visits: Visits, article_id: int) -> list[object]:
    rows = visits.query("SELECT kind FROM events WHERE article_id = ? ORDER BY at, kind", str(article_id))
    return [row["kind"] for row in rows]


def _state(visits: Visits, article_id: int) -> dict[str, object]:
    query = "SELECT state, listed, snapshots FROM current_articles WHERE article_id = ?"
    return visits.query(query, str(article_id))[0]


def test_twenty_crawls_of_an_unchanged_portal_make_no_second_snapshot(visits: Visits) -> None:
    """Counters, tokens, related lists, a visitor counter and a clock move at every request."""
    portal = demo_portal()
    for number in range(20):
        assert visits.run(portal, _day(number)) == []
    counted = visits.query(
        "SELECT count(*) AS articles, sum(snapshots) AS snapshots,"
        " (SELECT count(*) FROM view_history WHERE source = 'article') AS counts FROM current_articles"
    )
    assert counted == [{"articles": 24, "snapshots": 24, "counts": 24 * 20}]
    assert {row["kind"] for row in visits.query("SELECT kind FROM events")} == {"created"}


def test_every_row_is_what_the_readings_give(visits: Visits) -> None:
    """Usual cases are written without deriving the article; deriving all of them again changes nothing."""
    portal = demo_portal()
    first, second, third, *_ = portal.listed()
    visits.run(portal, _day(0))
    portal.edit(first.id, title=f"{first.title} (sửa)")
    portal.set_views(second.id, 0)
    portal.remove(third.id)
    visits.run(portal, _day(1))
    portal.restore(third.id)
    visits.run(portal, _day(2))
    before = visits.dump("articles", "snapshots", "article_events")
    with visits.database.atomic():
        for row in visits.query("SELECT id FROM articles"):
            rederive_article(visits.database.conn, int(str(row["id"])))
    assert visits.dump("articles", "snapshots", "article_events") == before
    assert {event["kind"] for event in before["article_events"]} >= {"created", "edited", "counter_reset", "restored"}


def _move_paragraph(article: PortalArticle) -> dict[str, object]:
    first, second, *others = article.paragraphs
    return {"paragraphs": (second, first, *others)}


def _edit_paragraph(before: str, after: str) -> Callable[[PortalArticle], dict[str, object]]:
    def edit(article: PortalArticle) -> dict[str, object]:
        head, *others = article.paragraphs
        assert before in head
        return {"paragraphs": (head.replace(before, after, 1), *others)}

    return edit


EDITS: tuple[tuple[Callable[[PortalArticle], dict[str, object]], list[str]], ...] = (
    (lambda a: {"title": a.title + " (sửa)"}, ["title"]),
    (lambda a: {"title": a.title.replace(" (sửa)", "")}, ["title"]),
    (_edit_paragraph("Mở đầu", "Mở màn"), ["body"]),
    (_edit_paragraph("853", "835"), ["body"]),
    (_edit_paragraph("835", "853"), ["body"]),
    (_move_paragraph, ["body"]),
    (_move_paragraph, ["body"]),
    (lambda a: {"lead": a.lead + " Hội nghị kéo dài một ngày."}, ["lead"]),
    (lambda a: {"images": ((a.images[0][0], "Chú thích đã sửa"), *a.images[1:])}, ["images"]),
    (lambda a: {"images": (*a.images, ("/image/journal/article?img_id=991", "Ảnh mới"))}, ["images"]),
    (lambda a: {"images": a.images[:-1]}, ["images"]),
    (lambda a: {"attachments": (("/documents/1/0/KH+02.pdf/ab", "Kế hoạch số 02"),)}, ["body", "attachments"]),
    (lambda a: {"published": a.published + timedelta(days=1)}, ["published"]),
    (lambda a: {"published": a.published.replace(hour=15, minute=1)}, ["published"]),
    (lambda a: {"no_time": True, "published": a.published.replace(hour=0, minute=0)}, ["published"]),
    (lambda a: {"author": "Trần Thị Bình"}, ["author"]),
    (lambda a: {"author": None}, ["author"]),
    (lambda a: {"paragraphs": (*a.paragraphs, "Một đoạn được thêm vào sau khi đăng.")}, ["body"]),
    (lambda a: {"paragraphs": a.paragraphs[:-1]}, ["body"]),
    (_edit_paragraph("chiều", "Chiều"), ["body"]),
    (_edit_paragraph("Chiều", "chiều"), ["body"]),
    (_edit_paragraph("đồng chí", "đ/c"), ["body"]),
    (lambda a: {"title": "Tiêu đề khác hẳn", "lead": "Phần dẫn khác hẳn của bài viết."}, ["title", "lead"]),
    (_edit_paragraph("đ/c", "đồng chí"), ["body"]),
    (lambda a: {"title": a.title + "!"}, ["title"]),
)


def _scripted() -> PortalArticle:
    return PortalArticle(
        id=5_000_001,
        channel="hoat-dong-dang-uy-khoi",
        title="Hội nghị sơ kết công tác quý",
        lead="Sáng nay, Đảng ủy Khối tổ chức hội nghị sơ kết công tác quý.",
        paragraphs=(
            "Mở đầu hội nghị, vào buổi chiều, đồng chí chủ trì nêu 853 ý kiến của các đảng bộ.",
            "Các đại biểu thảo luận về nhiệm vụ của quý sau.",
            "Hội nghị thống nhất chương trình làm việc.",
        ),
        published=datetime(2025, 12, 31, 9, 30),  # noqa: DTZ001 - the portal's own time
        author="Lê Văn An",
        images=(("/image/journal/article?img_id=990", "Quang cảnh hội nghị"),),
        attachments=(("/documents/1/0/KH+01.pdf/aa", "Kế hoạch số 01"),),
        views=10,
    )


@pytest.mark.slow
def test_every_edit_makes_one_snapshot_with_the_right_fields(visits: Visits) -> None:
    portal = demo_portal()
    portal.add(_scripted())
    visits.run(portal, _day(0))
    for number, (edit, _) in enumerate(EDITS, 1):
        portal.edit(5_000_001, **edit(portal.article(5_000_001)))
        assert visits.run(portal, _day(number)) == []
        assert visits.run(portal, _day(number) + timedelta(hours=1)) == []
    expected = [(1, None, "page")]
    expected += [(number, fields, "page") for number, (_, fields) in enumerate(EDITS, 2)]  # type: ignore[misc]
    assert _history(visits, 5_000_001) == expected
    others = visits.query("SELECT count(*) AS n FROM current_articles WHERE snapshots > 1 AND article_id != '5000001'")
    assert others == [{"n": 0}]


def test_a_text_that_returns_is_a_new_snapshot_with_the_earlier_digest(visits: Visits) -> None:
    portal = demo_portal()
    portal.add(_scripted())
    visits.run(portal, _day(0))
    for number, title in enumerate(("Tạm thời", "Hội nghị sơ kết công tác quý"), 1):
        portal.edit(5_000_001, title=title)
        visits.run(portal, _day(number))
    digests = visits.query(
        "SELECT content_digest, seen_from FROM article_history WHERE article_id = '5000001' ORDER BY snapshot"
    )
    first, second, third = (row["content_digest"] for row in digests)
    assert first == third != second
    assert [str(row["seen_from"])[:10] for row in digests] == ["2026-01-05", "2026-01-06", "2026-01-07"]


def test_a_key_that_comes_back_with_another_article_is_an_edit_that_loses_nothing(visits: Visits) -> None:
    """A portal that gives an id away again: told as an edit of everything, and both texts are kept."""
    portal = demo_portal()
    portal.add(_scripted())
    visits.run(portal, _day(0))
    other = {
        "lead": "Sáng 5/1, Đoàn trường ra quân.",
        "paragraphs": ("Hơn 200 sinh viên lên đường.",),
        "author": "Bùi Minh",
    }
    portal.edit(5_000_001, title="Ra quân mùa hè xanh", published=datetime(2026, 1, 5, 8), **other)  # noqa: DTZ001
    assert visits.run(portal, _day(1)) == []
    fields = ["title", "lead", "body", "author", "published"]
    assert _history(visits, 5_000_001) == [(1, None, "page"), (2, fields, "page")]
    assert _events(visits, 5_000_001) == ["created", "edited", "title_changed"]
    titles = visits.query("SELECT title FROM article_history WHERE article_id = '5000001' ORDER BY snapshot")
    assert [row["title"] for row in titles] == ["Hội nghị sơ kết công tác quý", "Ra quân mùa hè xanh"]


def test_bytes_may_change_as_long_as_the_text_does_not(visits: Visits) -> None:
    portal = demo_portal()
    visits.run(portal, _day(0))
    for article in portal.listed():
        portal.edit(article.id, spelling=article.spelling + 20)
    assert visits.run(portal, _day(1)) == []
    assert visits.query("SELECT max(snapshots) AS most FROM current_articles") == [{"most": 1}]


def test_relative_dates_make_no_snapshot(visits: Visits) -> None:
    """They move with every capture, and a date that takes their place says nothing new; the first one is shown."""
    portal = demo_portal()
    for day, printed in enumerate(("2 giờ trước", "hôm qua", "04/01/2026 | 8:15 AM")):
        portal.outage = partial(_print_date, portal, printed)
        assert visits.run(portal, _day(day)) == []
    dates = visits.query("SELECT DISTINCT published_raw, snapshots FROM current_articles")
    assert dates == [{"published_raw": "2 giờ trước", "snapshots": 1}]


def test_a_date_to_come_makes_no_snapshot_when_it_has_come(visits: Visits) -> None:
    """It is printed all the time; only what it means is understood later."""
    portal = demo_portal()
    portal.outage = partial(_print_date, portal, f"{_day(5):%d/%m/%Y} | 8:15 AM")
    for day in (0, 6):
        visits.run(portal, _day(day))
    assert visits.query("SELECT max(snapshots) AS most FROM current_articles") == [{"most": 1}]


def _print_date(portal: Portal, printed: str, target: str) -> Response | None:
    if "view_content" not in target:
        return None
    page = portal.page(target)
    body, times = re.subn(rb"\d\d/\d\d/\d{4}( \| \d\d?:\d\d [AP]M)?", printed.encode(), page.body)
    assert times
    return replace(page, body=body)


def test_missing_becomes_suspect_then_gone_and_comes_back(visits: Visits) -> None:
    portal = demo_portal()
    article = portal.listed()[3].id
    visits.run(portal, _day(0))
    portal.remove(article)
    for day, state in ((1, "suspect"), (8, "suspect"), (14, "suspect"), (15, "gone"), (30, "gone")):
        assert visits.run(portal, _day(day)) == []
        assert _state(visits, article) == {"state": state, "listed": 0, "snapshots": 1}
    portal.restore(article)
    visits.run(portal, _day(31))
    assert _state(visits, article) == {"state": "live", "listed": 1, "snapshots": 1}
    assert _events(visits, article) == ["created", "suspect", "gone", "restored"]
    detail = visits.query("SELECT detail FROM events WHERE kind = 'gone'")[0]["detail"]
    assert detail == "answered with status 404; missing on 2026-01-06, 2026-01-13, 2026-01-19, 2026-01-20"


def test_a_good_capture_between_misses_starts_over(visits: Visits) -> None:
    portal = demo_portal()
    article = portal.listed()[3].id
    visits.run(portal, _day(0))
    for day in (1, 8, 10, 22):
        portal.remove(article) if day != 10 else portal.restore(article)
        visits.run(portal, _day(day))
    assert _state(visits, article)["state"] == "suspect"


def test_410_counts_double(visits: Visits) -> None:
    portal = demo_portal()
    article = portal.listed()[3]
    visits.run(portal, _day(0))
    portal.delist(article.id)
    path = visits.query("SELECT url FROM current_articles WHERE article_id = ?", str(article.id))[0]["url"]
    portal.answers[str(path).removeprefix(visits.base)] = Response(410, b"gone")
    visits.run(portal, _day(1))
    assert _state(visits, article.id)["state"] == "suspect"
    visits.run(portal, _day(15))
    assert _state(visits, article.id)["state"] == "gone"


def test_an_article_that_left_the_listings_but_answers_is_delisted(visits: Visits) -> None:
    portal = demo_portal()
    article = portal.listed()[3].id
    visits.run(portal, _day(0))
    portal.delist(article)
    visits.run(portal, _day(1))
    assert _state(visits, article) == {"state": "live", "listed": 0, "snapshots": 1}
    portal.restore(article)
    visits.run(portal, _day(2))
    assert _state(visits, article) == {"state": "live", "listed": 1, "snapshots": 1}
    assert _events(visits, article) == ["created", "delisted", "relisted"]


def test_a_counter_that_falls_is_kept_and_told(visits: Visits) -> None:
    portal = demo_portal()
    article = next(article.id for article in portal.listed() if article.views)
    visits.run(portal, _day(0))
    portal.set_views(article, 3)
    visits.run(portal, _day(1))
    visits.run(portal, _day(2))
    assert _events(visits, article) == ["created", "counter_reset"]
    counts = visits.query(
        "SELECT views FROM view_history WHERE article_id = ? AND source = 'article' ORDER BY observed_at", str(article)
    )
    assert [row["views"] for row in counts][1:] == [4, 5]
    assert visits.query("SELECT max(snapshots) AS most FROM current_articles") == [{"most": 1}]


def test_growth_with_and_without_our_own_visits(visits: Visits) -> None:
    portal = demo_portal()
    article = next(article.id for article in portal.listed() if article.views)
    visits.run(portal, _day(0))
    portal.set_views(article, (portal.views(article) or 0) + 20)
    visits.run(portal, _day(2))
    gained = visits.query(
        "SELECT sum(gained) AS gained, sum(own_visits) AS own, sum(gained_by_others) AS others FROM view_growth "
        "WHERE article_id = ? AND observed_until >= '2026-01-07'",
        str(article),
    )
    assert gained == [{"gained": 21, "own": 1, "others": 20}]


NOT_FOUND = "<html><head><title>Thông báo</title></head><body><h1>Không tìm thấy nội dung yêu cầu</h1></body></html>"
CAPTCHA = "<html><head><title>Xác minh</title></head><body>Bạn không phải là robot? Nhập captcha.</body></html>"


def _answer(body: bytes | str, status: int = 200) -> Response:
    return Response(status, body if isinstance(body, bytes) else body.encode())


_BODY = re.compile(rb"<body\b.*</body>", re.DOTALL)


def _break_classes(portal: Portal, target: str) -> Response:
    page = portal.page(target)
    return replace(
        page, body=page.body.replace(b"journal-content-article", b"noi-dung").replace(b"asset-content", b"nd")
    )


def _leave_to_script(portal: Portal, target: str) -> Response:
    """Answer as after a redesign whose pages a script is to write."""
    page = portal.page(target)
    return replace(page, body=_BODY.sub(b'<body><div id="app"></div><script src="/app.js"></script></body>', page.body))


OUTAGES: dict[str, Callable[[Portal, str], Response | None]] = {
    "maintenance for all": lambda _, __: _answer(maintenance_page(START)),
    "maintenance that has a title": lambda _, target: (
        _answer(maintenance_page(START, title="Cổng thông tin")) if "view_content" in target else None
    ),
    "503 storm": lambda _, __: _answer("quá tải", 503),
    "captcha": lambda _, __: _answer(CAPTCHA),
    "404 for every article": lambda _, target: _answer(NOT_FOUND, 404) if "view_content" in target else None,
    "soft 404 for every article": lambda _, target: _answer(NOT_FOUND) if "view_content" in target else None,
    "pages that a script is to write": _leave_to_script,
    "empty pages": lambda _, __: _answer(b""),
    "forbidden": lambda _, target: _answer("cấm", 403) if "view_content" in target else None,
}


@pytest.mark.parametrize("name", OUTAGES)
def test_an_outage_changes_nothing(name: str, visits: Visits) -> None:
    portal = demo_portal()
    visits.run(portal, _day(0))
    portal.freeze_counters()
    before = visits.dump(*VIEWS)
    ids = {str(article.id) for article in portal.listed()}
    portal.outage = lambda target: OUTAGES[name](portal, target)
    for day in (1, 10, 20):
        assert visits.run(portal, _day(day)) != []
    after = visits.dump("article_history", "events")
    assert after == {view: before[view] for view in after}
    states = visits.query("SELECT DISTINCT state, listed FROM current_articles")
    assert states == [{"state": "live", "listed": 1}]
    portal.outage = None
    assert visits.run(portal, _day(21)) == []
    assert {row["article_id"] for row in visits.query("SELECT article_id FROM current_articles")} == ids
    assert visits.query("SELECT max(snapshots) AS most FROM current_articles") == [{"most": 1}]
    assert {row["kind"] for row in visits.query("SELECT kind FROM events")} == {"created"}


def test_changed_class_names_change_no_article(visits: Visits) -> None:
    """What is read of the pages all the same may only show that an article stands as it stood."""
    portal = demo_portal()
    visits.run(portal, _day(0))
    portal.freeze_counters()
    before = visits.dump("article_history", "events")
    portal.outage = lambda target: _break_classes(portal, target)
    for day in (1, 10, 20):
        assert set(visits.run(portal, _day(day))) == {"layout_missed"}
    after = visits.dump("article_history", "events")
    known = {(row["article_id"], row["snapshot"]): row for row in before["article_history"]}
    for row in after["article_history"]:
        row["seen_until"] = known[row["article_id"], row["snapshot"]]["seen_until"]
    assert after == before
    portal.outage = None
    assert visits.run(portal, _day(21)) == []
    assert visits.query("SELECT max(snapshots) AS most FROM current_articles") == [{"most": 1}]


def test_empty_listings_delist_nothing(visits: Visits) -> None:
    portal = demo_portal()
    visits.run(portal, _day(0))
    for article in portal.listed()[2:]:
        portal.delist(article.id)
    assert "listings_shrunk" in visits.run(portal, _day(1))
    assert visits.query("SELECT DISTINCT listed FROM current_articles") == [{"listed": 1}]


def test_one_page_for_many_new_articles_creates_none(visits: Visits) -> None:
    portal = demo_portal()
    page = maintenance_page(START, title="Cổng thông tin đang được cập nhật nội dung")
    portal.outage = lambda target: _answer(page) if "view_content" in target else None
    assert visits.run(portal, _day(0)) != []
    assert visits.query("SELECT count(*) AS n FROM current_articles") == [{"n": 0}]
    portal.outage = None
    visits.run(portal, _day(1))
    assert visits.query("SELECT count(*) AS n, max(snapshots) AS most FROM current_articles") == [{"n": 24, "most": 1}]
