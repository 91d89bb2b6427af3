"""Workers for a hub: real PostgreSQL, real crawls, kills and signals."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fleet_sites import fleet_sites, wait_until
from tests.fleet_workers import Fleet
from tests.hub_server import HubDatabase


@pytest.fixture
def fleet(tmp_path: Path, hub_database: HubDatabase) -> Iterator[Fleet]:
    with fleet_sites(tmp_path / "project") as sites:
        fleet = Fleet(hub_database, sites, tmp_path)
        fleet.set_timing()
        yield fleet


def test_what_a_worker_crawls_is_what_one_machine_would(fleet: Fleet) -> None:
    with fleet.worker("anna") as worker:
        fleet.wait_for("finished")
        wait_until(lambda: fleet.jobs() == [])
        done = worker.end()
    assert (done.status, "Traceback" in done.err) == (130, False), done.err
    print(done.err)
    archive = fleet.follow()
    assert archive.query("SELECT count(*) AS n FROM current_articles") == [{"n": 15}]
