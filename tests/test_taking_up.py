"""What a run left is taken up by whichever run comes next, whenever, until it is done; and the ledger says so."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.conftest import FAST, PROJECT, Crawling
from tests.portal import Portal, Response, huge_portal, serve

FIRST = datetime(2021, 11, 20, 1, tzinfo=UTC)
ARTICLES, PAGES = 90, 20
HASTY = ("-s", "ARCHIVE_BACKOFF=0", "-s", "ARCHIVE_HOST_PAUSE=0", "-s", "RETRY_TIMES=0")
Signal = Callable[["subprocess.Popen[bytes]"], None]


@dataclass
class Ground:
    """A portal, an archive of it, and the days on which it is crawled; day 0 is the first."""

    portal: Portal
    base: str
    crawling: Crawling
    asked: list[str] = field(default_factory=list)
    is_cut: bool = False

    @property
    def start(self) -> str:
        return ",".join(f"{self.base}/{channel}" for channel in self.portal.channels)

    def crawl(self, day: float, *more: str, start: str = "") -> int:
        """Crawl to the end; ``asked`` has the articles that were asked for then."""
        self.portal.clear_log()
        at = (FIRST + timedelta(days=day)).isoformat()
        done = self.crawling.scrapy("dukdhcd", start or self.start, *HASTY, *more, ARCHIVE_NOW=at)
        self.asked = [request.path for request in self.portal.requests if "/view_content/" in request.path]
        assert "Traceback" not in done.err, done.err
        return done.status

    def cut_off(self, day: float, number: int, is_time: Callable[[], bool], *more: str) -> None:
        """Begin a crawl and send it a signal once it is time, as the portal sees it."""
        self.portal.clear_log()
        self.is_cut = False
        command = [sys.executable, "-m", "scrapy", "crawl", "dukdhcd", "-a", f"start={self.start}", *FAST, *HASTY]
        at = (FIRST + timedelta(days=day)).isoformat()
        environment = os.environ | {"ARCHIVE_DB": str(self.crawling.path), "ARCHIVE_NOW": at}
        with subprocess.Popen(
            [*command, *more], cwd=PROJECT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as process:
            self.portal.outage = lambda target: self._answer(process, number, is_time, target)
            process.wait(timeout=120)
        self.portal.outage = None
        self.asked = [request.path for request in self.portal.requests if "/view_content/" in request.path]
        assert process.returncode == (130 if number == signal.SIGTERM else -number)

    def _answer(
        self, process: "subprocess.Popen[bytes]", number: int, is_time: Callable[[], bool], target: str
    ) -> Response | None:
        if is_time():
            if not self.is_cut:  # a second SIGTERM would end it at once, and leave the run open
                process.send_signal(number)
            self.is_cut = True
            return Response(503, delay=1)
        return replace(self.portal.page(target), delay=0.02) if "/view_content/" in target else None

    def count(self, part: str) -> int:
        """Count the addresses asked for so far that hold a text."""
        return sum(part in request.path for request in list(self.portal.requests))

    def known(self) -> int:
        """Count the articles that were read."""
        return int(str(self.crawling.query("SELECT count(*) AS n FROM current_articles")[0]["n"]))

    def runs(self) -> list[tuple[object, ...]]:
        """Return the last runs as the ledger tells them."""
        rows = self.crawling.query("SELECT scope, outcome, resumes FROM run_summary ORDER BY run_id")
        return [tuple(row.values()) for row in rows]


@pytest.fixture
def ground(tmp_path: Path) -> Iterator[Ground]:
    """90 articles in 5 channels, of which a daily run sees 2 pages of 4 each; 5 on a page."""
    portal = huge_portal(ARTICLES)
    portal.page_size = 5
    with serve(portal) as base:
        yield Ground(portal, base, Crawling(tmp_path))


def _in_the_walk(ground: Ground) -> Callable[[], bool]:
    return lambda: ground.count("_cur=") >= 2


def _after_the_walk(ground: Ground, articles: int = 40) -> Callable[[], bool]:
    """Say when all listing pages were had, and some of the articles."""
    return lambda: ground.count("/view_content/") >= articles and ground.count("_cur=") >= PAGES - 5


MOMENTS = {"in the walk": _in_the_walk, "after the walk": _after_the_walk}


@pytest.mark.parametrize(
    ("moment", "number", "days", "more"),
    [
        ("after the walk", signal.SIGTERM, 1.25, ()),
        pytest.param("in the walk", signal.SIGKILL, 3, (), marks=pytest.mark.slow),
        pytest.param("in the walk", signal.SIGTERM, 0.01, ("-a", "deep=1"), marks=pytest.mark.slow),
        pytest.param("after the walk", signal.SIGKILL, 20, ("-a", "full=1"), marks=pytest.mark.slow),
        pytest.param("after the walk", signal.SIGKILL, 0.01, ("-a", "full=1"), marks=pytest.mark.slow),
    ],
)
def test_a_first_crawl_that_was_cut_off_is_finished_by_the_next(
    ground: Ground, moment: str, number: int, days: float, more: tuple[str, ...]
) -> None:
    """Only what was under way is asked for twice, unless all is asked for; the run after it has nothing to take up."""
    ground.cut_off(0, number, MOMENTS[moment](ground))
    read = ground.known()
    assert read < ARTICLES
    before = len(ground.asked)
    assert ground.crawl(days, *more) in (0, 3)
    assert ground.known() == ARTICLES
    assert len(ground.asked) <= ARTICLES - (0 if days > 1 and more else before - 36)
    assert ground.crawl(days + 1) == 0
    outcome = "interrupted" if number == signal.SIGTERM else "died"
    scope = "full" if "full=1" in more else "deep"
    ending = "finished" if number == signal.SIGTERM else "problems"  # the one that died is a finding
    assert ground.runs() == [("deep", outcome, None), (scope, ending, 1), ("daily", "finished", None)]


@pytest.mark.slow
@pytest.mark.parametrize("more", [("-a", "deep=1"), ("-a", "full=1")])
def test_how_far_a_run_was_to_go_is_taken_up_too(ground: Ground, more: tuple[str, ...]) -> None:
    """A plain run days later goes as far; what a full run visited before it was cut off is not visited again."""
    assert ground.crawl(0) == 0
    ground.cut_off(
        1, signal.SIGTERM, lambda: ground.count("/view_content/") >= {"deep=1": 10, "full=1": 50}[more[1]], *more
    )
    before = set(ground.asked)
    assert ground.crawl(4) == 0
    scope = more[1].removesuffix("=1")
    assert ground.runs()[1:] == [(scope, "interrupted", None), (scope, "finished", 2)]
    assert ground.count("_cur=") == PAGES - 5
    if scope == "full":
        assert len(ground.asked) + len(before) - len(before & set(ground.asked)) == ARTICLES
        assert len(before & set(ground.asked)) <= 16
    assert ground.crawl(5) == 0
    assert ground.runs()[3:] == [("daily", "finished", None)]


@pytest.mark.slow
def test_runs_cut_off_one_after_the_other_come_to_an_end(ground: Ground) -> None:
    """Each begins with what the ones before it left, so each brings something."""
    ground.cut_off(0, signal.SIGTERM, _after_the_walk(ground, 20))
    counts = [ground.known()]
    for day in (1, 2):
        ground.cut_off(day, signal.SIGKILL, lambda: ground.count("/view_content/") >= 25)
        counts.append(ground.known())
    assert ground.crawl(3) == 3
    assert counts == sorted(set(counts))
    assert ground.known() == ARTICLES
    assert ground.runs() == [
        ("deep", "interrupted", None),
        ("deep", "died", 1),
        ("deep", "died", 2),
        ("deep", "problems", 3),
    ]
    assert ground.crawl(4) == 0
    again = ground.crawling.archiver("reparse", "--all")
    assert again.err.endswith(" captures read again, 0 articles are shown otherwise\n")
    ground.crawling.path.rename(other := ground.crawling.path.with_name("other.db"))
    for command in (("merge", str(other)), ("verify",)):
        done = ground.crawling.archiver(*command)
        assert (done.status, done.out) == (0, ""), done.out
    assert ground.known() == ARTICLES


@pytest.mark.slow
def test_a_budget_that_is_used_up_leaves_the_rest_to_the_next_runs(ground: Ground) -> None:
    """Once all is read, it is the visits of known articles that it does not last for; these are no work left over."""
    statuses = [ground.crawl(day, "-s", "ARCHIVE_MAX_REQUESTS=35") for day in range(7)]
    assert statuses == 7 * [3]
    assert ground.known() == ARTICLES
    runs = [run[::2] for run in ground.runs()]
    taken_up = runs.index(("daily", None))
    assert taken_up <= 5
    assert runs == [("deep", None), *(("deep", run) for run in range(1, taken_up)), *(7 - taken_up) * [("daily", None)]]
    assert ground.crawl(7) == 0


@pytest.mark.slow
def test_a_walk_that_a_bound_of_scrapy_ended_is_taken_up(ground: Ground) -> None:
    """All articles on its pages are known, so no article is pending; listing pages are."""
    assert ground.crawl(0) == 0
    assert ground.crawl(1, "-a", "deep=1", "-s", "CLOSESPIDER_PAGECOUNT=6") == 0
    assert ground.crawl(2) == 0
    assert [run[::2] for run in ground.runs()] == [("deep", None), ("deep", None), ("deep", 2)]


@pytest.mark.slow
def test_a_run_that_failed_is_taken_up(ground: Ground) -> None:
    """The host goes away in the middle, and is there again days later."""
    is_down = _after_the_walk(ground, 20)
    ground.portal.outage = lambda _: Response(503, reset=True) if is_down() else None
    assert ground.crawl(0) == 1
    ground.portal.outage = None
    assert ground.known() < ARTICLES
    assert ground.crawl(2) == 0
    assert ground.known() == ARTICLES
    assert ground.runs() == [("deep", "failed", None), ("deep", "finished", 1)]


@pytest.mark.slow
def test_news_that_a_daily_run_left_are_not_mistaken_for_the_past(ground: Ground) -> None:
    """It had come past two pages of news, and read them; the next one, days later, walks on behind them."""
    channel = next(iter(ground.portal.channels))
    start = f"{ground.base}/{channel}"
    assert ground.crawl(0, start=start) == 0
    known = ground.known()
    for number in range(30):
        model = ground.portal.listed(channel)[0]
        at = model.published + timedelta(minutes=1)
        ground.portal.add(replace(model, id=9_000_000 + number, title=f"Tin mới số {number}", published=at))
    portal = ground.portal
    portal.outage = lambda target: replace(portal.page(target), delay=0.5) if "_cur=" in target else None
    assert ground.crawl(1, "-s", "ARCHIVE_MAX_REQUESTS=13", start=start) == 3
    portal.outage = None
    assert ground.known() == known + 10
    assert ground.crawl(3, start=start) == 0
    assert ground.known() == known + 30
    assert ground.runs()[1:] == [("daily", "problems", None), ("daily", "finished", 2)]


@pytest.mark.slow
def test_a_part_of_the_site_leaves_and_takes_up_no_whole(ground: Ground) -> None:
    assert ground.crawl(0) == 0
    ground.cut_off(1, signal.SIGTERM, lambda: ground.count("/") >= 3, "-a", "max_pages=2")
    assert ground.crawl(2) == 0
    ground.cut_off(3, signal.SIGTERM, lambda: ground.count("/") >= 8, "-a", "deep=1")
    assert ground.crawl(4, "-a", "max_pages=1") == 0
    assert len(ground.asked) <= 25
    assert ground.crawl(5) == 0
    assert ground.runs()[1:] == [
        ("daily", "interrupted", None),
        ("daily", "finished", None),
        ("deep", "interrupted", None),
        ("daily", "finished", None),
        ("deep", "finished", 4),
    ]


@pytest.mark.slow
def test_other_start_addresses_are_another_portal(ground: Ground) -> None:
    """What the listing of one channel named is not asked for by a run of another."""
    first, second = (f"{ground.base}/{channel}" for channel in list(ground.portal.channels)[:2])
    listed = {f"/{article.id}-" for article in ground.portal.listed(next(iter(ground.portal.channels)))}
    assert ground.crawl(0, "-s", "ARCHIVE_MAX_REQUESTS=8", start=first) == 3
    listed -= {part for part in listed if any(part in path for path in ground.asked)}
    assert ground.crawl(1, start=second) in (0, 3)
    assert not [path for path in ground.asked if any(part in path for part in listed)]
    assert ground.crawl(2, start=first) in (0, 3)
    assert {part for part in listed if any(part in path for path in ground.asked)}
    assert [run[2] for run in ground.runs()] == [None, None, 1]


@pytest.mark.slow
def test_articles_that_fail_for_ever_hold_nothing_up(ground: Ground) -> None:
    """The next runs try them again, then every five days, each a finding; no run is deep or failed for them."""
    broken = {f"/{article.id}-" for article in ground.portal.listed()[-12:]}
    ground.portal.outage = lambda target: Response(500) if any(part in target for part in broken) else None
    tried = []
    for day in range(5):
        status = ground.crawl(day)
        tried.append(sum(any(part in path for part in broken) for path in ground.asked))
        assert status == (3 if tried[-1] else 0)
    assert tried == [12, 12, 12, 0, 0]
    assert ground.known() == ARTICLES - 12
    assert [run[::2] for run in ground.runs()] == [("deep", None)] + 4 * [("daily", None)]
    ground.portal.outage = None
    assert ground.crawl(7.5) == 0
    assert ground.known() == ARTICLES


@pytest.mark.slow
def test_what_is_gone_or_no_article_is_not_asked_for_again(ground: Ground) -> None:
    """The oldest are behind what a daily run sees, so nothing else would lead to them."""
    gone, *_ = ground.portal.listed()[-12:]
    ground.portal.outage = lambda target: Response(410) if f"/{gone.id}-" in target else None
    assert ground.crawl(0) == 3
    assert ground.crawl(1) == 0
    assert not [path for path in ground.asked if f"/{gone.id}-" in path]
