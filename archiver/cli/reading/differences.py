"""How a comparison looks on the terminal: each edit under its heading, the words as ``git --word-diff`` shows them."""

from collections.abc import Iterator
from itertools import pairwise
from typing import TextIO

import click

from archiver.compare.edits import Comparison, Edit, Span
from archiver.text.display import escape_controls

_LONGEST_STRETCH = 12
_CONTEXT = 6
_MARKS = {"removed": "[-{}-]", "added": "{{+{}+}}", "equal": "{}"}
_COLOURS = {"removed": "red", "added": "green", "equal": None}
_ITEMS = {"body": "body, {}paragraph", "images": "{}image", "attachments": "{}attachment", "links": "{}link"}
_MARKED = {
    "struck": "{}struck-out text",
    "inserted": "{}inserted text",
    "raised": "{}raised text",
    "lowered": "{}lowered text",
}


def write_comparison(comparison: Comparison, stream: TextIO, colour: bool) -> None:
    """Write every edit; nothing if there is none.

    Removed words are red and added ones green; without colour they are ``[-so-]`` and ``{+so+}``. Of unchanged
    stretches of more than 12 words only the six beside a change are shown.
    """
    edits = (f"{_style(_name_edit(edit), colour)}\n  {_show_words(edit, colour)}\n" for edit in comparison.edits)
    stream.write("\n".join(edits))


def _style(heading: str, colour: bool) -> str:
    return click.style(heading, bold=True) if colour else heading


def _name_edit(edit: Edit) -> str:
    """Return a heading such as ``body, paragraph 3: number``; what was removed has its former number."""
    place, number = str(edit.field), edit.number_after or edit.number_before
    if number:
        name = _MARKED[edit.mark] if edit.mark else _ITEMS[edit.field]
        place = f"{name.format('former ' if edit.kind == 'removed' else '')} {number}"
    if edit.kind == "moved":
        return f"{place}: moved from {edit.number_before}"
    if edit.field == "links" and edit.kind == "replaced":
        return f"{place}: leads elsewhere"
    return f"{place}: {edit.size if edit.kind == 'replaced' else edit.kind}"


def _show_words(edit: Edit, colour: bool) -> str:
    if len(edit.words) == 1:
        return _show_span(edit.words[0], _fold_stretch(edit.words[0], head=True, tail=True), colour)
    return "".join(_show_spans(edit.words, colour))


def _show_spans(spans: tuple[Span, ...], colour: bool) -> Iterator[str]:
    yield _show_span(spans[0], _fold_stretch(spans[0], head=False, tail=True), colour)
    for previous, span in pairwise(spans):
        text = _fold_stretch(span, head=True, tail=span is not spans[-1])
        replaces = previous.kind == "removed" and span.kind == "added" and previous.text.startswith(" ")
        yield _show_span(span, text.lstrip() if replaces and not colour else text, colour)


def _show_span(span: Span, text: str, colour: bool) -> str:
    """Mark a span; the space before it stays outside the mark."""
    shown = escape_controls(text.lstrip(" "))
    space = " " if text.startswith(" ") else ""
    return space + (click.style(shown, fg=_COLOURS[span.kind]) if colour else _MARKS[span.kind].format(shown))


def _fold_stretch(span: Span, *, head: bool, tail: bool) -> str:
    words = span.text.split(" ")
    space, words = ("", words) if words[0] else (" ", words[1:])
    if span.kind != "equal" or len(words) <= _LONGEST_STRETCH:
        return span.text
    kept = [*(words[:_CONTEXT] if head else ()), "…", *(words[-_CONTEXT:] if tail else ())]
    return space + " ".join(kept)
