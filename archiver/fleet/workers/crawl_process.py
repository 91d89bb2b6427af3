"""A process that crawls one site into an archive of its own, and dies with the worker that started it.

Where the worker is gone, or wants the end, the pipe between them says so, and the crawl ends in order: within the ten
seconds that every end may take. What it recorded until then is in the archive, and is pushed by whoever finds it.
"""

import logging
import os
import signal
import threading
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from archiver.crawl.running.execution import crawl_sites, find_spider
from archiver.crawl.running.logs import note_end, show_only_what_may_be_shown, site_logs
from archiver.crawl.running.project_settings import project_settings
from archiver.errors import ArchiverError
from archiver.fleet.workers.crawl_child import INTERRUPTED, Crawled, CrawlOrder
from archiver.processes import serve
from archiver.signals import list_ending, obey_signals
from archiver.text.display import make_showable

# For another crawl of the site to end, whose worker was killed.
_WAIT_SECONDS = 30


def _work(pipe: Connection, archive: Path) -> None:
    show_only_what_may_be_shown()
    order = pipe.recv()
    try:
        _obey_pipe(pipe)
        said = _crawl(archive, order)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # whoever wants its end now has it
    except ArchiverError as error:
        said = Crawled(error.exit_status, make_showable(str(error)))
    except KeyboardInterrupt:  # before the crawl began, or after it ended
        said = Crawled(INTERRUPTED)
    pipe.send(said)


def _crawl(archive: Path, order: CrawlOrder) -> Crawled:
    own: dict[str, Any] = {"ARCHIVE_DB": str(archive), "LOG_LEVEL": "ERROR", "ARCHIVE_WAIT": _WAIT_SECONDS}
    told = {"ARCHIVE_FINDINGS": order.findings, "ARCHIVE_FINDINGS_IF_FAILED": order.findings_if_failed}
    settings = project_settings(**own, **told, **order.settings)
    with site_logs(archive, [order.site] if settings.getbool("ARCHIVE_LOGS") else ()):
        status, reports = crawl_sites(settings, [find_spider(settings, order.site)], {})
        for report in reports:
            note_end(archive, report)
    logging.shutdown()
    reason = next((report.reason for report in reports if report.reason), "")
    return Crawled(status, make_showable(reason), all(report.outcome not in (None, "locked") for report in reports))


def _obey_pipe(pipe: Connection) -> None:
    """Take the end of the pipe, and every word from it, for a signal to end.

    The thread takes no signals itself, for those belong to the crawl (archiver/crawl/running/ending.py).
    """
    obey_signals()
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, list_ending())
    threading.Thread(target=_wait_for_end, args=(pipe,), name="pipe", daemon=True).start()
    signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def _wait_for_end(pipe: Connection) -> None:
    with suppress(EOFError, OSError):
        pipe.recv()
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    serve(_work)
