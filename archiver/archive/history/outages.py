"""Missing pages over time: what is believed of one run alone, and what only because it lasts (rules 6 and 7).

If too many of the known articles are missing in one run, that is an outage, and none of its signs is believed. An
outage ends: an article that kept missing in three runs over 14 days is judged after all, if these runs are worth
something: others were read well in them, or the listings were gone too, or the server says 410, or one page of the
portal has stood in its place all the time. A moment in which everything answers 404 says nothing, whatever it hits.
"""

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from archiver.archive.history.reading_rows import waits
from archiver.archive.history.timeline import GONE_STATUS, MISSES, MISSING_FOR
from archiver.archive.runs.run_log import Run

Outage = Literal["moment", "partial", "closed"]
"""How a run was in which too much was missing: nothing was read well; others were; the listings are gone as well."""

# A third of a handful of articles is one article, and one article may well be gone: fewer than this are believed.
FEWEST = 3
# As long as rule 7 wants, less what two starts by cron may differ in.
LASTS_FOR = MISSING_FOR - timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Miss:
    """A page that was missing in a run: when, and with which status; ``sure``: it weighs whatever the run was."""

    at: str
    status: int
    sure: bool


@dataclass(frozen=True, slots=True)
class PastMisses:
    """The misses of an article before a run, since it was last read well: by run, its first and its weight.

    ``is_told``: one of them was counted, so the article is suspect or gone already.
    """

    runs: tuple[tuple[str, int], ...]
    is_told: bool


def is_too_many(affected: int, known: int) -> bool:
    """Say whether so many at once speak of the portal and not of each article."""
    return affected >= FEWEST and affected * 3 > known


def load_past_misses(connection: sqlite3.Connection, run: Run, articles: Iterable[int]) -> dict[int, PastMisses]:
    """Load what is known of the misses of some articles before a run, by runs that began before it."""
    own = connection.execute("SELECT started_at, uid FROM runs WHERE id = ?", (run.id,)).fetchone()
    return {article_id: _load_misses(connection, article_id, own) for article_id in articles}


def find_lasting(own: Mapping[int, Miss], past: Mapping[int, PastMisses], *, weighs: bool) -> frozenset[int]:
    """Find the articles that keep missing: in three runs over 14 days, this one among them; 410 counts double."""
    return frozenset(
        article_id for article_id, miss in own.items() if (weighs or miss.sure) and _lasts(miss, past[article_id])
    )


def find_kind(connection: sqlite3.Connection, run: Run, *, others_are_well: bool) -> Outage:
    """Say what a run is worth in which too much is missing."""
    if others_are_well:
        return "partial"
    return "closed" if _are_listings_gone(connection, run) else "moment"


def _lasts(miss: Miss, past: PastMisses) -> bool:
    first = min((at for at, _ in past.runs), default=miss.at)
    weight = sum(weight for _, weight in past.runs) + _weigh(miss.status)
    return weight >= MISSES and datetime.fromisoformat(miss.at) - datetime.fromisoformat(first) >= LASTS_FOR


def _weigh(status: int) -> int:
    return 2 if status == GONE_STATUS else 1


def _load_misses(connection: sqlite3.Connection, article_id: int, own: sqlite3.Row) -> PastMisses:
    rows = connection.execute(_SIGNS_BEFORE, (article_id, own["started_at"], own["uid"])).fetchall()
    runs: dict[int, tuple[str, int]] = {}
    is_told = False
    for row in rows:
        if row["standing"] != "counted" and not waits(row):
            continue
        if row["sign"] != "missing":
            runs, is_told = {}, False
            continue
        is_told |= row["standing"] == "counted"
        first, weight = runs.get(row["run_id"], (row["fetched_at"], 0))
        runs[row["run_id"]] = (first, max(weight, _weigh(row["status"])))
    return PastMisses(tuple(runs.values()), is_told)


_SIGNS_BEFORE = """
    SELECT r.sign, r.standing, r.detail, r.doubtful, k.run_id, k.fetched_at, k.status, u.outage
    FROM readings r JOIN captures k ON k.id = r.capture_id JOIN runs u ON u.id = k.run_id
    JOIN addresses d ON d.id = k.address_id
    WHERE r.article_id = ?1 AND r.sign IN ('content', 'confirmed', 'missing') AND k.fetched_at < ?2
        AND (u.started_at, u.uid) < (?2, ?3)
    ORDER BY k.fetched_at, d.url, r.sign
"""


def _are_listings_gone(connection: sqlite3.Connection, run: Run) -> bool:
    """Say whether every listing that a run asked for is gone: 404, 410, or a page that says so."""
    row = connection.execute(
        "SELECT count(*), count(CASE WHEN k.status IN (404, 410) OR EXISTS (SELECT 1 FROM findings f "
        "WHERE f.run_id = k.run_id AND f.capture_id = k.id AND f.kind = 'error_page') THEN 1 END) "
        "FROM captures k WHERE k.run_id = ? AND k.purpose = 'listing' AND k.final",
        (run.id,),
    ).fetchone()
    return bool(row[0]) and row[0] == row[1]
