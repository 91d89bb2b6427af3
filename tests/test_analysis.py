"""The examples of docs/analysis.md: they run as they stand there, where the packages are installed."""

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from archiver.cli import archiver
from tests.documents import blocks_of
from tests.reading import make_archive

PAGE = "docs/analysis.md"
EXAMPLES = blocks_of(PAGE, "python")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose archive was exported as the page says."""
    folder = tmp_path_factory.mktemp("analysis")
    (folder / "data").mkdir()
    make_archive(folder / "data" / "demo.db")
    commands = [line for block in blocks_of(PAGE, "sh") for line in block.splitlines()]
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for command in commands:
            if set_there := re.fullmatch(r"export (\w+)=(.*)", command):
                patch.setenv(set_there[1], set_there[2])
            else:
                done = CliRunner().invoke(archiver, shlex.split(command)[1:], catch_exceptions=False)
                assert done.exit_code == 0, done.output
    return folder


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda code: re.sub(r"\W+", " ", code)[:60].strip())
def test_the_example_finds_something(
    example: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for package in re.findall(r"^import (duckdb|pandas)$", example, re.MULTILINE):
        pytest.importorskip(package, reason=f"{package} is not installed; pip install {package} to try the example")
    monkeypatch.chdir(folder)
    exec(compile(example, PAGE, "exec"), {})
    said = capsys.readouterr().out
    assert len(said.splitlines()) >= 3
    assert "0 rows" not in said


def test_the_second_export_by_a_cursor_has_nothing(folder: Path) -> None:
    assert (folder / "events.jsonl").read_text().count("\n") >= 20
    assert (folder / "more-events.jsonl").read_text() == ""
