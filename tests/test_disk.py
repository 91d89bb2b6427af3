"""A disk that is full, or fills up: one line, status 1, nothing lost, nothing half written, nothing asked for after."""

import os
import re
import resource
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from archiver.archive.store.connection import LEAST_SPACE
from tests.conftest import PROJECT, Crawling, Done
from tests.portal import Portal, demo_portal, serve

SLOW = pytest.mark.slow
PROGRAMS = {"scrapy": "scrapy crawl: ", "archiver": ""}


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Crawling]:
    """An archive on a disk of its own, with room for a crawl and little more."""
    folder = tmp_path / "small"
    folder.mkdir()
    size = f"size={LEAST_SPACE + 8_000_000}"
    mount = ["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(folder)]
    if os.geteuid() or not shutil.which("mount") or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("no disk can be mounted here: needs root")
    yield Crawling(folder)
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def _fill(folder: Path, left: int = 0) -> None:
    """Let another program take the room there is."""
    with (folder / "other").open("ab") as other:
        while (free := shutil.disk_usage(folder).free - left) > 0:
            try:
                other.write(b"\0" * min(free, 100_000))
                other.flush()
            except OSError:
                return


def _crawl(crawling: Crawling, program: str, portal: Portal, limit: int | None = None, delay: float = 0) -> Done:
    """Crawl all channels; ``limit`` bounds the bytes of every file that the process writes."""
    with serve(portal) as base:
        start = ",".join(f"{base}/{channel}" for channel in portal.channels)
        command = [sys.executable, "-m", program, "crawl", "dukdhcd", "-a", f"start={start}", "-a", "full=1"]
        done = subprocess.run(
            [*command, "-s", f"DOWNLOAD_DELAY={delay}", "-s", "AUTOTHROTTLE_ENABLED=0", "-s", "LOG_LEVEL=ERROR"],
            check=False,
            cwd=PROJECT,
            env=os.environ | {"ARCHIVE_DB": str(crawling.path)},
            capture_output=True,
            text=True,
            timeout=120,
            # Python itself ignores SIGXFSZ, so that a write beyond the limit fails as one on a full disk does.
            preexec_fn=lambda: limit and resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
        )
    return Done(done.returncode, done.stdout, done.stderr)


def _history(crawling: Crawling) -> list[dict[str, object]]:
    return crawling.query("SELECT article_id, snapshot, title, body, content_digest FROM article_history ORDER BY 1, 2")


def _kept(crawling: Crawling) -> int:
    return int(str(crawling.query("SELECT count(*) AS n FROM captures")[0]["n"]))


@pytest.mark.parametrize("program", ["archiver", pytest.param("scrapy", marks=SLOW)])
def test_a_disk_that_fills_up(small: Crawling, program: str) -> None:
    portal = demo_portal()
    assert _crawl(small, program, portal).status == 0
    before, kept = _history(small), _kept(small)
    assert len(before) == len(portal.listed())
    portal.clear_log()
    for article in portal.listed():
        portal.edit(article.id, title=f"{article.title} (sửa)")
    portal.outage = lambda _: _fill(small.folder) if len(portal.requests) >= 12 else None
    done = _crawl(small, program, portal, delay=0.1)
    lines = done.err.splitlines()
    reason = "the disk is full; make room and crawl again, what was recorded is kept"
    said = f"{PROGRAMS[program]}dukdhcd: {small.path}: {reason}"
    assert (done.status, lines.count(said), "Traceback" in done.err) == (1, 1, False), done.err
    (small.folder / "other").unlink()
    # One page is on its way while the one before it cannot be recorded.
    assert 0 <= len(portal.requests) - (_kept(small) - kept) <= 3
    assert small.query("PRAGMA integrity_check") == [{"integrity_check": "ok"}]
    assert [row for row in _history(small) if row["snapshot"] == 1] == before
    portal.outage = None
    assert _crawl(small, program, portal).status in (0, 3)
    assert len(_history(small)) == 2 * len(before)
    (_, full, last) = small.query("SELECT outcome FROM run_summary ORDER BY run_id")
    assert (full["outcome"] in ("died", "failed"), last["outcome"]) in ((True, "finished"), (True, "problems"))


@pytest.mark.parametrize("program", ["archiver", pytest.param("scrapy", marks=SLOW)])
def test_a_disk_without_room_is_told_before_the_first_request(small: Crawling, program: str) -> None:
    portal = demo_portal()
    assert _crawl(small, program, portal).status == 0
    before = small.path.read_bytes()
    portal.clear_log()
    _fill(small.folder, left=500_000)
    done = _crawl(small, program, portal)
    program_name = "scrapy crawl" if program == "scrapy" else "archiver"
    told = rf"{program_name}: {small.path}: the disk is full: 0\.\d MB are free, at least 1 MB are needed; make room; "
    assert re.fullmatch(told + "nothing was requested\n", done.err), done.err
    assert (done.status, portal.requests, small.path.read_bytes()) == (1, [], before)


@pytest.mark.parametrize("program", ["scrapy", pytest.param("archiver", marks=SLOW)])
@pytest.mark.slow
def test_a_file_that_may_not_grow(crawling: Crawling, program: str) -> None:
    """What a quota does, and runs where nothing can be mounted; the same promises as on a full disk."""
    portal = demo_portal()
    assert _crawl(crawling, program, portal).status == 0
    before, kept = _history(crawling), _kept(crawling)
    portal.clear_log()
    done = _crawl(crawling, program, portal, limit=crawling.path.stat().st_size + 4096, delay=0.1)
    said = f"{PROGRAMS[program]}dukdhcd: {crawling.path}: the archive cannot be written (disk I/O error): "
    lines = [line for line in done.err.splitlines() if line.startswith(said)]
    assert (done.status, len(lines), "Traceback" in done.err) == (1, 1, False), done.err
    assert 0 <= len(portal.requests) - (_kept(crawling) - kept) <= 3
    assert len(portal.requests) < len(before)
    assert crawling.query("PRAGMA integrity_check") == [{"integrity_check": "ok"}]
    assert _history(crawling) == before
    assert _crawl(crawling, program, portal).status in (0, 3)
