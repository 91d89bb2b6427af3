"""Files that did not come whole are told by the ends of their formats, wherever they were cut."""

import tarfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.demo_portal.files import PNG, docx, pdf, zipped
from archiver.formats.file_ends import lacks_end
from archiver.formats.file_types import identify_file_type

TEXT = "Kế hoạch công tác của Khối trong quý, gửi các đơn vị. " * 9


def jpeg() -> bytes:
    """Make the outline of a JPEG: a preview with an end of its own, then the picture."""
    preview = b"Exif\0\0\xff\xd8 preview \xff\xd9"
    segment = b"\xff\xe1" + (len(preview) + 2).to_bytes(2) + preview
    return b"\xff\xd8" + segment + b"\xff\xff\xda\0\x08" + bytes(6) + b"picture \xff\0 picture" * 9 + b"\xff\xd9"


def gif() -> bytes:
    """Make a GIF with a table of two colours, an extension and two pictures, in whose blocks are semicolons."""
    picture = b"\x2c" + bytes(8) + b"\x80" + bytes(6) + b"\x02" + b"\x03;;;" + b"\0"
    return b"GIF89a" + bytes(4) + b"\x80\0\0" + bytes(6) + b"\x21\xfe\x04text\0" + picture * 2 + b"\0;"


def old_document(sectors: int = 9) -> bytes:
    """Make a compound file: a header, sectors that are in use, the table that says so."""
    header = bytearray(512)
    header[:8] = bytes.fromhex("d0cf11e0a1b11ae1")
    header[30:32], header[44:48] = (9).to_bytes(2, "little"), (1).to_bytes(4, "little")
    header[76:512] = b"\xff" * 436
    header[76:80] = bytes(4)
    table = b"\xfe\xff\xff\xff" * (sectors + 1) + b"\xff" * (512 - 4 * (sectors + 1))
    name = "WordDocument".encode("utf-16-le").ljust(512, b"\0")
    return bytes(header) + table + name + TEXT.encode()[:512].ljust(512, b"x") * (sectors - 1)


def box(kind: bytes, content: bytes) -> bytes:
    """Make a box of an MP4."""
    return (len(content) + 8).to_bytes(4) + kind + content


WHOLE = {
    "pdf": pdf(TEXT) + b"2 0 obj<</Length 9>>endobj\ntrailer<<>>\n%%EOF",
    "docx": docx(TEXT),
    "odt": zipped(mimetype="application/vnd.oasis.opendocument.text", content__xml=TEXT),
    "zip": zipped(**{"thu.zip": "PK\x05\x06" + "\0" * 18 + TEXT}),
    "doc": old_document(),
    "png": PNG,
    "jpg": jpeg(),
    "gif": gif(),
    "webp": b"RIFF" + (104).to_bytes(4, "little") + b"WEBP" + bytes(100),
    "7z": b"7z\xbc\xaf\x27\x1c\0\x04" + bytes(4) + (60).to_bytes(8, "little") + (9).to_bytes(8, "little") + bytes(73),
    "rtf": b"{\\rtf1 \\{ not a group {group} " + TEXT.encode() + b"}",
    "mp4": box(b"ftyp", b"isom" + bytes(8))
    + box(b"moov", bytes(99))
    + b"\0\0\0\x01mdat"
    + (80).to_bytes(8)
    + bytes(64),
}
FIRST = {"rtf": 6, "mp4": 21, "pdf": 5, "doc": 512, "gif": 6, "docx": 30, "odt": 30, "zip": 30}


def cuts(name: str) -> range:
    """List the places at which a file is still known for what it is, but for the white space after its end."""
    return range(FIRST.get(name, 12), len(WHOLE[name].rstrip()))


@pytest.mark.parametrize("name", WHOLE)
def test_no_cut_is_taken_for_the_whole(name: str) -> None:
    body = WHOLE[name]
    assert identify_file_type(body).extension == name
    assert not lacks_end(body)
    assert [at for at in cuts(name) if not lacks_end(body[:at])] == _ends_of_its_own(name)


def _ends_of_its_own(name: str) -> list[int]:
    """Return where a cut file is a whole one: a PDF as it was before its last change, a film whose last box came."""
    first = len(pdf(TEXT))
    return {"pdf": list(range(first - 1, first + len("2 0 obj"))), "mp4": [len(WHOLE[name]) - 80]}.get(name, [])


@pytest.mark.parametrize("name", sorted(WHOLE.keys() - {"rtf", "mp4"}))
@pytest.mark.parametrize("padding", [b"\n", bytes(600), b"\r\n<!-- served by a portal -->"])
def test_what_follows_the_end_does_not_matter(name: str, padding: bytes) -> None:
    assert not lacks_end(WHOLE[name] + padding)


@pytest.mark.parametrize(
    "body", [b"", b"<html><body>", b"Danh s\xc3\xa1ch", b"ID3" + bytes(99), b"II*\0" + bytes(9), b"Rar!\x1a\x07\0"]
)
def test_of_others_the_end_cannot_be_told(body: bytes) -> None:
    assert not lacks_end(body)


def test_a_file_that_is_not_what_it_says_is_not_cut() -> None:
    assert not lacks_end(b"\xff\xd8\xff\xe0\0\x10" + bytes(500))
    assert not lacks_end(b"GIF89a" + bytes(7) + b"\x99" * 500)


@given(st.sampled_from(sorted(WHOLE)), st.binary(max_size=200))
def test_nothing_raises(name: str, noise: bytes) -> None:
    for body in (WHOLE[name][:40] + noise, WHOLE[name][:-40] + noise, noise):
        lacks_end(body)


def test_real_documents_have_their_ends(shared: Path) -> None:
    """And none has it that lacks a hundredth."""
    count = 0
    for archive in (shared / "mirrors").glob("*.tar.xz"):
        with tarfile.open(archive) as pages:
            members = [member for member in pages if member.name.lower().endswith((".doc", ".docx", ".xls", ".pdf"))]
            bodies = [pages.extractfile(member).read() for member in members]  # type: ignore[union-attr]
        assert [lacks_end(body) for body in bodies] == [False] * len(bodies)
        assert [lacks_end(body[: len(body) * 99 // 100]) for body in bodies] == [True] * len(bodies)
        count += len(bodies)
    assert count > 50
