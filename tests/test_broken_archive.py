"""Archives that cannot be used: one line that says what to do, status 1, nothing asked for, the file as it was."""

import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from archiver.archive.store.file import create_or_open
from tests.conftest import FAST, PROJECT, Crawling
from tests.portal import Portal, demo_portal, serve

PROGRAMS = {"scrapy": "scrapy crawl: ", "archiver": "archiver: "}
NOBODY = ("setpriv", "--reuid=65534", "--clear-groups")
CHANNEL = "hoat-dong-dang-uy-khoi"
DAMAGED = r"restore a backup, or save what can be read: sqlite3 archive\.db \.recover \| sqlite3 saved\.db"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """An archive with a dozen articles, byte for byte."""
    crawling = Crawling(tmp_path_factory.mktemp("whole"))
    with serve(demo_portal()) as base:
        assert crawling.scrapy("dukdhcd", f"{base}/{CHANNEL}").status == 0
    return crawling.path.read_bytes()


@pytest.fixture(scope="module")
def portal() -> Iterator[tuple[Portal, str]]:
    portal = demo_portal()
    with serve(portal) as base:
        yield portal, f"{base}/{CHANNEL}"


def _cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


def _overwrite(content: bytes) -> bytes:
    """Scribble over pages in the middle, as a dying disk or a careless program does."""
    middle = len(content) // 2 // 4096 * 4096
    return content[:middle] + b"\xa5" * 40_960 + content[middle + 40_960 :]


def _write_foreign(_: bytes) -> bytes:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE TABLE accounts (name, balance)")
        return connection.serialize()


BROKEN: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "cut off": (_cut, rf"the archive is damaged \(.+\); {DAMAGED}"),
    "overwritten": (_overwrite, rf"the archive is damaged \(.+\); {DAMAGED}"),
    "cut off in the first page": (lambda content: content[:60], "not an archive, or damaged.*; it was not touched"),
    "empty": (lambda _: b"", "the file is empty; restore a backup, or delete it to begin an archive anew"),
    "foreign": (_write_foreign, "this is another program's database, not an archive; it was not touched"),
    "text": (lambda _: "Nhật ký\n".encode() * 999, "not an archive.*; it was not touched"),
}


@pytest.mark.parametrize(
    ("name", "program"), [(name, list(PROGRAMS)[number % 2]) for number, name in enumerate(BROKEN)]
)
@pytest.mark.slow
def test_a_broken_file(crawling: Crawling, whole: bytes, portal: tuple[Portal, str], name: str, program: str) -> None:
    break_it, message = BROKEN[name]
    crawling.path.write_bytes(break_it(whole))
    _refuse(crawling, portal, program, message)


def _refuse(crawling: Crawling, portal: tuple[Portal, str], program: str, message: str, **environment: str) -> None:
    """Crawl; nothing may be asked for and nothing changed."""
    before, asked = _read_all(crawling), len(portal[0].requests)
    done = crawling.run(program, "crawl", "dukdhcd", "-a", f"start={portal[1]}", *FAST, **environment)
    assert re.fullmatch(f"{PROGRAMS[program]}{re.escape(str(crawling.path))}: {message}\n", done.err), done.err
    assert (done.status, len(portal[0].requests), _read_all(crawling)) == (1, asked, before)


def _read_all(crawling: Crawling) -> bytes | None:
    return crawling.path.read_bytes() if crawling.path.is_file() else None


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_folder_in_its_place(crawling: Crawling, portal: tuple[Portal, str], program: str) -> None:
    crawling.path.mkdir()
    _refuse(crawling, portal, program, "this is no file; name another place with --db or ARCHIVE_DB")
    assert list(crawling.path.iterdir()) == []


@pytest.mark.parametrize("program", ["archiver", pytest.param("scrapy", marks=pytest.mark.slow)])
def test_another_program_keeps_it_locked(crawling: Crawling, portal: tuple[Portal, str], program: str) -> None:
    create_or_open(crawling.path).close()
    message = r"another program has kept the archive locked for 0\.5 s; end it, then try again"
    with closing(sqlite3.connect(crawling.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        _refuse(crawling, portal, program, message, ARCHIVE_BUSY_SECONDS="0.5")
        other.execute("ROLLBACK")
        done = crawling.run(program, "crawl", "dukdhcd", "-a", f"start={portal[1]}", *FAST, ARCHIVE_BUSY_SECONDS="0.5")
    assert done.status in (0, 3), done.err


def test_it_is_locked_in_the_middle_of_a_crawl(crawling: Crawling) -> None:
    """The crawl ends with a line, status 1 and what it had; the server is left alone."""
    portal, other = demo_portal(), []

    def lock(_: str) -> None:
        if len(portal.requests) == 5:
            connection = sqlite3.connect(crawling.path, isolation_level=None, check_same_thread=False)
            connection.execute("BEGIN IMMEDIATE")
            other.append(connection)

    portal.outage = lock
    with serve(portal) as base:
        arguments = ("-a", f"start={base}/{CHANNEL}", "-s", "DOWNLOAD_DELAY=0.1", "-s", "LOG_LEVEL=ERROR")
        done = crawling.run("scrapy", "crawl", "dukdhcd", *arguments, ARCHIVE_BUSY_SECONDS="0.5")
    other[0].close()
    said = f"{crawling.path}: another program has kept the archive locked for 0.5 s; end it, then try again"
    assert (done.status, done.err) == (1, f"scrapy crawl: dukdhcd: {said}\n")
    assert len(portal.requests) <= 8
    assert crawling.query("SELECT outcome, captures >= 3 AS kept FROM run_summary") == [{"outcome": None, "kept": 1}]


def test_a_busy_time_that_is_none(crawling: Crawling) -> None:
    done = crawling.archiver("crawl", "sotttt", ARCHIVE_BUSY_SECONDS="long")
    assert (done.status, done.err) == (2, "archiver: ARCHIVE_BUSY_SECONDS=long: 'long' is no number of seconds\n")


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("setpriv"), reason="needs another user to be")
@pytest.mark.parametrize(
    ("program", "folder_mode", "file_mode"),
    [("archiver", 0o777, 0o444), ("scrapy", 0o555, 0o666), ("scrapy", 0o555, 0o444)],
)
def test_no_permission(
    whole: bytes, portal: tuple[Portal, str], program: str, folder_mode: int, file_mode: int
) -> None:
    """A file, or a folder, that may not be written; root may write everything, so another user tries."""
    asked = len(portal[0].requests)
    with TemporaryDirectory() as folder:  # pytest's own folders are for their owner only
        path = Path(folder) / "archive.db"
        path.write_bytes(whole)
        path.chmod(file_mode)
        Path(folder).chmod(folder_mode)
        done = subprocess.run(
            [*NOBODY, sys.executable, "-m", program, "crawl", "dukdhcd", "-a", f"start={portal[1]}"],
            check=False,
            cwd=PROJECT,
            env=os.environ | {"ARCHIVE_DB": str(path), "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            timeout=60,
        )
        if "No module" in done.stderr or "Permission denied" in done.stderr:
            pytest.skip("the other user may not read this project")
        assert path.read_bytes() == whole
    told = r"no permission to write the archive( or its folder \(.+\))?; allow it, or name another file\n"
    assert re.fullmatch(f"{PROGRAMS[program]}{re.escape(str(path))}: {told}", done.stderr), done.stderr
    assert (done.returncode, len(portal[0].requests)) == (1, asked)
