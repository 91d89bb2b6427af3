"""Twenty faults while three workers crawl twenty sites: nothing is lost, doubled or falsified."""

import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from time import monotonic, sleep

import pytest
from psycopg import OperationalError
from sqlite_utils import Database

from archiver.archive.store.file import open_for_reading
from archiver.demo_portal import Portal
from archiver.demo_portal.articles import write_articles
from archiver.demo_portal.channels import ChannelLook
from archiver.demo_portal.exchange import Response
from archiver.ingest.verify import verify
from tests.fleet_sites import CHANNEL, FleetSites, fleet_sites, is_there, wait_until
from tests.fleet_workers import Fleet
from tests.hub_server import WORKERS, HubDatabase, run_server

SITES, ARTICLES, FAULTS = 20, 40, 20
PAUSE = ("-s", "DOWNLOAD_DELAY=0", "-s", "AUTOTHROTTLE_ENABLED=0")
VIEWS = ("current_articles", "article_history", "view_history", "events")
TIMES = ("first_seen_at", "last_seen_at", "views_observed_at", "observed_at", "seen_from", "seen_until", "at")
ALL_DONE = f"SELECT count(DISTINCT site) = {SITES} FROM bundles WHERE kind = 'closing' AND outcome = 'finished'"
NOTHING_OPEN = "SELECT count(*) = 0 FROM procrastinate_jobs WHERE status IN ('todo', 'doing')"
_MOVING = re.compile(r"(?<=[?&;])t=\d+")  # of pictures: another at every visit
IN_FLIGHT = 16
"""Requests that a crawl may have had on the wire, or answered and not yet recorded, when it was ended at once."""


@dataclass
class Machine:
    """A machine with a disk and a worker on it."""

    number: int
    folder: Path
    process: "subprocess.Popen[bytes]"

    @property
    def name(self) -> str:
        """How the worker calls itself at the hub, but for the host."""
        return f"/{self.process.pid}"

    def count_kept(self, site: str) -> int:
        """Count the captures on its disk of a site."""
        path = self.folder / site / "archive.db"
        with suppress(sqlite3.Error), closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            return int(connection.execute("SELECT count(*) FROM captures").fetchone()[0])
        return 0


@dataclass
class Machines:
    """Three machines of a fleet; ``lost`` is how much may have to be asked for again."""

    fleet: Fleet
    chance: random.Random
    all: list[Machine] = field(default_factory=list)
    lost: int = 0

    def start(self, number: int) -> Machine:
        """Start a worker on the disk of a machine."""
        folder = self.fleet.folder / f"disk{number}"
        command = [sys.executable, "-m", "archiver", "worker", "--folder", str(folder), *PAUSE]
        environment = self.fleet.sites.environment | {"ARCHIVE_HUB": self.fleet.hub.url(WORKERS[number % 2])}
        with (self.fleet.folder / f"worker{number}.log").open("ab") as log:
            process = subprocess.Popen(command, cwd=self.fleet.sites.folder, env=environment, stdout=log, stderr=log)
        return Machine(number, folder, process)

    def replace(self, machine: Machine) -> None:
        self.all[self.all.index(machine)] = self.start(machine.number)

    def find_held(self, machine: Machine) -> str | None:
        """Find the site that a worker crawls just now and has captures of which the hub does not have."""
        with suppress(OperationalError):  # the hub was killed just now
            rows = self.fleet.hub.execute(
                "SELECT j.queue_name FROM procrastinate_jobs j JOIN workers w ON w.id = j.worker_id "
                f"WHERE j.status = 'doing' AND w.name LIKE '%{machine.name}'"
            )
            return next((site for (site,) in rows if self.count_missing(machine, site) > 0), None)
        return None

    def count_missing(self, machine: Machine, site: str) -> int:
        query = f"SELECT coalesce(sum(captures), 0) FROM bundles WHERE site = '{site}' AND kind = 'evidence'"
        return machine.count_kept(site) - int(self.fleet.hub.execute(query)[0][0])

    def choose_victim(self) -> tuple[Machine, str]:
        """Choose a worker that holds work, and wait for one; returns it with its site."""
        found: list[tuple[Machine, str]] = []

        def look() -> bool:
            held = [(machine, self.find_held(machine)) for machine in self.all]
            found[:] = [(machine, site) for machine, site in held if site]
            sleep(0.2)
            return bool(found)

        wait_until(look)
        return self.chance.choice(found)

    def allow_for(self, machine: Machine, site: str) -> None:
        """Note what an end at once may cost: what was not pushed, and what was on its way."""
        self.lost += max(self.count_missing(machine, site), 0) + IN_FLIGHT

    def is_taken_over(self, machine: Machine, site: str) -> bool:
        return not self.fleet.hub.execute(
            "SELECT 1 FROM procrastinate_jobs j JOIN workers w ON w.id = j.worker_id "
            f"WHERE j.status = 'doing' AND j.queue_name = '{site}' AND w.name LIKE '%{machine.name}'"
        )


def kill_worker(machines: Machines) -> None:
    machine, site = machines.choose_victim()
    machine.process.kill()
    machine.process.wait()
    machines.allow_for(machine, site)
    machines.replace(machine)


def stop_past_heartbeat(machines: Machines) -> None:
    """The process of the crawl goes on meanwhile: it knows nothing of the hub."""
    machine, site = machines.choose_victim()
    machine.process.send_signal(signal.SIGSTOP)
    wait_until(lambda: machines.is_taken_over(machine, site))
    machines.lost += 2 * ARTICLES
    machine.process.send_signal(signal.SIGCONT)


def kill_hub(machines: Machines) -> None:
    machines.choose_victim()
    machines.fleet.hub.server.kill()
    sleep(5)
    machines.fleet.hub.server.start()


def lose_machine(machines: Machines) -> None:
    machine, site = machines.choose_victim()
    children = _list_children(machine.process.pid)
    for process in (machine.process.pid, *children):
        os.kill(process, signal.SIGKILL)
    machine.process.wait()
    wait_until(lambda: not any(map(is_there, children)))
    machines.allow_for(machine, site)
    shutil.rmtree(machine.folder)
    machines.replace(machine)


def let_two_crawl(machines: Machines) -> None:
    """Give the site of a worker out once more, under another lock."""
    _machine, site = machines.choose_victim()
    machines.fleet.hub.execute(
        "INSERT INTO procrastinate_jobs (queue_name, task_name, lock, args) "
        f"SELECT queue_name, task_name, 'another', args FROM procrastinate_jobs WHERE queue_name = '{site}' LIMIT 1"
    )
    machines.lost += 2 * ARTICLES


def end_worker(machines: Machines) -> None:
    machine, _ = machines.choose_victim()
    began = monotonic()
    machine.process.terminate()
    assert machine.process.wait(120) == 130
    assert monotonic() - began < 45
    machines.lost += IN_FLIGHT
    machines.replace(machine)


KINDS: tuple[Callable[[Machines], None], ...] = (
    kill_worker,
    stop_past_heartbeat,
    kill_hub,
    lose_machine,
    let_two_crawl,
    end_worker,
)


def _list_children(process: int) -> list[int]:
    text = Path(f"/proc/{process}/task/{process}/children").read_text()
    return [int(number) for number in text.split()]


def _make_portal(number: int) -> Portal:
    articles = write_articles(ARTICLES, [CHANNEL], seed=number + 1)
    return Portal(
        articles, {CHANNEL: ChannelLook("Công tác Đoàn - Hội", section_in="portlet")}, page_size=10, tick=False
    )


def _answer_slowly(portal: Portal, target: str) -> Response | None:
    """Let there be something to disturb as long as there are faults."""
    return replace(portal.page(target), delay=4) if "/view_content/" in target else None


@contextmanager
def _workers(machines: Machines) -> Iterator[None]:
    machines.all = [machines.start(number) for number in range(3)]
    try:
        yield
    finally:
        for machine in machines.all:
            machine.process.send_signal(signal.SIGCONT)
            machine.process.terminate()
        for machine in machines.all:
            machine.process.wait(120)


def _is_all_done(hub: HubDatabase) -> bool:
    return bool(hub.execute(ALL_DONE)[0][0] and hub.execute(NOTHING_OPEN)[0][0])


def _crawl_alone(sites: FleetSites, path: Path) -> Path:
    """Crawl all sites as one machine does."""
    command = [sys.executable, "-m", "archiver", "--db", str(path), "crawl", "--all", "-s", "DOWNLOAD_DELAY=0"]
    done = subprocess.run(command, cwd=sites.folder, env=sites.environment, timeout=600, check=False)
    assert done.returncode in (0, 3)
    return path


def _dump(path: Path) -> dict[str, list[str]]:
    """Return what people see, without the times at which it was seen."""
    with closing(open_for_reading(path)) as database:
        return {view: sorted(set(_list_timeless(database, view))) for view in VIEWS}


def _list_timeless(database: Database, view: str) -> Iterator[str]:
    for row in database.query(f"SELECT * FROM {view}"):
        yield _MOVING.sub("t=", str({name: value for name, value in row.items() if name not in TIMES}))


def _count_asked(sites: FleetSites) -> Counter[tuple[str, str]]:
    return Counter(
        (name, request.path)
        for name, portal in sites.portals.items()
        for request in portal.requests
        if "/view_content/" in request.path
    )


@pytest.mark.slow
def test_twenty_faults(tmp_path: Path) -> None:
    with run_server() as server, fleet_sites(tmp_path / "project", SITES, make_portal=_make_portal) as sites:
        hub = server.make_hub()
        fleet = Fleet(hub, sites, tmp_path)
        fleet.set_timing(heartbeat=1, stalled_after=6, schedule_every=2, push_every=1)
        machines = Machines(fleet, random.Random(20))
        for portal in sites.portals.values():
            portal.outage = partial(_answer_slowly, portal)
        with _workers(machines):
            for number in range(FAULTS):
                KINDS[number % len(KINDS)](machines)
            for portal in sites.portals.values():
                portal.outage = None
            wait_until(lambda: _is_all_done(hub), fleet.jobs, 600)
        asked = _count_asked(sites)
        fetched = {name: len(portal.requests) for name, portal in sites.portals.items()}
        followed = fleet.follow()
        right = _crawl_alone(sites, tmp_path / "right.db")
    assert _dump(followed.path) == _dump(right)
    assert sum(asked.values()) - len(asked) <= machines.lost
    assert followed.query("SELECT count(*) AS n FROM current_articles") == [{"n": SITES * ARTICLES}]
    kept = followed.query("SELECT u.site, count(*) AS n FROM captures k JOIN runs u ON u.id = k.run_id GROUP BY 1")
    assert all(int(str(row["n"])) <= fetched[str(row["site"])] for row in kept)
    with closing(open_for_reading(followed.path)) as database:
        assert list(verify(database)) == []
