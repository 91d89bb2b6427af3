"""A platform of a project's own package: the example of docs/own-platform.md, run as it stands there."""

import os
import pickle
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlite_utils import Database

from archiver import platforms
from archiver.errors import SiteError
from archiver.ingest.record import name_parser
from archiver.platforms import PLATFORMS, name_platform, platform_of
from archiver.platforms.layout import Platform
from archiver.platforms.nukeviet import NUKEVIET
from archiver.site import Site
from tests.conftest import FAST, PROJECT, Done
from tests.loopback import QuietHandler, serve_handler

GUIDE = (PROJECT / "docs" / "own-platform.md").read_text(encoding="utf-8")
FILES = dict(re.findall(r"^`([\w/]+\.py)`\n\n```python\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL))
ARTICLE = """<html><body><div class="ward-article"><h1>Lịch họp tháng {0}</h1>
<p class="meta" data-views="12{0}">05/0{0}/2026 14:30</p><p class="lead">Ủy ban họp ba phiên.</p>
<div class="text"><p>Phiên đầu bàn về ngân sách của phường trong năm nay.</p></div></div></body></html>"""
ROW = '<li><a href="/bai/{0}">Lịch họp tháng {0}</a> <span class="date">05/0{0}/2026</span></li>'


class Ward(QuietHandler):
    """Six articles on two pages of a listing."""

    def respond(self) -> None:
        body = self._write_page().encode()
        self.send_response(200 if body else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _write_page(self) -> str:
        if match := re.fullmatch(r"/bai/([1-6])", self.path):
            return ARTICLE.format(match[1])
        if not self.path.startswith("/tin"):
            return ""
        first = 4 if "trang=2" in self.path else 1
        following = "" if first == 4 else '<a class="next" href="/tin?trang=2">Sau</a>'
        rows = "".join(ROW.format(number) for number in range(first, first + 3))
        return f'<html><body><ul class="rows">{rows}</ul>{following}</body></html>'


class Project:
    """A project in a folder of its own, with what the guide says."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.archive = folder / "data" / "archive.db"
        written = FILES | {"ward_portal/__init__.py": "", "spiders/__init__.py": ""}
        for name, text in written.items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
        (folder / "scrapy.cfg").write_text("[settings]\ndefault = archiver.settings\n")
        (folder / "data").mkdir()

    def run(self, *command: str) -> Done:
        places = {"ARCHIVE_DB": str(self.archive), "PYTHONPATH": str(PROJECT), "PYTHONUTF8": "1", "COLUMNS": "200"}
        done = subprocess.run(
            [sys.executable, "-m", *command],
            check=False,
            cwd=self.folder,
            env=os.environ | places,
            capture_output=True,
            text=True,
            timeout=120,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def crawl(self, base: str, *more: str) -> Done:
        return self.run("scrapy", "crawl", "kecho", "-a", f"start={base}/tin", *FAST, "-s", "LOG_LEVEL=ERROR", *more)

    def query(self, sql: str) -> list[tuple[object, ...]]:
        database = Database(self.archive)
        try:
            return database.execute(sql).fetchall()
        finally:
            database.close()

    def change(self, name: str, before: str, after: str) -> None:
        path = self.folder / name
        text = path.read_text(encoding="utf-8")
        assert before in text
        path.write_text(text.replace(before, after), encoding="utf-8")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


@pytest.fixture(scope="module")
def ward() -> Iterator[str]:
    with serve_handler(Ward) as base:
        yield base


def test_the_guide_has_all_files_of_its_example() -> None:
    assert set(FILES) == {"ward_portal/platform.py", "spiders/kecho.py", "tests/test_ward_portal.py"}


def test_the_test_of_the_guide_passes(project: Project) -> None:
    done = project.run("pytest", "-q", "-p", "no:cacheprovider", "tests")
    assert done.status == 0, done.out


def test_scrapy_parse_shows_what_it_reads(project: Project, ward: str) -> None:
    done = project.run("scrapy", "parse", "--spider", "kecho", "--nocolour", f"{ward}/bai/3")
    assert (done.status, "'views': 123," in done.out, project.archive.exists()) == (0, True, False)


@pytest.mark.parametrize("second", ["never", "always"])
def test_a_crawl_reads_with_it_in_one_process_or_two(project: Project, ward: str, second: str) -> None:
    done = project.crawl(ward, "-s", f"ARCHIVE_RECORDING_PROCESS={second}")
    assert (done.status, done.err.splitlines()) == (0, [f"New archive: {project.archive}"])
    stored = project.query("SELECT article_id, title, lead, views FROM current_articles ORDER BY article_id")
    assert stored == [(str(n), f"Lịch họp tháng {n}", "Ủy ban họp ba phiên.", 120 + n) for n in range(1, 7)]
    assert project.query("SELECT platform FROM sites") == [("ward_portal.platform:WARD_PORTAL",)]
    parsers = project.query("SELECT version FROM parsers")
    assert len(parsers) == 1
    assert re.search(r"^\d+\.1 ward_portal trafilatura \S+ [0-9a-f]{12}$", str(parsers[0][0]))
    assert project.run("archiver", "verify").status == 0


def test_a_changed_platform_is_a_new_parser_and_no_edit_of_a_page(project: Project, ward: str) -> None:
    assert project.crawl(ward).status == 0
    project.change("ward_portal/platform.py", 'lead="p.lead"', "lead=None")
    done = project.crawl(ward, "-a", "full=1")
    assert (done.status, done.err) == (0, "")
    assert project.query("SELECT count(*) FROM parsers") == [(2,)]
    assert project.query("SELECT sum(snapshots), count(lead) FROM current_articles") == [(6, 0)]


def test_reparse_reads_all_again_with_the_changed_one(project: Project, ward: str) -> None:
    assert project.crawl(ward).status == 0
    project.change("ward_portal/platform.py", "data-views", "data-nothing")
    project.change("ward_portal/platform.py", 'title="h1"', 'title="p.lead"')
    done = project.run("archiver", "reparse", "--jobs", "2")
    assert done.status == 0, done.err
    assert project.query("SELECT DISTINCT title FROM current_articles") == [("Ủy ban họp ba phiên.",)]
    assert project.query("SELECT sum(snapshots) FROM current_articles") == [(6,)]


def test_where_the_package_is_missing_one_line_says_so(project: Project, ward: str) -> None:
    assert project.crawl(ward).status == 0
    (project.folder / "ward_portal" / "platform.py").rename(project.folder / "ward_portal" / "other.py")
    done = project.run("archiver", "reparse")
    line = (
        "archiver: site kecho: its platform ward_portal.platform:WARD_PORTAL cannot be loaded: "
        "no module ward_portal.platform is here that declares a platform WARD_PORTAL\n"
    )
    assert (done.status, done.err) == (2, line)


SOURCE = "from archiver.platforms.generic import read_address\nfrom archiver.platforms.layout import Platform\n"
OWN = "OWN = Platform('own', 'Own', (), read_address)\n"


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package of one's own, imported anew for each test."""
    folder = tmp_path / f"own_{tmp_path.name.replace('-', '_')}"
    folder.mkdir()
    (folder / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    yield folder
    for name in [name for name in sys.modules if name.split(".")[0] == folder.name]:
        del sys.modules[name]


def _site(platform: str) -> Site:
    return Site("own", "Own", platform)


def _parser_of(package: Path, **files: str) -> str:
    """Write modules, and return the parser of the platform OWN in the one that is called portal."""
    for name in [name for name in sys.modules if name.split(".")[0] == package.name]:
        del sys.modules[name]
    for name, text in files.items():
        (package / f"{name}.py").write_text(text, encoding="utf-8")
    platforms._import_platform.cache_clear()  # a new process has none
    return name_parser(_site(f"{package.name}.portal:OWN"))


def test_what_a_platform_is_are_the_modules_it_imports_of_its_package(package: Path) -> None:
    portal = f"{SOURCE}from .places import TITLE\n{OWN}"
    first = _parser_of(package, portal=portal, places="from . import words\nTITLE = 'h1'\n", words="", others="A = 1\n")
    assert _parser_of(package, others="A = 2\n") == first
    second = _parser_of(package, places="from . import words\nTITLE = 'h2'\n")
    third = _parser_of(package, words="WORD = 'a'\n")
    assert len({first, second, third}) == 3
    assert _parser_of(package, places="from . import words\nTITLE = 'h1'\n", words="") == first


def test_a_site_with_it_goes_from_process_to_process(package: Path) -> None:
    parser = _parser_of(package, portal=SOURCE + OWN)
    own = vars(sys.modules[f"{package.name}.portal"])["OWN"]
    site = pickle.loads(pickle.dumps(_site(name_platform("own", own))))
    assert site.platform == f"{package.name}.portal:OWN"
    assert name_parser(site) == parser


def test_a_platform_of_ours_may_be_given_as_an_object() -> None:
    assert name_platform("own", NUKEVIET) == "nukeviet"
    assert platform_of(_site("nukeviet")) is PLATFORMS["nukeviet"]


NAMELESS = "site own: its platform has no name; write NAME = Platform(…) in a module of the project"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": "another"}, NAMELESS),
        ({"marks": ["p"]}, "site own: its platform holds a list or a dict; write tuples"),
    ],
)
def test_a_platform_that_nobody_can_import_is_refused(changes: dict[str, object], said: str) -> None:
    platform: Platform = replace(NUKEVIET, **changes)  # type: ignore[arg-type]
    with pytest.raises(SiteError, match=re.escape(said)):
        name_platform("own", platform)


def test_an_archive_makes_nobody_run_a_module(package: Path) -> None:
    """What a stranger writes into an archive is imported only where it declares a platform."""
    marker = package / "it_ran"
    (package / "script.py").write_text(f"open({str(marker)!r}, 'w')\nOWN = 1\n")
    for platform in (f"{package.name}.script:OWN", "os:system", "antigravity:fly", "__main__:OWN", "khong.co:OWN"):
        with pytest.raises(SiteError, match="cannot be loaded: no module"):
            platform_of(_site(platform))
    assert not marker.exists()


@pytest.mark.parametrize(("text", "said"), [("OWN = Platform(\n", "was never closed"), ("OWN = 5\n", "is no Platform")])
def test_a_module_with_a_mistake_is_told_in_one_line(package: Path, text: str, said: str) -> None:
    with pytest.raises(SiteError, match=f"cannot be loaded: .*{said}"):
        _parser_of(package, portal=SOURCE + text)
