"""Reading an article from a page of an unknown platform."""

from datetime import datetime, tzinfo

from archiver.model import Article, Origin, Problem
from archiver.parsing.article import collect_documents
from archiver.parsing.blocks import BlockReader
from archiver.parsing.body import BodyParts, take_apart
from archiver.parsing.generic.density import Region, find_furniture, find_region
from archiver.parsing.generic.fields import Fields, read_fields
from archiver.parsing.generic.headline import Headline, find_headlines
from archiver.parsing.generic.info import InfoReader
from archiver.parsing.generic.kinds import refuse_article
from archiver.parsing.generic.metadata import read_metadata
from archiver.parsing.generic.outline import Outline, read_outline
from archiver.parsing.generic.section import find_section
from archiver.parsing.generic.teasers import find_teasers
from archiver.parsing.links import Links
from archiver.platforms.elements import Element, select
from archiver.platforms.layout import Address
from archiver.site import Places


def read_generic_article(
    page: Element, address: Address, links: Links, places: Places, zone: tzinfo, at: datetime
) -> Article | Problem:
    """Read the article on a page; a Problem that says why where there is none to be sure of."""
    outline = read_outline(page)
    metadata = read_metadata(page)
    headlines = find_headlines(outline, metadata.titles, address.url)
    if not headlines:
        return Problem("no_headline", "no line of the page looks like the headline of an article")
    headline = headlines[0]
    infos = InfoReader(outline, zone, at)
    region = find_region(outline, headline.line, infos, find_teasers(outline, infos))
    fields = read_fields(outline, region, infos, zone, at)
    section = find_section(outline, headline.line, metadata)
    parts = _read_body(outline, region, links)
    anchors = [link for line in range(headline.line, region.end) for link in _links_of(outline, line)]
    attachments = collect_documents(anchors, links)
    extras = len(parts.images) + len(attachments)
    refusal = refuse_article(address.kind, outline, headline, region, fields, metadata, extras)
    if refusal:
        return refusal
    return Article(
        native_key=address.key,
        url=address.url,
        title=headline.text,
        section=section[0] if section else None,
        author=parts.author,
        lead=parts.lead,
        paragraphs=tuple(parts.paragraphs),
        body_html="\n".join(parts.html),
        published=fields.published,
        views=fields.views,
        images=tuple(parts.images),
        attachments=attachments,
        problems=fields.problems,
        origins=(Origin("title", headline.how, headline.confidence), *fields.origins),
    )


def _links_of(outline: Outline, index: int) -> list[Element]:
    line = outline.lines[index]
    return select(line.block, "a[href]") if line.hrefs else []


def _read_body(outline: Outline, region: Region, links: Links) -> BodyParts:
    parts = BodyParts()
    if region.lead:
        parts.lead = " ".join(outline.lines[index].text for index in region.lead)
    found = find_furniture(outline, region)
    if found:
        root, furniture = found
        take_apart(BlockReader(links, furniture).read(root), parts)
    return parts
