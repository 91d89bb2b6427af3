"""Taking the body of an article apart: lead, paragraphs, images with their captions, signature."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from html import escape
from itertools import groupby, takewhile

from archiver.html.elements import (
    Element,
    children_named,
    elements_below,
    select_any,
    select_one,
    text_of,
)
from archiver.html.links import Links
from archiver.model import Attachment, Count, Image, Link, Mark
from archiver.parsing.body.blocks import Block, BlockReader
from archiver.parsing.body.documents import find_viewed
from archiver.parsing.body.figures import LONGEST_CAPTION, read_caption
from archiver.parsing.body.marks import mark_of, note_printed
from archiver.parsing.body.media import MEDIA
from archiver.parsing.body.pictures import read_image
from archiver.parsing.boilerplate.boxes import Boilerplate, find_boilerplate
from archiver.parsing.boilerplate.lines import drop_lines, is_article_like
from archiver.parsing.fields.counts import find_count
from archiver.parsing.pages.document import read_element, read_place
from archiver.platforms.layout import ArticleLayout, Place
from archiver.text.cleaning import clean_text
from archiver.text.raised import has_levels
from archiver.urls import identify_file, identify_files

LONGEST_SIGNATURE = 80
LONGEST_BOLD_SIGNATURE = 40
SHORTEST_LEAD = 40
MOST_CAPTION_BLOCKS = 3
# So much of a text is centred where it is so throughout: in reports of pictures the captions are a good part, too.
MOSTLY_CENTRED = 0.8


@dataclass(slots=True)
class BodyParts:
    """The body taken apart; ``html`` holds an element a paragraph, image or row.

    ``views`` is a count that is printed in the body, ``left_out`` what was cut as boilerplate. ``has_levels``
    says that some raised or lowered characters are printed in it.
    """

    lead: str | None = None
    author: str | None = None
    paragraphs: list[str] = field(default_factory=list)
    images: list[Image] = field(default_factory=list)
    html: list[str] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    has_levels: bool = False
    views: Count | None = None
    left_out: str = ""


def read_body(container: Element, places: ArticleLayout, links: Links) -> BodyParts:
    """Read the lead beside the body and the body itself; TooDeepError for a body that no reader could follow."""
    title, lead = (_find_place(container, place) for place in (places.title, places.lead))
    parts = BodyParts(lead=read_element(lead) if lead is not None else None)
    if callable(places.lead):
        parts.lead = read_place(container, places.lead)
    parts.images += _read_lead_images(lead, links)
    read_head(title, (lead,) if lead is not None else (), links, parts)
    found = (select_one(container, selector) for selector in places.body)
    body = next((element for element in found if element is not None), None)
    if body is None:
        return parts
    known = frozenset(id(element) for element in select_any(body, places.boilerplate))
    take_apart(read_text(body, links, known, parts), parts, signed=places.signed)
    return parts


def read_head(title: Element | None, lead: Iterable[Element], links: Links, parts: BodyParts) -> None:
    """Read the marks of title and lead, where they stand outside of the body, and the links of the lead."""
    for element in (*((title,) if title is not None else ()), *lead):
        if not any(below.name == "a" or below.name in MEDIA or mark_of(below) for below in elements_below(element)):
            parts.marks += note_printed(clean_text(text_of(element)), ())
            continue
        reader = BlockReader(links)
        blocks = reader.read(element)
        parts.marks += [mark for block in blocks for mark in note_printed(block.text, block.marks)]
        parts.links += _list_links(blocks, reader) if element is not title else []


def drop_files(links: list[Link], attachments: Iterable[Attachment], images: Iterable[Image]) -> tuple[Link, ...]:
    """Leave out the links to documents, which are attachments, and those of pictures to themselves."""
    if not links:
        return ()
    documents = {identify_file(document.url) for document in attachments}
    pictures = {identify_file(image.url) for image in images}

    def is_file(link: Link) -> bool:
        shown = find_viewed(link.url, is_frame=True) if link.kind == "media" else None
        file = identify_file(shown or link.url) if link.url.startswith("http") else ""
        return file in documents or (link.kind == "link" and not link.text and file in pictures)

    return tuple(link for link in links if not is_file(link))


def _list_links(blocks: list[Block], reader: BlockReader) -> list[Link]:
    """List the links of some blocks of a reader, and those that stand behind its last one."""
    return [*(link for block in blocks for link in block.links), *reader.loose]


def read_text(root: Element, links: Links, known: frozenset[int], parts: BodyParts) -> list[Block]:
    """Read the blocks of a body without its boilerplate, of which ``known`` holds the ``id()`` of some elements.

    What the boilerplate tells, a view count, and whether it took much of the text, is written down in ``parts``, and
    so are the links of what is left.
    """
    boilerplate = find_boilerplate(root, known)
    reader = BlockReader(links, known | boilerplate.ids)
    blocks, views = drop_lines(reader.read(root), lambda url: is_article_like(url, links.page))
    found = _list_links(blocks, reader)
    embedded = {link.url for link in found}
    parts.links = [link for link in parts.links if link.kind != "media" or link.url not in embedded] + found
    parts.views = views or _find_views(boilerplate)
    parts.left_out = boilerplate.left_out
    return blocks


def _find_views(boilerplate: Boilerplate) -> Count | None:
    return next((count for text in boilerplate.counts if (count := find_count(text))), None)


def take_apart(blocks: list[Block], parts: BodyParts, *, signed: bool = True) -> None:
    """Put the blocks of a body, which are used up, where they belong: lead, signature (if ``signed``), text, images."""
    parts.has_levels = has_levels("\n".join([block.text for block in blocks]))
    if parts.lead is None and _is_lead(blocks):
        lead = blocks.pop(0)
        parts.lead = _join_lines(lead.text)
        parts.marks += note_printed(lead.text, lead.marks) if parts.has_levels else lead.marks
    below = take_media(blocks)
    parts.author = _take_signature(blocks) if signed else None
    _sort_blocks([*blocks, *below], parts)
    parts.images = _drop_repeated(parts.images)


def _find_place(container: Element, place: Place | None) -> Element | None:
    return select_one(container, place) if isinstance(place, str) else None


def _read_lead_images(lead: Element | None, links: Links) -> list[Image]:
    """Read the pictures beside the lead, outside the body, with the captions of those that stand in a figure."""
    wrapper = lead.parent if lead is not None else None
    beside = children_named(wrapper, "img", "figure") if wrapper is not None else ()
    return [image for element in beside if (image := _read_picture(element, links))]


def _read_picture(element: Element, links: Links) -> Image | None:
    """Read an image, or the first one in a figure with the figure's caption."""
    if element.name == "img":
        return read_image(element, links)
    picture = select_one(element, "img")
    image = read_image(picture, links) if picture is not None else None
    return replace(image, caption=read_caption(picture)) if image and picture is not None else None


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


def take_media(blocks: list[Block]) -> list[Block]:
    """Take what is embedded below the last line of the text, signature and all."""
    taken: list[Block] = []
    while blocks and blocks[-1].media and not (blocks[-1].text or blocks[-1].images):
        taken.insert(0, blocks.pop())
    return taken


def _sort_blocks(blocks: list[Block], parts: BodyParts) -> None:
    """Give every block its place: paragraphs to the body, captions to their images, both in reading order."""
    if _is_centred(blocks):
        blocks = [block._replace(align="") if _is_caption(block) else block for block in blocks]
    index = 0
    while index < len(blocks):
        block = blocks[index]
        index += 1
        if block.figure:
            box = [block, *takewhile(lambda one: one.figure == block.figure, blocks[index:])]  # noqa: B023
            if any(one.images for one in box) and any(one.text for one in box):
                _add_figure(box, parts)
                index += len(box) - 1
                continue
        if not block.images:
            _add_text(block, parts)
            continue
        captions = _find_captions(blocks, index)
        index += len(captions) if not block.text else 0
        _add_images(block, captions, parts)


def _is_centred(blocks: list[Block]) -> bool:
    """Say whether a whole text is centred, so that a line below a picture is no caption for being so.

    Somewhere there stand more such lines together than a caption has, and they are most of the text.
    """
    if not any(block.images for block in blocks):
        return False
    centred = sum(len(block.text) for block in blocks if _is_caption(block))
    if centred <= MOSTLY_CENTRED * sum(len(block.text) for block in blocks):
        return False
    runs = (len(list(run)) for is_line, run in groupby(blocks, _is_caption) if is_line)
    return max(runs) > MOST_CAPTION_BLOCKS


def _add_text(block: Block, parts: BodyParts) -> None:
    """Add a paragraph, and what is embedded in it as links to that."""
    if block.text:
        parts.paragraphs.append(block.text)
        parts.html.append(_write_block(block))
        parts.marks += note_printed(block.text, block.marks) if parts.has_levels else block.marks
    parts.html += [_write_media(url) for url in block.media]


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
    fits = block.align == "center" and block.tag == "p" and len(block.text) <= LONGEST_CAPTION
    return fits and not (block.images or block.media)


def _add_images(block: Block, captions: list[Block], parts: BodyParts) -> None:
    own = block.text and len(block.text) <= LONGEST_CAPTION and (block.align == "center" or block.italic)
    if own:
        captions = [block]
    elif block.text:
        captions = []
    text = " ".join(_join_lines(caption.text) for caption in captions) or None
    # What is raised or lowered in a caption stands in its text.
    parts.marks += [mark for caption in captions for mark in caption.marks if mark.kind in ("struck", "inserted")]
    images = [*block.images[:-1], replace(block.images[-1], caption=text)]
    parts.images += images
    parts.html += [_write_figure(image) for image in images]
    _add_text(block._replace(text="") if own else block, parts)


def _add_figure(box: list[Block], parts: BodyParts) -> None:
    """Add the pictures of a box; all that is said there is the caption of the last of them."""
    shown = Block("p", "", "", images=tuple(image for block in box for image in block.images))
    _add_images(shown, [block for block in box if block.text], parts)
    parts.html += [_write_media(url) for block in box for url in block.media]


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
        written = [escape(cell, quote=False) for cell in block.text.split("\t")]
        if block.marks or block.has_link:  # rows are as plain as their text, unless that would lose a meaning
            written = [cell.strip() for cell in block.html.split("\t")]
        cells = "".join(f"<td>{cell}</td>" for cell in written)
        return f"<table><tr>{cells}</tr></table>"
    if block.tag == "li":
        return f"<ul><li>{block.html}</li></ul>"
    return f"<{block.tag}>{block.html}</{block.tag}>"


def _write_figure(image: Image) -> str:
    caption = f"<figcaption>{escape(image.caption, quote=False)}</figcaption>" if image.caption else ""
    return f'<figure><img src="{escape(image.url)}" alt="{escape(image.alt or "")}">{caption}</figure>'


def _write_media(url: str) -> str:
    return f'<figure><a href="{escape(url)}">{escape(url, quote=False)}</a></figure>'


def _join_lines(text: str) -> str:
    return " ".join(text.split())
