"""Pages as a platform nobody knows would write them: every class and id exchanged for another name, the same on all."""

import hashlib
import re
from pathlib import Path

_ATTRIBUTE = re.compile(rb"""(?<=\s)(class|id)=(["'])([^"']*)\2""")
_LETTERS = b"abcdefghijklmnop"


def rename(page: bytes, seed: str) -> bytes:
    """Rename the classes and ids of a page; one name always becomes the same other one."""
    return _ATTRIBUTE.sub(
        lambda match: b"%b=%b%b%b" % (match[1], match[2], _rename_all(match[3], seed), match[2]), page
    )


def rename_folder(source: Path, target: Path, seed: str) -> Path:
    """Write the pages of a folder with other names into another folder, and return that."""
    for path in source.rglob("*.html"):
        renamed = target / path.relative_to(source)
        renamed.parent.mkdir(parents=True, exist_ok=True)
        renamed.write_bytes(rename(path.read_bytes(), seed))
    return target


def _rename_all(names: bytes, seed: str) -> bytes:
    return b" ".join(_rename(name, seed) for name in names.split())


def _rename(name: bytes, seed: str) -> bytes:
    digest = hashlib.sha256(seed.encode() + name).digest()
    return bytes(_LETTERS[byte % 16] for byte in digest[:9])
