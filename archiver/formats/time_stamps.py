"""Time stamps by RFC 3161: an authority signs a digest together with the time at which it saw it.

The request is made of the data whose digest is to be attested, so nothing is attested that is not there. What signed an
answer is not looked into here: whoever needs to know holds it against the authority's certificates, with
``openssl ts -verify``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from typing import TYPE_CHECKING

from archiver.errors import ArchiverError, UsageError

if TYPE_CHECKING:
    from rfc3161_client import TimeStampResponse

REQUEST_TYPE = "application/timestamp-query"
MOST_BYTES = 256 * 1024
"""Of an answer: those of known authorities have 2 to 8 KB, certificates included."""
MISSING = "rfc3161-client is not installed: pip install 'committee-news-archiver[proof]'"
_SHA256 = "2.16.840.1.101.3.4.2.1"
_CERTIFICATES = 0xA0  # the tag of the set, RFC 5652, 5.1
_GRANTED = (0, 1)  # RFC 3161, 2.4.2: granted, and granted with modifications


class StampError(ArchiverError):
    """An answer that is no time stamp, or not the one that was asked for."""


@dataclass(frozen=True, slots=True)
class StampRequest:
    """What is sent to an authority, in DER, and what its answer has to repeat."""

    encoded: bytes
    imprint: bytes
    nonce: int | None


@dataclass(frozen=True, slots=True)
class TimeStamp:
    """What an answer says: when which digest (SHA-256) was seen, and the number that the question had."""

    stamped_at: datetime
    imprint: bytes
    nonce: int | None


def can_read_stamps() -> bool:
    """Say whether the package that reads time stamps is installed."""
    return find_spec("rfc3161_client") is not None


def make_request(content: bytes) -> StampRequest:
    """Ask for a time stamp over the SHA-256 digest of some bytes; UsageError where the package is missing."""
    if not can_read_stamps():
        raise UsageError(MISSING)
    from rfc3161_client import HashAlgorithm, TimestampRequestBuilder  # noqa: PLC0415 - an optional extra

    request = TimestampRequestBuilder(content, HashAlgorithm.SHA256).build()
    return StampRequest(request.as_bytes(), request.message_imprint.message, request.nonce)


def read_answer(encoded: bytes) -> TimeStamp:
    """Read an answer (TimeStampResp, DER); StampError where the authority refused, or sent something else."""
    if not can_read_stamps():
        raise UsageError(MISSING)
    from rfc3161_client import decode_timestamp_response  # noqa: PLC0415 - an optional extra

    try:
        return _read(decode_timestamp_response(order_certificates(encoded)))
    except ValueError as error:
        raise StampError(f"no time stamp: {' '.join(str(error).split())[:200]}") from error


def check_answer(encoded: bytes, request: StampRequest) -> TimeStamp:
    """Read the answer to a request; StampError where it is for another digest, or for an earlier question."""
    stamp = read_answer(encoded)
    if stamp.imprint != request.imprint:
        raise StampError("the time stamp is for another digest")
    if stamp.nonce != request.nonce:
        raise StampError("the time stamp does not repeat the number of the question, so it may be an old one")
    return stamp


def _read(answer: "TimeStampResponse") -> TimeStamp:
    if answer.status not in _GRANTED:
        raise StampError(f"refused with status {answer.status}{_write_reasons(answer)}")
    said = answer.tst_info
    if said.message_imprint.hash_algorithm.dotted_string != _SHA256:
        raise StampError("the time stamp is for a digest that is not SHA-256")
    return TimeStamp(said.gen_time.astimezone(UTC), said.message_imprint.message, said.nonce)


def _write_reasons(answer: "TimeStampResponse") -> str:
    reasons = " ".join(" ".join(map(str, answer.status_string)).split())[:200]
    return f": {reasons}" if reasons else ""


def order_certificates(encoded: bytes) -> bytes:
    """Put the certificates of an answer in the order that DER wants of a set.

    OpenSSL, and authorities that use it, leave them as they come, the signer's first; rfc3161-client 1.0.9 refuses
    that. Nothing is signed of their order. What is no answer is returned as it is.
    """
    try:
        start, end = _find_certificates(encoded)
        certificates = sorted(_list_elements(encoded, start, end))
    except (IndexError, ValueError):
        return encoded
    return encoded[:start] + b"".join(certificates) + encoded[end:]


def _find_certificates(encoded: bytes) -> tuple[int, int]:
    """Find where the certificates begin and end; ValueError where there are none."""
    answer = _enter(encoded, 0)
    token = _enter(encoded, _enter(encoded, answer[0])[1])
    signed = _enter(encoded, _enter(encoded, _enter(encoded, token[0])[1])[0])
    place = signed[0]
    for _ in ("version", "digest algorithms", "content"):
        place = _enter(encoded, place)[1]
    if encoded[place] != _CERTIFICATES:
        raise ValueError("no certificates")
    return _enter(encoded, place)


def _list_elements(encoded: bytes, place: int, end: int) -> Iterator[bytes]:
    while place < end:
        following = _enter(encoded, place)[1]
        if following > end:
            raise ValueError("an element ends after its set")
        yield encoded[place:following]
        place = following


def _enter(encoded: bytes, place: int) -> tuple[int, int]:
    """Return where the content of an element of DER begins and ends; ValueError where it ends after everything."""
    length, start = encoded[place + 1], place + 2
    if length & 0x80:
        start += length & 0x7F
        length = int.from_bytes(encoded[place + 2 : start])
    if start + length > len(encoded):
        raise ValueError("cut off")
    return start, start + length
