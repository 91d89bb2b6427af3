"""Web archives that can be asked: where one lists its captures, and where it shows one as it was received."""

import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote, urlencode, urlsplit

from archiver.errors import UsageError

Dialect = Literal["wayback", "pywb"]

WAYBACK = "https://web.archive.org"
PYWB = "http://localhost:8080"
"""Where pywb listens unless it is told otherwise; the collection is then the one that is named like the site."""
MOST_ROWS = 10_000
"""Captures that are asked for in one list: a megabyte or two, and an answer within seconds."""
_FIELDS = "timestamp,original,mimetype,statuscode,digest,length"
_ENCODED = re.compile(r"[\w.~!*'()%+-]+", re.ASCII)
# What a web archive puts before an address that it shows: its own path, a time, how it is to be shown.
_SHOWN = r"(?:https?://[^/]+)?{path}(?P<at>\d{{4,14}})(?:[a-z]{{2}}_)?/(?P<url>.+)"


@dataclass(frozen=True, slots=True)
class Window:
    """A period as web archives write it, both ends included: 14 digits, empty where it is open."""

    since: str = ""
    until: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """A web archive at an address: the dialect of its lists says where they are, and where its pages are."""

    dialect: Dialect
    base: str

    @property
    def prefix(self) -> str:
        """Return what stands before time and address of a capture; runs of its captures are known by it."""
        return f"{self.base}/web/" if self.dialect == "wayback" else f"{self.base}/"

    def list_address(self, host: str, window: Window, key: str = "") -> str:
        """Return the address of the list of what is held of a host; ``key`` goes on with one that was begun.

        Nothing is collapsed: an interval without the times at which a page was the same would be shorter than it was.
        """
        asked = {"url": host, "matchType": "host", "output": "json", "limit": str(MOST_ROWS)}
        asked |= {"from": window.since} if window.since else {}
        asked |= {"to": window.until} if window.until else {}
        if self.dialect == "pywb":
            return f"{self.base}/cdx?{urlencode(asked)}"
        asked |= {"fl": _FIELDS, "showResumeKey": "true"}
        resumed = f"&resumeKey={_encode_key(key)}" if key else ""
        return f"{self.base}/cdx/search/cdx?{urlencode(asked)}{resumed}"

    def capture_address(self, at: str, url: str) -> str:
        """Return where a capture is shown as it was received, without the archive's frame and links."""
        return f"{self.prefix}{at}id_/{url}"

    def read_shown(self, location: str) -> tuple[str, str] | None:
        """Read time and address of a capture from where the archive shows it; None for any other address."""
        path = re.escape(urlsplit(self.prefix).path)
        match = re.fullmatch(_SHOWN.format(path=path), location)
        return (match["at"], match["url"]) if match else None


def read_source(name: str, site: str) -> list[Source]:
    """Say which web archive is meant, likelier dialect first; its answer tells which it is. UsageError."""
    if name == "wayback":
        return [Source("wayback", WAYBACK)]
    if name == "pywb":
        return [Source("pywb", f"{PYWB}/{site}")]
    try:
        parts = urlsplit(name)
        is_address = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_address = False
    if not is_address or parts.query or parts.fragment or "@" in parts.netloc or not name.isascii():
        raise UsageError(f"--from {name}: no web archive; write wayback, pywb, or an address: http://HOST/COLLECTION")
    base = name.rstrip("/")
    both = [Source("wayback", base.removesuffix("/web")), Source("pywb", base)]
    return both if parts.path.strip("/") in ("", "web") else both[::-1]


def _encode_key(key: str) -> str:
    """Encode a key unless it came encoded, as that of the Wayback Machine does."""
    return key if _ENCODED.fullmatch(key) else quote(key, safe="")
