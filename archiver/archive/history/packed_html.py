"""The HTML of a body without its text, which stands in ``body`` already: half the size of every content.

It is kept as a JSON array of pieces: a text is HTML, ``[start, length]`` is so many characters of the content's own
``body`` and ``images``, one after the other, counted from 1; an empty line in these stands for the end of one paragraph
and the begin of the next. ``["<p>",[1,512],"</p>"]`` is a body of plain paragraphs, however many. What begins with
anything but ``[`` is HTML as it is. The view ``whole_contents`` puts it together in SQL, with nothing but what SQLite
has itself, so that everybody's SQL can read it.
"""

import json
import re

from archiver.archive.store.damage import DamageError, shorten

_BETWEEN, _EMPTY_LINE = "</p>\n<p>", "\n\n"
_MARKS = re.compile(r'(<|>|"|&[#\w]+;)')
_SHORTEST = 16
"""Characters: a copy takes about ten, and must be looked for."""


def pack_html(html: str, body: str, images: str) -> str:
    """Write the HTML of a body the way it is kept; ``body`` and ``images`` are those of the same row."""
    for pieces in (_take_pieces(html, body, images), [html]):
        packed = json.dumps(pieces, ensure_ascii=False, separators=(",", ":"))
        if unpack_html(packed, body, images) == html:
            break
    return packed if len(packed) < len(html) or html.startswith("[") else html


def unpack_html(kept: str, body: str, images: str) -> str:
    """Put together the HTML of a body from the way it is kept; DamageError for pieces that are none."""
    if not kept.startswith("["):
        return kept
    source = body + images
    try:
        return "".join(piece if isinstance(piece, str) else _copy(source, *piece) for piece in json.loads(kept))
    except (ValueError, TypeError, RecursionError) as error:
        raise DamageError(f"{shorten(kept)} are no pieces of HTML") from error


def _copy(source: str, start: int, length: int) -> str:
    return source[start - 1 : start - 1 + length].replace(_EMPTY_LINE, _BETWEEN)


def _take_pieces(html: str, body: str, images: str) -> list[str | list[int]]:
    """Cut HTML into what stands in body or images and what does not; the body is gone through from its begin."""
    pieces: list[str | list[int]] = []
    source, read = body + images, 0
    for text in _MARKS.split(html.replace(_BETWEEN, _EMPTY_LINE)):
        place = _find(text, source, read) if len(text) >= _SHORTEST else -1
        if place >= 0:
            pieces.append([place + 1, len(text)])
            read = place + len(text) if place < len(body) else read
        elif pieces and isinstance(pieces[-1], str):
            pieces[-1] += text
        else:
            pieces.append(text)
    return [piece.replace(_EMPTY_LINE, _BETWEEN) if isinstance(piece, str) else piece for piece in pieces]


def _find(text: str, source: str, read: int) -> int:
    """Find where a text stands, from ``read`` on, before that only if need be."""
    place = source.find(text, read)
    return place if place >= 0 else source.find(text)
