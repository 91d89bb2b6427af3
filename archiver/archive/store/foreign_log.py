"""Whether the log beside an archive is its own. SQLite replays whatever lies there, and says nothing.

A write-ahead log (NAME-wal) holds what was committed and is not in the file yet; a crawl that was killed leaves one. It
does not name its file. If another file is copied over that one, SQLite writes the pages of the old into the new.

What tells is the first page. Its header counts: a connection that writes it writes one more than it had read, and each
of our transactions writes it (connection.py). So the file stands one before the first of these counts in its own log,
or at one of them, as far as the log was copied into it already. A file that was written since, or never was, does not.
Copies get another cookie too, so that two files do not count alike by chance; and those of ``backup`` have no log at
all, which their header says. See sqlite.org/fileformat2.html, 1.3 and 4.1.
"""

import os
import random
import sqlite3
import struct
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from archiver.errors import ArchiveError

LOG = "-wal"
_HEAD = 100
_LOG_HEAD = 32
_FRAME_HEAD = 24
_MAGIC = {0x377F0682: "<", 0x377F0683: ">"}
"""What a log begins with, and in which order of bytes its checksums are counted."""
_WITH_LOG = b"\2\2"
# A migration raises the cookie by one for each statement; two cookies taken by chance lie further apart than this.
_FEW_CHANGES = 10_000
_TRIES, _PAUSE = 5, 0.05
_held: dict[tuple[int, int], int] = {}


@dataclass(frozen=True, slots=True)
class _First:
    """What the first page says: how often it was written, the cookie of the schema, how many pages there are."""

    count: int
    cookie: int
    pages: int
    page_size: int
    has_log: bool

    @classmethod
    def of_bytes(cls, head: bytes) -> "_First":
        size, version = struct.unpack_from(">H2s", head, 16)
        count, pages = struct.unpack_from(">II", head, 24)
        (cookie,) = struct.unpack_from(">I", head, 40)
        return cls(count, cookie, pages, 65536 if size == 1 else size, version == _WITH_LOG)


@dataclass(frozen=True, slots=True)
class _Frame:
    """A page in a log: its number, and the pages of the whole file where a transaction ends with it, else 0."""

    page: int
    pages: int
    offset: int


def check_log(path: Path) -> None:
    """Refuse an archive beside which the log of another file lies; ArchiveError. Nothing is opened for writing.

    A file and its log are read one after the other, and somebody may write meanwhile, so this looks more than once.
    """
    for number in range(_TRIES):
        if not has_foreign_log(path):
            return
        if number < _TRIES - 1:
            time.sleep(_PAUSE)
    raise ArchiveError(
        f"{path}: the log beside it, {path.name}{LOG}, is that of another file: this one was copied over an archive in "
        f"use. Nothing was touched. Say archiver restore COPY; or delete the log, and this file counts as it is"
    )


def check_no_log(path: Path) -> None:
    """Refuse to make an archive where the log of one that is gone still lies; ArchiveError."""
    log = _log_of(path)
    if log.exists() and log.stat().st_size > _LOG_HEAD:
        raise ArchiveError(
            f"{path}: the archive is gone and its log, {log.name}, is still there; put the archive back beside it, say "
            f"archiver restore COPY, or delete the log to begin anew"
        )


def has_foreign_log(path: Path) -> bool:
    """Say whether the log beside a file is that of another one; False where there is none, or none that counts."""
    try:
        with _log_of(path).open("rb") as log:
            head = log.read(_LOG_HEAD)
            if not _is_head(head):
                return False
            first = _First.of_bytes(_read_head(path.resolve()))
            return not _belongs(first, log.fileno(), head) and _counts(log.fileno(), head)
    except (FileNotFoundError, PermissionError):
        return False


def renew_cookie(connection: sqlite3.Connection) -> None:
    """Make a new file tell itself from all others, also from the one that it was copied from."""
    connection.execute(f"PRAGMA schema_version = {random.randrange(2**20, 2**31 - 2**20)}")  # noqa: S311 - no secret


def _log_of(path: Path) -> Path:
    real = path.resolve()
    return real.with_name(f"{real.name}{LOG}")


def _read_head(path: Path) -> bytes:
    """Read the header of a file, and leave it open for as long as the process lives.

    To close it would let go of every lock that this process holds on it (sqlite.org/howtocorrupt.html 2.2).
    """
    for key, handle in list(_held.items()):
        if not os.fstat(handle).st_nlink:  # deleted: nobody else can open it
            os.close(_held.pop(key))
    found = path.stat()
    handle = _held.get((found.st_dev, found.st_ino), -1)
    if handle < 0:
        handle = os.open(path, os.O_RDONLY)
        opened = os.fstat(handle)
        _held[opened.st_dev, opened.st_ino] = handle
    return _read(handle, _HEAD, 0)


def _is_head(head: bytes) -> bool:
    if len(head) < _LOG_HEAD or struct.unpack_from(">I", head)[0] not in _MAGIC:
        return False
    return _sum(head, head[:24], (0, 0)) == struct.unpack_from(">II", head, 24)


def _belongs(first: _First, log: int, head: bytes) -> bool:
    """Say whether a log continues a file that begins so; True for one without a transaction."""
    size = _size_of_pages(head)
    frames = list(_list_frames(log, head))
    ends = [frame.pages for frame in frames if frame.pages]
    if not ends:
        return True
    if size != first.page_size or not first.has_log:
        return False
    written = [_First.of_bytes(_read(log, _HEAD, frame.offset)) for frame in frames if frame.page == 1]
    if not written:  # by other programs, and versions before this rule: the file has not grown then
        return all(pages == first.pages for pages in ends)
    counted = written[0].count - 1 <= first.count <= max(page.count for page in written)
    return counted and -_FEW_CHANGES < first.cookie - written[0].cookie < _FEW_CHANGES


def _counts(log: int, head: bytes) -> bool:
    """Say whether SQLite would replay a log: whether its first transaction is whole, up to one with a first page."""
    size = _size_of_pages(head)
    seen, is_there = _read_sum(head, 24), False
    frames = list(_list_frames(log, head))
    wanted = any(frame.page == 1 for frame in frames)
    for frame in frames:
        written = _read(log, _FRAME_HEAD + size, frame.offset - _FRAME_HEAD)
        seen = _sum(head, written[:8] + written[_FRAME_HEAD:], seen)
        if seen != _read_sum(written, 16):
            return False
        is_there = is_there or frame.page == 1 or not wanted
        if is_there and frame.pages:
            return True
    return False


def _list_frames(log: int, head: bytes) -> Iterator[_Frame]:
    """List the frames that stand in a log since it was begun; what follows them is left from before."""
    size, salts = _size_of_pages(head), head[16:24]
    end = os.fstat(log).st_size
    for offset in range(_LOG_HEAD, end - _FRAME_HEAD - size + 1, _FRAME_HEAD + size):
        frame = _read(log, _FRAME_HEAD, offset)
        if frame[8:16] != salts:
            return
        page, pages = struct.unpack_from(">II", frame)
        yield _Frame(page, pages, offset + _FRAME_HEAD)


def _read(handle: int, size: int, offset: int) -> bytes:
    """Read a part of a file, zeros where it ends: whoever writes may cut it off meanwhile."""
    return os.pread(handle, size, offset).ljust(size, b"\0")


def _size_of_pages(head: bytes) -> int:
    return int(struct.unpack_from(">I", head, 8)[0])


def _read_sum(written: bytes, offset: int) -> tuple[int, int]:
    first, second = struct.unpack_from(">II", written, offset)
    return first, second


def _sum(head: bytes, written: bytes, before: tuple[int, int]) -> tuple[int, int]:
    """Go on with the checksum of a log over what was written."""
    order = _MAGIC[struct.unpack_from(">I", head)[0]]
    first, second = before
    for one, two in struct.iter_unpack(f"{order}II", written):
        first = (first + one + second) & 0xFFFFFFFF
        second = (second + two + first) & 0xFFFFFFFF
    return first, second
