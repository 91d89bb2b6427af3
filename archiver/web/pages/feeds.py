"""The changes of a site as an Atom feed."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice

from archiver.archive.queries.changes import list_changes, list_new
from archiver.archive.queries.rows import ChangeRow
from archiver.compare.edits import Edit
from archiver.formats.atom import WORDS, About, write_feed
from archiver.web.faults import MissingError
from archiver.web.pages.comparing import excerpt_change
from archiver.web.rendering import Frame

MOST = 50
_EXCERPTS = 20


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that happened to an article; of an edit, an excerpt."""

    row: ChangeRow
    excerpt: Edit | None


@dataclass(frozen=True, slots=True)
class Feed:
    """The newest changes of a site."""

    site: str
    title: str
    entries: tuple[Entry, ...]


def load_feed(connection: sqlite3.Connection, site: str, keep: Callable[[ChangeRow], bool] = bool) -> Feed:
    """Ask for the newest changes of a site, new articles among them; MissingError where there is no such site.

    Changes that are not to be kept are passed over.
    """
    row = connection.execute("SELECT title FROM sites WHERE name = ?", (site,)).fetchone()
    if row is None:
        raise MissingError("no_site", site=site)
    changes = filter(keep, list_changes(connection, site))
    rows = [*islice(changes, MOST), *filter(keep, list_new(connection, site, MOST))]
    rows.sort(key=lambda row: str(row["at"]), reverse=True)
    return Feed(
        site, row[0], tuple(_enter(connection, row, shown < _EXCERPTS) for shown, row in enumerate(rows[:MOST]))
    )


def render_feed(feed: Feed, frame: Frame, base: str) -> str:
    """Make the feed; ``base`` goes before every address."""
    links = frame.links
    about = About(
        feed.site,
        f"{feed.title}: {frame.say('changes')}",
        author=frame.say("name"),
        address=f"{base}{links.feed(feed.site)}",
        page=f"{base}{links.articles(site=feed.site)}",
        language=frame.language,
        words={kind: frame.name(kind) for kind in WORDS},
    )
    return "".join(write_feed(about, (_write_row(entry, frame, base) for entry in feed.entries)))


def _enter(connection: sqlite3.Connection, row: ChangeRow, excerpts: bool) -> Entry:
    excerpt = None
    if excerpts and row["kind"] == "edited" and row["snapshot"]:
        excerpt = excerpt_change(connection, row["id"], row["snapshot"])
    return Entry(row, excerpt)


def _write_row(entry: Entry, frame: Frame, base: str) -> dict[str, object]:
    """Add the address of a change, or else of its article, and what stands in the excerpt."""
    row, number = entry.row, entry.row["snapshot"] or 0
    site, key = row["site"], row["article_id"]
    compared = row["kind"] == "edited" and number > 1
    page = frame.links.comparison(site, key, number - 1, number) if compared else frame.links.article(site, key)
    return row | {"link": f"{base}{page}", "excerpt": entry.excerpt.words if entry.excerpt else ()}
