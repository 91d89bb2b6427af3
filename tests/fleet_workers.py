"""Workers as processes, a hub that they work for, and whoever follows it."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from archiver.fleet.hub.client import Hub
from archiver.fleet.hub.connection import HubConnection
from archiver.fleet.hub.schema import init_hub
from tests.conftest import Crawling, Done
from tests.fleet_sites import HURRIED, PATIENCE, FleetSites, is_there, wait_until
from tests.hub_server import WORKERS, HubDatabase

QUICK = {"heartbeat": 0.5, "stalled_after": 4.0, "schedule_every": 0.5, "push_every": 0.2}
"""Seconds: all that is waited for comes soon. A worker on a machine that has other work to do beats often enough."""


@dataclass
class RunningWorker:
    """A worker under way; ``folder`` is that of its archives."""

    process: "subprocess.Popen[bytes]"
    folder: Path
    log: Path

    def list_crawls(self) -> list[int]:
        """List the processes that crawl for it."""
        path = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        found = [int(number) for task in path.parent.parent.glob("*/children") for number in task.read_text().split()]
        return [number for number in found if is_there(number)]

    def kill(self) -> None:
        """Kill it, as a machine dies: its crawls too."""
        crawls = self.list_crawls()
        self.process.kill()
        for number in crawls:
            os.kill(number, signal.SIGKILL)
        self.process.wait()

    def end(self, number: int = signal.SIGTERM) -> Done:
        """Let it end in order and return how it did."""
        self.process.send_signal(number)
        return Done(self.process.wait(PATIENCE), "", self.log.read_text())


@dataclass
class Fleet:
    """A hub, sites, and workers for them."""

    hub: HubDatabase
    sites: FleetSites
    folder: Path
    _numbers: Iterator[int] = field(default_factory=count)

    def set_timing(self, **seconds: float) -> None:
        """Set what holds for all workers of the hub."""
        connection = HubConnection(self.hub.url())
        init_hub(connection, QUICK | seconds)
        connection.close()

    @contextmanager
    def worker(self, name: str, *more: str, user: str = WORKERS[0], **environment: str) -> Iterator[RunningWorker]:
        """Let a worker run with a folder of its own; killed at the end."""
        folder = self.folder / name
        settings = [word for pair in HURRIED.items() for word in ("-s", "=".join(pair))]
        command = ["worker", "--hub", self.hub.url(user), "--folder", str(folder), *settings, *more]
        log = self.folder / f"{name}-{next(self._numbers)}.log"
        with (
            log.open("wb") as errors,
            subprocess.Popen(
                [sys.executable, "-m", "archiver", *command],
                cwd=self.sites.folder,
                env=self.sites.environment | environment,
                stdout=subprocess.DEVNULL,
                stderr=errors,
            ) as process,
        ):
            worker = RunningWorker(process, folder, log)
            try:
                yield worker
            finally:
                if process.poll() is None:
                    worker.kill()

    def run(self, *arguments: str) -> Done:
        """Call the command with this hub, as its owner."""
        return self.call(*arguments, "--hub", self.hub.url())

    def call(self, *arguments: str) -> Done:
        """Call the command."""
        done = subprocess.run(
            [sys.executable, "-m", "archiver", *arguments],
            cwd=self.sites.folder,
            env=self.sites.environment | {"COLUMNS": "200"},
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def follow(self) -> Crawling:
        """Merge all that is logged into an archive and return it."""
        archive = Crawling(self.folder / "follower")
        archive.folder.mkdir(exist_ok=True)
        done = self.run("follow", "--once", "--db", str(archive.path))
        assert done.status == 0, done.err
        return archive

    def list_logged(self, kind: str, site: str = "s0") -> list[dict[str, Any]]:
        """List the bundles of a site, the oldest first."""
        rows = self.hub.execute(
            f"SELECT outcome, captures, worker FROM bundles WHERE kind = '{kind}' AND site = '{site}' ORDER BY seq"
        )
        return [dict(zip(("outcome", "captures", "worker"), row, strict=True)) for row in rows]

    def count_captures(self, site: str = "s0") -> int:
        """Count the captures of a site that are in the log."""
        return sum(row["captures"] for row in self.list_logged("evidence", site))

    def outcomes(self, site: str = "s0") -> list[str]:
        """List the outcomes of the closings of a site, the oldest first."""
        return [row["outcome"] for row in self.list_logged("closing", site)]

    def wait_for(self, *outcomes: str, site: str = "s0") -> None:
        """Wait until the runs of a site are closed like this."""
        wait_until(lambda: self.outcomes(site) == [*outcomes], lambda: (self.outcomes(site), self.jobs()))

    def jobs(self) -> list[tuple[str, str]]:
        """List the jobs, each with its status."""
        with Hub(self.hub.url()) as hub:
            return [(job.site, job.status) for job in hub.list_jobs()]
