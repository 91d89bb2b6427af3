"""Reading the body of an article from the elements that hold its lines, with its images and documents."""

from dataclasses import replace
from itertools import accumulate, takewhile

from archiver.html.elements import Element, attribute_of, text_of
from archiver.html.links import Links
from archiver.model import Attachment, Image, Link
from archiver.parsing.body.article_body import BodyParts, read_head, read_text, take_apart, take_media
from archiver.parsing.body.documents import FRAMES, collect_documents, is_document, list_printed
from archiver.parsing.body.figures import find_figures, read_caption
from archiver.parsing.body.media import MEDIA, list_media
from archiver.parsing.body.pictures import read_image
from archiver.parsing.generic.declared import Declared
from archiver.parsing.generic.outline import LineSpan, Outline
from archiver.parsing.generic.text.region import Region
from archiver.parsing.generic.text.signature import drop_account

# Smaller images are icons.
SMALLEST_IMAGE = 48
MOST_IMAGES_ABOVE = 20
_MOST_ADDRESSES = 10_000


def read_attachments(outline: Outline, region: Region, links: Links) -> tuple[Attachment, ...]:
    """Collect the documents that are linked, or shown in frames, from the headline to the end of the article."""
    lines = outline.lines[region.headline : region.end]
    anchors = [anchor for line in lines for anchor in line.anchors]
    return collect_documents(list_printed(_add_frames(anchors, outline, region)), links)


def _add_frames(anchors: list[Element], outline: Outline, region: Region) -> list[Element]:
    """Put the frames around and behind the text among the links of an article, in the order of the page."""
    wanted = {id(anchor) for anchor in anchors}
    start = outline.lines[region.headline].block
    stop = outline.lines[region.end].block if region.end < len(outline.lines) else None
    found: list[Element] = []
    for node in start.next_elements:
        if node is stop or len(wanted) + len(found) > _MOST_ADDRESSES:
            break
        if isinstance(node, Element) and (id(node) in wanted or _shows_document(node)):
            found.append(node)
    known = {id(element) for element in found}
    return [*(anchor for anchor in anchors if id(anchor) not in known), *found]


def _shows_document(element: Element) -> bool:
    """Say whether an element may show a document without a line of text: in a frame, behind an icon."""
    if element.name in FRAMES:
        return True
    return element.name == "a" and is_document(attribute_of(element, "href")) and not text_of(element).strip()


def read_generic_body(outline: Outline, region: Region, declared: Declared, links: Links) -> BodyParts:
    """Read lead, paragraphs and images of a region, or of the element that the site declares."""
    parts = BodyParts(lead=declared.lead)
    read_head(*_find_head(outline, region, declared), links, parts)
    parts.links += _read_media_above(outline, region, links)
    found = (declared.body, frozenset[int]()) if declared.body is not None else _find_boilerplate(outline, region)
    if declared.body is None:
        if region.lead and not parts.lead:
            parts.lead = " ".join(outline.lines[index].text for index in region.lead)
        parts.images += _read_images_above(outline, region, links)
    if found:
        root, boilerplate = found
        blocks = read_text(root, links, boilerplate, parts)
        below = take_media(blocks)
        drop_account(blocks, [outline.lines[index] for index in region.chosen[-2:]])
        take_apart([*blocks, *below], parts)
    return parts


def _find_head(outline: Outline, region: Region, declared: Declared) -> tuple[Element | None, list[Element]]:
    """Find the elements of the title and of a lead apart from the body."""
    title = [declared.title] if declared.title is not None else _elements_of(outline, region.headline)
    lines = region.lead if declared.body is None and not declared.lead else ()
    lead = {id(element): element for index in lines for element in _elements_of(outline, index)}
    return next(iter(title), None), list(lead.values())


def _elements_of(outline: Outline, index: int) -> list[Element]:
    """Return what holds a line: its block where that holds no other line, else the elements within the line."""
    line = outline.lines[index]
    span = outline.span_of(line.block)
    return [line.block] if span is not None and span.end - span.start == 1 else list(line.inlines)


def _read_media_above(outline: Outline, region: Region, links: Links) -> list[Link]:
    """Read what is embedded between the headline and the first line of the text."""
    if region.first >= region.end:
        return []
    start, stop = (outline.lines[index].block for index in (region.headline, region.first))
    if any(element is stop for element in (start, *start.parents)):
        return []
    between = takewhile(lambda node: node is not stop, start.next_elements)
    media = [node for node in between if isinstance(node, Element) and node.name in MEDIA][:MOST_IMAGES_ABOVE]
    urls = dict.fromkeys(url for element in media for url in list_media(element, links))
    return [Link(url, kind="media", own=links.is_own(url)) for url in urls]


def _read_images_above(outline: Outline, region: Region, links: Links) -> list[Image]:
    """Read the pictures between the headline and the first line of the text, no icons and no links."""
    last = region.first if region.first < region.end else region.headline + 2
    elements = outline.images_in(region.headline + 1, min(last, region.end))[:MOST_IMAGES_ABOVE]
    pictures = (element for element in elements if not _is_icon(element))
    found = ((element, read_image(element, links)) for element in pictures)
    return [replace(image, caption=read_caption(element)) for element, image in found if image]


def _is_icon(element: Element) -> bool:
    sizes = (attribute_of(element, "width"), attribute_of(element, "height"))
    if any(size.isdecimal() and int(size) < SMALLEST_IMAGE for size in sizes if len(size) < len("10000px")):
        return True
    return element.find_parent("a") is not None


def _find_boilerplate(outline: Outline, region: Region) -> tuple[Element, frozenset[int]] | None:
    """Find the element that holds the chosen lines, and the ids of those in it that hold none of them.

    None where nothing is chosen.
    """
    if not region.chosen:
        return None
    chosen = set(region.chosen)
    first, last = min(chosen), max(chosen)
    holders = [span for span in outline.around(first) if span.start <= first and last < span.end]
    # What holds no other line may hold a film or a picture beside the only paragraph.
    root = [span for span in holders if (span.start, span.end) == (holders[0].start, holders[0].end)][-1]
    chosen |= _find_captions(outline, root, first, last)
    counts = list(accumulate((index in chosen for index in range(root.start, root.end)), initial=0))
    boilerplate: set[int] = set()
    for span in outline.spans:
        if span is root or span.start < root.start or span.end > root.end:
            continue
        is_empty = span.start == span.end
        counted = counts[span.end - root.start] - counts[span.start - root.start]
        if not (first <= span.start <= last + 1 if is_empty else counted):
            boilerplate.add(id(span.element))
    for index in range(root.start, root.end):
        if index not in chosen:
            boilerplate |= {id(element) for element in outline.lines[index].inlines}
    return root.element, frozenset(boilerplate)


def _find_captions(outline: Outline, root: LineSpan, first: int, last: int) -> set[int]:
    """Find the lines amid a text that are captions of its pictures: they stay with these, and are read as such."""
    if not outline.images_in(first, last):
        return set()
    figures = find_figures(root.element)
    spans = {index: outline.around(index) for index in range(first, last + 1)}
    inside = {index for index, around in spans.items() if any(id(span.element) in figures for span in around)}
    lines = ((index, outline.lines[index].inlines) for index in range(first, last + 1))
    return inside | {index for index, inlines in lines if any(id(element) in figures for element in inlines)}
