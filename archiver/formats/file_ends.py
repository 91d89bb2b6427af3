"""Whether all of a file came, told by its format's own end.

A length and well-ended chunks say only that all came that the server had at hand. Of text, TIFF, RAR and MP3 the end
cannot be told.
"""

import re
from collections.abc import Callable
from itertools import takewhile

from archiver.formats.file_types import NoDocumentError, identify_file_type

_PNG_END = b"IEND\xaeB`\x82"
# Escaped braces in RTF are text.
_RTF_ESCAPES = re.compile(rb"\\[{}\\]")
_ZIP_END = b"PK\x05\x06"
_ZIP64 = 0xFFFFFFFF
_OLE_FREE = b"\xff\xff\xff\xff"


def lacks_end(body: bytes) -> bool:
    """Say whether a file ends before its end; False where its format does not tell, and for what is no document."""
    try:
        misses_end = _FORMATS.get(identify_file_type(body).extension)
    except NoDocumentError:
        return False
    return misses_end is not None and misses_end(body)


def _misses_pdf_end(body: bytes) -> bool:
    """Look for objects behind the last end: a PDF that was changed, or made for the web, has several ends."""
    end = body.rfind(b"%%EOF")
    return end < 0 or b" obj" in body[end:]


def _misses_png_end(body: bytes) -> bool:
    return _PNG_END not in body


def _misses_jpeg_end(body: bytes) -> bool:
    """Go through the segments to the picture itself: before that, a preview has an end of its own (ITU T.81, B)."""
    at = 2
    while at + 4 <= len(body) and body[at] == 0xFF:
        marker = body[at + 1]
        if marker == 0xDA:
            return body.find(b"\xff\xd9", at) < 0
        at += 1 if marker == 0xFF else 2 + int.from_bytes(body[at + 2 : at + 4])
    return at + 4 > len(body)


def _misses_gif_end(body: bytes) -> bool:
    """Go through the blocks to the trailer (GIF89a, 17 to 27)."""
    at = 13 + _size_of_colours(body[10:11])
    while at < len(body):
        match body[at]:
            case 0x3B:
                return False
            case 0x21:
                at = _skip_blocks(body, at + 2)
            case 0x2C:
                at = _skip_blocks(body, at + 11 + _size_of_colours(body[at + 9 : at + 10]))
            case 0:
                at += 1
            case _:
                return False
    return True


def _size_of_colours(flags: bytes) -> int:
    return 3 << ((flags[0] & 7) + 1) if flags and flags[0] & 0x80 else 0


def _skip_blocks(body: bytes, at: int) -> int:
    while at < len(body) and body[at]:
        at += 1 + body[at]
    return at + 1


def _misses_riff_end(body: bytes) -> bool:
    return len(body) < 8 + int.from_bytes(body[4:8], "little")


def _misses_zip_end(body: bytes) -> bool:
    """Look for the directory, whose place is told behind it at the end; a ZIP within this one has an end too."""
    end = body.rfind(_ZIP_END, max(0, len(body) - 65_557))
    if end < 0 or end + 22 > len(body):
        return True
    count, place = (int.from_bytes(body[end + at : end + at + size], "little") for at, size in ((10, 2), (16, 4)))
    return count > 0 and place != _ZIP64 and body[place : place + 4] != b"PK\x01\x02"


def _misses_ole_end(body: bytes) -> bool:
    """Find the last sector that is in use by the table of sectors; the first 109 parts of that are listed in front."""
    size = 1 << min(int.from_bytes(body[30:32], "little"), 16)
    parts = [int.from_bytes(body[at : at + 4], "little") for at in range(76, 512, 4)]
    count = int.from_bytes(body[44:48], "little")
    last = 0
    for number, part in enumerate(parts[:count]):
        table = body[(part + 1) * size : (part + 2) * size]
        if len(table) < size:
            return True
        free = sum(1 for _ in takewhile(_OLE_FREE.__eq__, (table[at - 4 : at] for at in range(size, 0, -4))))
        last = max(last, (number + 1) * (size // 4) - free)
    return len(body) < (last + 1) * size or len(body) < (count - 1) * (size // 4) * size


def _misses_7z_end(body: bytes) -> bool:
    return len(body) < 32 + int.from_bytes(body[12:20], "little") + int.from_bytes(body[20:28], "little")


def _misses_rtf_end(body: bytes) -> bool:
    text = _RTF_ESCAPES.sub(b"", body)
    return text.count(b"{") > text.count(b"}")


def _misses_last_box(body: bytes) -> bool:
    """Go from box to box (ISO 14496-12, 4.2); one of size 0 goes to the end of the file."""
    at = 0
    while at + 8 <= len(body):
        size = int.from_bytes(body[at : at + 4])
        if size == 1:
            size = int.from_bytes(body[at + 8 : at + 16].ljust(8, b"\xff"))
        if size < 8:
            return False
        at += size
    return at != len(body)


_FORMATS: dict[str, Callable[[bytes], bool]] = {
    "pdf": _misses_pdf_end,
    "png": _misses_png_end,
    "jpg": _misses_jpeg_end,
    "gif": _misses_gif_end,
    "webp": _misses_riff_end,
    "7z": _misses_7z_end,
    "rtf": _misses_rtf_end,
    **dict.fromkeys(("zip", "docx", "xlsx", "pptx", "odt", "ods", "odp", "epub"), _misses_zip_end),
    **dict.fromkeys(("doc", "xls", "ppt", "msg", "ole"), _misses_ole_end),
    **dict.fromkeys(("mp4", "avif", "heic"), _misses_last_box),
}
