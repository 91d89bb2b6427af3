"""Why an article that a crawl met is not asked for: it is too old, was just read, or its next visit is not due."""

from archiver.crawl.bounds import Bounds
from archiver.crawl.plan import Plan
from archiver.crawl.targets import Walk
from archiver.model import ListingEntry

VISITED = "visited by the run that was taken up"
NOT_DUE = "not due"


class Skips:
    """The reasons to pass articles over, by the plan and the bounds of one crawl."""

    def __init__(self, plan: Plan, bounds: Bounds) -> None:
        self._plan = plan
        self._bounds = bounds
        self._visits = frozenset(plan.visits)
        self._retitled = 0

    def find_reason(self, entry: ListingEntry, walk: Walk | None) -> str | None:
        """Return why an article is not asked for; None where it is. ``walk`` is None where no listing led to it."""
        known = self._plan.known.get(entry.native_key)
        if self._bounds.is_too_old(entry):
            return "older than since"
        if entry.native_key in self._plan.done:
            return VISITED
        if known is None:
            return "no article when it was last looked at" if entry.native_key in self._plan.strangers else None
        if walk is None or entry.native_key in self._visits:
            return None
        return None if not walk.is_way and self._is_retitled(entry, known.title) else self.find_rest(entry.native_key)

    def can_wait(self, key: str) -> bool:
        """Say whether a visit waits for the end of all walks: a run that takes up another's work does that first."""
        return self._plan.resumed is not None and key in self._visits

    def find_rest(self, key: str) -> str | None:
        """Return why nothing asked for a known article; None where it was to be visited."""
        if key in self._visits:
            return None
        return VISITED if key in self._plan.visited else NOT_DUE

    def _is_retitled(self, entry: ListingEntry, title: str) -> bool:
        """Say whether a listing prints another title than the article had: a sign of an edit, looked into at once.

        Listings that cut titles give no sign; and a portal that spells them otherwise is looked into only so far.
        """
        if self._retitled >= self._plan.most or title.startswith(entry.title.rstrip(". …")):
            return False
        self._retitled += 1
        return True
