"""A site's archive at a worker: what was crawled stands in it until all of it is in the hub's log.

    FOLDER/sotttt/archive.db

How far it was pushed is one of its cursors, so whoever opens it next goes on from there: a bundle that was logged and
not noted is the same bundle again, which the log has once.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from filelock import FileLock, Timeout
from sqlite_utils import Database

from archiver.archive.evidence.files import StoredFile, folder_of_files
from archiver.archive.queries.cursors import load_cursor, move_cursor
from archiver.archive.runs.run_log import add_finding, find_open_runs
from archiver.archive.store.file import create_or_open
from archiver.crawl.running.closing import close_died_runs
from archiver.errors import ArchiveError, HeldError
from archiver.fleet.hub.client import Hub
from archiver.fleet.hub.records import BEGINNING, Claim, Cursor
from archiver.fleet.packing import Mark, mark_all, pack_next
from archiver.model import Problem
from archiver.site import NAME, Site

ARCHIVE = "archive.db"
PUSHED, PULLED = "pushed", "pulled"


def path_of(folder: Path, site: str) -> Path:
    """Return the path of a site's archive in a worker's folder; ArchiveError where the name is none of a site."""
    if not NAME.fullmatch(site):  # names come from the hub, too
        raise ArchiveError(f"{folder}: {site!r} is no name of a site")
    return folder / site / ARCHIVE


def list_outboxes(folder: Path) -> list[str]:
    """Name the sites that have an archive in a worker's folder."""
    return sorted(path.parent.name for path in folder.glob(f"*/{ARCHIVE}") if NAME.fullmatch(path.parent.name))


@contextmanager
def hold_outbox(folder: Path, site: str, wait: float = 0) -> Iterator[Path]:
    """Keep a site's archive from other workers on this machine; HeldError where one has it for so many seconds."""
    path = path_of(folder, site)
    lock = FileLock(path.with_name("worker.lock"), timeout=wait)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout:
        raise HeldError(f"{path.parent}: another worker on this machine has this site; end one of them") from None
    except OSError as error:
        raise ArchiveError(f"{path.parent}: the site's folder cannot be written: {error.strerror}; allow it") from error
    try:
        yield path
    finally:
        lock.release()


class Outbox:
    """An archive of one site that is open, and how far the log of a hub has it and it has the log.

    ``hub`` is the identity of the hub: at another one all is pushed, and pulled, from the beginning.
    """

    def __init__(self, path: Path, hub: str) -> None:
        """Open it, or make it; ArchiveError."""
        self.path = path
        self.database: Database = create_or_open(path)
        self._name = f"hub-{hub}"

    def __enter__(self) -> Self:
        """Return it."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.database.close()

    def push_next(self, hub: Hub, worker: str, claim: Claim | None, declaration: str | None) -> bool:
        """Push the next bundle, its files before it; False where all is in the log.

        HubAwayError, LostJobError: it stays here, and is pushed another time.
        """
        packed = pack_next(self.database.conn, self._load_mark())
        if packed is None:
            return False
        bundle, mark = packed
        for file in bundle.files:
            self._push_file(hub, file, worker)
        hub.append(bundle, worker, claim, declaration)
        with self.database.atomic():
            self._move(PUSHED, mark.to_place())
        return True

    def count_waiting(self) -> int:
        """Count the captures that were not pushed yet."""
        found = self.database.execute("SELECT count(*) FROM captures WHERE id > ?", [self._load_mark().captures])
        return int(found.fetchone()[0])

    def note_pulled(self, cursor: Cursor) -> None:
        """Note that all up to a cursor is here, and that nothing of it is to be pushed; part of a transaction."""
        self._move(PULLED, {"xid": cursor.xid, "seq": cursor.seq})
        self._move(PUSHED, mark_all(self.database.conn).to_place())

    def find_pulled(self) -> Cursor:
        """Find up to where the log was pulled."""
        place = load_cursor(self.database.conn, self._name, PULLED)
        return Cursor(place["xid"], place["seq"]) if place else BEGINNING

    def close_died(self, site: Site, findings: Iterable[Problem]) -> int:
        """Close the runs whose process was killed, with what is to be said of them; returns how many."""
        with self.database.atomic():
            died = find_open_runs(self.database.conn, site.name)
            for run in died:
                for problem in findings:
                    add_finding(self.database.conn, run, site.listings[0], problem)
            close_died_runs(self.database, site)
        return len(died)

    def _push_file(self, hub: Hub, file: StoredFile, worker: str) -> None:
        path = folder_of_files(self.path) / file.place
        if path.exists() and not hub.has_file(file.digest):
            hub.keep_file(file, path, worker)

    def _load_mark(self) -> Mark:
        return Mark.from_place(load_cursor(self.database.conn, self._name, PUSHED))

    def _move(self, purpose: str, place: Mapping[str, int]) -> None:
        move_cursor(self.database.conn, self._name, purpose, place)
