"""``archiver schema``: the views for people's SQL, and the tables below them."""

import click

from archiver.archive.queries.views import VIEWS
from archiver.archive.store.schema import list_tables
from archiver.archive.store.sql_files import Definition
from archiver.cli.printing.options import with_output
from archiver.cli.printing.output import Output


@click.command("schema")
@click.option("--tables", is_flag=True, help="The tables instead of the views; they may be others in any version.")
@with_output
def schema_command(output: Output, tables: bool) -> None:
    """Print the views of the archive with the meaning of each column."""
    shown, kind = (list_tables(), "table") if tables else (VIEWS, "view")
    if output.form == "table":
        with output.open() as stream:
            stream.write("\n".join(map(_describe, shown)))
        return
    rows = [
        {kind: made.name, "column": column, "meaning": meaning}
        for made in shown
        for column, meaning in made.columns.items()
    ]
    output.write(rows, (kind, "column", "meaning"))


def _describe(made: Definition) -> str:
    width = max(len(column) for column in made.columns)
    lines = [f"{made.name}: {made.about}", *(f"  {name:<{width}}  {text}" for name, text in made.columns.items())]
    return "\n".join(lines) + "\n"
