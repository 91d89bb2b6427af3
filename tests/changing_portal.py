"""A small portal that moves its articles about, in two looks: Liferay's, and one of no known platform."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Literal

from archiver.crawl.spider import CommitteeSpider
from tests.loopback import QuietHandler, serve_handler

Look = Literal["lif", "gen"]
Answer = tuple[int, Mapping[str, str], str]
NOT_FOUND: Answer = (404, {}, "<html><title>Lỗi</title><body><h1>Không tìm thấy trang</h1></body></html>")
_SUBJECTS = ("Đoàn giám sát", "Ban Thường vụ", "Hội Khuyến học", "Tổ công tác", "Liên đoàn Lao động", "Đội tình nguyện")
_DEEDS = (
    "thăm trường Sao Mai",
    "họp tại xã Bình Lâm",
    "tập huấn ở Hòa Xuân",
    "trao quà tại chợ Mới",
    "kiểm tra cầu Đông",
)


class Liferay(CommitteeSpider):
    """The portal as Liferay of Hà Nội shows it."""

    name = "lif"
    title = "Cổng đổi địa chỉ"
    platform = "liferay_hanoi"


class Generic(CommitteeSpider):
    """The portal in a look of no known platform; it may declare the hosts that it had."""

    name = "gen"
    title = "Cổng đổi địa chỉ"
    platform = "generic"
    hosts = tuple(filter(None, os.environ.get("FORMER_HOSTS", "").split(",")))


@dataclass(frozen=True)
class Piece:
    """An article of the portal."""

    number: int
    title: str
    slug: str
    text: tuple[str, ...]
    day: str
    channel: str = "tin-tuc"
    is_listed: bool = True


def write_pieces(count: int) -> list[Piece]:
    """Write articles with titles, days and texts of their own."""
    return [_write_piece(place) for place in range(count)]


def _write_piece(place: int) -> Piece:
    subject, deed = _SUBJECTS[place % len(_SUBJECTS)], _DEEDS[place % len(_DEEDS)]
    text = tuple(
        f"Mục {n} của tin số {place}: {subject} {deed}, nghe {place + n + 2} ý kiến về việc {_DEEDS[(place + n) % 5]} "
        f"và thống nhất {n + 1} đầu việc trong quý {(place + n) % 4 + 1}, giao đơn vị thứ {place * 3 + n} thực hiện."
        for n in range(4)
    )
    number = 5_200_100 + 7 * place
    return Piece(number, f"{subject} {deed}", f"tin-{chr(97 + place)}-moi", text, f"{place + 2:02}/11/2025")


class ChangingPortal:
    """Answers for articles where they are; ``answers`` stand in the place of paths, ``log`` has what was asked."""

    def __init__(self, look: Look, count: int = 6) -> None:
        self.look = look
        self.pieces = write_pieces(count)
        self.channels = ["tin-tuc"]
        self.answers: dict[str, Answer] = {}
        self.everything: Callable[[str], Answer | None] = lambda _path: None
        self.is_restyled = False
        self.head = ""
        self.log: list[str] = []

    def path(self, piece: Piece) -> str:
        """Return where an article is."""
        if self.look == "lif":
            return f"/{piece.channel}/-/view_content/{piece.number}-{piece.slug}.html"
        return f"/{piece.channel}/{piece.slug}.html"

    def change(self, place: int, *, redirects: int | None = None, **news: object) -> None:
        """Change an article; its former path redirects with a status, or is gone."""
        old = self.pieces[place]
        new = self.pieces[place] = replace(old, **news)  # type: ignore[arg-type]
        if self.path(old) != self.path(new):
            moved: Answer = (redirects or 0, {"Location": self.path(new)}, "")
            self.answers[self.path(old)] = moved if redirects else NOT_FOUND

    def end_redirects(self) -> None:
        """Let the former paths be gone."""
        self.answers = dict.fromkeys(self.answers, NOT_FOUND)

    def answer(self, path: str) -> Answer:
        """Answer a request."""
        self.log.append(path)
        if found := self.everything(path) or self.answers.get(path):
            return found
        if path.strip("/") in self.channels:
            return 200, {}, self._list(path.strip("/"))
        return next(((200, {}, self._show(piece)) for piece in self.pieces if self.path(piece) == path), NOT_FOUND)

    def _frame(self, title: str, main: str) -> str:
        side = '<div class="new-menu"><a href="/">Trang nhất</a></div>' if self.is_restyled else '<a href="/">Nhà</a>'
        return (
            f'<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8"><title>{title}</title>{self.head}</head>'
            f"<body>{side}<div>{main}</div><div>Cổng thông tin thử</div></body></html>"
        )

    def _list(self, channel: str) -> str:
        pieces = [piece for piece in self.pieces if piece.is_listed and piece.channel == channel]
        if self.look == "gen":
            rows = "".join(
                f'<li><h3><a href="{self.path(one)}">{one.title}</a></h3><span>{one.day}</span><p>Tóm tắt.</p></li>'
                for one in pieces
            )
            return self._frame("Tin", f"<h1>Tin</h1><ul>{rows}</ul>")
        rows = "".join(
            f'<div class="asset-bounddary"><h3 class="asset-title"><a href="{self.path(one)}">{one.title}</a></h3>'
            f'<div class="assetPublishDate">Ngày đăng {one.day} | 12:00 AM</div></div>'
            for one in pieces
        )
        head = '<span class="portlet-title-text">Tin</span>'
        return self._frame("Tin", f'<div class="portlet-boundary portlet-boundary_101_">{head}{rows}</div>')

    def _show(self, piece: Piece) -> str:
        text = "".join(f"<p>{line}</p>" for line in piece.text)
        if self.look == "lif":
            return self._frame(
                piece.title,
                f'<div class="portlet-boundary portlet-boundary_101_"><div class="asset-full-content-title">'
                f'{piece.title}</div><div class="assetPublishDate">Ngày đăng {piece.day} | 12:00 AM</div>'
                f'<div class="asset-full-content"><div class="asset-content" id="_101_{piece.number}">'
                f'<div class="journal-content-article">{text}</div></div></div></div>',
            )
        if self.is_restyled:
            info = f"<header><h1>{piece.title}</h1><time>Đăng ngày {piece.day}</time></header>"
            return self._frame(piece.title, f"<article>{info}<section>{text}</section></article>")
        return self._frame(piece.title, f"<h1>{piece.title}</h1><div>Ngày đăng: {piece.day}</div><div>{text}</div>")


@contextmanager
def serve_changing(answer: Callable[[str], Answer]) -> Iterator[str]:
    """Serve a portal on loopback; yields its base address."""

    class Handler(QuietHandler):
        def respond(self) -> None:
            status, headers, text = answer(self.path)
            body = text.encode()
            self.send_response(status)
            told = {"Content-Type": "text/html; charset=utf-8", "Content-Length": str(len(body)), **headers}
            for name, value in told.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

    with serve_handler(Handler) as base:
        yield base
