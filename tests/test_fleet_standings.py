"""``archiver hub status``: which sites are late or failing, where each is crawled, and what its status says."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archiver.fleet.hub.records import Closing, OpenJob
from archiver.fleet.workers.schedule import LATE_AFTER
from archiver.fleet.workers.standings import SiteStanding, list_standings
from tests.fleet_sites import fleet_sites, wait_until
from tests.fleet_workers import Fleet
from tests.hub_server import HubDatabase

NOW = datetime(2026, 1, 5, 3, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def _closing(outcome: str, at: datetime, site: str = "s0") -> Closing:
    return Closing(site, "uid", outcome, at - HOUR, at, at, "anna", 0, None)


def _stand(closings: list[Closing], jobs: tuple[OpenJob, ...] = (), every: float | None = 24) -> SiteStanding:
    declared = {} if every is None else {"s0": every}
    [standing] = list_standings(declared, closings, jobs, None, NOW)
    return standing


def test_a_site_that_was_crawled_today_is_not_late() -> None:
    standing = _stand([_closing("finished", NOW - HOUR)])
    assert standing == SiteStanding(
        "s0", 24, "finished", NOW - HOUR, NOW + 23 * HOUR, "idle", "", None, late=False, failing=False, bundles=None
    )


def test_a_site_is_late_when_nobody_crawls_it() -> None:
    closings = [_closing("finished", NOW - DAY - LATE_AFTER)]
    assert _stand(closings).late
    assert _stand(closings, (OpenJob("s0", "todo", "", None, NOW - HOUR / 2),)).late
    running = _stand(closings, (OpenJob("s0", "doing", "anna/7", NOW, NOW - HOUR),))
    assert (running.late, running.state, running.worker) == (False, "running", "anna/7")


def test_a_site_that_waits_for_its_first_crawl_is_late_after_a_while() -> None:
    assert (_stand([]).state, _stand([]).late) == ("due", False)
    assert not _stand([], (OpenJob("s0", "todo", "", None, NOW - HOUR / 2),)).late
    assert _stand([], (OpenJob("s0", "todo", "", None, NOW - LATE_AFTER),)).late


def test_a_site_that_is_not_declared_here_is_shown_and_never_late() -> None:
    standing = _stand([_closing("finished", NOW - 30 * DAY)], every=None)
    assert (standing.outcome, standing.due_at, standing.late) == ("finished", None, False)


def test_a_site_is_failing_after_all_tries() -> None:
    failed = [_closing("failed", NOW - hours * HOUR) for hours in (1, 7, 8, 9)]
    assert not _stand(failed[:3]).failing
    assert _stand(failed).failing


def test_bundles_that_wait_for_the_follower_are_counted() -> None:
    found = list_standings({"s0": 24, "s1": 24}, [], (), {"s0": 3}, NOW)
    assert [(one.site, one.bundles) for one in found] == [("s0", 3), ("s1", 0)]


@pytest.fixture
def fleet(tmp_path: Path, hub_database: HubDatabase) -> Iterator[Fleet]:
    with fleet_sites(tmp_path / "project") as sites:
        fleet = Fleet(hub_database, sites, tmp_path)
        fleet.set_timing()
        yield fleet


@pytest.mark.slow
def test_the_command_tells_people_and_programs(fleet: Fleet) -> None:
    fleet.sites.hold_after("s0", 3)
    with fleet.worker("anna") as worker:
        wait_until(lambda: fleet.count_captures() >= 3)
        [row] = json.loads(fleet.run("hub", "status", "--json").out)
        assert (row["site"], row["state"], row["late"]) == ("s0", "running", False)
        assert row["worker"].endswith(f"/{worker.process.pid}")
        fleet.sites.release("s0")
        fleet.wait_for("finished")
        wait_until(lambda: fleet.jobs() == [])
        worker.end()
    archive = fleet.follow()
    shown = fleet.run("hub", "status", "--db", str(archive.path))
    assert (shown.status, "finished" in shown.out, "idle" in shown.out) == (0, True, True), shown.err
    [row] = json.loads(fleet.run("hub", "status", "--json", "--db", str(archive.path)).out)
    assert (row["bundles"], row["outcome"], row["every"]) == (0, "finished", 24)
    fleet.hub.execute("UPDATE bundles SET last_at = last_at - interval '3 days' WHERE kind = 'closing'")
    late = fleet.run("hub", "status")
    assert (late.status, late.out.splitlines()[-1][:14]) == (3, "1 site late: s")
    figures = fleet.run("hub", "status", "--openmetrics", "--db", str(archive.path))
    assert figures.status == 3
    assert 'archiver_hub_late{site="s0"} 1' in figures.out.splitlines()
    assert 'archiver_hub_bundles_not_followed{site="s0"} 0' in figures.out.splitlines()
    both = fleet.run("hub", "status", "--openmetrics", "--json")
    assert (both.status, both.err.startswith("archiver: --openmetrics is a form of its own")) == (2, True)
