"""The index of a web archive: CDXJ lines in the order of their keys, packed so that a part of them can be looked up."""

import gzip
import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

import surt

from archiver.formats.warc.writing import Written

# Lines in one gzip member, as the tools of others pack them.
LINES = 1024
INDEX, SECONDARY = "indexes/index.cdx.gz", "indexes/index.idx"


def write_key(written: Written) -> str:
    """Write the key of an index line: the address with its host turned round, and the time."""
    try:
        key = surt.surt(written.url)
    except ValueError:  # no address that can be taken apart
        key = written.url
    return f"{key} {write_timestamp(written.at)}"


def write_timestamp(at: datetime) -> str:
    """Write a time in 14 digits."""
    return at.astimezone(UTC).strftime("%Y%m%d%H%M%S")


def write_line(written: Written, filename: str) -> str:
    """Write what an index line says of a record."""
    said: dict[str, str] = {"url": written.url, "mime": written.mime}
    said |= {"status": str(written.status)} if written.status is not None else {}
    said |= {"digest": written.digest} if written.digest else {}
    said |= {"length": str(written.length), "offset": str(written.offset), "filename": filename}
    return json.dumps(said, ensure_ascii=False)


def pack_lines(lines: Iterable[tuple[str, str]]) -> Iterator[tuple[bytes, str]]:
    """Pack index lines (keys and what they say), which come in order; yields members, and a secondary line for each."""
    place, key, held = 0, "", []
    for own, said in lines:
        key = key or own
        held.append(f"{own} {said}\n")
        if len(held) == LINES:
            member = _pack(held)
            yield member, _point_to(key, place, member)
            place, key, held = place + len(member), "", []
    if held:
        member = _pack(held)
        yield member, _point_to(key, place, member)


def begin_secondary() -> str:
    """Write the line with which a secondary index begins."""
    said = {"format": "cdxj-gzip-1.0", "filename": INDEX.rpartition("/")[2]}
    return f"!meta 0 {json.dumps(said)}\n"


def _pack(lines: list[str]) -> bytes:
    return gzip.compress("".join(lines).encode(), mtime=0)


def _point_to(key: str, place: int, member: bytes) -> str:
    digest = f"sha256:{hashlib.sha256(member).hexdigest()}"
    return f"{key} {json.dumps({'offset': place, 'length': len(member), 'digest': digest})}\n"
