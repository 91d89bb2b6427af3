"""kill -9 at random moments of a crawl: nothing recorded is lost or half written, and the next run does the rest."""

import os
import re
import shutil
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.conftest import FAST, PROJECT, Crawling
from tests.portal import Portal, huge_portal, serve

FIRST = datetime(2021, 11, 20, 1, tzinfo=UTC)
LATER = FIRST + timedelta(days=1)
AFTERWARDS = timedelta(minutes=2)
# Scrapy's CONCURRENT_REQUESTS: so many may be on their way, or answered and not yet recorded.
IN_FLIGHT = 16
GROUPS, ROUNDS = 5, 10
# What is asked in a round: of a new archive, or of one that knows the portal as it was before its edits.
KINDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("first", ()),
    ("later", ()),
    ("first", ()),
    ("later", ("-a", "full=1")),
)
# What depends on the second in which a page was fetched. Everything else in the views below is compared.
TIMES = {
    "current_articles": {"first_seen_at", "last_seen_at", "changed_at", "views_observed_at"},
    "article_history": {"seen_from", "seen_until"},
    "view_history": {"observed_at"},
    "events": {"at"},
}
# An article in two channels is read where its address shows up first, and that is a matter of milliseconds.
PLACES = {"url", "section"}

# The portal adds the moment to the addresses of files.
MOMENT = re.compile(r"[?&](?:amp;)?t=\d+")

Views = dict[str, list[str]]


class Ground:
    """A portal, an archive that knows it as it was, and what undisturbed crawls make of it as it is."""

    def __init__(self, portal: Portal, base: str, folder: Path) -> None:
        self.portal = portal
        self.start = ",".join(f"{base}/{channel}" for channel in portal.channels)
        self.folder = folder
        self.before = Crawling(folder / "before")
        self.before.folder.mkdir()
        self.shared = {str(article.id) for article in portal.listed() if len(article.channels) > 1}
        self._undisturbed: dict[tuple[str, tuple[str, ...]], tuple[Views, int]] = {}
        self.crawl(self.before, FIRST)
        _edit(portal)

    def archive(self, kind: str, name: str) -> Crawling:
        """Return a fresh archive, or a copy of the one that knows the portal."""
        crawling = Crawling(self.folder / name)
        crawling.folder.mkdir()
        if kind == "later":
            shutil.copy(self.before.path, crawling.path)
        return crawling

    def crawl(self, crawling: Crawling, at: datetime, *more: str) -> list[str]:
        """Crawl to the end and return the addresses that were asked for."""
        self.portal.clear_log()
        done = crawling.scrapy("dukdhcd", self.start, *more, ARCHIVE_NOW=at.isoformat())
        assert done.status in (0, 3), done.err[-3000:]
        return self.asked()

    def undisturbed(self, kind: str, more: tuple[str, ...]) -> tuple[Views, int]:
        """Return what a crawl that is left alone makes of the portal, and how many requests that takes."""
        if (kind, more) not in self._undisturbed:
            crawling = self.archive(kind, f"undisturbed-{len(self._undisturbed)}")
            asked = self.crawl(crawling, FIRST if kind == "first" else LATER, *more)
            self._undisturbed[kind, more] = (self.read(crawling), len(asked))
        return self._undisturbed[kind, more]

    def read(self, crawling: Crawling) -> Views:
        """Return the rows of the public views, without what depends on time, as sorted lines, each once.

        A changed article is looked at twice in the run that saw the change, if that comes to its end.
        """
        return {
            view: sorted({self._write(row, times) for row in crawling.query(f"SELECT * FROM {view}")})
            for view, times in TIMES.items()
        }

    def asked(self) -> list[str]:
        """Return the addresses that the server was asked for, without robots.txt."""
        return [request.path for request in list(self.portal.requests) if request.path != "/robots.txt"]

    def _write(self, row: dict[str, Any], times: set[str]) -> str:
        left_out = times | PLACES if row["article_id"] in self.shared else times
        return MOMENT.sub("", str({name: value for name, value in row.items() if name not in left_out}))


@dataclass(frozen=True)
class Killed:
    """A crawl that was killed: what it had asked for, and what stood in the archive then, ``runs`` of them."""

    asked: list[str]
    kept: set[str]
    was_open: bool
    runs: int


def _edit(portal: Portal) -> None:
    """Change what a portal changes between two crawls."""
    articles = portal.listed()
    portal.edit(articles[2].id, title="Tiêu đề đã được biên tập lại")
    portal.edit(articles[17].id, paragraphs=("Nội dung đã được thay.",))
    portal.edit(articles[44].id, lead="Lời dẫn mới.", author="Lê Thục Quyên")
    portal.remove(articles[30].id)
    portal.delist(articles[51].id)
    portal.add(replace(articles[5], id=9_000_001, title="Tin vừa đăng", published=articles[0].published))
    portal.add(replace(articles[6], id=9_000_002, title="Thông báo vừa đăng", published=articles[0].published))


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """60 articles, every fourth in a second channel; counters stand still, so that counts can be compared too."""
    portal = huge_portal(60)
    portal.page_size = 5
    channels = list(portal.channels)
    for place, article in enumerate(portal.listed()[::4]):
        other = channels[(channels.index(article.channel) + 1 + place % 4) % len(channels)]
        portal.edit(article.id, also_in=(other,))
    portal.freeze_counters()
    with serve(portal) as base:
        yield Ground(portal, base, tmp_path_factory.mktemp("killing"))


@pytest.mark.slow
@pytest.mark.parametrize("group", range(GROUPS))
def test_killed_crawls_lose_nothing_and_are_taken_up(ground: Ground, group: int) -> None:
    chance = Random(group)
    for number in range(ROUNDS):
        kind, more = KINDS[number % len(KINDS)]
        expected, requests = ground.undisturbed(kind, more)
        crawling = ground.archive(kind, f"round-{group}-{number}")
        at = FIRST if kind == "first" else LATER
        # One round in five is killed while it starts, by the clock; the others after a number of requests.
        moment = (
            (0, chance.uniform(0.2, 1.5)) if number % 5 == 4 else (chance.randrange(requests), chance.random() / 20)
        )
        while (killed := _kill(ground, crawling, at, *moment, more=more)) is None:  # it had come to its end
            shutil.rmtree(crawling.folder)
            crawling, moment = ground.archive(kind, f"round-{group}-{number}"), (moment[0] // 2, moment[1] / 2)
        asked = ground.crawl(crawling, at + AFTERWARDS, *more)
        told = f"group {group}, round {number}: {kind} {more} killed at {moment}"
        assert crawling.query("SELECT url, detail FROM run_findings WHERE kind = 'internal_error'") == [], told
        assert _find_differences(ground.read(crawling), expected) == {}, told
        if killed.was_open:
            twice = Counter(killed.asked + asked) - Counter(set(killed.asked + asked))
            assert not killed.kept & set(asked), told
            assert sum(twice.values()) <= IN_FLIGHT, told
            assert _outcomes(crawling)[-2] == "died", told
        shutil.rmtree(crawling.folder)


def _find_differences(seen: Views, expected: Views) -> dict[str, dict[str, list[str]]]:
    """Find the rows that only one of two readings has: whole views are too long to be told."""
    found = {
        view: {
            "seen": sorted((Counter(seen[view]) - Counter(expected[view])).elements()),
            "expected": sorted((Counter(expected[view]) - Counter(seen[view])).elements()),
        }
        for view in expected
    }
    return {view: rows for view, rows in found.items() if any(rows.values())}


def _kill(
    ground: Ground, crawling: Crawling, at: datetime, requests: int, seconds: float, more: tuple[str, ...]
) -> Killed | None:
    """Start a crawl and kill it so many requests and seconds later; None where it ended before that.

    It ended, too, where its run is closed and only its process was still there: the next run has nothing to take up.
    """
    ground.portal.clear_log()
    before = _count_runs(crawling)
    command = [sys.executable, "-m", "scrapy", "crawl", "dukdhcd", "-a", f"start={ground.start}", *FAST, *more]
    settings = os.environ | {"ARCHIVE_DB": str(crawling.path), "ARCHIVE_NOW": at.isoformat()}
    with subprocess.Popen(
        command, cwd=PROJECT, env=settings, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdout
        while len(ground.portal.requests) < requests and process.poll() is None:
            time.sleep(0.001)
        time.sleep(seconds)
        if process.poll() is not None:
            return None
        process.kill()
        process.stdout.read()  # ends when its recording process, which inherits it, is gone too
    killed = _look(crawling, ground.asked())
    return None if killed.runs > before and not killed.was_open else killed


def _count_runs(crawling: Crawling) -> int:
    return len(crawling.query("SELECT run_id FROM run_summary")) if crawling.path.exists() else 0


def _look(crawling: Crawling, asked: list[str]) -> Killed:
    """Check an archive as the kill left it: a copy, so that the next run finds what was left and not what we mended."""
    if not crawling.path.exists():
        return Killed(asked, set(), was_open=False, runs=0)
    folder = crawling.folder / "look"
    folder.mkdir()
    for path in crawling.folder.glob(f"{crawling.path.name}*"):
        shutil.copy(path, folder)
    connection = sqlite3.connect(folder / crawling.path.name)
    try:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        if not connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'runs'").fetchone():
            return Killed(asked, set(), was_open=False, runs=0)
        kept = connection.execute(
            "SELECT d.url FROM runs r JOIN captures k ON k.run_id = r.id JOIN addresses d ON d.id = k.address_id"
            " WHERE r.outcome IS NULL"
        ).fetchall()
        was_open = bool(connection.execute("SELECT 1 FROM runs WHERE outcome IS NULL").fetchone())
        runs = connection.execute("SELECT count(*) FROM runs").fetchone()[0]
    finally:
        connection.close()
    return Killed(asked, {_path(url) for (url,) in kept} - {"/robots.txt"}, was_open, runs)


def _path(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _outcomes(crawling: Crawling) -> list[object]:
    return [row["outcome"] for row in crawling.query("SELECT outcome FROM run_summary ORDER BY run_id")]
