"""Copies of a site's archive on their way into the hub and out of it: compressed, and in parts that a row can hold."""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryFile

import zstandard

from archiver.fleet.hub.errors import HubError

PART_BYTES = 16 << 20
_PIECE = 1 << 20
_GONE = "take the next one, or read the log from its begin"


def measure_file(path: Path) -> tuple[int, bytes]:
    """Return the size of a file and its digest."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as stream:
        while piece := stream.read(_PIECE):
            digest.update(piece)
            size += len(piece)
    return size, digest.digest()


def read_parts(path: Path) -> Iterator[bytes]:
    """Yield a file, compressed, in parts."""
    with path.open("rb") as stream, zstandard.ZstdCompressor(level=3).stream_reader(stream) as packed:
        while part := packed.read(PART_BYTES):
            yield part


def write_parts(parts: Iterable[bytes], path: Path, size: int, digest: bytes) -> None:
    """Write a file from its parts; HubError, and no file, where it comes to another size or digest.

    What unpacks to more than it should is not unpacked further.
    """
    with TemporaryFile(dir=path.parent) as packed:
        packed.writelines(parts)
        packed.seek(0)
        try:
            written = _unpack(zstandard.ZstdDecompressor().stream_reader(packed), path, size)
        except zstandard.ZstdError:
            written = b""
    if written != digest:
        path.unlink(missing_ok=True)
        raise HubError(f"the checkpoint is gone, or not as it was put into the hub; {_GONE}")


def _unpack(stream: zstandard.ZstdDecompressionReader, path: Path, size: int) -> bytes:
    digest, left = hashlib.sha256(), size
    with path.open("wb") as file:
        while left and (piece := stream.read(min(_PIECE, left))):
            file.write(piece)
            digest.update(piece)
            left -= len(piece)
        return b"" if left or stream.read(1) else digest.digest()
