"""How an address names a version of an article: by its number, or by the second at which it was first captured.

Numbers are easy to read, but older captures that come in by a merge or an import move them. The time of a capture is
evidence and never changes, so it is what people cite.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from archiver.archive.queries.rows import StateRow
from archiver.web.faults import MissingError, PageError

_NUMBER = re.compile(r"\d{1,9}", re.ASCII)
_SECOND = re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Captured:
    """The version that a capture of some second (ISO 8601, UTC) showed."""

    second: str


Version = int | Captured


def read_version(name: str, text: str | None) -> Version | None:
    """Read the name of a version; None for none or 0, PageError where it is no name."""
    if not text:
        return None
    if second := _SECOND.fullmatch(text):
        year, month, day, *time = second.groups()
        return Captured(f"{year}-{month}-{day}T{':'.join(time)}")
    if _NUMBER.fullmatch(text):
        return int(text) or None
    raise PageError("bad_value", name=name, value=text)


def write_version(seen_from: str) -> str:
    """Name the version that was first captured at a time of the archive."""
    return f"{re.sub('[:-]', '', seen_from[:19])}Z"


def number_version(states: Sequence[StateRow], version: Version) -> int:
    """Return the number of a version; MissingError where the article was first captured later."""
    if isinstance(version, int):
        return version
    numbers = [state["snapshot"] for state in states if state["seen_from"][:19] <= version.second]
    if not numbers:
        raise MissingError("first_seen_later", first=states[0]["seen_from"][:10])
    return numbers[-1]
