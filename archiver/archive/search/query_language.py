"""What people type to search: words, "phrases", beginnings*, -exclusions and filters; anything else is text.

Nothing typed is an error. A mark of this language in a place where it means nothing (a lone quote, ``NEAR(``,
``state:never``) is read like any other text: its words are searched for.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from archiver.archive.queries.article_filter import ALL_ARTICLES, STATES, ArticleFilter, move_day
from archiver.text.folding import list_forms, unify

MOST_TERMS = 50
"""So many words and phrases of a query count; who pastes a whole article finds it by its first fifty."""

_PIECE = re.compile(r'(-?)"([^"]*)"(\*?)|(-?)(\S+)')
_FILTER = re.compile(r"(site|since|before|state):(\S+)", re.IGNORECASE)
_DAY = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")


@dataclass(frozen=True, slots=True)
class Term:
    """A word, or several that must stand together, in their exact and folded forms.

    ``prefix``: the last word is only its beginning.
    """

    exact: tuple[str, ...]
    folded: tuple[str, ...]
    prefix: bool = False

    @property
    def marked(self) -> tuple[str, ...]:
        """The words that were typed with marks."""
        return tuple(exact for exact, folded in zip(self.exact, self.folded, strict=True) if exact != folded)


@dataclass(frozen=True, slots=True)
class Query:
    """What is searched for: all ``terms``, none of ``excluded``, among the ``articles`` that a filter means."""

    terms: tuple[Term, ...] = ()
    excluded: tuple[Term, ...] = ()
    articles: ArticleFilter = ALL_ARTICLES

    @property
    def is_empty(self) -> bool:
        """Say whether it asks for nothing at all."""
        return self == Query()

    @property
    def has_words(self) -> bool:
        """Say whether it asks for words, or for their absence."""
        return bool(self.terms or self.excluded)


ANYTHING = Query()


def parse_query(text: str) -> Query:
    """Read a query; never raises. Of a filter that stands twice the last counts."""
    terms: dict[Term, None] = {}
    excluded: dict[Term, None] = {}
    articles = ALL_ARTICLES
    for minus, words, prefix in _split_pieces(text):
        if not minus and (found := _read_filter(words)):
            articles = found.over(articles)
        elif term := _read_term(words, prefix):
            (excluded if minus else terms)[term] = None
    return Query(tuple(terms)[:MOST_TERMS], tuple(excluded)[:MOST_TERMS], articles)


def _split_pieces(text: str) -> Iterator[tuple[bool, str, bool]]:
    """Yield each phrase or word: whether it is excluded, its text, and whether it ends with a star."""
    for match in _PIECE.finditer(text):
        quoted_minus, phrase, quoted_star, minus, words = match.groups()
        if phrase is not None:
            yield bool(quoted_minus), f" {phrase}", bool(quoted_star)
        else:
            yield bool(minus), words, words.endswith("*")


def _read_term(text: str, prefix: bool) -> Term | None:
    """Read the words of one piece; several, as in ``12/5`` or ``COVID-19``, must stand together."""
    forms = list(list_forms(text))
    if not forms:
        return None
    prefix = prefix and unify(text.rstrip("*"))[-1:].isalnum()
    return Term(tuple(exact for exact, _ in forms), tuple(folded for _, folded in forms), prefix)


def _read_filter(text: str) -> ArticleFilter | None:
    match = _FILTER.fullmatch(text)
    if match is None:
        return None
    name, value = match[1].lower(), match[2].lower()
    if name == "site":
        return ArticleFilter(site=value)
    if name == "state":
        return ArticleFilter(state=value) if value in STATES else None
    day = _read_day(value)
    if day is None:
        return None
    return ArticleFilter(since=day) if name == "since" else ArticleFilter(until=move_day(day, -1))


def _read_day(text: str) -> date | None:
    """Read ``2022-05-17``; of ``2022-05`` or ``2022`` the first day."""
    match = _DAY.fullmatch(text)
    try:
        return date(*(int(part or 1) for part in match.groups())) if match else None
    except ValueError:
        return None
