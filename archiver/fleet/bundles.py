"""Bundles: what a worker sends of its archive and a follower merges, and what can be told of one without merging it."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Literal

from archiver.archive.evidence.files import StoredFile
from archiver.errors import ArchiverError

FORMAT = 1
MOST_PACKED, MOST_UNPACKED = 64_000_000, 256_000_000
BundleKind = Literal["evidence", "closing"]


class BundleError(ArchiverError):
    """A bundle that cannot be merged, told in one line; ``digest`` says which one, where several were given."""

    def __init__(self, said: str, digest: bytes | None = None) -> None:
        super().__init__(said)
        self.digest = digest


class NewerBundleError(BundleError):
    """A bundle of a newer program: nothing is wrong with it, but this program cannot read it."""


@dataclass(frozen=True, slots=True)
class Head:
    """What a bundle says of itself."""

    site: str
    run: str  # the uid of the run
    kind: BundleKind
    program: str


@dataclass(frozen=True)
class Bundle:
    """A bundle as it is sent, with what the log says of it."""

    site: str
    run: str  # the uid of the run
    kind: BundleKind
    outcome: str | None  # of the run, in a closing
    captures: int
    readings: int
    findings: int
    first_at: datetime | None  # of its captures; in a closing when the run began and ended
    last_at: datetime | None
    files: tuple[StoredFile, ...]  # the documents that it names
    data: bytes  # zstd'd SQLite

    @cached_property
    def digest(self) -> bytes:
        """The SHA-256 of its data, by which the log knows it."""
        return hashlib.sha256(self.data).digest()


def read_head(data: bytes) -> Head:
    """Read what a bundle says of itself, after cheap checks; BundleError, NewerBundleError."""
    raise NotImplementedError
