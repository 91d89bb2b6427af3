"""The bytes of web archives: files plain or compressed, and those that a WACZ holds, read as they are needed."""

import gzip
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import IO

from archiver.errors import ArchiverError

_GZIP = b"\x1f\x8b"
_ZIP = b"PK\x03\x04"
_DATA = ("archive/", "data/archive/")
_CUT = (EOFError, OSError, zlib.error, zipfile.BadZipFile)


class ArchiveStream:
    """The records of one file, unpacked; ``cut`` says why they end before their end, None where they do not.

    However a file is compressed, each record by itself or all at once, what comes out is the same.
    """

    def __init__(self, name: str, raw: IO[bytes]) -> None:
        self.name = name
        self.cut: str | None = None
        self._raw = raw
        is_packed = self._begins_with(_GZIP)
        self._unpacked: IO[bytes] = gzip.GzipFile(fileobj=raw) if is_packed else raw  # type: ignore[assignment]

    def read(self, size: int = -1) -> bytes:
        """Read some bytes; none at the end, also where the file is cut off or damaged there."""
        if self.cut:
            return b""
        try:
            return self._unpacked.read1(size) if isinstance(self._unpacked, gzip.GzipFile) else self._raw.read(size)
        except _CUT as error:
            self.cut = _explain(error)
            return b""

    def tell(self) -> int:
        """Return how many bytes of the file are read, compressed as they are."""
        return self._raw.tell()

    def _begins_with(self, mark: bytes) -> bool:
        try:
            start = self._raw.read(len(mark))
            self._raw.seek(0)
        except _CUT as error:
            self.cut = _explain(error)
            return False
        return start == mark


@contextmanager
def open_archives(path: Path) -> Iterator[Iterator[ArchiveStream]]:
    """Open a file of a web archive; gives the streams of records in it, one after the other.

    ArchiverError where there is no such file, or it is a package whose directory is missing.
    """
    try:
        with path.open("rb") as raw:
            yield _list_packed(path, raw) if raw.read(4) == _ZIP else iter((_open_plain(path, raw),))
    except OSError as error:
        raise ArchiverError(f"{path}: cannot be read: {error.strerror or error}; name another file") from error


def _open_plain(path: Path, raw: IO[bytes]) -> ArchiveStream:
    raw.seek(0)
    return ArchiveStream(path.name, raw)


def _list_packed(path: Path, raw: IO[bytes]) -> Iterator[ArchiveStream]:
    try:
        package = zipfile.ZipFile(raw)
    except zipfile.BadZipFile as error:
        raise ArchiverError(
            f"{path}: the package is cut off or damaged ({error}); import another copy of it"
        ) from error
    with package:
        for entry in package.infolist():
            if entry.filename.startswith(_DATA) and not entry.is_dir():
                yield _open_packed(path, package, entry)


def _open_packed(path: Path, package: zipfile.ZipFile, entry: zipfile.ZipInfo) -> ArchiveStream:
    try:
        return ArchiveStream(path.name, package.open(entry))
    except (*_CUT, RuntimeError) as error:  # RuntimeError: a password is asked for; or packed in a way not known
        stream = ArchiveStream(path.name, BytesIO())
        stream.cut = f"{entry.filename} in it cannot be read: {error}"
        return stream


def _explain(error: Exception) -> str:
    return "the file is cut off" if isinstance(error, EOFError) else f"the file is damaged: {error}"
