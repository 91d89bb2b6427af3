"""Answers of several crawls of one process, recorded in one transaction.

A commit takes as long as reading a page: the index writes down what it has, and the disk says that all is there. Many
sites at one request a second each make fifty a second. Here answers wait for one another, a moment and no longer; who
had one recorded is told when the transaction of all of them is on disk, and not before.
"""

import asyncio
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from archiver.archive.store.file import close_archive, create_or_open
from archiver.ingest.recording.orders import Crawl, Job, Recorded, record_together

MOST_TOGETHER = 16
"""Answers in one transaction: no more than one crawl alone may have asked for and not recorded."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    crawl: Crawl
    job: Job
    told: asyncio.Future[Recorded]


class SharedCommits:
    """The crawls of one process that write into one archive: their connection, and what they want to have recorded.

    One connection for all of them: what SQLite knows of the tables takes half a megabyte for each.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._crawls = 0
        self._database: Database | None = None
        self._waiting: list[_Waiting] = []
        self._timer: asyncio.TimerHandle | None = None

    @property
    def is_shared(self) -> bool:
        """Say whether there is anybody to wait for."""
        return self._crawls > 1

    def join(self) -> Database:
        """Return the connection to the archive, which all crawls use that have joined; ArchiveError."""
        self._database = self._database or create_or_open(self._path)
        self._crawls += 1
        return self._database

    def leave(self) -> None:
        """Count a crawl that has ended; the last one closes the archive."""
        self._crawls -= 1
        if self._crawls or not self._database:
            return
        database, self._database = self._database, None
        try:
            close_archive(database)
        finally:
            database.close()

    def commit(self) -> None:
        """Record at once what waits."""
        if self._timer:
            self._timer.cancel()
            self._timer = None
        waiting, self._waiting = self._waiting, []
        if waiting:
            self._record(waiting)

    async def record(self, crawl: Crawl, job: Job, seconds: float) -> Recorded:
        """Record an answer with those that come within so many seconds; when this returns it is on disk."""
        loop = asyncio.get_running_loop()
        waiting = _Waiting(crawl, job, loop.create_future())
        self._waiting.append(waiting)
        if len(self._waiting) >= MOST_TOGETHER:
            self.commit()
        elif self._timer is None:
            self._timer = loop.call_later(seconds, self.commit)
        return await waiting.told

    def _record(self, waiting: Sequence[_Waiting]) -> None:
        if self._database is None:
            raise RuntimeError("an answer waits of a crawl that never joined, or has left")
        try:
            results = record_together(self._database, [(one.crawl, one.job) for one in waiting])
        except sqlite3.OperationalError as error:  # a lock, a full disk: it is alike for all of them
            _refuse(waiting, error)
        except Exception as error:  # noqa: BLE001 - one of them failed: each by itself tells which, and with what
            if len(waiting) == 1:
                _refuse(waiting, error)
                return
            for one in waiting:
                self._record([one])
        else:
            for one, result in zip(waiting, results, strict=True):
                if not one.told.done():  # else nobody waits any more
                    one.told.set_result(result)


def _refuse(waiting: Sequence[_Waiting], error: Exception) -> None:
    for one in waiting:
        if not one.told.done():
            one.told.set_exception(error)


_of_archives: dict[Path, SharedCommits] = {}


def share_commits(path: Path) -> SharedCommits:
    """Return what the crawls of this process have in common that write into an archive."""
    return _of_archives.setdefault(path.resolve(), SharedCommits(path))
