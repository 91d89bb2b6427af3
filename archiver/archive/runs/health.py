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
from archiver.archive.store.sql_files import Queries
from archiver.archive.store.values import read_time
from archiver.findings import Kind
from archiver.site import Site

WINDOW = 16  # runs back, as the past is looked at
REFUSALS: tuple[Kind, ...] = ("captcha_page", "login_page", "http_401", "http_403", "http_429")
_QUERIES = Queries(__file__, did_its_work=DID_ITS_WORK, left_work=LEFT_WORK)


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
    [own] = _QUERIES.ask(connection, "run", run=run.id)
    good, past = _list_past(connection, own)
    figures = {key: _read_figures(connection, key) for key in (run.id, *past)}
    left = _QUERIES.count(connection, "left_work", run=run.id)
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
        good_runs=good,
        articles=_QUERIES.count(connection, "articles", site=run.site),
        newest=_find_newest(connection, run, ending.at),
        channels=tuple(_read_channels(connection, run, start, past)),
        pages=tuple(read_pages(connection, run, same_page=figures[run.id].tells("same_page"))),
        recent=tuple(read_recent(connection, run)),
        observed=_QUERIES.count(connection, "observed", run=run.id),
        set_back=_QUERIES.count(connection, "set_back", run=run.id),
        died=tuple(row[0] for row in _QUERIES.ask(connection, "died", run=run.id, site=run.site)),
        found=own["found"],
        unaccounted=_QUERIES.count(connection, "unaccounted", run=run.id),
        ahead=find_ahead(connection, run.site, ending.at),
        number=number_runs(connection, json.dumps([run.id]))[0],
        offsets=read_offsets(connection, run) if ending.is_dated else (),
        unrest=tuple(read_unrest(connection, run)),
        edits=tuple(read_edits(connection, key) for key in (run.id, *past[:1])),
    )


def _list_past(connection: sqlite3.Connection, own: sqlite3.Row) -> tuple[int, list[int]]:
    """Count the good runs before a run, and list the last of them that are like it."""
    values = {"run": own["id"], "site": own["site"], "scope": own["scope"], "arguments": own["arguments"]}
    rows = _QUERIES.ask(connection, "good_runs", **values)
    return len(rows), [row["id"] for row in rows if row["is_like"]][:WINDOW]


def _read_figures(connection: sqlite3.Connection, run_id: int) -> RunFigures:
    requests, errors = connection.execute("SELECT requests, errors FROM runs WHERE id = ?", (run_id,)).fetchone()
    [(listed, relisted)] = _QUERIES.ask(connection, "listed", run=run_id)
    sizes = [row[0] for row in _QUERIES.ask(connection, "sizes", run=run_id)]
    addresses = {row[0]: row[1] for row in _QUERIES.ask(connection, "kinds", run=run_id)}
    return RunFigures(
        requests=requests,
        errors=errors,
        captures=len(sizes),
        listed=listed,
        relisted=relisted,
        refused=sum(addresses.get(kind, 0) for kind in REFUSALS),
        page_size=sizes[len(sizes) // 2] if sizes else 0,
        growth=_QUERIES.count(connection, "growth", run=run_id),
        kinds=frozenset(addresses),
    )


def _find_newest(connection: sqlite3.Connection, run: Run, at: datetime) -> datetime | None:
    """Find when something new was last published or first seen; dates in the future are misprints, or a clock's."""
    [(newest,)] = _QUERIES.ask(connection, "newest", site=run.site, at=write_time(at, "microseconds"))
    return read_time(newest) if newest else None


def _read_channels(
    connection: sqlite3.Connection, run: Run, start: Sequence[str], past: Sequence[int]
) -> Iterator[ChannelFigures]:
    """Read how many articles each first page showed; one that was read as no listing shows none.

    Where a listing had not changed (304) nothing was counted there, so no channel can be compared with those before.
    """
    unchanged = _QUERIES.count(connection, "unchanged_listings", run=run.id) > 0
    runs = json.dumps([run.id, *past])
    for url in start:
        shown = {row[0]: row[1] for row in _QUERIES.ask(connection, "entries", site=run.site, url=url, runs=runs)}
        yield ChannelFigures(
            url, None if unchanged else shown.get(run.id), tuple(shown[key] for key in past if key in shown)
        )
