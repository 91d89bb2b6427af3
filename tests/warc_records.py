"""Records of web archives, written by hand: whole, cut and wrong ones."""

import base64
import hashlib
import random
from datetime import datetime

from archiver.ingest.importing import ImportedCapture, ImportedFile, Importer


def write_http(status: int, body: bytes, *headers: str) -> bytes:
    """Write an answer of a server."""
    lines = [f"HTTP/1.1 {status} Said", *(headers or ("Content-Type: text/html; charset=utf-8",)), "", ""]
    return "\r\n".join(lines).encode() + body


def write_warc(kind: str, url: str, at: datetime, block: bytes, **fields: str | None) -> bytes:
    """Write a record; ``fields`` are named with underscores, and None leaves one out."""
    named: dict[str, str | None] = {
        "WARC-Type": kind,
        "WARC-Target-URI": url,
        "WARC-Date": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "WARC-Record-ID": f"<urn:uuid:{hashlib.md5(f'{kind} {url} {at}'.encode()).hexdigest()}>",
        "Content-Type": "application/http; msgtype=response",
        "Content-Length": str(len(block)),
    }
    named |= {name.replace("_", "-"): value for name, value in fields.items()}
    lines = ["WARC/1.0", *(f"{name}: {value}" for name, value in named.items() if value is not None), "", ""]
    return "\r\n".join(lines).encode() + block + b"\r\n\r\n"


def write_arc(url: str, at: datetime, block: bytes) -> bytes:
    """Write a record of an ARC file."""
    return f"{url} 10.0.0.1 {at:%Y%m%d%H%M%S} text/html {len(block)}\n".encode() + block + b"\n"


def begin_arc(at: datetime) -> bytes:
    """Write what an ARC file begins with."""
    about = b"1 0 Archiver\nURL IP-address Archive-date Content-type Archive-length\n"
    return f"filedesc://old.arc 0.0.0.0 {at:%Y%m%d%H%M%S} text/plain {len(about)}\n".encode() + about + b"\n"


def write_sha1(body: bytes) -> str:
    """Write a digest as most crawlers do."""
    return f"sha1:{base64.b32encode(hashlib.sha1(body).digest()).decode()}"


def spoil(chance: random.Random, data: bytes) -> bytes:
    """Change, lose, add or double some bytes."""
    spoilt = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        place, other = chance.randrange(len(spoilt)), chance.randrange(len(spoilt))
        match chance.choice(["change", "lose", "add", "double", "cut"]):
            case "change":
                spoilt[place] = chance.randrange(256)
            case "lose":
                del spoilt[place : place + chance.randint(1, 30)]
            case "add":
                spoilt[place:place] = chance.randbytes(chance.randint(1, 20))
            case "double":
                spoilt[place:place] = spoilt[other : other + 300]
            case "cut":
                del spoilt[place + 1 :]
        spoilt = spoilt or bytearray(b"x")
    return bytes(spoilt)


class Collector(Importer):
    """Collects what would be taken over."""

    def __init__(self, *arguments, **named) -> None:
        super().__init__(*arguments, **named)
        self.taken: list[ImportedCapture | ImportedFile] = []

    def add(self, item: ImportedCapture | ImportedFile) -> None:
        self.taken.append(item)

    @property
    def seen(self) -> set[tuple[str, datetime, int, bytes]]:
        """Addresses, times, statuses and bytes."""
        captures = (item.capture for item in self.taken)
        return {(capture.url, capture.fetched_at, capture.status, capture.body) for capture in captures}
