"""The hub as workers, followers and the schedule use it."""

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self, cast
from uuid import uuid4

import psycopg

from archiver.archive.evidence.files import StoredFile, put_file
from archiver.archive.store.sql_files import read_queries
from archiver.fleet.bundles import MOST_PACKED, Bundle
from archiver.fleet.hub.checkpoints import measure_file, read_parts, write_parts
from archiver.fleet.hub.connection import CHANNEL, HubConnection, Rows
from archiver.fleet.hub.errors import HubError, LostJobError
from archiver.fleet.hub.records import (
    Checkpoint,
    Claim,
    Closing,
    Cursor,
    Declaration,
    HubSettings,
    LoggedBundle,
    OpenJob,
    TakenOver,
)
from archiver.fleet.hub.schema import check_hub, check_jobs

MOST_FILE = 256_000_000
_PIECE = 4 << 20
_DIGEST = re.compile(r"[0-9a-f]{64}")
_QUERIES = cast("dict[str, Any]", read_queries(Path(__file__).with_suffix(".sql")))


class Hub:
    """The hub, whose version is checked whenever it is connected; for one thread.

    It connects with its first call, and anew with the next one after the hub was away. Every method raises HubAwayError
    where the hub does not answer (what was begun is undone there), HubVersionError where its tables are of another
    version, and HubError for what it refuses.
    """

    def __init__(self, address: str) -> None:
        """Take note of an address (``postgresql://…``); UsageError where it is none."""
        self._connection = _CheckedConnection(address)
        self._listened_to: object = None

    def __enter__(self) -> Self:
        """Return it."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Hang up."""
        self.close()

    def close(self) -> None:
        """Hang up; the next call connects anew."""
        self._connection.close()

    @property
    def shown(self) -> str:
        """The address as people may see it."""
        return self._connection.address.shown

    def read_identity(self) -> str:
        """Return the name that the hub got when it was made, or brought back from a dump.

        Cursors of another hub mean nothing here.
        """
        return self._read_settings()["identity"]

    def read_clock(self) -> datetime:
        """Return the hub's time."""
        with self._connection.transaction() as rows:
            rows.execute("SELECT clock_timestamp()")
            [(time,)] = rows.fetchall()
            return cast("datetime", time)

    def read_settings(self) -> HubSettings:
        """Return what holds for all workers."""
        found = self._read_settings()
        return HubSettings(**{name: float(found[name]) for name in HubSettings.__slots__ if name in found})

    def check_jobs(self) -> None:
        """Refuse jobs of another version of Procrastinate than the one here; HubVersionError."""
        check_jobs(self._connection)

    # The log

    def append(self, bundle: Bundle, worker: str, claim: Claim | None = None, declaration: str | None = None) -> bool:
        """Write a bundle into the log; False where it is there already.

        LostJobError, and nothing is written, where the claim's job is no longer this worker's.
        """
        if len(bundle.data) > MOST_PACKED:
            raise HubError(_tell_size("a bundle", bundle.site, len(bundle.data), MOST_PACKED))
        names = "site run kind outcome captures readings findings first_at last_at digest data".split()
        values = {name: getattr(bundle, name) for name in names}
        files = json.dumps([[file.digest.hex(), file.size, file.media_type, file.extension] for file in bundle.files])
        with self._connection.transaction() as rows:
            is_new = _change(rows, "append", **values, files=files, worker=worker, declaration=declaration)
            if claim:  # last of all: from here on readers wait for this transaction, and not while the data comes
                _hold_job(rows, claim)
            return is_new

    def list_after(self, cursor: Cursor, sites: Sequence[str] | None = None, most: int = 100) -> list[LoggedBundle]:
        """List what was logged behind a cursor, in order, of some sites or all; fewer than ``most`` if they are large.

        Only what no open transaction can still come before; what is younger comes with a later call.
        """
        found = self._ask("list_after", **_place(cursor), sites=_list(sites), most=most, most_bytes=MOST_PACKED)
        return [LoggedBundle(Cursor(xid, seq), _read_files(files), *rest) for xid, seq, files, *rest in found]

    def count_after(self, cursor: Cursor, sites: Sequence[str] | None = None) -> dict[str, int]:
        """Count the bundles behind a cursor by their sites."""
        return dict(self._ask("count_after", **_place(cursor), sites=_list(sites)))

    def has_cursor(self, cursor: Cursor) -> bool:
        """Say whether the log has the bundle that a cursor stands at; else it is another log, and one begins anew."""
        return cursor == Cursor() or bool(self._ask("has_cursor", **_place(cursor)))

    def wait_for_bundles(self, seconds: float) -> bool:
        """Wait until somebody logs a bundle; False where nobody did in that time.

        The first call on a connection only begins to listen, and returns at once: look again, then wait.
        """
        with self._connection.telling_errors():
            connection = self._connection.connect()
            if self._listened_to is not connection:
                connection.execute(f"LISTEN {CHANNEL}")
                self._listened_to = connection
                return True
            return next(connection.notifies(timeout=seconds, stop_after=1), None) is not None

    def list_closings(self, sites: Sequence[str] | None = None, most: int = 4) -> list[Closing]:
        """List the last closings of each site, those that ended last first; a run may have several.

        One that found the site locked says nothing of it, and is left out.
        """
        return [Closing(*row) for row in self._ask("list_closings", sites=_list(sites), most=most)]

    # Files of articles

    def has_file(self, digest: bytes) -> bool:
        """Say whether the hub has a file."""
        return bool(self._ask("has_file", digest=digest))

    def keep_file(self, file: StoredFile, path: Path, worker: str) -> bool:
        """Put a file there, before the bundle that names it; False where it is there already."""
        if file.size > MOST_FILE:
            raise HubError(_tell_size("a file", str(path), file.size, MOST_FILE))
        if self.has_file(file.digest):
            return False
        data = path.read_bytes()
        with self._connection.transaction() as rows:
            return _change(rows, "keep_file", digest=file.digest, worker=worker, data=data)

    def fetch_file(self, file: StoredFile, folder: Path) -> bool:
        """Put a file of the hub into an archive's folder of files; False where the hub has it not, or not that one."""
        with self._connection.transaction() as rows:
            try:
                put_file(folder, file, _read_whole(rows, file))
            except _OtherFileError:
                return False
        return True

    # Declarations and checkpoints

    def note_declaration(self, site: str, digest: str, worker: str) -> None:
        """Note with which declaration of a site a worker came, unless that one is known."""
        with self._connection.transaction() as rows:
            _change(rows, "note_declaration", site=site, digest=digest, worker=worker)

    def list_declarations(self, sites: Sequence[str] | None = None) -> list[Declaration]:
        """List the declarations of sites, the newest of each last."""
        return [Declaration(*row) for row in self._ask("list_declarations", sites=_list(sites))]

    def put_checkpoint(self, site: str, cursor: Cursor, path: Path, worker: str) -> None:
        """Keep a copy of a site's archive (``back_up`` makes one) that holds the log up to a cursor; two are kept."""
        upload, parts, (size, digest) = uuid4(), 0, measure_file(path)
        for data in read_parts(path):
            with self._connection.transaction() as rows:
                _change(rows, "put_part", upload=upload, part=parts, data=data)
            parts += 1
        values = {"upload": upload, "parts": parts, "site": site, "size": size, "digest": digest, "worker": worker}
        with self._connection.transaction() as rows:
            _change(rows, "put_checkpoint", **values, **_place(cursor))

    def find_checkpoint(self, site: str) -> Checkpoint | None:
        """Find the newest checkpoint of a site."""
        found = self._ask("find_checkpoint", site=site)
        return next((Checkpoint(Cursor(xid, seq), *rest) for xid, seq, *rest in found), None)

    def fetch_checkpoint(self, checkpoint: Checkpoint, path: Path) -> None:
        """Write the copy of a checkpoint to a path; HubError where it is gone, or not as it was put there."""
        with self._connection.transaction() as rows:
            write_parts(_read_parts(rows, checkpoint), path, checkpoint.size, checkpoint.digest)

    # Jobs

    @contextmanager
    def hold_job(self, claim: Claim) -> Iterator[None]:
        """Be in a transaction during which a job cannot be taken away; LostJobError where it was."""
        with self._connection.transaction() as rows:
            _hold_job(rows, claim)
            yield

    def introduce(self, worker_id: int, name: str) -> None:
        """Say how a worker calls itself that has registered with Procrastinate."""
        with self._connection.transaction() as rows:
            _change(rows, "introduce", worker_id=worker_id, name=name)

    def list_jobs(self) -> list[OpenJob]:
        """List the jobs that wait or are under way, by their sites."""
        return [OpenJob(*row) for row in self._ask("list_jobs")]

    def take_over_stalled(self) -> list[TakenOver]:
        """Fail each job whose worker gave no sign for ``stalled_after`` seconds, and defer it anew.

        Nothing is done while the server is up for less than that.
        """
        return [TakenOver(*row) for row in self._ask("take_over_stalled")]

    def _read_settings(self) -> dict[str, str]:
        with self._connection.transaction() as rows:
            rows.execute("SELECT name, value FROM settings")
            return dict(rows.fetchall())

    def _ask(self, query: str, **values: object) -> list[tuple[Any, ...]]:
        with self._connection.transaction() as rows:
            rows.execute(_QUERIES[query], values)
            return rows.fetchall()


class _CheckedConnection(HubConnection):
    """A connection to a hub of this version."""

    def check(self, connection: psycopg.Connection[tuple[Any, ...]]) -> None:
        check_hub(connection, self.address.shown)


class _OtherFileError(Exception):
    """What the hub has is not the file that was asked for."""


def _change(rows: Rows, query: str, **values: object) -> bool:
    """Insert a row; False where there is one with its key."""
    rows.execute(_QUERIES[query], values)
    return rows.rowcount == 1


def _hold_job(rows: Rows, claim: Claim) -> None:
    rows.execute(_QUERIES["hold_job"], {"job_id": claim.job_id, "worker_id": claim.worker_id})
    if rows.fetchone() is None:
        raise LostJobError(f"job {claim.job_id} was given to another worker; what is not logged yet is kept here")


def _read_whole(rows: Rows, file: StoredFile) -> Iterator[bytes]:
    """Yield a file in pieces; at its end _OtherFileError where it was none, or another."""
    digest = hashlib.sha256()
    for place in range(1, file.size + 1, _PIECE):
        values = {"digest": file.digest, "place": place, "size": min(_PIECE, file.size + 1 - place)}
        rows.execute(_QUERIES["read_file"], values)
        for (piece,) in rows.fetchall():
            digest.update(piece)
            yield piece
    if digest.digest() != file.digest:
        raise _OtherFileError


def _read_parts(rows: Rows, checkpoint: Checkpoint) -> Iterator[bytes]:
    for part in range(checkpoint.parts):
        rows.execute(_QUERIES["read_part"], {"upload": checkpoint.upload, "part": part})
        for (data,) in rows.fetchall():
            yield data


def _read_files(files: list[Any]) -> tuple[StoredFile, ...]:
    """Read which files a bundle names; what is no row of a file is left out, for the bundle is checked by its own."""
    rows = [row for row in files if isinstance(row, list) and [*map(type, row)] == [str, int, str, str]]
    return tuple(StoredFile(bytes.fromhex(row[0]), *row[1:]) for row in rows if _DIGEST.fullmatch(row[0]))


def _place(cursor: Cursor) -> dict[str, object]:
    return {"xid": str(cursor.xid), "seq": cursor.seq}


def _list(sites: Sequence[str] | None) -> list[str] | None:
    return None if sites is None else list(sites)


def _tell_size(what: str, name: str, size: int, most: int) -> str:
    said = f"{what} of {size / 1e6:.1f} MB was not logged ({name})"
    return f"{said}: the hub takes at most {most / 1e6:.0f} MB; keep it here"
