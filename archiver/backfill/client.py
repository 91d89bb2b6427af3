"""Asking a web archive: one request after the other, with its pauses, its Retry-After, and an end to asking.

Plain HTTP of the standard library, as for monitoring addresses (alerts/notifications.py): there is one request a second
to one host, so neither Scrapy's engine nor a further package would do anything here.
"""

import http.client
import time
from dataclasses import dataclass, field
from urllib.error import URLError
from urllib.parse import urljoin
from urllib.request import HTTPHandler, HTTPSHandler, OpenerDirector, ProxyHandler, Request

from archiver.backfill.pace import Kind, Pace
from archiver.clock import now
from archiver.crawl.politeness.backoff import read_wait
from archiver.errors import ArchiverError
from archiver.model import Headers
from archiver.text.counting import count
from archiver.urls import host_of, shorten_address

MOST_429 = 3
"""After so many answers of 429 nothing more is asked for: services lock out who goes on."""
MOST_TRIES = 3
MOST_LOST = 3
"""So many pages in a row that had no answer end a call."""
MOST_WAIT = 600.0
"""Seconds that a call waits because the service asks for it; if it asks for more, the call ends."""
_MOST_BYTES: dict[Kind, int] = {"list": 64 << 20, "page": 16 << 20}
_SECONDS: dict[Kind, float] = {"list": 300.0, "page": 120.0}
_MOST_SILENCE = 60.0
_UNSAID_WAIT, _BACKOFF = 60.0, 5.0
_TOO_MANY = 429
_MOST_HOPS = 3
_MANY = 3600.0


class StoppedError(ArchiverError):
    """The service wants no more requests; its text is a line for people."""

    exit_status = 3


class UnansweredError(StoppedError):
    """The service gives no answers."""


class LostError(Exception):
    """Something had no whole answer, also when it was asked for again; its text says why."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that came whole, as sent: ``body`` still has its content encoding."""

    url: str
    status: int
    headers: Headers
    body: bytes

    def header(self, name: str) -> str | None:
        """Return the first value of a header."""
        return next((value for key, value in self.headers if key.lower() == name), None)

    @property
    def is_memento(self) -> bool:
        """Say whether it is a capture, and no word of the archive's own."""
        return self.header("memento-datetime") is not None


@dataclass(slots=True)
class Client:
    """Asks one service, as long as it bears it; ``requests`` counts what was sent."""

    pace: Pace
    user_agent: str
    requests: int = 0
    _many: int = field(default=0, init=False)
    _lost: int = field(default=0, init=False)

    def get(self, url: str, kind: Kind) -> Answer:
        """Ask for something until there is an answer that is no excuse; LostError, StoppedError.

        Redirects are returned; only those of a list to another spelling of it are followed, on the same host.
        """
        for _ in range(_MOST_HOPS):
            answer = self._insist(url, kind)
            target = urljoin(url, answer.header("location") or "")
            if kind == "page" or not 300 <= answer.status < 400 or target == url:
                return answer
            if host_of(target) != host_of(url):
                raise LostError(f"leads to another host: {shorten_address(target)}")
            url = target
        raise LostError("leads round and round")

    def check_turn(self) -> None:
        """End the call at once where the service asked to be left alone for longer than a call waits."""
        ahead = self.pace.look_ahead()
        if ahead > MOST_WAIT:
            raise StoppedError(f"{self.pace.service} asked to be left alone; call again in {_write_time(ahead)}")

    def _insist(self, url: str, kind: Kind) -> Answer:
        """Try a few times; a page that is lost costs no more than itself, unless one is lost after the other."""
        for number in range(1, MOST_TRIES + 1):
            answer = self._ask(url, kind)
            reason = answer if isinstance(answer, str) else _find_excuse(answer)
            if reason is None and isinstance(answer, Answer):
                self._lost = 0
                return answer
            is_last = number == MOST_TRIES
            self._hold_off(answer, self.pace.pause * _BACKOFF * 2.0 ** (number - 1), is_last=is_last)
        self._lost += 1
        if self._lost == MOST_LOST:
            raise UnansweredError(f"{self.pace.service} gives no answers ({reason}); call again later")
        raise LostError(str(reason))

    def _hold_off(self, answer: Answer | str, backoff: float, *, is_last: bool) -> None:
        asked = _read_wait(answer) if isinstance(answer, Answer) else None
        is_many = isinstance(answer, Answer) and answer.status == _TOO_MANY
        self._many += is_many
        unsaid = self.pace.pause * _UNSAID_WAIT * self._many if is_many else 0.0 if is_last else backoff
        wait = unsaid if asked is None else max(asked, self.pace.pause)
        self.pace.hold_off(wait)
        if is_many and self._many >= MOST_429:
            told = f"{self.pace.service} answered {MOST_429} times that there are too many requests (429)"
            raise StoppedError(f"{told}; call again in {_write_time(wait)}, and it goes on from here")
        if wait > MOST_WAIT:
            raise StoppedError(f"{self.pace.service} asked to be left alone; call again in {_write_time(wait)}")

    def _ask(self, url: str, kind: Kind) -> Answer | str:
        """Send a request; returns the answer, or why there is none that is whole."""
        self.check_turn()
        self.pace.wait(kind)
        self.requests += 1
        headers = {"User-Agent": self.user_agent, "Accept": "*/*", "Accept-Encoding": "identity"}
        request = Request(url, headers=headers)  # noqa: S310 - read_source checked the scheme
        try:
            with _opener().open(request, timeout=_MOST_SILENCE) as reply:
                return _read_answer(url, reply, kind)
        except (URLError, OSError, http.client.HTTPException, ValueError) as error:
            return _explain(error)
        finally:
            self.pace.note_answer(kind)


def _read_answer(url: str, reply: http.client.HTTPResponse, kind: Kind) -> Answer | str:
    """Read an answer to its end, or say why that is not to be had; LostError for one that is too large."""
    until = time.monotonic() + _SECONDS[kind]
    pieces = []
    size = 0
    while piece := reply.read1(1 << 16):
        pieces.append(piece)
        size += len(piece)
        if size > _MOST_BYTES[kind]:
            raise LostError(f"its answer is larger than {_MOST_BYTES[kind] >> 20} MB")
        if time.monotonic() > until:
            return f"its answer takes longer than {_SECONDS[kind]:g} s"
    if reply.length:  # what Content-Length promised and did not come; read1 says nothing of it
        return f"its answer was cut off, {count(reply.length, 'byte')} before its end"
    return Answer(url, reply.status, tuple(reply.getheaders()), b"".join(pieces))


def _find_excuse(answer: Answer) -> str | None:
    """Say why an answer is only an excuse of the service, for now; None for what it has to say."""
    is_excuse = answer.status == _TOO_MANY or answer.status >= 500
    return f"status {answer.status}" if is_excuse and not answer.is_memento else None


def _read_wait(answer: Answer) -> float | None:
    return read_wait(answer.header("retry-after"), answer.header("date"), now())


def _explain(error: Exception) -> str:
    if isinstance(error, http.client.IncompleteRead):
        return "its answer was cut off"
    reason = getattr(error, "reason", error)
    if isinstance(reason, TimeoutError):
        return "no answer in time"
    said = getattr(reason, "strerror", None) or (reason if isinstance(reason, str) else type(reason).__name__)
    return str(said)


def _opener() -> OpenerDirector:
    """Make an opener for the web alone, which follows no redirect and takes no status for an error."""
    opener = OpenerDirector()
    for handler in (ProxyHandler, HTTPHandler, HTTPSHandler):
        opener.add_handler(handler())
    return opener


def _write_time(seconds: float) -> str:
    if seconds < 120:
        return f"{max(round(seconds), 1)} s"
    return f"{seconds / 60:.0f} min" if seconds < 2 * _MANY else f"{seconds / _MANY:.0f} h"
