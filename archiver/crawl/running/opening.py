"""The beginning of a run: the runs that never came to their end are closed, and this one is planned."""

import logging

from sqlite_utils import Database

from archiver.archive.runs.run_log import Run, find_adopted, open_run
from archiver.clock import now
from archiver.crawl.planning.plan import Plan, make_plan
from archiver.crawl.running.closing import close_died_runs
from archiver.crawl.state import CrawlState

logger = logging.getLogger(__name__)


def plan_run(database: Database, state: CrawlState) -> tuple[Run, Plan]:
    """Open the run of a crawl, and plan it from what the archive knows, in one transaction."""
    connection = database.conn
    with database.atomic():
        if not state.is_decided and (adopted := find_adopted(connection, state.site.name)):
            state.adopt(*adopted)
        close_died_runs(database, state.site)
        plan = make_plan(database, state.site, state.options, state.arguments, now())
        resumes = plan.resumed.uid if plan.resumed else None
        run = open_run(connection, state.site, state.arguments, now(), scope=plan.scope, resumes=resumes)
    _tell_plan(plan)
    return run, plan


def _tell_plan(plan: Plan) -> None:
    logger.info("plan: %s; %d known articles, %d of them to visit", plan.scope, len(plan.known), len(plan.visits))
    if plan.left:
        logger.info("%d articles that listings named were never read; they come first", len(plan.left))
    if plan.resumed:
        logger.info(
            "takes up the run of %s that was cut off: %d listing pages and %d articles are here already",
            plan.resumed.started_at.isoformat(timespec="seconds"),
            len(plan.listings),
            len(plan.done),
        )
