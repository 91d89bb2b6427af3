"""Finding the next page where a script turns the pages and the page names the address that the script asks for."""

import re
from collections.abc import Iterator
from itertools import islice
from urllib.parse import urlsplit

from archiver.html.addresses import resolve_address
from archiver.html.elements import Element, attribute_of, elements_below, text_of
from archiver.parsing.generic.listings.pager import read_page_number
from archiver.parsing.unturned import is_elsewhere, list_turners
from archiver.urls import site_of, strip_session

_NAMES = re.compile(
    r"(?:hx-get|data-(?:[a-z]+-)*(?:url|href|uri|link|src|path|endpoint|api|ajax|more|next|nextpage|nexturl))"
)
# An attribute of such a name holds where the listing goes on, whatever its element is.
_NEXT_NAMES = re.compile(r"data-(?:[a-z]+-)*(?:next(?:-?page)?(?:-?(?:url|href|link))?|more-?(?:url|href))")
_ADDRESS = re.compile(r"(?:https?:/)?/\S+|\?\S+|[\w.~%-]+[/?]\S*")
_TEMPLATE = re.compile(r"[{}<>\[\]|]|%[A-Za-z]+%|__[A-Za-z]+__|/:[a-z]")
_FILE = re.compile(r"\.(?:jpe?g|png|gif|svg|webp|mp4|pdf|css|js)$", re.IGNORECASE)
# What a click assigns, as in an onclick of location.href.
_ASSIGNED = re.compile(r"""\blocation(?:\.href)?\s*(?:=|\.(?:assign|replace)\()\s*['"]([^'"\s]{1,2000})['"]""")
_LONGEST_SCRIPT = 3000
_MOST_ELEMENTS = 20_000
_LEVELS = 2
# What stands around a button and nothing else holds no more letters.
_LONGEST_AROUND = 60


def find_named_next(page: Element, url: str) -> str | None:
    """Find the address of the next page in the attributes of what turns the pages; None where none is named.

    An address with a page's number has to have that of a later page; one without says so by the name of its attribute.
    """
    named = [*_name_by_turners(page, url), *_name_by_attributes(page, url)]
    own = read_page_number(url)
    current = own[1] if own else 1
    numbered = [(number[1], address) for address in named if (number := read_page_number(address))]
    later = [pair for pair in numbered if pair[0] > current]
    if later:
        return min(later, key=lambda pair: pair[0])[1]
    return next((address for address in named if read_page_number(address) is None), None)


def _name_by_turners(page: Element, url: str) -> Iterator[str]:
    """Yield the addresses that buttons and numbers have, or what stands closely around one and nothing else."""
    for turner, _ in list_turners(page):
        around = [turner, *islice(turner.parents, _LEVELS)]
        close = [one for one in around if one is turner or len(text_of(one).strip()) <= _LONGEST_AROUND]
        found = (address for one in close for address in _read_addresses(one, url, _NAMES))
        address = next((one for one in found if read_page_number(one)), None)
        yield from [address] if address else _read_addresses(turner, url, _NEXT_NAMES)


def _name_by_attributes(page: Element, url: str) -> Iterator[str]:
    for element in islice(elements_below(page), _MOST_ELEMENTS):
        if element.attrs and any(_NEXT_NAMES.fullmatch(name) for name in element.attrs) and not is_elsewhere(element):
            yield from _read_addresses(element, url, _NEXT_NAMES)


def _read_addresses(element: Element, url: str, names: re.Pattern[str]) -> Iterator[str]:
    printed_there = [attribute_of(element, name).strip() for name in element.attrs or () if names.fullmatch(name)]
    scripts = (attribute_of(element, name)[:_LONGEST_SCRIPT] for name in ("onclick", "href"))
    for printed in (*printed_there, *(match[1] for script in scripts for match in _ASSIGNED.finditer(script))):
        if not _ADDRESS.fullmatch(printed) or _TEMPLATE.search(printed) or _FILE.search(urlsplit(printed).path):
            continue
        target = resolve_address(printed, element, url)
        if target and site_of(target) == site_of(url) and strip_session(target) != strip_session(url):
            yield strip_session(target)
