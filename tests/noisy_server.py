"""Stories of ``noisy_portal`` served on loopback: a listing, the articles, and files with bytes of a test's choice."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from tests.loopback import QuietHandler, serve_handler
from tests.noisy_portal import Story


class Newsstand:
    """What is served; ``asked`` is the log, ``files`` answers what is under /k and /tai, ``day`` is today."""

    def __init__(self, stories: Sequence[Story], look: str, files: Callable[[str], str] = lambda path: "vb") -> None:
        self.stories, self.look, self.files = stories, look, files
        self.day = 0
        self.asked: list[str] = []

    def answer(self, path: str) -> tuple[int, str, bytes]:
        """Answer a request."""
        self.asked.append(path)
        if path == "/tin":
            return 200, "text/html; charset=utf-8", self._write_listing().encode()
        for story in self.stories:
            if path == story.path:
                return 200, "text/html; charset=utf-8", story.write(self.look, self.day).encode()
        if path.startswith(("/k", "/tai/")):
            body = f"%PDF-1.4\n% {self.files(path) * 50}\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF"
            return 200, "application/pdf", body.encode()
        return 404, "text/html", b"<html><title>404</title><h1>404</h1></html>"

    def _write_listing(self) -> str:
        if self.look == "lif":
            rows = "".join(
                f'<div class="asset-bounddary"><div class="asset-abstract"><div class="asset-content normal-news"><h3 '
                f'class="asset-title"><a href="{story.path}">{story.title}</a></h3><div class="assetPublishDate '
                f'block_timer">Ngày đăng {story.number % 27 + 1:02}/01/2026 | 9:30 AM</div></div></div></div>'
                for story in self.stories
            )
            rows = f'<span class="portlet-title-text">Tin</span>{rows}'
            rows = f'<div class="portlet-boundary portlet-boundary_101_">{rows}</div>'
        else:
            rows = "".join(
                f'<li><h3><a href="{story.path}">{story.title}</a></h3>'
                f"<span>{story.number % 27 + 1:02}/01/2026</span></li>"
                for story in self.stories
            )
            rows = f"<h1>Tin</h1><ul>{rows}</ul>"
        return f'<!DOCTYPE html><html lang="vi"><head><title>Tin</title></head><body><div>{rows}</div></body></html>'


@contextmanager
def serve_stories(stand: Newsstand) -> Iterator[str]:
    """Serve stories; gives the base address."""

    class Handler(QuietHandler):
        def respond(self) -> None:
            status, kind, body = stand.answer(self.path)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    with serve_handler(Handler) as base:
        yield base
