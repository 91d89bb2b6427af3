"""Taking the body of an article apart: lead, paragraphs, images with their captions, signature."""

from dataclasses import dataclass, field, replace
from html import escape

from archiver.model import Count, Image
from archiver.parsing.blocks import Block, BlockReader
from archiver.parsing.counts import find_count
from archiver.parsing.document import read_place
from archiver.parsing.furniture.boxes import Furniture, find_furniture
from archiver.parsing.furniture.lines import drop_lines, is_article_like
from archiver.parsing.links import Links
from archiver.parsing.pictures import read_image
from archiver.platforms.elements import Element, children_named, select_any, select_one
from archiver.platforms.layout import ArticleLayout
from archiver.urls import identify_files

LONGEST_CAPTION = 400
LONGEST_SIGNATURE = 80
LONGEST_BOLD_SIGNATURE = 40
SHORTEST_LEAD = 40
MOST_CAPTION_BLOCKS = 3


@dataclass(slots=True)
class BodyParts:
    """The body taken apart; ``html`` holds an element a paragraph, image or row.

    ``views`` is a count that is printed in the body, ``left_out`` what furniture took away of its prose.
    """

    lead: str | None = None
    author: str | None = None
    paragraphs: list[str] = field(default_factory=list)
    images: list[Image] = field(default_factory=list)
    html: list[str] = field(default_factory=list)
    views: Count | None = None
    left_out: str = ""


def read_body(container: Element, places: ArticleLayout, links: Links) -> BodyParts:
    """Read the lead beside the body and the body itself; TooDeepError for a body that no reader could follow."""
    parts = BodyParts(lead=read_place(container, places.lead))
    parts.images += _read_lead_images(container, places, links)
    found = (select_one(container, selector) for selector in places.body)
    body = next((element for element in found if element is not None), None)
    if body is None:
        return parts
    known = frozenset(id(element) for element in select_any(body, places.furniture))
    take_apart(read_text(body, links, known, parts), parts)
    return parts


def read_text(root: Element, links: Links, known: frozenset[int], parts: BodyParts) -> list[Block]:
    """Read the blocks of a body without its furniture, of which ``known`` holds the ``id()`` of some elements.

    What the furniture tells, a view count, and whether it took much of the text, is written down in ``parts``.
    """
    furniture = find_furniture(root, known)
    blocks = BlockReader(links, known | furniture.ids).read(root)
    blocks, views = drop_lines(blocks, lambda url: is_article_like(url, links.base))
    parts.views = views or _find_views(furniture)
    parts.left_out = furniture.left_out
    return blocks


def _find_views(furniture: Furniture) -> Count | None:
    return next((count for text in furniture.counts if (count := find_count(text))), None)


def take_apart(blocks: list[Block], parts: BodyParts) -> None:
    """Put the blocks of a body, which are used up, where they belong: lead, signature, paragraphs, images."""
    if parts.lead is None and _is_lead(blocks):
        parts.lead = _join_lines(blocks.pop(0).text)
    parts.author = _take_signature(blocks)
    _sort_blocks(blocks, parts)
    parts.images = _drop_repeated(parts.images)


def _read_lead_images(container: Element, places: ArticleLayout, links: Links) -> list[Image]:
    """Read the pictures beside the lead, outside the body, with the captions of those that stand in a figure."""
    lead = select_one(container, places.lead) if isinstance(places.lead, str) else None
    wrapper = lead.parent if lead is not None else None
    beside = children_named(wrapper, "img", "figure") if wrapper is not None else ()
    return [image for element in beside if (image := _read_picture(element, links))]


def _read_picture(element: Element, links: Links) -> Image | None:
    """Read an image, or the first one in a figure with the figure's caption."""
    if element.name == "img":
        return read_image(element, links)
    picture = select_one(element, "img")
    image = read_image(picture, links) if picture is not None else None
    return replace(image, caption=read_place(element, "figcaption")) if image else None


def _is_lead(blocks: list[Block]) -> bool:
    """Say whether the first paragraph is the lead: wholly bold, no heading, and not all there is."""
    if len(blocks) < 2:
        return False
    first = blocks[0]
    fits = first.tag == "p" and first.bold and first.align != "center" and not first.images
    return fits and len(first.text) >= SHORTEST_LEAD and any(block.text and not block.bold for block in blocks[1:])


def _take_signature(blocks: list[Block]) -> str | None:
    """Take the last one or two short paragraphs, right-aligned, or the last one if it is short and bold."""
    taken: list[str] = []
    while len(taken) < 2 and len(blocks) > 1 and is_signature(blocks[-1], last=not taken):
        taken.insert(0, _join_lines(blocks.pop().text))
    return " ".join(taken) or None


def is_signature(block: Block, *, last: bool) -> bool:
    """Say whether a block looks like the signature: short and right-aligned; bold will do if it is the ``last`` one."""
    if block.tag != "p" or not block.text or block.images or block.has_link or len(block.text) > LONGEST_SIGNATURE:
        return False
    if block.align in ("right", "end"):
        return True
    short = len(block.text) <= LONGEST_BOLD_SIGNATURE and not block.text.endswith((":", "?", ".", ";"))
    return last and block.bold and short and block.align != "center"


def _sort_blocks(blocks: list[Block], parts: BodyParts) -> None:
    """Give every block its place: paragraphs to the body, captions to their images, both in reading order."""
    index = 0
    while index < len(blocks):
        block = blocks[index]
        index += 1
        if not block.images:
            parts.paragraphs.append(block.text)
            parts.html.append(_write_block(block))
            continue
        captions = _find_captions(blocks, index)
        index += len(captions) if not block.text else 0
        _add_images(block, captions, parts)


def _find_captions(blocks: list[Block], start: int) -> list[Block]:
    """Find the centred paragraphs right after an image; a caption may be broken into several of one look."""
    captions: list[Block] = []
    for block in blocks[start : start + MOST_CAPTION_BLOCKS]:
        if not _is_caption(block) or (
            captions and (block.bold, block.italic) != (captions[0].bold, captions[0].italic)
        ):
            break
        captions.append(block)
    return captions


def _is_caption(block: Block) -> bool:
    return block.align == "center" and not block.images and block.tag == "p" and len(block.text) <= LONGEST_CAPTION


def _add_images(block: Block, captions: list[Block], parts: BodyParts) -> None:
    own = block.text and len(block.text) <= LONGEST_CAPTION and (block.align == "center" or block.italic)
    if own:
        captions = [block]
    elif block.text:
        captions = []
    text = " ".join(_join_lines(caption.text) for caption in captions) or None
    images = [*block.images[:-1], replace(block.images[-1], caption=text)]
    parts.images += images
    parts.html += [_write_figure(image) for image in images]
    if block.text and not own:
        parts.paragraphs.append(block.text)
        parts.html.append(_write_block(block))


def _drop_repeated(images: list[Image]) -> list[Image]:
    """Keep each picture once, with its caption wherever that stands."""
    if len(images) < 2:
        return images
    kept: dict[str, Image] = {}
    for name, image in zip(identify_files([image.url for image in images]), images, strict=True):
        known = kept.get(name)
        if known is None or (known.caption is None and image.caption):
            kept[name] = image
    return list(kept.values())


def _write_block(block: Block) -> str:
    if block.tag == "tr":
        cells = "".join(f"<td>{escape(cell, quote=False)}</td>" for cell in block.text.split("\t"))
        return f"<table><tr>{cells}</tr></table>"
    if block.tag == "li":
        return f"<ul><li>{block.html}</li></ul>"
    return f"<{block.tag}>{block.html}</{block.tag}>"


def _write_figure(image: Image) -> str:
    caption = f"<figcaption>{escape(image.caption, quote=False)}</figcaption>" if image.caption else ""
    return f'<figure><img src="{escape(image.url)}" alt="{escape(image.alt or "")}">{caption}</figure>'


def _join_lines(text: str) -> str:
    return " ".join(text.split())
