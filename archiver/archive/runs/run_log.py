"""The ledger of runs: opened in the first second, closed with a named outcome, with all findings between."""

import json
import sqlite3
import uuid
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Literal

from archiver.archive.evidence.seals import seal_run
from archiver.archive.history.content import write_time
from archiver.archive.noise.spreading import rederive_versioned
from archiver.archive.runs.declarations import write_declaration, write_site
from archiver.findings import Kind
from archiver.model import Problem
from archiver.site import Site

# The good pages of articles, those that were only confirmed (304) included.
_READ = (
    "captures k JOIN readings r ON r.capture_id = k.id AND r.sign IN ('content', 'confirmed') "
    "AND r.standing = 'counted'"
)

# Stages that no article may be left in by a run that came to its end.
_OPEN = ("waiting", "asked")
# Characters of a finding's detail and address: whole pages must not come to stand in them.
_MOST_DETAIL = 500
_MOST_URL = 8000

PUT_OFF = "visit put off: "
"""So begins why an article is pending that is known: its visit is due by its dates, whoever comes next."""
LEFT_WORK = f"fate = 'pending' AND substr(reason, 1, {len(PUT_OFF)}) != '{PUT_OFF}'"
"""Of a row of ``fates``: the next run has to take it up."""

Outcome = Literal["finished", "problems", "failed", "interrupted", "died", "locked"]
RunKind = Literal["crawl", "import"]
"""Whether a run fetched its captures itself, or took them over from files and web archives (imported_runs.py)."""


@dataclass(frozen=True, slots=True)
class Run:
    """An open run: its row in ``runs`` and the site it is for."""

    id: int
    site: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What a run has to say about an address."""

    kind: Kind
    url: str
    detail: str


def open_run(
    connection: sqlite3.Connection,
    site: Site,
    arguments: Mapping[str, str],
    at: datetime,
    *,
    scope: str = "full",
    resumes: str | None = None,
    kind: RunKind = "crawl",
    uid: str | None = None,
) -> Run:
    """Write the row of a run that begins, and the site as it is declared now.

    ``scope`` is how far it is to go (daily, deep, full), ``resumes`` the uid of the run that it takes up. ``uid`` is
    its own where it follows from what it is of; by default it is a random one.
    """
    _declare(connection, site)
    began = write_time(at, "microseconds")  # two runs of one second have an order too
    row = connection.execute(
        "INSERT INTO runs (uid, site, kind, arguments, started_at, scope, resumes, program, declaration) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
        (
            uid or uuid.uuid4().hex,
            site.name,
            kind,
            json.dumps(dict(arguments), ensure_ascii=False),
            began,
            scope,
            resumes,
            name_program(),
            write_declaration(site),
        ),
    ).fetchone()
    return Run(row[0], site.name)


@cache
def name_program() -> str:
    """Return the version of this program, which a run is marked with."""
    from archiver import __version__  # noqa: PLC0415 - to look it up takes time that only those pay who write

    return __version__


def _declare(connection: sqlite3.Connection, site: Site) -> None:
    """Write a site as it is declared now; where other things are noise now, histories are derived without them."""
    if write_site(connection, site):
        rederive_versioned(connection, site.name)


def declare_anew(connection: sqlite3.Connection, run: Run, site: Site) -> None:
    """Write a site whose platform was recognised on the way, and note that the run goes by it."""
    _declare(connection, site)
    connection.execute("UPDATE runs SET declaration = ? WHERE id = ?", (write_declaration(site), run.id))


def find_adopted(connection: sqlite3.Connection, site: str) -> tuple[str, str] | None:
    """Return platform and time zone by which the archive holds articles of a site; None while it holds none.

    The keys of articles depend on the platform and their dates on the zone, so both stay those of the first article.
    """
    query = "SELECT platform, timezone FROM sites WHERE name = ?1 AND EXISTS (SELECT 1 FROM articles WHERE site = ?1)"
    row = connection.execute(query, (site,)).fetchone()
    return (row[0], row[1]) if row else None


def close_run(connection: sqlite3.Connection, run: Run, outcome: Outcome, requests: int, at: datetime) -> None:
    """Write how a run ended and what it brought, and seal it: the last thing that happens to it."""
    new, changed, seen = _tally_articles(connection, run)
    connection.execute(
        "UPDATE runs SET finished_at = ?, outcome = ?, requests = ?, articles_new = ?, articles_changed = ?, "
        "articles_unchanged = ? WHERE id = ?",
        (write_time(at, "microseconds"), outcome, requests, new, changed, seen - new - changed, run.id),
    )
    seal_run(connection, run.id)


def count_changed(connection: sqlite3.Connection, run: Run) -> int:
    """Count the articles that a closed run saw changed: less than it told on its way, where some of it was noise."""
    return int(connection.execute("SELECT articles_changed FROM runs WHERE id = ?", (run.id,)).fetchone()[0])


def _tally_articles(connection: sqlite3.Connection, run: Run) -> tuple[int, int, int]:
    """Count the articles that a run saw first, saw changed, and saw at all."""
    row = connection.execute(
        "SELECT count(DISTINCT CASE WHEN s.number = 1 THEN r.article_id END), "
        "count(DISTINCT CASE WHEN s.number > 1 THEN r.article_id END), count(DISTINCT r.article_id) "
        f"FROM {_READ} "
        "LEFT JOIN snapshots s ON s.article_id = r.article_id AND s.first_capture_id = k.id AND s.number IS NOT NULL "
        "WHERE k.run_id = ?",
        (run.id,),
    ).fetchone()
    return row[0], row[1], row[2]


def note_found(connection: sqlite3.Connection, run: Run, found: int) -> None:
    """Write how many articles a run is accountable for so far; in the transaction of what showed them."""
    connection.execute("UPDATE runs SET found = ? WHERE id = ?", (found, run.id))


def note_walk(connection: sqlite3.Connection, run: Run, *, complete: bool, late: int) -> None:
    """Write whether a run walked all listings to their ends, and how many new articles only that brought."""
    connection.execute("UPDATE runs SET complete = ?, articles_late = ? WHERE id = ?", (complete, late, run.id))


def write_fates(connection: sqlite3.Connection, run: Run, fates: Mapping[str, tuple[str, str]]) -> list[str]:
    """Write what became of the articles that a run found (by native key) and did not read.

    Every article found is new, changed, unchanged, failed, skipped or pending. Returns the keys for which that does not
    hold: asked for and never heard of again, or read and never found.
    """
    read = _list_read_keys(connection, run)
    keys = {key for group in read for key in group}
    tally = Counter(_settle(*fate) for key, fate in fates.items() if key not in keys)
    lost = [key for key, (stage, _) in fates.items() if key not in keys and stage in _OPEN]
    unfound = [group[0] for group in read if not any(key in fates for key in group)]
    note_found(connection, run, len(read) - len(unfound) + tally.total())
    connection.executemany(
        "INSERT INTO fates VALUES (?, ?, ?, ?)",
        [(run.id, fate, reason, count) for (fate, reason), count in sorted(tally.items()) if fate not in _OPEN],
    )
    return lost + unfound


def note_unwalked(connection: sqlite3.Connection, run: Run, reason: str) -> None:
    """Write that a run left listing pages where no article that it left says so: then some may be unknown yet."""
    connection.execute(
        "INSERT INTO fates SELECT ?1, 'pending', ?2, 0 WHERE NOT EXISTS (SELECT 1 FROM fates WHERE run_id = ?1 "
        f"AND {LEFT_WORK})",
        (run.id, reason),
    )


UNTURNED = "channels go on where no address leads: what is not listed may be there"
"""Why articles that a run's listings do not show have not left them: a fate without articles."""


def note_unturned(connection: sqlite3.Connection, run: Run, channels: int) -> None:
    """Note that channels of a run go on behind the pages that it could walk; before it is judged."""
    said = f"{UNTURNED} ({channels})"
    connection.execute("INSERT INTO fates VALUES (?, 'skipped', ?, 0) ON CONFLICT DO NOTHING", (run.id, said))


def was_unturned(connection: sqlite3.Connection, run: Run) -> bool:
    """Say whether an earlier run of the same start addresses has noted so."""
    row = connection.execute(
        "SELECT 1 FROM runs u JOIN runs p ON p.site = u.site AND p.started_at < u.started_at "
        "AND p.arguments ->> 'start' IS u.arguments ->> 'start' JOIN fates f ON f.run_id = p.id "
        "AND substr(f.reason, 1, ?2) = ?3 WHERE u.id = ?1 LIMIT 1",
        (run.id, len(UNTURNED), UNTURNED),
    ).fetchone()
    return row is not None


def close_died_run(connection: sqlite3.Connection, run: Run, at: datetime) -> None:
    """Close a run that was killed; what it found and did not come to is pending."""
    close_run(connection, run, "died", 0, at)
    count_died_run(connection, run)


def count_died_run(connection: sqlite3.Connection, run: Run) -> None:
    """Count what a run brought that was closed as died, by the captures that are here now, and seal it anew."""
    new, changed, seen = _tally_articles(connection, run)
    connection.execute(
        "UPDATE runs SET articles_new = ?, articles_changed = ?, articles_unchanged = ? WHERE id = ?",
        (new, changed, seen - new - changed, run.id),
    )
    connection.execute("DELETE FROM fates WHERE run_id = ?", (run.id,))
    connection.execute(
        "INSERT INTO fates SELECT id, 'pending', 'the run died', "
        "found - articles_new - articles_changed - articles_unchanged FROM runs "
        "WHERE id = ? AND found > articles_new + articles_changed + articles_unchanged",
        (run.id,),
    )
    seal_run(connection, run.id)


def _settle(stage: str, reason: str) -> tuple[str, str]:
    """Name a fate; what was read and does not count was withheld when the run was judged."""
    return ("failed", "withheld") if stage == "read" else (stage, reason)


def _list_read_keys(connection: sqlite3.Connection, run: Run) -> list[list[str]]:
    """List the articles that a run read, each by all its keys."""
    rows = connection.execute(
        "SELECT json_group_array(native_key) FROM article_keys WHERE article_id IN "
        f"(SELECT r.article_id FROM {_READ} WHERE k.run_id = ?) GROUP BY article_id",
        (run.id,),
    )
    return [json.loads(row[0]) for row in rows]


def list_chain(connection: sqlite3.Connection, run_id: int) -> tuple[int, ...]:
    """List a run and those that it took up, one after the other, the oldest first (ids)."""
    rows = connection.execute(
        "WITH RECURSIVE chain (id, resumes, started_at) AS (SELECT id, resumes, started_at FROM runs WHERE id = ? "
        "UNION SELECT r.id, r.resumes, r.started_at FROM runs r JOIN chain c ON r.uid = c.resumes) "
        "SELECT id FROM chain ORDER BY started_at",
        (run_id,),
    )
    return tuple(row[0] for row in rows)


def count_error(connection: sqlite3.Connection, run: Run) -> None:
    """Count a request that brought no page; in the transaction of what it brought, so that it holds if the run dies."""
    connection.execute("UPDATE runs SET errors = errors + 1 WHERE id = ?", (run.id,))


def find_open_runs(connection: sqlite3.Connection, site: str) -> list[Run]:
    """Return the crawls of a site that were never closed, the oldest first; the caller judges and closes them."""
    query = "SELECT id, site FROM runs WHERE site = ? AND kind = 'crawl' AND outcome IS NULL ORDER BY started_at, uid"
    rows = connection.execute(query, (site,))
    return [Run(*row) for row in rows]


def add_finding(
    connection: sqlite3.Connection, run: Run, url: str, problem: Problem, capture_id: int | None = None
) -> None:
    """Write a finding of a run, its detail cut to a sane length; the same finding twice is one."""
    detail = problem.detail if len(problem.detail) <= _MOST_DETAIL else f"{problem.detail[:_MOST_DETAIL]}…"
    connection.execute(
        "INSERT INTO findings (run_id, kind, url, detail, capture_id) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (run.id, problem.kind, url[:_MOST_URL], detail, capture_id),
    )


def was_found(connection: sqlite3.Connection, run: Run, url: str, kind: Kind) -> bool:
    """Say whether another run of the site has found the same thing at an address."""
    query = "SELECT EXISTS (SELECT 1 FROM findings f JOIN runs u ON u.id = f.run_id WHERE u.site = ? AND u.id <> ? "
    found = connection.execute(f"{query}AND f.kind = ? AND f.url = ?)", (run.site, run.id, kind, url))
    return bool(found.fetchone()[0])


def was_told(connection: sqlite3.Connection, run: Run, kind: Kind) -> bool:
    """Say whether an earlier run of the site has told of something, and no article was read well since."""
    row = connection.execute(
        "SELECT max(p.started_at) FROM runs u JOIN runs p ON p.site = u.site AND p.started_at < u.started_at "
        "JOIN findings f ON f.run_id = p.id AND f.kind = ?2 WHERE u.id = ?1",
        (run.id, kind),
    ).fetchone()
    if row[0] is None:
        return False
    since = connection.execute(
        f"SELECT 1 FROM {_READ} JOIN runs u ON u.id = k.run_id WHERE u.site = ? AND k.fetched_at > ? LIMIT 1",
        (run.site, row[0]),
    )
    return since.fetchone() is None


def list_findings(connection: sqlite3.Connection, run: Run) -> list[Finding]:
    """Return the findings of a run in the order they were made."""
    rows = connection.execute("SELECT kind, url, detail FROM findings WHERE run_id = ? ORDER BY id", (run.id,))
    return [Finding(*row) for row in rows]
