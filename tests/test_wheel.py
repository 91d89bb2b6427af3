"""The wheel, as somebody gets it who has no checkout: what it holds, and a project of one's own made with it."""

import json
import re
import shutil
import subprocess
import sys
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conftest import PROJECT, Done
from tests.portal import Portal, demo_portal, serve

pytestmark = pytest.mark.slow

CHANNEL = "cong-tac-doan-hoi"
QUICK = "-s DOWNLOAD_DELAY=0"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy, for setuptools leaves its own files in the folder that it builds from."""
    folder = tmp_path_factory.mktemp("wheel")
    shutil.copytree(PROJECT / "archiver", folder / "source" / "archiver")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(PROJECT / name, folder / "source")
    _pip(sys.executable, "wheel", "--no-deps", "--no-build-isolation", "-w", str(folder), str(folder / "source"))
    (built,) = folder.glob("*.whl")
    return built


def _pip(python: str | Path, *arguments: str) -> None:
    command = [str(python), "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, done.stderr


def test_it_holds_the_package_and_nothing_else(wheel: Path) -> None:
    """Every file of the package that git knows, code or not; no sites of this checkout, and no tests."""
    listed = subprocess.run(["git", "ls-files", "archiver"], cwd=PROJECT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a checkout")
    with zipfile.ZipFile(wheel) as packed:
        names = {name for name in packed.namelist() if ".dist-info/" not in name}
    assert names == set(listed.stdout.splitlines())


class Newcomer:
    """Somebody with a virtual environment of their own and the wheel in it, at a shell in an empty folder."""

    def __init__(self, home: Path, wheel: Path) -> None:
        self.here = home / "empty"
        self.here.mkdir()
        self.programs = home / "venv" / "bin"
        subprocess.run([sys.executable, "-m", "venv", str(home / "venv")], check=True, timeout=300)
        pins = home / "pins.txt"  # the versions of the lock, but let pip find out itself what is needed
        pins.write_text(re.sub(r" \\\n(?:\s+(?:--hash|#).*\n?)+", "\n", _read_lock()), encoding="utf-8")
        _pip(self.programs / "python", "install", "--constraint", str(pins), f"{wheel}[web]")

    def start(self, command: str) -> subprocess.Popen[str]:
        """Start what was typed."""
        program, *arguments = command.split()
        return subprocess.Popen(
            [str(self.programs / program), *arguments],
            cwd=self.here,
            env={"PATH": f"{self.programs}:/usr/bin:/bin", "HOME": str(self.here.parent), "LANG": "C.UTF-8"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def types(self, command: str, status: int = 0) -> Done:
        """Type a command and wait for its end."""
        process = self.start(command)
        out, err = process.communicate(timeout=300)
        assert process.returncode == status, f"{command}: {err}"
        assert "Traceback" not in err, f"{command}: {err}"
        return Done(process.returncode, out, err)

    @contextmanager
    def serves(self) -> Iterator[str]:
        """Keep the browser's server up; gives its address."""
        process = self.start("archiver serve --port 0")
        assert process.stderr is not None
        try:
            yield re.findall(r"http://\S+/", process.stderr.readline())[0]
        finally:
            process.terminate()
            process.communicate(timeout=60)


def _read_lock() -> str:
    return (PROJECT / "requirements.txt").read_text(encoding="utf-8")


def test_somebody_new_with_the_wheel(wheel: Path, tmp_path: Path) -> None:
    """One test, for the installation takes longer than all that is done with it."""
    newcomer = Newcomer(tmp_path, wheel)
    portal = demo_portal()
    with serve(portal) as base:
        listing = f"{base}/{CHANNEL}"
        _crawl_without_a_project(newcomer, listing)
        _make_a_project(newcomer, listing)
        _read_it(newcomer, portal)
        parsed = newcomer.types(f"scrapy parse --spider tin {listing} {QUICK}")
        assert re.search(r"/view_content/\d+", parsed.out), parsed.out  # what the listing leads to
    assert list(newcomer.programs.parent.rglob("*.db")) == []


def _crawl_without_a_project(newcomer: Newcomer, listing: str) -> None:
    said = newcomer.types(f"archiver crawl site -a url={listing} {QUICK}").err
    assert said == f"New archive: {newcomer.here / 'archive.db'}\n"
    assert "edited" in newcomer.types("archiver demo").out
    assert {path.name for path in newcomer.here.glob("*.db")} == {"archive.db", "demo.db"}


def _make_a_project(newcomer: Newcomer, listing: str) -> None:
    newcomer.types("archiver init news")
    project = newcomer.here / "news"
    newcomer.here = project / "spiders"  # from here on somewhere in it
    newcomer.types(f"archiver sites new {listing} --name tin --yes --pause 0 {QUICK}")
    assert newcomer.types("scrapy list").out.split() == ["site", "tin"]
    assert json.loads(newcomer.types("python -m archiver sites check tin --json").out)[0]["outcome"] == "ok"
    newcomer.types(f"archiver crawl tin {QUICK}")
    assert (project / "data" / "archive.db").is_file()


def _read_it(newcomer: Newcomer, portal: Portal) -> None:
    published = portal.listed(CHANNEL)
    listed = json.loads(newcomer.types("archiver list --json").out)
    assert {row["article_id"] for row in listed} == {str(article.id) for article in published}
    assert json.loads(newcomer.types("archiver search doan --json").out)
    with newcomer.serves() as address, urllib.request.urlopen(f"{address}articles", timeout=60) as page:
        assert published[0].title in page.read().decode()
