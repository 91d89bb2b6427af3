"""Where the addresses lead that a page prints: the one place where ``<base href>`` is heard.

Whoever reads an address out of a page asks here (``html/links.py`` does so for the links and pictures of articles);
``join_url`` alone is for addresses that stand in no page, as in headers, feeds, sitemaps and answers in JSON.
"""

from archiver.html.elements import Element, Root
from archiver.urls import join_url, strip_session


def resolve_address(printed: str, element: Element, url: str) -> str | None:
    """Return the absolute address that an element of the page at ``url`` prints; None where it is none of the web."""
    return join_url(base_of(element, url), printed)


def resolve_within(url: str, value: str) -> str | None:
    """Return the absolute address that a parameter of another one holds: relative to that one, not to the page."""
    return join_url(url, value)


def resolve_requisite(base: str, printed: str) -> str | None:
    """Return the absolute address of what a page or a style sheet loads, without its fragment and session; else None.

    ``base`` is that of the page, or the address of the style sheet. A session is of the visit, not of the file.
    """
    url = join_url(base, printed)
    return strip_session(url) if url else None


def base_of(element: Element, url: str) -> str:
    """Return what the addresses of a page are relative to: its own, or the first that a ``base`` element gives."""
    root = element
    while root.parent is not None:
        root = root.parent
    return choose_base(root.bases, url) if isinstance(root, Root) and root.bases else url


def choose_base(bases: tuple[str, ...], url: str) -> str:
    """Choose the first of several bases that is an address of the web, itself relative to the page; else the page."""
    return next((base for printed in bases if (base := join_url(url, printed))), url)
