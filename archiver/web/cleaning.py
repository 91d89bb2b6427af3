"""Cleaning the HTML of a body once more, on its way out.

The parser stores clean HTML; but archives are merged, and come from others. So nothing is passed on as it stands here:
tags that are known are written anew without their attributes, all text is escaped, pictures become text.
"""

import re
from collections.abc import Callable
from html import escape
from html.parser import HTMLParser
from urllib.parse import urlsplit

from archiver.text.display import escape_controls

_KEPT = frozenset(
    "p h2 h3 h4 h5 h6 ul ol li blockquote pre table caption thead tbody tfoot tr td th strong b em i u s del ins sub "
    "sup br hr figure figcaption a".split()
)
_RENAMED = {"h1": "h2"}
_VOID = frozenset({"br", "hr"})
# What stands between these is no text.
_DROPPED = frozenset("script style template iframe object embed noscript svg math title textarea select xmp".split())
_SPANS = frozenset({"colspan", "rowspan"})
_MOST_DEPTH = 100
_CONTACT = re.compile(r"(?:mailto:[^\s\"'<>]+@[^\s\"'<>]+|tel:\+?[\d\s().-]+)", re.IGNORECASE)

Say = Callable[..., str]


def clean_html(html: str, say: Say) -> str:
    """Write HTML anew, with known tags only; ``say`` names pictures in the reader's language."""
    cleaner = _Cleaner(say)
    cleaner.feed(html)
    cleaner.close()
    return cleaner.finish()


def is_web_address(url: str) -> bool:
    """Say whether an address may be a link: of the web, and nothing that a browser would run."""
    try:
        return urlsplit(url).scheme in ("http", "https")
    except ValueError:
        return False


def _is_link(url: str) -> bool:
    """Say whether a text may lead there: to the web, to a mail address or a telephone number."""
    return is_web_address(url) or _CONTACT.fullmatch(url) is not None


class _Cleaner(HTMLParser):
    def __init__(self, say: Say) -> None:
        super().__init__(convert_charrefs=True)
        self._say = say
        self._written: list[str] = []
        self._open: list[str] = []
        self._dropped: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        tag = _RENAMED.get(tag, tag)
        if tag in _DROPPED:
            self._dropped.append(tag)
        elif tag == "img" and not self._dropped:
            self._write_image(dict(attrs))
        elif tag in _KEPT and not self._dropped and len(self._open) < _MOST_DEPTH:
            self._written.append(f"<{tag}{_write_attributes(tag, dict(attrs))}>")
            if tag not in _VOID:
                self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _VOID or tag == "img":
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        tag = _RENAMED.get(tag, tag)
        if self._dropped:
            if tag in self._dropped:
                del self._dropped[self._dropped.index(tag) :]
        elif tag in self._open:
            while self._open[-1] != tag:
                self._written.append(f"</{self._open.pop()}>")
            self._written.append(f"</{self._open.pop()}>")

    def handle_data(self, data: str) -> None:
        if not self._dropped:
            self._written.append(_write_text(data))

    def finish(self) -> str:
        """Close what is open."""
        return "".join(self._written) + "".join(f"</{tag}>" for tag in reversed(self._open))

    def _write_image(self, attributes: dict[str, str | None]) -> None:
        """Write a picture as text: to show it would ask the site for it."""
        about = [self._say("image"), attributes.get("alt") or "", attributes.get("src") or ""]
        shown = ", ".join(_write_text(part) for part in about if part)
        self._written.append(f'<span class="image">{shown}</span>')


def _write_attributes(tag: str, attributes: dict[str, str | None]) -> str:
    if tag == "a" and _is_link(attributes.get("href") or ""):
        return f' href="{_write_text(attributes["href"] or "")}" rel="noreferrer noopener nofollow"'
    if tag in ("td", "th"):
        spans = {name: value for name, value in attributes.items() if name in _SPANS and value and value.isdecimal()}
        return "".join(f' {name}="{int(value[:3])}"' for name, value in sorted(spans.items()))
    return ""


def _write_text(text: str) -> str:
    return "\n".join(escape(escape_controls(line)) for line in text.replace("\t", " ").split("\n"))
