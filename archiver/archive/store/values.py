"""What the columns of an archive may hold, by their names: types, times, lists in JSON.

SQLite checks these things when a row is written, not when it is read; and a row may have been written by anybody.
"""

import json
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from functools import lru_cache
from types import NoneType
from typing import Any, TypeVar, cast
from zoneinfo import ZoneInfo

from archiver.archive.store.damage import DamageError, note_damage, shorten

Row = dict[str, Any]
Kind = TypeVar("Kind")
Reader = Callable[[Any], Any]

_TIMES = frozenset(
    "published_at views_observed_at first_seen_at last_seen_at changed_at seen_from seen_until observed_at at "
    "observed_from observed_until fetched_at asked_at started_at finished_at made_at last_run section_from "
    "decided_at learned_at stamped_at".split()
)
_NUMBERS = frozenset(
    "views snapshots snapshot listed size bytes status copies run_id requests captures observations errors findings "
    "articles articles_new articles_changed articles_unchanged articles_found articles_failed articles_skipped "
    "articles_pending articles_late withdrawn content_id id number ordinal".split()
)
_TEXTS = frozenset(
    "site article_id url title section author lead body body_html published_raw published_precision views_raw state "
    "cause source kind detail content_digest outcome scope file_url digest media_type problem file extension name "
    "platform timezone uid fate reason version native_key sign standing seal purpose expected refused program "
    "outage template proof authority".split()
)
_ALWAYS = frozenset(
    "site article_id body body_html state snapshots seen_from seen_until at cause source kind started_at "
    "first_seen_at last_seen_at requests images attachments links marks".split()
)
_NUMBER, _TEXT = (int, NoneType), (str, NoneType)
_FIRST, _LAST = datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)
# ZoneInfo looks names up as paths below its folders; a name that is a folder there is no zone.
_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]{0,29}(?:/[A-Za-z0-9][A-Za-z0-9_+-]{0,29}){0,3}")


def read_time(value: object) -> datetime:
    """Read a time as the archive writes times (UTC, ISO 8601 with offset); DamageError.

    The first and the last days of the calendar are left out: there a time has no place in every zone.
    """
    try:
        time = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        time = None
    if time is None or time.tzinfo is not UTC or not _FIRST <= time <= _LAST:
        raise DamageError(f"{shorten(value)} is no time")
    return time


def read_json(text: object) -> Any:  # noqa: ANN401 - whatever it is: who asks looks at its shape
    """Read JSON; DamageError for what is none, or is nested too deep to be ours."""
    try:
        return json.loads(text) if isinstance(text, str) else _refuse(text, "no JSON")
    except (ValueError, RecursionError):
        return _refuse(text, "no JSON")


def read_images(text: object) -> list[Row]:
    """Read ``images``: JSON array of {url, caption, alt}; DamageError."""
    return _read_items(text, ("caption", "alt"))


def read_attachments(text: object) -> list[Row]:
    """Read ``attachments``: JSON array of {url, title}; DamageError."""
    return _read_items(text, ("title",))


def read_links(text: object) -> list[Row]:
    """Read ``links``: JSON array of {url, text, kind, own}; DamageError."""
    links = _read_items(text, ("text",))
    if not all(link.get("kind") in ("link", "media") and isinstance(link.get("own"), bool) for link in links):
        _refuse(text, "no list of links")
    return links


def read_marks(text: object) -> list[Row]:
    """Read ``marks``: JSON array of {kind, text, before}; DamageError."""
    marks = [] if text == "[]" else read_json(text)
    if not isinstance(marks, list) or not all(_is_mark(mark) for mark in marks):
        _refuse(text, "no list of marks")
    return [dict(mark) for mark in marks]


def read_names(text: object) -> list[str]:
    """Read a JSON array of texts, ``changed_fields`` say; DamageError."""
    names = read_json(text)
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        _refuse(text, "no list of names")
    return list(names)


def read_pairs(text: object) -> dict[str, str]:
    """Read a JSON object of texts, ``validators`` say; DamageError."""
    pairs = read_json(text)
    if not isinstance(pairs, dict) or not all(isinstance(value, str) for value in pairs.values()):
        _refuse(text, "no names with their values")
    return dict(pairs)


def read_zone(name: object) -> ZoneInfo:
    """Return the time zone of a site; DamageError where there is none of that name."""
    if not isinstance(name, str) or not _ZONE.fullmatch(name):
        _refuse(name, "no time zone")
    try:
        return ZoneInfo(str(name))
    except (KeyError, ValueError, OSError) as error:
        raise DamageError(f"{shorten(name)} is no time zone") from error


def read_row(row: sqlite3.Row | Row) -> Row:
    """Read a row of a view or a query by the names of its columns, JSON decoded; DamageError names what is wrong."""
    return _read(tuple(row.keys()), row)


def read_rows(rows: Iterable[sqlite3.Row | Row]) -> Iterator[Row]:
    """Read rows one by one, all with the same columns; those that are damaged are noted and left out."""
    names: tuple[str, ...] = ()
    for row in rows:
        names = names or tuple(row.keys())
        try:
            values = _read(names, row)
        except DamageError as error:
            note_damage(error)
            continue
        yield values


def take_row(row: sqlite3.Row, kind: type[Kind]) -> Kind:  # noqa: ARG001 - mypy reads it
    """Read a row as ``read_row`` does; ``kind`` is the TypedDict whose keys are the columns that were asked for."""
    return cast("Kind", read_row(row))


def take_rows(rows: Iterable[sqlite3.Row], kind: type[Kind]) -> Iterator[Kind]:  # noqa: ARG001 - mypy reads it
    """Read rows as ``read_rows`` does, each of a kind."""
    return cast("Iterator[Kind]", read_rows(rows))


def read_value(name: str, value: Any) -> Any:  # noqa: ANN401 - any column's value
    """Read the value of a column; names that are not known are taken as they come. DamageError."""
    reader = dict(_choose_readers((name,))).get(name)
    return value if reader is None else reader(value)


@lru_cache(maxsize=100)
def _choose_readers(names: tuple[str, ...]) -> tuple[tuple[str, Reader], ...]:
    """Choose what looks at which column; titles may be missing only where a row is of a file."""
    needed = _ALWAYS if "file_url" in names else _ALWAYS | {"title"}
    readers = ((name, READERS[name]) for name in names if name in READERS)
    return tuple((name, _need(reader) if name in needed else reader) for name, reader in readers)


def _need(reader: Reader) -> Reader:
    return lambda value: _refuse(value, "no value") if value is None else reader(value)


def _read(names: tuple[str, ...], row: sqlite3.Row | Row) -> Row:
    values = row.copy() if isinstance(row, dict) else dict(zip(names, row, strict=True))
    for name, reader in _choose_readers(names):
        try:
            values[name] = reader(values[name])
        except DamageError as error:
            raise DamageError(f"{_name_row(values)}{name}: {error}") from error
    return values


def _read_items(text: object, texts: tuple[str, ...]) -> list[Row]:
    if text == "[]":
        return []
    items = read_json(text)
    if not isinstance(items, list) or not all(_is_item(item, texts) for item in items):
        _refuse(text, "no list of files")
    return [dict(item) for item in items]


def _is_item(item: object, texts: tuple[str, ...]) -> bool:
    if not isinstance(item, dict) or not isinstance(item.get("url"), str):
        return False
    return all(name in item and isinstance(item[name], str | None) for name in texts)


def _is_mark(item: object) -> bool:
    if not isinstance(item, dict) or item.get("kind") not in ("struck", "inserted", "raised", "lowered"):
        return False
    return all(isinstance(item.get(name), str) for name in ("text", "before"))


def _keep_time(value: object) -> object:
    if value is not None:
        read_time(value)
    return value


def _keep_number(value: object) -> object:
    return value if isinstance(value, _NUMBER) else _refuse(value, "no number")


def _keep_text(value: object) -> object:
    return value if isinstance(value, _TEXT) else _refuse(value, "no text")


def _perhaps(reader: Reader) -> Reader:
    return lambda value: None if value is None else reader(value)


def _refuse(value: object, reason: str) -> Any:  # noqa: ANN401 - never returns
    raise DamageError(f"{shorten(value)} is {reason}" if value is not None else reason)


def _name_row(row: Row) -> str:
    """Name a row in a message: the article or run that it is of, as far as it says so."""
    told = ":".join(str(row[name])[:80] for name in ("site", "article_id", "run_id") if name in row)
    return f"{told}, " if told else ""


READERS: dict[str, Reader] = {
    **dict.fromkeys(_TIMES, _keep_time),
    **dict.fromkeys(_NUMBERS, _keep_number),
    **dict.fromkeys(_TEXTS, _keep_text),
    "images": _perhaps(read_images),
    "attachments": _perhaps(read_attachments),
    "links": _perhaps(read_links),
    "marks": _perhaps(read_marks),
    "changed_fields": _perhaps(read_names),
}
