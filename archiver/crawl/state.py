"""One crawl while it goes on: what its spider, guards, pipelines and extensions know in common."""

import asyncio
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace

from archiver.crawl.planning.discovery import Discovery
from archiver.crawl.planning.options import read_options
from archiver.crawl.planning.plan import Plan
from archiver.errors import ArchiveError
from archiver.ingest.record import read_capture
from archiver.ingest.service import Ingest
from archiver.model import Capture, Page, Problem
from archiver.platforms import platform_of
from archiver.site import Site
from archiver.text.display import mask_passwords


@dataclass(slots=True)
class Budget:
    """The requests of a run: at the ``most`` (0: any number), and sent so far, for ``pages`` and for ``files``."""

    most: int = 0
    pages: int = 0
    files: int = 0

    @property
    def left(self) -> int:
        """Say how many requests are left; without a bound, more than a run can need."""
        return max(self.most - self.pages - self.files, 0) if self.most else sys.maxsize


class CrawlState:
    """The site, what is asked for, how far that has come, and what ends it.

    The spider makes it, and ``state_of`` finds it: nothing else of a spider is anybody's business. ``is_decided``: the
    platform of the site is known. ``robots`` are the last words of the hosts' robots.txt in earlier runs; ``ended``
    says what ended the crawl early, and ``closing`` is that end under way.
    """

    def __init__(self, site: Site, arguments: Mapping[str, str], *, is_decided: bool) -> None:
        self.site = site
        self.arguments = {name: mask_passwords(value) for name, value in arguments.items()}  # the run log keeps them
        self.options = read_options(site, arguments)
        self.discovery = Discovery(self.options, platform_of(site), site.zone, site.revisits.overlap)
        self.budget = Budget()
        self.is_decided = is_decided
        self.robots: Mapping[str, Capture] = {}
        self.ended: Problem | None = None
        self.closing: asyncio.Task[None] | None = None
        self._ingest: Ingest | None = None

    @property
    def is_open(self) -> bool:
        """Say whether the run was opened."""
        return self._ingest is not None

    @property
    def ingest(self) -> Ingest:
        """The way into the archive; ArchiveError where the run was never opened."""
        if self._ingest is None:
            raise ArchiveError("the run was never opened")
        return self._ingest

    def begin(self, ingest: Ingest, plan: Plan, robots: Mapping[str, Capture]) -> None:
        """Take what the run begins with: its archive, its plan, and what hosts said last."""
        self._ingest = ingest
        self.discovery.adopt(plan)
        self.robots = robots

    def adopt(self, platform: str, timezone: str) -> None:
        """Take platform and time zone for those of a site which declares none; before its first article is recorded."""
        self.site = replace(self.site, platform=platform, timezone=timezone)
        self.discovery.adopt_platform(platform_of(self.site), self.site.zone)
        self.is_decided = True
        if self._ingest:
            self._ingest.adopt(self.site)

    async def read(self, capture: Capture) -> Page:
        """Read a capture of the site; here, where nothing is archived."""
        return await self._ingest.read(capture) if self._ingest else read_capture(self.site, capture)
