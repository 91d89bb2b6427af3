"""The front page: what changed, day by day, across all sites or as a filter says; and how the sites are."""

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from itertools import groupby, islice

from archiver.archive.queries.browsing import first_views
from archiver.archive.queries.changes import ChangeFilter, list_changes
from archiver.archive.queries.passages import Passage, load_passage
from archiver.archive.queries.queries import zones_of_sites
from archiver.archive.queries.rows import ChangeRow
from archiver.web.pages.change_filter import CHOICES, USUAL, AskedChanges, name_choice, read_changes, write_position
from archiver.web.pages.site_cards import SiteCard, load_cards
from archiver.web.rendering import Frame, render

PAGE = 25
MOST_NEW = 6
CHANGED = ChangeFilter(kinds=USUAL)
NEW = ChangeFilter(kinds=("new",))


@dataclass(frozen=True, slots=True)
class Change:
    """Something that happened to an article; for an edit, its weightiest passage; and what its views gained."""

    row: ChangeRow
    passage: Passage | None
    gained: int | None


@dataclass(frozen=True, slots=True)
class Day:
    """The changes of a day."""

    day: date
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class HomePage:
    """What the front page shows.

    ``asked`` is None in a copy, where nobody answers; ``next`` is where the older changes begin, ``is_first`` False
    where the page shows older ones itself. ``has_changes`` says whether there is any without the filter,
    ``has_sites`` whether anything was crawled.
    """

    days: tuple[Day, ...]
    next: str | None
    new: tuple[ChangeRow, ...]
    cards: tuple[SiteCard, ...]
    asked: AskedChanges | None = None
    is_first: bool = True
    has_changes: bool = True
    has_sites: bool = True


def load_home(
    connection: sqlite3.Connection,
    values: Mapping[str, str],
    at: datetime,
    expected: frozenset[str],
    zone: tzinfo | None = None,
) -> HomePage:
    """Ask for a page of changes and the state of the sites; ``expected`` are those that should be crawled.

    Days are those of ``zone``, or without one those of the site. PageError for a filter that cannot be read.
    """
    asked = read_changes(connection, values)
    rows = list(islice(list_changes(connection, asked.chosen), PAGE + 1))
    following = write_position(connection, rows[PAGE - 1]["change_id"]) if len(rows) > PAGE else None
    days = group_days(connection, rows[:PAGE], zone)
    site, is_plain = asked.wanted["site"] or None, not any(asked.plus(site="").values())
    shows_sites = is_plain and not asked.is_older
    cards = load_cards(connection, at, expected, site) if shows_sites else ()
    new = tuple(islice(list_changes(connection, ChangeFilter(site=site, kinds=NEW.kinds)), MOST_NEW))
    some = bool(rows) or next(list_changes(connection, CHANGED), None) is not None
    return HomePage(
        days, following, new if shows_sites else (), cards, asked, not asked.is_older, some, bool(asked.sites)
    )


def render_home(page: HomePage, frame: Frame) -> str:
    """Make the page."""
    return render("home.html", frame, page=page, choices=CHOICES, name_choice=lambda kinds: name_choice(kinds, frame))


def group_days(
    connection: sqlite3.Connection, rows: Iterable[ChangeRow], zone: tzinfo | None = None
) -> tuple[Day, ...]:
    """Put changes, the last seen first, under their days, as they are in a zone or in that of their site."""
    zones = zones_of_sites(connection)
    grouped = groupby(rows, lambda row: _find_day(row, zone or zones[row["site"]]))
    return tuple(Day(day, tuple(load_change(connection, row) for row in some)) for day, some in grouped)


def load_change(connection: sqlite3.Connection, row: ChangeRow) -> Change:
    """Add to a change its passage and what the views gained."""
    first = first_views(connection, row["id"])
    gained = row["views"] - first if first is not None and row["views"] else None
    return Change(row, load_passage(connection, row), gained)


def _find_day(row: ChangeRow, zone: tzinfo) -> date:
    return datetime.fromisoformat(row["at"]).astimezone(zone).date()
