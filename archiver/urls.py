"""Addresses: how they are written down, and when two of them are the same."""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urldefrag, urljoin, urlsplit, urlunsplit

# Liferay writes the session into the path of every link until a cookie came back (RFC 3986 path parameter).
_SESSION = re.compile(r";jsessionid=[^/?#]*", re.IGNORECASE)
_TRACKING = re.compile(
    r"(?:utm_\w+|mtm_\w+|pk_\w+|fbclid|gclid|gclsrc|dclid|msclkid|yclid|igshid|mc_[ce]id|_ga|_gl|_hsenc|_hsmi|zarsrc"
    r"|zalo_\w+|p_auth|jsessionid|phpsessid)$"
)
# What tells where a reader came from, if it is a word, at an address that names its page without it.
_ORIGIN = re.compile(r"(?:ref|ref_src|referr?er)=[^\d&=]*$", re.IGNORECASE)
_NAMES_PAGE = re.compile(r"/(?:[^/.]+|[^/]+\.html?)/*$", re.IGNORECASE)
_INDEX = re.compile(r"/(?:index|default)\.(?:html?|php|aspx?|jsp)$", re.IGNORECASE)
_FORM_PAGE = "#form-page="
# Percent signs that stand for letters with a meaning in addresses: /, ?, #, &, =, +, %.
# A parameter that says to send a file: ``download=7``, ``task=doc_download``.
_DOWNLOADS = re.compile(
    r"[?&](?:download=(?!(?:0|no|false)?(?:[&#]|$))|(?:task|action|act|do|op|cmd)=(?:[\w.]{1,40}[._-])?download(?:file)?(?:[&#]|$))",
    re.IGNORECASE,
)
_RESERVED = re.compile(r"(%(?:2F|3F|23|26|3D|2B|25))", re.IGNORECASE)
# An address in which there is nothing to encode, as most are: to find out otherwise takes ten times as long.
_SAFE = re.compile(r"https?://[a-z0-9]+(?:[.-][a-z0-9]+)*(?:/[\w/.~%+,:@=-]*(?:\?[\w=&.~%+,:@/-]+)?)?", re.ASCII)
MOST_ADDRESS = 8000
"""Characters of an address that is asked for: as many as all should support (RFC 9110, 4.1), and hardly any server does
with more. Scrapy would leave out what is longer than 2,083 and tell nobody."""
_MOST_SHOWN = 200
_MIRRORED = re.compile(r"[0-9a-f]{4}(\.\w{2,5})$")
# Parameters that name a session and no thing, whatever they hold. Liferay adds ``p_auth`` to its own actions.
SESSION_PARAMETERS = frozenset({"p_auth", "p_p_auth", "jsessionid", "phpsessid", "aspsessionid", "asp.net_sessionid"})
# The moment of a file's last change, in milliseconds or seconds: Liferay adds it to documents and images.
_MOMENT = re.compile(r"t=1\d{9}(?:\d{3})?$", re.ASCII)


@lru_cache(maxsize=1024)  # a link is looked at by whoever reads links, documents and pictures
def join_url(base: str, href: str) -> str | None:
    """Make ``href`` of the page at ``base`` absolute; None unless the outcome is an http or https address.

    A user and a password before the host are left out: addresses are kept, and public pages need neither.
    """
    from w3lib.url import safe_url_string  # noqa: PLC0415 - 25 ms that reading the archive need not wait for

    try:
        url = href.strip()
        if _SAFE.fullmatch(url) or _SAFE.fullmatch(url := urljoin(base, url)):
            return url
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


def drop_parameters(url: str, names: re.Pattern[str]) -> str:
    """Remove the parameters whose whole names fit an expression; the rest keeps its order."""
    parts = urlsplit(url)
    kept = [item for item in parts.query.split("&") if item and not names.fullmatch(item.split("=", 1)[0])]
    return urlunsplit(parts._replace(query="&".join(kept)))


def strip_volatile(url: str) -> str:
    """Remove session, fragment and moments; the rest keeps its order and its empty values.

    For comparing alone: what is asked for is asked for as it is printed. ``sid``, ``token`` and the like stay: a
    document exchanged for another one may differ in nothing else.
    """
    parts = urlsplit(strip_session(url))
    query = "&".join(item for item in parts.query.split("&") if item and not _is_volatile(item))
    return urlunsplit(parts._replace(query=query))


def _is_volatile(item: str) -> bool:
    return _name(item) in SESSION_PARAMETERS or _MOMENT.match(item) is not None


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
    parts = urlsplit(strip_volatile(url))
    _, documents, name = parts.path.rpartition("/documents/")
    path = f"{documents}{name}" if documents else parts.path
    return f"{path}?{parts.query}" if parts.query else path


def identify_files(urls: Sequence[str]) -> list[str]:
    """Return what tells the files of one page apart.

    As ``identify_file``, except where two addresses would be one: there the moments in them count too.
    """
    names = [identify_file(url) for url in urls]
    if len(set(names)) == len(names):
        return names
    printed: dict[str, set[str]] = {}
    for name, url in zip(names, urls, strict=True):
        printed.setdefault(name, set()).add(_with_moments(url))
    return [
        _with_moments(url) if len(printed[name]) > 1 and not name.startswith("img_id=") else name
        for name, url in zip(names, urls, strict=True)
    ]


def _with_moments(url: str) -> str:
    """Return path and query without what names a session."""
    parts = urlsplit(strip_session(url))
    kept = [item for item in parts.query.split("&") if item and _name(item) not in SESSION_PARAMETERS]
    return f"{parts.path}?{'&'.join(kept)}"


def is_download(url: str) -> bool:
    """Say whether an address asks for a file, not for the page at its path: ``download=1``, ``task=doc_download``."""
    return "download" in url and _DOWNLOADS.search(url) is not None


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
    port, usual = port_of(parts), {"http": 80, "https": 443}.get(parts.scheme)
    host = parts.hostname or ""
    return host if port in (None, usual) else f"{host}:{port}"


def port_of(parts: SplitResult) -> int | None:
    """Return the port that an address names; None where it names none, or what is none."""
    try:
        return parts.port
    except ValueError:
        return None


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


@lru_cache(maxsize=4096)
def spell_key(key: str) -> tuple[str, str] | None:
    """Split a native key that is an address into its host and, in one spelling, what stands behind it; else None.

    Percent signs, composed and decomposed letters, the order of parameters, doubled slashes and steps in the path are
    spelling; what a server may take for something else, ``%2F`` say, stays.
    """
    host, slash, rest = key.partition("/")
    if not slash or not host:
        return None
    path, _, query = rest.partition("?")
    items = [_spell(item.replace("+", "%20"), "=") for item in query.split("&") if item]
    items.sort(key=_name)
    return host.lower(), f"/{_spell_path(path)}" + (f"?{'&'.join(items)}" if items else "")


def spell_address(url: str) -> str:
    """Write what stands behind the host of an address in one spelling, for comparing alone.

    As ``spell_key``, but as close to what is printed as can be. Besides, a page named ``index`` is that of its folder,
    a slash at the end is none, and a word for where the reader came from is left out.
    """
    parts = urlsplit(url)
    path = f"/{_spell_steps((parts.path if parts.query else _INDEX.sub('/', parts.path)).split('/'), '+=&~')}"
    is_named = _NAMES_PAGE.search(path) is not None
    items = [item for item in parts.query.split("&") if item and not (is_named and _ORIGIN.match(item))]
    items = sorted((_spell(item.replace("+", "%20"), "=/?~") for item in items), key=_name)
    return path + (f"?{'&'.join(items)}" if items else "")


def _spell_path(path: str) -> str:
    return _spell_steps(path.split("/"), "")


def _spell_steps(printed: Sequence[str], kept: str) -> str:
    steps: list[str] = []
    for step in printed:
        if step == "..":
            del steps[-1:]
        elif step not in ("", "."):
            steps.append(_spell(step, kept))
    return "/".join(steps)


def _spell(text: str, kept: str) -> str:
    """Spell a part of an address in one way: composed letters, percent signs where they are needed."""
    parts = _RESERVED.split(text)
    spelt = (part.upper() if number % 2 else _compose(part, kept) for number, part in enumerate(parts))
    return "".join(spelt)


def _compose(text: str, kept: str) -> str:
    try:
        letters = unquote(text, errors="strict")
    except UnicodeDecodeError:  # an old code page: nobody can say which letters these are
        return re.sub("%..", lambda match: match[0].upper(), text)
    return quote(unicodedata.normalize("NFC", letters), safe=f"!$'()*,;:@{kept}")
