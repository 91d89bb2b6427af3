"""Payloads: the bytes of captures, stored once per digest and compressed with zstd, in whichever way is smallest.

    plain        on its own: a tenth of a page
    dictionary   with a dictionary trained on pages of the same site: a fiftieth, or less
    delta        against an earlier payload of the same address, its base: a thousandth, if little has moved

A base is never a delta itself, so every payload can be read with at most one other row; of archives that older versions
merged, chains of deltas are read too, and written whole when such an archive is opened. Figures: tests/benchmarks.
"""

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

import zstandard

from archiver.archive.history.content import write_time
from archiver.archive.store.damage import MOST_BYTES
from archiver.archive.store.sql_files import Queries
from archiver.errors import ArchiveError

LEVEL = 9  # the first whose window reaches back over a whole base of several megabytes

# Pages are smaller, and less does for them. At levels 3 / 5 / 6 / 9 / 12, on one of two shared cores:
#   plain, 97 KB                 10.5 / - / 10.3 / 9.9 / 9.8 KB in 0.1 / - / 0.5 / 0.8 / 1.3 ms
#   dictionary, 97 KB            1.27 / 0.99 / 0.93 / 0.77 / - KB in 0.04 / 0.09 / 0.25 / 0.24 / - ms
#   dictionary, 35 KB, mirrored  4.07 / 3.67 / 3.45 / 3.34 / - KB in 0.08 / 0.16 / 0.21 / 0.36 / - ms
#   delta, 97 KB                 46 / 46 / 46 / 46 / - B in 0.13 / 0.26 / 0.26 / 0.27 / - ms
PAGES_SIZE = 1_000_000
DICTIONARY_LEVEL, DELTA_LEVEL = 5, 3

# 32 pages hold nearly all that 80 would teach. 200 kB hold two pages of 97 KB with room for what differs; they save a
# sixth of every page over zstd's own 110 KiB and take 20 to 35 kB in the file.
SAMPLES = 32
DICTIONARY_SIZE = 200_000

# Segments of 2 kB, as boilerplate comes in long pieces. With both given zstd tries no others: 0.03 s instead of 0.1 s,
# and never the short dictionaries that its own search gives for pages so much alike.
SEGMENT_SIZE, MATCH_SIZE = 2048, 8

# A dictionary that makes a twentieth of a page is right for it, and the millisecond for the plain way is saved.
# Otherwise it must save a quarter of the plain size. Where it does not it was made for other pages: as soon as most new
# payloads come out plain, the next one is trained.
DICTIONARY_FITS, DICTIONARY_GAIN = 0.05, 0.75

# A delta above this part of the whole payload has drifted from its base: the payload becomes a base itself. 100
# captures each of a moving listing, a still article and an edited one take 173, 166, 193 and 319 kB at 0.25, 0.33, 0.5
# and 0.75.
DRIFT = 0.33

# More deltas standing on one another than this are taken for damage; versions before schema 6 merged some into being.
MOST_LINKS = 64
_QUERIES = Queries(__file__)


@dataclass(frozen=True, slots=True)
class _Encoded:
    """The columns of a payload after digest and size, as they stand in the table."""

    encoding: str
    dictionary_digest: bytes | None
    base_digest: bytes | None
    data: bytes


def store_payload(connection: sqlite3.Connection, site: str, address_id: int, body: bytes) -> bytes:
    """Store bytes unless they are there, and return their SHA-256 digest (32 bytes).

    ``address_id`` is the address they came from; the captures already kept of it offer the bases for a delta.
    """
    digest = hashlib.sha256(body).digest()
    if connection.execute("SELECT 1 FROM payloads WHERE digest = ?", (digest,)).fetchone():
        return digest
    encoded = _encode(connection, site, address_id, body)
    connection.execute(
        "INSERT INTO payloads (digest, size, encoding, dictionary_digest, base_digest, data) VALUES (?, ?, ?, ?, ?, ?) "
        "ON CONFLICT DO NOTHING",  # the crawl of another site may have got the same error page just now
        (digest, len(body), encoded.encoding, encoded.dictionary_digest, encoded.base_digest, encoded.data),
    )
    if encoded.encoding == "plain":
        train_if_due(connection, site)
    return digest


def write_whole(connection: sqlite3.Connection, site: str, digest: bytes, body: bytes) -> None:
    """Write a payload so that it stands on no other; one that is there keeps its digest and is packed anew."""
    whole = _encode_whole(connection, site, body)
    connection.execute(
        "INSERT INTO payloads (digest, size, encoding, dictionary_digest, base_digest, data) VALUES (?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (digest) DO UPDATE SET encoding = excluded.encoding, data = excluded.data, "
        "dictionary_digest = excluded.dictionary_digest, base_digest = excluded.base_digest",
        (digest, len(body), whole.encoding, whole.dictionary_digest, whole.base_digest, whole.data),
    )


def write_chains_whole(connection: sqlite3.Connection) -> None:
    """Write whole what stands on a delta, which versions before schema 6 cannot read; what is damaged stays."""
    chained = (
        "SELECT p.digest FROM payloads p JOIN payloads b ON b.digest = p.base_digest "
        "WHERE b.base_digest IS NOT NULL AND coalesce(p.digest = ?, 1)"
    )
    for (digest,) in connection.execute(chained, (None,)).fetchall():
        if connection.execute(chained, (digest,)).fetchone():  # not if its base was written whole just now
            with suppress(ArchiveError):
                write_whole(connection, _find_site(connection, digest), digest, load_payload(connection, digest))


def _find_site(connection: sqlite3.Connection, digest: bytes) -> str:
    query = "SELECT r.site FROM captures k JOIN runs r ON r.id = k.run_id WHERE k.payload_digest = ? LIMIT 1"
    row = connection.execute(query, (digest,)).fetchone()
    return str(row[0]) if row else ""


def load_payload(connection: sqlite3.Connection, digest: bytes, links: int = MOST_LINKS) -> bytes:
    """Return the bytes of a payload as they were received; ArchiveError where they are missing or damaged.

    ``links`` bounds the deltas that it stands on, one on another.
    """
    row = connection.execute(
        "SELECT size, encoding, dictionary_digest, base_digest, data FROM payloads WHERE digest = ?", (digest,)
    ).fetchone()
    if row is None:
        raise ArchiveError(f"payload {digest.hex()} is not in the archive")
    try:
        body = _decode(connection, row[0], _Encoded(*row[1:]), links)
    except (ArchiveError, zstandard.ZstdError, TypeError) as error:
        raise ArchiveError(f"payload {digest.hex()} is damaged: {error}") from error
    if hashlib.sha256(body).digest() != digest:
        raise ArchiveError(f"payload {digest.hex()} is damaged: its bytes have another digest")
    return body


def check_payloads(connection: sqlite3.Connection, digests: Iterable[bytes] | None = None) -> Iterator[str]:
    """Load these payloads, or all, and yield a line for each that cannot be had as it was received."""
    for digest in digests or (row[0] for row in connection.execute("SELECT digest FROM payloads ORDER BY rowid")):
        try:
            load_payload(connection, digest)
        except ArchiveError as error:
            yield str(error)


def _encode(connection: sqlite3.Connection, site: str, address_id: int, body: bytes) -> _Encoded:
    whole = _encode_whole(connection, site, body)
    # Two bases are tried, because an error page between two good ones must not cost a new base.
    last = dict.fromkeys(row[0] for row in _QUERIES.ask(connection, "bases", address=address_id))
    bases = _load_intact(connection, list(last)[:2])
    deltas = (_Encoded("delta", None, digest, compress_delta(body, base)) for digest, base in bases)
    delta = min(deltas, key=lambda delta: len(delta.data), default=whole)
    return delta if len(delta.data) <= DRIFT * len(whole.data) else whole


def _encode_whole(connection: sqlite3.Connection, site: str, body: bytes) -> _Encoded:
    short = _encode_with_dictionary(connection, site, body)
    if short is not None and len(short.data) <= DICTIONARY_FITS * len(body):
        return short
    plain = _Encoded("plain", None, None, _compress(body, None))
    return short if short is not None and len(short.data) <= DICTIONARY_GAIN * len(plain.data) else plain


def _encode_with_dictionary(connection: sqlite3.Connection, site: str, body: bytes) -> _Encoded | None:
    """Use the newest dictionary of a site; None where there is none, or a damaged one: nothing new may stand on it."""
    newest = connection.execute(
        "SELECT digest FROM dictionaries WHERE site = ? ORDER BY made_at DESC, digest LIMIT 1", (site,)
    ).fetchone()
    if newest is None:
        return None
    with suppress(ArchiveError):
        dictionary = _load_dictionary(connection, newest[0])
        return _Encoded("dictionary", newest[0], None, _compress(body, dictionary, DICTIONARY_LEVEL))
    return None


def _compress(body: bytes, dictionary: zstandard.ZstdCompressionDict | None, level: int = LEVEL) -> bytes:
    return zstandard.ZstdCompressor(level=level, dict_data=dictionary).compress(body)


def compress_delta(body: bytes, base: bytes) -> bytes:
    """Pack bytes as a difference to others."""
    return _compress(body, _as_dictionary(base), DELTA_LEVEL if len(body) + len(base) <= PAGES_SIZE else LEVEL)


def _as_dictionary(base: bytes) -> zstandard.ZstdCompressionDict:
    return zstandard.ZstdCompressionDict(base, dict_type=zstandard.DICT_TYPE_RAWCONTENT)


def _load_intact(connection: sqlite3.Connection, digests: list[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Yield digest and bytes of payloads; damaged ones are left out, for a crawl goes on without them."""
    for digest in digests:
        with suppress(ArchiveError):
            yield digest, load_payload(connection, digest)


def _decode(connection: sqlite3.Connection, size: int, encoded: _Encoded, links: int) -> bytes:
    # The size in the frame decides how much memory is taken, so it is checked first.
    if zstandard.frame_content_size(encoded.data) != size or not 0 <= size <= MOST_BYTES:
        raise ArchiveError("its size is not the one written down, or larger than any that is kept")
    dictionary = None
    if encoded.dictionary_digest is not None:
        dictionary = _load_dictionary(connection, encoded.dictionary_digest)
    elif encoded.base_digest is not None:
        dictionary = _as_dictionary(_load_base(connection, encoded.base_digest, links - 1))
    return zstandard.ZstdDecompressor(dict_data=dictionary).decompress(encoded.data)


def _load_base(connection: sqlite3.Connection, digest: bytes, links: int) -> bytes:
    if links < 0:
        raise ArchiveError("it stands on too many others, one on another")
    try:
        return load_payload(connection, digest, links)
    except ArchiveError as error:
        said = str(error).rpartition(": ")[2]
        raise ArchiveError(f"payload {digest.hex()}, on which it stands, cannot be had: {said}") from error


def _load_dictionary(connection: sqlite3.Connection, digest: bytes) -> zstandard.ZstdCompressionDict:
    row = connection.execute("SELECT data FROM dictionaries WHERE digest = ?", (digest,)).fetchone()
    if row is None:
        raise ArchiveError(f"dictionary {digest.hex()} is not in the archive")
    return _open_dictionary(digest, row[0])


@lru_cache(maxsize=8)
def _open_dictionary(digest: bytes, data: bytes) -> zstandard.ZstdCompressionDict:
    """Unpack a dictionary and make it ready to compress with.

    The stored bytes belong to the key: in whichever archive they stand, the answer is the same, and one that gets
    damaged is read anew. Takes about 3 MB each.
    """
    try:
        size = zstandard.frame_content_size(data)
        content = zstandard.ZstdDecompressor().decompress(data) if size <= 10 * DICTIONARY_SIZE else b""
        if hashlib.sha256(content).digest() != digest:
            raise ArchiveError(f"dictionary {digest.hex()} is damaged: its bytes have another digest")
        dictionary = zstandard.ZstdCompressionDict(content, dict_type=zstandard.DICT_TYPE_FULLDICT)
        dictionary.precompute_compress(level=DICTIONARY_LEVEL)
    except zstandard.ZstdError as error:
        raise ArchiveError(f"dictionary {digest.hex()} is damaged: {error}") from error
    return dictionary


def train_if_due(connection: sqlite3.Connection, site: str) -> None:
    """Train a dictionary when most of the last whole payloads of a site were served by none.

    Those count that were first seen after its newest dictionary was made, so pages of which no dictionary helps cost
    one training in SAMPLES pages.
    """
    made_at = connection.execute("SELECT max(made_at) FROM dictionaries WHERE site = ?", (site,)).fetchone()[0]
    rows = _QUERIES.ask(connection, "samples", site=site, since=made_at or "", count=SAMPLES)
    if len(rows) == SAMPLES and sum(encoding == "plain" for _, encoding in rows) > SAMPLES / 2:
        _train(connection, site, [digest for digest, _ in rows])


def _train(connection: sqlite3.Connection, site: str, digests: list[bytes]) -> None:
    """Train a dictionary on payloads and write it down, packed; the same payloads always give the same one."""
    samples = [body for _, body in _load_intact(connection, digests)]
    # The number is made of the site: two sites with the same pages need two dictionaries, each under its own digest.
    number = 2**15 + int.from_bytes(hashlib.sha256(site.encode()).digest()[:3])
    with suppress(zstandard.ZstdError):  # too little to learn from
        trained = zstandard.train_dictionary(
            DICTIONARY_SIZE, [*samples], k=SEGMENT_SIZE, d=MATCH_SIZE, dict_id=number, level=LEVEL
        ).as_bytes()
        connection.execute(
            "INSERT INTO dictionaries (digest, site, made_at, data) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
            (
                hashlib.sha256(trained).digest(),
                site,
                write_time(datetime.now(UTC), "microseconds"),
                _compress(trained, None),
            ),
        )
