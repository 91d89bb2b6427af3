"""Headers of captures: what of them differs from an earlier answer of the site.

A portal says nearly the same with every answer: 700 bytes, of which a date, a session and a tag differ. So a few whole
ones are kept in ``header_sets``, as JSON, and of a capture what zlib leaves of its headers with the nearest of these as
its dictionary, some 90 bytes. The checksums in it tell damage of either.
"""

import hashlib
import json
import sqlite3
import zlib
from collections.abc import Iterator

from archiver.archive.store.damage import DamageError, shorten
from archiver.archive.store.values import read_json
from archiver.errors import ArchiveError
from archiver.model import Headers

# Listings, articles, errors and redirects each have their own set; more are not tried.
_TRIED = 8
# What takes more of its own length than a third, and more than a few bytes, becomes a set itself.
_DRIFT, _FEW = 3, 100
# Bytes of the headers of one answer: servers send 16 KB at most (crawl/transport/connections.py), and bombs more.
_MOST_BYTES = 1 << 20


def pack_headers(connection: sqlite3.Connection, site: str, headers: Headers) -> tuple[bytes | None, int | None]:
    """Write headers the way they are kept; returns the columns ``headers`` and ``header_set_id`` of a capture."""
    if not headers:
        return None, None
    text = json.dumps(headers, ensure_ascii=False, separators=(",", ":")).encode()
    for set_id, packed in _try_sets(connection, site, text):
        if len(packed) <= max(_FEW, len(text) // _DRIFT):
            return packed, set_id
    row = connection.execute(
        "INSERT INTO header_sets (site, digest, headers) VALUES (?, ?, ?) "
        "ON CONFLICT DO UPDATE SET site = site RETURNING id",
        (site, hashlib.sha256(text).digest(), text.decode()),
    ).fetchone()
    return _pack(text, text), int(row[0])


def read_headers(packed: bytes | None, base: str | None) -> Headers:
    """Read the headers of a capture and of its set back; ArchiveError where either is damaged."""
    if packed is None or base is None:
        return ()
    try:
        unpacker = zlib.decompressobj(zdict=base.encode())
        text = unpacker.decompress(packed, _MOST_BYTES)
        if not unpacker.eof:
            raise ArchiveError("headers are damaged: they have no end")
        return read_set(text.decode())
    except (zlib.error, ValueError, TypeError, DamageError) as error:
        raise ArchiveError(f"headers are damaged: {error}") from error


def read_set(text: str) -> Headers:
    """Read headers from JSON, pairs of texts; DamageError."""
    pairs = read_json(text)
    if not isinstance(pairs, list) or not all(_is_pair(pair) for pair in pairs):
        raise DamageError(f"{shorten(text)} are no headers")
    return tuple((name, value) for name, value in pairs)


def _is_pair(pair: object) -> bool:
    return isinstance(pair, list) and [type(part) for part in pair] == [str, str]


def _try_sets(connection: sqlite3.Connection, site: str, text: bytes) -> Iterator[tuple[int, bytes]]:
    query = "SELECT id, headers FROM header_sets WHERE site = ? ORDER BY id DESC LIMIT ?"
    for set_id, base in connection.execute(query, (site, _TRIED)).fetchall():
        yield set_id, _pack(text, base.encode())


def _pack(text: bytes, base: bytes) -> bytes:
    packer = zlib.compressobj(9, zdict=base)
    return packer.compress(text) + packer.flush()
