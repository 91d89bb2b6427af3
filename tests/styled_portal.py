"""A portal whose pages need style sheets, pictures and a font of its own to look as they do; and its sites."""

import os
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from archiver.crawl.spider import CommitteeSpider
from archiver.html.elements import select_one
from archiver.platforms import PLATFORMS
from archiver.platforms.generic import read_address
from archiver.platforms.layout import ArticleLayout, Layout, ListingLayout, Platform
from tests.loopback import QuietHandler, serve_handler

PLATFORMS["styled"] = Platform(
    "styled",
    "A portal for tests",
    (
        Layout(
            (ArticleLayout("h1.title", "h1.title", "p.info", "p.lead", ("div.body",), (), "div.body"),),
            (ListingLayout("li.entry", "a", None, (), lambda _page, _url: None),),
            lambda page: select_one(page, "div.styled") is not None,
        ),
    ),
    read_address,
)


class Styled(CommitteeSpider):
    """Keeps what its pages need; of STYLED_CDN too, where the environment names one."""

    name = "styled"
    title = "Cổng có định dạng"
    platform = "styled"
    attachments = "none"
    requisites = (os.environ["STYLED_CDN"],) if "STYLED_CDN" in os.environ else True


class Plain(CommitteeSpider):
    """The same portal, without."""

    name = "plain"
    title = "Cổng có định dạng"
    platform = "styled"
    attachments = "none"


def png(colour: tuple[int, int, int], width: int, height: int) -> bytes:
    """Write a picture of one colour."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    lines = (b"\0" + bytes(colour) * width) * height
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b"")


def font() -> bytes:
    """Write a font (TrueType) in which every letter of ASCII is a block, so that nobody takes another for it."""
    glyph = struct.pack(">hhhhh", 1, 100, 0, 900, 700) + struct.pack(">HH", 3, 0) + b"\x01" * 4
    glyph += struct.pack(">hhhh", 100, 800, 0, -800) + struct.pack(">hhhh", 0, 0, 700, 0)
    glyph += b"\0" * (-len(glyph) % 4)
    codes = list(range(0x21, 0x7F))
    array = struct.pack(f">{len(codes)}H", *[1] * len(codes))
    segments = struct.pack(">HHHH", 4, 4, 1, 0) + struct.pack(">HHH", codes[-1], 0xFFFF, 0)
    segments += struct.pack(">HH", codes[0], 0xFFFF) + struct.pack(">HH", 0, 1) + struct.pack(">HH", 4, 0) + array
    cmap = struct.pack(">HHHHI", 0, 1, 3, 1, 12) + struct.pack(">HHH", 4, 6 + len(segments), 0) + segments
    family = "Khoi".encode("utf-16-be")
    names = b"".join(struct.pack(">HHHHHH", 3, 1, 0x409, which, len(family), 0) for which in (1, 2, 4, 6))
    tables = {
        b"OS/2": struct.pack(
            ">HhHHHhhhhhhhhhhh10s4I4sHHHhhhHH",
            *(1, 1000, 400, 5, 0, 650, 600, 0, 75, 650, 600, 0, 350, 50, 250, 0, bytes(10), 1, 0, 0, 0, b"TEST"),
            *(64, 0x21, 0x7E, 800, -200, 0, 800, 200),
        )
        + bytes(8),
        b"cmap": cmap,
        b"glyf": glyph,
        b"head": struct.pack(
            ">IIIIHHqqhhhhHHhhh", 0x10000, 0x10000, 0, 0x5F0F3CF5, 3, 1000, 0, 0, 100, 0, 900, 700, 0, 8, 2, 1, 0
        ),
        b"hhea": struct.pack(">IhhhHhhhhhhhhhhhH", 0x10000, 800, -200, 0, 1000, 100, 100, 900, 1, 0, 0, *[0] * 5, 2),
        b"hmtx": struct.pack(">HhHh", 1000, 0, 1000, 100),
        b"loca": struct.pack(">III", 0, 0, len(glyph)),
        b"maxp": struct.pack(">IHHHHHHHHHHHHHH", 0x10000, 2, 4, 1, 0, 0, 1, *[0] * 8),
        b"name": struct.pack(">HHH", 0, 4, 6 + len(names)) + names + family,
        b"post": struct.pack(">IIhhIIIII", 0x30000, 0, -100, 50, 0, 0, 0, 0, 0),
    }
    return _join_tables(tables)


def _join_tables(tables: dict[bytes, bytes]) -> bytes:
    place = 12 + 16 * len(tables)
    entries, bodies = b"", b""
    for name, table in sorted(tables.items()):
        padded = table + b"\0" * (-len(table) % 4)
        total = sum(struct.unpack(f">{len(padded) // 4}I", padded)) & 0xFFFFFFFF
        entries += name + struct.pack(">III", total, place + len(bodies), len(table))
        bodies += padded
    return struct.pack(">IHHHH", 0x10000, len(tables), 128, 3, 16 * len(tables) - 128) + entries + bodies


LISTING = """<!DOCTYPE html><html lang="vi"><head><title>Tin</title></head><body><div class="styled"><ul class="news">
<li class="entry"><a href="/bai/1">Bài viết số 1 của cổng</a></li>
<li class="entry"><a href="/bai/2">Bài viết số 2 của cổng</a></li></ul></div></body></html>"""
# As the portals of Hà Nội write it: a session in addresses, styles in the page, a picture that a script loads late.
ARTICLE = """<!DOCTYPE html>
<html lang="vi"><head><meta charset="utf-8"><title>Bài {number}</title>
<base href="/bai/">
<link rel="shortcut icon" href="/theme/favicon.ico">
<link class="lfr-css-file" href="/theme/css/main.css;jsessionid=4F2A{number}?b=other&amp;c=6101" rel="stylesheet">
{cdn}<style type="text/css">.head {{ background: url('../theme/images/head.png') repeat-x; height: 60px }}</style>
<script>document.documentElement.className = "js"</script>
</head><body class="portal"><div class="styled"><div class="head"><img src="/theme/images/logo.svg" alt=""></div>
<h1 class="title">Bài viết số {number} của cổng</h1><p class="info">0{number}/02/2024 10:00 | Lượt xem: {number}00</p>
<p class="lead">Tóm tắt của bài số {number}.</p>
<div class="body"><p>Nội dung của bài số {number}, với ảnh và chữ riêng.</p>
<p class="own">BLOCKS</p>
<p><img src="/anh/nho.png" srcset="/anh/nho.png 1x, /anh/lon.png 2x" width="120" height="80" alt="Ảnh"></p>
<p><img class="lazy" src="data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="
data-src="/anh/muon.png" width="90" height="90" alt="Ảnh đến sau"></p></div>
<div class="side" style="background-image: url(&quot;/theme/images/side.png&quot;)"></div>
<img src="/anh/mat.png" alt="" width="40" height="40">
</div>{script}</body></html>"""
LATE = """<script>for (const late of document.querySelectorAll("img.lazy")) late.src = late.dataset.src</script>"""
PICTURES = {
    "/theme/images/head.png": png((0, 90, 160), 20, 60),
    "/theme/images/side.png": png((250, 220, 0), 40, 40),
    "/theme/images/bg.png": png((235, 240, 250), 16, 16),
    "/anh/nho.png": png((200, 30, 40), 120, 80),
    "/anh/lon.png": png((210, 30, 40), 240, 160),
    "/anh/muon.png": png((20, 140, 60), 90, 90),
}
LOGO = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="120" height="50"><circle cx="25" cy="25" r="20" fill="#fff"/></svg>'
)
SHEETS = {
    "/theme/css/main.css": '@import "base.css" screen;\n@import url(trong.css);\n'
    "@font-face { font-family: Khoi; src: url('../fonts/khoi.ttf?#iefix') format('truetype') }\n"
    ".own { font: 32px Khoi; color: #703 }\n.side { float: right; width: 160px; height: 240px }\n",
    "/theme/css/base.css": "body { margin: 0; font: 16px sans-serif; background: #eef url(../images/bg.png) }\n"
    ".styled { width: 900px; margin: 0 auto; padding: 12px; background: #fff }\n",
    "/theme/css/trong.css": "",
}


FILES = {
    "/theme/fonts/khoi.ttf": ("application/octet-stream", font()),
    "/theme/images/logo.svg": ("image/svg+xml", LOGO.encode()),
    "/tin": ("text/html; charset=utf-8", LISTING.encode()),
}


class StyledPortal:
    """What is served; ``asked`` is the log, with the status of each answer; ``answers`` overrules single paths.

    ``wait`` are the seconds for which a busy answer asks; ``cdn`` is another host with a style sheet of the pages.
    """

    def __init__(self) -> None:
        self.asked: list[tuple[str, int]] = []
        self.answers: dict[str, tuple[int, str, bytes]] = {}
        self.cdn = ""
        self.wait = ""

    def answer(self, path: str, conditions: str | None) -> tuple[int, str, bytes]:
        """Answer a request: status, type and body."""
        name = path.partition("?")[0].partition(";")[0]
        status, kind, body = self.answers.get(name) or self._find(name)
        if conditions and status == 200 and not kind.startswith("text/html") and conditions == tag_of(body):
            status, body = 304, b""
        self.asked.append((name, status))
        return status, kind, body

    def list_asked(self) -> list[tuple[str, int]]:
        """List what was asked for of requisites, and forget it."""
        asked = sorted(one for one in self.asked if one[0].startswith(("/theme", "/anh", "/cdn")))
        self.asked.clear()
        return asked

    def _find(self, name: str) -> tuple[int, str, bytes]:
        if name in PICTURES:
            return 200, "image/png", PICTURES[name]
        if name in SHEETS:
            return 200, "text/css", SHEETS[name].encode()
        if name in FILES:
            return 200, *FILES[name]
        if name in ("/bai/1", "/bai/2"):
            return 200, "text/html; charset=utf-8", self._write_article(name[-1]).encode()
        return 404, "text/html", b"<html><body>Kh\xc3\xb4ng c\xc3\xb3</body></html>"

    def _write_article(self, number: str) -> str:
        cdn = f'<link rel="stylesheet" href="{self.cdn}/cdn/them.css">\n' if self.cdn else ""
        return ARTICLE.format(number=number, cdn=cdn, script=LATE)


def tag_of(body: bytes) -> str:
    """Return the validator of a body."""
    return f'"{zlib.crc32(body):08x}"'


@contextmanager
def serve_styled(portal: StyledPortal) -> Iterator[str]:
    """Serve a portal; gives its base address."""

    class Handler(QuietHandler):
        def respond(self) -> None:
            conditions = self.headers.get("If-None-Match")
            status, kind, body = portal.answer(self.path, conditions)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            if status == 503 and portal.wait:
                self.send_header("Retry-After", portal.wait)
            if not kind.startswith("text/html"):
                self.send_header("ETag", conditions if conditions and status == 304 else tag_of(body))
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    with serve_handler(Handler) as base:
        yield base
