"""The changes of a site as an Atom feed (RFC 4287)."""

import hashlib
import sqlite3
from dataclasses import dataclass
from itertools import islice
from typing import Any

from archiver.archive.changes import list_changes, list_new
from archiver.comparison import Edit
from archiver.web.comparing import excerpt_change
from archiver.web.faults import MissingError
from archiver.web.rendering import Frame, render

MOST = 50
_EXCERPTS = 20
_EPOCH = "1970-01-01T00:00:00+00:00"

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that happened to an article; ``id`` never changes."""

    id: str
    row: Row
    excerpt: Edit | None


@dataclass(frozen=True, slots=True)
class Feed:
    """The newest changes of a site; ``base`` is the address of the server, for feeds need whole addresses."""

    id: str
    site: str
    title: str
    updated: str
    entries: tuple[Entry, ...]


def load_feed(connection: sqlite3.Connection, site: str) -> Feed:
    """Ask for the newest changes of a site, new articles among them; MissingError where there is no such site."""
    row = connection.execute("SELECT title FROM sites WHERE name = ?", (site,)).fetchone()
    if row is None:
        raise MissingError("no_site", site=site)
    rows = [*islice(list_changes(connection, site), MOST), *list_new(connection, site, MOST)]
    rows.sort(key=lambda row: str(row["at"]), reverse=True)
    entries = tuple(_enter(connection, row, shown < _EXCERPTS) for shown, row in enumerate(rows[:MOST]))
    return Feed(_name(site), site, row[0], rows[0]["at"] if rows else _EPOCH, entries)


def render_feed(feed: Feed, frame: Frame, base: str) -> str:
    """Make the feed; ``base`` goes before every address."""
    return render("feed.xml", frame, feed=feed, base=base)


def _enter(connection: sqlite3.Connection, row: Row, excerpts: bool) -> Entry:
    excerpt = None
    if excerpts and row["kind"] == "edited" and row["snapshot"]:
        excerpt = excerpt_change(connection, row["id"], row["snapshot"])
    return Entry(_name(f"{row['site']} {row['article_id']} {row['at']} {row['kind']}"), row, excerpt)


def _name(what: str) -> str:
    """Name a thing, so that every reader of the same archive gives it the same name (RFC 9562, version 8)."""
    digest = hashlib.sha256(what.encode()).hexdigest()
    return f"urn:uuid:{digest[:8]}-{digest[8:12]}-8{digest[13:16]}-a{digest[17:20]}-{digest[20:32]}"
