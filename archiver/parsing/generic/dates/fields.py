"""Reading date, view count and author of an article from the bylines around it, each with how sure that is."""

from dataclasses import dataclass
from datetime import datetime, tzinfo

from archiver.model import Count, Origin, Problem, PublishedDate
from archiver.parsing.generic.dates.info import LONGEST_INFO, InfoReader
from archiver.parsing.generic.dates.info_places import MOST_BELOW, read_places, read_weak_places
from archiver.parsing.generic.dates.own_rows import read_own_rows
from archiver.parsing.generic.dates.publication import LEAST_CONFIDENCE, FoundDate, Publication, choose_publication
from archiver.parsing.generic.machine.dates import ToldDate
from archiver.parsing.generic.outline import Outline
from archiver.parsing.generic.text.region import Region
from archiver.parsing.generic.words import AUTHOR


@dataclass(frozen=True, slots=True)
class Fields:
    """What the bylines say, how it was found, and what was seen but is too doubtful to be read."""

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
    """Read the bylines above and below the headline, and those around the body.

    ``told`` are the dates that the page tells to machines, ``zone`` and ``at`` those of ``read_date``.
    """
    seen = list(read_places(outline, region, infos, zone, at))
    weak = (*read_weak_places(outline, region, infos), *read_own_rows(outline, region, infos, zone, at))
    date = choose_publication([*seen, *weak], told, zone, at)
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
    found = (AUTHOR.search(line.text) for line in lines if not line.boilerplate and len(line.text) <= LONGEST_INFO)
    return next((match["name"].strip() for match in found if match), None)


def _choose_count(seen: list[FoundDate], date: Publication) -> FoundDate | None:
    """Choose the count; that of a line with another date was pasted from elsewhere."""
    counted = [one for one in seen if one.info.views and not _is_of_other(one, date)]
    readable = [one for one in counted if one.info.views and one.info.views.value is not None]
    return max(readable or counted, key=lambda one: one.confidence, default=None)


def _is_of_other(one: FoundDate, date: Publication) -> bool:
    mine, own = one.info.published, date.line.published if date.line else None
    return bool(mine and own and mine.at and own.at and abs((mine.at - own.at).days) > 1)
