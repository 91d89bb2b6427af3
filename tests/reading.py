"""Archives to look at in a browser, and a reader of them without sockets: what the tests of the web pages stand on."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

from httpx import Response

from archiver.web.plugin import Reader
from archiver.web.serving import make_reader
from tests.portal import demo_portal
from tests.visiting import Visits

FIRST = datetime(2024, 1, 10, 3, tzinfo=UTC)
SITE = "dukdhcd"
ADDED = "Số liệu mới: 45 đảng viên."


def make_archive(path: Path) -> dict[str, str]:
    """Record two runs a month apart: one article edited, one removed; returns what was done -> the article's id."""
    visits, portal = Visits(path), demo_portal()
    visits.run(portal, FIRST)
    edited, removed, pictured = portal.listed()[0], portal.listed()[3], portal.listed()[2]
    first, *others = edited.paragraphs
    portal.edit(edited.id, paragraphs=(f"{first} {ADDED}", *others))
    portal.remove(removed.id)
    visits.run(portal, FIRST + timedelta(days=30))
    visits.database.close()
    return {"edited": str(edited.id), "removed": str(removed.id), "other": str(pictured.id)}


def ask(path: Path | Reader, url: str, headers: Mapping[str, str] | None = None, method: str = "GET") -> Response:
    """Ask for one page."""
    reader = path if isinstance(path, Reader) else make_reader(path)

    async def get() -> Response:
        return await reader.client.request(method, url, headers=dict(headers or {}))

    try:
        return asyncio.run(get())
    finally:
        for database in reader.databases.values():
            database.close()


class Page(HTMLParser):
    """What a browser would see of a page: tags, attributes, links, text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.text = ""
        self._silent = 0
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name in ("href", "src", "action")]

    def handle_data(self, data):
        self.text += data

    @property
    def schemes(self) -> set[str]:
        return {urlsplit(link).scheme for link in self.links}
