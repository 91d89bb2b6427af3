"""Checking that what is stored is what follows from what else is stored: without reading any page again.

Contents are held against their digests, every history against the readings that it is derived from, every run against
its judgement and its seals. Whoever changed a row of these by hand, or a bit of it, is found out.
"""

import hashlib
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields
from typing import TypeVar

from archiver.archive.evidence.seal_tokens import check_tokens
from archiver.archive.evidence.seals import check_seals
from archiver.archive.history.content import Content
from archiver.archive.history.delisting import LEFT_LISTINGS
from archiver.archive.history.judgement import check_judgement
from archiver.archive.history.snapshots import ARTICLE_COLUMNS, History, derive_history, load_history
from archiver.archive.identity.clues import load_clues, make_own_clue
from archiver.archive.runs.declarations import DECLARED, read_declaration
from archiver.archive.runs.run_log import Run
from archiver.archive.runs.withdrawing import check_withdrawn
from archiver.archive.store.damage import CONTENT_ERRORS
from archiver.archive.store.inspection import list_changed_views
from archiver.errors import ArchiveError
from archiver.text.counting import count

_Item = TypeVar("_Item")
DAMAGE: tuple[type[Exception], ...] = (ArchiveError, *CONTENT_ERRORS)


def check_each(
    items: Iterable[_Item], name: Callable[[_Item], str], check: Callable[[_Item], Iterable[str]]
) -> Iterator[str]:
    """Check some things one by one and yield a line for what is wrong with each; damage of one hides no other."""
    for item in items:
        label = str(item)
        try:
            label = name(item)
            lines = [*check(item)]
        except DAMAGE as error:
            lines = [f"cannot be checked: {explain_damage(error)}"]
        yield from (f"{label}: {line}" for line in lines)


def explain_damage(error: BaseException) -> str:
    """Say in one line what kept something from being read."""
    said = " ".join(str(error).split())[:200]
    return said if isinstance(error, ArchiveError | sqlite3.Error) and said else f"{type(error).__name__}: {said}"


def list_ids(connection: sqlite3.Connection, table: str) -> Iterator[int]:
    """List the ids of a table in their order."""
    return (row[0] for row in connection.execute(f"SELECT id FROM {table} ORDER BY id"))


def check_contents(connection: sqlite3.Connection, contents: Iterable[int]) -> Iterator[str]:
    """Hold contents against their digests."""

    def check(content_id: int) -> Iterator[str]:
        row = connection.execute("SELECT * FROM contents WHERE id = ?", (content_id,)).fetchone()
        content = Content.of_row(row)
        if content.row_digest != row["row_digest"]:
            yield "its text, HTML, date, images or attachments are not those that were read"
        elif content.digest != row["digest"]:
            yield "its digest is not that of what was read"

    yield from check_each(contents, lambda content_id: f"content {content_id}", check)


def check_articles(connection: sqlite3.Connection, articles: Iterable[int]) -> Iterator[str]:
    """Hold the histories of articles against their readings."""

    def check(article_id: int) -> Iterator[str]:
        yield from _check_keys(connection, article_id)
        yield from _compare_histories(derive_history(connection, article_id), load_history(connection, article_id))
        yield from _check_addresses(connection, article_id)
        yield from _check_log(connection, article_id)

    yield from check_each(articles, lambda article_id: _name_article(connection, article_id), check)


def check_runs(connection: sqlite3.Connection, runs: Iterable[int]) -> Iterator[str]:
    """Hold runs against their judgement and their seals, and time stamps against the seals."""

    def check(run_id: int) -> Iterator[str]:
        site, outcome = connection.execute("SELECT site, outcome FROM runs WHERE id = ?", (run_id,)).fetchone()
        run = Run(run_id, site)
        yield from check_judgement(connection, run, is_open=outcome is None)
        yield from () if outcome is None else check_seals(connection, run_id)
        yield from check_tokens(connection, run_id)

    yield from check_each(runs, lambda run_id: _name_run(connection, run_id), check)


def check_marks(connection: sqlite3.Connection) -> Iterator[str]:
    """Hold what is left against what it follows from: the newest readings, the views, what sites declare."""
    checks = (_check_newest, _check_signs, _check_headers, _check_views, _check_sites, check_withdrawn)
    yield from check_each(checks, lambda check: check.__name__.removeprefix("_check_"), lambda check: check(connection))


def _check_keys(connection: sqlite3.Connection, article_id: int) -> Iterator[str]:
    row = connection.execute(
        "SELECT k.article_id FROM articles a LEFT JOIN article_keys k ON k.site = a.site "
        "AND k.native_key = a.native_key WHERE a.id = ?",
        (article_id,),
    ).fetchone()
    if row[0] != article_id:
        yield "its id is not one of its keys"
    keys = {
        key_id: make_own_clue(key)
        for key_id, key in connection.execute("SELECT id, native_key FROM article_keys WHERE article_id = ?", row)
    }
    if any(clue not in load_clues(connection, key_id) for key_id, clue in keys.items()):
        yield "the clues of its keys are not all there"
    for table in ("readings", "article_addresses"):
        query = f"SELECT DISTINCT key_id FROM {table} WHERE article_id = ?"
        if {row[0] for row in connection.execute(query, (article_id,))} - keys.keys() - {0}:
            yield f"its {table} are not all of its keys"


def _compare_histories(right: History, stored: History) -> Iterator[str]:
    for field in fields(History):
        if getattr(right, field.name) == getattr(stored, field.name):
            continue
        if field.name == "article":
            pairs = zip(ARTICLE_COLUMNS, right.article, stored.article, strict=True)
            columns = ", ".join(column for column, one, other in pairs if one != other)
            yield f"{columns} of the article are not what its captures show"
        else:
            yield f"its {field.name} are not what its captures show"


def _check_log(connection: sqlite3.Connection, article_id: int) -> Iterator[str]:
    """Hold the events of an article against the log of changes."""
    query = """
        SELECT count(*) FROM article_events e JOIN captures k ON k.id = e.capture_id
        WHERE e.article_id = ? AND NOT EXISTS (
            SELECT 1 FROM change_log l JOIN article_keys n ON n.site = l.site AND n.native_key = l.native_key
            WHERE l.capture_id = e.capture_id AND l.kind = e.kind AND n.article_id = e.article_id
                AND NOT l.taken_back AND l.seen_at = k.fetched_at)
    """
    if connection.execute(query, (article_id,)).fetchone()[0]:
        yield "what happened to it is not in the log of changes"


def _check_addresses(connection: sqlite3.Connection, article_id: int) -> Iterator[str]:
    """Say which addresses have a beginning at which nothing was captured that speaks of the article."""
    rows = connection.execute(
        "SELECT d.url FROM article_addresses aa JOIN addresses d ON d.id = aa.address_id WHERE aa.article_id = ?1 "
        "AND EXISTS (SELECT 1 FROM (SELECT aa.seen_from AS at UNION SELECT aa.section_from) WHERE at IS NOT NULL "
        "AND at NOT IN (SELECT k.fetched_at FROM readings r JOIN captures k ON k.id = r.capture_id "
        "WHERE r.article_id = ?1))",
        (article_id,),
    )
    yield from (f"when its address {row[0]} was seen first is not what its captures show" for row in rows)


def _check_newest(connection: sqlite3.Connection) -> Iterator[str]:
    wrong = connection.execute(
        "SELECT count(*) FROM readings r JOIN parsers p ON p.id = r.parser_id WHERE r.newest <> NOT EXISTS ("
        "SELECT 1 FROM readings n JOIN parsers np ON np.id = n.parser_id WHERE n.article_id = r.article_id "
        "AND n.capture_id = r.capture_id AND n.sign = r.sign AND n.key_id = r.key_id "
        "AND (np.ordinal, np.since, np.version) > (p.ordinal, p.since, p.version))"
    ).fetchone()[0]
    if wrong:
        yield f"{count(wrong, 'reading', 'is', 'are')} wrongly taken for the newest of a capture, or for an older one"


def _check_signs(connection: sqlite3.Connection) -> Iterator[str]:
    wrong = connection.execute(
        "SELECT count(*) FROM readings WHERE (sign = 'unlisted' AND detail IS NOT ?) "
        "OR (doubtful AND (source <> 'article' OR sign NOT IN ('content', 'missing')))",
        (LEFT_LISTINGS,),
    ).fetchone()[0]
    if wrong:
        yield f"{count(wrong, 'reading', 'says', 'say')} what no reading of the kind says"


def _check_headers(connection: sqlite3.Connection) -> Iterator[str]:
    for set_id, digest, headers in connection.execute("SELECT id, digest, headers FROM header_sets"):
        if hashlib.sha256(headers.encode()).digest() != digest:
            yield f"set {set_id} is damaged: it has another digest"


def _check_views(connection: sqlite3.Connection) -> Iterator[str]:
    for name in list_changed_views(connection):
        yield f"{name} is not the view of this program; archiver upgrade makes it anew"
    for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
        yield f"{row[0]} is a trigger, which this program never makes"


def _check_sites(connection: sqlite3.Connection) -> Iterator[str]:
    """Hold sites against what their last runs noted of them; those of versions before schema 6 noted nothing."""
    columns = ", ".join(f"s.{column}" for column in DECLARED)
    rows = connection.execute(
        f"SELECT s.name, {columns}, (SELECT declaration FROM runs r "
        "WHERE r.site = s.name AND NOT r.withdrawn ORDER BY r.started_at DESC, r.uid DESC LIMIT 1) FROM sites s"
    )
    for name, *declared, noted in rows:
        if noted is not None and read_declaration(noted) != declared:
            yield f"{name} is not declared as its last run noted"


def _name_article(connection: sqlite3.Connection, article_id: int) -> str:
    row = connection.execute("SELECT site, native_key FROM articles WHERE id = ?", (article_id,)).fetchone()
    return f"article {row[0]}:{row[1]}" if row else f"article {article_id}"


def _name_run(connection: sqlite3.Connection, run_id: int) -> str:
    row = connection.execute("SELECT site, started_at FROM runs WHERE id = ?", (run_id,)).fetchone()
    return f"run of {str(row[1])[:19]} ({row[0]})" if row else f"run {run_id}"
