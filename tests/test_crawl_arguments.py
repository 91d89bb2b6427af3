"""What people get wrong: one clear line, the exit status of the contract, nothing touched, nothing asked."""

import os
import shutil
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import pytest

from archiver.archive.store.file import create_or_open
from archiver.crawl.components import SWITCHED, leave_out_unused
from archiver.crawl.running.project_settings import project_settings
from archiver.project import archive_path, find_project
from tests.conftest import FAST, PROJECT, Crawling
from tests.portal import Portal, demo_portal, serve

PROGRAMS = {"scrapy": "scrapy crawl: ", "archiver": "archiver: "}
NOBODY = ("setpriv", "--reuid=65534", "--clear-groups")
CHANNEL = "cong-tac-doan-hoi"


@dataclass(frozen=True)
class Served:
    """A portal and the start address of its smallest channel."""

    portal: Portal
    start: str


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    portal = demo_portal()
    with serve(portal) as base:
        yield Served(portal, f"{base}/{CHANNEL}")


@pytest.fixture(params=PROGRAMS)
def program(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def _refuse(crawling: Crawling, program: str, *arguments: str, **environment: str) -> tuple[int, str]:
    """Crawl with arguments that must be refused in one line; returns status and line without the program's name."""
    done = crawling.run(program, "crawl", *arguments, **environment)
    lines = done.err.splitlines()
    assert (done.out, len(lines)) == ("", 1), done.err
    assert lines[0].startswith(PROGRAMS[program])
    return done.status, lines[0].removeprefix(PROGRAMS[program])


def test_unknown_site(crawling: Crawling, program: str) -> None:
    assert _refuse(crawling, program, "dukhdcd") == (2, "there is no site 'dukhdcd'; did you mean dukdhcd?")
    assert not crawling.path.exists()


def test_a_site_without_an_address_says_how_to_give_one(crawling: Crawling, program: str) -> None:
    status, line = _refuse(crawling, program, "dukdhcd")
    assert (status, line.split("; ")[-1]) == (2, "give one: scrapy crawl dukdhcd -a start=https://HOST/CHANNEL")


@pytest.mark.parametrize(
    ("program", "arguments", "message"),
    [
        ("scrapy", ("-a", "sinse=2018-04-27"), "unknown argument 'sinse'; did you mean since?"),
        ("archiver", ("-a", "since=27/04/2018"), "since='27/04/2018' is no day; write since=2018-04-27"),
        ("scrapy", ("-s", "DOWNLOAD_DELAY=fast"), "-s DOWNLOAD_DELAY=fast: 'fast' is no number"),
        ("archiver", ("-s", "ROBOTSTXT_OBEY=maybe"), "-s ROBOTSTXT_OBEY=maybe: 'maybe' is no switch; write 0 or 1"),
    ],
)
def test_malformed_arguments(
    crawling: Crawling, served: Served, program: str, arguments: tuple[str, str], message: str
) -> None:
    asked = len(served.portal.requests)
    refused = _refuse(crawling, program, "dukdhcd", "-a", f"start={served.start}", *arguments)
    assert refused == (2, message)
    assert len(served.portal.requests) == asked
    assert not crawling.path.exists()


@pytest.mark.parametrize(("program", "arguments"), [("archiver", ("-a", "since")), ("archiver", ()), ("scrapy", ())])
def test_incomplete_arguments(crawling: Crawling, program: str, arguments: tuple[str, ...]) -> None:
    sites = ["dukdhcd"] if arguments else []
    done = crawling.run(program, "crawl", *sites, *arguments)
    assert done.status == 2
    assert "Traceback" not in done.err


def _write_text(path: Path) -> None:
    path.write_text("This is my diary, not an archive.\n" * 99, encoding="utf-8")


def _write_foreign_database(path: Path) -> None:
    connection = sqlite3.connect(path)
    with connection:
        connection.execute("CREATE TABLE accounts (name, balance)")
        connection.execute("INSERT INTO accounts VALUES ('An', 5)")
    connection.close()


def _write_newer_archive(path: Path) -> None:
    database = create_or_open(path)
    with database.atomic():
        database.execute("PRAGMA user_version = 99")
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()


@pytest.mark.parametrize(
    ("program", "write", "message"),
    [
        ("scrapy", _write_text, "not an archive, or damaged"),
        ("archiver", _write_foreign_database, "this is another program's database, not an archive; it was not touched"),
        ("scrapy", _write_newer_archive, "made by a newer version (schema 99, known here:"),
    ],
)
def test_foreign_files_stay_untouched(crawling: Crawling, served: Served, program: str, write, message: str) -> None:
    write(crawling.path)
    before, asked = crawling.path.read_bytes(), len(served.portal.requests)
    status, line = _refuse(crawling, program, "dukdhcd", "-a", f"start={served.start}")
    assert status == 1
    assert line.startswith(f"{crawling.path}: {message}")
    assert crawling.path.read_bytes() == before
    sides = {f"{crawling.path.name}{end}" for end in ("", "-wal", "-shm")}  # SQLite's own, of an archive in WAL mode
    assert {path.name for path in crawling.folder.iterdir()} <= sides
    assert len(served.portal.requests) == asked


def test_a_folder_that_cannot_be_made(crawling: Crawling, served: Served) -> None:
    """The folder would have to stand below a file; permission bits would stop everybody but root."""
    (crawling.folder / "file").write_text("")
    asked = len(served.portal.requests)
    path = crawling.folder / "file" / "deeper" / "archive.db"
    status, line = _refuse(crawling, "scrapy", "dukdhcd", "-a", f"start={served.start}", ARCHIVE_DB=str(path))
    assert (status, line) == (1, f"{path.parent}: the folder for the archive cannot be made: Not a directory")
    assert len(served.portal.requests) == asked


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("setpriv"), reason="needs another user to be")
def test_a_folder_without_permission(served: Served) -> None:
    asked = len(served.portal.requests)
    with TemporaryDirectory() as folder:  # pytest's own folders are for their owner only
        Path(folder).chmod(0o555)
        done = subprocess.run(
            [*NOBODY, sys.executable, "-m", "archiver", "crawl", "dukdhcd", "-a", f"start={served.start}"],
            check=False,
            cwd=PROJECT,
            env=os.environ | {"ARCHIVE_DB": f"{folder}/archive.db", "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            timeout=60,
        )
    if "Permission denied" in done.stderr or "No module" in done.stderr:
        pytest.skip("the other user may not read this project")
    line = f"archiver: {folder}: no permission to write here; name another file with --db or ARCHIVE_DB\n"
    assert (done.returncode, done.stderr, len(served.portal.requests)) == (1, line, asked)


def test_unreachable_host(crawling: Crawling, program: str) -> None:
    start = f"http://127.0.0.1:{_free_port()}/tin"
    done = crawling.run(program, "crawl", "dukdhcd", "-a", f"start={start}", *FAST)
    assert done.status == 1
    assert "Traceback" not in done.err
    findings = crawling.query("SELECT kind, url FROM findings")
    assert findings == [{"kind": "connection_refused", "url": start}]
    summary = crawling.query("SELECT outcome, captures, articles_new, errors, findings FROM run_summary")
    assert summary == [{"outcome": "failed", "captures": 0, "articles_new": 0, "errors": 1, "findings": 1}]
    if program == "archiver":  # what cron mails
        first, second = done.err.splitlines()
        assert first == "dukdhcd: failed; articles: none; 1 finding"
        assert second.startswith("  connection_refused: the host refuses connections: ")


def test_finished_and_quiet(crawling: Crawling, served: Served) -> None:
    """What ends well writes nothing to cron; --db wins over ARCHIVE_DB."""
    other = crawling.folder / "other" / "named.db"
    arguments = ("-a", f"start={served.start}", "-a", "max_pages=1", "-a", "since=2021-06-01", *FAST)
    done = crawling.archiver("crawl", "dukdhcd", "--db", str(other), *arguments)
    assert (done.status, done.out, done.err) == (0, "", "")
    assert not crawling.path.exists()
    read = Crawling(other.parent)
    read.path = other
    young = [article for article in served.portal.listed(CHANNEL)[:10] if article.published.isoformat() >= "2021-06-01"]
    assert 0 < len(young) < 10
    rows = read.query("SELECT article_id FROM current_articles ORDER BY 1")
    assert rows == [{"article_id": key} for key in sorted(str(article.id) for article in young)]
    assert read.query("SELECT arguments ->> 'since' AS since FROM runs") == [{"since": "2021-06-01"}]


def test_findings_are_status_3_for_both_programs(crawling: Crawling, program: str) -> None:
    portal = demo_portal()
    portal.remove(portal.listed(CHANNEL)[0].id)
    gone = portal.listed(CHANNEL)[0]
    with serve(portal) as base:
        portal.outage = lambda path: portal.page("/no/such/page") if f"/{gone.id}-" in path else None
        arguments = ("-a", f"start={base}/{CHANNEL}", *FAST)
        assert crawling.run(program, "crawl", "dukdhcd", *arguments).status == 3
    articles = crawling.query("SELECT count(*) AS n FROM current_articles")
    assert articles == [{"n": len(portal.listed(CHANNEL)) - 1}]


def test_settings_on_the_command_line_win(crawling: Crawling, served: Served) -> None:
    """A user agent and an archive of one's own, against what the project and the environment say."""
    named = crawling.folder / "named.db"
    own = ("-s", "USER_AGENT=An archive of my own", "-s", f"ARCHIVE_DB={named}", "-a", "max_pages=1")
    asked = len(served.portal.requests)
    done = crawling.run("scrapy", "crawl", "dukdhcd", "-a", f"start={served.start}", *FAST, *own)
    assert done.status == 0, done.err
    agents = {dict(request.headers)["User-Agent"] for request in served.portal.requests[asked:]}
    assert agents == {"An archive of my own"}
    assert (named.exists(), crawling.path.exists()) == (True, False)


def test_the_delay_of_the_project_holds_unless_told(crawling: Crawling, served: Served) -> None:
    asked = len(served.portal.requests)
    arguments = (
        "-a",
        f"start={served.start}",
        "-a",
        "since=2021-09-01",
        "-a",
        "max_pages=1",
        "-s",
        "DOWNLOAD_DELAY=0.3",
    )
    assert crawling.run("scrapy", "crawl", "dukdhcd", *arguments).status == 0
    times = [request.time.timestamp() for request in served.portal.requests[asked:]]
    gaps = [after - before for before, after in pairwise(times[1:])]
    assert gaps
    assert median(gaps) >= 0.14  # half of the delay, by which Scrapy varies it; a busy server may note one late


def test_the_project_is_found_from_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ARCHIVE_DB", raising=False)
    for folder in (PROJECT, PROJECT / "spiders", PROJECT / "archiver" / "crawl", tmp_path):
        monkeypatch.chdir(folder)
        assert find_project() == PROJECT
        assert archive_path() == PROJECT / "data" / "archive.db"
    monkeypatch.setenv("ARCHIVE_DB", "named.db")
    assert archive_path() == Path("named.db")


def _console_script() -> list[str]:
    return [str(Path(sys.executable).with_name("archiver"))]


@pytest.mark.parametrize("command", [_console_script(), [sys.executable, "-m", "archiver"]])
def test_programs_work_from_another_folder(command: list[str], tmp_path: Path) -> None:
    done = subprocess.run(
        [*command, "sites", "--csv", "--db", str(tmp_path / "none.db")],
        check=False,
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert [line.split(",")[0] for line in done.stdout.splitlines()] == ["site", "dukdhcd", "sotttt"]
    assert not list(tmp_path.iterdir())


def test_scrapy_lists_the_sites_from_a_subfolder() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "scrapy", "list"],
        check=False,
        cwd=PROJECT / "spiders",
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stdout.split()) == (0, ["dukdhcd", "site", "sotttt"])


@pytest.mark.parametrize(("parts", "part", "switch"), SWITCHED)
def test_what_is_switched_off_is_left_out(parts: str, part: str, switch: str) -> None:
    name = parts.removesuffix("_BASE")
    for value in (True, False):
        settings = project_settings(**{switch: value})
        leave_out_unused(settings)
        assert (part in settings.get_component_priority_dict_with_base(name)) == value


def test_what_is_switched_off_is_not_imported(served: Served, tmp_path: Path) -> None:
    crawl = ["crawl", "dukdhcd", "-a", f"start={served.start}", *FAST]
    program = (
        "import sys; from archiver.cli import main\n"
        "try: main()\n"
        "finally: print(*sorted({'aiohttp', 'tldextract', 'twisted.conch', 'scrapy', 'bs4'} & sys.modules.keys()))"
    )
    environment = os.environ | {"ARCHIVE_DB": str(tmp_path / "archive.db")}
    command = [sys.executable, "-c", program, *crawl]
    done = subprocess.run(command, check=False, cwd=PROJECT, env=environment, capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "bs4 scrapy", done.stderr
