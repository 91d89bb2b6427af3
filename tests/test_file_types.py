"""What a file is, told from its bytes."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.demo_portal.files import PNG, docx, old_office, pdf, zipped
from archiver.formats.file_types import NoDocumentError, identify_file_type

OPEN = "application/vnd.oasis.opendocument"
BMP = b"BM" + (58).to_bytes(4, "little") + bytes(52)
KNOWN = {
    "pdf": (pdf("x"), "application/pdf"),
    "pdf after a line": (b"\r\n" + pdf("x"), "application/pdf"),
    "docx": (docx("x"), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "xlsx": (
        zipped(content_types="", xl__workbook=""),
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
    "pptx": (
        zipped(docProps__app="", content_types="", ppt__slides=""),
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ),
    "odt": (zipped(mimetype=f"{OPEN}.text", content=""), f"{OPEN}.text"),
    "ods": (zipped(mimetype=f"{OPEN}.spreadsheet", content=""), f"{OPEN}.spreadsheet"),
    "zip": (zipped(word__document="", readme=""), "application/zip"),
    "zip that breaks off": (docx("x")[:60], "application/zip"),
    "doc": (old_office("WordDocument"), "application/msword"),
    "xls": (old_office("Workbook"), "application/vnd.ms-excel"),
    "ppt": (old_office("PowerPoint Document"), "application/vnd.ms-powerpoint"),
    "ole": (old_office("Something"), "application/x-ole-storage"),
    "ole that speaks of Word": (
        old_office("S", "." + "WordDocument\0".encode("utf-16-le").decode("latin-1")),
        "application/x-ole-storage",
    ),
    "rtf": (b"{\\rtf1\\ansi}", "application/rtf"),
    "rar": (b"Rar!\x1a\x07\x01\x00", "application/vnd.rar"),
    "7z": (b"7z\xbc\xaf\x27\x1c\x00\x04", "application/x-7z-compressed"),
    "png": (PNG, "image/png"),
    "jpg": (b"\xff\xd8\xff\xe0\x00\x10JFIF", "image/jpeg"),
    "gif": (b"GIF89a\x01\x00", "image/gif"),
    "webp": (b"RIFF\x10\x00\x00\x00WEBPVP8 ", "image/webp"),
    "bmp": (BMP, "image/bmp"),
    "mp4": (b"\x00\x00\x00\x18ftypmp42", "video/mp4"),
    "text": ("Danh sách, số 5\tHà Nội\n".encode(), "text/plain"),
    "text that begins like a picture": (
        b"BM is no picture here, whatever its first letters say; it is a text.",
        "text/plain",
    ),
    "svg": (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "text/plain"),
    "bytes": (b"\x00\x01\x02\x03", "application/octet-stream"),
}
KNOWN["text with a letter cut in two"] = (("ầ" * 3000).encode(), "text/plain")
PAGES = (
    b"<!DOCTYPE html><html></html>",
    b"\xef\xbb\xbf\r\n  <HTML lang=vi>",
    b'<?xml version="1.0"?>\n<!-- one --><!-- two -->\n<html xmlns="http://www.w3.org/1999/xhtml">',
    b"<script>location = '/login'</script>",
    b"<html><body>%PDF-1.4 is what you wanted",
    b"<div class='error'>404</div>",
    b"",
    b" \r\n ",
)


@pytest.mark.parametrize("name", KNOWN)
def test_formats_are_told_by_their_content(name: str) -> None:
    body, media_type = KNOWN[name]
    assert identify_file_type(body).media_type == media_type


@pytest.mark.parametrize("body", PAGES)
def test_a_page_in_the_place_of_a_document_is_none(body: bytes) -> None:
    with pytest.raises(NoDocumentError):
        identify_file_type(body)


@given(
    start=st.sampled_from([b"", b"PK\x03\x04", b"PK\x05\x06", bytes.fromhex("d0cf11e0a1b11ae1"), b"<!--", b"%PDF-"]),
    rest=st.binary(max_size=300),
)
def test_whatever_comes_is_told_or_refused(start: bytes, rest: bytes) -> None:
    try:
        kind = identify_file_type(start + rest)
    except NoDocumentError:
        return
    assert kind.extension.isalnum()
    assert kind.extension == kind.extension.lower()


HOSTILE = {
    "comments without end": b"<!---->" * 1_500_000,
    "names of streams": bytes.fromhex("d0cf11e0a1b11ae1") + "WordDocument\0".encode("utf-16-le") * 400_000,
    "a directory without end": b"PK\x03\x04"
    + (b"PK\x01\x02" + bytes(42)) * 200_000
    + b"PK\x05\x06"
    + bytes(12)
    + (4).to_bytes(4, "little")
    + bytes(2),
    "open comments": b"<!-- " * 2_000_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_take_no_time(name: str) -> None:
    began = time.process_time()
    identify_file_type(HOSTILE[name])
    assert time.process_time() - began < 2
