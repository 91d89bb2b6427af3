"""``archiver serve``: reading the archive in a browser."""

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from archiver.cli.crawling.demo import NAME as DEMO
from archiver.cli.printing.options import with_archive
from archiver.errors import UsageError
from archiver.project import usual_archive

MISSING = frozenset({"datasette", "jinja2", "uvicorn"})
HOST = "127.0.0.1"
PORT = 8001


@click.command("serve")
@click.option("--host", default=HOST, show_default=True, help="Whom to serve: 127.0.0.1 is this machine alone.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=PORT, show_default=True, help="0 takes any that is free."
)
@with_archive
def serve_command(db: Path, host: str, port: int) -> None:
    """Show the archive in a browser: what changed, every article with its history, searches.

    It changes nothing and requests nothing from other machines. Without an archive, but after archiver demo,
    the demo is shown. Ctrl-C ends it.
    """
    try:
        from archiver.web.serving import bind, is_loopback, make_reader, serve
    except ModuleNotFoundError as error:
        if error.name not in MISSING:
            raise
        raise UsageError("archiver serve needs Datasette: pip install 'committee-news-archiver[web]'") from error
    db = _choose(db)
    reader = make_reader(db, _list_declared(), loopback=is_loopback(host))
    if not is_loopback(host):
        click.echo(f"Everybody who can reach {host} can read the archive; nothing here asks for a password.", err=True)
    with bind(host, port) as taken:
        shown = f"[{host}]" if ":" in host else host
        click.echo(f"{db} is at http://{shown}:{taken.getsockname()[1]}/ (Ctrl-C ends it)", err=True)
        sys.stderr.flush()
        serve(reader, taken)


def _choose(db: Path) -> Path:
    """Take the demo's archive where there is no other yet and none was named."""
    demo = db.with_name(DEMO)
    if db.exists() or not demo.exists() or db != usual_archive():
        return db
    click.echo(f"{db} is not there yet; this is the demo.", err=True)
    return demo


def _list_declared() -> Sequence[str]:
    """Name the sites that are declared here, and so should be crawled."""
    from archiver.crawl.running.execution import load_spiders
    from archiver.crawl.running.project_settings import project_settings

    return list(load_spiders(project_settings()))
