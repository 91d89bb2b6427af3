"""``archiver cron``: lines that a crontab takes as they are, units that systemd takes as they are."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from archiver.cli import COMMANDS
from archiver.cli.crawling.cron import Job, _write_cron_line, _write_service, cron_command
from archiver.errors import UsageError
from tests.conftest import FAST, PROJECT, Crawling
from tests.portal import demo_portal, serve

START = "start=https://portal.example/tin?tag=100%25&b='c'"


def _lines(text: str) -> list[str]:
    """Return the lines that cron would act on, or take for a variable."""
    crontab = text.split("\n\n", maxsplit=1)[0]
    return [line for line in crontab.splitlines() if line and not line.startswith("#")]


def _read_line(line: str) -> tuple[int, str]:
    """Read a line as cron does; returns the minute of the day and what /bin/sh gets (crontab(5))."""
    minute, hour, *days, command = line.split(" ", 5)
    assert days == ["*", "*", "*"]
    assert (0 <= int(minute) < 60, 0 <= int(hour) < 24) == (True, True)
    assert not re.search(r"(?<!\\)%", command), "cron would take what follows for the command's input"
    assert len(line) < 1000  # MAX_COMMAND of Vixie cron
    return int(hour) * 60 + int(minute), command.replace(r"\%", "%")


def _units(text: str) -> dict[str, str]:
    """Return what is to be written into files: name of the file -> content."""
    parts = re.split(r"(?m)^# (\S+\.(?:service|timer))$\n", text)
    return {Path(name).name: content for name, content in zip(parts[1::2], parts[2::2], strict=True)}


def _plan(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Call the command in this process; returns what it prints."""
    cron_command.main([*arguments], standalone_mode=False)
    return capsys.readouterr().out


def _run(command: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    """Run a command as cron does: /bin/sh, an empty environment, the home as folder."""
    words = ["env", "-i", "/bin/sh", "-c", command]
    return subprocess.run(words, check=False, cwd=folder, capture_output=True, text=True, timeout=120)


def test_the_line_of_a_crontab_crawls(crawling: Crawling) -> None:
    db = crawling.folder / "my archive, 100% $HOME" / "archive.db"
    portal = demo_portal()
    with serve(portal) as base:
        start = f"start={base}/cong-tac-doan-hoi?x=100%25"
        told = crawling.archiver("cron", "dukdhcd", "--db", str(db), "-a", start, "-a", "max_pages=1", *FAST)
        assert (told.status, told.err) == (0, "")
        (line,) = _lines(told.out)
        minute, command = _read_line(line)
        done = _run(command, crawling.folder)
        asked = portal.count_requests("/cong-tac-doan-hoi?x=100%25")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert 120 <= minute < 180
    assert asked == 1
    written = Crawling(db.parent)
    assert written.query("SELECT outcome, articles_new > 5 AS many FROM run_summary") == [
        {"outcome": "finished", "many": 1}
    ]
    assert "dukdhcd: finished" in (db.parent / "logs" / "dukdhcd.log").read_text(encoding="utf-8")


def test_the_check_is_a_line_that_works_too(crawling: Crawling) -> None:
    told = crawling.archiver("cron", "sotttt", "--at", "22:30")
    (line,) = [line[2:] for line in told.out.splitlines() if line.startswith("# ") and line.endswith(" check")]
    minute, command = _read_line(line)
    assert minute == (22 * 60 + 30 + 300) % 1440
    if "check" in COMMANDS:
        assert "no such command" not in _run(command, crawling.folder).stderr.lower()


def test_all_sites_and_nothing_is_touched(crawling: Crawling, capsys: pytest.CaptureFixture[str]) -> None:
    told = crawling.archiver("cron")
    assert (told.status, told.err) == (0, "")
    assert told.out == _plan(capsys, "--all", "--db", str(crawling.path))
    assert [line.split()[-1] for line in _lines(told.out)] == ["sotttt"]
    missing = "# dukdhcd declares no address; name one: archiver cron dukdhcd -a start=https://HOST/CHANNEL"
    assert missing in told.out.splitlines()
    assert set(_units(told.out)) == {"archiver-sotttt.service", "archiver-sotttt.timer"}
    assert list(crawling.folder.iterdir()) == []


def test_paths_are_absolute_wherever_one_stands(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "archiver", "cron", "sotttt", "--db", "named.db"],
        check=False,
        cwd=tmp_path,
        env={"PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    (line,) = _lines(done.stdout)
    command = f"cd {PROJECT} && {sys.executable} -m archiver --db {tmp_path}/named.db crawl sotttt"
    assert _read_line(line)[1] == command


def test_each_site_has_a_minute_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    """The same each time, later by as much as --at is later, and never outside the hour after it."""
    minutes = {}
    for site in ("sotttt", "dukdhcd"):
        told = [_plan(capsys, site, "-a", START, "--at", at) for at in ("02:00", "02:00", "23:30")]
        first, again, later = (_read_line(_lines(out)[0])[0] for out in told)
        assert first == again
        assert later == (first - 120 + 23 * 60 + 30) % 1440
        minutes[site] = first
        assert f"OnCalendar=*-*-* {first // 60:02}:{first % 60:02}:00" in told[0]
    assert len(set(minutes.values())) == 2
    assert all(120 <= minute < 180 for minute in minutes.values())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("dukhdcd",), "there is no site 'dukhdcd'; did you mean dukdhcd?"),
        (("sotttt", "--all"), "name sites or say --all, not both"),
        (("--at", "26:00"), "--at 26:00: write a time of the day as 02:00"),
        (("--all", "-a", START), "-a start= belongs to one site; name it"),
        (("sotttt", "-a", "sinse=2020-01-01"), "unknown argument 'sinse'; did you mean since?"),
        (("sotttt", "--db", "a\nb.db"), "a crontab cannot hold a path or an argument with a line break in it"),
    ],
)
def test_what_cannot_be_planned(capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], message: str) -> None:
    with pytest.raises(UsageError) as error:
        _plan(capsys, *arguments)
    assert (str(error.value), capsys.readouterr().out) == (message, "")


def test_odd_characters_reach_the_program_as_they_are(tmp_path: Path) -> None:
    folder = tmp_path / 'it\'s a 5% "folder"; $HOME'
    folder.mkdir()
    words = (
        sys.executable,
        "-c",
        "import os, sys; print(os.getcwd(), *sys.argv[1:], sep='|')",
        "$x `y` %s",
        "a'b\"c\\",
    )
    line = _write_cron_line(Job("x", "x", words, folder, 61))
    minute, command = _read_line(line)
    done = _run(command, tmp_path)
    assert (minute, done.stdout, done.stderr) == (61, "|".join([str(folder), *words[3:]]) + "\n", "")


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not here")
@pytest.mark.parametrize("user", [False, True], ids=["system", "user"])
def test_systemd_takes_the_units(capsys: pytest.CaptureFixture[str], tmp_path: Path, user: bool) -> None:
    db = tmp_path / 'my "archive", 100% $HOME' / "archive.db"
    told = _plan(capsys, "sotttt", "-a", START, "--db", str(db), *(["--user"] if user else []))
    units = _units(told)
    assert set(units) == {"archiver-sotttt.service", "archiver-sotttt.timer"}
    assert ("User=" in units["archiver-sotttt.service"], "enable-linger" in told) == (not user, user)
    for name, content in units.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    paths = [str(tmp_path / name) for name in units]
    analyze = ["systemd-analyze", *(["--user"] if user else []), "verify", "--man=no", *paths]
    environment = os.environ | {"XDG_RUNTIME_DIR": str(tmp_path)}
    done = subprocess.run(analyze, check=False, env=environment, capture_output=True, text=True, timeout=60)
    ours = [line for line in done.stderr.splitlines() if "archiver-sotttt" in line]
    assert ours == []
    broken = tmp_path / "archiver-sotttt.service"
    broken.write_text(units[broken.name].replace("Type=oneshot", "Type=sometimes"), encoding="utf-8")
    done = subprocess.run(analyze, check=False, env=environment, capture_output=True, text=True, timeout=60)
    assert [line for line in done.stderr.splitlines() if "archiver-sotttt" in line]  # it would have said so


def test_systemd_gets_the_words_as_they_are() -> None:
    words = (sys.executable, "-a", START, "100% $HOME", 'a"b\\c', "")
    service = _write_service(Job("x", "Crawl x", words, Path("/srv/5% news"), 0), user=True)
    assert "WorkingDirectory=/srv/5%% news" in service
    written = r'''"start=https://portal.example/tin?tag=100%%25&b='c'" "100%% $HOME" "a\"b\\c" ""'''
    assert f"ExecStart=:{sys.executable} -a {written}" in service
