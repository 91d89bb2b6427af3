"""A portal whose listing is turned by a form, as ASP.NET's are, and its platform, whose addresses tell nothing."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qs

from archiver.crawl.spider import CommitteeSpider
from archiver.html.elements import Element, attribute_of, select, select_one
from archiver.model import Form
from archiver.platforms import PLATFORMS
from archiver.platforms.generic import read_address
from archiver.platforms.layout import ArticleLayout, Layout, ListingLayout, Platform
from archiver.urls import join_url
from tests.loopback import QuietHandler, serve_handler


def _find_form(page: Element, url: str) -> Form | None:
    link, form = select_one(page, "a.next"), select_one(page, "form")
    target = re.search(r"doPostBack\('(.+?)'", attribute_of(link, "href")) if link else None
    action = join_url(url, attribute_of(form, "action")) if form else None
    if target is None or form is None or action is None:
        return None
    hidden = tuple((attribute_of(field, "name"), attribute_of(field, "value")) for field in select(form, "input[name]"))
    return Form(action, (*hidden, ("__EVENTTARGET", target[1])), target[1].removeprefix("page"))


PLATFORMS["forms"] = Platform(
    "forms",
    "A portal for tests",
    (
        Layout(
            (ArticleLayout("h1.title", "h1.title", "p.info", None, ("div.body",), (), "div.body"),),
            (ListingLayout("li.entry", "a", None, (), lambda _page, _url: None, next_form=_find_form),),
            lambda page: select_one(page, "ul.news") is not None,
        ),
    ),
    read_address,
)


class Forms(CommitteeSpider):
    """A site on it."""

    name = "forms"
    title = "Cổng có biểu mẫu"
    platform = "forms"


class FormPortal:
    """What is served: pages of two articles each; ``asked`` is the log, ``answers`` overrules single paths.

    The state of a page is good for one more page only. ``ignores`` the form and shows the first page always.
    """

    def __init__(self, articles: int = 6) -> None:
        self.articles = articles
        self.asked: list[str] = []
        self.answers: dict[str, tuple[int, dict[str, str], str]] = {}
        self.ignores = False
        self.after_form = 0
        self.fails_after = 0

    def answer(self, method: str, path: str, sent: dict[str, list[str]]) -> tuple[int, dict[str, str], str]:
        """Answer a request."""
        state = sent.get("__VIEWSTATE", [""])[0]
        number = int(sent["__EVENTTARGET"][0].removeprefix("page")) if sent else 1
        self.asked.append(f"{method} {path}" + (f" {number}" if sent else ""))
        if path in self.answers:
            return self.answers[path]
        if path.startswith("/bai/"):
            key = path.removeprefix("/bai/")
            body = f"<p class=info>01/02/2024 10:00</p><div class=body><p>Nội dung của bài số {key}.</p></div>"
            return 200, {}, f"<h1 class=title>Bài viết số {key}</h1>{body}"
        if path == "/robots.txt":
            return 404, {}, ""
        if (self.fails_after and number > self.fails_after) or (sent and state != f"state-{number - 1}"):
            return 500, {}, "The state information is invalid for this page."
        if sent and self.after_form and method == "POST" and path == "/tin":
            return self.after_form, {"Location": f"/tin-trang-{number}"}, ""
        moved = re.fullmatch(r"/tin-trang-(\d+)", path)
        return 200, {}, self._list(1 if self.ignores else int(moved[1]) if moved else number)

    def _list(self, number: int) -> str:
        shown = range(2 * number - 1, min(2 * number, self.articles) + 1)
        rows = "".join(f"<li class=entry><a href='/bai/{key}'>Bài viết số {key}</a></li>" for key in shown)
        after = f"<a class=next href=\"javascript:__doPostBack('page{number + 1}','')\">Sau</a>"
        state = f"<form method=post action='/tin'><input type=hidden name=__VIEWSTATE value='state-{number}'></form>"
        return f"{state}<ul class=news>{rows}</ul>{after if 2 * number < self.articles or self.ignores else ''}"


@contextmanager
def serve_forms(portal: FormPortal) -> Iterator[str]:
    """Serve a portal; gives its base address."""

    class Handler(QuietHandler):
        def _respond(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            sent = parse_qs(self.rfile.read(length).decode()) if length else {}
            status, headers, body = portal.answer(self.command, self.path, sent)
            self.send_response(status)
            for name, value in {"Content-Type": "text/html; charset=utf-8", **headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body.encode())))
            self.end_headers()
            self.wfile.write(body.encode())

        do_GET = do_POST = _respond  # noqa: N815 - http.server's names

    with serve_handler(Handler) as base:
        yield base
