"""Three workers, twenty faults at random moments: nothing is lost, doubled or made up."""

import os
import random
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from tests.conftest import Crawling
from tests.fleet_sites import FleetSites, fleet_sites, wait_until
from tests.fleet_workers import Fleet, RunningWorker
from tests.hub_server import WORKERS, HubDatabase, HubServer, run_server

SITES, MACHINES, FAULTS, FEWEST_FAULTS = 6, 3, 20, 8
LONG = 300
SEED = int(os.environ.get("FLEET_SEED", "1"))
# Of the content alone: two crawls have other times, and what is derived of them.
CONTENT = (
    "SELECT site, url, title, section, author, lead, body, published_at, published_raw, state, listed, snapshots "
    "FROM current_articles ORDER BY site, url"
)
EVENTS = "SELECT site, kind, count(*) AS n FROM events GROUP BY site, kind ORDER BY site, kind"


@dataclass
class Machines:
    """The machines of a fleet: a worker on each, which begins again when it ended."""

    fleet: Fleet
    server: HubServer
    chance: random.Random
    stack: ExitStack
    workers: dict[str, RunningWorker] = field(default_factory=dict)
    disks: int = 0
    done: list[str] = field(default_factory=list)

    def start(self, name: str) -> None:
        """Start the worker of a machine, two sites at a time."""
        user = self.chance.choice(WORKERS)
        self.workers[name] = self.stack.enter_context(self.fleet.worker(name, "--jobs", "2", user=user))

    def fault(self) -> None:
        """Let something happen to a worker that holds work; it must."""
        name = self._find_busy()
        fault = self.chance.choice([self._kill, self._lose_disk, self._stand_still, self._terminate, self._stop_hub])
        fault(name)
        self.done.append(fault.__name__)

    def _find_busy(self) -> str:
        busy: list[str] = []
        wait_until(lambda: busy.extend(name for name, worker in self.workers.items() if worker.list_crawls()) or busy)
        return self.chance.choice(busy)

    def _kill(self, name: str) -> None:
        self.workers[name].kill()
        self.start(name)

    def _lose_disk(self, name: str) -> None:
        """It never comes back: a new machine begins with nothing."""
        self.workers.pop(name).kill()
        self.disks += 1
        self.start(f"{name.split('-', maxsplit=1)[0]}-{self.disks}")

    def _stand_still(self, name: str) -> None:
        worker = self.workers[name]
        everybody = [worker.process.pid, *worker.list_crawls()]
        for process in everybody:
            os.kill(process, signal.SIGSTOP)
        time.sleep(6)  # past its heartbeat
        for process in everybody:
            os.kill(process, signal.SIGCONT)

    def _terminate(self, name: str) -> None:
        began = time.monotonic()
        done = self.workers[name].end()
        assert done.status == 130, done.err
        assert time.monotonic() - began < 45
        self.start(name)

    def _stop_hub(self, _: str) -> None:
        self.server.kill()
        time.sleep(3)
        self.server.start()


@contextmanager
def _slow_sites(folder: Path) -> Iterator[FleetSites]:
    """Sites that need so long for a page that there is a crawl to disturb."""
    with fleet_sites(folder, SITES) as sites:
        for portal in sites.portals.values():
            portal.outage = lambda target, portal=portal: replace(portal.page(target), delay=3)
        yield sites


def _crawl_alone(fleet: Fleet) -> Crawling:
    """Crawl all sites on one machine, undisturbed."""
    for portal in fleet.sites.portals.values():
        portal.outage = None
    alone = Crawling(fleet.folder / "alone")
    command = ["crawl", "--all", "--db", str(alone.path), "-s", "DOWNLOAD_DELAY=0", "-s", "ARCHIVE_ATTACHMENTS=none"]
    done = fleet.call(*command)
    assert done.status == 0, done.err
    return alone


def _is_crawled(fleet: Fleet, site: str) -> bool:
    return bool({*fleet.outcomes(site)} & {"finished", "problems"})


def _are_crawled(fleet: Fleet) -> bool:
    return all(_is_crawled(fleet, site) for site in fleet.sites.portals)


@pytest.mark.slow
def test_twenty_faults_cost_nothing(tmp_path: Path) -> None:
    """The faults come as long as there is something to crawl; FLEET_SEED chooses others."""
    with run_server() as server, _slow_sites(tmp_path / "project") as sites, ExitStack() as stack:
        fleet = Fleet(HubDatabase(server, server.make_database()), sites, tmp_path)
        fleet.set_timing()
        machines = Machines(fleet, server, random.Random(SEED), stack)
        for number in range(MACHINES):
            machines.start(f"m{number}")
        while len(machines.done) < FAULTS and not _are_crawled(fleet):
            machines.fault()
        assert len(machines.done) >= FEWEST_FAULTS, machines.done
        for portal in sites.portals.values():
            portal.outage = None
        wait_until(lambda: _are_crawled(fleet) and not fleet.jobs(), fleet.jobs, LONG)
        assert {worker.end().status for worker in machines.workers.values()} == {130}
        archive = fleet.follow()
        alone = _crawl_alone(fleet)
    for query in (CONTENT, EVENTS):
        assert archive.query(query) == alone.query(query), machines.done
    assert archive.query("SELECT 1 FROM captures GROUP BY address_id, fetched_at HAVING count(*) > 1") == []
    assert archive.archiver("verify", "--db", str(archive.path)).status == 0
