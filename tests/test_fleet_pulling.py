"""A machine that comes new to a site: it begins with a checkpoint, pulls the rest, and has the documents too."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from archiver.archive.evidence.files import folder_of_files, has_file, list_files
from archiver.archive.store.file import open_for_reading
from archiver.fleet.hub.client import Hub
from archiver.fleet.workers.outbox import Outbox, hold_outbox, list_outboxes, path_of
from archiver.fleet.workers.pulling import pull, pull_files, put_checkpoint, restore_checkpoint
from tests.fleet_sites import fleet_sites, wait_until
from tests.fleet_workers import Fleet
from tests.hub_server import HubDatabase
from tests.scripted_year import dump


@pytest.fixture
def crawled(tmp_path: Path, hub_database: HubDatabase) -> Iterator[tuple[Fleet, Path]]:
    """A fleet whose one site was crawled, with its documents, and the archive of the worker."""
    with fleet_sites(tmp_path / "project") as sites:
        fleet = Fleet(hub_database, sites, tmp_path)
        fleet.set_timing()
        with fleet.worker("anna", "-s", "ARCHIVE_ATTACHMENTS=documents") as worker:
            fleet.wait_for("finished")
            wait_until(lambda: fleet.jobs() == [])
            worker.end()
        yield fleet, path_of(worker.folder, "s0")


def _dump(path: Path) -> dict[str, list[str]]:
    with closing(open_for_reading(path)) as database:
        return dump(database)


def _count_files(path: Path) -> int:
    with closing(open_for_reading(path)) as database:
        files = list(list_files(database.conn))
    assert all(has_file(folder_of_files(path), file) for file in files)
    return len(files)


@pytest.mark.slow
def test_a_new_machine_begins_with_a_checkpoint(crawled: tuple[Fleet, Path], tmp_path: Path) -> None:
    fleet, own = crawled
    with Hub(fleet.hub.url("anna")) as hub, Outbox(own, hub.read_identity()) as outbox:
        assert not put_checkpoint(hub, "s0", outbox, "anna")
        assert put_checkpoint(hub, "s0", outbox, "anna", every=1)
        assert not put_checkpoint(hub, "s0", outbox, "anna", every=1)
        assert not outbox.push_next(hub, "anna", None, None)
    folder = tmp_path / "binh"
    with Hub(fleet.hub.url("binh")) as hub, hold_outbox(folder, "s0") as path:
        restore_checkpoint(hub, "s0", path)
        with Outbox(path, hub.read_identity()) as outbox:
            assert pull(hub, "s0", outbox) == 0
            assert not outbox.push_next(hub, "binh", None, None)
            pull_files(hub, outbox)
        restore_checkpoint(hub, "s0", path)  # there is an archive now, which stays
    assert list_outboxes(folder) == ["s0"]
    assert _dump(path) == _dump(own)
    assert _count_files(path) == _count_files(own) > 0
    assert [one.name for one in folder.joinpath("s0").glob(".checkpoint*")] == []


@pytest.mark.slow
def test_a_bundle_that_cannot_be_merged_is_left_out_alone(crawled: tuple[Fleet, Path], tmp_path: Path) -> None:
    fleet, own = crawled
    fleet.hub.execute(
        "INSERT INTO bundles (site, worker, run, kind, captures, readings, findings, digest, data) "
        "VALUES ('s0', 'eve', 'x', 'evidence', 1, 0, 0, sha256('no bundle'), 'no bundle')"
    )
    path = path_of(tmp_path / "binh", "s0")
    with Hub(fleet.hub.url("binh")) as hub, Outbox(path, hub.read_identity()) as outbox:
        assert pull(hub, "s0", outbox) == len(fleet.list_logged("evidence")) + 1
        assert pull(hub, "s0", outbox) == 0
    assert _dump(path) == _dump(own)


@pytest.mark.slow
def test_another_hub_gets_all_of_it(crawled: tuple[Fleet, Path]) -> None:
    """How far an archive was pushed is known of each hub by itself."""
    _, own = crawled
    with Outbox(own, "another") as outbox:
        assert outbox.count_waiting() > 15
    with Outbox(own, "another") as outbox:
        assert outbox.find_pulled().seq == 0
