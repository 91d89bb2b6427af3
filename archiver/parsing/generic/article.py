"""Reading an article from a page of an unknown platform."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, tzinfo

from archiver.html.elements import Element
from archiver.html.links import Links
from archiver.model import Article, Attachment, Origin, Problem
from archiver.parsing.article import find_unreadable, tell_left_out
from archiver.parsing.body.article_body import BodyParts, drop_files
from archiver.parsing.fields.byline import Byline
from archiver.parsing.generic.dates.fields import Fields, read_fields
from archiver.parsing.generic.dates.filled import settle_count
from archiver.parsing.generic.dates.info import InfoReader
from archiver.parsing.generic.declared import Declared, order_date, read_declared
from archiver.parsing.generic.kinds import LONG_TEXT, SURE_STRENGTH, Candidate, refuse_article, tell_much_more
from archiver.parsing.generic.machine.dates import read_told
from archiver.parsing.generic.machine.metadata import read_metadata
from archiver.parsing.generic.names.author import AuthorFinder, add_author
from archiver.parsing.generic.names.headline import Headline, find_headlines, name_by_title, pick_headline
from archiver.parsing.generic.names.pictured import find_pictured_headline
from archiver.parsing.generic.names.section import find_section
from archiver.parsing.generic.outline import Outline, read_outline, whole_text
from archiver.parsing.generic.text.alignment import align_lines
from archiver.parsing.generic.text.body import read_attachments, read_generic_body
from archiver.parsing.generic.text.extractor import extract_text
from archiver.parsing.generic.text.region import choose_region
from archiver.platforms.layout import Address
from archiver.site import Places


def read_generic_article(
    page: Element, html: str, address: Address, links: Links, places: Places, zone: tzinfo, at: datetime
) -> Article | Problem:
    """Read the article on a page; a Problem that says why where there is none to be sure of."""
    declared = read_declared(page, places, zone, at)
    outline = read_outline(page)
    metadata = read_metadata(page)
    infos = InfoReader(outline, zone, at, places.date_order)
    text = align_lines(outline, extract_text(html))
    headline = _choose_headline(outline, declared, metadata.titles, address.url, infos, text)
    if headline is None:
        return Problem("no_article", "no line of the page looks like the headline of an article")
    region = choose_region(outline, headline.line, infos, text, links)
    if not region.chosen and declared.body is None and (below := _extract_below(outline, headline)):
        region = choose_region(outline, headline.line, infos, below, links)
    told = read_told(page, outline, region, infos, address.url, zone, at)
    declared = order_date(declared, infos.order, zone, at) if declared.published else declared
    fields = _read_fields(declared, read_fields(outline, region, infos, zone, at, told))
    parts = read_generic_body(outline, region, declared, links)
    fields = settle_count(fields, headline, outline, page)
    attachments = read_attachments(outline, region, links)
    extras = len(parts.images) + len(attachments)
    found = Candidate(outline, headline, region, fields, metadata, infos, extras)
    refusal = refuse_article(address.kind, found)
    if refusal:
        return refusal
    missed = tell_much_more(outline, region) if declared.body is None else ()
    article = _make_article(address, headline, declared, parts, attachments, fields, missed)
    article = add_author(article, AuthorFinder(outline, region, metadata, address.url))
    section = find_section(outline, headline.line, metadata, address.url) if article.section is None else None
    return replace(article, section=section[0], origins=(*article.origins, section[1])) if section else article


def _choose_headline(
    outline: Outline, declared: Declared, titles: tuple[str, ...], url: str, infos: InfoReader, text: tuple[int, ...]
) -> Headline | None:
    """Choose the headline: the declared one, the best that the text stands below, or the title of the page."""
    found = _find_headline(outline, declared)
    found = found or pick_headline(outline, find_headlines(outline, titles, url, infos), text)
    if found is None or (found.how != "declared" and not found.strength):
        found = find_pictured_headline(outline, titles, url, text) or found
    return found or name_by_title(outline, titles, text)


def _extract_below(outline: Outline, headline: Headline) -> tuple[int, ...]:
    """Extract the text from the part of the page around a sure headline, whatever that part is named.

    For pages that have another text, which looks more like one. Nothing where hardly any text is below the headline.
    """
    if headline.strength < SURE_STRENGTH or not outline.lines[headline.line].heading:
        return ()
    for span in outline.around(headline.line):
        if outline.mass(headline.line + 1, span.end) >= LONG_TEXT:
            part = "".join(map(str, span.element.children))
            return align_lines(outline, extract_text(f"<html><body>{part}</body></html>"))
    return ()


def _find_headline(outline: Outline, declared: Declared) -> Headline | None:
    """Find the line of the title that the site declares."""
    title = declared.title
    if title is None:
        return None
    for index, line in enumerate(outline.lines):
        around = (line.block, *line.inlines, *line.block.parents)
        if any(element is title for element in around):
            return Headline(index, whole_text(title), "declared", 1.0, strength=1.0)
    return None


def _read_fields(declared: Declared, fields: Fields) -> Fields:
    """Put what the declared byline says in the place of what was found."""
    if not declared.has_info:
        return fields
    published = declared.published
    if published and published.at is None and fields.published and fields.published.raw == published.raw:
        published = fields.published  # of 03/04/2024, what the page tells to machines
    found = (("published", published), ("views", declared.views))
    origins = tuple(Origin(name, "declared", 1.0) for name, value in found if value)
    return Fields(published, declared.views, origins, ())


def _make_article(
    address: Address,
    headline: Headline,
    declared: Declared,
    parts: BodyParts,
    attachments: tuple[Attachment, ...],
    fields: Fields,
    missed: tuple[Problem, ...],
) -> Article:
    author = declared.author or fields.author or parts.author
    origins = [Origin("title", headline.how, headline.confidence), *fields.origins]
    origins += [Origin(name, "declared", 1.0) for name in ("section", "lead", "author") if getattr(declared, name)]
    if author and not declared.author:
        origins.append(Origin("author", "label" if fields.author else "signature", 0.9 if fields.author else 0.7))
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
        problems=(
            *fields.problems,
            *find_unreadable(Byline(fields.published, fields.views)),
            *tell_left_out(parts),
            *missed,
        ),
        origins=(*origins, *_trace_text(declared, parts, attachments, sure=not missed)),
        links=drop_files(parts.links, attachments, parts.images),
        marks=tuple(parts.marks),
    )


def _trace_text(
    declared: Declared, parts: BodyParts, attachments: tuple[Attachment, ...], *, sure: bool
) -> Iterator[Origin]:
    """Say how the text was found and what belongs to it: by the site's word, or by an extractor, ``sure`` or not."""
    how, confidence = "extractor", 0.9 if sure else 0.5
    if declared.body is not None:
        how, confidence = "declared", 1.0
    if parts.lead and not declared.lead:
        yield Origin("lead", "before the text", 0.8)
    if parts.paragraphs or parts.images:
        yield Origin("body", how, confidence)
    if parts.images:
        yield Origin("images", "in the text", confidence)
    if attachments:
        yield Origin("attachments", "links to documents", 0.9)
