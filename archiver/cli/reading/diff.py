"""``archiver diff``: what changed between two snapshots of an article."""

from pathlib import Path

import click

from archiver.archive.queries.queries import list_snapshots, zones_of_sites
from archiver.archive.queries.rows import SnapshotRow
from archiver.archive.store.file import open_for_reading
from archiver.cli.printing.options import with_archive
from archiver.cli.printing.output import Output, colours_allowed, show_time
from archiver.cli.reading.articles import find_one
from archiver.cli.reading.differences import write_comparison
from archiver.compare.edits import State
from archiver.compare.states import as_json, compare_states
from archiver.errors import UsageError
from archiver.text.display import dump_json, escape_controls


@click.command("diff")
@click.argument("article", metavar="ID|URL")
@click.argument("snapshots", metavar="[A] [B]", nargs=-1, type=click.IntRange(min=1))
@click.option("--json", "machine", is_flag=True, help="Print a JSON array of edits.")
@click.option("--exit-code", is_flag=True, help="Leave with status 1 if there are differences.")
@click.option("-o", "--out", type=click.Path(dir_okay=False, path_type=Path), help="Write to a file instead of stdout.")
@with_archive
def diff_command(
    db: Path, article: str, snapshots: tuple[int, ...], machine: bool, exit_code: bool, out: Path | None
) -> int:
    """Compare two snapshots of one article: the last two, A with the last, or A with B.

    archiver history ID lists them with their numbers.
    """
    database = open_for_reading(db)
    found = find_one(database, article)
    rows = {row["snapshot"]: row for row in list_snapshots(database.conn, found["site"], found["article_id"])}
    before, after = _choose(rows, snapshots)
    comparison = compare_states(State.of_row(before), State.of_row(after))
    with Output(path=out).open() as stream:
        if machine:
            stream.write(dump_json(as_json(comparison), indent=1) + "\n")
        else:
            zone = zones_of_sites(database.conn)[found["site"]]
            stream.write(f"{escape_controls(after['title'])}\n")
            for sign, row in (("---", before), ("+++", after)):
                span = f"{show_time(row['seen_from'], zone)} to {show_time(row['seen_until'], zone)}"
                stream.write(f"{sign} snapshot {row['snapshot']}, seen {span}\n")
            write_comparison(comparison, stream, colour=colours_allowed(stream))
    return int(exit_code and bool(comparison.edits))


def _choose(rows: dict[int, SnapshotRow], numbers: tuple[int, ...]) -> tuple[SnapshotRow, SnapshotRow]:
    last = max(rows)
    if len(numbers) > 2:
        raise UsageError("compare two snapshots, not more")
    first, second = (*numbers, last)[:2] if numbers else (max(last - 1, 1), last)
    for number in (first, second):
        if number not in rows:
            raise UsageError(f"there is no snapshot {number}; the article has {last}")
    return rows[first], rows[second]
