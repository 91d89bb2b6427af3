"""The addresses of the portal: how they are written, and what they name."""

import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, urlsplit

from archiver.demo_portal.articles import PortalArticle

_SESSION = re.compile(r";jsessionid=[^/?#]*", re.IGNORECASE)
_PLACE = re.compile(
    r"(?P<prefix>/(?:en|vi))?/(?P<channel>[^/]+)"
    r"(?:/-/view_content/(?P<print>pop_up/)?(?P<id>\d+)(?:-[^/]*)?)?(?P<trap>(?:/(?:en|vi))*)/?"
)


@dataclass(frozen=True, slots=True)
class Place:
    """What an address names: a channel, perhaps one article in it.

    ``prefix`` is the language in front (``/en``); a language behind (``trapped``) turns an article's address into the
    listing of its channel.
    """

    channel: str
    article_id: int | None
    prefix: str
    trapped: bool
    print_version: bool
    query: dict[str, str]


def read_place(target: str) -> Place | None:
    """Read a request's target; None where it names no channel."""
    parts = urlsplit(target)
    match = _PLACE.fullmatch(strip_session(parts.path))
    if match is None:
        return None
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    return Place(
        channel=match["channel"],
        article_id=int(match["id"]) if match["id"] else None,
        prefix=match["prefix"] or "",
        trapped=bool(match["trap"]),
        print_version=bool(match["print"]) or query.get("p_p_state") == "pop_up",
        query=query,
    )


def strip_session(path: str) -> str:
    """Take ``;jsessionid=…`` out of a path."""
    return _SESSION.sub("", path)


def article_path(article: PortalArticle, channel: str | None = None, *, prefix: str = "", pop_up: bool = False) -> str:
    """Write the address of an article below one of the channels, its own unless told."""
    place = f"{prefix}/{channel or article.channel}/-/view_content"
    return f"{place}/{'pop_up/' if pop_up else ''}{article.id}-{slug_of(article)}.html"


def page_path(channel: str, portlet_id: str, page: int, size: int, *, prefix: str = "") -> str:
    """Write the long address of one page of a listing."""
    own = f"_{portlet_id}"
    return (
        f"{prefix}/{channel}?p_p_id={portlet_id}&p_p_lifecycle=0&p_p_state=normal&p_p_mode=view&p_p_col_id=column-1"
        f"&p_p_col_pos=1&p_p_col_count=2&{own}_delta={size}&{own}_keywords=&{own}_advancedSearch=false"
        f"&{own}_andOperator=true&p_r_p_564233524_resetCur=false&{own}_cur={page}"
    )


def return_parameter(channel: str, portlet_id: str) -> str:
    """Write the ``redirect`` that tables of titles put on their links."""
    back = f"/{channel}?p_p_id={portlet_id}&p_p_lifecycle=0&p_p_state=normal&p_p_mode=view&p_p_col_id=column-1"
    return f"redirect={quote(back, safe='')}"


def slug_of(article: PortalArticle) -> str:
    """Return an article's slug: its title in ASCII with hyphens, at most 150 characters, unless it has one."""
    if article.slug:
        return article.slug
    letters = unicodedata.normalize("NFD", article.title.lower().replace("đ", "d"))
    ascii_title = letters.encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_title).strip("-")[:150]
