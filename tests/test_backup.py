"""Housekeeping: copies that are whole whatever happens meanwhile, and a file made small."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from archiver.archive.store.backup import back_up, back_up_files
from archiver.archive.store.file import close_archive, create_or_open, open_for_reading
from archiver.crawl.running.locks import SiteLocks
from archiver.errors import ArchiveError
from archiver.ingest.verify import verify
from tests.archives import MORNING, frozen_portal
from tests.conftest import PROJECT, Crawling
from tests.portal import demo_portal, serve
from tests.visiting import Visits

NOBODY = ("setpriv", "--reuid=65534", "--clear-groups")
TEXTS = "SELECT article_id, title, lead, body, author, published_at FROM current_articles"


@pytest.fixture
def archive(crawling: Crawling) -> Path:
    """Record a run over five articles."""
    visits = Visits(crawling.path)
    visits.run(frozen_portal(), MORNING)
    close_archive(visits.database)
    return crawling.path


def _ask(path: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


def _fill(path: Path, rows: int, size: int = 4000) -> None:
    """Make an archive large with payloads that nothing refers to."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) "
            "INSERT INTO payloads SELECT randomblob(32), ?, 'plain', NULL, NULL, randomblob(?) FROM n",
            (rows, size, size),
        )


def _others(folder: Path) -> list[str]:
    """Name what stands in a folder beside the archive."""
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith("archive.db"))


def test_copies_made_during_a_crawl_are_whole(crawling: Crawling) -> None:
    portal = demo_portal()
    portal.freeze_counters()
    with serve(portal) as base:
        start = ",".join(f"{base}/{channel}" for channel in portal.channels)
        command = [sys.executable, "-m", "archiver", "crawl", "dukdhcd", "-a", f"start={start}"]
        environment = os.environ | {"ARCHIVE_DB": str(crawling.path)}
        process = subprocess.Popen([*command, "-s", "DOWNLOAD_DELAY=0.05"], cwd=PROJECT, env=environment)
        copies = list(_copy_while_running(crawling.path, process))
    assert process.wait(timeout=60) == 0
    final = {row[0]: row for row in _ask(crawling.path, TEXTS)}
    numbers = []
    for copy in copies:
        assert _ask(copy, "PRAGMA integrity_check") == [("ok",)]
        with closing(open_for_reading(copy)) as database:
            assert list(verify(database)) == []
        rows = _ask(copy, TEXTS)
        assert [final[row[0]] for row in rows] == rows
        numbers.append(len(rows))
    assert numbers == sorted(numbers)
    assert [number for number in numbers if 0 < number < len(final)], numbers
    assert not [name for name in _others(crawling.folder) if name.endswith(("-wal", "-journal", ".unfinished"))]


def _copy_while_running(archive: Path, process: "subprocess.Popen[bytes]") -> Iterator[Path]:
    number = 0
    while process.poll() is None:
        if archive.exists():
            number += 1
            copy = archive.with_name(f"copy-{number}.db")
            back_up(archive, copy)
            back_up_files(archive, copy)
            yield copy
        time.sleep(0.3)


def test_a_copy_is_that_of_the_moment_it_began(archive: Path) -> None:
    """Every commit between two steps would make SQLite begin anew, and a busy archive would never be copied."""
    _fill(archive, 5_000)
    before = _ask(archive, "SELECT count(*), sum(size) FROM payloads")
    steps = []

    def write(done: int, pages: int) -> None:
        steps.append(done)
        assert len(steps) < 50, "it begins again and again"
        _fill(archive, 1)

    copy = archive.with_name("copy.db")
    back_up(archive, copy, progress=write)
    assert (len(steps) >= 2, steps == sorted(steps)) == (True, True)
    assert _ask(copy, "SELECT count(*), sum(size) FROM payloads") == before
    assert _ask(archive, "SELECT count(*) FROM payloads") == [(before[0][0] + len(steps),)]  # type: ignore[operator]


def test_the_command_makes_one_file(crawling: Crawling, archive: Path) -> None:
    copy = crawling.folder / "copy.db"
    done = crawling.archiver("backup", str(copy))
    assert (done.status, done.out) == (0, "")
    assert done.err == f"{copy}: {copy.stat().st_size / 1e6:,.1f} MB copied and checked\n"
    assert _others(crawling.folder) == ["copy.db"]
    assert copy.read_bytes()[18:20] == b"\1\1"  # no write-ahead log: it can be read where nothing may be written
    assert _ask(copy, TEXTS) == _ask(archive, TEXTS)
    assert crawling.archiver("verify", "--db", str(copy)).err == f"{copy}: all is well\n"


def test_force_replaces_a_file(crawling: Crawling, archive: Path) -> None:
    copy = crawling.folder / "copy.db"
    copy.write_text("an older copy")
    refused = crawling.archiver("backup", str(copy))
    line = f"archiver: {copy}: there is a file already; name another, or replace it with --force\n"
    assert (refused.status, refused.err, copy.read_text()) == (1, line, "an older copy")
    assert crawling.archiver("backup", "--force", str(copy)).status == 0
    assert _ask(copy, TEXTS) == _ask(archive, TEXTS)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("archive.db", "this is the archive itself; name another file"),
        ("archive.db-wal", "this is the archive itself; name another file"),
        ("link.db", "this is the archive itself; name another file"),
        ("folder", "this is a folder; name a file in it"),
    ],
)
def test_what_is_no_place_for_a_copy(archive: Path, name: str, message: str) -> None:
    folder = archive.parent
    (folder / "folder").mkdir()
    (folder / "link.db").symlink_to(archive)
    content = archive.read_bytes()
    with pytest.raises(ArchiveError) as error:
        back_up(archive, folder / name, force=True)
    assert str(error.value) == f"{folder / name}: {message}"
    assert archive.read_bytes() == content


def test_a_folder_that_is_not_there(crawling: Crawling, archive: Path) -> None:
    done = crawling.archiver("backup", str(crawling.folder / "none" / "copy.db"))
    line = f"archiver: {crawling.folder / 'none'}: there is no such folder; make it first\n"
    assert (done.status, done.err) == (1, line)


def test_without_an_archive(crawling: Crawling) -> None:
    for command in (("backup", "copy.db"), ("vacuum",), ("upgrade",)):
        done = crawling.archiver(*command)
        assert (done.status, len(done.err.splitlines())) == (1, 1)
        assert done.err.startswith(f"archiver: {crawling.path}: there is no archive")
    assert list(crawling.folder.iterdir()) == []


_KILLED = """
import os, sys
from pathlib import Path
from archiver.archive.store.backup import back_up
from archiver.archive.store.backup import back_up_files
back_up(Path(sys.argv[1]), Path(sys.argv[2]), force=True, progress=lambda done, pages: os.kill(os.getpid(), 9))
"""


def test_a_killed_backup_leaves_the_earlier_copy(archive: Path) -> None:
    _fill(archive, 5_000)
    folder, copy, fresh = archive.parent, archive.with_name("copy.db"), archive.with_name("fresh.db")
    back_up(archive, copy)
    earlier = copy.read_bytes()
    _fill(archive, 10)
    for target in (copy, fresh):
        done = subprocess.run([sys.executable, "-c", _KILLED, str(archive), str(target)], check=False, cwd=PROJECT)
        assert done.returncode == -signal.SIGKILL
    assert (copy.read_bytes() == earlier, fresh.exists()) == (True, False)
    left = [path for path in folder.iterdir() if ".unfinished" in path.name]
    assert {path.name.split(".db.")[0] for path in left} == {".copy", ".fresh"}
    for path in left:
        os.utime(path, (1, 1))
    for target in (copy, fresh):
        back_up(archive, target, force=True)
        assert _ask(target, "SELECT count(*) FROM payloads") == _ask(archive, "SELECT count(*) FROM payloads")
    assert _others(folder) == ["copy.db", "fresh.db"]


def test_a_damaged_archive_replaces_no_copy(crawling: Crawling, archive: Path) -> None:
    _fill(archive, 300)
    copy = crawling.folder / "copy.db"
    back_up(archive, copy)
    earlier = copy.read_bytes()
    with archive.open("r+b") as stream:
        stream.seek(60 * 4096)
        stream.write(b"\xff" * 8192)
    done = crawling.archiver("backup", "--force", str(copy))
    assert (done.status, len(done.err.splitlines())) == (1, 1)
    assert "the archive is damaged" in done.err
    assert copy.read_bytes() == earlier
    assert _others(crawling.folder) == ["copy.db"]


def _on_a_small_disk(folder: Path, kilobytes: int, *arguments: str, prepare: str = "true", **environment: str) -> str:
    """Call the ``archiver`` command with a file system of its own in ``folder``; returns status and stderr."""
    script = f"mount -t tmpfs -o size={kilobytes}k tmpfs {folder} && {prepare}"
    probe = subprocess.run(["unshare", "-m", "sh", "-c", script], check=False, capture_output=True, timeout=60)
    if probe.returncode:
        pytest.skip("no file system can be mounted here")
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", f'{script} && exec "$@"', "sh", sys.executable, "-m", "archiver", *arguments],
        check=False,
        cwd=PROJECT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return f"{done.returncode} {done.stderr}"


needs_mounts = pytest.mark.skipif(
    os.geteuid() != 0 or not shutil.which("unshare"), reason="mounts a small file system of its own"
)


@needs_mounts
def test_a_copy_that_has_no_room(archive: Path, tmp_path: Path) -> None:
    _fill(archive, 300)
    disk = tmp_path / "disk"
    disk.mkdir()
    told = _on_a_small_disk(disk, 400, "backup", str(disk / "copy.db"), "--db", str(archive))
    needed = archive.stat().st_size / 1e6
    assert told == f"1 archiver: {disk}: {needed:,.1f} MB are needed here and 0.4 MB are free; make room first\n"


def test_a_disk_that_fills_up(archive: Path, tmp_path: Path) -> None:
    """Room is measured before; here the files may not grow, as when another program took the room."""
    _fill(archive, 300)
    code = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))"
    program = f"{code}; from archiver.cli import main; main()"
    command = [sys.executable, "-c", program, "backup", str(tmp_path / "copy.db"), "--db", str(archive)]
    done = subprocess.run(command, check=False, cwd=PROJECT, capture_output=True, text=True, timeout=60)
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
    assert done.stderr.startswith(f"archiver: {tmp_path / 'copy.db'}: no copy was made: ")
    assert _others(tmp_path) == []


def test_vacuum_gives_room_back(crawling: Crawling, archive: Path) -> None:
    _fill(archive, 1_000)
    with closing(sqlite3.connect(archive)) as connection, connection:
        connection.execute("DELETE FROM payloads WHERE digest NOT IN (SELECT payload_digest FROM captures)")
    texts, before = _ask(archive, TEXTS), archive.stat().st_size
    done = crawling.archiver("vacuum")
    after = archive.stat().st_size
    assert (done.status, done.out) == (0, "")
    assert done.err == f"{archive}: {before / 1e6:,.1f} MB before, {after / 1e6:,.1f} MB now; it is whole\n"
    assert after < before / 4
    assert _ask(archive, TEXTS) == texts
    assert crawling.archiver("verify").status == 0


def test_vacuum_waits_for_no_crawl(crawling: Crawling, archive: Path) -> None:
    """A site whose first crawl is under way is in no table yet; its lock is there."""
    content = archive.read_bytes()
    for site in ("dukdhcd", "sotttt"):
        with SiteLocks(archive) as locks:
            assert locks.take(site)
            refused = crawling.archiver("vacuum")
        line = f"archiver: {archive}: not vacuumed, a crawl is under way: {site}\n"
        assert (refused.status, refused.out, refused.err) == (75, "", line)
        assert archive.read_bytes() == content
    assert crawling.archiver("vacuum").status == 0


@needs_mounts
@pytest.mark.parametrize("temporary", [True, False], ids=["temporary", "beside"])
def test_vacuum_that_has_no_room(archive: Path, tmp_path: Path, temporary: bool) -> None:
    """SQLite needs room for a copy twice: in the folder for temporary files, and beside the archive."""
    _fill(archive, 300)
    disk, size = tmp_path / "disk", archive.stat().st_size
    disk.mkdir()
    if temporary:
        told = _on_a_small_disk(disk, 400, "vacuum", "--db", str(archive), SQLITE_TMPDIR=str(disk))
        free = "0.4"
    else:
        room, copied = size // 1024 + 400, f"cp {archive} {disk}/archive.db"
        told = _on_a_small_disk(disk, room, "vacuum", "--db", f"{disk}/archive.db", prepare=copied)
        free = "0."
    start = f"1 archiver: {disk}: {size / 1e6:,.1f} MB are needed here and {free}"
    assert told.startswith(start)
    assert told.endswith(" MB are free; make room first\n")


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("setpriv"), reason="needs another user to be")
def test_vacuum_of_an_archive_that_may_not_be_written(archive: Path) -> None:
    with TemporaryDirectory() as folder:  # pytest's own folders are for their owner only
        copy = Path(folder) / "archive.db"
        back_up(archive, copy)
        copy.chmod(0o444)
        Path(folder).chmod(0o555)
        done = subprocess.run(
            [*NOBODY, sys.executable, "-m", "archiver", "vacuum", "--db", str(copy)],
            check=False,
            cwd=PROJECT,
            env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            timeout=60,
        )
        Path(folder).chmod(0o755)
    if "No module" in done.stderr:
        pytest.skip("the other user may not read this project")
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1), done.stderr
    assert done.stderr.startswith(f"archiver: {copy}: ")


def test_an_archive_goes_on_from_its_copy(archive: Path) -> None:
    copy = archive.with_name("copy.db")
    back_up(archive, copy)
    close_archive(create_or_open(copy))
    assert _ask(copy, TEXTS) == _ask(archive, TEXTS)
