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
from collections.abc import Iterable
from dataclasses import dataclass

from archiver.archive.history.comparing import load_content
from archiver.archive.history.delisting import Visit, compare_unlisted, judge_unlisted, weigh_listings
from archiver.archive.history.outages import (
    Miss,
    Outage,
    find_kind,
    find_lasting,
    is_too_many,
    load_past_misses,
)
from archiver.archive.history.shared_pages import Place, PortalPages, find_portal_pages
from archiver.archive.history.snapshots import rederive_article
from archiver.archive.history.stored_contents import find_last_content, has_lost_fields
from archiver.archive.history.timeline import GONE_STATUS
from archiver.archive.identity.settlement import find_strays
from archiver.archive.runs.run_log import Run
from archiver.archive.store.sql_files import Queries
from archiver.model import Problem
from archiver.text.counting import count
from archiver.text.sketches import PORTAL_PAGE, UNREAD

_IS_READING = "article_id = ? AND capture_id = ? AND parser_id = ? AND sign = ?"
# What stands in an article's place and is none (record_sign), and what judging itself writes of such a page.
_IS_UNREAD = f"substr(r.detail, 1, {len(UNREAD)}) = '{UNREAD}'"
_IS_PLAIN = f"r.sign <> 'missing' OR (r.detail IS NOT '{PORTAL_PAGE}' AND NOT coalesce({_IS_UNREAD}, 0))"
_QUERIES = Queries(__file__, is_plain=_IS_PLAIN)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a run came to: ``problems`` are to be reported, the history of ``articles`` (ids) was derived anew.

    ``lists_otherwise``: it shows more or fewer articles than it did, so the run after it is held against others.
    ``knows_otherwise``: it knows other pages for the portal's than it did, by which later runs know them too.
    """

    problems: tuple[Problem, ...]
    articles: frozenset[int]
    lists_otherwise: bool
    knows_otherwise: bool


@dataclass(frozen=True, slots=True)
class _Weighed:
    """What the pages of a run amount to.

    ``ended``: how many articles keep missing where nothing else of the site is read; 0 where something is.
    ``standings`` are the readings that need another standing. ``stand_ins`` are those of pages of the portal, right as
    they are to be: their standing, and whether they weigh (``doubtful``).
    """

    problems: tuple[Problem, ...]
    outage: Outage | None
    ended: int
    standings: tuple[tuple[object, ...], ...]
    pages: PortalPages
    stand_ins: dict[Visit, tuple[str, int]]


@dataclass(frozen=True, slots=True)
class _StandIns:
    """How what is written of pages of the portal differs from what is right."""

    wrong: frozenset[Visit]
    lacking: frozenset[Visit]
    unread: dict[Visit, tuple[str, int]]

    @property
    def articles(self) -> set[int]:
        return {visit[0] for visit in (*self.wrong, *self.lacking, *self.unread)}


def judge(connection: sqlite3.Connection, run: Run) -> Judgement:
    """Judge a run by what its readings and the captures before it say now, and write what differs."""
    weighed = _weigh_pages(connection, run)
    stand_ins = _compare_stand_ins(connection, run, weighed)
    articles = _write_stand_ins(connection, weighed, stand_ins) | _write_outage(connection, run, weighed.outage)
    articles |= _write_standings(connection, weighed.standings)
    for article_id in articles:
        rederive_article(connection, article_id)
    listings = weigh_listings(connection, run)
    connection.execute("UPDATE runs SET listed = ?, delists = ? WHERE id = ?", (*listings.columns, run.id))
    left = judge_unlisted(connection, run)
    is_over = weighed.ended and not listings.columns[0]
    problems = (*weighed.problems, *listings.problems, *([_describe_end(weighed.ended)] if is_over else []))
    return Judgement(problems, frozenset(articles | left), listings.is_news, bool(stand_ins.articles))


def suspend(connection: sqlite3.Connection, run: Run, among: frozenset[int] | None = None) -> frozenset[int]:
    """Let the doubtful readings of an open run wait for its judgement, of all its articles or of some.

    Returns the articles whose history changed.
    """
    articles = _write_standings(connection, _find_waiting(connection, run, among))
    for article_id in articles:
        rederive_article(connection, article_id)
    return frozenset(articles)


def doubt_anew(connection: sqlite3.Connection, run: Run, articles: frozenset[int] | None = None) -> bool:
    """Find anew which readings of a run are doubtful, of all its articles or of some; True if that changed."""
    doubts = _find_doubts(connection, run, articles)
    connection.executemany(f"UPDATE readings SET doubtful = ? WHERE {_IS_READING}", doubts)
    return bool(doubts)


def check_judgement(connection: sqlite3.Connection, run: Run, *, is_open: bool) -> list[str]:
    """Judge a run again and write nothing; returns what is written otherwise, one line each."""
    if is_open:  # which misses are strays is found when all is there
        waiting = _find_waiting(connection, run, None)
        return _say_wrong({_STANDING: len(waiting)})
    doubts = _find_doubts(connection, run, None)
    weighed = _weigh_pages(connection, run)
    outage = _QUERIES.ask(connection, "run", run=run.id)[0]["outage"]
    return _say_wrong(
        {
            _DOUBTFUL: len(doubts),
            _STANDING: len(weighed.standings),
            "what too much that is missing means in it is not what its captures show": outage != weighed.outage,
            _STAND_INS: len(_compare_stand_ins(connection, run, weighed).articles),
            _LISTINGS: weigh_listings(connection, run).is_news,
            _UNLISTED: sum(map(len, compare_unlisted(connection, run, None))),
        }
    )


_DOUBTFUL = "{} readings are marked as doubtful, or as sure, and are not"
_STANDING = "{} readings have another standing than its judgement gives them"
_STAND_INS = "{} articles are said to be replaced by a page of the portal, or not to be, and it is the other way"
_LISTINGS = "how many articles it lists, or whether that is believed, is not what its captures show"
_UNLISTED = "{} articles are said to have left its listings, or not to, and it is the other way"


def _say_wrong(wrong: dict[str, int]) -> list[str]:
    return [line.format(count) for line, count in wrong.items() if count]


def is_doubted(connection: sqlite3.Connection, run: Run) -> bool:
    """Say whether a run has readings which are not simply counted."""
    return bool(_QUERIES.ask(connection, "not_counted", run=run.id))


def _weigh_pages(connection: sqlite3.Connection, run: Run) -> _Weighed:
    """Weigh the pages of a run: what is wrong with them together, and what their readings are worth."""
    pages = find_portal_pages(connection, run)
    visited, doubtful = _list_known(connection, run, pages.contents)
    missing = _list_misses(connection, run)
    replaced = {visit[0]: miss for visit, miss in pages.misses.items()}
    past = load_past_misses(connection, run, {*missing, *replaced})
    kind = find_kind(connection, run, others_are_well=_reads_well(connection, run, pages.contents))
    lasting = find_lasting(missing, past, weighs=kind != "moment")
    judged = lasting | {article_id for article_id, misses in past.items() if misses.is_told}
    affected, known = doubtful - judged, visited - judged
    outage = kind if is_too_many(len(affected), len(known)) else None
    gone = find_lasting(replaced, past, weighs=True)
    problems = [*pages.describe(gone), *_describe_outage(outage, len(affected), len(known))]
    return _Weighed(
        problems=tuple(problems),
        outage=outage,
        ended=len(lasting | gone) if kind != "partial" and not affected else 0,
        standings=tuple(_find_standings(connection, run, pages.contents, "withheld" if outage else "counted", lasting)),
        pages=pages,
        stand_ins={visit: ("counted" if visit[0] in gone else "withheld", 1) for visit in pages.misses},
    )


def _describe_outage(outage: Outage | None, affected: int, known: int) -> list[Problem]:
    if outage is None:
        return []
    detail = f"{affected} of {known} known articles are missing or lost fields at once; nothing was judged"
    return [Problem("outage", f"{detail}: what lasts is, after three runs over 14 days")]


def _describe_end(articles: int) -> Problem:
    gone = f"{count(articles, 'known article', 'is', 'are')} gone"
    detail = f"{gone}, and nothing else of the site was read: it seems to be closed"
    return Problem("site_closed", f"{detail}; if it is, take it out of the schedule: its history stays")


def _list_known(
    connection: sqlite3.Connection, run: Run, withheld: frozenset[Place]
) -> tuple[frozenset[int], frozenset[int]]:
    """List the articles of a run that were read before it began: all, and those of them that show bad signs."""
    shown = [row for row in _QUERIES.ask(connection, "known", run=run.id) if (row[0], row[1]) not in withheld]
    return frozenset(row[0] for row in shown), frozenset(row[0] for row in shown if row[2])


def _list_misses(connection: sqlite3.Connection, run: Run) -> dict[int, Miss]:
    """List the articles whose pages were missing in a run and not read well in it, each with its last miss."""
    rows = _QUERIES.ask(connection, "signs", run=run.id)
    well = {row["article_id"] for row in rows if row["sign"] in ("content", "confirmed") and not row["doubtful"]}
    missing = (row for row in rows if row["sign"] == "missing" and row["article_id"] not in well)
    return {row["article_id"]: Miss(row["fetched_at"], row["status"], row["status"] == GONE_STATUS) for row in missing}


def _reads_well(connection: sqlite3.Connection, run: Run, withheld: frozenset[Place]) -> bool:
    """Say whether any article was read well in a run."""
    return any((row[0], row[1]) not in withheld for row in _QUERIES.ask(connection, "well", run=run.id))


def _find_doubts(connection: sqlite3.Connection, run: Run, articles: frozenset[int] | None) -> list[tuple[object, ...]]:
    """Find the readings that are doubtful and not marked so, or the other way: the mark they need, and the reading."""
    began = _QUERIES.ask(connection, "run", run=run.id)[0]["started_at"]
    strays = find_strays(connection, run, articles)
    return [
        (int(doubtful), row["article_id"], row["capture_id"], row["parser_id"], row["sign"])
        for row in _list_pages(connection, run, articles)
        if (doubtful := row["capture_id"] not in strays and _is_doubtful(connection, row, began))
        != bool(row["doubtful"])
    ]


def _find_standings(
    connection: sqlite3.Connection, run: Run, withheld: frozenset[Place], doubts: str, believed: frozenset[int]
) -> list[tuple[object, ...]]:
    """Find the readings of a run's pages that need another standing: which one, and the reading.

    Doubtful ones have the standing ``doubts``, but for missing pages of the articles that are ``believed``.
    """
    rows = _QUERIES.ask(connection, "standings", run=run.id, any_withheld=bool(withheld))
    return _compare_standings(rows, withheld, doubts, believed)


def _find_waiting(
    connection: sqlite3.Connection, run: Run, articles: frozenset[int] | None
) -> list[tuple[object, ...]]:
    """Find the readings of an open run that need another standing, of all its articles or of some."""
    if articles is None:
        return _find_standings(connection, run, frozenset(), "pending", frozenset())
    rows = _QUERIES.ask(connection, "standings_of", run=run.id, articles=json.dumps([*articles]))
    return _compare_standings(rows, frozenset(), "pending", frozenset())


def _compare_standings(
    rows: Iterable[sqlite3.Row], withheld: frozenset[Place], doubts: str, believed: frozenset[int]
) -> list[tuple[object, ...]]:
    wrong: list[tuple[object, ...]] = []
    for article_id, capture_id, parser_id, sign, standing, doubtful in rows:
        is_portals = sign == "content" and (article_id, capture_id) in withheld
        is_believed = not doubtful or (sign == "missing" and article_id in believed)
        right = "withheld" if is_portals else "counted" if is_believed else doubts
        if right != standing:
            wrong.append((right, article_id, capture_id, parser_id, sign))
    return wrong


def _write_standings(connection: sqlite3.Connection, standings: Iterable[tuple[object, ...]]) -> set[int]:
    """Write standings; returns the articles whose history is to be derived anew."""
    connection.executemany(f"UPDATE readings SET standing = ? WHERE {_IS_READING}", standings)
    return {int(str(standing[1])) for standing in standings}


def _write_outage(connection: sqlite3.Connection, run: Run, outage: Outage | None) -> set[int]:
    """Write what a run is worth in which too much was missing; returns the articles for which that is news."""
    if outage == _QUERIES.ask(connection, "run", run=run.id)[0]["outage"]:
        return set()
    connection.execute("UPDATE runs SET outage = ? WHERE id = ?", (outage, run.id))
    return {row[0] for row in _QUERIES.ask(connection, "missing", run=run.id)}


def _compare_stand_ins(connection: sqlite3.Connection, run: Run, weighed: _Weighed) -> _StandIns:
    """Hold what is written of pages of the portal against what is right."""
    rows = _QUERIES.ask(connection, "stand_ins", run=run.id)
    right = weighed.stand_ins
    written = {tuple(row)[:3]: (row["standing"], row["doubtful"]) for row in rows if row["detail"] == PORTAL_PAGE}
    own = {visit: (standing, 0) for visit, (standing, _) in right.items() if visit not in weighed.pages.unread}
    unread = {tuple(row)[:3]: (row["standing"], row["doubtful"]) for row in rows if row["detail"] != PORTAL_PAGE}
    return _StandIns(
        wrong=frozenset(visit for visit in written if own.get(visit) != written[visit]),
        lacking=frozenset(visit for visit in own if own[visit] != written.get(visit)),
        unread={
            visit: right.get(visit, ("withheld", 0))
            for visit in unread
            if right.get(visit, ("withheld", 0)) != unread[visit]
        },
    )


def _write_stand_ins(connection: sqlite3.Connection, weighed: _Weighed, stand_ins: _StandIns) -> set[int]:
    """Write what pages of the portal mean for the articles in whose place they stand; returns these."""
    connection.executemany(
        f"DELETE FROM readings WHERE {_IS_READING}", [(*visit, "missing") for visit in sorted(stand_ins.wrong)]
    )
    connection.executemany(
        "INSERT INTO readings (article_id, capture_id, parser_id, source, sign, standing, detail) "
        "VALUES (?, ?, ?, 'article', 'missing', ?, ?)",
        [(*visit, weighed.stand_ins[visit][0], PORTAL_PAGE) for visit in sorted(stand_ins.lacking)],
    )
    connection.executemany(
        f"UPDATE readings SET standing = ?, doubtful = ? WHERE {_IS_READING}",
        [(*right, *visit, "missing") for visit, right in stand_ins.unread.items()],
    )
    return stand_ins.articles


def _is_doubtful(connection: sqlite3.Connection, row: sqlite3.Row, began: str) -> bool:
    return row["sign"] == "missing" or _is_poorer(connection, row, min(began, row["fetched_at"]))


def _is_poorer(connection: sqlite3.Connection, row: sqlite3.Row, began: str) -> bool:
    last = find_last_content(connection, row["article_id"], row["parser_id"], began, row["detail"])
    if last is None or last.content_id == row["content_id"]:
        return False
    return has_lost_fields(connection, last, load_content(connection, row["content_id"]))


def _list_pages(connection: sqlite3.Connection, run: Run, articles: frozenset[int] | None) -> list[sqlite3.Row]:
    """List the readings of a run's article pages that can be doubtful, in the order of time."""
    if articles is None:
        return _QUERIES.ask(connection, "pages", run=run.id)
    return _QUERIES.ask(connection, "pages_of", run=run.id, articles=json.dumps([*articles]))
