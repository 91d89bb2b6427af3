"""The list of articles: filters, search, one page after another."""

import re
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from archiver.archive.growth.ranking import Ranking
from archiver.archive.queries.article_filter import AWAY, ArticleFilter
from archiver.archive.queries.article_filter import STATES as KNOWN_STATES
from archiver.archive.queries.browsing import Position, list_page, list_sections
from archiver.archive.queries.queries import zones_of_sites
from archiver.archive.queries.rows import CopiedRow, ListedRow
from archiver.web.faults import MissingError, PageError
from archiver.web.language.days import read_day
from archiver.web.links import PageAddresses
from archiver.web.pages.searching import Found, FoundRow, search
from archiver.web.pages.views import BESIDE, load_ranking
from archiver.web.rendering import Frame, render

PAGE = 30
FIELDS = ("q", "site", "section", "since", "until", "state", "changed", "after")
STATES = (KNOWN_STATES[0], AWAY, *KNOWN_STATES[1:])

_POSITION = re.compile(r"([0-9T:+.Z-]*)~(\d{1,18})~(\d{1,18})", re.ASCII)


@dataclass(frozen=True, slots=True)
class ListPage:
    """A page of the list; ``wanted`` is what the form says, ``next`` where the following page begins.

    ``ranking`` is that of the site, on the first page of its list.
    """

    wanted: Mapping[str, str]
    rows: tuple[ListedRow, ...] | tuple[CopiedRow, ...] | tuple[FoundRow, ...]
    next: str | None
    sites: Mapping[str, str]
    sections: tuple[str, ...]
    found: Found | None = None
    ranking: Ranking | None = None

    @property
    def is_filtered(self) -> bool:
        """Say whether anything is chosen."""
        return any(value for name, value in self.wanted.items() if name not in ("q", "after"))

    def link(self, links: PageAddresses, after: str | None) -> str:
        """Return the address of the same list from a position on; None for its beginning."""
        return links.articles(**{**self.wanted, "after": after})


def load_list(connection: sqlite3.Connection, wanted: Mapping[str, str]) -> ListPage:
    """Ask for a page of articles; PageError for a date or a position that cannot be read."""
    wanted = _spell({name: wanted.get(name, "").strip() for name in FIELDS})
    sites = dict(connection.execute("SELECT name, title FROM sites ORDER BY title").fetchall())
    chosen = _read_filter(wanted, sites)
    names = [chosen.site] if chosen.site else sites
    sections = sorted({section for site in names for section in list_sections(connection, site)})
    if wanted["q"]:
        found = search(connection, wanted["q"], chosen, wanted["after"], PAGE)
        return ListPage(wanted, found.rows, found.next, sites, tuple(sections), found)
    zones = zones_of_sites(connection)
    rows = list_page(connection, chosen, zones, _read_position(wanted["after"]), PAGE + 1)
    following = _write_position(rows[PAGE - 1]) if len(rows) > PAGE else None
    ranking = load_ranking(connection, chosen.site) if chosen.site and not wanted["after"] else None
    return ListPage(wanted, tuple(rows[:PAGE]), following, sites, tuple(sections), ranking=ranking)


def render_list(page: ListPage, frame: Frame) -> str:
    """Make the page."""
    return render("articles.html", frame, page=page, states=STATES, beside=BESIDE)


def _read_filter(wanted: Mapping[str, str], sites: Mapping[str, str]) -> ArticleFilter:
    site, state = wanted["site"] or None, wanted["state"] or None
    if site and site not in sites:
        raise MissingError("no_site", site=site)
    if state and state not in STATES:
        raise PageError("bad_value", name="state", value=state)
    since, until = (date.fromisoformat(wanted[name]) if wanted[name] else None for name in ("since", "until"))
    section, changed = wanted["section"] or None, bool(wanted["changed"])
    return ArticleFilter(site, section, since, until, state=state, changed=changed)


def _spell(wanted: Mapping[str, str]) -> Mapping[str, str]:
    """Spell the days in one way, however they were typed."""
    days = {name: read_day(name, wanted[name]) for name in ("since", "until")}
    return {**wanted, **{name: day.isoformat() if day else "" for name, day in days.items()}}


def _read_position(text: str | None) -> Position | None:
    if not text:
        return None
    match = _POSITION.fullmatch(text)
    if match is None:
        raise PageError("bad_value", name="after", value=text)
    return Position(match[1], int(match[2]), int(match[3]))


def _write_position(row: ListedRow) -> str:
    position = Position.of_row(row)
    return f"{position.published}~{position.content}~{position.article}"
