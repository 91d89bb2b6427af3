"""What the ledger says of each site: how its last runs ended, and when they were."""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from archiver.archive.queries.rows import FindingRow
from archiver.archive.store.values import read_rows, read_time, take_rows

FINDING_COLUMNS = ("site", "run_id", "started_at", "kind", "url", "detail")


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """A run as the ledger shows it: its number, when it began and how it ended; ``outcome`` None while it is open."""

    number: int
    started_at: datetime
    outcome: str | None


def list_attendance(connection: sqlite3.Connection, most: int = -1) -> dict[str, list[LedgerEntry]]:
    """List the crawls of each site, the oldest first, without those that found the site locked.

    Only the last ``most`` of each site, if it is not negative.
    """
    rows = connection.execute(
        "SELECT site, run_id, started_at, outcome FROM (SELECT r.site, n.run_id, r.started_at, r.outcome, "
        "row_number() OVER (PARTITION BY r.site ORDER BY n.run_id DESC) AS place "
        "FROM runs r JOIN run_numbers n ON n.id = r.id "
        "WHERE r.kind = 'crawl' AND r.outcome IS NOT 'locked' AND NOT r.withdrawn) "
        "WHERE ?1 < 0 OR place <= ?1 ORDER BY site, run_id",
        (most,),
    )
    entries: dict[str, list[LedgerEntry]] = {}
    for row in read_rows(rows):
        entry = LedgerEntry(row["run_id"], read_time(row["started_at"]), row["outcome"])
        entries.setdefault(row["site"], []).append(entry)
    return entries


def list_run_findings(connection: sqlite3.Connection, runs: Sequence[int]) -> Iterator[FindingRow]:
    """List the findings of some runs (by their numbers), in the order of sites and runs."""
    query = (
        f"SELECT {', '.join(FINDING_COLUMNS)} FROM run_findings "
        "WHERE run_id IN (SELECT value FROM json_each(?)) ORDER BY site, run_id"
    )
    return take_rows(connection.execute(query, (str(list(runs)),)), FindingRow)
