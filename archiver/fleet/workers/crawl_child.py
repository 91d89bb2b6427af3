"""A crawl of one site in a process of its own, as the worker sees it: what is ordered, and how it ended.

The process is archiver/fleet/workers/crawl_process.py.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from archiver.model import Problem
from archiver.processes import ChildProcess

INTERRUPTED = 130
END_SECONDS = 10.0
_MODULE = "archiver.fleet.workers.crawl_process"


@dataclass(frozen=True, slots=True)
class CrawlOrder:
    """What is to be crawled: a site, settings that win over the project's, and what is to be said of its run.

    ``findings`` are those of any run, ``findings_if_failed`` those of one that fails.
    """

    site: str
    settings: Mapping[str, str]
    findings: tuple[Problem, ...] = ()
    findings_if_failed: tuple[Problem, ...] = ()


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
        self._process = ChildProcess(_MODULE, archive)
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
        self.wait(seconds)
        if self._process.end(0 if not self._is_over else seconds):
            return Crawled(INTERRUPTED, "the crawl did not end in time and was killed; the next one goes on from there")
        said = self._process.describe_end()
        reason = f"the process of the crawl ended ({said}); the next run goes on from there"
        return self._said or Crawled(1, reason)
