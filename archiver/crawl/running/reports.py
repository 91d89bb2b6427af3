"""How crawls ended: a report for each site, and the exit status of all of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from scrapy.crawler import Crawler

from archiver.archive.runs.run_log import Finding, Outcome
from archiver.crawl.run_extension import RunLedger

STATUSES: dict[Outcome | None, int] = {
    "finished": 0,
    "problems": 3,
    "failed": 1,
    "died": 1,
    "locked": 75,
    "interrupted": 130,
    None: 1,  # the spider never opened
}
# Of several sites the gravest outcome is told.
GRAVEST_FIRST = (130, 1, 75, 3, 0)


@dataclass(frozen=True, slots=True)
class Report:
    """How the crawl of one site ended; ``outcome`` None if its row could not be opened, or not be closed.

    ``reason`` is a line for people where a run did not take place or broke off: who holds the lock, what is wrong with
    the archive. ``files`` counts the documents and images that were kept, found unchanged, and could not be had.
    ``is_logged``: the log of the site says all this already.
    """

    site: str
    outcome: Outcome | None
    novelties: Mapping[str, int] = field(default_factory=dict)
    findings: Sequence[Finding] = ()
    reason: str = ""
    files: Mapping[str, int] = field(default_factory=dict)
    is_logged: bool = False


@dataclass(frozen=True, slots=True)
class Tally:
    """How far crawls have come."""

    pages: int = 0
    new: int = 0
    changed: int = 0
    errors: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        """Count two together."""
        pages, errors = self.pages + other.pages, self.errors + other.errors
        return Tally(pages, self.new + other.new, self.changed + other.changed, errors)


def find_status(reports: Iterable[Report]) -> int:
    """Return the exit status of crawls: that of the gravest outcome."""
    statuses = {STATUSES[report.outcome] for report in reports}
    return next(status for status in GRAVEST_FIRST if status in statuses)


def find_ledger(crawler: Crawler) -> RunLedger | None:
    """Return the ledger of a crawl; None where it came to nothing before there was one."""
    try:
        return crawler.get_extension(RunLedger)
    except RuntimeError:  # its extensions were never made
        return None


def write_report(crawler: Crawler, *, interrupted: bool) -> Report:
    """Write how a crawl ended; ``interrupted``: it was asked to end."""
    site, ledger = crawler.spidercls.name, find_ledger(crawler)
    outcome = ledger.outcome if ledger else None
    if outcome is None and interrupted:
        outcome = "interrupted"
    reason = "" if outcome else "the run could not be opened, or not be closed; see the log"
    if ledger is None:
        return Report(site, outcome, reason=reason)
    return Report(site, outcome, ledger.novelties, ledger.findings, ledger.broken or reason, ledger.files)


def tally_crawl(crawler: Crawler) -> Tally:
    """Count what came of a crawl so far."""
    ledger = find_ledger(crawler)
    return (
        Tally(ledger.pages, ledger.novelties["new"], ledger.novelties["changed"], ledger.errors) if ledger else Tally()
    )
