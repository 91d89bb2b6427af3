"""A client for the replica's own tests: it asks over HTTP and reads pages by their markup alone."""

import http.client
import re
from typing import Self
from urllib.parse import urlsplit

from bs4 import BeautifulSoup, Tag


class Client:
    """One kept-alive connection to a served portal."""

    def __init__(self, base: str) -> None:
        self.connection = http.client.HTTPConnection(urlsplit(base).netloc, timeout=30)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self.connection.close()

    def get(self, path: str) -> tuple[int, bytes]:
        """Ask for an address; return status and body."""
        self.connection.request("GET", path)
        response = self.connection.getresponse()
        return response.status, response.read()

    def page(self, path: str) -> Tag:
        """Ask for a page, which must be there."""
        status, body = self.get(path)
        assert status == 200, path
        return BeautifulSoup(body, "lxml")


def first(page: Tag, selector: str) -> Tag:
    """Return the first element that a selector finds; it must be there."""
    found = page.select_one(selector)
    assert found is not None, selector
    return found


def text(page: Tag, selector: str) -> str:
    """Return the text of the first element that a selector finds, without white space around it."""
    return first(page, selector).get_text(strip=True)


def titles(page: Tag) -> list[str]:
    """Return the titles that a listing prints."""
    return [link.get_text() for link in page.select("h3.asset-title a, td.table-cell a")]


def links(page: Tag) -> list[str]:
    """Return the addresses that a listing links its titles to."""
    return [str(link["href"]) for link in page.select("h3.asset-title a, td.table-cell a")]


def ids(page: Tag) -> list[int]:
    """Return the ids in those addresses."""
    return [int(number) for link in links(page) for number in re.findall(r"/view_content/(\d+)-", link)]


def byline(page: Tag) -> str:
    """Return the first line with date and count."""
    return " ".join(first(page, "div.assetPublishDate").get_text().split())


def buttons(page: Tag) -> list[str | None]:
    """Return where first, previous, next and last lead; None for disabled ones."""
    items = page.select("ul.pager.lfr-pagination-buttons li")
    return [None if "disabled" in item["class"] else str(first(item, "a")["href"]) for item in items]


def is_listing(page: Tag) -> bool:
    """Say whether a page is a listing of abstracts, and no article."""
    return bool(page.select("div.asset-bounddary")) and not page.select("div.asset-full-content-title")


def crawl(client: Client, path: str) -> list[Tag]:
    """Follow the third button to the end."""
    pages = [client.page(path)]
    while (found := buttons(pages[-1])) and found[2]:
        pages.append(client.page(found[2]))
    return pages
