"""What an article's page says of who it is: ids that it prints about itself, and the addresses that it calls its own.

Read from the text of the page, for platforms are read without their heads. Such claims may be wrong, the home page for
every article say; who uses them looks at the articles too.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from html import unescape
from urllib.parse import urlsplit

from archiver.model import Article, Page
from archiver.platforms.generic import is_home
from archiver.platforms.layout import Address
from archiver.urls import join_url, parameters_of

MOST_LETTERS = 60_000
"""Letters of a page that are looked at: heads end long before."""
_TAG = re.compile(r"<(link|meta|body)\b([^>]{1,3000})>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([a-z:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
# What any claim is told by; most elements of a head have nothing of it.
_CLAIM = re.compile(r"og:url|canonical|shortlink|postid|page-id", re.IGNORECASE)
_POST_CLASS = re.compile(r"(?:^|\s)(?:postid|page-id)-(\d{1,12})(?=\s|$)")
_POST = re.compile(r"<(?:article|div)\b[^>]{0,500}?\bid\s*=\s*[\"']post-(\d{1,12})[\"']", re.IGNORECASE)
# WordPress writes a post by its number like this, in the address of last resort.
_NUMBERS = ("p", "page_id")


def add_claims(page: Page, html: str, read_address: Callable[[str], Address]) -> Page:
    """Add to an article what its page claims about itself, in the order of the page; other pages stay."""
    if not isinstance(page, Article):
        return page
    found = dict.fromkeys(_find_claims(html[:MOST_LETTERS], page.url, read_address))
    return replace(page, keys=tuple(key for key in found if key != page.native_key))


def _find_claims(html: str, base: str, read_address: Callable[[str], Address]) -> Iterator[str]:
    for name, text in _TAG.findall(html):
        if not _CLAIM.search(text):
            continue
        tag = {key.lower(): unescape(a or b or c) for key, a, b, c in _ATTRIBUTE.findall(text)}
        if name.lower() == "body":
            yield from (f"post-{number}" for number in _POST_CLASS.findall(tag.get("class", "")))
        elif href := _find_address(tag):
            yield from _read_key(join_url(base, href), read_address)
    posts = set(_POST.findall(html)) if "post-" in html else set()
    if len(posts) == 1:  # several are those of a list
        yield f"post-{posts.pop()}"


def _find_address(tag: dict[str, str]) -> str | None:
    """Find the address in an element of the head that gives the page's own."""
    if tag.get("property", "").lower() == "og:url":
        return tag.get("content")
    return tag.get("href") if tag.get("rel", "").lower() in ("canonical", "shortlink") else None


def _read_key(url: str | None, read_address: Callable[[str], Address]) -> Iterator[str]:
    """Read the key of an address that a page calls its own; the home page is nobody's."""
    if url is None or is_home(url):
        return
    parameters = parameters_of(url)
    if urlsplit(url).path in ("", "/") and (number := next(filter(None, map(parameters.get, _NUMBERS)), None)):
        yield f"post-{number}"
        return
    address = read_address(url)
    if address.kind != "listing":
        yield address.key
