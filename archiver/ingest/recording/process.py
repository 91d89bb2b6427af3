"""The recording process: reads captures and records them, so that the crawl fetches the next ones meanwhile.

It serves one crawl over a socket and ends when that hangs up, however that came about.
"""

import os
import select
import socket
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path

from sqlite_utils import Database

from archiver.archive.store.file import create_or_open
from archiver.errors import ArchiverError, SiteError
from archiver.ingest.record import read_capture
from archiver.ingest.recording.messages import BUFFER, READY, Mailbox, ReadRequest, RecordRequest, Reply, write_message
from archiver.ingest.recording.orders import Crawl, Job, Recorded, record_all
from archiver.model import Capture, Page
from archiver.processes import serve

MOST_TOGETHER = 8
"""Answers in one transaction: half of what a crawl has under way, so that the other half keeps both processes busy."""
_PIECE = 1 << 20


class OrphanedError(Exception):
    """The crawl is dead: what it brought last is not recorded, for the next run may have begun."""


class RecordingProcess:
    """What the process does: captures are read at once, and recorded as soon as nothing else is there to read."""

    def __init__(self, line: socket.socket, database: Database) -> None:
        self._line = line
        self._database = database
        self._parent = os.getppid()
        self._crawl: Crawl
        self._mailbox = Mailbox()
        self._held: dict[int, tuple[Capture, Page]] = {}
        self._waiting: list[RecordRequest] = []

    def serve(self) -> None:
        """Serve until the crawl hangs up; OrphanedError where it died."""
        while piece := self._receive():
            for message in self._mailbox.take(piece):
                self._take(message)
            if len(self._waiting) >= MOST_TOGETHER or not self._has_more():
                self._record_waiting()

    def _receive(self) -> bytes:
        try:
            return self._line.recv(_PIECE)
        except ConnectionError:
            return b""

    def _has_more(self) -> bool:
        return bool(select.select([self._line], [], [], 0)[0])

    def _take(self, message: object) -> None:
        if isinstance(message, ReadRequest):
            self._answer(message.number, partial(self._read, message))
        elif isinstance(message, RecordRequest):
            self._waiting.append(message)
        elif isinstance(message, Crawl):
            self._answer(READY, partial(self._begin, message))

    def _begin(self, crawl: Crawl) -> None:
        """Take what follows for a crawl's, unless another parser would read it here than there."""
        if Crawl.of_site(crawl.run, crawl.site) != crawl:
            raise SiteError(f"site {crawl.site.name} is read differently in another process")
        self._crawl = crawl

    def _read(self, request: ReadRequest) -> Page:
        page = read_capture(self._crawl.site, request.capture)
        self._held[request.number] = (request.capture, page)
        return page

    def _record_waiting(self) -> None:
        requests, self._waiting = self._waiting, []
        if not requests:
            return
        jobs = [self._job_of(request) for request in requests]
        try:
            results: list[Recorded] = record_all(self._database, self._crawl, jobs, self._check_crawl)
        except OrphanedError:
            raise
        except Exception:  # noqa: BLE001 - one of them failed: each by itself tells which, and with what
            for request, job in zip(requests, jobs, strict=True):
                self._answer(request.number, partial(self._record_alone, job))
            return
        for request, result in zip(requests, results, strict=True):
            self._reply(Reply(request.number, result))

    def _record_alone(self, job: Job) -> Recorded:
        return record_all(self._database, self._crawl, [job], self._check_crawl)[0]

    def _job_of(self, request: RecordRequest) -> Job:
        if request.what is None:
            return (request.order, *self._held.pop(request.held))
        self._held.pop(request.held, None)
        return (request.order, *request.what)

    def _check_crawl(self) -> None:
        """Keep nothing for a dead crawl; asked while the archive is locked, so no later run can come in between."""
        if os.getppid() != self._parent:
            raise OrphanedError

    def _answer(self, number: int, work: Callable[[], object]) -> None:
        try:
            reply = Reply(number, work())
        except OrphanedError:
            raise
        except Exception as error:  # noqa: BLE001 - the crawl tells of it, as of its own
            reply = Reply(number, None, error)
        self._reply(reply)

    def _reply(self, reply: Reply) -> None:
        self._line.sendall(_write_reply(reply))


def _serve(pipe: Connection, path: Path) -> None:
    with socket.socket(fileno=os.dup(pipe.fileno())) as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER)
        try:
            database = create_or_open(path)
        except (ArchiverError, sqlite3.Error) as error:
            line.sendall(_write_reply(Reply(READY, None, error)))
            return
        with closing(database), suppress(OrphanedError):
            RecordingProcess(line, database).serve()


def _write_reply(reply: Reply) -> bytes:
    try:
        return write_message(reply)
    except Exception:  # noqa: BLE001 - an error that cannot be sent is told in words
        return write_message(Reply(reply.number, None, RuntimeError(f"{type(reply.error).__name__}: {reply.error}")))


if __name__ == "__main__":
    serve(_serve)
