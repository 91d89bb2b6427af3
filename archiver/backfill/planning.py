"""Which captures of a web archive are to be asked for: each digest of an address once, for all of its times."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter

from archiver.backfill.cdx import Listed
from archiver.backfill.progress import MOST_TRIES
from archiver.platforms.layout import Platform
from archiver.urls import is_download

REVISIT = "warc/revisit"
_PAGES = frozenset({"text/html", "application/xhtml+xml"})
# What lists say of answers without a type, as most redirects and errors are.
_UNTYPED = frozenset({"", "-", "unk", "no-type"})
# Answers of a server in trouble, or to somebody who may not see the page: they say nothing of an article (rule 6).
_TROUBLE = frozenset({401, 403, 407, 408, 429})

Known = Mapping[str, int | None]
"""What the archive has of an address: by 14 digits the capture, None for one that is from elsewhere."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Captures of one address with the same bytes: one of them is asked for and says what the others are.

    ``donor`` is a capture of them that the archive has already; then none is asked for.
    """

    rows: tuple[Listed, ...]
    donor: int | None = None

    @property
    def begin(self) -> tuple[str, str]:
        """Time and address of the earliest: in this order they are asked for."""
        return min(row.at for row in self.rows), self.rows[0].url

    @property
    def size(self) -> int:
        """Bytes of the one that is asked for, as the web archive stores it."""
        return 0 if self.donor else self.rows[0].length


@dataclass(slots=True)
class Plan:
    """What is to be had, in the order of time, and what is not: how many captures are known or passed over, and why."""

    wanted: list[Wanted] = field(default_factory=list)
    addresses: int = 0
    captures: int = 0
    known: int = 0
    skipped: dict[str, int] = field(default_factory=dict)

    @property
    def requests(self) -> int:
        """How many pages are to be asked for."""
        return sum(wanted.donor is None for wanted in self.wanted)

    @property
    def size(self) -> int:
        """How many bytes they have, as the web archive stores them."""
        return sum(wanted.size for wanted in self.wanted)

    def skip(self, reason: str, number: int) -> None:
        """Count captures that are passed over."""
        if number:
            self.skipped[reason] = self.skipped.get(reason, 0) + number


def make_plan(
    platform: Platform,
    rows: Iterable[Listed],
    covers: Callable[[str], bool],
    find_known: Callable[[str], Known],
    count_tries: Callable[[str], Mapping[str, int]],
) -> Plan:
    """Plan what to ask for; ``rows`` come address by address, each in the order of time.

    ``covers`` says whether an address is the site's, ``find_known`` what the archive has of it, and ``count_tries``
    how often its captures were asked for in vain.
    """
    plan = Plan()
    for url, group in groupby(rows, key=attrgetter("url")):
        if not covers(url):
            plan.skip("of another host", len(list(group)))
            continue
        pages = list(_choose_pages(plan, platform, url, list(group)))
        if pages:
            plan.addresses += 1
            plan.captures += len(pages)
            plan.wanted += _plan_address(plan, pages, find_known(url), count_tries(url))
    plan.wanted.sort(key=attrgetter("begin"))
    return plan


def _choose_pages(plan: Plan, platform: Platform, url: str, rows: list[Listed]) -> Iterator[Listed]:
    if is_download(url) or platform.read_address(url).kind not in ("article", "listing", "unknown"):
        return plan.skip("no article or listing", len(rows))
    types = {row.mime for row in rows if row.mime != REVISIT and row.mime not in _UNTYPED}
    is_page = not types or bool(types & _PAGES)
    for row in rows:
        if row.status in _TROUBLE or (row.status or 0) >= 500:
            plan.skip("error of the server", 1)
        elif row.mime in _PAGES or (is_page and (row.mime == REVISIT or row.mime in _UNTYPED)):
            yield row
        else:
            plan.skip("no page", 1)
    return None


def _plan_address(plan: Plan, rows: list[Listed], known: Known, tries: Mapping[str, int]) -> Iterator[Wanted]:
    for group in _group(rows):
        missing = tuple(row for row in group if row.at not in known)
        plan.known += len(group) - len(missing)
        donor = next((known[row.at] for row in group if known.get(row.at)), None)
        if donor is None and sum(tries.get(row.at, 0) for row in group) >= MOST_TRIES:
            plan.skip("could not be had", len(missing))
        elif missing:
            yield Wanted(tuple(sorted(missing, key=lambda row: (tries.get(row.at, 0), row.at))), donor)


def _group(rows: list[Listed]) -> list[list[Listed]]:
    """Put captures of the same bytes together; a digest says nothing of where a redirect leads, so each is its own.

    A revisit has the digest of what it repeats, and no status of its own.
    """
    statuses: dict[str, int | None] = {}
    for row in rows:
        if row.status is not None:
            statuses.setdefault(row.digest, row.status)
    groups: dict[tuple[object, ...], list[Listed]] = {}
    for row in rows:
        status = statuses.get(row.digest) if row.status is None else row.status
        is_alone = not row.digest or 300 <= (status or 0) < 400
        groups.setdefault((row.digest, status, row.at if is_alone else ""), []).append(row)
    return [*groups.values()]
