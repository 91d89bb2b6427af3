"""Archives that are damaged in every way, and every command that reads one: what no traceback may come of."""

import asyncio
import contextlib
import io
import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import click
from httpx import Response

from archiver.archive.evidence.downloads import Outcome, list_addresses_of, record_download
from archiver.archive.evidence.files import folder_of_files, keep_file
from archiver.archive.runs.run_log import close_run, open_run
from archiver.archive.store.file import close_archive, create_or_open
from archiver.cli import archiver
from archiver.demo_portal.files import pdf
from archiver.errors import ArchiverError
from archiver.formats.file_types import FileType
from archiver.web.serving import make_reader
from tests.reading import FIRST, SITE, make_archive
from tests.visiting import SITE as DECLARED

STATUSES = (0, 1, 2, 3)
"""Of a reading command; 2 where what is asked for stands in a row that is not there any more."""


@dataclass(frozen=True)
class Called:
    """How a command ended: its status, the line it told, an error that nothing turned into a line, what it wrote."""

    status: int
    line: str
    defect: BaseException | None = None
    out: str = field(default="", compare=False)


@dataclass(frozen=True)
class Whole:
    """An archive with history, documents and findings, byte for byte, and the ids of some of its articles."""

    path: Path
    content: bytes
    ids: dict[str, str]

    def damage(self, content: bytes) -> None:
        """Put other bytes in its place."""
        for side in ("", "-wal", "-shm"):  # another file: commands leave connections to the collector of garbage
            self.path.with_name(f"{self.path.name}{side}").unlink(missing_ok=True)
        self.path.write_bytes(content)

    def change(self, *statements: str) -> None:
        """Put it in place as it was, and change it by hand, past the checks of values."""
        self.damage(self.content)
        self._execute("PRAGMA journal_mode = DELETE", *statements)

    def set_column(self, table: str, column: str, value: str) -> None:
        """Put an expression into a column of all rows, past every check: of types, and of NULL too."""
        self.change()
        with closing(sqlite3.connect(self.path)) as connection:
            kept = connection.execute("SELECT sql FROM sqlite_master WHERE name = ?", (table,)).fetchone()[0]
        loose = re.sub(r" STRICT(, )?|(?<!IS )NOT NULL", " ", kept)
        self._set_schema(table, loose)
        self._execute(f"UPDATE OR IGNORE {table} SET {column} = {value}")
        self._set_schema(table, kept)

    def _set_schema(self, table: str, sql: str) -> None:
        quoted = sql.replace("'", "''")
        self._execute(f"UPDATE sqlite_master SET sql = '{quoted}' WHERE name = '{table}'")

    def _execute(self, *statements: str) -> None:
        with closing(sqlite3.connect(self.path, isolation_level=None)) as connection:
            connection.execute("PRAGMA ignore_check_constraints = ON")
            connection.execute("PRAGMA writable_schema = ON")
            for statement in statements:
                connection.execute(statement)


def make_whole(folder: Path) -> Whole:
    """Make the archive: two runs a month apart, and a third that fetched a document and an image."""
    path = folder / "archive.db"
    ids = make_archive(path)
    database = create_or_open(path)
    at = FIRST + timedelta(days=31)
    with database.atomic():
        run = open_run(database.conn, DECLARED, {}, at)
        keys = [row[0] for row in database.execute("SELECT native_key FROM articles")]
        urls = [url for key in keys for url in list_addresses_of(database.conn, SITE, key, ("attachments", "images"))]
        for number, url in enumerate(urls):
            file = keep_file(folder_of_files(path), pdf(f"văn bản {number % 3}"), FileType("application/pdf", "pdf"))
            outcome = Outcome(200, file) if number % 3 else Outcome(404, problem="http_404")
            record_download(database.conn, run, url, at + timedelta(seconds=number), outcome)
        close_run(database.conn, run, "finished", 9, at + timedelta(minutes=1))
    close_archive(database)
    assert urls
    return Whole(path, path.read_bytes(), ids)


def list_commands(whole: Whole, folder: Path) -> Iterator[tuple[str, ...]]:
    """List a call of every command that reads an archive."""
    edited = whole.ids["edited"]
    yield from (("list",), ("list", "--json"), ("list", "--changed-since", "2024-01-01"), ("search", "hội nghị"))
    yield from (("search", "đảng", "--history", "--order", "relevance", "--json"),)
    yield from ((name, edited) for name in ("show", "history", "diff", "views"))
    yield from (("show", edited, "--at", "2024-01-20", "--json"), ("show", edited, "--raw"), ("views", edited, "--csv"))
    yield from (("runs",), ("check", "--all"), ("sites",), ("schema",), ("query", "SELECT * FROM current_articles"))
    yield ("query", "SELECT * FROM article_history", "--json")
    for what in ("articles", "history", "views", "events", "attachments"):
        yield ("export", "jsonl", "--what", what, "-o", str(folder / "out.jsonl"))
    yield ("export", "csv", "-o", str(folder / "out.csv"))
    yield ("export", "parquet", "-o", str(folder / "out.parquet"))
    yield ("export", "atom", "-o", str(folder / "out.atom"))
    yield ("export", "site", "--jobs", "1", "-o", str(folder / "site"))
    yield ("verify", "--jobs", "1")
    yield ("backup", "--force", str(folder / "copy.db"))


def list_pages(whole: Whole) -> Sequence[str]:
    """List one page of every kind that ``archiver serve`` shows."""
    edited = f"/article/{SITE}/{whole.ids['edited']}"
    kinds = ("", "?version=1", "?at=2024-01-20", "/compare?from=1&to=2", "/raw", "/raw/page")
    lists = ("/", "/articles", "/articles?q=h%E1%BB%99i", "/articles?changed=1", "/articles?since=2021-01-01")
    return [*lists, *(f"{edited}{kind}" for kind in kinds), "/runs", "/run/1", f"/feed/{SITE}.atom"]


def call(path: Path, *arguments: str) -> Called:
    """Call a command as ``main`` does, here."""
    out, told = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(told):
        try:
            status = archiver.main(["--db", str(path), *arguments], prog_name="archiver", standalone_mode=False)
        except click.ClickException as error:
            return Called(error.exit_code, error.format_message())
        except ArchiverError as error:
            return Called(error.exit_status, str(error))
        except Exception as error:  # noqa: BLE001 - what is looked for
            return Called(-1, "", error)
    out.flush()
    written = out.buffer.getvalue().decode("utf-8", "replace")  # type: ignore[attr-defined]
    return Called(status if isinstance(status, int) else 0, "", out=written)


def open_pages(path: Path, pages: Sequence[str]) -> Iterator[Called]:
    """Ask the server for pages; one call for the whole where it does not begin."""
    try:
        reader = make_reader(path)
    except ArchiverError as error:
        yield Called(error.exit_status, str(error))
        return

    async def get() -> list[Response]:
        return [await reader.client.get(page) for page in pages]

    try:
        answers = asyncio.run(get())
    finally:
        for database in reader.databases.values():
            database.close()
    yield from (Called(answer.status_code, answer.text) for answer in answers)


def find_defects(whole: Whole, folder: Path) -> list[str]:
    """Call everything on an archive as it stands now; returns what did not end in one line and a status.

    What failed says why; ``verify`` does so on stdout.
    """
    called = {arguments: call(whole.path, *arguments) for arguments in list_commands(whole, folder)}
    wrong = [f"{' '.join(arguments)}: {one}" for arguments, one in called.items() if not _is_told(arguments[0], one)]
    pages = open_pages(whole.path, list_pages(whole))
    return wrong + [f"page: {page}" for page in pages if page.status not in (1, 200, 404, 500)]


def _is_told(command: str, called: Called) -> bool:
    if called.defect or called.status not in STATUSES or "\n" in called.line:
        return False
    return called.status != 1 or bool(called.line) or command == "verify"
