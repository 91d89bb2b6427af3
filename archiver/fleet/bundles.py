"""Bundles: what a worker sends of its archive and a follower merges.

A bundle is a small SQLite file, compressed with zstd. Its tables are called as those of an archive, and its columns by
their names; so a program with other columns reads what it knows of them. The table ``bundle`` says what it is. Nothing
in it is believed: it is a file that somebody else made.
"""

import hashlib
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Literal, cast, get_args

import zstandard

from archiver.archive.evidence.files import StoredFile
from archiver.archive.store.damage import FILE_ERRORS, distrust, shorten
from archiver.errors import ArchiverError
from archiver.site import NAME

FORMAT = 1
MOST_PACKED, MOST_UNPACKED = 64_000_000, 256_000_000
"""Bytes of a bundle as it is sent, and as it is read."""
BundleKind = Literal["evidence", "closing"]
_KINDS: tuple[BundleKind, ...] = get_args(BundleKind)
# All that may stand in its schema: nothing that SQLite would run, and no index that could be wrong.
_TABLE = re.compile(r"CREATE TABLE \w+ \(\w+(?:, \w+)*\)")
_RUN = re.compile(r"\w{1,64}", re.ASCII)


class BundleError(ArchiverError):
    """A bundle that cannot be merged, told in one line.

    ``digest`` is that of the bundle; None where several were merged at once and it cannot be told which.
    """

    def __init__(self, said: str, digest: bytes | None = None) -> None:
        super().__init__(said)
        self.digest = digest


class NewerBundleError(BundleError):
    """A bundle of a newer program: nothing is wrong with it, but this program cannot read it."""


@dataclass(frozen=True, slots=True)
class Head:
    """What a bundle says of itself; ``run`` is the uid of its run."""

    site: str
    run: str
    kind: BundleKind
    program: str


@dataclass(frozen=True)
class Bundle:
    """A bundle as it is sent, with what the log says of it.

    ``run`` is the uid of its run, ``outcome`` that run's in a closing. ``first_at`` and ``last_at`` are the times of
    its first and last capture, in a closing when the run began and ended. ``files`` are the documents that it names,
    which are to be in the log before it.
    """

    site: str
    run: str
    kind: BundleKind
    outcome: str | None
    captures: int
    readings: int
    findings: int
    first_at: datetime | None
    last_at: datetime | None
    files: tuple[StoredFile, ...]
    data: bytes

    @cached_property
    def digest(self) -> bytes:
        """The SHA-256 of its data, by which the log knows it."""
        return hashlib.sha256(self.data).digest()


def read_head(data: bytes) -> Head:
    """Read what a bundle says of itself, and check that it can be read; BundleError, NewerBundleError.

    Unpacks all of it, within the bounds.
    """
    with open_bundle(data) as (_, head):
        return head


@contextmanager
def open_bundle(data: bytes) -> Iterator[tuple[sqlite3.Connection, Head]]:
    """Open a bundle in memory, as far as it can be believed: bounds, schema, format; BundleError.

    Whatever goes wrong with reading it inside is an error of the bundle.
    """
    digest = hashlib.sha256(data).digest()
    try:
        with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
            connection.deserialize(_unpack(data))
            distrust(connection)
            _check_schema(connection)
            yield connection, _read_head(connection)
    except BundleError as error:
        error.digest = error.digest or digest
        raise
    except FILE_ERRORS as error:
        raise BundleError(f"a bundle is damaged, or made by hand ({' '.join(str(error).split())})", digest) from error


def pack(connection: sqlite3.Connection) -> bytes:
    """Compress what was written in memory to a bundle."""
    # Pages of one site share their furniture: the window reaches back over all of the usual bundle.
    parameters = zstandard.ZstdCompressionParameters.from_level(9, window_log=24)
    return zstandard.ZstdCompressor(compression_params=parameters).compress(connection.serialize())


def _unpack(data: bytes) -> bytes:
    if len(data) > MOST_PACKED:
        raise BundleError(f"a bundle has {len(data):,} bytes, more than {MOST_PACKED:,}: nothing of it was read")
    try:
        unpacker = zstandard.ZstdDecompressor(max_window_size=1 << 27).stream_reader(data)
        content = unpacker.read(MOST_UNPACKED + 1)
    except zstandard.ZstdError as error:
        raise BundleError(f"a bundle is damaged ({error})") from error
    if len(content) > MOST_UNPACKED:
        raise BundleError(f"a bundle unpacks to more than {MOST_UNPACKED:,} bytes: nothing of it was used")
    if not content.startswith(b"SQLite format 3\0"):
        raise BundleError("a bundle is none: it has no SQLite file in it")
    return content


def _check_schema(connection: sqlite3.Connection) -> None:
    for kind, name, sql in connection.execute("SELECT type, name, sql FROM sqlite_master"):
        if kind != "table" or not isinstance(sql, str) or not _TABLE.fullmatch(sql):
            raise BundleError(f"a bundle has more in it than plain tables: {shorten(name)}; nothing of it was used")
    said = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if said != "ok":
        raise BundleError(f"a bundle is damaged ({' '.join(str(said).split())})")


def _read_head(connection: sqlite3.Connection) -> Head:
    [(format_,)] = connection.execute("SELECT format FROM bundle LIMIT 2").fetchall() or [(None,)]
    if not isinstance(format_, int):
        raise BundleError("a bundle does not say of which format it is")
    if format_ > FORMAT:
        raise NewerBundleError(f"a bundle is of format {format_}, this program reads {FORMAT}: upgrade it first")
    site, run, kind, program = connection.execute("SELECT site, run, kind, program FROM bundle").fetchone()
    if not isinstance(site, str) or not NAME.fullmatch(site):
        raise BundleError(f"a bundle is of no site: {shorten(site)} is no name of one")
    if not isinstance(run, str) or not _RUN.fullmatch(run) or kind not in _KINDS or not isinstance(program, str):
        raise BundleError("a bundle does not say of which run it is, or what of it")
    return Head(site, run, cast("BundleKind", kind), program)
