"""The documents and pictures of the portal: tiny, and valid enough for a content type."""

import base64
import re

from tests.portal.exchange import Response

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
_OLD_OFFICE = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504)
_PDF = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj
trailer<</Root 1 0 R>>
%%EOF
"""
_KINDS: dict[str, tuple[str, bytes]] = {
    "pdf": ("application/pdf", _PDF),
    "doc": ("application/msword", _OLD_OFFICE),
    "xls": ("application/vnd.ms-excel", _OLD_OFFICE),
}


def file_at(path: str) -> Response:
    """Answer an address below ``/documents/`` or ``/image/``; what has no document's name is a picture."""
    named = re.search(r"\.(pdf|doc|xls)x?(?:/|$)", path, re.IGNORECASE)
    content_type, content = _KINDS[named[1].lower()] if named else ("image/png", PNG)
    return Response(200, content, (("Content-Type", content_type),))
