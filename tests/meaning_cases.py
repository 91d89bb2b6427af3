"""What is an edit and what is not, though no word differs: cases for both looks, as docs/history.md lists them.

Each case is a row of that list, the markup before and after, and the fields that changed.
"""

from datetime import UTC, datetime
from typing import NamedTuple

from archiver.model import Article, Capture
from archiver.parsing.page import read_page
from archiver.platforms.generic import GENERIC
from archiver.platforms.liferay_hanoi import LIFERAY_HANOI
from tests.real_portal import ZONE

LOOKS = ("liferay", "plain", "article")
HOST = "https://khoi.example"
URL = f"{HOST}/tin/-/view_content/71-bai.html"
AT = datetime(2025, 12, 6, 3, tzinfo=UTC)
TITLE = "Đoàn công tác kiểm tra các trường lần thứ hai"
DATE = "05/12/2025"
FIRST = "Sáng nay đoàn công tác đã kiểm tra ba trường, nghe báo cáo về bảy nội dung và ghi nhận kết quả của các đơn vị."
SECOND = "Các trường trình bày việc thu học phí, sửa sân tập và mua sách cho thư viện trong năm học vừa qua của mình."
LAST = "Buổi làm việc kết thúc lúc mười một giờ, đoàn hẹn gặp lại các trường vào đầu năm học mới sau kỳ nghỉ hè này."
SENTENCE = (
    "<p>Trong báo cáo của trường có đoạn nói rằng {} vẫn được áp dụng cho mọi lớp học từ đầu tháng này trở đi.</p>"
)


class Case(NamedTuple):
    """A change of markup; ``row`` is the row of the list in docs/history.md that it belongs to."""

    row: str
    before: str
    after: str
    changed: tuple[str, ...]

    @property
    def name(self) -> str:
        """Name the case for a test."""
        return f"{self.row}: {self.before[:30]} > {self.after[:30]}"


def _link(target: str, text: str = "quy định cũ") -> str:
    return f'<a href="{target}">{text}</a>'


def _cases(row: str, changed: tuple[str, ...], *pairs: tuple[str, str]) -> list[Case]:
    return [Case(row, before, after, changed) for before, after in pairs]


_OTHERS = "https://khac.example"
_WORDS = "quy định cũ"
_VIDEO, _OTHER_VIDEO = f"{_OTHERS}/embed/phim-mot", f"{_OTHERS}/embed/phim-hai"
EDITS = [
    *_cases(
        "where a link leads",
        ("links",),
        (_link(f"{_OTHERS}/1"), _link(f"{_OTHERS}/2")),
        (_link(f"{_OTHERS}/1"), _link("https://khac-hon.example/1")),
        (_link("/van-ban/1"), _link("/van-ban/2")),
        (_link("/van-ban?id=1"), _link("/van-ban?id=2")),
        (_link("/van-ban/1"), _link(f"{_OTHERS}/van-ban/1")),
        (_link(f"{_OTHERS}/?sid=11"), _link(f"{_OTHERS}/?sid=12")),
        (_link("/van-ban/1"), _link("/van-ban/1#phu-luc")),
        (
            f'<map name="m"><area alt="a" href="{_OTHERS}/1"></map>x',
            f'<map name="m"><area alt="a" href="{_OTHERS}/2"></map>x',
        ),
        (f"<b>{_link(f'{_OTHERS}/1')}</b>", f"<b>{_link(f'{_OTHERS}/2')}</b>"),
        (
            _link(f"{_OTHERS}/1", '<img src="/anh.jpg" width="300">'),
            _link(f"{_OTHERS}/2", '<img src="/anh.jpg" width="300">'),
        ),
    ),
    *_cases(
        "a link that came or went", ("links",), (_WORDS, _link("/1")), (_link("/1"), _WORDS), (_link("#"), _link("/1"))
    ),
    *_cases(
        "mail addresses and telephone numbers behind a link",
        ("links",),
        (_link("mailto:mot@khoi.example"), _link("mailto:hai@khoi.example")),
        (_link("tel:0241234567"), _link("tel:0247654321")),
    ),
    *_cases("a place on the same page", ("links",), (_link("#muc-1"), _link("#muc-2"))),
    *_cases(
        "a film, sound, map or document that is embedded",
        ("links",),
        (f'x <iframe src="{_VIDEO}" width="560"></iframe>', f'x <iframe src="{_OTHER_VIDEO}" width="560"></iframe>'),
        (f'x <iframe src="{_VIDEO}"></iframe>', "x"),
        (f'x <video src="{_VIDEO}.mp4"></video>', f'x <video src="{_OTHER_VIDEO}.mp4"></video>'),
        (
            f'x <video controls><source src="{_VIDEO}.mp4">không xem được</video>',
            f'x <video controls><source src="{_OTHER_VIDEO}.mp4">không xem được</video>',
        ),
        (f'x <audio src="{_VIDEO}.mp3"></audio>', f'x <audio src="{_OTHER_VIDEO}.mp3"></audio>'),
        (f'x <embed src="{_VIDEO}.swf">', f'x <embed src="{_OTHER_VIDEO}.swf">'),
        (f'x <object data="{_VIDEO}.swf"></object>', f'x <object data="{_OTHER_VIDEO}.swf"></object>'),
        (
            f'x <object><param name="movie" value="{_VIDEO}"></object>',
            f'x <object><param name="movie" value="{_OTHER_VIDEO}"></object>',
        ),
    ),
    *_cases(
        "struck-out text",
        ("marks",),
        (_WORDS, f"<del>{_WORDS}</del>"),
        (_WORDS, f"<s>{_WORDS}</s>"),
        (f"<strike>{_WORDS}</strike>", _WORDS),
        (_WORDS, f'<span style="color: red; text-decoration: line-through">{_WORDS}</span>'),
        (_WORDS, f'<font style="text-decoration-line:line-through;">{_WORDS}</font>'),
        (f"<del>{_WORDS}</del>", "<del>quy định</del> cũ"),
    ),
    *_cases(
        "inserted text", ("marks",), (_WORDS, f"<ins>{_WORDS}</ins>"), (f"<ins>{_WORDS}</ins>", f"<del>{_WORDS}</del>")
    ),
    *_cases(
        "raised and lowered text",
        ("marks",),
        ("10<sup>2</sup> mét", "102 mét"),
        ("10² mét", "102 mét"),
        ("102 mét", "10<sub>2</sub> mét"),
        ("10<sup>2</sup> mét", "10<sub>2</sub> mét"),
        ("102 mét", '10<span style="vertical-align: super">2</span> mét'),
        ("2k lần", "2<sup>k</sup> lần"),
        ("điều 5[1] của luật", "điều 5<sup>[1]</sup> của luật"),
        ("m3 và m2", "m<sup>3</sup> và m<sup>2</sup>"),
    ),
    *_cases(
        "words, in whatever element", ("body",), (_WORDS, "quy định mới"), (f"<b>{_WORDS}</b>", "<b>quy định mới</b>")
    ),
    *_cases("a word and its link", ("body", "links"), (_link("/1"), _link("/2", "quy định mới"))),
]
NO_EDITS = [
    *_cases(
        "bold, italic, underlined, small, coloured text",
        (),
        (_WORDS, f"<b>{_WORDS}</b>"),
        (f"<i>{_WORDS}</i>", f"<u>{_WORDS}</u>"),
        (f"<strong>{_WORDS}</strong>", f"<em>{_WORDS}</em>"),
        (_WORDS, f'<span style="color: red; font-size: 80%">{_WORDS}</span>'),
        (_WORDS, f"<small><font color=red>{_WORDS}</font></small>"),
    ),
    *_cases(
        "attributes: their order, classes, titles, where a link opens",
        (),
        ('<a href="/1" class="x">cũ</a>', '<a class="y" target="_blank" rel="nofollow" title="Mở" href="/1">cũ</a>'),
        (f"<span class=a>{_WORDS}</span>", f"<span id=b data-x=1>{_WORDS}</span>"),
        ("<del>cũ</del>", '<del datetime="2025-01-01" cite="/x">cũ</del>'),
    ),
    *_cases(
        "an own link with its host or without, by http or https",
        (),
        (_link("/van-ban/1"), _link(f"{HOST}/van-ban/1")),
        (_link(f"{HOST}/van-ban/1"), _link("http://www.khoi.example/van-ban/1")),
        (_link("http://khac.example/1"), _link("https://khac.example/1")),
        (_link("https://khac.example"), _link("https://KHAC.example/")),
        (_link("/van-ban?a=1&amp;b=2"), _link("/van-ban?b=2&a=1")),
        (_link("/v%c4%83n"), _link("/văn")),
    ),
    *_cases(
        "sessions, tracking, and the way one came, in a link",
        (),
        (_link("/van-ban/1;jsessionid=AB12"), _link("/van-ban/1;jsessionid=CD34")),
        (_link("/van-ban/1?utm_source=a"), _link("/van-ban/1?utm_source=b&amp;fbclid=c")),
        (_link("/x?p_auth=abc&amp;redirect=%2Ftin"), _link("/x?p_auth=def&amp;redirect=%2Fkhac")),
        (_link("/x?p_p_id=7&amp;p_p_state=normal"), _link("/x?p_p_id=7&amp;p_p_state=maximized&amp;p_p_col_count=3")),
        (_link("/x?t=1700000000000"), _link("/x?t=1700000009999")),
        (_link("/x?sid=0123456789abcdef01"), _link("/x?sid=fedcba9876543210fe")),
        (_link("/cdn-cgi/l/email-protection#01604143 ".replace(" ", "")), _link("mailto:a@B")),
        (_link("TEL:+84 (24) 12-34"), _link("tel:+84241234")),
        (_link("mailto:A@khoi.example"), _link("mailto:a@khoi.example")),
    ),
    *_cases(
        "links that a script follows, or that only name the page itself",
        (),
        (_WORDS, _link("javascript:void(0)")),
        (_WORDS, _link("#")),
        (_WORDS, _link(f"https://mang.example/share?u={URL}")),
    ),
    *_cases("which words a link stands on", (), (f"{_link('/1', 'quy định')} cũ", f"quy định {_link('/1', 'cũ')}")),
    *_cases(
        "white space, line breaks, soft hyphens, composed or decomposed letters",
        (),
        ("quy  định\n cũ", "quy định&nbsp;cũ"),
        ("quy định<br>cũ", "quy định cũ"),
        ("quy &shy;định", "quy định"),
        ("quy định", "quy đi\u0323nh"),
    ),
    *_cases(
        "one mark by another element, or cut in two",
        (),
        ("<del>quy định cũ</del>", "<s>quy định cũ</s>"),
        ("<strike>quy định cũ</strike>", '<span style="text-decoration:line-through">quy định cũ</span>'),
        ("<del>quy định cũ</del>", "<del>quy định</del> <del>cũ</del>"),
        ("10<sup>2</sup>", "10²"),
        ("10<sup><b>2</b></sup>", '10<span style="vertical-align:super">2</span>'),
        ("10<sup>2</sup>", "10<sup><span>2</span></sup>"),
    ),
    *_cases(
        "what nobody sees: comments, scripts, styles, frames without a size",
        (),
        ("cũ", "<!-- mới -->cũ"),
        ("cũ", "cũ<script>mới()</script><style>p{}</style>"),
        ("cũ", f'cũ<iframe src="{_OTHERS}/dem" width="1" height="1"></iframe>'),
        ("cũ", f'cũ<iframe src="{_OTHERS}/dem" style="display:none"></iframe>'),
        ("cũ", "cũ<del></del><sup> </sup>"),
    ),
    *_cases(
        "the size and the alternative text of a picture",
        (),
        ('<img src="/anh.jpg" alt="Ảnh" width="300">cũ', '<img src="/anh.jpg" width="640" alt="Quang cảnh">cũ'),
    ),
    *_cases(
        "the size of what is embedded",
        (),
        (
            f'cũ<iframe src="{_VIDEO}" width="560"></iframe>',
            f'cũ<iframe width="100%" allowfullscreen src="{_VIDEO}"></iframe>',
        ),
    ),
]
# Whole paragraphs.
_P = f"<p>{SECOND}</p>"
NO_EDITS += [
    Case("paragraph, list item, division, heading of any level: which element a text stands in", _P, after, ())
    for after in (
        f"<ul><li>{SECOND}</li></ul>",
        f"<ol><li>{SECOND}</li></ol>",
        f"<div>{SECOND}</div>",
        f"<blockquote>{SECOND}</blockquote>",
        f"<p>{SECOND[:50]}</p><p>{SECOND[50:]}</p>".replace(f"{SECOND[:50]}</p><p>", f"{SECOND[:50]}"),
        f"<h3>{SECOND}</h3>",
        f"<p align=justify>{SECOND}</p>",
    )
]
NO_EDITS.append(Case(NO_EDITS[-1].row, f"<h2>{SECOND}</h2>", f"<h4>{SECOND}</h4>", ()))
_ASIDE = "Góc nhìn: việc thu học phí phải công khai."
EDITS += [
    Case(
        "text in an aside of the body",
        f"<aside><p>{_ASIDE}</p></aside>{_P}",
        f"<aside><p>{_ASIDE} Rõ ràng.</p></aside>{_P}",
        ("body",),
    ),
    Case("struck-out text", _P, f'<p style="text-decoration: line-through">{SECOND}</p>', ("marks",)),
    Case("struck-out text", _P, f"<del>{_P}</del>", ("marks",)),
    Case(
        "raised and lowered text",
        "<table><tr><td>Diện tích</td><td>m2</td></tr></table>",
        "<table><tr><td>Diện tích</td><td>m<sup>2</sup></td></tr></table>",
        ("marks",),
    ),
    Case(
        "a film, sound, map or document that is embedded",
        f'<p><iframe src="{_VIDEO}"></iframe></p>{_P}',
        f'<p><iframe src="{_OTHER_VIDEO}"></iframe></p>{_P}',
        ("links",),
    ),
    Case(
        "where a link leads",
        f"<table><tr><td>Mẫu đơn</td><td>{_link('/1', 'tải')}</td></tr></table>",
        f"<table><tr><td>Mẫu đơn</td><td>{_link('/2', 'tải')}</td></tr></table>",
        ("links",),
    ),
    Case(
        "a document that is linked", f"<p>{_link('/a/mot.pdf')}</p>", f"<p>{_link('/a/hai.pdf')}</p>", ("attachments",)
    ),
]


EDITS += [
    Case(
        "a film, sound, map or document that is embedded",
        f'<div class="x"><p>{FIRST} {SECOND} {LAST}</p><div><iframe src="{_VIDEO}"></iframe></div></div>',
        f'<div class="x"><p>{FIRST} {SECOND} {LAST}</p><div><iframe src="{_OTHER_VIDEO}"></iframe></div></div>',
        ("links",),
    ),
    Case(
        "a film, sound, map or document that is embedded",
        f'<div class="x"><iframe src="{_VIDEO}"></iframe></div><p>{FIRST}</p><p>{LAST}</p>',
        f'<div class="x"><iframe src="{_OTHER_VIDEO}"></iframe></div><p>{FIRST}</p><p>{LAST}</p>',
        ("links",),
    ),
]


def write_body(markup: str) -> str:
    """Put the markup of a case into a body of several paragraphs."""
    if markup.startswith('<div class="x">'):
        return markup
    middle = (
        markup
        if markup.startswith(("<p", "<ul", "<ol", "<div", "<block", "<h3", "<aside", "<table", "<del><p"))
        else ""
    )
    return f"<p>{FIRST}</p>{middle or SENTENCE.format(markup)}<p>{LAST}</p>"


def make_capture(look: str, body: str, title: str = TITLE, **values: object) -> Capture:
    """Make the page of an article in one of the LOOKS; ``values`` are those of the capture, ``url`` say."""
    head = f'<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8"><title>{title} - Cổng thử</title></head><body>'
    menu = '<div id="top"><a href="/">Trang chủ</a> <a href="/tin">Tin tức</a></div>'
    page = {
        "liferay": f'<div class="portlet-boundary"><div class="asset-full-content-title">{title}</div>'
        f'<div class="assetPublishDate block_timer">Ngày đăng {DATE} | 8:15 AM &nbsp;|&nbsp;View count: 7</div>'
        f'<div class="asset-full-content"><div class="asset-content" id="_101_71">'
        f'<div class="journal-content-article">{body}</div></div></div></div>',
        "plain": f'<div class="bai"><h1 class="td">{title}</h1><div class="tt">Ngày đăng: {DATE} - Lượt xem: 7</div>'
        f'<div class="nd">{body}</div></div>',
        "article": f"<main><article><header><h2>{title}</h2><time>{DATE}</time></header>"
        f"<section>{body}</section></article></main>",
    }[look]
    html = f'{head}{menu}<div id="main">{page}</div><div id="foot">Lượt truy cập: 123456</div></body></html>'
    known = {"url": URL, "fetched_at": AT, "status": 200, "headers": ()} | values
    return Capture(body=html.encode(), **known)  # type: ignore[arg-type]


def read_article(look: str, body: str, title: str = TITLE) -> Article:
    """Read the page of an article in one of the LOOKS."""
    page = read_page(make_capture(look, body, title), LIFERAY_HANOI if look == "liferay" else GENERIC, ZONE)
    assert isinstance(page, Article), page
    return page
