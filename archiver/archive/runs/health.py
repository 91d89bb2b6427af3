"""The figures of a run and of the site's past that the checks after a run judge by."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from archiver.archive.history.content import write_time
from archiver.archive.noise.unnamed_noise import Edits, Unrest, read_edits, read_unrest
from archiver.archive.runs.clocks import Ahead, find_ahead, number_runs, read_offsets
from archiver.archive.runs.field_coverage import Page, read_pages, read_recent
from archiver.archive.runs.known_articles import DID_ITS_WORK
from archiver.archive.runs.run_log import LEFT_WORK, Run
from archiver.archive.store.values import read_time
from archiver.findings import Kind
from archiver.site import Site

WINDOW = 16  # runs back, as the past is looked at
REFUSALS: tuple[Kind, ...] = ("captcha_page", "login_page", "http_401", "http_403", "http_429")
_BOUNDED = "coalesce(json_extract(arguments, '$.since'), json_extract(arguments, '$.max_pages')) IS NOT NULL"


@dataclass(frozen=True, slots=True)
class RunFigures:
    """What one run came to.

    ``captures``: answers with status 200. ``relisted``: articles that its listings showed and that were known before
    it. ``refused``: addresses that answered with one of REFUSALS. ``page_size``: the median of its pages, in bytes.
    ``growth``: bytes that the archive grew by, pages of new addresses left out. ``kinds``: of its findings.
    """

    requests: int = 0
    errors: int = 0
    captures: int = 0
    listed: int = 0
    relisted: int = 0
    refused: int = 0
    page_size: int = 0
    growth: int = 0
    kinds: frozenset[Kind] = frozenset()

    def tells(self, kind: Kind) -> bool:
        """Say whether the run has a finding of a kind."""
        return kind in self.kinds


@dataclass(frozen=True, slots=True)
class Ending:
    """How a run that is about to be closed came to its end.

    ``requests``: how many it sent. ``sound``: nothing cut it off, and it read pages. ``complete``: it walked every
    listing to its end, without which a deep or full run is compared with no other. ``is_dated``: its clock is compared.
    """

    at: datetime
    requests: int
    sound: bool
    complete: bool
    is_dated: bool = False


@dataclass(frozen=True, slots=True)
class ChannelFigures:
    """How many articles the first page of a channel shows now, and in each earlier run; None: no good answer."""

    url: str
    entries: int | None
    past: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Health:
    """A run beside the site's past; ``url`` stands in findings about the site as a whole.

    ``past``: good runs of the same scope and start addresses, the newest first, none of them bounded by ``since`` or
    ``max_pages``, none that took up another's work. ``comparable``: the run itself is such a run. ``good_runs`` counts
    those of every scope. ``recent``: which fields the last articles before the run filled. ``died``: when the runs
    began that died before this one. ``unaccounted``: articles found, less those whose fate is known. ``ahead``:
    captures from the future; ``number``: the run's, as people name it; ``offsets``: how far its clock was ahead of the
    servers', answer by answer. ``unrest``: what moves though nobody may have edited it. ``edits``: of this run, and of
    the good one before it.
    """

    site: Site
    url: str
    at: datetime
    scope: str
    sound: bool
    comparable: bool
    run: RunFigures
    past: tuple[RunFigures, ...] = ()
    good_runs: int = 0
    articles: int = 0
    newest: datetime | None = None
    channels: tuple[ChannelFigures, ...] = ()
    pages: tuple[Page, ...] = ()
    recent: tuple[frozenset[str], ...] = ()
    observed: int = 0
    set_back: int = 0
    died: tuple[str, ...] = ()
    found: int = 0
    unaccounted: int = 0
    ahead: Ahead | None = None
    number: int = 0
    offsets: tuple[timedelta, ...] = ()
    unrest: tuple[Unrest, ...] = ()
    edits: tuple[Edits, ...] = ()


def read_health(connection: sqlite3.Connection, run: Run, site: Site, start: Sequence[str], ending: Ending) -> Health:
    """Read what the checks need of a run whose fates are written; ``start`` are the first pages of its channels."""
    own = connection.execute(f"SELECT *, {_BOUNDED} AS bounded FROM runs WHERE id = ?", (run.id,)).fetchone()
    past = _list_past(connection, own)
    figures = {key: _read_figures(connection, key) for key in (run.id, *past)}
    observed, set_back = _count_observed(connection, run)
    left = _count(connection, f"SELECT count(*) FROM fates WHERE run_id = ? AND {LEFT_WORK}", run.id)
    spent = figures[run.id].tells("request_budget")
    whole = not (own["bounded"] or own["resumes"] or spent or left) and (own["scope"] == "daily" or ending.complete)
    return Health(
        site=site,
        url=start[0],
        at=ending.at,
        scope=own["scope"],
        sound=ending.sound,
        comparable=ending.sound and whole,
        run=replace(figures[run.id], requests=ending.requests),
        past=tuple(figures[key] for key in past),
        good_runs=_count(connection, _GOOD_RUNS, run.site, run.id),
        articles=_count(connection, "SELECT count(*) FROM articles WHERE site = ?", run.site),
        newest=_find_newest(connection, run, ending.at),
        channels=tuple(_read_channels(connection, run, start, past)),
        pages=tuple(read_pages(connection, run, same_page=figures[run.id].tells("same_page"))),
        recent=tuple(read_recent(connection, run)),
        observed=observed,
        set_back=set_back,
        died=tuple(_list_died(connection, run)),
        found=own["found"],
        unaccounted=_count_unaccounted(connection, run),
        ahead=find_ahead(connection, run.site, ending.at),
        number=number_runs(connection, json.dumps([run.id]))[0],
        offsets=read_offsets(connection, run) if ending.is_dated else (),
        unrest=tuple(read_unrest(connection, run)),
        edits=tuple(read_edits(connection, key) for key in (run.id, *past[:1])),
    )


_EARLIER = "(started_at, uid) < (SELECT started_at, uid FROM runs WHERE id = ?2)"  # merged ones may have later ids
_GOOD = f"kind = 'crawl' AND NOT withdrawn AND {DID_ITS_WORK} AND NOT {_BOUNDED} AND resumes IS NULL"
_GOOD_RUNS = f"SELECT count(*) FROM runs WHERE site = ?1 AND {_EARLIER} AND {_GOOD}"


def _list_past(connection: sqlite3.Connection, own: sqlite3.Row) -> list[int]:
    query = (
        f"SELECT id FROM runs WHERE site = ?1 AND {_EARLIER} AND {_GOOD} AND scope = ?3 "
        "AND (scope = 'daily' OR complete) AND json_extract(arguments, '$.start') IS json_extract(?4, '$.start') "
        "ORDER BY started_at DESC, uid DESC LIMIT ?5"
    )
    values = (own["site"], own["id"], own["scope"], own["arguments"], WINDOW)
    return [row[0] for row in connection.execute(query, values)]


def _count(connection: sqlite3.Connection, query: str, *values: object) -> int:
    return int(connection.execute(query, values).fetchone()[0] or 0)


def _read_figures(connection: sqlite3.Connection, run_id: int) -> RunFigures:
    requests, errors = connection.execute("SELECT requests, errors FROM runs WHERE id = ?", (run_id,)).fetchone()
    listed, relisted = connection.execute(
        "SELECT count(DISTINCT a.id), count(DISTINCT CASE WHEN a.first_seen_at < u.started_at THEN a.id END) "
        "FROM runs u JOIN captures k ON k.run_id = u.id JOIN readings r ON r.capture_id = k.id AND r.sign = 'listed' "
        "AND r.standing != 'withheld' JOIN articles a ON a.id = r.article_id WHERE u.id = ?",
        (run_id,),
    ).fetchone()
    sizes = [row[0] for row in connection.execute(_SIZES, (run_id,))]
    kinds = connection.execute("SELECT kind, count(DISTINCT url) FROM findings WHERE run_id = ? GROUP BY 1", (run_id,))
    addresses = {row[0]: row[1] for row in kinds}
    return RunFigures(
        requests=requests,
        errors=errors,
        captures=len(sizes),
        listed=listed,
        relisted=relisted,
        refused=sum(addresses.get(kind, 0) for kind in REFUSALS),
        page_size=sizes[len(sizes) // 2] if sizes else 0,
        growth=_count(connection, _GROWTH, run_id),
        kinds=frozenset(addresses),
    )


# Answers without a page (304, redirects, errors) would halve the median of a run that had many of them.
_SIZES = """
    SELECT p.size FROM captures k JOIN payloads p ON p.digest = k.payload_digest
    WHERE k.run_id = ? AND k.status = 200 ORDER BY p.size
"""
_GROWTH = """
    SELECT sum(length(data)) FROM payloads WHERE digest IN (
        SELECT k.payload_digest FROM captures k WHERE k.run_id = ?
            AND NOT EXISTS (SELECT 1 FROM captures
                WHERE payload_digest = k.payload_digest AND fetched_at < k.fetched_at)
            AND EXISTS (SELECT 1 FROM captures WHERE address_id = k.address_id AND fetched_at < k.fetched_at))
"""


def _find_newest(connection: sqlite3.Connection, run: Run, at: datetime) -> datetime | None:
    """Find when something new was last published or first seen; dates in the future are misprints, or a clock's."""
    row = connection.execute(
        "SELECT max(t) FROM (SELECT max(first_seen_at) AS t FROM articles WHERE site = ?1 AND first_seen_at <= ?2 "
        "UNION ALL "
        "SELECT max(c.published_at) FROM articles a JOIN snapshots s ON s.article_id = a.id AND s.number IS NOT NULL "
        "JOIN contents c ON c.id = s.content_id AND c.published_at <= ?2 WHERE a.site = ?1)",
        (run.site, write_time(at, "microseconds")),
    ).fetchone()
    return read_time(row[0]) if row[0] else None


def _read_channels(
    connection: sqlite3.Connection, run: Run, start: Sequence[str], past: Sequence[int]
) -> Iterator[ChannelFigures]:
    """Read how many articles each first page showed; one that was read as no listing shows none.

    Where a listing had not changed (304) nothing was counted there, so no channel can be compared with those before.
    """
    query = "SELECT count(*) FROM captures WHERE run_id = ? AND purpose = 'listing' AND status = 304"
    unchanged = _count(connection, query, run.id) > 0
    query = (
        "SELECT k.run_id, count(DISTINCT r.article_id) FROM addresses d JOIN captures k ON k.address_id = d.id "
        "LEFT JOIN readings r ON r.capture_id = k.id AND r.sign = 'listed' WHERE d.site = ? AND d.url = ? "
        "AND k.status = 200 AND k.run_id IN (SELECT value FROM json_each(?)) GROUP BY k.run_id"
    )
    for url in start:
        rows = connection.execute(query, (run.site, url, json.dumps([run.id, *past])))
        shown = {row[0]: row[1] for row in rows}
        yield ChannelFigures(
            url, None if unchanged else shown.get(run.id), tuple(shown[key] for key in past if key in shown)
        )


def _count_observed(connection: sqlite3.Connection, run: Run) -> tuple[int, int]:
    """Count the articles whose count a run read, and those of them whose count went back."""
    observed = _count(
        connection,
        "SELECT count(DISTINCT r.article_id) FROM captures k JOIN readings r ON r.capture_id = k.id "
        "AND r.views IS NOT NULL AND r.standing = 'counted' WHERE k.run_id = ?",
        run.id,
    )
    query = (
        "SELECT count(DISTINCT article_id) FROM article_events WHERE kind = 'counter_reset' "
        "AND capture_id IN (SELECT id FROM captures WHERE run_id = ?)"
    )
    return observed, _count(connection, query, run.id)


def _list_died(connection: sqlite3.Connection, run: Run) -> list[str]:
    """List when the runs began that died since the last one that was closed by itself.

    One that came open from another archive may be well and under way there.
    """
    query = (
        f"SELECT started_at FROM runs WHERE site = ?1 AND {_EARLIER} AND kind = 'crawl' AND outcome = 'died' "
        "AND NOT merged AND NOT withdrawn "
        f"AND started_at > coalesce((SELECT max(started_at) FROM runs WHERE site = ?1 AND {_EARLIER} "
        "AND kind = 'crawl' AND NOT withdrawn AND outcome NOT IN ('died', 'locked')), '') ORDER BY started_at, uid"
    )
    return [row[0] for row in connection.execute(query, (run.site, run.id))]


def _count_unaccounted(connection: sqlite3.Connection, run: Run) -> int:
    """Count what was found less what was read and what has a fate."""
    return _count(
        connection,
        "SELECT found - (SELECT count(DISTINCT r.article_id) FROM captures k JOIN readings r ON r.capture_id = k.id "
        "AND r.sign IN ('content', 'confirmed') AND r.standing = 'counted' WHERE k.run_id = runs.id) "
        "- (SELECT coalesce(sum(articles), 0) FROM fates WHERE run_id = runs.id) FROM runs WHERE id = ?",
        run.id,
    )
