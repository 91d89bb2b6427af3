"""``archiver sites``: what is declared under spiders/, and what the archive holds of it."""

from pathlib import Path
from typing import Any

import click

from archiver.archive.file import open_for_reading
from archiver.archive.queries import summarise_sites
from archiver.cli.options import with_archive, with_output
from archiver.cli.output import Output, show_time
from archiver.crawl.execution import load_spiders
from archiver.crawl.project_settings import project_settings

COLUMNS = ("site", "title", "platform", "listings", "articles", "last_run", "outcome")


@click.command("sites")
@with_output
@with_archive
def sites_command(db: Path, output: Output) -> None:
    """List the declared sites with their articles and last run."""
    known = _read_archive(db)
    nothing: dict[str, Any] = {"articles": 0, "last_run": None, "outcome": None}
    rows = []
    for name, spider in load_spiders(project_settings()).items():
        site = spider.declare_site()
        declared = {"site": name, "title": site.title, "platform": site.platform, "listings": len(site.listings)}
        row = nothing | known.get(name, {}) | declared
        shown = {"last_run": show_time(row["last_run"], site.zone)} if output.form == "table" else {}
        rows.append(row | shown)
    output.write(rows, COLUMNS)


def _read_archive(db: Path) -> dict[str, dict[str, Any]]:
    """Summarise the archive; nothing where none was made yet."""
    return summarise_sites(open_for_reading(db).conn) if db.exists() else {}
