"""Finding the part of a page that is read: the division around an article, or around a listing.

Menus and side columns are most of a page, and to make BeautifulSoup's nodes of them takes most of the time. Where it is
not certain that the rest of the page says nothing more, the page is read whole.
"""

from archiver.parsing.markup import Markup, compile_path, list_bases
from archiver.parsing.tree import Part
from archiver.platforms.layout import Layout

_NAMES = "concat(' ', normalize-space(@class), ' ')"


def find_article_part(markup: Markup, layout: Layout) -> Part | None:
    """Find the breadcrumb, and the ``layout.container`` around the article's title, up to the end of its content.

    What follows in the container is furniture. None where a page has no such title, or no such division around it.
    """
    if not layout.container or not layout.content:
        return None
    titles = (title for article in layout.articles for title in _find(markup, "div", article.mark))
    title = next(titles, None)
    container = _find_around(title, layout.container) if title is not None else None
    if container is None or title is None:
        return None
    contents = _find(container, "div", layout.content)
    return _make_part(markup, layout, container, contents[0] if contents else None)


def find_listing_part(markup: Markup, layout: Layout) -> Part | None:
    """Find the breadcrumb, and the ``layout.container`` division that holds all of a listing.

    None where the page may be an article's, or where any of ``layout.listing_names`` stands outside the division.
    """
    if not layout.container or any(_find(markup, "*", article.mark) for article in layout.articles):
        return None
    rows = [row for name in layout.listing_names for row in _find(markup, "*", name)]
    container = _find_around(rows[0], layout.container) if rows else None
    if container is None or any(_find_around(row, layout.container) is not container for row in rows):
        return None
    return _make_part(markup, layout, container, None)


def _make_part(markup: Markup, layout: Layout, container: Markup, last: Markup | None) -> Part | None:
    """Put the breadcrumbs outside a container before it; None where one stands around it."""
    crumbs = _find(markup, "div", layout.breadcrumb) if layout.breadcrumb else []
    around = [*container.iterancestors()]
    if any(crumb in around for crumb in crumbs):
        return None
    beside = [crumb for crumb in crumbs if not any(each is container or each in crumbs for each in crumb.iterancestors())]
    return Part((*beside, container), last, list_bases(markup))


def _find(markup: Markup, tag: str, name: str) -> list[Markup]:
    """Find the elements of a kind below another that have a name among their classes, in the order of the page."""
    found: list[Markup] = compile_path(f"descendant::{tag}[contains({_NAMES}, ' {name} ')]")(markup)
    return found


def _find_around(element: Markup, name: str) -> Markup | None:
    """Find the nearest division around an element with a name among its classes."""
    found: list[Markup] = compile_path(f"ancestor::div[contains({_NAMES}, ' {name} ')][1]")(element)
    return found[0] if found else None
