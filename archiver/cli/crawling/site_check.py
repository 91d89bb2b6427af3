"""``archiver sites check``: a site's saved pages and expectations, and with ``--live`` the site as it is now."""

from collections.abc import Sequence

import click

from archiver.cli.printing.options import with_output
from archiver.cli.printing.output import Output
from archiver.clock import now
from archiver.crawl.running.execution import find_spider
from archiver.crawl.running.project_settings import project_settings
from archiver.crawl.survey import survey
from archiver.errors import ArchiverError, UsageError
from archiver.model import Capture, Problem
from archiver.onboarding.review import Check, Present, check_present, check_samples, revisit
from archiver.onboarding.samples import load_samples
from archiver.project import find_folder
from archiver.site import Site

COLUMNS = ("page", "field", "outcome", "expected", "read")
LONGEST_VALUE = 70
FINDINGS = 3


@click.command("check")
@click.argument("name")
@click.option("--live", is_flag=True, help="Also look at the site as it is now: its listings and a few articles.")
@click.option("-s", "settings", multiple=True, metavar="NAME=VALUE", help="A Scrapy setting, as for a crawl.")
@with_output
def check_command(name: str, live: bool, settings: tuple[str, ...], output: Output) -> int:
    """Check that a site is read as it should be.

    Its saved pages (tests/pages/NAME) are read again and compared with what is expected of them. Exit status: 0 fine,
    1 not reachable, 2 unknown site, 3 with findings.
    """
    from archiver.cli.crawling.crawl import read_pairs

    chosen = project_settings(**({"LOG_LEVEL": "CRITICAL", "RETRY_TIMES": 1} | read_pairs("-s", settings)))
    site = find_spider(chosen, name).declare_site()
    samples = list(load_samples(find_folder(), site.name))
    checks = list(check_samples(site, samples))
    if live:
        if not site.listings:
            raise UsageError(f"site {site.name} declares no address, so it cannot be looked at")
        present = survey(chosen, site.listings, revisit(site, site.listings, samples))
        _refuse_silence(site, present)
        checks += check_present(site, present, samples, now())
    if not samples:
        click.echo(
            f"{name}: no saved page in tests/pages/{name}{'' if live else '; look at the site with --live'}", err=True
        )
    output.write([_row(check, output) for check in checks], COLUMNS)
    return FINDINGS if any(check.outcome == "finding" for check in checks) else 0


def _refuse_silence(site: Site, present: Present) -> None:
    """ArchiverError where none of the listings answered."""
    outcomes: Sequence[Capture | Problem] = [answer.outcome for answer in present.listings]
    problems = [outcome for outcome in outcomes if isinstance(outcome, Problem)]
    if len(problems) == len(outcomes):
        raise ArchiverError(f"{site.name}: {present.listings[0].url}: {problems[0].detail}")


def _row(check: Check, output: Output) -> dict[str, str | None]:
    values = {column: getattr(check, column) for column in COLUMNS}
    return {column: _shorten(value) for column, value in values.items()} if output.form == "table" else values


def _shorten(value: str | None) -> str | None:
    text = " ".join((value or "").split())
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 1].rstrip()}…"
