"""``archiver show --png`` and ``--pdf``: the kept page of an article as it looked."""

import hashlib
import sqlite3
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from archiver.archive.queries.queries import find_capture_at
from archiver.archive.queries.rows import ArticleRow
from archiver.errors import UsageError
from archiver.formats.atomic_files import open_bytes

if TYPE_CHECKING:
    from archiver.crawl.rendering.drawing import Answer, Form
    from archiver.model import Capture

_PAGE = "/"


def draw_article(
    connection: sqlite3.Connection, row: ArticleRow, at: datetime, files: "Mapping[Form, Path | None]"
) -> None:
    """Draw the page of an article as it was received last up to a time, with what is kept of its requisites.

    UsageError where there is no page from that time, or no chromium.
    """
    # Here, since all other commands do without: what they import takes a third of a second.
    from archiver.archive.evidence.captures import load_capture
    from archiver.crawl.rendering.drawing import check_drawing, draw_page

    check_drawing()
    capture_id = find_capture_at(connection, row["site"], row["article_id"], at)
    if capture_id is None:
        raise UsageError(f"there is no page of article {row['article_id']} from that time")
    capture = load_capture(connection, capture_id)
    answer = _answer_from(connection, row["site"], capture_id, capture)
    for form, path in files.items():
        if path is not None:
            drawn = draw_page(answer, _PAGE, form, _describe(capture))
            with open_bytes(path) as stream:
                stream.write(drawn)


def _answer_from(connection: sqlite3.Connection, site: str, capture_id: int, capture: "Capture") -> "Answer":
    """Return what answers a browser that shows a page: the page itself, and what is kept of its requisites."""
    from archiver.archive.evidence.kept_requisites import gather_requisites
    from archiver.web.pages.raw_requisites import find_requisite, write_page

    requisites = gather_requisites(connection, capture_id, capture)
    page = write_page(capture, site, requisites.at, requisites.each)

    def answer(path: str) -> tuple[str, bytes] | None:
        return ("text/html; charset=utf-8", page) if path == _PAGE else find_requisite(connection, path)

    return answer


def _describe(capture: "Capture") -> str:
    digest = hashlib.sha256(capture.body).hexdigest()
    return f"{capture.url} · {capture.fetched_at:%Y-%m-%d %H:%M:%S} UTC · SHA-256 {digest}"
