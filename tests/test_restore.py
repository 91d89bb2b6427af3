"""The way back: a copy in the place of the archive, whole or not at all, and what was there is kept."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from archiver.archive.evidence.files import folder_of_files
from archiver.archive.store.backup import back_up, back_up_files
from archiver.archive.store.exchange import exchange
from archiver.archive.store.file import close_archive, create_or_open, open_for_reading
from archiver.archive.store.restore import check_copy, restore
from archiver.crawl.running.locks import SiteLocks
from archiver.ingest.verify import verify
from tests.archives import MORNING, change_portal, frozen_portal, unpack
from tests.conftest import FAST, PROJECT, Crawling
from tests.portal import demo_portal, serve
from tests.visiting import Visits

EVERYTHING = ("sites", "runs", "captures", "payloads", "articles", "contents", "snapshots", "readings", "findings")
KEPT = "archive.db.before-restore.bak"


@pytest.fixture
def copy(crawling: Crawling) -> Path:
    """Record a run, copy the archive, and record another run over the changed portal."""
    visits, portal = Visits(crawling.path), frozen_portal()
    visits.run(portal, MORNING)
    path = crawling.folder / "copies" / "copy.db"
    path.parent.mkdir()
    back_up(crawling.path, path)
    change_portal(portal)
    visits.run(portal, MORNING + timedelta(days=7))
    close_archive(visits.database)
    return path


def _dump(path: Path) -> list[str]:
    """Return all rows of an archive."""
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return sorted(str((table, row)) for table in EVERYTHING for row in connection.execute(f"SELECT * FROM {table}"))


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if not path.name.endswith(".dukdhcd.lock"))


def test_the_command_puts_the_copy_in_place_and_keeps_what_was_there(crawling: Crawling, copy: Path) -> None:
    old, new, content = _dump(crawling.path), _dump(copy), copy.read_bytes()
    done = crawling.archiver("restore", str(copy))
    assert (done.status, done.out) == (0, "")
    size = f"{crawling.path.stat().st_size / 1e6:,.1f} MB"
    kept = crawling.folder / KEPT
    assert done.err == (f"{crawling.path}: {size} restored from {copy} and checked\n{kept}: what was there before\n")
    assert (_dump(crawling.path), _dump(kept)) == (new, old)
    assert copy.read_bytes() == content
    assert crawling.path.stat().st_mode == copy.stat().st_mode
    assert _names(crawling.folder) == ["archive.db", KEPT, "copies"]
    assert crawling.archiver("verify").err == f"{crawling.path}: all is well\n"


def test_there_and_back_again(crawling: Crawling, copy: Path) -> None:
    old, new = _dump(crawling.path), _dump(copy)
    restore(crawling.path, copy)
    assert crawling.archiver("restore", str(crawling.folder / KEPT)).status == 0
    assert _dump(crawling.path) == old
    assert _dump(crawling.folder / "archive.db.before-restore-2.bak") == new
    assert _dump(crawling.folder / KEPT) == old


def test_where_there_is_no_archive(crawling: Crawling, copy: Path) -> None:
    crawling.path = crawling.folder / "new" / "archive.db"
    done = crawling.archiver("restore", str(copy))
    assert (done.status, len(done.err.splitlines())) == (0, 1), done.err
    assert (_dump(crawling.path), _names(crawling.path.parent)) == (_dump(copy), ["archive.db"])


def test_a_crawl_goes_on_from_what_was_restored(crawling: Crawling, copy: Path) -> None:
    restore(crawling.path, copy)
    visits, portal = Visits(crawling.path), frozen_portal()
    change_portal(portal)
    visits.run(portal, MORNING + timedelta(days=8))
    close_archive(visits.database)
    with closing(open_for_reading(crawling.path)) as database:
        assert list(verify(database)) == []
        assert database.execute("SELECT count(*) FROM run_summary").fetchone()[0] == 2


def test_documents_come_back(crawling: Crawling) -> None:
    portal = demo_portal()
    with serve(portal) as base:
        settings = ("-s", "DOWNLOAD_DELAY=0", "-s", "ARCHIVE_MAX_REQUESTS=40")
        start = ",".join(f"{base}/{channel}" for channel in portal.channels)
        crawling.run("archiver", "crawl", "dukdhcd", "-a", f"start={start}", *settings)
    copy = crawling.folder / "copies" / "copy.db"
    copy.parent.mkdir()
    back_up(crawling.path, copy)
    copied, missing = back_up_files(crawling.path, copy)
    assert (copied > 2, missing) == (True, 0)
    files = sorted(path for path in folder_of_files(crawling.path).rglob("*") if path.is_file())
    files[0].unlink()
    files[1].write_bytes(b"damaged")
    lost = next(path for path in folder_of_files(copy).rglob("*") if path.name == files[2].name)
    files[2].unlink()
    lost.write_bytes(b"damaged in the copy")
    done = crawling.archiver("restore", str(copy))
    assert done.status == 0
    assert done.err.splitlines()[2:] == [
        f"{folder_of_files(crawling.path)}: 2 files copied",
        f"{folder_of_files(copy)}: 1 file is missing or damaged; archiver verify names them",
    ]
    said = crawling.archiver("verify")
    assert said.out.count("file ") == 1
    assert str(files[2].name) in said.out


def test_the_log_of_a_killed_crawl_is_folded_into_what_is_kept(crawling: Crawling, copy: Path, tmp_path: Path) -> None:
    visits, portal = Visits(crawling.path), frozen_portal()
    portal.edit(portal.listed()[1].id, paragraphs=("Mới.",))
    visits.run(portal, MORNING + timedelta(days=9))
    old = _dump(crawling.path)
    place = tmp_path / "killed"
    place.mkdir()
    for end in ("", "-wal", "-shm"):
        shutil.copy(f"{crawling.path}{end}", place)
    visits.database.close()
    restore(place / "archive.db", copy)
    assert (_dump(place / "archive.db"), _dump(place / KEPT)) == (_dump(copy), old)
    assert _names(place) == ["archive.db", KEPT]


def test_over_the_log_of_another_file(crawling: Crawling, copy: Path, tmp_path: Path) -> None:
    """Whoever copied a copy over the archive by hand is told to say restore: that sets the foreign log aside."""
    visits = Visits(crawling.path)
    visits.run(frozen_portal(), MORNING + timedelta(days=9))
    place = tmp_path / "copied"
    place.mkdir()
    log = shutil.copy(f"{crawling.path}-wal", place)
    visits.database.close()
    content = Path(log).read_bytes()
    shutil.copy(copy, place / "archive.db")
    restored = restore(place / "archive.db", copy)
    assert restored.kept == place / KEPT
    assert (_dump(place / "archive.db"), _dump(place / KEPT)) == (_dump(copy), _dump(copy))
    assert (place / f"{KEPT}.other-wal").read_bytes() == content
    assert _names(place) == ["archive.db", KEPT, f"{KEPT}.other-wal"]


def test_over_a_log_whose_archive_is_gone(crawling: Crawling, copy: Path, tmp_path: Path) -> None:
    visits = Visits(crawling.path)
    visits.run(frozen_portal(), MORNING + timedelta(days=9))
    place = tmp_path / "gone"
    place.mkdir()
    shutil.copy(f"{crawling.path}-wal", place)
    visits.database.close()
    restore(place / "archive.db", copy)
    assert _dump(place / "archive.db") == _dump(copy)
    assert _names(place) == ["archive.db", f"{KEPT}.other-wal"]


@pytest.mark.parametrize("damage", ["pages", "header", "empty", "text"])
def test_over_a_damaged_archive(crawling: Crawling, copy: Path, damage: str) -> None:
    with crawling.path.open("r+b") as stream:
        if damage == "pages":
            stream.seek(4096)
            stream.write(b"\xff" * 4096 * 40)
        elif damage == "header":
            stream.write(b"\0" * 4096)
        else:
            stream.truncate(0)
            stream.write(b"" if damage == "empty" else b"notes" * 100)
    content = crawling.path.read_bytes()
    done = crawling.archiver("restore", str(copy))
    assert (done.status, len(done.err.splitlines())) == (0, 2), done.err
    assert _dump(crawling.path) == _dump(copy)
    kept = (crawling.folder / KEPT).read_bytes()
    assert kept[100:] == content[100:]  # the header says that there is no log any more


@pytest.mark.parametrize("schema", [1, 4])
def test_an_older_copy_is_upgraded_by_whoever_writes_next(crawling: Crawling, copy: Path, schema: int) -> None:
    older = crawling.folder / "older.db"
    unpack(schema, older)
    done = crawling.archiver("restore", str(older))
    assert done.status == 0
    told = f"made by an older version (schema {schema}); the next command that writes upgrades it"
    assert done.err.splitlines()[-1] == f"{crawling.path}: {told}, archiver upgrade does so at once"
    assert crawling.archiver("upgrade").status == 0
    assert crawling.archiver("verify").status == 0


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("none.db", "there is no such file; name a copy that archiver backup made"),
        ("copies", "this is a folder; name the copy in it"),
        ("archive.db", "this is the archive itself; name a copy of it"),
        ("archive.db-wal", "this is the archive itself; name a copy of it"),
        ("link.db", "this is the archive itself; name a copy of it"),
        ("twin.db", "this is the archive itself; name a copy of it"),
        ("text.db", "not an archive, or damaged (file is not a database); it was not touched"),
        ("other.db", "this is another program's database, not an archive; it was not touched"),
        ("newer.db", "made by a newer version (schema 999, "),
        ("damaged.db", "the copy is damaged ("),
    ],
)
def test_what_is_no_copy_changes_nothing(crawling: Crawling, copy: Path, name: str, message: str) -> None:
    folder = crawling.folder
    (folder / "archive.db-wal").touch()
    (folder / "link.db").symlink_to(crawling.path)
    (folder / "twin.db").hardlink_to(crawling.path)
    (folder / "text.db").write_bytes(b"no archive" * 100)
    for made, statement in (("other.db", "PRAGMA application_id = 7"), ("newer.db", "PRAGMA user_version = 999")):
        shutil.copy(copy, folder / made)
        with closing(sqlite3.connect(folder / made)) as connection:
            connection.execute(statement)
    damaged = bytearray(copy.read_bytes())
    damaged[8192 : 8192 + 40_960] = b"\xff" * 40_960
    (folder / "damaged.db").write_bytes(damaged)
    before = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    done = crawling.archiver("restore", str(folder / name))
    assert (done.status, done.out, len(done.err.splitlines())) == (1, "", 1)
    assert done.err.startswith(f"archiver: {folder / name}: {message}")
    assert {path.name: path.read_bytes() for path in folder.iterdir() if path.name in before} == before
    assert sorted(before) == [name for name in _names(folder) if name != "copies"]


def test_no_other_program_loses_its_database(crawling: Crawling, copy: Path) -> None:
    place = crawling.folder / "notes.db"
    with closing(sqlite3.connect(place)) as connection, connection:
        connection.execute("CREATE TABLE notes (text)")
    content = place.read_bytes()
    done = crawling.archiver("restore", str(copy), "--db", str(place))
    line = f"archiver: {place}: this is another program's database, not an archive; it was not touched\n"
    assert (done.status, done.err, place.read_bytes() == content) == (1, line, True)


def test_a_crawl_that_is_under_way_is_left_alone(crawling: Crawling, copy: Path) -> None:
    """A site whose first crawl is under way is in no table yet; its lock is there."""
    before = crawling.path.read_bytes()
    for site in ("dukdhcd", "sotttt"):
        with SiteLocks(crawling.path) as locks:
            assert locks.take(site)
            refused = crawling.archiver("restore", str(copy))
        line = f"archiver: {crawling.path}: not restored, a crawl is under way: {site}\n"
        assert (refused.status, refused.out, refused.err) == (75, "", line)
    assert crawling.path.read_bytes() == before


@pytest.mark.parametrize("writing", [True, False], ids=["a writer", "a reader"])
def test_nobody_else_may_have_it_open(crawling: Crawling, copy: Path, writing: bool) -> None:
    old = _dump(crawling.path)
    database = create_or_open(crawling.path) if writing else open_for_reading(crawling.path)
    database.execute("SELECT count(*) FROM runs").fetchone()
    done = crawling.archiver("restore", str(copy), ARCHIVE_BUSY_SECONDS="0.5")
    assert (done.status, len(done.err.splitlines())) == (75, 1)
    assert done.err.startswith(f"archiver: {crawling.path}: not restored, another program has the archive open (")
    database.close()
    assert (_dump(crawling.path), [name for name in _names(crawling.folder) if "restore" in name]) == (old, [])
    assert crawling.archiver("restore", str(copy)).status == 0


def test_a_disk_without_room(crawling: Crawling, copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**6, 10**6, 1000))  # type: ignore[attr-defined]  # what it returns has no public name
    before = crawling.path.read_bytes()
    with pytest.raises(Exception, match=r"MB are needed here and 0\.0 MB are free; make room first"):
        restore(crawling.path, copy)
    assert (crawling.path.read_bytes(), _names(crawling.folder)) == (before, ["archive.db", "copies"])


def test_a_file_system_without_hard_links(crawling: Crawling, copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    old = _dump(crawling.path)
    restore(crawling.path, copy)
    assert (_dump(crawling.path), _dump(crawling.folder / KEPT)) == (_dump(copy), old)


_STOPPED = """
import os, sys
from pathlib import Path
from archiver.archive.store import exchange
from archiver.archive.store.restore import restore
calls = 0

def count(name, owner):
    plain = getattr(owner, name)
    def counted(*arguments, **options):
        global calls
        calls += 1
        if calls == int(sys.argv[3]):
            os.kill(os.getpid(), 9)
        return plain(*arguments, **options)
    setattr(owner, name, counted)

for name in ("link", "open", "fsync", "chmod"):
    count(name, os)
for name in ("rename", "replace", "unlink"):
    count(name, Path)
restore(Path(sys.argv[1]), Path(sys.argv[2]))
"""


@pytest.mark.parametrize(
    "kind", ["whole", *(pytest.param(kind, marks=pytest.mark.slow) for kind in ("damaged", "other log"))]
)
def test_kill_9_between_any_two_steps(crawling: Crawling, copy: Path, tmp_path: Path, kind: str) -> None:
    """Whatever it leaves is the old archive or the new one, and another restore finishes; nothing is lost."""
    log = tmp_path / "log"
    visits = Visits(crawling.path)
    visits.run(frozen_portal(), MORNING + timedelta(days=9))
    shutil.copy(f"{crawling.path}-wal", log)
    close_archive(visits.database)
    if kind == "damaged":
        with crawling.path.open("r+b") as stream:
            stream.write(b"\0" * 100)
    old, new = crawling.path.read_bytes(), _dump(copy)
    for step in range(1, 100):
        place = tmp_path / f"step-{step}"
        place.mkdir()
        path = Path(shutil.copy(crawling.path, place))
        if kind == "other log":
            shutil.copy(log, place / "archive.db-wal")
            shutil.copy(copy, path)
        before = path.read_bytes()
        done = subprocess.run(
            [sys.executable, "-c", _STOPPED, str(path), str(copy), str(step)], check=False, cwd=PROJECT
        )
        if done.returncode == 0:
            break
        assert done.returncode == -signal.SIGKILL
        assert path.read_bytes()[100:] == before[100:] or _dump(path) == new
        check_copy(path, copy)
        restore(path, copy)
        assert _dump(path) == new
        kept = [file for file in place.iterdir() if file.name.endswith(".bak")]
        assert before[100:] in [file.read_bytes()[100:] for file in kept]
        logs = [file.name for file in place.iterdir() if "-wal" in file.name]
        assert len(logs) == (1 if kind == "other log" else 0)
        assert not [file for file in place.iterdir() if file.name == ".archive.db.before-restore"]
    assert (step > 6, old != new) == (True, True)


@pytest.mark.slow
@pytest.mark.parametrize("command", ["restore", "backup"])
def test_kill_9_at_random_moments(crawling: Crawling, copy: Path, command: str) -> None:
    chance = Random(command)
    with closing(sqlite3.connect(crawling.path)) as connection, connection:
        connection.execute(
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) "
            "INSERT INTO payloads SELECT randomblob(32), 4000, 'plain', NULL, NULL, randomblob(4000) FROM n"
        )
    old, new = _dump(crawling.path), _dump(copy)
    target = crawling.path if command == "restore" else copy
    arguments = ["restore", str(copy)] if command == "restore" else ["backup", "--force", str(copy)]
    outcomes = []
    for _ in range(20):
        with subprocess.Popen(
            [sys.executable, "-m", "archiver", "--db", str(crawling.path), *arguments], cwd=PROJECT
        ) as process:
            time.sleep(chance.uniform(0.15, 0.9))
            process.kill()
        found = _dump(target)
        assert found in (old, new)
        outcomes.append(found == old)
        if command == "restore" and found == new:  # and back again for the next round
            kept = [path for path in crawling.folder.iterdir() if "before-restore" in path.name]
            back = next(path for path in kept if _dump(path) == old)
            exchange(crawling.path, Path(shutil.copy(back, crawling.folder / "back.db")))
        elif command == "backup" and found == old:
            shutil.copy(crawling.path, copy)
    assert crawling.archiver(*arguments).status == 0
    assert _dump(target) == (new if command == "restore" else old)


def _crawl(crawling: Crawling, base: str, *more: str) -> "subprocess.Popen[str]":
    command = [
        sys.executable,
        "-m",
        "archiver",
        "crawl",
        "dukdhcd",
        "-a",
        f"start={base}/tin-khoi",
        "-a",
        "full=1",
        *FAST,
        *more,
    ]
    settings = os.environ | {"ARCHIVE_DB": str(crawling.path)}
    return subprocess.Popen(command, cwd=PROJECT, env=settings, stderr=subprocess.PIPE, text=True)


@pytest.mark.slow
def test_restore_and_crawl_at_once(crawling: Crawling, copy: Path) -> None:
    """One of the two has to wait, and says so in a line; each archive is whole afterwards."""
    chance, portal, outcomes, took = Random(4), frozen_portal(), set(), 0.0
    with serve(portal) as base:
        for turn in range(60):
            if turn >= 12 and len(outcomes) >= 2:
                break
            began, crawl = time.monotonic(), _crawl(crawling, base, "-s", "DOWNLOAD_DELAY=0.2")
            time.sleep(chance.uniform(0, took))
            done = crawling.archiver("restore", str(copy))
            _, errors = crawl.communicate(timeout=100)
            took = took or time.monotonic() - began
            assert done.status in (0, 75), done.err
            assert crawl.returncode in (0, 3, 75), errors
            assert "Traceback" not in done.err + errors
            for path in crawling.folder.glob("archive.db*"):
                if path.suffix in (".db", ".bak"):
                    with closing(open_for_reading(path)) as database:
                        assert list(verify(database)) == []
            outcomes.add((done.status, crawl.returncode == 75))
    assert len(outcomes) >= 2


def test_a_crawl_of_another_site_waits_for_the_restored_archive(crawling: Crawling, copy: Path) -> None:
    """Its site is known to nobody, so no lock holds it up: it waits at the archive itself, and takes the new one."""
    code = (
        "import sys, time; from pathlib import Path; from archiver.archive.store import exchange\n"
        "plain = exchange._name_twice\n"
        "def slow(archive): print('held', flush=True); time.sleep(2); plain(archive)\n"
        "exchange._name_twice = slow\n"
        "from archiver.archive.store.restore import restore\n"
        "restore(Path(sys.argv[1]), Path(sys.argv[2]))"
    )
    command = [sys.executable, "-c", code, str(crawling.path), str(copy)]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.readline() == b"held\n"
        database = create_or_open(crawling.path)
        with database.atomic():
            database.execute("UPDATE runs SET errors = 7")
        assert process.wait(60) == 0
    close_archive(database)
    with closing(sqlite3.connect(crawling.path)) as connection:
        assert connection.execute("SELECT errors FROM runs").fetchall() == [(7,)]
    with closing(sqlite3.connect(crawling.folder / KEPT)) as connection:
        assert 7 not in {row[0] for row in connection.execute("SELECT errors FROM runs")}
