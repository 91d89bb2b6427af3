"""When known articles are visited again: the arithmetic of the revisit plan."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.archive.runs.known_articles import KnownArticle
from archiver.crawl.planning.schedule import (
    ONCE_A_DAY,
    REST,
    SUSPECT_EVERY,
    bound_visits,
    choose_visits,
    find_due,
    find_interval,
)
from archiver.site import Revisits

NOW = datetime(2026, 1, 5, 3, 0, tzinfo=UTC)
RULES = Revisits()
DAY = timedelta(days=1)


def _article(key: str, age: float = 1000, visited: float = 0, changes: int = 0, state: str = "live") -> KnownArticle:
    """Make an article published ``age`` days ago, visited ``visited`` days ago."""
    published, at = NOW - age * DAY, NOW - visited * DAY
    return KnownArticle(key, f"http://portal.vn/{key}", "Tin", state, True, published, published, None, at, changes)


ages = st.floats(0, 5000)
articles = st.builds(
    _article,
    st.integers(1, 10**6).map(str),
    ages,
    st.floats(0, 400),
    st.integers(0, 5),
    st.sampled_from(["live", "suspect", "gone"]),
)


@pytest.mark.parametrize(
    ("age", "changes", "days"),
    [(0, 0, 1), (3, 0, 1), (4, 0, 3), (30, 0, 14), (100, 0, 60), (1000, 0, 180), (1000, 1, 90), (1000, 400, 1)],
)
def test_intervals_follow_age_and_changes(age: float, changes: int, days: float) -> None:
    assert find_interval(_article("1", age, changes=changes), RULES, NOW) == days * DAY


def test_an_article_that_changed_is_young_again() -> None:
    changed = replace(_article("1", 1000), changed_at=NOW - 2 * DAY)
    assert find_interval(changed, RULES, NOW) == DAY


@given(articles)
def test_the_next_visit_is_at_most_one_interval_after_the_last(article: KnownArticle) -> None:
    due, interval = find_due(article, RULES, NOW), find_interval(article, RULES, NOW)
    if article.state == "suspect":
        interval = 5 * DAY
    assert article.visited_at < due <= article.visited_at + interval + timedelta(milliseconds=1)


@given(st.lists(articles, unique_by=lambda article: article.key), st.integers(0, 60), st.integers(0, 60))
def test_a_run_stays_within_its_bounds(known: list[KnownArticle], least: int, most: int) -> None:
    rules = Revisits(min_revisits=least, max_revisits=most)
    chosen = choose_visits(known, rules, NOW)
    due = {article.key for article in known if find_due(article, rules, NOW) <= NOW}
    rested = due | {article.key for article in known if NOW - article.visited_at >= ONCE_A_DAY}
    assert len(set(chosen)) == len(chosen)
    assert set(chosen) <= rested
    assert len(chosen) == min(max(len(due), min(least, len(rested))), most)


@given(st.lists(articles, unique_by=lambda article: article.key, max_size=80), st.integers(0, 20))
def test_a_run_that_is_taken_up_makes_the_visits_that_are_left(known: list[KnownArticle], done: int) -> None:
    rules = Revisits(min_revisits=10)
    planned = choose_visits(known, rules, NOW)
    left = [article for article in known if article.key not in planned[:done]]
    assert choose_visits(left, rules, NOW, min(done, len(planned))) == planned[done:]


def test_suspects_come_first_and_then_what_is_longest_overdue() -> None:
    known = [_article("1", visited=170), _article("2", visited=900), _article("3", visited=6, state="suspect")]
    assert choose_visits(known, Revisits(min_revisits=0, max_revisits=3), NOW)[:2] == ["3", "2"]


def test_small_sites_are_visited_whole_longest_unvisited_first() -> None:
    known = [_article(str(key), visited=1 + key / 100) for key in range(70)]
    assert choose_visits(known, RULES, NOW) == [str(key) for key in range(69, 9, -1)]


def test_the_days_after_a_first_crawl_are_even() -> None:
    """1,500 old articles, all visited on one day: no later day has much more to do than another."""
    rules = Revisits(min_revisits=0, max_revisits=1500)
    known = {str(key): _article(str(key), age=2000) for key in range(1500)}
    counts: Counter[int] = Counter()
    for day in range(1, 181):
        at = NOW + day * DAY
        for key in choose_visits(known.values(), rules, at):
            known[key] = replace(known[key], visited_at=at)
            counts[day] += 1
    assert sum(counts.values()) == 1500
    assert max(counts.values()) <= 2.5 * 1500 / 180


def test_a_share_of_large_sites_at_most() -> None:
    assert [bound_visits(known, RULES) for known in (0, 24, 3000, 100_000)] == [60, 60, 60, 1000]
    assert bound_visits(3000, Revisits(max_revisits=5)) == 5


@given(articles)
def test_nothing_is_due_again_within_hours(article: KnownArticle) -> None:
    assert find_due(article, RULES, NOW) >= article.visited_at + REST


@pytest.mark.parametrize(("minutes", "most"), [(10, 2), (60, 2), (6 * 60, 2), (24 * 60 - 120, 1), (24 * 60, 1)])
@given(st.lists(articles, min_size=1, max_size=60, unique_by=lambda article: article.key))
def test_however_often_a_site_is_crawled_an_article_is_visited_once_a_day(
    minutes: int, most: int, known: list[KnownArticle]
) -> None:
    """And not less often: what was its turn each day stays so, though cron begins a bit earlier than the day before."""
    visits: Counter[str] = Counter()
    state = {article.key: replace(article, state="live", visited_at=NOW) for article in known}
    beginnings = [NOW]
    for number in range(1, 2 * 24 * 60 // minutes + 1):
        at = NOW + number * timedelta(minutes=minutes)
        for key in choose_visits(state.values(), RULES, at, beginnings=beginnings):
            visits[key] += 1
            state[key] = replace(state[key], visited_at=at + timedelta(minutes=1))
        beginnings.append(at)
    assert max(visits.values()) <= 2 * most
    assert min(visits[key] for key in state) >= 2


def test_a_run_of_hours_counts_from_its_beginning() -> None:
    """What it visited at its end is visited by the next daily run too; without its beginning nobody could tell."""
    known = [_article("1", visited=0.7)]
    assert choose_visits(known, RULES, NOW, beginnings=[NOW - DAY]) == ["1"]
    assert choose_visits(known, RULES, NOW) == []
    assert choose_visits(known, RULES, NOW, beginnings=[NOW - DAY, NOW - 0.75 * DAY]) == []


def test_what_is_missing_is_looked_at_every_five_days_believed_or_not() -> None:
    """Gone comes after about 15 days then, and not after the half year in which an old article is due."""
    old = _article("1")
    missed = replace(old, is_missed=True)
    suspect = replace(old, state="suspect")
    dues = [find_due(article, RULES, old.visited_at) for article in (missed, suspect)]
    assert dues == [old.visited_at + SUSPECT_EVERY] * 2
