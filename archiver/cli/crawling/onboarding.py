"""``archiver sites new``: from an address to a site file that works, with a saved page as its test."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from archiver.cli.printing.output import Output
from archiver.clock import now
from archiver.crawl.running.execution import load_spiders
from archiver.crawl.running.project_settings import project_settings
from archiver.crawl.site_loader import AnySite
from archiver.crawl.survey import survey
from archiver.errors import ArchiverError, SiteError, UsageError
from archiver.formats.atomic_files import open_bytes
from archiver.onboarding.drafts import suggest_name, write_site_file
from archiver.onboarding.expectations import expect
from archiver.onboarding.inquiry import PageVisit, Survey, explore
from archiver.onboarding.movement import FIELDS, write_field
from archiver.onboarding.samples import FOLDER, write_sample
from archiver.platforms import platform_of
from archiver.project import find_sites
from archiver.site import Site
from archiver.text.display import escape_controls
from archiver.urls import host_of, join_url

COLUMNS = ("article", "field", "value", "found", "moved")
LONGEST_VALUE = 60
SAMPLE = "article"


@click.command("new", short_help="Declare a site from its address.")
@click.argument("url")
@click.option("--name", help="The name of the site [default: from its host].")
@click.option("--title", help="The title of the site [default: from its page].")
@click.option("--yes", is_flag=True, help="Ask nothing, take what is found.")
@click.option(
    "--pause", type=click.FloatRange(0, 60), default=3.0, show_default=True, help="Seconds between two looks."
)
@click.option("-s", "settings", multiple=True, metavar="NAME=VALUE", help="A Scrapy setting, as for a crawl.")
def new_command(
    url: str, name: str | None, title: str | None, yes: bool, pause: float, settings: tuple[str, ...]
) -> None:
    """Declare the site at URL: a listing of its news, or a page that leads to one.

    A listing and a few articles are requested twice, a few seconds apart: what moves is no content. The command shows
    what it read of them and writes spiders/NAME.py, with a saved page as its test. Exit status: 0 written, 1 not
    readable, 2 wrong usage, 130 interrupted.
    """
    from archiver.cli.crawling.crawl import read_pairs

    address = _read_address(url)
    changes = {"LOG_LEVEL": "CRITICAL", "RETRY_TIMES": 1, "ARCHIVE_BACKOFF": 1} | read_pairs("-s", settings)
    chosen = project_settings(**changes)
    project = _find_site_folder()
    spiders = load_spiders(chosen) | {AnySite.name: AnySite}
    sites = {known: spider.declare_site() for known, spider in spiders.items()}
    _refuse_taken(address, name, sites, project)
    found = survey(chosen, (address,), explore(address, pause))
    Output().write(_describe(found), COLUMNS)
    for remark in found.remarks:
        click.echo(escape_controls(remark), err=True)
    site = _name_site(found, name, title, sites, project, yes=yes)
    site = replace(site, expectations=expect(found, now()))
    _write(project, site, found)


def _read_address(url: str) -> str:
    """Return an absolute address; a bare host is taken for one of the web."""
    address = join_url(url if "://" in url else f"https://{url}", "")
    if address is None or not host_of(address):
        raise UsageError(f"{url!r} is no address; write it as https://example.vn/tin-tuc")
    return address


def _find_site_folder() -> Path:
    """Return the project that a new site is written into."""
    sites = find_sites()
    if sites is None:
        raise UsageError(
            "sites are files in spiders/ of a project, and here is none; make one with archiver init FOLDER"
        )
    return sites.parent


def _refuse_taken(url: str, name: str | None, sites: dict[str, Site], project: Path) -> None:
    """Refuse what another site has already, before anything is asked for."""
    host = host_of(url)
    for known, site in sites.items():
        if host in {host_of(listing) for listing in site.listings}:
            raise UsageError(f"{host} belongs to the site {known} already; see spiders/{known}.py")
    if name is not None:
        _check_name(name, sites, project)


def _check_name(name: str, sites: dict[str, Site], project: Path) -> None:
    Site(name, "a title", "generic")  # its own words for a name that is none
    if name in sites or (project / "spiders" / f"{name}.py").exists():
        raise SiteError(f"there is a site {name} already: spiders/{name}.py; choose another with --name")
    if (project / FOLDER / name).exists():
        raise SiteError(f"{FOLDER / name} is there already; choose another name with --name, or remove that folder")


def _describe(found: Survey) -> Iterator[dict[str, Any]]:
    """Show what is read of each field of the articles, how it was found and whether it moved."""
    for number, look in enumerate(found.looks, 1):
        for field in FIELDS:
            value = write_field(look.article, field)
            shown = "(none)" if value is None else _shorten(value)
            found_by = "" if value is None else _find_origin(look, field)
            row = {"field": field, "value": shown, "found": found_by, "moved": look.moved.get(field, "")}
            yield {"article": number if field == FIELDS[0] else ""} | row


def _find_origin(look: PageVisit, field: str) -> str:
    origin = next((origin for origin in look.article.origins if origin.field == field), None)
    if origin:
        return f"{origin.how} ({origin.confidence:.2f})"
    return "platform" if not look.article.origins else ""


def _shorten(value: str) -> str:
    text = " ".join(value.split())
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 1].rstrip()}… ({len(value)} letters)"


def _name_site(
    found: Survey, name: str | None, title: str | None, sites: dict[str, Site], project: Path, *, yes: bool
) -> Site:
    """Ask for what a person knows better: which listings, the name, the title."""
    listings = [url for url in found.site.listings if yes or len(found.site.listings) == 1 or _confirm(url)]
    if not listings:
        raise UsageError("no listing was chosen; nothing is written")
    suggested = _find_free(suggest_name(host_of(listings[0])), sites, project)
    chosen = name or (suggested if yes else _ask("Name of the site", suggested))
    _check_name(chosen, sites, project)
    titled = title or (found.site.title if yes else _ask("Its title", found.site.title))
    zone = found.site.timezone if yes or not found.remarks else _ask("Time zone of its dates", found.site.timezone)
    return replace(found.site, name=chosen, title=titled, timezone=zone, listings=tuple(listings))


def _confirm(url: str) -> bool:
    return click.confirm(f"Crawl the listing {escape_controls(url)}?", default=True, err=True)


def _ask(question: str, default: str) -> str:
    answer: str = click.prompt(question, default=default, err=True)
    return answer.strip()


def _find_free(name: str, sites: dict[str, Site], project: Path) -> str:
    """Return the name, with a number behind it where it is taken."""
    names = (name, *(f"{name[:37]}{number}" for number in range(2, 100)))
    folders = (project / "spiders", project / FOLDER)
    return next(
        free
        for free in names
        if free not in sites and not (folders[0] / f"{free}.py").exists() and not (folders[1] / free).exists()
    )


def _write(project: Path, site: Site, found: Survey) -> None:
    """Write the saved page first and the site last: a site that is there has its test."""
    look = max(found.looks, key=lambda look: sum(write_field(look.article, field) is not None for field in FIELDS))
    folder = project / FOLDER / site.name
    written = project / "spiders" / f"{site.name}.py"
    platform_of(site)
    try:
        folder.mkdir(parents=True)
        for name, content in write_sample(SAMPLE, look.captures[0], look.article).items():
            with open_bytes(folder / name) as stream:
                stream.write(content)
        with open_bytes(written) as stream:
            stream.write(write_site_file(site).encode())
    except OSError as error:
        raise ArchiverError(f"{error.filename}: cannot be written: {error.strerror}") from error
    finally:
        if not written.exists():
            shutil.rmtree(folder, ignore_errors=True)
    kind = "read by the generic reader" if site.platform == "generic" else f"platform {site.platform}"
    click.echo(f"Written: spiders/{site.name}.py ({kind}) and a saved page in {folder.relative_to(project)}.", err=True)
    click.echo(f"Next:  archiver sites check {site.name} --live", err=True)
    click.echo(f"       archiver crawl {site.name} -a max_pages=1", err=True)
