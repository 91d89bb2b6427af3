"""Every command and every query of the README runs."""

import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from archiver.archive.evidence.files import folder_of_files
from tests.conftest import PROJECT, Crawling
from tests.portal import demo_portal, serve

README = (PROJECT / "README.md").read_text(encoding="utf-8")


def _blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


COMMANDS = [line for block in _blocks("sh") for line in block.splitlines() if line and not line.startswith("#")]
# A server ends by a signal only: tests/test_web.py and tests/test_browser.py start it.
PROGRAMS = [command for command in COMMANDS if not command.startswith("make ") and not command.endswith(" serve")]


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


@pytest.mark.parametrize("command", [command for command in COMMANDS if command.startswith("make ")])
def test_make_knows_the_target(command: str) -> None:
    make = shutil.which("make")
    if make is None:
        pytest.skip("there is no make")
    done = subprocess.run([make, "-n", *command.split()[1:]], check=False, cwd=PROJECT, capture_output=True)
    assert done.returncode == 0


@pytest.mark.parametrize("command", PROGRAMS)
def test_command_runs(command: str, demo: Path, portal: str, tmp_path: Path) -> None:
    """Crawls are sent to a local portal; everything else stands as it is written."""
    crawling = Crawling(tmp_path)
    command = command.replace("data/demo.db", str(demo)).replace("https://HOST/CHANNEL", f"{portal}/cong-tac-doan-hoi")
    for name in ("out.jsonl", "merged.db", "archive-copy.db"):
        command = command.replace(name, str(tmp_path / name))
    command = re.sub(r"-o (\w\S*)", lambda match: f"-o {tmp_path / match[1]}", command)
    program, *arguments = shlex.split(command)
    assert Path(program).parent == Path(".venv/bin")
    if "crawl" in arguments:
        if not any(argument.startswith("start=") for argument in arguments):
            arguments += ["-a", f"start={portal}/cong-tac-doan-hoi"]
        arguments += ["-s", "DOWNLOAD_DELAY=0"]
    elif "--db" not in arguments:
        copy_archive(demo, crawling.path)
    if "restore" in arguments:
        copy_archive(demo, tmp_path / "archive-copy.db")
    done = crawling.run(Path(program).name, *arguments)
    assert (done.status, "Traceback" in done.err) == (0, False), done.err


def copy_archive(path: Path, copy: Path) -> None:
    """Copy an archive and its files, as ``backup`` would, without what that takes."""
    shutil.copy(path, copy)
    shutil.copytree(folder_of_files(path), folder_of_files(copy), dirs_exist_ok=True)


@pytest.mark.parametrize("query", _blocks("sql"))
def test_query_finds_something(query: str, demo: Path, tmp_path: Path) -> None:
    crawling = Crawling(tmp_path)
    shutil.copy(demo, crawling.path)
    assert crawling.query(query)


def test_the_example_site_is_a_site(tmp_path: Path) -> None:
    (example,) = _blocks("python")
    namespace: dict[str, object] = {}
    exec(compile(example, "README.md", "exec"), namespace)
    site = namespace["Example"].declare_site()  # type: ignore[attr-defined]
    assert (site.name, site.platform, len(site.listings)) == ("example", "liferay_hanoi", 1)
    assert 8 <= len(example.strip().splitlines()) <= 25


def test_the_article_of_the_examples_is_in_the_demo(demo: Path) -> None:
    ids = set(re.findall(r"\b44\d{5}\b", README))
    crawling = Crawling(demo.parent)
    crawling.path = demo
    known = {row["article_id"] for row in crawling.query("SELECT article_id FROM current_articles")}
    assert ids
    assert ids <= known
