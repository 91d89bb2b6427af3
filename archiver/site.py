"""What a site declares about itself."""

import re
from dataclasses import dataclass, field
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from archiver.compare.declared_noise import MOST_LINES, DeclaredNoise, read_noise
from archiver.errors import SiteError
from archiver.urls import host_of

NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")
ATTACHMENTS = ("none", "documents", "all")
DATE_ORDERS = ("", "day", "month")
MOST_HOURS = 24 * 366


@dataclass(frozen=True, slots=True)
class Expectations:
    """What a healthy site shows; a run that sees something else says so as a finding.

    ``new_within_days``: something new is published at least this often. ``fields``: read on every article.
    """

    new_within_days: int | None = None
    fields: tuple[str, ...] = ("title",)


@dataclass(frozen=True, slots=True)
class Revisits:
    """When known articles are visited again.

    ``intervals`` are pairs of days: an article whose publication or last change is at most so old is due so long after
    its last visit; the last interval holds for all older ones. After one change that was seen the interval is divided
    by two, after two changes by three, and so on. A run makes at least ``min_revisits`` visits, each article once a
    day, and at most ``max_revisits`` (by default one in a hundred of the known articles, and never fewer than
    ``min_revisits``). All listings are walked to their ends every ``deep_every`` days, with a third of
    ``min_revisits``; on other days a channel is left ``overlap`` pages after the first one that shows nothing new.
    """

    intervals: tuple[tuple[float, float], ...] = ((3, 1), (14, 3), (60, 14), (365, 60), (float("inf"), 180))
    min_revisits: int = 60
    max_revisits: int | None = None
    deep_every: float = 7
    overlap: int = 1


@dataclass(frozen=True, slots=True)
class Places:
    """Where things stand on the pages of one site, for what its platform does not know or has elsewhere.

    ``article`` is a regular expression found in the addresses of articles and in no other; its first group, if it has
    one, is the native key. Everything else is a CSS selector: ``byline`` those of the elements that print date and
    view count, ``boilerplate`` what stands in the body and is no part of it, ``entry`` one row of a listing.
    ``date_order`` is ``month`` or ``day``, what its dates of three numbers begin with (03/04/2024), for pages that do
    not show it themselves.
    """

    article: str = ""
    title: str = ""
    byline: tuple[str, ...] = ()
    section: str = ""
    lead: str = ""
    body: str = ""
    author: str = ""
    boilerplate: tuple[str, ...] = ()
    entry: str = ""
    date_order: str = ""


@dataclass(frozen=True, slots=True)
class Site:
    """One committee's web site: its listings, the platform it runs on and the zone its dates are printed in.

    ``platform`` is the name of one of ours, or ``package.module:NAME`` of one of the project's own.
    ``listings`` are absolute addresses; a site whose public address is not known declares none. ``tls`` is
    ``tolerant`` for a site whose certificate cannot be verified; every capture says so then. ``places`` say what the
    platform does not know. ``attachments`` are the files that are downloaded: ``none``, the ``documents`` that articles
    link to, or ``all``, their images too. ``rendered``: scripts write its pages, so a browser opens them.
    ``requisites``: the style sheets, pictures and fonts of its articles' pages are kept, those of its own hosts; hosts
    that are named beside keep some of them, and are asked too.
    ``hosts`` are those it had before: the same path on one of them is the same article.
    ``noise`` is what moves on its pages though nobody edits them: texts and addresses with ``*``, selectors of places.
    ``every``: hours from the end of a crawl to the next one; what ``archiver worker`` goes by.
    """

    name: str
    title: str
    platform: str
    listings: tuple[str, ...] = ()
    timezone: str = "Asia/Ho_Chi_Minh"
    expectations: Expectations = field(default_factory=Expectations)
    revisits: Revisits = field(default_factory=Revisits)
    tls: Literal["verified", "tolerant"] = "verified"
    places: Places = field(default_factory=Places)
    attachments: Literal["none", "documents", "all"] = "documents"
    rendered: bool = False
    hosts: tuple[str, ...] = ()
    noise: tuple[str, ...] = ()
    requisites: bool | tuple[str, ...] = False
    every: float = 24

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.name):
            raise SiteError(f"site name {self.name!r}: use a letter, then letters, digits, - or _ (at most 40)")
        if not self.title:
            raise SiteError(f"site {self.name}: give it a title")
        for url in self.listings:
            if not isinstance(url, str) or not host_of(url):
                raise SiteError(f"site {self.name}: {url!r} is no absolute address; write it with http:// or https://")
        for rules, kind in ((self.expectations, Expectations), (self.revisits, Revisits), (self.places, Places)):
            if not isinstance(rules, kind):
                raise SiteError(f"site {self.name}: {rules!r} stands where {kind.__name__}(…) belongs")
        self._check_choices()
        try:
            ZoneInfo(self.timezone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:  # OSError: the name of a folder of zones
            raise SiteError(f"site {self.name}: there is no time zone {self.timezone!r}") from error

    def _check_choices(self) -> None:
        if self.tls not in ("verified", "tolerant"):
            raise SiteError(f"site {self.name}: tls = {self.tls!r}; write 'verified' or 'tolerant'")
        if self.attachments not in ATTACHMENTS:
            said = f"site {self.name}: attachments = {self.attachments!r}"
            raise SiteError(f"{said}; write {', '.join(map(repr, ATTACHMENTS[:-1]))} or {ATTACHMENTS[-1]!r}")
        if not isinstance(self.rendered, bool):
            raise SiteError(f"site {self.name}: rendered = {self.rendered!r}; write True or False")
        if not isinstance(self.requisites, bool | tuple):
            said = f"site {self.name}: requisites = {self.requisites!r}"
            raise SiteError(f"{said}; write True, False or other hosts that have some: ('cdn.example.vn',)")
        self._check_hosts("hosts", self.hosts, "old.example.vn")
        self._check_hosts("requisites", self.requisite_hosts, "cdn.example.vn")
        if self.places.date_order not in DATE_ORDERS:
            raise SiteError(f"site {self.name}: date_order = {self.places.date_order!r}; write 'day' or 'month'")
        if isinstance(self.every, bool) or not isinstance(self.every, int | float) or not 0 < self.every <= MOST_HOURS:
            said = f"site {self.name}: every = {self.every!r}"
            raise SiteError(f"{said}; write the hours between two crawls, 24 for one a day, at most {MOST_HOURS}")
        self._check_noise()

    def _check_hosts(self, name: str, hosts: tuple[str, ...], example: str) -> None:
        for host in hosts:
            if not isinstance(host, str) or host_of(f"http://{host}") != host:
                said = f"site {self.name}: {host!r} is no host; write it as in an address, in lower case"
                raise SiteError(f"{said}: {name} = ({example!r},)")

    def _check_noise(self) -> None:
        if not isinstance(self.noise, tuple) or len(self.noise) > MOST_LINES:
            raise SiteError(f"site {self.name}: noise = {self.noise!r}; write a tuple of at most {MOST_LINES} lines")
        try:
            read_noise(self.noise)
        except ValueError as error:
            raise SiteError(f"site {self.name}: noise: {error}") from error

    @property
    def requisite_hosts(self) -> tuple[str, ...]:
        """The hosts beside its own that keep some of what its pages need to be shown."""
        return self.requisites if isinstance(self.requisites, tuple) else ()

    @property
    def declared_noise(self) -> DeclaredNoise:
        """What the site declares to be noise, told apart."""
        return read_noise(self.noise)

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which the site prints its dates."""
        return ZoneInfo(self.timezone)
