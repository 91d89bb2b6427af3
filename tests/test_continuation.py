"""Where an article goes on: a pager of its own text, and none of other articles, comments or lists."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.model import Article, Capture, Image, Listing, Page, Problem, Unreadable
from archiver.parsing.page import read_page
from archiver.parsing.pages.continuation import MOST_PAGES, conclude, goes_on, read_page_of
from archiver.parsing.pages.recognition import recognise_capture

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")

URL = "https://xa.example/tin/le-ra-quan"
TITLE = "Lễ ra quân làm thủy lợi đầu năm ở các xã ven sông"
TEXTS = [
    f"Đoạn {number}: bà con các thôn tập trung ở bờ kênh từ sáng sớm, mỗi nhà một người, mang theo cuốc và xẻng."
    for number in range(1, 6)
]


def _read(pager: str, *, url: str = URL, above: str = "", below: str = "", inside: str = "") -> Article:
    text = "".join(f"<p>{text}</p>" for text in TEXTS)
    html = (
        f"<html><head><title>{TITLE} - Xã Hòa Lộc</title></head><body><div><h1>{TITLE}</h1><div>05/02/2024</div>"
        f"{above}<div class='bai'>{text}{inside}</div>{pager}</div>{below}<div>© Xã Hòa Lộc</div></body></html>"
    )
    headers = (("Content-Type", "text/html; charset=utf-8"),)
    capture = Capture(url, datetime(2024, 3, 1, tzinfo=UTC), 200, headers, html.encode())
    page = read_page(capture, recognise_capture(capture), ZONE)
    assert isinstance(page, Article), page
    return page


def _kinds(article: Article) -> list[str]:
    return [problem.kind for problem in article.problems]


@pytest.mark.parametrize(
    ("pager", "following"),
    [
        ('<div>1 <a href="?page=2">2</a> <a href="?page=3">3</a></div>', f"{URL}?page=2"),
        ('<p>Xem trang: <a href="/tin/le-ra-quan?trang=2">Trang 2</a></p>', f"{URL}?trang=2"),
        ('<p><a href="?page=1">2</a> <a href="?page=2">3</a></p>', f"{URL}?page=1"),
        ('<ul><li><a href="/tin/le-ra-quan/2/">2</a></li></ul>', f"{URL}/2/"),
        ('<div><a href="/tin/le-ra-quan/page/2">Next page</a></div>', f"{URL}/page/2"),
        ('<div><a rel="next" href="le-ra-quan-p2">Đọc phần còn lại của bài</a></div>', f"{URL}-p2"),
        ('<div><a href="?start=1">Tiếp theo</a></div>', f"{URL}?start=1"),
        ('<div><a href="?trang=2">Mời đọc tiếp</a></div>', f"{URL}?trang=2"),
        ('<select><option>1</option><option value="?page=2">2</option></select>', f"{URL}?page=2"),
    ],
)
def test_where_it_goes_on(pager: str, following: str) -> None:
    article = _read(pager)
    assert article.next_url == following
    assert _kinds(article) == ["continues"]
    assert list(article.paragraphs) == TEXTS


@pytest.mark.parametrize("place", ["above", "inside", "pager"])
def test_wherever_the_pager_stands(place: str) -> None:
    links = '<div>Trang: <b>1</b> <a href="?page=2">2</a></div>'
    article = _read(**{"pager": "", place: links})
    assert article.next_url == f"{URL}?page=2"
    assert list(article.paragraphs) == TEXTS
    assert "Trang" not in article.body_html


_OTHERS = "".join(
    f'<li><a href="/tin/{slug}">{title}</a></li>'
    for slug, title in {
        "hop-giao-ban": "Họp giao ban công tác tháng hai tại trụ sở",
        "trao-qua": "Trao quà cho các gia đình có hoàn cảnh khó khăn",
        "tiem-phong": "Kế hoạch tiêm phòng cho gia súc đợt một",
    }.items()
)


@pytest.mark.parametrize(
    "pager",
    [
        '<div><a rel="next" href="/tin/hop-giao-ban">Bài sau</a> <a rel="prev" href="/tin/tiem-phong">Trước</a></div>',
        f'<h3>Các tin khác</h3><ul>{_OTHERS}</ul><div>1 <a href="?page=2">2</a> <a href="?page=3">3</a></div>',
        f'<div>Bình luận</div><div>{"Tôi thấy việc này rất nên làm thường xuyên. " * 10}</div><a href="?page=2">2</a>',
        '<div>1 <a href="?page=2#comments">2</a></div>',
        '<div>1 <a href="?comment_page=2">2</a></div>',
        '<div><a href="?print=2">In trang</a> <a href="?size=2">2</a></div>',
        '<div><a href="/tin/le-ra-quan-nam-2023">2</a></div>',
        '<div>1 <a href="?page=7">7</a></div>',
        '<ul class="pagination"><li class="disabled"><a href="?page=2">»</a></li></ul>',
    ],
)
def test_what_is_no_page_of_it(pager: str) -> None:
    article = _read(pager)
    assert article.next_url is None
    assert _kinds(article) == []


def test_the_number_of_an_article_is_no_page_number() -> None:
    pager = '<div><a href="?p=123">‹</a> <a href="?p=125">›</a></div>'
    assert _read(pager, url="https://xa.example/?p=124").next_url is None
    assert _read('<a href="/tin/bai-13.html">›</a>', url="https://xa.example/tin/bai-12.html").next_url is None


def test_a_later_page_leads_to_the_one_after_it() -> None:
    pager = '<p>Trang: <a href="/tin/le-ra-quan">1</a> <b>2</b> <a href="?page=3">3</a></p>'
    assert _read(pager, url=f"{URL}?page=2").next_url == f"{URL}?page=3"
    last = _read('<p>Trang: <a href="/tin/le-ra-quan">1</a> <a href="?page=2">2</a> 3</p>', url=f"{URL}?page=3")
    assert (last.next_url, _kinds(last), list(last.paragraphs)) == (None, [], TEXTS)


def test_a_pager_that_a_script_turns_is_told() -> None:
    pager = '<div class="pagination"><span>1</span><a href="#" onclick="go(2)">2</a></div>'
    article = _read(pager)
    assert (article.next_url, _kinds(article)) == (None, ["continues"])
    assert _kinds(_read(f"<ul>{_OTHERS}</ul>{pager}")) == []


@given(st.sampled_from(["page", "trang", "p"]), st.integers(2, 99), st.sampled_from(["", "?id=5", "?id=5&lang=vi"]))
def test_every_page_is_known_by_its_number(name: str, number: int, query: str) -> None:
    url = f"https://xa.example/bai{query}"
    page = f"{url}{'&' if query else '?'}{name}={number}"
    assert read_page_of(page, url) == (number, None, False)
    assert read_page_of(url, page) == (1, number, False)
    assert read_page_of(page, page) is None


def _page(number: int, *, following: bool = True, title: str = TITLE, texts: tuple[str, ...] | None = None) -> Article:
    url = URL if number == 1 else f"{URL}?page={number}"
    return Article(
        url.removeprefix("https://"),
        url,
        title,
        paragraphs=texts if texts is not None else (f"Phần {number}.",),
        body_html=f"<p>Phần {number}.</p>",
        images=(Image(f"https://xa.example/{number}.jpg"),),
        problems=(Problem("continues", "…"),) if following else (),
        next_url=f"{URL}?page={number + 1}" if following else None,
    )


def test_pages_put_together() -> None:
    first, second, third = _page(1), _page(2, title=f"{TITLE} (Trang 2)"), _page(3, following=False)
    assert goes_on((), first)
    assert goes_on((first,), second)
    assert not goes_on((first, second), third)
    whole = conclude((first, second), third)
    assert isinstance(whole, Article)
    assert (whole.native_key, whole.url, whole.title) == (first.native_key, first.url, TITLE)
    assert (whole.paragraphs, whole.next_url, whole.problems) == (("Phần 1.", "Phần 2.", "Phần 3."), None, ())
    assert whole.body_html == "<p>Phần 1.</p>\n<p>Phần 2.</p>\n<p>Phần 3.</p>"
    assert [image.url[-5:] for image in whole.images] == ["1.jpg", "2.jpg", "3.jpg"]


def test_what_every_page_repeats_is_there_once() -> None:
    second = _page(2, following=False, texts=("Phần 1.", "Phần 2."))
    whole = conclude((_page(1),), second)
    assert isinstance(whole, Article)
    assert whole.paragraphs == ("Phần 1.", "Phần 2.")


@pytest.mark.parametrize(
    "kind", ["http_404", "http_500", "captcha_page", "truncated", "maintenance_page", "login_page"]
)
def test_a_page_that_was_not_had(kind: str) -> None:
    page = conclude((_page(1),), Unreadable(f"{URL}?page=2", Problem(kind, "nothing came")))
    assert page == Unreadable(f"{URL}?page=2", Problem("incomplete_article", f"page 2 of {URL}: nothing came"))


@pytest.mark.parametrize(
    "page",
    [
        Listing(f"{URL}?page=2"),
        Unreadable(f"{URL}?page=2", Problem("no_article", "no headline")),
        _page(2, following=False, title="Một bài khác hẳn"),
    ],
)
def test_a_page_of_something_else(page: Page) -> None:
    first = _page(1)
    shown = conclude((first,), page)
    assert isinstance(shown, Article)
    assert (shown.paragraphs, shown.next_url) == (first.paragraphs, first.next_url)
    assert [problem.kind for problem in shown.problems] == ["continues"]


def test_the_same_text_again_is_no_page() -> None:
    first = _page(1)
    same = conclude((first,), Article("k", f"{URL}?page=2", TITLE, paragraphs=first.paragraphs))
    assert isinstance(same, Article)
    assert (same.paragraphs, same.next_url, same.problems) == (first.paragraphs, None, ())


def test_there_is_an_end_to_it() -> None:
    pages = tuple(map(_page, range(1, MOST_PAGES + 1)))
    assert not goes_on(pages, _page(MOST_PAGES + 1))
    whole = conclude(pages, _page(MOST_PAGES + 1))
    assert isinstance(whole, Article)
    assert [problem.kind for problem in whole.problems] == ["continues"]
