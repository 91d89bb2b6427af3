"""The pages as a plugin of Datasette: which address shows what, and what every answer forbids the browser."""

import logging
import re
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, tzinfo
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, unquote
from zoneinfo import ZoneInfo

from datasette import Response, hookimpl
from datasette.app import Datasette
from datasette.utils.asgi import AsgiFileDownload, Request
from tzlocal import get_localzone

from archiver.archive.queries.queries import Zones, zones_of_sites
from archiver.archive.runs.metrics import list_metrics
from archiver.archive.store.damage import CONTENT_ERRORS, FILE_ERRORS, Damages, noting_damage, read_text
from archiver.clock import now
from archiver.errors import ArchiveError
from archiver.formats.openmetrics import CONTENT_TYPE, write_openmetrics
from archiver.text.display import make_showable
from archiver.web.conditional import answer_conditionally
from archiver.web.faults import MissingError, PageError
from archiver.web.language.days import read_day
from archiver.web.language.messages import choose_language
from archiver.web.links import ServedLinks
from archiver.web.pages.article import load_article, render_article
from archiver.web.pages.article_list import load_list, render_list
from archiver.web.pages.comparing import load_comparison, render_comparison
from archiver.web.pages.feeds import Feed, load_feed, load_site_feed, render_feed
from archiver.web.pages.files import FILE_ROUTE, load_file, write_headers
from archiver.web.pages.home import load_home, render_home
from archiver.web.pages.raw import POLICY, load_raw, render_raw, write_raw, write_source
from archiver.web.pages.raw_requisites import SHEET_ROUTE, load_sheet
from archiver.web.pages.runs import load_run, load_runs, render_run, render_runs
from archiver.web.pages.views import load_views, render_views
from archiver.web.rendering import Frame, render, style_sheet
from archiver.web.versions import read_version

logger = logging.getLogger(__name__)
DATABASE = "archive"
HTML = "text/html; charset=utf-8"
STRICT = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; frame-src 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
_BROKEN: tuple[type[Exception], ...] = (ArchiveError, *CONTENT_ERRORS)
_NUMBER = re.compile(r"\d{1,9}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a reader asked for: the parts of the path, the values of the query, and the frame of the answer."""

    parts: tuple[str, ...]
    values: dict[str, str]
    frame: Frame
    base: str
    expected: frozenset[str]
    headers: Mapping[str, str]

    @property
    def site(self) -> str:
        """The site in the path."""
        return self.parts[0]

    @property
    def key(self) -> str:
        """The article in the path."""
        return self.parts[1]

    @property
    def day(self) -> date | None:
        """The day of ``?at=``; PageError where it is none."""
        return read_day("at", self.values.get("at"))

    def number(self, name: str) -> int | None:
        """Return a number of the query; PageError where it is none."""
        value = self.values.get(name)
        if value and not _NUMBER.fullmatch(value):
            raise PageError("bad_value", name=name, value=value)
        return int(value) if value else None


Answer = Callable[[sqlite3.Connection, Asked], Response | AsgiFileDownload]


def _page(text: str, status: int = 200) -> Response:
    return Response(text, status, {"content-security-policy": STRICT, "vary": "Accept-Language"}, HTML)


def show_home(connection: sqlite3.Connection, asked: Asked) -> Response:
    """Show the front page."""
    return _page(render_home(load_home(connection, asked.values, now(), asked.expected, asked.frame.zone), asked.frame))


def show_list(connection: sqlite3.Connection, asked: Asked) -> Response:
    """Show a page of articles."""
    return _page(render_list(load_list(connection, asked.values), asked.frame))


def show_article(connection: sqlite3.Connection, asked: Asked) -> Response:
    """Show an article."""
    version = read_version("version", asked.values.get("version"))
    page = load_article(connection, asked.site, asked.key, version, asked.day)
    return _page(render_article(page, asked.frame))


def show_comparison(connection: sqlite3.Connection, asked: Asked) -> Response:
    """Show two versions compared."""
    before, after = (read_version(name, asked.values.get(name)) for name in ("from", "to"))
    return _page(render_comparison(load_comparison(connection, asked.site, asked.key, before, after), asked.frame))


def show_raw(connection: sqlite3.Connection, asked: Asked) -> Response:
    """Show the page around a raw page."""
    return _page(
        render_raw(load_raw(connection, asked.site, asked.key, asked.day, asked.number("version")), asked.frame)
    )


def show_raw_page(connection: sqlite3.Connection, asked: Asked) -> Response:
    """Show a raw page, or its source, where it can do nothing."""
    raw = load_raw(connection, asked.site, asked.key, asked.day, asked.number("version"))
    body, kind = write_raw(raw) if asked.parts[2] == "page" else write_source(raw.capture)
    headers = {"content-security-policy": POLICY, "x-dns-prefetch-control": "off"}
    return Response(body, headers=headers, content_type=kind)


def show_sheet(connection: sqlite3.Connection, asked: Asked) -> Response:
    """Show a kept style sheet, which asks for what was valid at its time."""
    site, at, digest = asked.parts
    body = load_sheet(connection, site, at, digest, asked.values.get("url", ""))
    return Response(body, headers={"content-security-policy": POLICY}, content_type="text/css; charset=utf-8")


def show_file(connection: sqlite3.Connection, asked: Asked) -> AsgiFileDownload:
    """Show the kept copy of a document or an image, piece by piece."""
    file, path = load_file(connection, asked.parts[0], asked.parts[1])
    return AsgiFileDownload(path, content_type=file.media_type, headers=write_headers(file))


def show_runs(connection: sqlite3.Connection, asked: Asked) -> Response:
    """Show a page of runs."""
    page = load_runs(connection, asked.values.get("site") or None, asked.number("before"))
    return _page(render_runs(page, asked.frame))


def show_run(connection: sqlite3.Connection, asked: Asked) -> Response:
    """Show one run."""
    return _page(render_run(load_run(connection, int(asked.parts[0])), asked.frame))


def show_feed(connection: sqlite3.Connection, asked: Asked) -> Response:
    """Show the changes that a filter leaves as a feed."""
    return _answer_feed(connection, asked, load_feed(connection, asked.values))


def show_site_feed(connection: sqlite3.Connection, asked: Asked) -> Response:
    """Show the changes of a site as a feed."""
    return _answer_feed(connection, asked, load_site_feed(connection, asked.site))


def _answer_feed(connection: sqlite3.Connection, asked: Asked, feed: Feed) -> Response:
    text = render_feed(feed, asked.frame, asked.base)
    headers = {"content-security-policy": STRICT, "vary": "Accept-Language"}
    return answer_conditionally(connection, asked.headers, text, headers, "application/atom+xml; charset=utf-8")


def show_views(connection: sqlite3.Connection, asked: Asked) -> Response:
    """Show which articles are read most."""
    return _page(render_views(load_views(connection, asked.values.get("site") or None), asked.frame))


def show_metrics(connection: sqlite3.Connection, asked: Asked) -> Response:
    """Show how the last runs went to Prometheus and its like; ArchiveError where not all figures can be read."""
    text = write_openmetrics(list_metrics(connection, now()))
    if asked.frame.damages and asked.frame.damages.count:
        raise ArchiveError(asked.frame.damages.tell())
    return Response(text, headers={"content-security-policy": STRICT}, content_type=CONTENT_TYPE)


def show_nothing(connection: sqlite3.Connection, asked: Asked) -> Response:  # noqa: ARG001 - an Answer like all
    """Say that there is no such page."""
    raise MissingError("no_page")


def show_style() -> Response:
    """Show the style sheet."""
    return Response(style_sheet()[0], headers={"cache-control": "no-cache"}, content_type="text/css; charset=utf-8")


ROUTES: tuple[tuple[str, Answer], ...] = (
    (r"^/$", show_home),
    (r"^/articles$", show_list),
    (r"^/article/([^/]+)/([^/]+)$", show_article),
    (r"^/article/([^/]+)/([^/]+)/compare$", show_comparison),
    (r"^/article/([^/]+)/([^/]+)/raw$", show_raw),
    (r"^/article/([^/]+)/([^/]+)/raw/(page|source)$", show_raw_page),
    (FILE_ROUTE, show_file),
    (SHEET_ROUTE, show_sheet),
    (r"^/runs$", show_runs),
    (r"^/run/(\d{1,9})$", show_run),
    (r"^/feed$", show_feed),
    (r"^/feed/([^/]+)\.atom$", show_site_feed),
    (r"^/views$", show_views),
    (r"^/metrics$", show_metrics),
    (rf"^/(?!{DATABASE}(?:[/.]|$)|-/|assets/|favicon\.ico$|\.json$)", show_nothing),
)


class Reader(Datasette):
    """A Datasette that shows our pages; ``expected`` are the sites that should be crawled."""

    expected: frozenset[str] = frozenset()
    loopback = True


@hookimpl
def register_routes(datasette: Datasette) -> list[tuple[str, Callable[..., Any]]]:
    """Add our addresses; those of Datasette stay, but for its front page."""
    if not isinstance(datasette, Reader):
        return []
    routes = [(pattern, _respond_with(pattern, answer)) for pattern, answer in ROUTES]
    return [*routes, (r"^/assets/archive\.css$", show_style)]


def _respond_with(pattern: str, answer: Answer) -> Callable[..., Any]:
    async def respond(request: Request, datasette: Reader) -> Response:
        match = re.match(pattern, request.path)
        parts = tuple(map(unquote, match.groups())) if match else ()
        ask = partial(_answer, answer, request, parts, datasette.expected)
        return await datasette.get_database(DATABASE).execute_fn(ask)

    return respond


def _answer(
    answer: Answer, request: Request, parts: tuple[str, ...], expected: frozenset[str], connection: sqlite3.Connection
) -> Response:
    """Answer from one state of the archive, whatever a crawl writes meanwhile."""
    connection.execute("BEGIN")
    usual, connection.text_factory = connection.text_factory, read_text
    try:
        with noting_damage() as damages:
            asked = _read_request(request, parts, expected, _load_zones(connection), damages)
            return _try(answer, connection, asked)
    finally:
        connection.text_factory = usual
        connection.rollback()


def _load_zones(connection: sqlite3.Connection) -> Mapping[str, ZoneInfo]:
    """Load the zones of sites; without them a page can still say that the archive is damaged."""
    try:
        return zones_of_sites(connection)
    except FILE_ERRORS:
        return Zones()


def _read_request(
    request: Request,
    parts: tuple[str, ...],
    expected: frozenset[str],
    zones: Mapping[str, ZoneInfo],
    damages: Damages,
) -> Asked:
    query = parse_qsl(request.query_string)
    values = _join_values(query)
    wanted = values.pop("lang", "").lower()
    language = choose_language(request.headers.get("accept-language", ""), wanted)
    base = f"{request.scheme}://{request.host}"
    links = ServedLinks(request.path, tuple(query), language if language == wanted else None, base)
    zone = None if parts or values.get("site") else _choose_zone(zones)
    return Asked(parts, values, Frame(language, links, zones, damages, zone), base, expected, request.headers)


def _choose_zone(zones: Mapping[str, ZoneInfo]) -> tzinfo | None:
    """Choose one zone for a list over sites of several: this machine's, which is the reader's own where both are one.

    A browser does not tell its zone without a script.
    """
    return get_localzone() if len(set(zones.values())) > 1 else None


def _join_values(query: list[tuple[str, str]]) -> dict[str, str]:
    """Return the values by their names: of those that may be several, all with commas between; of others the last."""
    several = {name: ",".join(value for own, value in query if own == name) for name in ("kind", "field")}
    return dict(query) | {name: value for name, value in several.items() if value}


def _try(answer: Answer, connection: sqlite3.Connection, asked: Asked) -> Response:
    say = asked.frame.say
    try:
        return answer(connection, asked)
    except PageError as fault:
        return refuse(asked.frame, fault.status, say(fault.heading), say(fault.key, **fault.values))
    except _BROKEN as error:
        told = str(error) if isinstance(error, ArchiveError | sqlite3.Error) else f"{type(error).__name__}: {error}"
        logger.error("%s", make_showable(f"the archive cannot be read: {told}"))
        return refuse(asked.frame, 500, say("failed_title"), told)


def refuse(frame: Frame, status: int, heading: str, text: str) -> Response:
    """Say in one line why there is no page."""
    return _page(render("fault.html", frame, heading=heading, text=text), status)
