"""A project of one's own, and no project at all: what is found where, what is made, what is told."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

from archiver import project
from archiver.cli import archiver
from archiver.errors import ArchiverError, UsageError
from archiver.project import archive_path, find_folder, find_project, find_sites
from tests.conftest import FAST, PROJECT, Done
from tests.portal import Portal, demo_portal, serve

CHANNEL = "cong-tac-doan-hoi"
NAMED = ("ARCHIVE_DB", "SCRAPY_SETTINGS_MODULE")
"""What would say where things are; other tests of this process leave the second."""
MADE = {
    ".gitignore": "__pycache__/\ndata/*\n!data/.gitkeep\n",
    "data/.gitkeep": "",
    "scrapy.cfg": "[settings]\ndefault = archiver.settings\n",
    "spiders/__init__.py": '"""One file a site; archiver sites new URL writes one."""\n',
}
SITE = """
from archiver.crawl.spider import CommitteeSpider

class Mine(CommitteeSpider):
    name, title, platform = "{name}", "Của tôi", "liferay_hanoi"
    listings = ("{listing}",)
"""


@dataclass(frozen=True)
class Installed:
    """The package alone, copied to a folder of its own: what an installation knows of this checkout."""

    library: Path

    def run(self, folder: Path, *command: str, **environment: str) -> Done:
        """Run a module in a folder, with nothing said of where things are."""
        settings = {name: value for name, value in os.environ.items() if name not in NAMED}
        settings |= {"PYTHONPATH": str(self.library), "COLUMNS": "200"} | environment
        done = subprocess.run(
            [sys.executable, "-m", *command],
            cwd=folder,
            env=settings,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        return Done(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    library = tmp_path_factory.mktemp("library")
    shutil.copytree(PROJECT / "archiver", library / "archiver", ignore=shutil.ignore_patterns("__pycache__"))
    return Installed(library)


@pytest.fixture(scope="module")
def portal() -> Iterator[tuple[Portal, str]]:
    portal = demo_portal()
    with serve(portal) as base:
        yield portal, f"{base}/{CHANNEL}"


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A project that ``archiver init`` made."""
    _init(tmp_path / "news")
    return tmp_path / "news"


def _init(folder: Path) -> str:
    done = CliRunner().invoke(archiver, ["init", str(folder)], standalone_mode=False)
    if done.exception:
        raise done.exception
    return done.stderr


def _read(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_text(encoding="utf-8") for path in files}


@pytest.mark.parametrize("depth", ["news", "a/b/news", "."])
def test_init_makes_a_project_and_says_how_to_go_on(
    depth: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    said = _init(Path(depth))
    assert _read(tmp_path / depth) == MADE
    assert [line.strip() for line in said.splitlines()[2:3]] == (
        ["archiver sites new https://HOST/NEWS    declare a site from the address of its news"]
        if depth == "."
        else [f"cd {depth}"]
    )
    assert "archiver crawl NAME" in said


@pytest.mark.parametrize("part", ["scrapy.cfg", "spiders", "data", ".gitignore"])
def test_init_leaves_a_folder_that_has_a_part_of_it(part: str, tmp_path: Path) -> None:
    (tmp_path / part).write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError) as refused:
        _init(tmp_path)
    assert str(refused.value) == f"{tmp_path}: {part} is there already; name another folder"
    assert _read(tmp_path) == {part: "mine"}


def test_init_says_what_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ArchiverError, match=r"file/news.*: cannot be written: Not a directory"):
        _init(tmp_path / "file" / "news")


def test_a_project_is_found_from_within_and_nothing_outside(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ARCHIVE_DB", raising=False)
    monkeypatch.setattr(project, "_CHECKOUT", own.parent / "site-packages")
    for folder in (own, own / "spiders", own / "data"):
        monkeypatch.chdir(folder)
        assert (find_project(), find_folder(), find_sites()) == (own, own, own / "spiders")
        assert archive_path() == own / "data" / "archive.db"
    monkeypatch.chdir(own.parent)
    (own.parent / "spiders").mkdir()
    assert (find_project(), find_folder(), find_sites()) == (None, own.parent, None)
    assert archive_path() == own.parent / "archive.db"
    monkeypatch.setenv("ARCHIVE_DB", "named.db")
    assert archive_path() == Path("named.db")


def test_without_a_project_the_archive_lies_here_and_its_place_is_told_once(
    installed: Installed, portal: tuple[Portal, str], tmp_path: Path
) -> None:
    crawl = ("archiver", "crawl", "site", "-a", f"url={portal[1]}", *FAST)
    said = [installed.run(tmp_path, *crawl).err for _ in range(2)]
    assert said == [f"New archive: {tmp_path / 'archive.db'}\n", ""]
    listed = json.loads(installed.run(tmp_path, "archiver", "list", "--json").out)
    assert len(listed) == len(portal[0].listed(CHANNEL))
    named = installed.run(tmp_path, *crawl, "-a", "max_pages=1", ARCHIVE_DB=str(tmp_path / "named.db"))
    assert (named.status, named.err, (tmp_path / "named.db").exists()) == (0, "", True)
    assert [path for path in installed.library.iterdir() if path.name != "archiver"] == []


@pytest.mark.parametrize(
    ("command", "status", "line"),
    [
        (("crawl", "--all"), 2, "no site is declared yet; archiver sites new URL declares one"),
        (("crawl", "vidu"), 2, "there is no site 'vidu'; no site is declared yet; archiver sites new URL declares one"),
        (("list",), 1, "archive.db: there is no archive; crawl first, or name another with --db"),
        (("sites", "new", "https://vidu.gov.vn"), 2, "here is none; make one with archiver init FOLDER"),
    ],
)
def test_without_a_project_a_mistake_says_what_to_do(
    command: tuple[str, ...], status: int, line: str, installed: Installed, tmp_path: Path
) -> None:
    done = installed.run(tmp_path, "archiver", *command)
    assert (done.status, done.out) == (status, "")
    assert (done.err.endswith(f"{line}\n"), done.err.count("\n")) == (True, 1)
    assert not (tmp_path / "archive.db").exists()


def test_sites_of_the_project_are_found_and_win(installed: Installed, own: Path) -> None:
    """Over the spider for undeclared sites, too, which is the one site that the package brings."""
    (own / "spiders" / "mine.py").write_text(SITE.format(name="site", listing="https://vidu.gov.vn/tin"), "utf-8")
    for folder in (own, own / "data"):
        rows = json.loads(installed.run(folder, "archiver", "sites", "--json").out)
        assert [(row["site"], row["title"]) for row in rows] == [("site", "Của tôi")]
        assert installed.run(folder, "scrapy", "list").out.split() == ["site"]
    (own / "spiders" / "mine.py").write_text(SITE.format(name="mine", listing="https://vidu.gov.vn/tin"), "utf-8")
    assert installed.run(own, "scrapy", "list").out.split() == ["mine", "site"]


def test_a_project_may_have_settings_of_its_own(installed: Installed, own: Path, portal: tuple[Portal, str]) -> None:
    (own / "scrapy.cfg").write_text("[settings]\ndefault = our_settings\n", encoding="utf-8")
    changed = 'from archiver.settings import *\n\nUSER_AGENT = "TheNewsroom/1"\n'
    (own / "our_settings.py").write_text(changed, encoding="utf-8")
    (own / "spiders" / "mine.py").write_text(SITE.format(name="mine", listing=portal[1]), encoding="utf-8")
    for command in (("archiver", "crawl"), ("scrapy", "crawl")):
        asked = len(portal[0].requests)
        done = installed.run(own / "spiders", *command, "mine", *FAST)
        assert done.status == 0, done.err
        agents = {dict(request.headers)["User-Agent"] for request in portal[0].requests[asked:]}
        assert agents == {"TheNewsroom/1"}
    assert (own / "data" / "archive.db").exists()


@pytest.mark.parametrize(
    ("written", "line"),
    [
        ("[settings]\ndefault = other\n", "the settings other must begin with: from archiver.settings import *"),
        ("[settings]\ndefault = none\n", "scrapy.cfg names the settings none, which are not there: No module named"),
        ("default = none\n", "scrapy.cfg: cannot be read: File contains no section headers."),
    ],
)
def test_settings_that_cannot_be_used_are_told_in_one_line(
    written: str, line: str, installed: Installed, own: Path
) -> None:
    (own / "scrapy.cfg").write_text(written, encoding="utf-8")
    (own / "other.py").write_text("BOT_NAME = 'other'\n", encoding="utf-8")
    done = installed.run(own, "archiver", "sites")
    assert (done.status, done.out, done.err.count("\n")) == (2, "", 1)
    assert line in done.err
