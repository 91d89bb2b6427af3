"""One page at the addresses of several articles: a farewell, a queue, a login, a challenge (rule 6).

Articles differ; a page that comes in place of several of them is the portal's. It is told by what it takes the place
of: known articles that change in one run into one text, unlike anything they said before, whatever date it prints.
Notices that were posted several times are none of this: each of them was new once, and never another text.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from archiver.archive.history.content import write_time
from archiver.archive.history.outages import Miss
from archiver.archive.history.stored_contents import find_newest_content
from archiver.archive.runs.run_log import Run
from archiver.archive.store.sql_files import Queries
from archiver.model import Problem
from archiver.text.sketches import (
    FOR_NOW,
    PORTAL_PAGE,
    UNREAD,
    Sketch,
    has_same_heading,
    measure_agreement,
    name_unread,
    read_unread,
    says_the_same,
    sketch_text,
)

Place = tuple[int, int]
"""A reading: its article and its capture."""
Visit = tuple[int, int, int]
"""A reading of an article's own page: its article, its capture and the parser that read it."""

# Pages without a date that come for so many articles are none of them, though nothing is known of these yet.
MANY = 3
# An edit leaves something of what an article said; a page that takes its place leaves less than this.
LEFT_OF_ARTICLE = 0.5
REMEMBERED_FOR = timedelta(days=60)
_MOST_REMEMBERED = 50
# Texts of which so much is the same share one of their few smallest hashes, all but surely.
_KEYS = 5
_QUERIES = Queries(__file__)


@dataclass(frozen=True, slots=True)
class PortalPages:
    """The pages of a run that are the portal's.

    ``contents`` were read as articles and are none. ``misses`` are the known articles in whose place they stand, by the
    readings that show it; those of ``unread`` were no articles for the parser either.
    """

    contents: frozenset[Place] = frozenset()
    misses: dict[Visit, Miss] = field(default_factory=dict)
    unread: frozenset[Visit] = frozenset()
    groups: tuple["Group", ...] = ()

    def describe(self, judged: frozenset[int]) -> list[Problem]:
        """Say which pages stand for many articles, but for those of which all articles are judged."""
        return [
            Problem("same_page", f"{len(group.list_articles())} articles answered with one page: {group.title!r}")
            for group in self.groups
            if (group.list_known() or group.list_articles()) - judged
        ]


@dataclass(frozen=True, slots=True)
class Showing:
    """What stands at the address of an article in a run.

    ``owner`` is the article that the parser took it for, another one where the address redirects; None where it was
    none. ``known``: the article was read before, and said something else. ``date`` is what is printed as one;
    those ``for_now`` speak of a state that ends. ``for_listing``: the address has been that of a listing.
    """

    visit: Visit
    owner: int | None
    at: str
    status: int
    title: str
    sketch: Sketch
    known: bool
    date: str | None = None
    digest: bytes = b""
    for_now: bool = False
    for_listing: bool = False


@dataclass(slots=True)
class Group:
    """Showings of one page; ``is_remembered``: earlier runs knew it for the portal's."""

    first: Showing
    showings: list[Showing] = field(default_factory=list)
    is_remembered: bool = False

    @property
    def title(self) -> str:
        """The heading of the page, the first in order of those that came."""
        return min((one.title for one in self.showings), default=self.first.title)

    def list_articles(self) -> frozenset[int]:
        """List the articles in whose place the page stands."""
        return frozenset(one.visit[0] for one in self.showings if not one.for_listing)

    def list_known(self) -> frozenset[int]:
        """List those of them that were read before."""
        return frozenset(one.visit[0] for one in self.showings if one.known)

    def takes(self, showing: Showing) -> bool:
        """Say whether something is this page: it says the same; a page that is no article has its heading too."""
        unread = self.first.owner is None or showing.owner is None
        if unread and not has_same_heading(self.first.sketch, showing.sketch):
            return False
        return says_the_same(self.first.sketch, showing.sketch)


class _Groups:
    """Groups of alike pages, found by what their sketches share."""

    def __init__(self) -> None:
        self.all: list[Group] = []
        self._by_hash: dict[int, list[Group]] = defaultdict(list)

    def find(self, showing: Showing) -> Group | None:
        near = (group for key in showing.sketch.hashes[:_KEYS] for group in self._by_hash[key])
        return next((group for group in near if group.takes(showing)), None)

    def put(self, showing: Showing, *, is_remembered: bool = False) -> None:
        group = self.find(showing)
        if group is None:
            group = Group(showing, is_remembered=is_remembered)
            self.all.append(group)
            for key in showing.sketch.hashes[:_KEYS]:
                self._by_hash[key].append(group)
        if not is_remembered:
            group.showings.append(showing)


def find_portal_pages(connection: sqlite3.Connection, run: Run) -> PortalPages:
    """Find the pages of a run that stand in the place of several articles."""
    rows = _QUERIES.ask(connection, "news", run=run.id)
    changed = [*_list_changed(connection, run, rows), *_list_unread(connection, run)]
    new = [row for row in rows if _find_last(connection, row, row["article_id"]) is None]
    unsure = [row for row in new if _is_for_now(row) or row["for_listing"]]
    candidates = changed + [_show(row, row["article_id"], known=False) for row in unsure]
    groups = _Groups()
    if candidates:
        for showing in _remember(connection, run):
            groups.put(showing, is_remembered=True)
        for showing in sorted(candidates, key=lambda one: (not one.known, one.at, one.visit)):
            groups.put(showing)
        _join_new(groups, (row for row in new if row not in unsure))
    shown = _list_shown(connection, run) if any(_is_single(group) for group in groups.all) else {}
    found = [group for group in groups.all if group.showings and _is_portals(group, shown)]
    return _gather([*found, *_find_undated(rows, found)])


def is_in_question(connection: sqlite3.Connection, run: Run, articles: frozenset[int] | None) -> bool:
    """Say whether what a run shows of articles (of all: None) may be a page of the portal."""
    rows = _QUERIES.ask(connection, "news", run=run.id)
    rows = [row for row in rows if articles is None or row["article_id"] in articles or row["expected"]]
    return any(True for _ in _list_changed(connection, run, rows))


def _list_changed(connection: sqlite3.Connection, run: Run, rows: Iterable[sqlite3.Row]) -> Iterator[Showing]:
    """List what stands at the addresses of known articles and is unlike what they said; each capture once."""
    met: set[Place] = set()
    for row in rows:
        article_id = _find_expected(connection, run, row)
        last = _find_last(connection, row, article_id)
        if last is None or (article_id, row["capture_id"]) in met:
            continue
        met.add((article_id, row["capture_id"]))
        showing = _show(row, article_id, known=True)
        if measure_agreement(showing.sketch, _sketch_content(connection, last)) < LEFT_OF_ARTICLE:
            yield showing


def _find_expected(connection: sqlite3.Connection, run: Run, row: sqlite3.Row) -> int:
    """Find the article that was asked for; where another came that it is known to have moved to, that one."""
    if row["expected"] in (None, row["native_key"]):
        return int(row["article_id"])
    known = connection.execute(
        "SELECT article_id FROM article_keys ak WHERE site = ?1 AND native_key = ?2 AND NOT EXISTS (SELECT 1 "
        "FROM readings m WHERE m.article_id = ak.article_id AND m.capture_id = ?3 AND m.sign = 'moved' "
        "AND m.standing = 'counted')",
        (run.site, row["expected"], row["capture_id"]),
    ).fetchone()
    return int(known[0]) if known else int(row["article_id"])


def _find_last(connection: sqlite3.Connection, row: sqlite3.Row, article_id: int) -> int | None:
    last = find_newest_content(connection, article_id, row["parser_id"], row["began"])
    return last.content_id if last else None


def _show(row: sqlite3.Row, article_id: int, *, known: bool) -> Showing:
    return Showing(
        visit=(article_id, row["capture_id"], row["parser_id"]),
        owner=row["article_id"],
        at=row["fetched_at"],
        status=row["status"],
        title=row["title"],
        sketch=_sketch_row(row),
        known=known,
        date=row["published_raw"],
        digest=row["digest"],
        for_now=_is_for_now(row),
        for_listing=bool(row["for_listing"]),
    )


def _is_for_now(row: sqlite3.Row) -> bool:
    return FOR_NOW in (row["detail"] or "")


def _sketch_row(row: sqlite3.Row) -> Sketch:
    return sketch_text(row["title"], f"{row['lead'] or ''}\n{row['body']}")


def _sketch_content(connection: sqlite3.Connection, content_id: int) -> Sketch:
    query = "SELECT title, lead, body FROM contents WHERE id = ?"
    return _sketch_row(connection.execute(query, (content_id,)).fetchone())


def _list_unread(connection: sqlite3.Connection, run: Run) -> Iterator[Showing]:
    """List the pages that are no article, at the addresses of articles that were read before the run."""
    for row in _QUERIES.ask(connection, "unread", run=run.id, unread=UNREAD):
        if _find_last(connection, row, row["article_id"]) is not None:
            visit = (row["article_id"], row["capture_id"], row["parser_id"])
            sketch = read_unread(row["detail"])
            yield Showing(visit, None, row["fetched_at"], row["status"], name_unread(row["detail"]), sketch, known=True)


def _remember(connection: sqlite3.Connection, run: Run) -> Iterator[Showing]:
    """Return the pages that earlier runs knew for the portal's."""
    began = connection.execute("SELECT started_at FROM runs WHERE id = ?", (run.id,)).fetchone()[0]
    values = {
        "site": run.site,
        "since": write_time(datetime.fromisoformat(began) - REMEMBERED_FOR, "microseconds"),
        "portal_page": PORTAL_PAGE,
        "unread": UNREAD,
        "most": _MOST_REMEMBERED,
    }
    for row in _QUERIES.ask(connection, "remembered", run=run.id, **values):
        is_read = row["title"] is not None
        sketch = _sketch_row(row) if is_read else read_unread(row["unread"])
        visit = (row["article_id"], row["capture_id"], row["parser_id"])
        owner = row["article_id"] if is_read else None
        yield Showing(visit, owner, row["fetched_at"], row["status"], row["title"] or "", sketch, known=True)


def _join_new(groups: _Groups, new: Iterable[sqlite3.Row]) -> None:
    """Let articles that were never read join the pages that stand in the place of known ones too."""
    for row in new:
        showing = _show(row, row["article_id"], known=False)
        if group := groups.find(showing):
            group.showings.append(showing)


def _is_single(group: Group) -> bool:
    return len(group.list_known()) == 1 and not group.is_remembered


def _is_portals(group: Group, shown: dict[bytes, set[int]]) -> bool:
    """Say whether a page is the portal's: it stands for two known articles, was known before, or is another's page."""
    known, articles = group.list_known(), group.list_articles()
    if group.is_remembered or len(known) > 1 or (known and len(articles) >= MANY):
        return True
    if any(one.for_listing for one in group.showings):
        return True
    if not known:  # notices are posted several times too, each on its day and under its number
        printed = {(one.title, one.date) for one in group.showings}
        return len(articles) >= MANY and len(printed) == 1
    others = {article_id for one in group.showings for article_id in shown.get(one.digest, ())} - known
    return bool(others)


def _list_shown(connection: sqlite3.Connection, run: Run) -> dict[bytes, set[int]]:
    """Tell which articles show which content at their own addresses in a run, by its digest."""
    shown: dict[bytes, set[int]] = defaultdict(set)
    for row in _QUERIES.ask(connection, "shown", run=run.id):
        shown[row["digest"]].add(row["article_id"])
    return shown


def _find_undated(rows: Iterable[sqlite3.Row], found: Iterable[Group]) -> Iterator[Group]:
    """Find texts without a date that came for many articles, all of them new or changed: an error page."""
    taken = {one.visit for group in found for one in group.showings}
    by_digest: dict[bytes, dict[int, sqlite3.Row]] = defaultdict(dict)
    for row in rows:
        if row["published_raw"] is None and (row["article_id"], row["capture_id"], row["parser_id"]) not in taken:
            by_digest[row["digest"]][row["article_id"]] = row
    for same in by_digest.values():
        if len(same) >= MANY:
            showings = [_show(row, article_id, known=False) for article_id, row in same.items()]
            yield Group(showings[0], showings)


def _gather(groups: Iterable[Group]) -> PortalPages:
    every = tuple(groups)
    showings = [one for group in every for one in group.showings]
    return PortalPages(
        contents=frozenset((one.owner, one.visit[1]) for one in showings if one.owner is not None),
        misses={one.visit: Miss(one.at, one.status, sure=True) for one in showings if one.known and not one.for_now},
        unread=frozenset(one.visit for one in showings if one.owner is None),
        groups=every,
    )
