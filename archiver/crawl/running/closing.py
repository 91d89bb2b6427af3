"""The end of a run: what its signs mean, what became of every article, and the runs that never came to their end."""

from collections.abc import Iterable, Mapping

from sqlite_utils import Database

from archiver.archive.history.reconciling import judge_run
from archiver.archive.runs.run_log import (
    PUT_OFF,
    Run,
    add_finding,
    close_died_run,
    find_open_runs,
    note_unturned,
    note_unwalked,
    note_walk,
    was_told,
    was_unturned,
    write_fates,
)
from archiver.clock import now
from archiver.crawl.planning.accounting import Stage
from archiver.crawl.planning.plan import Plan
from archiver.crawl.state import CrawlState
from archiver.findings import Kind
from archiver.ingest.importing import finish_imports
from archiver.model import Problem
from archiver.site import Site
from archiver.text.counting import count
from archiver.urls import shorten_address

MOST_NAMED = 5
# What stays true for ever, and is for a person to do something about once.
ADVICE = (
    "the pages we see is not called delisted. Name addresses of the other pages in listings, if there are any, or "
    "declare rendered = True if a browser shows a pager with addresses; this is told once"
)
TOLD_ONCE: frozenset[Kind] = frozenset({"site_closed"})


def close_died_runs(database: Database, site: Site) -> None:
    """Close the runs that a kill or a power cut left open; what they recorded is judged like any other."""
    for run in find_open_runs(database.conn, site.name):
        judge_run(database.conn, run)
        close_died_run(database.conn, run, now())
    finish_imports(database, site.name)


def judge_articles(database: Database, run: Run, state: CrawlState) -> None:
    """Decide what the run's bad signs mean, now that all of them are known."""
    note_walk(database.conn, run, complete=state.discovery.is_complete, late=len(state.discovery.late))
    _note_unturned(database, run, state)
    for problem in judge_run(database.conn, run):
        if problem.kind in TOLD_ONCE and was_told(database.conn, run, problem.kind):
            continue
        add_finding(database.conn, run, state.options.start[0], problem)


def _note_unturned(database: Database, run: Run, state: CrawlState) -> None:
    """Note that channels go on behind what could be walked; a finding the first time, for nothing becomes of it."""
    unturned = state.discovery.unturned
    if not unturned:
        return
    start = state.options.start[0]
    if not was_unturned(database.conn, run):
        go_on = f"{count(len(unturned), 'channel', 'goes', 'go')} on"
        said = f"{go_on} where no address leads ({'; '.join(unturned[:MOST_NAMED])}): what leaves"
        add_finding(database.conn, run, start, Problem("unturned_pages", f"{said} {ADVICE}"))
    note_unturned(database.conn, run, len(unturned))


def note_told(database: Database, run: Run, state: CrawlState, told: Iterable[Problem]) -> None:
    """Write the findings that whoever started the crawl knows of."""
    for problem in told:
        add_finding(database.conn, run, state.options.start[0], problem)


def account_for_articles(database: Database, run: Run, state: CrawlState, cut_off: str | None) -> None:
    """Write what became of every article that was found; one that was lost on the way is a finding.

    ``cut_off`` is why the run ended early; None where it came to its end.
    """
    start = state.options.start[0]
    if not state.budget.left:
        problem = Problem("request_budget", "ARCHIVE_MAX_REQUESTS is used up; the next run goes on")
        add_finding(database.conn, run, start, problem)
    if non_articles := state.discovery.list_non_articles():
        said = f"no article at {count(len(non_articles), 'address')} that the listings name: {_name(non_articles)}"
        add_finding(database.conn, run, start, Problem("not_articles", said))
    state.discovery.leave()
    left = (
        "the budget of requests is used up" if not state.budget.left else f"not reached: {cut_off}" if cut_off else None
    )
    accounting = state.discovery.accounting.close(left, interrupted=cut_off is not None)
    lost = write_fates(database.conn, run, _put_off(accounting, state.discovery.plan))
    if left and state.discovery.unwalked:
        note_unwalked(database.conn, run, f"{count(state.discovery.unwalked, 'channel')} not walked to the end: {left}")
    if lost:
        detail = f"found and never accounted for: {count(len(lost), 'article')}, {_name(lost)}"
        add_finding(database.conn, run, start, Problem("unaccounted", detail))


def _put_off(accounting: Mapping[str, tuple[Stage, str]], plan: Plan) -> Mapping[str, tuple[Stage, str]]:
    """Tell the visits of known articles from what would be lost; a full run is asked for all of them."""
    known = plan.known if plan.scope != "full" else ()
    late = {key for key, (stage, _) in accounting.items() if stage == "pending" and key in known}
    return {**accounting, **{key: ("pending", PUT_OFF + accounting[key][1]) for key in late}}


def _name(keys: list[str]) -> str:
    return ", ".join(map(shorten_address, keys[:MOST_NAMED]))
