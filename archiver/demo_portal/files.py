"""The documents and pictures of the portal: tiny, ours, and of the formats that their names say."""

import base64
import hashlib
import io
import re
import zipfile

from archiver.demo_portal.exchange import Headers, Response

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
_NAMED = re.compile(r"\.(pdf|docx?|xlsx?)(?:/|$)", re.IGNORECASE)


def pdf(text: str) -> bytes:
    """Make a PDF without pages that differs from others by a comment."""
    return (
        f"%PDF-1.4\n% {text}\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        "2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
    ).encode()


def old_office(stream: str, text: str = "") -> bytes:
    """Make a compound file of the old office formats: a header, and a directory that names a stream."""
    header = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504)
    entries = [name.encode("utf-16-le").ljust(128, b"\x00") for name in ("Root Entry", stream)]
    return header + b"".join(entries) + text.encode()


def zipped(**parts: str) -> bytes:
    """Make a ZIP archive; ``__`` in a name stands for a slash, ``mimetype`` is not packed."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            entry = zipfile.ZipInfo(name.replace("__", "/").replace("content_types", "[Content_Types].xml"))
            entry.compress_type = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            archive.writestr(entry, text)
    return packed.getvalue()


def docx(text: str) -> bytes:
    """Make an office document as a ZIP archive."""
    return zipped(content_types="<Types/>", word__document=text)


def file_at(path: str, headers: Headers = ()) -> Response:
    """Answer an address below ``/documents/`` or ``/image/``; what has no document's name is a picture."""
    named = _NAMED.search(path)
    content_type, content = _write(named[1].lower(), path) if named else ("image/png", PNG)
    tag = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
    validators = (("ETag", tag), ("Last-Modified", "Mon, 08 Mar 2021 02:00:00 GMT"))
    if ("if-none-match", tag) in [(name.lower(), value) for name, value in headers]:
        return Response(304, headers=validators)
    return Response(200, content, (("Content-Type", content_type), *validators))


def _write(kind: str, path: str) -> tuple[str, bytes]:
    """Return the content type and the bytes of a document, which no other address has."""
    if kind == "pdf":
        return "application/pdf", pdf(path)
    if kind.endswith("x"):
        return "application/octet-stream", docx(path)
    stream, kind = ("WordDocument", "msword") if kind == "doc" else ("Workbook", "vnd.ms-excel")
    return f"application/{kind}", old_office(stream, path)
