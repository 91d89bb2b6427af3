"""Changes as an Atom feed: of a site, of all, or of what a filter leaves; the filter is that of the front page."""

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import islice
from urllib.parse import urlencode

from archiver.archive.queries.changes import list_changes
from archiver.archive.queries.passages import Passage, load_passage
from archiver.archive.queries.rows import ChangeRow
from archiver.formats.atom import WORDS, About, write_feed
from archiver.web.pages.change_filter import ALL, AskedChanges, read_changes
from archiver.web.rendering import Frame

MOST = 50


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that happened to an article; of an edit, the passage that weighs most."""

    row: ChangeRow
    passage: Passage | None


@dataclass(frozen=True, slots=True)
class Feed:
    """The newest changes that were asked for."""

    asked: AskedChanges
    entries: tuple[Entry, ...]


def load_feed(
    connection: sqlite3.Connection, values: Mapping[str, str], keep: Callable[[ChangeRow], bool] = bool
) -> Feed:
    """Ask for the newest changes; PageError for a filter that cannot be read, or of a site that is not there.

    Changes that are not to be kept are passed over.
    """
    asked = read_changes(connection, values)
    rows = islice(filter(keep, list_changes(connection, asked.chosen)), MOST)
    return Feed(asked, tuple(Entry(row, load_passage(connection, row)) for row in rows))


def load_site_feed(connection: sqlite3.Connection, site: str, keep: Callable[[ChangeRow], bool] = bool) -> Feed:
    """Ask for the newest changes of a site, new articles among them; MissingError where there is no such site."""
    return load_feed(connection, {"site": site, "kind": ALL}, keep)


def render_feed(feed: Feed, frame: Frame, base: str) -> str:
    """Make the feed; ``base`` goes before every address."""
    links, wanted, site = frame.links, feed.asked.wanted, feed.asked.wanted["site"]
    is_whole = _write_choice(wanted) == ""
    address = links.feed(site) if is_whole and site else links.changes_feed(**wanted)
    page = links.articles(site=site) if is_whole and site else links.changes(**wanted)
    about = About(
        site or None,
        f"{feed.asked.describe_feed(frame)}: {frame.say('changes')}",
        author=frame.say("name"),
        address=f"{base}{address}",
        page=f"{base}{page}",
        language=frame.language,
        words={kind: frame.name(kind) for kind in WORDS},
        choice=_write_choice(wanted),
    )
    return "".join(write_feed(about, (_write_row(entry, frame, base) for entry in feed.entries)))


def _write_choice(wanted: Mapping[str, str]) -> str:
    """Write what is chosen besides the site; nothing where that is all there is, new articles included."""
    chosen = {name: value for name, value in wanted.items() if value and name != "site"}
    if wanted["kind"] == ALL:
        del chosen["kind"]
    elif not wanted["kind"]:
        chosen["kind"] = "changes"
    return urlencode(sorted(chosen.items()))


def _write_row(entry: Entry, frame: Frame, base: str) -> dict[str, object]:
    """Add the address of a change, or else of its article, and the words of its passage."""
    row, number = entry.row, entry.row["snapshot"] or 0
    site, key = row["site"], row["article_id"]
    compared = row["kind"] == "edited" and number > 1
    page = frame.links.comparison(site, key, number - 1, number) if compared else frame.links.article(site, key)
    return row | {"link": f"{base}{page}", "excerpt": entry.passage.edit.words if entry.passage else ()}
