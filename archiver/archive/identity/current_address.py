"""Where an article is: its current address over time, by what was seen of it (rule 8). Pure.

An article may live at several addresses at once, in two channels say, and is read at one or the other. It has moved
only where something says that the former address is no longer its own: that one failed and no listing names it, or
redirects; listings that were walked to their end name the new one and not it; or it was left with its host.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter
from typing import Literal

from archiver.urls import host_of


@dataclass(frozen=True, slots=True)
class Sight:
    """What a capture says of an article, and of which of its addresses; ``url`` is None where nobody noted it.

    ``shown``: it answered there; ``named``: a listing links there; ``missing``: it did not answer there. ``by_others``:
    the capture was imported, so nobody of us asked for the article there.
    """

    capture_id: int
    run_id: int
    kind: Literal["shown", "named", "missing"]
    url: str | None
    by_others: bool = False


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """The current address of an article, how it came there, and misses that say nothing of the article.

    ``moves`` maps captures to the former and the new address. ``strays`` are captures of misses at addresses that were
    neither current nor named by a listing, or in runs in which another address answered; of imported ones those at
    addresses that never showed the article.
    """

    url: str | None = None
    moves: Mapping[int, tuple[str, str]] = field(default_factory=dict)
    strays: frozenset[int] = frozenset()


def trace(
    sights: Iterable[Sight], is_walked: Callable[[int], bool], find_redirecting: Callable[[int], frozenset[str]]
) -> Whereabouts:
    """Follow an article through what was seen of it, in the order of time.

    ``is_walked`` says whether a run walked all listings to their ends, ``find_redirecting`` which addresses of the
    article redirected in it.
    """
    tracer = _Tracer(is_walked, find_redirecting)
    seen = list(sights)
    order = {run: place for place, run in enumerate(dict.fromkeys(sight.run_id for sight in seen))}
    seen.sort(key=lambda sight: order[sight.run_id])
    for run, some in groupby(seen, key=attrgetter("run_id")):
        tracer.take(run, list(some))
    return Whereabouts(tracer.url, tracer.moves, frozenset(tracer.strays))


class _Tracer:
    def __init__(self, is_walked: Callable[[int], bool], find_redirecting: Callable[[int], frozenset[str]]) -> None:
        self.url: str | None = None
        self.moves: dict[int, tuple[str, str]] = {}
        self.strays: set[int] = set()
        self._is_walked = is_walked
        self._find_redirecting = find_redirecting
        self._has_answered = False
        self._is_missing = False
        self._answered: set[str] = set()
        self._runs = 0
        self._first_seen: dict[str, int] = {}
        self._last_seen: dict[str, int] = {}

    def take(self, run: int, sights: list[Sight]) -> None:
        """Take what one run saw."""
        shown: dict[str, int] = {}
        for sight in sights:
            if sight.kind == "shown" and sight.url:
                shown.setdefault(sight.url, sight.capture_id)
        named = {sight.url for sight in sights if sight.kind == "named" and sight.url}
        self._answered.update(shown)
        missing = {sight.url for sight in sights if sight.kind == "missing" and not self._is_foreign(sight)}
        self._is_missing = self.url not in shown and (self._is_missing or self.url in missing)
        self._note_seen({*shown, *named})
        if not self._has_answered:
            self._begin(list(shown), sights)
        elif self.url and (others := [url for url in shown if url != self.url]):
            self._weigh(run, self.url, others, shown, named)
        self._note_strays(shown, named, sights)

    def _begin(self, shown: list[str], sights: list[Sight]) -> None:
        """Take the first address that answered; until one does, the first that a listing named."""
        named = (sight.url for sight in sights if sight.url and sight.kind == "named")
        self.url = shown[0] if shown else self.url or next(named, None)
        self._has_answered = bool(shown)

    def _weigh(self, run: int, old: str, others: list[str], shown: Mapping[str, int], named: set[str]) -> None:
        """Decide whether the article moved to one of the other addresses that answered in a run, the last first."""
        for url in reversed(others):
            if self._has_moved(run, old, url, shown, named):
                self.moves[shown[url]] = (old, url)
                self.url, self._is_missing = url, False
                return

    def _has_moved(self, run: int, old: str, url: str, shown: Mapping[str, int], named: set[str]) -> bool:
        if old not in named and (self._is_missing or (url in named and self._is_walked(run))):
            return True
        last = self._last_seen[old]
        if last < self._runs and host_of(url) != host_of(old):
            return True
        if not named and last < self._first_seen[url]:
            return True
        return old not in shown and old in self._find_redirecting(run)

    def _note_seen(self, urls: set[str]) -> None:
        self._runs += 1
        for url in urls:
            self._first_seen.setdefault(url, self._runs)
            self._last_seen[url] = self._runs

    def _note_strays(self, shown: Mapping[str, int], named: set[str], sights: list[Sight]) -> None:
        """Note the misses that say nothing: another address answered, or no listing names this one any more."""
        left = self._first_seen.keys() - named - {self.url}
        for sight in sights:
            is_stray = sight.url in left or any(url != sight.url for url in shown) or self._is_foreign(sight)
            if sight.kind == "missing" and is_stray:
                self.strays.add(sight.capture_id)

    def _is_foreign(self, sight: Sight) -> bool:
        """Say whether others asked at an address that never showed the article."""
        return sight.by_others and sight.url not in self._answered
