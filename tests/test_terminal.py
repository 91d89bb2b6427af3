"""The terminal: tables fit, colours only where they show, nothing takes it over, JSON is JSON, TAB completes."""

import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from importlib.metadata import version
from io import StringIO
from itertools import islice
from pathlib import Path
from time import process_time

import pytest
from click.testing import CliRunner
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from archiver.cli import ABOUT, COMMANDS, GROUPS, archiver
from archiver.cli.printing.output import Output
from archiver.cli.printing.tables import lay_out
from tests.conftest import PROJECT
from tests.hostile import TITLES, make_hostile

# Every command that reads.
READING = (
    ("list",),
    ("search", "ban"),
    ("query", "SELECT * FROM current_articles"),
    ("show", "1"),
    ("history", "1"),
    ("views", "1"),
    ("runs",),
    ("check", "--all"),
    ("sites",),
    ("schema",),
)
NARROW, USUAL, WIDE = (40, 60), 80, 200
TABLES = [command for command in READING if command[0] not in ("show", "schema", "query")]
TAKEN_OVER = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("terminal") / "archive.db"
    make_hostile(path)
    return path


def call(path: Path, *arguments: str, columns: int = 80, **environment: str) -> str:
    runner = CliRunner(env={"COLUMNS": str(columns), "ARCHIVE_NOW": "2022-05-09T00:00:00+00:00"} | environment)
    done = runner.invoke(archiver, ["--db", str(path), *arguments])
    assert done.exit_code in (0, 3), done.output
    assert done.stderr == ""
    return done.stdout


def at_terminal(path: Path, *arguments: str, **environment: str) -> str:
    """Run a command at a terminal of its own and return what it wrote there."""
    leader, follower = pty.openpty()
    settings = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR")}
    settings |= {"TERM": "xterm-256color", "COLUMNS": "120"} | environment
    command = [sys.executable, "-m", "archiver", "--db", str(path), *arguments]
    process = subprocess.Popen(command, cwd=PROJECT, env=settings, stdin=follower, stdout=follower, stderr=follower)
    os.close(follower)
    written = bytearray()
    try:
        while piece := os.read(leader, 65536):
            written += piece
    except OSError:  # Linux says so when the other side is closed
        pass
    os.close(leader)
    assert process.wait(timeout=60) in (0, 3)
    return written.decode().replace("\r\n", "\n")


@pytest.mark.parametrize("columns", [*NARROW, USUAL, WIDE])
@pytest.mark.parametrize("command", TABLES, ids=lambda command: command[0])
def test_tables_fit_and_hide_nothing(path: Path, command: tuple[str, ...], columns: int) -> None:
    text = call(path, *command, columns=columns)
    assert max(map(cell_len, text.splitlines())) <= columns
    rows = call(path, *command, columns=400).splitlines()[3:]
    words = [word for row in rows for word in row.split() if len(word) <= 12]
    assert words
    assert [word for word in words if word not in text] == []


@pytest.mark.parametrize("columns", NARROW)
def test_where_a_table_is_too_wide_rows_stand_below_each_other(path: Path, columns: int) -> None:
    lines = call(path, "list", "--limit", "1", columns=columns).splitlines()
    assert lines[:3] == ["site          xau", "article id    7", "published at  2022-04-07 09:00+07"]


def test_what_is_no_terminal_has_160_columns(path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    command = [sys.executable, "-m", "archiver", "--db", str(path), "list"]
    done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=True)
    assert 100 < max(map(cell_len, done.stdout.splitlines())) <= 160


@pytest.mark.parametrize(
    ("environment", "coloured"),
    [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False), ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, False)],
)
@pytest.mark.parametrize("command", [("list",), ("diff", "1")], ids=lambda command: command[0])
def test_colours_at_a_terminal(
    path: Path, command: tuple[str, ...], environment: dict[str, str], coloured: bool
) -> None:
    assert ("\x1b[" in at_terminal(path, *command, **environment)) is coloured


@pytest.mark.parametrize("command", [("list",), ("diff", "1"), ("--help",)], ids=lambda command: command[0])
def test_no_colours_in_a_file_even_if_forced(path: Path, command: tuple[str, ...]) -> None:
    assert "\x1b" not in call(path, *command, FORCE_COLOR="1", TTY_COMPATIBLE="1", CLICOLOR_FORCE="1")


@pytest.mark.parametrize("command", [*READING, ("diff", "1")], ids=lambda command: command[0])
def test_titles_cannot_take_the_terminal_over(path: Path, command: tuple[str, ...]) -> None:
    text = call(path, *command, columns=200)
    assert not TAKEN_OVER.search(text)
    if command[0] in ("list", "query", "show", "history", "diff", "check"):
        assert r"Tin \x1b[31mđỏ\x1b[0m\x07 và \u202eđảo\u202c\x9b2J" in text


@pytest.mark.parametrize(
    "command",
    [
        ("list", "--csv"),
        ("list", "--tsv"),
        ("list", "--json"),
        ("show", "1", "--raw"),
        ("export", "csv"),
        ("export", "atom"),
    ],
    ids=" ".join,
)
def test_nor_in_any_form_that_is_written_to_it(path: Path, command: tuple[str, ...]) -> None:
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", at_terminal(path, *command, NO_COLOR="1"))


def test_a_file_gets_the_raw_page_byte_for_byte(path: Path) -> None:
    command = [sys.executable, "-m", "archiver", "--db", str(path), "show", "1", "--raw"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, check=True)
    assert done.stdout == TITLES["1"].encode()


@pytest.mark.parametrize("command", READING, ids=lambda command: command[0])
def test_json_is_json(path: Path, command: tuple[str, ...]) -> None:
    text = call(path, *command, "--json")
    rows = json.loads(text)
    assert rows
    assert [json.loads(line) for line in call(path, *command, "--nl").splitlines()] == rows
    assert not TAKEN_OVER.search(text)


def test_json_of_a_comparison_is_json(path: Path) -> None:
    edits = json.loads(call(path, "diff", "1", "--json"))
    assert [edit["field"] for edit in edits] == ["title", "body"]


def test_json_keeps_every_character(path: Path) -> None:
    titles = {row["article_id"]: row["title"] for row in json.loads(call(path, "list", "--json"))}
    assert titles == {key: f"{title} (sửa)" for key, title in TITLES.items()}


def test_help_shows_every_command_once_under_a_heading() -> None:
    named = [name for names in GROUPS.values() for name in names.split()]
    assert sorted(named) == sorted(COMMANDS) == sorted(ABOUT), "a command is missing in GROUPS, COMMANDS or ABOUT"
    text = CliRunner().invoke(archiver, ["--help"]).stdout
    assert [f"{heading}:" for heading in (*GROUPS, "Examples") if f"\n{heading}:\n" not in text] == []
    assert max(map(len, text.splitlines())) <= 100


def test_the_examples_of_help_are_commands() -> None:
    text = CliRunner().invoke(archiver, ["--help"]).stdout
    named = re.findall(r"^  archiver ([a-z]+) ", text.partition("Examples:")[2], re.MULTILINE)
    assert len(named) >= 6
    assert set(named) <= set(COMMANDS)


def _complete(*words: str, **environment: str) -> list[str]:
    settings = {"COMP_WORDS": " ".join(words), "COMP_CWORD": str(len(words) - 1), "_ARCHIVER_COMPLETE": "bash_complete"}
    command = [sys.executable, "-X", "importtime", "-m", "archiver"]
    done = subprocess.run(command, cwd=PROJECT, env=os.environ | settings, capture_output=True, text=True, check=True)
    assert "scrapy" not in done.stderr
    return [line.partition(",")[2] for line in done.stdout.splitlines()]


def test_completion() -> None:
    assert _complete("archiver", "") == list(COMMANDS)
    assert _complete("archiver", "ver") == ["verify"]
    assert _complete("archiver", "export", "j") == ["jsonl"]
    assert set(_complete("archiver", "list", "--s")) == {"--site", "--since", "--state"}
    assert _complete("archiver", "list", "--state", "g") == ["gone"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_for_completion(shell: str) -> None:
    environment = os.environ | {"_ARCHIVER_COMPLETE": f"{shell}_source"}
    command = [sys.executable, "-m", "archiver"]
    done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)
    if shell == "bash" and done.returncode:  # click asks bash for its version
        pytest.skip(done.stderr)
    assert f"_ARCHIVER_COMPLETE={shell}_complete" in done.stdout


def test_the_version_is_that_of_the_package() -> None:
    done = CliRunner().invoke(archiver, ["--version"])
    assert (done.exit_code, done.stdout) == (0, f"archiver {version('committee-news-archiver')}\n")


def test_two_thousand_rows_are_laid_out_quickly() -> None:
    """Less than half of what Rich's own table takes for the same rows, in CPU time of one process."""
    words = "Hội nghị Ban Chấp hành Đảng bộ lần thứ mười hai – mở rộng, bàn về công tác chuyên đề của các trường"
    rows = [{"site": "xau", "article_id": str(number), "title": f"{words} {number}"} for number in range(2000)]
    columns = ("site", "article_id", "title")
    ours = _time(lambda: Output().write(rows, columns))
    assert ours < _time(lambda: _print_rich(rows, columns)) / 2


def _time(act: Callable[[], None]) -> float:
    spent = []
    for _ in range(3):
        started = process_time()
        with redirect_stdout(StringIO()):
            act()
        spent.append(process_time() - started)
    return min(spent)


def _print_rich(rows: list[dict[str, str]], columns: tuple[str, ...]) -> None:
    table = Table(*columns)
    for row in rows:
        table.add_row(*row.values())
    Console(width=100).print(table)


def test_the_widths_follow_from_the_screen_however_long_a_text_is() -> None:
    started = process_time()
    rows = [[Text("xau"), Text("a" * 5_000_000)], [Text("xau"), Text("Ngắn")]]
    _, names, line = islice(lay_out(("site", "title"), rows, Console(width=80)), 3)
    assert (names.plain.split(), 70 < line.cell_len <= 80) == (["site", "title"], True)
    assert process_time() - started < 2
