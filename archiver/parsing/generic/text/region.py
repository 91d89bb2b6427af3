"""Choosing the lines of an article: those an extractor finds, and what a page of news prints around them."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice, pairwise, takewhile

from archiver.html.elements import Element
from archiver.html.links import Links
from archiver.parsing.body.documents import is_document
from archiver.parsing.boilerplate.headings import READ_MORE
from archiver.parsing.boilerplate.lines import is_article_like
from archiver.parsing.generic.dates.info import CELLS, InfoReader
from archiver.parsing.generic.listings.teasers import is_bare_address
from archiver.parsing.generic.outline import PARAGRAPH, Line, LineSpan, Outline
from archiver.parsing.generic.text.alignment import ENDS_SENTENCE, FULL_STOP, PARTS, holder_of, is_paragraph, place_of
from archiver.parsing.generic.text.endings import LONGEST_CRUMB, LONGEST_END, is_byline, is_foot, is_tool, opens_other
from archiver.parsing.generic.text.lead import find_lead
from archiver.parsing.generic.text.threads import find_thread
from archiver.parsing.generic.words import PROPERTY

# So many lines may stand between a headline and its byline.
LONGEST_HEAD = 20
# So many lines above the text may be its lead, and so many short ones below it its signature.
MOST_ABOVE = 30
MOST_SIGNATURES = 3
# What is shorter, and all there is, is a name or a button.
SHORTEST_BODY = 20
# A shorter text stands near its headline.
LONG_TEXT = 200
# So many lines below the text may still be about the article: documents, bylines.
MOST_BELOW = 40
# The share of the text that the element of the body holds.
_MOST_OF_IT = 0.7
LONGEST_LABEL = 40
LONGEST_HEADING = 120
# So many headings of something else are looked at.
MOST_OPENERS = 20


@dataclass(frozen=True, slots=True)
class Region:
    """The lines of an article: those of its body and its lead, and ``end``, where something else begins.

    ``chosen`` are the numbers of the lines of the body, ``lead`` those of a lead apart from it, ``scope`` the element
    that holds most of its text.
    """

    headline: int
    chosen: tuple[int, ...]
    lead: tuple[int, ...]
    end: int
    scope: LineSpan

    @property
    def first(self) -> int:
        """The first line of lead and body; ``end`` where there is none."""
        return min((*self.lead, *self.chosen), default=self.end)

    @property
    def last(self) -> int:
        """The last line of the body, the headline where there is none."""
        return max((*self.lead, *self.chosen), default=self.headline)


def choose_region(outline: Outline, headline: int, infos: InfoReader, aligned: tuple[int, ...], links: Links) -> Region:
    """Choose what belongs to the article under a headline; ``aligned`` are the lines of an extracted text."""
    return _Chooser(outline, headline, infos, links).choose([index for index in aligned if index > headline])


class _Chooser:
    """Weighs the lines below one headline."""

    def __init__(self, outline: Outline, headline: int, infos: InfoReader, links: Links) -> None:
        self._outline = outline
        self._lines = outline.lines
        self._headline = headline
        self._infos = infos
        self._links = links
        self._weights: dict[int, int] = {}
        self._stop = len(self._lines)

    def choose(self, aligned: list[int]) -> Region:
        found = self._trim(self._drop_apart(self._cut(self._drop_head(self._drop_links(aligned)))))
        is_far = bool(found) and found[0] > self._headline + LONGEST_HEAD and self._mass(found) < LONG_TEXT
        if is_far or self._weigh_all(found) < SHORTEST_BODY:
            found = self._trim(list(self._read_short()))
        found = self._trim(sorted((*self._find_above(found), *found, *self._find_below(found))))
        if self._weigh_all(found) < SHORTEST_BODY:
            found = []
        end = self._find_end(found[-1] if found else self._headline)
        if not found:
            return Region(self._headline, (), (), end, self._outline.spans[0])
        body = self._find_body(found)
        lead = find_lead(self._outline, tuple(found), body)
        return Region(self._headline, tuple(index for index in found if index not in lead), lead, end, body)

    def _drop_links(self, found: list[int]) -> list[int]:
        """Leave out links to something else, and the label above them; a linked heading between paragraphs stays."""
        kept = [index for place, index in enumerate(found) if self._is_of_text(found, place)]
        among = set(kept)  # a page may have as many lines as it likes
        return [index for index in kept if not (self._stands_above_links(index, among) and self._is_label(index, kept))]

    def _stands_above_links(self, index: int, kept: set[int]) -> bool:
        """Say whether the next line is a link to something else."""
        return index + 1 < len(self._lines) and index + 1 not in kept and self._lines[index + 1].is_link

    def _is_boxed(self, index: int, kept: list[int]) -> bool:
        """Say whether a line stands in one element with the link below it, and without a paragraph of the text."""
        spans = self._outline.around(index)
        box = next((span for span in spans if span.start <= index and index + 1 < span.end), None)
        return box is not None and not any(map(self._is_whole, _within(kept, box)))

    def _is_of_text(self, found: list[int], place: int) -> bool:
        line = self._lines[found[place]]
        if not line.is_link or is_bare_address(line.text) or any(map(is_document, line.hrefs)):
            return not self._repeats_headline(found[place])
        around = [self._lines[index] for index in (*found[max(place - 1, 0) : place], *found[place + 1 : place + 2])]
        is_amid = len(around) == 2 and not any(other.is_link or other.heading for other in around)
        return is_amid and (bool(line.heading) or not self._leads_to_article(line))

    def _leads_to_article(self, line: Line) -> bool:
        """Say whether a link leads to an address of the site that has the form of this page's."""
        urls = filter(None, map(self._links.resolve, line.hrefs))
        return any(is_article_like(url, self._links.page) for url in urls)

    def _is_label(self, index: int, kept: list[int]) -> bool:
        line = self._lines[index]
        if len(line.text) > LONGEST_LABEL:
            return False
        is_announced = bool(line.heading) or line.text.endswith((":", "：")) or self._opens_other(index)
        is_announced |= READ_MORE.fullmatch(line.text) is not None
        return is_announced or (not self._is_sentence(index) and self._is_boxed(index, kept))

    def _drop_head(self, found: list[int]) -> list[int]:
        """Leave out the short lines down to the last byline above the text."""
        head = 0
        for place, index in enumerate(found[:LONGEST_HEAD]):
            if self._infos.read(index):
                head = place + 1
            elif self._lines[index].is_long:
                break
        return found[head:]

    def _cut(self, found: list[int]) -> list[int]:
        """End the text at what readers say of it, or at a heading of something else behind it.

        Unless the text goes on below the heading in an element it began in.
        """
        last = min(found[-1] + MOST_BELOW, len(self._lines) - 1) if found else 0
        thread = find_thread(self._outline, self._infos, found[0], last) if found else None
        if thread is not None and any(map(self._is_whole, takewhile(lambda index: index < thread, found))):
            self._stop = thread
            return list(takewhile(lambda index: index < thread, found))
        whole = [index for index in found if self._is_whole(index)]
        for opener, index in islice(self._find_openers(found), MOST_OPENERS):
            before, behind = whole[: bisect_left(whole, index)], whole[bisect_left(whole, index) :]
            if self._is_over(before, behind, is_found=opener == index):
                self._stop = opener
                return found[: bisect_left(found, index)]
        return found

    def _find_openers(self, found: list[int]) -> Iterator[tuple[int, int]]:
        """Yield headings of something else, with the first line of the text that is not above them."""
        for above, index in pairwise(found):
            for line in range(above + 1, index + 1):
                if self._opens_other(line) and (line == index or self._heads(line)):
                    yield line, index
                    break

    def _is_over(self, before: list[int], behind: list[int], *, is_found: bool) -> bool:
        """Say whether what stands behind the heading of something else is no part of the text before it.

        Where the extractor passed over the heading, the text before it must not be the smaller part by far.
        """
        behind = [index for index in behind if not self._opens_other(index)]
        if not before or (not is_found and self._mass(before) * 2 < self._mass(behind)):
            return False
        places = {place_of(self._outline, index) for index in before}
        rooms = {self._room_of(index, before) for index in before}
        both = [*before, *behind]
        return not any(
            place_of(self._outline, index) in places or self._room_of(index, both) in rooms for index in behind
        )

    def _heads(self, index: int) -> bool:
        """Say whether a line is a heading, or the first of several in an element; a button stands alone in its own."""
        if self._lines[index].is_link:
            return False
        around = takewhile(lambda span: span.start == index, self._outline.around(index))
        return bool(self._lines[index].heading) or any(span.end > index + 1 for span in around)

    def _room_of(self, index: int, lines: list[int]) -> int:
        """Return the ``id()`` of the smallest element around a line that holds two of the lines; else its own."""
        holder = holder_of(self._outline, index)
        for span in self._outline.around(index):
            inside = bisect_left(lines, span.end) - bisect_left(lines, span.start)
            if inside > 1 and span.element.name not in PARTS:
                return id(span.element)
        return id(holder)

    def _opens_other(self, index: int) -> bool:
        return opens_other(self._lines[index])

    def _drop_apart(self, found: list[int]) -> list[int]:
        """Leave out short lines at both ends that stand in other elements than the first or last paragraph."""
        whole = [index for index in found if self._is_whole(index)]
        shared = Counter(id(holder_of(self._outline, index)) for index in whole)
        while (
            len(whole) > 1 and shared[id(holder_of(self._outline, whole[-1]))] == 1 and not self._is_sentence(whole[-1])
        ):
            whole.pop()  # the foot of the page: long, but no sentence, and in an element of its own
        if not whole:
            return []  # labels and numbers: of a page without a text an extractor returns all there is
        first, last = (holder_of(self._outline, index) for index in (whole[0], whole[-1]))
        return [
            index
            for index in found
            if whole[0] <= index <= whole[-1]
            or holder_of(self._outline, index) is (first if index < whole[0] else last)
        ]

    def _is_whole(self, index: int) -> bool:
        """Say whether a line is a paragraph of text."""
        return self._weigh(index) > 0 and is_paragraph(self._lines[index])

    def _is_sentence(self, index: int) -> bool:
        line = self._lines[index]
        return line.mass >= SHORTEST_BODY and bool(ENDS_SENTENCE.search(line.text[-12:]))

    def _trim(self, found: list[int]) -> list[int]:
        """Leave out what is no text at both ends: bylines, buttons, headings of what follows."""
        first, end = 0, len(found)
        while first < end and not self._weigh(found[first]):
            first += 1
        while first < end and (not self._weigh(found[end - 1]) or self._is_heading(found[end - 1])):
            end -= 1
        return found[first:end]

    def _is_heading(self, index: int) -> bool:
        """Say whether a line is a heading: of one that was never closed the rest of the text is a part, too."""
        line = self._lines[index]
        return bool(line.heading) and line.block.name == line.heading and line.mass < LONGEST_HEADING

    def _weigh(self, index: int) -> int:
        """Weigh a line: nothing for what surrounds an article."""
        if index not in self._weights:
            self._weights[index] = self._weigh_line(index)
        return self._weights[index]

    def _weigh_line(self, index: int) -> int:
        line = self._lines[index]
        if line.boilerplate or is_tool(line) or is_foot(line) or self._repeats_headline(index):
            return 0
        if is_byline(line) and not (line.text.endswith(".") and self._is_beside_text(index, index - 1)):
            return 0  # a whole sentence among the paragraphs says more than the name
        if self._infos.read(index) or self._is_property(index):
            return 0
        return len(line.text) if is_bare_address(line.text) or any(map(is_document, line.hrefs)) else line.mass

    def _weigh_all(self, found: list[int]) -> int:
        return sum(map(self._weigh, found))

    def _repeats_headline(self, index: int) -> bool:
        """Say whether a line only repeats the headline, as print versions do; a paragraph among others is text."""
        headline, line = self._lines[self._headline].text, self._lines[index]
        is_repeated = line.text.endswith(headline) and len(line.text) <= len(headline) + LONGEST_CRUMB
        return is_repeated and not self._is_beside_text(index, index + 1)

    def _is_beside_text(self, index: int, other: int) -> bool:
        """Say whether a line is a paragraph right before or behind a long one in the same element."""
        lines = self._lines
        if not 0 <= other < len(lines) or lines[other].mass < PARAGRAPH:
            return False
        block, beside = lines[index].block, lines[other].block
        return block.name == beside.name == "p" and block.parent is beside.parent

    def _is_property(self, index: int) -> bool:
        """Say whether a line is a cell of the table that describes a document: a label or the value behind it."""
        lines = self._lines
        if lines[index].block.name not in CELLS:
            return False
        return any(PROPERTY.fullmatch(line.text[:LONGEST_END]) for line in lines[max(index - 1, 0) : index + 1])

    def _find_above(self, found: list[int]) -> Iterator[int]:
        """Find whole sentences between the headline and the text, which extractors take for something else: a lead.

        Right above the text they may be short.
        """
        first = found[0] if found else self._headline
        is_near = True
        for index in range(first - 1, max(self._headline, first - MOST_ABOVE - 1), -1):
            line = self._lines[index]
            is_near = is_near and self._is_whole(index)
            ends = ENDS_SENTENCE if line.is_long else FULL_STOP
            is_sentence = bool(ends.search(line.text[-12:])) and not line.is_link
            if is_sentence and self._weigh(index) and (is_near or line.is_long) and not self._is_of_box(index, first):
                yield index

    def _is_of_box(self, index: int, first: int) -> bool:
        """Say whether a line above the text stands in an element that begins with the heading of something else."""
        around = takewhile(lambda span: span.end <= first, self._outline.around(index))
        starts = {span.start for span in around if self._headline < span.start}
        return any(self._lines[start].heading and self._opens_other(start) for start in starts)

    def _find_below(self, found: list[int]) -> Iterator[int]:
        """Find what goes on below in the same element, and the few short lines of the one around it: who signs."""
        if not found:
            return
        last, holder = found[-1], holder_of(self._outline, found[-1])
        below = self._find_text_below(last, holder)
        same = [index for index in below if place_of(self._outline, index) == place_of(self._outline, last)]
        is_more = self._mass(index for index in below if self._is_whole(index)) >= self._mass(found)
        yield from (kept := below if is_more else same)
        last = max((last, *kept))
        around = self._find_around(holder)
        if around and around.end - last - 1 <= MOST_SIGNATURES:
            signing = range(last + 1, around.end)
            yield from signing if all(map(self._may_sign, signing)) else ()

    def _find_around(self, holder: Element) -> LineSpan | None:
        """Find the element around the text that is the article's, too; None where that is the frame of the page.

        So it is if it begins far above the headline, or the element of the text holds the headline already.
        """
        own = self._outline.span_of(holder)
        around = self._outline.span_of(holder.parent) if holder.parent is not None else None
        if own is None or around is None or own.start <= self._headline:
            return None
        return around if around.start >= self._headline - MOST_SIGNATURES else None

    def _find_text_below(self, last: int, holder: Element) -> list[int]:
        """List the lines right below a text up to the first that is none: a link, a button, a heading elsewhere."""
        below = range(last + 1, self._stop)
        return list(takewhile(lambda index: self._goes_on(index, holder), below))

    def _mass(self, lines: Iterable[int]) -> int:
        return sum(self._lines[index].mass for index in lines)

    def _goes_on(self, index: int, holder: Element) -> bool:
        line = self._lines[index]
        is_link = line.is_link and not any(map(is_document, line.hrefs))
        if is_link or not self._weigh(index) or self._opens_other(index):
            return False
        return not self._is_heading(index) or holder_of(self._outline, index) is holder

    def _may_sign(self, index: int) -> bool:
        line = self._lines[index]
        return 0 < self._weigh(index) <= PARAGRAPH and not line.heading and not line.is_link

    def _read_short(self) -> Iterator[int]:
        """Read the few lines under a headline of which no extractor makes a text: up to a link or another heading."""
        for index in range(self._headline + 1, min(self._headline + 1 + LONGEST_HEAD, len(self._lines))):
            line = self._lines[index]
            if self._is_heading(index) or (
                line.is_link and not any(map(is_document, line.hrefs)) and not is_tool(line)
            ):
                return
            if self._weigh(index):
                yield index

    def _find_body(self, found: list[int]) -> LineSpan:
        """Find the smallest element that holds most of the text and is more than a part of it."""
        least = _MOST_OF_IT * self._weigh_all(found)
        for span in self._outline.around(found[len(found) // 2]):
            inside = (self._weigh(index) for index in found if span.start <= index < span.end)
            if span.element.name not in PARTS and sum(inside) >= least:
                return span
        return self._outline.spans[0]

    def _find_end(self, last: int) -> int:
        """Find where something else begins below the text: a heading, or a link that is as long as a title."""
        stop = min(last + 1 + MOST_BELOW, len(self._lines))
        return next((index for index in range(last + 1, stop) if _is_title(self._lines[index])), stop)


def _is_title(line: Line) -> bool:
    if line.heading:
        return True
    return line.is_link and len(line.text) > LONGEST_LABEL and not any(map(is_document, line.hrefs))


def _within(lines: list[int], span: LineSpan) -> list[int]:
    return lines[bisect_left(lines, span.start) : bisect_left(lines, span.end)]
