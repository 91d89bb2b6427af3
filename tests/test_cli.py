"""The ``archiver`` command, on the archive of one crawl: what it prints, in which forms, and how it fails."""

import csv
import io
import json
import os
import pty
import re
import shlex
import subprocess
import sys
import time
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from archiver.archive.queries.views import VIEWS
from archiver.archive.runs.run_log import open_run
from archiver.archive.store.file import create_or_open
from archiver.archive.store.schema import list_tables
from archiver.cli import COMMANDS, archiver
from archiver.errors import ArchiverError
from archiver.ingest.record import record_capture
from archiver.model import Article, Capture, Count, PublishedDate
from archiver.site import Site
from tests.conftest import PROJECT, Crawling
from tests.portal import Portal, demo_portal, serve

FIRST, SECOND = datetime(2022, 1, 3, 1, tzinfo=UTC), datetime(2022, 1, 10, 1, tzinfo=UTC)
FORMS = ("--json", "--nl", "--csv", "--tsv")
NASTY = "Tin \x1b[31mđỏ\x1b[0m\x07 và \u202eđảo\u202c\x9b2J"


class Read:
    """The archive of a portal crawled twice, an article edited in between; commands run in this process."""

    def __init__(self, crawling: Crawling, portal: Portal, base: str) -> None:
        self.crawling = crawling
        self.portal = portal
        self.base = base
        self.edited = str(portal.listed()[0].id)

    def call(self, *arguments: str, columns: int = 200) -> str:
        """Run a command that must succeed and return its stdout."""
        runner = CliRunner(env={"ARCHIVE_DB": str(self.crawling.path), "COLUMNS": str(columns)})
        done = runner.invoke(archiver, arguments, standalone_mode=False)
        if done.exception:
            raise done.exception
        assert done.stderr == ""
        return done.stdout

    def rows(self, *arguments: str) -> list[dict[str, Any]]:
        read: list[dict[str, Any]] = json.loads(self.call(*arguments, "--json"))
        return read

    def ids(self, *arguments: str) -> list[str]:
        return [row["article_id"] for row in self.rows("list", *arguments)]


@pytest.fixture(scope="module")
def read(module_crawling: Crawling) -> Read:
    portal = demo_portal()
    with serve(portal) as base:
        start = ",".join(f"{base}/{channel}" for channel in portal.channels)
        assert module_crawling.scrapy("dukdhcd", start, ARCHIVE_NOW=FIRST.isoformat()).status == 0
        edited = portal.listed()[0]
        portal.edit(edited.id, title="Tiêu đề đã sửa", paragraphs=("Mới.", *edited.paragraphs))
        assert module_crawling.scrapy("dukdhcd", start, ARCHIVE_NOW=SECOND.isoformat()).status == 0
    return Read(module_crawling, portal, base)


def test_list_shows_all_the_newest_first(read: Read) -> None:
    assert read.ids() == [str(article.id) for article in read.portal.listed()]
    assert read.rows("list", "--limit", "1") == [
        {
            "site": "dukdhcd",
            "article_id": read.edited,
            "published_at": "2021-11-19T09:03:00+00:00",
            "published_precision": "minute",
            "title": "Tiêu đề đã sửa",
            "views": read.portal.views(int(read.edited)),
            "state": "live",
            "snapshots": 2,
            "changed_at": read.rows("history", read.edited)[1]["seen_from"],
            "url": read.rows("show", read.edited)[0]["url"],
        }
    ]


@pytest.mark.parametrize(
    ("filters", "wanted"),
    [
        (("--site", "dukdhcd"), lambda day: True),
        (("--since", "2020-08-27"), lambda day: day >= "2020-08-27"),
        (("--until", "2020-08-27"), lambda day: day <= "2020-08-27"),
        (("--since", "2019-01-01", "--until", "2020-12-31"), lambda day: "2019-01-01" <= day <= "2020-12-31"),
        (("--state", "live"), lambda day: True),
        (("--state", "gone"), lambda day: False),
    ],
)
def test_filters(read: Read, filters: tuple[str, ...], wanted: Callable[[str], bool]) -> None:
    articles = read.portal.listed()
    expected = [str(article.id) for article in articles if wanted(f"{article.published:%Y-%m-%d}")]
    assert read.ids(*filters) == expected
    assert read.ids(*filters, "--limit", "2") == expected[:2]


def test_since_and_until_name_whole_days_of_the_site(read: Read) -> None:
    for article in read.portal.listed():
        day = f"{article.published:%Y-%m-%d}"
        assert str(article.id) in read.ids("--since", day, "--until", day)


def test_changed_since(read: Read) -> None:
    assert read.ids("--changed-since", "2022-01-10") == [read.edited]
    assert read.ids("--changed-since", "2022-01-11") == []


def test_an_unknown_site_names_those_there_are(read: Read) -> None:
    with pytest.raises(ArchiverError, match=r"the archive holds no site 'sotttt'; it holds: dukdhcd"):
        read.call("list", "--site", "sotttt")


def test_show_finds_an_article_by_id_site_and_any_address(read: Read) -> None:
    [row] = read.rows("show", read.edited)
    assert row["title"] == "Tiêu đề đã sửa"
    assert row["body"].startswith("Mới.\n\n")
    assert tuple(row) == tuple(VIEWS[0].columns)
    assert read.rows("show", f"dukdhcd:{read.edited}") == [row]
    urls = read.crawling.query(
        "SELECT d.url FROM article_addresses aa JOIN addresses d ON d.id = aa.address_id"
        " JOIN articles a ON a.id = aa.article_id WHERE a.native_key = ?",
        read.edited,
    )
    assert urls
    for url in urls:
        assert read.rows("show", str(url["url"])) == [row]


def test_show_prints_a_page_to_read(read: Read) -> None:
    article = next(a for a in read.portal.listed() if a.images and a.attachments and a.lead and a.author)
    text = read.call("show", str(article.id))
    [row] = read.rows("show", str(article.id))
    for part in (row["title"], row["lead"], row["author"], row["url"], *row["body"].split("\n\n")):
        assert part in text
    for image in row["images"]:
        assert f"<{image['url']}>" in text
    for document in row["attachments"]:
        assert f"- {document['title']} <{document['url']}>" in text


def test_history_views_and_runs(read: Read) -> None:
    first, second = read.rows("history", read.edited)
    assert [first["snapshot"], first["changed_fields"], first["cause"]] == [1, None, "page"]
    assert [second["snapshot"], second["changed_fields"]] == [2, ["title", "body"]]
    assert first["seen_until"] < SECOND.isoformat() <= second["seen_from"]
    assert read.rows("history", read.edited, "--limit", "1") == [first]
    views = read.rows("views", read.edited)
    assert [row["views"] for row in views] == sorted(row["views"] for row in views)
    assert {row["source"] for row in views} == {"article", "listing"}
    summary = [(row["run_id"], row["articles_new"], row["articles_changed"]) for row in read.rows("runs")]
    assert summary == [(2, 0, 1), (1, 24, 0)]
    assert read.rows("runs", "--limit", "1", "--site", "dukdhcd") == read.rows("runs")[:1]
    assert read.rows("runs", "--site", "nowhere") == []


def test_sites(read: Read) -> None:
    known, other = read.rows("sites")
    assert (known["site"], known["articles"], known["outcome"], known["listings"]) == ("dukdhcd", 24, "finished", 0)
    assert known["last_run"][:16] == SECOND.isoformat()[:16]  # the clock goes on while the process starts
    assert (other["site"], other["articles"], other["last_run"], other["listings"]) == ("sotttt", 0, None, 6)


def test_schema_tells_every_column(read: Read) -> None:
    told = {(row["view"], row["column"]): row["meaning"] for row in read.rows("schema")}
    assert told == {(view.name, name): text for view in VIEWS for name, text in view.columns.items()}
    text = read.call("schema")
    assert [line for line in told.values() if line not in text] == []


def test_schema_tells_the_tables_below(read: Read) -> None:
    told = {(row["table"], row["column"]): row["meaning"] for row in read.rows("schema", "tables")}
    asked = ((table.name, f"PRAGMA table_info({table.name})") for table in list_tables())
    assert list(told) == [(table, row["name"]) for table, query in asked for row in read.crawling.query(query)]
    text = read.call("schema", "tables")
    assert [line for line in told.values() if line not in text] == []


# Each reading command, and what its table must show whole however narrow it is.
READING: dict[tuple[str, ...], tuple[str, ...]] = {
    ("list",): ("site", "article_id", "views", "state", "snapshots"),
    ("show", "EDITED"): (),
    ("history", "EDITED"): ("snapshot",),
    ("views", "EDITED"): ("views", "source"),
    ("runs",): ("run_id", "site", "outcome", "scope", "articles_new", "articles_changed", "articles_failed"),
    ("sites",): ("site", "articles", "outcome"),
    ("schema",): (),
}


def _fill(read: Read, command: tuple[str, ...]) -> list[str]:
    return [read.edited if word == "EDITED" else word for word in command]


@pytest.mark.parametrize("command", READING, ids=lambda command: command[0])
def test_all_forms_say_the_same(read: Read, command: tuple[str, ...], tmp_path: Path) -> None:
    words = _fill(read, command)
    rows = read.rows(*words)
    assert rows
    assert [json.loads(line) for line in read.call(*words, "--nl").splitlines()] == rows
    flat = [{name: _flatten(value) for name, value in row.items()} for row in rows]
    assert list(csv.DictReader(io.StringIO(read.call(*words, "--csv"), newline=""))) == flat
    assert list(csv.DictReader(io.StringIO(read.call(*words, "--tsv"), newline=""), delimiter="\t")) == flat
    for form in FORMS:
        out = tmp_path / f"out{form}"
        assert read.call(*words, form, "-o", str(out)) == ""
        assert out.read_text(encoding="utf-8") == read.call(*words, form)


def _flatten(value: object) -> str:
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    return "" if value is None else str(value)


def test_an_empty_answer_is_valid_in_every_form(read: Read) -> None:
    nothing = ("list", "--state", "gone")
    assert read.rows(*nothing) == []
    assert read.call(*nothing, "--nl") == ""
    assert list(csv.DictReader(io.StringIO(read.call(*nothing, "--csv")))) == []


def _width(line: str) -> int:
    return sum(0 if unicodedata.combining(char) else 1 for char in line)


@pytest.mark.parametrize("command", [command for command in READING if READING[command]])
def test_tables_fit_80_columns_and_hide_nothing(read: Read, command: tuple[str, ...]) -> None:
    words = _fill(read, command)
    text = read.call(*words, columns=80)
    assert max(map(_width, text.splitlines())) <= 80
    assert "…" not in text
    folded = re.sub(r"\s", "", text)
    for row in read.rows(*words):
        assert [name for name in READING[command] if _flatten(row[name]) not in folded] == []


def test_all_of_a_title_is_in_the_table(read: Read) -> None:
    text = read.call("list", columns=80)
    titles = " ".join(row["title"] for row in read.rows("list"))
    assert {word for word in titles.split() if word not in text} == set()


@pytest.fixture
def nasty(tmp_path: Path) -> Path:
    """An archive with an article that tries to take over the terminal."""
    path = tmp_path / "nasty.db"
    database = create_or_open(path)
    site = Site("xau", "Trang xấu", "liferay_hanoi")
    article = Article(
        native_key="9",
        url="http://xau.vn/tin/-/view_content/9-x.html",
        title=NASTY,
        lead=NASTY,
        author=NASTY,
        paragraphs=(NASTY, "=HYPERLINK(1)"),
        body_html="<p></p>",
        published=PublishedDate(NASTY),
        views=Count("9", 9),
    )
    with database.atomic():
        run = open_run(database.conn, site, {}, FIRST)
    record_capture(database, run, site, Capture(article.url, FIRST, 200, (), b"x"), article)
    database.close()
    return path


@pytest.mark.parametrize("command", [("list",), ("show", "9"), ("history", "9")], ids=lambda command: command[0])
def test_control_characters_stay_in_their_cell(nasty: Path, command: tuple[str, ...]) -> None:
    runner = CliRunner(env={"COLUMNS": "200"})
    done = runner.invoke(archiver, ["--db", str(nasty), *command])
    assert done.exit_code == 0
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", done.stdout)
    assert r"Tin \x1b[31mđỏ\x1b[0m\x07 và \u202eđảo\u202c\x9b2J" in done.stdout


def test_programs_get_the_characters_as_they_are(nasty: Path) -> None:
    done = CliRunner().invoke(archiver, ["--db", str(nasty), "list", "--json"])
    assert json.loads(done.stdout)[0]["title"] == NASTY
    assert "\x1b" not in done.stdout


def _run_at_terminal(command: list[str], **environment: str) -> str:
    """Run a command at a terminal of its own and return what it wrote there."""
    leader, follower = pty.openpty()
    settings = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "80", **environment}
    process = subprocess.Popen(command, cwd=PROJECT, env=settings, stdin=follower, stdout=follower, stderr=follower)
    os.close(follower)
    written = b""
    while True:
        try:
            piece = os.read(leader, 65536)
        except OSError:  # the other side is closed
            break
        if not piece:
            break
        written += piece
    os.close(leader)
    assert process.wait(timeout=120) == 0
    return written.decode()


def test_no_escape_codes_where_none_are_wanted(read: Read) -> None:
    command = [sys.executable, "-m", "archiver", "--db", str(read.crawling.path), "list", "--limit", "2"]
    assert "\x1b" not in _run_at_terminal(command, NO_COLOR="1")
    assert "\x1b" not in read.crawling.archiver("list", "--limit", "2").out


@pytest.mark.parametrize("command", COMMANDS)
def test_help(command: str) -> None:
    done = CliRunner().invoke(archiver, [command, "--help"])
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.startswith(f"Usage: archiver {command} ")


def test_help_names_every_command() -> None:
    done = CliRunner().invoke(archiver, ["--help"])
    assert done.exit_code == 0
    assert [name for name in COMMANDS if f"  {name} " not in done.stdout] == []


def test_the_archive_may_be_named_before_or_behind_the_command(read: Read, tmp_path: Path) -> None:
    db = str(read.crawling.path)
    other = {"ARCHIVE_DB": str(tmp_path / "none.db")}
    for before, behind in ((["--db", db], []), ([], ["--db", db]), (["--db", "no.db"], ["--db", db])):
        done = CliRunner(env=other).invoke(archiver, [*before, "list", "--csv", *behind])
        assert (done.exit_code, done.stdout) == (0, read.call("list", "--csv"))


@pytest.mark.parametrize(
    ("arguments", "status", "line"),
    [
        (("show", "77"), 2, "archiver: the archive holds no article '77'; archiver list shows those it holds\n"),
        (("history", "http://a.vn/77"), 2, "archiver: the archive holds no article 'http://a.vn/77'; archiver list"),
        (("views", "other:77"), 2, "archiver: the archive holds no article 'other:77'; archiver list shows"),
        (("list", "--db", "none.db"), 1, "archiver: none.db: there is no archive; crawl first, or name another with"),
        (("list", "--csv", "-o", "no/such/folder/x"), 1, "archiver: no/such/folder/x: cannot be written: No such"),
    ],
)
def test_mistakes_are_told_in_one_line(read: Read, arguments: tuple[str, ...], status: int, line: str) -> None:
    done = read.crawling.archiver(*arguments)
    assert (done.status, done.out, done.err.count("\n")) == (status, "", 1)
    assert done.err.startswith(line)


def test_an_article_is_found_by_the_end_of_its_id(read: Read) -> None:
    ids = [row["article_id"] for row in json.loads(read.call("list", "--json"))]
    lone = next(key for key in ids if sum(other.endswith(key[-4:]) for other in ids) == 1)
    assert read.call("history", lone[-4:]) == read.call("history", lone)
    several = next(ending for ending in "0123456789" if sum(key.endswith(ending) for key in ids) > 1)
    done = read.crawling.archiver("history", several)
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith(f"archiver: '{several}' ends the ids of several articles; say which: dukdhcd:")


@pytest.mark.parametrize(
    "arguments",
    [
        ("list", "--since", "2021-02-30"),
        ("list", "--limit", "0"),
        ("list", "--state", "dead"),
        ("list", "--json", "--csv"),
        ("show",),
        ("lisst",),
        ("list", "--bogus"),
    ],
)
def test_wrong_usage_is_status_2(read: Read, arguments: tuple[str, ...]) -> None:
    done = CliRunner(env={"ARCHIVE_DB": str(read.crawling.path)}).invoke(archiver, arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "Error: " in done.stderr


@pytest.mark.parametrize("arguments", [("list", "--csv"), ("list",), ("show", "EDITED"), ("views", "EDITED", "--nl")])
def test_a_reader_that_had_enough_is_no_error(read: Read, arguments: tuple[str, ...]) -> None:
    """archiver list | head: no traceback, and no error status."""
    command = [sys.executable, "-m", "archiver", "--db", str(read.crawling.path), *_fill(read, arguments)]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        errors = process.stderr.read()
    assert (process.returncode, errors) == (0, b"")


def test_demo_is_quick_and_the_commands_it_prints_work(tmp_path: Path) -> None:
    """In a copy of the project, since the demo writes to data/ of the project it is in."""
    project = tmp_path / "project"
    (project / "data").mkdir(parents=True)
    for name in ("archiver", "spiders", "scrapy.cfg"):
        (project / name).symlink_to(PROJECT / name)
    environment = {**os.environ, "PATH": "/usr/bin:/bin", "COLUMNS": "80"}
    environment.pop("ARCHIVE_DB", None)
    program = [str(Path(sys.executable).with_name("archiver"))]
    started = time.monotonic()
    done = _run(project, [*program, "demo"], environment)
    assert time.monotonic() - started < 60  # ten on a machine that does nothing else
    assert (done.returncode, done.stderr) == (0, "")
    kinds = re.findall(r"\b(created|edited|suspect|gone|delisted)\b", done.stdout)
    assert {"created", "edited"} <= set(kinds)
    commands = [line.strip() for line in done.stdout.splitlines() if " --db " in line]
    assert len(commands) >= 5
    assert commands.pop().endswith(" serve")  # goes on until it is ended; test_web.py runs it
    for command in commands:
        told = _run(project, shlex.split(command), environment)
        assert (told.returncode, told.stderr) == (0, ""), command
        assert told.stdout.strip()


def _run(folder: Path, command: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=120
    )
