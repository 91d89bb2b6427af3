"""The contents of an article as they are compared: without the noise that is known, and what they teach of it."""

import sqlite3
from collections.abc import Callable, Iterable
from functools import cache, partial

from archiver.archive.evidence.same_files import find_aliases, find_files
from archiver.archive.history.content import Content
from archiver.archive.noise.learned_rules import find_site, keep_rules, load_noise, load_noise_of
from archiver.archive.noise.learning import DatedState, list_learned
from archiver.archive.noise.moves import PageState, find_moves, is_small
from archiver.archive.noise.without_noise import without_noise
from archiver.archive.store.values import read_time
from archiver.compare.noise import Rule
from archiver.text.sketches import lacks_layout
from archiver.urls import identify_file


def load_content(connection: sqlite3.Connection, content_id: int) -> Content:
    """Return a stored content."""
    return Content.of_row(connection.execute("SELECT * FROM contents WHERE id = ?", (content_id,)).fetchone())


def load_compared(connection: sqlite3.Connection, article_id: int, rows: list[sqlite3.Row]) -> Callable[[int], Content]:
    """Return what loads the contents of an article as they are compared, each once."""
    ids = {row["content_id"] for row in rows if row["content_id"] is not None}
    if len(ids) < 2:
        return cache(partial(load_content, connection))
    site = find_site(connection, article_id)
    contents = {content_id: load_content(connection, content_id) for content_id in ids}
    noise, aliases = load_noise(connection, site), find_aliases(connection, site, contents.values())
    return cache(lambda content_id: without_noise(contents[content_id], noise, aliases))


def is_noise_alone(connection: sqlite3.Connection, article_id: int, content: Content, content_id: int) -> bool:
    """Say whether a content of an article differs from a stored one in noise alone."""
    noise = load_noise_of(connection, article_id)
    if not noise:
        return False
    return without_noise(content, noise).digest == without_noise(load_content(connection, content_id), noise).digest


def may_be_noise(connection: sqlite3.Connection, article_id: int, content: Content, *, is_counted: bool) -> bool:
    """Say whether a content differs from the snapshot before it in addresses or short texts alone.

    One that is not counted yet has no snapshot of its own.
    """
    before = connection.execute(
        "SELECT content_id FROM snapshots WHERE article_id = ? AND number IS NOT NULL ORDER BY number DESC "
        "LIMIT 1 OFFSET ?",
        (article_id, int(is_counted)),
    ).fetchone()
    if before is None:
        return False
    noise = load_noise_of(connection, article_id)
    old, new = (PageState.of_content(each, noise) for each in (load_content(connection, before[0]), content))
    return is_small(old, new, find_moves(old, new))


def learn_noise(connection: sqlite3.Connection, article_id: int, rows: Iterable[sqlite3.Row]) -> frozenset[Rule]:
    """Learn from the counted looks at an article, by the newest parser, what is noise; returns what is new."""
    rows = [row for row in rows if row["content_id"] and row["standing"] == "counted"]
    rows = [row for row in rows if not lacks_layout(row["detail"])] or rows
    newest = max((row["ordinal"], row["since"], row["version"]) for row in rows)
    rows = [row for row in rows if (row["ordinal"], row["since"], row["version"]) == newest]
    site = find_site(connection, article_id)
    noise = load_noise(connection, site)

    @cache
    def look(content_id: int) -> PageState:
        return PageState.of_content(load_content(connection, content_id), noise)

    contents = [load_content(connection, content_id) for content_id in {row["content_id"] for row in rows}]
    files = {identify_file(url): digest for url, digest in find_files(connection, site, contents).items()}
    seen = [DatedState(read_time(row["fetched_at"]), row["run_id"], look(row["content_id"]), files) for row in rows]
    learned = [(rule, proof, rows[number]["capture_id"]) for rule, proof, number in list_learned(seen)]
    return keep_rules(connection, site, learned) if learned else frozenset()
