"""Folders as ZIP files that are the same bytes each time: names in order, no times, nothing of this machine."""

from hashlib import file_digest
from pathlib import Path
from shutil import copyfileobj
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

EPOCH = (1980, 1, 1, 0, 0, 0)
"""The time of every entry: the first that the format knows."""
_UNIX, _MODE = 3, 0o100644 << 16


def list_names(folder: Path) -> list[str]:
    """List the files of a folder by their names in it, in order."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def digest_files(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file of a folder, hexadecimal, by name."""
    digests = {}
    for name in list_names(folder):
        with (folder / name).open("rb") as stream:
            digests[name] = file_digest(stream, "sha256").hexdigest()
    return digests


def pack(folder: Path, out: BinaryIO) -> None:
    """Write all files of a folder into a ZIP file."""
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for name in list_names(folder):
            entry = ZipInfo(name, EPOCH)
            entry.create_system, entry.external_attr, entry.compress_type = _UNIX, _MODE, ZIP_DEFLATED
            entry.file_size = (folder / name).stat().st_size  # else it is written as if it could be huge
            with (folder / name).open("rb") as source, archive.open(entry, "w") as target:
                copyfileobj(source, target)
