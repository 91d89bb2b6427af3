"""A process that crawls a share of many sites: it takes them from the one that asks, and says how each ended.

It holds the lock of a site while it crawls it. When the process that asks is gone, it ends its crawls in order, or by
the limit of every end: the next run takes up what is left.
"""

import asyncio
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from archiver.crawl.running.ending import leave, limit_end
from archiver.crawl.running.execution import load_spiders, prepare
from archiver.crawl.running.logs import note_end, show_only_what_may_be_shown, site_logs
from archiver.crawl.running.project_settings import project_settings
from archiver.crawl.running.reports import Report
from archiver.crawl.running.sharing import End, Names, Setup, Task, Wish, receive_locks
from archiver.crawl.running.side_by_side import Group, SideBySide
from archiver.errors import ArchiverError
from archiver.processes import serve

SECONDS_BETWEEN = 0.5


class Share:
    """The sites of this process, and the pipe to the one that asks."""

    def __init__(self, pipe: Connection, archive: Path, setup: Setup) -> None:
        self._pipe = pipe
        self._archive = archive
        self._setup = setup
        self._locks: dict[str, int] = {}
        self._given: asyncio.Queue[Names] = asyncio.Queue()
        settings = project_settings(**{**setup.changes, "ARCHIVE_PROGRESS": False})
        prepare(settings)
        self._is_logged = settings.getbool("ARCHIVE_LOGS")
        self._spiders = load_spiders(settings)
        self._crawls = SideBySide(settings, setup.arguments, self._take, self._note, self._around)

    def crawl(self) -> None:
        """Crawl what is given until nothing more is."""
        loop = self._crawls.loop
        loop.add_reader(self._pipe.fileno(), self._hear)
        if self._setup.watched:
            loop.call_later(SECONDS_BETWEEN, self._tell_progress)
        self._crawls.run()

    async def _take(self) -> Group | None:
        self._say(Wish())
        names = await self._given.get()
        return tuple(self._spiders[name] for name in names) or None

    def _hear(self) -> None:
        try:
            said = self._pipe.recv()
            if isinstance(said, Task):
                self._locks |= receive_locks(self._pipe, said.names)
                self._given.put_nowait(said.names)
        except (EOFError, OSError):
            self._crawls.loop.remove_reader(self._pipe.fileno())
            said = End()
        if isinstance(said, End):
            limit_end(leave).start()
            self._given.put_nowait(())
            self._crawls.end()

    @contextmanager
    def _around(self, site: str) -> Iterator[None]:
        with ExitStack() as stack:
            stack.callback(self._give_back, site)
            if self._is_logged:
                stack.enter_context(site_logs(self._archive, [site]))
            yield

    def _give_back(self, site: str) -> None:
        os.close(self._locks.pop(site))

    def _note(self, report: Report) -> None:
        if self._is_logged:
            note_end(self._archive, report)
        self._say(replace(report, is_logged=self._is_logged))

    def _tell_progress(self) -> None:
        self._say(self._crawls.tally())
        self._crawls.loop.call_later(SECONDS_BETWEEN, self._tell_progress)

    def _say(self, message: Any) -> None:
        with suppress(OSError):  # who asked is gone, and that is heard at the pipe
            self._pipe.send(message)


def _work(pipe: Connection, archive: Path) -> None:
    show_only_what_may_be_shown()
    setup = pipe.recv()
    try:
        share = Share(pipe, archive, setup)
    except ArchiverError as error:  # a site's file was changed in this second
        pipe.send(error)
        return
    share.crawl()


if __name__ == "__main__":
    serve(_work)
