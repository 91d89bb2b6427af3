"""``archiver follow``: what workers logged, merged into the archive."""

import time
from pathlib import Path

import click

from archiver.cli.fleet.address import with_hub
from archiver.cli.printing.options import with_archive
from archiver.text.display import make_showable

FINDINGS = 3


@click.command("follow")
@click.option("--site", "sites", metavar="SITE", multiple=True, help="Only this site; may be given again.")
@click.option("--once", is_flag=True, help="End when all that is logged by now is merged.")
@with_hub
@with_archive
def follow_command(db: Path, hub: str, sites: tuple[str, ...], once: bool) -> int:
    """Merge what workers log at the hub into the archive, while archiver serve and others read it.

    It goes on until it is interrupted, and waits while the hub is away. A bundle that cannot be merged is put beside
    the archive (archive.quarantine), and the others go on; it is tried again at the next start.

    Exit status: 0 done, 1 the hub cannot be used or a newer program made a bundle, 3 done with bundles in quarantine or
    files missing, 75 another follower has the archive, 130 interrupted.
    """
    from archiver.fleet.following import Follower, describe_followed
    from archiver.fleet.hub.client import Hub

    with Hub(hub) as connection:
        follower = Follower(db, connection, sites or None, _tell)
        follower.follow(time.sleep, once=once)
        click.echo(make_showable(describe_followed(follower.done, connection.shown, db)), err=True)
    return FINDINGS if follower.done.quarantined or follower.done.missing else 0


def _tell(line: str) -> None:
    click.echo(f"archiver: {make_showable(line)}", err=True)
