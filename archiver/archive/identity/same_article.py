"""Whether two keys are one article: a pure function of what was captured under each of them (rule 8).

It does not matter in which order captures came into the archive, nor how keys were joined before: what is held against
each other is what each key showed by itself. Two articles that stand side by side stay two, however alike they are.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from archiver.archive.identity.likeness import MOST, Text, is_mostly_the_same, is_nearly_the_same, measure_overlap
from archiver.urls import spell_key

PERMANENT = frozenset({301, 308})
# More addresses than these that all lead to one page do so because they are gone.
MOST_FOLLOWERS = 2


@dataclass(frozen=True, slots=True)
class KeyLook:
    """What one capture says of a key: ``text`` is what was read where it answered.

    ``target`` is, of a redirect, the key that answered in its place, and ``status`` that of the redirect.
    """

    capture_id: int
    at: str
    run_id: int
    sign: Literal["content", "confirmed", "listed", "missing", "moved"]
    text: Text | None = None
    target: int | None = None
    status: int | None = None

    @property
    def shown(self) -> Text:
        """The text of a look that showed one."""
        if self.text is None:
            raise ValueError("this look showed no text")
        return self.text


@dataclass(frozen=True)  # without slots: what is asked several times is kept
class Track:
    """All that was captured under one key, in the order of time; ``clues`` are what it told of who it is.

    ``followers`` counts the keys that never answered by themselves and redirect to it. ``is_crowded``: parameters tell
    articles apart at its path, for keys with other titles have it too.
    """

    key_id: int
    key: str
    looks: tuple[KeyLook, ...]
    clues: frozenset[str] = field(default=frozenset())
    followers: int = 0
    is_crowded: bool = False

    @cached_property
    def contents(self) -> tuple[KeyLook, ...]:
        """The looks at which it showed a text."""
        return tuple(look for look in self.looks if look.text is not None)

    @cached_property
    def first_at(self) -> str:
        """When it was seen first: its page, or a listing that names it."""
        return next((look.at for look in self.looks if look.sign in ("content", "confirmed", "listed")), "~")

    @property
    def order(self) -> tuple[str, bool, str]:
        """The order in which keys name an article: the one seen first; of several, one that is spelt plainly."""
        spelt = spell_key(self.key)
        return self.first_at, spelt is not None and "".join(spelt) != self.key, self.key

    @cached_property
    def listed_runs(self) -> frozenset[int]:
        """The runs in which a listing named it."""
        return frozenset(look.run_id for look in self.looks if look.sign == "listed")

    def find_last_before(self, at: str) -> KeyLook | None:
        """Return the last look before a time at which it showed a text."""
        return next((look for look in reversed(self.contents) if look.at < at), None)


@dataclass(frozen=True, slots=True)
class Ground:
    """What else is known: the hosts that the site declares that it had, and the runs that walked all listings."""

    hosts: frozenset[str] = frozenset()
    walked: frozenset[int] = frozenset()


def are_one(one: Track, other: Track, ground: Ground) -> bool:
    """Say whether two keys are one article."""
    if _are_spelt_otherwise(one, other) or _is_redirected(one, other) or _is_redirected(other, one):
        return True
    if not one.looks or not other.looks:
        return any(clue.startswith("joined ") for clue in one.clues & other.clues)
    if not one.contents or not other.contents:
        return False
    shared = {clue.partition(" ")[0] for clue in one.clues & other.clues}
    if shared & {"at", "id"} and _is_told(one, other, ground):
        return True
    return "title" in shared and (_is_decorated(one, other) or _is_republished(*_order(one, other), ground))


def is_followed(look: KeyLook, old: Track, new: Track) -> bool:
    """Say whether a redirect led to the same text: an article that joined one with a history of its own has moved."""
    before = old.find_last_before(look.at)
    shown = next((one.text for one in new.contents if one.capture_id == look.capture_id), None)
    return bool(before and before.text and shown and _is_same_text(before.text, shown, look.status))


def _are_spelt_otherwise(one: Track, other: Track) -> bool:
    spelt = spell_key(one.key)
    return spelt is not None and spelt == spell_key(other.key)


def _is_redirected(old: Track, new: Track) -> bool:
    """Say whether a key led to another that took its place: the old one did not answer beside it before."""
    for look in old.looks:
        if look.sign != "moved" or look.target != new.key_id:
            continue
        began = new.contents[0] if new.contents else look
        beside = any(began.at <= own.at < look.at or own.run_id == began.run_id for own in old.contents)
        if old.contents and not beside and is_followed(look, old, new):
            return True
        if not old.contents and new.followers <= MOST_FOLLOWERS:
            return True
    return False


def _is_same_text(before: Text, after: Text, status: int | None) -> bool:
    """Say whether a redirect leads to the same text: a permanent one to most of it, another to nearly all."""
    if status in PERMANENT:
        return is_mostly_the_same(before, after)
    return is_nearly_the_same(before, after)


def _is_told(one: Track, other: Track, ground: Ground) -> bool:
    """Say whether keys that print one id, or have one path on two hosts, show one text.

    What pages print about themselves may be wrong: pages that show different texts in one run are two.
    """
    if _differ_in_one_run(one, other):
        return False
    first, second = _order(one, other)
    pair = _find_neighbours(first, second)
    alike = is_mostly_the_same(*pair) or pair[0].has_same_head(pair[1]) or measure_overlap(*pair) >= MOST
    return alike or _is_declared(one.key, other.key, ground)


def _is_declared(one: str, other: str, ground: Ground) -> bool:
    """Say whether two keys are one path on hosts of which the site declares one as its former."""
    spelt, beside = spell_key(one), spell_key(other)
    if not spelt or not beside or spelt[1] != beside[1] or spelt[1] == "/":
        return False
    return spelt[0] in ground.hosts or beside[0] in ground.hosts


def _is_decorated(one: Track, other: Track) -> bool:
    """Say whether two keys are one path with parameters that change nothing of the page.

    One has all that the other has, or there is nothing else at that path: a number that tells articles apart does so
    for others too.
    """
    spelt, beside = spell_key(one.key), spell_key(other.key)
    if not spelt or not beside or spelt[0] != beside[0]:
        return False
    (path, _, query), (path_beside, _, query_beside) = spelt[1].partition("?"), beside[1].partition("?")
    items, items_beside = ({item for item in some.split("&") if item} for some in (query, query_beside))
    is_part = items < items_beside or items_beside < items
    if path != path_beside or path == "/" or not (is_part or not (one.is_crowded or other.is_crowded)):
        return False
    pair = _find_neighbours(*_order(one, other))
    return pair[0].has_same_head(pair[1]) and is_nearly_the_same(*pair) and not _differ_in_one_run(one, other)


def _is_republished(old: Track, new: Track, ground: Ground) -> bool:
    """Say whether a key took the place of another without a redirect: same title and day, and the old one ended."""
    began = new.contents[0]
    beside = old.listed_runs & new.listed_runs or any(
        own.at >= began.at or own.run_id == began.run_id for own in old.looks if own.sign in ("content", "confirmed")
    )
    pair = _find_neighbours(old, new)
    if beside or not pair[0].has_same_head(pair[1]) or measure_overlap(*pair) < MOST:
        return False
    return any(look.sign == "missing" and look.at > old.contents[-1].at for look in old.looks) or any(
        run in ground.walked and run not in old.listed_runs and old.listed_runs
        for run in new.listed_runs
        if old.first_at < new.first_at
    )


def _order(one: Track, other: Track) -> tuple[Track, Track]:
    """Put first which key showed its text first."""
    first, second = sorted((one, other), key=lambda track: (track.contents[0].at, track.key))
    return first, second


def _find_neighbours(first: Track, second: Track) -> tuple[Text, Text]:
    """Find the first text of the later key, and that of the earlier one before it."""
    after = second.contents[0]
    before = first.find_last_before(after.at) or first.contents[0]
    return before.shown, after.shown


def _differ_in_one_run(one: Track, other: Track) -> bool:
    return any(not is_nearly_the_same(*pair) for pair in _pair_by_run(one, other))


def _pair_by_run(one: Track, other: Track) -> Iterator[tuple[Text, Text]]:
    texts = {look.run_id: look.text for look in one.contents}
    for look in other.contents:
        text = texts.get(look.run_id)
        if text is not None and look.text is not None:
            yield text, look.text
