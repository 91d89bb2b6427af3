"""What a worker's checkout declares, as the hub needs it: which site asks which host, and by which declaration."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from itertools import takewhile

from archiver.crawl.planning.options import read_options
from archiver.crawl.running.side_by_side import group_by_host
from archiver.crawl.spider import CommitteeSpider
from archiver.fleet.hub.records import Declaration
from archiver.model import Problem
from archiver.site import Site
from archiver.urls import site_of

_SHOWN = 12


@dataclass(frozen=True, slots=True)
class DeclaredSite:
    """A site of this checkout; ``host`` stands for all hosts that it shares with others, of which one is crawled."""

    site: Site
    host: str

    @property
    def every(self) -> timedelta:
        """How long after the end of a crawl the next one is due."""
        return timedelta(hours=self.site.every)

    @property
    def digest(self) -> str:
        """SHA-256 of all that is declared, in hexadecimal."""
        written = json.dumps(asdict(self.site), ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(written.encode()).hexdigest()


def list_declared(spiders: Sequence[type[CommitteeSpider]]) -> dict[str, DeclaredSite]:
    """List the sites that can be crawled, by name; those without an address cannot."""
    declared: dict[str, DeclaredSite] = {}
    for group in group_by_host([spider for spider in spiders if spider.listings], {}):
        sites = [spider.declare_site() for spider in group]
        host = min(site_of(url) for site in sites for url in read_options(site, {}).start)
        declared |= {site.name: DeclaredSite(site, host) for site in sites}
    return declared


def find_older(known: Sequence[Declaration], digest: str, worker: str) -> tuple[Problem, ...]:
    """Find that another declaration had replaced this one, and what is to be said of it; the newest is the last."""
    later = list(takewhile(lambda one: one.digest != digest, reversed(known)))
    if not later or len(later) == len(known):
        return ()
    newest = later[0]
    said = f"{worker} crawls by the declaration {digest[:_SHOWN]}, replaced on {later[-1].first_seen:%Y-%m-%d} by "
    said += f"{later[-1].digest[:_SHOWN]} of {later[-1].worker}"
    said += f"; the newest is {newest.digest[:_SHOWN]} of {newest.worker}" if len(later) > 1 else ""
    return (Problem("declaration_older", f"{said}: bring its checkout up to date"),)
