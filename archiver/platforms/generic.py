"""Pages of no known platform: read by what such pages have in common, and by the places that a site declares."""

import re
from collections.abc import Callable
from functools import partial
from urllib.parse import urlsplit

from archiver.platforms.layout import Address, Platform
from archiver.site import Places
from archiver.urls import host_of, spell_address, strip_tracking

# A home page by its address alone; others are told when they are read.
_HOME = re.compile(r"/?(?:(?:index|default|home|trang-chu)(?:\.\w{2,5})?/?)?", re.IGNORECASE)
_WWW = re.compile(r"^www\.")
# Liferay links from a table of articles with the table's own address behind, so that the article can lead back.
_WAY_BACK = re.compile(r"(?<=[?&])redirect=(?:https?(?::|%3A)|/|%2F)[^&#]*&?", re.IGNORECASE)


def read_address(url: str, article: str = "") -> Address:
    """Read an address of which only its own form is known.

    The native key is the canonical address in one spelling, without scheme, ``www.`` and a slash at the end: a site
    that moves to https has not published everything anew, and its feed may write addresses otherwise than its listings.
    What is asked for is the address as it is printed. ``article`` is the expression of ``Places.article``; without one
    an address may lead to anything.
    """
    url = _WAY_BACK.sub("", strip_tracking(url)).rstrip("?&")
    key = _WWW.sub("", host_of(url)) + spell_address(url)
    if not article:
        return Address("unknown", key, url)
    match = re.search(article, url)
    if match is None:
        return Address("listing", key, url)
    return Address("article", match[1] if match.re.groups and match[1] else key, url)


def is_home(url: str) -> bool:
    """Say whether an address is plainly that of a home page."""
    parts = urlsplit(url)
    return not parts.query and _HOME.fullmatch(parts.path) is not None


def make_generic(places: Places) -> Platform:
    """Make the generic platform of a site that declares places of its own."""
    reading: Callable[[str], Address] = partial(read_address, article=places.article)
    return Platform("generic", GENERIC.title, (), reading, places=places)


GENERIC = Platform("generic", "Pages of no known platform", (), read_address)
