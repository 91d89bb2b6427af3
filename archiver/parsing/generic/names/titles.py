"""How well a line agrees with what its page calls itself, and with the words of its address."""

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from archiver.text.cleaning import squeeze
from archiver.text.folding import fold

_ELLIPSIS = re.compile(r"\s*(?:\.{2,}|…)\s*$")
_ALPHANUMERIC = re.compile(r"[^\W_]+")
_NOT_ALPHANUMERIC = re.compile(r"[\W_]+")
_FILE_ENDING = re.compile(r"\.(?:html?|aspx?|php|jsp|shtml)$", re.IGNORECASE)
# What may stand between a headline and the name of a site, a section or a kicker in the title of a page.
_BORDER = re.compile(r"\s*[|»«›‹¦•·]+\s*|\s+[-–—~/:@<>]+\s+|:{1,2}\s+|\s+::\s*|\s*::\s+|\s*[_－—｜]+\s*|\s+\(")
# Letters of a headline that its address must repeat.
_SLUG = 16
_SHORTEST_CUT = 10
_MOST_BORDERS = 12
# A line that is a part of a title, with no sign between it and the rest, agrees less: it may be cut from a sentence.
_MOST_OF_TITLE = 0.6


@dataclass(frozen=True, slots=True)
class Agreement:
    """How a line agrees with the page: by which sign, how strongly, and how strongly with the address."""

    how: str
    strength: float
    by_address: float = 0.0


@dataclass(frozen=True, slots=True)
class _Title:
    """A title of the page, squeezed: whole, as far as it was not cut off, its parts between signs, and around each."""

    whole: str
    begun: str
    parts: tuple[str, ...]
    cuts: tuple[tuple[str, str], ...]
    starts: frozenset[str]
    ends: frozenset[str]


class Titles:
    """The titles of a page and the words of its address."""

    def __init__(self, titles: tuple[str, ...], url: str) -> None:
        self._titles = [_read_title(title) for title in titles]
        self._slug = _slug_of(url)

    def agree(self, text: str, *, with_address: bool) -> Agreement:
        """Compare a line with the titles, and with the address where that may name it."""
        letters = squeeze(text)
        strength = max((_compare(letters, title) for title in self._titles), default=0.0)
        by_address = min(self._agree_with_address(text), 0.9) if with_address else 0.0
        if by_address > strength:
            return Agreement("address", by_address, by_address)
        return Agreement("title" if strength else "markup", strength, by_address)

    def has(self, text: str) -> bool:
        """Say whether a text is a whole title, or what one begins or ends with before or behind a sign."""
        letters = squeeze(text)
        return any(letters == title.whole or letters in title.starts or letters in title.ends for title in self._titles)

    def divide(self, first: str, second: str) -> bool:
        """Say whether a title puts a sign between two texts, which it begins with."""
        before, after = squeeze(first), squeeze(second)
        cuts = (cut for title in self._titles for cut in title.cuts)
        return any(cut == before and rest.startswith(after) for cut, rest in cuts)

    def _agree_with_address(self, text: str) -> float:
        """Say how much of an address a line explains: addresses repeat the headline, most cut off somewhere."""
        letters = "".join(_ALPHANUMERIC.findall(fold(text)))
        begin = letters[:_SLUG]
        at = self._slug.find(begin) if len(begin) >= 8 else -1
        if at < 0:
            return 0.0
        same = next(
            (n for n, (a, b) in enumerate(zip(letters, self._slug[at:], strict=False)) if a != b),
            min(len(letters), len(self._slug) - at),
        )
        share = same / max(len(self._slug.strip("0123456789")), 1)
        return 0.9 * share if same >= min(len(begin), _SLUG) else 0.0


def _read_title(title: str) -> _Title:
    borders = list(_BORDER.finditer(title))[:_MOST_BORDERS]
    cuts = [(squeeze(title[: border.start()]), squeeze(title[border.end() :])) for border in borders]
    return _Title(
        squeeze(title),
        squeeze(_ELLIPSIS.sub("", title)) if _ELLIPSIS.search(title) else "",
        tuple(filter(None, map(squeeze, _BORDER.split(title)))),
        tuple(cuts),
        frozenset(before for before, _ in cuts),
        frozenset(after for _, after in cuts),
    )


def _compare(text: str, title: _Title) -> float:
    """Say how well a line agrees with a title: all of it, all but the site's name, or as far as it was not cut off."""
    if not title.whole or not text:
        return 0.0
    if text == title.whole:
        return 1.0
    is_begun = len(title.begun) >= _SHORTEST_CUT and text.startswith(title.begun)
    return 0.97 if is_begun else _compare_part(text, title, len(text) / len(title.whole))


def _compare_part(text: str, title: _Title, share: float) -> float:
    """Say how well a line agrees with a part of a title, of which it is a ``share``."""
    if text in title.starts:
        return 0.95 if share >= 0.4 else 0.5 + share
    if text in title.ends:
        return 0.9 if share >= 0.4 else share
    if share < 1 and (title.whole.startswith(text) or title.whole.endswith(text)):
        return 0.85 if share >= _MOST_OF_TITLE else 0.5 * share
    if text in title.parts:
        return 0.5
    return 0.6 if len(title.whole) >= 20 and share < 1.6 and text.startswith(title.whole) else 0.0


def _slug_of(url: str) -> str:
    """Return the letters of the longest part of an address, which names the article if any does."""
    parts = urlsplit(url)
    names = re.split(r"[/?&=]", unquote(f"{parts.path}?{parts.query}"))
    return max((_NOT_ALPHANUMERIC.sub("", fold(_FILE_ENDING.sub("", name))) for name in names), key=len, default="")
