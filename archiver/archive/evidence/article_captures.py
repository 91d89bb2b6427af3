"""The captures that prove the history of one article: which answer showed what."""

import sqlite3
from dataclasses import dataclass
from typing import Any

from archiver.archive.evidence.further_pages import list_earlier_pages
from archiver.archive.store.values import read_row, read_rows

# Of each version the first and the last capture that showed it; of each event the one that it follows from; and those
# in which the page was missing.
_SHOWN = """
    SELECT first_capture_id AS capture_id, 'began' AS shows, number FROM snapshots WHERE article_id = ?1 AND number > 0
    UNION SELECT last_capture_id, 'lasted', number FROM snapshots WHERE article_id = ?1 AND number > 0
    UNION SELECT capture_id, kind, NULL FROM article_events WHERE article_id = ?1
    UNION SELECT capture_id, 'missing', NULL FROM readings WHERE article_id = ?1 AND sign = 'missing' AND newest
"""
_CAPTURE = """
    SELECT k.id, k.fetched_at, k.status, a.url, r.id AS run, lower(hex(k.payload_digest)) AS digest
    FROM captures k JOIN addresses a ON a.id = k.address_id JOIN runs r ON r.id = k.run_id WHERE k.id = ?
"""
_RUN = """
    SELECT r.uid, n.run_id, r.site, r.started_at, r.finished_at, r.outcome, r.withdrawn,
        nullif(lower(hex(r.seal)), '') AS seal
    FROM runs r JOIN run_numbers n ON n.id = r.id WHERE r.id = ?
"""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a capture shows: that a version (``number``) ``began`` or ``lasted``, the kind of an event, or ``missing``.

    ``part``: it is one of the pages over which an article goes.
    """

    what: str
    number: int | None = None


@dataclass(frozen=True, slots=True)
class ProvingCapture:
    """A capture that something of an article's history follows from; its run (id), and the SHA-256 of its body."""

    id: int
    fetched_at: str
    status: int
    url: str
    run: int
    digest: str
    shows: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class ProvedEvent:
    """Something that happened to an article, and the capture (id) from which it follows."""

    at: str
    kind: str
    detail: str | None
    capture: int


def list_proving_captures(connection: sqlite3.Connection, article: int) -> list[ProvingCapture]:
    """List the captures that prove the history of an article (by its id), the oldest first."""
    shown: dict[int, list[Shown]] = {}
    for capture_id, what, number in connection.execute(f"{_SHOWN} ORDER BY number, shows", (article,)):
        shown.setdefault(capture_id, []).append(Shown(what, number))
    for capture_id in [*shown]:
        for earlier in list_earlier_pages(connection, capture_id):
            shown.setdefault(earlier, []).append(Shown("part"))
    captures = [_load(connection, capture_id, shows) for capture_id, shows in shown.items()]
    return sorted(captures, key=lambda capture: (capture.fetched_at, capture.url))


def list_proved_events(connection: sqlite3.Connection, article: int) -> list[ProvedEvent]:
    """List what happened to an article (by its id), the oldest first."""
    rows = connection.execute(
        "SELECT k.fetched_at AS at, e.kind, e.detail, e.capture_id FROM article_events e "
        "JOIN captures k ON k.id = e.capture_id WHERE e.article_id = ? ORDER BY k.fetched_at, e.kind",
        (article,),
    )
    return [ProvedEvent(row["at"], row["kind"], row["detail"], row["capture_id"]) for row in read_rows(rows)]


def load_sealed_run(connection: sqlite3.Connection, run: int) -> dict[str, Any]:
    """Return what a run (by its id) is known by, and its seal (hexadecimal); without a seal while it is open."""
    return read_row(connection.execute(_RUN, (run,)).fetchone())


def _load(connection: sqlite3.Connection, capture_id: int, shows: list[Shown]) -> ProvingCapture:
    row = read_row(connection.execute(_CAPTURE, (capture_id,)).fetchone())
    return ProvingCapture(**row, shows=tuple(dict.fromkeys(shows)))
