"""What a worker had not pushed when another took its site over, and what comes of it when it is back."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from archiver.archive.queries.cursors import move_cursor
from archiver.archive.store.file import open_for_reading
from archiver.fleet.hub.client import Hub
from archiver.fleet.packing import Mark, pack_next
from archiver.fleet.workers.crawl_child import CrawlChild, CrawlOrder
from archiver.fleet.workers.outbox import PUSHED, Outbox, path_of
from archiver.fleet.workers.pulling import pull
from archiver.fleet.workers.site_job import push_rest
from archiver.ingest.verify import verify
from archiver.site import Site
from tests.fleet_sites import HURRIED, fleet_sites, wait_until
from tests.fleet_workers import Fleet
from tests.hub_server import HubDatabase
from tests.scripted_year import dump

FEW = 6


@pytest.fixture
def fleet(tmp_path: Path, hub_database: HubDatabase, monkeypatch: pytest.MonkeyPatch) -> Iterator[Fleet]:
    monkeypatch.delenv("SCRAPY_SETTINGS_MODULE", raising=False)
    with fleet_sites(tmp_path / "project") as sites:
        monkeypatch.chdir(sites.folder)
        yield Fleet(hub_database, sites, tmp_path)


def _crawl(path: Path, *, killed_after: int | None = None, fleet: Fleet) -> None:
    """Crawl to the end, or until so many captures are there and the process is killed."""
    if killed_after:
        fleet.sites.hold_after("s0", killed_after)
    child = CrawlChild(path, CrawlOrder("s0", HURRIED))
    if killed_after:
        wait_until(lambda: fleet.sites.count_asked("s0") > killed_after)
        child.finish(0)
        fleet.sites.release("s0")
    else:
        wait_until(lambda: child.wait(1))
        assert child.finish().status in (0, 3)


def _push_few(hub: Hub, outbox: Outbox) -> None:
    """Push a first bundle alone, of a few captures."""
    packed = pack_next(outbox.database.conn, Mark(), FEW)
    assert packed
    hub.append(packed[0], "anna")
    with outbox.database.atomic():
        move_cursor(outbox.database.conn, f"hub-{hub.read_identity()}", PUSHED, packed[1].to_place())


def _look(path: Path) -> dict[str, Any]:
    with closing(open_for_reading(path)) as database:
        assert list(verify(database)) == []
        return dump(database)


@pytest.mark.slow
@pytest.mark.parametrize("crawls_between", [False, True])
def test_what_comes_late_changes_no_proof(fleet: Fleet, tmp_path: Path, crawls_between: bool) -> None:
    """Another closed the run as died, by what it knew of it; all archives come to the same, and prove it."""
    anna, binh = path_of(tmp_path / "anna", "s0"), path_of(tmp_path / "binh", "s0")
    site = Site("s0", "Của tôi", "liferay_hanoi", (fleet.sites.listings["s0"],))
    _crawl(anna, killed_after=12, fleet=fleet)
    with Hub(fleet.hub.url("anna")) as hub:
        identity = hub.read_identity()
        with Outbox(anna, identity) as outbox:
            _push_few(hub, outbox)
            assert outbox.count_waiting() > 0
        with Outbox(binh, identity) as outbox:
            pull(hub, "s0", outbox)
        if crawls_between:
            _crawl(binh, fleet=fleet)
        with Outbox(binh, identity) as outbox:
            outbox.close_died(site, ())
            assert push_rest(hub, outbox, "binh") >= 1
        with Outbox(anna, identity) as outbox:
            assert push_rest(hub, outbox, "anna") >= 1
            pull(hub, "s0", outbox)
            outbox.close_died(site, ())
            push_rest(hub, outbox, "anna")
        with Outbox(binh, identity) as outbox:
            pull(hub, "s0", outbox)
    follower = fleet.follow().path
    assert _look(follower) == _look(anna) == _look(binh)
