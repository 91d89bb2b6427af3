"""``archiver export --cursor`` and ``--partition``: files of what is new, and a cursor that moves only behind them."""

import json
import os
import signal
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.dataset
import pytest
from click.testing import CliRunner
from pyarrow import parquet

from archiver.archive.queries.cursors import hold_cursor, load_cursor
from archiver.archive.store.file import open_for_reading
from archiver.cli import archiver
from archiver.errors import ArchiveError, ArchiverError, HeldError, UsageError
from archiver.exporting.partitions import MONTHS, write_months
from tests.portal import Portal, demo_portal
from tests.visiting import Visits

START = datetime.fromisoformat("2022-01-03T01:00:00+00:00")


class Watched:
    """A portal, and an archive of it that is visited every week."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.portal: Portal = demo_portal()
        self.visits = Visits(path)
        self.weeks = 0

    def visit(self) -> None:
        self.visits.run(self.portal, START + timedelta(days=7 * self.weeks))
        self.weeks += 1


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    watched = Watched(tmp_path / "archive.db")
    watched.visit()
    return watched


def call(path: Path, *arguments: str) -> None:
    done = CliRunner().invoke(archiver, ["--db", str(path), "export", *arguments], standalone_mode=False)
    if done.exception:
        raise done.exception
    assert done.output == ""


def take(watched: Watched, *arguments: str) -> list[dict[str, Any]]:
    """Export what is new as JSON lines."""
    out = watched.path.with_name("new.jsonl")
    call(watched.path, "jsonl", "--cursor", "lan", "-o", str(out), *arguments)
    return [json.loads(line) for line in out.read_text().splitlines()]


def rows_of(folder: Path) -> list[dict[str, Any]]:
    partitioning = pyarrow.dataset.partitioning(pa.schema([("month", pa.string())]), flavor="hive")
    rows: list[dict[str, Any]] = pyarrow.dataset.dataset(folder, partitioning=partitioning).to_table().to_pylist()
    return sorted(rows, key=str)


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.parquet")}


def test_each_export_has_what_is_new_since_the_last_of_its_name(watched: Watched) -> None:
    article = watched.portal.listed()[0]
    first = {what: take(watched, "--what", what) for what in ("articles", "history", "views", "events")}
    assert {what: take(watched, "--what", what) for what in first} == {what: [] for what in first}
    watched.portal.edit(article.id, title="Tiêu đề mới")
    watched.portal.freeze_counters()
    watched.visit()
    assert [row["title"] for row in take(watched, "--what", "history") if row["snapshot"] == 2] == ["Tiêu đề mới"]
    assert {row["observed_at"][:10] for row in take(watched, "--what", "views")} == {"2022-01-10"}
    assert [row["kind"] for row in take(watched, "--what", "events")] == ["edited", "title_changed"]
    out = watched.path.with_name("other.csv")
    call(watched.path, "csv", "--cursor", "mai", "--what", "events", "-o", str(out))
    assert len(out.read_text().splitlines()) == 1 + len(first["events"]) + 2


def test_an_export_that_fails_leaves_the_cursor_where_it_was(watched: Watched) -> None:
    with pytest.raises(ArchiverError, match="No space left"):
        call(watched.path, "jsonl", "--cursor", "lan", "-o", "/dev/full")
    with pytest.raises(ArchiverError, match="cannot be written"):
        call(watched.path, "parquet", "--cursor", "lan", "-o", str(watched.path / "below-a-file"))
    connection = open_for_reading(watched.path).conn
    assert load_cursor(connection, "lan", "export articles") is None
    assert len(take(watched)) == len(watched.visits.query("SELECT * FROM current_articles"))


def test_an_export_that_is_killed_leaves_the_cursor_where_it_was(watched: Watched, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    command = [sys.executable, "-m", "archiver", "--db", str(watched.path), "export", "jsonl", "--cursor", "lan"]
    process = subprocess.Popen([*command, "-o", str(pipe)])
    with pipe.open("rb") as stream:
        assert stream.read(10)
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert load_cursor(open_for_reading(watched.path).conn, "lan", "export articles") is None
    assert take(watched)


def test_damage_that_is_passed_over_does_not_pass_for_exported(watched: Watched) -> None:
    watched.visits.database.execute("PRAGMA ignore_check_constraints = ON")
    watched.visits.database.execute("UPDATE articles SET first_seen_at = 'x' WHERE id = 1")
    watched.visits.database.conn.commit()
    with pytest.raises(ArchiveError, match="damaged"):
        take(watched)
    assert load_cursor(open_for_reading(watched.path).conn, "lan", "export articles") is None


def test_one_command_at_a_time_reads_by_a_cursor(watched: Watched) -> None:
    with hold_cursor(watched.path, "lan"):
        with pytest.raises(HeldError, match="another command reads by the cursor 'lan' just now; wait for its end"):
            take(watched)
        call(watched.path, "csv", "--cursor", "mai", "-o", str(watched.path.with_name("mai.csv")))
    assert take(watched)


def test_where_there_is_no_archive_nothing_is_left(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="there is no archive"):
        call(tmp_path / "none.db", "jsonl", "--cursor", "lan", "-o", str(tmp_path / "x"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("jsonl", "--cursor", "lan"), "name one: -o FILE"),
        (("jsonl", "--cursor", "lan", "--limit", "3", "-o", "x"), "exclude each other"),
        (("jsonl", "--cursor", "a/b", "-o", "x"), "no name for a cursor"),
        (("jsonl", "--partition", "-o", "x"), "--partition is for parquet; jsonl has no use for it"),
        (("atom", "--cursor", "lan"), "--cursor is for csv, jsonl, parquet; atom has no use for it"),
        (("parquet", "--partition"), "name a file"),
    ],
)
def test_what_does_not_go_together(watched: Watched, arguments: tuple[str, ...], told: str) -> None:
    with pytest.raises(UsageError, match=told):
        call(watched.path, *arguments)


def test_a_cursor_is_of_one_filter(watched: Watched) -> None:
    take(watched, "--site", "dukdhcd")
    with pytest.raises(UsageError, match="begun with other filters; use the same ones, or give it another name"):
        take(watched)


@pytest.mark.parametrize("what", MONTHS)
def test_a_folder_of_months_has_the_rows_of_the_file(watched: Watched, tmp_path: Path, what: str) -> None:
    watched.visit()
    call(watched.path, "parquet", "--what", what, "-o", str(tmp_path / "rows.parquet"))
    call(watched.path, "parquet", "--what", what, "--partition", "-o", str(tmp_path / "rows"))
    rows = rows_of(tmp_path / "rows")
    months = [row.pop("month", None) for row in rows]
    assert rows == sorted(parquet.read_table(tmp_path / "rows.parquet").to_pylist(), key=str)
    assert set(files_of(tmp_path / "rows")) == {
        f"month={month or '__HIVE_DEFAULT_PARTITION__'}/part-0.parquet" for month in months
    }


def test_a_day_is_of_the_month_that_the_site_prints(watched: Watched, tmp_path: Path) -> None:
    call(watched.path, "parquet", "--partition", "-o", str(tmp_path / "rows"))
    rows = watched.visits.query("SELECT strftime('%Y-%m', published_at, '+7 hours') AS month FROM current_articles")
    months = {row["month"] or "__HIVE_DEFAULT_PARTITION__" for row in rows}
    assert {path.name.removeprefix("month=") for path in (tmp_path / "rows").glob("month=*")} == months


def test_a_folder_of_months_grows_and_no_file_in_it_is_written_again(watched: Watched, tmp_path: Path) -> None:
    folder = tmp_path / "views"
    grow = ("parquet", "--what", "views", "--partition", "--cursor", "lan", "-o", str(folder))
    call(watched.path, *grow)
    before = files_of(folder)
    assert list(before) == ["month=2022-01/part-lan-000001.parquet"]
    for _ in range(4):
        watched.visit()
    call(watched.path, *grow)
    after = files_of(folder)
    assert {name: after[name] for name in before} == before
    assert after.keys() - before.keys() == {"month=2022-01/part-lan-000002.parquet"}
    call(watched.path, *grow)
    assert files_of(folder) == after
    assert len(rows_of(folder)) == len(watched.visits.query("SELECT * FROM view_history"))


def test_files_of_a_try_that_did_not_come_to_its_end_are_not_there_twice(watched: Watched, tmp_path: Path) -> None:
    """A kill between the first file and the cursor leaves files; the next export makes them again."""
    folder = tmp_path / "views"
    grow = ("parquet", "--what", "views", "--partition", "--cursor", "lan", "-o", str(folder))
    call(watched.path, *grow)
    left = folder / "month=1999-01" / "part-lan-000002.parquet"
    left.parent.mkdir()
    left.write_bytes(b"of a process that was killed")
    watched.visit()
    call(watched.path, *grow)
    assert not left.exists()
    assert len(rows_of(folder)) == len(watched.visits.query("SELECT * FROM view_history"))


def test_a_folder_is_of_one_cursor_and_one_kind_of_rows(watched: Watched, tmp_path: Path) -> None:
    folder = str(tmp_path / "views")
    call(watched.path, "parquet", "--what", "views", "--partition", "--cursor", "lan", "-o", folder)
    for arguments in (("--what", "events", "--cursor", "lan"), ("--what", "views", "--cursor", "mai"), ()):
        with pytest.raises(UsageError, match="the folder is of another export; name a new or an empty folder"):
            call(watched.path, "parquet", "--partition", *arguments, "-o", folder)
    with pytest.raises(UsageError, match="there is something else already"):
        call(watched.path, "parquet", "--partition", "--cursor", "mai", "-o", str(tmp_path))


def test_many_months_fill_no_memory(tmp_path: Path) -> None:
    """Rows wait for others of their month until there are too many; then the fullest month is written."""
    rows = [{"site": "x", "at": f"{2000 + n % 20}-01-05T00:00:00+00:00", "kind": str(n)} for n in range(120_000)]
    columns = ("site", "at", "kind")
    write_months(tmp_path, "part-0.parquet", iter(rows), columns, "at", {"x": ZoneInfo("UTC")})
    assert sorted(int(row["kind"]) for row in rows_of(tmp_path)) == list(range(120_000))
    groups = [parquet.ParquetFile(path).num_row_groups for path in tmp_path.rglob("*.parquet")]
    assert len(groups) == 20
    assert max(groups) > 1
