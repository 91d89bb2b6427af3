"""What discovery hands out: addresses to ask for, and the walks they belong to."""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Literal

from archiver.findings import Kind
from archiver.model import Article, Form, Problem, Purpose


@dataclass(slots=True)
class Walk:
    """A walk through one channel, page by page.

    ``stale`` counts the last pages that showed nothing new; once there were enough of them to end a daily run, the walk
    has ``passed`` what a daily run sees. ``waits``: its next page was not had yet. ``is_way``: it goes through a feed
    or a sitemap, which are ways to articles and no channels. ``confirmed``: some of its pages had not changed (304).
    ``unturned`` says why its end is not the channel's. ``bare`` counts the last pages with nothing but non_articles.
    """

    start: str
    pages: int = 0
    ended: bool = False
    non_articles: int = 0
    stale: int = 0
    passed: bool = False
    waits: bool = True
    is_way: bool = False
    confirmed: bool = False
    unturned: str = ""
    bare: int = 0
    found: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Target:
    """An address to ask for, what it should be, and the walk that led to it.

    ``validators`` are those of the last good capture, for a conditional request. ``form`` is sent where the page has no
    address of its own. An article may have several keys: ``key`` is the one by which it is known, ``own_key`` that of
    the address, where it is another. A ``file`` is none of the spider's: the pipeline asks for it (see files.py).
    ``is_second``: the article was read in this run already, and is looked at once more. ``pages`` are those of an
    article that lead to this one, its next.
    """

    kind: Literal["listing", "article", "file"]
    key: str
    url: str
    walk: Walk | None = None
    validators: Mapping[str, str] = field(default_factory=dict)
    form: Form | None = None
    own_key: str | None = None
    is_second: bool = False
    pages: tuple[Article, ...] = ()

    @property
    def expected(self) -> str | None:
        """The native key that the address is of; None where that is no article."""
        return (self.own_key or self.key) if self.kind == "article" else None

    @property
    def first_url(self) -> str | None:
        """The address of the first page of an article of which this is a further one."""
        return self.pages[0].url if self.pages else None

    def write_purpose(self, *, final: bool, refused: Kind | None = None) -> Purpose:
        """Write what an answer was asked for, as it is kept with the capture."""
        return Purpose("listing" if self.kind == "listing" else "article", self.expected, final, refused)


@dataclass(frozen=True, slots=True)
class WalkStep:
    """What follows from a listing page: addresses to ask for, and what is odd about it."""

    targets: tuple[Target, ...]
    problems: tuple[Problem, ...] = ()


class Agenda:
    """The targets that wait: what was left by another run, then listings, then articles, in the order they were met.

    They wait here and not in Scrapy's queue: a target has some hundred bytes, a request some thousand.
    """

    def __init__(self) -> None:
        self._left: deque[Target] = deque()
        self._listings: deque[Target] = deque()
        self._articles: deque[Target] = deque()

    def put_first(self, targets: Iterable[Target]) -> None:
        """Let targets wait before all others."""
        self._left.extend(targets)

    def extend(self, targets: Iterable[Target]) -> None:
        """Let targets wait."""
        for target in targets:
            (self._listings if target.kind == "listing" else self._articles).append(target)

    def take(self, count: int) -> list[Target]:
        """Take up to ``count`` targets."""
        taken: list[Target] = []
        while len(taken) < count and (queue := self._left or self._listings or self._articles):
            taken.append(queue.popleft())
        return taken


def interleave(many: Sequence[Target], others: Sequence[Target]) -> list[Target]:
    """Spread some targets evenly among others: pages that failed before must not look like a host that is down."""
    places = [(place / len(many), target) for place, target in enumerate(many)]
    places += [((place + 0.5) / len(others), target) for place, target in enumerate(others)]
    return [target for _, target in sorted(places, key=itemgetter(0))]
