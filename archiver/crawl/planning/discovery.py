"""Which addresses a crawl asks for: listing pages once, articles once, nothing else."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import tzinfo
from urllib.parse import urldefrag

from archiver.archive.runs.known_articles import KnownArticle
from archiver.archive.runs.unread import UnreadArticle
from archiver.crawl.items import Visit
from archiver.crawl.planning.accounting import Accounting, settle_visit
from archiver.crawl.planning.bounds import Bounds, check_addresses, check_total, find_unturned, is_walked
from archiver.crawl.planning.names import Names
from archiver.crawl.planning.options import CrawlOptions
from archiver.crawl.planning.plan import KeptPage, Plan
from archiver.crawl.planning.skips import Skips
from archiver.crawl.planning.targets import Target, Walk, WalkStep, interleave
from archiver.ingest.record import explain_refusal
from archiver.ingest.recording.orders import Recorded
from archiver.model import Article, Form, Listing, ListingEntry, Problem
from archiver.parsing.feeds.json_listing import is_posts
from archiver.platforms.generic import is_home
from archiver.platforms.layout import Address, Platform
from archiver.urls import host_of, mark_form_page

MOST_BARE = 20
"""So many pages of a channel in a row may lead to documents or other sites alone."""
FEWEST_SECOND_LOOKS = 20
"""So many articles may be looked at twice in a run, or as many as known ones are visited."""


class Discovery:
    """Decides what to ask for; knows no Scrapy and no archive.

    An article is one request whatever channels, languages and sessions its address shows up with. Addresses of other
    hosts are never asked for. ``accounting`` says what became of each article; ``late`` are the new ones that a daily
    run would not have come to.
    """

    def __init__(self, options: CrawlOptions, platform: Platform, zone: tzinfo, overlap: int = 1) -> None:
        self.plan = Plan()
        self.accounting = Accounting()
        self._names = self.accounting.names
        self.late: set[str] = set()
        self._options = options
        self._platform = platform
        self._bounds = Bounds(options, zone, overlap)
        self._overlap = overlap
        self._zone = zone
        self._skips = Skips(self.plan, self._bounds, zone)
        self._seen: set[str] = set()
        self._walks: list[Walk] = []
        self._left: set[str] = set()
        self._kept: dict[str, Listing] = {}
        self._unchanged: dict[str, KeptPage] = {}
        self._ways: list[str] = []
        self._shown: set[str] = set()
        self._second: dict[str, Target] = {}
        self._looked_at: set[str] = set()

    def adopt(self, plan: Plan) -> None:
        """Follow a plan; without one everything is new."""
        self.plan = plan
        self.accounting.names = self._names = Names(plan.known, plan.others)
        self.accounting.expect(() if self._options.is_bounded else plan.known)
        self._skips = Skips(plan, self._bounds, self._zone)
        self._unchanged = {self._identify(page.listing.url): page for page in plan.memory.pages}
        self._left = {article.key for article in plan.left}
        # What was read from an address that a form turns the pages of is asked for again, and the form with it.
        self._kept = {self._identify(page.url): page for page in plan.listings if page.next_form is None}

    def adopt_platform(self, platform: Platform, zone: tzinfo) -> None:
        """Read addresses as a platform writes them, from the first page on, and days as in ``zone``."""
        self._platform, self._zone = platform, zone
        self._bounds = Bounds(self._options, zone, self._overlap)
        self._skips = Skips(self.plan, self._bounds, zone)
        self._seen = {self._identify(walk.start) for walk in self._walks}

    def begin(self) -> WalkStep:
        """Return the first page of every channel, and what follows from those that are kept."""
        starts = []
        for url in self._options.start:
            walk = Walk(url)
            target = self._meet_listing(url, walk)
            if target:
                self._walks.append(walk)
                starts.append(target)
        return self._follow_kept(WalkStep(tuple(starts)))

    def list_left(self) -> list[Target]:
        """Return the articles that a run before this one left: named by a listing, and never asked for."""
        return self._meet_unread(self.plan.left)

    def follow(self, listing: Listing, walk: Walk) -> WalkStep:
        """Return what a page of a walk leads to: the page after it, and articles not seen before."""
        too_long = check_addresses(listing, walk, self.accounting)
        step = self._follow_page(listing, walk)
        return self._follow_kept(WalkStep(step.targets, (*too_long, *step.problems)))

    def find_unchanged(self, target: Target) -> Listing | None:
        """Return the page that a listing showed last, where its server says that it has not changed since (304)."""
        last = self._unchanged.get(self._identify(target.url)) if target.walk and target.validators else None
        if last is None or target.walk is None:
            return None
        target.walk.confirmed = True
        return last.listing

    def note_ways(self, urls: Iterable[str]) -> None:
        """Note feeds and sitemaps that a page or robots.txt names, and where posts are given out.

        Sites of a known platform need no feeds and sitemaps.
        """
        self._ways.extend(urls)

    def proceed(self) -> list[Target]:
        """Return what comes when nothing waits any more: feeds and sitemaps, then articles that nothing led to."""
        return self._take_ways() or self.finish()

    def look_again(self, key: str, url: str) -> None:
        """Note an article to look at a second time: it changed, and that may be noise. Once each, and not too many."""
        if key not in self._looked_at and len(self._looked_at) < max(self.plan.most, FEWEST_SECOND_LOOKS):
            self._looked_at.add(key)
            self._second[key] = Target("article", key, url, is_second=True)

    def settle(self, visit: Visit, recorded: Recorded) -> None:
        """Note what an answer brought: what became of an article, and whether to look at it once more."""
        if recorded.is_fleeting and not visit.is_second and isinstance(visit.page, Article):
            self.look_again(visit.purpose.expected or visit.page.native_key, visit.first_url or visit.capture.url)
        if visit.purpose.final:
            settle_visit(self.accounting, visit, recorded.novelty, stranger=recorded.is_non_article)

    def take_second_looks(self) -> list[Target]:
        """Return the second looks that were noted since the last time."""
        targets, self._second = [*self._second.values()], {}
        return targets

    def finish(self) -> list[Target]:
        """Return known articles to visit that no listing showed; among them those that could not be read before."""
        if self._options.is_bounded:
            return []
        entries = [self.plan.known[key] for key in (*self.plan.visits, *self._find_unlisted())]
        known = [target for article in entries if (target := self._meet_known(article))]
        return interleave(known, self._meet_unread(self.plan.failed))

    def list_non_articles(self) -> list[str]:
        """List the pages that a listing took for articles, and this run found to be none."""
        return [key for key in self.accounting.list_non_articles() if key in self._shown]

    def leave(self) -> None:
        """Note what became of the articles to ask for that nothing led to; when a run ends."""
        for article in (*self.plan.left, *self.plan.failed):
            if article.key not in self.accounting and self.allows(article.url):
                self.accounting.note(article.key, "waiting")
        for key in self.plan.known if not self._options.is_bounded else ():
            if key not in self.accounting:
                reason = self._skips.find_rest(key)
                self.accounting.note(key, "skipped" if reason else "waiting", reason or "")

    @property
    def is_complete(self) -> bool:
        """Say whether every channel was walked to its end: then what was not listed is listed no more."""
        return bool(self._walks) and not self._options.is_bounded and all(map(is_walked, self._walks))

    @property
    def unturned(self) -> tuple[str, ...]:
        """Say of each channel that was walked as far as can be, and goes on behind that, what shows it."""
        return tuple(f"{walk.start}: {walk.unturned}" for walk in self._walks if is_walked(walk) and walk.unturned)

    @property
    def unwalked(self) -> int:
        """How many channels wait for their next page."""
        return sum(walk.waits for walk in self._walks)

    def refuse_redirect(self, url: str) -> Problem | None:
        """Say what is wrong with an article's address that redirects to another; the answer there may say more."""
        address = self._platform.read_address(url)
        if address.kind == "unknown" and is_home(url):
            return explain_refusal("redirect_to_home", url)
        if address.kind == "listing" or self._is_met_as_listing(address, url):
            return explain_refusal("redirect_to_listing", url)
        return None

    def allows(self, url: str) -> bool:
        """Say whether an address is on one of the hosts of this crawl."""
        return self._options.covers(url)

    def _take_ways(self) -> list[Target]:
        """Return the feeds and sitemaps that were named since the last time, each once a run."""
        if self._options.is_bounded:
            return []
        ways, self._ways = [way for way in self._ways if is_posts(way) or not self._platform.layouts], []
        found = (self._meet_listing(url, Walk(url, is_way=True)) for url in ways)
        return list(self._follow_kept(WalkStep(tuple(target for target in found if target))).targets)

    def _find_unlisted(self) -> list[str]:
        """Find the articles that left the listings: they may still answer (rule 9)."""
        if not self.is_complete:
            return []
        met = {*self.plan.visits, *(key.removeprefix("article ") for key in self._seen)}
        met |= self.plan.resting
        gone = [key for key, article in self.plan.known.items() if article.listed and key not in met]
        return gone if self.plan.scope == "full" else gone[: self.plan.most]

    def _follow_kept(self, step: WalkStep) -> WalkStep:
        """Walk on through the pages that the run taken up has kept."""
        targets, problems = list(step.targets), list(step.problems)
        while kept := next((target for target in targets if target.walk and self._find_kept(target)), None):
            targets.remove(kept)
            assert kept.walk is not None
            following = self._follow_page(self._kept.pop(self._identify(kept.url)), kept.walk)
            targets += following.targets
            problems += following.problems
        return WalkStep(tuple(targets), tuple(problems))

    def _follow_page(self, listing: Listing, walk: Walk) -> WalkStep:
        walk.pages += 1
        walk.waits = False
        walk.is_way = walk.is_way or listing.kind != "page"
        self.note_ways(listing.more)
        walk.non_articles += listing.non_articles
        before = len(walk.found)
        walk.found.update(entry.native_key for entry in listing.entries)
        articles = [target for entry in listing.entries if (target := self._meet_article(entry, walk))]
        self._note_news(listing, walk)
        if listing.next_url is None and listing.next_form is None:
            walk.ended = True
            walk.unturned = find_unturned(listing, walk)
            return WalkStep(tuple(articles), (*check_total(listing, walk), *self._check_any()))
        if self._bounds.is_enough(listing, walk, self.plan.scope):
            return WalkStep(tuple(articles))
        walk.bare = walk.bare + 1 if listing.non_articles and not listing.entries else 0
        if len(walk.found) == before and not 0 < walk.bare <= MOST_BARE:
            return WalkStep((), (Problem("endless_pager", f"page {walk.pages} of {walk.start} shows nothing new"),))
        after = self._meet_form(listing.next_form, walk) or self._meet_listing(listing.next_url, walk)
        walk.waits = after is not None
        return WalkStep((*([after] if after else []), *articles))

    def _note_news(self, listing: Listing, walk: Walk) -> None:
        names = {self._names.name(entry.native_key) for entry in listing.entries}
        news = {name for name in names if self.plan.is_news(name)}
        walk.stale = 0 if news else walk.stale + 1
        walk.passed = walk.passed or walk.stale > self._overlap
        if walk.is_way:
            return
        self._shown |= news
        if walk.passed and self.plan.known:
            self.late |= news - self._left

    def _check_any(self) -> tuple[Problem, ...]:
        """Notice when all channels were walked and none showed an article."""
        if not self.is_complete or any(walk.found for walk in self._walks):
            return ()
        return (Problem("no_articles", "none of the listings shows an article"),)

    def _meet_form(self, form: Form | None, walk: Walk) -> Target | None:
        if form is None or self._options.find_bar(form.url):
            return None
        identity = mark_form_page(self._identify(form.url), form.page)
        return (
            Target("listing", identity, urldefrag(form.url).url, walk, form=form)
            if self._is_first_sight(identity)
            else None
        )

    def _meet_listing(self, url: str | None, walk: Walk) -> Target | None:
        if url is None or self._options.find_bar(url) or not self._is_first_sight(self._identify(url)):
            return None
        address = self._platform.read_address(url)
        last = self._unchanged.get(self._identify(url))
        return Target("listing", address.key, address.url, walk, last.validators if last else {})

    def _meet_article(self, entry: ListingEntry, walk: Walk | None) -> Target | None:
        own_key = entry.native_key
        key = self._names.name(own_key)
        entry = entry if key == own_key else replace(entry, native_key=key)
        if (bar := self._options.find_bar(entry.url)) and key not in self.accounting:
            self.accounting.note(key, "skipped", bar)
        if walk and self._skips.can_wait(key):
            return None
        if bar or not self._is_first_sight(f"article {key}"):
            return None
        if reason := self._find_reason_to_skip(entry, walk):
            self.accounting.note(key, "skipped", reason)
            return None
        self.accounting.note(key, "waiting")
        return Target("article", key, entry.url, walk, self.plan.validators.get(key, {}), own_key=own_key)

    def _meet_known(self, article: KnownArticle) -> Target | None:
        """Ask for a known article where it is; on a host that the site left, at the same path of today's."""
        url = self._options.renew(article.url)
        key = article.key if url != article.url else self._find_own_key(article.key, url)
        return self._meet_article(ListingEntry(key, url, article.title), None)

    def _find_own_key(self, key: str, url: str) -> str:
        """Find the key that an address of an article is of: one that moved has several."""
        address = self._platform.read_address(url)
        return key if address.kind == "listing" else address.key

    def _meet_unread(self, articles: Iterable[UnreadArticle]) -> list[Target]:
        named = (article for article in articles if not self._options.find_bar(article.url))
        entries = (ListingEntry(self._find_own_key(article.key, article.url), article.url, "") for article in named)
        return [target for entry in entries if (target := self._meet_article(entry, None))]

    def _find_reason_to_skip(self, entry: ListingEntry, walk: Walk | None) -> str | None:
        if walk and self._is_met_as_listing(self._platform.read_address(entry.url), entry.url):
            return "a listing"
        return self._skips.find_reason(entry, walk)

    def _is_met_as_listing(self, address: Address, url: str) -> bool:
        """Say whether an address that does not tell what it leads to is that of a listing of this run."""
        return address.kind == "unknown" and self._identify(url) in self._seen

    def _is_first_sight(self, identity: str) -> bool:
        if identity in self._seen:
            return False
        self._seen.add(identity)
        return True

    def _identify(self, url: str) -> str:
        return f"{host_of(url)} listing {self._platform.read_address(url).key}"

    def _find_kept(self, target: Target) -> Listing | None:
        return self._kept.get(self._identify(target.url)) if target.kind == "listing" and self._kept else None
