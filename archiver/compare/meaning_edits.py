"""Edits that no word shows: links that lead elsewhere, and text that is marked in another way."""

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter

from archiver.compare.alignment import fold_text
from archiver.compare.edits import Edit, Span, State
from archiver.model import MarkKind
from archiver.text.raised import is_level, restore_level, shift_text


def find_same_texts(before: State, after: State) -> set[str]:
    """Find the texts that differ in nothing but what marks tell: 10² and 102."""
    if not (before.marks or after.marks):
        return set()
    old, new = (_restore_texts(state) for state in (before, after))
    return {name for name in old if old[name] == new[name]}


def _restore_texts(state: State) -> dict[str, str]:
    texts = (state.title or "", state.lead or "", "\n\n".join(state.paragraphs))
    marks = ({"kind": kind, "text": text, "before": before} for kind, text, before in state.marks)
    whole = restore_level("\0".join(texts), marks)
    return dict(zip(("title", "lead", "body"), map(fold_text, whole.split("\0", 2)), strict=True))


def write_link(url: str, text: str) -> str:
    """Write a link as text, its address behind it."""
    return fold_text(f"{text} <{url}>")


def pair_links(edits: list[Edit], before: State, after: State) -> Iterator[Edit]:
    """Join the links that vanished and those that came: one by one if they are as many, else those with one text."""
    sides: tuple[dict[str, list[int]], dict[str, list[int]]] = ({}, {})
    removed, added = ([edit for edit in edits if edit.kind == kind] for kind in ("removed", "added"))
    for side, state, numbers in (
        (sides[0], before, [edit.number_before for edit in removed]),
        (sides[1], after, [edit.number_after for edit in added]),
    ):
        for number in filter(None, numbers):
            text = "" if len(removed) == len(added) else fold_text(state.links[number - 1][1])
            side.setdefault(text, []).append(number)
    pairs = [pair for text, numbers in sides[0].items() for pair in zip(numbers, sides[1].get(text, ()), strict=False)]
    yield from (_edit_link(old, new, before, after) for old, new in pairs)
    olds, news = {old for old, _ in pairs}, {new for _, new in pairs}
    yield from (edit for edit in edits if edit.number_before not in olds and edit.number_after not in news)


def _edit_link(old: int, new: int, before: State, after: State) -> Edit:
    (url, text, _), (other_url, other_text, _) = before.links[old - 1], after.links[new - 1]
    was, now = write_link(url, text), write_link(other_url, other_text)
    shared = fold_text(text)
    if shared and shared == fold_text(other_text):
        spans: tuple[Span, ...] = (
            Span("equal", shared),
            Span("removed", was.removeprefix(shared)),
            Span("added", now.removeprefix(shared)),
        )
    else:
        spans = (Span("removed", was), Span("added", now))
    return Edit("links", "replaced", "words", was, now, spans, old, new)


def join_marks(state: State) -> list[tuple[str, str]]:
    """Join marks of one kind in a row, without white space: where paragraphs begin and end is no part of them."""
    groups = groupby(state.marks, key=itemgetter(0))
    return [(kind, "".join("".join(fold_text(mark[1]).split()) for mark in group)) for kind, group in groups]


def write_mark(kind: MarkKind, text: str, before: str) -> str:
    """Write the text of a mark as it is printed, with the letters that raised or lowered text stands right behind."""
    return fold_text(before + (shift_text(kind, text) if is_level(kind) else text))
