"""Why an address gave no answer, in words a person can act on."""

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)
from twisted.internet.error import ConnectError

from archiver.findings import Kind
from archiver.model import Problem


class RefusedError(Exception):
    """An answer, or a way to it, that a crawl does not take; asking again would change nothing."""

    def __init__(self, kind: Kind, detail: str) -> None:
        super().__init__(detail)
        self.problem = Problem(kind, detail)


class NoHttpError(DownloadFailedError):
    """An answer that does not begin as HTTP does; on another connection the next one may."""


# The first that fits is taken: subclasses stand before their bases.
_REASONS: tuple[tuple[type[BaseException], Kind, str], ...] = (
    (DownloadConnectionRefusedError, "connection_refused", "the host refuses connections"),
    (DownloadTimeoutError, "timeout", "no complete answer in time"),
    (DownloadCancelledError, "too_big", "the answer is larger than DOWNLOAD_MAXSIZE, or ARCHIVE_MAX_FILE"),
    (ResponseDataLossError, "truncated", "the answer broke off before its end"),
    (IgnoreRequest, "not_allowed", "robots.txt, or the list of allowed hosts, forbids it"),
    (NoHttpError, "not_http", "what came is no answer"),
    (DownloadFailedError, "connection_failed", "the connection broke"),
    (ConnectError, "connection_failed", "no connection could be made"),
)


def describe_failure(error: BaseException) -> Problem:
    """Name the kind of a download error, with what the network layer said of it."""
    if isinstance(error, RefusedError):
        return error.problem
    said = " ".join(str(error).split())[:200]
    if isinstance(error, CannotResolveHostError):
        return Problem("no_such_host", f"cannot find {_name_host(said)}: check the spelling or your connection")
    for kind, name, meaning in _REASONS:
        if isinstance(error, kind):
            return Problem(name, f"{meaning}: {said}" if said else meaning)
    return Problem("not_fetched", f"{type(error).__name__}: {said}")


def _name_host(said: str) -> str:
    """Return the host that a failed look-up names, which is its last word."""
    return said.rpartition("lookup: ")[2].rstrip(".") or "the host"
