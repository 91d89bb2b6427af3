"""Judging a run: whether its bad signs speak of articles, or of a portal that was not itself that day.

Pages that are missing, that lost fields, or that left the listings wait for this. If more than a third of the known
articles that a run visited show such signs at once, none of them is believed (rule 7): the readings are kept as
withheld, and change no state, no snapshot and no count.
"""

import json
import sqlite3

from archiver.archive.articles import Sighting
from archiver.archive.ledger import Run
from archiver.archive.readings import Parser, record_sign
from archiver.archive.rederivation import rederive_article
from archiver.model import Problem

# A third of a handful of articles is one article, and one article may well be gone: fewer than this are believed.
FEWEST = 3
SAME_PAGE = 3


def judge_run(
    connection: sqlite3.Connection,
    run: Run,
    parser: Parser,
    *,
    listings_complete: bool,
    taken_up: tuple[int, ...] = (),
) -> list[Problem]:
    """Count or withhold what a run left pending; returns what is to be reported.

    ``listings_complete``: every channel was walked to its end, so what was not listed is listed no more; by this run or
    by those it has ``taken_up`` (their ids).
    """
    problems = _withhold_same_pages(connection, run)
    problems += _judge_pending(connection, run)
    if listings_complete:
        problems += _judge_unlisted(connection, run, parser, (*taken_up, run.id))
    return problems


def _withhold_same_pages(connection: sqlite3.Connection, run: Run) -> list[Problem]:
    """Withhold one text that came for many articles: an error page in the articles' clothes.

    Notices that were posted several times carry a date; such pages do not.
    """
    groups = connection.execute(
        "SELECT c.digest, min(c.title) AS title, count(DISTINCT r.article_id) AS articles FROM captures k "
        "JOIN readings r ON r.capture_id = k.id AND r.sign = 'content' AND r.standing != 'withheld' "
        "JOIN contents c ON c.id = r.content_id AND c.published_raw IS NULL "
        "LEFT JOIN snapshots s ON s.article_id = r.article_id AND s.first_capture_id = k.id AND s.number IS NOT NULL "
        "WHERE k.run_id = ? AND (s.number IS NOT NULL OR r.standing = 'pending') "
        "GROUP BY c.digest HAVING articles >= ?",
        (run.id, SAME_PAGE),
    ).fetchall()
    for group in groups:
        _set_standing(connection, run, "withheld", "content_id IN (SELECT id FROM contents WHERE digest = ?)", group[0])
    return [
        Problem("same_page", f"{row['articles']} articles answered with one page: {row['title']!r}") for row in groups
    ]


def _judge_pending(connection: sqlite3.Connection, run: Run) -> list[Problem]:
    affected = _count_articles(connection, run, "r.standing = 'pending'")
    known = _count_articles(connection, run, "r.source = 'article' AND r.standing != 'withheld'")
    if affected < FEWEST or affected * 3 <= known:
        _set_standing(connection, run, "counted", "standing = 'pending'")
        return []
    _set_standing(connection, run, "withheld", "standing = 'pending'")
    detail = f"{affected} of {known} known articles are missing or lost fields at once; nothing was judged"
    return [Problem("outage", detail)]


def _judge_unlisted(connection: sqlite3.Connection, run: Run, parser: Parser, runs: tuple[int, ...]) -> list[Problem]:
    listed = connection.execute("SELECT count(*) FROM articles WHERE site = ? AND listed", (run.site,)).fetchone()[0]
    rows = connection.execute(
        "SELECT a.id, (SELECT max(k.id) FROM readings r JOIN captures k ON k.id = r.capture_id "
        "WHERE r.article_id = a.id AND k.run_id IN (SELECT value FROM json_each(?1)) AND r.source = 'article' "
        "AND r.standing = 'counted')"
        " AS capture_id FROM articles a WHERE a.site = ?2 AND a.listed AND NOT EXISTS (SELECT 1 FROM readings r "
        "JOIN captures k ON k.id = r.capture_id WHERE r.article_id = a.id AND r.sign = 'listed' "
        "AND k.run_id IN (SELECT value FROM json_each(?1)))",
        (json.dumps(runs), run.site),
    ).fetchall()
    if len(rows) >= FEWEST and len(rows) * 3 > listed:
        detail = f"{len(rows)} of {listed} listed articles left the listings at once; nothing was judged"
        return [Problem("listings_shrunk", detail)]
    for row in rows:
        if row["capture_id"] is not None:
            sighting = Sighting(row["capture_id"], "", run.site)
            record_sign(connection, sighting, parser, row["id"], "unlisted", "left the listings", "counted")
    return []


def _count_articles(connection: sqlite3.Connection, run: Run, condition: str) -> int:
    """Count the articles of a run that were known before it, under a condition on their readings."""
    query = (
        "SELECT count(DISTINCT r.article_id) FROM captures k JOIN readings r ON r.capture_id = k.id "
        "JOIN snapshots s ON s.article_id = r.article_id AND s.number = 1 "
        f"JOIN captures f ON f.id = s.first_capture_id AND f.run_id != k.run_id WHERE k.run_id = ? AND {condition}"
    )
    return int(connection.execute(query, (run.id,)).fetchone()[0])


def _set_standing(connection: sqlite3.Connection, run: Run, standing: str, condition: str, *values: object) -> None:
    """Set the standing of a run's readings under a condition, and derive their articles anew."""
    where = f"capture_id IN (SELECT id FROM captures WHERE run_id = ?) AND {condition}"
    query = f"SELECT DISTINCT article_id FROM readings WHERE {where}"
    articles = [row[0] for row in connection.execute(query, (run.id, *values))]
    statement = f"UPDATE readings SET standing = ? WHERE {where}"
    connection.execute(statement, (standing, run.id, *values))
    for article_id in articles:
        rederive_article(connection, article_id)
