"""Many sites in several processes: who crawls what, and what becomes of it where one of them ends.

This process asks for nothing itself. It holds the locks of all sites and lends each to the process that crawls it, so a
site is locked as long as one of the two is there. A process takes the next sites when it has room, so none has nothing
to do while another has much. Where this process is killed, the others notice at their pipes, and end in order.
"""

import logging
import os
import signal
import socket
import time
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection, Pipe, wait
from pathlib import Path
from typing import Any

from scrapy.settings import SETTINGS_PRIORITIES, BaseSettings

from archiver.crawl.politeness.limits import is_hurried
from archiver.crawl.running.ending import Interruption
from archiver.crawl.running.locks import SiteLocks
from archiver.crawl.running.progress import write_progress
from archiver.crawl.running.reports import Report, Tally
from archiver.errors import ArchiverError
from archiver.processes import ChildProcess, count_cores
from archiver.text.counting import count

# So many sites at one request a second each take a third of a core; a process of its own takes 60 MB.
ENOUGH_SITES = 10
MOST_TRIES = 2
END_SECONDS = 10.0
_MODULE = "archiver.crawl.running.crawl_process"
Names = tuple[str, ...]
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Setup:
    """What all crawls have in common: the settings of the command line, and what is asked of the sites.

    ``watched``: a person looks on, and is to be told how far the crawls have come.
    """

    changes: Mapping[str, Any]
    arguments: Mapping[str, str]
    watched: bool


@dataclass(frozen=True, slots=True)
class Wish:
    """A process has room for a group of sites."""


@dataclass(frozen=True, slots=True)
class Task:
    """A group of sites to crawl; the descriptors of their locks follow. Without names there is nothing more to do."""

    names: Names = ()


@dataclass(frozen=True, slots=True)
class End:
    """The crawls are to end in order."""


def choose_number(settings: BaseSettings, groups: int, jobs: int | None) -> int:
    """Choose the number of processes: as named, else as many as have enough to do; at most one for each group."""
    if jobs is None:
        enough = groups if is_hurried(settings, "AUTOTHROTTLE_ENABLED") else groups // ENOUGH_SITES
        jobs = min(count_cores(), enough)
    return max(min(jobs, groups), 1)


def send_task(pipe: Connection, task: Task, locks: Sequence[int]) -> None:
    """Send a task, and the locks of its sites; OSError where nobody is there any more."""
    pipe.send(task)
    with socket.socket(fileno=os.dup(pipe.fileno())) as line:
        for lock in locks:
            socket.send_fds(line, [b"L"], [lock])


def receive_locks(pipe: Connection, names: Names) -> dict[str, int]:
    """Receive the locks of a task; EOFError where nobody sends any more."""
    locks = {}
    with socket.socket(fileno=os.dup(pipe.fileno())) as line:
        for name in names:
            _, descriptors, _, _ = socket.recv_fds(line, 1, 1)
            if not descriptors:
                raise EOFError
            locks[name] = descriptors[0]
    return locks


class _Member(ChildProcess):
    """A process that crawls: what it has to do, and how far it has come; ``wishes`` is None until it is there."""

    def __init__(self, path: Path) -> None:
        super().__init__(_MODULE, path)
        self.groups: list[Names] = []
        self.wishes: bool | None = None
        self.tally = Tally()

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)


class Crew:
    """The processes of one call, and the sites that they share."""

    def __init__(
        self, settings: BaseSettings, arguments: Mapping[str, str], groups: Sequence[Names], locks: SiteLocks
    ) -> None:
        self._archive = Path(settings["ARCHIVE_DB"])
        self._setup = Setup(_list_changes(settings), arguments, settings.getbool("ARCHIVE_PROGRESS"))
        self._locks = locks
        self._waiting = deque(groups)
        self._tries: Counter[str] = Counter()
        self._members: list[_Member] = []
        self._reports: dict[str, Report] = {}
        self._sites = sum(map(len, groups))
        self._past = Tally()
        self._began = time.monotonic()
        self._heard, self._asked = Pipe(duplex=False)
        self._is_ending = False

    def run(self, number: int) -> list[Report]:
        """Crawl all sites in so many processes, and return how each ended; ArchiverError where they cannot begin.

        A site without a report was never begun, since the crawl was ended before.
        """
        if number >= count_cores() and "ARCHIVE_RECORDING_PROCESS" not in self._setup.changes:
            # A second process for each crawl would wait for a core, as this one does.
            changes = {**self._setup.changes, "ARCHIVE_RECORDING_PROCESS": "never"}
            self._setup = replace(self._setup, changes=changes)
        with Interruption(lambda: self._asked.send(End()), self._kill_all):
            try:
                for _ in range(number):
                    self._start()
                while self._is_busy():
                    self._go_on()
            finally:
                self._end()
        return list(self._reports.values())

    def _is_busy(self) -> bool:
        return bool(self._waiting or any(member.groups for member in self._members))

    def _go_on(self) -> None:
        pipes = [member.pipe for member in self._members]
        ready = wait([self._heard, *pipes])
        if self._heard in ready:
            self._heard.recv()
            self._begin_end()
        for member in [member for member in self._members if member.pipe in ready]:
            self._hear(member)
        self._hand_out()
        if self._setup.watched:
            write_progress(self._describe())

    def _start(self) -> None:
        member = _Member(self._archive)
        self._members.append(member)
        with suppress(OSError):  # it ended; that is heard at its pipe
            member.pipe.send(self._setup)

    def _hear(self, member: _Member) -> None:
        try:
            said = member.pipe.recv()
        except (EOFError, OSError):
            self._lose(member)
            return
        if isinstance(said, ArchiverError):
            raise said
        if isinstance(said, Wish):
            member.wishes = True
        elif isinstance(said, Tally):
            member.tally = said
        elif isinstance(said, Report):
            self._reports[said.site] = said
            member.groups = [group for group in member.groups if not self._is_done(group)]

    def _is_done(self, group: Names) -> bool:
        return all(name in self._reports for name in group)

    def _hand_out(self) -> None:
        """Give the next group to whoever has least to do, when it has room; at first all must be there."""
        while self._waiting and self._members:
            member = min(self._members, key=lambda member: len(member.groups))
            if not member.wishes or any(other.wishes is None for other in self._members):
                return
            group = self._waiting.popleft()
            member.groups.append(group)
            member.wishes = False
            with suppress(OSError):  # it ended; that is heard at its pipe
                send_task(member.pipe, Task(group), [self._locks.lend(name) for name in group])

    def _lose(self, member: _Member) -> None:
        """Begin the sites of a process again that ended; a site to which that happens twice may be the reason."""
        self._members.remove(member)
        self._past += member.tally
        said = member.describe_end()
        for group in member.groups:
            self._begin_again(tuple(name for name in group if name not in self._reports), said)
        if self._waiting and member.wishes is not None:
            self._start()
        elif self._waiting and not self._members:
            raise ArchiverError(f"no process of the crawl could begin ({said}); see to what it said, or use --jobs 1")

    def _begin_again(self, names: Names, said: str) -> None:
        self._tries.update(names)
        if names and not self._is_ending and self._tries[names[0]] < MOST_TRIES:
            for name in names:
                logger.warning("the process of this crawl ended (%s); it begins again", said, extra={"site": name})
            self._waiting.append(names)
            return
        advice = "what was recorded stays; crawl again, with fewer --jobs if memory is short"
        for name in names:
            self._reports[name] = Report(name, None, reason=f"the process of the crawl ended ({said}); {advice}")

    def _begin_end(self) -> None:
        """End all crawls in order; what was not begun has no run and no report."""
        self._is_ending = True
        self._waiting.clear()
        for member in self._members:
            with suppress(OSError):  # it ended by itself
                member.pipe.send(End())

    def _end(self) -> None:
        for member in self._members:
            with suppress(OSError):
                member.pipe.send(Task())
        for member in self._members:
            member.end(END_SECONDS)
        if self._setup.watched:
            write_progress("")

    def _kill_all(self) -> None:
        for member in list(self._members):
            member.kill()

    def _describe(self) -> str:
        tally = sum((member.tally for member in self._members), self._past)
        rate = tally.pages / max(time.monotonic() - self._began, 0.001)
        done = f"{len(self._reports)} of {count(self._sites, 'site')} done"
        articles = f"{count(tally.new, 'article')} new, {tally.changed} changed"
        return f"{done}: {count(tally.pages, 'page')}, {articles}, {count(tally.errors, 'error')}, {rate:.1f} pages/s"


def _list_changes(settings: BaseSettings) -> dict[str, Any]:
    """List what the command line changed in the project's settings, which each process reads for itself."""
    strong = SETTINGS_PRIORITIES["cmdline"]
    return {str(name): settings[name] for name in settings if (settings.getpriority(name) or 0) >= strong}
