"""Reading date, view count and author of an article from the info lines around it, each with how sure that is."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo

from archiver.model import Count, Origin, Problem, PublishedDate
from archiver.parsing.generic.density import Region
from archiver.parsing.generic.info import LONGEST_INFO, LONGEST_PLAIN_LINK, InfoReader, InfoText
from archiver.parsing.generic.outline import Outline, whole_text
from archiver.parsing.generic.publication import BELOW_TEXT, LEAST_CONFIDENCE, Publication, Seen, choose_publication
from archiver.parsing.generic.told import Meaning, ToldDate, read_told, tell_date
from archiver.parsing.generic.words import AUTHOR, HOME
from archiver.parsing.labels import PUBLISHED_LABEL, UPDATED_LABEL
from archiver.platforms.elements import Element, attribute_of

MOST_ABOVE = 4
MOST_BELOW = 12
# A caption or a summary of so many letters may stand between headline and date, in so many lines.
LONGEST_SUMMARY = 700
MOST_LEADING = 5
MOST_CLOSING = 2
MOST_ELSEWHERE = 1500
NEAR = 2
# A date that is nearly all of its line, amid the text.
LONGEST_ALONE = 60
SHARE_ALONE = 0.8


@dataclass(frozen=True, slots=True)
class Fields:
    """What the info lines say, how it was found, and what was seen but is too doubtful to be read."""

    published: PublishedDate | None
    views: Count | None
    origins: tuple[Origin, ...]
    problems: tuple[Problem, ...]
    author: str | None = None


def read_fields(
    outline: Outline,
    region: Region,
    infos: InfoReader,
    zone: tzinfo,
    at: datetime,
    told: tuple[ToldDate, ...] = (),
) -> Fields:
    """Read the info lines above and below the headline, and those around the body.

    ``told`` are the dates that the page tells to machines, ``zone`` and ``at`` those of ``read_date``.
    """
    seen = [*_read_below(outline, region, infos), *_read_above(outline, region, infos, zone, at)]
    seen += [*_read_edges(outline, region, infos), *_read_after(outline, region, infos)]
    date = choose_publication(
        [*seen, *_read_weak(outline, region, infos), *_read_elsewhere(outline, region, infos)], told, zone, at
    )
    count = _choose_count(seen, date)
    origins, problems = [], [*date.problems]
    if date.published:
        origins.append(Origin("published", date.how, round(date.confidence, 2)))
    if count and count.confidence >= LEAST_CONFIDENCE:
        origins.append(Origin("views", count.how, count.confidence))
    elif count:
        problems.append(Problem("uncertain_views", f"{count.how}: {count.info.text[:200]}"))
        count = None
    return Fields(
        date.published,
        count.info.views if count else None,
        tuple(origins),
        tuple(problems),
        _find_author(outline, region),
    )


def _find_author(outline: Outline, region: Region) -> str | None:
    """Find the author that a line around the text, or its last one, names: ``Tác giả: …``."""
    around = (
        *range(region.headline + 1, region.first),
        *range(max(region.last, region.headline + 1), min(region.end, region.last + MOST_BELOW)),
    )
    lines = (outline.lines[index] for index in around)
    found = (AUTHOR.search(line.text) for line in lines if not line.furniture and len(line.text) <= LONGEST_INFO)
    return next((match["name"].strip() for match in found if match), None)


def _read_below(outline: Outline, region: Region, infos: InfoReader) -> Iterator[Seen]:
    """Read what stands between the headline and the text."""
    for index in range(region.headline + 1, min(region.first, region.headline + 1 + 3 * MOST_BELOW)):
        line, info = outline.lines[index], infos.read(index)
        if not info and line.is_link and len(line.text) > LONGEST_PLAIN_LINK:
            return
        if info and not line.furniture:
            yield Seen(info, "below the headline", 0.98 if info.is_labelled or info.views else 0.95)


def _read_above(outline: Outline, region: Region, infos: InfoReader, zone: tzinfo, at: datetime) -> Iterator[Seen]:
    """Read what stands right above the headline, but no clock, which says the time of the capture."""
    for index in range(region.headline - 1, max(region.headline - 1 - MOST_ABOVE, -1), -1):
        line, info = outline.lines[index], infos.read(index)
        if not info and (HOME.match(line.text) or (line.is_link and len(line.text) > LONGEST_PLAIN_LINK)):
            return
        if info is None or not (info.is_labelled or not _is_clock(info, zone, at)):
            continue
        is_trail = line.furniture or bool(HOME.match(line.text))
        yield Seen(info, "above the headline", LEAST_CONFIDENCE if is_trail else 0.9, weak=is_trail)


def _is_clock(info: InfoText, zone: tzinfo, at: datetime) -> bool:
    date = info.published
    return bool(date and date.at and date.at.astimezone(zone).date() >= at.astimezone(zone).date())


def _read_edges(outline: Outline, region: Region, infos: InfoReader) -> Iterator[Seen]:
    """Read the info lines among the lines of the text: behind a caption or a summary, at its beginning, at its end."""
    read = 0
    for index in range(region.first, min(region.first + MOST_LEADING, region.last + 1)):
        info = infos.read(index)
        if info and (info.is_labelled or read <= LONGEST_SUMMARY):
            yield Seen(info, "at the beginning of the text", 0.8 if info.is_labelled else 0.75)
        read += len(outline.lines[index].text)
    for index in region.chosen[-MOST_CLOSING:]:
        info = infos.read(index)
        if info and index >= region.first + MOST_LEADING:
            yield Seen(info, "at the end of the text", 0.7, weak=not info.is_labelled)


def _read_after(outline: Outline, region: Region, infos: InfoReader) -> Iterator[Seen]:
    """Read what stands between the end of the text and what follows the article, and in the foot of the article."""
    if region.last == region.headline:
        return
    for index in range(region.last + 1, min(len(outline.lines), region.last + 1 + MOST_BELOW)):
        line, info = outline.lines[index], infos.read(index)
        is_foot = region.scope.start <= index < region.scope.end and _is_in_foot(outline, region, index)
        if index >= region.end and not is_foot:
            return
        if not info and line.is_link and len(line.text) > LONGEST_PLAIN_LINK:
            return
        if info and (is_foot or not line.furniture):
            yield Seen(info, BELOW_TEXT, 0.85 if info.is_labelled or info.views else 0.65)


def _is_in_foot(outline: Outline, region: Region, index: int) -> bool:
    """Say whether a line stands in the foot of the article itself: in an element that has headline and text in it."""
    for span in outline.around(index):
        if span.element.name == "footer":
            parent = span.element.parent
            holder = outline.span_of(parent) if parent is not None else None
            return holder is not None and holder.element.name != "body" and holder.start <= region.headline
    return False


def _read_headline(outline: Outline, region: Region, infos: InfoReader) -> Iterator[Seen]:
    """Read a date that stands in an element of its own within the headline, or in brackets at its end."""
    line = outline.lines[region.headline]
    info = infos.read_weakly(region.headline)
    if info is None or info.published is None:
        return
    raw = info.published.raw
    own = any(raw in whole_text(element) and len(whole_text(element)) <= len(raw) + 4 for element in line.inlines)
    if own or line.text.startswith(raw) or line.text.rstrip(")]） ").endswith(raw):
        yield Seen(info, "in the headline", 0.75 if own else LEAST_CONFIDENCE, weak=not own)


def _read_weak(outline: Outline, region: Region, infos: InfoReader) -> Iterator[Seen]:
    """Read the dates amid other words around the headline and right below the text."""
    yield from _read_headline(outline, region, infos)
    first = min(region.first + 2, region.headline + MOST_BELOW, len(outline.lines))
    places = (
        (range(max(region.headline - MOST_ABOVE, 0), region.headline), "above the headline"),
        (range(region.headline + 1, first), "below the headline"),
        (range(region.last + 1, min(region.end, region.last + MOST_ABOVE)), BELOW_TEXT),
    )
    for index in region.chosen[1:-1]:
        info = infos.read(index) if len(outline.lines[index].text) <= LONGEST_ALONE else None
        if info and info.published and len(info.published.raw) >= SHARE_ALONE * len(info.text):
            yield Seen(info, "within the text", LEAST_CONFIDENCE, weak=True)
    for place, how in places:
        for index in place:
            if outline.lines[index].furniture or infos.read(index):
                continue
            if info := infos.read_weakly(index):
                yield Seen(info, f"amid a line {how}", 0.65, weak=True)


def _read_elsewhere(outline: Outline, region: Region, infos: InfoReader) -> Iterator[Seen]:
    """Read the labelled dates of publication that stand apart from other articles, wherever on the page."""
    for index, line in enumerate(outline.lines[:MOST_ELSEWHERE]):
        if line.furniture or line.is_link or len(line.text) > LONGEST_INFO or not PUBLISHED_LABEL.search(line.text):
            continue
        info = infos.read(index)
        if info and info.published and not info.is_updated and not _is_beside_title(outline, region, index):
            yield Seen(info, "elsewhere on the page", LEAST_CONFIDENCE, weak=True)


def _is_beside_title(outline: Outline, region: Region, index: int) -> bool:
    """Say whether a line stands near the linked title of another article."""
    near = range(max(index - NEAR, 0), min(index + NEAR + 1, len(outline.lines)))
    anchors = (anchor for other in near if other != region.headline for anchor in outline.lines[other].anchors)
    return any(len(whole_text(anchor)) > LONGEST_PLAIN_LINK for anchor in anchors)


def read_all_told(
    page: Element, outline: Outline, region: Region, url: str, zone: tzinfo, at: datetime
) -> tuple[ToldDate, ...]:
    """Read the dates that a page tells to machines, those of the ``time`` elements around its text too."""
    told = read_told(page, outline.lines[region.headline].block, url, zone, at)
    address = tuple(one for one in told if one.source == "address")
    times = tuple(_read_times(outline, region, zone, at))
    return (*(one for one in told if one.source != "address"), *times, *address)


def _read_times(outline: Outline, region: Region, zone: tzinfo, at: datetime) -> Iterator[ToldDate]:
    """Read the ``time`` elements around the text, those with a machine's form of their date."""
    above = range(
        max(region.headline - MOST_ABOVE, 0), min(region.first + 1, region.headline + MOST_BELOW, len(outline.lines))
    )
    for index in (*above, *range(region.last + 1, min(region.end, region.last + MOST_BELOW))):
        line = outline.lines[index]
        for element in () if line.furniture or line.is_link else line.times:
            is_updated = UPDATED_LABEL.search(line.text) and not PUBLISHED_LABEL.search(line.text)
            meaning: Meaning = "updated" if is_updated else "published"
            if told := tell_date("time", meaning, attribute_of(element, "datetime"), zone, at):
                yield told


def _choose_count(seen: list[Seen], date: Publication) -> Seen | None:
    """Choose the count; that of a line with another date was pasted from elsewhere."""
    counted = [one for one in seen if one.info.views and not _is_of_other(one, date)]
    readable = [one for one in counted if one.info.views and one.info.views.value is not None]
    return max(readable or counted, key=lambda one: one.confidence, default=None)


def _is_of_other(one: Seen, date: Publication) -> bool:
    mine, own = one.info.published, date.line.published if date.line else None
    return bool(mine and own and mine.at and own.at and abs((mine.at - own.at).days) > 1)
