"""What a run shows of noise that nobody has named yet: articles that move at every look, and sites that all do."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from archiver.archive.history.comparing import load_content
from archiver.archive.noise.generalising import describe_address, describe_text
from archiver.archive.noise.learned_rules import list_learned_in, load_noise_of
from archiver.archive.noise.learning import list_triples, split_host
from archiver.archive.noise.moves import ADDRESSES, PageState, find_moves, is_small
from archiver.archive.noise.spreading import list_turns
from archiver.archive.runs.run_log import Run
from archiver.archive.store.sql_files import Queries
from archiver.compare.noise import CLASSES, unpack_rule

FEWEST_LOOKS = 3
MOST_NAMED = 20
"""So many articles of a run are named; what moves on more of them is one thing."""
_QUERIES = Queries(__file__)


@dataclass(frozen=True, slots=True)
class Unrest:
    """Something that moves: on which page, whether in a text or an address, the line that would declare it noise.

    ``why`` tells ``unknown`` from ``learned`` (after three looks, without a proof) and ``turns`` (two states by turns).
    """

    url: str
    what: Literal["text", "address"]
    line: str | None
    why: Literal["unknown", "learned", "turns"]


@dataclass(frozen=True, slots=True)
class Edits:
    """How many known articles a run visited, and how many of them had changed."""

    visits: int
    edits: int


def read_unrest(connection: sqlite3.Connection, run: Run) -> Iterator[Unrest]:
    """Read what moves at every look of articles that a run read, and what it took for noise without proof."""
    for rule, proof, url in list_learned_in(connection, run.id):
        if proof == "three looks":
            is_text = rule.kind in ("block", "text", "region")
            inner = unpack_rule(rule.template)[1] if rule.kind == "file" else rule
            yield Unrest(url, "text" if is_text else "address", _write_line(inner.template), "learned")
    values = {"run": run.id, "looks": FEWEST_LOOKS, "most": MOST_NAMED}
    for article_id, url in _QUERIES.ask(connection, "restless", **values):
        yield from _describe_moves(connection, article_id, url)
    for article_id, url in _QUERIES.ask(connection, "returning", **values):
        turns = list_turns(connection, article_id)
        if turns and turns[0] == run.id:
            yield Unrest(url, "text", None, "turns")


def read_edits(connection: sqlite3.Connection, run_id: int) -> Edits:
    """Count the visits of articles that were known before a run, and those of them that brought a new snapshot."""
    [(visits, edits)] = _QUERIES.ask(connection, "edits", run=run_id)
    return Edits(visits, edits)


def _describe_moves(connection: sqlite3.Connection, article_id: int, url: str) -> Iterator[Unrest]:
    """Say what moved between the last three states of an article, if that may be noise."""
    noise = load_noise_of(connection, article_id)
    rows = connection.execute(_LAST_STATES, (article_id, FEWEST_LOOKS)).fetchall()
    one, two, three = (PageState.of_content(load_content(connection, row[0]), noise) for row in reversed(rows))
    earlier, moves = find_moves(one, two), find_moves(two, three)
    if not (is_small(one, two, earlier) and is_small(two, three, moves)):
        return
    for part in moves.keys() & earlier.keys():
        for values in list_triples(part, earlier[part], moves[part], one, two, three).values():
            if part in ADDRESSES:
                paths = [split_host(value)[1] for value in values]
                yield Unrest(url, "address", describe_address(paths), "unknown")
            else:
                yield Unrest(url, "text", describe_text(values), "unknown")


def _write_line(template: str) -> str:
    """Write the template of a rule as a site would declare it."""
    if "?" in template:
        return f"{template}=*"
    for mark in ("#", "{}", *CLASSES):
        template = template.replace(mark, "*")
    return template


_LAST_STATES = (
    "SELECT content_id FROM snapshots WHERE article_id = ? AND number IS NOT NULL ORDER BY number DESC LIMIT ?"
)
