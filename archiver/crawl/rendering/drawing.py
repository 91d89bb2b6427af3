"""A kept page as chromium shows it, as a picture (PNG) or on paper (PDF): without scripts, and without any network."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from html import escape
from importlib.util import find_spec
from typing import TYPE_CHECKING, Literal

from archiver.crawl.rendering.chromium import INSTALL, find_chromium, launch_options
from archiver.errors import ArchiverError, UsageError

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

Form = Literal["png", "pdf"]
Answer = Callable[[str], tuple[str, bytes] | None]
"""Returns type and bytes of what lies at a path; None where nothing does."""

_ORIGIN = "http://kept.invalid"  # a name that leads nowhere (RFC 6761, 6.4)
_WIDTH, _HEIGHT = 1280, 900
_SECONDS = 60
_MARGIN = "12mm"


def check_drawing() -> None:
    """Raise UsageError where chromium, or what drives it, is missing."""
    if find_spec("playwright") is None:
        raise UsageError(f"--png and --pdf need playwright: {INSTALL}")
    if find_chromium() is None:
        raise UsageError("--png and --pdf need chromium: apt-get install chromium")


def draw_page(answer: Answer, path: str, form: Form, footer: str = "") -> bytes:
    """Draw the page at a path; all it asks for is answered by ``answer``, or not at all. ArchiverError if it fails.

    ``footer`` stands below each sheet of a PDF.
    """
    with _open_page(answer) as page:
        page.goto(f"{_ORIGIN}{path}", wait_until="load", timeout=_SECONDS * 1000)
        if form == "png":
            return page.screenshot(full_page=True, animations="disabled", timeout=_SECONDS * 1000)
        page.emulate_media(media="screen")  # many sites have a style for paper that leaves out what was seen
        return page.pdf(
            format="A4",
            print_background=True,
            display_header_footer=bool(footer),
            header_template="<span></span>",
            footer_template=f'<div style="font-size:6pt; margin:0 {_MARGIN}">{escape(footer)}</div>',
            margin={"top": _MARGIN, "bottom": _MARGIN, "left": _MARGIN, "right": _MARGIN},
        )


@contextmanager
def _open_page(answer: Answer) -> Iterator["Page"]:
    from playwright.sync_api import Error, sync_playwright  # noqa: PLC0415 - of an extra

    def respond(route: "Route") -> None:
        found = _find(answer, route.request.url)
        with suppress(Error):  # the page is closed by now
            if found is None:
                route.abort()
            else:
                kind, body = found
                route.fulfill(status=200, content_type=kind, body=body)

    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(**launch_options())
            try:
                context = browser.new_context(
                    java_script_enabled=False,
                    service_workers="block",
                    accept_downloads=False,
                    viewport={"width": _WIDTH, "height": _HEIGHT},
                )
                page = context.new_page()
                page.route_web_socket("**", lambda socket: socket.close())
                page.route("**", respond)
                yield page
            finally:
                browser.close()
    except Error as error:
        raise ArchiverError(f"chromium cannot show the page: {error.message.splitlines()[0]}; try again") from error


def _find(answer: Answer, url: str) -> tuple[str, bytes] | None:
    return answer(url.removeprefix(_ORIGIN)) if url.startswith(f"{_ORIGIN}/") else None
