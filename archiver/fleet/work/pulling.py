"""A worker's archive of one site, brought up to what the log has of it: so its next run knows what all workers know."""

import logging
from pathlib import Path
from tempfile import TemporaryDirectory

from archiver.archive.evidence.files import folder_of_files, has_file, list_files
from archiver.archive.store.backup import back_up
from archiver.archive.store.restore import check_copy, restore
from archiver.fleet.bundles import BundleError, NewerBundleError
from archiver.fleet.hub.client import Hub
from archiver.fleet.hub.records import BEGINNING, LoggedBundle
from archiver.fleet.unpacking import merge_bundles
from archiver.fleet.work.outbox import Outbox

CHECKPOINT_EVERY = 100
"""Bundles of a site from one checkpoint to the next."""
_MOST_AT_ONCE = 100
logger = logging.getLogger(__name__)


def restore_checkpoint(hub: Hub, site: str, path: Path) -> None:
    """Begin a site's archive with the last checkpoint, where there is one and no archive yet; HubAwayError."""
    checkpoint = None if path.exists() else hub.find_checkpoint(site)
    if checkpoint is None:
        return
    with TemporaryDirectory(dir=path.parent, prefix=".checkpoint-") as folder:
        copy = Path(folder) / path.name
        hub.fetch_checkpoint(checkpoint, copy)
        with Outbox(copy, hub.read_identity()) as outbox:
            outbox.note_pulled(checkpoint.cursor)
        check_copy(path, copy)
        restore(path, copy)


def pull(hub: Hub, site: str, outbox: Outbox) -> int:
    """Merge what the log has of a site and its archive has not; returns the number of bundles.

    All of the archive's own must be pushed before. A bundle that cannot be merged is told and left out: what it holds
    is with whoever follows the log. HubAwayError; NewerBundleError.
    """
    cursor, pulled = outbox.find_pulled(), 0
    if not hub.has_cursor(cursor):
        cursor = BEGINNING
    while logged := hub.list_after(cursor, [site], _MOST_AT_ONCE):
        cursor = logged[-1].cursor
        outbox.begin_pull()
        _merge(outbox, logged)
        outbox.note_pulled(cursor)
        pulled += len(logged)
    return pulled


def pull_files(hub: Hub, outbox: Outbox) -> None:
    """Fetch the documents that a site's archive knows and lacks: what is not there would be asked for again."""
    folder = folder_of_files(outbox.path)
    for file in list(list_files(outbox.database.conn)):
        if not has_file(folder, file):
            hub.fetch_file(file, folder)


def put_checkpoint(hub: Hub, site: str, outbox: Outbox, worker: str) -> bool:
    """Put a copy of a site's archive into the hub where the last one is many bundles old; True where it did."""
    last = hub.find_checkpoint(site)
    if hub.count_after(last.cursor if last else BEGINNING, [site]).get(site, 0) < CHECKPOINT_EVERY:
        return False
    pull(hub, site, outbox)
    with TemporaryDirectory(dir=outbox.path.parent, prefix=".checkpoint-") as folder:
        copy = Path(folder) / outbox.path.name
        back_up(outbox.path, copy)
        hub.put_checkpoint(site, outbox.find_pulled(), copy, worker)
    return True


def _merge(outbox: Outbox, logged: list[LoggedBundle]) -> None:
    """Merge bundles together; one that cannot be merged is left out, and so is what stands on it."""
    while logged:
        try:
            merge_bundles(outbox.database, [bundle.data for bundle in logged])
        except NewerBundleError:
            raise
        except BundleError as error:
            left = [bundle for bundle in logged if bundle.digest != error.digest]
            if len(left) == len(logged):
                raise
            logger.warning("a bundle of the log was left out: %s", error)
            logged = left
        else:
            return
