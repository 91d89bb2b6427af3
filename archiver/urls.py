"""Addresses: how they are written down, and when two of them are the same."""

import re
from functools import lru_cache
from urllib.parse import parse_qsl, quote, urldefrag, urljoin, urlsplit, urlunsplit

# Liferay writes the session into the path of every link until a cookie came back (RFC 3986 path parameter).
_SESSION = re.compile(r";jsessionid=[^/?#]*", re.IGNORECASE)
_TRACKING = re.compile(r"(?:utm_\w+|fbclid|gclid|zalo_\w+|p_auth|jsessionid|phpsessid)$")
_FORM_PAGE = "#form-page="
MOST_ADDRESS = 8000
"""Characters of an address that is asked for: as many as all should support (RFC 9110, 4.1), and hardly any server does
with more. Scrapy would leave out what is longer than 2,083 and tell nobody."""
_MOST_SHOWN = 200
_MIRRORED = re.compile(r"[0-9a-f]{4}(\.\w{2,5})$")
# Parameters that name a moment or a session and not a thing; Liferay adds ``t=<milliseconds>`` to documents and images.
_SESSIONS = frozenset({"p_auth", "p_p_auth", "jsessionid", "phpsessid"})
_DIGITS_OF_TIME = 10
VOLATILE_PARAMETERS = frozenset({"t", "p_auth", "p_p_auth", "token", "jsessionid", "phpsessid", "sid"})


def join_url(base: str, href: str) -> str | None:
    """Make ``href`` of the page at ``base`` absolute; None unless the outcome is an http or https address.

    A user and a password before the host are left out: addresses are kept, and public pages need neither.
    """
    from w3lib.url import safe_url_string  # noqa: PLC0415 - 25 ms that reading the archive need not wait for

    try:
        url = urljoin(base, href.strip())
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            return None
        account, at, _ = parts.netloc.rpartition("@")
        return safe_url_string(url.replace(f"//{account}{at}", "//", 1) if at else url)
    except ValueError:  # such as an unfinished IPv6 host, seen in pasted links
        return None


def strip_session(url: str) -> str:
    """Remove the fragment and the session that a portal wrote into the path."""
    return _SESSION.sub("", url.split("#", 1)[0])


def strip_tracking(url: str) -> str:
    """Remove session, fragment and the parameters that only tell where a reader came from; the rest keeps its order."""
    parts = urlsplit(strip_session(url))
    kept = [item for item in parts.query.split("&") if not _TRACKING.match(_name(item))]
    return urlunsplit(parts._replace(query="&".join(kept)))


def strip_volatile(url: str) -> str:
    """Remove session, fragment and all ``VOLATILE_PARAMETERS``; the rest keeps its order and its empty values."""
    parts = urlsplit(strip_session(url))
    query = "&".join(item for item in parts.query.split("&") if item and _name(item) not in VOLATILE_PARAMETERS)
    return urlunsplit(parts._replace(query=query))


def mark_form_page(url: str, page: str) -> str:
    """Mark an address as that of a page which a form was sent for: ``#form-page=`` and which one.

    All pages of such a listing have one address. Servers never see what stands behind ``#``, so no real address is
    changed by it.
    """
    return f"{urldefrag(url).url}{_FORM_PAGE}{quote(page, safe='')}"


def strip_form_page(url: str) -> str:
    """Return the address that was asked, without the mark of ``mark_form_page``."""
    return url.partition(_FORM_PAGE)[0]


def shorten_address(url: str) -> str:
    """Return an address as it is told in a sentence: of a long one the beginning, and how long it is."""
    return url if len(url) <= _MOST_SHOWN else f"{url[:_MOST_SHOWN]}… ({len(url)} characters)"


def is_form_page(url: str) -> bool:
    """Say whether a form was sent for the page at an address."""
    return _FORM_PAGE in url


def identify_file(url: str) -> str:
    """Return what tells one image or document from another: its path and query, whatever the host and the session.

    A portal that moves to another host, or to https, has not exchanged its pictures. Liferay serves an image by its
    ``img_id``, whatever name stands before it, and a document by what follows ``/documents/``; to readers without an
    account it may show the way to its login, with the document behind ``redirect=``.
    """
    parameters = parameters_of(url)
    if image := parameters.get("img_id"):
        return f"img_id={image}"
    if "redirect" in parameters and path_of(url).endswith("/portal/login"):
        return identify_file(parameters["redirect"])
    parts = urlsplit(strip_session(url))
    query = "&".join(item for item in parts.query.split("&") if item and not _is_of_session(item))
    _, documents, name = parts.path.rpartition("/documents/")
    path = f"{documents}{name}" if documents else parts.path
    return f"{path}?{query}" if query else path


def _is_of_session(item: str) -> bool:
    """Say whether a parameter is a session's, or Liferay's time of a file; of all others evidence decides."""
    name, _, value = item.partition("=")
    return name.lower() in _SESSIONS or (name == "t" and value.isdigit() and len(value) >= _DIGITS_OF_TIME)


def is_download(url: str) -> bool:
    """Say whether an address asks for a file and not for the page at its path: NukeViet's do, with ``download=1``."""
    return "download=1" in url and parameters_of(url).get("download") == "1"


def undo_mirroring(url: str) -> str:
    """Return the address of a file as it was before HTTrack saved it: ``name1a2b.jpg?t=5`` was ``name.jpg?t=5``.

    HTTrack puts four hexadecimal digits, a checksum of the query, into the name of every file that has a query.
    """
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=_MIRRORED.sub(r"\1", parts.path))) if parts.query else url


@lru_cache(maxsize=256)  # a request's address passes a dozen gates
def host_of(url: str) -> str:
    """Return host and port in lower case, the port left out where it is the scheme's own."""
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        port = None
    usual = {"http": 80, "https": 443}.get(parts.scheme)
    host = parts.hostname or ""
    return host if port in (None, usual) else f"{host}:{port}"


def site_of(url: str) -> str:
    """Return host and port without ``www.``: what tells one site from another."""
    return host_of(url).removeprefix("www.")


def path_of(url: str) -> str:
    """Return the path of an address, at least ``/``."""
    return urlsplit(url).path or "/"


def parameters_of(url: str) -> dict[str, str]:
    """Return the query of an address, empty values kept; of a repeated name the last value."""
    return dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))


def _name(item: str) -> str:
    return item.split("=", 1)[0].lower()
