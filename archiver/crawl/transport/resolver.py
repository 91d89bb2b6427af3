"""Where the names of hosts lead: to public addresses, or to what a person named as the start of a crawl."""

from collections.abc import Callable, Iterable, Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any, Self
from urllib.parse import urlsplit
from urllib.request import getproxies

from scrapy.crawler import Crawler
from scrapy.resolver import CachingThreadedResolver
from twisted.internet.interfaces import IHostnameResolver, IResolutionReceiver
from zope.interface import implementer  # type: ignore[import-untyped]

from archiver.crawl.components import is_recording
from archiver.crawl.spider import find_state
from archiver.crawl.state import CrawlState
from archiver.urls import port_of

Door = tuple[str, int]
"""A host's name or address, and a port."""

# RFC 6052: the last four bytes are the IPv4 address that a gateway asks.
_NAT64 = IPv6Network("64:ff9b::/96")
# RFC 4291: IPv4 addresses written as IPv6 ones, long out of use but still understood.
_COMPATIBLE = IPv6Network("::/96")


class PublicResolver(CachingThreadedResolver):
    """Scrapy's resolver behind an ``AddressGuard``, which every connection of a process with a crawl passes.

    Without one it is Scrapy's: a plain spider, or a person at ``scrapy shell``, may look where they want.
    """

    crawlers: Iterable[Crawler]
    is_for_crawls: bool

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: Any) -> Self:
        """Make the resolver of a process; Scrapy hands over the process here, with all of its crawlers."""
        resolver = super().from_crawler(crawler, reactor)
        resolver.crawlers = crawler.crawlers  # type: ignore[attr-defined]
        resolver.is_for_crawls = is_recording(crawler.settings)
        return resolver

    def install_on_reactor(self) -> None:
        """Put the guard in front of what turns names into addresses."""
        super().install_on_reactor()
        if self.is_for_crawls or any(is_recording(crawler.settings) for crawler in self.crawlers):
            guard: Any = AddressGuard(self.reactor.nameResolver, lambda: _find_doors(self.crawlers))
            self.reactor.installNameResolver(guard)


@implementer(IHostnameResolver)
class AddressGuard:
    """Holds back private addresses that a name leads to, so that no connection to them is ever opened.

    ``doors`` are the hosts and ports that may lead to a private address: they keep those of their first answer, so a
    name that was public once cannot lead inside later (DNS rebinding). The proxies of the environment are taken as
    they are; behind a proxy the names of sites are looked up by the proxy, out of sight.
    """

    def __init__(self, names: Any, doors: Callable[[], Iterable[Door]]) -> None:
        self.refused: dict[Door, str] = {}
        self._names = names
        self._doors = doors
        self._first: dict[Door, frozenset[str]] = {}
        self._proxies = {urlsplit(url).hostname for url in getproxies().values()}

    def resolveHostName(  # noqa: N802 - Twisted calls it so
        self,
        resolutionReceiver: Any,  # noqa: N803
        hostName: str,  # noqa: N803
        portNumber: int = 0,  # noqa: N803
        addressTypes: Sequence[Any] | None = None,  # noqa: N803
        transportSemantics: str = "TCP",  # noqa: N803
    ) -> Any:
        """Look up a name, or an address in any spelling, and hand on what may be connected to."""
        door = _write_name(hostName), portNumber
        answers = _Answers(resolutionReceiver, lambda found: self.sift(door, found))
        return self._names.resolveHostName(answers, hostName, portNumber, addressTypes, transportSemantics)

    def sift(self, door: Door, addresses: Sequence[Any]) -> list[Any]:
        """Return the addresses of a door that may be connected to, and note in ``refused`` those that may not."""
        private = frozenset(address.host for address in addresses if not is_public(address.host))
        refused = private - self._allow(door, private)
        if refused:
            self.refused[door] = ", ".join(sorted(refused))
        else:
            self.refused.pop(door, None)
        return [address for address in addresses if address.host not in refused]

    def _allow(self, door: Door, private: frozenset[str]) -> frozenset[str]:
        if door[0] in self._proxies:
            return private
        if door not in self._doors():
            return frozenset()
        return self._first.setdefault(door, private)


@implementer(IResolutionReceiver)
class _Answers:
    """Collects the answers to one question, and passes on those that are left of them."""

    def __init__(self, receiver: Any, sift: Callable[[list[Any]], list[Any]]) -> None:
        self._receiver = receiver
        self._sift = sift
        self._found: list[Any] = []

    def resolutionBegan(self, resolution: Any) -> None:  # noqa: N802
        self._receiver.resolutionBegan(resolution)

    def addressResolved(self, address: Any) -> None:  # noqa: N802
        self._found.append(address)

    def resolutionComplete(self) -> None:  # noqa: N802
        for address in self._sift(self._found):
            self._receiver.addressResolved(address)
        self._receiver.resolutionComplete()


def is_public(address: str) -> bool:
    """Say whether an IP address can be reached by anyone: not private, loopback, link-local, multicast or reserved.

    Of an IPv6 address that stands for an IPv4 one, both must be public.
    """
    ip = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv6Address) and (inner := _find_inner(ip)):
        return is_public(str(inner))
    special = ip.is_multicast or ip.is_reserved or ip.is_unspecified or ip.is_link_local or ip.is_loopback
    return ip.is_global and not special and not (isinstance(ip, IPv6Address) and ip.is_site_local)


def find_own_doors(state: CrawlState) -> frozenset[Door]:
    """Return the start addresses of a crawl that may lead to private addresses: host and port of each.

    Those are all that were given with ``-a start=``, by someone who knows where they lead; of the declared ones, those
    that are an IP address or ``localhost`` themselves. A declared name has to lead to a public address. So it is with
    the hosts beside them that keep what pages need to be shown.
    """
    by_hand = bool(state.arguments.get("start"))
    doors = (read_door(url) for url in state.options.start)
    beside = (read_door(f"{scheme}://{host}") for host in state.options.requisite_hosts for scheme in ("http", "https"))
    own = (door for door in doors if by_hand or _is_plainly_private(door[0]))
    return frozenset((*own, *(door for door in beside if _is_plainly_private(door[0]))))


def read_door(url: str) -> Door:
    """Return host and port of an address."""
    parts = urlsplit(url)
    return _write_name(parts.hostname or ""), port_of(parts) or (443 if parts.scheme == "https" else 80)


def _write_name(host: str) -> str:
    """Return a host as addresses write it: Twisted asks for the letters of a name and not for its ``xn--`` form."""
    try:
        return host.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return host.lower()


def _find_doors(crawlers: Iterable[Crawler]) -> set[Door]:
    states = (find_state(crawler.spider) for crawler in crawlers)
    return {door for state in states if state for door in find_own_doors(state)}


def _is_plainly_private(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):  # RFC 6761
        return True
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _find_inner(ip: IPv6Address) -> IPv4Address | None:
    if ip in _NAT64 or (ip in _COMPATIBLE and int(ip) > 1):
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
