"""Which alerts there are: a TOML file beside the archive, ``archive.alerts.toml`` for ``archive.db``.

Each table is an alert, its keys are named as the options of ``archiver alerts add``. The command adds and removes whole
tables as text, so comments and the order of a hand that edits the file stay; what it wrote is read back before it
counts. Whatever a hand wrote wrong is one line that names alert and key.
"""

import json
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from archiver.alerts.addresses import Address
from archiver.alerts.hours import QuietHours, read_time_of_day
from archiver.archive.history.content import FIELDS
from archiver.archive.queries.changes import FURTHER_KINDS, KINDS
from archiver.errors import ArchiverError, UsageError
from archiver.formats.atomic_files import open_text
from archiver.site import NAME as SITE_NAME
from archiver.text.display import escape_controls

NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
DEFAULT_KINDS: Final = tuple(kind for kind in KINDS if kind != "new")
MOST: Final = 20
_HEAD = "# Who is told of which changes. Written by archiver alerts add and remove; you may edit it too.\n"
_HEADER = re.compile(r"^\s*\[\s*(?:([A-Za-z0-9_-]+)|\"([^\"]*)\"|'([^']*)')\s*\]\s*(?:#.*)?$")
Language = Literal["en", "vi"]


@dataclass(frozen=True, slots=True)
class Alert:
    """What somebody is told of, and where: changes seen ``since`` then; with ``problems`` failed runs and findings.

    ``most`` changes are shown in a message, the others counted. ``zone`` is that of quiet hours and digest.
    """

    name: str
    to: tuple[Address, ...]
    since: datetime
    words: str = ""
    site: str | None = None
    kind: tuple[str, ...] = DEFAULT_KINDS
    field: tuple[str, ...] = ()
    problems: bool = False
    quiet: QuietHours | None = None
    digest: time | None = None
    zone: ZoneInfo | None = None
    most: int = MOST
    language: Language | None = None


def alerts_file(archive: Path) -> Path:
    """Return the file with the alerts of an archive, beside the real one where links lead to it."""
    return archive.resolve().with_suffix(".alerts.toml")


def load_alerts(path: Path) -> list[Alert]:
    """Read all alerts in the order of the file; none where there is no file; UsageError."""
    return _read_alerts(path, _read_text(path))


def has_alerts(archive: Path) -> bool:
    """Say whether an archive has alerts, also such as cannot be read."""
    try:
        return bool(load_alerts(alerts_file(archive)))
    except UsageError:
        return True


def add_alert(path: Path, name: str, values: Mapping[str, Any]) -> Alert:
    """Add an alert by the keys of its table; UsageError for a name that is taken, and for wrong values."""
    text = _read_text(path)
    before = _read_alerts(path, text)
    if not NAME.fullmatch(name):
        raise UsageError(f"{escape_controls(name)!r} is no name for an alert; take letters, digits, - and _")
    if any(alert.name == name for alert in before):
        raise UsageError(f"there is an alert {name!r} already; remove it first, or give another --name")
    table = [f"[{name}]", *(f"{key} = {_write_value(value)}" for key, value in values.items())]
    start = f"{text.rstrip()}\n\n" if text.strip() else f"{_HEAD}\n"
    after = start + "\n".join(table) + "\n"
    added = _read_alerts(path, after)
    if added[:-1] != before:
        raise ArchiverError(f"{path}: the alert cannot be added behind what stands there; add it by hand")
    _write_text(path, after)
    return added[-1]


def remove_alert(path: Path, name: str) -> None:
    """Remove an alert; UsageError where there is none of that name."""
    text = _read_text(path)
    before = _read_alerts(path, text)
    left = [alert for alert in before if alert.name != name]
    if len(left) == len(before):
        there = ", ".join(alert.name for alert in before) or "none yet"
        raise UsageError(f"there is no alert {escape_controls(name)!r}; there are: {there}")
    after = _cut_table(text, name)
    try:
        is_cut = _read_alerts(path, after) == left
    except UsageError:
        is_cut = False
    if not is_cut:
        raise ArchiverError(f"{path}: the alert {name!r} is not written as a table of its own; remove it by hand")
    _write_text(path, after)


def _cut_table(text: str, name: str) -> str:
    """Cut a table out; comments right above the next one stay, for they belong to that."""
    lines = text.splitlines(keepends=True)
    headers = [at for at, line in enumerate(lines) if _HEADER.match(line)]
    start = next((at for at in headers if _name_header(lines[at]) == name), len(lines))
    end = next((at for at in headers if at > start), len(lines))
    if end < len(lines):
        while end - 1 > start and lines[end - 1].lstrip().startswith("#"):
            end -= 1
    return "".join([*lines[:start], *lines[end:]])


def _name_header(line: str) -> str | None:
    found = _HEADER.match(line)
    return next((name for name in found.groups() if name is not None), None) if found else None


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        said = getattr(error, "strerror", None) or "it is no UTF-8"
        raise UsageError(f"{path}: cannot be read: {said}; allow it, or save it as UTF-8") from error


def _write_text(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    is_new = not path.exists()
    with open_text(path) as stream:
        stream.write(text)
    if is_new:
        path.chmod(0o600)  # addresses may hold what only their owner should know


def _read_alerts(path: Path, text: str) -> list[Alert]:
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path}: this is no TOML: {escape_controls(str(error))}; correct it") from error
    return [_read_alert(path, name, table) for name, table in tables.items()]


def _read_alert(path: Path, name: str, table: object) -> Alert:
    where = f"{path}: alert {escape_controls(name)!r}"
    if not isinstance(table, dict):
        raise UsageError(f"{where}: this is no table; write [NAME] above the keys of an alert")
    if not NAME.fullmatch(name):
        raise UsageError(f"{where}: this is no name for an alert; take letters, digits, - and _")
    if missing := [key for key in ("to", "since") if key not in table]:
        raise UsageError(f"{where}: the key {missing[0]} is missing; {_READERS[missing[0]][1]}")
    values = {key: _read_value(where, key, value) for key, value in table.items()}
    if values.get("problems") and (wrong := [key for key in ("words", "kind", "field") if key in values]):
        raise UsageError(f"{where}, {wrong[0]}: problems are of runs and have none; make two alerts")
    return Alert(name=name, **values)


def _read_value(where: str, key: str, value: object) -> Any:  # noqa: ANN401 - each key has a type of its own
    if key not in _READERS:
        raise UsageError(f"{where}: there is no key {escape_controls(key)!r}; there are: {', '.join(_READERS)}")
    read, expected = _READERS[key]
    try:
        return read(value)
    except (ValueError, TypeError, KeyError, OSError) as error:
        raise UsageError(f"{where}, {key}: {expected}") from error


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip() or escape_controls(value) != value:
        raise ValueError(value)
    return value


def _texts(value: object) -> tuple[str, ...]:
    texts = tuple(map(_text, value if isinstance(value, list) else [value]))
    if not texts or len(set(texts)) < len(texts):
        raise ValueError(value)
    return texts


def _addresses(value: object) -> tuple[Address, ...]:
    addresses = tuple(map(Address, _texts(value)))
    if len({address.key for address in addresses}) < len(addresses) or not all(
        address.scheme or address.variables for address in addresses
    ):
        raise ValueError(value)
    return addresses


def _among(words: Sequence[str]) -> Callable[[object], tuple[str, ...]]:
    def read(value: object) -> tuple[str, ...]:
        chosen = _texts(value)
        if set(chosen) - set(words):
            raise ValueError(value)
        return chosen

    return read


def _site(value: object) -> str:
    if not SITE_NAME.fullmatch(_text(value)):
        raise ValueError(value)
    return _text(value)


def _true(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError(value)
    return value


def _number(value: object) -> int:
    if type(value) is not int or not 1 <= value <= 1000:
        raise ValueError(value)
    return value


def _language(value: object) -> Language:
    if value not in ("en", "vi"):
        raise ValueError(value)
    return value


def _moment(value: object) -> datetime:
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise ValueError(value)
    return value.astimezone(UTC)


_READERS: Final[dict[str, tuple[Callable[[object], Any], str]]] = {
    "to": (_addresses, 'write a list of different addresses, ["ntfy://ntfy.sh/TOPIC", "https://HOST/PATH"] say'),
    "words": (_text, "write the words in quotes, as for archiver search"),
    "site": (_site, "write the name of a site in quotes"),
    "kind": (_among((*KINDS, *FURTHER_KINDS)), f"write a list of: {', '.join((*KINDS, *FURTHER_KINDS))}"),
    "field": (_among(FIELDS), f"write a list of: {', '.join(FIELDS)}"),
    "problems": (_true, "write true or false"),
    "quiet": (lambda value: QuietHours.read(_text(value)), 'write it as "22:00-07:00"'),
    "digest": (lambda value: read_time_of_day(_text(value)), 'write it as "08:00"'),
    "zone": (lambda value: ZoneInfo(_text(value)), 'write a time zone as "Asia/Ho_Chi_Minh"'),
    "most": (_number, "write a number from 1 to 1000"),
    "language": (_language, 'write "en" or "vi"'),
    "since": (_moment, "write a time with its offset, 2026-11-30T08:00:00+07:00 say"),
}
assert {*_READERS, "name"} == {field.name for field in fields(Alert)}  # noqa: S101 - the file has every key


def _write_value(value: object) -> str:
    """Write a value in TOML; texts without control characters are written as in JSON."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds")
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_write_value, value))}]"
    return json.dumps(value, ensure_ascii=False)
