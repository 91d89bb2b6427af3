"""Finding who wrote an article: by a label, a by-line, an element for the author, and what machines are told."""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, islice
from urllib.parse import urlsplit

from archiver.html.elements import Element, attribute_of, classes_of, elements_below
from archiver.model import Article, Origin
from archiver.parsing.generic.machine.metadata import Metadata
from archiver.parsing.generic.names.author_names import find_byline, is_by, take_names, without_by
from archiver.parsing.generic.outline import Line, Outline, whole_text
from archiver.parsing.generic.text.region import Region
from archiver.parsing.generic.words import ACCOUNT_NAME
from archiver.text.cleaning import clean_text, squeeze
from archiver.text.folding import fold

# So many lines around headline and text may name the author.
MOST_ABOVE = 4
MOST_BELOW = 14
MOST_BEHIND = 12
MOST_ELEMENTS = 30
MOST_INLINES = 4
MOST_AROUND = 3
LONGEST_AUTHOR = 120
LONGEST_NICKNAME = 30
SHORTEST_SITE = 8
# A link of so many letters is the headline of another article.
LONGEST_PLAIN_LINK = 40
# A by-line may be taken for one of the first lines of the text.
_FIRST_LINES = 2
LEAST_BELOW = 8
_ADDRESS = re.compile(r"[@\\/|]|\w\.[a-z]{2,}$|https?:|^\W|\d{3}")
_PIECES = re.compile(r"[_-]+|(?<=[a-z])(?=[A-Z])")
_TITLE_END = re.compile(r"\s[-–—·•»:]+\s|\s?\|\s?")
_AUTHOR_NAMES = frozenset("author authors byline autor autores autoren auteur auteurs verfasser tacgia penulis".split())
# What stands in or beside an element for the author, and is not the name.
_OTHER_NAMES = frozenset(
    "comment comments related avatar image img photo foto date time bio biography description desc social share follow "
    "link links role job email mail count views recent teaser icon picture profile form pic box".split()
)
_PROFILE = re.compile(r"/(?:authors?|autor(?:es|en)?|auteurs?|tac-gia|penulis|contributors?)[/-]", re.IGNORECASE)
# One letter alone is the rest of a word: initials in an element of their own.
_GLUED = re.compile(r"(?<=[^\W_])\x1f(?=[^\W\d_]{2})")
_GAP = re.compile(r"( ?)(?=[^\W\d_]{2})(?:(?<! )|(?=[A-ZÀ-ÖØ-ÞĐ]))")
_LABEL = re.compile(r"^(?:authors?|autor(?:en|in|es)?|auteurs?|tác giả|penulis)\b[\s:：|]*", re.IGNORECASE)
_ANY_NAME = "Name"
_HOUSE = re.compile(r"\b(?:GmbH|AG|Inc|Ltd|LLC|Verlag|Copyright|e\.V)\b|©")


def add_author(article: Article, authors: "AuthorFinder") -> Article:
    """Add the author that is printed around an article; what machines are told does for one without a signature.

    A name at the end of the text goes before what the portal prints of it elsewhere, which may be an account; where
    both are the same, it is sure.
    """
    how = next((origin.how for origin in article.origins if origin.field == "author"), "")
    if how in ("declared", "label"):
        return article
    is_signed = article.author is not None and take_names(article.author) == article.author
    found = authors.find_byline() or authors.find_printed(article.author) if is_signed else authors.find_printed()
    if found is None and article.author is None:
        found = authors.find_said()
    if found is None:
        return article
    origins = (origin for origin in article.origins if origin.field != "author")
    return replace(article, author=found[0], origins=(*origins, found[1]))


class AuthorFinder:
    """Finds the author of one article on its page."""

    def __init__(self, outline: Outline, region: Region, metadata: Metadata, url: str) -> None:
        self._sites = _list_sites(metadata, url)
        self._accounts = frozenset(metadata.accounts)
        self._said = [name for name in map(_clean, metadata.authors) if self._is_author(name)]
        self._names = frozenset(part for name in self._said for part in name.split(", "))
        end = min(region.end, region.last + 1 + MOST_BEHIND, len(outline.lines))
        self._near = [outline.lines[index] for index in _list_near(region, len(outline.lines))]
        self._behind = outline.lines[max(region.last - 1, region.headline + 1) : end]
        self._around = outline.lines[end : end + MOST_BEHIND]

    def find_printed(self, wanted: str | None = None) -> tuple[str, Origin] | None:
        """Find the author that is printed around headline and text; only the one that is ``wanted``, if any is."""
        for how, names, confidence in (
            ("by-line", self._find_bylines(self._near), 0.9),
            ("element", self._find_elements(self._near), 0.85),
            ("metadata", self._find_said([*self._near, *self._behind]), 0.9),
            ("by-line", self._find_bylines(self._behind), 0.85),
            ("element", self._find_elements(self._behind), 0.8),
            ("metadata", self._find_said(self._around), 0.8),
        ):
            for name in names:
                if wanted in (None, name):
                    return name, Origin("author", how, confidence)
        return None

    def find_byline(self) -> tuple[str, Origin] | None:
        """Find the author that a by-line near the headline names."""
        return next(((name, Origin("author", "by-line", 0.9)) for name in self._find_bylines(self._near)), None)

    def find_said(self) -> tuple[str, Origin] | None:
        """Find the author that only machines are told."""
        told = (name for name in self._said if name not in self._accounts)
        people = (name for name in told if take_names(name, self._names) == name)
        names = (name for name in people if " " in name or not name.isascii())
        return next(((name, Origin("author", "metadata", 0.7)) for name in names), None)

    def _find_bylines(self, lines: list[Line]) -> Iterator[str]:
        for line, following in zip(lines, [*lines[1:], None], strict=False):
            if line.boilerplate:
                continue
            known = {*self._names, *map(whole_text, line.anchors[:MOST_ELEMENTS])}
            name = find_byline(_separate(line), known) or _find_nickname(line)
            if name is None and following is not None and is_by(line.text):
                name = take_names(following.text)
            if name and self._is_author(name):
                yield name

    def _find_elements(self, lines: list[Line]) -> Iterator[str]:
        for line in lines:
            if line.boilerplate or len(line.text) > LONGEST_AUTHOR:
                continue
            for element in _list_elements(line):
                name = _read_name(element) if _is_for_author(element) else _read_full_name(element, line)
                if name and self._is_author(name):
                    yield name

    def _find_said(self, lines: list[Line]) -> Iterator[str]:
        """Find the names of the metadata that lines print, best where that is all they print."""
        texts = [squeeze(line.text) for line in lines if len(line.text) <= 3 * LONGEST_AUTHOR]
        for name in self._said:
            if any(squeeze(part) in text for part in name.split(", ") for text in texts):
                yield name

    def _is_author(self, name: str) -> bool:
        """Say whether a name may be that of an author: no account, no address, not the site and not its publisher."""
        if not 2 <= len(name) <= LONGEST_AUTHOR or _ADDRESS.search(name) or _HOUSE.search(name):
            return False
        letters = squeeze(name)
        is_site = letters in self._sites or any(len(site) >= SHORTEST_SITE and site in letters for site in self._sites)
        return not is_site and not ACCOUNT_NAME.fullmatch(fold(name))


def _list_near(region: Region, end: int) -> list[int]:
    """List the lines between headline and text, the first ones of the text, and those above the headline."""
    last = max(region.first + _FIRST_LINES, region.headline + 1 + LEAST_BELOW)
    last = min(last, region.headline + 1 + MOST_BELOW, end)
    above = range(region.headline - 1, max(region.headline - 1 - MOST_ABOVE, -1), -1)
    return [*range(region.headline + 1, last), *above]


def _list_elements(line: Line) -> Iterator[Element]:
    """Yield the elements of a line that are for the author by name, attribute or address; none of comments."""
    around = list(islice(chain((line.block,), line.block.parents), MOST_AROUND))
    if any("comment" in attribute_of(element, "class").casefold() for element in around):
        return
    inner = (below for inline in line.inlines for below in chain((inline,), elements_below(inline)))
    yield from (element for element in islice(inner, MOST_ELEMENTS) if _is_for_author(element))
    marked = (element for element in around if _is_for_author(element))
    if any(len(whole_text(element)) <= LONGEST_AUTHOR for element in marked):
        yield from (*line.inlines[:MOST_INLINES], line.block)


def _is_for_author(element: Element) -> bool:
    if "author" in (*attribute_of(element, "rel").split(), *attribute_of(element, "itemprop").split()):
        return True
    names = ({piece.casefold() for piece in _PIECES.split(name)} for name in classes_of(element))
    if any(pieces & _AUTHOR_NAMES and not pieces & _OTHER_NAMES for pieces in names):
        return True
    return element.name == "a" and bool(_PROFILE.search(attribute_of(element, "href")))


def _read_name(element: Element) -> str | None:
    """Read the name in an element for the author: a name as people have, or one word that may be any."""
    text = _strip_label(_separate_strings(element))
    names = take_names(text)
    if _is_box(element):
        return names if names and " " in names else None
    return text if names is None and _is_word(text) else names


def _read_full_name(element: Element, line: Line) -> str | None:
    """Read a name of two words or more in an element amid one for the author, or in the line that is it."""
    names = take_names(_strip_label(_separate(line) if element is line.block else _separate_strings(element)))
    return names if names and " " in names else None


def _strip_label(text: str) -> str:
    return _LABEL.sub("", without_by(text)).strip(" ,;:|–-")


def _is_box(element: Element) -> bool:
    """Say whether an element is for more than a name: a line with date and buttons, say."""
    return any("byline" in name.casefold() for name in classes_of(element))


def _find_nickname(line: Line) -> str | None:
    """Find the name of one word that a by-line links, whatever its letters are: an account of a blog, say."""
    for anchor in line.anchors[:MOST_INLINES]:
        name = whole_text(anchor)
        if _is_word(name) and find_byline(_separate(line).replace(name, _ANY_NAME)) == _ANY_NAME:
            return name
    return None


def _is_word(text: str) -> bool:
    return bool(text) and " " not in text and len(text) <= LONGEST_NICKNAME and text[0].isalpha()


def _separate(line: Line) -> str:
    """Return the text of a line with a sign between elements that no space parts, and behind those of several words."""
    text, at = line.text, 0
    strings = [clean_text(string) for inline in line.inlines[:MOST_ELEMENTS] for string in inline.stripped_strings]
    for string in strings[:MOST_ELEMENTS]:
        found = text.find(string, at) if string else -1
        if found < 0:
            continue
        at = found + len(string)
        for place in (at, found):
            gap = _GAP.match(text, place) if place else None
            if gap and text[place - 1].isalnum() and (not gap[1] or " " in string):
                text = f"{text[:place]} | {text[gap.end(1) :]}"
                at += len(" | ") - len(gap[1])
    return text


def _separate_strings(element: Element) -> str:
    """Return the text of an element with a sign between words of two elements that stand without a space."""
    return clean_text(_GLUED.sub(" | ", element.get_text("\x1f")).replace("\x1f", ""))


def _clean(name: str) -> str:
    """Return a name of the metadata without the word for "by" and without the office behind it."""
    name = without_by(name).strip(" ,;'\"")
    names = take_names(name) or name
    whole = name[len(names) :].lstrip()[:1] not in frozenset(",;|/")
    return (name if whole else names).replace("; ", ", ")


def _list_sites(metadata: Metadata, url: str) -> frozenset[str]:
    """List the names of the site, squeezed: as it says itself, as its titles end, and as its address is."""
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    ends = [piece for title in metadata.titles[:1] for piece in _TITLE_END.split(title)[1:][-1:]]
    return frozenset(map(squeeze, (*metadata.sites, *ends, host, host.rpartition(".")[0], host.partition(".")[0])))
