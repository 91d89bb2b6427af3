"""The checks after a run: a steady site raises nothing in a year, every fault raises its finding."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.archive.runs.field_coverage import Page
from archiver.archive.runs.health import ChannelFigures, Health, RunFigures
from archiver.checks import find_faults
from archiver.checks.baseline import chance_of_at_least
from archiver.checks.fields import place_of
from archiver.platforms import PLATFORMS
from archiver.site import Expectations, Site

URL = "https://dukdhcd.example/tin"
SITE = Site("dukdhcd", "Đảng ủy Khối", "liferay_hanoi", (URL,), expectations=Expectations(new_within_days=30))
START = datetime(2026, 1, 1, 3, tzinfo=UTC)
PAGE = 20
FILLED = frozenset({"title", "lead", "body", "published", "views", "section"})
SCOPES = ("daily", "deep")


@dataclass
class SteadySite:
    """A site that publishes at a steady rate, and is crawled every day and walked whole every week."""

    seed: int
    rate: float
    articles: int
    weekly: bool
    now: datetime = START
    random: Random = field(init=False)
    past: dict[str, list[RunFigures]] = field(init=False)
    recent: list[frozenset[str]] = field(init=False)
    newest: datetime = START

    def __post_init__(self) -> None:
        self.random = Random(self.seed)
        self.past = {scope: [] for scope in SCOPES}
        self.recent = [self._fill() for _ in range(50)]
        self.holidays = sorted(self.random.sample(range(365), 2))
        self.error_rate = self.random.choice([0.0, 0.01, 0.03])
        self.growth = self.random.choice([300, 5_000])

    def live(self) -> Iterator[Health]:
        """Let a year pass, run by run."""
        waiting = 0
        for day in range(365):
            self.now = START + timedelta(days=day)
            waiting += 0 if any(first <= day < first + 10 for first in self.holidays) else self._publish()
            if self.weekly and day % 7:
                continue
            health = self._run("deep" if day % 7 == 0 and not self.weekly else "daily", waiting)
            waiting = 0
            yield health
            self.past[health.scope].insert(0, replace(health.run, kinds=frozenset()))

    def _run(self, scope: str, new: int) -> Health:
        if new:
            self.newest = self.now
        self.articles += new
        walked = math.ceil(self.articles / PAGE) if scope == "deep" else math.ceil(new / PAGE) + 2
        listed, visits = min(self.articles, walked * PAGE), min(20, self.articles - new)
        requests = walked + new + visits
        errors = self._hits(requests, self.error_rate)
        pages = [Page(f"{URL}/{n}", self._fill(), None) for n in range(new)]
        pages += [self._revisit(f"{URL}/cũ-{n}") for n in range(visits)]
        recent = tuple(self.recent[:50])
        self.recent = [page.filled for page in pages if page.before is None] + self.recent
        run = RunFigures(
            requests,
            errors,
            requests - errors,
            listed,
            listed - new,
            self._hits(3, 0.05),
            int(80_000 * self.random.uniform(0.7, 1.4)),
            int(visits * self.growth * self.random.lognormvariate(0, 1)),
        )
        return Health(
            SITE,
            URL,
            self.now,
            scope,
            sound=True,
            comparable=True,
            run=run,
            past=tuple(self.past[scope][:16]),
            good_runs=sum(map(len, self.past.values())),
            articles=self.articles,
            newest=self.newest,
            channels=(ChannelFigures(URL, min(PAGE, self.articles), (PAGE,) * len(self.past[scope][:16])),),
            pages=tuple(pages),
            recent=recent,
            observed=listed,
            set_back=self._hits(listed, 0.001),
        )

    def _fill(self) -> frozenset[str]:
        """Fill a page's fields; now and then an editor leaves one out."""
        return frozenset(name for name in sorted(FILLED) if self.random.random() < (0.97 if name == "lead" else 0.999))

    def _revisit(self, url: str) -> Page:
        """Visit an old article: those of earlier years have no lead, and none of them changes."""
        filled = self._fill() if self.random.random() < 0.7 else FILLED - {"lead"}
        return Page(url, filled - {"lead"} if self.random.random() < 0.005 else filled, filled - {"section"})

    def _publish(self) -> int:
        product, count = self.random.random(), 0
        while product > math.exp(-self.rate):
            product, count = product * self.random.random(), count + 1
        return count

    def _hits(self, tries: int, rate: float) -> int:
        return sum(self.random.random() < rate for _ in range(tries)) if rate else 0


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    rate=st.floats(1, 25),
    articles=st.integers(1, 3000),
    weekly=st.booleans(),
)
def test_a_steady_site_raises_nothing_in_a_year(seed: int, rate: float, articles: int, *, weekly: bool) -> None:
    """News by chance, two holidays of 10 days, flaky requests, editors who leave out a lead."""
    for health in SteadySite(seed, rate, articles, weekly).live():
        assert find_faults(health) == [], health


@cache
def _year(seed: int) -> list[Health]:
    return list(SteadySite(seed, 3, 300, weekly=False).live())


def _lose(name: str) -> Callable[[Health], Health]:
    def lose(health: Health) -> Health:
        known = tuple(Page(f"{URL}/{n}", FILLED - {name}, FILLED - {"section"}) for n in range(10))
        new = tuple(Page(f"{URL}/mới-{n}", FILLED - {name}, None) for n in range(10))
        return replace(health, pages=known + new)

    return lose


def _count(**figures: int) -> Callable[[Health], Health]:
    return lambda health: replace(health, run=replace(health.run, **figures))


def _empty_channel(health: Health) -> Health:
    return replace(health, channels=(*health.channels, ChannelFigures(f"{URL}-2", 0, (12, 13, 12, 12))))


# What happens to a run -> the kind of the one finding that comes of it.
FAULTS: dict[str, tuple[str, Callable[[Health], Health]]] = {
    "nothing new": ("nothing_new", lambda health: replace(health, newest=health.at - timedelta(days=31, hours=1))),
    "listings cut": ("fewer_articles", _count(listed=9, relisted=9)),
    "channel empty": ("fewer_articles", _empty_channel),
    **{f"no {name}": ("field_lost", _lose(name)) for name in ("lead", "body", "published", "views", "section")},
    "captchas": ("blocked", _count(refused=40, errors=0)),
    "many 403": ("blocked", _count(refused=40, errors=40, requests=60)),
    "many errors": ("many_errors", _count(errors=30, requests=60)),
    "counters back": ("counters_back", lambda health: replace(health, observed=60, set_back=40)),
    "larger pages": ("larger_pages", _count(page_size=900_000, growth=90_000_000)),
    "archive grows": ("archive_growth", _count(growth=90_000_000)),
    "died": ("died_run", lambda health: replace(health, died=("2026-01-04T03:00:00+00:00",))),
    "does not add up": ("unaccounted", lambda health: replace(health, found=30, unaccounted=2)),
}


@pytest.mark.parametrize("fault", FAULTS)
@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 9), day=st.integers(60, 364))
def test_a_fault_raises_its_finding_and_no_other(fault: str, seed: int, day: int) -> None:
    kind, happen = FAULTS[fault]
    healthy = _year(seed)[day]
    findings = find_faults(happen(healthy))
    assert [finding.kind for finding in findings] == [kind], healthy
    assert findings[0].url.startswith(URL)


# A run that is no measure, or a site that is not known yet, is compared with nothing; what is true anyway is told.
ALWAYS = {"nothing_new", "blocked", "counters_back", "died_run", "unaccounted"}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_new_site_raises_no_false_alarm(fault: str) -> None:
    kind, happen = FAULTS[fault]
    for health in _year(7)[:4]:
        found = [finding.kind for finding in find_faults(happen(health))]
        assert found == ([kind] if kind in ALWAYS else [])


@pytest.mark.parametrize("fault", FAULTS)
def test_a_bounded_run_is_held_against_nothing(fault: str) -> None:
    kind, happen = FAULTS[fault]
    health = _year(7)[99]
    found = [finding.kind for finding in find_faults(happen(replace(health, comparable=False)))]
    assert found == ([kind] if kind in ALWAYS | {"field_lost"} else [])


def test_an_interrupted_run_does_not_speak_of_the_site() -> None:
    health = _year(7)[99]
    for kind, happen in FAULTS.values():
        cut_off = replace(happen(health), sound=False, comparable=False)
        found = [finding.kind for finding in find_faults(cut_off)]
        assert found == ([kind] if kind in ALWAYS - {"nothing_new"} else [])


def test_a_lasting_fault_is_told_until_it_is_the_usual() -> None:
    health = _year(7)[99]
    past, told = list(health.past), []
    for _ in range(20):
        found = find_faults(replace(health, run=replace(health.run, relisted=9), past=tuple(past[:16])))
        told.append(bool(found))
        past.insert(0, replace(health.run, relisted=9, kinds=frozenset(finding.kind for finding in found)))
    assert told == [True] * 13 + [False] * 7


def test_what_is_told_already_is_not_told_again() -> None:
    health = _year(7)[99]
    cut = replace(health, run=replace(health.run, relisted=9, kinds=frozenset({"listings_shrunk"})))
    failed = replace(health, run=replace(health.run, errors=30, requests=60, kinds=frozenset({"outage"})))
    silent = replace(
        cut, run=replace(cut.run, kinds=frozenset()), channels=(ChannelFigures(URL, None, (20, 20, 20, 20)),)
    )
    assert [find_faults(one) for one in (cut, failed, silent)] == [[], [], []]


def test_a_finding_says_what_to_look_at() -> None:
    health = _year(7)[99]
    (finding,) = find_faults(_lose("views")(health))
    addresses = " ".join(f"{URL}/{n}" for n in range(3))
    assert finding.detail == (
        "views, read by div.assetPublishDate: 100% of these pages should have it, 0% of 20 have it now; "
        f"missing on {addresses}"
    )


def test_places_are_named_by_selector_or_function() -> None:
    platform, day = PLATFORMS["liferay_hanoi"], START.date()
    assert place_of(platform, day, "lead") == "p.sapo"
    assert place_of(platform, day, "body") == "div.journal-content-article, div.asset-content"
    assert place_of(PLATFORMS["generic"], day, "body") == "the generic reader"
    assert place_of(platform, day, "section") == (
        "div.dd_chuyenmuc span.tintuc, archiver.platforms.liferay_hanoi._find_portlet_title"
    )


def test_the_chance_is_that_of_the_binomial_distribution() -> None:
    assert chance_of_at_least(0, 10, 0.3) == pytest.approx(1)
    assert chance_of_at_least(10, 10, 0.5) == pytest.approx(0.5**10)
    assert chance_of_at_least(2, 3, 0.2) == pytest.approx(3 * 0.04 * 0.8 + 0.008)
