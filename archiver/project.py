"""Where the project is, and where its archive is."""

import os
from pathlib import Path


def find_project() -> Path:
    """Return the folder of ``scrapy.cfg``: the nearest above the current folder, else the one this code is in."""
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / "scrapy.cfg").is_file() and (folder / "archiver").is_dir():
            return folder
    return Path(__file__).resolve().parents[1]


def archive_path() -> Path:
    """Return the archive's file: ``ARCHIVE_DB`` of the environment, else ``data/archive.db`` of the project."""
    named = os.environ.get("ARCHIVE_DB")
    return Path(named) if named else find_project() / "data" / "archive.db"
