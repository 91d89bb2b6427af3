"""``archiver hub``: the database by which several machines work on one archive."""

from contextlib import closing

import click

from archiver.cli.fleet.address import with_hub
from archiver.cli.fleet.hub_status import status_command
from archiver.text.display import escape_controls

_SECONDS = click.FloatRange(min=0, min_open=True)


@click.group("hub")
def hub_command() -> None:
    """Make the hub, bring it up to date, look at it.

    A hub is a database of PostgreSQL 15 or newer: it holds the jobs of the workers, and the log of what they crawled.
    """


@hub_command.command("init")
@click.option("--heartbeat", type=_SECONDS, help="Seconds between two signs of life of a worker [default: 10].")
@click.option(
    "--stalled-after", type=_SECONDS, help="Seconds without one after which its job is given away [default: 60]."
)
@click.option("--schedule-every", type=_SECONDS, help="Seconds between two looks at what is due [default: 60].")
@click.option("--push-every", type=_SECONDS, help="Seconds after which a worker logs what it has [default: 5].")
@with_hub
def init_command(hub: str, **chosen: float | None) -> None:
    """Make the tables, roles and functions of a hub in a database that is there; as its owner.

    Where the hub is there already, only what is named is set. Workers log in by roles of yours that are members of
    archive_worker, those who follow by members of archive_reader.

    \b
    createdb archive_hub
    archiver hub init --hub postgresql:///archive_hub
    psql archive_hub -c "CREATE ROLE may1 LOGIN PASSWORD '…' IN ROLE archive_worker"
    """  # noqa: D301 - click keeps the lines behind this sign
    from archiver.fleet.hub.connection import HubConnection
    from archiver.fleet.hub.schema import init_hub

    wishes = {name: value for name, value in chosen.items() if value is not None}
    with closing(HubConnection(hub)) as connection:
        is_new = init_hub(connection, wishes)
        shown = escape_controls(connection.address.shown)
    ready = "is ready; grant archive_worker and archive_reader to the roles that log in"
    click.echo(f"The hub {shown} {ready if is_new else 'was there already; its settings are written'}.", err=True)


@hub_command.command("migrate")
@with_hub
def migrate_command(hub: str) -> None:
    """Bring the tables of an older hub up to this program; as its owner. Nothing that was logged changes.

    Do it before the first worker of a newer version starts: older ones refuse a newer hub. A hub that was brought back
    from a dump into another server is numbered anew, and everybody reads it from the begin.
    """
    from archiver.fleet.hub.connection import HubConnection
    from archiver.fleet.hub.schema import migrate_hub

    with closing(HubConnection(hub)) as connection:
        done = migrate_hub(connection)
        shown = escape_controls(connection.address.shown)
    for line in done:
        click.echo(line)
    click.echo(f"The hub {shown} {'is up to date now' if done else 'was up to date'}.", err=True)


hub_command.add_command(status_command)
