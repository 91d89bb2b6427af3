"""Bringing an article's snapshots, events and state in line with its readings."""

import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from itertools import groupby
from operator import itemgetter
from typing import Literal

from archiver.archive.content import Content, find_changes
from archiver.archive.derivation import Derived, Reading, Snapshot, derive
from archiver.archive.outages import waits
from archiver.archive.whereabouts import Sight, Whereabouts, trace
from archiver.sketches import PORTAL_PAGE, UNREAD
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
    """Derive an article's history anew from its counted readings and write it; returns the number of snapshots."""
    history = derive_history(connection, article_id)
    _write_snapshots(connection, article_id, history.snapshots)
    _write_events(connection, article_id, history.events)
    _write_article(connection, article_id, history.article)
    return len(history.snapshots)


def derive_history(connection: sqlite3.Connection, article_id: int) -> History:
    """Derive an article's history from its counted readings, and write nothing."""
    rows = _load_rows(connection, article_id)
    shown = _find_shown(rows)
    places = find_whereabouts(connection, article_id, rows)
    told = [row for row in rows if _is_told(row) and not _is_passed_over(row, rows, places)]
    groups = groupby(told, key=itemgetter("capture_id", "sign"))
    readings = [_join_parsers(list(group), shown) for _, group in groups]
    derived = derive(readings, partial(_compare, cache(partial(load_content, connection))))
    snapshots = (_row_of_snapshot(number, snapshot) for number, snapshot in enumerate(derived.snapshots, 1))
    address, section = _choose_address(connection, article_id, places.url, _find_last_host(told, derived))
    article = _row_of_article(derived, readings, address, section)
    events = _describe_moves(places) | _describe_events(connection, derived)
    return History(tuple(dict.fromkeys(snapshots)), events, article)


def _is_told(row: sqlite3.Row) -> bool:
    """Say whether a reading is part of the history: it counts, or it waits for what later runs show."""
    return row["standing"] == "counted" or waits(row)


def find_whereabouts(
    connection: sqlite3.Connection, article_id: int, rows: list[sqlite3.Row] | None = None
) -> Whereabouts:
    """Find where an article is and was, by all its readings."""
    rows = _load_rows(connection, article_id) if rows is None else rows
    sights = [sight for row in rows if row["newest"] and (sight := _read_sight(row))]
    if len({sight.url for sight in sights}) < 2:  # as most articles have
        return Whereabouts(next((sight.url for sight in sights if sight.kind != "missing"), None))
    return trace(sights, partial(_is_walked, connection), cache(partial(_find_redirecting, connection, article_id)))


def _read_sight(row: sqlite3.Row) -> Sight | None:
    """Take from a reading what it says of the addresses of an article."""
    kind = _KINDS.get(row["sign"])
    if kind is None or (kind == "shown" and row["standing"] == "withheld"):
        return None
    url = row["shown_at"] if row["sign"] in ("content", "listed") else row["url"]
    return Sight(row["capture_id"], row["run_id"], kind, url)


_KINDS: dict[str, Literal["shown", "named", "missing"]] = {
    "content": "shown",
    "confirmed": "shown",
    "listed": "named",
    "missing": "missing",
}


def _is_walked(connection: sqlite3.Connection, run_id: int) -> bool:
    return bool(connection.execute("SELECT complete FROM runs WHERE id = ?", (run_id,)).fetchone()[0])


def _find_redirecting(connection: sqlite3.Connection, article_id: int, run_id: int) -> frozenset[str]:
    """Find which addresses of an article redirected in a run."""
    rows = connection.execute(
        "SELECT d.url FROM article_addresses aa JOIN captures k ON k.address_id = aa.address_id "
        "JOIN addresses d ON d.id = aa.address_id WHERE aa.article_id = ? AND k.run_id = ? "
        "AND k.status BETWEEN 300 AND 399 AND k.status <> 304",
        (article_id, run_id),
    )
    return frozenset(row[0] for row in rows)


def _is_passed_over(row: sqlite3.Row, rows: list[sqlite3.Row], places: Whereabouts) -> bool:
    """Say whether a reading is of an address alone: another one answered, or a redirect led to the same article."""
    if row["sign"] == "missing":
        return row["capture_id"] in places.strays
    return row["sign"] == "moved" and any(
        other["capture_id"] == row["capture_id"] and other["sign"] == "content" for other in rows
    )


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


def load_content(connection: sqlite3.Connection, content_id: int) -> Content:
    """Return a stored content."""
    return Content.of_row(connection.execute("SELECT * FROM contents WHERE id = ?", (content_id,)).fetchone())


def _load_rows(connection: sqlite3.Connection, article_id: int) -> list[sqlite3.Row]:
    """Load the readings in an order that depends on nothing but the captures: by time, then address."""
    return connection.execute(
        "SELECT r.capture_id, k.fetched_at, k.run_id, k.status, r.sign, r.standing, r.doubtful, u.outage, p.ordinal, "
        "p.since, p.version, p.id AS parser_id, r.content_id, c.digest, r.views, r.detail, a.url, r.newest, "
        "s.url AS shown_at FROM readings r JOIN captures k ON k.id = r.capture_id JOIN runs u ON u.id = k.run_id "
        "JOIN addresses a ON a.id = k.address_id "
        "JOIN parsers p ON p.id = r.parser_id LEFT JOIN contents c ON c.id = r.content_id "
        "LEFT JOIN addresses s ON s.id = r.address_id LEFT JOIN article_keys n ON n.id = r.key_id "
        "WHERE r.article_id = ? "
        "ORDER BY k.fetched_at, a.url, r.sign, n.native_key, p.ordinal, p.since, p.version",
        (article_id,),
    ).fetchall()


def _find_shown(rows: list[sqlite3.Row]) -> dict[tuple[int, bytes], int]:
    """Find which of the contents that compare as equal is shown, for each parser: the earliest."""
    shown: dict[tuple[int, bytes], int] = {}
    for row in rows:
        if row["content_id"] is not None:
            shown.setdefault((row["parser_id"], row["digest"]), row["content_id"])
    return shown


def _join_parsers(rows: list[sqlite3.Row], shown: dict[tuple[int, bytes], int]) -> Reading:
    newest = rows[-1]
    contents = {
        (row["ordinal"], row["since"], row["version"], row["parser_id"]): shown[row["parser_id"], row["digest"]]
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
