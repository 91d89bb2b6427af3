"""The answer of a server as a record holds it: status line, headers, and the body as it came over the wire."""

import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from archiver.model import Headers

_STATUS_LINE = re.compile(rb"HTTP/\d(?:\.\d)? +(\d{3})(?: |$)")
_CHUNK = re.compile(rb"([0-9a-fA-F]{1,8})[ \t]*(?:;[^\r\n]*)?\r?\n")
_BODILESS = frozenset({204, 205, 304})
_PIECE = 1 << 16


class BrokenBlockError(ValueError):
    """A block that is no answer of a web server, or not a whole one; its text says why."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer: ``wire`` is the body as the record has it, ``body`` without transfer and content encoding."""

    status: int
    headers: Headers
    wire: bytes
    body: bytes


def read_answer_block(block: bytes, most: int, *, is_revisit: bool = False) -> Answer:
    """Read an answer; its body may have ``most`` bytes once it is unpacked. BrokenBlockError.

    Of a ``revisit`` the body stands elsewhere.
    """
    head, wire = _split_head(block)
    lines = head.splitlines()
    match = _STATUS_LINE.match(lines[0]) if lines else None
    if match is None:
        raise BrokenBlockError("it is no answer of a web server")
    status, headers = int(match[1]), _read_headers(lines[1:])
    if is_revisit or status in _BODILESS:
        return Answer(status, headers, wire, b"")
    return Answer(status, headers, wire, decode_body(headers, wire, most))


def decode_body(headers: Headers, wire: bytes, most: int) -> bytes:
    """Undo transfer and content encoding, where the recorder has not done so before; BrokenBlockError."""
    body = wire
    if "chunked" in find_header(headers, "transfer-encoding").lower():
        body = _join_chunks(wire)
    else:
        length = find_header(headers, "content-length").strip()
        if length.isascii() and length.isdigit() and len(wire) < int(length):
            raise BrokenBlockError(f"its body is cut off: {len(wire)} of {length} bytes")
    for name in reversed(find_header(headers, "content-encoding").lower().replace(",", " ").split()):
        body = _unpack(name, body, most)
    return body


def find_header(headers: Headers, name: str) -> str:
    """Return the first header of a name in lower case; empty where there is none."""
    return next((value for key, value in headers if key.lower() == name), "")


def _split_head(block: bytes) -> tuple[bytes, bytes]:
    for end in (b"\r\n\r\n", b"\n\n"):
        head, found, body = block.partition(end)
        if found and b"\r\n\r\n" not in head:
            return head, body
    if block.endswith(b"\n"):  # headers alone, without the empty line
        return block, b""
    raise BrokenBlockError("its headers have no end")


def _read_headers(lines: list[bytes]) -> Headers:
    headers: list[tuple[str, str]] = []
    for line in lines:
        text = line.decode("latin-1")
        if text[:1] in (" ", "\t") and headers:  # goes on from the line before (RFC 9112, 5.2)
            headers[-1] = (headers[-1][0], f"{headers[-1][1]} {text.strip()}")
            continue
        name, separator, value = text.partition(":")
        if separator:
            headers.append((name.strip(), value.strip()))
    return tuple(headers)


def _join_chunks(wire: bytes) -> bytes:
    """Join the chunks of a body; one that does not begin with a chunk was joined by whoever recorded it."""
    pieces: list[bytes] = []
    at = 0
    while match := _CHUNK.match(wire, at):
        size, start = int(match[1], 16), match.end()
        if size == 0:
            return b"".join(pieces)
        if start + size > len(wire):
            raise BrokenBlockError("its body is cut off within a chunk")
        pieces.append(wire[start : start + size])
        at = start + size
        at += 2 if wire[at : at + 2] == b"\r\n" else 1 if wire[at : at + 1] == b"\n" else 0
    if at == 0:
        return wire
    raise BrokenBlockError("its body is cut off between two chunks")


def _unpack(name: str, body: bytes, most: int) -> bytes:
    """Undo one content encoding; what does not look encoded is not."""
    if name in ("gzip", "x-gzip"):
        return _inflate(body, most, zlib.MAX_WBITS | 16) if body[:2] == b"\x1f\x8b" else body
    if name == "deflate":
        return _inflate(body, most, zlib.MAX_WBITS if body[:1] == b"\x78" else -zlib.MAX_WBITS)
    if name in ("br", "zstd") and body.lstrip()[:1] != b"<":
        return _unpack_newer(name, body, most)
    return body


def _inflate(body: bytes, most: int, bits: int) -> bytes:
    unpacker = zlib.decompressobj(bits)
    try:
        unpacked = unpacker.decompress(body, most + 1)
    except zlib.error as error:
        raise BrokenBlockError(f"its body cannot be unpacked: {error}") from error
    if len(unpacked) > most:
        raise BrokenBlockError(f"its body is larger than {most} bytes once unpacked")
    if not unpacker.eof:
        raise BrokenBlockError("its body is cut off: what is packed has no end")
    return unpacked


def _unpack_newer(name: str, body: bytes, most: int) -> bytes:
    try:
        unpacked = _NEWER[name](body, most)
    except ModuleNotFoundError as error:
        raise BrokenBlockError(f"its body is packed with {name}: pip install {error.name}") from error
    except Exception as error:
        raise BrokenBlockError(f"its body cannot be unpacked: {error}") from error
    if len(unpacked) > most:
        raise BrokenBlockError(f"its body is larger than {most} bytes once unpacked")
    return unpacked


def _unpack_brotli(body: bytes, most: int) -> bytes:
    import brotli  # noqa: PLC0415 - most installations have it through others, and few records need it

    unpacker, pieces, size = brotli.Decompressor(), [], 0
    for at in range(0, len(body), _PIECE):
        pieces.append(unpacker.process(body[at : at + _PIECE]))
        size += len(pieces[-1])
        if size > most:
            break
    if size <= most and not unpacker.is_finished():
        raise BrokenBlockError("its body is cut off: what is packed has no end")
    return b"".join(pieces)


def _unpack_zstd(body: bytes, most: int) -> bytes:
    import zstandard  # noqa: PLC0415 - as above

    return zstandard.ZstdDecompressor().stream_reader(body).read(most + 1)


_NEWER: dict[str, Callable[[bytes, int], bytes]] = {"br": _unpack_brotli, "zstd": _unpack_zstd}
