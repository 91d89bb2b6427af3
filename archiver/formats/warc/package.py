"""WACZ 1.1.1: records, index and list of pages in one ZIP, with the digest of each in a data package."""

import hashlib
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO

from archiver.formats.warc.index import INDEX, SECONDARY, begin_secondary, pack_lines
from archiver.formats.warc.signing import Signer

WACZ_VERSION = "1.1.1"
RECORDS = "archive/data.warc.gz"
PAGES = "pages/pages.jsonl"


@dataclass(frozen=True, slots=True)
class Page:
    """A page that a reader may want to begin with."""

    url: str
    at: str
    title: str


class _Summing:
    """A stream that knows what was written into it: size and digest."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.size = 0
        self._stream = stream
        self._digest = hashlib.sha256()

    def write(self, piece: bytes) -> None:
        self.size += len(piece)
        self._digest.update(piece)
        self._stream.write(piece)

    @property
    def digest(self) -> str:
        return f"sha256:{self._digest.hexdigest()}"


class WaczWriter:
    """Writes a package into a stream, part by part; nothing is held in memory but the names of its parts."""

    def __init__(self, stream: IO[bytes], created: datetime) -> None:
        self._zip = zipfile.ZipFile(stream, "w")
        self._created = created
        self._parts: list[dict[str, object]] = []

    @contextmanager
    def open_part(self, path: str, *, is_packed: bool = True) -> Iterator[_Summing]:
        """Open a part to write; what is packed already is stored as it is, so that it can be read in pieces."""
        entry = zipfile.ZipInfo(path, self._created.astimezone(UTC).timetuple()[:6])
        entry.compress_type = zipfile.ZIP_STORED if is_packed else zipfile.ZIP_DEFLATED
        with self._zip.open(entry, "w", force_zip64=True) as stream:
            summing = _Summing(stream)
            yield summing
        name = path.rpartition("/")[2]
        self._parts.append({"name": name, "path": path, "hash": summing.digest, "bytes": summing.size})

    def write_index(self, lines: Iterable[tuple[str, str]]) -> None:
        """Write the index; the lines come in the order of their keys."""
        secondary = [begin_secondary()]
        with self.open_part(INDEX) as stream:
            for member, line in pack_lines(lines):
                stream.write(member)
                secondary.append(line)
        with self.open_part(SECONDARY, is_packed=False) as stream:
            stream.write("".join(secondary).encode())

    def write_pages(self, pages: Iterable[Page]) -> None:
        """Write the list of pages."""
        with self.open_part(PAGES, is_packed=False) as stream:
            stream.write(_write_line({"format": "json-pages-1.0", "id": "pages", "title": "All Pages"}))
            for number, page in enumerate(pages, 1):
                said = {"id": str(number), "url": page.url, "ts": page.at, "title": page.title}
                stream.write(_write_line(said))

    def finish(self, title: str, software: str, signer: Signer | None) -> None:
        """Write the data package with the digests of all parts, and its own digest, signed or not."""
        created = self._created.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        named = {"profile": "data-package", "wacz_version": WACZ_VERSION, "title": title, "created": created}
        package = _write_json({**named, "software": software, "resources": self._parts})
        self._zip.writestr(self._name("datapackage.json"), package)
        digest = f"sha256:{hashlib.sha256(package).hexdigest()}"
        said: dict[str, object] = {"path": "datapackage.json", "hash": digest}
        if signer:
            said["signedData"] = signer.sign(digest, created, software)
        self._zip.writestr(self._name("datapackage-digest.json"), _write_json(said))
        self._zip.close()

    def _name(self, path: str) -> zipfile.ZipInfo:
        return zipfile.ZipInfo(path, self._created.astimezone(UTC).timetuple()[:6])


def _write_line(said: Mapping[str, str]) -> bytes:
    return f"{json.dumps(said, ensure_ascii=False)}\n".encode()


def _write_json(said: Mapping[str, object]) -> bytes:
    return json.dumps(said, ensure_ascii=False, indent=2).encode()
