"""Finding the text of an article: the run of paragraphs below its headline, and the elements that hold it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

from archiver.parsing.documents import is_document
from archiver.parsing.generic.endings import LONGEST_CRUMB, LONGEST_END, find_end, is_byline, is_foot, is_tool
from archiver.parsing.generic.info import CELLS, InfoReader
from archiver.parsing.generic.lead import find_lead
from archiver.parsing.generic.outline import Outline, Span
from archiver.parsing.generic.teasers import find_listing, is_bare_address
from archiver.parsing.generic.words import PROPERTY
from archiver.platforms.elements import Element

# What a wider element must add to the text of a narrower one to be taken for the article's.
_MUCH_MORE = 2.0
_MORE_TEXT = 200
# Of so many lines and more that a wider element adds, this share must be text.
FEW_LINES = 8
_MAINLY = 0.4
# The share of the text that the element of the body holds.
_MOST_OF_IT = 0.7
# A line above the element of the body must have so much text to be a part of the article.
SHORTEST_ABOVE = 30
# So many short lines behind the body are its signature.
MOST_SIGNATURES = 3
# What is shorter, and all there is, is a name or a button.
SHORTEST_BODY = 20
# So many lines may stand between a headline and its info line.
LONGEST_HEAD = 20
# So much text below the body, outside its element, may still be a part of it.
SHORTEST_TAIL = 60
_ENDS_SENTENCE = re.compile(r"[.!?。！？][\"”’»)/.]*$")
_PARTS = frozenset("p li ul ol tr td th tbody thead table h1 h2 h3 h4 h5 h6 blockquote pre dd dt dl center".split())


@dataclass(frozen=True, slots=True)
class Region:
    """The lines of an article: those of its body and its lead, and ``end``, where something else begins.

    ``chosen`` are the numbers of the lines of the body, ``lead`` those of a lead apart from it, ``scope`` the element
    around it all.
    """

    headline: int
    chosen: tuple[int, ...]
    lead: tuple[int, ...]
    end: int
    scope: Span

    @property
    def first(self) -> int:
        """The first line of lead and body; ``end`` where there is none."""
        return min((*self.lead, *self.chosen), default=self.end)

    @property
    def last(self) -> int:
        """The last line of the body, the headline where there is none."""
        return max((*self.lead, *self.chosen), default=self.headline)


def find_region(outline: Outline, headline: int, infos: InfoReader, teasers: list[int]) -> Region:
    """Find what belongs to the article under a headline; ``teasers`` are the lines of other articles."""
    return _Finder(outline, headline, infos, teasers).find()


class _Finder:
    """Weighs the lines below one headline; ``end`` is the first of them that belongs to something else."""

    def __init__(self, outline: Outline, headline: int, infos: InfoReader, teasers: list[int]) -> None:
        self._outline = outline
        self._infos = infos
        self._teasers = teasers
        self._first = headline + 1
        self._end = find_end(outline, self._first)
        self._weights = [self._weigh_line(index) for index in range(self._first, self._end)]
        self._sums = list(accumulate(self._weights, initial=0))
        self._cut(find_listing(teasers, self._first, self._end))
        self._drop_head()
        self._sums = list(accumulate(self._weights, initial=0))

    def find(self) -> Region:
        scope = self._find_scope()
        body = self._find_body(scope)
        chosen = self._choose(body, scope)
        lead = find_lead(self._outline, chosen, body)
        rest = tuple(index for index in chosen if index not in lead)
        return Region(self._first - 1, rest, lead, self._end, scope)

    def _cut(self, listing: int) -> None:
        """End before a listing, unless the text goes on behind it in the same element: links amid an article."""
        before = {id(parent) for parent in self._parents(self._first, listing)}
        if not any(id(parent) in before for parent in self._parents(listing, self._end)):
            self._end = listing
            del self._weights[listing - self._first :]

    def _parents(self, start: int, end: int) -> Iterator[Element]:
        """Yield the elements around the paragraphs between two lines."""
        for index in range(start, end):
            line = self._outline.lines[index]
            if line.mass >= SHORTEST_TAIL and self._weights[index - self._first] and line.block.parent is not None:
                yield line.block.parent

    def _drop_head(self) -> None:
        """Let the short lines between the headline and the last info line above the text weigh nothing."""
        head = 0
        for place, weight in enumerate(self._weights[:LONGEST_HEAD]):
            if self._infos.read(self._first + place):
                head = place
            elif weight >= SHORTEST_TAIL:
                break
        self._weights[:head] = [0] * head

    def _weigh_line(self, index: int) -> int:
        """Weigh a line: nothing for what surrounds an article, little for links that lead elsewhere."""
        line = self._outline.lines[index]
        if line.furniture or is_tool(line) or is_foot(line) or self._is_headline(index):
            return 0
        if is_byline(line) and not (line.text.endswith(".") and self._is_beside_text(index, index - 1)):
            return 0  # a whole sentence among the paragraphs says more than the name
        if self._infos.read(index) or self._is_property(index):
            return 0
        if is_bare_address(line.text) or any(is_document(href) for href in line.hrefs):
            return len(line.text)
        return line.mass + line.linked // 10

    def _is_headline(self, index: int) -> bool:
        """Say whether a line only repeats the headline, as print versions do; a paragraph among others is text."""
        headline, line = self._outline.lines[self._first - 1].text, self._outline.lines[index]
        is_repeated = line.text.endswith(headline) and len(line.text) <= len(headline) + LONGEST_CRUMB
        return is_repeated and not self._is_beside_text(index, index + 1)

    def _is_beside_text(self, index: int, other: int) -> bool:
        """Say whether a line is a paragraph right before or behind a long one in the same element."""
        lines = self._outline.lines
        if not 0 <= other < len(lines) or lines[other].mass < SHORTEST_TAIL:
            return False
        block, beside = lines[index].block, lines[other].block
        return block.name == beside.name == "p" and block.parent is beside.parent

    def _is_property(self, index: int) -> bool:
        """Say whether a line is a cell of the table that describes a document: a label or the value behind it."""
        lines = self._outline.lines
        if lines[index].block.name not in CELLS:
            return False
        return any(PROPERTY.fullmatch(line.text[:LONGEST_END]) for line in lines[max(index - 1, 0) : index + 1])

    def _weigh(self, span: Span) -> int:
        start, end = max(span.start, self._first), min(span.end, self._end)
        return self._sums[end - self._first] - self._sums[start - self._first] if start < end else 0

    def _find_scope(self) -> Span:
        """Climb from the headline as long as a wider element adds much text, and not mainly something else."""
        scope, *wider = self._outline.around(self._first - 1)
        weight = self._weigh(scope)
        for span in wider:
            added = self._weigh(span) - weight
            if added > max(_MUCH_MORE * weight, _MORE_TEXT if weight else 0) and self._is_text(scope, span):
                scope, weight = span, weight + added
        return scope

    def _is_text(self, scope: Span, wider: Span) -> bool:
        """Say whether what a wider element adds behind another is mainly text."""
        weights = self._weights[max(scope.end - self._first, 0) : max(wider.end - self._first, 0)]
        return (
            not self._weigh(scope)
            or len(weights) < FEW_LINES
            or sum(weight > 0 for weight in weights) >= _MAINLY * len(weights)
        )

    def _find_body(self, scope: Span) -> Span:
        """Descend to the smallest element that holds most of the text and is more than one paragraph of it."""
        least = max(_MOST_OF_IT * self._weigh(scope), 1)
        inside = (span for span in self._outline.spans if scope.start <= span.start and span.end <= scope.end)
        holding = [
            span
            for span in inside
            if span.depth >= scope.depth and span.element.name not in _PARTS and self._weigh(span) >= least
        ]
        body = max(holding, key=lambda span: span.depth, default=scope)
        while (wider := self._widen(body)) is not None:
            body = wider
        return body

    def _widen(self, body: Span) -> Span | None:
        """Return the element around the body if all that it adds behind is a few lines of text: a signature."""
        parent = body.element.parent
        wider = self._outline.span_of(parent) if parent is not None else None
        if wider is None or wider.start < self._first or wider.end > self._end:
            return None
        if not all(self._weights[wider.start - self._first : body.start - self._first]):
            return None
        weights = self._weights[body.end - self._first : wider.end - self._first]
        return (
            wider
            if len(weights) <= MOST_SIGNATURES and all(0 < weight <= SHORTEST_TAIL for weight in weights)
            else None
        )

    def _choose(self, body: Span, scope: Span) -> tuple[int, ...]:
        """Choose the lines in the body, and those beside it that can only be a part of it."""
        much_behind = self._sums[-1] - self._sums[max(min(body.end, self._end) - self._first, 0)] >= _MORE_TEXT
        found = []
        for index in range(self._first, self._end):
            line = self._outline.lines[index]
            if not scope.start <= index < scope.end or line.furniture:
                continue
            inside = body.start <= index < body.end
            weight, least = self._weights[index - self._first], 1 if much_behind else SHORTEST_TAIL
            if index < body.start or (_ENDS_SENTENCE.search(line.text[-12:]) and not line.is_link):
                least = SHORTEST_ABOVE if index < body.start else SHORTEST_BODY
            if inside or weight >= least:
                found.append(index)
        found = self._trim(found)
        length = sum(self._weights[index - self._first] for index in found)
        return tuple(found) if length >= SHORTEST_BODY else ()

    def _trim(self, found: list[int]) -> list[int]:
        """Leave out what weighs nothing at both ends: info lines, buttons."""
        while found and not self._weights[found[0] - self._first]:
            found.pop(0)
        while found and not self._weights[found[-1] - self._first]:
            found.pop()
        return found
