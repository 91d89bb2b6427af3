"""The chart of an article's views: where its line, marks and labels stand. The template draws them as SVG."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from archiver.archive.queries.rows import ObservationRow
from archiver.web.rendering import Frame

HEIGHT = 210
_RIGHT, _TOP, _BOTTOM = 390, 20, 168
_DIGIT = 7.5  # the width of a digit, and what the labels at the left need beside
MOST_DOTS = 80
"""Of more observations only the line is drawn; our own visits stay marked below it."""


@dataclass(frozen=True, slots=True)
class Dot:
    """One observation: where it stands, and whether our own visit to the article read it."""

    x: float
    y: float
    own: bool
    label: str


@dataclass(frozen=True, slots=True)
class Label:
    """A text in the chart."""

    x: float
    y: float
    anchor: str
    text: str


@dataclass(frozen=True, slots=True)
class Chart:
    """The chart: ``line``, ``visits`` and ``edits`` are paths of SVG."""

    left: float
    line: str
    visits: str
    edits: str
    dots: tuple[Dot, ...]
    labels: tuple[Label, ...]
    first: int
    last: int
    own: int


def draw_chart(observations: Sequence[ObservationRow], edits: Sequence[str], frame: Frame) -> Chart | None:
    """Place the observations of one article, the oldest first, and the times of its edits; None without any."""
    if not observations:
        return None
    scale = _Scale(observations, edits, frame)
    points = [(scale.place(row["observed_at"]), scale.raise_to(row["views"])) for row in observations]
    visits = [x for (x, _), row in zip(points, observations, strict=True) if row["source"] == "article"]
    counts = [row["views"] for row in observations]
    return Chart(
        left=scale.left,
        line="M" + " L".join(f"{x:.1f} {y:.1f}" for x, y in points),
        visits=" ".join(f"M{x:.1f} {_BOTTOM + 3} v7" for x in visits),
        edits=" ".join(f"M{scale.place(at):.1f} {_TOP - 10} V{_BOTTOM}" for at in edits),
        dots=_place_dots(observations, points, frame) if len(points) <= MOST_DOTS else (),
        labels=_place_labels(observations, scale, frame),
        first=counts[0],
        last=counts[-1],
        own=sum(row["source"] == "article" for row in observations[1:]),
    )


class _Scale:
    """From times and counts to places."""

    def __init__(self, observations: Sequence[ObservationRow], edits: Sequence[str], frame: Frame) -> None:
        times = [_seconds(observations[index]["observed_at"]) for index in (0, -1)] + [_seconds(at) for at in edits]
        self.start, self.end = min(times), max(times)
        counts = [row["views"] for row in observations]
        self.least: int = min(counts)
        self.most: int = max(counts)
        self.left = _DIGIT * (len(frame.show_number(self.most)) + 3)

    def place(self, at: str) -> float:
        return self.left + (_RIGHT - self.left) * (_seconds(at) - self.start) / ((self.end - self.start) or 1)

    def raise_to(self, views: int) -> float:
        share: float = (views - self.least) / ((self.most - self.least) or 1)
        return _BOTTOM - (_BOTTOM - _TOP) * share


def _seconds(at: str) -> float:
    return datetime.fromisoformat(at).timestamp()


def _place_dots(rows: Sequence[ObservationRow], points: Sequence[tuple[float, float]], frame: Frame) -> tuple[Dot, ...]:
    dots = (
        Dot(x, y, row["source"] == "article", f"{frame.show_time(row['observed_at'], row['site'])}: {row['views']}")
        for row, (x, y) in zip(rows, points, strict=True)
    )
    return tuple(sorted(dots, key=lambda dot: dot.own))  # those drawn last lie on top


def _place_labels(rows: Sequence[ObservationRow], scale: _Scale, frame: Frame) -> tuple[Label, ...]:
    """Write the least and the greatest count at the left, the first and the last day below."""
    days = [frame.show_time(rows[index]["observed_at"], rows[index]["site"], "day") for index in (0, -1)]
    edge = scale.left - _DIGIT
    labels = [Label(edge, scale.raise_to(scale.most) + 4, "end", frame.show_number(scale.most))]
    if scale.most != scale.least:
        labels.append(Label(edge, scale.raise_to(scale.least) + 4, "end", frame.show_number(scale.least)))
    labels.append(Label(scale.left, HEIGHT - 14, "start", days[0]))
    if days[0] != days[1]:
        labels.append(Label(_RIGHT, HEIGHT - 14, "end", days[1]))
    return tuple(labels)
