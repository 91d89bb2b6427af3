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
from archiver.compare.noise import CLASSES, unpack_rule

FEWEST_LOOKS = 3
MOST_NAMED = 20
"""So many articles of a run are named; what moves on more of them is one thing."""


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
    for article_id, url in connection.execute(_RESTLESS, (run.id, FEWEST_LOOKS, MOST_NAMED)).fetchall():
        yield from _describe_moves(connection, article_id, url)
    for article_id, url in connection.execute(_RETURNING, (run.id,)).fetchall():
        turns = list_turns(connection, article_id)
        if turns and turns[0] == run.id:
            yield Unrest(url, "text", None, "turns")


def read_edits(connection: sqlite3.Connection, run_id: int) -> Edits:
    """Count the visits of articles that were known before a run, and those of them that brought a new snapshot."""
    row = connection.execute(_EDITS, (run_id,)).fetchone()
    return Edits(row[0], row[1])


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


# Articles of which the last looks, each in a run of its own, all began a snapshot; the last of them in this run.
_RESTLESS = """
    SELECT s.article_id, d.url FROM captures k JOIN snapshots s ON s.first_capture_id = k.id AND s.number >= ?2
        JOIN latest_snapshots a ON a.id = s.article_id JOIN addresses d ON d.id = a.address_id
    WHERE k.run_id = ?1 AND s.number = a.snapshots
        AND (SELECT count(DISTINCT rk.run_id) FROM readings r JOIN captures rk ON rk.id = r.capture_id
            WHERE r.article_id = s.article_id AND r.sign = 'content' AND r.standing = 'counted' AND rk.fetched_at >=
                (SELECT seen_from FROM snapshots WHERE article_id = s.article_id AND number = s.number - ?2 + 1)) = ?2
    ORDER BY d.url LIMIT ?3
"""
_LAST_STATES = (
    "SELECT content_id FROM snapshots WHERE article_id = ? AND number IS NOT NULL ORDER BY number DESC LIMIT ?"
)
# Articles with an earlier state to return to, read in this run with no snapshot begun.
_RETURNING = """
    SELECT DISTINCT r.article_id, d.url FROM captures k JOIN readings r ON r.capture_id = k.id AND r.sign = 'content'
        AND r.standing = 'counted' JOIN articles a ON a.id = r.article_id JOIN addresses d ON d.id = a.address_id
    WHERE k.run_id = ?1 AND EXISTS (SELECT 1 FROM snapshots s WHERE s.article_id = a.id AND s.number >= 3)
        AND r.content_id <> (SELECT content_id FROM snapshots WHERE article_id = a.id AND number IS NOT NULL
            ORDER BY number DESC LIMIT 1)
    ORDER BY d.url
"""
_EDITS = """
    SELECT count(DISTINCT r.article_id), count(DISTINCT s.article_id) FROM captures k
        JOIN runs u ON u.id = k.run_id
        JOIN readings r ON r.capture_id = k.id AND r.sign IN ('content', 'confirmed') AND r.standing = 'counted'
        LEFT JOIN snapshots s ON s.article_id = r.article_id AND s.first_capture_id = k.id AND s.number > 1
    WHERE k.run_id = ? AND EXISTS (SELECT 1 FROM snapshots f JOIN captures fk ON fk.id = f.first_capture_id
        WHERE f.article_id = r.article_id AND f.number = 1 AND fk.fetched_at < u.started_at)
"""
