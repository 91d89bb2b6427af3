"""An excerpt of an edit: the words that weigh most, with some of those around them."""

from collections.abc import Sequence
from dataclasses import replace

from archiver.compare.edits import Comparison, Edit, Span
from archiver.compare.weight import find_weightiest

_CONTEXT = 70
"""Letters shown of what did not change, on each side of what did."""
_LONGEST = 320
"""Letters shown of one span that changed, or that is all there is."""
_MOST = 640
"""An excerpt takes in no more changes of its edit when it has so many letters."""


def excerpt_comparison(comparison: Comparison) -> Edit | None:
    """Return the edit that weighs most, its spans cut to the heaviest part and its neighbours; None without edits."""
    found = find_weightiest(comparison)
    if found is None:
        return None
    edit, place = found
    return replace(edit, words=_cut(edit.words, place))


def _cut(spans: Sequence[Span], place: int) -> tuple[Span, ...]:
    first, last = _choose_spans(spans, place)
    cut = [_shorten(spans, at) for at in range(first, last)]
    if first:
        cut.insert(0, Span("equal", "…"))
    if last < len(spans):
        cut.append(Span("equal", " …"))
    return tuple(cut)


def _choose_spans(spans: Sequence[Span], place: int) -> tuple[int, int]:
    """Choose spans in a row around a place: all, or as many as an excerpt has room for."""
    first, last = place, place + 1
    room = _MOST - len(_shorten(spans, place).text)
    while room > 0 and (first > 0 or last < len(spans)):
        before = first > 0 and (place - first <= last - place or last == len(spans))
        first, last = (first - 1, last) if before else (first, last + 1)
        room -= len(_shorten(spans, first if before else last - 1).text)
    return first, last


def _shorten(spans: Sequence[Span], at: int) -> Span:
    span = spans[at]
    if span.kind != "equal" or len(spans) == 1:
        return replace(span, text=_keep_beginning(span.text))
    if len(span.text) <= 2 * _CONTEXT:
        return span
    head = span.text[:_CONTEXT].rpartition(" ")[0] if at else ""
    tail = span.text[-_CONTEXT:].partition(" ")[2] if at < len(spans) - 1 else ""
    return replace(span, text=f"{head} … {tail}" if head else f"… {tail}")


def _keep_beginning(text: str) -> str:
    if len(text) <= _LONGEST:
        return text
    whole_words = text[:_LONGEST].rpartition(" ")[0]
    return f"{whole_words or text[:_LONGEST]} …"
