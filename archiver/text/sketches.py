"""How a text is known again that never comes twice in quite the same words.

A page of the portal that stands in for many articles prints a clock, the address or the number of a request. So texts
are compared by their sketches: the smallest hashes of all runs of three words, without the words that hold a digit or
a part of an address. Two sketches agree in about the share of what their texts have in common.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from heapq import nsmallest
from zlib import crc32

SIZE = 16
# Of what two pages say, so much is the same if they are one page.
ALIKE = 0.7

UNREAD = "no article: "
"""So begins what is kept of a page that stood in an article's place and is none: a heading and a sketch follow."""
PORTAL_PAGE = "one page at the addresses of several articles"
"""Why an article is missing whose address shows a page of the portal."""
FOR_NOW = "a page of the portal that speaks of a state that ends"
"""Noted of an article page that says to wait, to log in, to come back: it never means that an article is gone."""
WITHOUT_LAYOUT = "read without its layout"
"""Noted of an article page that no layout of its platform fits: what a layout read is not compared with its text."""

_LONGEST_HEADING = 120
_SKETCH = re.compile(rf"(?:[0-9a-f]{{8}}){{1,{SIZE}}}")
_ADDRESS = re.compile(r"[\d/@]|\w\.\w")


@dataclass(frozen=True, slots=True)
class Sketch:
    """What a text is known by: its heading in plain words, and the smallest hashes of all that it says."""

    heading: str
    hashes: tuple[int, ...]


def lacks_layout(detail: str | None) -> bool:
    """Say whether the detail of a reading notes that no layout fitted its page (WITHOUT_LAYOUT)."""
    return WITHOUT_LAYOUT in (detail or "")


def sketch_text(heading: str, text: str) -> Sketch:
    """Make the sketch of a text."""
    words = list(_list_words(text))
    runs = zip(words, words[1:], words[2:], strict=False) if len(words) > 2 else ((word,) for word in words)
    hashes = {crc32(" ".join(run).encode()) for run in runs}
    return Sketch(" ".join(_list_words(heading)), tuple(nsmallest(SIZE, hashes)))


def measure_agreement(one: Sketch, other: Sketch) -> float:
    """Return which share of what two texts say is the same (0 to 1); nothing is like a text without words."""
    if not one.hashes or not other.hashes:
        return 0.0
    smallest = sorted({*one.hashes, *other.hashes})[: max(len(one.hashes), len(other.hashes))]
    return len({*smallest}.intersection(one.hashes, other.hashes)) / len(smallest)


def says_the_same(one: Sketch, other: Sketch) -> bool:
    """Say whether two texts say the same, but for what moves."""
    return measure_agreement(one, other) >= ALIKE


def has_same_heading(one: Sketch, other: Sketch) -> bool:
    """Say whether most words of two headings are the same."""
    first, second = set(one.heading.split()), set(other.heading.split())
    return len(first & second) * 3 >= 2 * len(first | second)


def write_unread(heading: str, text: str) -> str:
    """Write what is kept of a page that is no article (UNREAD); empty for one that says nothing."""
    sketch = sketch_text(heading, text)
    hashes = "".join(f"{value:08x}" for value in sketch.hashes)
    return f"{UNREAD}{heading[:_LONGEST_HEADING]} {hashes}" if hashes else ""


def read_unread(detail: str) -> Sketch:
    """Read back what ``write_unread`` wrote; the sketch of a detail of another kind is that of its words."""
    heading, _, hashes = detail.removeprefix(UNREAD).rpartition(" ")
    if not _SKETCH.fullmatch(hashes):
        return sketch_text("", detail)
    values = tuple(int(hashes[place : place + 8], 16) for place in range(0, len(hashes), 8))
    return Sketch(" ".join(_list_words(heading)), values)


def name_unread(detail: str) -> str:
    """Return the heading in what ``write_unread`` wrote, for people."""
    return detail.removeprefix(UNREAD).rpartition(" ")[0]


def _list_words(text: str) -> Iterable[str]:
    """List the words of a text in lower case, without those that hold digits or addresses."""
    plain = (word.strip(".,;:!?()[]\"'“”‘’«»|–-…").lower() for word in text.split() if not _ADDRESS.search(word))
    return (word for word in plain if word)
