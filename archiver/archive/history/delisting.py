"""What left the listings: which runs may say so, and of which articles (rule 9).

What a run's listings do not show has left them if they were walked to their real ends, and unless a third is missing at
once: then the listings are at fault, until three runs over 14 days have shown the same.
"""

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from archiver.archive.history.content import write_time
from archiver.archive.history.outages import LASTS_FOR, is_too_many
from archiver.archive.history.snapshots import rederive_article
from archiver.archive.history.timeline import MISSES
from archiver.archive.runs.known_articles import RESUME_FOR
from archiver.archive.runs.run_log import UNTURNED, Run, list_chain
from archiver.archive.runs.withdrawing import is_whole
from archiver.model import Problem

LEFT_LISTINGS = "left the listings"

Visit = tuple[int, int, int]
"""A reading of an article's own page: its article, its capture and the parser that read it."""


def weigh_again(connection: sqlite3.Connection, run: Run) -> tuple[frozenset[int], bool]:
    """Weigh the listings of a run again, of which nothing but the run before it is another now.

    Returns the articles whose history changed by it, and whether it changed what the run is believed of.
    """
    listings = weigh_listings(connection, run)
    if not listings.is_news:
        return frozenset(), False
    connection.execute("UPDATE runs SET listed = ?, delists = ? WHERE id = ?", (*listings.columns, run.id))
    return frozenset(judge_unlisted(connection, run)), True


def judge_unlisted(connection: sqlite3.Connection, run: Run, articles: frozenset[int] | None = None) -> set[int]:
    """Write which articles left the listings of a run that walked them all, of all that it visited or of some.

    Only those that it visited too: an article that does not answer is missing, and not delisted (rule 9). Returns the
    articles for which that is news; their history is derived anew.
    """
    wrong, absent = compare_unlisted(connection, run, articles)
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


@dataclass(frozen=True, slots=True)
class Listings:
    """What the listings of a run amount to: its columns ``listed`` and ``delists``, and whether they are news."""

    columns: tuple[int, int]
    problems: tuple[Problem, ...]
    is_news: bool


def weigh_listings(connection: sqlite3.Connection, run: Run) -> Listings:
    """Decide whether what a run's listings do not show has left them.

    They are held against the last run before it that was believed: where a third is missing at once the listings are
    at fault.
    """
    row = connection.execute(
        "SELECT listed, delists, EXISTS (SELECT 1 FROM fates f WHERE f.run_id = runs.id "
        "AND substr(f.reason, 1, ?2) = ?3) AS goes_on FROM runs WHERE id = ?1",
        (run.id, len(UNTURNED), UNTURNED),
    ).fetchone()
    query = f"SELECT count(DISTINCT r.article_id) FROM {_OF_WALK} WHERE r.sign = 'listed'"
    listed = connection.execute(query, _bind_walk(connection, run)).fetchone()[0]
    whole = is_whole(connection, run) and not row["goes_on"]
    shrunk = _find_shrinking(connection, run, listed) if whole else None
    columns = (int(listed), int(whole and shrunk is None))
    return Listings(columns, (shrunk,) if shrunk else (), columns != (row["listed"], row["delists"]))


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
    if not is_too_many(left, past["listed"]):
        left = _count_left(connection, Run(past["id"], run.site), run)
    if not is_too_many(left, past["listed"]) or _is_lasting(connection, run, Run(past["id"], run.site), past["listed"]):
        return None
    detail = f"{left} of {past['listed']} listed articles left the listings at once; nothing was judged"
    return Problem("listings_shrunk", f"{detail}: it is believed after three runs over 14 days")


def _is_lasting(connection: sqlite3.Connection, run: Run, past: Run, listed: int) -> bool:
    """Say whether listings have been shorter for so long that they are believed after all.

    That is three runs over 14 days since the last one that was believed; what one of these showed is not missing yet.
    """
    values = {"run": run.id, "past": past.id}
    walks, since = connection.execute(
        f"SELECT count(*), min(q.started_at) FROM {_SINCE} AND q.complete AND NOT q.withdrawn", values
    ).fetchone()
    began = connection.execute("SELECT started_at FROM runs WHERE id = ?", (run.id,)).fetchone()[0]
    if walks < MISSES or datetime.fromisoformat(began) - datetime.fromisoformat(since) < LASTS_FOR:
        return False
    query = (
        f"SELECT count(DISTINCT r.article_id) FROM {_OF_PAST_WALK} WHERE r.sign = 'listed' AND NOT ({_IS_LISTED}) "
        f"AND EXISTS (SELECT 1 FROM {_SINCE} AND q.id <> u.id CROSS JOIN captures sk ON sk.run_id = q.id "
        "CROSS JOIN readings s ON s.capture_id = sk.id AND s.article_id = r.article_id AND s.sign = 'listed')"
    )
    bound = _bind_walk(connection, run) | _bind_walk(connection, past, "past_") | {"past": past.id}
    return not is_too_many(int(connection.execute(query, bound).fetchone()[0]), listed)


# The runs since one that was believed (:past), up to a run (:run) that is among them.
_SINCE = (
    "runs u JOIN runs p ON p.id = :past JOIN runs q ON q.site = u.site AND q.started_at > p.started_at "
    "AND q.arguments ->> 'start' IS u.arguments ->> 'start' AND (q.started_at, q.uid) <= (u.started_at, u.uid) "
    "AND u.id = :run"
)


def _count_left(connection: sqlite3.Connection, past: Run, run: Run) -> int:
    """Count the articles that the listings of an earlier run show and those of this one do not."""
    query = f"SELECT count(DISTINCT r.article_id) FROM {_OF_PAST_WALK} WHERE r.sign = 'listed' AND NOT ({_IS_LISTED})"
    values = _bind_walk(connection, run) | _bind_walk(connection, past, "past_")
    return int(connection.execute(query, values).fetchone()[0])


def compare_unlisted(
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


_IS_READING = "article_id = ? AND capture_id = ? AND parser_id = ? AND sign = ?"
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
    """Bind what tells the captures of a run's walk: it may go on from pages of runs that it took up."""
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
    for key, visit in visits.items():
        if _was_listed(connection, key, values) and not _is_pushed_off(connection, key, values):
            yield visit


def _is_pushed_off(connection: sqlite3.Connection, article_id: int, walk: dict[str, object]) -> bool:
    """Say whether news on top may have pushed an article off the end of a listing that shows only so many.

    So it is where the page that showed it last is as long as it was then, as long as any page of its channel, and shows
    nothing older: if the channel went on, the article would stand behind that.
    """
    values = walk | {"article": article_id}
    before = connection.execute(_LAST_LISTING, values).fetchone()
    now = connection.execute(_SAME_LISTING, values | {"address": before["address_id"]}).fetchone() if before else None
    if now is None or now["entries"] < before["entries"]:
        return False
    longest = connection.execute(_LONGEST, values | {"path": before["url"].partition("?")[0]}).fetchone()[0]
    oldest = connection.execute(_OLDEST, (now["capture_id"],)).fetchone()[0]
    own = connection.execute(f"SELECT {_AGE} FROM articles a WHERE a.id = ?", (article_id,)).fetchone()[0]
    return bool(now["entries"] >= longest and own <= oldest)


_ENTRIES = "(SELECT count(DISTINCT e.article_id) FROM readings e WHERE e.capture_id = k.id AND e.sign = 'listed')"
_LAST_LISTING = (
    f"SELECT k.address_id, d.url, {_ENTRIES} AS entries FROM readings r JOIN captures k ON k.id = r.capture_id "
    "JOIN addresses d ON d.id = k.address_id WHERE r.article_id = :article AND r.sign = 'listed' "
    f"AND k.fetched_at < :began AND NOT ({_IN_WALK.format('', 'k')}) ORDER BY k.fetched_at DESC, d.url DESC LIMIT 1"
)
_OF_WALKED = f"json_each(:chain) u CROSS JOIN captures k ON k.run_id = u.value AND {_IN_WALK.format('', 'k')}"
_SAME_LISTING = (
    f"SELECT k.id AS capture_id, {_ENTRIES} AS entries FROM {_OF_WALKED} "
    "WHERE k.address_id = :address AND entries ORDER BY k.fetched_at DESC LIMIT 1"
)
_LONGEST = (
    f"SELECT max({_ENTRIES}) FROM {_OF_WALKED} JOIN addresses d ON d.id = k.address_id "
    "WHERE (d.url = :path OR substr(d.url, 1, length(:path) + 1) = :path || '?')"
)
# When an article was published, by the first page of it that was read.
_AGE = (
    "coalesce((SELECT c.published_at FROM snapshots s JOIN contents c ON c.id = s.content_id "
    "WHERE s.article_id = a.id AND s.number = 1), a.first_seen_at)"
)
_OLDEST = (
    f"SELECT min({_AGE}) FROM readings r JOIN articles a ON a.id = r.article_id "
    "WHERE r.capture_id = ? AND r.sign = 'listed'"
)


def _was_listed(connection: sqlite3.Connection, article_id: int, walk: dict[str, object]) -> bool:
    """Say whether the last word of the listings on an article, before a run and its walk, was that it is there."""
    row = connection.execute(
        "SELECT r.sign FROM readings r JOIN captures k ON k.id = r.capture_id JOIN addresses a ON a.id = k.address_id "
        "WHERE r.article_id = :article AND r.sign IN ('listed', 'unlisted') AND k.fetched_at < :began "
        f"AND NOT ({_IN_WALK.format('', 'k')}) ORDER BY k.fetched_at DESC, a.url DESC, r.sign DESC LIMIT 1",
        walk | {"article": article_id},
    ).fetchone()
    return row is not None and row[0] == "listed"
