"""A portal on loopback whose articles go over several pages."""

from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from urllib.parse import urlsplit

from tests.loopback import QuietHandler, serve_handler

TITLE = "Hội thảo về quản lý tài liệu lưu trữ tại các xã"
_SENTENCE = "Phần {page}, đoạn {number}: các đại biểu trao đổi về cách sắp xếp hồ sơ giấy và hồ sơ điện tử của xã."
_OTHERS = ("Thông báo lịch nghỉ lễ của cơ quan", "Danh sách cán bộ được cử đi học đợt này")


def write_paragraphs(page: int, count: int = 3) -> list[str]:
    """Write the paragraphs of one page of the long article."""
    return [_SENTENCE.format(page=page, number=number) for number in range(1, count + 1)]


class PagedPortal:
    """What is served: a listing, two short articles and a long one; ``answers`` overrules single addresses.

    ``texts`` are the pages of the long article, ``ETag`` is sent with each; ``asked`` is the log.
    """

    def __init__(self, pages: int = 3) -> None:
        self.texts = [write_paragraphs(page) for page in range(1, pages + 1)]
        self.answers: dict[str, tuple[int, str]] = {}
        self.asked: list[str] = []

    def answer(self, path: str) -> tuple[int, str]:
        """Answer a request for an address."""
        self.asked.append(path)
        if path in self.answers:
            return self.answers[path]
        if path == "/tin":
            return 200, _write_listing()
        name, _, query = path.partition("?")
        number = int(query.removeprefix("trang=") or 1)
        if name == "/tin/dai" and number <= len(self.texts):
            return 200, write_article(TITLE, self.texts[number - 1], self._write_pager(number))
        if name in ("/tin/ngan-0", "/tin/ngan-1"):
            return 200, write_article(_OTHERS[int(name[-1])], write_paragraphs(9))
        return 404, "<html><body>Không tìm thấy</body></html>"

    def _write_pager(self, number: int) -> str:
        links = [
            f"<b>{page}</b>" if page == number else f'<a href="/tin/dai?trang={page}">{page}</a>'
            for page in range(1, len(self.texts) + 1)
        ]
        return f"<div>Trang: {' '.join(links)}</div>" if len(links) > 1 else ""


def _write_listing() -> str:
    titles = {"/tin/dai": TITLE, "/tin/ngan-0": _OTHERS[0], "/tin/ngan-1": _OTHERS[1]}
    rows = "".join(
        f'<li><a href="{path}">{title}</a> <span>0{day}/03/2024</span></li>'
        for day, (path, title) in enumerate(titles.items(), 1)
    )
    return f"<html><head><title>Tin tức</title></head><body><h2>Tin tức</h2><ul>{rows}</ul></body></html>"


def write_article(title: str, paragraphs: list[str], pager: str = "") -> str:
    """Write the page of an article."""
    body = "".join(f"<p>{escape(text)}</p>" for text in paragraphs)
    return (
        f"<html lang=vi><head><title>{title} - Xã Bình Trung</title></head><body><div><h1>{title}</h1>"
        f"<div>04/03/2024</div><div>{body}{pager}</div></div><div>© Xã Bình Trung</div></body></html>"
    )


@contextmanager
def serve_paged(portal: PagedPortal) -> Iterator[str]:
    """Serve a portal while the context lasts; gives its base address."""

    class Handler(QuietHandler):
        def respond(self) -> None:
            parts = urlsplit(self.path)
            status, page = portal.answer(f"{parts.path}?{parts.query}" if parts.query else parts.path)
            body = page.encode()
            self.send_response(status)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("ETag", f'"{hash(page)}"')
            self.end_headers()
            self.wfile.write(body)

    with serve_handler(Handler) as base:
        yield base
