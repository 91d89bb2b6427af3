"""Which part of an edit weighs most for a reader: what is shown first, or alone.

From the heaviest: a negation that came or went, a passage or file that was removed, a number, a name, a date, other
words that went or were replaced, what was only added, spelling, and last what only moved. Of equal parts the one in the
title comes first, then the one in which more letters differ, then the one that is read first.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from archiver.compare.alignment import Stretch, find_stretches, split_words
from archiver.compare.edit_size import Size, measure_stretches
from archiver.compare.edits import Comparison, Edit, Span

_DIGITS = re.compile(r"\d+")
_WORD = re.compile(r"\w+(?:['’]t\b)?")
_NEGATIONS = frozenset(
    "không chưa chẳng chả đừng chớ not no never none nor neither cannot without nicht kein keine keinen nie ne pas "
    "jamais aucun aucune non nunca não nem не нет ни".split()
)
_CHINESE_NEGATIONS = re.compile("[不没沒未非无無]")
_PASSAGE = 8
"""So many words in a row that went, with fewer than a third as many in their place, are a passage."""
_WHOLES = ("body", "lead", "images", "attachments")


class Rank(IntEnum):
    """How much a difference weighs by its kind."""

    MOVED = 0
    SPELLING = 1
    ADDED = 2
    WORDS = 3
    DATE = 4
    NAME = 5
    NUMBER = 6
    PASSAGE = 7
    NEGATION = 8


_RANKS: dict[Size, Rank] = {"typo": Rank.SPELLING, "number": Rank.NUMBER, "date": Rank.DATE, "name": Rank.NAME}


@dataclass(frozen=True, slots=True, order=True)
class Weight:
    """The weight of the heaviest part of an edit; ``place`` is the place of that among the edit's spans."""

    rank: Rank
    in_title: bool
    letters: int
    place: int = 0


def find_weightiest(comparison: Comparison) -> tuple[Edit, int] | None:
    """Return the edit that weighs most, with the place of its heaviest span; None where nothing differs."""
    weighed = [(edit, weigh_edit(edit)) for edit in comparison.edits]
    if not weighed:
        return None
    edit, weight = max(weighed, key=lambda pair: (pair[1].rank, pair[1].in_title, pair[1].letters))
    return edit, weight.place


def weigh_edit(edit: Edit) -> Weight:
    """Weigh the heaviest part of an edit."""
    in_title = edit.field == "title"
    if edit.kind != "replaced":
        return Weight(_rank_whole(edit), in_title, _count_letters(edit.before) + _count_letters(edit.after))
    parts = (
        Weight(_rank_part(removed, added, size), in_title, _count_letters(removed) + _count_letters(added), place)
        for (place, removed, added), size in zip(_list_parts(edit.words), _measure(edit), strict=True)
    )
    return max(parts, key=lambda part: (part.rank, part.letters))


def _rank_whole(edit: Edit) -> Rank:
    if edit.kind == "moved":
        return Rank.MOVED
    if edit.kind == "added":
        return Rank.ADDED
    return Rank.PASSAGE if edit.field in _WHOLES else Rank.WORDS


def _list_parts(spans: tuple[Span, ...]) -> Iterator[tuple[int, str, str]]:
    """List what differs between two equal spans: its place, and the text that went and that came."""
    removed = added = ""
    start = 0
    for place, span in enumerate((*spans, Span("equal", ""))):
        if span.kind == "removed":
            removed += span.text
        elif span.kind == "added":
            added += span.text
        else:
            if removed or added:
                yield start, removed, added
            removed, added, start = "", "", place + 1


def _measure(edit: Edit) -> list[Size]:
    """Measure each part; an edit with nothing in common is one part."""
    old, new = split_words(edit.before or ""), split_words(edit.after or "")
    if any(span.kind == "equal" for span in edit.words):
        stretches = find_stretches(old, new)
    else:
        stretches = [Stretch(is_equal=False, before=range(len(old)), after=range(len(new)))]
    return measure_stretches(edit.field, old, new, stretches)


def _rank_part(removed: str, added: str, size: Size) -> Rank:
    if _count_negations(removed) != _count_negations(added):
        return Rank.NEGATION
    if size != "words":
        return _RANKS[size]
    if _is_passage(removed, added):
        return Rank.PASSAGE
    if Counter(_DIGITS.findall(removed)) != Counter(_DIGITS.findall(added)):
        return Rank.NUMBER
    return Rank.WORDS if removed else Rank.ADDED


def _is_passage(removed: str, added: str) -> bool:
    count = len(removed.split())
    return count >= _PASSAGE and len(added.split()) * 3 < count


def _count_negations(text: str) -> Counter[str]:
    words = (word.casefold() for word in _WORD.findall(text))
    found = Counter("not" if word.endswith(("'t", "’t")) else word for word in words if _is_negation(word))
    return found + Counter(_CHINESE_NEGATIONS.findall(text))


def _is_negation(word: str) -> bool:
    return word in _NEGATIONS or word.endswith(("n't", "n’t"))


def _count_letters(text: str | None) -> int:
    return len("".join((text or "").split()))
