"""Finding the part of a page that is read: the division around an article, or around a listing.

Menus and side columns are most of a page, and to make BeautifulSoup's nodes of them takes most of the time. Where it is
not certain that the rest of the page says nothing more, the page is read whole.
"""

from collections.abc import Iterator
from functools import lru_cache

from lxml import etree  # type: ignore[import-untyped]  # lxml has no types of its own

from archiver.html.markup import END, Markup, Parsed
from archiver.html.tree import Part
from archiver.platforms.layout import Layout

# Of a page of which more is to be parsed, all is.
_MOST_SHARE = 0.8


def find_article_part(parsed: Parsed, layout: Layout) -> Part | None:
    """Find the breadcrumb, and the ``layout.container`` around the article's title, up to the end of its content.

    What follows in the container is boilerplate; so is another container in the content, where a table that was never
    ended took it in. None where a page has no such title, or no such division around it.
    """
    root = parsed.root
    if root is None or not layout.container or not layout.content:
        return None
    titles = (title for article in layout.articles for title in _find_divisions(root, article.mark))
    title = next(titles, None)
    container = _find_around(title, layout.container) if title is not None else None
    if container is None:
        return None
    content = next(_find_divisions(container, layout.content), None)
    taken_in = next(_find_divisions(content, layout.container), None) if content is not None else None
    return _make_part(parsed, root, layout, container, content, taken_in)


def guess_end(html: str, layout: Layout) -> int:
    """Guess where in the text of a page the content of an article is over: before the next container; 0 without one.

    None is guessed where anything else that is read of an article may follow.
    """
    if not layout.container or not layout.content:
        return 0
    mark = next((at for article in layout.articles if (at := html.find(article.mark)) >= 0), -1)
    content = html.find(layout.content, mark + 1) if mark >= 0 else -1
    following = html.find(layout.container, content) if content >= 0 else -1
    end = max(html.rfind("<", 0, following), 0) if following >= 0 else 0
    later = ("<base", "<BASE", *filter(None, (layout.breadcrumb,)))
    is_late = end > _MOST_SHARE * len(html)
    return end if end and not is_late and not any(html.find(name, end) >= 0 for name in later) else 0


def find_ended_part(parsed: Parsed, layout: Layout) -> Part | None:
    """Find the part of an article in the beginning of a page; None unless its content is over there.

    Then the parser went on to the element at the end outside of the content, and nothing that follows changes the part.
    """
    part = find_article_part(parsed, layout)
    if part is None or parsed.root is None or part.last is None or parsed.is_whole:
        return part
    end = next(parsed.root.iter(END), None)
    return part if end is not None and part.last not in end.iterancestors() else None


def find_listing_part(parsed: Parsed, layout: Layout) -> Part | None:
    """Find the breadcrumb, and the ``layout.container`` division that holds all of a listing.

    None where the page may be an article's, or where any of ``layout.listing_names`` stands outside the division.
    """
    root = parsed.root
    if root is None or not layout.container or not layout.listing_names:
        return None
    if any(next(_find_divisions(root, article.mark), None) is not None for article in layout.articles):
        return None
    rows = _find_named(root, layout.listing_names)
    container = _find_around(rows[0], layout.container) if rows else None
    if container is None or any(_find_around(row, layout.container) is not container for row in rows):
        return None
    return _make_part(parsed, root, layout, container)


def _make_part(
    parsed: Parsed,
    root: Markup,
    layout: Layout,
    container: Markup,
    last: Markup | None = None,
    behind: Markup | None = None,
) -> Part | None:
    """Put the breadcrumbs outside a container before it; None where one stands around it."""
    crumbs = [*_find_divisions(root, layout.breadcrumb)] if layout.breadcrumb else []
    around = [*container.iterancestors()]
    if any(crumb in around for crumb in crumbs):
        return None
    beside = [
        crumb for crumb in crumbs if not any(each is container or each in crumbs for each in crumb.iterancestors())
    ]
    return Part((*beside, container), last, behind, parsed.bases)


def _find_named(markup: Markup, names: tuple[str, ...]) -> list[Markup]:
    """Find the elements of a page that have any of some names among their classes, in its order."""
    found = _compile_search(names)(markup)
    return [element for element in found if any(_is_named(element, name) for name in names)]


@lru_cache
def _compile_search(names: tuple[str, ...]) -> etree.XPath:
    asked = " or ".join(f"contains(., '{name}')" for name in names)
    return etree.XPath(f"descendant::*/@class[{asked}]/..")


def _find_divisions(markup: Markup, name: str) -> Iterator[Markup]:
    """Find the divisions below an element that have a name among their classes, in the order of the page."""
    return (division for division in markup.iter("div") if _is_named(division, name))


def _find_around(element: Markup, name: str) -> Markup | None:
    """Find the nearest division around an element with a name among its classes."""
    return next((division for division in element.iterancestors("div") if _is_named(division, name)), None)


def _is_named(element: Markup, name: str) -> bool:
    names = element.get("class", "")
    return name in names and name in names.split()
