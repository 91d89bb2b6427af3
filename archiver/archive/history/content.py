"""The content of an article: what makes one state of it differ from another (rules 3 and 4 of history)."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from itertools import groupby
from operator import itemgetter

from archiver.archive.history.packed_html import pack_html, unpack_html
from archiver.archive.store.values import read_attachments, read_images, read_links, read_marks
from archiver.compare.link_identity import identify_link, is_same_link
from archiver.model import Article, Link, Mark, PublishedDate
from archiver.text.raised import restore_level
from archiver.urls import identify_files

FIELDS = ("title", "lead", "body", "author", "published", "images", "attachments", "links", "marks")
NEWER = ("links", "marks")
"""Fields and columns that earlier parsers did not read; contents without any have the digests of then."""
COLUMNS = (
    "title",
    "author",
    "lead",
    "body",
    "body_html",
    "published_at",
    "published_raw",
    "published_precision",
    "published_relative",
    "images",
    "attachments",
    *NEWER,
)
RELATIVE = "relative"
_TEXTS = ("title", "lead", "body")
_READERS = (
    ("images", read_images),
    ("attachments", read_attachments),
    ("links", read_links),
    ("marks", read_marks),
)


@dataclass(frozen=True)  # without slots: the digest is asked for several times
class Content:
    """A row of ``contents`` (COLUMNS) and its comparable form.

    ``comparable`` holds one text a field of FIELDS: white space folded, the date as an instant, files
    by what identifies them, no alternative texts; links by where they lead; raised and lowered text as if it were not,
    for that is told by ``marks``.
    A relative date is RELATIVE there: it moves with every capture and proves nothing.
    """

    row: dict[str, str | int | None]
    comparable: dict[str, str | None]

    @cached_property
    def digest(self) -> bytes:
        """SHA-256 of the comparable form."""
        return _digest(self.comparable, FIELDS)

    @property
    def row_digest(self) -> bytes:
        """SHA-256 of the row: tells apart spellings that compare as equal."""
        return _digest(self.row, COLUMNS)

    @property
    def filled(self) -> frozenset[str]:
        """The fields of FIELDS that hold something, links and marks aside: a text may well have none of a sudden."""
        return frozenset(field for field in FIELDS if field not in NEWER and self.comparable[field] not in (None, "[]"))

    @classmethod
    def of_article(cls, article: Article) -> "Content":
        """Take from an article what counts as its content: no counters, no boilerplate, not the way one came."""
        images = [{"url": image.url, "caption": image.caption, "alt": image.alt} for image in article.images]
        attachments = [{"url": document.url, "title": document.title} for document in article.attachments]
        row = {
            "title": article.title,
            "author": article.author,
            "lead": article.lead,
            "body": article.body,
            "body_html": article.body_html,
            **write_published(article.published),
            "published_relative": int(bool(article.published and article.published.relative)),
            "images": _write_json(images),
            "attachments": _write_json(attachments),
            "links": _write_json(write_links(article.links)),
            "marks": _write_json(write_marks(article.marks)),
        }
        return cls._of_values(row)

    @classmethod
    def of_row(cls, row: Mapping[str, str | int | None]) -> "Content":
        """Read a stored content back; DamageError."""
        values = {column: row[column] for column in COLUMNS}
        for name, read in _READERS:
            read(values[name])
        html = unpack_html(str(values["body_html"]), str(values["body"]), str(values["images"]))
        return cls._of_values(values | {"body_html": html})

    @property
    def kept(self) -> dict[str, str | int | None]:
        """The row as it is kept: of the HTML only what is not its text."""
        html = pack_html(str(self.row["body_html"]), str(self.row["body"]), str(self.row["images"]))
        return self.row | {"body_html": html}

    @property
    def texts(self) -> tuple[str, str, str]:
        """Title, lead and body with raised and lowered text as plain text, as they are compared; empty for none."""
        title, lead, body = (text or "" for text in _restore_levels(self.row, read_marks(self.row["marks"])))
        return title, lead, body

    @classmethod
    def _of_values(cls, values: dict[str, str | int | None]) -> "Content":
        marks = read_marks(values["marks"])
        comparable = dict(zip(_TEXTS, map(fold_text, _restore_levels(values, marks)), strict=True))
        comparable["author"] = fold_text(values["author"])
        comparable["published"] = _compare_date(values)
        comparable["images"] = _compare_items(values["images"], "caption")
        comparable["attachments"] = _compare_items(values["attachments"], "title")
        comparable["links"] = _compare_links(values["links"])
        comparable["marks"] = compare_marks(marks)
        return cls(values, comparable)


def find_changes(before: Content, after: Content) -> tuple[str, ...]:
    """Name the fields that differ, in the order of FIELDS; a date that one side prints relatively is not compared."""
    old, new = before.comparable, after.comparable
    changed = (field for field in FIELDS if old[field] != new[field])
    return tuple(field for field in changed if not _is_same(field, before, after))


def _is_same(field: str, before: Content, after: Content) -> bool:
    """Say whether a field is the same although its comparable form is another one."""
    if field == "published":
        return RELATIVE in (before.comparable[field], after.comparable[field]) or _is_one_print(before.row, after.row)
    if field == "links":
        return _lead_to_same(before.row[field], after.row[field])
    return field in _TEXTS and fold_text(before.row[field]) == fold_text(after.row[field])


def _is_one_print(before: Mapping[str, str | int | None], after: Mapping[str, str | int | None]) -> bool:
    """Say whether one date is printed that was understood only once: of a day to come, until it came."""
    printed, then = fold_text(before["published_raw"]), fold_text(after["published_raw"])
    return printed is not None and printed == then and None in (before["published_at"], after["published_at"])


def write_published(published: PublishedDate | None) -> dict[str, str | None]:
    """Write a date of publication as its three columns: the instant, the text that is printed, the precision."""
    if published is None:
        return {"published_at": None, "published_raw": None, "published_precision": None}
    return {
        "published_at": write_time(published.at) if published.at else None,
        "published_raw": published.raw,
        "published_precision": published.precision,
    }


def write_links(links: tuple[Link, ...]) -> list[dict[str, str | bool]]:
    """Write links as they are kept."""
    return [{"url": link.url, "text": link.text, "kind": link.kind, "own": link.own} for link in links]


def write_marks(marks: tuple[Mark, ...]) -> list[dict[str, str]]:
    """Write marks as they are kept."""
    return [{"kind": mark.kind, "text": mark.text, "before": mark.before} for mark in marks]


def write_time(time: datetime, timespec: str = "seconds") -> str:
    """Write an aware time the way the archive keeps times: UTC, ISO 8601 with offset."""
    return time.astimezone(UTC).isoformat(timespec=timespec)


def _compare_date(row: Mapping[str, str | int | None]) -> str | None:
    if row["published_relative"]:
        return RELATIVE
    if row["published_at"]:
        return f"{row['published_at']} {row['published_precision']}"
    return fold_text(row["published_raw"])


def _compare_items(items: str | int | None, text: str) -> str:
    if items == "[]":
        return "[]"
    listed = json.loads(str(items))
    names = identify_files([item["url"] for item in listed])
    return _write_json([[name, fold_text(item[text])] for name, item in zip(names, listed, strict=True)])


def _compare_links(links: str | int | None) -> str:
    """Write where the links lead, in their order; which words they stand on is no part of it."""
    if links == "[]":
        return "[]"
    return write_targets((link["kind"], identify_link(link["url"], own=link["own"])) for link in read_links(links))


def write_targets(targets: Iterable[tuple[str, str]]) -> str:
    """Write where links lead, by their kinds and what identifies them, as it is compared."""
    return _write_json([*targets])


def _lead_to_same(before: str | int | None, after: str | int | None) -> bool:
    old, new = ([(link["url"], link["own"]) for link in read_links(links)] for links in (before, after))
    return len(old) == len(new) and all(map(is_same_link, old, new))


def compare_marks(marks: Iterable[Mapping[str, str]]) -> str:
    """Write the marks as they are compared, those of one kind in a row as one.

    Where elements and paragraphs begin is no part of it.
    """
    groups = groupby(marks, key=itemgetter("kind"))
    return _write_json([[kind, "".join("".join(m["text"].split()) for m in group)] for kind, group in groups])


def _restore_levels(row: Mapping[str, str | int | None], marks: list[dict[str, str]]) -> list[str | None]:
    """Return title, lead and body with raised and lowered text as plain text, one after the other as they are read."""
    texts = [None if row[name] is None else str(row[name]) for name in _TEXTS]
    if not any(mark["kind"] in ("raised", "lowered") for mark in marks):
        return texts
    whole = restore_level("\0".join(text or "" for text in texts), marks)
    return [text or None for text in whole.split("\0", 2)]


def _digest(values: Mapping[str, str | int | None], names: tuple[str, ...]) -> bytes:
    """Return SHA-256 of some values."""
    has_newer = any(values[name] != "[]" for name in NEWER)
    written = [values[name] for name in names if has_newer or name not in NEWER]
    return hashlib.sha256(_write_json(written).encode()).digest()


def fold_text(text: str | int | None) -> str | None:
    """Return a text as it is compared: white space folded; None where nothing is left."""
    # A soft hyphen says where a word may be broken; it is printed, and no part of the text.
    return " ".join(str(text).replace("\xad", "").split()) or None if text else None


# json.dumps makes an encoder for every call that asks for anything but its defaults.
_write_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
