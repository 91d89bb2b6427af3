"""Workers for a hub: real PostgreSQL, real crawls, kills and signals."""

import os
import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archiver.archive.store.file import open_for_reading
from archiver.crawl.planning.options import read_options
from archiver.crawl.planning.plan import Plan, make_plan
from archiver.demo_portal.exchange import Response
from archiver.fleet.hub.client import Hub
from archiver.fleet.workers.outbox import Outbox, path_of
from archiver.fleet.workers.pulling import pull
from archiver.site import Site
from tests.conftest import Crawling
from tests.fleet_sites import PATIENCE, fleet_sites, is_there, wait_until
from tests.fleet_workers import Fleet
from tests.hub_server import HubDatabase, run_server
from tests.scripted_year import dump

ARTICLES = 15


@pytest.fixture
def fleet(tmp_path: Path, hub_database: HubDatabase) -> Iterator[Fleet]:
    with fleet_sites(tmp_path / "project") as sites:
        fleet = Fleet(hub_database, sites, tmp_path)
        fleet.set_timing()
        yield fleet


def _dump(path: Path) -> dict[str, list[str]]:
    with closing(open_for_reading(path)) as database:
        return dump(database)


def _count_articles(archive: Crawling) -> object:
    return archive.query("SELECT count(*) AS n FROM current_articles")[0]["n"]


def _list_findings(archive: Crawling) -> list[object]:
    return [row["kind"] for row in archive.query("SELECT kind FROM findings ORDER BY id")]


def _count_asked(fleet: Fleet) -> set[int]:
    """Return how often articles were asked for."""
    portal = fleet.sites.portals["s0"]
    return set(Counter(one.path for one in list(portal.requests) if "/view_content/" in one.path).values())


def _is_sound(archive: Crawling) -> bool:
    """Say whether nothing is doubled, and every page reads as it was recorded."""
    doubled = archive.query("SELECT 1 FROM captures GROUP BY address_id, fetched_at, run_id HAVING count(*) > 1")
    return not doubled and archive.archiver("verify", "--db", str(archive.path)).status == 0


def test_what_a_worker_crawled_its_follower_shows(fleet: Fleet) -> None:
    """All of it, as the archive of a machine that crawls alone has it; the job is gone when all is logged."""
    with fleet.worker("anna") as worker:
        fleet.wait_for("finished")
        wait_until(lambda: fleet.jobs() == [])
        done = worker.end()
    assert (done.status, "Traceback" in done.err) == (130, False), done.err
    assert done.err.splitlines()[:2] == ["s0: the crawl begins", "s0: the crawl ended with status 0"]
    archive = fleet.follow()
    assert _dump(archive.path) == _dump(path_of(worker.folder, "s0"))
    assert (_count_articles(archive), _is_sound(archive)) == (ARTICLES, True)
    assert _count_asked(fleet) == {1}


def _plan(path: Path, site: Site, at: datetime) -> Plan:
    with closing(open_for_reading(path)) as database:
        return make_plan(database, site, read_options(site, {}), {}, at)


@pytest.mark.slow
def test_who_only_pulled_plans_what_the_one_who_crawled_would(fleet: Fleet, tmp_path: Path) -> None:
    with fleet.worker("anna") as worker:
        fleet.wait_for("finished")
        wait_until(lambda: fleet.jobs() == [])
        worker.end()
    own, pulled = path_of(worker.folder, "s0"), path_of(tmp_path / "binh", "s0")
    with Hub(fleet.hub.url("binh")) as hub, Outbox(pulled, hub.read_identity()) as outbox:
        assert pull(hub, "s0", outbox) == len(fleet.list_logged("evidence")) + 1
        assert pull(hub, "s0", outbox) == 0
        assert not outbox.push_next(hub, "binh", None, None)
    listing = fleet.sites.listings["s0"]
    site = Site("s0", "Của tôi", "liferay_hanoi", (listing,))
    for days in (0.1, 1, 8, 200):
        at = datetime.now(UTC) + timedelta(days=days)
        assert asdict(_plan(pulled, site, at)) == asdict(_plan(own, site, at))
    assert _plan(own, site, datetime.now(UTC) + timedelta(days=8)).known


@pytest.mark.slow
def test_another_takes_over_from_a_worker_that_is_killed(fleet: Fleet) -> None:
    """It goes on from what the dead one had pushed; nothing is lost, doubled, or asked for again but what was not."""
    fleet.sites.hold_after("s0", 8)
    with fleet.worker("anna") as victim:
        wait_until(lambda: fleet.sites.count_asked("s0") > 8 and fleet.count_captures() >= 8)
        assert fleet.jobs() == [("s0", "doing")]
        assert victim.list_crawls()
        victim.kill()
        pushed = fleet.count_captures()
        fleet.sites.release("s0")
        with fleet.worker("binh", user="binh"):
            wait_until(lambda: len(fleet.outcomes()) == 2, fleet.outcomes)
            wait_until(lambda: fleet.jobs() == [])
    assert fleet.outcomes()[0] == "died"
    assert fleet.outcomes()[1] in ("finished", "problems")
    archive = fleet.follow()
    assert (_count_articles(archive), _is_sound(archive)) == (ARTICLES, True)
    assert fleet.count_captures() > pushed
    asked = Counter(one.path for one in list(fleet.sites.portals["s0"].requests) if "/view_content/" in one.path)
    again = sum(number - 1 for number in asked.values())
    assert again <= len(asked) - (pushed - 2) + 8
    assert archive.query("SELECT max(snapshots) AS most FROM current_articles") == [{"most": 1}]


@pytest.mark.slow
def test_a_site_whose_workers_die_one_after_the_other_does_not_wait(fleet: Fleet) -> None:
    """That a run died is no reason to put the next try off, where the worker died with it."""
    for name in ("anna", "binh"):
        fleet.sites.hold_after("s0", 3)
        pushed = fleet.count_captures()
        with fleet.worker(name) as victim:
            wait_until(lambda pushed=pushed: fleet.count_captures() >= pushed + 3, fleet.jobs)
            assert victim.list_crawls()
            victim.kill()
    fleet.sites.release("s0")
    with fleet.worker("chi"):
        wait_until(lambda: {*fleet.outcomes()} & {"finished", "problems"}, lambda: (fleet.outcomes(), fleet.jobs()))
        wait_until(lambda: fleet.jobs() == [])
    archive = fleet.follow()
    assert {"outcome": "died"} in archive.query("SELECT outcome FROM run_summary")
    assert (_count_articles(archive), _is_sound(archive)) == (ARTICLES, True)


@pytest.mark.slow
def test_a_worker_that_is_to_end_gives_its_job_back(fleet: Fleet) -> None:
    """The crawl ends in order, the rest is logged, and the next worker takes it up at once."""
    fleet.sites.hold_after("s0", 5)
    with fleet.worker("anna") as worker:
        wait_until(lambda: fleet.sites.count_asked("s0") > 5)
        assert fleet.jobs() == [("s0", "doing")]
        done = worker.end()
    assert (done.status, "Traceback" in done.err) == (130, False), done.err
    assert fleet.jobs() == [("s0", "todo")]
    assert fleet.outcomes() == ["interrupted"]
    own = Crawling(path_of(worker.folder, "s0").parent)
    assert fleet.count_captures() == own.query("SELECT count(*) AS n FROM captures")[0]["n"]
    fleet.sites.release("s0")
    with fleet.worker("binh", user="binh"):
        fleet.wait_for("interrupted", "finished")
    archive = fleet.follow()
    assert (_count_articles(archive), _is_sound(archive)) == (ARTICLES, True)


@pytest.mark.slow
def test_the_second_signal_ends_a_worker_at_once(fleet: Fleet) -> None:
    fleet.sites.hold_after("s0", 5)
    with fleet.worker("anna") as worker:
        wait_until(lambda: fleet.sites.count_asked("s0") > 5)
        [crawl] = worker.list_crawls()
        os.kill(crawl, signal.SIGSTOP)  # so that it does not end in order
        worker.process.send_signal(signal.SIGTERM)
        wait_until(lambda: worker.process.poll() is not None or not worker.process.send_signal(signal.SIGTERM))
        assert worker.process.wait(PATIENCE) == 130
        with suppress(ProcessLookupError):
            os.kill(crawl, signal.SIGCONT)
        wait_until(lambda: not is_there(crawl))  # it heard at its pipe that the worker is gone


@pytest.mark.slow
def test_a_hub_that_is_away_stops_no_crawl(tmp_path: Path) -> None:
    """What is crawled meanwhile waits in the outbox, and all of it is logged when the hub is back."""
    with run_server() as server, fleet_sites(tmp_path / "project") as sites:
        fleet = Fleet(HubDatabase(server, server.make_database()), sites, tmp_path)
        fleet.set_timing(stalled_after=PATIENCE)
        sites.hold_after("s0", 5)
        with fleet.worker("anna") as worker:
            wait_until(lambda: sites.count_asked("s0") > 5 and fleet.count_captures() >= 5)
            server.kill()
            sites.release("s0")
            own = Crawling(path_of(worker.folder, "s0").parent)
            wait_until(lambda: own.query("SELECT outcome FROM run_summary")[0]["outcome"])
            assert worker.process.poll() is None
            server.start()
            fleet.wait_for("finished")
            wait_until(lambda: fleet.jobs() == [])
            done = worker.end()
        assert done.status == 130, done.err
        assert "does not answer" in done.err
        archive = fleet.follow()
    assert (_count_articles(archive), _is_sound(archive)) == (ARTICLES, True)
    assert _dump(archive.path) == _dump(path_of(worker.folder, "s0"))


@pytest.mark.slow
def test_a_job_that_was_taken_away_is_written_in_no_more(fleet: Fleet) -> None:
    """The crawl of a worker that lost its job ends; what it has is logged later, in nobody's name."""
    fleet.set_timing(schedule_every=2.0)
    fleet.sites.hold_after("s0", 5)
    with fleet.worker("anna") as worker:
        wait_until(lambda: fleet.sites.count_asked("s0") > 5 and fleet.count_captures() >= 5)
        assert fleet.jobs() == [("s0", "doing")]
        [crawl] = worker.list_crawls()
        fleet.hub.execute("UPDATE procrastinate_jobs SET status = 'failed' WHERE status = 'doing'")
        fleet.sites.release("s0")
        wait_until(lambda: crawl not in worker.list_crawls())
        wait_until(lambda: fleet.outcomes() and fleet.outcomes()[-1] in ("finished", "problems"))
        wait_until(lambda: fleet.jobs() == [])
        done = worker.end()
    assert "was given to another worker" in done.err
    archive = fleet.follow()
    assert (_count_articles(archive), _is_sound(archive)) == (ARTICLES, True)
    assert _dump(archive.path) == _dump(path_of(worker.folder, "s0"))


@pytest.mark.slow
def test_a_declaration_that_an_older_checkout_brings_back_is_a_finding(fleet: Fleet) -> None:
    listing = fleet.sites.listings["s0"]
    tiny = "every = 0.0001"
    for more in (tiny, f"{tiny}; hosts = ('old.example.vn',)"):
        fleet.sites.declare("s0", listing, more)
        before = len(fleet.outcomes())
        with fleet.worker("anna") as worker:
            wait_until(lambda before=before: len(fleet.outcomes()) > before)
            worker.end()
    assert "declaration_older" not in _list_findings(fleet.follow())
    fleet.sites.declare("s0", listing, tiny)
    before = len(fleet.outcomes())
    with fleet.worker("anna") as worker:
        wait_until(lambda: len(fleet.outcomes()) > before + 1)
        worker.end()
    archive = fleet.follow()
    [detail] = {row["detail"] for row in archive.query("SELECT detail FROM findings WHERE kind = 'declaration_older'")}
    assert "bring its checkout up to date" in str(detail)


@pytest.mark.slow
def test_a_site_that_fails_is_tried_again_and_then_failing(fleet: Fleet) -> None:
    """Tries follow one another as the schedule says, here as fast as the site declares itself due."""
    fleet.sites.declare("s0", fleet.sites.listings["s0"], "every = 0.0001")
    fleet.sites.portals["s0"].outage = lambda _: Response(500, b"")
    with fleet.worker("anna", "-s", "RETRY_TIMES=0") as worker:
        wait_until(lambda: len(fleet.outcomes()) >= 4)
        worker.end()
    assert set(fleet.outcomes()[:4]) == {"failed"}
    archive = fleet.follow()
    found = archive.query(
        "SELECT count(*) AS n FROM findings f JOIN runs r ON r.id = f.run_id WHERE f.kind = 'site_failing' "
        "AND (SELECT count(*) FROM runs b WHERE b.started_at < r.started_at) = 3"
    )
    assert found == [{"n": 1}]
    assert _list_findings(archive).count("site_failing") == 1


@pytest.mark.slow
def test_a_worker_that_was_stopped_for_long_and_goes_on_does_no_harm(fleet: Fleet) -> None:
    """Another has its site by then; what the first had and had not pushed is logged in nobody's name, once."""
    fleet.sites.hold_after("s0", 6)
    with fleet.worker("anna") as stopped:
        wait_until(lambda: fleet.sites.count_asked("s0") > 6 and fleet.count_captures() >= 6)
        everybody = [stopped.process.pid, *stopped.list_crawls()]
        assert len(everybody) == 2
        for process in everybody:
            os.kill(process, signal.SIGSTOP)
        fleet.sites.release("s0")
        with fleet.worker("binh", user="binh") as other:
            wait_until(lambda: len(fleet.outcomes()) >= 2, fleet.outcomes)
            for process in everybody:
                os.kill(process, signal.SIGCONT)
            wait_until(lambda: not stopped.list_crawls())
            wait_until(lambda: len(fleet.outcomes()) >= 3, fleet.outcomes)
            wait_until(lambda: fleet.jobs() == [])
            assert stopped.end().status == 130
            assert other.end().status == 130
    archive = fleet.follow()
    assert (_count_articles(archive), _is_sound(archive)) == (ARTICLES, True)
    assert archive.query("SELECT max(snapshots) AS most FROM current_articles") == [{"most": 1}]


@pytest.mark.slow
def test_two_workers_share_many_sites(tmp_path: Path, hub_database: HubDatabase) -> None:
    """Each site is crawled once, whoever takes it; sites on one host by one worker at a time."""
    with fleet_sites(tmp_path / "project", number=4) as sites:
        fleet = Fleet(hub_database, sites, tmp_path)
        fleet.set_timing()
        for name, portal in sites.portals.items():
            portal.outage = lambda target, portal=portal: replace(portal.page(target), delay=0.05)
            assert sites.listings[name]
        with fleet.worker("anna", "--jobs", "2") as one, fleet.worker("binh", "--jobs", "2", user="binh") as other:
            wait_until(lambda: all(fleet.outcomes(name) for name in sites.portals))
            wait_until(lambda: fleet.jobs() == [])
            assert (one.end().status, other.end().status) == (130, 130)
        assert {name: fleet.outcomes(name) for name in sites.portals} == {name: ["finished"] for name in sites.portals}
        archive = fleet.follow()
    counted = archive.query("SELECT site, count(*) AS n FROM current_articles GROUP BY site ORDER BY site")
    assert [row["n"] for row in counted] == [ARTICLES] * 4
    assert _is_sound(archive)
