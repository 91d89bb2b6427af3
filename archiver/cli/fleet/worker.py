"""``archiver worker``: crawls what is due, for a hub and together with other machines."""

import asyncio
import logging
import os
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archiver.cli.crawling.crawl import read_pairs
from archiver.cli.fleet.address import with_hub
from archiver.cli.printing.options import MOST_JOBS, with_archive
from archiver.crawl.running.execution import NONE_DECLARED, find_spider, load_spiders
from archiver.crawl.running.logs import show_only_what_may_be_shown
from archiver.crawl.running.project_settings import check_settings, project_settings
from archiver.crawl.spider import CommitteeSpider
from archiver.errors import UsageError
from archiver.signals import list_ending

if TYPE_CHECKING:
    from archiver.fleet.workers.worker import Worker

INTERRUPTED = 130


@click.command("worker")
@click.option("--sites", metavar="SITE,…", help="Only these [default: all that are declared here].")
@click.option("--jobs", metavar="N", type=click.IntRange(1, MOST_JOBS), default=1, help="Sites at a time [default: 1].")
@click.option("--folder", type=click.Path(file_okay=False, path_type=Path), help="For archives of sites [fleet].")
@click.option("-s", "settings", multiple=True, metavar="NAME=VALUE", help="A Scrapy setting for all crawls.")
@with_hub
@with_archive
def worker_command(
    db: Path, hub: str, sites: str | None, jobs: int, folder: Path | None, settings: tuple[str, ...]
) -> int:
    """Crawl sites for a hub when they are due, until it is interrupted.

    Each site has an archive of its own in the folder fleet beside the archive of --db, or in --folder: what was crawled
    is kept there until the hub has it, also while the hub is away. archiver follow merges what all workers crawled.

    A site is due 24 hours after its last crawl, or every so many hours as it declares. SIGTERM or Ctrl-C ends the
    crawls within 10 s, logs the rest within 30 s, and gives the jobs back; a second one ends at once. Exit status: 130
    interrupted, 1 this machine cannot work for the hub (its clock is 2 s off, the hub is of another version).
    """
    from archiver.fleet.workers.declared import list_declared
    from archiver.fleet.workers.site_job import Workplace
    from archiver.fleet.workers.worker import Worker, find_timing

    given = read_pairs("-s", settings)
    project = project_settings(**given)
    check_settings(project)
    declared = list_declared(_choose(sites, load_spiders(project)))
    _show_log()
    name = f"{socket.gethostname()}/{os.getpid()}"
    place = Workplace(hub, folder or db.absolute().parent / "fleet", name, find_timing(hub), given)
    asyncio.run(_work(Worker(place, declared, jobs)))
    return INTERRUPTED


def _choose(sites: str | None, declared: dict[str, type[CommitteeSpider]]) -> Sequence[type[CommitteeSpider]]:
    """Choose the sites to crawl; UsageError where there is none, SiteError where one is not declared."""
    if sites is not None:
        chosen = [find_spider(project_settings(), name) for name in filter(None, sites.split(","))]
        if lacking := [spider.name for spider in chosen if not spider.listings]:
            raise UsageError(f"{', '.join(lacking)} declares no address; add listings, or leave it out")
    else:
        chosen = [spider for spider in declared.values() if spider.listings]
    if not chosen:
        raise UsageError(NONE_DECLARED)
    return chosen


def _show_log() -> None:
    """Write what the worker does to stderr, which systemd keeps; the crawls have logs of their own."""
    show_only_what_may_be_shown()
    logging.basicConfig(format="%(message)s", level=logging.ERROR)
    logging.getLogger("archiver.fleet").setLevel(logging.INFO)


async def _work(worker: "Worker") -> None:
    loop = asyncio.get_running_loop()
    for number in list_ending():
        loop.add_signal_handler(number, _end, worker)
    await worker.run()


def _end(worker: "Worker") -> None:
    """Let the worker end in order; at once where it was asked before: the crawls end by themselves then."""
    if worker.is_ending:
        os._exit(INTERRUPTED)
    worker.stop()
