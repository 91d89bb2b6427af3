"""A log beside an archive: its own is replayed as ever, that of another file is refused and nothing is harmed."""

import os
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.archive.store.backup import back_up
from archiver.archive.store.file import close_archive, create_or_open, open_for_reading
from archiver.archive.store.foreign_log import check_log, has_foreign_log
from archiver.errors import ArchiveError
from tests.archives import MORNING, frozen_portal, unpack
from tests.conftest import PROJECT, Crawling
from tests.visiting import Visits

COMMANDS = (
    ("list",),
    ("check",),
    ("verify",),
    ("runs",),
    ("show", "1"),
    ("search", "hoi"),
    ("query", "SELECT 1"),
    ("serve", "--port", "0"),
    ("export", "csv"),
    ("backup", "other.db"),
    ("vacuum",),
    ("upgrade",),
    ("reparse",),
    ("crawl", "dukdhcd", "-a", "start=http://127.0.0.1:9/tin-tuc"),
)
SAID = "the log beside it, archive.db-wal, is that of another file"


def _days(number: int) -> timedelta:
    return timedelta(days=number)


def _leave(visits: Visits, folder: Path) -> Path:
    """Copy an archive with its log, as kill -9 would leave them now."""
    folder.mkdir()
    path = next(Path(row[2]) for row in visits.database.execute("PRAGMA database_list") if row[1] == "main")
    for end in ("", "-wal"):
        if path.with_name(path.name + end).exists():
            shutil.copy(path.with_name(path.name + end), folder)
    return folder / path.name


def _texts(path: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return connection.execute(
            "SELECT site, article_id, snapshot, body FROM article_history ORDER BY 1, 2, 3"
        ).fetchall()


def _runs(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("SELECT count(*) FROM runs").fetchone()[0])


STEPS = st.lists(st.sampled_from(("visit", "passive", "restart", "reopen", "close", "quiet")), max_size=12)


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(steps=STEPS)
def test_an_archive_opens_with_its_own_log_at_any_moment(
    steps: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whatever was written, copied into the file and begun anew, by one connection or by many."""
    folder = tmp_path_factory.mktemp("own")
    portal, visits, at = frozen_portal(), Visits(folder / "archive.db"), MORNING
    for number, step in enumerate(steps):
        at += _days(1)
        if step == "visit":
            article = portal.listed()[number % len(portal.listed())]
            portal.edit(article.id, paragraphs=(f"Đoạn văn mới thứ {number}." * 50,))
            visits.run(portal, at)
        elif step == "quiet":  # one row, and the file need not grow
            visits.end(visits.begin(at), at)
        elif step == "close":
            close_archive(visits.database)
            visits = Visits(folder / "archive.db")
        elif step == "reopen":
            visits.database.close()
            visits = Visits(folder / "archive.db")
        else:
            visits.database.execute(f"PRAGMA wal_checkpoint({step})")
        left = _leave(visits, folder / f"left-{number}")
        assert not has_foreign_log(left), steps[: number + 1]
        runs = _runs(left)
        open_for_reading(left).close()
        close_archive(create_or_open(left))
        assert (_runs(left), _texts(left)) == (runs, _texts(folder / "archive.db"))
    visits.database.close()


@pytest.fixture
def killed(tmp_path: Path) -> tuple[Path, dict[str, Path]]:
    """Return an archive whose fourth run was killed, and what may be copied over it, by name."""
    path, portal = tmp_path / "archive.db", frozen_portal()
    others: dict[str, Path] = {}
    for number in range(3):
        visits = Visits(path)
        if number == 1:
            portal.edit(portal.listed()[0].id, paragraphs=("Một đoạn văn khác hẳn." * 30,))
            visits.run(portal, MORNING + _days(number))
        elif number == 0:
            visits.run(portal, MORNING)
        else:  # hardly anything, and the file stays as large as it was
            visits.end(visits.begin(MORNING + _days(number)), MORNING + _days(number))
        close_archive(visits.database)
        others[f"a copy after run {number + 1}"] = shutil.copy(path, tmp_path / f"copy-{number}.db")
        back_up(path, tmp_path / f"backup-{number}.db")
        others[f"a backup after run {number + 1}"] = tmp_path / f"backup-{number}.db"
    other = Visits(tmp_path / "other.db")
    other.run(frozen_portal(), MORNING)
    close_archive(other.database)
    others["another archive"] = tmp_path / "other.db"
    unpack(4, tmp_path / "older.db")
    others["an older archive"] = tmp_path / "older.db"
    with closing(sqlite3.connect(shutil.copy(path, tmp_path / "single.db"))) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    others["a copy made a single file"] = tmp_path / "single.db"
    others["another archive with as many runs"] = _record_runs(tmp_path / "twin.db")
    visits = Visits(path)
    visits.run(portal, MORNING + _days(3))
    left = _leave(visits, tmp_path / "killed")
    visits.database.close()
    return left, others


def _record_runs(path: Path) -> Path:
    """Make an archive whose first page was written as often as that of ``killed``."""
    portal = frozen_portal()
    for number in range(3):
        visits, at = Visits(path), MORNING + _days(number)
        if number < 2:
            visits.run(portal, at)
        else:
            visits.end(visits.begin(at), at)
        close_archive(visits.database)
    return path


OTHERS = (
    "a copy made a single file",
    "another archive with as many runs",
    "a copy after run 1",
    "a copy after run 2",
    "a backup after run 1",
    "a backup after run 2",
    "a backup after run 3",
    "another archive",
    "an older archive",
)


@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.parametrize("way", ["into the same file", "as a new file"])
@pytest.mark.slow
def test_a_log_of_another_file_is_refused(killed: tuple[Path, dict[str, Path]], name: str, way: str) -> None:
    path, others = killed
    if way == "as a new file":
        Path(shutil.copy(others[name], path.with_name("new.db"))).replace(path)
    else:
        shutil.copy(others[name], path)
    before = {file.name: file.read_bytes() for file in path.parent.iterdir()}
    for opening in (create_or_open, open_for_reading):
        with pytest.raises(ArchiveError) as error:
            opening(path)
        assert str(error.value).startswith(f"{path}: {SAID}")
    assert {file.name: file.read_bytes() for file in path.parent.iterdir()} == before


def test_the_file_that_was_there_before_takes_its_log_up(killed: tuple[Path, dict[str, Path]]) -> None:
    """A copy of the very state that the log continues is as good as the file itself."""
    path, others = killed
    shutil.copy(others["a copy after run 3"], path)
    close_archive(create_or_open(path))
    assert _runs(path) == 4


@pytest.mark.slow
def test_every_command_refuses_in_one_line(killed: tuple[Path, dict[str, Path]]) -> None:
    path, others = killed
    shutil.copy(others["a backup after run 1"], path)
    before = {file.name: file.read_bytes() for file in path.parent.iterdir()}
    crawling = Crawling(path.parent)
    for command in COMMANDS:
        done = crawling.archiver(*command)
        assert (done.status, done.out, len(done.err.splitlines())) == (1, "", 1), (command, done)
        assert done.err.startswith(f"archiver: {path}: {SAID}"), command
    done = crawling.archiver("merge", str(path), "--db", str(path.with_name("merged.db")))
    assert (done.status, len(done.err.splitlines())) == (1, 1), done
    path.with_name("merged.db").unlink(missing_ok=True)
    kept = {name: content for name, content in before.items() if name in ("archive.db", "archive.db-wal")}
    assert {name: path.with_name(name).read_bytes() for name in kept} == kept


def test_without_the_log_the_file_counts(killed: tuple[Path, dict[str, Path]]) -> None:
    path, others = killed
    shutil.copy(others["a copy after run 1"], path)
    path.with_name("archive.db-wal").unlink()
    close_archive(create_or_open(path))
    assert _runs(path) == 1


def test_a_log_that_is_no_log_or_not_whole_is_passed_over(killed: tuple[Path, dict[str, Path]]) -> None:
    """SQLite replays neither: nothing can be harmed, and nothing is refused."""
    path, others = killed
    log = path.with_name("archive.db-wal")
    whole = log.read_bytes()
    shutil.copy(others["a backup after run 1"], path)
    torn = whole[:100] + b"\0" * 100 + whole[200:]  # the power went: the head of a frame is there, its page is not
    for bad in (b"", b"no log at all" * 20, whole[:32], whole[:3000], torn):
        log.write_bytes(bad)
        assert not has_foreign_log(path)
    log.write_bytes(whole)
    assert has_foreign_log(path)


def test_a_log_that_earlier_versions_left(tmp_path: Path) -> None:
    """They did not write the first page with every transaction; the file has not grown then."""
    path = tmp_path / "archive.db"
    visits = Visits(path)
    visits.run(frozen_portal(), MORNING)
    close_archive(visits.database)
    shutil.copy(path, tmp_path / "small.db")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE runs SET errors = 1")
    assert not list(tmp_path.glob("*-wal"))
    connection = sqlite3.connect(path)
    connection.execute("UPDATE runs SET errors = 2")
    connection.commit()
    folder = tmp_path / "left"
    folder.mkdir()
    for end in ("", "-wal"):
        shutil.copy(f"{path}{end}", folder)
    connection.close()
    left = folder / path.name
    assert not has_foreign_log(left)
    larger = Visits(tmp_path / "larger.db")
    portal = frozen_portal()
    portal.edit(portal.listed()[0].id, paragraphs=("Rất dài. " * 9000,))
    larger.run(portal, MORNING)
    close_archive(larger.database)
    shutil.copy(tmp_path / "larger.db", left)
    assert has_foreign_log(left)


def test_a_log_whose_archive_is_gone_is_not_given_to_a_new_one(killed: tuple[Path, dict[str, Path]]) -> None:
    path, _ = killed
    path.unlink()
    log = path.with_name("archive.db-wal")
    before = log.read_bytes()
    done = Crawling(path.parent).archiver("crawl", "dukdhcd", "-a", "start=http://127.0.0.1:9/tin-tuc")
    assert (done.status, len(done.err.splitlines())) == (1, 1)
    assert done.err.startswith(f"archiver: {path}: the archive is gone and its log, archive.db-wal, is still there")
    assert (path.exists(), log.read_bytes() == before) == (False, True)


@pytest.mark.skipif(os.geteuid() == 0 and not shutil.which("setpriv"), reason="needs another user to be")
def test_in_a_folder_where_nothing_may_be_written(killed: tuple[Path, dict[str, Path]]) -> None:
    path, others = killed
    shutil.copy(others["a backup after run 1"], path)
    path.chmod(0o444)
    path.parent.chmod(0o555)
    try:
        with pytest.raises(ArchiveError, match="is that of another file"):
            open_for_reading(path)
        assert sorted(file.name for file in path.parent.iterdir()) == ["archive.db", "archive.db-wal"]
    finally:
        path.parent.chmod(0o755)


_WRITER = """
import sys
from datetime import timedelta
from pathlib import Path
from archiver.archive.store.file import close_archive
from tests.archives import MORNING, frozen_portal
from tests.visiting import Visits
portal = frozen_portal()
for number in range(1, 30):
    visits = Visits(Path(sys.argv[1]))
    at = MORNING + timedelta(days=number)
    visits.run(portal, at) if number % 3 else visits.end(visits.begin(at), at)
    close_archive(visits.database) if number % 2 else visits.database.close()
"""


def test_whoever_looks_while_somebody_writes_is_not_refused(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    create_or_open(path).close()
    writer = subprocess.Popen([sys.executable, "-c", _WRITER, str(path)], cwd=PROJECT)
    looks, chance = 0, Random(1)
    while writer.poll() is None:
        check_log(path)
        looks += 1
        time.sleep(chance.random() / 500)
    assert (writer.returncode, looks > 100) == (0, True)


def test_to_look_lets_go_of_no_lock(tmp_path: Path) -> None:
    """The system lets go of all locks of a process on a file when it closes that file, wherever it opened it."""
    path = tmp_path / "archive.db"
    visits = Visits(path)
    visits.run(frozen_portal(), MORNING)
    thread = threading.Thread(target=check_log, args=(path,))
    thread.start()
    thread.join()
    code = "import sqlite3, sys; sqlite3.connect(sys.argv[1], timeout=0).execute('PRAGMA journal_mode = DELETE')"
    done = subprocess.run([sys.executable, "-c", code, str(path)], check=False, capture_output=True, text=True)
    assert "database is locked" in done.stderr
    visits.database.close()
