"""The changes of a site as an Atom feed."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice

from archiver.archive.queries.changes import ChangeFilter, list_changes
from archiver.archive.queries.passages import Passage, load_passage
from archiver.archive.queries.rows import ChangeRow
from archiver.formats.atom import WORDS, About, write_feed
from archiver.web.faults import MissingError
from archiver.web.rendering import Frame

MOST = 50
_PASSAGES = 20


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that happened to an article; of an edit, the passage that weighs most."""

    row: ChangeRow
    passage: Passage | None


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
    title = connection.execute("SELECT title FROM sites WHERE name = ?", (site,)).fetchone()
    if title is None:
        raise MissingError("no_site", site=site)
    rows = islice(filter(keep, list_changes(connection, ChangeFilter(site=site))), MOST)
    entries = (_enter(connection, row, shown < _PASSAGES) for shown, row in enumerate(rows))
    return Feed(site, title[0], tuple(entries))


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


def _enter(connection: sqlite3.Connection, row: ChangeRow, with_passage: bool) -> Entry:
    return Entry(row, load_passage(connection, row) if with_passage else None)


def _write_row(entry: Entry, frame: Frame, base: str) -> dict[str, object]:
    """Add the address of a change, or else of its article, and the words of its passage."""
    row, number = entry.row, entry.row["snapshot"] or 0
    site, key = row["site"], row["article_id"]
    compared = row["kind"] == "edited" and number > 1
    page = frame.links.comparison(site, key, number - 1, number) if compared else frame.links.article(site, key)
    return row | {"link": f"{base}{page}", "excerpt": entry.passage.edit.words if entry.passage else ()}
