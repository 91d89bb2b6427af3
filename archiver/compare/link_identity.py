"""When two links lead to the same place: what changes with the visit, and not with the page, is left out."""

import re
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from archiver.urls import identify_file, path_of, site_of, strip_session, strip_tracking

# What only says how a reader came, or how the page around is arranged; with Liferay's prefix of a portlet or without.
_WAYS = re.compile(r"(?:_\w+_)?(?:redirect|backurl|referer|referrer)|p_p_(?:state|mode|col_\w+|auth)", re.IGNORECASE)
# Names that are used for sessions and for moments, and for other things too: the value decides.
_TOKENS = frozenset({"t", "ts", "_", "sid", "token", "session", "sessionid", "rand"})
_IS_TOKEN = re.compile(r"\d{10,}|(?=.*\d)[0-9a-zA-Z_-]{20,}|[0-9a-f]{16,}", re.IGNORECASE)
_SEPARATORS = re.compile(r"[\s().-]+")


def identify_link(url: str, *, own: bool) -> str:
    """Return what tells one target of a link from another.

    ``own`` links lead within the site of their page, so its host is no part of it, and neither is http or https. The
    order of parameters, sessions, tracking and the way one came are no part of it either; a place on a page is.
    """
    scheme, _, rest = url.partition(":")
    if url.startswith("#"):
        return unquote(url)
    if scheme.lower() not in ("http", "https"):
        return _identify_contact(scheme.lower(), rest)
    try:
        page, place = _identify_page(url), unquote(urlsplit(url).fragment)
        whole = page if own else f"//{site_of(url)}{page}"
    except ValueError:  # such as an unfinished IPv6 host
        return url
    return f"{whole}#{place}" if place else whole


def is_same_link(before: tuple[str, bool], after: tuple[str, bool]) -> bool:
    """Say whether two links (address, and whether it is the site's own) lead to the same place.

    A link that is written with its host stays the same when the site moves to another one.
    """
    old, new = (identify_link(url, own=own) for url, own in (before, after))
    return old == new or identify_link(before[0], own=False) == identify_link(after[0], own=False)


def _identify_page(url: str) -> str:
    """Return the path and the parameters that mean something, in one order."""
    parts = urlsplit(strip_tracking(strip_session(url)))
    parameters = parse_qsl(parts.query, keep_blank_values=True)
    names = {name for name, _ in parameters}
    if "img_id" in names or ("redirect" in names and path_of(url).endswith("/portal/login")):
        return identify_file(url)
    kept = sorted((name, value) for name, value in parameters if not _is_volatile(name, value))
    path = unquote(parts.path) or "/"
    return f"{path}?{urlencode(kept)}" if kept else path


def _is_volatile(name: str, value: str) -> bool:
    return bool(_WAYS.fullmatch(name)) or (name.lower() in _TOKENS and bool(_IS_TOKEN.fullmatch(value)))


def _identify_contact(scheme: str, rest: str) -> str:
    """Mail addresses in lower case, telephone numbers without what separates their digits."""
    if scheme == "mailto":
        return f"mailto:{unquote(rest).strip().lower()}"
    if scheme in ("tel", "sms", "callto", "fax"):
        return f"{scheme}:{_SEPARATORS.sub('', unquote(rest).removeprefix('//'))}"
    return f"{scheme}:{rest}"
