"""The lists of web archives (CDX): which address was captured when, in both dialects that are in use.

The Wayback Machine answers with one JSON array of arrays, the first of which names the fields; behind an empty one
stands the key by which the list goes on. pywb answers with one JSON object a line.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from archiver.backfill.sources import Dialect
from archiver.urls import join_url, shorten_address

_NAMES = {"original": "url", "mimetype": "mime", "statuscode": "status"}
_MOST_DIGEST = 128
_PORT = re.compile(r"^(http://[^/?#]+):80(?=[/?#]|$)|^(https://[^/?#]+):443(?=[/?#]|$)", re.IGNORECASE)


class ListError(Exception):
    """An answer that is no list, or not all of one; its text goes on from "the list of HOST"."""


class CutError(ListError):
    """A list that ends within, or before it begins."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A capture that a web archive has: ``at`` are 14 digits in UTC, ``length`` bytes as it is stored there.

    ``status`` is None where the list does not say it, as of a revisit: a capture that was the same as an earlier one.
    """

    url: str
    at: str
    status: int | None
    mime: str
    digest: str
    length: int = 0


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a list: its captures, the key by which it goes on (empty at the end), and lines that say nothing."""

    rows: tuple[Listed, ...]
    key: str = ""
    unreadable: int = 0

    @property
    def size(self) -> int:
        """How many lines it had."""
        return len(self.rows) + self.unreadable


def read_block(body: bytes, dialect: Dialect) -> Block:
    """Read an answer of a web archive; ListError for one that is no list of this dialect, or ends within."""
    text = body.decode("utf-8", "replace").strip()
    if text.startswith("<"):
        raise ListError("is a page for people")
    return _read_array(text) if dialect == "wayback" else _read_lines(text)


def _read_array(text: str) -> Block:
    try:
        table = json.loads(text)
    except (ValueError, RecursionError) as error:
        if not text or text.startswith("["):  # nothing at all is what it sends to whom it does not want; else []
            raise CutError("was cut off") from error
        raise ListError(f"cannot be read: {shorten_address(text)}") from error
    if not isinstance(table, list) or not all(isinstance(line, list) for line in table):
        raise ListError("is JSON of another kind")
    if not table:
        return Block(())
    names, *lines = table
    if "timestamp" not in names or not {"original", "url"} & set(map(str, names)):
        raise ListError("does not name its fields")
    key = ""
    if len(lines) > 1 and lines[-2] == [] and len(lines[-1]) == 1:
        key = str(lines[-1][0])
        lines = lines[:-2]
    return _gather((dict(zip(map(str, names), line, strict=False)) for line in lines if line), key)


def _read_lines(text: str) -> Block:
    lines = [line for line in text.splitlines() if line.strip()]
    return _gather(_read_objects(lines), "")


def _read_objects(lines: list[str]) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(lines, 1):
        try:
            yield _read_line(line)
        except (ValueError, RecursionError) as error:
            if number == len(lines) > 1:
                raise CutError("was cut off") from error
            raise ListError(f"cannot be read: {shorten_address(line)}") from error


def _read_line(line: str) -> dict[str, Any]:
    """Read a line of pywb's: an object, or key and time before one (CDXJ)."""
    fields: dict[str, Any] = {}
    if not line.startswith("{"):
        _, at, line = line.split(" ", 2)
        fields = {"timestamp": at}
    fields |= json.loads(f"{{{line.strip().removeprefix('{')}")
    if "timestamp" not in fields:
        raise ValueError("an object of another kind")
    return fields


def _gather(lines: Iterable[dict[str, Any]], key: str) -> Block:
    rows = []
    unreadable = 0
    for line in lines:
        row = _read_row({_NAMES.get(name, name): value for name, value in line.items()})
        if row:
            rows.append(row)
        else:
            unreadable += 1
    return Block(tuple(rows), key, unreadable)


def _read_row(fields: dict[str, Any]) -> Listed | None:
    url = normalise(str(fields.get("url") or ""))
    at = str(fields.get("timestamp") or "")
    if url is None or read_time(at) is None:
        return None
    digest = str(fields.get("digest") or "").removeprefix("sha1:")[:_MOST_DIGEST]
    status, length = _read_number(fields.get("status")), _read_number(fields.get("length"))
    mime = str(fields.get("mime") or "").lower().split(";")[0].strip()
    return Listed(url, at, status or None, mime, "" if digest == "-" else digest, length or 0)


def normalise(url: str) -> str | None:
    """Write an address as crawls write them: percent-coded, without the scheme's own port; None for no web address."""
    joined = join_url(url, "") if url else None
    return _PORT.sub(lambda match: match[1] or match[2], joined) if joined else None


def read_time(at: str) -> datetime | None:
    """Read the 14 digits by which web archives name a time; None for what is none."""
    try:
        return datetime.strptime(at, "%Y%m%d%H%M%S").replace(tzinfo=UTC) if len(at) == len("20120131235959") else None
    except ValueError:
        return None


def write_digits(at: datetime) -> str:
    """Write a time in the 14 digits by which web archives name it."""
    return f"{at.astimezone(UTC):%Y%m%d%H%M%S}"


def _read_number(value: object) -> int | None:
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else None
