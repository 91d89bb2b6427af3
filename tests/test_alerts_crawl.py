"""Alerts at the end of real crawls: sent, put off, killed on the way; and what the commands say of them."""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from archiver.alerts.declarations import alerts_file
from tests.conftest import FAST, PROJECT, Crawling
from tests.portal import Portal, Response, demo_portal, serve
from tests.receiving import Hook, serve_hook, serve_mail
from tests.starting import Done

SECRET = "mat-khau-khong-ai-biet"
CHANNEL = "cong-tac-doan-hoi"


@dataclass
class Scene:
    """A portal that was crawled once and then edited, and an alert to a hook for what is changed."""

    crawling: Crawling
    portal: Portal
    start: str
    hook: Hook

    def crawl(self, **environment: str) -> Done:
        """Crawl everything there is."""
        more = (*FAST, "-s", "AUTOTHROTTLE_ENABLED=0", "-a", f"start={self.start}", "-a", "full=1")
        return self.archiver("crawl", "dukdhcd", *more, **environment)

    def archiver(self, *arguments: str, **environment: str) -> Done:
        """Call a command, which never shows a secret."""
        done = self.crawling.archiver(*arguments, **environment)
        assert ("Traceback" in done.err, SECRET in done.out + done.err) == (False, False), done.err
        return done

    def edit(self, number: int = 0) -> None:
        """Edit an article."""
        article = self.portal.listed(CHANNEL)[number]
        self.portal.edit(article.id, lead=f"Quận ủy không hỏi nữa, lần {number}.")

    def list_edits(self) -> list[int]:
        """List the numbers of all edits as archiver changes does."""
        rows = json.loads(self.archiver("changes", "--kind", "edited", "--json").out)
        return sorted(row["change_id"] for row in rows)


@pytest.fixture
def scene(crawling: Crawling, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    portal = demo_portal()
    with serve(portal) as base, serve_hook() as hook:
        scene = Scene(crawling, portal, f"{base}/{CHANNEL}", hook)
        assert scene.crawl().status == 0
        address = hook.url.replace("//", f"//lan:{SECRET}@")
        done = scene.archiver("alerts", "add", "--name", "sua", "--kind", "edited", "--to", address)
        assert (done.status, done.out) == (0, "")
        scene.edit()
        yield scene


def test_a_crawl_tells_what_it_saw_and_no_more(scene: Scene) -> None:
    """With a crawl that sees nothing new, nothing is sent; nor does archiver alerts send find anything."""
    assert (scene.crawl().status, scene.hook.told) == (0, scene.list_edits())
    assert scene.hook.heads[0]["Authorization"].startswith("Basic ")
    assert (scene.crawl().status, len(scene.hook.bodies)) == (0, 1)
    assert (scene.archiver("alerts", "send"), len(scene.hook.bodies)) == (Done(0, "", ""), 1)


@pytest.mark.slow
def test_a_service_in_trouble_is_a_line_and_a_finding(scene: Scene) -> None:
    """The crawl is done, with findings; the check says so until what waited was taken."""
    scene.hook.status = 503
    done = scene.crawl()
    line = f"archiver: alert sua: {scene.hook.url} was not told: status 503; 1 change waits for the next run"
    assert (done.status, done.err.splitlines()) == (3, [f"{line}, or archiver alerts send"])
    check = scene.archiver("check", "--json")
    (finding,) = json.loads(check.out)
    assert (check.status, finding["kind"], finding["site"], finding["run_id"]) == (3, "alert_failed", "dukdhcd", 2)
    assert finding["detail"].startswith(f"the alert sua is not told to {scene.hook.url} since 20")
    scene.hook.status = 200
    assert scene.archiver("alerts", "send") == Done(0, "", "1 message was sent.\n")
    assert (scene.archiver("check").status, scene.hook.told) == (0, scene.list_edits())


KILLED = """
import os, signal, sys
from archiver.cli import main
from archiver.cli.crawling import alerts
alerts.send_due = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
main()
"""


@pytest.mark.slow
def test_killed_between_the_end_of_the_run_and_sending(scene: Scene) -> None:
    """kill -9 after the commit: whoever sends next sends it, once."""
    words = ("crawl", "dukdhcd", *FAST, "-s", "AUTOTHROTTLE_ENABLED=0", "-a", f"start={scene.start}", "-a", "full=1")
    environment = os.environ | {"ARCHIVE_DB": str(scene.crawling.path)}
    command = [sys.executable, "-c", KILLED, *words]
    done = subprocess.run(command, cwd=PROJECT, env=environment, check=False, capture_output=True, timeout=300)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert (scene.hook.told, len(scene.list_edits())) == ([], 1)
    scene.edit(1)
    assert scene.crawl().status == 0
    assert (sorted(scene.hook.told), len(scene.hook.bodies)) == (scene.list_edits(), 1)
    assert len(scene.hook.told) == 2


@pytest.mark.slow
def test_alerts_that_cannot_be_read_stop_no_crawl(scene: Scene) -> None:
    """The line names alert and key; what was not told is told once the file is right again."""
    file = alerts_file(scene.crawling.path)
    right = file.read_text("utf-8")
    file.write_text(right.replace('"edited"', '"edit"'), "utf-8")
    done = scene.crawl()
    told = f"{file}: alert 'sua', kind: write a list of: edited, suspect, gone"
    assert (done.status, done.err.startswith(f"archiver: alerts were not sent: {told}")) == (3, True)
    (finding,) = json.loads(scene.archiver("check", "--json").out)
    assert (finding["kind"], finding["detail"].startswith(told)) == ("alert_failed", True)
    assert scene.archiver("alerts", "send").status == 2
    file.write_text(right, "utf-8")
    assert scene.archiver("alerts", "send").status == 0
    assert scene.hook.told == scene.list_edits()


def test_a_crawl_by_scrapy_is_told_by_the_next_who_sends(scene: Scene) -> None:
    more = ("-a", "full=1", "-s", "AUTOTHROTTLE_ENABLED=0")
    assert scene.crawling.scrapy("dukdhcd", scene.start, *more).status == 0
    assert scene.hook.told == []
    assert scene.archiver("alerts", "send").status == 0
    assert scene.hook.told == scene.list_edits()


def test_problems_are_told_beside_notify(scene: Scene) -> None:
    assert scene.archiver("alerts", "add", "--problems", "--to", f"{scene.hook.url}/hong").status == 0
    refused = f"/{scene.portal.listed(CHANNEL)[0].id}-"
    scene.portal.outage = lambda target: Response(403, b"") if refused in target else None
    done = scene.crawl()
    assert (done.status, [body["title"] for body in scene.hook.bodies]) == (
        3,
        ["[problems] 1 run with problems: done, with findings 1"],
    )


def test_trying_an_alert(scene: Scene) -> None:
    """A message with what was seen last, which counts for nothing; who took it and who did not."""
    scene.crawl()
    with serve_mail() as box:
        box.down = True
        assert scene.archiver("alerts", "add", "--name", "thu", "--to", box.address).status == 0
        done = scene.archiver("alerts", "test")
    assert (done.status, done.err.splitlines()) == (
        1,
        [
            f"sua: {scene.hook.url}: taken",
            f"thu: mailto://127.0.0.1:{box.port} to lan@example.org: the service did not take the message",
        ],
    )
    assert [(body["title"], body.get("test", False)) for body in scene.hook.bodies] == [
        ("[sua] 1 change: edited 1", False),
        ("Test: [sua] 1 change: edited 1", True),
    ]
    assert scene.archiver("alerts", "test", "khong-co").status == 2


def test_listing_and_removing(scene: Scene) -> None:
    """Addresses are shown without their secrets; alerts that wait say how much."""
    scene.hook.status = 500
    scene.crawl()
    (row,) = json.loads(scene.archiver("alerts", "list", "--json").out)
    shown = {name: row[name] for name in ("name", "tells", "to", "when", "most", "waiting")}
    assert shown == {
        "name": "sua", "tells": "edited", "to": scene.hook.url, "when": "at once", "most": 20, "waiting": 1,
    }  # fmt: skip
    assert scene.archiver("alerts", "remove", "sua") == Done(0, "", "")
    assert scene.archiver("alerts", "list") == Done(0, "", "There are no alerts yet; archiver alerts add makes one.\n")
    assert scene.archiver("check").status == 0
    assert scene.archiver("alerts", "remove", "sua").status == 2


def test_cron_sends_what_was_held_back(scene: Scene) -> None:
    """A line for a crontab that runs as it is, and units, while there are alerts."""
    scene.crawl(ARCHIVE_URL="nowhere")
    assert scene.hook.told == []
    told = scene.archiver("cron", "dukdhcd", "-a", f"start={scene.start}").out
    (line,) = (line for line in told.splitlines() if line.startswith("*/15 * * * * "))
    command = line.removeprefix("*/15 * * * * ").replace(r"\%", "%")
    environment = f"env -i NO_PROXY=127.0.0.1 PYTHONPATH={shlex.quote(os.environ.get('PYTHONPATH', ''))}"
    done = subprocess.run(
        f"{environment} /bin/sh -c {shlex.quote(command)}", shell=True, check=False, capture_output=True, timeout=300
    )
    assert (done.returncode, scene.hook.told) == (0, scene.list_edits()), done.stderr
    assert re.search(r"(?m)^OnCalendar=\*:0/15$", told)
    scene.archiver("alerts", "remove", "sua")
    assert "*/15" not in scene.archiver("cron", "dukdhcd", "-a", f"start={scene.start}").out
