"""Packing bundles: what of an archive of one site was not sent yet, in the order in which it came."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

from archiver.fleet.bundles import Bundle

MOST_CAPTURES = 30


@dataclass(frozen=True, slots=True)
class Mark:
    """Up to where an archive was packed; kept as a place of its table of cursors (numbers under names)."""

    captures: int = 0

    def to_place(self) -> dict[str, int]:
        """Return what ``move_cursor`` keeps."""
        raise NotImplementedError

    @classmethod
    def from_place(cls, place: Mapping[str, int] | None) -> "Mark":
        """Return the mark that was kept; the beginning where none was."""
        raise NotImplementedError


def mark_all(connection: sqlite3.Connection) -> Mark:
    """Return the mark behind all that an archive has: after a pull, or a checkpoint, nothing of it is to be sent."""
    raise NotImplementedError


def pack_next(connection: sqlite3.Connection, mark: Mark, most: int = MOST_CAPTURES) -> tuple[Bundle, Mark] | None:
    """Pack what comes next after a mark, and say up to where that is; None where all is packed.

    Call it again and again with the mark it returned, and keep the mark only when the bundle is in the log: the same
    mark gives a bundle that merges as well as the first one, though perhaps of more captures.
    """
    raise NotImplementedError
