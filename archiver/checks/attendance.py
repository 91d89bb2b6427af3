"""The checks on the ledger itself: sites that no longer run, runs that stay open, last runs that failed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

from archiver.archive.runs.run_history import LedgerEntry
from archiver.findings import Kind
from archiver.text.counting import count

FEWEST_GAPS = 3
MOST_GAPS = 8
# Runs that people started by hand, minutes apart, are no timetable.
SHORTEST_GAP = timedelta(days=1)
# The first crawl of a large portal takes some hours; a run that is open for longer was killed, and none came after it.
LONGEST_RUN = timedelta(days=1)
AHEAD = timedelta(days=1)
_ENDS: dict[str, Kind] = {"failed": "run_failed", "died": "run_died"}


@dataclass(frozen=True, slots=True)
class LogRemark:
    """What the ledger says of a site, and by which run."""

    kind: Kind
    entry: LedgerEntry
    detail: str


def check_attendance(entries: Sequence[LedgerEntry], at: datetime, *, expected: bool) -> Iterator[LogRemark]:
    """Say what is wrong with the runs of one site, the oldest first; ``expected``: it is declared, so it should run."""
    entries = [entry for entry in entries if entry.started_at <= at + AHEAD]  # others were dated by a wrong clock
    for entry in find_open(entries):
        age = at - entry.started_at
        if age > LONGEST_RUN:
            detail = f"open for {write_span(age)}: killed, and no run since that would have closed it"
            yield LogRemark("run_open", entry, detail)
    last = next((entry for entry in reversed(entries) if entry.outcome), None)
    if last and last.outcome in _ENDS:
        detail = f"the last run {last.outcome}; its log is in the folder logs beside the archive"
        yield LogRemark(_ENDS[last.outcome], last, detail)
    gap = usual_gap(entries)
    if expected and gap and entries and at - entries[-1].started_at > 2 * gap:
        detail = f"no run for {write_span(at - entries[-1].started_at)}, usually every {write_span(gap)}; look at cron"
        yield LogRemark("not_run", entries[-1], detail)


def check_witnesses(entries: Sequence[LedgerEntry], last: int, lacking: int) -> Iterator[LogRemark]:
    """Say that runs of one site have no time stamp, ``lacking`` of them; ``last`` is the number of the last."""
    entry = next((entry for entry in entries if entry.number == last), None)
    if entry:
        detail = f"{count(lacking, 'run', 'has', 'have')} no time stamp yet; the last is this one"
        yield LogRemark("run_unattested", entry, detail)


def find_open(entries: Sequence[LedgerEntry]) -> list[LedgerEntry]:
    """Return the runs that are under way, or that died and were not closed yet."""
    return [entry for entry in entries if entry.outcome is None]


def usual_gap(entries: Sequence[LedgerEntry]) -> timedelta | None:
    """Return the usual time between two runs, at least a day; None where there are too few runs to tell."""
    last = entries[-MOST_GAPS - 1 :]
    gaps = [(after.started_at - before.started_at).total_seconds() for before, after in pairwise(last)]
    return max(timedelta(seconds=median(gaps)), SHORTEST_GAP) if len(gaps) >= FEWEST_GAPS else None


def write_span(span: timedelta) -> str:
    """Write a time span for people, in the largest unit that says enough."""
    minutes = int(span.total_seconds() // 60)
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // (24 * 60)} days"
