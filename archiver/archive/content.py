"""The content of an article: what makes one state of it differ from another (rules 3 and 4 of history)."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

from archiver.archive.markup import pack_html, unpack_html
from archiver.archive.values import read_attachments, read_images
from archiver.model import Article, PublishedDate
from archiver.urls import identify_file

FIELDS = ("title", "lead", "body", "author", "published", "images", "attachments")
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
)
RELATIVE = "relative"


@dataclass(frozen=True)  # without slots: the digest is asked for several times
class Content:
    """A row of ``contents`` (COLUMNS) and its comparable form.

    ``comparable`` holds one text a field of FIELDS: white space folded, the date as an instant, files
    by what identifies them, no alternative texts.
    A relative date is RELATIVE there: it moves with every capture and proves nothing.
    """

    row: dict[str, str | int | None]
    comparable: dict[str, str | None]

    @cached_property
    def digest(self) -> bytes:
        """SHA-256 of the comparable form."""
        return hashlib.sha256(_write_json([self.comparable[field] for field in FIELDS]).encode()).digest()

    @property
    def row_digest(self) -> bytes:
        """SHA-256 of the row: tells apart spellings that compare as equal."""
        return hashlib.sha256(_write_json([self.row[column] for column in COLUMNS]).encode()).digest()

    @property
    def filled(self) -> frozenset[str]:
        """The fields of FIELDS that hold something."""
        return frozenset(field for field in FIELDS if self.comparable[field] not in (None, "[]"))

    @classmethod
    def of_article(cls, article: Article) -> "Content":
        """Take from an article what counts as its content: no counters, no furniture, not the way one came."""
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
        }
        return cls._of_values(row)

    @classmethod
    def of_row(cls, row: Mapping[str, str | int | None]) -> "Content":
        """Read a stored content back; DamageError."""
        values = {column: row[column] for column in COLUMNS}
        for name, read in (("images", read_images), ("attachments", read_attachments)):
            read(values[name])
        html = unpack_html(str(values["body_html"]), str(values["body"]), str(values["images"]))
        return cls._of_values(values | {"body_html": html})

    @property
    def kept(self) -> dict[str, str | int | None]:
        """The row as it is kept: of the HTML only what is not its text."""
        html = pack_html(str(self.row["body_html"]), str(self.row["body"]), str(self.row["images"]))
        return self.row | {"body_html": html}

    @classmethod
    def _of_values(cls, values: dict[str, str | int | None]) -> "Content":
        comparable = {field: fold_text(values[field]) for field in ("title", "lead", "body", "author")}
        comparable["published"] = _compare_date(values)
        comparable["images"] = _compare_items(values["images"], "caption")
        comparable["attachments"] = _compare_items(values["attachments"], "title")
        return cls(values, comparable)


def find_changes(before: Content, after: Content) -> tuple[str, ...]:
    """Name the fields that differ, in the order of FIELDS; a date that one side prints relatively is not compared."""
    old, new = before.comparable, after.comparable
    changed = tuple(field for field in FIELDS if old[field] != new[field])
    if RELATIVE in (old["published"], new["published"]):
        return tuple(field for field in changed if field != "published")
    return changed


def write_published(published: PublishedDate | None) -> dict[str, str | None]:
    """Write a date of publication as its three columns: the instant, the text that is printed, the precision."""
    if published is None:
        return {"published_at": None, "published_raw": None, "published_precision": None}
    return {
        "published_at": write_time(published.at) if published.at else None,
        "published_raw": published.raw,
        "published_precision": published.precision,
    }


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
    return _write_json([[identify_file(item["url"]), fold_text(item[text])] for item in json.loads(str(items))])


def fold_text(text: str | int | None) -> str | None:
    """Return a text as it is compared: white space folded; None where nothing is left."""
    # A soft hyphen says where a word may be broken; it is printed, and no part of the text.
    return " ".join(str(text).replace("\xad", "").split()) or None if text else None


# json.dumps makes an encoder for every call that asks for anything but its defaults.
_write_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
