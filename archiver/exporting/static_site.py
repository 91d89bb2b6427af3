"""A copy of the archive to read in a browser, without a server: the pages of ``archiver serve`` as files.

Index, lists of articles by site and month, articles in all their versions, comparisons of neighbouring versions, runs
and feeds. Links are relative, so it can stand in any folder, on a web server or a USB stick. There is no script.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain, count, islice, pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

from archiver.archive.evidence.files import copy_files, folder_beside
from archiver.archive.queries.article_filter import ArticleFilter
from archiver.archive.queries.changes import ChangeFilter, list_changes
from archiver.archive.queries.chosen_articles import (
    Shelf,
    choose_copies,
    count_copies,
    is_copied,
    list_copies,
    list_months,
    list_shelf,
)
from archiver.archive.queries.queries import zones_of_sites
from archiver.archive.queries.rows import ChangeRow
from archiver.archive.queries.shown_runs import list_last_runs
from archiver.archive.store.damage import FILE_ERRORS, DamageError, note_damage
from archiver.archive.upkeep.worker_pool import Question, Readers, batch
from archiver.exporting.static_links import (
    ARTICLES,
    FILES,
    HOME,
    RUNS,
    STYLE,
    StaticLinks,
    name_file,
    place_article,
    place_changes,
    place_list,
)
from archiver.web.faults import PageError
from archiver.web.language.messages import Language
from archiver.web.pages.article import ArticlePage, load_article, render_article
from archiver.web.pages.article_list import ListPage
from archiver.web.pages.comparing import ComparisonPage, load_comparison, render_comparison
from archiver.web.pages.feeds import load_site_feed, render_feed
from archiver.web.pages.home import CHANGED, MOST_NEW, NEW, Day, HomePage, group_days, render_home
from archiver.web.pages.runs import load_run, load_runs, render_run, render_runs
from archiver.web.pages.site_cards import SiteCard
from archiver.web.rendering import Frame, render, style_sheet

# Of a list, so many articles are on one page.
PAGE = 200
# Pages that one process is asked to write at once.
TOGETHER = 16
_DAMAGED: tuple[type[Exception], ...] = (DamageError, PageError, *FILE_ERRORS)
_FORM = dict.fromkeys(("q", "site", "section", "state", "since", "until", "changed", "after"), "")

Progress = Callable[[int, int], None]


def write_site(
    folder: Path,
    connection: sqlite3.Connection,
    wanted: ArticleFilter,
    limit: int | None,
    language: Language,
    progress: Progress,
    readers: Readers,
) -> int:
    """Write the articles wanted into an empty folder, and return how many there are; ``progress`` is told of each.

    What the pages show is read here, at one moment of the archive; ``readers`` make HTML of it.
    """
    number = choose_copies(connection, wanted, limit)
    copy = _Copy(folder, connection, language, zones_of_sites(connection), count_copies(connection))
    for done in chain.from_iterable(readers.ask(copy.list_pages())):
        progress(done, number)
    copy.write_lists()
    copy.write_runs()
    copy.write_feeds()
    copy.write_home()
    copy.write(STYLE, style_sheet()[0])
    return number


@dataclass(frozen=True, slots=True)
class _Copy:
    """A copy while it is written; ``counts`` has its sites as ``count_copies`` tells them."""

    folder: Path
    connection: sqlite3.Connection
    language: Language
    zones: dict[str, ZoneInfo]
    counts: dict[str, tuple[str, int, int, int]]

    def write(self, place: str, text: str) -> None:
        """Write a file of the copy."""
        _write(self.folder, place, text)

    def list_pages(self) -> Iterator[Question[range]]:
        """List the pages of all articles, to be written; the answers number the articles that they are of."""
        numbered = enumerate(list_copies(self.connection), 1)
        pages = ((number, *page) for number, article in numbered for page in self._load_whole(*article))
        return (partial(_write_pages, self.folder, some) for some in batch(pages, TOGETHER))

    def _load_whole(self, site: str, key: str) -> list[tuple[str, "_Shown", Frame]]:
        """Load the pages of an article, or none of them where it is damaged: that is noted, and told at the end."""
        try:
            return list(self._load_pages(site, key))
        except _DAMAGED as error:
            note_damage(DamageError(f"{site}:{key}: {error}"))
            return []

    def _load_pages(self, site: str, key: str) -> Iterator[tuple[str, "_Shown", Frame]]:
        """Load the page of an article, one for each former version, and one for each change."""
        page = load_article(self.connection, site, key)
        self._copy_files(page)
        newest = page.state["snapshot"]
        place = place_article(site, key)
        yield place, page, self._frame(place, newest)
        for number, following in pairwise(state["snapshot"] for state in page.states):
            place = place_article(site, key, f".v{number}")
            former = load_article(self.connection, site, key, number)
            self._copy_files(former)
            yield place, former, self._frame(place, newest)
            place = place_article(site, key, f".{number}-{following}")
            comparison = load_comparison(self.connection, site, key, number, following)
            yield place, comparison, self._frame(place, newest)

    def write_lists(self) -> None:
        """Write the lists of articles: by site and month, those that changed, those that vanished; and their index."""
        sites = [(name, counts[0], self._list_years(name)) for name, counts in self.counts.items()]
        self.write(ARTICLES, render("months.html", self._frame(ARTICLES), sites=sites))
        for site, title, years in sites:
            place = place_list(site, "index")
            self.write(place, render("months.html", self._frame(place), sites=[(site, title, years)]))
            for month in (month for months in years.values() for month in months):
                self._write_list("month", site, month, f"{title}: {self._name_month(month)}")
        for owner in (None, *self.counts):
            self._write_list("changed", owner, None, self._say("changes_all"))
            self._write_list("away", owner, None, self._say("away").capitalize())

    def write_runs(self) -> None:
        """Write the ledger: its pages, and one page for each run of a site of the copy."""
        place = RUNS
        before: int | None = None
        while True:
            page = load_runs(self.connection, None, before)
            rows = tuple(row for row in page.rows if row["site"] in self.counts)
            self.write(place, render_runs(replace(page, rows=rows), self._frame(place)))
            for row in rows:
                self._write_run(row["run_id"])
            if page.next is None:
                return
            place, before = f"runs/before-{page.next}.html", page.next

    def write_feeds(self) -> None:
        """Write the feed of each site."""
        for site in self.counts:
            place = f"feed/{name_file(site)}.atom"
            feed = load_site_feed(self.connection, site, self._is_copied)
            self.write(place, render_feed(feed, self._frame(place), ""))

    def write_home(self) -> None:
        """Write the front page, with what happened to the articles of the copy, and the older changes behind it."""
        runs = list_last_runs(self.connection)
        cards = tuple(SiteCard(name, *counts, runs.get(name)) for name, counts in self.counts.items())
        new = tuple(islice(self._list_changes(NEW), MOST_NEW))
        rows = self._list_changes(CHANGED)
        some, more = tuple(islice(rows, PAGE)), tuple(islice(rows, PAGE))
        self._write_changes(None, HomePage(self._group(some), "2" if more else None, new, cards))
        for number in count(2):
            if not more:
                return
            some, more = more, tuple(islice(rows, PAGE))
            following = str(number + 1) if more else None
            self._write_changes(str(number), HomePage(self._group(some), following, (), (), is_first=False))

    def _write_changes(self, number: str | None, page: HomePage) -> None:
        place = place_changes(number)
        self.write(place, render_home(page, self._frame(place)))

    def _list_changes(self, wanted: ChangeFilter) -> Iterator[ChangeRow]:
        return self._keep_copied(list_changes(self.connection, wanted))

    def _group(self, rows: Iterable[ChangeRow]) -> tuple[Day, ...]:
        return group_days(self.connection, rows)

    def _copy_files(self, page: ArticlePage) -> None:
        """Take the files along that a page leads to; one that is missing stays a link to nothing, as in the archive."""
        files = (copy.file for kept in page.files.values() for copy in kept.copies)
        copy_files(files, folder_beside(self.connection), self.folder / FILES)

    def _write_list(self, shelf: Shelf, site: str | None, month: str | None, heading: str) -> None:
        """Write a list in pages; each leads to the next."""
        name = (month or "undated") if shelf == "month" else shelf
        rows = list_shelf(self.connection, shelf, site, month)
        some = tuple(islice(rows, PAGE))
        for number in count(2):
            more = tuple(islice(rows, PAGE))
            following = f"{name}-p{number}" if more else None
            wanted = _FORM | {"site": site or ""}
            place = place_list(site, name if number == 2 else f"{name}-p{number - 1}")
            page = ListPage(wanted, some, following, {}, ())
            self.write(place, render("shelf.html", self._frame(place), page=page, states=(), heading=heading, beside=0))
            if not more:
                return
            some = more

    def _list_years(self, site: str) -> dict[str | None, dict[str | None, int]]:
        """Return how many articles each month has, by year; None for those without a date."""
        years: dict[str | None, dict[str | None, int]] = {}
        for month, number in list_months(self.connection, site):
            years.setdefault(month[:4] if month else None, {})[month] = number
        return years

    def _write_run(self, number: int) -> None:
        place = f"runs/{number}.html"
        page = load_run(self.connection, number)
        events = tuple(self._keep_copied(iter(page.events)))
        self.write(place, render_run(replace(page, events=events), self._frame(place)))

    def _keep_copied(self, rows: Iterable[ChangeRow]) -> Iterator[ChangeRow]:
        return filter(self._is_copied, rows)

    def _is_copied(self, row: ChangeRow) -> bool:
        return is_copied(self.connection, row["site"], row["article_id"])

    def _frame(self, place: str, newest: int | None = None) -> Frame:
        return Frame(self.language, StaticLinks(place, newest), self.zones)

    def _name_month(self, month: str | None) -> str:
        return f"{month[5:]}/{month[:4]}" if month else self._say("undated")

    def _say(self, key: str) -> str:
        return self._frame(HOME).say(key)


_Shown = ArticlePage | ComparisonPage


def _write_pages(folder: Path, pages: tuple[tuple[int, str, _Shown, Frame], ...], _: object) -> range:
    for _number, place, page, frame in pages:
        text = render_article(page, frame) if isinstance(page, ArticlePage) else render_comparison(page, frame)
        _write(folder, place, text)
    return range(pages[0][0], pages[-1][0] + 1)


def _write(folder: Path, place: str, text: str) -> None:
    path = folder / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
