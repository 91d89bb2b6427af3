"""``archiver schema``: the views for people's SQL, the tables below them, the catalogue of findings; for Datasette."""

import json
from itertools import groupby
from pathlib import Path

import click

from archiver.archive.queries.views import VIEWS
from archiver.archive.store.schema import list_tables
from archiver.archive.store.sql_files import Definition
from archiver.cli.printing.options import with_archive, with_output
from archiver.cli.printing.output import Output
from archiver.errors import UsageError
from archiver.findings import Explanation, list_explanations

WHAT = ("views", "tables", "findings")
KINDS = ("topic", "kind", "meaning", "advice")
MORE = "archiver schema findings prints what each kind of finding means and what to do about it.\n"
_PAGE = """# Findings

A finding is what a run, or a check after it, has to say: that a page could not be read, that a listing shrank, that a
clock is wrong. `archiver check` prints the findings of the last runs, `archiver runs N` those of one run; the page of a
run in the browser shows them too. The view `run_findings` has them all. Each has a kind; here is what the kinds mean,
and what to do. An archive may hold kinds of earlier versions that are not in this list.

This page is made by `archiver schema findings --markdown`; do not edit it.
"""


@click.command("schema")
@click.argument("what", type=click.Choice(WHAT), default=WHAT[0], metavar=f"[{'|'.join(WHAT)}]")
@click.option("--markdown", is_flag=True, help="Of findings: a page for the docs.")
@click.option("--datasette", is_flag=True, help="Of views: metadata for Datasette, as JSON.")
@with_output
@with_archive
def schema_command(db: Path, what: str, markdown: bool, datasette: bool, output: Output) -> None:
    """Print the views of the archive with the meaning of each column; or all kinds of findings, with what to do.

    tables are what the views are made of; they may be others in any version.

    With the metadata Datasette shows an archive as archiver serve does under Tables and SQL: the public views with what
    their columns mean, fifteen queries, the tables below them hidden.

    \b
    archiver schema --datasette -o metadata.json
    datasette data/archive.db -m metadata.json --immutable data/archive.db
    """  # noqa: D301 - click keeps the lines behind this sign
    if markdown and (what != "findings" or output.form != "table"):
        raise UsageError("--markdown is for archiver schema findings, and stands alone")
    if datasette and (what != "views" or output.form != "table"):
        raise UsageError("--datasette is for archiver schema views, and stands alone")
    if datasette:
        with output.open() as stream:
            stream.write(_write_metadata(db))
    elif output.form == "table":
        with output.open() as stream:
            stream.write(_write_page() if markdown else DESCRIBING[what]())
    elif what == "findings":
        output.write([{name: getattr(said, name) for name in KINDS} for said in list_explanations()], KINDS)
    else:
        _write_columns(output, what)


def _write_columns(output: Output, what: str) -> None:
    made, kind = (list_tables(), "table") if what == "tables" else (VIEWS, "view")
    rows = [
        {kind: one.name, "column": column, "meaning": meaning}
        for one in made
        for column, meaning in one.columns.items()
    ]
    output.write(rows, (kind, "column", "meaning"))


def _describe_views() -> str:
    return "\n".join([*map(_describe, VIEWS), MORE])


def _describe_tables() -> str:
    return "\n".join(map(_describe, list_tables()))


def _describe(view: Definition) -> str:
    width = max(len(column) for column in view.columns)
    lines = [f"{view.name}: {view.about}", *(f"  {name:<{width}}  {text}" for name, text in view.columns.items())]
    return "\n".join(lines) + "\n"


def _by_topic() -> list[tuple[str, list[Explanation]]]:
    return [(topic, list(group)) for topic, group in groupby(list_explanations(), lambda said: said.topic)]


def _describe_kinds() -> str:
    return "\n".join(f"{topic}\n{''.join(map(_describe_kind, kinds))}" for topic, kinds in _by_topic())


DESCRIBING = {"views": _describe_views, "tables": _describe_tables, "findings": _describe_kinds}


def _describe_kind(said: Explanation) -> str:
    return f"  {said.kind}\n      {said.meaning}\n      {said.advice}\n"


def _write_metadata(db: Path) -> str:
    from archiver.web.metadata import describe_archive

    return json.dumps(describe_archive(db.stem), ensure_ascii=False, indent=2) + "\n"


def _write_page() -> str:
    head = "\n| kind | what it means | what to do |\n|---|---|---|\n"
    tables = (f"\n## {topic}\n{head}{''.join(map(_write_row, kinds))}" for topic, kinds in _by_topic())
    return f"{_PAGE}{''.join(tables)}"


def _write_row(said: Explanation) -> str:
    return f"| `{said.kind}` | {said.meaning} | {said.advice} |\n"
