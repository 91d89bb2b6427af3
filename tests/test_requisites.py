"""What a page asks for to look as it does: found in HTML and CSS, and asked for where it is kept."""

import time

from hypothesis import given
from hypothesis import strategies as st

from archiver.html.requisites import (
    BOM,
    Requisite,
    list_requisites,
    list_sheet_requisites,
    rewrite_page,
    rewrite_sheet,
)
from archiver.html.sheet_addresses import Kind

URL = "http://tin.example/muc/bai-1.html"


def _locate(address: str) -> str | None:
    """Keep whatever is of the site, under the end of its address."""
    return f"/kept/{address.rpartition('/')[2]}" if address.startswith("http://tin.example/") else None


def _list(page: str) -> list[tuple[str, str]]:
    return [(each.kind, each.address) for each in list_requisites(page.encode(), (), URL)]


def _rewrite(page: str) -> str:
    return rewrite_page(page.encode(), (), URL, _locate).decode().removeprefix(BOM)


LOOKS = """<!-- <img src=a> --><textarea><img src=b></textarea><title><img src=c></title><a title="<img src=d>">"""
# What a page prints, what it asks for (the end of each address), and what stands in its place.
MARKUP = {
    "a style sheet": (
        '<link rel="stylesheet" href="a.css?b=1&amp;c=2" integrity="sha256-x" crossorigin>',
        [("style", "/muc/a.css?b=1&c=2")],
        '<link rel="stylesheet" href="/kept/a.css?b=1&amp;c=2">',
    ),
    "one of another host": ('<link rel=stylesheet href="//cdn.example/a.css">', [("style", "//cdn.example/a.css")], ""),
    "one that a script switches on": (
        "<link rel=preload as=style href=/a.css onload=\"this.rel='stylesheet'\">",
        [("style", "/a.css")],
        '<link rel="stylesheet" href="/kept/a.css">',
    ),
    "one for paper that a script shows": (
        "<link rel=stylesheet media=print href=/a.css onload=\"this.media='all'\">",
        [("style", "/a.css")],
        '<link rel="stylesheet" media="all" href="/kept/a.css">',
    ),
    "links that show nothing": ('<link rel="icon" href="a.ico"><link rel=dns-prefetch href="//x">', [], ""),
    "a session in an address": (
        '<img src="/image;jsessionid=4F2A?img_id=5">',
        [("picture", "/image?img_id=5")],
        '<img src="/kept/image?img_id=5">',
    ),
    "a picture in sizes": (
        '<img src="a.png" srcset="a.png 1x, /b.png 2x, http://x.example/c.png 3x">',
        [("picture", "/muc/a.png"), ("picture", "/b.png"), ("picture", "http://x.example/c.png")],
        '<img src="/kept/a.png" srcset="/kept/a.png 1x, /kept/b.png 2x">',
    ),
    "a choice of pictures": (
        '<picture><source srcset="a.webp 600w" sizes="(a: 1px) 2px, 3px"><img src=a.jpg></picture>',
        [("picture", "/muc/a.webp"), ("picture", "/muc/a.jpg")],
        '<picture><source srcset="/kept/a.webp 600w" sizes="(a: 1px) 2px, 3px"><img src="/kept/a.jpg"></picture>',
    ),
    "a late picture": (
        '<img class="lazy" data-src="a.jpg" src="data:image/gif;base64,R0==" loading=lazy>',
        [("picture", "/muc/a.jpg")],
        '<img class="lazy" src="/kept/a.jpg">',
    ),
    "a late picture told twice": (
        '<img data-src="a.jpg" src=""> <noscript><img src="a.jpg"></noscript>.',
        [("picture", "/muc/a.jpg")],
        '<img src="/kept/a.jpg"> .',
    ),
    "a late picture that is not kept": (
        '<img data-src="//x.example/a.jpg"><noscript><img src="b.jpg"></noscript>',
        [("picture", "http://x.example/a.jpg"), ("picture", "/muc/b.jpg")],
        '<img><noscript><img src="/kept/b.jpg"></noscript>',
    ),
    "a background": (
        '<td background="a.gif" style="background: url(&quot;b.gif&quot;)">',
        [("picture", "/muc/a.gif"), ("picture", "/muc/b.gif")],
        '<td background="/kept/a.gif" style="background: url(&quot;/kept/b.gif&quot;)">',
    ),
    "styles of the page itself": (
        "<style>@import 'a.css'; b { background: url(c.png) }</style>",
        [("style", "/muc/a.css"), ("picture", "/muc/c.png")],
        '<style>@import "/kept/a.css"; b { background: url("/kept/c.png") }</style>',
    ),
    "a drawing": (
        '<svg><image xlink:href="a.svg#b"/><use href="#c"/></svg>',
        [("picture", "/muc/a.svg")],
        '<svg><image xlink:href="/kept/a.svg#b" /><use href="#c"/></svg>',
    ),
    "a base": ('<base href="/khac/"><img src="a.png">', [("picture", "/khac/a.png")], '<img src="/kept/a.png">'),
    "what runs or loads": (
        '<body onload="f()"><script src="a.js">"<img src=b.png>"</script><meta http-equiv=refresh content="0;url=//x">',
        [],
        "<body>",
    ),
    "what loads and is never kept": (
        '<iframe src="//x"></iframe><video src=a.mp4 poster=p.jpg></video><object data=a.swf></object>',
        [("picture", "/muc/p.jpg")],
        '<iframe src=""></iframe><video src="" poster="/kept/p.jpg"></video><object data=""></object>',
    ),
    "what only looks like a tag": (LOOKS, [], LOOKS),
    "comments that end early": (
        "<!--><img src=a.png><!--->",
        [("picture", "/muc/a.png")],
        '<!--><img src="/kept/a.png"><!--->',
    ),
    "a letter that is none of an address": (
        '<img src="a?b=1&copy=2">',
        [("picture", "/muc/a?b=1&copy=2")],
        '<img src="/kept/a?b=1&amp;copy=2">',
    ),
}  # fmt: skip


def test_markup() -> None:
    for name, (page, asked, shown) in MARKUP.items():
        whole = [(kind, address if "//" in address else f"http://tin.example{address}") for kind, address in asked]
        whole = [(kind, address if address.startswith("http") else f"http:{address}") for kind, address in whole]
        assert (name, _list(page)) == (name, whole)
        assert (name, _rewrite(page)) == (name, shown)


def test_style_sheets_come_first() -> None:
    assert [kind for kind, _ in _list("<img src=a.png><link rel=stylesheet href=a.css>")] == ["style", "picture"]


SHEETS: dict[str, tuple[str, list[tuple[Kind, str]]]] = {
    "imports": ('@import url( a.css ) screen;@IMPORT "b.css";', [("style", "a.css"), ("style", "b.css")]),
    "fonts": (
        '@font-face { font-family: "A"; src: url("a.woff2#x") format("woff2"), url(b.ttf) } p { b: url(c.png) }',
        [("font", "a.woff2"), ("font", "b.ttf"), ("picture", "c.png")],
    ),
    "pictures in sizes": (
        'a { b: image-set("1.png" 1x type("image/png"), url(2.png) 2x); content: "3.png" }',
        [("picture", "1.png"), ("picture", "2.png")],
    ),
    "what is no address": (
        "@namespace url(http://a); /* url(b.png) */ a { content: 'url(c.png)'; d: my-url(e.png) url(#f) url() }",
        [],
    ),
    "data": ("a { b: url(data:image/png;base64,AA==) }", []),
    "escapes": (r'a { b: url(k\29 .png) url("\68 o.png") }', [("picture", "k).png"), ("picture", "ho.png")]),
    "what never ends": ('a { b: url("a.png', []),
}  # fmt: skip


def test_sheets() -> None:
    for name, (sheet, asked) in SHEETS.items():
        found = list_sheet_requisites(sheet.encode(), "http://tin.example/css/a.css")
        assert (name, found) == (name, [Requisite(f"http://tin.example/css/{end}", kind) for kind, end in asked])


def test_a_sheet_asks_for_what_is_kept() -> None:
    sheet = "@charset \"windows-1252\";@import url(a.css) print;\nb { c: url('é.png') url(//x/d.png#e) url(f.svg#g) }"
    written = rewrite_sheet(sheet.encode("cp1252"), "http://tin.example/css/m.css", _locate).decode()
    assert written == (
        f'{BOM}@charset "windows-1252";@import url("/kept/a.css") print;\n'
        'b { c: url("/kept/%C3%A9.png") url("data:,") url("/kept/f.svg#g") }'
    )


def test_a_policy_stands_before_all_that_loads() -> None:
    page = b"<!-- x --><!DOCTYPE html><html><head><style>a{}</style>"
    written = rewrite_page(page, (), URL, _locate, policy="img-src 'self'").decode()
    policy = '<meta http-equiv="Content-Security-Policy" content="img-src &#x27;self&#x27;">'
    assert written.startswith(f"{BOM}<!-- x --><!DOCTYPE html>{policy}<html>")


def test_old_charsets_are_written_as_utf_8() -> None:
    headers = (("Content-Type", "text/html; charset=windows-1252"),)
    assert rewrite_page("<p>café <img src='é.png'>".encode("cp1252"), headers, URL, _locate).decode() == (
        f'{BOM}<p>café <img src="/kept/%C3%A9.png">'
    )


_PIECES = st.sampled_from(
    [part for page, _, _ in MARKUP.values() for part in page.replace(">", ">\0").split("\0")]
    + ["<", "'", '"', ">", "<!--", "-->", "</", "<img src=", " x ", "</style>", "<style>", "url(", "/", "="]
)


@given(st.lists(_PIECES, max_size=12).map("".join))
def test_nothing_is_asked_for_where_nothing_is_kept(page: str) -> None:
    """What was written asks for nothing any more, and is written again letter by letter."""
    written = rewrite_page(page.encode(), (), URL, lambda _: None)
    assert list_requisites(written, (), URL) == []
    assert rewrite_page(written, (), URL, lambda _: None) == written


@given(st.lists(_PIECES, max_size=12).map("".join))
def test_what_is_asked_for_is_what_was_listed(page: str) -> None:
    asked: list[str] = []
    rewrite_page(page.encode(), (), URL, asked.append)
    assert {each.address for each in list_requisites(page.encode(), (), URL)} == set(asked)


def test_hostile_pages_take_linear_time() -> None:
    for piece in (
        "<a ",
        "<img src=",
        "<!--",
        "url(",
        "@import ",
        "<style>",
        "<a b='",
        "<noscript>",
        "<img data-src=a><noscript>",
    ):
        began = time.process_time()
        list_requisites((piece * 50_000).encode(), (), URL)
        assert time.process_time() - began < 20, piece  # quadratic: minutes
