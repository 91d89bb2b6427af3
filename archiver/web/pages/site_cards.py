"""The sites on the front page: how many articles, the last run, and what is wrong with it, since when and why."""

import sqlite3
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from archiver.archive.queries.rows import RunFindingRow, ShownRunRow
from archiver.archive.queries.shown_runs import count_articles, find_run, list_findings, list_last_runs
from archiver.archive.runs.run_history import LedgerEntry, list_attendance
from archiver.checks.attendance import LogRemark, check_attendance

WELL = frozenset({"finished", "problems"})
"""How a run ends that did what it was to do."""
MOST_RUNS = 60
"""Of a site, so many of its last runs are looked at."""
MOST_REASONS = 3
_MOST_FINDINGS = 500


@dataclass(frozen=True, slots=True)
class Reason:
    """What the last run of a site has to say, by kind; ``times`` counts its findings, ``first`` is one of them."""

    first: RunFindingRow
    times: int


@dataclass(frozen=True, slots=True)
class Trouble:
    """Runs of a site that did not end well, one after another up to now: since when, why, and what went well last.

    ``is_longer``: it began before the runs that were looked at.
    """

    since: datetime
    runs: int
    is_longer: bool
    well: datetime | None
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class SiteCard:
    """A site: how many articles, its last run, and what is wrong with its runs."""

    name: str
    title: str
    articles: int
    away: int
    changed: int
    run: ShownRunRow | None
    remarks: tuple[LogRemark, ...] = ()
    trouble: Trouble | None = None


def load_cards(
    connection: sqlite3.Connection, at: datetime, expected: frozenset[str], site: str | None = None
) -> tuple[SiteCard, ...]:
    """Ask for the state of all sites, or of one; ``expected`` are those that should be crawled."""
    attendance = list_attendance(connection, MOST_RUNS)
    runs = list_last_runs(connection)
    cards = []
    for name, counts in count_articles(connection).items():
        if site in (None, name):
            entries, run = attendance.get(name, []), runs.get(name)
            remarks = tuple(check_attendance(entries, at, expected=name in expected)) if entries else ()
            cards.append(SiteCard(name, *counts, run, remarks, _find_trouble(connection, entries)))
    return tuple(cards)


def _find_trouble(connection: sqlite3.Connection, entries: list[LedgerEntry]) -> Trouble | None:
    """Look at the last runs of a site, the oldest first; None where the last one that ended did so well."""
    ended = [entry for entry in entries if entry.outcome]
    bad = _count_bad(ended)
    if not bad:
        return None
    well = ended[-bad - 1].started_at if bad < len(ended) else None
    is_longer = well is None and len(entries) == MOST_RUNS
    return Trouble(ended[-bad].started_at, bad, is_longer, well, _list_reasons(connection, ended[-1].number))


def _count_bad(ended: list[LedgerEntry]) -> int:
    """Count the last runs that did not end well."""
    well = [place for place, entry in enumerate(ended, 1) if entry.outcome in WELL]
    return len(ended) - (well[-1] if well else 0)


def _list_reasons(connection: sqlite3.Connection, number: int) -> tuple[Reason, ...]:
    """List what a run has to say, what it says most often first."""
    run = find_run(connection, number)
    findings = list_findings(connection, run["id"], _MOST_FINDINGS) if run else []
    times = Counter(row["kind"] for row in findings)
    firsts = {row["kind"]: row for row in reversed(findings)}
    return tuple(Reason(firsts[kind], number) for kind, number in times.most_common(MOST_REASONS))
