"""Reading and recording what a crawl brings: in its own process, or in a second one where pages come in fast."""

import asyncio
import logging
import os
import socket
import sqlite3
import subprocess
import sys
import time
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Literal, cast

from sqlite_utils import Database

from archiver.errors import ArchiverError
from archiver.ingest.record import read_capture
from archiver.ingest.recording.messages import READY, Mailbox, ReadRequest, RecordRequest, Reply, write_message
from archiver.ingest.recording.orders import Crawl, Order, Recorded, record_all
from archiver.model import Capture, Page

logger = logging.getLogger(__name__)

Wish = Literal["auto", "always", "never"]
WISHES: tuple[Wish, ...] = ("auto", "always", "never")
# A second process takes half a second to start and 50 MB. It is for crawls without manners, of servers of one's own: at
# one page a second there is nothing to be gained.
ENOUGH_PAGES = 48
ENOUGH_A_SECOND = 10
# Recording is for the one, reading for whoever has time: where the other owes so many answers, a page is read here. 235
# pages a second with 4, 227 with 6 and 8, 222 with 2, 200 where all are read there.
MOST_WAITING = 4
_END_SECONDS = 5.0
_BUFFER = 1 << 20


class ProcessLostError(Exception):
    """The recording process is gone; what it had not answered was not recorded, or is found to be so already."""


class RecordingClient(asyncio.Protocol):
    """The crawl's end of the line to its recording process."""

    def __init__(self) -> None:
        self._numbers = count(READY + 1)
        self._mailbox = Mailbox()
        self._answers: dict[int, asyncio.Future[object]] = {}
        self._held: dict[tuple[str, datetime], tuple[int, Page]] = {}
        self._child: subprocess.Popen[bytes] | None = None
        self._crawl: Crawl | None = None
        self._line: socket.socket | None = None
        self._transport: asyncio.Transport | None = None
        self._is_ready = False

    async def open(self, path: Path, crawl: Crawl) -> None:
        """Start the process and wait until it has opened the archive.

        ArchiverError where it cannot, or where it does not know the site; ProcessLostError where it ends.
        """
        self._line, theirs = socket.socketpair()
        for end in (self._line, theirs):
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER)
        loop = asyncio.get_running_loop()
        self._crawl = crawl
        with theirs:
            self._child = _start_process(theirs, path)
        await loop.create_unix_connection(lambda: self, sock=self._line)
        await self._ask(READY, crawl)
        self._is_ready = True
        logger.info("pages are read and recorded in a second process (%s)", self._child.pid)

    def is_open_for(self, crawl: Crawl) -> bool:
        """Say whether the process serves, and this very crawl: a site may come to another platform on its way."""
        return self._is_ready and crawl == self._crawl

    @property
    def waiting(self) -> int:
        """How many answers the process owes."""
        return len(self._answers)

    async def read(self, capture: Capture) -> Page:
        """Have a capture read; the process holds it until it is recorded."""
        number = next(self._numbers)
        page = cast("Page", await self._ask(number, ReadRequest(number, capture)))
        self._held[capture.url, capture.fetched_at] = number, page
        return page

    async def record(self, order: Order, capture: Capture, page: Page) -> Recorded:
        """Have an answer recorded, by its number alone where the process holds it and the page is what it read."""
        number = next(self._numbers)
        held, read = self._held.pop((capture.url, capture.fetched_at), (0, None))
        request = RecordRequest(number, order, None if held and page is read else (capture, page), held)
        return cast("Recorded", await self._ask(number, request))

    def close(self) -> None:
        """Hang up and wait for the process to end; one that does not is killed."""
        if self._line and self._line.fileno() >= 0:
            self._line.shutdown(socket.SHUT_RDWR)  # at once: the loop, which would do it, waits for this to return
        if self._transport:
            self._transport.abort()
        if self._child is None:
            return
        try:
            self._child.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            logger.warning("the recording process does not end, and is killed")
            self._child.kill()
            self._child.wait()

    def describe_end(self) -> str:
        """Say how the process ended."""
        status = self._child.returncode if self._child else None
        return f"signal {-status}" if status is not None and status < 0 else f"status {status}"

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the line."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Hand replies to those who wait for them."""
        for message in self._mailbox.take(data):
            assert isinstance(message, Reply)
            answer = self._answers.pop(message.number)
            if answer.done():  # nobody waits any more
                continue
            if message.error is not None:
                answer.set_exception(message.error)
            else:
                answer.set_result(message.value)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell all who wait that nothing comes any more."""
        self._transport = None
        for answer in self._answers.values():
            if not answer.done():
                answer.set_exception(ProcessLostError("it ended"))
        self._answers.clear()

    async def _ask(self, number: int, message: object) -> object:
        if self._transport is None:
            raise ProcessLostError("it has ended")
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        self._transport.write(write_message(message))
        return await answer


class Recorder:
    """Reads and records answers for one crawl; ``database`` is its own connection to the archive at ``path``.

    Reading is pure and recording one transaction, so it makes no difference to the archive in which process they
    happen, and a crawl that loses the second one goes on alone.
    """

    def __init__(self, database: Database, path: Path, wish: Wish) -> None:
        self._database = database
        self._path = path
        self._wish = wish
        self._began = time.monotonic()
        self._recorded = 0
        self._client: RecordingClient | None = None
        self._starting: asyncio.Task[None] | None = None

    async def read(self, crawl: Crawl, capture: Capture) -> Page:
        """Read a capture."""
        if self._wish == "always":
            await (self._starting or self._start(crawl))
        if self._client and self._client.is_open_for(crawl) and self._client.waiting < MOST_WAITING:
            try:
                return await self._client.read(capture)
            except ProcessLostError:
                self._go_on_alone()
        return read_capture(crawl.site, capture)

    async def record(self, crawl: Crawl, order: Order, capture: Capture, page: Page) -> Recorded:
        """Record an answer; when this returns it is on disk."""
        self._recorded += 1
        if self._is_due():
            self._start(crawl)
        if self._client and self._client.is_open_for(crawl):
            try:
                return await self._client.record(order, capture, page)
            except ProcessLostError:
                self._go_on_alone()
        return record_all(self._database, crawl, [(order, capture, page)])[0]

    def close(self) -> None:
        """End the second process, which has nothing left to do."""
        if self._client:
            self._client.close()
            self._client = None

    def _is_due(self) -> bool:
        if self._starting or self._wish != "auto" or self._recorded < ENOUGH_PAGES:
            return False
        return self._recorded > ENOUGH_A_SECOND * (time.monotonic() - self._began)

    def _start(self, crawl: Crawl) -> asyncio.Task[None]:
        self._client = RecordingClient()
        self._starting = asyncio.get_running_loop().create_task(self._open(self._client, crawl))
        return self._starting

    async def _open(self, client: RecordingClient, crawl: Crawl) -> None:
        try:
            await client.open(self._path, crawl)
        except (ProcessLostError, ArchiverError, sqlite3.Error, OSError) as error:
            if self._client is client:
                logger.warning("no second process for recording: %s; the crawl goes on without", error)
                self.close()

    def _go_on_alone(self) -> None:
        if self._client:
            client, self._client = self._client, None
            client.close()
            logger.warning("the recording process ended (%s); the crawl goes on without it", client.describe_end())


def _start_process(line: socket.socket, path: Path) -> subprocess.Popen[bytes]:
    # -P and the path: it finds the modules that this process found, and no others.
    command = [sys.executable, "-P", "-m", "archiver.ingest.recording.process", str(line.fileno()), str(path.resolve())]
    places = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.Popen(  # noqa: S603 - this very program
        command, stdin=subprocess.DEVNULL, pass_fds=[line.fileno()], env=places
    )
