"""A portal whose listing and articles a script writes from JSON, and its sites."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

from archiver.crawl.spider import CommitteeSpider
from archiver.html.elements import select_one
from archiver.platforms import PLATFORMS
from archiver.platforms.generic import read_address
from archiver.platforms.layout import ArticleLayout, Layout, ListingLayout, Platform
from tests.loopback import QuietHandler, serve_handler

PLATFORMS["scripted"] = Platform(
    "scripted",
    "A portal for tests",
    (
        Layout(
            (ArticleLayout("h1.title", "h1.title", "p.info", "p.lead", ("div.body",), (), "div.body"),),
            (ListingLayout("li.entry", "a", None, (), lambda _page, _url: None),),
            lambda page: select_one(page, "ul.news") is not None,
        ),
    ),
    read_address,
)


class Rendered(CommitteeSpider):
    """Its pages are rendered."""

    name = "rendered"
    title = "Cổng viết bằng kịch bản"
    platform = "scripted"
    rendered = True


class Bare(CommitteeSpider):
    """The same portal, taken as it is sent."""

    name = "bare"
    title = "Cổng viết bằng kịch bản"
    platform = "scripted"


FRAME = '<!DOCTYPE html><html lang="vi"><head><title>Cổng</title></head><body><div id="root"></div>{}</body></html>'
SCRIPT = """
const root = document.getElementById("root");
document.cookie = "seen=1";
if (location.pathname === "/tin") {
  fetch("/api/tin").then((answer) => answer.json()).then((rows) => {
    root.innerHTML = "<ul class=news>" + rows.map((row) =>
      `<li class=entry><a href="/bai/${row.key}">${row.title}</a></li>`).join("") + "</ul>";
  });
} else {
  fetch("/api" + location.pathname, {method: "POST", headers: {"Content-Type": "application/json"}, body: "{}"})
    .then((answer) => answer.json()).then((article) => {
      root.innerHTML = `<h1 class=title>${article.title}</h1><p class=info>${article.info}</p>` +
        `<p class=lead>${article.lead}</p><div class=body><p>${article.body}</p></div>`;
    });
}
"""
KEYS = range(1, 6)


def article_of(key: int) -> dict[str, str]:
    """Return what the portal says of an article."""
    return {
        "title": f"Bài viết số {key} của cổng",
        "info": f"0{key}/02/2024 10:0{key} | Lượt xem: {key}00",
        "lead": f"Tóm tắt của bài số {key}.",
        "body": f"Nội dung của bài số {key}, do kịch bản viết ra.",
    }


class ScriptedPortal:
    """What is served; ``asked`` is the log, ``answers`` overrules single paths, ``extra`` is added to every frame."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.cookies: list[str] = []
        self.answers: dict[str, tuple[int, dict[str, str], str]] = {}
        self.extra = ""

    def answer(self, method: str, path: str) -> tuple[int, dict[str, str], str]:
        """Answer a request."""
        self.asked.append(f"{method} {path}")
        if path in self.answers:
            return self.answers[path]
        if path == "/app.js":
            return 200, {"Content-Type": "text/javascript; charset=utf-8"}, SCRIPT
        if path == "/api/tin":
            return 200, {}, json.dumps([{"key": key, "title": article_of(key)["title"]} for key in KEYS])
        if path.startswith("/api/bai/"):
            return 200, {}, json.dumps(article_of(int(path.rpartition("/")[2])))
        if path == "/tin" or path.startswith("/bai/"):
            return 200, {"Set-Cookie": "session=1", "ETag": '"frame"'}, FRAME.format(self._scripts())
        return 404, {}, ""

    def _scripts(self) -> str:
        return f'<script src="/app.js"></script>{self.extra}'


@contextmanager
def serve_scripted(portal: ScriptedPortal) -> Iterator[str]:
    """Serve a portal; gives its base address."""

    class Handler(QuietHandler):
        def _respond(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            portal.cookies += self.headers.get_all("Cookie") or []
            status, headers, body = portal.answer(self.command, self.path)
            self.send_response(status)
            for name, value in {"Content-Type": "text/html; charset=utf-8", **headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body.encode())))
            self.end_headers()
            self.wfile.write(body.encode())

        do_GET = do_POST = do_OPTIONS = _respond  # noqa: N815 - http.server's names

    with serve_handler(Handler) as base:
        yield base
