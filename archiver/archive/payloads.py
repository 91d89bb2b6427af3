"""Payloads: the bytes of captures, stored once per digest, compressed."""

import hashlib
import sqlite3

import zstandard

from archiver.errors import ArchiveError

LEVEL = 9


def store_payload(connection: sqlite3.Connection, body: bytes) -> bytes:
    """Store bytes unless they are there, and return their SHA-256 digest (32 bytes)."""
    digest = hashlib.sha256(body).digest()
    known = connection.execute("SELECT 1 FROM payloads WHERE digest = ?", (digest,)).fetchone()
    if not known:
        data = zstandard.ZstdCompressor(level=LEVEL).compress(body)
        connection.execute("INSERT INTO payloads VALUES (?, ?, 'zstd', ?)", (digest, len(body), data))
    return digest


def load_payload(connection: sqlite3.Connection, digest: bytes) -> bytes:
    """Return the bytes of a payload as they were received; ArchiveError where they are missing or damaged."""
    row = connection.execute("SELECT size, data FROM payloads WHERE digest = ?", (digest,)).fetchone()
    if row is None:
        raise ArchiveError(f"payload {digest.hex()} is not in the archive")
    try:
        body = zstandard.ZstdDecompressor().decompress(row[1], max_output_size=row[0])
    except zstandard.ZstdError as error:
        raise ArchiveError(f"payload {digest.hex()} is damaged: {error}") from error
    if hashlib.sha256(body).digest() != digest:
        raise ArchiveError(f"payload {digest.hex()} is damaged: its bytes have another digest")
    return body
