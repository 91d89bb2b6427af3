"""The hub as workers, followers and the schedule use it."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from archiver.archive.evidence.files import StoredFile
from archiver.fleet.bundles import Bundle
from archiver.fleet.hub.records import (
    Checkpoint,
    Claim,
    Closing,
    Cursor,
    Declaration,
    HubSettings,
    LoggedBundle,
    TakenOver,
)


class Hub:
    """A connection to the hub, whose version was checked; for one thread.

    It connects with its first call, and anew with the next one after the hub was away. Every method raises HubAwayError
    where the hub does not answer (what was begun is undone there), HubVersionError where its tables are of another
    version, and HubError for what it refuses.
    """

    def __init__(self, address: str) -> None:
        """Take note of an address (``postgresql://…``); HubError where it is none."""
        raise NotImplementedError

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

    def read_identity(self) -> str:
        """Return the name that the hub was given when it was made, or brought back from a dump: cursors of another hub
        mean nothing here."""
        raise NotImplementedError

    def read_clock(self) -> datetime:
        """Return the hub's time."""
        raise NotImplementedError

    def read_settings(self) -> HubSettings:
        """Return what holds for all workers."""
        raise NotImplementedError

    # The log

    def append(self, bundle: Bundle, worker: str, claim: Claim | None = None, declaration: str | None = None) -> bool:
        """Write a bundle into the log; False where it is there already. LostJobError, and nothing is written, where the
        claim's job is no longer this worker's. A closing notes the outcome, and its files must be there first."""
        raise NotImplementedError

    def list_after(self, cursor: Cursor, sites: Sequence[str] | None = None, most: int = 100) -> list[LoggedBundle]:
        """List what was logged behind a cursor, in order, of some sites or all: at most 100 bundles and some 64 MB.

        Only what no open transaction can still come before; what is younger comes with a later call."""
        raise NotImplementedError

    def count_after(self, cursor: Cursor, sites: Sequence[str] | None = None) -> dict[str, int]:
        """Count the bundles behind a cursor by their sites."""
        raise NotImplementedError

    def has_cursor(self, cursor: Cursor) -> bool:
        """Say whether the log has the bundle that a cursor stands at; else it is another log, and one begins anew."""
        raise NotImplementedError

    def wait_for_bundles(self, seconds: float) -> bool:
        """Wait until somebody logs a bundle; False where nobody did in that time."""
        raise NotImplementedError

    def list_closings(self, sites: Sequence[str] | None = None, most: int = 4) -> list[Closing]:
        """List the last closings of each site, those of the newest runs first; of sites without any there is none."""
        raise NotImplementedError

    # Files, declarations, checkpoints

    def has_file(self, digest: bytes) -> bool:
        """Say whether the hub has a file."""
        raise NotImplementedError

    def keep_file(self, file: StoredFile, path: Path, worker: str) -> bool:
        """Put a file there, before the bundle that names it; False where it is there already."""
        raise NotImplementedError

    def fetch_file(self, file: StoredFile, folder: Path) -> bool:
        """Put a file of the hub into an archive's folder of files; False where the hub has it not."""
        raise NotImplementedError

    def note_declaration(self, site: str, digest: str, worker: str) -> None:
        """Note with which declaration of a site a worker came, unless that one is known."""
        raise NotImplementedError

    def list_declarations(self, sites: Sequence[str] | None = None) -> list[Declaration]:
        """List the declarations of sites, the newest last."""
        raise NotImplementedError

    def put_checkpoint(self, site: str, cursor: Cursor, path: Path, worker: str) -> None:
        """Keep a copy of a site's archive (``back_up`` makes one) that holds the log up to a cursor; two are kept."""
        raise NotImplementedError

    def find_checkpoint(self, site: str) -> Checkpoint | None:
        """Find the newest checkpoint of a site."""
        raise NotImplementedError

    def fetch_checkpoint(self, checkpoint: Checkpoint, path: Path) -> None:
        """Write the copy of a checkpoint to a path; HubError where it is not as it was put there, or gone."""
        raise NotImplementedError

    # Jobs

    def hold_job(self, claim: Claim) -> AbstractContextManager[None]:
        """Be in a transaction in which a job cannot be taken away; LostJobError."""
        raise NotImplementedError

    def take_over_stalled(self) -> list[TakenOver]:
        """Fail each job whose worker gave no sign for ``stalled_after``, and defer it anew; nothing while the server is
        up for less than that."""
        raise NotImplementedError
