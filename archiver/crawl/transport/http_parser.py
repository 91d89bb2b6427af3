"""How an answer is read off the wire: where its server is careless, as browsers read it.

Twisted refuses an answer for one header whose name is no token, for a blank behind a size, for a status that is no
number, and calls all of it a broken connection (seen with 26.10). What is no header is left out here, what can be told
is read, and what cannot has its own name.
"""

import logging
import re
from typing import Any

from scrapy.core.downloader.handlers.http11 import _LenientHTTPClientParser
from twisted.web._newclient import HEADER, STATUS
from twisted.web.http import _ChunkedTransferDecoder

from archiver.crawl.transport.failures import NoHttpError, RefusedError

logger = logging.getLogger(__name__)

MOST_HEADER_BYTES = 256 * 1024
"""What browsers take; Twisted bounds a line (16 KB), and not how many there are."""
# Version and reason say nothing that is needed; a status of more digits is no number that anyone meant.
_STATUS_LINE = re.compile(
    rb"\s*HTTP(?:/(?P<version>\d\.\d)|\S*)\s+(?P<status>\d{1,9})(?:\s+(?P<reason>.*))?\s*", re.IGNORECASE
)
_TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, 5.6.2
_BLANKS = b" \t"


class _Chunks(_ChunkedTransferDecoder):
    """Reads chunks; blanks around their sizes, which old servers fill lines with, and extensions are left out."""

    def _dataReceived_CHUNK_LENGTH(self) -> bool:  # noqa: N802 - Twisted's name
        end = self._buffer.find(b"\r\n", self._start)
        if end > 0:
            self._buffer[:end] = self._buffer[:end].partition(b";")[0].strip(_BLANKS)
            self._start = 0
        return super()._dataReceived_CHUNK_LENGTH()


class AnswerParser(_LenientHTTPClientParser):
    """Reads an answer, as long as its head is of a sane size."""

    size = 0
    _transferDecoders = {b"chunked": _Chunks}  # noqa: N815, RUF012 - Twisted's name, and its way

    def lineReceived(self, line: bytes) -> None:  # noqa: N802 - Twisted's name
        """Take a line of the head, as long as they are few enough; one that goes on with nothing is left out."""
        self.size += len(line)
        if self.state in (STATUS, HEADER) and self.size > MOST_HEADER_BYTES:
            raise RefusedError("headers_too_large", f"more than {MOST_HEADER_BYTES} bytes of headers")
        if self.state == HEADER and line[:1] in (b" ", b"\t") and self._partialHeader is None:
            return
        super().lineReceived(line)

    def lineLengthExceeded(self, line: bytes) -> None:  # noqa: N802 - Twisted's name
        """Refuse a line that is too long."""
        raise RefusedError("headers_too_large", f"a header line of more than {self.MAX_LENGTH} bytes")

    def statusReceived(self, status: bytes) -> None:  # noqa: N802 - Twisted's name
        """Take the first line; NoHttpError where it is none, be it of what the answer before has left over."""
        found = _STATUS_LINE.fullmatch(status)
        if found is None:
            raise NoHttpError(f"the answer begins with {status[:60]!r}, which is no status of HTTP")
        version, number, reason = found["version"] or b"1.1", found["status"], found["reason"] or b""
        super().statusReceived(b"HTTP/%s %s %s" % (version, number, reason))  # type: ignore[no-untyped-call]

    def headerReceived(self, name: bytes, value: bytes) -> None:  # noqa: N802 - Twisted's name
        """Take a header without the blanks that stand before its colon; one without a name is left out."""
        name = name.strip(_BLANKS)
        if _TOKEN.fullmatch(name):
            super().headerReceived(name, value)  # type: ignore[no-untyped-call]
        else:
            logger.debug("left out of an answer's headers: %r", name[:60])

    def allHeadersReceived(self) -> None:  # noqa: N802 - Twisted's name
        """Find out how the end of the body is told."""
        self._simplify_framing(self.connHeaders)
        super().allHeadersReceived()  # type: ignore[no-untyped-call]

    def _simplify_framing(self, headers: Any) -> None:
        """Leave of the transfer encodings what has a meaning: chunks, or nothing."""
        lines: list[bytes] = headers.getRawHeaders(b"transfer-encoding", [])
        names = {name.strip(_BLANKS).lower() for name in b",".join(lines).split(b",")} - {b"", b"identity"}
        if names - {b"chunked"}:
            told = b", ".join(sorted(names)).decode("latin-1")
            raise RefusedError("decode_error", f"sent with the transfer encoding {told[:60]}, which nobody asked for")
        headers.removeHeader(b"transfer-encoding")
        if names:
            headers.setRawHeaders(b"transfer-encoding", [b"chunked"])
