"""The platforms that are known, by name."""

import re
from dataclasses import replace
from functools import lru_cache

from archiver.errors import SiteError
from archiver.html.elements import Element, elements_below, select_one
from archiver.platforms.dotnetnuke import DOTNETNUKE
from archiver.platforms.foreign import FOREIGN
from archiver.platforms.generic import GENERIC, make_generic
from archiver.platforms.joomla import JOOMLA
from archiver.platforms.layout import ArticleLayout, Platform, join_places
from archiver.platforms.liferay_hanoi import LIFERAY_HANOI
from archiver.platforms.mat_tran import MAT_TRAN
from archiver.platforms.nukeviet import NUKEVIET
from archiver.platforms.sharepoint import SHAREPOINT
from archiver.platforms.ucoz import UCOZ
from archiver.platforms.vhv import VHV
from archiver.platforms.viettel_vcms import VIETTEL_VCMS
from archiver.platforms.vnpt_bentre import VNPT_BENTRE
from archiver.platforms.wordpress import WORDPRESS
from archiver.site import Places, Site

# Recognised in this order: a family before the system that it is built on.
_VIETNAMESE = (LIFERAY_HANOI, VNPT_BENTRE, VIETTEL_VCMS, VHV, MAT_TRAN, NUKEVIET)
# A text copied out of SharePoint brings its mark with it, so the systems that such a text is pasted into go first.
_SYSTEMS = (WORDPRESS, JOOMLA, DOTNETNUKE, UCOZ, SHAREPOINT)
# A class or an id that a selector asks for, or the value of an attribute.
_WORD = re.compile(r'[.#]([\w-]+)(?![^\[]*\])|=\s*"?([^"\]]+?)"?\s*(?:i\s*)?\]')
PLATFORMS: dict[str, Platform] = {platform.name: platform for platform in (*_VIETNAMESE, *FOREIGN, *_SYSTEMS, GENERIC)}


def platform_of(site: Site) -> Platform:
    """Return the platform a site names, with what the site says of its own places; SiteError where there is none."""
    try:
        platform = PLATFORMS[site.platform]
    except KeyError:
        known = ", ".join(sorted(PLATFORMS))
        raise SiteError(f"site {site.name}: there is no platform {site.platform!r}; known: {known}") from None
    selectors = site.declared_noise.places if site.noise else ()
    places = replace(site.places, furniture=(*site.places.furniture, *selectors)) if selectors else site.places
    return platform if places == Places() else _adapt(platform, places)


def recognise_platform(page: Element) -> Platform | None:
    """Recognise the platform of a page by its marks; None for a page of no known one."""
    said = _list_attributes(page)
    for platform in PLATFORMS.values():
        likely = (mark for mark in platform.marks if all(word in said for word in _words_of(mark)))
        if any(select_one(page, mark) is not None for mark in likely):
            return platform
    return None


def _list_attributes(page: Element) -> str:
    """Write down the values of all attributes of a page, in lower case."""
    values = (value for element in elements_below(page) for value in element.attrs.values())
    return "\n".join(value if isinstance(value, str) else " ".join(value or ()) for value in values).lower()


@lru_cache(maxsize=256)
def _words_of(mark: str) -> tuple[str, ...]:
    """List the names and values in a selector, without which no page has what it finds: most pages have not one."""
    return tuple((match[1] or match[2]).lower() for match in _WORD.finditer(mark))


@lru_cache(maxsize=256)
def _adapt(platform: Platform, places: Places) -> Platform:
    """Put the places that a site declares before those of its platform."""
    if not platform.layouts:
        return make_generic(places)
    layouts = tuple(
        replace(layout, articles=tuple(_adapt_article(article, places) for article in layout.articles))
        for layout in platform.layouts
    )
    return replace(platform, layouts=layouts, places=places)


def _adapt_article(article: ArticleLayout, places: Places) -> ArticleLayout:
    return replace(
        article,
        title=places.title or article.title,
        info_line=join_places(*places.info_line) if places.info_line else article.info_line,
        lead=places.lead or article.lead,
        body=(places.body, *article.body) if places.body else article.body,
        author=places.author or article.author,
        sections=(places.section, *article.sections) if places.section else article.sections,
        furniture=(*article.furniture, *places.furniture),
    )
