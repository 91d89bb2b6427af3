"""How answers come in: over which connections, and whether all of them came."""

from typing import Any, cast

from OpenSSL import SSL
from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
)
from scrapy.crawler import Crawler
from scrapy.exceptions import CannotResolveHostError, DownloadFailedError
from scrapy.http import Request, Response
from twisted.web.iweb import IPolicyForHTTPS

from archiver.crawl.transport.certificates import CheckedCertificates
from archiver.crawl.transport.failures import NoHttpError, RefusedError
from archiver.crawl.transport.http_parser import AnswerParser
from archiver.crawl.transport.resolver import AddressGuard, read_door
from archiver.crawl.transport.truncation import ENCODINGS, UNVERIFIED, undo_encoding


class Connections(HTTP11DownloadHandler):
    """Scrapy's way to download, for one crawl, with the guards where every answer passes, robots.txt too."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._verifies = crawler.settings.getbool("DOWNLOAD_VERIFY_CERTIFICATES")
        if self._verifies:
            self._contextFactory = cast("IPolicyForHTTPS", CheckedCertificates(self._contextFactory))
        self._pool._factory = _Factory  # noqa: SLF001 - as Scrapy does it

    async def download_request(self, request: Request) -> Response:
        """Return an answer, whole and with its content encoding undone.

        RefusedError for what asking again would not change; Scrapy's download errors are tried again.
        """
        request.headers.setdefault("Accept-Encoding", ENCODINGS)
        try:
            response = await super().download_request(request)
        except CannotResolveHostError as error:
            raise _find_private(request) or error from error
        except DownloadFailedError as error:
            raise _find_refusal(error) or error from error
        answer = undo_encoding(response, request.meta.get("download_maxsize", self._default_maxsize))
        if not self._verifies and request.url.startswith("https:"):
            answer.flags.append(UNVERIFIED)
        return answer


class _Protocol(_LenientHTTP11ClientProtocol):
    def request(self, request: Any) -> Any:
        answer = super().request(request)
        self._parser.__class__ = AnswerParser  # Twisted names its parser in the midst of a method; Scrapy does the same
        return answer


class _Factory(_LenientHTTP11ClientFactory):
    def buildProtocol(self, addr: Any) -> _Protocol:  # noqa: N802 - Twisted's name
        return _Protocol(self._quiescentCallback)  # type: ignore[no-untyped-call]


def _find_private(request: Request) -> RefusedError | None:
    """Tell a name that leads to a private address from one that leads nowhere."""
    from twisted.internet import reactor  # noqa: PLC0415 - there is none before Scrapy chose it

    guard = reactor.nameResolver
    host, port = read_door(request.url)
    address = guard.refused.get((host, port)) if isinstance(guard, AddressGuard) else None
    if address is None:
        return None
    detail = f"{host} leads to {address}, which is no public address; if that is meant, name it with -a start="
    return RefusedError("private_address", detail)


def _find_refusal(error: DownloadFailedError) -> RefusedError | NoHttpError | None:
    """Find in a broken connection what this side broke it for, or that no encrypted one could be agreed on."""
    reasons = [failure.value for failure in getattr(error.__cause__, "reasons", ())]
    for reason in reasons:
        if isinstance(reason, RefusedError | NoHttpError):
            return reason
        if isinstance(reason, SSL.Error):
            return RefusedError("tls_failed", f"no encrypted connection could be agreed on: {reason}"[:300])
    return None
