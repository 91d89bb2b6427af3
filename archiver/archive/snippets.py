"""The place in a text where the words of a query stand."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from archiver.archive.query_language import Term
from archiver.folding import Word, split_words

WINDOW = 30
"""Words of a snippet."""
_BEFORE = 6
_LONGEST = 400
_LINES = re.compile(r"\s*\n\s*")


@dataclass(frozen=True, slots=True)
class Snippet:
    """A stretch of text in pieces: each with whether it matches. A text cut off begins or ends with ``…``."""

    pieces: tuple[tuple[str, bool], ...] = ()

    def mark(self, opening: str = "«", closing: str = "»") -> str:
        """Return the text with marks around what matches."""
        return "".join(f"{opening}{text}{closing}" if matches else text for text, matches in self.pieces)


def make_snippet(texts: Sequence[str], terms: Sequence[Term], *, exact: bool) -> Snippet:
    """Return about thirty words around the best place: where most of the terms stand, in the first text that has it.

    ``exact``: the words that were typed with marks are looked for with them.
    """
    best: tuple[int, str, list[Word], list[range]] = (0, "", [], [])
    for text in texts:
        words = list(split_words(text))
        found = _find_terms(words, terms, exact)
        start, score = _choose_window(found)
        if score > best[0]:
            matches = [place for _, place in found if start <= place.start < start + WINDOW]
            best = (score, text, words, matches)
        if score == len(terms):
            break
    score, text, words, matches = best
    if not score:
        text = next(filter(None, texts), "")
        return _cut(text, list(split_words(text)), [])
    return _cut(text, words, matches)


def _find_terms(words: Sequence[Word], terms: Sequence[Term], exact: bool) -> list[tuple[int, range]]:
    """Find every term: its number and the words it covers, in the order of the text."""
    found: list[tuple[int, range]] = []
    for number, term in enumerate(terms):
        matches = [_matcher(*forms, exact) for forms in zip(term.exact, term.folded, strict=True)]
        if term.prefix:
            matches[-1] = _prefix_matcher(term.exact[-1], term.folded[-1], exact)
        length = len(matches)
        starts = (start for start in range(len(words) - length + 1) if matches[0](words[start]))
        found += [
            (number, range(start, start + length))
            for start in starts
            if all(matches[at](words[start + at]) for at in range(1, length))
        ]
    return sorted(found, key=lambda item: item[1].start)


def _matcher(exact_form: str, folded: str, exact: bool) -> Callable[[Word], bool]:
    if exact and exact_form != folded:
        return lambda word: word.exact == exact_form
    return lambda word: word.folded == folded


def _prefix_matcher(exact_form: str, folded: str, exact: bool) -> Callable[[Word], bool]:
    if exact and exact_form != folded:
        return lambda word: word.exact.startswith(exact_form)
    return lambda word: word.folded.startswith(folded)


def _choose_window(found: Sequence[tuple[int, range]]) -> tuple[int, int]:
    """Return the word at which the best window begins, and how many different terms it shows."""
    start, score = 0, 0
    for index, (_, place) in enumerate(found):
        numbers = {number for number, other in found[index : index + WINDOW] if other.stop <= place.start + WINDOW}
        if len(numbers) > score:
            start, score = place.start, len(numbers)
    return start, score


def _cut(text: str, words: Sequence[Word], matches: Sequence[range]) -> Snippet:
    """Cut the window out of the text, a little before the first match."""
    if not words:
        return Snippet(((text[:_LONGEST], False),) if text else ())
    last = max((place.stop for place in matches), default=0)
    start = max(min(matches[0].start - _BEFORE, len(words) - WINDOW), 0) if matches else 0
    stop = min(max(start + WINDOW, last), len(words))
    begin, end = words[start].start if start else 0, words[stop - 1].end if stop < len(words) else len(text)
    end = min(end, max(begin + _LONGEST, words[last - 1].end if last else 0))
    pieces: list[tuple[str, bool]] = [("… ", False)] if begin else []
    at = begin
    for place in _join(matches):
        pieces += [
            (text[at : words[place.start].start], False),
            (text[words[place.start].start : words[place.stop - 1].end], True),
        ]
        at = words[place.stop - 1].end
    pieces += [(text[at:end], False), (" …" if end < len(text) else "", False)]
    return Snippet(tuple((_LINES.sub(" ", piece), matched) for piece, matched in pieces if piece))


def _join(places: Sequence[range]) -> list[range]:
    """Join places that overlap."""
    joined: list[range] = []
    for place in places:
        if joined and place.start < joined[-1].stop:
            joined[-1] = range(joined[-1].start, max(joined[-1].stop, place.stop))
        else:
            joined.append(place)
    return joined
