"""Bringing an article's snapshots, events and state in line with its readings."""

import json
import sqlite3
from collections.abc import Callable
from functools import cache, partial
from itertools import groupby
from operator import itemgetter

from archiver.archive.content import Content, find_changes
from archiver.archive.derivation import Derived, Reading, Snapshot, derive
from archiver.urls import host_of


def rederive_article(connection: sqlite3.Connection, article_id: int) -> int:
    """Derive an article's history anew from its counted readings and write it; returns the number of snapshots."""
    rows = _load_rows(connection, article_id)
    readings = [_join_parsers(list(group)) for _, group in groupby(rows, key=itemgetter("capture_id", "sign"))]
    derived = derive(readings, partial(_compare, cache(partial(load_content, connection))))
    _write_snapshots(connection, article_id, derived.snapshots)
    _write_events(connection, article_id, derived)
    _write_article(connection, article_id, readings, derived, _find_last_host(rows, derived))
    return len(derived.snapshots)


def load_content(connection: sqlite3.Connection, content_id: int) -> Content:
    """Return a stored content."""
    return Content.of_row(connection.execute("SELECT * FROM contents WHERE id = ?", (content_id,)).fetchone())


def _load_rows(connection: sqlite3.Connection, article_id: int) -> list[sqlite3.Row]:
    """Load the counted readings in an order that depends on nothing but the captures: by time, then address."""
    return connection.execute(
        "SELECT r.capture_id, k.fetched_at, k.run_id, k.status, r.sign, p.ordinal, p.id AS parser_id, r.content_id, "
        "r.views, r.detail, a.url FROM readings r JOIN captures k ON k.id = r.capture_id "
        "JOIN addresses a ON a.id = k.address_id JOIN parsers p ON p.id = r.parser_id "
        "WHERE r.article_id = ? AND r.standing = 'counted' "
        "ORDER BY k.fetched_at, a.url, r.sign, p.ordinal, p.id",
        (article_id,),
    ).fetchall()


def _join_parsers(rows: list[sqlite3.Row]) -> Reading:
    newest = rows[-1]
    contents = {(row["ordinal"], row["parser_id"]): row["content_id"] for row in rows if row["content_id"] is not None}
    return Reading(
        capture_id=newest["capture_id"],
        at=newest["fetched_at"],
        run_id=newest["run_id"],
        status=newest["status"],
        sign=newest["sign"],
        contents=contents,
        views=newest["views"],
        detail=newest["detail"],
    )


def _compare(load: Callable[[int], Content], before: int, after: int) -> tuple[str, ...]:
    return () if before == after else find_changes(load(before), load(after))


def _write_snapshots(connection: sqlite3.Connection, article_id: int, snapshots: list[Snapshot]) -> None:
    """Write the snapshots; those that are there no longer keep their row, without a number."""
    written = connection.execute(
        "SELECT first_capture_id, parser_id, number, content_id, last_capture_id, seen_from, seen_until, "
        "changed_fields, cause FROM snapshots WHERE article_id = ?",
        (article_id,),
    )
    before = {tuple(row) for row in written}
    rows = dict.fromkeys(_write_snapshot(number, snapshot) for number, snapshot in enumerate(snapshots, 1))
    if before - rows.keys():  # numbers are unique among those that have one
        connection.execute("UPDATE snapshots SET number = NULL WHERE article_id = ?", (article_id,))
        before.clear()
    connection.executemany(
        "INSERT INTO snapshots (article_id, first_capture_id, parser_id, number, content_id, last_capture_id, "
        "seen_from, seen_until, changed_fields, cause) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT "
        "(article_id, first_capture_id, parser_id) DO UPDATE SET number = excluded.number, "
        "content_id = excluded.content_id, last_capture_id = excluded.last_capture_id, "
        "seen_until = excluded.seen_until, changed_fields = excluded.changed_fields, cause = excluded.cause",
        [(article_id, *row) for row in rows if row not in before],
    )


def _write_snapshot(number: int, snapshot: Snapshot) -> tuple[object, ...]:
    changed = json.dumps(snapshot.changed) if snapshot.changed is not None else None
    first, last = snapshot.first, snapshot.last
    return (
        first.capture_id,
        snapshot.parser[1],
        number,
        snapshot.content_id,
        last.capture_id,
        first.at,
        last.at,
        changed,
        snapshot.cause,
    )


def _write_events(connection: sqlite3.Connection, article_id: int, derived: Derived) -> None:
    contents = {snapshot.first.capture_id: snapshot.content_id for snapshot in derived.snapshots}
    rows: dict[tuple[int, str], str | None] = {}
    for event in derived.events:
        detail = event.detail or _find_title(connection, contents.get(event.capture_id))
        rows.setdefault((event.capture_id, event.kind), detail)
    query = "SELECT capture_id, kind, detail FROM article_events WHERE article_id = ?"
    before = {(row[0], row[1]): row[2] for row in connection.execute(query, (article_id,))}
    if before.items() - rows.items():
        connection.execute("DELETE FROM article_events WHERE article_id = ?", (article_id,))
        before.clear()
    connection.executemany(
        "INSERT INTO article_events VALUES (?, ?, ?, ?)",
        [(article_id, *key, detail) for key, detail in rows.items() if key not in before],
    )


def _find_title(connection: sqlite3.Connection, content_id: int | None) -> str | None:
    if content_id is None:
        return None
    return str(connection.execute("SELECT title FROM contents WHERE id = ?", (content_id,)).fetchone()[0])


def _write_article(
    connection: sqlite3.Connection, article_id: int, readings: list[Reading], derived: Derived, host: str | None
) -> None:
    views, observed_at = derived.views or (None, None)
    seen = [reading.at for reading in readings if reading.sign in ("content", "confirmed", "listed")]
    address, section = _choose_address(connection, article_id, host)
    # To set a reference costs as much as all the rest, so it is set only where it is another one.
    shown = connection.execute("SELECT address_id FROM articles WHERE id = ?", (article_id,)).fetchone()[0]
    moved = "" if address == shown else ", address_id = ?"
    connection.execute(
        "UPDATE articles SET section = ?, state = ?, listed = ?, first_seen_at = ?, last_seen_at = ?, "
        f"views = ?, views_observed_at = ?{moved} WHERE id = ?",
        (
            section,
            derived.state,
            derived.listed,
            min(seen, default=None),
            max(seen, default=None),
            views,
            observed_at,
            *((address,) if moved else ()),
            article_id,
        ),
    )


def _choose_address(connection: sqlite3.Connection, article_id: int, host: str | None) -> tuple[int | None, str | None]:
    """Choose the address an article is shown with: the first it was seen under on the host that last answered."""
    rows = connection.execute(
        "SELECT aa.address_id, d.url, aa.section, aa.answered FROM article_addresses aa "
        "JOIN addresses d ON d.id = aa.address_id WHERE aa.article_id = ? "
        "ORDER BY aa.answered DESC, aa.seen_from, d.url",
        (article_id,),
    ).fetchall()
    section = next((row["section"] for row in rows if row["section"]), None)
    fitting = [row for row in rows if host is None or host_of(row["url"]) == host] or rows
    return (fitting[0]["address_id"] if fitting else None), section


def _find_last_host(rows: list[sqlite3.Row], derived: Derived) -> str | None:
    if not derived.snapshots:
        return None
    last = derived.snapshots[-1].last.capture_id
    return next(host_of(row["url"]) for row in rows if row["capture_id"] == last)
