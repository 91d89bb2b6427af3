"""Whatever an archive holds, a command tells it in one line: damage that was passed over, and what ended it."""

import os
import traceback
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from archiver.archive.store.damage import CONTENT_ERRORS, FILE_ERRORS, Damages, noting_damage
from archiver.errors import ArchiveError, ArchiverError

ARCHIVE = "archiver.archive"
"""Under this name click's context keeps the path of the archive that a command was called for."""
_SHOW = "ARCHIVE_TRACEBACK"


@contextmanager
def telling_damage(find_archive: Callable[[], Path | None]) -> Iterator[None]:
    """Turn what an archive's content can cause into one line: ArchiveError.

    Damage that was passed over ends the command with it, too. ``find_archive`` is asked when there is something to
    tell; None where the command reads no archive, and its errors are defects that show where they arose.
    """
    with noting_damage() as damages:
        try:
            yield
        except ArchiverError as error:
            if damages.count and (path := find_archive()):
                raise ArchiveError(f"{_tell(path, damages)} ({error})") from error
            raise
        except CONTENT_ERRORS as error:
            path = find_archive()
            if path is None or os.environ.get(_SHOW):
                raise
            raise ArchiveError(_explain(path, error)) from error
    if damages.count and (path := find_archive()):
        raise ArchiveError(_tell(path, damages))


def _tell(path: Path, damages: Damages) -> str:
    return f"{path}: {damages.tell()}"


def _explain(path: Path, error: Exception) -> str:
    """Say what ended a command: damage where a second look finds some, and what else it met where it does not."""
    from archiver.archive.store.connection import explain_error
    from archiver.archive.store.file import open_for_reading
    from archiver.archive.upkeep.soundness import find_fault

    if isinstance(error, FILE_ERRORS):
        return explain_error(path, error)
    try:
        with closing(open_for_reading(path)) as database:
            fault = find_fault(database.conn)
    except ArchiverError as refusal:
        return str(refusal)
    except FILE_ERRORS as broken:
        return explain_error(path, broken)
    if fault:
        return f"{path}: damaged: {fault}; archiver verify names what is damaged, a backup has it whole"
    place = traceback.extract_tb(error.__traceback__)[-1]
    said = " ".join(f"{type(error).__name__}: {error}".split())[:200]
    return (
        f"{path}: something cannot be read ({said}, {Path(place.filename).name}:{place.lineno}); archiver verify "
        f"says whether the archive is damaged; where it is not, this is a defect, and {_SHOW}=1 shows where"
    )
