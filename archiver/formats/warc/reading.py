"""Records of WARC and ARC files, one at a time; what did not come whole is told apart from what did."""

import base64
import hashlib
from collections.abc import Iterator, Mapping
from contextlib import redirect_stderr
from dataclasses import dataclass
from datetime import UTC, datetime
from io import StringIO
from typing import Any, Protocol

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from archiver.formats.warc.streams import ArchiveStream

# What is read of a record of a kind that says nothing to us: nothing.
_READ = frozenset({"response", "resource", "revisit", "metadata", "warcinfo"})
_PIECE = 1 << 16
# Before the first there was no web; behind the last some calendars end.
_YEARS = (1990, 9000)


@dataclass(frozen=True, slots=True)
class Record:
    """A whole record: ``fields`` by their names in lower case, ``block`` what it holds; ``at`` None without a time."""

    kind: str
    url: str
    at: datetime | None
    fields: Mapping[str, str]
    block: bytes


@dataclass(frozen=True, slots=True)
class Broken:
    """What is no whole record, and why; ``is_large``: nothing is wrong with it, but it is more than we take."""

    url: str
    at: datetime | None
    why: str
    is_large: bool = False


class _Stream(Protocol):
    def read(self, size: int) -> bytes: ...


class _Fields(Protocol):
    headers: list[tuple[str, str]]


class _Loaded(Protocol):
    """A record of warcio, which has no types."""

    rec_type: str | None
    rec_headers: _Fields
    length: int | None
    raw_stream: _Stream


def read_records(stream: ArchiveStream, most: int) -> Iterator[Record | Broken]:
    """Read the records of a stream; a block may have ``most`` bytes. A file that cannot be read on ends with a Broken.

    A record is given only when the next one has begun, or the file has ended: only then its length is known to be true.
    """
    source: Any = ArchiveIterator(stream, no_record_parse=True, arc2warc=True)
    held: Record | Broken | None = None
    while True:
        faults = source.err_count
        try:
            with redirect_stderr(StringIO()):  # warcio tells its user, who is not ours
                record = next(source, None)
        except (ArchiveLoadFailed, ValueError, UnicodeError) as error:
            yield from _give(held, is_false=source.err_count > faults)
            yield Broken("", None, f"what follows is no record: {_shorten(error)}")
            return
        yield from _give(held, is_false=source.err_count > faults)
        if record is None:
            break
        held = _take(record, most)
    if stream.cut:
        yield Broken("", None, stream.cut)


def _give(held: Record | Broken | None, *, is_false: bool) -> Iterator[Record | Broken]:
    if isinstance(held, Record) and is_false:
        yield Broken(held.url, held.at, "its length is not the one written down")
    elif held is not None:
        yield held


def _take(record: _Loaded, most: int) -> Record | Broken | None:
    """Take a record with its block; None for one that says nothing to us."""
    fields = {name.lower(): value for name, value in record.rec_headers.headers}
    kind, url, at = record.rec_type or "", fields.get("warc-target-uri", ""), _read_time(fields)
    if kind not in _READ:
        return None
    fault = _find_fault(fields)
    if fault:
        return Broken(url, at, fault)
    size = int(record.length or 0)
    if size > most:
        return Broken(url, at, f"it is larger than {most} bytes: {size}", is_large=True)
    block = _read_block(record.raw_stream, size)
    fault = _find_fault_of_block(fields, block, size)
    return Broken(url, at, fault) if fault else Record(kind, url, at, fields, block)


def _find_fault(fields: Mapping[str, str]) -> str | None:
    length, truncated = fields.get("content-length", "").strip(), fields.get("warc-truncated")
    if not (length.isascii() and length.isdigit()):
        return "it says no length"
    return f"it was cut off when it was made ({truncated})" if truncated else None


def _find_fault_of_block(fields: Mapping[str, str], block: bytes, size: int) -> str | None:
    if len(block) < size:
        return f"it is cut off: {len(block)} of {size} bytes"
    is_true = fits_digest(fields.get("warc-block-digest"), block)
    return None if is_true else "its digest is not the one written down"


def _read_block(stream: _Stream, size: int) -> bytes:
    pieces: list[bytes] = []
    while size > 0 and (piece := stream.read(min(size, _PIECE))):
        pieces.append(piece)
        size -= len(piece)
    return b"".join(pieces)


def fits_digest(written: str | None, *blocks: bytes) -> bool:
    """Say whether a digest is that of one of some blocks; one that nobody wrote, or of a kind not known, fits."""
    name, _, value = (written or "").strip().partition(":")
    name = name.lower().replace("-", "")
    if not value or name not in ("sha1", "sha256", "sha512", "md5"):
        return True
    return any(_is_digest(value, hashlib.new(name, block, usedforsecurity=False).digest()) for block in blocks)


def _is_digest(value: str, digest: bytes) -> bool:
    forms = (base64.b32encode(digest), base64.b64encode(digest), base64.urlsafe_b64encode(digest))
    return value.lower() == digest.hex() or value.rstrip("=") in {form.decode().rstrip("=") for form in forms}


def _read_time(fields: Mapping[str, str]) -> datetime | None:
    try:
        read = datetime.fromisoformat(fields.get("warc-date", "").strip())
        at = (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return at if _YEARS[0] <= at.year <= _YEARS[1] else None


def _shorten(error: Exception) -> str:
    return str(error).strip()[:200]
