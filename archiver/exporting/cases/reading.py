"""The files of a case as somebody hands it over: a ZIP file or a folder, of which nothing is believed.

Nothing is unpacked: names cannot lead anywhere, and of contents only as much is read as was bounded before.
"""

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from stat import S_ISREG
from typing import BinaryIO, Protocol
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo, is_zipfile

from archiver.exporting.cases.manifest import MANIFEST, CaseError

MOST_FILES = 200_000
MOST_BYTES = 16 << 30
"""Of all files together, unpacked."""
_PIECE = 1 << 20
_SQLITE = b"SQLite format 3\0"
_ENCRYPTED = 0x1
UNREADABLE: tuple[type[Exception], ...] = (
    OSError,
    BadZipFile,
    zlib.error,
    EOFError,
    ValueError,
    NotImplementedError,
    RuntimeError,
    OverflowError,
)
"""What zipfile raises for what is damaged."""


class CaseFiles(Protocol):
    """The files of a case, by the names that the manifest has for them."""

    def list_names(self) -> list[str]:
        """List the names of all files."""
        ...

    def open(self, name: str) -> BinaryIO:
        """Open a file; any of UNREADABLE, also later while it is read."""
        ...


@contextmanager
def open_case(path: Path) -> Iterator[CaseFiles]:
    """Open a case; CaseError for what is none."""
    if path.is_dir():
        yield _Folder(path)
        return
    if not path.exists():
        raise CaseError(f"{path}: there is no such file")
    try:
        if _is_archive(path):
            raise CaseError(f"{path}: this is an archive and no case; check it with: archiver --db {path} verify")
        if not is_zipfile(path):
            raise CaseError(f"{path}: this is no case: neither a ZIP file nor a folder")
        archive = ZipFile(path)
    except UNREADABLE as error:
        raise CaseError(f"{path}: cannot be read: {explain(error)}") from error
    with archive:
        yield _Archive(path, archive)


def _is_archive(path: Path) -> bool:
    with path.open("rb") as stream:
        return stream.read(len(_SQLITE)) == _SQLITE


def digest(case: CaseFiles, name: str) -> str:
    """Return the SHA-256 of a file, hexadecimal; any of UNREADABLE."""
    found = sha256()
    with case.open(name) as stream:
        while piece := stream.read(_PIECE):
            found.update(piece)
    return found.hexdigest()


def read(case: CaseFiles, name: str, most: int) -> bytes:
    """Read a file; any of UNREADABLE, and CaseError where it has more bytes than such a file may have."""
    with case.open(name) as stream:
        content = stream.read(most + 1)
    if len(content) > most:
        raise CaseError(f"{name} is too large")
    return content


def explain(error: BaseException) -> str:
    """Say in one line what kept something from being read."""
    said = getattr(error, "strerror", None) or " ".join(str(error).split())[:200]
    return said or type(error).__name__


class _Folder:
    def __init__(self, path: Path) -> None:
        self._path = path

    def list_names(self) -> list[str]:
        """List all files, links too: those are never followed."""
        every = (path for path in self._path.rglob("*") if path.is_symlink() or not path.is_dir())
        return sorted(path.relative_to(self._path).as_posix() for path in every)

    def open(self, name: str) -> BinaryIO:
        path = self._path / name
        if not S_ISREG(path.lstat().st_mode):
            raise ValueError("it is a link, or no plain file")
        return path.open("rb")


class _Archive:
    def __init__(self, path: Path, archive: ZipFile) -> None:
        self._archive = archive
        entries = [entry for entry in archive.infolist() if not entry.is_dir()]
        self._entries = _strip_folder({entry.filename: entry for entry in entries})
        if len(self._entries) != len(entries):
            raise CaseError(f"{path}: this is no case: it has two files of one name")
        fault = _find_fault(entries)
        if fault:
            raise CaseError(f"{path}: this is no case: {fault}")

    def list_names(self) -> list[str]:
        return sorted(self._entries)

    def open(self, name: str) -> BinaryIO:
        return self._archive.open(self._entries[name])  # type: ignore[return-value]  # IO[bytes] of zipfile


def _find_fault(entries: list[ZipInfo]) -> str | None:
    """Say what keeps a ZIP file from being read at all."""
    if len(entries) > MOST_FILES:
        return f"it has more than {MOST_FILES} files"
    if sum(entry.file_size for entry in entries) > MOST_BYTES:
        return "unpacked it would be too large"
    for entry in entries:
        if not _is_plain(entry.filename):
            return f"{entry.filename!r} is no name of a file in it"
        if entry.flag_bits & _ENCRYPTED:
            return f"{entry.filename} is encrypted"
        if entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            return f"{entry.filename} is packed in a way that no case is"
    return None


def _is_plain(name: str) -> bool:
    """Say whether a name leads to no other place than a file below the folder it is unpacked in."""
    return not ("\\" in name or "\0" in name or ":" in name or {"", ".", ".."} & set(name.split("/")))


def _strip_folder(entries: dict[str, ZipInfo]) -> dict[str, ZipInfo]:
    """Leave out the folder in which somebody who packed a case again may have put all of it."""
    folders = {name.partition("/")[0] for name in entries}
    if MANIFEST in entries or len(folders) != 1:
        return entries
    return {name.partition("/")[2]: entry for name, entry in entries.items()}
