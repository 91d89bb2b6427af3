"""The chart of what an article's views gained a day, with its edits and removals: a surge before an edit is a story."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from archiver.archive.growth.of_article import Growth, find_peak
from archiver.archive.queries.rows import ArticleEventRow, StateRow
from archiver.web.pages.charts import Label
from archiver.web.rendering import Frame

HEIGHT = 190
_RIGHT, _TOP, _BOTTOM = 390, 20, 150
_DIGIT = 7.5
_AFTER_SURGE = timedelta(days=7)
"""An edit so long after the strongest growth is told beside it."""
_REMOVALS = frozenset({"suspect", "gone", "restored"})


@dataclass(frozen=True, slots=True)
class GrowthChart:
    """The chart: bars of what others and our own visits brought a day, and lines of events; all are paths of SVG.

    ``peak`` is when it grew most, ``edit`` the state that began within a week of that.
    """

    left: float
    others: str
    own: str
    edits: str
    removals: str
    labels: tuple[Label, ...]
    peak: Growth | None
    edit: StateRow | None


def draw_growth(
    growth: Sequence[Growth], states: Sequence[StateRow], events: Sequence[ArticleEventRow], site: str, frame: Frame
) -> GrowthChart | None:
    """Place the growth of one article, the oldest first; None where nothing is known of it."""
    if not growth:
        return None
    scale = _Scale(growth, frame)
    peak, edits = find_peak(growth), states[1:]
    times = [event["at"] for event in events if event["kind"] in _REMOVALS]
    return GrowthChart(
        left=scale.left,
        others=" ".join(scale.draw_bar(one, 0, one.others_a_day) for one in growth if one.others_a_day > 0),
        own=" ".join(scale.draw_bar(one, max(one.others_a_day, 0), one.a_day) for one in growth if _shows_own(one)),
        edits=scale.draw_lines([state["seen_from"] for state in edits]),
        removals=scale.draw_lines(times),
        labels=_place_labels(growth, scale, site, frame),
        peak=peak,
        edit=find_edit(peak, edits) if peak else None,
    )


def find_edit(peak: Growth, edits: Sequence[StateRow]) -> StateRow | None:
    """Return the first edit from the beginning of the strongest growth to a week after it."""
    start, end = datetime.fromisoformat(peak.since), datetime.fromisoformat(peak.until) + _AFTER_SURGE
    return next((edit for edit in edits if start < datetime.fromisoformat(edit["seen_from"]) <= end), None)


def _shows_own(one: Growth) -> bool:
    return one.own > 0 and one.a_day > max(one.others_a_day, 0)


class _Scale:
    """From times and rates to places."""

    def __init__(self, growth: Sequence[Growth], frame: Frame) -> None:
        self.start, self.end = _seconds(growth[0].since), _seconds(growth[-1].until)
        self.most = max(max(one.a_day, one.others_a_day) for one in growth)
        self.left = _DIGIT * (len(frame.show_rate(max(self.most, 0))) + 3)

    def place(self, at: str) -> float:
        return self.left + (_RIGHT - self.left) * (_seconds(at) - self.start) / ((self.end - self.start) or 1)

    def raise_to(self, rate: float) -> float:
        return _BOTTOM - (_BOTTOM - _TOP) * rate / (self.most if self.most > 0 else 1)

    def draw_bar(self, one: Growth, low: float, high: float) -> str:
        left, right = self.place(one.since), self.place(one.until)
        return (
            f"M{left:.1f} {self.raise_to(low):.1f} V{self.raise_to(high):.1f} H{right:.1f} V{self.raise_to(low):.1f} Z"
        )

    def draw_lines(self, times: Sequence[str]) -> str:
        shown = (at for at in times if self.start <= _seconds(at) <= self.end)
        return " ".join(f"M{self.place(at):.1f} {_TOP - 10} V{_BOTTOM}" for at in shown)


def _place_labels(growth: Sequence[Growth], scale: _Scale, site: str, frame: Frame) -> tuple[Label, ...]:
    """Write the greatest rate and 0 at the left, the first and the last day below."""
    days = [frame.show_time(at, site, "day") for at in (growth[0].since, growth[-1].until)]
    edge = scale.left - _DIGIT
    highest = [Label(edge, _TOP + 4, "end", frame.show_rate(scale.most))] if scale.most > 0 else []
    ends = [Label(scale.left, HEIGHT - 14, "start", days[0]), Label(_RIGHT, HEIGHT - 14, "end", days[1])]
    return (*highest, Label(edge, _BOTTOM + 4, "end", "0"), *ends)


def _seconds(at: str) -> float:
    return datetime.fromisoformat(at).timestamp()
