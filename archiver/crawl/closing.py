"""The end of a run: what its signs mean, what became of every article, and the runs that never came to their end."""

from sqlite_utils import Database

from archiver.archive.judgement import judge_run
from archiver.archive.ledger import Run, add_finding, close_died_run, find_open_runs, note_walk, write_fates
from archiver.clock import now
from archiver.crawl.spider import CommitteeSpider
from archiver.model import Problem
from archiver.record import parser_of
from archiver.site import Site
from archiver.urls import shorten_address

MOST_NAMED = 5


def close_died_runs(database: Database, site: Site) -> None:
    """Close the runs that a kill or a power cut left open; what they recorded is judged like any other."""
    parser = parser_of(database, site)
    for run in find_open_runs(database.conn, site.name):
        judge_run(database.conn, run, parser, listings_complete=False)
        close_died_run(database.conn, run, now())


def judge_articles(database: Database, run: Run, spider: CommitteeSpider) -> None:
    """Decide what the run's bad signs mean, now that all of them are known."""
    discovery, parser = spider.discovery, parser_of(database, spider.site)
    complete, resumed = discovery.is_complete, discovery.plan.resumed
    taken_up = resumed.ids if resumed else ()
    problems = judge_run(database.conn, run, parser, listings_complete=complete, taken_up=taken_up)
    for problem in problems:
        add_finding(database.conn, run, spider.options.start[0], problem)
    note_walk(database.conn, run, complete=complete, late=len(discovery.late))


def account_for_articles(database: Database, run: Run, spider: CommitteeSpider, cut_off: str | None) -> None:
    """Write what became of every article that was found; one that was lost on the way is a finding.

    ``cut_off`` is why the run ended early; None where it came to its end.
    """
    start = spider.options.start[0]
    if not spider.budget:
        problem = Problem("request_budget", "ARCHIVE_MAX_REQUESTS is used up; the next run goes on")
        add_finding(database.conn, run, start, problem)
    if strangers := spider.discovery.list_strangers():
        said = f"{len(strangers)} addresses that the listings name are no articles: {_name(strangers)}"
        add_finding(database.conn, run, start, Problem("not_articles", said))
    spider.discovery.leave()
    left = "the budget of requests is used up" if not spider.budget else f"not reached: {cut_off}" if cut_off else None
    lost = write_fates(database.conn, run, spider.discovery.fates.close(left, interrupted=cut_off is not None))
    if lost:
        detail = f"{len(lost)} articles were found and never accounted for: {_name(lost)}"
        add_finding(database.conn, run, start, Problem("unaccounted", detail))


def _name(keys: list[str]) -> str:
    return ", ".join(map(shorten_address, keys[:MOST_NAMED]))
