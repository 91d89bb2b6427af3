"""Why an address gave no answer, in words a person can act on."""

import zlib

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)

from archiver.model import Problem

# The first that fits is taken: subclasses stand before their bases.
_REASONS: tuple[tuple[type[BaseException], str, str], ...] = (
    (CannotResolveHostError, "no_such_host", "the host's name leads nowhere (DNS)"),
    (DownloadConnectionRefusedError, "connection_refused", "the host refuses connections"),
    (DownloadTimeoutError, "timeout", "no complete answer in time"),
    (DownloadCancelledError, "too_big", "the answer is larger than DOWNLOAD_MAXSIZE"),
    (ResponseDataLossError, "truncated", "the answer broke off before its end"),
    (IgnoreRequest, "not_allowed", "robots.txt, or the list of allowed hosts, forbids it"),
    (DownloadFailedError, "connection_failed", "the connection broke"),
    (EOFError, "decode_error", "the answer cannot be decompressed"),
    (OSError, "decode_error", "the answer cannot be decompressed"),  # gzip.BadGzipFile; the network has its own above
    (zlib.error, "decode_error", "the answer cannot be decompressed"),
)


def describe_failure(error: BaseException) -> Problem:
    """Name the kind of a download error, with what the network layer said of it."""
    said = " ".join(str(error).split())[:200]
    if isinstance(error, IgnoreRequest) and "DOWNLOAD_MAXSIZE" in str(error):  # large only after decompression
        error = DownloadCancelledError(said)
    for kind, name, meaning in _REASONS:
        if isinstance(error, kind):
            return Problem(name, f"{meaning}: {said}" if said else meaning)
    return Problem("not_fetched", f"{type(error).__name__}: {said}")
