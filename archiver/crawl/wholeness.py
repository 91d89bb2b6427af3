"""Whether all of an answer came."""

import zlib

from scrapy.http import Response

ENCODINGS = "gzip"
"""The content encodings to ask for: those whose end can be told."""
_CHUNK = 1 << 20


def is_whole(response: Response, most: int) -> bool:
    """Say whether an answer, as it came over the wire, is all of what the server meant to send.

    Scrapy hands out what it has of a page whose connection ended early where no length was announced, and of a gzip
    stream that has no end (seen with 2.19). ``most`` bounds what is decompressed: what is larger is refused elsewhere.
    """
    if "partial" in response.flags:
        return b"</html>" in response.body[-200:].lower()
    encodings = b",".join(response.headers.getlist("Content-Encoding")).lower()
    return encodings.strip() not in (b"gzip", b"x-gzip") or _has_end(response.body, most)


def _has_end(body: bytes, most: int) -> bool:
    decoder = zlib.decompressobj(wbits=31)
    size = 0
    try:
        while body and not decoder.eof and size <= most:
            size += len(decoder.decompress(body, _CHUNK))
            body = decoder.unconsumed_tail
    except zlib.error:
        return False
    return decoder.eof or size > most
