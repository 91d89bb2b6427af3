"""The places around an article where its bylines stand, each with how sure it is that they are its own."""

import re
from collections.abc import Iterator
from datetime import datetime, tzinfo

from archiver.html.elements import Element, attribute_of
from archiver.parsing.fields.labels import PUBLISHED_LABEL
from archiver.parsing.generic.dates.info import LONGEST_INFO, LONGEST_LABEL, LONGEST_PLAIN_LINK, InfoReader, InfoText
from archiver.parsing.generic.dates.publication import BELOW_TEXT, LEAST_CONFIDENCE, FoundDate
from archiver.parsing.generic.names.author_names import find_byline
from archiver.parsing.generic.outline import Outline, whole_text
from archiver.parsing.generic.text.region import Region
from archiver.parsing.generic.words import HOME

MOST_ABOVE = 4
MOST_BELOW = 12
# A caption or a summary of so many letters may stand between headline and date, in so many lines.
LONGEST_SUMMARY = 700
MOST_LEADING = 5
MOST_CLOSING = 2
FAR = 30
MOST_ELSEWHERE = 1500
NEAR = 2
# A link of so many letters beside a date is the title of another article.
SHORTEST_TITLE = 12
# A date that is nearly all of its line, amid the text.
LONGEST_ALONE = 60
SHARE_ALONE = 0.8
# So much may stand behind it that is no text any more: who wrote it, and whose pictures are shown.
LONGEST_BEHIND = 200
# Farther below the text a date without a label is as often that of a comment.
RIGHT_BELOW = 3
DOUBTFUL = 0.5
# What leads to the author of an article, or to its section.
_RELATED = frozenset(("author", "category", "tag"))
_AROUND = re.compile(
    r"/(?:authors?|autor(?:es|en)?|auteurs?|tac-gia|penulis|users?|profiles?|categor(?:y|ies)|kategorien?|chuyen-muc"
    r"|danh-muc|tags?|topics?|themen?)[/-]",
    re.IGNORECASE,
)
_DIGIT = re.compile(r"\d")


def read_places(outline: Outline, region: Region, infos: InfoReader, zone: tzinfo, at: datetime) -> Iterator[FoundDate]:
    """Read the bylines above and below the headline, at the ends of the text, and below it."""
    yield from _read_below(outline, region, infos)
    yield from _read_above(outline, region, infos, zone, at)
    yield from _read_edges(outline, region, infos)
    yield from _read_after(outline, region, infos)
    yield from _read_sentences(outline, region, infos)


def read_weak_places(outline: Outline, region: Region, infos: InfoReader) -> Iterator[FoundDate]:
    """Read the dates that may as well be others': amid other words, in the headline, within the text, elsewhere."""
    yield from _read_headline(outline, region, infos)
    yield from _read_datelines(outline, region, infos)
    yield from _read_within(outline, region, infos)
    yield from _read_amid(outline, region, infos)
    yield from _read_elsewhere(outline, region, infos)


def _read_below(outline: Outline, region: Region, infos: InfoReader) -> Iterator[FoundDate]:
    """Read what stands between the headline and the text: above the first link to another article, or the only one."""
    below = range(region.headline + 1, min(region.first, region.headline + 1 + 3 * MOST_BELOW))
    seen = [(index, info) for index in below if (info := infos.read(index)) and not outline.lines[index].boilerplate]
    links = (index for index in below if _is_other_title(outline, index, infos))
    first = next(links, region.first)
    for index, info in seen:
        if index < first:
            yield FoundDate(info, "below the headline", 0.98 if info.is_labelled or info.views else 0.95)
        elif len(seen) == 1 and not outline.lines[index].anchors:
            yield FoundDate(info, "below the headline", 0.9)
        elif not _is_beside_title(outline, region, index):
            yield FoundDate(info, "below the headline", LEAST_CONFIDENCE, weak=True)


def _is_other_title(outline: Outline, index: int, infos: InfoReader) -> bool:
    """Say whether a line is the linked title of another article."""
    line = outline.lines[index]
    return line.is_link and len(line.text) > LONGEST_PLAIN_LINK and not infos.read(index)


def _read_above(outline: Outline, region: Region, infos: InfoReader, zone: tzinfo, at: datetime) -> Iterator[FoundDate]:
    """Read what stands right above the headline, but no clock, which says the time of the capture."""
    for index in range(region.headline - 1, max(region.headline - 1 - MOST_ABOVE, -1), -1):
        line, info = outline.lines[index], infos.read(index)
        if not info and (HOME.match(line.text) or _is_other_title(outline, index, infos)):
            return
        if info and any(_is_title(anchor, info) for anchor in line.anchors):
            return  # the date of another article
        if info is None or not (info.is_labelled or not _is_clock(info, zone, at)):
            continue
        is_trail = line.boilerplate or bool(HOME.match(line.text))
        yield FoundDate(info, "above the headline", LEAST_CONFIDENCE if is_trail else 0.9, weak=is_trail)


def _is_title(anchor: Element, info: InfoText) -> bool:
    """Say whether a link beside a date may be the title of another article: not the date, its author or section."""
    text = whole_text(anchor)
    rest = text.replace(info.published.raw, "") if info.published else text
    if len(rest.strip()) < SHORTEST_TITLE or _RELATED & set(attribute_of(anchor, "rel").lower().split()):
        return False
    href = attribute_of(anchor, "href")
    return not (href.startswith("#") or _AROUND.search(href) or text in (find_byline(info.text) or ""))


def _is_clock(info: InfoText, zone: tzinfo, at: datetime) -> bool:
    date = info.published
    return bool(date and date.at and date.at.astimezone(zone).date() >= at.astimezone(zone).date())


def _read_edges(outline: Outline, region: Region, infos: InfoReader) -> Iterator[FoundDate]:
    """Read the bylines among the lines of the text: behind a caption or a summary, at its beginning, at its end."""
    read = 0
    for index in range(region.first, min(region.first + MOST_LEADING, region.last + 1)):
        info = infos.read(index)
        if info and (info.is_labelled or read <= LONGEST_SUMMARY):
            yield FoundDate(info, "at the beginning of the text", 0.8 if info.is_labelled else 0.75)
        read += len(outline.lines[index].text)
    for index in region.chosen[-MOST_CLOSING:]:
        info = infos.read(index)
        if info and index >= region.first + MOST_LEADING:
            yield FoundDate(info, "at the end of the text", 0.7, weak=not info.is_labelled)


def _read_after(outline: Outline, region: Region, infos: InfoReader) -> Iterator[FoundDate]:
    """Read what stands between the end of the text and what follows the article, and in the foot of the article."""
    if region.last == region.headline:
        return
    for index in range(region.last + 1, min(len(outline.lines), region.last + 1 + MOST_BELOW)):
        line, info = outline.lines[index], infos.read(index)
        is_foot = _is_in_foot(outline, region, index)
        if _is_other_title(outline, index, infos):
            return
        if index >= region.end and not is_foot:
            continue
        if info and (is_foot or not line.boilerplate):
            if info.is_labelled or info.views:
                yield FoundDate(info, BELOW_TEXT, 0.85)
            elif is_foot or index <= region.last + RIGHT_BELOW:
                yield FoundDate(info, BELOW_TEXT, 0.65)
            else:
                yield FoundDate(info, BELOW_TEXT, LEAST_CONFIDENCE if info.is_updated else DOUBTFUL, weak=True)


def _is_in_foot(outline: Outline, region: Region, index: int) -> bool:
    """Say whether a line stands in the foot of the article itself: in an element that has headline and text in it."""
    for span in outline.around(index):
        if span.element.name == "footer":
            parent = span.element.parent
            holder = outline.span_of(parent) if parent is not None else None
            return holder is not None and holder.element.name != "body" and holder.start <= region.headline
    return False


def _read_sentences(outline: Outline, region: Region, infos: InfoReader) -> Iterator[FoundDate]:
    """Read the sentence in which the article speaks of itself, at the end of its text or below it."""
    for index in (*region.chosen[-MOST_CLOSING:], *range(region.last + 1, min(len(outline.lines), region.last + FAR))):
        if info := infos.read_sentence(index):
            yield FoundDate(info, BELOW_TEXT, 0.7)
            return


def _read_datelines(outline: Outline, region: Region, infos: InfoReader) -> Iterator[FoundDate]:
    """Read the date that the first paragraphs begin with, else the one of the next few."""
    first = _list_datelines(outline, infos, range(region.headline + 1, region.first + MOST_CLOSING))
    found = first or _list_datelines(outline, infos, range(region.first + MOST_CLOSING, region.first + MOST_LEADING))
    yield from (FoundDate(info, "at the beginning of the text", 0.65, weak=True) for info in found)


def _list_datelines(outline: Outline, infos: InfoReader, indexes: range) -> list[InfoText]:
    found = []
    for index in range(indexes.start, min(indexes.stop, len(outline.lines))):
        line = outline.lines[index]
        if not (line.boilerplate or line.is_link or infos.read(index)) and (info := infos.read_dateline(index)):
            found.append(info)
    return found


def _read_headline(outline: Outline, region: Region, infos: InfoReader) -> Iterator[FoundDate]:
    """Read a date that stands in an element of its own within the headline, or in brackets at its end."""
    line = outline.lines[region.headline]
    info = infos.read_weakly(region.headline)
    if info is None or info.published is None:
        return
    raw = info.published.raw
    own = any(raw in whole_text(element) and len(whole_text(element)) <= len(raw) + 4 for element in line.inlines)
    if own or line.text.startswith(raw) or line.text.rstrip(")]） ").endswith(raw):
        yield FoundDate(info, "in the headline", 0.75 if own else LEAST_CONFIDENCE, weak=not own)


def _read_within(outline: Outline, region: Region, infos: InfoReader) -> Iterator[FoundDate]:
    """Read the dates that have a line of their own within the text."""
    behind = 0
    for index in reversed(region.chosen):
        line = outline.lines[index]
        info = infos.read(index) if len(line.text) <= LONGEST_ALONE and _DIGIT.search(line.text) else None
        if info and index > region.first and _is_alone(info):
            is_sure = behind <= LONGEST_BEHIND or info.is_updated or bool(line.times)
            yield FoundDate(info, "within the text", LEAST_CONFIDENCE if is_sure else DOUBTFUL, weak=True)
        behind += len(line.text)


def _is_alone(info: InfoText) -> bool:
    """Say whether a line is hardly more than its date, or the label of a change with it."""
    date = info.published
    return date is not None and (info.is_updated or len(date.raw) >= SHARE_ALONE * len(info.text))


def _read_amid(outline: Outline, region: Region, infos: InfoReader) -> Iterator[FoundDate]:
    """Read the dates amid other words around the headline and right below the text."""
    first = min(region.first + 2, region.headline + MOST_BELOW, len(outline.lines))
    places = (
        (range(max(region.headline - MOST_ABOVE, 0), region.headline), "above the headline"),
        (range(region.headline + 1, first), "below the headline"),
        (range(region.last + 1, min(region.end, region.last + MOST_ABOVE)), BELOW_TEXT),
    )
    for place, how in places:
        for index in place:
            if outline.lines[index].boilerplate or infos.read(index):
                continue
            if info := infos.read_weakly(index):
                yield FoundDate(info, f"amid a line {how}", 0.65, weak=True)


def _read_elsewhere(outline: Outline, region: Region, infos: InfoReader) -> Iterator[FoundDate]:
    """Read the labelled dates of publication that stand apart from other articles, wherever on the page."""
    for index, line in enumerate(outline.lines[:MOST_ELSEWHERE]):
        if line.boilerplate or line.is_link or len(line.text) > LONGEST_INFO or not _DIGIT.search(line.text):
            continue
        before = outline.lines[index - 1].text if index else ""
        if not (PUBLISHED_LABEL.search(line.text) or (len(before) <= LONGEST_LABEL and PUBLISHED_LABEL.match(before))):
            continue
        info = infos.read(index)
        is_said = info and PUBLISHED_LABEL.search(info.text)
        if info and is_said and info.published and not info.is_updated and not _is_beside_title(outline, region, index):
            yield FoundDate(info, "elsewhere on the page", LEAST_CONFIDENCE, weak=True)


def _is_beside_title(outline: Outline, region: Region, index: int) -> bool:
    """Say whether a line stands near the linked title of another article."""
    near = range(max(index - NEAR, 0), min(index + NEAR + 1, len(outline.lines)))
    anchors = (anchor for other in near if other != region.headline for anchor in outline.lines[other].anchors)
    return any(len(whole_text(anchor)) > LONGEST_PLAIN_LINK for anchor in anchors)
