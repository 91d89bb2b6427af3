"""Which elements of a page are open and want to be ended, as its tags tell one after the other."""

from collections import defaultdict

VOID = frozenset(
    "area base basefont bgsound br col embed frame hr img input keygen link meta param source track wbr".split()
)
"""Elements without an end."""
OPTIONAL = frozenset(
    "html head body li dt dd p rb rt rtc rp optgroup option colgroup caption thead tbody tfoot tr td th".split()
)
"""Elements whose end tag may be left out (HTML standard, 13.1.2.4)."""
INLINE = frozenset(
    "a abbr acronym b bdi bdo big cite code del dfn em font i ins kbd label mark nobr q s samp small span strike "
    "strong sub sup time tt u var".split()
)
"""Elements that stand within lines."""
_BLOCK = "any block"


class Paragraphs:
    """Whether a page ends all its paragraphs: then the last one, left open, was not left so by its author."""

    def __init__(self) -> None:
        self._begun = 0
        self._ended = 0
        self._is_open = False

    @property
    def is_last_alone_open(self) -> bool:
        """Say whether the last paragraph is open, and was the only one that was not ended."""
        return self._is_open and self._begun == self._ended + 1 > 1

    def note_begin(self, name: str) -> None:
        """Take a start tag; that of a block ends a paragraph."""
        self._is_open = name == "p" or (self._is_open and name in INLINE)
        self._begun += name == "p"

    def note_end(self, name: str) -> None:
        """Take an end tag."""
        self._is_open = self._is_open and name in INLINE
        self._ended += name == "p"


class OpenElements:
    """The elements that are open and want to be ended, the innermost last.

    As in a browser, an end tag in a table ends nothing that stands around the table, and that of an inline element
    nothing that stands around a block.
    """

    def __init__(self) -> None:
        self._names: list[str] = []
        self._starts: list[int] = []
        self._last_ended: list[int | None] = [None]
        self._places: dict[str, list[int]] = defaultdict(list)

    def __len__(self) -> int:
        return len(self._names)

    @property
    def innermost(self) -> str:
        """The name of the innermost one."""
        return self._names[-1]

    @property
    def last_ended(self) -> int | None:
        """Where the last element begins that was ended within the innermost one, and has text."""
        return self._last_ended[-1]

    def begin(self, name: str, at: int) -> None:
        """Open an element whose tag stands at a place."""
        for group in self._groups_of(name):
            self._places[group].append(len(self._names))
        self._names.append(name)
        self._starts.append(at)
        self._last_ended.append(None)

    def end(self, name: str, last_text: int) -> None:
        """End the innermost element of a name, and with it all that is open within."""
        place = self._place_of(name)
        if place < max(self._place_of(_BLOCK if name in INLINE else "table"), 0):
            return
        start = self._starts[place]
        while len(self._names) > place:
            self._drop_innermost()
        if last_text >= start:
            self._last_ended[-1] = start

    def _drop_innermost(self) -> None:
        for group in self._groups_of(self._names.pop()):
            self._places[group].pop()
        self._starts.pop()
        self._last_ended.pop()

    def _place_of(self, name: str) -> int:
        places = self._places[name]
        return places[-1] if places else -1

    def _groups_of(self, name: str) -> tuple[str, ...]:
        return (name,) if name in INLINE else (name, _BLOCK)
