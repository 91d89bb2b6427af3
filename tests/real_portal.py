"""The mirrored portal of ../shared: unpacked, served, and what its pages print."""

import importlib.util
import json
import re
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from http.server import SimpleHTTPRequestHandler
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from archiver.text.cleaning import clean_text
from tests.loopback import serve_handler

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
CHANNELS = ("hoat-ong-ang-oan-the", "pctn", "vi/thanh-tra", "vi/buu-chinh-vien-thong", "dssdt")
# The body of this article breaks off inside a tag; what follows is read one way by browsers, another by expressions.
BROKEN_MARKUP = frozenset({"692841"})


class _QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def serve_folder(folder: Path) -> Iterator[str]:
    """Serve a folder on loopback; yields the base address."""
    with serve_handler(partial(_QuietHandler, directory=str(folder))) as base:
        yield base


def unpack_mirror(shared: Path, folder: Path) -> Path:
    """Unpack the mirror and return the folder to be served."""
    with tarfile.open(next((shared / "mirror").glob("*.tar.xz"))) as archive:
        archive.extractall(folder, filter="data")
    return folder


def read_truth(shared: Path) -> dict[str, dict[str, Any]]:
    """Return what each article page prints, by file."""
    lines = (shared / "mirror" / "TRUTH.jsonl").read_text(encoding="utf-8").splitlines()
    return {row["file"]: row for row in map(json.loads, lines)}


def read_words(shared: Path, page: Path) -> list[str]:
    """Return the words of a page's body as regular expressions find them: entities decoded twice, none hidden."""
    text = _load_truth(shared).text
    html = page.read_text(encoding="utf-8-sig", errors="replace")
    start = html.find('<div class="journal-content-article">')
    depth, end = 0, len(html)
    for tag in re.finditer(r"<(/?)div\b", html[start:]) if start >= 0 else ():
        depth += -1 if tag[1] else 1
        if depth == 0:
            end = start + tag.start()
            break
    inner = re.sub(r'(?s)<p[^>]*class="view-content-author".*?</p>', "", html[start:end]) if start >= 0 else ""
    inner = re.sub(r'(?s)<span style="display: none;">.*?</span>', "", inner)
    return clean_text(text(inner)).split()


def read_date(printed: str | None) -> tuple[datetime | None, str | None]:
    """Return the printed date in UTC and its precision."""
    if not printed:
        return None, None
    at = datetime.strptime(printed, "%d/%m/%Y | %I:%M %p").replace(tzinfo=ZONE).astimezone(UTC)
    return at, "day" if printed.endswith("12:00 AM") else "minute"


def read_capture_time(printed: str) -> datetime:
    """Read the time of a mirrored page's capture."""
    return parsedate_to_datetime(printed).astimezone(UTC)


def _load_truth(shared: Path) -> Any:
    spec = importlib.util.spec_from_file_location("truth", shared / "mirror" / "truth.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
