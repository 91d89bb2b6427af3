"""Files of articles on disk: documents, images, what pages need, once per digest, in a folder beside the archive.

    data/archive.db
    data/archive.files/ab/ab3f….pdf

A file is whole under its name or not there: it is written under another name, synchronised and renamed. The table
``files`` tells what there is.
"""

import hashlib
import os
import re
import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkstemp

from archiver.archive.store.damage import DamageError, note_damage, shorten
from archiver.errors import ArchiveError
from archiver.formats.atomic_files import finish_file, synchronise
from archiver.formats.file_types import FileType, NoDocumentError, identify_file_type

_STALE_SECONDS = 24 * 3600
_PIECE = 1 << 20
_UNFINISHED = ".unfinished"
_EXTENSION = re.compile(r"[a-z0-9]{1,8}")
_MEDIA_TYPE = re.compile(r"[\w.+-]{1,80}/[\w.+-]{1,80}", re.ASCII)


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A row of ``files``."""

    digest: bytes
    size: int
    media_type: str
    extension: str

    @property
    def place(self) -> str:
        """Where it lies below the folder of files, by digest and content; no name or address has a say in it.

        DamageError where digest or extension are none: a row may have been written by anybody.
        """
        if not isinstance(self.digest, bytes) or len(self.digest) != hashlib.sha256().digest_size:
            raise DamageError(f"{shorten(self.digest)} is no digest of a file")
        name = self.digest.hex()
        return f"{name[:2]}/{name}.{check_extension(self.extension)}"


def check_extension(extension: object) -> str:
    """Return the extension of a file as it stands in the archive; DamageError where it could be part of a path."""
    if not isinstance(extension, str) or not _EXTENSION.fullmatch(extension):
        raise DamageError(f"{shorten(extension)} is no extension of a file")
    return extension


def check_stored(file: StoredFile) -> StoredFile:
    """Return a file if its row can be believed: where it lies, how large it is and what it is sent as; DamageError."""
    place = file.place
    if not isinstance(file.size, int) or file.size < 0:
        raise DamageError(f"{place}: {shorten(file.size)} is no size")
    if not isinstance(file.media_type, str) or not _MEDIA_TYPE.fullmatch(file.media_type):
        raise DamageError(f"{place}: {shorten(file.media_type)} is no media type")
    return file


def folder_of_files(archive: Path) -> Path:
    """Return the folder of an archive's files: ``archive.files`` beside ``archive.db``."""
    real = archive.resolve()
    return real.with_name(f"{real.name if real.suffix == '.files' else real.stem}.files")


def folder_beside(connection: sqlite3.Connection, schema: str = "main") -> Path:
    """Return the folder of files of an open archive."""
    path = next(row[2] for row in connection.execute("PRAGMA database_list") if row[1] == schema)
    return folder_of_files(Path(path))


def keep_file(folder: Path, body: bytes, kind: FileType) -> StoredFile:
    """Write a file under its digest unless it is there already; ArchiveError where the disk does not take it."""
    file = StoredFile(hashlib.sha256(body).digest(), len(body), kind.media_type, kind.extension)
    if not has_file(folder, file):
        put_file(folder, file, iter((body,)))
    return file


def put_file(folder: Path, file: StoredFile, pieces: Iterator[bytes]) -> None:
    """Write a file whole: under another name first, renamed when all of it is on disk; ArchiveError."""
    path = folder / file.place
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        locate_file(folder, file)
        handle, name = mkstemp(suffix=_UNFINISHED, dir=folder)
    except OSError as error:
        raise ArchiveError(f"{path}: the file cannot be written: {error.strerror}") from error
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.writelines(pieces)
        finish_file(Path(name))
        Path(name).replace(path)
        synchronise(path.parent)
        synchronise(folder)
    except OSError as error:
        raise ArchiveError(f"{path}: the file cannot be written: {error.strerror}; what was kept is whole") from error
    finally:
        Path(name).unlink(missing_ok=True)


def locate_file(folder: Path, file: StoredFile) -> Path:
    """Return where a file lies, or would lie; DamageError where that is outside of the folder, be it by a link."""
    path = folder / file.place
    if not path.resolve().is_relative_to(folder.resolve()):
        raise DamageError(f"{path}: a link leads out of the folder of files")
    return path


def has_file(folder: Path, file: StoredFile) -> bool:
    """Say whether a file lies in its place, with the size it should have; DamageError where it has no place."""
    try:
        return locate_file(folder, file).stat().st_size == file.size
    except OSError:
        return False


def clear_unfinished(folder: Path) -> None:
    """Clear away what killed processes left."""
    for left in folder.glob(f"*{_UNFINISHED}"):
        with suppress(OSError):  # another process's own affair
            if time.time() - left.stat().st_mtime > _STALE_SECONDS:
                left.unlink()


def list_files(connection: sqlite3.Connection, schema: str = "main") -> Iterator[StoredFile]:
    """List the files that an archive knows."""
    rows = connection.execute(f"SELECT digest, size, media_type, extension FROM {schema}.files ORDER BY digest")
    return (StoredFile(*row) for row in rows)


def check_files(connection: sqlite3.Connection, files: Iterable[StoredFile]) -> Iterator[str]:
    """Read files and yield a line for each that is not there, or not as it was received."""
    folder = folder_beside(connection)
    for file in files:
        try:
            fault = find_fault(folder, file) or _find_other_type(folder, file)
        except DamageError as error:
            yield f"file {shorten(file.digest)}: {error}"
            continue
        if fault:
            yield f"file {folder / file.place}: {fault}"


def copy_files(files: Iterator[StoredFile], source: Path, target: Path) -> tuple[int, int]:
    """Copy the files that a folder lacks; returns how many, and how many could not be had.

    A file that is not as it was received is not copied. One whose row names no place is noted as damage.
    """
    copied = missing = 0
    for file in files:
        try:
            if has_file(target, file):
                continue
            fault = find_fault(source, file)
        except DamageError as error:
            note_damage(error)
            fault = str(error)
        if fault:
            missing += 1
            continue
        put_file(target, file, _read(source / file.place))
        copied += 1
    return copied, missing


def find_fault(folder: Path, file: StoredFile) -> str | None:
    """Say what is wrong with a file on disk; None where it is as it was received."""
    digest, size = hashlib.sha256(), 0
    try:
        for piece in _read(locate_file(folder, file)):
            digest.update(piece)
            size += len(piece)
    except FileNotFoundError:
        return "it is not there"
    except OSError as error:
        return f"it cannot be read: {error.strerror}"
    if digest.digest() != file.digest:
        return "it is damaged: its bytes have another digest"
    return None if size == file.size else "its size is not the one written down"


def _find_other_type(folder: Path, file: StoredFile) -> str | None:
    """Say whether a file is written down as another media type than its content tells, under the extension of that."""
    try:
        kind = identify_file_type(locate_file(folder, file).read_bytes())
    except (NoDocumentError, OSError):
        return None
    is_other = kind.extension == file.extension and kind.media_type != file.media_type
    return f"its content is {kind.media_type}, and it is written down as another" if is_other else None


def _read(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while piece := stream.read(_PIECE):
            yield piece
