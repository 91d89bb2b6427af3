"""The documents and images of an article, as ``archiver show`` tells them."""

import os
import sqlite3
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from archiver.archive.evidence.attachments import Kept, find_kept
from archiver.archive.evidence.files import StoredFile, folder_beside, has_file
from archiver.archive.queries.rows import ArticleRow, Attachment, Picture
from archiver.archive.store.damage import DamageError, note_damage
from archiver.cli.printing.output import show_time

NEVER = "not asked for yet"


def describe_files(connection: sqlite3.Connection, row: ArticleRow, at: datetime) -> dict[str, list[dict[str, Any]]]:
    """Return the images and attachments of an article with what is kept of them.

    Each item gets ``file`` (the path of the last copy), ``digest``, ``bytes``, ``media_type``, ``fetched_at``,
    ``problem`` (why there is none, or no newer one) and ``earlier`` (the copies before, likewise, with ``since`` and
    ``until``). All of them are None where the file was never asked for.
    """
    folder = _shorten(folder_beside(connection))
    lists: dict[str, list[Picture] | list[Attachment]]
    lists = {"images": row["images"], "attachments": row["attachments"]}
    kept = find_kept(connection, row["site"], (item["url"] for items in lists.values() for item in items), at)
    return {
        name: [{**item, **_describe(folder, kept.get(item["url"]))} for item in items] for name, items in lists.items()
    }


def write_files(heading: str, items: list[dict[str, Any]], text: str, zone: ZoneInfo) -> list[str]:
    """Write a list of files, each with its copies below it, or with the reason why there is none."""
    if not items:
        return []
    return ["", f"{heading}:", *(line for item in items for line in _write_file(item, text, zone))]


def _describe(folder: Path, kept: Kept | None) -> dict[str, Any]:
    newest = kept.copies[0] if kept and kept.copies else None
    return {
        **_describe_copy(folder, newest.file if newest else None),
        "fetched_at": newest.until if newest else None,
        "asked_at": kept.asked_at if kept else None,
        "problem": _find_problem(folder, kept),
        "earlier": [
            _describe_copy(folder, copy.file) | {"since": copy.since, "until": copy.until}
            for copy in (kept.copies[1:] if kept else ())
        ],
    }


def _describe_copy(folder: Path, file: StoredFile | None) -> dict[str, Any]:
    return {
        "file": str(folder / file.place) if file else None,
        "digest": file.digest.hex() if file else None,
        "bytes": file.size if file else None,
        "media_type": file.media_type if file else None,
    }


def _find_problem(folder: Path, kept: Kept | None) -> str | None:
    try:
        if kept and kept.copies and not has_file(folder, kept.copies[0].file):
            return "missing_file"
    except DamageError as error:
        note_damage(error)
        return "missing_file"
    return kept.problem if kept else None


def _write_file(item: dict[str, Any], text: str, zone: ZoneInfo) -> list[str]:
    lines = [f"- {item[text] or '(no caption)'} <{item['url']}>"]
    if item["file"]:
        lines.append(f"  {_write_copy(item)}, {show_time(item['fetched_at'], zone)}")
    if item["problem"]:
        lines.append(f"  not kept: {item['problem']}, {show_time(item['asked_at'], zone)}")
    if not item["asked_at"] and text == "title":
        lines.append(f"  {NEVER}")
    for copy in item["earlier"]:
        until = show_time(copy["until"], zone)
        lines.append(f"  before: {_write_copy(copy)}, {show_time(copy['since'], zone)} to {until}")
    return lines


def _write_copy(copy: dict[str, Any]) -> str:
    return f"{copy['file']}, {copy['bytes']:,} bytes, {copy['media_type']}"


def _shorten(folder: Path) -> Path:
    """Name a folder from where one stands, if it lies below."""
    return Path(os.path.relpath(folder)) if folder.is_relative_to(Path.cwd()) else folder
