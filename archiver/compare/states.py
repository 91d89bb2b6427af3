"""Comparing two states of an article: which paragraphs changed, and in them which words.

Paragraphs are matched first (see ``matching.py``), then those that are versions of each other word by word.
Where only breaks between paragraphs differ, the text is the same: they are white space, as for the archive. Other
texts are compared word by word if as alike as versions must be, else as wholes. Images and attachments are what their
addresses say, so a new caption or title replaces the old one.

All texts are folded: NFC, no soft hyphens, white space as single spaces.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

from archiver.compare.alignment import Stretch, find_stretches, fold_text, split_words
from archiver.compare.edit_size import measure_edit
from archiver.compare.edits import Comparison, Edit, Field, File, Kind, Span, State
from archiver.compare.link_identity import identify_link, is_same_link
from archiver.compare.matching import ALIKE, Matching, match_equal, match_versions, measure_likeness
from archiver.compare.meaning_edits import find_same_texts, join_marks, pair_links, write_link, write_mark
from archiver.urls import identify_files


@dataclass(frozen=True, slots=True)
class _Item:
    """A paragraph or file: what makes it the same one, its text to compare, and the whole of it as text."""

    key: str
    text: str
    whole: str


def compare_states(before: State, after: State) -> Comparison:
    """Compare two states, title first, as one reads an article."""
    return Comparison(tuple(_find_edits(before, after)))


def as_json(comparison: Comparison) -> list[dict[str, Any]]:
    """Return the edits as objects for ``json.dumps``, one key for each attribute."""
    return [as_object(edit) for edit in comparison.edits]


def as_object(edit: Edit) -> dict[str, Any]:
    """Return one edit as such an object."""
    return asdict(edit) | {"words": [asdict(span) for span in edit.words]}


def _find_edits(before: State, after: State) -> Iterator[Edit]:
    same = find_same_texts(before, after)
    yield from _compare_texts("title", before.title, after.title) if "title" not in same else ()
    yield from _compare_texts("lead", before.lead, after.lead) if "lead" not in same else ()
    yield from _compare_items("body", _read_paragraphs(before), _read_paragraphs(after)) if "body" not in same else ()
    yield from _compare_texts("author", before.author, after.author)
    yield from _compare_texts("published", before.published, after.published)
    yield from _compare_items("images", _read_files(before.images), _read_files(after.images))
    yield from _compare_items("attachments", _read_files(before.attachments), _read_files(after.attachments))
    yield from _compare_links(before, after)
    yield from _compare_marks(before, after)


def _compare_texts(field: Field, before: str | None, after: str | None) -> Iterator[Edit]:
    old, new = fold_text(before or ""), fold_text(after or "")
    if old != new:
        kind: Kind = "replaced" if old and new else "added" if new else "removed"
        yield _edit_words(field, kind, old, new)


def _edit_words(field: Field, kind: Kind, before: str, after: str, numbers: tuple[int, int] | None = None) -> Edit:
    old, new = split_words(before), split_words(after)
    if field == "published" or measure_likeness(old, new) < ALIKE:
        stretches = [Stretch(is_equal=False, before=range(len(old)), after=range(len(new)))]
    else:
        stretches = find_stretches(old, new)
    size = "paragraph" if field == "lead" and kind != "replaced" else measure_edit(field, old, new, stretches)
    spans = tuple(span for stretch in stretches for span in _write_spans(stretch, old, new) if span.text)
    number_before, number_after = numbers or (None, None)
    return Edit(field, kind, size, before or None, after or None, spans, number_before, number_after)


def _write_spans(stretch: Stretch, before: list[str], after: list[str]) -> Iterator[Span]:
    if stretch.is_equal:
        yield Span("equal", _join(before, stretch.before, trim=stretch.before.start == stretch.after.start == 0))
    else:
        yield Span("removed", _join(before, stretch.before, trim=stretch.before.start == 0))
        yield Span("added", _join(after, stretch.after, trim=stretch.after.start == 0))


def _join(words: list[str], span: range, *, trim: bool = False) -> str:
    text = "".join(words[span.start : span.stop])
    return text.lstrip() if trim else text


def _read_paragraphs(state: State) -> list[_Item]:
    texts = (fold_text(paragraph) for paragraph in state.paragraphs)
    return [_Item(text, text, text) for text in texts if text]


def _read_files(files: tuple[File, ...]) -> list[_Item]:
    keys = _identify([url for url, _ in files])
    texts = [fold_text(text or "") for _, text in files]
    return [
        _Item(key, text, fold_text(f"{text} <{url}>")) for key, text, (url, _) in zip(keys, texts, files, strict=True)
    ]


def _identify(urls: list[str]) -> list[str]:
    try:
        return identify_files(urls)
    except ValueError:  # such as an unfinished IPv6 host: no address, but the same text is the same file
        return urls


def _compare_items(field: Field, before: list[_Item], after: list[_Item]) -> Iterator[Edit]:
    if field == "body" and _join_texts(before) == _join_texts(after):
        return
    match = match_versions if field == "body" else match_equal
    matching = match([item.key for item in before], [item.key for item in after])
    yield from _Lists(field, before, after, matching).compare()


def _compare_links(before: State, after: State) -> Iterator[Edit]:
    """Compare where the text leads, whatever the text of a link; one that leads elsewhere than before is replaced."""
    old, new = ([(url, own) for url, _, own in state.links] for state in (before, after))
    if len(old) == len(new) and all(map(is_same_link, old, new)):
        return
    edits = _compare_items("links", *(_read_links(state) for state in (before, after)))
    yield from pair_links(list(edits), before, after)


def _read_links(state: State) -> list[_Item]:
    return [_Item(identify_link(url, own=own), "", write_link(url, text)) for url, text, own in state.links]


def _compare_marks(before: State, after: State) -> Iterator[Edit]:
    """Compare what is struck out, inserted, raised and lowered; where paragraphs begin and end is no part of it."""
    if join_marks(before) == join_marks(after):
        return
    for edit in _compare_items("marks", *(_read_marks(state) for state in (before, after))):
        state, number = (after, edit.number_after) if edit.number_after else (before, edit.number_before)
        yield replace(edit, mark=state.marks[(number or 1) - 1][0])


def _read_marks(state: State) -> list[_Item]:
    return [_Item(f"{mark[0]} {''.join(fold_text(mark[1]).split())}", "", write_mark(*mark)) for mark in state.marks]


def _join_texts(items: list[_Item]) -> str:
    return " ".join(item.text for item in items)


@dataclass(frozen=True, slots=True)
class _Lists:
    """The paragraphs or files of both states."""

    field: Field
    before: list[_Item]
    after: list[_Item]
    matching: Matching

    def compare(self) -> Iterator[Edit]:
        """Walk from anchor to anchor: what was removed before it, what was added or came here, the anchor itself."""
        left = right = 0
        for old, new in self.matching.anchors:
            yield from self._compare_gap(range(left, old), range(right, new))
            if self.before[old].text != self.after[new].text:
                yield self._edit_text(old, new)
            left, right = old + 1, new + 1
        yield from self._compare_gap(range(left, len(self.before)), range(right, len(self.after)))

    def _compare_gap(self, before: range, after: range) -> Iterator[Edit]:
        removed, _ = self.matching.find_free(before, after)
        yield from map(self._edit_removed, removed)
        yield from map(self._edit_arrived, after)

    def _edit_text(self, old: int, new: int) -> Edit:
        before, after = self.before[old].text, self.after[new].text
        return _edit_words(self.field, "replaced", before, after, (old + 1, new + 1))

    def _edit_removed(self, place: int) -> Edit:
        text = self.before[place].whole
        return Edit(self.field, "removed", "paragraph", text, None, (Span("removed", text),), place + 1)

    def _edit_arrived(self, place: int) -> Edit:
        origin, text = self.matching.moves.get(place), self.after[place].whole
        if origin is None:
            return Edit(self.field, "added", "paragraph", None, text, (Span("added", text),), None, place + 1)
        if self.before[origin].text != self.after[place].text:
            return self._edit_text(origin, place)
        text = min(text, self.before[origin].whole)  # of two addresses of one file, the same in both directions
        return Edit(self.field, "moved", "paragraph", text, text, (Span("equal", text),), origin + 1, place + 1)
