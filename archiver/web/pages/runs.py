"""The ledger: the list of runs, and one run with what it showed and what it has to say."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from archiver.archive.queries.changes import list_changes_of_run
from archiver.archive.queries.rows import ChangeRow, CountedRunRow, FateRow, RunFindingRow, ShownRunRow
from archiver.archive.queries.shown_runs import find_run, list_fates, list_findings, list_runs_before
from archiver.archive.runs.imported_runs import find_source
from archiver.web.faults import MissingError
from archiver.web.rendering import Frame, render

PAGE = 50
MOST = 200


@dataclass(frozen=True, slots=True)
class RunsPage:
    """A page of the list of runs."""

    rows: tuple[ShownRunRow, ...]
    site: str | None
    next: int | None


@dataclass(frozen=True, slots=True)
class RunPage:
    """One run, its findings by kind; ``source`` is where its captures were imported from, if they were."""

    run: CountedRunRow
    findings: Mapping[str, Sequence[RunFindingRow]]
    events: tuple[ChangeRow, ...]
    fates: tuple[FateRow, ...]
    source: str | None = None


def load_runs(connection: sqlite3.Connection, site: str | None, before: int | None) -> RunsPage:
    """Ask for a page of runs."""
    rows = list_runs_before(connection, site, before, PAGE + 1)
    following = rows[PAGE - 1]["run_id"] if len(rows) > PAGE else None
    return RunsPage(tuple(rows[:PAGE]), site, following)


def render_runs(page: RunsPage, frame: Frame) -> str:
    """Make the page."""
    return render("runs.html", frame, page=page)


def load_run(connection: sqlite3.Connection, number: int) -> RunPage:
    """Ask for a run; MissingError where there is none of this number."""
    run = find_run(connection, number)
    if run is None:
        raise MissingError("no_run", number=number)
    findings: dict[str, list[RunFindingRow]] = {}
    for row in list_findings(connection, run["id"], MOST):
        findings.setdefault(row["kind"], []).append(row)
    events = tuple(list_changes_of_run(connection, run["id"], MOST))
    return RunPage(run, findings, events, tuple(list_fates(connection, run["id"])), find_source(connection, run["id"]))


def render_run(page: RunPage, frame: Frame) -> str:
    """Make the page."""
    return render("run.html", frame, page=page, most=MOST)
