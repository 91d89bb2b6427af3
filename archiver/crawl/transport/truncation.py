"""Whether all of an answer came, told where its content encoding is undone."""

import zlib

from scrapy.exceptions import ResponseDataLossError
from scrapy.http import Response

from archiver.crawl.transport.failures import RefusedError
from archiver.parsing.feeds.feed import is_feed_or_map

ENCODINGS = "gzip"
"""The content encoding to ask for: one whose end can be told."""
UNVERIFIED = "unverified"
"""The flag of an answer whose server's certificate was not checked."""

# Of those that were not asked for, deflate can be undone with the same means; names of no encoding are left alone,
# since some servers put a character set here.
_GZIP = frozenset({"gzip", "x-gzip"})
_ENCODINGS = _GZIP | {"deflate", "br", "zstd", "compress", "x-compress", "dcb", "dcz", "exi", "pack200-gzip"}
_CHUNK = 1 << 20


def undo_encoding(response: Response, most: int) -> Response:
    """Return an answer without its content encoding, once it is known to be all of what the server meant to send.

    Scrapy hands out what it has of a page whose connection ended early where no length was announced, and of a gzip
    stream that has no end (seen with 2.19): here that is ResponseDataLossError, to be asked again. RefusedError where
    the encoding cannot be undone, or where more than ``most`` bytes come of it (0: no limit).
    """
    encodings = _read_encodings(response)
    if not encodings or not response.body:
        if _is_cut(response):
            raise ResponseDataLossError
        return response
    if len(encodings) > 1 or encodings[0] not in _GZIP | {"deflate"}:
        raise RefusedError("decode_error", f"sent as {', '.join(encodings)}; only {ENCODINGS} was asked for"[:200])
    try:
        body = _inflate(response.body, encodings[0], most)
    except zlib.error as error:
        raise RefusedError("decode_error", f"sent as {encodings[0]}, and is not: {error}") from error
    answer = response.replace(body=body)
    del answer.headers["Content-Encoding"]
    return answer


def _read_encodings(response: Response) -> list[str]:
    line = b",".join(response.headers.getlist("Content-Encoding")).decode("latin-1").lower()
    return [name for part in line.split(",") if (name := part.strip()) in _ENCODINGS]


def _is_cut(response: Response) -> bool:
    """Say whether markup without an announced length broke off; of anything else the end cannot be told.

    A feed without its end is told when it is read, as every page is.
    """
    start = response.body[:64].removeprefix(b"\xef\xbb\xbf").lstrip()
    is_markup = start.startswith(b"<") and not is_feed_or_map(response.body)
    return "partial" in response.flags and is_markup and b"</html>" not in response.body[-200:].lower()


def _inflate(body: bytes, encoding: str, most: int) -> bytes:
    """Undo gzip, of several members too, or deflate with or without its header."""
    window = _find_window(body, encoding)
    decoder = zlib.decompressobj(window)
    pieces: list[bytes] = []
    size = 0
    while body:
        pieces.append(decoder.decompress(body, _CHUNK))
        size += len(pieces[-1])
        if most and size > most:
            raise RefusedError("too_big", f"the answer is larger than DOWNLOAD_MAXSIZE once unpacked: {most} bytes")
        body = decoder.unused_data if decoder.eof else decoder.unconsumed_tail
        if decoder.eof and not (encoding in _GZIP and body.startswith(b"\x1f\x8b")):
            return b"".join(pieces)
        if decoder.eof:
            decoder = zlib.decompressobj(window)
    raise ResponseDataLossError


def _find_window(body: bytes, encoding: str) -> int:
    """Return zlib's number for a format; RFC 1950 says how to tell a header that some servers leave out."""
    if encoding in _GZIP:
        return 31
    return 15 if body[0] & 15 == 8 and int.from_bytes(body[:2]) % 31 == 0 else -15
