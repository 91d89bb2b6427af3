"""``archiver sites``: what is declared under spiders/, and what the archive holds of it; and how sites get there."""

from pathlib import Path

import click

from archiver.archive.queries.queries import summarise_sites
from archiver.archive.queries.rows import SiteRow
from archiver.archive.store.file import open_for_reading
from archiver.cli.crawling.onboarding import new_command
from archiver.cli.crawling.site_check import check_command
from archiver.cli.printing.options import with_archive, with_output
from archiver.cli.printing.output import Output, choose_zones, show_time
from archiver.crawl.running.execution import NONE_DECLARED, load_spiders
from archiver.crawl.running.project_settings import project_settings

COLUMNS = ("site", "title", "platform", "listings", "articles", "last_run", "outcome")


@click.group("sites", invoke_without_command=True)
@with_output
@with_archive
@click.pass_context
def sites_command(ctx: click.Context, db: Path, output: Output) -> None:
    """List the declared sites with their articles and last run; declare a new one, or check one."""
    if ctx.invoked_subcommand is None:
        _list_sites(db, output)


sites_command.add_command(new_command)
sites_command.add_command(check_command)


def _list_sites(db: Path, output: Output) -> None:
    known = _read_archive(db)
    rows = []
    spiders = load_spiders(project_settings())
    sites = {name: spider.declare_site() for name, spider in spiders.items()}
    zones = choose_zones({name: site.zone for name, site in sites.items()}, None)
    for name, site in sites.items():
        declared = {"site": name, "title": site.title, "platform": site.platform, "listings": len(site.listings)}
        row = known.get(name) or SiteRow(name=name, articles=0, last_run=None, outcome=None)
        shown = {"last_run": show_time(row["last_run"], zones[name])} if output.form == "table" else {}
        rows.append({**row, **declared, **shown})
    output.write(rows, COLUMNS)
    if not rows:
        click.echo(NONE_DECLARED, err=True)


def _read_archive(db: Path) -> dict[str, SiteRow]:
    """Summarise the archive; nothing where none was made yet."""
    return summarise_sites(open_for_reading(db).conn) if db.exists() else {}
