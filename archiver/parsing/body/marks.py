"""Text that is marked without other words: struck out, inserted, raised, lowered.

By the element or by its own style; what a style sheet does to a class is not seen.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter

from archiver.html.elements import Element, elements_below, text_of
from archiver.model import Mark, MarkKind
from archiver.parsing.boilerplate.visibility import shown_text_of
from archiver.text.cleaning import clean_text
from archiver.text.raised import find_levels, has_levels, is_level, shift_text

HTML_OF_MARKS: dict[MarkKind, str] = {"struck": "del", "inserted": "ins", "raised": "sup", "lowered": "sub"}
"""The element that a mark is written with."""
_BY_TAG: dict[str, MarkKind] = {
    "del": "struck",
    "s": "struck",
    "strike": "struck",
    "ins": "inserted",
    "sup": "raised",
    "sub": "lowered",
}
# Of cells, paragraphs and pictures, vertical-align says something else.
_WITHIN_LINES = frozenset(
    "a abbr b big cite code em font i label mark q s small span strike strong sub sup u var".split()
)
_DECORATION = re.compile(r"(?:^|;)\s*text-decoration(?:-line)?\s*:([^;]*)", re.IGNORECASE)
_ALIGNMENT = re.compile(r"(?:^|;)\s*vertical-align\s*:\s*([\w-]+)", re.IGNORECASE)
_LEVELS: dict[str, MarkKind] = {"super": "raised", "sub": "lowered"}
_LAST_WORD = re.compile(r"\S*\Z")


@dataclass(slots=True)
class MarkedText:
    """Some consecutive pieces of a block's text under one mark: from ``start`` up to, not including, ``end``."""

    kind: MarkKind
    start: int
    end: int | None = None


def mark_of(element: Element) -> MarkKind | None:
    """Return the mark that an element puts on its text; None for none."""
    style = element.attrs.get("style")
    return _read_mark(element.name, str(style)) if style else _BY_TAG.get(element.name)


@lru_cache(maxsize=512)  # a page has a few styles
def _read_mark(name: str, style: str) -> MarkKind | None:
    usual = _BY_TAG.get(name)
    decoration = " ".join(_DECORATION.findall(style)).lower()
    if name == "img" or (usual == "struck" and decoration and "line-through" not in decoration):
        return None
    if "line-through" in decoration:
        return "struck"
    level = _ALIGNMENT.search(style) if name in _WITHIN_LINES else None
    if usual in ("raised", "lowered"):
        return _LEVELS.get(level[1].lower()) if level and level[1].lower() != "inherit" else usual
    return usual or (_LEVELS.get(level[1].lower()) if level else None)


def shifted_text_of(element: Element) -> str:
    """Return the text of an element that can be seen, raised and lowered text the way it is printed."""
    below = list(elements_below(element))
    if not below:
        return text_of(element)
    levels = [(one, mark) for one in below if (mark := mark_of(one)) in ("raised", "lowered")]
    pieces = {id(one): shift_text(mark, clean_text(text_of(one))) for one, mark in levels if mark}
    return shown_text_of(element, pieces)


def note_printed(text: str, marks: tuple[Mark, ...]) -> tuple[Mark, ...]:
    """Add the raised and lowered characters of a text to its marks: ² and <sup>2</sup> are one."""
    if not has_levels(text):
        return marks
    placed: list[tuple[int, Mark]] = []
    covered: set[int] = set()
    done = 0
    for mark in marks:
        shown = shift_text(mark.kind, mark.text) if is_level(mark.kind) else mark.text
        place = text.find(mark.before + shown, done)
        start = done if place < 0 else place + len(mark.before)
        placed.append((start, mark))
        if is_level(mark.kind) and place >= 0:
            done = start + len(shown)
            covered.update(range(start, done))
    found = ((place, Mark(level, plain, before)) for place, level, plain, before in find_levels(text))
    placed += ((place, mark) for place, mark in found if place not in covered)
    return tuple(mark for _, mark in sorted(placed, key=itemgetter(0)))


def settle_marks(pieces: list[str], runs: list[MarkedText]) -> tuple[Mark, ...]:
    """Write what is raised and lowered among the pieces of a text the way it is printed; return all marks."""
    joined = [(run.kind, run.start, _end_of(run, pieces)) for run in _join_runs(pieces, runs)]
    befores = dict(_shift_pieces(pieces, joined))
    marks: list[Mark] = []
    for run in sorted(joined, key=lambda run: (run[1], -run[2])):
        text, before = befores.get(run, (None, ""))
        text = text or (clean_text("".join(pieces[run[1] : run[2]])) if run[0] in ("struck", "inserted") else "")
        if text:
            marks.append(Mark(run[0], text, before))
    return tuple(marks)


def _end_of(run: MarkedText, pieces: list[str]) -> int:
    return len(pieces) if run.end is None else run.end


def _join_runs(pieces: list[str], runs: list[MarkedText]) -> Iterator[MarkedText]:
    """Join runs of one mark with nothing but white space between them: two elements, or one that was cut in two."""
    last: dict[MarkKind, MarkedText] = {}
    joined: list[MarkedText] = []
    for run in runs:
        before = last.get(run.kind)
        gap = "".join(pieces[_end_of(before, pieces) : run.start]) if before else "…"
        if before and not (gap.strip() if run.kind in ("struck", "inserted") else gap):
            before.end = run.end
            continue
        last[run.kind] = run
        joined.append(run)
    return iter(joined)


def _shift_pieces(
    pieces: list[str], runs: list[tuple[MarkKind, int, int]]
) -> Iterator[tuple[tuple[MarkKind, int, int], tuple[str, str]]]:
    """Replace the pieces of raised and lowered runs; yields each run with its text and the letters right before it."""
    done = 0
    for run in sorted(runs, key=lambda run: (run[1], -run[2])):
        kind, start, end = run
        raw = "".join(pieces[start:end])
        text = clean_text(raw)
        if not is_level(kind) or not text:
            continue
        before = _LAST_WORD.search("".join(pieces[done:start]))
        head, tail = (" " if side.isspace() else "" for side in (raw[:1], raw[-1:]))
        pieces[start:end] = [f"{head}{shift_text(kind, text)}{tail}", *[""] * (end - start - 1)]
        done = end
        yield run, (text, before[0] if before else "")
