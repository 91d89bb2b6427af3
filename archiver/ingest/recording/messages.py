"""What a crawl and its recording process say to each other: pickled objects, each after its length.

Both ends are this program; nothing from outside is ever unpickled. The first message is the Crawl that all others are
of, and another follows whenever that changes.
"""

import pickle
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from archiver.ingest.recording.orders import Order
from archiver.model import Capture, Page

READY = 0
"""The number of the reply to the first message: the archive is open and the site known. Requests count from 1."""
BUFFER = 1 << 20
"""How much either side may send before the other takes it, in bytes."""
_LENGTH = struct.Struct("!Q")


@dataclass(frozen=True, slots=True)
class ReadRequest:
    """Read a capture, and hold it and its page until they are recorded."""

    number: int
    capture: Capture


@dataclass(frozen=True, slots=True)
class RecordRequest:
    """Record ``what``, a capture and its page; where that is None, what was read as number ``held``.

    What was held is let go either way: an article is more than its last page shows where it goes over several.
    """

    number: int
    order: Order
    what: tuple[Capture, Page] | None = None
    held: int = 0


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to the request of this number: what it asked for, or the error that it ended with."""

    number: int
    value: object
    error: BaseException | None = None


def write_message(message: object) -> bytes:
    """Write a message as it goes over the wire."""
    packed = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    return _LENGTH.pack(len(packed)) + packed


class Mailbox:
    """Puts messages together out of the pieces they arrive in."""

    def __init__(self) -> None:
        self._received = bytearray()

    def take(self, piece: bytes) -> Iterator[object]:
        """Take a piece and yield the messages that are whole with it."""
        self._received += piece
        start = 0
        while (message := self._find(start)) is not None:
            end = message.stop
            yield pickle.loads(memoryview(self._received)[message.start : end])  # noqa: S301 - see above
            start = end
        del self._received[:start]

    def _find(self, start: int) -> slice | None:
        body = start + _LENGTH.size
        if len(self._received) < body:
            return None
        end = body + int(_LENGTH.unpack_from(self._received, start)[0])
        return slice(body, end) if len(self._received) >= end else None
