"""README, CONTRIBUTING and docs: every command, query and example works, every link leads somewhere."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from archiver.archive.evidence.files import folder_of_files
from archiver.archive.queries.views import EXAMPLES
from archiver.crawl.rendering.chromium import find_chromium
from archiver.platforms import PLATFORMS
from tests.conftest import PROJECT, Crawling
from tests.documents import (
    COLUMNS,
    PAGES,
    QUERIES,
    anchors_of,
    blocks_of,
    links_of,
    name_of,
    read_document,
    section_of,
    write_columns,
    write_queries,
)
from tests.portal import demo_portal, serve

NAMES = [name_of(path) for path in PAGES]
CHANNEL = "cong-tac-doan-hoi"
ELSEWHERE = {
    "https://HOST/CHANNEL": "127.0.0.1",
    "https://vidu.gov.vn/tin-tuc": "127.0.0.1",
    "https://khac.gov.vn/tin-tuc": "localhost",
}
"""Addresses of the examples, and the host by which a test calls a local portal in their place."""
ENGLISH, VIETNAMESE = "docs/getting-started.md", "docs/bat-dau.md"
OWN_PLATFORM = "docs/own-platform.md"  # test_own_platform.py follows it
BACKFILL = "docs/backfill.md"  # test_backfill_guide.py follows it, with a web archive of its own
FLEET = "docs/fleet.md"  # test_fleet_guide.py follows it, with a hub of its own


def _lines_of(name: str) -> list[str]:
    lines = (line for block in blocks_of(name, "sh") for line in block.splitlines())
    return [line for line in lines if line and not line.startswith("#")]


MAKES = sorted({line for name in NAMES for line in _lines_of(name) if line.startswith("make ")})
# One page has the commands of the other (tested below); they need not run twice.
FOLLOWED = [
    name
    for name in NAMES
    if name not in (VIETNAMESE, OWN_PLATFORM, BACKFILL, FLEET) and set(_lines_of(name)) - set(MAKES)
]


@pytest.fixture(scope="module")
def demo(module_crawling: Crawling) -> Path:
    """The archive that `make demo` leaves."""
    path = module_crawling.folder / "demo.db"
    done = module_crawling.archiver("demo", "--db", str(path))
    assert done.status == 0, done.err
    return path


@pytest.fixture(scope="module")
def portal() -> Iterator[str]:
    with serve(demo_portal()) as base:
        yield base


@pytest.mark.parametrize("command", MAKES)
def test_make_knows_the_target(command: str) -> None:
    make = shutil.which("make")
    if make is None:
        pytest.skip("there is no make")
    done = subprocess.run([make, "-n", *command.split()[1:]], check=False, cwd=PROJECT, capture_output=True)
    assert done.returncode == 0


class Reader:
    """Somebody who follows a page from top to bottom, in a project that holds the demo's archive twice."""

    def __init__(self, folder: Path, demo: Path, portal: str) -> None:
        self.folder = folder
        self.portal = portal
        (folder / "archiver").symlink_to(PROJECT / "archiver", target_is_directory=True)
        (folder / "tests").mkdir()
        shutil.copy(PROJECT / "scrapy.cfg", folder)
        shutil.copytree(PROJECT / "spiders", folder / "spiders", ignore=shutil.ignore_patterns("__pycache__"))
        (folder / "data").mkdir()
        for name in ("demo.db", "archive.db"):
            copy_archive(demo, folder / "data" / name)
        self._write_programs()

    def _write_programs(self) -> None:
        programs = self.folder / "bin"
        programs.mkdir()
        for name in ("archiver", "scrapy", "python"):
            module = "" if name == "python" else f"-m {name} "
            (programs / name).write_text(f'#!/bin/sh\nexec {sys.executable} {module}"$@"\n', encoding="utf-8")
            (programs / name).chmod(0o755)

    def follow(self, lines: list[str]) -> subprocess.CompletedProcess[str]:
        """Let a shell run the lines, one after the other; it ends with the first that fails, and names it."""
        script = "\n".join(self._bring_home(line) for line in lines)
        settings = {"PYTHONPATH": str(self.folder), "COLUMNS": "160", "PATH": f"{self.folder}/bin:{os.environ['PATH']}"}
        return subprocess.run(
            ["bash", "-exo", "pipefail", "-c", script],
            stdin=subprocess.DEVNULL,
            cwd=self.folder,
            env={name: value for name, value in os.environ.items() if not name.startswith("ARCHIVE_")} | settings,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )

    def _bring_home(self, line: str) -> str:
        """Have a local portal crawled in the place of all others, without a pause."""
        home = f"{self.portal}/{CHANNEL}"
        words = line.split()
        for address, host in ELSEWHERE.items():
            line = line.replace(address, home.replace("127.0.0.1", host))
        if words[:2] in (["archiver", "crawl"], ["scrapy", "crawl"]):
            line += "" if CHANNEL in line else f" -a start={home}"
            # The demo's portal counts from the beginning again, which is a finding.
            return f"{line} -s DOWNLOAD_DELAY=0{' || [ $? = 3 ]' if 'dukdhcd' in words else ''}"
        if words[1:3] == ["sites", "new"]:
            return f"{line} --yes --pause 0 -s DOWNLOAD_DELAY=0"
        return f"{line} -s DOWNLOAD_DELAY=0" if words[1:3] == ["sites", "check"] else line


def copy_archive(path: Path, copy: Path) -> None:
    """Copy an archive and its files, as ``backup`` would, without what that takes."""
    shutil.copy(path, copy)
    shutil.copytree(folder_of_files(path), folder_of_files(copy), dirs_exist_ok=True)


# A server ends by a signal only: tests/test_web.py and tests/test_browser.py start it. What is not in the shell's path
# but in an environment of its own is there already.
LEFT_OUT = re.compile(r"make |archiver .*\bserve$|archiver serve\b|\. \.venv/bin/activate$")


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[] if name == "README.md" else pytest.mark.slow) for name in FOLLOWED]
)
def test_a_reader_can_follow_the_page(name: str, demo: Path, portal: str, tmp_path: Path) -> None:
    done = Reader(tmp_path, demo, portal).follow([line for line in _lines_of(name) if not LEFT_OUT.match(line)])
    assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr[-3000:]


@pytest.mark.parametrize("query", [query for name in NAMES for query in blocks_of(name, "sql")])
def test_query_finds_something(query: str, demo: Path, tmp_path: Path) -> None:
    crawling = Crawling(tmp_path)
    shutil.copy(demo, crawling.path)
    assert crawling.query(query)


def test_the_fifteen_queries_are_those_of_the_package() -> None:
    """``python -m tests.documents`` writes them."""
    assert section_of("docs/sql.md", QUERIES).strip() == write_queries().strip()
    assert len(EXAMPLES) == len(blocks_of("docs/sql.md", "sql")) == 15


def test_the_example_sites_are_sites() -> None:
    found = []
    for example in blocks_of("docs/sites.md", "python"):
        namespace: dict[str, object] = {}
        exec(compile(example, "docs/sites.md", "exec"), namespace)
        site = namespace["Example"].declare_site()  # type: ignore[attr-defined]
        found.append((site.name, len(site.listings)))
        assert 8 <= len(example.strip().splitlines()) <= 25
    assert found
    assert set(found) == {("example", 1)}


def test_the_articles_of_the_examples_are_in_the_demo(demo: Path) -> None:
    ids = {key for name in NAMES for key in re.findall(r"\b44\d{5}\b", read_document(name))}
    crawling = Crawling(demo.parent)
    crawling.path = demo
    known = {row["article_id"] for row in crawling.query("SELECT article_id FROM current_articles")}
    assert ids
    assert ids <= known


def test_both_languages_have_the_same_commands_and_headings() -> None:
    assert _lines_of(ENGLISH) == _lines_of(VIETNAMESE)
    levels = [re.findall(r"^(#+) ", read_document(name), re.MULTILINE) for name in (ENGLISH, VIETNAMESE)]
    assert levels[0] == levels[1]


@pytest.mark.parametrize("name", NAMES)
def test_links_lead_somewhere(name: str) -> None:
    for target in links_of(name):
        path, _, anchor = target.partition("#")
        there = (PROJECT / name).parent / path if path else PROJECT / name
        led = Path(os.path.normpath(there)).relative_to(PROJECT).as_posix()
        assert (PROJECT / led).exists(), f"{name}: {target}"
        assert not anchor or anchor in anchors_of(led), f"{name}: {target}"


@pytest.mark.parametrize("name", NAMES)
def test_modules_and_commands_that_are_named_exist(name: str) -> None:
    """What is named as a path in the code is there; prose goes out of date silently otherwise."""
    text = read_document(name)
    named = set(re.findall(r"`((?:[\w.-]+/)+[\w.-]+\.py)`", text))
    written = set(re.findall(r"^`([\w./-]+)`\n\n```python", text, re.MULTILINE))  # the page has its reader write them
    rooms = (PROJECT, PROJECT / "archiver")
    there = {path for path in named if any((room / path).is_file() for room in rooms)}
    assert {path for path in named - there - written if Path(path).name != "__init__.py"} <= {"spiders/vidu.py"}


def test_every_page_is_in_the_index_and_the_navigation() -> None:
    pages = {path.name for path in PAGES if path.parent.name == "docs"} - {"index.md"} | {"findings.md"}
    navigation = set(re.findall(r"[\w-]+\.md", (PROJECT / "mkdocs.yml").read_text(encoding="utf-8")))
    assert set(links_of("docs/index.md")) == pages
    assert navigation == pages | {"index.md"}


@pytest.mark.slow
@pytest.mark.skipif(find_chromium() is None, reason="there is no chromium here: apt-get install chromium")
def test_the_pictures_can_be_drawn(tmp_path: Path) -> None:
    """How they look depends on the fonts of a machine, so they are not compared."""
    pytest.importorskip("playwright", reason="playwright is not installed: make test installs it")
    done = subprocess.run([sys.executable, "-m", "tests.pictures", str(tmp_path)], cwd=PROJECT, check=False)
    assert done.returncode == 0
    kept = {path.name for path in (PROJECT / "docs" / "pictures").iterdir()}
    assert {path.name for path in tmp_path.iterdir() if path.read_bytes()[:4] == b"\x89PNG"} == kept


def test_the_pages_for_newcomers_are_short() -> None:
    assert len(read_document("README.md").splitlines()) <= 150
    assert (PROJECT / "CONTRIBUTING.md").stat().st_size <= 10_000


def test_the_columns_are_those_of_the_schema() -> None:
    """``python -m tests.documents`` writes them."""
    assert section_of("docs/sql.md", COLUMNS).strip() == write_columns().strip()


def test_the_platforms_are_those_that_are_known() -> None:
    section = section_of("docs/sites.md", "## Known platforms")
    rows = re.findall(r"^\| `(\w+)` \| (.+) \| (yes|no|–) \|$", section, re.MULTILINE)
    known = [
        platform for name, platform in PLATFORMS.items() if name not in ("forms", "scripted", "styled")
    ]  # portals of tests
    assert {name: proved == "yes" for name, _, proved in rows} == {one.name: one.proved for one in known}
    assert {name: title for name, title, _ in rows if name != "generic"} == {
        one.name: one.title for one in known if one.name != "generic"
    }
