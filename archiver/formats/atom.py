"""Atom feeds (RFC 4287) of what happened to articles: a pure function from rows to XML."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

from archiver.compare.edits import Span

Row = Mapping[str, Any]

NAMESPACE = "http://www.w3.org/2005/Atom"
_XHTML = "http://www.w3.org/1999/xhtml"
_TAGS = {"added": "ins", "removed": "del"}
# Who names the entries, and since when (RFC 4151). Fixed for ever: other names would show all entries as new.
AUTHORITY = "committee-news-archiver,2026"
WORDS = {
    "created": "New",
    "new": "New",
    "edited": "Edited",
    "title_changed": "Title changed",
    "suspect": "Not found for now",
    "gone": "Gone",
    "restored": "Restored",
    "moved": "Moved",
    "delisted": "No longer listed",
    "relisted": "Listed again",
    "counter_reset": "Counter set back",
}
# XML 1.0 has no way to write C0 and the like, escaped or not; CR, C1 and the marks that turn a line around are no text.
_FORBIDDEN = re.compile(
    "[^\t\n\x20-\x7e\xa0-\u061b\u061d-\u200d\u2010-\u2027\u202f-\u2065\u206a-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
)


@dataclass(frozen=True, slots=True)
class About:
    """What a feed says of itself: the site's name (None for all sites), a title, and the addresses it has.

    ``choice`` says in one spelling what else is chosen of the site's changes, and so is a part of the feed's id.
    ``author`` is the title where there is none; ``updated`` (ISO 8601) counts only while there are no entries.
    ``words`` names the kinds of events.
    """

    site: str | None
    title: str
    author: str | None = None
    updated: str = "1970-01-01T00:00:00+00:00"
    address: str | None = None
    page: str | None = None
    language: str | None = None
    words: Mapping[str, str] | None = None
    choice: str = ""


def write_feed(about: About, changes: Iterable[Row]) -> Iterator[str]:
    """Yield the XML of a feed, an entry at a time.

    ``changes`` are rows with ``site``, ``article_id``, ``url``, ``at``, ``kind``, ``detail`` and ``title``, the newest
    first; ``link`` where a page of ours is to be named and not the portal's, and ``excerpt`` where the words of an edit
    are to be shown.
    """
    rows = iter(changes)
    first = next(rows, None)
    language = f" xml:lang={_quote(about.language)}" if about.language else ""
    yield f'<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="{NAMESPACE}"{language}>\n'
    yield f"  <id>{_write(name_feed(about.site, about.choice))}</id>\n  <title>{_write(about.title)}</title>\n"
    yield f"  <updated>{_write(first['at'] if first else about.updated)}</updated>\n"
    yield f"  <author><name>{_write(about.author or about.title)}</name></author>\n"
    yield "".join(
        f"  <link rel={_quote(rel)} type={_quote(kind)} href={_quote(address)}/>\n"
        for rel, kind, address in (
            ("self", "application/atom+xml", about.address),
            ("alternate", "text/html", about.page),
        )
        if address
    )
    for row in chain([first] if first else [], rows):
        yield _write_entry(row, about.words or WORDS)
    yield "</feed>\n"


def name_feed(site: str | None, choice: str = "") -> str:
    """Return the id of a site's feed, or of that of all sites; the same wherever the feed stands."""
    return f"tag:{AUTHORITY}:{quote(site, safe='') if site else ''}{f'?{choice}' if choice else ''}"


def name_change(row: Row) -> str:
    """Return the id of an entry, made from site, article, kind and time: of all exports, the same.

    A new article has the kind of its event, ``created``, in it.
    """
    kind = "created" if row["kind"] == "new" else row["kind"]
    parts = (row["site"], row["article_id"], kind, row["at"])
    return f"tag:{AUTHORITY}:{'/'.join(quote(str(part), safe=':') for part in parts)}"


def _write_entry(row: Row, words: Mapping[str, str]) -> str:
    kind = words.get(row["kind"], row["kind"])
    title = f"{kind}: {row['title'] or row['article_id']}"
    url = row["url"] or ""
    link = row.get("link") or (url if url.startswith(("http://", "https://")) else None)
    lines = [
        f"<id>{_write(name_change(row))}</id>",
        f"<title>{_write(title)}</title>",
        f"<updated>{_write(row['at'])}</updated>",
        f"<category term={_quote(row['kind'])} label={_quote(kind)}/>",
        *([f'<link rel="alternate" href={_quote(link)}/>'] if link else ()),
        _write_content(row, kind),
    ]
    inner = "".join(f"    {line}\n" for line in lines)
    return f"  <entry>\n{inner}  </entry>\n"


def _write_content(row: Row, kind: str) -> str:
    """Write content and no summary: without content, a link is a must."""
    if row.get("excerpt"):
        words = "".join(_write_span(span) for span in row["excerpt"])
        return f'<content type="xhtml"><div xmlns="{_XHTML}"><p>{words}</p></div></content>'
    text = f"{kind}: {row['detail']}" if row["detail"] else kind
    return f'<content type="text">{_write(text)}</content>'


def _write_span(span: Span) -> str:
    """Mark a span; the space before it stays outside the mark."""
    text = span.text.lstrip(" ")
    space = " " if span.text != text else ""
    tag = _TAGS.get(span.kind)
    return f"{space}<{tag}>{_write(text)}</{tag}>" if tag else f"{space}{_write(text)}"


def _write(text: str) -> str:
    return escape(_FORBIDDEN.sub("", text))


def _quote(text: str) -> str:
    return quoteattr(_FORBIDDEN.sub("", text))
