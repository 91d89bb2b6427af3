"""``archiver init``: a project of one's own."""

from pathlib import Path

import click

from archiver.errors import ArchiverError, UsageError
from archiver.project import MARK, SETTINGS, SITES
from archiver.text.display import escape_controls

# What a project is made of. scrapy.cfg comes last: with it the folder is a project.
FILES = {
    f"{SITES}/__init__.py": '"""One file a site; archiver sites new URL writes one."""\n',
    "data/.gitkeep": "",
    ".gitignore": "__pycache__/\ndata/*\n!data/.gitkeep\n",
    MARK: f"[settings]\ndefault = {SETTINGS}\n",
}


@click.command("init")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def init_command(folder: Path) -> None:
    """Make FOLDER a project of your own: scrapy.cfg, spiders/ for your sites, data/ for the archive, .gitignore.

    A folder that has one of these is left as it is. Exit status: 0 made, 1 not writable, 2 wrong usage.
    """
    parts = sorted({Path(file).parts[0] for file in FILES})
    taken = [part for part in parts if (folder / part).exists()]
    if taken:
        raise UsageError(f"{folder}: {', '.join(taken)} is there already; name another folder")
    try:
        for file, text in FILES.items():
            path = folder / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ArchiverError(f"{error.filename}: cannot be written: {error.strerror}") from error
    click.echo(_say_next(escape_controls(str(folder)), folder), err=True)


def _say_next(shown: str, folder: Path) -> str:
    enter = "" if folder.resolve() == Path.cwd() else f"       cd {shown}\n"
    return (
        f"Made the project {shown}: your sites are files in spiders/, the archive will be data/archive.db.\n"
        f"Next:\n{enter}"
        "       archiver sites new https://HOST/NEWS    declare a site from the address of its news\n"
        "       archiver crawl NAME                     crawl it\n"
        "       archiver serve                          read the archive in a browser"
    )
