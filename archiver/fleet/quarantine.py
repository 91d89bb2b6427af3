"""Bundles that could not be merged, kept beside the archive: their bytes, and a text that says why.

    data/archive.quarantine/00000000000000000812-00000000000000000407.bundle
    data/archive.quarantine/00000000000000000812-00000000000000000407.txt

The names are places in the log, so they sort as it does. No word of a bundle is part of one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from archiver.errors import ArchiveError
from archiver.fleet.hub.records import LoggedBundle
from archiver.formats.atomic_files import open_bytes, open_text, sync_files
from archiver.text.display import make_showable

_SITE = "site: "
_ADVICE = "archiver follow tries it again whenever it starts, as after an upgrade. Report it if that does not help."


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A bundle in quarantine: where it lies, and of which site the log said that it is."""

    path: Path
    site: str

    def read(self) -> bytes:
        """Read its bytes; ArchiveError."""
        try:
            return self.path.read_bytes()
        except OSError as error:
            raise ArchiveError(f"{self.path}: cannot be read: {error.strerror}") from error

    def release(self) -> None:
        """Take it out of quarantine; the text goes last, so that a bundle never lies there without."""
        self.path.unlink(missing_ok=True)
        self.path.with_suffix(".txt").unlink(missing_ok=True)


def quarantine_beside(archive: Path) -> Path:
    """Return the folder of an archive's quarantine: ``archive.quarantine`` beside ``archive.db``."""
    real = archive.resolve()
    return real.with_name(f"{real.stem}.quarantine")


def put_aside(folder: Path, logged: LoggedBundle, reason: str) -> Path:
    """Put a bundle into quarantine, on disk before anybody reads on; ArchiverError where it cannot be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ArchiveError(f"{folder}: the folder cannot be made: {error.strerror}") from error
    path = folder / f"{logged.cursor.xid:020}-{logged.cursor.seq:020}.bundle"
    with open_text(path.with_suffix(".txt")) as text:
        text.writelines(f"{make_showable(line)}\n" for line in _describe(logged, reason))
    with open_bytes(path) as file:
        file.write(logged.data)
    sync_files([path, path.with_suffix(".txt")])
    return path


def list_quarantined(folder: Path) -> Iterator[Quarantined]:
    """List the bundles in quarantine, in the order of the log."""
    for path in sorted(folder.glob("*.bundle")):
        yield Quarantined(path, _read_site(path.with_suffix(".txt")))


def _describe(logged: LoggedBundle, reason: str) -> Iterator[str]:
    yield f"not merged: {reason}"
    yield f"{_SITE}{logged.site}"
    yield f"run: {logged.run} ({logged.kind})"
    yield f"logged by: {logged.writer}, worker {logged.worker}"
    yield f"sha256: {logged.digest.hex()}"
    yield _ADVICE


def _read_site(path: Path) -> str:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return ""
    return next((line.removeprefix(_SITE) for line in lines if line.startswith(_SITE)), "")
