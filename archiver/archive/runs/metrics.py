"""The figures of an archive that a monitoring system watches: how the last run of each site went, what there is.

A run is good if it came to its end and left nothing (DID_ITS_WORK); findings do not make it bad, they are counted.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import get_args

from archiver.archive.queries.article_filter import STATES
from archiver.archive.runs.known_articles import DID_ITS_WORK
from archiver.archive.runs.run_log import Outcome
from archiver.archive.store.sql_files import read_statements
from archiver.archive.store.values import Row, read_rows, read_time
from archiver.formats.openmetrics import Gauge, Sample

_LAST_RUNS, _FINDINGS, _ARTICLES, _TOTALS = read_statements(Path(__file__).with_name("metrics.sql"))
_GOOD_RUNS = f"""
    SELECT site, max(finished_at) AS finished_at FROM runs
    WHERE kind = 'crawl' AND NOT withdrawn AND {DID_ITS_WORK} GROUP BY site ORDER BY site
"""
_OUTCOMES = (*get_args(Outcome), "running")
_BECAME = "new changed unchanged failed skipped pending".split()
_TOTAL = {
    "runs": "Runs in the archive.",
    "captures": "Answers kept, as received.",
    "snapshots": "States of articles that were seen.",
    "events": "Things that happened to articles.",
    "files": "Documents and images kept.",
}
_FIGURES = {
    "requests": "Requests that the last run sent, robots.txt included.",
    "errors": "Requests of the last run that brought no page.",
    "captures": "Answers that the last run kept.",
    "articles_late": "New articles of the last run that only its deep pass found.",
}


def list_metrics(connection: sqlite3.Connection, at: datetime) -> list[Gauge]:
    """List the figures of an archive as they stand; ages are those at a time."""
    runs = list(read_rows(connection.execute(_LAST_RUNS)))
    return [
        _gauge("archiver_run_outcome", "1 for the outcome of the last run, 0 for all others.", _tell_outcomes(runs)),
        *_time_runs(runs),
        *(_gauge(f"archiver_run_{name}", about, _each(runs, name)) for name, about in _FIGURES.items()),
        _gauge("archiver_run_articles", "Articles of the last run, by what became of them.", _tell_articles(runs)),
        _gauge("archiver_run_findings", "Findings of the last run, by kind.", _count_findings(connection, runs)),
        *_time_good_runs(connection, at),
        _gauge("archiver_articles", "Articles in the archive, by state.", _count_articles(connection)),
        *_count_all(connection),
    ]


def _gauge(name: str, about: str, samples: Iterable[Sample], unit: str = "") -> Gauge:
    return Gauge(name, about, tuple(samples), unit)


def _each(runs: Sequence[Row], name: str) -> Iterator[Sample]:
    return (Sample(run[name], {"site": run["site"]}) for run in runs)


def _tell_outcomes(runs: Sequence[Row]) -> Iterator[Sample]:
    for run in runs:
        for outcome in _OUTCOMES:
            yield Sample(int(run["outcome"] == outcome), {"site": run["site"], "outcome": outcome})


def _time_runs(runs: Sequence[Row]) -> Iterator[Gauge]:
    """Yield when the last runs began and ended, and how long they took; a run that goes on has only begun."""
    ended = [run for run in runs if run["finished_at"]]
    starts = [Sample(_seconds(run["started_at"]), {"site": run["site"]}) for run in runs]
    yield _gauge("archiver_run_start_timestamp_seconds", "When the last run began.", starts, "seconds")
    ends = [Sample(_seconds(run["finished_at"]), {"site": run["site"]}) for run in ended]
    yield _gauge("archiver_run_end_timestamp_seconds", "When the last run ended.", ends, "seconds")
    durations = [Sample(_seconds(run["finished_at"], run["started_at"]), {"site": run["site"]}) for run in ended]
    yield _gauge("archiver_run_duration_seconds", "How long the last run took.", durations, "seconds")


def _tell_articles(runs: Sequence[Row]) -> Iterator[Sample]:
    for run in runs:
        for became in _BECAME:
            yield Sample(run[f"articles_{became}"], {"site": run["site"], "became": became})


def _count_findings(connection: sqlite3.Connection, runs: Sequence[Row]) -> Iterator[Sample]:
    for run in runs:
        for row in read_rows(connection.execute(_FINDINGS, {"id": run["id"]})):
            yield Sample(row["findings"], {"site": run["site"], "kind": row["kind"]})


def _time_good_runs(connection: sqlite3.Connection, at: datetime) -> Iterator[Gauge]:
    """Yield when the last good run ended; and how long ago, for who cannot compute it: it grows old with its file."""
    rows = list(read_rows(connection.execute(_GOOD_RUNS)))
    ends = [Sample(_seconds(row["finished_at"]), {"site": row["site"]}) for row in rows]
    yield _gauge("archiver_good_run_end_timestamp_seconds", "When the last good run ended.", ends, "seconds")
    now = at.timestamp()
    ages = [Sample(round(now - end.value, 6), end.labels) for end in ends]
    yield _gauge("archiver_good_run_age_seconds", "How long ago the last good run ended.", ages, "seconds")


def _count_articles(connection: sqlite3.Connection) -> Iterator[Sample]:
    counted: dict[str, dict[str, int]] = {}
    for row in read_rows(connection.execute(_ARTICLES)):
        counted.setdefault(row["site"], dict.fromkeys(STATES, 0))[row["state"]] = row["articles"]
    for site, states in counted.items():
        yield from (Sample(number, {"site": site, "state": state}) for state, number in states.items())


def _count_all(connection: sqlite3.Connection) -> Iterator[Gauge]:
    [row] = read_rows(connection.execute(_TOTALS))
    for name, about in _TOTAL.items():
        yield _gauge(f"archiver_{name}", about, [Sample(row[name], {})])
    pages, page = (connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size"))
    yield _gauge("archiver_archive_size_bytes", "Size of the archive's file.", [Sample(pages * page, {})], "bytes")


def _seconds(time: str, since: str | None = None) -> float:
    """Return a time in seconds since 1970, or since another time."""
    return round(read_time(time).timestamp() - (read_time(since).timestamp() if since else 0), 6)
