"""Bringing history in line after captures of any age came into the archive.

What a capture means for an article depends on what earlier captures show, through the judgement of its run. So after
older ones were added, the runs that visited the same articles later are judged again, in the order in which they began:
each depends on captures before its beginning alone, so one pass is enough. Runs that the new captures cannot touch are
not looked at.
"""

import heapq
import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from archiver.archive.history.content import write_time
from archiver.archive.history.delisting import judge_unlisted, weigh_again
from archiver.archive.history.judgement import doubt_anew, is_doubted, judge, suspend
from archiver.archive.history.readings import confirm_article, is_late
from archiver.archive.history.shared_pages import REMEMBERED_FOR, is_in_question
from archiver.archive.history.snapshots import rederive_article
from archiver.archive.identity.joining import Settled
from archiver.archive.identity.settlement import (
    MAY_STRAY,
    join_settled,
    rederive_displaced,
    report_identity,
    settle_articles,
    settle_newest,
    settle_run,
    settle_site,
)
from archiver.archive.noise.spreading import spread_noise
from archiver.archive.runs.run_log import Run
from archiver.model import Problem

# Articles whose readings are looked at one by one; of more, all readings of a run are.
_FEW = 200


def judge_run(connection: sqlite3.Connection, run: Run) -> list[Problem]:
    """Count or withhold what a run left pending when it is about to be closed; returns what is to be reported.

    Whether it walked every channel to its end must be noted before (``note_walk``). Runs that were closed already and
    began later are judged again where this one touches them.
    """
    began = connection.execute("SELECT started_at FROM runs WHERE id = ?", (run.id,)).fetchone()[0]
    late = is_late(connection, run, began)
    settled = settle_run(connection, run, is_late=late)
    if settled.articles:
        _Pass(connection, set(settled.articles), set(settled.runs)).go()
    doubt_anew(connection, run, _list_ambiguous(connection, run))
    judgement = judge(connection, run)
    report_identity(connection, run)
    if late:
        query = "SELECT DISTINCT article_id FROM captures k JOIN readings r ON r.capture_id = k.id WHERE k.run_id = ?"
        articles = [row[0] for row in connection.execute(query, (run.id,))]
        _Pass(connection, set(articles) | judgement.articles, set(), after=(began, run.id)).go()
    spread_noise(connection, run.id, run.site)
    return [*judgement.problems]


def _list_ambiguous(connection: sqlite3.Connection, run: Run) -> frozenset[int]:
    """List the articles that a run missed at one address and that have another one."""
    rows = connection.execute(
        "SELECT r.article_id FROM captures k CROSS JOIN readings r ON r.capture_id = k.id AND r.sign = 'missing' "
        f"WHERE k.run_id = ? AND {MAY_STRAY}",
        (run.id,),
    )
    return frozenset(row[0] for row in rows)


def judge_all(connection: sqlite3.Connection, site: str | None = None) -> None:
    """Settle which keys are one article, and judge all runs, or those of a site, in the order in which they began."""
    for row in connection.execute(
        "SELECT name FROM sites WHERE ?1 IS NULL OR name = ?1 ORDER BY name", (site,)
    ).fetchall():
        settle_site(connection, row[0])
    query = "SELECT id, site, outcome IS NULL FROM runs WHERE ?1 IS NULL OR site = ?1 ORDER BY started_at, uid"
    runs = [(Run(run_id, name), is_open) for run_id, name, is_open in connection.execute(query, (site,)).fetchall()]
    for run, is_open in runs:
        doubt_anew(connection, run)
        _judge_one(connection, run, is_open=is_open)
    # Where an article was in an earlier run may follow from what a later one is worth.
    for run, is_open in runs:
        if doubt_anew(connection, run):
            _judge_one(connection, run, is_open=is_open)


def _judge_one(connection: sqlite3.Connection, run: Run, *, is_open: bool) -> None:
    if is_open:
        suspend(connection, run)
    else:
        judge(connection, run)


@dataclass(frozen=True, slots=True)
class News:
    """What came in: articles with new or changed readings, and runs whose own captures or row are new or changed (ids).

    Nothing of all this is older than ``since``. ``newest`` are runs, these or open ones, that no other run of their
    site came after; of the articles ``latest`` nobody but these has new readings. ``looks`` are the new captures of
    those of them that were seen at no new address.
    """

    articles: frozenset[int]
    runs: frozenset[int]
    since: str = ""
    newest: frozenset[int] = frozenset()
    latest: frozenset[int] = frozenset()
    looks: Mapping[int, Sequence[int]] = field(default_factory=dict)


def reconcile(connection: sqlite3.Connection, articles: Iterable[int], runs: Iterable[int]) -> int:
    """Derive articles anew, judge runs again that changed or that depend on these; returns the articles touched.

    ``articles`` are those with new or changed readings, ``runs`` those whose own captures or row are new or changed;
    both by their ids.
    """
    return reconcile_news(connection, News(frozenset(articles), frozenset(runs)))


def reconcile_news(connection: sqlite3.Connection, news: News) -> int:
    """Do so for what is known of, better than that it came; runs that it cannot touch cost nothing.

    What runs that are the newest met is settled when they are closed, by what may be another now, as in a crawl. Runs
    that began before all of it depend on it only through articles whose keys were joined or parted, and through misses
    of those that have several addresses: where an article was may follow from what came later.
    """
    settled = _settle(connection, news)
    unmoved = news.looks.keys() - settled.articles
    confirmed = {
        article_id for article_id in unmoved if confirm_article(connection, article_id, news.looks[article_id])
    }
    touched = {*_list_left(connection, news.articles | news.latest - confirmed), *settled.articles}
    for article_id in touched:
        rederive_article(connection, article_id)
    runs = news.runs | settled.runs
    for run_id in runs:
        rederive_displaced(connection, run_id, is_late=run_id not in news.newest)
    together = _Pass(connection, touched, set(runs), since=news.since, joined=settled.articles)
    together.go()
    return len(together.go_back() | confirmed)


def _settle(connection: sqlite3.Connection, news: News) -> Settled:
    older = settle_articles(connection, news.articles, [*(news.runs - news.newest)])
    query = "SELECT id, site FROM runs WHERE id IN (SELECT value FROM json_each(?))"
    closed = connection.execute(query, (json.dumps([*(news.runs & news.newest)]),)).fetchall()
    return join_settled((older, *(settle_newest(connection, Run(*row)) for row in closed)))


def _list_left(connection: sqlite3.Connection, articles: Iterable[int]) -> set[int]:
    """List those of some articles that are still there: the keys of others may have become another's."""
    query = "SELECT id FROM articles WHERE id IN (SELECT value FROM json_each(?))"
    return {row[0] for row in connection.execute(query, (json.dumps([*articles]),))}


class _Pass:
    """One pass over the runs that are touched, in the order in which they began."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        articles: set[int],
        runs: set[int],
        after: tuple[str, int] | None = None,
        since: str = "",
        joined: Iterable[int] = (),
    ) -> None:
        self._connection = connection
        self._articles = articles
        self._whole = runs
        self._unweighed: set[int] = set()
        self._waiting: list[tuple[str, str, int]] = []
        self._met: set[int] = set()
        if after is not None:
            self._met.add(after[1])
            self._push_followers_of(after[1])
            self._push_who_remembers(after[1])
        self._push(self._find_runs("id IN (SELECT value FROM json_each(?))", runs))
        self._push_visitors(articles, after[0] if after else since)
        if since:
            self._push_visitors(frozenset(joined))
            self._push_missing(articles)

    def go(self) -> set[int]:
        """Judge all that wait; returns the articles whose history may be another now."""
        while self._waiting:
            began, _, run_id = heapq.heappop(self._waiting)
            site, outcome = self._connection.execute(
                "SELECT site, outcome FROM runs WHERE id = ?", (run_id,)
            ).fetchone()
            changed = self._look_at(Run(run_id, site), is_open=outcome is None)
            news = changed - self._articles
            self._articles |= changed
            self._push_visitors(news, after=began)
        return self._articles

    def go_back(self) -> set[int]:
        """Doubt anew in the runs that were judged: where an article was may follow from what a later one is worth."""
        query = (
            "SELECT id, site, outcome IS NULL FROM runs WHERE id IN (SELECT value FROM json_each(?)) "
            "ORDER BY started_at, uid"
        )
        for run_id, site, is_open in self._connection.execute(query, (json.dumps([*self._met]),)).fetchall():
            run = Run(run_id, site)
            if doubt_anew(self._connection, run, self._few_articles):
                self._articles |= suspend(self._connection, run) if is_open else self._judge(run)
        return self._articles

    def _look_at(self, run: Run, *, is_open: bool) -> frozenset[int]:
        whole = run.id in self._whole
        if not is_open and not whole:
            return self._look_at_part(run)
        articles = None if whole else self._few_articles
        doubt_anew(self._connection, run, articles)
        if is_open:
            return suspend(self._connection, run, articles)
        self._push_followers_of(run.id)  # it may be new to them
        return self._judge(run)

    def _look_at_part(self, run: Run) -> frozenset[int]:
        """Look at a run whose own captures are what they were: at its readings of the articles touched."""
        changed, weighs_otherwise = (
            weigh_again(self._connection, run) if run.id in self._unweighed else (frozenset(), False)
        )
        if weighs_otherwise:
            self._push_followers_of(run.id)
        articles = self._few_articles
        is_doubtful = doubt_anew(self._connection, run, articles) or is_doubted(self._connection, run)
        if is_doubtful or is_in_question(self._connection, run, articles):
            return changed | self._judge(run)
        return changed | judge_unlisted(self._connection, run)  # who is listed says of others whether they left

    @property
    def _few_articles(self) -> frozenset[int] | None:
        """The articles that are touched; None for many: then it is quicker to look at all readings of a run."""
        return frozenset(self._articles) if len(self._articles) <= _FEW else None

    def _judge(self, run: Run) -> frozenset[int]:
        judgement = judge(self._connection, run)
        if judgement.lists_otherwise:
            self._push_followers_of(run.id)
        if judgement.knows_otherwise:
            self._push_who_remembers(run.id)
        return judgement.articles

    def _push_who_remembers(self, run_id: int) -> None:
        """Let the later runs wait that know pages of the portal by what this one knows."""
        own = self._connection.execute("SELECT site, started_at, uid FROM runs WHERE id = ?", (run_id,)).fetchone()
        until = write_time(datetime.fromisoformat(own["started_at"]) + REMEMBERED_FOR, "microseconds")
        query = (
            "SELECT started_at, uid, id FROM runs WHERE site = ? AND started_at >= ? AND started_at <= ? "
            "AND (started_at, uid) > (?, ?)"
        )
        rows = self._connection.execute(query, (own["site"], own["started_at"], until, own["started_at"], own["uid"]))
        later = [(row[0], row[1], row[2]) for row in rows]
        self._whole.update(row[2] for row in later)
        self._push(later)

    def _push_followers_of(self, run_id: int) -> None:
        """Let those runs wait that hold their listings against this one's, up to the next one that is believed."""
        values = "(SELECT site FROM runs WHERE id = ?1)", "(SELECT started_at FROM runs WHERE id = ?1)"
        followers = self._find_runs(
            f"site = {values[0]} AND complete AND started_at > {values[1]} AND started_at <= coalesce((SELECT "
            f"min(started_at) FROM runs WHERE site = {values[0]} AND delists AND started_at > {values[1]}), '~')",
            run_id,
        )
        self._unweighed.update(row[2] for row in followers)
        successors = self._find_runs("resumes = (SELECT uid FROM runs WHERE id = ?1)", run_id)
        self._whole.update(row[2] for row in successors)
        self._push(followers + successors)

    def _push_missing(self, articles: set[int]) -> None:
        """Let the runs wait that missed articles at one of several addresses."""
        self._push(
            self._find_runs(
                "id IN (SELECT k.run_id FROM json_each(?) a CROSS JOIN readings r ON r.article_id = a.value "
                f"AND r.sign = 'missing' CROSS JOIN captures k ON k.id = r.capture_id AND {MAY_STRAY})",
                articles,
            )
        )

    def _push_visitors(self, articles: set[int] | frozenset[int], after: str = "") -> None:
        """Let the runs wait that have readings of articles."""
        if not articles:
            return
        self._push(
            row
            for row in self._find_runs(
                "id IN (SELECT k.run_id FROM json_each(?) a CROSS JOIN readings r ON r.article_id = a.value "
                "CROSS JOIN captures k ON k.id = r.capture_id)",
                articles,
            )
            if row[0] >= after
        )

    def _push(self, rows: Iterable[tuple[str, str, int]]) -> None:
        for row in rows:
            if row[2] not in self._met:
                self._met.add(row[2])
                heapq.heappush(self._waiting, row)

    def _find_runs(self, condition: str, value: int | Iterable[int]) -> list[tuple[str, str, int]]:
        given = value if isinstance(value, int) else json.dumps([*value])
        query = f"SELECT started_at, uid, id FROM runs WHERE {condition}"
        return [(row[0], row[1], row[2]) for row in self._connection.execute(query, (given,))]
