"""What the exit status says, by ``scrapy crawl`` and ``archiver crawl`` alike; Scrapy's own is 0 for most of this."""

import socket
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests.conftest import FAST, Crawling
from tests.portal import Portal, Response, demo_portal, serve

CHANNEL = "cong-tac-doan-hoi"
DEFECTS = ("-s", "SPIDER_MODULES=tests.faulty.spiders")
FIRST = '-s ITEM_PIPELINES={"tests.faulty.pipelines.Failing":200,"archiver.crawl.pipelines.ArchivePipeline":300}'
LAST = '-s ITEM_PIPELINES={"archiver.crawl.pipelines.ArchivePipeline":300,"tests.faulty.pipelines.Failing":400}'


@dataclass(frozen=True)
class Situation:
    """What is done to a crawl, and what it says of it: status, outcome in the ledger, kinds of findings."""

    status: int
    outcome: str | None
    findings: tuple[str, ...] = ()
    site: str = "dukdhcd"
    settings: tuple[str, ...] = ()
    outage: Callable[[Portal, str], Response | None] = lambda *_: None
    start: str | None = None


def _lose_one(portal: Portal, target: str) -> Response | None:
    return Response(404, b"no") if f"/{portal.listed(CHANNEL)[0].id}-" in target else None


def _closed_port() -> str:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{taken.getsockname()[1]}/tin"


SITUATIONS = {
    "done": Situation(0, "finished"),
    "findings": Situation(3, "problems", ("http_404",), outage=_lose_one),
    "all requests failed": Situation(1, "failed", start=_closed_port()),
    "no such host": Situation(1, "failed", ("robots_unreachable",), start="http://khong-co.invalid/tin"),
    "nothing but errors": Situation(1, "failed", ("http_500",), outage=lambda *_: Response(500, b"no")),
    "the spider raises": Situation(3, "problems", ("internal_error",), site="stumbling", settings=DEFECTS),
    "the spider raises at once": Situation(1, "failed", ("internal_error",), site="lame", settings=DEFECTS),
    "no item is taken": Situation(1, "failed", ("internal_error",), settings=tuple(FIRST.split(" ", 1))),
    "every export fails": Situation(3, "problems", ("internal_error",), settings=tuple(LAST.split(" ", 1))),
    "too much memory": Situation(
        1,
        "failed",
        settings=("-s", "MEMUSAGE_LIMIT_MB=1", "-s", "MEMUSAGE_CHECK_INTERVAL_SECONDS=0.2", "-s", "DOWNLOAD_DELAY=0.5"),
    ),
    "as many pages as were allowed": Situation(0, "finished", settings=("-s", "CLOSESPIDER_PAGECOUNT=5")),
    "as many items as were allowed": Situation(0, "finished", settings=("-s", "CLOSESPIDER_ITEMCOUNT=3")),
    "as many errors as were allowed": Situation(
        1, "failed", ("internal_error",), site="stumbling", settings=(*DEFECTS, "-s", "CLOSESPIDER_ERRORCOUNT=2")
    ),
    "no such site": Situation(2, None, site="dukdhc"),
}
SLOW = {"no such host", "nothing but errors", "as many items as were allowed", "every export fails"}


@pytest.mark.parametrize("program", ["scrapy", pytest.param("archiver", marks=pytest.mark.slow)])
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.slow) if name in SLOW else name for name in SITUATIONS]
)
def test_the_status_says_how_it_was(crawling: Crawling, name: str, program: str) -> None:
    situation, portal = SITUATIONS[name], demo_portal()
    portal.outage = lambda target: None if target == "/robots.txt" else situation.outage(portal, target)
    with serve(portal) as base:
        start = situation.start or f"{base}/{CHANNEL}"
        arguments = ("-a", f"start={start}", "-a", "max_pages=1", *FAST, "-s", "ARCHIVE_BACKOFF=0", *situation.settings)
        done = crawling.run(program, "crawl", situation.site, *arguments)
    assert done.status == situation.status, done.err[-3000:]
    if situation.outcome is None:
        assert "did you mean dukdhcd?" in done.err
        assert (portal.requests, crawling.path.exists()) == ([], False)
        return
    rows = crawling.query("SELECT outcome FROM run_summary")
    kinds = {row["kind"] for row in crawling.query("SELECT kind FROM findings")}
    assert (rows, kinds >= set(situation.findings)) == ([{"outcome": situation.outcome}], True), (rows, kinds)
    assert bool(kinds) == bool(situation.findings) or situation.status == 1
