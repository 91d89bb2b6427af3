"""Two versions of an article side by side in one text: changed words marked, what did not change folded away."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from archiver.archive.queries.browsing import find_article, list_states, load_state
from archiver.archive.queries.rows import KnownArticleRow, StateRow, WholeStateRow
from archiver.compare.alignment import fold_text
from archiver.compare.edits import Comparison, Edit, State
from archiver.compare.states import compare_states
from archiver.web.faults import MissingError
from archiver.web.rendering import Frame, render
from archiver.web.versions import Version, number_version


@dataclass(frozen=True, slots=True)
class Passage:
    """Some unchanged paragraphs in a row, or one edit."""

    unchanged: tuple[str, ...] = ()
    edit: Edit | None = None


@dataclass(frozen=True, slots=True)
class ComparisonPage:
    """Two versions of an article and what differs: ``fields`` beside the body, and the whole body."""

    article: KnownArticleRow
    states: list[StateRow]
    before: WholeStateRow
    after: WholeStateRow
    fields: tuple[Edit, ...]
    body: tuple[Passage, ...]


def load_comparison(
    connection: sqlite3.Connection, site: str, key: str, before: Version | None, after: Version | None
) -> ComparisonPage:
    """Compare two versions, the last two unless they are named; MissingError where there are none of these."""
    article = find_article(connection, site, key)
    if article is None:
        raise MissingError("no_article", article=key)
    everything = list_states(connection, article["id"])
    last = number_version(everything, after or article["snapshots"])
    numbers = (number_version(everything, before or max(last - 1, 1)), last)
    first, second = (_load(connection, article["id"], number) for number in numbers)
    old, new = State.of_row(first), State.of_row(second)
    comparison = compare_states(old, new)
    fields = tuple(edit for edit in comparison.edits if edit.field != "body")
    return ComparisonPage(article, everything, first, second, fields, tuple(fold_unchanged(comparison, old, new)))


def render_comparison(page: ComparisonPage, frame: Frame) -> str:
    """Make the page."""
    return render("comparison.html", frame, page=page)


def fold_unchanged(comparison: Comparison, before: State, after: State) -> Iterator[Passage]:
    """Put the unchanged paragraphs between the edits of the body, in reading order."""
    edits = [edit for edit in comparison.edits if edit.field == "body"]
    texts = [_read_paragraphs(state) for state in (before, after)]
    touched = [
        {edit.number_before for edit in edits if edit.number_before},
        {edit.number_after for edit in edits if edit.number_after},
    ]
    unchanged = [text for number, text in enumerate(texts[1], 1) if number not in touched[1]]
    shown = 0
    for edit in edits:
        side, number = (1, edit.number_after) if edit.number_after else (0, edit.number_before)
        ahead = sum(other not in touched[side] for other in range(1, number or 1))
        if ahead > shown:
            yield Passage(unchanged=tuple(unchanged[shown:ahead]))
            shown = ahead
        yield Passage(edit=edit)
    if unchanged[shown:]:
        yield Passage(unchanged=tuple(unchanged[shown:]))


def _load(connection: sqlite3.Connection, article: int, number: int) -> WholeStateRow:
    state = load_state(connection, article, number)
    if state is None:
        raise MissingError("no_version", number=number)
    return state


def _read_paragraphs(state: State) -> list[str]:
    return [text for text in map(fold_text, state.paragraphs) if text]
