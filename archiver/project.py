"""Where the project is, if there is one, and where its archive is."""

import os
from pathlib import Path

MARK = "scrapy.cfg"
SITES = "spiders"
SETTINGS = "archiver.settings"
_CHECKOUT = Path(__file__).resolve().parents[1]


def find_project() -> Path | None:
    """Return the folder of ``scrapy.cfg``: the nearest from the current folder upwards, else the checkout of this code.

    None where there is neither: the program was installed, and is called outside of every project.
    """
    here = Path.cwd()
    return next((folder for folder in (here, *here.parents, _CHECKOUT) if (folder / MARK).is_file()), None)


def find_folder() -> Path:
    """Return the project's folder, or the current one where there is no project."""
    return find_project() or Path.cwd()


def find_sites() -> Path | None:
    """Return the folder of the project's site files; None where there is none."""
    folder = find_folder() / SITES
    return folder if find_project() and folder.is_dir() else None


def usual_archive() -> Path:
    """Return the archive's file where none is named: ``data/archive.db`` of the project, ``archive.db`` without one."""
    project = find_project()
    return project / "data" / "archive.db" if project else Path.cwd() / "archive.db"


def archive_path() -> Path:
    """Return the archive's file: ``ARCHIVE_DB`` of the environment, else the usual one."""
    named = os.environ.get("ARCHIVE_DB")
    return Path(named) if named else usual_archive()
