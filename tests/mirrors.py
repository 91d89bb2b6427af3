"""The saved sites of ../shared/mirrors: unpacked, and what their pages print."""

import importlib.util
import json
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from archiver.model import Article, Count, Listing, ListingEntry, Page, PublishedDate
from archiver.text.cleaning import clean_text
from tests.loopback import serve_handler
from tests.real_portal import ZONE

MIRRORS = {
    "vhv-nbk": "vhv",
    "vhv-minhtan": "vhv",
    "bentre-hoanglam": "vnpt_bentre",
    "sharepoint-dakglong": "sharepoint",
    "sharepoint-stp": "sharepoint",
    "mattran-daknong": "mat_tran",
}
Row = dict[str, Any]
Reading = tuple[str, object, object]
"""A field of a page, what was read of it, and what is printed."""


def unpack_site(shared: Path, name: str, folder: Path) -> Path:
    """Unpack a saved site and return its folder."""
    with tarfile.open(shared / "mirrors" / f"{name}.tar.xz") as archive:
        archive.extractall(folder / name, filter="data")
    return folder / name


@contextmanager
def serve_site(shared: Path, folder: Path) -> Iterator[str]:
    """Serve a saved site on loopback at the addresses its links use; yields the base address."""
    spec = importlib.util.spec_from_file_location("serve", shared / "mirrors" / "serve.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    with serve_handler(partial(module.Mirror, directory=str(folder))) as base:
        yield base


def read_rows(shared: Path, name: str) -> list[Row]:
    """Return what the pages of a site print, a row a page."""
    lines = (shared / "mirrors" / f"{name}.TRUTH.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def list_readings(row: Row, page: Page) -> Iterator[Reading]:
    """List the printed fields of an article or a listing of articles, and what was read of each."""
    if row["kind"] == "article":
        yield from _list_of_article(row, page)
    elif row["kind"] == "listing" and row["of"] == "articles":
        yield from _list_of_listing(row, page)


def _list_of_article(row: Row, page: Page) -> Iterator[Reading]:
    article = page if isinstance(page, Article) else Article("", "", "")
    yield "title", _fold(article.title), _fold(row["title"])
    read = {**_read_counters(article.published, article.views), "section": article.section, "author": article.author}
    yield from ((name, _fold(read[name]), _fold(row[name])) for name in read if row[name] is not None)
    bodies = [clean_text(" ".join(paragraphs)) for paragraphs in ([article.lead or "", article.body], [article.body])]
    for name, holds in (("first", str.startswith), ("last", str.endswith)):
        printed = [clean_text(text) for text in (row[name], *row[f"{name}_or"]) if text]
        fits = any(holds(_fold(body), _fold(text)) for body in bodies for text in printed)
        if printed:
            yield name, fits, True


def _list_of_listing(row: Row, page: Page) -> Iterator[Reading]:
    entries = page.entries if isinstance(page, Listing) else ()
    by_name = {_last_name(entry): entry for entry in entries}
    for printed in row["entries"]:
        entry = by_name.get(printed.get("key") or unquote(printed["address"]).rpartition("/")[2])
        yield "entry", entry and _fold(entry.title), _fold(printed["title"])
        read = _read_counters(entry.published, entry.views) if entry else {}
        names = [name for name in ("day", "minute", "views") if printed.get(name) is not None]
        yield from ((f"entry's {name}", _fold(read.get(name)), _fold(printed[name])) for name in names)


def _last_name(entry: ListingEntry) -> str:
    """Return what tells articles of such a site apart: the last name of the address, or the id in its query."""
    parts = urlsplit(entry.url)
    return unquote((parts.query or parts.path).rpartition("/")[2])


def _read_counters(published: PublishedDate | None, views: Count | None) -> dict[str, object]:
    at = published.at.astimezone(ZONE) if published and published.at else None
    has_time = published is not None and published.precision == "minute"
    return {
        "day": at.date().isoformat() if at else None,
        "minute": f"{at:%H:%M}" if at and has_time else None,
        "views": views.value if views else None,
    }


def _fold(read: object) -> str:
    return " ".join(clean_text(str(read)).split()) if read is not None else ""
