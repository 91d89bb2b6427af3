"""One run at a time: a lock for each archive and site, let go by the system when its process dies."""

from pathlib import Path
from typing import Self

from filelock import FileLock, Timeout


class SiteLocks:
    """The locks that a process holds on sites of one archive; to be used as a context manager.

    The lock's file stays beside the archive; what counts is who holds it.
    """

    def __init__(self, archive: Path) -> None:
        self._archive = archive
        self._held: list[FileLock] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for lock in self._held:
            lock.release()

    def take(self, site: str) -> bool:
        """Take the lock of a site without waiting; False if another process holds it."""
        lock = FileLock(self._archive.with_name(f"{self._archive.name}.{site}.lock"), timeout=0)
        try:
            lock.acquire()
        except Timeout:
            return False
        self._held.append(lock)
        return True
