"""What our own exports say of a record beside what others do: what it was asked for, what was noted of a file."""

import json
from typing import Literal, cast

from archiver.findings import Kind
from archiver.formats.warc import fields as own
from archiver.formats.warc.reading import Record
from archiver.model import Purpose

_KINDS: dict[str, Literal["article", "listing", "robots"]] = {
    "article": "article",
    "listing": "listing",
    "robots": "robots",
}


def read_own_purpose(record: Record) -> Purpose:
    """Read what the address of a capture was asked for."""
    fields = record.fields
    kind, expected, refused = (fields.get(name.lower()) for name in (own.PURPOSE, own.EXPECTED, own.REFUSED))
    return Purpose(
        kind=_KINDS.get(kind or ""),
        expected=None if expected is None else own.read_text(expected),
        final=own.FOLLOWED.lower() not in fields,
        refused=None if refused is None else cast("Kind", refused),
    )


def read_own_validators(record: Record) -> dict[str, str]:
    """Read the validators that were noted of a file; none where they are not what we write."""
    try:
        read = json.loads(own.read_text(record.fields.get(own.VALIDATORS.lower(), "")))
    except ValueError:
        return {}
    return {name: value for name, value in read.items() if isinstance(value, str)} if isinstance(read, dict) else {}
