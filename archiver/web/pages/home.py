"""The front page: what changed last, across all sites, and how the sites are."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from archiver.archive.queries.browsing import first_views
from archiver.archive.queries.changes import KINDS, ChangeFilter, list_changes
from archiver.archive.queries.passages import Passage, load_passage
from archiver.archive.queries.rows import ChangeRow, ShownRunRow
from archiver.archive.queries.shown_runs import count_articles, find_last_run
from archiver.archive.runs.run_history import list_attendance
from archiver.checks.attendance import LogRemark, check_attendance
from archiver.web.rendering import Frame, render

MOST_CHANGES = 10
MOST_NEW = 6
CHANGED = ChangeFilter(kinds=tuple(kind for kind in KINDS if kind != "new"))
NEW = ChangeFilter(kinds=("new",))


@dataclass(frozen=True, slots=True)
class Change:
    """Something that happened to an article; for an edit, its weightiest passage; and what its views gained."""

    row: ChangeRow
    passage: Passage | None
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
    changes = tuple(load_change(connection, row) for row in islice(list_changes(connection, CHANGED), MOST_CHANGES))
    attendance = list_attendance(connection)
    cards = []
    for name, counts in count_articles(connection).items():
        run = find_last_run(connection, name)
        entries = attendance.get(name, [])
        remarks = tuple(check_attendance(entries, at, expected=name in expected)) if entries else ()
        cards.append(SiteCard(name, *counts, run, remarks))
    new = tuple(islice(list_changes(connection, NEW), MOST_NEW))
    return HomePage(changes, new, tuple(cards))


def render_home(page: HomePage, frame: Frame) -> str:
    """Make the page."""
    return render("home.html", frame, page=page)


def load_change(connection: sqlite3.Connection, row: ChangeRow) -> Change:
    """Add to a change its passage and what the views gained."""
    first = first_views(connection, row["id"])
    gained = row["views"] - first if first is not None and row["views"] else None
    return Change(row, load_passage(connection, row), gained)
