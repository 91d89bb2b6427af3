"""Reading date, view count and author of an article from the info lines around it, each with how sure that is."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo

from archiver.model import Count, Origin, Problem, PublishedDate
from archiver.parsing.generic.info import LONGEST_INFO, InfoReader, InfoText
from archiver.parsing.generic.outline import Outline
from archiver.parsing.generic.region import Region
from archiver.parsing.generic.words import AUTHOR, HOME

# What is less sure than this is not read: the field stays empty, and a finding says what was seen.
LEAST_CONFIDENCE = 0.6
CONTRADICTED = 0.5
MOST_ABOVE = 4
MOST_BELOW = 12
# A link of so many letters is the headline of another article.
LONGEST_PLAIN_LINK = 30


@dataclass(frozen=True, slots=True)
class Fields:
    """What the info lines say, how it was found, and what was seen but is too doubtful to be read."""

    published: PublishedDate | None
    views: Count | None
    origins: tuple[Origin, ...]
    problems: tuple[Problem, ...]
    author: str | None = None


@dataclass(frozen=True, slots=True)
class _Seen:
    """An info line and the place it stands at: how sure that place is."""

    info: InfoText
    how: str
    confidence: float


def read_fields(outline: Outline, region: Region, infos: InfoReader, zone: tzinfo, at: datetime) -> Fields:
    """Read the info lines above and below the headline, and those around the body."""
    seen = [*_read_below(outline, region, infos), *_read_above(outline, region, infos, zone, at)]
    seen += [*_read_edges(region, infos), *_read_after(outline, region, infos)]
    date = _choose_date(seen)
    count = _choose_count(seen, date)
    origins, problems = [], []
    for name, found in (("published", date), ("views", count)):
        if found and found.confidence >= LEAST_CONFIDENCE:
            origins.append(Origin(name, found.how, found.confidence))
        elif found:
            problems.append(Problem(f"uncertain_{name}", f"{found.how}: {found.info.text[:200]}"))
    kept = {origin.field for origin in origins}
    return Fields(
        date.info.published if date and "published" in kept else None,
        count.info.views if count and "views" in kept else None,
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


def _read_below(outline: Outline, region: Region, infos: InfoReader) -> Iterator[_Seen]:
    """Read what stands between the headline and the text."""
    for index in range(region.headline + 1, min(region.first, region.headline + 1 + 3 * MOST_BELOW)):
        line, info = outline.lines[index], infos.read(index)
        if not info and line.is_link and len(line.text) > LONGEST_PLAIN_LINK:
            return
        if info and not line.furniture:
            yield _Seen(info, "below the headline", 0.98 if info.is_labelled or info.views else 0.95)


def _read_above(outline: Outline, region: Region, infos: InfoReader, zone: tzinfo, at: datetime) -> Iterator[_Seen]:
    """Read what stands right above the headline, but no clock, which says the time of the capture."""
    for index in range(region.headline - 1, max(region.headline - 1 - MOST_ABOVE, -1), -1):
        line, info = outline.lines[index], infos.read(index)
        if HOME.match(line.text) or (not info and line.is_link and len(line.text) > LONGEST_PLAIN_LINK):
            return
        if info is None or line.furniture:
            continue
        date = info.published
        is_clock = date and date.at and date.at.astimezone(zone).date() >= at.astimezone(zone).date()
        if info.is_labelled or not is_clock:
            yield _Seen(info, "above the headline", 0.9)


def _read_edges(region: Region, infos: InfoReader) -> Iterator[_Seen]:
    """Read the info lines among the lines of the text: at its beginning, and at its end."""
    for index in (*region.lead, *region.chosen[:3]):
        info = infos.read(index)
        if info and info.is_labelled:
            yield _Seen(info, "at the beginning of the text", 0.8)


def _read_after(outline: Outline, region: Region, infos: InfoReader) -> Iterator[_Seen]:
    """Read what stands between the end of the text and what follows the article."""
    if region.last == region.headline:
        return
    for index in range(region.last + 1, min(region.end, region.last + 1 + MOST_BELOW)):
        line, info = outline.lines[index], infos.read(index)
        if not info and line.is_link and len(line.text) > LONGEST_PLAIN_LINK:
            return
        if info and not line.furniture:
            yield _Seen(info, "below the text", 0.85 if info.is_labelled or info.views else 0.65)


def _choose_date(seen: list[_Seen]) -> _Seen | None:
    """Choose the date: of publication before the last change; of two forms of one day the one with a time."""
    dated = [one for one in seen if one.info.published]
    if not dated:
        return None
    best = max(dated, key=lambda one: (_is_readable(one), not one.info.is_updated, one.confidence))
    if any(_contradicts(one, best) for one in dated):
        return replace(best, how=f"one of several dates {best.how}", confidence=CONTRADICTED)
    return next((one for one in dated if _is_finer(one, best)), best)


def _contradicts(one: _Seen, best: _Seen) -> bool:
    """Say whether another line at the same place prints another day, and no label says which of them counts."""
    if one.how != best.how or best.info.is_labelled or one.info.is_updated:
        return False
    mine, other = one.info.published, best.info.published
    return bool(mine and other and mine.at and other.at and abs(mine.at - other.at) >= timedelta(days=2))


def _is_finer(one: _Seen, other: _Seen) -> bool:
    """Say whether a line prints the time of the day that another prints without."""
    finer, coarser = one.info.published, other.info.published
    if one.info.is_updated or not (finer and finer.at and coarser and coarser.at):
        return False
    is_near = abs(finer.at - coarser.at) < timedelta(days=2)
    return finer.precision == "minute" and coarser.precision == "day" and is_near


def _is_readable(one: _Seen) -> bool:
    return bool(one.info.published and one.info.published.at)


def _choose_count(seen: list[_Seen], date: _Seen | None) -> _Seen | None:
    """Choose the count; that of a line with another date was pasted from elsewhere."""
    counted = [one for one in seen if one.info.views and not _is_of_other(one, date)]
    readable = [one for one in counted if one.info.views and one.info.views.value is not None]
    return max(readable or counted, key=lambda one: one.confidence, default=None)


def _is_of_other(one: _Seen, date: _Seen | None) -> bool:
    mine, own = one.info.published, date.info.published if date else None
    return bool(mine and own and mine.at and own.at and abs((mine.at - own.at).days) > 1)
