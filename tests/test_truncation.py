"""A page that was cut off is told by its end, wherever that is; one that is only badly written is whole."""

import gzip
import re
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from archiver.html.markup import parse_once
from archiver.ingest.record import read_capture
from archiver.model import Article, Capture, Listing, Page, Problem, Unreadable
from archiver.parsing.pages import truncation
from archiver.parsing.pages.truncation import find_truncation
from archiver.site import Site
from tests.portal import article_path, demo_portal
from tests.real_portal import unpack_mirror

AT = datetime(2026, 3, 9, 2, tzinfo=UTC)
HOST = "https://xa.example"
LIFERAY, UNKNOWN = Site("khoi", "Cổng của Khối", "liferay_hanoi"), Site("xa", "Trang của xã", "generic")
SENTENCES = (
    "Sáng nay bà con cả thôn ra nhà văn hóa từ rất sớm, ngồi kín mấy dãy ghế nghe mặt trận nói về việc chung.",
    "Ông Đỗ Văn Thịnh, trưởng ban, đọc từng khoản thu &amp; chi của quý trước, rồi trả lời những câu hỏi còn để lại.",
    "Đến trưa, mọi người thống nhất làm lại con đường ven kênh trước mùa mưa, mỗi hộ góp hai ngày công.",
)
PARAGRAPHS = "\n".join(f"<p>{sentence}</p>" for sentence in SENTENCES)
TOP = '<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8"><title>Họp dân bàn việc chung</title></head><body>'
MENU = '<div id="top"><a href="/">Trang chủ</a> <a href="/tin">Tin tức</a></div>'
HEAD = '<h1>Họp dân bàn việc chung</h1><div class="info">Ngày đăng: 05/03/2026 - Lượt xem: 41</div>'
FOOT = '<div id="foot">Ủy ban nhân dân xã, điện thoại 024 3333</div>'
MAIN = f'<div class="article">{HEAD}<div class="content">{PARAGRAPHS}</div></div>'
PAGE = f"{TOP}{MENU}{MAIN}{FOOT}</body></html>"
ROWS = "\n".join(
    f'<li class="item"><h3><a href="/tin/bai-{n}.html">Bài thứ {n} của thôn Hạ Vy</a></h3><p>Tóm tắt bài {n}.</p></li>'
    for n in range(1, 9)
)
LIST = (
    f'<div id="main"><h1>Tin tức</h1><ul class="news">{ROWS}</ul><ul class="pagination"><li>'
    '<a rel="next" href="/tin?page=2">Trang sau</a></li></ul></div>'
)
LISTING = f"{TOP}{MENU}{LIST}{FOOT}</body></html>"
PORTAL = demo_portal()
REPLICA = PORTAL.page(article_path(PORTAL.listed()[0])).body
FEED = (
    '<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0"><channel><title>Tin của xã</title>'
    + "".join(f"<item><title>Bài {n}</title><link>{HOST}/tin/bai-{n}.html</link></item>" for n in range(1, 9))
    + "</channel></rss>"
)


def read(body: str | bytes, site: Site = UNKNOWN, path: str = "/tin/hop-dan.html") -> Page:
    body = body.encode() if isinstance(body, str) else body
    return read_capture(site, Capture(HOST + path, AT, 200, (("Content-Type", "text/html"),), body))


def is_cut(page: Page) -> bool:
    return isinstance(page, Unreadable) and page.problem.kind == "truncated"


def test_the_good_twins_are_read() -> None:
    article, listing, feed = read(PAGE), read(LISTING, path="/tin"), read(FEED, path="/rss")
    assert isinstance(article, Article)
    assert len(article.paragraphs) == len(SENTENCES)
    assert isinstance(listing, Listing)
    assert (len(listing.entries), listing.next_url) == (8, f"{HOST}/tin?page=2")
    assert isinstance(feed, Listing)
    assert len(feed.entries) == 8
    assert isinstance(read(REPLICA, LIFERAY, article_path(PORTAL.listed()[0])), Article)


def _span(body: bytes, start: str, end: str) -> tuple[int, int]:
    """Return the first byte after ``start`` begins and the last before ``end`` does."""
    begin = body.index(start.encode())
    return begin + 1, body.index(end.encode(), begin)


ARTICLE_SPAN = _span(PAGE.encode(), '<div class="article">', FOOT)
LISTING_SPAN = _span(LISTING.encode(), '<div id="main">', FOOT)
REPLICA_SPAN = _span(REPLICA, '<div class="asset-full-content-title', '<div class="asset-control-detail')
FEED_SPAN = (FEED.index("<rss") + 5, len(FEED.encode()) - 1)


LOOKS = {
    "article": (PAGE.encode(), ARTICLE_SPAN, UNKNOWN, "/tin/hop-dan.html"),
    "listing": (LISTING.encode(), LISTING_SPAN, UNKNOWN, "/tin"),
    "feed": (FEED.encode(), FEED_SPAN, UNKNOWN, "/rss"),
    "replica": (REPLICA, REPLICA_SPAN, LIFERAY, article_path(PORTAL.listed()[0])),
}


@pytest.mark.parametrize("look", LOOKS)
def test_no_cut_within_what_is_read_is_taken_for_the_page(look: str) -> None:
    """Every byte of it: within letters, entities, tags, and behind every end of an element."""
    body, span, site, path = LOOKS[look]
    assert [at for at in range(*span) if not is_cut(read(body[:at], site, path))] == []


@pytest.mark.parametrize("look", ["article", "listing"])
@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "cp1258"])
def test_other_encodings_are_cut_as_well(look: str, encoding: str) -> None:
    body, _, site, path = LOOKS[look]
    recoded = body.decode().encode(encoding, "replace")
    start = recoded.index("<h1>".encode(encoding)[2 if encoding == "utf-16" else 3 if "sig" in encoding else 0 :])
    cuts = range(start + 8, start + 400, 3)
    assert [at for at in cuts if not is_cut(read(recoded[:at], site, path))] == []


BLOCKS = st.sampled_from(["div", "section", "article", "table", "ul", "form", "blockquote", "center", "custom-box"])


@settings(deadline=None)
@given(st.lists(st.tuples(BLOCKS, st.booleans()), min_size=1, max_size=6), st.integers(0, 5), st.data())
def test_generated_pages_are_cut_anywhere_within_their_elements(
    nest: list[tuple[str, bool]], words: int, data: st.DataObject
) -> None:
    """Whatever stands around the text: once an element that wants an end is open, no prefix of the page is whole."""
    opened = "".join(f"<{name}>{'<p>Lời dẫn.</p>' if text else ''}" for name, text in nest)
    closed = "".join(f"</{name}>" for name, _ in reversed(nest))
    inner = "".join(f"<p>{sentence}</p><br>" for sentence in (SENTENCES * 2)[:words])
    page = f"{TOP}{opened}{inner}{closed}".encode()
    at = data.draw(st.integers(len(TOP.encode()) + 1, len(page) - 1))
    assert find_truncation(page[:at], ()) is not None
    assert find_truncation(page, ()) is None


WHOLE = {
    "as it is": PAGE,
    "without </html>": PAGE.replace("</html>", ""),
    "without </body></html>": PAGE.replace("</body></html>", ""),
    "in capitals": PAGE.replace("</body></html>", "</BODY></HTML >\r\n"),
    "white space behind it": PAGE + " \r\n" * 2000,
    "a comment of a cache behind it": f"{PAGE}\n<!-- kept at 9:15 by a cache,\n in 0.2 s -->",
    "a comment that is cut behind it": f"{PAGE}\n<!-- kept at 9:",
    "a script behind it": f"{PAGE}<script>count({{'a': '<div>'}})</script>",
    "a picture behind it": f'{PAGE}<img src="/dem.gif" alt="">',
    "a script last": PAGE.replace("</body></html>", "<script>var a = '<div><p>';</script>"),
    "no end tag that may be left out": PAGE.replace("</body></html>", "").replace("</p>", ""),
    "lists without </li>": PAGE.replace("</body></html>", "").replace(FOOT, "<ul><li>Một<li>Hai</ul>" + FOOT),
    "no tag of the document": f"<title>Họp dân bàn việc chung</title>{MENU}{MAIN}{FOOT}",
    "quoted signs": PAGE.replace("</body></html>", "").replace('<div id="foot">', '<div title="a > b < c" id=foot>'),
    "slashed": PAGE.replace("</body></html>", "").replace(MENU, f'{MENU}<br/><img src="/a.png" /><div/>'),
    "a wrapper that is never ended": PAGE.replace("</body></html>", "").replace(MENU, f'<div id="wrap">{MENU}'),
    "an element that is ended twice": PAGE.replace("</body></html>", "").replace(FOOT, f"</div></span>{FOOT}"),
    "an inline element across blocks": PAGE.replace("</body></html>", "").replace(MENU, f"<b><div>{MENU}</b></div>"),
    "a page within the page": PAGE.replace(FOOT, f"<html><body><p>Dán từ thư.</p></body></html>{FOOT}"),
}


@pytest.mark.parametrize("name", WHOLE)
def test_badly_written_pages_are_whole(name: str) -> None:
    page = read(WHOLE[name])
    assert isinstance(page, Article)
    assert [text[:20] for text in page.paragraphs][:3] == [text[:20] for text in SENTENCES]


LIST_ENDS = {"never ends": "", "is never ended": '<div id="wrap">'}


@pytest.mark.parametrize("wrapper", LIST_ENDS.values(), ids=LIST_ENDS)
def test_badly_written_listings_are_whole(wrapper: str) -> None:
    page = read(f"{TOP}{wrapper}{MENU}{LIST}{FOOT}", path="/tin")
    assert isinstance(page, Listing)
    assert (len(page.entries), page.next_url) == (8, f"{HOST}/tin?page=2")


BROKEN = {
    "a letter": f"{MAIN}{FOOT}Ủ".encode()[:-1],
    "an entity": f"{MAIN}{FOOT}Thu &am",
    "a number": f"{MAIN}{FOOT}Thu &#27",
    "a tag": f'{MAIN}{FOOT}<a href="/tin',
    "an end tag": f"{MAIN}{FOOT}</di",
    "the beginning of a tag": f"{MAIN}{FOOT}<",
    "a comment": f"{MAIN}{FOOT}<!-- hết",
    "a declaration": f"{MAIN}{FOOT}<![endif]",
    "a script": f"{MAIN}{FOOT}<script>var a = '</p>';",
    "a style": f"{MAIN}{FOOT}<style>p {{",
    "a field": f"{MAIN}{FOOT}<textarea>gửi",
    "a wrapper, before anything else": f'<div id="wrap">{MAIN}',
    "two wrappers": f'<div id="wrap"><div id="in">{MAIN}{FOOT}',
    "a wrapper, with text behind": f'<div id="wrap">{MAIN}{FOOT} Xem thêm',
    "the only paragraph that has no end": f"{HEAD}<p>{SENTENCES[0]}</p><p>{SENTENCES[1][:40]}",
    "a page within the page": f"<div>{MAIN}<html><body><p>Dán.</p></body></html><!-- a -->",
    "a print script": f"<div>{MAIN}<script>w.write('<html><body>' + t + '</body></html>');",
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_pages_break_off_within(name: str) -> None:
    end = BROKEN[name]
    assert is_cut(read(TOP.encode() + (end if isinstance(end, bytes) else end.encode())))


def test_a_page_that_ends_in_its_head_is_none() -> None:
    head = TOP[: TOP.index("</head>")]
    assert [at for at in range(25, len(head)) if not is_cut(read(head.encode()[:at]))] == []


def test_a_page_without_an_end_in_which_nothing_is_found_is_cut() -> None:
    """All its elements are ended, and the article may have been about to begin; with an end it is a page of its own."""
    start = f"{TOP}{MENU}<div><p>Xin chào.</p></div>"
    assert is_cut(read(start))
    whole = read(f"{start}</body></html>")
    assert isinstance(whole, Unreadable)
    assert whole.problem.kind == "no_article"


def test_rows_of_an_open_list_are_cut_between_any_two() -> None:
    rows = "".join(
        f'<li><a href="/tin/bai-{n}.html">Bài thứ {n} thôn Hạ Vy</a> <span>0{n}/03/2026</span><p>Tóm.</p>\n</li>'
        for n in range(1, 9)
    )
    listing = f"{TOP}<h1>Tin tức</h1><ul>{rows}</ul>"
    assert isinstance(read(listing, path="/tin"), Listing)
    start, end = listing.index("<ul>") + 2, listing.index("</ul>")
    assert [at for at in range(start, end) if not is_cut(read(listing[:at], path="/tin"))] == []


def test_a_title_alone_is_not_all_that_came() -> None:
    """It reads the same without the last element, but its text had not begun."""
    title = '<div class="asset-full-content-title">Họp</div><div class="assetPublishDate">Ngày đăng 05/03/2021</div>'
    start = f'{TOP}<div class="portlet-boundary">{title}<div class="share">Chia sẻ</div>'
    path = "/tin/-/view_content/71-hop.html"
    assert is_cut(read(start, LIFERAY, path))
    assert isinstance(read(f"{start}</div></body></html>", LIFERAY, path), Article)


def test_a_packed_sitemap_is_cut_anywhere() -> None:
    places = "".join(f"<url><loc>{HOST}/tin/bai-{n}.html</loc></url>" for n in range(1, 90))
    sitemap = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{places}</urlset>'.encode()
    for packed in (gzip.compress(sitemap), sitemap):
        page = read(packed, path="/map.xml")
        assert isinstance(page, Listing)
        assert len(page.entries) == 89
        kinds = [read(packed[:at], path="/map.xml") for at in range(60, len(packed) - 9)]
        assert all(is_cut(page) for page in kinds)
    assert is_cut(read(gzip.compress(sitemap[:-3]), path="/map.xml"))


def test_the_reason_is_told() -> None:
    assert read(PAGE[: PAGE.index("Ông Đỗ") + 30]) == Unreadable(
        f"{HOST}/tin/hop-dan.html", Problem("truncated", "the page ends within <div>")
    )


@pytest.mark.parametrize(
    "body", ['{"title": "<b>Họp", "body": "<div>"}', "Họp dân bàn việc chung", "", '["<div>"]', "a < b & c"]
)
def test_what_is_no_html_is_not_cut(body: str) -> None:
    assert find_truncation(body.encode(), ()) is None


def test_feeds_are_whole_with_their_end_alone() -> None:
    """Broken markup within is read as ever; the end of the feed in a text is none."""
    broken = FEED.replace("Bài 3", "Bài 3 <b>&").replace("</rss>", "</rss >\n<!-- kept at 9:15 -->")
    assert isinstance(read(broken, path="/rss"), Listing)
    hidden = FEED.replace("Bài 8", "<![CDATA[</rss>]]>").replace("</channel></rss>", "<!-- </rss>")
    assert is_cut(read(hidden, path="/rss"))
    assert isinstance(read('<rss version="2.0"/>', path="/rss"), Listing)


def test_usual_pages_are_not_walked_through(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nearly every page ends with </html>: its last bytes are looked at, and nothing else."""
    monkeypatch.setattr(truncation, "decode_page", None)
    assert find_truncation(REPLICA + b"\r\n", ()) is None


@settings(deadline=None)
@given(st.binary(max_size=300))
@example(b"<")
@example(b"<!")
@example(b"</")
@example(b"<a b='")
@example(b"<title/>")
@example(b"</p></div><p")
def test_nothing_raises(body: bytes) -> None:
    find_truncation(body, ())
    find_truncation(b"<div>" + body, ())


HOSTILE = {
    "ends of what stands around a table": f"<section><table>{'<div>' * 1900}{'</section>' * 500_000}",
    "quotes": "<a b='\" " * 500_000,
    "paragraphs": "<p>" * 900_000,
    "comments": "<!--" * 900_000,
    "scripts": "<script>" * 500_000,
    "divisions": "<div>" * 900_000,
    "ends of pages": "</body>" * 500_000,
    "ends of nothing": "<b></b></div>" * 300_000,
}


@pytest.mark.parametrize("piece", HOSTILE.values(), ids=HOSTILE)
def test_hostile_pages_take_bounded_time(piece: str) -> None:
    started = time.process_time()
    find_truncation(f"<div>{piece}".encode(), ())
    assert time.process_time() - started < 20


def test_no_real_page_is_taken_for_a_cut_one(shared: Path, tmp_path: Path) -> None:
    """All pages of the mirrored portal, and the single pages of other systems."""
    pages = [*unpack_mirror(shared, tmp_path).rglob("*.html"), *(shared / "pages").rglob("*.html")]
    assert len(pages) > 1500
    assert [page.name for page in pages if find_truncation(page.read_bytes(), ())] == []


PIECES = (
    *"<p> </p> <div> </div> <b> <!-- --> --!> -- > < <!--> <!---> <!--!> <! <? ?> </ \" ' = a= <a <x-y </div".split(),
    *"<script> </script> </script <style> </style> <textarea> </textarea> <title> </title> <iframe> </iframe>".split(),
    '<a b="', "<a b='", "<a b=>", '"> ', "chữ", " ",
)  # fmt: skip
UNFINISHED = re.compile(r"a (?:comment|tag|declaration)|<(?:script|style|textarea|title|iframe)>")


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
@example("<!-- ghi chú --!>")
@example("<script>'<!--'</script>")
@example("<p title='<!--'>")
def test_it_ends_within_a_comment_or_a_tag_where_the_parser_says_so(middle: str) -> None:
    """What follows is an element then, or it is none."""
    html = f"<!DOCTYPE html><body><p>Đầu</p>{middle}"
    assume(not html.endswith(("<", "</")))  # may be the first of a tag, or a letter
    markup = parse_once(f"{html}<x-end>").root
    is_element = markup is not None and next(markup.iter("x-end"), None) is not None
    found = find_truncation(html.encode(), ())
    is_unfinished = found is not None and found.tail is None and bool(UNFINISHED.fullmatch(found.inside))
    assert is_unfinished == (not is_element)
