"""A project of its own with sites on loopback portals, for what workers do; and waiting for what will happen."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from archiver.demo_portal import Portal, demo_portal, serve
from archiver.demo_portal.exchange import Response
from tests.conftest import PROJECT

PATIENCE = 60
CHANNEL = "cong-tac-doan-hoi"
HURRIED = {"DOWNLOAD_DELAY": "0", "ARCHIVE_ATTACHMENTS": "none", "AUTOTHROTTLE_ENABLED": "0"}
_SITE = """
from archiver.crawl.spider import CommitteeSpider

class Mine(CommitteeSpider):
    name, title, platform = "{name}", "Của tôi", "liferay_hanoi"
    listings = ("{listing}",)
    {more}
"""


def wait_until(true: Callable[[], object], tell: Callable[[], object] = str, seconds: float = PATIENCE) -> None:
    """Wait for something to become true; a machine that has other work to do takes its time."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, tell()
        time.sleep(0.05)


def is_there(process: int) -> bool:
    """Say whether a process runs still."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2][0] != "Z"
    except OSError:
        return False


@dataclass
class FleetSites:
    """A project whose sites are on portals, each on a port of its own; ``folder`` is the project's."""

    folder: Path
    portals: dict[str, Portal] = field(default_factory=dict)
    listings: dict[str, str] = field(default_factory=dict)

    def declare(self, name: str, listing: str, more: str = "") -> None:
        """Write the declaration of a site."""
        self.listings[name] = listing
        text = _SITE.format(name=name, listing=listing, more=more)
        (self.folder / "spiders" / f"{name}.py").write_text(text, encoding="utf-8")

    @property
    def environment(self) -> dict[str, str]:
        """Where programs find this checkout; no archive and no hub is named."""
        left_out = ("SCRAPY_SETTINGS_MODULE", "ARCHIVE_DB", "ARCHIVE_HUB")
        own = {"PYTHONPATH": str(PROJECT), "NO_PROXY": "127.0.0.1"}
        return {name: value for name, value in os.environ.items() if name not in left_out} | own

    def hold_after(self, name: str, articles: int) -> None:
        """Let a portal keep all articles to itself after so many, until ``release``."""
        portal, asked = self.portals[name], set[str]()

        def hold(target: str) -> Response | None:
            if "/view_content/" not in target:
                return None
            asked.add(target)
            return replace(portal.page(target), delay=PATIENCE) if len(asked) > articles else None

        portal.outage = hold

    def release(self, name: str) -> None:
        """Let a portal answer again."""
        self.portals[name].outage = None

    def count_asked(self, name: str) -> int:
        """Count the articles that a portal was asked for."""
        return sum("/view_content/" in request.path for request in list(self.portals[name].requests))


@contextmanager
def fleet_sites(
    folder: Path, number: int = 1, more: str = "", make_portal: Callable[[int], Portal] = lambda _: demo_portal()
) -> Iterator[FleetSites]:
    """Make a project with so many sites, named s0, s1 and so on, each on its portal: of 15 articles, unless made."""
    (folder / "spiders").mkdir(parents=True)
    (folder / "spiders" / "__init__.py").touch()
    (folder / "scrapy.cfg").write_text("[settings]\ndefault = archiver.settings\n", encoding="ascii")
    sites = FleetSites(folder)
    with ExitStack() as stack:
        for count in range(number):
            portal = make_portal(count)
            sites.portals[f"s{count}"] = portal
            sites.declare(f"s{count}", f"{stack.enter_context(serve(portal))}/{CHANNEL}", more)
        yield sites
