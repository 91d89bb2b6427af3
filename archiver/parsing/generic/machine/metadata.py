"""What a page says of itself to machines: meta elements, OpenGraph, JSON-LD. Hints that must agree with the print."""

from collections.abc import Iterator
from dataclasses import dataclass

from archiver.html.elements import Element, attribute_of, select, text_of
from archiver.parsing.generic.machine.linked_data import Linked, read_linked
from archiver.text.cleaning import clean_text, squeeze

_TITLES = frozenset(("og:title", "twitter:title", "title", "dc.title", "headline"))
_SECTIONS = frozenset(("article:section", "articlesection", "og:article:section"))
_AUTHORS = frozenset(
    "author article:author dc.creator dcterms.creator parsely-author sailthru.author cxenseparse:author byl "
    "citation_author og:article:author twitter:creator creator dc.contributor.author".split()
)
_SITES = frozenset(("og:site_name", "application-name", "apple-mobile-web-app-title", "publisher", "dc.publisher"))
_ARTICLE_TYPES = frozenset(("article", "newsarticle", "blogposting", "reportagenewsarticle", "technicalarticle"))
LONGEST_TITLE = 600
MOST_TITLES = 8


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a page says of itself: titles, sections, and whether it is an article.

    ``authors`` are the people it names, ``accounts`` those of them that may only have entered the text; ``sites`` are
    the names of the site and its publisher, ``trails`` its breadcrumbs.
    """

    titles: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    is_article: bool = False
    authors: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    trails: tuple[tuple[str, ...], ...] = ()


def read_metadata(page: Element) -> Metadata:
    """Read what a page says of itself; whatever of it cannot be read is left out."""
    linked = read_linked(page)
    titles = [clean_text(text_of(title)) for title in select(page, "title")[:1]]
    said = [*_read_metas(page), *_read_linked(linked, titles[0] if titles else "")]
    titles += [value for name, value in said if name in _TITLES]
    return Metadata(
        tuple(dict.fromkeys(title[:LONGEST_TITLE] for title in titles if title))[:MOST_TITLES],
        tuple(dict.fromkeys(value for name, value in said if name in _SECTIONS)),
        any(name in ("og:type", "@type") and value.casefold() in _ARTICLE_TYPES for name, value in said),
        tuple(dict.fromkeys((*_name_authors(linked, titles), *(value for name, value in said if name in _AUTHORS)))),
        tuple(linked.list_accounts()),
        tuple(dict.fromkeys((*(value for name, value in said if name in _SITES), *linked.groups))),
        tuple(trail for trail in linked.trails if trail),
    )


def _name_authors(linked: Linked, titles: list[str]) -> list[str]:
    """Name the authors of the article in one line, or where none is described those of the page."""
    articles = _choose_articles(linked.articles, titles[0] if titles else "")
    names = ["; ".join(filter(None, linked.name_authors(said))) for said in articles or linked.pages[:1]]
    return [name for name in names if name]


def _read_metas(page: Element) -> Iterator[tuple[str, str]]:
    for meta in select(page, "meta"):
        name = attribute_of(meta, "property") or attribute_of(meta, "name") or attribute_of(meta, "itemprop")
        value = clean_text(attribute_of(meta, "content"))
        if name and value:
            yield name.lower(), value


def _read_linked(linked: Linked, title: str) -> Iterator[tuple[str, str]]:
    """Yield the names and texts of what is said of the article, not of the site, its author, or other articles."""
    for said in _choose_articles(linked.articles, title):
        yield "@type", "article"
        yield from ((name.lower(), clean_text(value)) for name, value in said.items() if isinstance(value, str))


def _choose_articles(articles: list[dict[str, object]], title: str) -> list[dict[str, object]]:
    """Choose, where a page describes several articles, those with the headline that is in its title; else the first."""
    if len(articles) < 2:
        return articles
    own = squeeze(title)
    headlines = [squeeze(str(said.get("headline") or "")) for said in articles]
    chosen = [said for said, headline in zip(articles, headlines, strict=True) if headline and headline in own]
    return chosen or [said for said, headline in zip(articles, headlines, strict=True) if headline == headlines[0]]
