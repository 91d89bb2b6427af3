"""The benchmark of crawling runs through, and a run that did not do the work gives no figure."""

import shlex
import sqlite3
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace

import pytest

from tests.benchmarks import many
from tests.benchmarks.crawling import run_once, serve_long_portal
from tests.benchmarks.long_portal import TEXT_BYTES, make_long_portal
from tests.benchmarks.many import bench_many
from tests.benchmarks.runners import RUNNERS, Job, Runner
from tests.portal import Portal

PAGES = 105
"""One listing page and a bit in each channel."""
BY_NAME = {runner.name: runner for runner in RUNNERS}
DAMAGE = {
    "ours": (
        ("archive.db", "UPDATE contents SET title = 'X' WHERE id = 7", "1 of 105 articles"),
        ("archive.db", "UPDATE contents SET body = body || '.' WHERE id = 7", "1 of 105 articles"),
        ("archive.db", "UPDATE contents SET published_at = '2020-01-01T00:00:00+00:00' WHERE id = 7", "1 of 105"),
        ("archive.db", "DELETE FROM search_order WHERE place = (SELECT max(place) FROM search_order)", "104 entries"),
        (
            "archive.db",
            "UPDATE captures SET payload_digest = (SELECT min(payload_digest) FROM captures)",
            "1 raw pages",
        ),
    ),
    "plain spider": (
        ("plain.db", "UPDATE articles SET title = 'X' WHERE rowid = 7", "1 of 105 articles"),
        ("plain.db", "UPDATE articles SET published = NULL WHERE rowid = 7", "1 of 105 articles"),
        ("plain.db", "UPDATE articles SET body = 'X' WHERE rowid = 7", "1 bodies are too short"),
        ("plain.db", "DELETE FROM articles WHERE rowid = 7", "1 of 105 articles"),
    ),
}


@pytest.fixture(scope="module")
def portal() -> Portal:
    return make_long_portal(PAGES)


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    with serve_long_portal(PAGES) as base:
        yield base


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(BY_NAME))
def test_every_runner_does_its_work(name: str, base: str, portal: Portal) -> None:
    runner = BY_NAME[name]
    if runner.missing:
        pytest.skip(f"{runner.missing} is missing")
    run = run_once(runner, base, portal)
    assert min(run.rate, run.steady, run.cpu, run.peak) > 0


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(DAMAGE))
def test_what_is_not_as_on_the_pages_gives_no_figure(name: str, base: str, portal: Portal) -> None:
    """Each damage is done to the work of one run and undone, and the check must complain of it alone."""
    runner = BY_NAME[name]
    complaints: list[list[str]] = []

    def check(job: Job) -> Iterable[str]:
        assert list(runner.check(job)) == []
        for file, statement, _ in DAMAGE[name]:
            complaints.append(_check_damaged(runner, job, file, statement))
        return ()

    run_once(replace(runner, check=check), base, portal)
    assert len(complaints) == len(DAMAGE[name])
    for found, (*_, expected) in zip(complaints, DAMAGE[name], strict=True):
        assert len(found) == 1
        assert expected in found[0]


def _check_damaged(runner: Runner, job: Job, file: str, statement: str) -> list[str]:
    path = job.folder / file
    whole = path.read_bytes()
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(f"PRAGMA journal_mode = DELETE; {statement}")
    found = list(runner.check(job))
    path.write_bytes(whole)
    return found


@pytest.mark.slow
def test_what_was_not_fetched_gives_no_figure(base: str, portal: Portal) -> None:
    lazy = Runner("lazy", lambda job: ("sh", "-c", f"head -99 {job.list_of_articles} | xargs curl -s -o /dev/null"))
    with pytest.raises(SystemExit, match=r"^lazy: 6 of 105 articles were not fetched"):
        run_once(lazy, base, portal)


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in sorted(BY_NAME) if name.startswith(("fetching", "wget"))])
def test_pages_that_did_not_come_give_no_figure(name: str, base: str, portal: Portal) -> None:
    """The server was asked for all of them, and of some the answers were lost."""
    runner = BY_NAME[name]
    if runner.missing:
        pytest.skip(f"{runner.missing} is missing")
    forgetful = replace(runner, name="forgetful", command=lambda job: _fetch_all_then(runner, job, 99))
    with pytest.raises(SystemExit, match=r"^forgetful: 99 whole .* 105"):
        run_once(forgetful, base, portal)


def _fetch_all_then(runner: Runner, job: Job, count: int) -> Sequence[str]:
    """Ask for all articles and keep nothing, then let the runner work on the first of them."""
    job.list_of_articles.write_text("\n".join(job.articles[:count]) + "\n", encoding="utf-8")
    ask = " ".join(("curl -s -o /dev/null", *job.articles[count:]))
    return "sh", "-c", f"{ask} > /dev/null && {shlex.join(runner.command(job))}"


@pytest.mark.slow
def test_what_failed_gives_no_figure(base: str, portal: Portal) -> None:
    failing = Runner("failing", lambda job: ("sh", "-c", "echo no good; exit 3"))
    with pytest.raises(SystemExit, match=r"^failing ended with status 3:\nno good"):
        run_once(failing, base, portal)


@pytest.mark.slow
def test_a_complaint_gives_no_figure(base: str, portal: Portal) -> None:
    with pytest.raises(SystemExit, match=r"^wrong: bad work"):
        run_once(replace(BY_NAME["fetching, our handler"], name="wrong", check=lambda job: ["bad work"]), base, portal)


def test_the_texts_are_as_long_as_those_of_real_portals(portal: Portal) -> None:
    sizes = [
        sum(len(text.encode()) for text in (article.title, article.lead, *article.paragraphs))
        for article in portal.listed()
    ]
    assert min(sizes) > TEXT_BYTES - 100
    assert max(sizes) < TEXT_BYTES + 500


@pytest.mark.slow
def test_many_sites_are_measured_on_work_that_was_done(capsys: pytest.CaptureFixture[str]) -> None:
    bench_many("--sites", "3", "--articles", "4", "--pauses", "0", "--only", "ours,plain")
    table = capsys.readouterr().out
    assert all(name in table for name in ("ours, one process", "ours, 2 processes", "plain Scrapy process"))


@pytest.mark.slow
def test_articles_that_many_sites_lack_give_no_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    way = ("idle", lambda _: [sys.executable, "-c", ""], lambda _: 12)
    monkeypatch.setattr(many, "_list_ways", lambda _: [way])
    with pytest.raises(SystemExit, match=r"^idle: asked for 0 and kept 12 of 12 articles$"):
        bench_many("--sites", "3", "--articles", "4", "--pauses", "0")
