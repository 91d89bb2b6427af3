"""The crawl's end of the line to its recording process."""

import asyncio
import logging
import os
import socket
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import cast

from archiver.ingest.recording.messages import BUFFER, READY, Mailbox, ReadRequest, RecordRequest, Reply, write_message
from archiver.ingest.recording.orders import Crawl, Order, Recorded
from archiver.model import Capture, Page
from archiver.processes import ChildProcess

logger = logging.getLogger(__name__)

_END_SECONDS = 5.0


class ProcessLostError(Exception):
    """The recording process is gone; what it had not answered was not recorded, or is found to be so already."""


class RecordingClient(asyncio.Protocol):
    """The crawl's end of the line to its recording process."""

    def __init__(self) -> None:
        self._numbers = count(READY + 1)
        self._mailbox = Mailbox()
        self._answers: dict[int, asyncio.Future[object]] = {}
        self._held: dict[tuple[str, datetime], tuple[int, Page]] = {}
        self._child: ChildProcess | None = None
        self._crawl: Crawl | None = None
        self._line: socket.socket | None = None
        self._transport: asyncio.Transport | None = None
        self._is_ready = False

    async def open(self, path: Path, crawl: Crawl) -> None:
        """Start the process and wait until it has opened the archive.

        ArchiverError where it cannot, or where it does not know the site; ProcessLostError where it ends.
        """
        self._crawl = crawl
        self._child = ChildProcess("archiver.ingest.recording.process", path)
        self._line = socket.socket(fileno=os.dup(self._child.pipe.fileno()))
        self._line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER)
        await asyncio.get_running_loop().create_unix_connection(lambda: self, sock=self._line)
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
        if self._child and self._child.end(_END_SECONDS):
            logger.warning("the recording process does not end, and is killed")

    def describe_end(self) -> str:
        """Say how the process ended."""
        return self._child.describe_end() if self._child else "it was not started"

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the line."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Hand replies to those who wait for them."""
        for message in self._mailbox.take(data):
            if isinstance(message, Reply):
                _answer(self._answers.pop(message.number), message)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio calls it so
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


def _answer(waiting: asyncio.Future[object], reply: Reply) -> None:
    if waiting.done():  # nobody waits any more
        return
    if reply.error is not None:
        waiting.set_exception(reply.error)
    else:
        waiting.set_result(reply.value)
