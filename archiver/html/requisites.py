"""What a page needs to look as it looked: style sheets, pictures, fonts; listed, or asked for at other addresses.

Pure: bytes in, bytes out. Whoever shows a kept page says where each address lies; what lies nowhere is asked for
nowhere. What would run, load or lead elsewhere by itself (scripts, frames, films, ``base``, ``meta http-equiv``,
preloading) is left out. A policy must stand around the page all the same (``policy``, or a header).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape

from archiver.html.addresses import choose_base, resolve_requisite
from archiver.html.decoding import decode_page
from archiver.html.sheet_addresses import Kind, Place, decode_sheet, replace_addresses
from archiver.html.tags import Tag, list_tags
from archiver.model import Headers

NOTHING = "data:,"
"""What stands where an address lies nowhere: nobody is asked, and a picture looks lost, as it does on a live page."""
BOM = "\ufeff"
"""Begins what is written here: so it is read as UTF-8, whatever the page itself says."""
Locate = Callable[[str], str | None]
"""Returns where what an absolute address names lies, None where it does not; it is put in the address's place."""

_PICTURES: dict[str, tuple[str, ...]] = {
    "img": ("src",),
    "input": ("src",),
    "video": ("poster",),
    "image": ("href", "xlink:href"),
    "feimage": ("href", "xlink:href"),
    **dict.fromkeys("body table thead tbody tfoot tr td th".split(), ("background",)),
}
_LOADED: dict[str, tuple[str, ...]] = {
    "iframe": ("src", "srcdoc"),
    **dict.fromkeys("frame embed audio video track source bgsound".split(), ("src",)),
    "object": ("data", "classid", "codebase"),
    "applet": ("code", "archive", "codebase"),
    "use": ("href", "xlink:href"),
}
"""What is loaded and never kept."""
_LATE = ("data-src", "data-original", "data-lazy-src", "data-lazy", "data-echo", "data-original-src", "data-url")
"""Where scripts that load pictures late find the address."""
_LATE_SETS = ("data-srcset", "data-lazy-srcset")
_ALL_LATE = frozenset({*_LATE, *_LATE_SETS})
_DROPPED = frozenset({"base", "script"})
# Digests of other bytes, questions to other hosts, and pictures that are waited for.
_UNKEPT = frozenset("integrity crossorigin nonce loading fetchpriority".split())
_CANDIDATE = re.compile(r"[\s,]*+(\S++)([^,(]*+(?:\([^)]*+\)[^,(]*+)*+)")
_DOCTYPE = re.compile(r"\s*(?:<!--.*?-->\s*)*<!doctype[^>]*>", re.IGNORECASE | re.DOTALL)
_SPACE_ONLY = re.compile(r"\s*")
_AFTER_NOSCRIPT = re.compile(r"</noscript\s*>", re.IGNORECASE)
MOST_REQUISITES = 300
"""So many of a page are kept and shown; a page may ask without end."""
MOST_LEVELS = 5
"""So many style sheets deep, one imported by another, they are kept and shown."""


@dataclass(frozen=True, slots=True)
class Requisite:
    """Something that a page or a style sheet asks for: its absolute address, without fragment and session."""

    address: str
    kind: Kind


def list_requisites(body: bytes, headers: Headers, url: str) -> list[Requisite]:
    """List what a page at an address asks for, style sheets first, then as printed; each once."""
    found = _Collection()
    _rewrite(decode_page(body, headers), url, found.add)
    return sorted(found.each, key=lambda requisite: requisite.kind != "style")


def rewrite_page(body: bytes, headers: Headers, url: str, locate: Locate, policy: str = "") -> bytes:
    """Write a page so that it asks for what it needs where that lies, in UTF-8.

    ``policy`` is a Content-Security-Policy to stand in it, for pages that no server sends.
    """
    return _write(_rewrite(decode_page(body, headers), url, _keep_kind(locate)), policy)


def list_sheet_requisites(body: bytes, url: str) -> list[Requisite]:
    """List what a style sheet at an address asks for; each once."""
    found = _Collection()
    replace_addresses(decode_sheet(body), _place_within(url, found.add))
    return list(found.each)


def rewrite_sheet(body: bytes, url: str, locate: Locate) -> bytes:
    """Write a style sheet so that it asks for what it needs where that lies, in UTF-8."""
    return (BOM + replace_addresses(decode_sheet(body), _place_within(url, _keep_kind(locate)))).encode("utf-8")


_Find = Callable[[Requisite], str | None]


class _Collection:
    """What is asked for, gathered by looking for it in vain."""

    def __init__(self) -> None:
        self.each: dict[Requisite, None] = {}

    def add(self, requisite: Requisite) -> None:
        self.each.setdefault(requisite)


def _keep_kind(locate: Locate) -> _Find:
    return lambda requisite: locate(requisite.address)


def _place_within(base: str, find: _Find) -> Place:
    """Return what puts others in the place of addresses that are relative to ``base``, in style sheets."""

    def place(printed: str, kind: Kind) -> str | None:
        printed = printed.strip()
        if not printed or printed.startswith("#") or _is_data(printed):
            return None
        return _find_place(base, printed, kind, find) or NOTHING

    return place


def _find_place(base: str, printed: str, kind: Kind, find: _Find) -> str | None:
    address = resolve_requisite(base, printed)
    found = find(Requisite(address, kind)) if address else None
    fragment = printed.partition("#")[2]
    return f"{found}#{fragment}" if found and fragment else found


def _is_data(printed: str) -> bool:
    return printed[:5].lower() == "data:"


def _rewrite(html: str, url: str, find: _Find) -> str:
    """Write all tags that load something anew; everything else stays letter by letter."""
    tags = list(list_tags(html))
    bases = tuple(tag.get("href") for tag in tags if tag.name == "base" and tag.get("href"))
    writer = _TagWriter(choose_base(bases, url), find)
    pieces: list[str] = []
    done = 0
    for tag in tags:
        if tag.start < done:
            continue  # within what was left out
        written = writer.write(html, tag)
        if written is not None:
            pieces += (html[done : tag.start], written)
            done = writer.find_end(html, tag)
    return "".join((*pieces, html[done:]))


def _write(html: str, policy: str) -> bytes:
    if policy:
        doctype = _DOCTYPE.match(html)
        place = doctype.end() if doctype else 0
        meta = f'<meta http-equiv="Content-Security-Policy" content="{escape(policy)}">'
        html = html[:place] + meta + html[place:]
    return (BOM + html.removeprefix(BOM)).encode("utf-8", "replace")


class _TagWriter:
    """Writes the tags of one page anew; ``base`` is what their addresses are relative to."""

    def __init__(self, base: str, find: _Find) -> None:
        self._base = base
        self._find = find
        self._place = _place_within(base, find)
        self._late_until = -1

    def write(self, html: str, tag: Tag) -> str | None:
        """Return what stands in the place of a tag and of the text that it begins; None where all stays."""
        if tag.name in _DROPPED or (tag.name == "meta" and tag.get("http-equiv")) or self._repeats(html, tag):
            return ""
        if tag.name == "link":
            return self._write_link(tag)
        changes = self._find_changes(tag)
        text = html[tag.end : tag.text_end]
        if tag.name == "style":
            return tag.write(changes) + replace_addresses(text, self._place)
        return tag.write(changes) + text if changes else None

    def find_end(self, html: str, tag: Tag) -> int:
        """Return where the page goes on behind what was written anew: of what was left out, behind its end tag."""
        if tag.name == "script":
            end = html.find(">", tag.text_end)
            return len(html) if end < 0 else end + 1
        if tag.name == "noscript":
            ended = _AFTER_NOSCRIPT.search(html, tag.end)
            return ended.end() if ended else tag.end
        return tag.text_end

    def _repeats(self, html: str, tag: Tag) -> bool:
        """Say whether this is the ``noscript`` of a picture right before it, which is shown already."""
        is_beside = _SPACE_ONLY.fullmatch(html, self._late_until, tag.start) if self._late_until >= 0 else None
        return tag.name == "noscript" and is_beside is not None

    def _write_link(self, tag: Tag) -> str:
        """Write the link to a style sheet, be it one that a script would switch on; all other links are left out."""
        kinds = tag.get("rel").lower().split()
        is_late = "preload" in kinds and tag.get("as").lower() == "style"
        printed = tag.get("href").strip()
        if not printed or "alternate" in kinds or ("stylesheet" not in kinds and not is_late):
            return ""
        found = printed if _is_data(printed) else _find_place(self._base, printed, "style", self._find)
        if found is None:
            return ""
        changes: dict[str, str | None] = {**_drop(tag), "href": found}
        if is_late:
            changes |= {"rel": "stylesheet", "as": None}
        if "media" in tag.get("onload"):
            changes["media"] = "all"
        return tag.write(changes)

    def _find_changes(self, tag: Tag) -> dict[str, str | None]:
        changes = _drop(tag)
        changes |= {
            name: "" for name in _LOADED.get(tag.name, ()) if not tag.get(name).startswith("#") and tag.get(name)
        }
        for name in _PICTURES.get(tag.name, ()):
            if tag.get(name).strip():
                changes[name] = self._find_picture(tag.get(name)) or NOTHING
        if tag.get("style"):
            changes["style"] = replace_addresses(tag.get("style"), self._place)
        if tag.name in ("img", "source"):
            changes |= self._find_sets(tag)
        if tag.name == "img":
            changes |= self._find_late(tag)
        return {name: value for name, value in changes.items() if value != tag.get(name)}

    def _find_picture(self, printed: str) -> str:
        """Return where a picture lies; empty where it does not, for then nothing is asked for."""
        printed = printed.strip()
        if _is_data(printed) or printed.startswith("#"):
            return printed
        return _find_place(self._base, printed, "picture", self._find) or ""

    def _find_sets(self, tag: Tag) -> dict[str, str | None]:
        """Return the pictures to choose from by the width of the screen: those that lie somewhere."""
        late = self._write_set(next((tag.get(name) for name in _LATE_SETS if tag.get(name)), ""))
        own = self._write_set(tag.get("srcset"))
        self._late_until = tag.end if late else -1
        return {"srcset": late or own or None} if tag.get("srcset") or late else {}

    def _write_set(self, printed: str) -> str:
        written = []
        for address, width in _CANDIDATE.findall(printed):
            found = self._find_picture(address.rstrip(","))
            if found:
                written.append(f"{found} {width.strip() if not address.endswith(',') else ''}".strip())
        return ", ".join(written)

    def _find_late(self, tag: Tag) -> dict[str, str | None]:
        """Return the picture that a script would put in the place of what stands there until it is seen."""
        printed = next((tag.get(name) for name in _LATE if tag.get(name).strip()), "")
        found = self._find_picture(printed) if printed else ""
        self._late_until = tag.end if found else self._late_until
        return {"src": found} if found else {}


def _drop(tag: Tag) -> dict[str, str | None]:
    """Return the attributes that are left out of any tag: scripts, and what would keep the kept from being shown."""
    left_out = _UNKEPT | _ALL_LATE if tag.name in ("img", "source") else _UNKEPT
    return {name: None for name, _ in tag.attributes if name.startswith("on") or name in left_out}
