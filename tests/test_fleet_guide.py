"""docs/fleet.md, followed as it stands there, with a hub on this machine."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.documents import blocks_of
from tests.fleet_sites import HURRIED, PATIENCE, FleetSites, fleet_sites, wait_until
from tests.hub_server import OWNER, READER, WORKERS, HubDatabase, HubServer

GUIDE = "docs/fleet.md"
ROLES = {"archive": OWNER, "machine1": WORKERS[0], "readers": READER}
"""The roles of the page, and those of the tests' server."""


class Administrator:
    """Somebody who does what the page says, in a project with sites."""

    def __init__(self, sites: FleetSites, hub: HubDatabase) -> None:
        self._sites, self._hub = sites, hub
        program = sites.folder / "bin" / "archiver"
        program.parent.mkdir()
        program.write_text(f'#!/bin/sh\nexec {sys.executable} -m archiver "$@"\n', encoding="utf-8")
        program.chmod(0o755)

    def start(self, block: str) -> "subprocess.Popen[str]":
        """Begin what a block says, with the hub of this machine."""
        script = re.sub(r"postgresql://(\w+)@hub\.example\.org/archive", self._find_url, block)
        hurried = " ".join(f"-s {name}={value}" for name, value in HURRIED.items())
        script = script.replace("archiver worker", f"exec archiver worker {hurried}")
        places = {"PATH": f"{self._sites.folder}/bin:{os.environ['PATH']}", "COLUMNS": "160"}
        return subprocess.Popen(
            [
                "bash",
                "-ec",
                script if "\n" in script else f"export {script.replace(' archiver', '; exec archiver', 1)}",
            ],
            cwd=self._sites.folder,
            env=self._sites.environment | places,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, block: str) -> str:
        """Do what a block says; returns what is printed."""
        with self.start(block) as process:
            printed, errors = process.communicate(timeout=PATIENCE)
        assert (process.returncode, "Traceback" in errors) == (0, False), errors
        return printed

    def _find_url(self, address: re.Match[str]) -> str:
        return self._hub.url(ROLES[address[1]])


@pytest.mark.slow
def test_several_machines_are_set_up_as_the_page_says(tmp_path: Path, hub_server: HubServer) -> None:
    hub = HubDatabase(hub_server, hub_server.make_database("template0"))
    init, worker, follow, status = blocks_of(GUIDE, "sh")
    with fleet_sites(tmp_path / "project", 2) as sites:
        administrator = Administrator(sites, hub)
        administrator.run(init)
        with administrator.start(worker) as working:
            wait_until(lambda: hub.execute("SELECT count(*) FROM bundles WHERE outcome = 'finished'") == [(2,)])
            working.send_signal(signal.SIGTERM)
            assert working.wait(PATIENCE) == 130
        assert administrator.run(follow).count("live") == 3
        shown = administrator.run(status)
    assert [line.split()[0] for line in shown.splitlines() if line.strip().startswith("s")] == ["site", "s0", "s1"]
