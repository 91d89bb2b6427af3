"""What left the listings: which runs may say so, and of which articles (rule 9).

What a run's listings do not show has left them if they were walked to their real ends, and unless a third is missing at
once: then the listings are at fault, until three runs over 14 days have shown the same.
"""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from archiver.archive.history.content import write_time
from archiver.archive.history.outages import LASTS_FOR, is_too_many
from archiver.archive.history.snapshots import rederive_article
from archiver.archive.history.timeline import MISSES
from archiver.archive.runs.known_articles import RESUME_FOR
from archiver.archive.runs.run_log import UNTURNED, Run, list_chain
from archiver.archive.runs.withdrawing import is_whole
from archiver.archive.store.sql_files import Queries
from archiver.model import Problem

LEFT_LISTINGS = "left the listings"
_IS_READING = "article_id = ? AND capture_id = ? AND parser_id = ? AND sign = ?"
# The captures of a run, and of those that it took up as far as its own walk stands on them: their newest pages.
_IN_WALK = (
    "{1}.run_id IN (SELECT value FROM json_each(:{0}chain)) AND ({1}.run_id = :{0}run OR {1}.fetched_at >= :{0}since)"
)
_QUERIES = Queries(
    __file__,
    in_walk=_IN_WALK.format("", "k"),
    in_past_walk=_IN_WALK.format("past_", "k"),
    is_listed="EXISTS (SELECT 1 FROM readings l CROSS JOIN captures lk ON lk.id = l.capture_id "
    f"WHERE l.article_id = r.article_id AND l.sign = 'listed' AND {_IN_WALK.format('', 'lk')})",
    entries="SELECT count(DISTINCT e.article_id) FROM readings e WHERE e.capture_id = k.id AND e.sign = 'listed'",
    age="coalesce((SELECT c.published_at FROM snapshots s JOIN contents c ON c.id = s.content_id "
    "WHERE s.article_id = a.id AND s.number = 1), a.first_seen_at)",
)

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
    [row] = _QUERIES.ask(connection, "run", run=run.id, unturned=UNTURNED)
    listed = _QUERIES.count(connection, "listed", **_bind_walk(connection, run))
    whole = is_whole(connection, run) and not row["goes_on"]
    shrunk = _find_shrinking(connection, run, listed) if whole else None
    columns = (listed, int(whole and shrunk is None))
    return Listings(columns, (shrunk,) if shrunk else (), columns != (row["listed"], row["delists"]))


def _find_shrinking(connection: sqlite3.Connection, run: Run, listed: int) -> Problem | None:
    past = _QUERIES.find(connection, "believed", run=run.id)
    if past is None:
        return None
    left = past["listed"] - listed  # at least; who they are need not be looked at where these are too many
    if not is_too_many(left, past["listed"]):
        left = _QUERIES.count(connection, "left", **_bind_both(connection, run, Run(past["id"], run.site)))
    if not is_too_many(left, past["listed"]) or _is_lasting(connection, run, Run(past["id"], run.site), past["listed"]):
        return None
    detail = f"{left} of {past['listed']} listed articles left the listings at once; nothing was judged"
    return Problem("listings_shrunk", f"{detail}: it is believed after three runs over 14 days")


def _is_lasting(connection: sqlite3.Connection, run: Run, past: Run, listed: int) -> bool:
    """Say whether listings have been shorter for so long that they are believed after all.

    That is three runs over 14 days since the last one that was believed; what one of these showed is not missing yet.
    """
    values = _bind_both(connection, run, past)
    [(walks, since)] = _QUERIES.ask(connection, "walks", **values)
    if walks < MISSES or datetime.fromisoformat(str(values["began"])) - datetime.fromisoformat(since) < LASTS_FOR:
        return False
    return not is_too_many(_QUERIES.count(connection, "left_lately", **values), listed)


def compare_unlisted(
    connection: sqlite3.Connection, run: Run, articles: frozenset[int] | None
) -> tuple[set[Visit], set[Visit]]:
    """Hold what is written of articles that left a run's listings against what is right: what is wrong, what lacks."""
    pages, signs = ("not_listed", "written") if articles is None else ("not_listed_of", "written_of")
    values = _bind_walk(connection, run) | {"articles": json.dumps([*(articles or ())])}
    right = set(_find_unlisted(connection, pages, values))
    rows = _QUERIES.ask(connection, signs, **values)
    written = {(row[0], row[1], row[2]) for row in rows}
    # What a run that was taken up visited may have left its own listings too: that is for its own judgement.
    own = {(row[0], row[1], row[2]) for row in rows if row[3] == run.id}
    return own - right, right - written


def _bind_both(connection: sqlite3.Connection, run: Run, past: Run) -> dict[str, object]:
    """Bind the walk of a run, and that of an earlier one."""
    return _bind_walk(connection, run) | _bind_walk(connection, past, "past_") | {"past": past.id}


def _bind_walk(connection: sqlite3.Connection, run: Run, prefix: str = "") -> dict[str, object]:
    """Bind what tells the captures of a run's walk: it may go on from pages of runs that it took up."""
    began = connection.execute("SELECT started_at FROM runs WHERE id = ?", (run.id,)).fetchone()[0]
    since = write_time(datetime.fromisoformat(began) - RESUME_FOR, "microseconds")
    chain = json.dumps(list_chain(connection, run.id))
    values: dict[str, object] = {"chain": chain, "run": run.id, "since": since, "began": began}
    return {f"{prefix}{name}": value for name, value in values.items()}


def _find_unlisted(connection: sqlite3.Connection, query: str, values: Mapping[str, object]) -> Iterator[Visit]:
    """Find who left the listings: article, the last capture of its own page in the run, the parser that read it."""
    if not connection.execute("SELECT delists FROM runs WHERE id = :run", values).fetchone()[0]:
        return
    visits = {visit[0]: (visit[0], visit[1], visit[2]) for visit in _QUERIES.ask(connection, query, **values)}
    for key, visit in visits.items():
        if _was_listed(connection, key, values) and not _is_pushed_off(connection, key, values):
            yield visit


def _is_pushed_off(connection: sqlite3.Connection, article_id: int, walk: Mapping[str, object]) -> bool:
    """Say whether news on top may have pushed an article off the end of a listing that shows only so many.

    So it is where the page that showed it last is as long as it was then, as long as any page of its channel, and shows
    nothing older: if the channel went on, the article would stand behind that.
    """
    values = {**walk, "article": article_id}
    before = _QUERIES.find(connection, "last_listing", **values)
    if before is None:
        return False
    values |= {"address": before["address_id"], "path": before["url"].partition("?")[0]}
    now = _QUERIES.find(connection, "same_listing", **values)
    if now is None or now["entries"] < before["entries"]:
        return False
    longest = _QUERIES.count(connection, "longest", **values)
    [(oldest,)] = _QUERIES.ask(connection, "oldest", capture=now["capture_id"])
    [(own,)] = _QUERIES.ask(connection, "own_age", **values)
    return bool(now["entries"] >= longest and own <= oldest)


def _was_listed(connection: sqlite3.Connection, article_id: int, walk: Mapping[str, object]) -> bool:
    """Say whether the last word of the listings on an article, before a run and its walk, was that it is there."""
    row = _QUERIES.find(connection, "last_word", **walk, article=article_id)
    return row is not None and row[0] == "listed"
