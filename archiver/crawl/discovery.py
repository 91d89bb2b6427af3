"""Which addresses a crawl asks for: listing pages once, articles once, nothing else."""

from datetime import date, tzinfo

from archiver.crawl.fates import Fates
from archiver.crawl.options import CrawlOptions
from archiver.crawl.plan import Plan
from archiver.crawl.targets import Step, Target, Walk
from archiver.model import Listing, ListingEntry, Problem
from archiver.platforms.layout import Platform
from archiver.urls import host_of


class Discovery:
    """Decides what to ask for; knows no Scrapy and no archive.

    An article is one request whatever channels, languages and sessions its address shows up with. Addresses of other
    hosts are never asked for. ``fates`` tells what became of every article; ``late`` are the new ones that a daily run
    would not have come to.
    """

    def __init__(self, options: CrawlOptions, platform: Platform, zone: tzinfo, overlap: int = 1) -> None:
        self.plan = Plan()
        self.fates = Fates()
        self.late: set[str] = set()
        self._options = options
        self._platform = platform
        self._zone = zone
        self._overlap = overlap
        self._seen: set[str] = set()
        self._walks: list[Walk] = []
        self._visits: frozenset[str] = frozenset()
        self._kept: dict[str, Listing] = {}
        self._retitled = 0

    def adopt(self, plan: Plan) -> None:
        """Follow a plan; without one everything is new."""
        self.plan = plan
        self._visits = frozenset(plan.visits)
        self._kept = {self._identify(page.url): page for page in plan.listings}

    def adopt_platform(self, platform: Platform) -> None:
        """Read addresses as a platform writes them, from the first page on."""
        self._platform = platform
        self._seen = {self._identify(walk.start) for walk in self._walks}

    def begin(self) -> Step:
        """Return the first page of every channel, and what follows from those that are kept."""
        starts = []
        for url in self._options.start:
            walk = Walk(url)
            target = self._meet_listing(url, walk)
            if target:
                self._walks.append(walk)
                starts.append(target)
        return self._follow_kept(Step(tuple(starts)))

    def follow(self, listing: Listing, walk: Walk) -> Step:
        """Return what a page of a walk leads to: the page after it, and articles not seen before."""
        return self._follow_kept(self._follow_page(listing, walk))

    def finish(self) -> list[Target]:
        """Return the known articles that are to be visited though no listing showed them, once all walks are over."""
        if self._options.is_bounded:
            return []
        entries = [self.plan.known[key] for key in (*self.plan.visits, *self._find_unlisted())]
        shown = (ListingEntry(article.key, article.url, article.title) for article in entries)
        return [target for entry in shown if (target := self._meet_article(entry, None))]

    def leave(self) -> None:
        """Note what became of the known articles that nothing led to; when a run ends."""
        for key in self.plan.known if not self._options.is_bounded else ():
            if key not in self.fates and key in self._visits:
                self.fates.note(key, "waiting")
            elif key not in self.fates:
                self.fates.note(key, "skipped", "not due")

    @property
    def found(self) -> int:
        """Count the articles that this run is accountable for so far."""
        known = () if self._options.is_bounded else self.plan.known
        return len(self.fates) + sum(key not in self.fates for key in known)

    @property
    def is_complete(self) -> bool:
        """Say whether every channel was walked to its end: then what was not listed is listed no more."""
        return bool(self._walks) and not self._options.is_bounded and all(walk.ended for walk in self._walks)

    def refuse_redirect(self, url: str) -> Problem | None:
        """Say what is wrong with an article's address that redirects to another; the answer there may say more."""
        if self._platform.read_address(url).kind == "listing":
            return Problem("redirect_to_listing", f"the address of an article redirects to {url}")
        return None

    def allows(self, url: str) -> bool:
        """Say whether an address is on one of the hosts of this crawl."""
        return host_of(url) in self._options.hosts

    def _find_unlisted(self) -> list[str]:
        """Find the articles that left the listings: they may still answer (rule 9)."""
        if not self.is_complete:
            return []
        gone = [
            key for key, article in self.plan.known.items() if article.listed and f"article {key}" not in self._seen
        ]
        return gone if self.plan.scope == "full" else gone[: self.plan.most]

    def _follow_kept(self, step: Step) -> Step:
        """Walk on through the pages that the run taken up has kept."""
        targets, problems = list(step.targets), list(step.problems)
        while kept := next((target for target in targets if target.walk and self._find_kept(target)), None):
            targets.remove(kept)
            assert kept.walk is not None
            following = self._follow_page(self._kept.pop(self._identify(kept.url)), kept.walk)
            targets += following.targets
            problems += following.problems
        return Step(tuple(targets), tuple(problems))

    def _follow_page(self, listing: Listing, walk: Walk) -> Step:
        walk.pages += 1
        walk.strangers += listing.strangers
        before = len(walk.found)
        walk.found.update(entry.native_key for entry in listing.entries)
        articles = [target for entry in listing.entries if (target := self._meet_article(entry, walk))]
        self._note_news(listing, walk)
        if listing.next_url is None:
            walk.ended = True
            return Step(tuple(articles), (*_check_total(listing, walk), *self._check_any()))
        if self._is_enough(listing, walk):
            return Step(tuple(articles))
        if len(walk.found) == before:
            return Step((), (Problem("endless_pager", f"page {walk.pages} of {walk.start} shows nothing new"),))
        after = self._meet_listing(listing.next_url, walk)
        return Step((*([after] if after else []), *articles))

    def _note_news(self, listing: Listing, walk: Walk) -> None:
        news = {entry.native_key for entry in listing.entries if self.plan.is_news(entry.native_key)}
        walk.stale = 0 if news else walk.stale + 1
        walk.passed = walk.passed or walk.stale > self._overlap
        if walk.passed and self.plan.known:
            self.late |= news

    def _check_any(self) -> tuple[Problem, ...]:
        """Notice when all channels were walked and none showed an article."""
        if not self.is_complete or any(walk.found for walk in self._walks):
            return ()
        return (Problem("no_articles", "none of the listings shows an article"),)

    def _meet_listing(self, url: str, walk: Walk) -> Target | None:
        if not self.allows(url) or not self._is_first_sight(self._identify(url)):
            return None
        address = self._platform.read_address(url)
        return Target("listing", address.key, address.url, walk)

    def _meet_article(self, entry: ListingEntry, walk: Walk | None) -> Target | None:
        key = entry.native_key
        if not self.allows(entry.url) and key not in self.fates:
            self.fates.note(key, "skipped", "on another host")
        if not self.allows(entry.url) or not self._is_first_sight(f"article {key}"):
            return None
        if reason := self._find_reason_to_skip(entry, met=walk is not None):
            self.fates.note(key, "skipped", reason)
            return None
        self.fates.note(key, "waiting")
        return Target("article", key, entry.url, walk, self.plan.validators.get(key, {}))

    def _find_reason_to_skip(self, entry: ListingEntry, *, met: bool) -> str | None:
        known = self.plan.known.get(entry.native_key)
        if self._is_too_old(entry):
            return "older than since"
        if entry.native_key in self.plan.done:
            return "visited by the run that was taken up"
        if known is None or not met or entry.native_key in self._visits or self._is_retitled(entry, known.title):
            return None
        return "not due"

    def _is_retitled(self, entry: ListingEntry, title: str) -> bool:
        """Say whether a listing prints another title than the article had: a sign of an edit, looked into at once.

        Listings that cut titles give no sign; and a portal that spells them otherwise is looked into only so far.
        """
        if self._retitled >= self.plan.most or title.startswith(entry.title.rstrip(". …")):
            return False
        self._retitled += 1
        return True

    def _is_first_sight(self, identity: str) -> bool:
        if identity in self._seen:
            return False
        self._seen.add(identity)
        return True

    def _identify(self, url: str) -> str:
        return f"{host_of(url)} listing {self._platform.read_address(url).key}"

    def _find_kept(self, target: Target) -> Listing | None:
        return self._kept.get(self._identify(target.url)) if target.kind == "listing" and self._kept else None

    def _is_enough(self, listing: Listing, walk: Walk) -> bool:
        """Say whether the walk ends before the last page: by ``max_pages`` or ``since``, or in a daily run."""
        if not self._options.is_bounded:
            return self.plan.scope == "daily" and walk.stale > self._overlap
        if self._options.max_pages is not None and walk.pages >= self._options.max_pages:
            return True
        days = [day for entry in listing.entries if (day := self._read_day(entry))]
        return self._options.since is not None and bool(days) and max(days) < self._options.since

    def _is_too_old(self, entry: ListingEntry) -> bool:
        day = self._read_day(entry)
        return self._options.since is not None and day is not None and day < self._options.since

    def _read_day(self, entry: ListingEntry) -> date | None:
        at = entry.published.at if entry.published else None
        return at.astimezone(self._zone).date() if at else None


def _check_total(listing: Listing, walk: Walk) -> tuple[Problem, ...]:
    """Check the total that a channel prints against what its pages showed."""
    found = len(walk.found) + walk.strangers
    if listing.results is None or listing.results.total == found:
        return ()
    return (Problem("listing_total", f"{walk.start} says {listing.results.total} articles, its pages show {found}"),)
