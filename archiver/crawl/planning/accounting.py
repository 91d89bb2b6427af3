"""What becomes of every article that a run finds: nothing may be lost between finding and recording."""

from collections.abc import Collection, Mapping
from typing import Literal

from archiver.crawl.items import Visit
from archiver.crawl.planning.names import Names
from archiver.model import Article, Unreadable

Stage = Literal["waiting", "asked", "read", "failed", "skipped", "pending"]


STRANGER = "no article"
"""Why a page is skipped that its address could not tell from an article."""


class Accounting:
    """The articles that a run found, each with its stage and the reason for it, by the key that names it.

    An article is met (``waiting``), then asked for, then read or failed; or it is skipped. When the run ends, what
    still waits or was asked for without an answer is ``pending``.
    """

    def __init__(self) -> None:
        self.names = Names()
        self._stages: dict[str, tuple[Stage, str]] = {}
        self._expected: Collection[str] = ()
        self._unexpected = 0

    @property
    def accountable(self) -> int:
        """How many articles the run has to account for: those met so far and those expected, each once.

        Every listing asks, so it is not counted anew among a hundred thousand.
        """
        return len(self._expected) + self._unexpected

    def expect(self, known: Collection[str]) -> None:
        """Name the articles that the run has to account for though nothing may lead to them."""
        self._expected = known
        self._unexpected = sum(key not in known for key in self._stages)

    def __contains__(self, key: str) -> bool:
        return self.names.name(key) in self._stages

    def list_non_articles(self) -> list[str]:
        """List the keys of pages that turned out to be no articles."""
        return [key for key, fate in self._stages.items() if fate == ("skipped", STRANGER)]

    def note(self, key: str, stage: Stage, reason: str = "") -> None:
        """Note how far an article has come."""
        key = self.names.name(key)
        self._unexpected += key not in self._stages and key not in self._expected
        self._stages[key] = (stage, reason)

    def settle(self, key: str | None, stage: Stage, reason: str = "") -> None:
        """Note the end of what was asked for; None where that was no article."""
        if key is not None:
            self.note(key, stage, reason)

    def close(self, reason: str | None, *, interrupted: bool) -> Mapping[str, tuple[Stage, str]]:
        """Return the accounting at the end of a run; what waits is left for ``reason``.

        What was asked for and never answered is pending in an interrupted run. In one that ran to its end nothing may
        wait and no answer be missing: what does is lost, and stays ``waiting`` or ``asked``.
        """
        accounting = dict(self._stages)
        for key, (stage, _) in self._stages.items():
            if stage == "waiting" and reason:
                accounting[key] = ("pending", reason)
            elif stage == "asked" and interrupted:
                accounting[key] = ("pending", "asked for, no answer yet")
        return accounting


def settle_visit(accounting: Accounting, visit: Visit, novelty: str | None, *, stranger: bool = False) -> None:
    """Note what an answer means for the article that was asked for, and for the one that it shows.

    ``novelty`` is what the archive found new in it; a page that was only confirmed (304) has one too. A ``stranger`` is
    a page that only seemed to be an article's.
    """
    if isinstance(visit.page, Article):
        accounting.settle(visit.purpose.expected, "read")
        accounting.settle(visit.page.native_key, "read")
    elif novelty:
        accounting.settle(visit.purpose.expected, "read")
    elif stranger:
        accounting.settle(visit.purpose.expected, "skipped", STRANGER)
    elif isinstance(visit.page, Unreadable):
        accounting.settle(visit.purpose.expected, "failed", visit.page.problem.kind)
    else:
        accounting.settle(visit.purpose.expected, "failed", "listing_for_article")
