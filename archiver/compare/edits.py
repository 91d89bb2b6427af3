"""Two states of an article, and what an edit between them is: what ``archiver.compare.states`` takes and gives."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from archiver.compare.edit_size import Size
from archiver.model import MarkKind

Field = Literal["title", "lead", "body", "author", "published", "images", "attachments", "links", "marks"]
Kind = Literal["added", "removed", "replaced", "moved"]
File = tuple[str, str | None]


@dataclass(frozen=True, slots=True)
class State:
    """What is compared of an article; ``published`` is the printed date or an ISO time, whatever is to be shown.

    ``images`` are pairs of address and caption, ``attachments`` of address and title; ``links`` have the address, the
    text, and whether they are the site's own; ``marks`` their kind, their text, and the letters right before it.
    """

    title: str | None = None
    lead: str | None = None
    paragraphs: tuple[str, ...] = ()
    author: str | None = None
    published: str | None = None
    images: tuple[File, ...] = ()
    attachments: tuple[File, ...] = ()
    links: tuple[tuple[str, str, bool], ...] = ()
    marks: tuple[tuple[MarkKind, str, str], ...] = ()

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
            links=tuple((link["url"], link["text"], link["own"]) for link in row.get("links") or ()),
            marks=tuple((mark["kind"], mark["text"], mark["before"]) for mark in row.get("marks") or ()),
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
    An added, removed or moved file is written with its address, ``caption <address>``; so is a link, which is replaced
    where it leads elsewhere. ``mark`` is what was done to the text of a mark.
    """

    field: Field
    kind: Kind
    size: Size
    before: str | None
    after: str | None
    words: tuple[Span, ...]
    number_before: int | None = None
    number_after: int | None = None
    mark: MarkKind | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """The differences of two states in reading order; none if they are the same."""

    edits: tuple[Edit, ...] = ()
