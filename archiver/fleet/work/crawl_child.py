"""A process that crawls one site into an archive of its own, and dies with the worker that started it.

Where the worker is gone, or wants the end, the pipe between them says so, and the crawl ends in order: within the ten
seconds that every end may take. What it recorded until then is in the archive, and is pushed by whoever finds it.
"""

import logging
import os
import signal
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from archiver.crawl.running.execution import crawl_sites, find_spider
from archiver.crawl.running.logs import note_end, show_only_what_may_be_shown, site_logs
from archiver.crawl.running.project_settings import project_settings
from archiver.errors import ArchiverError
from archiver.findings import Kind
from archiver.processes import ChildProcess, serve
from archiver.signals import list_ending, obey_signals
from archiver.text.display import make_showable

INTERRUPTED = 130
END_SECONDS = 10.0
# For another crawl of the site to end, whose worker was killed.
_WAIT_SECONDS = 30


@dataclass(frozen=True, slots=True)
class CrawlOrder:
    """What is to be crawled: a site, settings that win over the project's, and what is to be said of its run.

    ``findings`` are those of any run, ``findings_if_failed`` those of one that fails, each with its detail.
    """

    site: str
    settings: Mapping[str, str]
    findings: Mapping[Kind, str]
    findings_if_failed: Mapping[Kind, str]


@dataclass(frozen=True, slots=True)
class Crawled:
    """How a crawl ended: its exit status, and a line for people where there is one to say.

    ``has_run``: its run stands in the archive, closed. Else the crawl could not begin, or was killed.
    """

    status: int
    reason: str = ""
    has_run: bool = False


class CrawlChild:
    """A crawl under way, as the worker sees it that started it."""

    def __init__(self, archive: Path, order: CrawlOrder) -> None:
        """Begin to crawl; ArchiverError where the system has no room for another process."""
        self._process = ChildProcess("archiver.fleet.work.crawl_child", archive)
        self.pid = self._process.pid
        self._said: Crawled | None = None
        self._is_over = False
        with suppress(OSError):  # it ended; that is heard at the pipe
            self._process.pipe.send(order)

    def wait(self, seconds: float) -> bool:
        """Wait at most so long for its end; True where it has ended."""
        with suppress(EOFError, OSError):
            while not self._is_over and self._process.pipe.poll(seconds):
                self._said = self._process.pipe.recv()
            return self._is_over
        self._is_over = True
        return True

    def begin_end(self) -> None:
        """Let it end in order."""
        with suppress(OSError):  # it ended by itself
            self._process.pipe.send(None)

    def finish(self, seconds: float = END_SECONDS) -> Crawled:
        """Return how it ended; it is killed where it needs longer than so many seconds."""
        if self._process.end(seconds):
            return Crawled(INTERRUPTED, "the crawl did not end in time and was killed; the next one goes on from there")
        said = self._process.describe_end()
        reason = f"the process of the crawl ended ({said}); the next run goes on from there"
        return self._said or Crawled(1, reason)


def _work(pipe: Connection, archive: Path) -> None:
    show_only_what_may_be_shown()
    order = pipe.recv()
    obey_signals()
    _obey_pipe(pipe)
    try:
        pipe.send(_crawl(archive, order))
    except ArchiverError as error:
        pipe.send(Crawled(error.exit_status, make_showable(str(error))))
    except KeyboardInterrupt:
        pipe.send(Crawled(INTERRUPTED))


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
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, list_ending())
    threading.Thread(target=_wait_for_end, args=(pipe,), name="pipe", daemon=True).start()
    signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def _wait_for_end(pipe: Connection) -> None:
    with suppress(EOFError, OSError):
        pipe.recv()
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    serve(_work)
