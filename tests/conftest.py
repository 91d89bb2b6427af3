"""Real processes, real files: what most tests stand on."""

import os
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings
from sqlite_utils import Database

from tests.starting import Done, Starter

if TYPE_CHECKING:
    from tests.hub_server import HubDatabase, HubServer

# No example fails because the machine does something else for a moment.
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")

PROJECT = Path(__file__).parents[1]
SHARED = PROJECT.parent / "shared"
"""Real pages of real portals: third-party, so beside the project and not in it."""

FAST = ("-s", "DOWNLOAD_DELAY=0", "-s", "CONCURRENT_REQUESTS_PER_DOMAIN=8", "-s", "ARCHIVE_ATTACHMENTS=none")
"""Without documents, for most tests count requests; test_attachments asks for them."""


@cache
def starter() -> Starter:
    """Return the one of this process, which begins with the first program that is run."""
    return Starter()


class Crawling:
    """Runs the project's programs on an archive of its own; none of them for more than ``patience`` seconds."""

    def __init__(self, folder: Path, patience: float = 300) -> None:
        self.patience = patience
        self.path = folder / "archive.db"
        self.folder = folder

    def run(self, *command: str, **environment: str) -> Done:
        """Run a Python module of the project (``scrapy``, ``archiver``) with ARCHIVE_DB set."""
        settings = os.environ | {"ARCHIVE_DB": str(self.path), "COLUMNS": "200"} | environment
        if starter().may_start(settings):
            return starter().start(command, settings, self.patience)
        done = subprocess.run(
            [sys.executable, "-m", *command],
            check=False,
            cwd=PROJECT,
            env=settings,
            capture_output=True,
            text=True,
            timeout=self.patience,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def scrapy(self, site: str, start: str, *more: str, **environment: str) -> Done:
        """Crawl with ``scrapy crawl`` and no delay."""
        return self.run("scrapy", "crawl", site, "-a", f"start={start}", *FAST, *more, **environment)

    def archiver(self, *arguments: str, **environment: str) -> Done:
        """Call the ``archiver`` command."""
        return self.run("archiver", *arguments, **environment)

    def query(self, sql: str, *values: object) -> list[dict[str, object]]:
        """Ask the archive."""
        database = Database(self.path)
        try:
            return list(database.query(sql, values))
        finally:
            database.close()


@pytest.fixture(scope="session", autouse=True)
def _starting() -> Iterator[None]:
    yield
    if starter.cache_info().currsize:
        starter().end()


@pytest.fixture
def crawling(tmp_path: Path) -> Crawling:
    return Crawling(tmp_path)


@pytest.fixture(scope="session")
def shared() -> Path:
    if not SHARED.is_dir():
        pytest.skip("the real pages are not here: ../shared is missing")
    return SHARED


@pytest.fixture(scope="module")
def module_crawling(tmp_path_factory: pytest.TempPathFactory) -> Crawling:
    return Crawling(tmp_path_factory.mktemp("crawl"))


@pytest.fixture(scope="session")
def hub_server() -> Iterator["HubServer"]:
    """A PostgreSQL server for all tests of this process."""
    missing = "psycopg or procrastinate is missing: pip install 'committee-news-archiver[fleet]'"
    with pytest.importorskip("tests.hub_server", reason=missing, exc_type=ImportError).run_server() as server:
        yield server


@pytest.fixture
def hub_database(hub_server: "HubServer") -> "HubDatabase":
    """A hub of one's own, empty."""
    return hub_server.make_hub()
