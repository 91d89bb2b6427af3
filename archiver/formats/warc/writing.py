"""Records of WARC/1.1, one gzip member each, as replay tools want them."""

import hashlib
import uuid
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from io import BytesIO
from typing import Any, Literal, Protocol

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from archiver.formats.warc.fields import mark_wire_headers, write_target
from archiver.formats.warc.http_block import find_header
from archiver.model import Headers

PROFILES = {
    "same": "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest",
    "not modified": "http://netpreserve.org/warc/1.1/revisit/server-not-modified",
}
# Between speed and size: level 9, which warcio takes, is 2% smaller and takes twice as long.
_LEVEL = 6


class _Out(Protocol):
    def write(self, piece: bytes, /) -> object: ...


@dataclass(frozen=True, slots=True)
class Reference:
    """The record that a revisit is of: its address and time."""

    url: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """What is to be written of one address: ``fields`` are added to the record, ``of`` is what a revisit refers to.

    ``media_type`` is that of a resource or of metadata, which have no status and no headers.
    """

    kind: Literal["response", "resource", "metadata", "revisit"]
    url: str
    at: datetime
    body: bytes = b""
    status: int = 200
    headers: Headers = ()
    media_type: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    profile: Literal["same", "not modified"] = "same"
    of: Reference | None = None
    digest: bytes | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """Where a record lies in its file, and what an index says of it."""

    url: str
    at: datetime
    offset: int
    length: int
    mime: str
    status: int | None
    digest: str | None


class _Members:
    """Writes gzip members, one for what stands between two calls of ``flush``."""

    def __init__(self, out: _Out) -> None:
        self.place = 0
        self._out = out
        self._packer = self._begin()

    def write(self, piece: bytes) -> None:
        self._pass_on(self._packer.compress(piece))

    def flush(self) -> None:
        self._pass_on(self._packer.flush())
        self._packer = self._begin()

    def _pass_on(self, piece: bytes) -> None:
        self.place += len(piece)
        self._out.write(piece)

    @staticmethod
    def _begin() -> "zlib._Compress":
        return zlib.compressobj(_LEVEL, zlib.DEFLATED, zlib.MAX_WBITS | 16)


class _Head(StatusAndHeaders):  # type: ignore[misc]  # warcio has no types
    """Status line and headers as they are kept, letters beyond ASCII too, which warcio would percent-code."""

    def compute_headers_buffer(self, header_filter: object = None) -> None:  # noqa: ARG002 - the signature is warcio's
        lines = [f"{self.protocol} {self.statusline}", *(f"{name}: {value}" for name, value in self.headers), "", ""]
        self.headers_buff = "\r\n".join(lines).encode("latin-1", "replace")


class WarcWriter:
    """Writes records into a stream; nothing is remembered of them."""

    def __init__(self, out: _Out) -> None:
        self._members = _Members(out)
        self._writer: Any = WARCWriter(self._members, gzip=False, warc_version="1.1")

    def write_info(self, name: str, at: datetime, lines: str) -> None:
        """Write what the file is, as lines of names and values."""
        body = lines.encode()
        named = {"WARC-Date": write_date(at), "WARC-Filename": name, "WARC-Record-ID": _make_id("info", name, at)}
        self._write("warcinfo", "", named, body, "application/warc-fields", None)

    def write(self, entry: Entry) -> Written:
        """Write a record; returns where it lies."""
        target, begun = write_target(entry.url) if "://" in entry.url else entry.url, self._members.place
        digest = entry.digest or (hashlib.sha256(entry.body).digest() if entry.profile == "same" else None)
        written = f"sha256:{digest.hex()}" if digest else None
        named = {"WARC-Date": write_date(entry.at), "WARC-Record-ID": _make_id(entry.kind, entry.url, entry.at)}
        named |= {"WARC-Payload-Digest": written} if written else {}
        named |= _refer(entry) if entry.kind == "revisit" else {}
        named |= entry.fields
        has_head = entry.kind == "response" or (entry.kind == "revisit" and not entry.media_type)
        head = _write_head(entry) if has_head else None
        body = b"" if entry.kind == "revisit" else entry.body
        kind = "application/http; msgtype=response" if has_head else entry.media_type
        self._write(entry.kind, target, named, body, kind, head)
        mime = find_header(entry.headers, "content-type") or entry.media_type
        mime = "warc/revisit" if entry.kind == "revisit" else mime.partition(";")[0].strip()
        length = self._members.place - begun
        status = entry.status if has_head else None
        return Written(target, entry.at, begun, length, mime or "unk", status, written)

    def _write(
        self, kind: str, target: str, named: Mapping[str, str], body: bytes, content_type: str, head: "_Head | None"
    ) -> None:
        record = self._writer.create_warc_record(
            target,
            kind,
            payload=BytesIO(body),
            length=len(body),
            warc_content_type=content_type,
            warc_headers_dict=dict(named),
            http_headers=head,
        )
        self._writer.write_record(record)


def write_date(at: datetime) -> str:
    """Write a time as WARC/1.1 does, with the parts of a second that it has."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def _refer(entry: Entry) -> dict[str, str]:
    named = {"WARC-Profile": PROFILES[entry.profile]}
    if entry.of is None:
        return named
    refers = {"WARC-Refers-To-Target-URI": write_target(entry.of.url), "WARC-Refers-To-Date": write_date(entry.of.at)}
    return named | refers


def _write_head(entry: Entry) -> _Head:
    try:
        said = f"{entry.status} {HTTPStatus(entry.status).phrase}"
    except ValueError:
        said = f"{entry.status} Unknown"
    length = 0 if entry.kind == "revisit" and entry.profile == "not modified" else len(entry.body)
    return _Head(said, [*mark_wire_headers(entry.headers, length)], protocol="HTTP/1.1")


def _make_id(kind: str, url: str, at: datetime) -> str:
    return f"<urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'{kind} {url} {write_date(at)}')}>"
