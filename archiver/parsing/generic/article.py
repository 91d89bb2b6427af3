"""Reading an article from a page of an unknown platform."""

from dataclasses import dataclass, replace
from datetime import datetime, tzinfo

from archiver.model import Article, Attachment, Image, Origin, Problem
from archiver.parsing.article import collect_documents, find_unreadable
from archiver.parsing.blocks import BlockReader, read_image
from archiver.parsing.body import BodyParts, take_apart
from archiver.parsing.generic.declared import Declared, read_declared
from archiver.parsing.generic.density import Region, find_furniture, find_region
from archiver.parsing.generic.fields import Fields, read_fields
from archiver.parsing.generic.headline import Headline, find_headlines
from archiver.parsing.generic.info import InfoReader
from archiver.parsing.generic.kinds import refuse_article
from archiver.parsing.generic.metadata import read_metadata
from archiver.parsing.generic.outline import Outline, read_outline, whole_text
from archiver.parsing.generic.section import find_section
from archiver.parsing.generic.teasers import find_teasers
from archiver.parsing.generic.words import ACCOUNT
from archiver.parsing.info_line import InfoLine
from archiver.parsing.links import Links
from archiver.platforms.elements import Element, attribute_of, select
from archiver.platforms.layout import Address
from archiver.site import Places

# Smaller images are icons.
SMALLEST_IMAGE = 48


@dataclass(frozen=True, slots=True)
class _Reading:
    """All that is found out about a page on the way to its article."""

    outline: Outline
    headline: Headline
    region: Region
    declared: Declared
    links: Links


def read_generic_article(
    page: Element, address: Address, links: Links, places: Places, zone: tzinfo, at: datetime
) -> Article | Problem:
    """Read the article on a page; a Problem that says why where there is none to be sure of."""
    declared = read_declared(page, places, zone, at)
    outline = read_outline(page)
    metadata = read_metadata(page)
    infos = InfoReader(outline, zone, at)
    headline = _find_headline(outline, declared) or next(
        iter(find_headlines(outline, metadata.titles, address.url, infos)), None
    )
    if headline is None:
        return Problem("no_article", "no line of the page looks like the headline of an article")
    region = find_region(outline, headline.line, infos, find_teasers(outline, infos))
    fields = _read_fields(declared, read_fields(outline, region, infos, zone, at))
    reading = _Reading(outline, headline, region, declared, links)
    parts, attachments = _read_body(reading), _read_attachments(reading)
    extras = len(parts.images) + len(attachments)
    refusal = refuse_article(address.kind, outline, headline, region, fields, metadata, extras)
    if refusal:
        return refusal
    article = _make_article(reading, address, parts, attachments, fields)
    section = find_section(outline, headline.line, metadata) if article.section is None else None
    return replace(article, section=section[0], origins=(*article.origins, section[1])) if section else article


def _find_headline(outline: Outline, declared: Declared) -> Headline | None:
    """Find the line of the title that the site declares."""
    for index, line in enumerate(outline.lines) if declared.title is not None else ():
        if line.block is declared.title or declared.title in line.inlines or declared.title in line.block.parents:
            return Headline(index, whole_text(declared.title), "declared", 1.0, strength=1.0)
    return None


def _read_fields(declared: Declared, fields: Fields) -> Fields:
    """Put what the declared info line says in the place of what was found."""
    if not declared.has_info:
        return fields
    found = (("published", declared.published), ("views", declared.views))
    origins = tuple(Origin(name, "declared", 1.0) for name, value in found if value)
    return Fields(declared.published, declared.views, origins, ())


def _make_article(
    reading: _Reading, address: Address, parts: BodyParts, attachments: tuple[Attachment, ...], fields: Fields
) -> Article:
    declared, headline = reading.declared, reading.headline
    author = declared.author or fields.author or parts.author
    origins = [Origin("title", headline.how, headline.confidence), *fields.origins]
    origins += [Origin(name, "declared", 1.0) for name in ("section", "lead", "author") if getattr(declared, name)]
    if author and not declared.author:
        origins.append(Origin("author", "label" if fields.author else "signature", 0.9 if fields.author else 0.7))
    if parts.paragraphs or parts.images:
        is_declared = declared.body is not None
        origins.append(Origin("body", "declared" if is_declared else "density", 1.0 if is_declared else 0.9))
    return Article(
        native_key=address.key,
        url=address.url,
        title=headline.text,
        section=declared.section,
        author=author,
        lead=declared.lead or parts.lead,
        paragraphs=tuple(parts.paragraphs),
        body_html="\n".join(parts.html),
        published=fields.published,
        views=fields.views,
        images=tuple(parts.images),
        attachments=attachments,
        problems=(*fields.problems, *find_unreadable(InfoLine(fields.published, fields.views))),
        origins=tuple(origins),
    )


def _read_attachments(reading: _Reading) -> tuple[Attachment, ...]:
    """Collect the documents from the headline to the end of the article."""
    blocks = {id(line.block): line.block for line in reading.outline.lines[reading.headline.line : reading.region.end] if line.hrefs}
    anchors = [link for block in blocks.values() for link in select(block, "a[href]")]
    return collect_documents(anchors, reading.links)


def _read_body(reading: _Reading) -> BodyParts:
    declared, outline, region = reading.declared, reading.outline, reading.region
    parts = BodyParts(lead=declared.lead)
    if declared.body is None:
        if region.lead and not parts.lead:
            parts.lead = " ".join(outline.lines[index].text for index in region.lead)
        parts.images += _read_images_above(reading)
        found = find_furniture(outline, region)
    else:
        found = declared.body, frozenset()
    if found:
        blocks = BlockReader(reading.links, found[1]).read(found[0])
        while blocks and ACCOUNT.fullmatch(blocks[-1].text):
            blocks.pop()
        take_apart(blocks, parts)
    return parts


def _read_images_above(reading: _Reading) -> list[Image]:
    """Read the pictures between the headline and the first line of the text, no icons and no links."""
    region = reading.region
    last = region.first if region.first < region.end else region.headline + 2
    elements = reading.outline.images_in(region.headline + 1, min(last, region.end))
    pictures = (element for element in elements if not _is_icon(element))
    return [image for element in pictures if (image := read_image(element, reading.links))]


def _is_icon(element: Element) -> bool:
    sizes = (attribute_of(element, "width"), attribute_of(element, "height"))
    if any(size.isdecimal() and int(size) < SMALLEST_IMAGE for size in sizes if len(size) < 6):
        return True
    return element.find_parent("a") is not None
