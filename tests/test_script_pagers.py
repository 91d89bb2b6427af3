"""Pagers that a script turns: followed where the page names an address, told where it does not."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from archiver.crawl.planning.bounds import find_unturned
from archiver.crawl.planning.targets import Walk
from archiver.model import Capture, Listing, Page, Unreadable
from archiver.parsing.feeds.json_listing import is_posts
from archiver.parsing.page import read_page
from archiver.platforms.generic import GENERIC
from archiver.platforms.wordpress import WORDPRESS
from tests.conftest import FAST, Crawling
from tests.loopback import QuietHandler, serve_handler
from tests.real_portal import ZONE

URL = "https://huyen.example/tin"
NAMES = (
    "Hội chợ nông sản đầu xuân của huyện",
    "Lớp học bơi miễn phí cho thiếu nhi",
    "Đường liên xã được mở rộng thêm hai mét",
    "Chi bộ trường tiểu học kết nạp đảng viên",
    "Kết quả khám tuyển nghĩa vụ quân sự",
    "Huyện đón đoàn khảo sát về nước sạch",
)


def write_rows(first: int, last: int) -> str:
    """Write the rows of some articles."""
    return "".join(
        f'<li><a href="/tin/{number}.html">{NAMES[number - 1]}</a> <i>0{number}/06/2024</i></li>'
        for number in range(first, last + 1)
    )


def _page(pager: str, head: str = "") -> str:
    return (
        f"<html><head><title>Tin huyện</title>{head}</head><body><h2>Tin huyện</h2><ul>{write_rows(1, 3)}</ul>{pager}"
        "<p>© Huyện</p></body></html>"
    )


def _read(body: str, url: str = URL, *headers: tuple[str, str], kind: str = "text/html; charset=utf-8") -> Page:
    capture = Capture(url, datetime(2024, 7, 1, tzinfo=UTC), 200, (("Content-Type", kind), *headers), body.encode())
    return read_page(capture, GENERIC, ZONE)


def _listing(pager: str) -> Listing:
    page = _read(_page(pager))
    assert isinstance(page, Listing)
    assert len(page.entries) == 3
    return page


@pytest.mark.parametrize(
    ("pager", "following"),
    [
        ('<button class="more" data-url="/api/tin?page=2">Xem thêm</button>', "/api/tin?page=2"),
        (
            '<div class="load-more" data-href="?trang=2"><span>↓</span><button>Tải thêm tin</button></div>',
            "/tin?trang=2",
        ),
        ('<a href="#" hx-get="/tin/trang-2" class="btn">Load more</a>', "/tin/trang-2"),
        ('<div id="cuon" data-next-url="/tin/tiep?sau=c3R1">…</div>', "/tin/tiep?sau=c3R1"),
        (
            '<div><a href="#" data-url="/t?p=1">1</a> <a href="#" data-url="/t?p=2">2</a></div>',
            "/t?p=2",
        ),
        ('<a href="/tin?page=2">Xem thêm</a>', "/tin?page=2"),
        (
            '<ul data-pager="auto"><li><a class="button" rel="next" href="?page=1">Load More</a></li></ul>',
            "/tin?page=1",
        ),
        (
            '<a class="btn" href="javascript:;" data-url="/tin?p_p_id=x_INSTANCE_y&_x_cur=2">Xem thêm</a>',
            "/tin?p_p_id=x_INSTANCE_y&_x_cur=2",
        ),
        ("""<button onclick="location.href='/tin?trang=2'">Trang sau</button>""", "/tin?trang=2"),
        (
            '<select><option value="/tin?page=1">1</option><option value="/tin?page=2">2</option></select>',
            "/tin?page=2",
        ),
        ('<a class="pager" href="?page=1">Mehr laden</a>', "/tin?page=1"),
    ],
)
def test_an_address_that_is_named_is_followed(pager: str, following: str) -> None:
    listing = _listing(pager)
    assert listing.next_url == f"https://huyen.example{following}"
    assert listing.unturned == ""


@pytest.mark.parametrize(
    "pager",
    [
        '<button data-page="2">Xem thêm tin</button>',
        '<button data-url="/api/tin" data-page="2">Tải thêm</button>',
        '<button data-url="/api/tin?page={page}">Tải thêm</button>',
        '<button data-url="https://khac.example/tin?page=2">Tải thêm</button>',
        '<button data-url="/anh/2.jpg">Xem thêm</button>',
        '<div><span>1</span> <a href="javascript:di(2)">2</a> <a href="javascript:di(3)">3</a></div>',
        '<p><b>1</b> <a href="#" onclick="di(2)">2</a> <a href="#" onclick="di(2)">Sau</a></p>',
        "<button>加载更多</button>",
        "<button>Voir plus d'articles</button>",
        "<button>Mehr Beiträge laden</button>",
        "<button>Показать ещё</button>",
        "<button>Hiển thị thêm 10 tin</button>",
    ],
)
def test_where_none_is_named_it_is_told(pager: str) -> None:
    listing = _listing(pager)
    assert listing.next_url is None
    assert listing.unturned.endswith("is turned by a script")


@pytest.mark.parametrize(
    "beside",
    [
        '<div class="slider" data-next-url="/anh?page=2">›</div>',
        '<div class="fb-page" data-href="https://mang.example/huyen?page=2">Xem trang</div>',
        "<table><tr>" + "".join(f'<td><a href="#">{day}</a></td>' for day in range(1, 31)) + "</tr></table>",
        '<img data-src="/anh/2.jpg"><a href="/lien-he" data-url="/lien-he?page=2">Liên hệ</a>',
    ],
)
def test_what_is_no_pager(beside: str) -> None:
    listing = _listing(beside)
    assert (listing.next_url, listing.unturned) == (None, "")


ITEMS = [
    {"title": NAMES[number], "url": f"/tin/{number}.html", "publishedAt": f"2024-06-0{number}"} for number in (1, 2)
]
KEYS = ["huyen.example/tin/1.html", "huyen.example/tin/2.html"]


@pytest.mark.parametrize(
    "answer",
    [
        ITEMS,
        {"data": {"items": ITEMS, "authors": [{"name": "A", "url": "/a"}]}, "total": 40},
        [{"link": f"https://huyen.example/tin/{number}.html", "title": {"rendered": "Tin"}} for number in (1, 2)],
        {"html": f"<ul>{write_rows(1, 2)}</ul>"},
        [{"command": "settings", "settings": {}}, {"command": "insert", "data": f"<div>{write_rows(1, 2)}</div>"}],
    ],
)
def test_answers_to_scripts_list_articles(answer: object) -> None:
    page = _read(json.dumps(answer), f"{URL}/them?page=2", kind="application/json")
    assert isinstance(page, Listing), page
    assert [entry.native_key for entry in page.entries] == KEYS
    assert page.kind == "page"


def test_fields_of_an_answer() -> None:
    page = _read(json.dumps({"ds": ITEMS, "next": "/tin/them?page=3"}), f"{URL}/them?page=2")
    assert isinstance(page, Listing)
    entry = page.entries[0]
    assert (entry.title, entry.url) == (NAMES[1], "https://huyen.example/tin/1.html")
    assert entry.published
    assert str(entry.published.at) == "2024-05-31 17:00:00+00:00"
    assert page.next_url == "https://huyen.example/tin/them?page=3"
    header = ("Link", '<https://huyen.example/x?page=1>; rel="prev", <https://huyen.example/x?page=3>; rel="next"')
    following = _read(json.dumps(ITEMS), f"{URL}?page=2", header)
    assert isinstance(following, Listing)
    assert following.next_url == "https://huyen.example/x?page=3"


@pytest.mark.parametrize(
    "body", [write_rows(4, 6), write_rows(4, 4), json.dumps({"html": write_rows(4, 6)}), json.dumps(ITEMS)]
)
def test_the_first_piece_may_not_be_all(body: str) -> None:
    """A script counts by itself; so nothing is said of what slid behind the pages that were seen (rule 9)."""
    piece = _read(body, f"{URL}?page=2")
    assert isinstance(piece, Listing)
    assert (piece.is_piece, piece.next_url) == (True, None)
    assert find_unturned(piece, Walk(URL, pages=2)) == piece.unturned != ""
    assert find_unturned(piece, Walk(URL, pages=3)) == ""


@pytest.mark.parametrize("more", [{"next": None}, {"hasMore": False}, {"meta": {"next_page_url": ""}}])
def test_an_answer_that_says_so_is_the_last(more: dict[str, object]) -> None:
    piece = _read(json.dumps({"data": ITEMS, **more}), f"{URL}?page=2")
    assert isinstance(piece, Listing)
    assert piece.unturned == ""


def test_answers_with_nothing() -> None:
    """The page behind the last one ends a walk; what is no listing is none."""
    for body in ("[]", '{"html": ""}', '{"items": [], "total": 3}'):
        assert _read(body) == Listing(URL)
    for body in ('{"error": "closed"}', '{"items": [{"id": 1}]}', "[1, 2]", '{"a": "<a href=/x>một</a>"}'):
        page = _read(body)
        assert isinstance(page, Unreadable)
        assert page.problem.kind == "not_html"


POSTS = "/wp-json/wp/v2/posts?per_page=100&_fields=link%2Ctitle%2Cdate"


@pytest.mark.parametrize(
    ("head", "headers", "posts"),
    [
        ('<link rel="https://api.w.org/" href="https://huyen.example/wp-json/" />', (), POSTS),
        ("<link href='/wp-json/' rel='https://api.w.org/'>", (), POSTS),
        ("", (("Link", '<https://huyen.example/wp-json/>; rel="https://api.w.org/"'),), POSTS),
        (
            '<link rel="https://api.w.org/" href="/?rest_route=/" />',
            (),
            "/?rest_route=/wp/v2/posts&per_page=100&_fields=link%2Ctitle%2Cdate",
        ),
        ('<base href="/"><link rel="https://api.w.org/" href="wp-json/" />', (), POSTS),
        ('<link rel="https://api.w.org/" href="https://khac.example/wp-json/" />', (), None),
        ("", (), None),
    ],
)
def test_where_posts_are_given_out(head: str, headers: tuple[tuple[str, str], ...], posts: str | None) -> None:
    for platform in (GENERIC, WORDPRESS):
        kind = ("Content-Type", "text/html; charset=utf-8")
        body = _page("", head).encode()
        page = read_page(Capture(URL, datetime(2024, 7, 1, tzinfo=UTC), 200, (kind, *headers), body), platform, ZONE)
        assert isinstance(page, Listing)
        assert page.more == ((f"https://huyen.example{posts}",) if posts else ())
    assert posts is None or is_posts(f"https://huyen.example{posts}")


Answer = tuple[int, str, str]


@contextmanager
def _serve(answer: Callable[[str, str], Answer]) -> Iterator[tuple[str, list[str]]]:
    asked: list[str] = []

    class Handler(QuietHandler):
        def respond(self) -> None:
            asked.append(self.path)
            status, kind, text = answer(self.path, f"http://{self.headers['Host']}")
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

    with serve_handler(Handler) as base:
        yield base, asked


def _write_article(path: str) -> Answer:
    number = int(path.removeprefix("/tin/").partition(".")[0])
    text = "".join(
        f"<p>{NAMES[number - 1]}: đoạn {part} kể thêm về việc này trên địa bàn huyện.</p>" for part in range(6)
    )
    head = f"<title>{NAMES[number - 1]}</title>"
    body = f"<h1>{NAMES[number - 1]}</h1><div>0{number}/06/2024</div><div>{text}</div>"
    return 200, "text/html; charset=utf-8", f"<html><head>{head}</head><body>{body}</body></html>"


def _crawl(crawling: Crawling, base: str) -> tuple[int, list[object], int]:
    done = crawling.run("scrapy", "crawl", "site", "-a", f"url={base}/tin", *FAST)
    findings = [row["kind"] for row in crawling.query("SELECT kind FROM findings ORDER BY id")]
    return done.status, findings, len(crawling.query("SELECT 1 FROM current_articles"))


@pytest.mark.parametrize("kind", [pytest.param("html", marks=pytest.mark.slow), "json"])
def test_a_crawl_loads_more(crawling: Crawling, kind: str) -> None:
    def answer(path: str, _base: str) -> Answer:
        if path == "/tin":
            return 200, "text/html; charset=utf-8", _page('<button data-url="/them?page=2">Xem thêm</button>')
        if path.startswith("/them?page="):
            rows = {"2": write_rows(4, 5), "3": write_rows(6, 6)}.get(path[-1], "")
            more = '<button data-url="/them?page=3">Xem thêm</button>' if path.endswith("2") else ""
            if kind == "json":
                return 200, "application/json", json.dumps({"html": rows + more})
            return 200, "text/html; charset=utf-8", rows + more
        return _write_article(path) if path.startswith("/tin/") else (404, "text/html", "")

    with _serve(answer) as (base, asked):
        assert _crawl(crawling, base) == (0, [], 6)
        assert [path for path in asked if path.startswith("/them")] == ["/them?page=2", "/them?page=3"]


@pytest.mark.parametrize("status", [200, 401, 404])
def test_a_crawl_asks_for_posts(crawling: Crawling, status: int) -> None:
    """What is open leads to articles that no listing shows; what is closed is no error."""

    def answer(path: str, base: str) -> Answer:
        if path == "/tin":
            return 200, "text/html; charset=utf-8", _page("", f'<link rel="https://api.w.org/" href="{base}/wp-json/">')
        if path.startswith("/wp-json"):
            posts = [{"link": f"{base}/tin/{n}.html", "title": {"rendered": NAMES[n - 1]}} for n in range(2, 7)]
            closed = {"code": "rest_forbidden", "message": "closed"}
            return status, "application/json", json.dumps(posts if status == 200 else closed)
        return _write_article(path) if path.startswith("/tin/") else (404, "text/html", "")

    with _serve(answer) as (base, asked):
        assert _crawl(crawling, base) == (0, [], 6 if status == 200 else 3)
        assert [path for path in asked if path.startswith("/wp-json")] == [POSTS]
    listed = crawling.query("SELECT count(*) AS n FROM current_articles WHERE listed")
    assert listed == [{"n": 3}]
