"""Matching the items of two lists, paragraphs or files: which stayed, which moved, which are versions of each other.

Texts without an equal on the other side are versions of each other from a likeness of ``ALIKE`` on; the most alike
are paired first, of equally alike ones the nearest. Then as many equal items and versions as possible are matched in
order; those that remain have moved. The others were removed or added.
"""

from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from rapidfuzz import process
from rapidfuzz.distance import Indel

from archiver.compare.alignment import find_stretches, split_words

ALIKE = 0.5
"""From this share of common words on, two texts are versions of each other; below it, they are different texts."""

# How far a paragraph is looked for from where it stood, and among how many rivals: bounds the work for huge texts.
_REACH = 300
_RIVALS = 5

Pair = tuple[int, int]


@dataclass(frozen=True)
class Matching:
    """Which places of two lists hold the same item or versions of it.

    ``anchors`` are pairs in the same order in both lists; ``moves`` leads from places after to places before of the
    items that stand elsewhere. Whatever is in neither was removed or added.
    """

    anchors: list[Pair]
    moves: dict[int, int]

    @cached_property
    def matched_before(self) -> set[int]:
        """The places before that are matched."""
        return {old for old, _ in self.anchors}.union(self.moves.values())

    @cached_property
    def matched_after(self) -> set[int]:
        """The places after that are matched."""
        return {new for _, new in self.anchors}.union(self.moves)

    def find_free(self, before: range, after: range) -> tuple[list[int], list[int]]:
        """Return those of the places that are not matched."""
        old = [place for place in before if place not in self.matched_before]
        return old, [place for place in after if place not in self.matched_after]


def measure_likeness(before: list[str], after: list[str]) -> float:
    """Return the share of words that two texts have in common in the same order, from 0 to 1."""
    return Indel.normalized_similarity(before, after)


def match_equal(before: list[str], after: list[str]) -> Matching:
    """Match equal items only; several equal ones that moved keep their order."""
    stretches = (stretch for stretch in find_stretches(before, after) if stretch.is_equal)
    anchors = [pair for stretch in stretches for pair in zip(stretch.before, stretch.after, strict=True)]
    old, new = Matching(anchors, {}).find_free(range(len(before)), range(len(after)))
    origins: defaultdict[str, deque[int]] = defaultdict(deque)
    for place in old:
        origins[before[place]].append(place)
    return Matching(anchors, {place: origins[after[place]].popleft() for place in new if origins[after[place]]})


def match_versions(before: list[str], after: list[str]) -> Matching:
    """Match equal texts and those that are versions of each other."""
    places = match_equal(before, after).find_free(range(len(before)), range(len(after)))
    texts = [split_words(text) for text in before], [split_words(text) for text in after]
    old_keys, new_keys = list(before), list(after)
    for old, new in _choose(_rank_pairs(*texts, *places)):
        old_keys[old] = new_keys[new] = "\n".join(sorted((before[old], after[new])))
    return match_equal(old_keys, new_keys)


def _choose(ranked: list[Pair]) -> list[Pair]:
    """Choose the first pairs, never two that share a place."""
    origins: set[int] = set()
    targets: dict[int, int] = {}
    for left, right in ranked:
        if left not in targets and right not in origins:
            targets[left] = right
            origins.add(right)
    return list(targets.items())


def _rank_pairs(before: list[list[str]], after: list[list[str]], old: list[int], new: list[int]) -> list[Pair]:
    """Return the pairs of places with texts that are alike, the most alike first."""
    texts_before, texts_after = [before[place] for place in old], [after[place] for place in new]
    if texts_before > texts_after:
        return [(mine, other) for other, mine in _rank_pairs(after, before, new, old)]
    ranked = sorted(_find_rivals(texts_before, texts_after))
    return [(old[left], new[right]) for _, _, left, right in ranked]


def _find_rivals(before: list[list[str]], after: list[list[str]]) -> Iterator[tuple[float, int, int, int]]:
    for left, words in enumerate(before):
        nearby = range(max(0, left - _REACH), min(len(after), left + _REACH + 1))
        places = sorted(nearby, key=lambda place: abs(place - left))  # of equal rivals the first are taken
        rivals = [after[place] for place in places]
        found = process.extract(
            words, rivals, scorer=Indel.normalized_similarity, processor=None, score_cutoff=ALIKE, limit=_RIVALS
        )
        for _, likeness, number in found:
            right = places[number]
            yield -likeness, abs(left - right), left, right
