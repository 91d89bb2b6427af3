"""Handing a message over: a POST of JSON to a hook of one's own, apprise for mail, chat and everything else.

A service either took a message, or the answer is why not, in words without any address. One that is not there is known
soon; one that is gets more time to answer, for a message that it took after we stopped to listen would be sent again.
Mail servers look at a message for seconds before they take it: apprise gives them 15.
"""

import json
import logging
import socket
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.request import Request

from archiver.alerts.addresses import HOOKS, Address
from archiver.alerts.notifications import call, read_ping_address
from archiver.errors import UsageError

TIMEOUT = 10.0
"""Seconds in which a hook has to connect, and to answer."""
CONNECT = 4.0
"""Seconds in which a mail server has to accept a connection, as apprise says for services on the web."""
HOW = "write it as apprise does, ntfy://HOST/TOPIC or mailto://HOST?to=WHOM say, or as https://HOST/PATH"
EXTRA = "pip install 'committee-news-archiver[apprise]'"
_MAIL = ("mailto", "mailtos")


@dataclass(frozen=True, slots=True)
class Message:
    """A title, a text, the same as HTML, and as an object for programs."""

    title: str
    text: str
    html: str
    document: dict[str, Any]


class Service(Protocol):
    """Takes messages. ``letters``: how many a text may have, None without bound."""

    @property
    def letters(self) -> int | None:
        """How many letters a text may have, with its title."""
        ...

    def send(self, message: Message) -> str | None:
        """Hand a message over; None when it was taken, else why not."""
        ...


def open_service(address: Address) -> Service:
    """Return the service behind an address; UsageError where a variable is missing, or the address cannot be used."""
    if missing := address.list_missing():
        raise UsageError(f"the environment has no {missing[0]}, which {address} needs; set it where this runs")
    return _open(address, address.fill())


def check_address(address: Address) -> None:
    """Refuse an address that no service is behind, whatever is missing in the environment; UsageError."""
    if not address.scheme and not address.variables:
        raise UsageError(f"an address has no service in front; {HOW}")
    if address.scheme:
        _open(address, address.fill(dict.fromkeys(address.variables, "x")))


def _open(address: Address, url: str) -> Service:
    if url.partition("://")[0].lower() in HOOKS:
        return _Hook(address, url)
    return _Apprise(address, url)


@dataclass(frozen=True)
class _Hook:
    """An address that gets a POST of JSON: user and password go into a header, redirects are not followed."""

    address: Address
    url: str = field(repr=False)
    letters: int | None = None

    def __post_init__(self) -> None:
        try:
            read_ping_address(self.url)
        except UsageError:
            raise UsageError(f"{self.address} is no address; write it as https://HOST/PATH") from None

    def send(self, message: Message) -> str | None:
        """Post it."""
        target = read_ping_address(self.url)
        body = json.dumps(message.document, ensure_ascii=False).encode()
        headers = target.headers | {"Content-Type": "application/json; charset=utf-8"}
        return call(Request(target.url_for("success"), body, headers, method="POST"), TIMEOUT)  # noqa: S310 - checked


class _Apprise:
    """A service of apprise."""

    def __init__(self, address: Address, url: str) -> None:
        logging.getLogger("apprise").setLevel(logging.CRITICAL)  # its lines hold addresses
        try:
            import apprise  # noqa: PLC0415 - an optional extra
        except ModuleNotFoundError as error:
            raise UsageError(f"{address} needs apprise: {EXTRA}") from error
        self._service = apprise.Apprise()
        self._instance: Any = apprise.Apprise.instantiate(url)
        if self._instance is None or not self._service.add(self._instance):
            raise UsageError(f"apprise cannot use {address}; see its list of services for how it is written")
        if len(self._instance) > 1:
            raise UsageError(f"{address} has several recipients; give each a --to of its own, for one may fail")
        self._is_mail = url.partition("://")[0].lower() in _MAIL
        self._format = apprise.NotifyFormat.HTML if self._is_mail else apprise.NotifyFormat.TEXT

    @property
    def letters(self) -> int | None:
        """How many letters the service takes; apprise's bound for mail is none of mail servers."""
        return None if self._is_mail else int(self._instance.body_maxlen)

    def send(self, message: Message) -> str | None:
        """Send it; mail as HTML, of which apprise makes a plain text too."""
        body = message.html if self._is_mail else message.text
        if self._is_mail and (reason := _knock(self._instance.smtp_host, self._instance.port)):
            return reason
        try:
            taken = self._service.notify(title=message.title, body=body, body_format=self._format)
        except Exception as error:  # noqa: BLE001 - 170 services can raise anything
            return type(error).__name__
        return None if taken else "the service did not take the message"


def _knock(host: str, port: int) -> str | None:
    """Say why a server does not accept a connection; None where it does."""
    try:
        socket.create_connection((host, port), CONNECT).close()
    except TimeoutError:
        return "no connection in time"
    except OSError as error:
        return error.strerror or type(error).__name__
    return None
