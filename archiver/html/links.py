"""The links of a page, made absolute."""

import re
from dataclasses import dataclass
from urllib.parse import unquote, urldefrag

from archiver.html.addresses import base_of
from archiver.html.elements import Element
from archiver.urls import host_of, is_download, join_url, path_of, site_of, strip_session, undo_mirroring

_MIRROR_MARK = "by HTTrack Website Copier"
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*(?=:)", re.IGNORECASE)
# What a browser runs or makes up is no place to go to.
_NO_TARGETS = frozenset("javascript vbscript data blob about file view-source".split())
_HIDDEN_MAIL = re.compile(r"/cdn-cgi/l/email-protection#([0-9a-f]{4,})$", re.IGNORECASE)
LONGEST_TARGET = 2000


@dataclass(frozen=True, slots=True)
class Links:
    """Resolves the links of one page; ``page`` is its address, ``base`` the one that its links are relative to.

    ``mirrored`` pages were saved by HTTrack, which renames files that have a query; that is undone.
    """

    page: str
    base: str
    mirrored: bool = False

    @classmethod
    def of_page(cls, url: str, html: str, tree: Element) -> "Links":
        """Look into a page for its base, and for the comment that HTTrack leaves at its head."""
        return cls(url, base_of(tree, url), _MIRROR_MARK in html[:4096])

    def resolve(self, href: str) -> str | None:
        """Return the absolute address of a link as it is printed, without a session in its path and a fragment.

        Every parameter stays: what looks like a session may be all that tells two documents apart, or open one.
        None if it leads nowhere, or back to the page itself (as an empty ``src`` does).
        """
        url = join_url(self.base, href) if href.strip() else None
        if url is None or (path_of(url) == path_of(self.page) and not is_download(url)):
            return None
        return strip_session(undo_mirroring(url) if self.mirrored else url)

    def find_target(self, href: str) -> str | None:
        """Return where a link leads: an absolute address, one of another scheme (``mailto:``), ``#place`` on the page.

        None for no target at all, for what a script does, and for what names the page itself: to share, print or send
        it on.
        """
        href = href.strip()[:LONGEST_TARGET]
        scheme = _SCHEME.match(href)
        if scheme and scheme[0].lower() not in ("http", "https"):
            return None if scheme[0].lower() in _NO_TARGETS or self._names_page(href) else href
        base = self.page if href.startswith("#") else self.base
        url = join_url(base, undo_mirroring(href) if self.mirrored else href) if href else None
        if url is None:
            return None
        if mail := _HIDDEN_MAIL.search(url):
            return _reveal_mail(mail[1])
        page, place = urldefrag(url)
        if self._is_page(page):
            return f"#{place}" if place else None
        return None if self._names_page(page.partition("?")[2]) else url.rstrip("#")

    def is_own(self, target: str) -> bool:
        """Say whether a target lies within the site of the page."""
        return target.startswith("#") or (target.startswith("http") and site_of(target) == site_of(self.page))

    def _is_page(self, url: str) -> bool:
        own = urldefrag(self.page).url
        return (
            site_of(url) == site_of(own)
            and url.partition("//")[2].partition("/")[2] == (own.partition("//")[2].partition("/")[2])
        )

    def _names_page(self, text: str) -> bool:
        path = path_of(self.page)
        return path != "/" and f"{host_of(self.page)}{unquote(path)}" in unquote(text)


def _reveal_mail(code: str) -> str:
    """Read a mail address that Cloudflare hid from robots, with another key at every visit."""
    key, *letters = bytes.fromhex(code[: len(code) // 2 * 2])
    return f"mailto:{bytes(letter ^ key for letter in letters).decode('utf-8', 'replace')}"
