"""The channels of a site: which links of a home page or an article lead to listings."""

import re
from collections.abc import Callable, Sequence

from archiver.onboarding.pages import PageLink
from archiver.platforms.layout import Address
from archiver.urls import path_of

MOST_CANDIDATES = 6
MOST_TIMES = 3
# Names of channels are short, headlines are long.
LONGEST_NAME = 45
_NEWS = re.compile(
    r"tin[ -]?t[uứ]c|tin-|\btin\b|s[uự][ -]ki[eệ]n|ho[aạ]t[ -][dđ][oộ]ng|th[oô]ng[ -]b[aá]o|news|press|media|"
    r"event|activit|announce|berita|kegiatan|noticia|aktuell|meldung|notizie|comunicat|новост|событи|新闻|动态|通知|要闻|뉴스|소식|ข่าว",
    re.IGNORECASE,
)
_NO_NEWS = re.compile(
    r"login|dang-nhap|đăng nhập|lien-he|liên hệ|contact|sitemap|so-do|search|tim-kiem|rss|gioi-thieu|giới thiệu|"
    r"\babout|video|album|thu-vien|hỏi đáp|hoi-dap|facebook|javascript|\.(?:pdf|docx?|xlsx?|zip|jpe?g|png)$",
    re.IGNORECASE,
)


def find_candidates(
    url: str, links: Sequence[PageLink], read_address: Callable[[str], Address]
) -> tuple[tuple[str, ...], ...]:
    """Return the links of a page that are likely to be listings, a few at a time and the likeliest first."""
    named = [link for link in links if 0 < len(link.text) <= LONGEST_NAME and path_of(link.url) != "/"]
    possible = [link for link in named if link.url != url and read_address(link.url).kind != "article"]
    scored = [(_score(link, url), -place, link.url) for place, link in enumerate(possible)]
    chosen = sorted((entry for entry in scored if entry[0] > 0), reverse=True)
    addresses = tuple(dict.fromkeys(address for _, _, address in chosen))[: MOST_TIMES * MOST_CANDIDATES]
    return tuple(addresses[place : place + MOST_CANDIDATES] for place in range(0, len(addresses), MOST_CANDIDATES))


def _score(link: PageLink, url: str) -> int:
    """Rate a link: what is named after news, and what stands above the present page in the tree of addresses."""
    said = f"{link.text} {link.url}"
    if _NO_NEWS.search(said):
        return 0
    stem = path_of(link.url).rstrip("/").removesuffix(".html")
    is_above = path_of(url).startswith(f"{stem}/")
    return 1 + 2 * bool(_NEWS.search(said)) + 3 * is_above
