"""The plan of a run: made once when it opens, from what the archive knows; nothing is looked up after that."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal
from zlib import crc32

from sqlite_utils import Database

from archiver.archive.runs.known_articles import (
    RESUME_FOR,
    KeptAnswer,
    KnownArticle,
    UnfinishedRun,
    find_last_walk,
    find_unfinished_run,
    find_validators,
    list_kept_answers,
    list_known_articles,
    list_non_articles,
    list_other_keys,
)
from archiver.archive.runs.last_listings import LastCrawl, find_last_crawl, list_beginnings, list_last_pages
from archiver.archive.runs.unread import UnreadArticle, list_unread_articles
from archiver.crawl.planning.options import CrawlOptions
from archiver.crawl.planning.printed import Printed, read_printed
from archiver.crawl.planning.schedule import REST, bound_visits, choose_visits
from archiver.crawl.planning.unread import choose_unread
from archiver.ingest.record import list_truncated, load_listings, load_pages
from archiver.model import Listing
from archiver.platforms import platform_of
from archiver.site import Revisits, Site
from archiver.urls import is_form_page

Scope = Literal["daily", "deep", "full"]
Validators = Mapping[str, str]
_SCOPES: tuple[Scope, ...] = ("daily", "deep", "full")

# An hour or two of difference between two cron runs must not put the deep pass off by a day.
TOLERANCE = timedelta(hours=12)
# Pages that were no articles are looked at again after this, and at most twice it: not all of them on one day.
STRANGER_FOR = timedelta(days=30)
# A full run of a large portal may be cut off on each of many days: its visits count as long as one run follows another.
MOST_PAUSE = timedelta(days=30)
# Answers that say nothing of the article itself; it is asked for again when its run is taken up.
_INCONCLUSIVE = frozenset({206, 301, 302, 303, 307, 308, 401, 403, 407, 408, 429, 500, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class KeptPage:
    """A listing page as it was seen last, with its validators for a conditional request."""

    listing: Listing
    validators: Validators


@dataclass(frozen=True, slots=True)
class Memory:
    """What the last crawl saw of the listings: what they ``printed``, by the keys of articles, and their ``pages``.

    ``settled``: it looked into all of that. ``pages`` are those that may be asked for by a condition.
    """

    printed: Mapping[str, Printed] = field(default_factory=dict)
    settled: bool = False
    pages: Sequence[KeptPage] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run is to do.

    ``visits`` are the keys of the known articles to visit, the most pressing first, with their ``validators`` for
    conditional requests; ``most`` bounds what else is visited of the known ones. ``listings`` and ``done`` are the
    listing pages and the articles that the run taken up has just fetched, ``walked`` the ids of the runs that fetched
    these pages; ``visited`` are all articles that it need not visit again, unless they left the listings since.
    ``non_articles`` are the keys of pages that turned out to be no articles, and need not be looked at again yet. Of
    articles that listings named and nobody read, ``left`` come before everything else, and ``failed`` last. ``others``
    are the further keys of articles, each with the one by which its article is known.
    ``resting`` were visited a moment ago, and are not visited again because they left the listings. ``memory`` is what
    the last crawl saw of the listings.
    """

    scope: Scope = "full"
    known: Mapping[str, KnownArticle] = field(default_factory=dict)
    visits: Sequence[str] = ()
    most: int = 0
    validators: Mapping[str, Validators] = field(default_factory=dict)
    resumed: UnfinishedRun | None = None
    listings: Sequence[Listing] = ()
    done: frozenset[str] = frozenset()
    visited: frozenset[str] = frozenset()
    non_articles: frozenset[str] = frozenset()
    walked: tuple[int, ...] = ()
    left: Sequence[UnreadArticle] = ()
    failed: Sequence[UnreadArticle] = ()
    resting: frozenset[str] = frozenset()
    memory: Memory = Memory()
    others: Mapping[str, str] = field(default_factory=dict)

    def is_news(self, key: str) -> bool:
        """Say whether an article was not known before this run, or the one it takes up, began."""
        article = self.known.get(key)
        return article is None or (self.resumed is not None and article.first_seen_at >= self.resumed.started_at)


def make_plan(
    database: Database, site: Site, options: CrawlOptions, arguments: Mapping[str, str], at: datetime
) -> Plan:
    """Make the plan of a run that opens at a time; the runs before it must be closed."""
    connection, start = database.conn, arguments.get("start")
    resumed = find_unfinished_run(connection, site.name, arguments, at)
    known = {article.key: article for article in list_known_articles(connection, site.name, at)}
    last_walk = find_last_walk(connection, site.name, start, at)
    scope = _choose_scope(options, site.revisits, resumed, at - last_walk if last_walk else None)
    kept = _drop_partial(database, _list_kept(connection, resumed, scope, at))
    pages = [answer for answer in kept if answer.fetched_at >= at - RESUME_FOR and _is_reusable(answer)]
    others = list_other_keys(connection, site.name)
    visited = _find_done(site, kept, others)
    rules = replace(site.revisits, min_revisits=site.revisits.min_revisits // 3) if scope == "deep" else site.revisits
    beginnings = list_beginnings(connection, site.name, at)
    visits = _choose_visits(scope, _leave_out_news(known.values(), resumed, at), rules, at, visited, beginnings)
    last = find_last_crawl(connection, site.name, start, at)
    unread = [] if options.is_bounded else list_unread_articles(connection, site.name, start)
    left, failed = choose_unread(unread, bound_visits(len(known), rules), at)
    return Plan(
        scope=scope,
        known=known,
        visits=visits,
        most=bound_visits(len(known), rules),
        validators={key: found for key in visits if (found := find_validators(connection, site.name, key))},
        resumed=resumed,
        listings=load_listings(database, site, [answer.capture_id for answer in pages]),
        done=_find_done(site, [answer for answer in kept if answer.fetched_at >= at - RESUME_FOR], others),
        visited=visited,
        non_articles=frozenset() if scope == "full" else _find_non_articles(database, site, at),
        walked=tuple(sorted({answer.run_id for answer in pages})),
        left=left,
        failed=failed,
        resting=_find_resting(known.values(), last, at) if scope != "full" else frozenset(),
        memory=_remember_listings(database, site, last, asks_whole=scope != "daily" or resumed is not None),
        others=others,
    )


def _remember_listings(database: Database, site: Site, last: LastCrawl | None, *, asks_whole: bool) -> Memory:
    """Read the listing pages of the last crawl again; a run that ``asks_whole`` sends no conditions.

    Every deep run does: a server may say for ever that nothing has changed, and what left listings shows only there.
    """
    if last is None:
        return Memory()
    pages = {page.capture_id: page for page in list_last_pages(database.conn, last.id)}
    shown = load_pages(database, site, pages)
    printed = read_printed([(listing, pages[key].fetched_at) for key, listing in shown.items()], site.zone)
    kept = (KeptPage(listing, pages[key].validators) for key, listing in shown.items() if not asks_whole)
    usable = (page for page in kept if page.validators and page.listing.entries and page.listing.next_form is None)
    return Memory(printed, last.settled, tuple(page for page in usable if not is_form_page(page.listing.url)))


def _find_resting(known: Iterable[KnownArticle], last: LastCrawl | None, at: datetime) -> frozenset[str]:
    """Find what need not be visited again so soon for having left the listings.

    It does not answer well, or what the listings do not show is not believed: so it stays listed, and would be visited
    in every run.
    """
    doubted = last is not None and not last.believed
    resting = (article for article in known if timedelta() <= at - article.visited_at < REST)
    return frozenset(article.key for article in resting if doubted or article.state != "live")


def _choose_scope(
    options: CrawlOptions, revisits: Revisits, resumed: UnfinishedRun | None, since_walk: timedelta | None
) -> Scope:
    """Go as far as is asked for, or due, or as a run was to go that did not do its work."""
    if options.is_bounded:
        return "full" if options.full else "daily"
    overdue = since_walk is None or since_walk + TOLERANCE >= timedelta(days=revisits.deep_every)
    wanted: Scope = "full" if options.full else "deep" if options.deep or overdue else "daily"
    left = (scope for scope in _SCOPES if resumed and scope == resumed.scope)
    return max((wanted, *left), key=_SCOPES.index)


def _list_kept(
    connection: sqlite3.Connection, resumed: UnfinishedRun | None, scope: Scope, at: datetime
) -> list[KeptAnswer]:
    """List what the run taken up has fetched that still counts: for a full run all its visits, else the last ones."""
    if resumed is None:
        return []
    follows = resumed.last_began is not None and at - resumed.last_began < MOST_PAUSE
    is_full = resumed.scope == scope == "full" and follows
    return list_kept_answers(connection, resumed.ids, resumed.started_at if is_full else at - RESUME_FOR)


def _leave_out_news(
    known: Iterable[KnownArticle], resumed: UnfinishedRun | None, at: datetime
) -> Sequence[KnownArticle]:
    """Leave out what the run taken up has just met: it is no known article that a visit is due of."""
    if resumed is None:
        return list(known)
    began = max(resumed.started_at, at - RESUME_FOR)
    return [article for article in known if article.first_seen_at < began]


def _choose_visits(
    scope: Scope,
    known: Sequence[KnownArticle],
    revisits: Revisits,
    at: datetime,
    done: frozenset[str],
    beginnings: Sequence[datetime],
) -> list[str]:
    waiting = [article for article in known if article.key not in done]
    if scope == "full":
        return [article.key for article in sorted(waiting, key=lambda article: (article.visited_at, article.key))]
    return choose_visits(waiting, revisits, at, len(known) - len(waiting), beginnings)


def _is_reusable(answer: KeptAnswer) -> bool:
    """Say whether a kept page can be walked on from; what a form was sent for depends on a state that is gone."""
    return answer.status == 200 and not is_form_page(answer.url)


def _find_non_articles(database: Database, site: Site, at: datetime) -> frozenset[str]:
    """Find the pages that were no articles when they were last looked at, each for a month or two from then."""
    platform = platform_of(site)
    if platform.layouts:
        return frozenset()
    seen = ((platform.read_address(url).key, fetched) for url, fetched in list_non_articles(database.conn, site.name))
    return frozenset(key for key, fetched in seen if at - fetched < STRANGER_FOR * (1 + crc32(key.encode()) / 2**32))


def _drop_partial(database: Database, kept: Sequence[KeptAnswer]) -> list[KeptAnswer]:
    """Leave out the pages that did not come whole: they are asked for again."""
    partial = list_truncated(database, [answer.capture_id for answer in kept if answer.status == 200])
    return [answer for answer in kept if answer.capture_id not in partial]


def _find_done(site: Site, kept: Sequence[KeptAnswer], others: Mapping[str, str]) -> frozenset[str]:
    read_address = platform_of(site).read_address
    addresses = (read_address(answer.url) for answer in kept if answer.status not in _INCONCLUSIVE)
    return frozenset(others.get(address.key, address.key) for address in addresses if address.kind != "listing")
