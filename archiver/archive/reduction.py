"""Contents without noise: what is compared of two states of an article, once it is known what moves by itself."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from archiver.archive.content import Content, fold_text
from archiver.noise import QUIET, Noise

NO_ALIASES: Mapping[str, str] = {}
_TEXTS = ("lead", "body", "author")


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph of the body, or the lead or author before and behind it; white space folded."""

    field: str
    text: str


@dataclass(frozen=True, slots=True)
class Item:
    """An image or a document: what identifies it, and the text printed with it."""

    identity: str
    text: str


def list_blocks(content: Content, noise: Noise = QUIET) -> list[Block]:
    """List the blocks of a content's text in reading order, without noise."""
    parts = [
        ("lead", str(content.row["lead"] or "")),
        *(("body", paragraph) for paragraph in str(content.row["body"]).split("\n\n")),
        ("author", str(content.row["author"] or "")),
    ]
    blocks = [Block(field, noise.cut(fold_text(text) or "")) for field, text in parts]
    blocks = [block for block in blocks if block.text]
    return [blocks[place] for place in noise.drop_regions([block.text for block in blocks])] if noise else blocks


def list_items(
    content: Content, field: str, noise: Noise = QUIET, aliases: Mapping[str, str] = NO_ALIASES
) -> list[Item]:
    """List the images or attachments of a content, without noise; each file by the address in ``aliases``."""
    text = "caption" if field == "images" else "title"
    if content.row[field] == "[]":
        return []
    own = noise.of_article(block.text for block in list_blocks(content, noise)) if noise else noise
    rows = json.loads(str(content.row[field]))
    items = [Item(own.mask(aliases.get(row["url"], row["url"])), own.cut(fold_text(row[text]) or "")) for row in rows]
    return [item for item in items if field != "images" or not own.drops_image(item.identity)]


def without_noise(content: Content, noise: Noise, aliases: Mapping[str, str] = NO_ALIASES) -> Content:
    """Return a content as it is compared where the noise of its site is known: the same row, less to compare.

    ``aliases``: for addresses of files another one that had the same bytes.
    """
    if not noise and not aliases:
        return content
    blocks = list_blocks(content, noise)
    texts = {field: " ".join(block.text for block in blocks if block.field == field) or None for field in _TEXTS}
    files = {field: _write_items(list_items(content, field, noise, aliases)) for field in ("images", "attachments")}
    return Content(content.row, {**content.comparable, **texts, **files})


def _write_items(items: list[Item]) -> str:
    return json.dumps([[item.identity, item.text or None] for item in items], ensure_ascii=False) if items else "[]"
