"""The front page: what changed last, across all sites, and how the sites are."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from archiver.archive.queries.browsing import first_views
from archiver.archive.queries.changes import count_articles, find_last_run, list_changes, list_new
from archiver.archive.queries.rows import ChangeRow, ShownRunRow
from archiver.archive.runs.run_history import list_attendance
from archiver.checks.attendance import LogRemark, check_attendance
from archiver.compare.edits import Edit
from archiver.web.pages.comparing import excerpt_change
from archiver.web.rendering import Frame, render

MOST_CHANGES = 10
MOST_NEW = 6


@dataclass(frozen=True, slots=True)
class Change:
    """Something that happened to an article; for an edit, an excerpt of it; and what its views gained since then."""

    row: ChangeRow
    excerpt: Edit | None
    gained: int | None


@dataclass(frozen=True, slots=True)
class SiteCard:
    """A site: how many articles, its last run, and what is wrong with its runs."""

    name: str
    title: str
    articles: int
    away: int
    changed: int
    run: ShownRunRow | None
    remarks: tuple[LogRemark, ...]


@dataclass(frozen=True, slots=True)
class HomePage:
    """What the front page shows."""

    changes: tuple[Change, ...]
    new: tuple[ChangeRow, ...]
    sites: tuple[SiteCard, ...]


def load_home(connection: sqlite3.Connection, at: datetime, expected: frozenset[str]) -> HomePage:
    """Ask for the newest changes and the state of the sites; ``expected`` are those that should be crawled."""
    changes = tuple(load_change(connection, row) for row in islice(list_changes(connection), MOST_CHANGES))
    attendance = list_attendance(connection)
    cards = []
    for name, counts in count_articles(connection).items():
        run = find_last_run(connection, name)
        entries = attendance.get(name, [])
        remarks = tuple(check_attendance(entries, at, expected=name in expected)) if entries else ()
        cards.append(SiteCard(name, *counts, run, remarks))
    new = sorted((row for card in cards for row in list_new(connection, card.name, MOST_NEW)), key=_time, reverse=True)
    return HomePage(changes, tuple(new[:MOST_NEW]), tuple(cards))


def render_home(page: HomePage, frame: Frame) -> str:
    """Make the page."""
    return render("home.html", frame, page=page)


def load_change(connection: sqlite3.Connection, row: ChangeRow) -> Change:
    """Add to a change an excerpt and what the views gained."""
    excerpt = None
    if row["kind"] == "edited" and row["snapshot"]:
        excerpt = excerpt_change(connection, row["id"], row["snapshot"])
    first = first_views(connection, row["id"])
    return Change(row, excerpt, row["views"] - first if first is not None and row["views"] else None)


def _time(row: ChangeRow) -> str:
    return str(row["at"])
