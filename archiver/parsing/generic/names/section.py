"""Finding the section of an article: the last crumb of a true trail above its headline, or what machines are told."""

import re
from collections.abc import Iterator

from archiver.model import Origin
from archiver.parsing.boilerplate.words import END, TOOL
from archiver.parsing.generic.machine.metadata import Metadata
from archiver.parsing.generic.names.titles import Titles
from archiver.parsing.generic.names.trail import (
    bare_path,
    find_trails,
    is_marked,
    read_marked,
    split_crumbs,
    strip_signs,
    weigh,
)
from archiver.parsing.generic.outline import Line, Outline
from archiver.parsing.generic.words import DETAIL, HOME
from archiver.text.cleaning import squeeze

# So many lines above the headline the breadcrumb may begin, and so many below it may print the section.
_FARTHEST = 16
_BELOW = 3
_ABOVE = 2
LONGEST_CRUMB = 100
LONGEST_KICKER = 60
LONGEST_INFO = 120
# A crumb of so many letters that stands in the headline is the headline, cut off or without its kicker.
_LONG = 20
_DIGIT = re.compile(r"\d")
_INNER = re.compile(r"(?:https?://[^/]+)?/*[^/#?:]+[^#:]*$", re.IGNORECASE)
_BACK = re.compile(
    r"[←→‹«<].*|\W*(?:zurück|back|quay lại|trở (?:về|lại)|retour|volver|kembali|назад|返回)\b.*", re.IGNORECASE
)
_PERSON = re.compile(r"/(?:authors?|autor\w*|auteurs?|tac-gia|users?|profiles?|tags?|themen?|topics?)/", re.IGNORECASE)

Found = tuple[str, Origin]


def find_section(outline: Outline, headline: int, metadata: Metadata, url: str = "") -> Found | None:
    """Find the section that is printed near the headline; None where only menus are, and no name of it."""
    return next(_SectionFinder(outline, headline, metadata, url).find_all(), None)


class _SectionFinder:
    """Finds what may be the section of one page."""

    def __init__(self, outline: Outline, headline: int, metadata: Metadata, url: str) -> None:
        self._outline = outline
        self._headline = headline
        self._metadata = metadata
        self._url = url
        self._title = outline.lines[headline].text
        self._titles = Titles(metadata.titles, "")

    def find_all(self) -> Iterator[Found]:
        """Yield the sections that the page names, the surest first."""
        for how, names, confidence in (
            ("breadcrumb", self._read_trails(), 0.9),
            ("breadcrumb", self._read_marked(), 0.9),
            ("metadata", self._read_said(), 0.85),
            ("kicker", self._read_kicker(), 0.75),
        ):
            yield from ((name, Origin("section", how, confidence)) for name in names)

    def _read_trails(self) -> Iterator[str]:
        """Read the trails above the headline that are no menus."""
        for trail in find_trails(self._outline, self._headline, _FARTHEST):
            crumbs = [crumb for crumb in trail.crumbs if not self._is_other(crumb)]
            ends = bool(trail.crumbs) and self._is_title(trail.crumbs[-1])
            if crumbs and weigh(trail, crumbs, self._metadata, self._url, ends_at_title=ends) > 0:
                yield crumbs[-1]

    def _read_marked(self) -> Iterator[str]:
        """Read the last crumb in an element that says of itself that it is a breadcrumb, whatever its first one is."""
        for index in range(self._headline - 1, max(self._headline - _FARTHEST, 0) - 1, -1):
            if is_marked(self._outline.lines[index].block):
                crumbs = read_marked(self._outline, index, self._headline)
                yield from [crumb for crumb in crumbs if not self._is_other(crumb)][-1:]
                return

    def _read_said(self) -> Iterator[str]:
        """Read a line, or a piece of one, near the headline that prints the section as machines are told it."""
        trails = ([crumb for crumb in trail if not self._is_other(crumb)][-1:] for trail in self._metadata.trails)
        said = {squeeze(name) for name in (*self._metadata.sections, *(name for trail in trails for name in trail))}
        above = self._outline.lines[max(self._headline - _FARTHEST, 0) : self._headline]
        for line in (*above, *self._outline.lines[self._headline + 1 : self._headline + 1 + _BELOW]):
            if len(line.text) <= LONGEST_INFO:
                pieces = (strip_signs(line.text), *split_crumbs(line.text))
                yield from (piece for piece in pieces if squeeze(piece) in said and not self._is_other(piece))

    def _read_kicker(self) -> Iterator[str]:
        """Read a link alone above the headline, at most a date between, with which the element around both begins."""
        for index in range(self._headline - 1, max(self._headline - 1 - _ABOVE, -1), -1):
            line = self._outline.lines[index]
            if line.is_link:
                around = next((span for span in self._outline.around(self._headline) if span.start <= index), None)
                if around is not None and around.start == index and self._is_kicker(line):
                    yield line.text
                return
            if not _DIGIT.search(line.text) or len(line.text) > LONGEST_INFO:
                return

    def _is_kicker(self, line: Line) -> bool:
        """Say whether a line is one link to a channel: this page lies below it, or the page links it elsewhere too."""
        if len(line.anchors) != 1 or len(line.text) > LONGEST_KICKER or line.boilerplate or _DIGIT.search(line.text):
            return False
        href = line.hrefs[0]
        words = (END, TOOL, HOME, DETAIL, _BACK)
        if not _INNER.match(href) or _PERSON.search(href) or any(word.fullmatch(line.text) for word in words):
            return False
        path = bare_path(href)
        if bare_path(self._url).startswith(f"{path}/"):
            return True
        others = {bare_path(other) for one in self._outline.lines if one is not line for other in one.hrefs}
        return path in others or path.rpartition("/")[0] in others - {"", "/"}

    def _is_other(self, crumb: str) -> bool:
        """Say whether a crumb is no section: home, the article itself, or the word for such a page."""
        is_word = bool(HOME.fullmatch(crumb) or DETAIL.fullmatch(crumb))
        return is_word or len(crumb) > LONGEST_CRUMB or self._is_title(crumb)

    def _is_title(self, crumb: str) -> bool:
        """Say whether a crumb is the article: its headline, cut off or as a title of the page words it."""
        if crumb == self._title or (len(crumb) >= _LONG and (crumb in self._title or self._titles.has(crumb))):
            return True
        return crumb.endswith(("...", "…")) and self._title.startswith(crumb.rstrip(".… "))
