"""Findings over runs: what a run shows when it is held against the site's own past.

Each check is a pure function from figures to findings. A false alarm is worse than a late one: nothing is compared
before the site has FEWEST_RUNS good runs and FEWEST_ARTICLES articles, and what is compared is the median of the last
runs of the same kind. A fault is told in every run that shows it; after some twelve of them it is taken for the new
usual, since a site may have shrunk for good.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence

from archiver.archive.runs.health import Ending, Health, read_health
from archiver.archive.runs.run_log import Finding, Run, add_finding
from archiver.checks.clocks import check_ahead, check_dates
from archiver.checks.fields import check_fields
from archiver.checks.noise import check_edits, check_unrest
from archiver.checks.quantities import check_errors, check_growth, check_listings, check_refusals
from archiver.model import Problem
from archiver.site import Site
from archiver.text.counting import count

FEWEST_SET_BACK = 5


def check_run(connection: sqlite3.Connection, run: Run, site: Site, start: Sequence[str], ending: Ending) -> None:
    """Check a run that is about to be closed, and write what there is to say as its findings."""
    for finding in find_faults(read_health(connection, run, site, start, ending)):
        add_finding(connection, run, finding.url, Problem(finding.kind, finding.detail))


def find_faults(health: Health) -> list[Finding]:
    """Apply all checks."""
    return [finding for check in CHECKS for finding in check(health)]


def check_died_runs(health: Health) -> Iterator[Finding]:
    """Report the runs that died before this one; what they left was closed by it."""
    for started_at in health.died:
        detail = (
            f"the run that began {started_at[:16]} died: killed, out of memory, or the power went; see the system's log"
        )
        yield Finding("died_run", health.url, detail)


def check_accounts(health: Health) -> Iterator[Finding]:
    """Report a run whose articles do not add up; a defect of this program."""
    if health.unaccounted and not health.run.tells("unaccounted"):  # else it is told already, by name
        known = health.found - health.unaccounted
        yield Finding(
            "unaccounted",
            health.url,
            f"{count(health.found, 'article')} found, {known} accounted for; please report it",
        )


def check_news(health: Health) -> Iterator[Finding]:
    """Report that nothing new was published for longer than the site declares."""
    days = health.site.expectations.new_within_days
    if days is None or health.newest is None or not health.sound or not health.run.listed:
        return
    silent = (health.at - health.newest).days
    if silent > days:
        told = f"nothing new for {count(silent, 'day')}, more than the declared {days}"
        yield Finding("nothing_new", health.url, f"{told}; look whether the news moved to other pages")


def check_counters(health: Health) -> Iterator[Finding]:
    """Report that the view counts of many articles went back at once; one alone is the event counter_reset."""
    if health.set_back >= FEWEST_SET_BACK and health.set_back * 5 >= health.observed:
        detail = f"the view counts of {health.set_back} of {health.observed} articles went back at once; see the events"
        yield Finding("counters_back", health.url, f"{detail} counter_reset: the site was restored, or counts anew")


CHECKS: tuple[Callable[[Health], Iterable[Finding]], ...] = (
    check_died_runs,
    check_accounts,
    check_news,
    check_listings,
    check_fields,
    check_refusals,
    check_errors,
    check_counters,
    check_growth,
    check_ahead,
    check_dates,
    check_unrest,
    check_edits,
)
