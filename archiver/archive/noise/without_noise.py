"""Contents without noise: what is compared of two states of an article, once it is known what moves by itself."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from archiver.archive.history.content import Content, compare_marks, fold_text, write_targets
from archiver.archive.store.values import Row, read_links, read_marks
from archiver.compare.link_identity import identify_link
from archiver.compare.noise import QUIET, Noise

NO_ALIASES: Mapping[str, str] = {}
_TEXTS = ("lead", "body", "author")


@dataclass(frozen=True, slots=True)
class TextBlock:
    """A paragraph of the body, or the lead or author before and behind it; white space folded."""

    field: str
    text: str


@dataclass(frozen=True, slots=True)
class ContentItem:
    """An image, a document or a link: what identifies it, and the text printed with it."""

    identity: str
    text: str
    kind: str = "file"


def list_blocks(content: Content, noise: Noise = QUIET) -> list[TextBlock]:
    """List the blocks of a content's text in reading order, without noise."""
    _, lead, body = content.texts
    parts = [
        ("lead", lead),
        *(("body", paragraph) for paragraph in body.split("\n\n")),
        ("author", str(content.row["author"] or "")),
    ]
    blocks = [TextBlock(field, noise.cut(fold_text(text) or "")) for field, text in parts]
    blocks = [block for block in blocks if block.text]
    return [blocks[place] for place in noise.drop_regions([block.text for block in blocks])] if noise else blocks


def list_items(
    content: Content, field: str, noise: Noise = QUIET, aliases: Mapping[str, str] = NO_ALIASES
) -> list[ContentItem]:
    """List the images or attachments of a content, without noise; each file by the address in ``aliases``."""
    text = "caption" if field == "images" else "title"
    if content.row[field] == "[]":
        return []
    own = noise.of_article(block.text for block in list_blocks(content, noise)) if noise else noise
    rows = json.loads(str(content.row[field]))
    items = [
        ContentItem(own.mask(aliases.get(row["url"], row["url"])), own.cut(fold_text(row[text]) or "")) for row in rows
    ]
    return [item for item in items if field != "images" or not own.drops_image(item.identity)]


def list_links(content: Content, noise: Noise = QUIET) -> list[ContentItem]:
    """List the links of a content, without what moves in their addresses, and without those on texts that are noise."""
    own = noise.of_article(block.text for block in list_blocks(content, noise)) if noise else noise
    kept, dropped = _split_texts(content, noise)
    links = [
        ContentItem(_mask_link(own, link), fold_text(link["text"]) or "", link["kind"])
        for link in read_links(content.row["links"])
    ]
    return [link for link in links if not link.text or link.text in kept or link.text not in dropped]


def list_marks(content: Content, noise: Noise) -> list[Row]:
    """List the marks of a content, without those on texts that are noise."""
    kept, dropped = _split_texts(content, noise)
    marks = read_marks(content.row["marks"])
    return [mark for mark in marks if (text := fold_text(mark["text"]) or "") in kept or text not in dropped]


def _split_texts(content: Content, noise: Noise) -> tuple[str, str]:
    """Return the texts of a content that are none of the noise, and those that are."""
    kept = [block.text for block in list_blocks(content, noise)]
    dropped = [block.text for block in list_blocks(content) if block.text not in kept] if noise else []
    return "\n".join((content.texts[0], *kept)), "\n".join(dropped)


def _mask_link(noise: Noise, link: Row) -> str:
    """Return what tells one target from another without what moves in its path and query."""
    identity = identify_link(link["url"], own=link["own"])
    start = identity.find("/", 2) if identity.startswith("//") else 0
    if not noise or start < 0 or not identity.startswith("/"):
        return identity
    page, hash_sign, place = identity[start:].partition("#")
    return f"{identity[:start]}{noise.mask(page)}{hash_sign}{place}"


def without_noise(content: Content, noise: Noise, aliases: Mapping[str, str] = NO_ALIASES) -> Content:
    """Return a content as it is compared where the noise of its site is known: the same row, less to compare.

    ``aliases``: for addresses of files another one that had the same bytes.
    """
    if not noise and not aliases:
        return content
    blocks = list_blocks(content, noise)
    texts = {field: " ".join(block.text for block in blocks if block.field == field) or None for field in _TEXTS}
    files = {field: _write_items(list_items(content, field, noise, aliases)) for field in ("images", "attachments")}
    links = write_targets((item.kind, item.identity) for item in list_links(content, noise))
    marks = compare_marks(list_marks(content, noise))
    return Content(content.row, {**content.comparable, **texts, **files, "links": links, "marks": marks})


def _write_items(items: list[ContentItem]) -> str:
    return json.dumps([[item.identity, item.text or None] for item in items], ensure_ascii=False) if items else "[]"
