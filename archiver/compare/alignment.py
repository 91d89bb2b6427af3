"""Aligning two texts: their words, what stayed between them and what did not.

Every answer is the same, mirrored, when the two sides change places: of several equally good alignments, the one
found with the smaller side first is taken.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from rapidfuzz.distance import Indel, Levenshtein

# A word takes the space before it along, so that joined words are the text again. Digit groups with what stands
# between their digits (13.000, 27/4, 8:30) are one word; so are letters with their combining marks; every other
# character stands alone, which tells a comma from the word before it.
_WORD = re.compile(r" ?(?:\d++(?:[.,/:-]\d++)*+(?!\w)|\w[\w\u0300-\u036f]*|\S)")
# Larger alignments would need more than some 50 MB; the edit distance is found in constant memory, though it may
# match a few words less.
_LARGEST_ALIGNMENT = 20_000**2

Block = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of two sequences, equal throughout or different; a side of a different one may be empty."""

    is_equal: bool
    before: range
    after: range


def fold_text(text: str) -> str:
    """Return ``text`` in NFC without soft hyphens, every run of white space as one space."""
    return " ".join(unicodedata.normalize("NFC", text.replace("\xad", "")).split())


def split_words(folded: str) -> list[str]:
    """Split folded text into words, Vietnamese syllables among them, and punctuation marks.

    Each carries the space before it, the first one too: it equals the same word elsewhere.
    """
    return _WORD.findall(f" {folded}") if folded else []


def find_stretches(before: list[str], after: list[str]) -> list[Stretch]:
    """Divide two sequences into equal and different stretches, in order; as much as possible is equal."""
    return list(_divide(_align(before, after)))


def _align(before: list[str], after: list[str]) -> list[Block]:
    """Return matching blocks (place before, place after, length), the last of them empty and at the ends."""
    if before > after:
        return [(mine, other, length) for other, mine, length in _align(after, before)]
    metric = Indel if len(before) * len(after) <= _LARGEST_ALIGNMENT else Levenshtein
    blocks = metric.opcodes(before, after).as_matching_blocks()
    return [(block.a, block.b, block.size) for block in blocks]


def _divide(blocks: list[Block]) -> Iterator[Stretch]:
    left = right = 0
    for start, other, length in blocks:
        if start > left or other > right:
            yield Stretch(is_equal=False, before=range(left, start), after=range(right, other))
        left, right = start + length, other + length
        if length:
            yield Stretch(is_equal=True, before=range(start, left), after=range(other, right))
