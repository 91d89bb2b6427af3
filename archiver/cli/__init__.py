"""The ``archiver`` command: data on stdout, everything else on stderr."""

import os
import sys
from importlib import import_module
from typing import Any, NoReturn

import click
from click.shell_completion import CompletionItem

from archiver.cli.printing.telling import ARCHIVE, telling_damage
from archiver.errors import ArchiverError
from archiver.signals import obey_signals
from archiver.text.display import make_showable

# Command -> module, in the order of the help text. Loaded when called: --help must not wait for Scrapy.
COMMANDS = {
    "demo": "archiver.cli.crawling.demo",
    "init": "archiver.cli.crawling.init",
    "crawl": "archiver.cli.crawling.crawl",
    "backfill": "archiver.cli.crawling.backfill",
    "sites": "archiver.cli.crawling.sites",
    "list": "archiver.cli.reading.articles",
    "search": "archiver.cli.reading.search",
    "changes": "archiver.cli.reading.changes",
    "show": "archiver.cli.reading.articles",
    "history": "archiver.cli.reading.articles",
    "diff": "archiver.cli.reading.diff",
    "views": "archiver.cli.reading.articles",
    "runs": "archiver.cli.reading.runs",
    "check": "archiver.cli.upkeep.check",
    "alerts": "archiver.cli.crawling.alerts",
    "reparse": "archiver.cli.upkeep.rebuild",
    "verify": "archiver.cli.upkeep.rebuild",
    "merge": "archiver.cli.upkeep.rebuild",
    "import": "archiver.cli.upkeep.web_archives",
    "query": "archiver.cli.reading.query",
    "serve": "archiver.cli.reading.serve",
    "export": "archiver.cli.exporting.export",
    "schema": "archiver.cli.reading.schema",
    "cron": "archiver.cli.crawling.cron",
    "backup": "archiver.cli.upkeep.housekeeping",
    "restore": "archiver.cli.upkeep.restore",
    "vacuum": "archiver.cli.upkeep.housekeeping",
    "upgrade": "archiver.cli.upkeep.housekeeping",
    "hub": "archiver.cli.fleet.hub",
    "worker": "archiver.cli.fleet.worker",
    "follow": "archiver.cli.fleet.follow",
}
ABOUT = {
    "demo": "Crawl a small local portal twice and look at its history.",
    "init": "Make a folder a project of your own.",
    "crawl": "Crawl sites into the archive; what cron calls.",
    "backfill": "Take over what web archives kept before the first crawl.",
    "sites": "List the declared sites; declare a new one from its address; check one.",
    "list": "List articles, the newest first.",
    "search": "Find articles by their words, typed with or without marks.",
    "changes": "List what happened to articles: edits, removals, returns.",
    "show": "Show one article, as it was last seen or as it stood at a time.",
    "history": "List the snapshots of one article: when its text changed.",
    "diff": "Compare two snapshots of one article.",
    "views": "List the view counts of one article.",
    "runs": "List the runs and what they found.",
    "check": "Say what is wrong: findings, and sites that no longer run.",
    "alerts": "Say who is told of which changes, by mail, chat or a hook.",
    "reparse": "Read all stored pages again with today's parsers.",
    "verify": "Prove that the archive holds what was received.",
    "merge": "Join archives made on different machines.",
    "import": "Take captures over from WARC, ARC and WACZ files.",
    "query": "Ask with your own SQL; nothing can be changed.",
    "serve": "Show the archive in a browser.",
    "export": "Write CSV, JSON lines, Parquet, Atom, WARC, a copy to browse, or the case of one article.",
    "schema": "Print the views for your own SQL, column by column; all kinds of findings.",
    "cron": "Print lines for a crontab and units for systemd.",
    "backup": "Copy the archive, also while a crawl writes.",
    "restore": "Replace the archive by a copy; the old one is kept beside it.",
    "vacuum": "Make the archive's file as small as it can be.",
    "upgrade": "Bring an older archive up to date; it is copied first.",
    "hub": "Make the database by which several machines work on one archive.",
    "worker": "Crawl what is due for a hub, together with other machines.",
    "follow": "Merge what workers on other machines crawl, as they do.",
}
# How the help text shows them: every command stands under one heading.
GROUPS = {
    "Begin": "demo init sites crawl backfill",
    "Read": "changes list search show history diff views",
    "Ask and publish": "serve query schema export",
    "Watch": "alerts runs check cron",
    "Keep": "backup restore verify merge import reparse vacuum upgrade",
    "Several machines": "hub worker follow",
}
EXAMPLES = """\
  archiver demo                                      see all of it in ten seconds
  archiver crawl sotttt -a max_pages=1               a first small crawl
  archiver changes --since 2022-05-01                what was edited, removed, restored
  archiver search dang uy khoi                       what is written, typed without marks
  archiver diff 4418664                              what changed, word by word
  archiver show 4418664 --at 2022-05-01              how it stood that day
  archiver list --state gone --json                  for programs: --json, --nl, --csv, --tsv
  archiver export csv --bom -o articles.csv          for a spreadsheet
  eval "$(_ARCHIVER_COMPLETE=bash_source archiver)"  TAB completes; also zsh_source, fish_source
"""


class LazyGroup(click.Group):
    """A group that imports a command only when it is called."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; that the reader of a pipe had enough (archiver list | head) is no error."""
        try:
            with telling_damage(lambda: ctx.meta.get(ARCHIVE)):
                status = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 0
        return status

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(COMMANDS[cmd_name]), f"{cmd_name}_command")
        return command

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete the name of a command without importing any."""
        names = [CompletionItem(name, help=ABOUT[name]) for name in COMMANDS if name.startswith(incomplete)]
        return [*names, *click.Command.shell_complete(self, ctx, incomplete)]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands under their headings, without importing them, and some examples."""
        widest = max(map(len, ABOUT))
        for heading, names in GROUPS.items():
            with formatter.section(heading):
                formatter.write_dl([(name.ljust(widest), ABOUT[name]) for name in names.split()])
        formatter.write(f"\nExamples:\n{EXAMPLES}")


_VERSION = "Show the version and exit."


def _show_version(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        from archiver import __version__

        click.echo(f"archiver {__version__}")
        ctx.exit()


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="archiver COMMAND --help tells more. Exit status: 0 done, 1 failed, 2 wrong usage, 3 done with findings, "
    "75 another run holds the lock, 130 interrupted.",
)
@click.option("--version", is_flag=True, expose_value=False, is_eager=True, callback=_show_version, help=_VERSION)
@click.option(
    "--db", metavar="PATH", help="The archive [default: ARCHIVE_DB, data/archive.db of the project, archive.db here]."
)
@click.pass_context
def archiver(ctx: click.Context, db: str | None) -> None:
    """Keep what committees publish: every article, every change, every view count."""
    ctx.obj = db


def main() -> NoReturn:
    """Run the command and leave with its exit status; a user's mistake is one line on stderr."""
    obey_signals()
    try:
        status = archiver.main(prog_name="archiver", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        sys.exit(130)
    except ArchiverError as error:
        click.echo(f"archiver: {make_showable(str(error))}", err=True)
        sys.exit(error.exit_status)
    sys.exit(status if isinstance(status, int) else 0)
