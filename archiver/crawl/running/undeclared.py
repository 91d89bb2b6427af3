"""Sites that nobody declared, crawled by their address: what they are called, and to whom a host belongs."""

import hashlib
import re
from collections.abc import Iterable, Mapping

from archiver.crawl.planning.options import URL_EXAMPLE, read_addresses
from archiver.crawl.spider import CommitteeSpider
from archiver.errors import UsageError
from archiver.urls import host_of

MOST_LETTERS = 40
_DIGITS = 10
# Hosts that their name can be told from: labels of letters, digits and single hyphens, a letter first.
_PLAIN = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*(?:\.[a-z0-9]+(?:-[a-z0-9]+)*)+")
_WWW = re.compile(r"^www\.(?=.*\.)")


def name_site(host: str) -> str:
    """Name the site of a host (with its port, where that is not the usual one); two hosts never share a name.

    ``www.`` is no part of it. Points become hyphens and hyphens underscores, so that the host can be told from the
    name; hosts for which that does not hold (a port, an IP address, a very long one) get digits of their SHA-256 after
    two underscores, which the other names never have.
    """
    host = strip_www(host)
    if _PLAIN.fullmatch(host) and len(host) <= MOST_LETTERS:
        return host.replace("-", "_").replace(".", "-")
    readable = re.sub(r"[^a-z0-9]+", "-", host).strip("-")
    readable = readable if readable[:1].isalpha() else f"host-{readable}"
    digits = hashlib.sha256(host.encode()).hexdigest()[:_DIGITS]
    return f"{readable[: MOST_LETTERS - _DIGITS - 2].rstrip('-')}__{digits}"


def strip_www(host: str) -> str:
    """Leave out the ``www.`` of a host: the portal is the same with and without it."""
    return _WWW.sub("", host)


def find_by_address(
    pattern: type[CommitteeSpider], arguments: Mapping[str, str], declared: Iterable[type[CommitteeSpider]]
) -> tuple[type[CommitteeSpider], dict[str, str]]:
    """Return the spider of an undeclared site, and its arguments: ``url`` is its ``start`` from there on.

    ``pattern`` is the class to make it of. UsageError where there is no ``url``, where it names several hosts, or one
    that a declared site has.
    """
    if "url" not in arguments:
        raise UsageError(f"{pattern.name} crawls the site at an address; give it: -a {URL_EXAMPLE}")
    if "start" in arguments:
        raise UsageError("url= says where the crawl starts; leave start= out, or name several addresses in url=")
    urls = read_addresses("url", arguments["url"], URL_EXAMPLE)
    host = _find_host(urls)
    taken = {spider.name: {strip_www(host_of(url)) for url in spider.listings} for spider in declared}
    if owner := next((name for name, hosts in taken.items() if host in hosts), None):
        raise UsageError(f"{host} belongs to the site {owner}, declared in spiders/; use: archiver crawl {owner}")
    name = name_site(host)
    if name in taken:
        raise UsageError(f"{host} would be kept as {name}, and spiders/ declares another site of that name; declare it")
    spider: type[CommitteeSpider] = type(pattern.__name__, (pattern,), {"name": name, "title": host})
    others = {name: value for name, value in arguments.items() if name != "url"}
    return spider, {"start": ",".join(urls)} | others


def _find_host(urls: Iterable[str]) -> str:
    hosts = list(dict.fromkeys(strip_www(host_of(url)) for url in urls))
    if len(hosts) > 1:
        raise UsageError(f"url= names the hosts {', '.join(hosts)}; a site is one host: crawl them one after the other")
    return hosts[0]
