"""The passage of an edit that weighs most: what lists of changes show of it."""

import sqlite3
from dataclasses import dataclass
from functools import lru_cache

from archiver.archive.queries.browsing import load_state
from archiver.archive.queries.rows import ChangeRow
from archiver.compare.edits import Edit, State
from archiver.compare.excerpts import excerpt_comparison
from archiver.compare.states import compare_states


@dataclass(frozen=True, slots=True)
class Passage:
    """The edit that weighs most, cut to some words, and how many others there are."""

    edit: Edit
    others: int


def load_passage(connection: sqlite3.Connection, row: ChangeRow) -> Passage | None:
    """Compare what an edit changed with what stood there before; None of all other changes."""
    number = row["snapshot"]
    if row["kind"] != "edited" or not number:
        return None
    states = [load_state(connection, row["id"], one) for one in (number - 1, number)]
    if not states[0] or not states[1]:
        return None
    return _find_passage(State.of_row(states[0]), State.of_row(states[1]))


@lru_cache(maxsize=500)  # states never change, and the front page compares the same ones for days
def _find_passage(before: State, after: State) -> Passage | None:
    comparison = compare_states(before, after)
    edit = excerpt_comparison(comparison)
    return Passage(edit, len(comparison.edits) - 1) if edit else None
