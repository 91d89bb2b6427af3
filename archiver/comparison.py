"""Comparing two states of an article: which paragraphs changed, and in them which words.

Paragraphs are matched first (see ``archiver.matching``), then those that are versions of each other word by word.
Where only breaks between paragraphs differ, the text is the same: they are white space, as for the archive. Other
texts are compared word by word if as alike as versions must be, else as wholes. Images and attachments are what their
addresses say, so a new caption or title replaces the old one.

All texts are folded: NFC, no soft hyphens, white space as single spaces.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from archiver.alignment import Stretch, find_stretches, fold_text, split_words
from archiver.edit_size import Size, measure_edit
from archiver.matching import ALIKE, Matching, match_equal, match_versions, measure_likeness
from archiver.urls import identify_files

Field = Literal["title", "lead", "body", "author", "published", "images", "attachments"]
Kind = Literal["added", "removed", "replaced", "moved"]
File = tuple[str, str | None]


@dataclass(frozen=True, slots=True)
class State:
    """What is compared of an article; ``published`` is the printed date or an ISO time, whatever is to be shown.

    ``images`` are pairs of address and caption, ``attachments`` of address and title.
    """

    title: str | None = None
    lead: str | None = None
    paragraphs: tuple[str, ...] = ()
    author: str | None = None
    published: str | None = None
    images: tuple[File, ...] = ()
    attachments: tuple[File, ...] = ()

    @classmethod
    def of_row(cls, row: Mapping[str, Any]) -> "State":
        """Take a state from a row of ``article_history``, its images and attachments decoded.

        Without ``published_at``, the date is ``published_raw`` where a row has it.
        """
        return cls(
            title=row["title"],
            lead=row["lead"],
            paragraphs=tuple((row["body"] or "").split("\n\n")),
            author=row["author"],
            published=row["published_at"] or row.get("published_raw"),
            images=tuple((image["url"], image["caption"]) for image in row["images"] or ()),
            attachments=tuple((document["url"], document["title"]) for document in row["attachments"] or ()),
        )


@dataclass(frozen=True, slots=True)
class Span:
    """Some consecutive words; a space before the first one belongs to it, except at the beginning of a text."""

    kind: Literal["equal", "removed", "added"]
    text: str


@dataclass(frozen=True, slots=True)
class Edit:
    """One difference: what stood there before and after, None for nothing, and its words in reading order.

    The texts of the equal and removed spans join to ``before``, those of the equal and added ones to ``after``, up to
    a space at the beginning. ``number_before`` and ``number_after`` count paragraphs, images, attachments from 1.
    An added, removed or moved file is written with its address, ``caption <address>``.
    """

    field: Field
    kind: Kind
    size: Size
    before: str | None
    after: str | None
    words: tuple[Span, ...]
    number_before: int | None = None
    number_after: int | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """The differences of two states in reading order; none if they are the same."""

    edits: tuple[Edit, ...] = ()


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
    return [asdict(edit) | {"words": [asdict(span) for span in edit.words]} for edit in comparison.edits]


def _find_edits(before: State, after: State) -> Iterator[Edit]:
    yield from _compare_texts("title", before.title, after.title)
    yield from _compare_texts("lead", before.lead, after.lead)
    yield from _compare_items("body", _read_paragraphs(before), _read_paragraphs(after))
    yield from _compare_texts("author", before.author, after.author)
    yield from _compare_texts("published", before.published, after.published)
    yield from _compare_items("images", _read_files(before.images), _read_files(after.images))
    yield from _compare_items("attachments", _read_files(before.attachments), _read_files(after.attachments))


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
