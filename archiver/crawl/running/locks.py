"""One run at a time: a lock for each archive and site, let go by the system when its process dies."""

import math
import os
from functools import partial
from pathlib import Path
from typing import Self

from filelock import FileLock, Timeout

from archiver.clock import now
from archiver.errors import ArchiveError
from archiver.site import NAME

_POLL_SECONDS = 0.2
_FOREVER = -1  # filelock's word for it


class SiteLocks:
    """The locks that a process holds on sites of one archive; to be used as a context manager.

    The lock's file stays beside the archive, the real one where links lead to it. What counts is who holds it; the
    process and the time written in it are for people.
    """

    def __init__(self, archive: Path) -> None:
        self._archive = archive.resolve()
        self._held: list[FileLock] = []
        self._descriptors: dict[str, int] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for lock in self._held:
            lock.release()

    def take(self, site: str, wait: float = 0.0) -> bool:
        """Take the lock of a site, waiting so many seconds at most; False if another process holds it still.

        Who waits for several sites must take them in the order of their names, or two of them wait for each other.
        """
        path = self._path(site)
        timeout = _FOREVER if math.isinf(wait) else wait
        keep = partial(self._note_taken, site)
        lock = FileLock(path, timeout=timeout, poll_interval=_POLL_SECONDS, on_acquired=keep)
        try:
            lock.acquire()
        except Timeout:
            return False
        except OSError as error:
            raise ArchiveError(f"{path}: the lock of {site} cannot be taken: {error.strerror}") from error
        self._held.append(lock)
        return True

    def lend(self, site: str) -> int:
        """Return the descriptor of a lock that is held: a process that was given it holds the lock as well."""
        return self._descriptors[site]

    def describe_holder(self, site: str) -> str:
        """Say which process holds the lock of a site, and since when, as far as it is known."""
        try:
            process, start = self._path(site).read_text(encoding="ascii").split(maxsplit=1)
        except (OSError, ValueError):
            return "another run of this site is under way"
        return f"another run of this site is under way (process {process}, since {start.strip()})"

    def _note_taken(self, site: str, descriptor: int) -> None:
        self._descriptors[site] = descriptor
        _sign(descriptor)

    def _path(self, site: str) -> Path:
        if not NAME.fullmatch(site):  # names come from archives, too, and this one becomes part of a path
            raise ArchiveError(f"{self._archive}: {site!r} is no name of a site; restore a backup")
        return self._archive.with_name(f"{self._archive.name}.{site}.lock")


def _sign(descriptor: int) -> None:
    """Write into the lock's file who holds it; it names the last holder until then."""
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, f"{os.getpid()} {now():%Y-%m-%d %H:%M:%S} UTC\n".encode("ascii"), 0)
