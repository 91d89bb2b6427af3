"""Reading an article page."""

from dataclasses import replace
from datetime import datetime, tzinfo

from archiver.html.elements import Element, elements_below, select_one
from archiver.html.links import Links
from archiver.model import Article, Attachment, Problem
from archiver.parsing.body.article_body import BodyParts, drop_files, read_body
from archiver.parsing.body.documents import PrintedDocument, collect_documents, list_printed
from archiver.parsing.fields.byline import Byline, read_byline
from archiver.parsing.pages.document import find_container, read_first, read_place
from archiver.platforms.layout import Address, ArticleLayout, Layout


def read_article(
    page: Element, address: Address, links: Links, layout: Layout, zone: tzinfo, at: datetime
) -> Article | None:
    """Read the article on a page; None where the page prints no title or gives no native key.

    ``links`` resolves the page's links, ``at`` is the time of the capture.
    """
    articles = (_read_kind(page, address, links, layout, places, zone, at) for places in layout.articles)
    return next((article for article in articles if article), None)


def _read_kind(
    page: Element, address: Address, links: Links, layout: Layout, places: ArticleLayout, zone: tzinfo, at: datetime
) -> Article | None:
    """Read one kind of article."""
    container = find_container(page, layout, places)
    title = read_place(container, places.title)
    key = address.key if address.kind != "listing" else read_place(container, places.native_key)
    if not title or not key:
        return None
    info = read_byline(read_place(container, places.byline) or "", zone, at)
    parts = read_body(container, places, links)
    info = replace(info, views=info.views or parts.views)
    attachments = _read_attachments(container, places, links)
    return Article(
        native_key=key,
        url=address.url,
        title=title,
        section=read_first(page, places.sections),
        author=read_place(container, places.author) or parts.author,
        lead=parts.lead,
        paragraphs=tuple(parts.paragraphs),
        body_html="\n".join(parts.html),
        published=info.published,
        views=info.views,
        images=tuple(parts.images),
        attachments=attachments,
        problems=(*find_unreadable(info), *tell_left_out(parts)),
        links=drop_files(parts.links, attachments, parts.images),
        marks=tuple(parts.marks),
    )


def tell_left_out(parts: BodyParts) -> tuple[Problem, ...]:
    """Tell of a body of which boilerplate took a good part: it may have been text."""
    return (Problem("text_left_out", parts.left_out),) if parts.left_out else ()


def find_unreadable(info: Byline) -> tuple[Problem, ...]:
    """Name what a byline prints and nobody can read: absent is not unreadable."""
    problems = []
    if info.published and info.published.at is None:
        problems.append(Problem("unreadable_date", info.published.raw))
    if info.views and info.views.value is None:
        problems.append(Problem("unreadable_count", info.views.raw))
    return tuple(problems)


def _read_attachments(container: Element, places: ArticleLayout, links: Links) -> tuple[Attachment, ...]:
    content = select_one(container, places.content)
    if content is None:
        return ()
    printed = list(list_printed(elements_below(content)))
    if places.documents:
        named = [PrintedDocument(*one) for one in places.documents(content)]
        printed = [*(one for one in printed if not one.is_frame), *named, *(one for one in printed if one.is_frame)]
    return collect_documents(printed, links)
