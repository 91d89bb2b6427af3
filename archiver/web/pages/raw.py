"""The raw page of an article, as it was received: in a frame where it can do nothing, and as source."""

import codecs
import hashlib
import re
import sqlite3
from dataclasses import dataclass
from datetime import UTC, date, datetime

from archiver.archive.evidence.captures import load_capture
from archiver.archive.evidence.kept_requisites import PageRequisites, gather_requisites
from archiver.archive.history.content import write_time
from archiver.archive.queries.browsing import find_article, list_states
from archiver.archive.queries.queries import find_capture_at, find_sealed_run
from archiver.archive.queries.rows import KnownArticleRow, StateRow
from archiver.archive.runs.imported_runs import find_source_of_capture
from archiver.model import Capture
from archiver.web.cleaning import is_web_address
from archiver.web.faults import MissingError
from archiver.web.pages.article import end_of_day
from archiver.web.pages.raw_requisites import write_page
from archiver.web.rendering import Frame, render

POLICY = (
    "sandbox allow-same-origin; default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self' data:; frame-ancestors 'self'; base-uri 'none'; form-action 'none'"
)
"""No script, no form, no request but for kept style sheets, pictures and fonts.

In an origin of its own the page would be another site to this server. Then kept files would have to be open to all
sites (CORS for fonts, CORP for the rest), and any page in the reader's browser could find out what is kept here.
Without scripts nothing in the page can make use of the server's origin.
"""
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class RawPage:
    """An article, its title then, the capture asked for, and the day or the version that was asked for.

    ``run`` is the number and the seal of the run that brought the capture; without a seal while it goes on. ``source``
    is the file or web archive that the capture was imported from; None where a crawl of ours fetched it.
    """

    article: KnownArticleRow
    title: str
    capture: Capture
    requisites: PageRequisites
    run: tuple[int, str | None]
    at: date | None
    version: int | None = None
    source: str | None = None

    @property
    def received_at(self) -> str:
        """The time of the capture, as the archive writes times."""
        return write_time(self.capture.fetched_at)

    @property
    def digest(self) -> str:
        """SHA-256 of the bytes as received, hexadecimal."""
        return hashlib.sha256(self.capture.body).hexdigest()

    @property
    def is_page(self) -> bool:
        """Say whether it is HTML, which is shown as a page."""
        return _is_page(_read_type(self.capture))

    @property
    def shown_at(self) -> str | None:
        """Where the web archive that the capture is from shows it; None for one that is from a file, or our own."""
        address = f"{self.source}{self.capture.fetched_at:%Y%m%d%H%M%S}/{self.capture.url}"
        return address if (self.source or "").endswith("/") and is_web_address(address) else None


def load_raw(
    connection: sqlite3.Connection, site: str, key: str, at: date | None, version: int | None = None
) -> RawPage:
    """Find the last good page of an article up to a day, or of a version; MissingError where there is none."""
    article = find_article(connection, site, key)
    if article is None:
        raise MissingError("no_article", article=key)
    states = list_states(connection, article["id"])
    try:
        end = _find_end(connection, site, states, at, version)
        capture = find_capture_at(connection, site, key, end)
    except OverflowError:
        capture = None
    if capture is None:
        raise MissingError("raw_none")
    page = load_capture(connection, capture)
    requisites = gather_requisites(connection, capture, page)
    titles = [state["title"] for state in states if state["seen_from"] <= write_time(page.fetched_at, "microseconds")]
    run, source = find_sealed_run(connection, capture), find_source_of_capture(connection, capture)
    return RawPage(article, titles[-1] if titles else key, page, requisites, run, at, version, source)


def _find_end(
    connection: sqlite3.Connection, site: str, states: list[StateRow], at: date | None, version: int | None
) -> datetime:
    if version:
        ends = [state["seen_until"] for state in states if state["snapshot"] == version]
        if not ends:
            raise MissingError("no_version", number=version)
        return datetime.fromisoformat(ends[0])
    return end_of_day(connection, site, at) if at else datetime.max.replace(tzinfo=UTC)


def render_raw(page: RawPage, frame: Frame) -> str:
    """Make the page around the raw page."""
    return render("raw.html", frame, page=page)


def write_raw(page: RawPage) -> tuple[bytes, str]:
    """Return what the frame is sent, and its type: HTML that asks for nothing but what is kept; else text."""
    if not page.is_page:
        return page.capture.body, "text/plain; charset=utf-8"
    written = write_page(page.capture, page.article["site"], page.requisites.at, page.requisites.each)
    return written, "text/html; charset=utf-8"


def write_source(capture: Capture) -> tuple[bytes, str]:
    """Return the bytes as they were received, to be shown as text."""
    return capture.body, f"text/plain; charset={_read_charset(_read_type(capture))}"


def _is_page(kind: str) -> bool:
    return kind.lower().startswith(("text/html", "application/xhtml"))


def _read_type(capture: Capture) -> str:
    return next((value for name, value in capture.headers if name.lower() == "content-type"), "text/html").strip()


def _read_charset(kind: str) -> str:
    match = _CHARSET.search(kind)
    try:
        return codecs.lookup(match[1]).name if match else "utf-8"
    except (LookupError, ValueError):
        return "utf-8"
