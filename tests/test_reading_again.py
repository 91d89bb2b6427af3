"""``archiver reparse`` and ``verify`` as commands: what they write, whoever reads the pages for them."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archiver.archive.file import close_archive
from archiver.platforms import PLATFORMS
from archiver.platforms.liferay_hanoi import LIFERAY_HANOI
from archiver.site import Site
from tests.conftest import Crawling
from tests.portal import large_portal
from tests.visiting import BASE, Visits

START = datetime(2026, 1, 5, 3, 0, tzinfo=UTC)
SITE = Site("dukdhcd", "Đảng ủy Khối", "liferay_hanoi")
EARLIER = replace(LIFERAY_HANOI, version=0)
VIEWS = ("current_articles", "article_history", "view_history", "events", "run_summary")


@contextmanager
def _earlier_platform() -> Iterator[None]:
    """Read pages as a version of the platform that is older than the one that programs know."""
    PLATFORMS["liferay_hanoi"] = EARLIER
    try:
        yield
    finally:
        PLATFORMS["liferay_hanoi"] = LIFERAY_HANOI


@pytest.fixture(scope="module")
def older(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of five runs over 60 articles, some of them edited, that today's parser has not read."""
    path = tmp_path_factory.mktemp("older") / "archive.db"
    portal = large_portal()
    with _earlier_platform():
        visits = Visits(path, SITE, BASE)
        for day in range(5):
            portal.edit(portal.listed()[day].id, title=f"Tiêu đề sửa ngày {day}")
            visits.run(portal, START + timedelta(days=day))
    close_archive(visits.database)
    return path


@pytest.fixture
def archive(older: Path, crawling: Crawling) -> Crawling:
    shutil.copy(older, crawling.path)
    return crawling


def _versions(archive: Crawling) -> list[str]:
    rows = archive.query("SELECT DISTINCT version FROM parsers p JOIN readings ON parser_id = p.id ORDER BY 1")
    return [str(row["version"]) for row in rows]


def test_after_an_upgrade_all_is_read_again_and_kept(archive: Crawling) -> None:
    before = {view: archive.query(f"SELECT * FROM {view}") for view in VIEWS}
    assert len(_versions(archive)) == 1
    done = archive.archiver("reparse")
    assert (done.status, done.out, done.err) == (0, "", "360 same\n")
    assert len(_versions(archive)) == 2
    assert {view: archive.query(f"SELECT * FROM {view}") for view in VIEWS} == before
    again = archive.archiver("reparse")
    assert (again.status, again.err) == (0, "nothing to read again\n")


def test_a_dry_run_changes_no_byte(archive: Crawling) -> None:
    before = archive.path.read_bytes()
    archive.path.chmod(0o444)
    done = archive.archiver("reparse", "--dry-run")
    assert (done.status, done.out, done.err) == (0, "", "would be: 360 same\n")
    assert archive.path.read_bytes() == before
