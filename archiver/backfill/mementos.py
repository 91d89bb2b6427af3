"""From the answer of a web archive to the capture that it shows (RFC 7089), or to why it is none."""

import zlib
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urljoin

from archiver.backfill.cdx import Listed, normalise, read_time
from archiver.backfill.client import Answer, Client, LostError
from archiver.backfill.sources import Source
from archiver.model import Capture, Headers
from archiver.urls import host_of

_ORIGINAL = "x-archive-orig-"
# What a capture's own headers are not: those of the transfer, and what web archives add. What of these was the
# portal's own they send as X-Archive-Orig-.
_OWN = frozenset(
    "memento-datetime link content-location date transfer-encoding connection keep-alive content-length server vary "
    "via content-security-policy content-security-policy-report-only preference-applied strict-transport-security age "
    "referrer-policy permissions-policy server-timing set-cookie access-control-allow-origin alt-svc nel report-to "
    "cross-origin-opener-policy cross-origin-resource-policy".split()
)
_PASSED_ON = frozenset({"content-type", "content-language", "location"})
# The body is kept without it, so these would say something else than is there.
_UNDONE = frozenset({"content-encoding", "transfer-encoding", "content-length", "connection"})
# What stays true of another capture of the same bytes: the rest (Date, Last-Modified, ETag) was said at one time.
_LASTING = frozenset({"content-type", "content-language"})
_MOST_HOPS = 3
_MOST_BYTES = 16 << 20
_GZIP = 16 + zlib.MAX_WBITS  # tells zlib that a head of gzip stands before the bytes


class DeniedError(Exception):
    """A capture cannot be had as it was; its text says why."""


def fetch_memento(client: Client, source: Source, row: Listed) -> Capture:
    """Ask for a capture as it was received; DeniedError, StoppedError.

    The archive's own redirects are followed to another spelling of the address, never to another time.
    """
    address = source.capture_address(row.at, row.url)
    try:
        for _ in range(_MOST_HOPS):
            answer = client.get(address, "page")
            target = None if answer.is_memento else _find_spelling(source, row, answer)
            if target is None:
                return read_memento(source, row, answer)
            address = target
    except LostError as error:
        raise DeniedError(str(error)) from error
    raise DeniedError("the web archive redirects round and round")


def read_memento(source: Source, row: Listed, answer: Answer) -> Capture:
    """Read an answer as the capture that was asked for; DeniedError where it is another one, or none."""
    at = read_time(row.at)
    shown = _read_date(answer.header("memento-datetime"))
    if at is None or shown is None:
        said = answer.header("x-archive-wayback-runtime-error") or "without a time of capture"
        raise DeniedError(f"no capture came (status {answer.status}, {said[:200]})")
    if shown != at:
        raise DeniedError(f"the capture that came is of {shown:%Y-%m-%d %H:%M:%S}")
    if row.status is not None and row.status != answer.status:
        raise DeniedError(f"it has status {answer.status}, and the list says {row.status}")
    headers = _find_headers(source, answer)
    return Capture(row.url, at, answer.status, headers, _decode(answer))


def keep_lasting(headers: Headers) -> Headers:
    """Choose the headers that are true of every capture of the same bytes."""
    return tuple((name, value) for name, value in headers if name.lower() in _LASTING)


def _find_spelling(source: Source, row: Listed, answer: Answer) -> str | None:
    """Find where the archive redirects to itself for the same time; DeniedError for another time or host."""
    location = answer.header("location")
    if location is None or not 300 <= answer.status < 400:
        return None
    target = urljoin(answer.url, location)
    shown = source.read_shown(target)
    if host_of(target) != host_of(source.base) or shown is None:
        raise DeniedError("the web archive leads elsewhere instead of to the capture")
    if shown[0] != row.at:
        raise DeniedError(f"the web archive leads to a capture of another time ({shown[0]})")
    return source.capture_address(*shown)


def _find_headers(source: Source, answer: Answer) -> Headers:
    """Tell a capture's own headers from those of the archive that shows it.

    The Wayback Machine sends all of them with a mark; pywb marks those that would mean something in the transfer.
    """
    marked = [(name[len(_ORIGINAL) :], value) for name, value in answer.headers if name.lower().startswith(_ORIGINAL)]
    names = {name.lower() for name, _ in marked}
    plain = [(name, value) for name, value in answer.headers if name.lower() not in names and _is_plain(source, name)]
    every = [(name, value) for name, value in (*plain, *marked) if name.lower() not in _UNDONE]
    return tuple((name, _bring_home(source, value) if name.lower() == "location" else value) for name, value in every)


def _is_plain(source: Source, name: str) -> bool:
    name = name.lower()
    if source.dialect == "wayback":
        return name in _PASSED_ON
    return name not in _OWN and not name.startswith(("x-archive-", "x-wayback-"))


def _bring_home(source: Source, location: str) -> str:
    """Undo what an archive makes of a redirect, so that it leads to its own copy."""
    shown = source.read_shown(location)
    return (normalise(shown[1]) or shown[1]) if shown else location


def _decode(answer: Answer) -> bytes:
    """Undo the content encoding that the answer still has; DeniedError for one that is unknown or damaged.

    The portal's own counts if the archive sends the bytes as they were stored, whatever it says of them.
    """
    said = (answer.header("content-encoding") or "").strip().lower()
    stored = (answer.header(f"{_ORIGINAL}content-encoding") or "").strip().lower()
    if answer.body.startswith(b"\x1f\x8b") and "gzip" in (said or stored):
        return _inflate(answer.body, _GZIP)
    if said in ("", "identity", "gzip", "x-gzip"):
        return answer.body
    if said == "deflate":
        return _inflate(answer.body, zlib.MAX_WBITS if answer.body[:1] == b"\x78" else -zlib.MAX_WBITS)
    raise DeniedError(f"it is encoded as {said}")


def _inflate(body: bytes, bits: int) -> bytes:
    inflating = zlib.decompressobj(bits)
    try:
        whole = inflating.decompress(body, _MOST_BYTES)
    except zlib.error as error:
        raise DeniedError("it cannot be unpacked") from error
    if not inflating.eof:
        raise DeniedError("it is larger than 16 MB" if inflating.unconsumed_tail else "it was cut off")
    return whole


def _read_date(value: str | None) -> datetime | None:
    try:
        read = parsedate_to_datetime(value or "")
        return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        return None
