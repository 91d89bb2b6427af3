"""Bringing an article's snapshots, events and state in line with its readings."""

import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from operator import itemgetter

from archiver.archive.history.change_log import log_events, take_back_events
from archiver.archive.history.comparing import learn_noise, load_compared
from archiver.archive.history.content import Content, find_changes
from archiver.archive.history.reading_rows import is_told, load_rows
from archiver.archive.history.timeline import Derived, Reading, Snapshot, derive
from archiver.archive.identity.address_sightings import find_whereabouts
from archiver.archive.identity.current_address import Whereabouts
from archiver.text.sketches import PORTAL_PAGE, UNREAD
from archiver.urls import host_of

SNAPSHOT_COLUMNS = (
    "first_capture_id",
    "parser_id",
    "number",
    "content_id",
    "last_capture_id",
    "seen_from",
    "seen_until",
    "changed_fields",
    "cause",
)
ARTICLE_COLUMNS = (
    "section",
    "state",
    "listed",
    "first_seen_at",
    "last_seen_at",
    "views",
    "views_observed_at",
    "address_id",
)
Events = dict[tuple[int, str], str | None]
"""The detail of each event by its capture and kind."""


@dataclass(frozen=True, slots=True)
class History:
    """What follows from the counted readings of an article, as it stands in the tables.

    ``snapshots`` are rows of SNAPSHOT_COLUMNS, ``article`` is one of ARTICLE_COLUMNS.
    """

    snapshots: tuple[tuple[object, ...], ...]
    events: Events
    article: tuple[object, ...]


def rederive_article(connection: sqlite3.Connection, article_id: int) -> int:
    """Derive an article's history anew from its counted readings and write it; returns the number of snapshots.

    Where it has several, its looks may teach what is noise. Others of its site are derived without that when its run is
    closed (``spread_noise``).
    """
    history = derive_history(connection, article_id)
    if len(history.snapshots) > 1 and learn_noise(connection, article_id, load_rows(connection, article_id)):
        history = derive_history(connection, article_id)
    _write_history(connection, article_id, history)
    return len(history.snapshots)


def _write_history(connection: sqlite3.Connection, article_id: int, history: History) -> None:
    _write_snapshots(connection, article_id, history.snapshots)
    _write_events(connection, article_id, history.events)
    _write_article(connection, article_id, history.article)


def derive_history(connection: sqlite3.Connection, article_id: int) -> History:
    """Derive an article's history from its counted readings, and write nothing."""
    rows = load_rows(connection, article_id)
    places = find_whereabouts(connection, article_id, rows)
    told = _choose_told(rows, places)
    derived, readings = _derive(connection, article_id, rows, told)
    snapshots = (_row_of_snapshot(number, snapshot) for number, snapshot in enumerate(derived.snapshots, 1))
    address, section = _choose_address(connection, article_id, places.url, _find_last_host(told, derived))
    article = _row_of_article(derived, readings, address, section)
    events = _describe_moves(places) | _describe_events(connection, derived)
    return History(tuple(dict.fromkeys(snapshots)), events, article)


def _is_passed_over(row: sqlite3.Row, rows: list[sqlite3.Row], places: Whereabouts) -> bool:
    """Say whether a reading is of an address alone: another one answered, or a redirect led to the same article."""
    if row["sign"] == "missing":
        return row["capture_id"] in places.strays
    return row["sign"] == "moved" and any(
        other["capture_id"] == row["capture_id"] and other["sign"] == "content" for other in rows
    )


def _derive(
    connection: sqlite3.Connection, article_id: int, rows: list[sqlite3.Row], told: list[sqlite3.Row]
) -> tuple[Derived, list[Reading]]:
    load = load_compared(connection, article_id, rows)
    shown = _find_shown(rows, load)
    groups = groupby(told, key=itemgetter("capture_id", "sign"))
    readings = [_join_parsers(list(group), shown) for _, group in groups]
    return derive(readings, partial(_compare, load)), readings


def derive_readings(connection: sqlite3.Connection, article_id: int) -> tuple[Derived, list[Reading]]:
    """Derive from the readings that tell an article's history what follows from them, and return them too."""
    rows = load_rows(connection, article_id)
    return _derive(connection, article_id, rows, _choose_told(rows, find_whereabouts(connection, article_id, rows)))


def _choose_told(rows: list[sqlite3.Row], places: Whereabouts) -> list[sqlite3.Row]:
    return [row for row in rows if is_told(row) and not _is_passed_over(row, rows, places)]


def load_history(connection: sqlite3.Connection, article_id: int) -> History:
    """Return an article's history as it is written."""
    snapshots = connection.execute(
        f"SELECT {', '.join(SNAPSHOT_COLUMNS)} FROM snapshots WHERE article_id = ? AND number IS NOT NULL "
        "ORDER BY number",
        (article_id,),
    )
    article = connection.execute(f"SELECT {', '.join(ARTICLE_COLUMNS)} FROM articles WHERE id = ?", (article_id,))
    rows = tuple(tuple(row) for row in snapshots)
    return History(rows, _load_events(connection, article_id), tuple(article.fetchone()))


def _find_shown(rows: list[sqlite3.Row], load: Callable[[int], Content]) -> dict[tuple[int, int], int]:
    """Find which of the contents that compare as equal is shown, for each parser and content: the earliest."""
    read = [(row["parser_id"], row["content_id"], row["digest"]) for row in rows if row["content_id"] is not None]
    is_one = len({content_id for _, content_id, _ in read}) == 1
    earliest: dict[tuple[int, bytes], int] = {}
    shown: dict[tuple[int, int], int] = {}
    for parser_id, content_id, digest in read:
        compared = digest if is_one else load(content_id).digest
        shown.setdefault((parser_id, content_id), earliest.setdefault((parser_id, compared), content_id))
    return shown


def _join_parsers(rows: list[sqlite3.Row], shown: dict[tuple[int, int], int]) -> Reading:
    newest = rows[-1]
    contents = {
        (row["ordinal"], row["since"], row["version"], row["parser_id"]): shown[row["parser_id"], row["content_id"]]
        for row in rows
        if row["content_id"] is not None
    }
    return Reading(
        capture_id=newest["capture_id"],
        at=newest["fetched_at"],
        run_id=newest["run_id"],
        status=newest["status"],
        sign=newest["sign"],
        contents=contents,
        views=newest["views"],
        detail=PORTAL_PAGE if (newest["detail"] or "").startswith(UNREAD) else newest["detail"],
        waits=newest["standing"] != "counted",
        by_others=newest["run_kind"] == "import",
    )


def _compare(load: Callable[[int], Content], before: int, after: int) -> tuple[str, ...]:
    return () if before == after else find_changes(load(before), load(after))


def _row_of_snapshot(number: int, snapshot: Snapshot) -> tuple[object, ...]:
    changed = json.dumps(snapshot.changed) if snapshot.changed is not None else None
    first, last, parser_id = snapshot.first, snapshot.last, snapshot.parser[-1]
    return (
        first.capture_id,
        parser_id,
        number,
        snapshot.content_id,
        last.capture_id,
        first.at,
        last.at,
        changed,
        snapshot.cause,
    )


def _row_of_article(
    derived: Derived, readings: list[Reading], address: int | None, section: str | None
) -> tuple[object, ...]:
    seen = [reading.at for reading in readings if reading.sign in ("content", "confirmed", "listed")]
    first, last = min(seen, default=None), max(seen, default=None)
    return (section, derived.state, int(derived.listed), first, last, *(derived.views or (None, None)), address)


def _describe_moves(places: Whereabouts) -> Events:
    return {(capture, "moved"): f"{old} → {new}" for capture, (old, new) in places.moves.items()}


def _describe_events(connection: sqlite3.Connection, derived: Derived) -> Events:
    contents = {snapshot.first.capture_id: snapshot.content_id for snapshot in derived.snapshots}
    rows: Events = {}
    for event in derived.events:
        detail = event.detail or _find_title(connection, contents.get(event.capture_id))
        rows.setdefault((event.capture_id, event.kind), detail)
    return rows


def _find_title(connection: sqlite3.Connection, content_id: int | None) -> str | None:
    if content_id is None:
        return None
    return str(connection.execute("SELECT title FROM contents WHERE id = ?", (content_id,)).fetchone()[0])


def _write_snapshots(connection: sqlite3.Connection, article_id: int, rows: tuple[tuple[object, ...], ...]) -> None:
    """Write the snapshots; those that are there no longer keep their row, without a number."""
    columns = ", ".join(SNAPSHOT_COLUMNS)
    written = connection.execute(f"SELECT {columns} FROM snapshots WHERE article_id = ?", (article_id,))
    before = {tuple(row) for row in written}
    if before - set(rows):  # numbers are unique among those that have one
        connection.execute("UPDATE snapshots SET number = NULL WHERE article_id = ?", (article_id,))
        before.clear()
    connection.executemany(
        f"INSERT INTO snapshots (article_id, {columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT "
        "(article_id, first_capture_id, parser_id) DO UPDATE SET number = excluded.number, "
        "content_id = excluded.content_id, last_capture_id = excluded.last_capture_id, seen_from = excluded.seen_from, "
        "seen_until = excluded.seen_until, changed_fields = excluded.changed_fields, cause = excluded.cause",
        [(article_id, *row) for row in rows if row not in before],
    )


def _load_events(connection: sqlite3.Connection, article_id: int) -> Events:
    query = "SELECT capture_id, kind, detail FROM article_events WHERE article_id = ?"
    return {(row[0], row[1]): row[2] for row in connection.execute(query, (article_id,))}


def _write_events(connection: sqlite3.Connection, article_id: int, events: Events) -> None:
    before = _load_events(connection, article_id)
    take_back_events(connection, article_id, before.keys() - events.keys())
    log_events(connection, article_id, [key for key in events if key not in before])
    if before.items() - events.items():
        connection.execute("DELETE FROM article_events WHERE article_id = ?", (article_id,))
        before.clear()
    connection.executemany(
        "INSERT INTO article_events VALUES (?, ?, ?, ?)",
        [(article_id, *key, detail) for key, detail in events.items() if key not in before],
    )


def _write_article(connection: sqlite3.Connection, article_id: int, row: tuple[object, ...]) -> None:
    # To set a reference costs as much as all the rest, so it is set only where it is another one.
    shown = connection.execute("SELECT address_id FROM articles WHERE id = ?", (article_id,)).fetchone()[0]
    columns = ARTICLE_COLUMNS[:-1] if row[-1] == shown else ARTICLE_COLUMNS
    assignments = ", ".join(f"{column} = ?" for column in columns)
    connection.execute(f"UPDATE articles SET {assignments} WHERE id = ?", (*row[: len(columns)], article_id))


def _choose_address(
    connection: sqlite3.Connection, article_id: int, url: str | None, host: str | None
) -> tuple[int | None, str | None]:
    """Choose the address an article is shown with, by its ``url``; and the section that was printed there first.

    Of what earlier versions recorded, only the addresses are known: there it is the first on the host that last
    answered.
    """
    rows = connection.execute(
        "SELECT aa.address_id, d.url, aa.section, aa.answered FROM article_addresses aa "
        "JOIN addresses d ON d.id = aa.address_id WHERE aa.article_id = ? "
        "ORDER BY aa.answered DESC, aa.seen_from, d.url",
        (article_id,),
    ).fetchall()
    section = next((row["section"] for row in rows if row["section"]), None)
    fitting = [row for row in rows if row["url"] == url]
    fitting = fitting or [row for row in rows if host is None or host_of(row["url"]) == host] or rows
    return (fitting[0]["address_id"] if fitting else None), section


def _find_last_host(rows: list[sqlite3.Row], derived: Derived) -> str | None:
    if not derived.snapshots:
        return None
    last = derived.snapshots[-1].last.capture_id
    return next(host_of(row["url"]) for row in rows if row["capture_id"] == last)
