"""What identity means for a run: which keys it may join, which addresses it left, which misses say nothing."""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence

from archiver.archive.history.snapshots import rederive_article
from archiver.archive.identity.address_sightings import find_whereabouts
from archiver.archive.identity.joining import Settled, settle_identity
from archiver.archive.runs.run_log import Run, add_finding
from archiver.archive.store.sql_files import Queries
from archiver.findings import Kind
from archiver.model import Problem
from archiver.urls import host_of, site_of

UNFOLLOWED: Kind = "redirect_to_other_article"
"""The kind of the finding that an address of an article leads to another article."""
FEWEST_MOVED = 3
MAY_STRAY = (
    "EXISTS (SELECT 1 FROM article_addresses aa WHERE aa.article_id = r.article_id AND aa.address_id <> k.address_id)"
)
"""A reading (r) of a capture (k) is of one address of an article that has another."""
# To look for what left the listings takes 1.5 microseconds for each article of the site; to look at all that a run met
# 0.1 to 2 milliseconds for each.
_MOST_BESIDE = 50
_QUERIES = Queries(__file__)


def settle_run(connection: sqlite3.Connection, run: Run, *, is_late: bool) -> Settled:
    """Settle the identity of what a run met.

    Where an article is depends on whether the run walked all listings, so that is found anew too.
    """
    settled = settle_identity(connection, run.site, _list_seeds(connection, run))
    rederive_displaced(connection, run.id, is_late=is_late)
    return settled


def settle_newest(connection: sqlite3.Connection, run: Run) -> Settled:
    """Settle the identity of what a run met that no other run of its site came after.

    What may be another now is found among all of its site; where these are far more than it met, or more of them left
    its listings, which is no news of them, all that it met is looked at instead.
    """
    met = [row[1] for row in _QUERIES.ask(connection, "keys_of", articles="[]", runs=json.dumps([run.id]))]
    query = "SELECT count(*) FROM (SELECT 1 FROM article_keys WHERE site = ? LIMIT ?)"
    most = _MOST_BESIDE * len(met)
    is_small = connection.execute(query, (run.site, most)).fetchone()[0] < most
    seeds = _list_seeds(connection, run) if is_small else met
    return settle_identity(connection, run.site, seeds if len(seeds) <= len(met) else met)


def settle_articles(connection: sqlite3.Connection, articles: Iterable[int], runs: Sequence[int]) -> Settled:
    """Settle the identity of articles with new readings, and of what changed runs met; returns what was written."""
    values = {"articles": json.dumps([*articles]), "runs": json.dumps([*runs])}
    keys: dict[str, set[int]] = {}
    for site, key in _QUERIES.ask(connection, "keys_of", **values):
        keys.setdefault(site, set()).add(key)
    settled = [settle_identity(connection, site, sorted(some)) for site, some in keys.items()]
    return join_settled(settled)


def join_settled(settled: Iterable[Settled]) -> Settled:
    """Put together what was written."""
    each = [*settled]
    return Settled(frozenset().union(*(one.articles for one in each)), frozenset().union(*(one.runs for one in each)))


def settle_site(connection: sqlite3.Connection, site: str) -> None:
    """Settle the identity of all articles of a site."""
    rows = connection.execute("SELECT id FROM article_keys WHERE site = ? ORDER BY id", (site,)).fetchall()
    settle_identity(connection, site, [row[0] for row in rows])


def rederive_displaced(connection: sqlite3.Connection, run_id: int, *, is_late: bool) -> None:
    """Derive the articles anew that a run read at another address than their current one.

    Of a run that is late, with others after it, all that have several: it may tell when they moved.
    """
    rows = connection.execute(
        "SELECT DISTINCT r.article_id FROM captures k CROSS JOIN readings r ON r.capture_id = k.id "
        "JOIN articles a ON a.id = r.article_id WHERE k.run_id = ? AND ((r.sign = 'content' "
        "AND r.address_id IS NOT NULL) OR r.sign = 'confirmed') "
        "AND (coalesce(r.address_id, k.address_id) IS NOT a.address_id OR (? AND (SELECT count(*) "
        "FROM article_addresses WHERE article_id = a.id) > 1))",
        (run_id, is_late),
    ).fetchall()
    for row in rows:
        rederive_article(connection, row[0])


def find_strays(connection: sqlite3.Connection, run: Run, articles: frozenset[int] | None) -> frozenset[int]:
    """Find the captures of a run that miss an article at an address which is not, or not alone, its own."""
    rows = connection.execute(
        "SELECT DISTINCT r.article_id FROM captures k CROSS JOIN readings r ON r.capture_id = k.id "
        f"WHERE k.run_id = ?1 AND r.sign = 'missing' AND r.source = 'article' AND {MAY_STRAY} "
        "AND (?2 IS NULL OR r.article_id IN (SELECT value FROM json_each(?2)))",
        (run.id, None if articles is None else json.dumps([*articles])),
    ).fetchall()
    return frozenset(capture for row in rows for capture in find_whereabouts(connection, row[0]).strays)


def report_identity(connection: sqlite3.Connection, run: Run) -> None:
    """Report what a run leaves to people: redirects to other articles, and a host that was renamed."""
    for row in _QUERIES.ask(connection, "unfollowed", run=run.id):
        problem = Problem(UNFOLLOWED, f"article {row['key']} leads to article {row['target']}")
        add_finding(connection, run, row["url"], problem, row["capture_id"])
    for (old, new), count in sorted(_count_left_hosts(connection, run).items()):
        if count >= FEWEST_MOVED:
            said = f"{count} articles moved from {old} to {new}; declare the former host: hosts = ({old!r},)"
            add_finding(connection, run, f"http://{new}/", Problem("host_renamed", said.replace("'", '"')))


def _list_seeds(connection: sqlite3.Connection, run: Run) -> list[int]:
    """List the keys of a run that may be joined with others by it, or taken apart."""
    began = connection.execute("SELECT started_at FROM runs WHERE id = ?", (run.id,)).fetchone()[0]
    rows = _QUERIES.ask(connection, "seeds", run=run.id, site=run.site, began=began)
    return [row[0] for row in rows]


def _count_left_hosts(connection: sqlite3.Connection, run: Run) -> Counter[tuple[str, str]]:
    """Count the articles that moved from one host to another in a run, by the hosts, declared ones left out."""
    row = connection.execute("SELECT hosts FROM sites WHERE name = ?", (run.site,)).fetchone()
    declared = set(json.loads(row[0])) if row and row[0] else set()
    counts: Counter[tuple[str, str]] = Counter()
    for (detail,) in _QUERIES.ask(connection, "moves", run=run.id):
        old, _, new = str(detail).partition(" → ")
        if new and site_of(old) != site_of(new) and host_of(old) not in declared:
            counts[host_of(old), host_of(new)] += 1
    return counts
