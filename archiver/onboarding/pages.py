"""What a page says beside its articles: its links, the name of its site, whether scripts fill it in."""

from dataclasses import dataclass

from archiver.html.addresses import resolve_address
from archiver.html.decoding import decode_page
from archiver.html.elements import Element, attribute_of, select, select_one, spaced_text_of, text_of
from archiver.model import Capture
from archiver.onboarding.zones import guess_zone
from archiver.parsing.pages.document import PageRejectedError, TooDeepError, parse_html
from archiver.text.cleaning import clean_text
from archiver.urls import host_of, strip_tracking

MOST_LINKS = 2000
# A page that shows so few letters and has scripts is filled in by them.
FEW_LETTERS = 200
LONGEST_TITLE = 120


@dataclass(frozen=True, slots=True)
class PageLink:
    """A link of a page to the same host: its address and its text."""

    url: str
    text: str


def parse_capture(capture: Capture) -> Element | None:
    """Parse a captured page; None where it is no HTML that could be read."""
    try:
        return parse_html(decode_page(capture.body, capture.headers))
    except (PageRejectedError, TooDeepError):
        return None


def read_links(page: Element, base: str) -> list[PageLink]:
    """Return the links of a page to its own host, each address once, with the longest of its texts."""
    found: dict[str, str] = {}
    for link in select(page, "a[href]")[:MOST_LINKS]:
        url = resolve_address(attribute_of(link, "href"), link, base)
        if url is None or host_of(url) != host_of(base):
            continue
        url, text = strip_tracking(url), clean_text(text_of(link))
        found[url] = max(found.get(url, ""), text, key=len)
    return [PageLink(url, text) for url, text in found.items()]


def read_site_title(page: Element) -> str:
    """Return the name of the site that a page belongs to, as its head says it; empty where it says none."""
    name = select_one(page, 'meta[property="og:site_name"]')
    said = clean_text(attribute_of(name, "content")) if name is not None else ""
    if not said and (title := select_one(page, "title")) is not None:
        said = _take_site(clean_text(text_of(title)))
    return "".join(letter for letter in said if letter.isprintable())[:LONGEST_TITLE].strip()


def read_language(page: Element) -> str:
    """Return the language that a page declares, such as ``vi``; empty where it declares none."""
    root = select_one(page, "html")
    return attribute_of(root, "lang").lower()[:2] if root is not None else ""


def guess_zone_of(page: Element, host: str) -> tuple[str, str]:
    """Return the name of the zone of a page's site and a remark, as ``guess_zone`` does."""
    return guess_zone(host, read_language(page), read_site_title(page) or host)


def guess_zone_of_capture(capture: Capture) -> str:
    """Return the name of the zone of a captured page's site, guessed; empty where the page cannot be read."""
    page = parse_capture(capture)
    return guess_zone_of(page, host_of(capture.url))[0] if page is not None else ""


def is_shell(page: Element) -> bool:
    """Say whether a page shows nearly nothing and has scripts: a browser would fill it in."""
    scripts = select(page, "script")
    text = clean_text(spaced_text_of(select_one(page, "body") or page))
    return bool(scripts) and len(text) < FEW_LETTERS


def _take_site(title: str) -> str:
    """Take the site's name out of a title such as ``News - Committee of X``: the longest part."""
    parts = [part.strip() for separator in (" | ", " - ", " – ", " :: ") for part in title.split(separator)]
    shorter = [part for part in parts if part != title and part]
    return max(shorter, key=len, default=title)
