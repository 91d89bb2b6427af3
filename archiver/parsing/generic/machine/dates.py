"""The dates that a page tells to machines: meta elements, JSON-LD, microdata, ``time`` elements, its address.

They are no print: they confirm what is printed, or stand in for it where nothing is.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo
from email.utils import parsedate_to_datetime
from itertools import islice
from typing import Literal

from archiver.html.elements import Element, attribute_of, classes_of, elements_below, select, text_of
from archiver.model import PublishedDate
from archiver.parsing.fields.date_words import MONTHS
from archiver.parsing.fields.dates import FIRST_YEAR, LONGEST_LEAD
from archiver.parsing.fields.embedded_date import read_embedded_date
from archiver.parsing.fields.labels import PUBLISHED_LABEL, UPDATED_LABEL
from archiver.parsing.generic.dates.info import InfoReader, is_of_change
from archiver.parsing.generic.outline import Outline
from archiver.parsing.generic.text.region import Region
from archiver.text.cleaning import clean_text

Meaning = Literal["published", "created", "updated"]

LONGEST_SCRIPT = 200_000
LONGEST_DATE = 80
LONGEST_CONTEXT = 200
MOST_SCRIPTS = 20
MOST_DATES = 40
MOST_DATA = 80
LONGEST_NAME = 60
MOST_LEVELS = 12
LINES_ABOVE = 4
LINES_BELOW = 12
_SOURCES = ("json-ld", "meta", "microdata", "time")
_MEANINGS: tuple[Meaning, ...] = ("published", "created", "updated")
_NOT_LETTERS = re.compile(r"[^a-z]+")
_PUBLISHED = re.compile(r"publish|publi[ck]ation|pub(?:date|time)|issued|(?:release|online|article|sailthru)date")
_CREATED = re.compile(r"created|creation|^(?:dc|dcterms|article)?date(?:time)?$|^pdate$")
_UPDATED = re.compile(r"modif|updat|revis|moddate|lastpub|edited|changed")
_NO_DATE = re.compile(r"publisher|expir|unpub|status|until|start|end(?:time|date)|event")
# What an article says of itself in JSON, also in one that is broken off or ill-formed, as many are.
_SAID = re.compile(r'"(datePublished|dateCreated|dateModified)"\s*:\s*"([^"\\<>]{4,60})"')
# A day in the data of any script, and the name before it; both may stand in a text of their own there.
_DATA = re.compile(r"[\"'](\d{4}[-/]\d{1,2}[-/]\d{1,2}(?!\d)[T ]?[\d:.Z+-]{0,30})")
_NAME = re.compile(r"([A-Za-z_][\w.:-]{3,40})\\?[\"']?\s?[:=,]\s?\\?$")
_IN_ADDRESS = re.compile(r"(?<!\d)(?P<year>(?:19|20)\d\d)([/-])(?P<month>\d{1,2})\2(?P<day>\d{1,2})(?!\d)")
_NAMED_IN_ADDRESS = re.compile(
    r"/(?P<year>(?:19|20)\d\d)/(?P<month>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}/(?P<day>\d{1,2})(?!\d)",
    re.IGNORECASE,
)
_COMPACT = re.compile(r"(?<!\d)(?P<year>(?:19|20)\d\d)(?P<month>[01]\d)(?P<day>[0-3]\d)(?!\d)")
_EPOCH = re.compile(r"1\d{9}(?:\d{3})?")
_ISO_DAY = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?!\d)")
_MIDNIGHT = re.compile(r"[T ]0?0:00(?::00(?:\.0+)?)?(?:Z|[+-]\d|\s|$)")
_HAS_TIME = re.compile(r"\d:\d\d|T\d{4}")
_APART = frozenset(("article", "li", "aside", "nav", "footer"))
_TOLD_BY = ("content", "datetime")


@dataclass(frozen=True, slots=True)
class ToldDate:
    """A date that a page tells to machines: by what, as what, as it is written, and the day it is in its own zone."""

    source: str
    meaning: Meaning
    published: PublishedDate
    day: date


def read_told(
    page: Element, outline: Outline, region: Region, infos: InfoReader, url: str, zone: tzinfo, at: datetime
) -> tuple[ToldDate, ...]:
    """Read the dates that a page tells of the article in a region, the best source first.

    Dates of publication go before those of a file, and these before those of a change; what lies ahead of ``at``, the
    time of the capture, is none.
    """
    elements = _read_elements(page, outline.lines[region.headline].block)
    named = ((source, name_meaning(name), text) for source, name, text in elements)
    meant = ((source, meaning, text) for source, meaning, text in named if meaning)
    said = (*islice(meant, MOST_DATES), *_read_times(outline, region, infos))
    told = [one for source, meaning, text in said if (one := tell_date(source, meaning, text, zone, at))]
    told.sort(key=lambda one: (_MEANINGS.index(one.meaning), _SOURCES.index(one.source)))
    told += _read_address(url, zone, at)
    return (*told, *(() if any(one.meaning == "published" for one in told) else _read_data(page, zone, at)))


def _read_elements(page: Element, headline: Element) -> Iterator[tuple[str, str, str]]:
    """Yield source, name and text of whatever looks like a date that is told to machines."""
    around = {id(headline), *(id(parent) for parent in headline.parents)}
    scripts = 0
    for element in elements_below(page):
        attributes = element.attrs
        if not attributes:
            continue
        if element.name == "script":
            if scripts < MOST_SCRIPTS and _is_linked_data(element):
                scripts += 1
                yield from _read_script(element)
        elif "itemprop" in attributes:
            yield from _read_item(element, attribute_of(element, "itemprop"), around)
        elif element.name == "meta" and attributes.get("content"):
            name = attribute_of(element, "property") or attribute_of(element, "name")
            yield "meta", name, attribute_of(element, "content")
        elif "property" in attributes and "content" in attributes:  # RDFa
            yield from _read_item(element, attribute_of(element, "property"), around)
        elif element.name == "abbr" and "title" in attributes:  # microformats
            yield from _read_item(element, " ".join(classes_of(element)), around)


def _is_linked_data(script: Element) -> bool:
    """Say whether a script holds JSON-LD, also where its type does not say so."""
    kind = attribute_of(script, "type")
    if kind:
        return "ld+json" in kind
    text = str(script.string or "")[:LONGEST_CONTEXT].lstrip()
    return text.startswith(("{", "[")) and "schema.org" in text


def _read_item(element: Element, name: str, around: set[int]) -> Iterator[tuple[str, str, str]]:
    """Yield what an element of microdata or RDFa says, if that is said of the article."""
    if name_meaning(name) and _is_beside(element, around):
        told = (attribute_of(element, attribute) for attribute in _TOLD_BY)
        yield "microdata", name, next(filter(None, told), None) or _read_title(element) or text_of(element)


def _read_title(element: Element) -> str:
    """Return the exact time that microformats have as the title of an element; empty for words."""
    title = attribute_of(element, "title")
    return title if _ISO_DAY.match(title) else ""


def _read_times(outline: Outline, region: Region, infos: InfoReader) -> Iterator[tuple[str, Meaning, str]]:
    """Yield what the ``time`` elements around the headline say to machines, and those with a label below the text."""
    first = min(region.first + 1, region.headline + LINES_BELOW, len(outline.lines))
    above = range(max(region.headline - LINES_ABOVE, 0), first)
    for index in (*above, *range(region.last + 1, min(region.end, region.last + LINES_BELOW))):
        line = outline.lines[index]
        is_own = index <= region.first or PUBLISHED_LABEL.search(line.text)
        for element in () if line.boilerplate or line.is_link or not is_own or infos.is_of_other(index) else line.times:
            is_updated = UPDATED_LABEL.search(line.text) and not PUBLISHED_LABEL.search(line.text)
            is_updated = is_updated or is_of_change(element, line.times)
            yield "time", "updated" if is_updated else "published", attribute_of(element, "datetime")


def _read_script(script: Element) -> Iterator[tuple[str, str, str]]:
    """Yield the first date of each kind; what comes later is said of comments and other articles."""
    seen: set[str] = set()
    for name, text in _SAID.findall(str(script.string or "")[:LONGEST_SCRIPT]):
        if name not in seen:
            seen.add(name)
            yield "json-ld", name, text


def _read_data(page: Element, zone: tzinfo, at: datetime) -> Iterator[ToldDate]:
    """Read the day of publication that the data of scripts name; several of them are days of other articles too."""
    scripts = (str(script.string or "")[:LONGEST_SCRIPT] for script in select(page, "script")[:MOST_DATA])
    dates = islice((text for script in scripts for text in _find_data(script)), MOST_DATES)
    told = [one for text in dates if (one := tell_date("script", "published", text, zone, at))]
    if len({one.day for one in told}) == 1:
        yield told[0]


def _find_data(script: str) -> Iterator[str]:
    """Yield the texts in the data of a script that are named as the date of publication."""
    for found in _DATA.finditer(script):
        before = script[max(found.start() - LONGEST_NAME, 0) : found.start()]
        if (name := _NAME.search(before)) and name_meaning(name[1]) == "published":
            yield found[1]


def _is_beside(element: Element, around: set[int]) -> bool:
    """Say whether an element tells of the article: the thing it is a part of has the headline in it too."""
    for parent, _ in zip(element.parents, range(MOST_LEVELS), strict=False):
        if id(parent) in around:
            return True
        if parent.has_attr("itemscope") or parent.name in _APART:
            return False
    return False


def name_meaning(name: str) -> Meaning | None:
    """Say what a name means that a date is told by; None for one that means no date of an article."""
    letters = _NOT_LETTERS.sub("", name.lower())
    if _NO_DATE.search(letters):
        return None
    if _UPDATED.search(letters):
        return "updated"
    if _PUBLISHED.search(letters):
        return "published"
    return "created" if _CREATED.search(letters) else None


def tell_date(source: str, meaning: Meaning, text: str, zone: tzinfo, at: datetime) -> ToldDate | None:
    """Read a date that a program wrote; None where it cannot be read or cannot be."""
    text = clean_text(text)[:LONGEST_DATE]
    try:
        moment = _parse(text, zone, at)
        if moment is None or not moment.year >= FIRST_YEAR or moment > at + LONGEST_LEAD:
            return None
        day = moment.date()
        if (not _HAS_TIME.search(text) and not _EPOCH.fullmatch(text)) or _MIDNIGHT.search(text):
            midnight = datetime.combine(day, time.min, zone).astimezone(UTC)
            return ToldDate(source, meaning, PublishedDate(text, midnight, "day"), day)
        exact = moment.astimezone(UTC).replace(second=0, microsecond=0)
        return ToldDate(source, meaning, PublishedDate(text, exact, "minute"), day)
    except (ValueError, OverflowError):
        return None


def _parse(text: str, zone: tzinfo, at: datetime) -> datetime | None:
    """Read a moment as programs write it: ISO 8601, RFC 822, seconds since 1970, else as it would be printed."""
    if _EPOCH.fullmatch(text):
        return datetime.fromtimestamp(int(text[:10]), zone)
    try:
        moment = datetime.fromisoformat(text)
        return moment if moment.tzinfo else moment.replace(tzinfo=zone)
    except ValueError:
        pass
    with suppress(ValueError, TypeError):
        moment = parsedate_to_datetime(text)
        if moment.tzinfo and moment.year >= FIRST_YEAR:  # "Sep 15 2020" is no form of mail, and read as the year 15
            return moment
    if day := _ISO_DAY.match(text):
        clock = re.match(r"[T ](\d{1,2}):(\d\d)", text[day.end() :])
        hour, minute = (int(clock[1]), int(clock[2])) if clock else (0, 0)
        return datetime(int(day[1]), int(day[2]), int(day[3]), hour, minute, tzinfo=zone)
    printed = read_embedded_date(text, zone, at, "unknown")
    return printed.at.astimezone(zone) if printed and printed.at else None


def _read_address(url: str, zone: tzinfo, at: datetime) -> Iterator[ToldDate]:
    """Read the day in an address: /2021/05/12/; eight digits in one (20210512) may be a number like any other."""
    for source, form in (("address", _IN_ADDRESS), ("address", _NAMED_IN_ADDRESS), ("digits", _COMPACT)):
        if match := form.search(url):
            month = str(MONTHS.get(match["month"].lower(), match["month"]))
            day = "-".join(part.zfill(2) for part in (match["year"], month, match["day"]))
            if told := tell_date(source, "published", day, zone, at):
                yield told
                return
