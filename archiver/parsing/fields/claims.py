"""What an article's page says of who it is: ids that it prints about itself, and the addresses that it calls its own.

Read from lxml's tree of the page, for platforms are read without their heads. Such claims may be wrong, the home page
for every article say; who uses them looks at the articles too.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from urllib.parse import urlsplit

from archiver.html.addresses import choose_base
from archiver.html.markup import DeepMarkupError, Markup, Parsed, look_at
from archiver.model import Article, Page
from archiver.platforms.generic import is_home
from archiver.platforms.layout import Address
from archiver.urls import join_url, parameters_of

_OWN = frozenset({"canonical", "shortlink"})
_POST_CLASS = re.compile(r"(?:^|\s)(?:postid|page-id)-(\d{1,12})(?=\s|$)")
_POST = re.compile(r"post-(\d{1,12})")
# WordPress writes a post by its number like this, in the address of last resort.
_NUMBERS = ("p", "page_id")


def add_claims(page: Page, html: str, read_address: Callable[[str], Address]) -> Page:
    """Add to an article what its page claims about itself, in the order of the page; other pages stay."""
    if not isinstance(page, Article):
        return page
    try:
        parsed = look_at(html)
    except DeepMarkupError:
        return page
    found = dict.fromkeys(_find_claims(parsed, page.url, read_address))
    return replace(page, keys=tuple(key for key in found if key != page.native_key))


def _find_claims(parsed: Parsed, url: str, read_address: Callable[[str], Address]) -> Iterator[str]:
    if parsed.root is None:
        return
    base = choose_base(parsed.bases, url)
    for element in parsed.root.iter("link", "meta", "body"):
        if element.tag == "body":
            yield from (f"post-{number}" for number in _POST_CLASS.findall(element.get("class", "")))
        elif href := _find_address(element):
            yield from _read_key(join_url(base, href), read_address)
    named = parsed.root.iter("article", "div") if "post-" in parsed.html else ()
    posts = {match[1] for post in named if (match := _POST.fullmatch(post.get("id", "")))}
    if len(posts) == 1:  # several are those of a list
        yield f"post-{posts.pop()}"


def _find_address(element: Markup) -> str | None:
    """Find the address in an element of the head that gives the page's own."""
    if element.tag == "meta":
        names = (element.get("property") or element.get("name") or "").lower()
        return str(element.get("content") or "") if names == "og:url" else None
    return str(element.get("href") or "") if element.get("rel", "").lower() in _OWN else None


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
