"""``archiver schema``: the views for people's SQL."""

import click

from archiver.archive.queries.views import VIEWS
from archiver.archive.store.sql_files import Definition
from archiver.cli.printing.options import with_output
from archiver.cli.printing.output import Output


@click.command("schema")
@with_output
def schema_command(output: Output) -> None:
    """Print the views of the archive with the meaning of each column."""
    if output.form == "table":
        with output.open() as stream:
            stream.write("\n".join(_describe(view) for view in VIEWS))
        return
    rows = [
        {"view": view.name, "column": column, "meaning": meaning}
        for view in VIEWS
        for column, meaning in view.columns.items()
    ]
    output.write(rows, ("view", "column", "meaning"))


def _describe(view: Definition) -> str:
    width = max(len(column) for column in view.columns)
    lines = [f"{view.name}: {view.about}", *(f"  {name:<{width}}  {text}" for name, text in view.columns.items())]
    return "\n".join(lines) + "\n"
