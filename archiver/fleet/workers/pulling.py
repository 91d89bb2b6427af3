"""A worker's archive of one site, brought up to what the log has of it: so its next run knows what all workers know."""

import logging
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from archiver.archive.evidence.files import folder_of_files, has_file, list_files
from archiver.archive.store.backup import back_up
from archiver.archive.store.restore import check_copy, restore
from archiver.fleet.bundles import BundleError, NewerBundleError, read_head
from archiver.fleet.hub.client import Hub
from archiver.fleet.hub.records import BEGINNING, LoggedBundle
from archiver.fleet.unpacking import merge_bundles
from archiver.fleet.workers.outbox import Outbox

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
        with Outbox(copy, hub.read_identity()) as outbox, outbox.database.atomic():
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
        _merge(outbox, logged)
        pulled += len(logged)
    return pulled


def pull_files(hub: Hub, outbox: Outbox) -> None:
    """Fetch the documents that a site's archive knows and lacks: what is not there would be asked for again."""
    folder = folder_of_files(outbox.path)
    for file in list(list_files(outbox.database.conn)):
        if not has_file(folder, file):
            hub.fetch_file(file, folder)


def put_checkpoint(hub: Hub, site: str, outbox: Outbox, worker: str, every: int = CHECKPOINT_EVERY) -> bool:
    """Put a copy of a site's archive into the hub where the last one is many bundles old; True where it did.

    All of the archive's own must be pushed before.
    """
    last = hub.find_checkpoint(site)
    if hub.count_after(last.cursor if last else BEGINNING, [site]).get(site, 0) < every:
        return False
    pull(hub, site, outbox)
    with TemporaryDirectory(dir=outbox.path.parent, prefix=".checkpoint-") as folder:
        copy = Path(folder) / outbox.path.name
        back_up(outbox.path, copy)
        hub.put_checkpoint(site, outbox.find_pulled(), copy, worker)
    return True


def _merge(outbox: Outbox, logged: Sequence[LoggedBundle]) -> None:
    """Merge bundles together, or one by one where that fails, and note with them how far that is."""
    cursor = logged[-1].cursor
    try:
        _check_sites(logged)
        merge_bundles(outbox.database, [one.data for one in logged], lambda _: outbox.note_pulled(cursor))
    except NewerBundleError:
        raise
    except BundleError as error:
        _merge_each(outbox, logged, error)


def _merge_each(outbox: Outbox, logged: Sequence[LoggedBundle], error: BundleError) -> None:
    """Merge bundles one by one; one that cannot be merged is left out, and so is what stands on it."""
    if len(logged) == 1:
        logger.warning("%s: a bundle of the log was left out: %s", logged[0].site, error)
        with outbox.database.atomic():
            outbox.note_pulled(logged[0].cursor)
        return
    for bundle in logged:
        _merge(outbox, [bundle])


def _check_sites(logged: Sequence[LoggedBundle]) -> None:
    """Refuse what is logged as of a site and says itself that it is of another; BundleError."""
    for bundle in logged:
        if (said := read_head(bundle.data).site) != bundle.site:
            raise BundleError(f"a bundle of {bundle.site} says that it is of {said}", bundle.digest)
