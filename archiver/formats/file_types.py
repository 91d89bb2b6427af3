"""What a file is, told from its bytes: never from its name or from what the server calls it.

A table of our own: puremagic reads the zipped office formats apart only in versions that need Python 3.12 (1.30 takes
every ZIP for a docx), filetype has had no release since 2022 and knows no old office documents, and libmagic is no
Python. What portals publish is some twenty formats, whose beginnings do not change any more.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from archiver.errors import ArchiverError


@dataclass(frozen=True, slots=True)
class FileType:
    """A media type, and the ending that files of it have (without the dot)."""

    media_type: str
    extension: str


class NoDocumentError(ArchiverError):
    """Bytes that are no document: an HTML page in its place, or nothing at all."""


class OtherTypeError(NoDocumentError):
    """A file that is another one than what was asked for: a picture in the place of a style sheet."""


_OFFICE = "application/vnd.openxmlformats-officedocument"
_OPEN = "application/vnd.oasis.opendocument"
UNKNOWN = FileType("application/octet-stream", "bin")
TEXT = FileType("text/plain", "txt")
STYLE_SHEET = FileType("text/css", "css")
"""What a text is that a page asks for as its style sheet; nothing in it tells."""
SVG = FileType("image/svg+xml", "svg")
ZIP = FileType("application/zip", "zip")
_OLE = FileType("application/x-ole-storage", "ole")
_BEGINNINGS: tuple[tuple[bytes, FileType], ...] = (
    (b"{\\rtf", FileType("application/rtf", "rtf")),
    (b"Rar!\x1a\x07", FileType("application/vnd.rar", "rar")),
    (b"7z\xbc\xaf\x27\x1c", FileType("application/x-7z-compressed", "7z")),
    (b"\x1f\x8b\x08", FileType("application/gzip", "gz")),
    (b"\x89PNG\r\n\x1a\n", FileType("image/png", "png")),
    (b"\xff\xd8\xff", FileType("image/jpeg", "jpg")),
    (b"GIF87a", FileType("image/gif", "gif")),
    (b"GIF89a", FileType("image/gif", "gif")),
    (b"II*\x00", FileType("image/tiff", "tif")),
    (b"MM\x00*", FileType("image/tiff", "tif")),
    (b"\x00\x00\x01\x00", FileType("image/x-icon", "ico")),
    (b"wOF2", FileType("font/woff2", "woff2")),
    (b"wOFF", FileType("font/woff", "woff")),
    (b"OTTO", FileType("font/otf", "otf")),
    (b"\x00\x01\x00\x00\x00", FileType("font/ttf", "ttf")),
    (b"true\x00", FileType("font/ttf", "ttf")),
    (b"ttcf\x00", FileType("font/collection", "ttc")),
    (b"ID3", FileType("audio/mpeg", "mp3")),
)
# The part of a zipped office document that no other has.
_PARTS = (
    (b"word/", FileType(f"{_OFFICE}.wordprocessingml.document", "docx")),
    (b"xl/", FileType(f"{_OFFICE}.spreadsheetml.sheet", "xlsx")),
    (b"ppt/", FileType(f"{_OFFICE}.presentationml.presentation", "pptx")),
)
# What a file in its first entry calls itself (OpenDocument 1.2, part 3, 3.3; EPUB likewise).
_SAID = {
    f"{_OPEN}.text": "odt",
    f"{_OPEN}.spreadsheet": "ods",
    f"{_OPEN}.presentation": "odp",
    "application/epub+zip": "epub",
}
# The streams by which the old office formats are told apart, as their directory names them (MS-CFB, UTF-16).
_STREAMS = (
    ("WordDocument", FileType("application/msword", "doc")),
    ("Workbook", FileType("application/vnd.ms-excel", "xls")),
    ("Book", FileType("application/vnd.ms-excel", "xls")),
    ("PowerPoint Document", FileType("application/vnd.ms-powerpoint", "ppt")),
    ("__properties_version1.0", FileType("application/vnd.ms-outlook", "msg")),
)
_BRANDS = {b"avif": FileType("image/avif", "avif"), b"heic": FileType("image/heic", "heic")}
_MP4 = FileType("video/mp4", "mp4")
# Each piece is taken whole (?>...): a thousand comments must not be tried in every combination.
_PAGE = re.compile(
    rb"(?>(?><!--.*?-->|<\?xml[^>]*>|\s+))*+<(?:!doctype\s+html|html|head|body|script|title|meta|link|style|div|p|h[1-6]|"
    rb"table|form|center|font|span|br)\b",
    re.IGNORECASE | re.DOTALL,
)
# Likewise; a drawing begins with its element, whatever its namespace is called.
_DRAWING = re.compile(
    rb"(?>(?><!--.*?-->|<\?.*?\?>|<!DOCTYPE\s+svg[^>\[]*(?:\[[^\]]*\]\s*)?>|\s+))*+<(?:svg:)?svg[\s>]",
    re.DOTALL | re.IGNORECASE,
)
_START = 8192
_MOST_DIRECTORY = 1 << 20


def identify_file_type(body: bytes) -> FileType:
    """Say what a file is: ``UNKNOWN`` where its beginning is none we know, ``TEXT`` where it is text.

    NoDocumentError for an HTML page, which is what a portal sends for a login or an error, and for an empty file.
    """
    start = body[:_START]
    if not start.strip():
        raise NoDocumentError("the answer is empty")
    if _PAGE.match(start.removeprefix(b"\xef\xbb\xbf")):
        raise NoDocumentError("the answer is an HTML page")
    if b"%PDF-" in start[:1024]:  # readers look for it there (PDF 32000-1, annex H)
        return FileType("application/pdf", "pdf")
    for beginning, kind in _BEGINNINGS:
        if start.startswith(beginning):
            return kind
    return _look_inside(body, start)


def identify_requisite_type(body: bytes, kind: Literal["style", "picture", "font"]) -> FileType:
    """Say what a file is that a page asks for to show itself; OtherTypeError where it is none of that kind.

    A drawing (SVG) is a picture only here: as a document it is text, so that nobody opens one that runs scripts. A
    style sheet may be empty, and in any charset.
    """
    if kind == "style" and not body.strip():
        return STYLE_SHEET
    found = identify_file_type(body)
    if kind == "style" and found in (TEXT, UNKNOWN):
        return STYLE_SHEET
    if kind == "picture" and found == TEXT and _DRAWING.match(body[:_START].removeprefix(b"\xef\xbb\xbf")):
        return SVG
    if kind == "style" or found.media_type.partition("/")[0] != {"picture": "image", "font": "font"}[kind]:
        raise OtherTypeError(f"the answer is no {kind}, but {found.media_type}")
    return found


def _look_inside(body: bytes, start: bytes) -> FileType:
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _identify_zip(body)
    if start.startswith(bytes.fromhex("d0cf11e0a1b11ae1")):
        return _identify_ole(body)
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        return FileType("image/webp", "webp")
    if start[4:8] == b"ftyp":
        return _BRANDS.get(start[8:12], _MP4)
    if start[:2] == b"BM" and len(body) == int.from_bytes(start[2:6], "little"):
        return FileType("image/bmp", "bmp")
    return TEXT if _is_text(start) else UNKNOWN


def _identify_zip(body: bytes) -> FileType:
    """Tell the formats that are ZIP archives by what stands in them; nothing is unpacked."""
    said = _read_mimetype(body)
    if said in _SAID:
        return FileType(said, _SAID[said])
    names = list(_list_names(body))
    if b"[Content_Types].xml" not in names:
        return ZIP
    return next((kind for part, kind in _PARTS if any(name.startswith(part) for name in names)), ZIP)


def _read_mimetype(body: bytes) -> str:
    """Return what the first entry says, if that is ``mimetype``; it is never packed."""
    start = 30 + int.from_bytes(body[26:28], "little") + int.from_bytes(body[28:30], "little")
    size = int.from_bytes(body[18:22], "little")
    return body[start : start + min(size, 100)].decode("latin-1").strip() if body[30:38] == b"mimetype" else ""


def _list_names(body: bytes) -> Iterator[bytes]:
    """List the names in a ZIP's directory, as far as it is of a sane size (APPNOTE.TXT, 4.3.12 and 4.3.16)."""
    end = body.rfind(b"PK\x05\x06", max(0, len(body) - 65_557))
    place = int.from_bytes(body[end + 16 : end + 20], "little") if end >= 0 else len(body)
    stop = min(len(body), place + _MOST_DIRECTORY)
    while place < stop and body[place : place + 4] == b"PK\x01\x02":
        name, extra, comment = (int.from_bytes(body[place + at : place + at + 2], "little") for at in (28, 30, 32))
        yield body[place + 46 : place + 46 + name]
        place += 46 + name + extra + comment


def _identify_ole(body: bytes) -> FileType:
    """Tell the old office formats by the names in their directory, which lies anywhere; 128 bytes an entry."""
    return next((kind for name, kind in _STREAMS if _has_stream(body, name)), _OLE)


def _has_stream(body: bytes, name: str) -> bool:
    entry = name.encode("utf-16-le") + b"\x00\x00"
    place = body.find(entry)
    while place >= 0 and place % 128:
        place = body.find(entry, place + 1)
    return place >= 0


def _is_text(start: bytes) -> bool:
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    try:
        text = start.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if error.start < len(start) - 4:  # else a letter that is cut in two
            return False
        text = start[: error.start].decode("utf-8-sig")
    return not any(character < " " and character not in "\t\r\n\f" for character in text)
