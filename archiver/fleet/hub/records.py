"""What the hub tells and is told, as values."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from archiver.archive.evidence.files import StoredFile


@dataclass(frozen=True, slots=True, order=True)
class Cursor:
    """A place in the log: all up to it was read. Transactions come in the order in which readers can be sure of them.

    ``seq`` alone would not do: a row with a lower number may be committed after one with a higher.
    """

    xid: int = 0
    seq: int = 0


BEGINNING = Cursor()


@dataclass(frozen=True, slots=True)
class Claim:
    """A job that is mine: its number, and that of the worker who does it, both Procrastinate's."""

    job_id: int
    worker_id: int


@dataclass(frozen=True, slots=True)
class LoggedBundle:
    """A bundle as it stands in the log; ``writer`` is the role that put it there, ``worker`` the name of the machine.

    ``declaration`` is the digest of the site's declaration with which its run was made, None where that is not known.
    """

    cursor: Cursor
    files: tuple[StoredFile, ...]  # the documents that it names
    site: str
    writer: str
    worker: str
    run: str
    kind: str
    outcome: str | None
    declaration: str | None
    digest: bytes
    data: bytes


@dataclass(frozen=True, slots=True)
class Closing:
    """How a run ended: what the schedule goes by. A run may have several, of which the last counts."""

    site: str
    run: str
    outcome: str | None
    started_at: datetime | None
    finished_at: datetime | None
    logged_at: datetime
    worker: str
    findings: int
    declaration: str | None


@dataclass(frozen=True, slots=True)
class Declaration:
    """A declaration of a site, by its digest: when a worker first came with it."""

    site: str
    digest: str
    first_seen: datetime
    worker: str


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A copy of a site's archive in which the log up to ``cursor`` is whole; ``size`` and ``digest`` are the copy's.

    Its parts are those of one ``upload``.
    """

    cursor: Cursor
    upload: UUID
    parts: int
    site: str
    size: int
    digest: bytes
    made_at: datetime
    worker: str


@dataclass(frozen=True, slots=True)
class HubSettings:
    """What holds for all workers of a hub, in seconds: set by ``hub init``, read by each worker."""

    heartbeat: float = 10
    stalled_after: float = 60
    schedule_every: float = 60
    push_every: float = 5


@dataclass(frozen=True, slots=True)
class OpenJob:
    """A job of a site that waits (``status`` todo) or is under way (doing), where, and since when.

    ``worker`` is empty where it waits, or where its worker was forgotten.
    """

    site: str
    status: str
    worker: str
    last_heartbeat: datetime | None
    since: datetime | None


@dataclass(frozen=True, slots=True)
class TakenOver:
    """A job whose worker is gone: it is failed, and ``new_job`` stands in its place, unless one waited already."""

    old_job: int
    new_job: int | None
    queue: str
