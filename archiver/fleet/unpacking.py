"""Merging bundles into an archive."""

from collections.abc import Sequence

from sqlite_utils import Database

from archiver.archive.upkeep.merge import Merged


def merge_bundles(database: Database, bundles: Sequence[bytes]) -> Merged:
    """Merge bundles into an archive, in this order and in one transaction: all of them, or none.

    The files that they name must be beside the archive already, or come later. BundleError says by ``digest`` which one
    cannot be merged; NewerBundleError where it is of a newer format.
    """
    raise NotImplementedError
