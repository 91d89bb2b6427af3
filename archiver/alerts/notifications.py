"""Telling others how a run went: a monitoring address that is called, and messages through apprise.

The convention of the address is that of healthchecks.io and its kin: ``URL/start`` when it begins, ``URL`` when it went
well, ``URL/fail`` when it failed. Whatever goes wrong here is a line for people and changes nothing else; no line holds
an address, since whoever knows it can use it.
"""

import base64
import http.client
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal
from urllib.error import HTTPError, URLError
from urllib.parse import SplitResult, unquote, urlsplit
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
)

from archiver import __version__
from archiver.errors import UsageError

Signal = Literal["start", "success", "fail"]

TIMEOUT = 10.0
"""Seconds for a monitoring server to answer; it is asked twice."""
TRIES = 2
_PLAIN = re.compile(r"[!-~]+")


@dataclass(frozen=True, slots=True)
class PingAddress:
    """A monitoring address; ``host`` is what may be shown of it."""

    host: str
    parts: SplitResult = field(repr=False)

    def url_for(self, signal: Signal) -> str:
        """Return the address that stands for a signal, without user and password."""
        netloc = self.parts.netloc.rpartition("@")[2]
        path = self.parts.path if signal == "success" else f"{self.parts.path.rstrip('/')}/{signal}"
        return self.parts._replace(netloc=netloc, path=path, fragment="").geturl()

    @property
    def headers(self) -> dict[str, str]:
        """The headers of every call: who calls, and user and password if the address has them."""
        headers = {"User-Agent": f"CommitteeNewsArchiver/{__version__}"}
        if self.parts.username is not None:
            account = f"{unquote(self.parts.username)}:{unquote(self.parts.password or '')}"
            headers["Authorization"] = f"Basic {base64.b64encode(account.encode()).decode()}"
        return headers


def read_ping_address(url: str) -> PingAddress:
    """Read a monitoring address; UsageError for what cannot be called."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if host is None or parts.scheme not in ("http", "https") or not _PLAIN.fullmatch(url):
        raise UsageError("--ping-url (or ARCHIVE_PING_URL) is no address; write it as https://HOST/PATH")
    return PingAddress(host if port is None else f"{host}:{port}", parts)


def ping(address: PingAddress, signal: Signal, timeout: float = TIMEOUT) -> str | None:
    """Call a monitoring address; None when it was told, else why not."""
    request = Request(address.url_for(signal), headers=address.headers)  # noqa: S310 - the scheme was checked
    reason = None
    for _ in range(TRIES):
        reason = call(request, timeout)
        if reason is None:
            break
    return reason


def load_messenger(urls: Sequence[str]) -> Callable[[str, str], bool]:
    """Return what sends a title and a text to apprise addresses, and says whether all took it.

    UsageError where apprise is not installed, or does not know an address.
    """
    try:
        import apprise  # noqa: PLC0415 - an optional extra
    except ModuleNotFoundError as error:
        raise UsageError("--notify needs apprise: pip install 'committee-news-archiver[apprise]'") from error
    service = apprise.Apprise()
    for number, url in enumerate(urls, 1):
        if not service.add(url):
            raise UsageError(f"--notify: apprise cannot use address {number} of {len(urls)}; see its list of services")

    def send(title: str, body: str) -> bool:
        try:
            return bool(service.notify(body=body, title=title))
        except Exception:  # noqa: BLE001 - 170 services can raise anything, and the crawl is done by then
            return False

    return send


def call(request: Request, timeout: float) -> str | None:
    """Send a request to a web server; None when it answered well, else why not, without the address."""
    try:
        with _opener().open(request, timeout=timeout) as answer:
            answer.read(1)
    except HTTPError as error:
        error.close()
        return f"status {error.code}"
    except URLError as error:
        return str(getattr(error.reason, "strerror", None) or error.reason or type(error).__name__)
    except (OSError, http.client.HTTPException, ValueError) as error:
        return type(error).__name__ if not isinstance(error, TimeoutError) else "no answer in time"
    return None


def _opener() -> OpenerDirector:
    """Make an opener for the web alone, which follows no redirects: the password is for this host and no other."""
    opener = OpenerDirector()
    for handler in (ProxyHandler, HTTPHandler, HTTPSHandler, HTTPErrorProcessor, HTTPDefaultErrorHandler):
        opener.add_handler(handler())
    return opener
