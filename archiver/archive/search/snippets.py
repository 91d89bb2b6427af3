"""The place in a text where the words of a query stand."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from archiver.archive.search.query_language import Term
from archiver.text.folding import list_forms, locate_words

WINDOW = 30
"""Words of a snippet."""
_BEFORE = 6
_LONGEST = 400
_CLOSING = ".…!?”’\"')] \n"
_SPACE = re.compile(r"\s+")


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
    best, score, start = next(filter(None, texts), ""), 0, 0
    matches: list[range] = []
    for text in texts:
        found = find_terms(text, terms, exact)
        first, count = _choose_window(found)
        if count > score:
            best, score, start = text, count, first
            matches = [place for _, place in found if start <= place.start < start + WINDOW]
        if score == len(terms):
            break
    return _cut(best, _join(matches))


def find_terms(text: str, terms: Sequence[Term], exact: bool) -> list[tuple[int, range]]:
    """Find every term in a text: its number and the words it covers, in the order of the text.

    ``exact``: words that were typed with marks stand only for themselves.
    """
    forms = list(list_forms(text))
    exact_words, folded_words = [exact for exact, _ in forms], [folded for _, folded in forms]
    found: list[tuple[int, range]] = []
    for number, term in enumerate(terms):
        starts: Iterable[int] = range(len(folded_words) - len(term.folded) + 1)
        for at, (exact_form, folded) in enumerate(zip(term.exact, term.folded, strict=True)):
            words, form = (exact_words, exact_form) if exact and exact_form != folded else (folded_words, folded)
            begins = term.prefix and at == len(term.folded) - 1
            starts = [n for n in starts if (words[n + at].startswith(form) if begins else words[n + at] == form)]
        found += [(number, range(start, start + len(term.folded))) for start in starts]
    return sorted(found, key=lambda item: item[1].start)


def _choose_window(found: Sequence[tuple[int, range]]) -> tuple[int, int]:
    """Return the word at which the best window begins, and how many different terms it shows."""
    start, score = 0, 0
    for index, (_, place) in enumerate(found):
        numbers = {number for number, other in found[index : index + WINDOW] if other.stop <= place.start + WINDOW}
        if len(numbers) > score:
            start, score = place.start, len(numbers)
    return start, score


def _cut(text: str, matches: Sequence[range]) -> Snippet:
    """Cut a window out of a text, a little before the first match, and mark the matches."""
    start, least = (max(matches[0].start - _BEFORE, 0), matches[-1].stop) if matches else (0, 0)
    words = list(islice(locate_words(text), max(start + WINDOW, least)))
    begin = words[start][0] if start else 0
    end = max(words[least - 1][1] if least else 0, min(words[-1][1] if words else 0, begin + _LONGEST))
    if not text[end:].strip(_CLOSING):
        end = len(text)
    pieces = [("… " if begin else "", False)]
    at = begin
    for place in matches:
        first, last = words[place.start][0], words[place.stop - 1][1]
        pieces += [(text[at:first], False), (text[first:last], True)]
        at = last
    pieces += [(text[at:end], False), (" …" if end < len(text) else "", False)]
    return Snippet(tuple((_SPACE.sub(" ", piece), matched) for piece, matched in pieces if piece))


def _join(places: Sequence[range]) -> list[range]:
    """Join places that overlap."""
    joined: list[range] = []
    for place in places:
        if joined and place.start < joined[-1].stop:
            joined[-1] = range(joined[-1].start, max(joined[-1].stop, place.stop))
        else:
            joined.append(place)
    return joined
