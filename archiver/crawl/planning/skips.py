"""Why an article that a crawl met is not asked for: it is too old, was just read, or its next visit is not due."""

from datetime import tzinfo

from archiver.archive.runs.known_articles import KnownArticle
from archiver.archive.runs.last_listings import PUT_OFF_SIGNS
from archiver.crawl.planning.bounds import Bounds
from archiver.crawl.planning.plan import Plan
from archiver.crawl.planning.printed import shows_change
from archiver.crawl.planning.targets import Walk
from archiver.model import ListingEntry

SIGN = "a listing shows another title or date"
VISITED = "visited by the run that was taken up"
NOT_DUE = "not due"


class Skips:
    """The reasons to pass articles over, by the plan and the bounds of one crawl."""

    def __init__(self, plan: Plan, bounds: Bounds, zone: tzinfo) -> None:
        self._plan = plan
        self._bounds = bounds
        self._visits = frozenset(plan.visits)
        self._zone = zone
        self._signs = 0

    def find_reason(self, entry: ListingEntry, walk: Walk | None) -> str | None:
        """Return why an article is not asked for; None where it is. ``walk`` is None where no listing led to it."""
        known = self._plan.known.get(entry.native_key)
        if self._bounds.is_too_old(entry):
            return "older than since"
        if entry.native_key in self._plan.done:
            return VISITED
        if known is None:
            return "no article when it was last looked at" if entry.native_key in self._plan.non_articles else None
        if walk is None or entry.native_key in self._visits:
            return None
        sign = None if walk.is_way else self._find_sign(entry, known)
        return None if sign == SIGN else sign or self.find_rest(entry.native_key)

    def can_wait(self, key: str) -> bool:
        """Say whether a visit waits for the end of all walks: a run that takes up another's work does that first."""
        return self._plan.resumed is not None and key in self._visits

    def find_rest(self, key: str) -> str | None:
        """Return why nothing asked for a known article; None where it was to be visited."""
        if key in self._visits:
            return None
        return VISITED if key in self._plan.visited else NOT_DUE

    def _find_sign(self, entry: ListingEntry, known: KnownArticle) -> str | None:
        """Say what a listing shows of a known article: a sign of an edit, or one too many for this run; or nothing.

        A portal whose titles change at every look is looked into only so far.
        """
        memory = self._plan.memory
        before = memory.printed.get(entry.native_key)
        if not shows_change(entry, known, before, self._zone, settled=memory.settled):
            return None
        self._signs += 1
        return SIGN if self._signs <= self._plan.most else PUT_OFF_SIGNS
