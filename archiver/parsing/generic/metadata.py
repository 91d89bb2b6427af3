"""What a page says of itself to machines: meta elements, OpenGraph, JSON-LD. Hints that must agree with the print."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from archiver.parsing.text import clean_text
from archiver.platforms.elements import Element, attribute_of, select, text_of

_TITLES = frozenset(("og:title", "twitter:title", "title", "dc.title", "headline"))
_DATES = frozenset(
    "article:published_time datepublished pubdate publishdate publish_date dc.date dc.date.issued date "
    "og:article:published_time sailthru.date article.published".split()
)
_SECTIONS = frozenset(("article:section", "articlesection", "og:article:section"))
_ARTICLE_TYPES = frozenset(("article", "newsarticle", "blogposting", "reportagenewsarticle", "technicalarticle"))
LONGEST_JSON = 200_000
MOST_SCRIPTS = 20
LONGEST_TITLE = 600
MOST_TITLES = 8
MOST_VALUES = 2_000


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a page says of itself: titles, dates of publication, sections, and whether it is an article."""

    titles: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    is_article: bool = False


def read_metadata(page: Element) -> Metadata:
    """Read what a page says of itself; whatever of it cannot be read is left out."""
    said = [*_read_metas(page), *_read_scripts(page)]
    titles = [clean_text(text_of(title)) for title in select(page, "title")[:1]]
    titles += [value for name, value in said if name in _TITLES]
    return Metadata(
        tuple(dict.fromkeys(title[:LONGEST_TITLE] for title in titles if title))[:MOST_TITLES],
        tuple(value for name, value in said if name in _DATES),
        tuple(dict.fromkeys(value for name, value in said if name in _SECTIONS)),
        any(name in ("og:type", "@type") and value.casefold() in _ARTICLE_TYPES for name, value in said),
    )


def _read_metas(page: Element) -> Iterator[tuple[str, str]]:
    for meta in select(page, "meta"):
        name = attribute_of(meta, "property") or attribute_of(meta, "name") or attribute_of(meta, "itemprop")
        value = clean_text(attribute_of(meta, "content"))
        if name and value:
            yield name.lower(), value


def _read_scripts(page: Element) -> Iterator[tuple[str, str]]:
    scripts = (script for script in select(page, "script") if "ld+json" in attribute_of(script, "type"))
    for script, _ in zip(scripts, range(MOST_SCRIPTS), strict=False):
        text = str(script.string or "")[:LONGEST_JSON]
        try:
            values = json.loads(text, strict=False)
        except (ValueError, RecursionError):  # broken off, or nested without end: such a page says nothing
            continue
        yield from _walk(values)


def _walk(values: object) -> Iterator[tuple[str, str]]:
    """Yield the names and texts of what is said of an article, not of the site or of its author."""
    todo: list[object] = [values]
    for _ in range(MOST_VALUES):
        if not todo:
            return
        value = todo.pop()
        if isinstance(value, list):
            todo += value
        elif isinstance(value, dict):
            todo += [below for name, below in value.items() if name == "@graph"]
            if _is_article(value.get("@type")):
                yield "@type", "article"
                yield from ((name.lower(), clean_text(said)) for name, said in value.items() if isinstance(said, str))


def _is_article(kind: object) -> bool:
    kinds = kind if isinstance(kind, list) else [kind]
    return any(isinstance(name, str) and name.casefold() in _ARTICLE_TYPES for name in kinds)
