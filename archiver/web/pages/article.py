"""An article as one reads it: now, in one of its versions, or as it stood on a day; with its history beside it."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from archiver.archive.evidence.attachments import Kept, find_kept
from archiver.archive.growth.of_article import Growth, grow_by_days, list_counts
from archiver.archive.history.content import write_time
from archiver.archive.history.past import find_article_at
from archiver.archive.queries.browsing import find_article, list_states, load_state
from archiver.archive.queries.changes import list_events_of_article
from archiver.archive.queries.queries import list_observations, zones_of_sites
from archiver.archive.queries.rows import (
    ArticleEventRow,
    KnownArticleRow,
    ObservationRow,
    PastArticleRow,
    StateRow,
    WholeStateRow,
)
from archiver.web.cleaning import is_web_address
from archiver.web.faults import MissingError
from archiver.web.pages.charts import Chart, draw_chart
from archiver.web.pages.growth_chart import GrowthChart, draw_growth
from archiver.web.rendering import Frame, render
from archiver.web.versions import Version, number_version

# Those that a version's own line in the history does not tell.
_OWN_EVENTS = frozenset({"created", "edited", "title_changed"})
MOST_DAYS = 60
"""The table of growth shows so many days; the chart shows all."""
_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Step:
    """A line of an article's history: a state of its text, or an event."""

    at: str
    state: StateRow | None = None
    event: ArticleEventRow | None = None


@dataclass(frozen=True, slots=True)
class ArticlePage:
    """An article in one of its states; ``at`` is the day that was asked for, ``files`` what is kept, by address.

    ``article`` is the article as it is now, ``then`` its section, address and state when the state shown stood, or on
    the day that was asked for.
    """

    article: KnownArticleRow
    then: KnownArticleRow | PastArticleRow
    state: WholeStateRow
    states: tuple[StateRow, ...]
    steps: tuple[Step, ...]
    observations: tuple[ObservationRow, ...]
    growth: tuple[Growth, ...]
    files: Mapping[str, Kept]
    at: date | None = None

    @property
    def is_newest(self) -> bool:
        """Say whether the state shown is the last one."""
        return bool(self.state["snapshot"] == self.article["snapshots"])

    @property
    def lists_pictures(self) -> bool:
        """Say whether pictures are listed: the body itself does not tell of them, or there are copies to lead to."""
        has_copies = any(image["url"] in self.files for image in self.state["images"])
        return bool(self.state["images"]) and (has_copies or "<img" not in self.state["body_html"])

    def draw_views(self, frame: Frame) -> Chart | None:
        """Draw the chart of its views."""
        return draw_chart(self.observations, [state["seen_from"] for state in self.states[1:]], frame)

    def draw_growth(self, frame: Frame) -> GrowthChart | None:
        """Draw the chart of what its views gained a day."""
        events = [step.event for step in reversed(self.steps) if step.event]
        return draw_growth(self.growth, self.states, events, self.article["site"], frame)


def load_article(
    connection: sqlite3.Connection, site: str, key: str, version: Version | None = None, at: date | None = None
) -> ArticlePage:
    """Ask for an article; MissingError where there is none, or none of this version or day."""
    article = find_article(connection, site, key)
    if article is None:
        raise MissingError("no_article", article=key)
    states = list_states(connection, article["id"])
    number = number_version(states, version) if version else article["snapshots"]
    if at and not version:
        number = _find_number(connection, article, states, at)
    state = load_state(connection, article["id"], number)
    if state is None:
        raise MissingError("no_version", number=number)
    then, known_at = _look_back(connection, article, states, number, at if not version else None)
    observations = list_observations(connection, article["site"], article["article_id"])
    steps = _order_steps(states, list_events_of_article(connection, article["id"]))
    growth = grow_by_days(list_counts(connection, article["id"]), zones_of_sites(connection)[article["site"]])
    urls = (item["url"] for item in (*state["attachments"], *state["images"]))
    files = find_kept(connection, article["site"], urls, known_at)
    return ArticlePage(article, then, state, tuple(states), steps, tuple(observations), tuple(growth), files, at)


def render_article(page: ArticlePage, frame: Frame) -> str:
    """Make the page."""
    charts = {"chart": page.draw_views(frame), "growth": page.draw_growth(frame)}
    return render("article.html", frame, page=page, **charts, is_web_address=is_web_address, most_days=MOST_DAYS)


def end_of_day(connection: sqlite3.Connection, site: str, day: date) -> datetime:
    """Return the last moment of a day in a site's zone."""
    return datetime.combine(day, time.max, zones_of_sites(connection)[site])


def _look_back(
    connection: sqlite3.Connection, article: KnownArticleRow, states: list[StateRow], number: int, day: date | None
) -> tuple[KnownArticleRow | PastArticleRow, datetime | None]:
    """Return an article as it was on a day, or when a state was last seen to stand, and up to when files are shown.

    That is the end of the day, or the time at which the next state was seen; None for everything that is known.
    """
    site, key = article["site"], article["article_id"]
    if day and (end := _read_end(connection, site, day)):
        return find_article_at(connection, site, key, end) or article, end
    following = [state["seen_from"] for state in states if state["snapshot"] > number]
    if day or not following:
        return article, None
    stood = next(state["seen_until"] for state in states if state["snapshot"] == number)
    past = find_article_at(connection, site, key, datetime.fromisoformat(stood))
    return past or article, datetime.fromisoformat(min(following)) - _MOMENT


def _read_end(connection: sqlite3.Connection, site: str, day: date) -> datetime | None:
    """Return the end of a day in UTC, as the archive writes times; None for the first or last day of the calendar."""
    try:
        return end_of_day(connection, site, day).astimezone(UTC)
    except OverflowError:
        return None


def _find_number(connection: sqlite3.Connection, article: KnownArticleRow, states: list[StateRow], day: date) -> int:
    try:
        end = write_time(end_of_day(connection, article["site"], day), "microseconds")
    except OverflowError:  # the first or last day of the calendar
        end = day.isoformat()
    numbers = [state["snapshot"] for state in states if state["seen_from"] <= end]
    if not numbers:
        raise MissingError("first_seen_later", first=states[0]["seen_from"][:10])
    return int(numbers[-1])


def _order_steps(states: list[StateRow], events: list[ArticleEventRow]) -> tuple[Step, ...]:
    """Put states and events in the order of their time, the newest first."""
    steps = [Step(state["seen_from"], state=state) for state in states]
    steps += [Step(event["at"], event=event) for event in events if event["kind"] not in _OWN_EVENTS]
    return tuple(sorted(steps, key=lambda step: step.at, reverse=True))
