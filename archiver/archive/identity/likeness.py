"""How much two contents are alike: a pure measure, cheap enough to be taken of any pair."""

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

from archiver.archive.identity.clues import find_day

MOST_WORDS = 3000
"""Words of a text that are looked at."""
MOST, NEARLY_ALL = 0.5, 0.9
"""What counts as most of the text, and as nearly all of it."""


@dataclass(frozen=True)
class Text:
    """What is compared of a content: its digest, title and day, and how often which pairs of words are there.

    Pairs, for Vietnamese is written in syllables, of which any two texts have many in common.
    """

    digest: bytes
    title: str
    day: str
    pairs: Counter[tuple[str, str]]

    @classmethod
    def of_columns(cls, digest: bytes, title: str, lead: str | None, body: str, published_at: str | None) -> "Text":
        """Take from a row of ``contents`` what is compared."""
        words = ["", *f"{lead or ''} {body}".split()[:MOST_WORDS]]
        return cls(digest, " ".join(title.split()), find_day(published_at), Counter(pairwise(words)))

    def has_same_head(self, other: "Text") -> bool:
        """Say whether two contents print the same title and the same day."""
        return bool(self.day) and (self.title, self.day) == (other.title, other.day)


def measure_overlap(one: Text, other: Text) -> float:
    """Return how much two texts have in common: 1 for all of their pairs of words, 0 for none.

    Texts without words, a notice that is one picture say, are alike if they print the same title and day.
    """
    if one.digest == other.digest:
        return 1.0
    total = one.pairs.total() + other.pairs.total()
    if not total:
        return float(one.has_same_head(other))
    return 2 * (one.pairs & other.pairs).total() / total


def is_mostly_the_same(one: Text, other: Text) -> bool:
    """Say whether one text is the other, edited: most of it, under the same title or day; or nearly all of it."""
    likeness = measure_overlap(one, other)
    is_headed_alike = one.title == other.title or (one.day == other.day != "")
    return likeness >= (MOST if is_headed_alike else NEARLY_ALL)


def is_nearly_the_same(one: Text, other: Text) -> bool:
    """Say whether two texts are one but for what moves from look to look."""
    return measure_overlap(one, other) >= NEARLY_ALL and one.title == other.title
