"""Judging a run: whether its bad signs speak of articles, or of a portal that was not itself that day.

Pages that are missing, that lost fields, or that left the listings wait for this. If more than a third of the known
articles that a run visited show such signs at once, none of them is believed (rule 7): the readings are kept as
withheld, and change no state, no snapshot and no count.

A judgement follows from the readings of the run and from what captures before its beginning show, whenever those came
into the archive. So a run can be judged again after older captures were added, and the outcome is the one that a run
judged in the order of time has.
"""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from archiver.archive.comparing import load_content
from archiver.archive.content import write_time
from archiver.archive.ledger import Run, list_chain
from archiver.archive.planning import RESUME_FOR
from archiver.archive.readings import find_last_content, has_lost_fields
from archiver.archive.rederivation import rederive_article
from archiver.model import Problem

# A third of a handful of articles is one article, and one article may well be gone: fewer than this are believed.
FEWEST = 3
SAME_PAGE = 3
LEFT_LISTINGS = "left the listings"

_IS_READING = "article_id = ? AND capture_id = ? AND parser_id = ? AND sign = ?"

Place = tuple[int, int]
"""A reading: its article and its capture."""
Visit = tuple[int, int, int]
"""A reading of an article's own page: its article, its capture and the parser that read it."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a run came to: ``problems`` are to be reported, the history of ``articles`` (ids) was derived anew.

    ``lists_otherwise``: it shows more or fewer articles than it did, so the run after it is held against others.
    """

    problems: tuple[Problem, ...]
    articles: frozenset[int]
    lists_otherwise: bool


def judge(connection: sqlite3.Connection, run: Run) -> Judgement:
    """Judge a run by what its readings and the captures before it say now, and write what differs."""
    problems, standings = _weigh_pages(connection, run)
    articles = _write_standings(connection, standings)
    listings = _weigh_listings(connection, run)
    connection.execute("UPDATE runs SET listed = ?, delists = ? WHERE id = ?", (*listings.columns, run.id))
    left = judge_unlisted(connection, run)
    return Judgement((*problems, *listings.problems), frozenset(articles | left), listings.is_news)


def suspend(connection: sqlite3.Connection, run: Run) -> frozenset[int]:
    """Let the doubtful readings of an open run wait for its judgement; returns the articles whose history changed."""
    return frozenset(_write_standings(connection, _find_standings(connection, run, frozenset(), "pending")))


def doubt_anew(connection: sqlite3.Connection, run: Run, articles: frozenset[int] | None = None) -> bool:
    """Find anew which readings of a run are doubtful, of all its articles or of some; True if that changed."""
    doubts = _find_doubts(connection, run, articles)
    connection.executemany(f"UPDATE readings SET doubtful = ? WHERE {_IS_READING}", doubts)
    return bool(doubts)


def weigh_again(connection: sqlite3.Connection, run: Run) -> tuple[frozenset[int], bool]:
    """Weigh the listings of a run again, of which nothing but the run before it is another now.

    Returns the articles whose history changed by it, and whether it changed what the run is believed of.
    """
    row = connection.execute("SELECT listed, delists FROM runs WHERE id = ?", (run.id,)).fetchone()
    delists = int(_find_shrinking(connection, run, row["listed"]) is None)
    if delists == row["delists"]:
        return frozenset(), False
    connection.execute("UPDATE runs SET delists = ? WHERE id = ?", (delists, run.id))
    return frozenset(judge_unlisted(connection, run)), True


def check_judgement(connection: sqlite3.Connection, run: Run, *, is_open: bool) -> list[str]:
    """Judge a run again and write nothing; returns what is written otherwise, one line each."""
    doubts = _find_doubts(connection, run, None)
    standings = _find_standings(connection, run, frozenset(), "pending") if is_open else []
    news, unlisted = False, 0
    if not is_open:
        standings = _weigh_pages(connection, run)[1]
        news = _weigh_listings(connection, run).is_news
        unlisted = sum(map(len, _compare_unlisted(connection, run, None)))
    wrong = {
        f"{len(doubts)} readings are marked as doubtful, or as sure, and are not": doubts,
        f"{len(standings)} readings have another standing than its judgement gives them": standings,
        "how many articles it lists, or whether that is believed, is not what its captures show": news,
        f"{unlisted} articles are said to have left its listings, or not to, and it is the other way": unlisted,
    }
    return [line for line, is_wrong in wrong.items() if is_wrong]


def list_doubtful_runs(connection: sqlite3.Connection) -> set[int]:
    """List the runs (ids) that have readings which are not simply counted."""
    rows = connection.execute(
        "SELECT DISTINCT k.run_id FROM readings r INDEXED BY readings_doubtful CROSS JOIN captures k "
        "ON k.id = r.capture_id WHERE r.doubtful OR r.standing <> 'counted'"
    )
    return {row[0] for row in rows}


def judge_unlisted(connection: sqlite3.Connection, run: Run, articles: frozenset[int] | None = None) -> set[int]:
    """Write which articles left the listings of a run that walked them all, of all that it visited or of some.

    Only those that it visited too: an article that does not answer is missing, and not delisted (rule 9). Returns the
    articles for which that is news; their history is derived anew.
    """
    wrong, absent = _compare_unlisted(connection, run, articles)
    connection.executemany(
        f"DELETE FROM readings WHERE {_IS_READING}", [(*place, "unlisted") for place in sorted(wrong)]
    )
    connection.executemany(
        "INSERT INTO readings (article_id, capture_id, parser_id, source, sign, standing, detail) "
        "VALUES (?, ?, ?, 'listing', 'unlisted', 'counted', ?)",
        [(*place, LEFT_LISTINGS) for place in sorted(absent)],
    )
    changed = {place[0] for place in wrong | absent}
    for article_id in changed:
        rederive_article(connection, article_id)
    return changed


def _weigh_pages(connection: sqlite3.Connection, run: Run) -> tuple[list[Problem], list[tuple[object, ...]]]:
    """Weigh the pages of a run: what is wrong with them together, and the readings that need another standing."""
    same = _find_same_pages(connection, run)
    withheld = frozenset(place for group in same for place in group.places)
    problems = [Problem("same_page", group.detail) for group in same]
    outage = _find_outage(connection, run, withheld)
    standings = _find_standings(connection, run, withheld, "withheld" if outage else "counted")
    return [*problems, *([outage] if outage else [])], standings


def _find_doubts(connection: sqlite3.Connection, run: Run, articles: frozenset[int] | None) -> list[tuple[object, ...]]:
    """Find the readings that are doubtful and not marked so, or the other way: the mark they need, and the reading."""
    began = connection.execute("SELECT started_at FROM runs WHERE id = ?", (run.id,)).fetchone()[0]
    return [
        (int(doubtful), row["article_id"], row["capture_id"], row["parser_id"], row["sign"])
        for row in _list_pages(connection, run, articles)
        if (doubtful := _is_doubtful(connection, row, began)) != bool(row["doubtful"])
    ]


def _find_standings(
    connection: sqlite3.Connection, run: Run, withheld: frozenset[Place], doubts: str
) -> list[tuple[object, ...]]:
    """Find the readings of a run's pages that need another standing: which one, and the reading."""
    rows = connection.execute(
        "SELECT r.article_id, r.capture_id, r.parser_id, r.sign, r.standing, r.doubtful FROM captures k "
        "CROSS JOIN readings r ON r.capture_id = k.id WHERE k.run_id = ? AND r.source = 'article' "
        "AND (r.doubtful OR r.standing <> 'counted' OR ?)",
        (run.id, bool(withheld)),
    ).fetchall()
    wrong: list[tuple[object, ...]] = []
    for article_id, capture_id, parser_id, sign, standing, doubtful in rows:
        is_same_page = sign == "content" and (article_id, capture_id) in withheld
        right = "withheld" if is_same_page else doubts if doubtful else "counted"
        if right != standing:
            wrong.append((right, article_id, capture_id, parser_id, sign))
    return wrong


def _write_standings(connection: sqlite3.Connection, standings: list[tuple[object, ...]]) -> set[int]:
    connection.executemany(f"UPDATE readings SET standing = ? WHERE {_IS_READING}", standings)
    articles = {int(str(standing[1])) for standing in standings}
    for article_id in articles:
        rederive_article(connection, article_id)
    return articles


@dataclass(frozen=True, slots=True)
class _SamePage:
    """One text that came for many articles."""

    places: frozenset[Place]
    detail: str


def _find_same_pages(connection: sqlite3.Connection, run: Run) -> list[_SamePage]:
    """Find texts that came for many articles, all of them new or changed: an error page in the articles' clothes.

    Notices that were posted several times carry a date; such pages do not.
    """
    rows = connection.execute(
        "SELECT r.article_id, r.capture_id, r.parser_id, r.content_id, c.digest, c.title, k.fetched_at "
        "FROM captures k CROSS JOIN readings r ON r.capture_id = k.id AND r.sign = 'content' "
        "JOIN contents c ON c.id = r.content_id AND c.published_raw IS NULL WHERE k.run_id = ?",
        (run.id,),
    ).fetchall()
    groups: dict[bytes, list[sqlite3.Row]] = defaultdict(list)
    for row in rows:
        groups[row["digest"]].append(row)
    began = connection.execute("SELECT started_at FROM runs WHERE id = ?", (run.id,)).fetchone()[0]
    return [group for rows in groups.values() if (group := _describe_same_page(connection, rows, began))]


def _describe_same_page(connection: sqlite3.Connection, rows: list[sqlite3.Row], began: str) -> _SamePage | None:
    articles = {row["article_id"]: row for row in rows}
    if len(articles) < SAME_PAGE:
        return None
    changed = sum(_is_news(connection, row, min(began, row["fetched_at"])) for row in articles.values())
    if changed < SAME_PAGE:
        return None
    places = frozenset((row["article_id"], row["capture_id"]) for row in rows)
    title = min(row["title"] for row in rows)
    return _SamePage(places, f"{changed} articles answered with one page: {title!r}")


def _is_news(connection: sqlite3.Connection, row: sqlite3.Row, began: str) -> bool:
    last = find_last_content(connection, row["article_id"], row["parser_id"], began)
    return last is None or last.digest != row["digest"]


def _is_doubtful(connection: sqlite3.Connection, row: sqlite3.Row, began: str) -> bool:
    return row["sign"] == "missing" or _is_poorer(connection, row, min(began, row["fetched_at"]))


def _is_poorer(connection: sqlite3.Connection, row: sqlite3.Row, began: str) -> bool:
    last = find_last_content(connection, row["article_id"], row["parser_id"], began)
    if last is None or last.content_id == row["content_id"]:
        return False
    return has_lost_fields(connection, last, load_content(connection, row["content_id"]))


def _list_pages(connection: sqlite3.Connection, run: Run, articles: frozenset[int] | None) -> list[sqlite3.Row]:
    """List the readings of a run's article pages that can be doubtful, in the order of time."""
    columns = "r.article_id, r.capture_id, r.parser_id, r.sign, r.content_id, r.doubtful, k.fetched_at"
    conditions = "r.source = 'article' AND r.sign IN ('content', 'missing') AND k.run_id = ?1 ORDER BY k.fetched_at"
    if articles is None:
        source = "captures k CROSS JOIN readings r ON r.capture_id = k.id"
        return connection.execute(f"SELECT {columns} FROM {source} WHERE {conditions}", (run.id,)).fetchall()
    source = "json_each(?2) a CROSS JOIN readings r ON r.article_id = a.value"
    query = f"SELECT {columns} FROM {source} CROSS JOIN captures k ON k.id = r.capture_id WHERE {conditions}"
    return connection.execute(query, (run.id, json.dumps([*articles]))).fetchall()


def _find_outage(connection: sqlite3.Connection, run: Run, withheld: frozenset[Place]) -> Problem | None:
    """Find whether too many of the articles that were known before a run show bad signs in it."""
    affected = _count_known(connection, run, withheld, "r.doubtful")
    if affected < FEWEST:
        return None
    known = _count_known(connection, run, withheld, "r.source = 'article'")
    if affected * 3 <= known:
        return None
    detail = f"{affected} of {known} known articles are missing or lost fields at once; nothing was judged"
    return Problem("outage", detail)


def _count_known(connection: sqlite3.Connection, run: Run, withheld: frozenset[Place], condition: str) -> int:
    """Count the articles of a run that were read before it began, under a condition on their readings."""
    rows = connection.execute(
        "SELECT DISTINCT r.article_id, r.capture_id FROM runs u CROSS JOIN captures k ON k.run_id = u.id "
        f"CROSS JOIN readings r ON r.capture_id = k.id AND {condition} "
        "JOIN snapshots s ON s.article_id = r.article_id AND s.number = 1 "
        "AND s.seen_from < min(u.started_at, k.fetched_at) WHERE u.id = ?",
        (run.id,),
    )
    return len({row[0] for row in rows if (row[0], row[1]) not in withheld})


@dataclass(frozen=True, slots=True)
class _Listings:
    """What the listings of a run amount to: its columns ``listed`` and ``delists``, and whether they are news."""

    columns: tuple[int, int]
    problems: tuple[Problem, ...]
    is_news: bool


def _weigh_listings(connection: sqlite3.Connection, run: Run) -> _Listings:
    """Decide whether what a run's listings do not show has left them.

    They are held against the last run before it that was believed: where a third is missing at once the listings are
    at fault.
    """
    row = connection.execute("SELECT listed, delists, complete FROM runs WHERE id = ?", (run.id,)).fetchone()
    query = f"SELECT count(DISTINCT r.article_id) FROM {_OF_WALK} WHERE r.sign = 'listed'"
    listed = connection.execute(query, _bind_walk(connection, run)).fetchone()[0]
    shrunk = _find_shrinking(connection, run, listed) if row["complete"] else None
    columns = (int(listed), int(bool(row["complete"]) and shrunk is None))
    return _Listings(columns, (shrunk,) if shrunk else (), columns != (row["listed"], row["delists"]))


def _find_shrinking(connection: sqlite3.Connection, run: Run, listed: int) -> Problem | None:
    past = connection.execute(
        "SELECT p.id, p.listed FROM runs u JOIN runs p ON p.site = u.site AND p.delists "
        "AND p.started_at < u.started_at AND p.arguments ->> 'start' IS u.arguments ->> 'start' WHERE u.id = ? "
        "ORDER BY p.started_at DESC, p.uid LIMIT 1",
        (run.id,),
    ).fetchone()
    if past is None:
        return None
    left = past["listed"] - listed  # at least; who they are need not be looked at where these are too many
    if not _is_too_many(left, past["listed"]):
        left = _count_left(connection, Run(past["id"], run.site), run)
    if not _is_too_many(left, past["listed"]):
        return None
    detail = f"{left} of {past['listed']} listed articles left the listings at once; nothing was judged"
    return Problem("listings_shrunk", detail)


def _is_too_many(left: int, listed: int) -> bool:
    return left >= FEWEST and left * 3 > listed


def _count_left(connection: sqlite3.Connection, past: Run, run: Run) -> int:
    """Count the articles that the listings of an earlier run show and those of this one do not."""
    query = f"SELECT count(DISTINCT r.article_id) FROM {_OF_PAST_WALK} WHERE r.sign = 'listed' AND NOT ({_IS_LISTED})"
    values = _bind_walk(connection, run) | _bind_walk(connection, past, "past_")
    return int(connection.execute(query, values).fetchone()[0])


def _compare_unlisted(
    connection: sqlite3.Connection, run: Run, articles: frozenset[int] | None
) -> tuple[set[Visit], set[Visit]]:
    """Hold what is written of articles that left a run's listings against what is right: what is wrong, what lacks."""
    source = _OF_WALK if articles is None else _OF_ARTICLES
    values = _bind_walk(connection, run) | {"articles": json.dumps([*(articles or ())])}
    right = set(_find_unlisted(connection, source, values))
    query = f"SELECT r.article_id, r.capture_id, r.parser_id, k.run_id FROM {source} WHERE r.sign = 'unlisted'"
    rows = connection.execute(query, values).fetchall()
    written = {(row[0], row[1], row[2]) for row in rows}
    # What a run that was taken up visited may have left its own listings too: that is for its own judgement.
    own = {(row[0], row[1], row[2]) for row in rows if row[3] == run.id}
    return own - right, right - written


# The captures of a run, and of those that it took up as far as its own walk stands on them: their newest pages.
_IN_WALK = (
    "{1}.run_id IN (SELECT value FROM json_each(:{0}chain)) AND ({1}.run_id = :{0}run OR {1}.fetched_at >= :{0}since)"
)
_OF_WALK = (
    f"json_each(:chain) u CROSS JOIN captures k ON k.run_id = u.value AND {_IN_WALK.format('', 'k')} "
    "CROSS JOIN readings r ON r.capture_id = k.id"
)
_OF_PAST_WALK = (
    f"json_each(:past_chain) u CROSS JOIN captures k ON k.run_id = u.value AND {_IN_WALK.format('past_', 'k')} "
    "CROSS JOIN readings r ON r.capture_id = k.id"
)
_OF_ARTICLES = (
    "json_each(:articles) a CROSS JOIN readings r ON r.article_id = a.value CROSS JOIN captures k "
    f"ON k.id = r.capture_id AND {_IN_WALK.format('', 'k')}"
)
_IS_LISTED = (
    "EXISTS (SELECT 1 FROM readings l CROSS JOIN captures lk ON lk.id = l.capture_id "
    f"WHERE l.article_id = r.article_id AND l.sign = 'listed' AND {_IN_WALK.format('', 'lk')})"
)


def _bind_walk(connection: sqlite3.Connection, run: Run, prefix: str = "") -> dict[str, object]:
    """Bind what tells the captures of a run's walk: it may go on from pages of those that it took up (planning.py)."""
    began = connection.execute("SELECT started_at FROM runs WHERE id = ?", (run.id,)).fetchone()[0]
    since = write_time(datetime.fromisoformat(began) - RESUME_FOR, "microseconds")
    chain = json.dumps(list_chain(connection, run.id))
    values: dict[str, object] = {"chain": chain, "run": run.id, "since": since, "began": began}
    return {f"{prefix}{name}": value for name, value in values.items()}


def _find_unlisted(connection: sqlite3.Connection, source: str, values: dict[str, object]) -> Iterator[Visit]:
    """Find who left the listings: article, the last capture of its own page in the run, the parser that read it."""
    if not connection.execute("SELECT delists FROM runs WHERE id = :run", values).fetchone()[0]:
        return
    rows = connection.execute(
        f"SELECT r.article_id, r.capture_id, r.parser_id FROM {source} JOIN addresses d ON d.id = k.address_id "
        "WHERE r.source = 'article' AND r.standing = 'counted' AND r.newest "
        f"AND NOT ({_IS_LISTED}) ORDER BY k.fetched_at, d.url",
        values,
    )
    visits = {visit[0]: (visit[0], visit[1], visit[2]) for visit in rows}
    yield from (visit for key, visit in visits.items() if _was_listed(connection, key, values))


def _was_listed(connection: sqlite3.Connection, article_id: int, walk: dict[str, object]) -> bool:
    """Say whether the last word of the listings on an article, before a run and its walk, was that it is there."""
    row = connection.execute(
        "SELECT r.sign FROM readings r JOIN captures k ON k.id = r.capture_id JOIN addresses a ON a.id = k.address_id "
        "WHERE r.article_id = :article AND r.sign IN ('listed', 'unlisted') AND k.fetched_at < :began "
        f"AND NOT ({_IN_WALK.format('', 'k')}) ORDER BY k.fetched_at DESC, a.url DESC, r.sign DESC LIMIT 1",
        walk | {"article": article_id},
    ).fetchone()
    return row is not None and row[0] == "listed"
