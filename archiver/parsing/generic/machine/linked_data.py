"""What a page says of itself in JSON-LD: its article, who wrote it, the trail that leads to it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field

from archiver.html.elements import Element, attribute_of, select
from archiver.text.cleaning import clean_text

_ARTICLE_TYPES = frozenset(
    "article newsarticle blogposting reportagenewsarticle technicalarticle liveblogposting analysisnewsarticle "
    "opinionnewsarticle scholarlyarticle report advertisercontentarticle".split()
)
_PAGES = frozenset(("webpage", "itempage", "medicalwebpage", "aboutpage"))
_GROUPS = frozenset(("organization", "newsmediaorganization", "governmentorganization", "website", "brand"))
_ACCOUNT = "/schema/person/"
LONGEST_JSON = 200_000
MOST_SCRIPTS = 20
MOST_VALUES = 2_000
MOST_NAMES = 12
_Said = dict[str, object]


@dataclass(slots=True)
class Linked:
    """The articles and pages that the JSON-LD of a page describes, the names of what has an id, and its trails.

    ``groups`` are the names of the site and of who publishes it.
    """

    articles: list[_Said] = field(default_factory=list)
    pages: list[_Said] = field(default_factory=list)
    named: dict[str, _Said] = field(default_factory=dict)
    trails: list[tuple[str, ...]] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)

    def name_authors(self, said: _Said) -> Iterator[str]:
        """Name the people who wrote an article, not the site or the house that they wrote it for."""
        todo = list(_listed(said.get("author") or said.get("creator")))[:MOST_NAMES]
        for one in todo:
            if isinstance(one, str):
                yield clean_text(one)
                continue
            person = self._follow(one)
            if isinstance(person, dict) and not (_types_of(person) & _GROUPS):
                yield from (clean_text(name) for name in _listed(person.get("name")) if isinstance(name, str))

    def list_accounts(self) -> list[str]:
        """List the names of accounts: WordPress tells who entered a text, which need not be who wrote it."""
        return [clean_text(str(said["name"])) for key, said in self.named.items() if _ACCOUNT in key]

    def _follow(self, one: object) -> object:
        """Follow a reference to what is described elsewhere on the page."""
        if isinstance(one, dict) and not one.get("name"):
            return self.named.get(str(one.get("@id")), one)
        return one


def read_linked(page: Element) -> Linked:
    """Read the JSON-LD of a page; a script that is broken off or nested without end says nothing."""
    linked = Linked()
    scripts = (script for script in select(page, "script") if "ld+json" in attribute_of(script, "type"))
    for script, _ in zip(scripts, range(MOST_SCRIPTS), strict=False):
        text = str(script.string or "")[:LONGEST_JSON]
        try:
            values = json.loads(text, strict=False)
        except (ValueError, RecursionError):
            continue
        _collect(values, linked)
    return linked


def _collect(values: object, linked: Linked) -> None:
    """Sort what is described by its type; neither the site nor the author is looked into for an article."""
    todo: list[object] = [values]
    for _ in range(MOST_VALUES):
        if not todo:
            return
        value = todo.pop()
        if isinstance(value, list):
            todo += reversed(value)
        elif isinstance(value, dict):
            todo += [value[name] for name in ("@graph", "breadcrumb", "mainEntity") if name in value]
            _sort(value, linked)


def _sort(value: _Said, linked: Linked) -> None:
    types = _types_of(value)
    if value.get("@id") and value.get("name"):
        linked.named.setdefault(str(value["@id"]), value)
    if types & _ARTICLE_TYPES:
        linked.articles.append(value)
    elif types & _PAGES:
        linked.pages.append(value)
    if "breadcrumblist" in types:
        linked.trails.append(tuple(_read_trail(value)))
    groups = (group for group in (value, *_listed(value.get("publisher"))) if isinstance(group, dict))
    linked.groups += [clean_text(str(group["name"])) for group in groups if "name" in group and _is_group(group)]


def _read_trail(said: _Said) -> Iterator[str]:
    """Read the names of the crumbs, in the order of their positions."""
    steps = [step for step in _listed(said.get("itemListElement")) if isinstance(step, dict)]
    steps.sort(key=_position_of)
    for step in steps[:MOST_NAMES]:
        item = step.get("item")
        name = step.get("name") or (item.get("name") if isinstance(item, dict) else None)
        if isinstance(name, str) and clean_text(name):
            yield clean_text(name)


def _position_of(step: _Said) -> int:
    position = str(step.get("position", ""))
    return int(position) if position.isdecimal() and len(position) < len("1000") else 0


def _types_of(said: _Said) -> set[str]:
    return {kind.rpartition("/")[2].casefold() for kind in _listed(said.get("@type")) if isinstance(kind, str)}


def _is_group(said: _Said) -> bool:
    types = _types_of(said)
    return bool(types & _GROUPS) and "person" not in types


def _listed(value: object) -> list[object]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
