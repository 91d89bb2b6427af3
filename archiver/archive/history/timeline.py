"""From readings to history: snapshots, events and state of one article, by the rules of history (DESIGN, section 5).

Pure: what comes out depends on the readings alone, not on the order in which they were recorded. So two archives that
are merged, and one that was recorded in one piece, say the same.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from archiver.archive.history.content import NEWER
from archiver.text.sketches import lacks_layout

Sign = Literal["content", "confirmed", "listed", "unlisted", "missing", "moved"]
State = Literal["live", "suspect", "gone", "moved"]
Cause = Literal["page", "unverified", "reparse"]
ParserKey = tuple[int, str, str, int]
"""A parser's place in the order of versions: its ordinal, when it was met first, its name; and its id."""
Compare = Callable[[int, int], tuple[str, ...]]

# Rule 7: gone after so many misses over so long, no good capture between; 410 says it on purpose and counts double.
MISSES = 3
MISSING_FOR = timedelta(days=14)
GONE_STATUS = 410


@dataclass(frozen=True, slots=True)
class Reading:
    """What a capture says of an article, by all parsers that read it.

    ``contents`` maps parsers to the ids of the contents they read. ``at`` is the time of the capture. ``waits``: a miss
    that was not believed when its run was judged, and counts with the next one that is. ``by_others``: the capture was
    imported.
    """

    capture_id: int
    at: str
    run_id: int
    status: int
    sign: Sign
    contents: Mapping[ParserKey, int] = field(default_factory=dict)
    views: int | None = None
    detail: str | None = None
    waits: bool = False
    by_others: bool = False

    @property
    def lacks_layout(self) -> bool:
        """Whether no layout of the platform fitted the page, so that the generic reader read it."""
        return self.sign == "content" and lacks_layout(self.detail)


@dataclass(slots=True)
class Snapshot:
    """A state of the content: from its first to its last capture, both included.

    ``read`` is the last one that shows it; those after it only confirm it (304).
    """

    first: Reading
    last: Reading
    read: Reading
    content_id: int
    parser: ParserKey
    changed: tuple[str, ...] | None
    cause: Cause


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, and the capture that shows it."""

    capture_id: int
    kind: str
    detail: str | None


@dataclass(slots=True)
class Derived:
    """All that follows from the readings of one article.

    ``turns`` are the readings that show one of two states by turns, and make no snapshot.
    """

    snapshots: list[Snapshot] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    state: State = "live"
    listed: bool = False
    views: tuple[int, str] | None = None
    turns: list[Reading] = field(default_factory=list)


def derive(readings: Iterable[Reading], compare: Compare) -> Derived:
    """Derive the history of an article from its readings, in the order of their time.

    ``compare`` names the fields in which two contents differ.
    """
    derivation = _Derivation(compare)
    taken = list(readings)
    looks = find_others_looks(taken, compare) if any(reading.by_others for reading in taken) else frozenset()
    for reading in taken:
        derivation.take(reading, is_look=reading.capture_id in looks)
    return derivation.derived


class _Derivation:
    def __init__(self, compare: Compare) -> None:
        self.derived = Derived()
        self._compare = compare
        self._misses: list[Reading] = []
        self._observed: Reading | None = None
        self._delisted = False
        self._by_turns = False

    def take(self, reading: Reading, *, is_look: bool = False) -> None:
        if reading.views is not None:
            self._observe(reading)
        if is_look:
            self._restore(reading)
        elif reading.sign == "content":
            self._read(reading)
        elif reading.sign == "confirmed":
            self._confirm(reading)
        elif reading.sign in ("listed", "unlisted"):
            self._list(reading)
        elif self.derived.snapshots:
            self._miss(reading)

    def _observe(self, reading: Reading) -> None:
        """Take a count; within one run a listing and an article may overtake each other."""
        before, self._observed = self._observed, reading
        self.derived.views = (reading.views or 0, reading.at)
        if before is not None and (before.views or 0) > (reading.views or 0) and before.run_id != reading.run_id:
            self._add_event(reading, "counter_reset", f"{before.views} → {reading.views}")

    def _confirm(self, reading: Reading) -> None:
        """Take a 304: the article answers, its content is the last one that was read."""
        if self.derived.snapshots:
            self._restore(reading)
            self.derived.snapshots[-1].last = reading

    def _restore(self, reading: Reading) -> None:
        if self.derived.state != "live":
            self._add_event(reading, "restored", f"was {self.derived.state}")
        self.derived.state = "live"
        self._misses.clear()

    def _read(self, reading: Reading) -> None:
        self._restore(reading)
        if not self.derived.snapshots:
            self._begin(reading, None, "page")
            self._add_event(reading, "created", None)
            return
        before = self.derived.snapshots[-1].read
        changed, cause = self._find_change(before, reading)
        if changed and not before.lacks_layout and reading.lacks_layout:
            return  # the page has another look: what differs may be the reader's doing
        if changed and self._is_turn(reading):
            self._turn(reading)
        elif changed:
            self._begin(reading, changed, cause)
            self._add_event(reading, "edited", ", ".join(changed))
            if "title" in changed:
                self._add_event(reading, "title_changed", None)
        else:
            self._extend(self.derived.snapshots[-1], reading)

    def _is_turn(self, reading: Reading) -> bool:
        """Say whether a change is the third turn, or a later one, between two states: A, B, A, and B again."""
        snapshots = self.derived.snapshots
        if self._by_turns:
            return any(self._is_same(state, reading) for state in (snapshots[-1].first, snapshots[-2].first))
        if len(snapshots) < 3 or not self._is_same(snapshots[-2].first, reading):
            return False
        return self._is_same(snapshots[-3].first, snapshots[-1].first)

    def _is_same(self, before: Reading, after: Reading) -> bool:
        return not self._find_change(before, after)[0]

    def _turn(self, reading: Reading) -> None:
        """Let the last snapshot go on though the other of its two states is shown."""
        self._by_turns = True
        self.derived.turns.append(reading)
        self.derived.snapshots[-1].last = self.derived.snapshots[-1].read = reading

    def _extend(self, snapshot: Snapshot, reading: Reading) -> None:
        """Let a snapshot go on; it is shown as the newest parser that read any of its captures reads it."""
        snapshot.last = snapshot.read = reading
        newest = max(reading.contents)
        if newest > snapshot.parser and not self._by_turns:
            snapshot.parser, snapshot.content_id = newest, reading.contents[newest]

    def _find_change(self, before: Reading, after: Reading) -> tuple[tuple[str, ...], Cause]:
        return find_change(before, after, self._compare)

    def _begin(self, reading: Reading, changed: tuple[str, ...] | None, cause: Cause) -> None:
        self._by_turns = False
        parser = max(reading.contents)
        content = reading.contents[parser]
        self.derived.snapshots.append(Snapshot(reading, reading, reading, content, parser, changed, cause))

    def _list(self, reading: Reading) -> None:
        """Take what a listing shows; delisted is said only of an article that answers (rule 9)."""
        listed = reading.sign == "listed"
        if listed == self.derived.listed:
            return
        self.derived.listed = listed
        if listed and self._delisted:
            self._delisted = False
            self._add_event(reading, "relisted", None)
        elif not listed and self.derived.state == "live":
            self._delisted = True
            self._add_event(reading, "delisted", reading.detail)

    def _miss(self, reading: Reading) -> None:
        if reading.sign == "moved":
            if self.derived.state != "moved":
                self._add_event(reading, "moved", reading.detail)
            self.derived.state = "moved"
            return
        self._misses.append(reading)
        if reading.waits:
            return
        captures = ", ".join(str(miss.at[:10]) for miss in self._misses)
        if self.derived.state == "live":
            self.derived.state = "suspect"
            told = f"{reading.detail}; missing on {captures}" if len(self._misses) > 1 else reading.detail
            self._add_event(reading, "suspect", told)
        if self.derived.state == "suspect" and self._is_gone():
            self.derived.state = "gone"
            self._add_event(reading, "gone", f"{reading.detail}; missing on {captures}")

    def _is_gone(self) -> bool:
        count = sum(2 if miss.status == GONE_STATUS else 1 for miss in self._misses)
        first, last = (datetime.fromisoformat(self._misses[index].at) for index in (0, -1))
        return count >= MISSES and last - first >= MISSING_FOR

    def _add_event(self, reading: Reading, kind: str, detail: str | None) -> None:
        self.derived.events.append(Event(reading.capture_id, kind, detail))


def find_change(before: Reading, after: Reading, compare: Compare) -> tuple[tuple[str, ...], Cause]:
    """Compare like with like: what the newest parser that read both captures says (rules 3 and 10)."""
    common = sorted(before.contents.keys() & after.contents.keys())
    # A difference in what the earlier parser, or the generic reader, may not have read proves nothing.
    if not common or before.lacks_layout is not after.lacks_layout:
        changed = compare(before.contents[max(before.contents)], after.contents[max(after.contents)])
        return tuple(field for field in changed if field not in NEWER), "unverified"
    verdicts = [compare(before.contents[parser], after.contents[parser]) for parser in common]
    return verdicts[-1], "page" if all(verdicts) else "reparse"


def find_others_looks(readings: list[Reading], compare: Compare) -> frozenset[int]:
    """Find the captures (ids) by others that show another look of a page, and no edit of it.

    What others were shown depends on their cookies, languages and screens. So what they saw between two pages of our
    own that are alike, and what differs from these, is no state of the article.
    """
    looks: list[Reading] = []
    between: list[Reading] = []
    before: Reading | None = None
    for reading in readings:
        if reading.sign != "content":
            continue
        if reading.by_others:
            between.append(reading)
            continue
        if before and between and not find_change(before, reading, compare)[0]:
            looks += [other for other in between if find_change(before, other, compare)[0]]
        before, between = reading, []
    return frozenset(look.capture_id for look in looks)
