"""Files and folders that appear whole under their name, or not at all."""

import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, TextIO

from archiver.errors import ArchiverError, UsageError

_MARK = ".archiver-export"


@contextmanager
def open_text(path: Path, encoding: str = "utf-8") -> Iterator[TextIO]:
    """Open a text file to write; see ``_write_beside``."""
    with _explaining(path), _write_beside(path) as place, place.open("w", encoding=encoding, newline="") as stream:
        yield stream


@contextmanager
def open_bytes(path: Path) -> Iterator[BinaryIO]:
    """Open a file of bytes to write; see ``_write_beside``."""
    with _explaining(path), _write_beside(path) as place, place.open("wb") as stream:
        yield stream


@contextmanager
def open_folder(path: Path) -> Iterator[Path]:
    """Give an empty folder to fill, which takes the place of ``path`` when all is written.

    An earlier folder made here is replaced. Any other that holds something is not touched; UsageError.
    """
    real = path.resolve()
    _check_folder(path, "")
    with _explaining(path):
        unfinished, former = _beside(real, "part"), _beside(real, "old")
        try:
            unfinished.mkdir(parents=True)
            (unfinished / _MARK).touch()
            yield unfinished
            if real.exists():
                real.rename(former)
            unfinished.rename(real)
        finally:
            for left in (unfinished, former):
                shutil.rmtree(left, ignore_errors=True)


def finish_file(unfinished: Path) -> None:
    """Bring all of a file to disk; its permissions are those of any new file. OSError."""
    mask = os.umask(0)
    os.umask(mask)
    unfinished.chmod(0o666 & ~mask)
    synchronise(unfinished)


def synchronise(path: Path) -> None:
    """Bring a file or the names in a folder to disk; never a file that SQLite has open here (its locks). OSError."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def open_growing(path: Path, purpose: str, name: str) -> Iterator[Path]:
    """Give an empty folder to fill with folders that have a file ``name`` each; these are added to those of ``path``.

    Other files there stay. Those of this name are of an earlier try that did not come to its end, and go. ``purpose``
    says what the folder is for; UsageError where it is for something else.
    """
    real = path.resolve()
    _check_folder(path, purpose)
    with _explaining(path):
        unfinished = _beside(real, "part")
        try:
            unfinished.mkdir(parents=True)
            yield unfinished
            real.mkdir(exist_ok=True)
            (real / _MARK).write_text(purpose, encoding="utf-8")
            _add_files(unfinished, real, name)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)


def sync_files(paths: Iterable[Path]) -> None:
    """Have files and the names in their folders on disk, before anything is written that relies on them."""
    files = [path for path in paths if path.is_file()]
    for path in dict.fromkeys([*files, *(file.parent for file in files), *(file.parent.parent for file in files)]):
        with _explaining(path):
            opened = os.open(path, os.O_RDONLY)
            try:
                os.fsync(opened)
            finally:
                os.close(opened)


def _add_files(source: Path, target: Path, name: str) -> None:
    for left in target.glob(f"*/{name}"):
        left.unlink()
    for file in sorted(source.glob(f"*/{name}")):
        folder = target / file.parent.name
        folder.mkdir(exist_ok=True)
        file.replace(folder / name)


def _check_folder(path: Path, purpose: str) -> None:
    """Refuse a folder that holds anything but what was made here for the same purpose; UsageError."""
    if not path.exists() or (path.is_dir() and not any(path.iterdir())):
        return
    mark = path / _MARK
    if not mark.is_file():
        raise UsageError(f"{path}: there is something else already; name a new or an empty folder")
    if mark.read_text(encoding="utf-8") != purpose:
        raise UsageError(f"{path}: the folder is of another export; name a new or an empty folder")


@contextmanager
def _write_beside(path: Path) -> Iterator[Path]:
    """Give the place to write to: a file beside ``path`` that takes its name at the end.

    A process that is killed leaves the former file as it was. What is no plain file (a pipe, /dev/null) is written to
    directly.
    """
    real = path.resolve()
    if real.exists() and not real.is_file():
        yield real
        return
    unfinished = _beside(real, "part")
    try:
        yield unfinished
        if real.exists():
            shutil.copymode(real, unfinished)
        unfinished.replace(real)
    finally:
        unfinished.unlink(missing_ok=True)


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(f".{path.name}.{os.getpid()}.{ending}")


@contextmanager
def _explaining(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            raise
        raise ArchiverError(f"{path}: cannot be written: {error.strerror}") from error
