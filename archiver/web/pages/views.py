"""Which articles are read most, and which grew fastest, in the last week."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock

from archiver.archive.growth.ranking import Ranking, rank_articles
from archiver.archive.queries.queries import titles_of_sites
from archiver.clock import now
from archiver.web.faults import MissingError
from archiver.web.rendering import Frame, render

MOST = 30
BESIDE = 5
"""So many stand beside the list of a site's articles."""
_KEPT = 100

_Key = tuple[object, ...]
_rankings: dict[_Key, Ranking] = {}
_lock = Lock()


@dataclass(frozen=True, slots=True)
class ViewsPage:
    """The ranking of a site, or of all."""

    site: str | None
    sites: Mapping[str, str]
    ranking: Ranking


def load_views(connection: sqlite3.Connection, site: str | None) -> ViewsPage:
    """Ask for a ranking; MissingError where there is no such site."""
    sites = titles_of_sites(connection)
    if site and site not in sites:
        raise MissingError("no_site", site=site)
    return ViewsPage(site, sites, load_ranking(connection, site))


def render_views(page: ViewsPage, frame: Frame) -> str:
    """Make the page."""
    return render("views.html", frame, page=page)


def load_ranking(connection: sqlite3.Connection, site: str | None) -> Ranking:
    """Rank the articles of a site, or return what was found out since the last crawl.

    A week in which all articles were counted takes a second for each 100,000, and no crawl under way changes it.
    """
    key = _name_state(connection, site)
    with _lock:
        if key in _rankings:
            return _rankings[key]
    ranking = rank_articles(connection, site, MOST)
    with _lock:
        if len(_rankings) >= _KEPT:
            _rankings.clear()
        _rankings[key] = ranking
    return ranking


def _name_state(connection: sqlite3.Connection, site: str | None) -> _Key:
    """Name what a ranking follows from: the runs that ended, the decisions on them, the parsers; and the hour."""
    path = next(row[2] for row in connection.execute("PRAGMA database_list") if row[1] == "main")
    query = "SELECT count(finished_at), max(finished_at), max(decided_at), sum(withdrawn) FROM runs"
    runs = tuple(connection.execute(query).fetchone())
    parsers = connection.execute("SELECT max(id), count(*) FROM parsers").fetchone()
    return (path, site, *runs, *parsers, f"{now():%Y-%m-%dT%H}")
