"""Reading an article page."""

from datetime import datetime, tzinfo
from urllib.parse import unquote, urlsplit

from bs4 import Tag

from archiver.model import Article, Attachment, Problem
from archiver.parsing.body import read_body
from archiver.parsing.document import read_first, read_place
from archiver.parsing.info_line import InfoLine, read_info_line
from archiver.parsing.links import Links
from archiver.parsing.text import clean_text
from archiver.platforms.layout import Address, ArticleLayout, Layout

DOCUMENTS = (".pdf", ".doc", ".docx", ".xls", ".xlsx", ".ppt", ".pptx", ".odt", ".ods", ".rtf", ".zip", ".rar", ".7z")
PICTURES = (".jpg", ".jpeg", ".png", ".gif", ".bmp", ".webp", ".svg", ".tif", ".tiff")


def read_article(
    page: Tag, address: Address, links: Links, layout: Layout, zone: tzinfo, at: datetime
) -> Article | None:
    """Read the article on a page; None where the page prints no title or gives no native key.

    ``links`` resolves the page's links, ``at`` is the time of the capture.
    """
    places = layout.article
    title = read_place(page, places.title)
    key = address.key if address.kind == "article" else read_place(page, places.native_key)
    if not title or not key:
        return None
    info = read_info_line(read_place(page, places.info_line) or "", zone, at)
    parts = read_body(page, places, links)
    return Article(
        native_key=key,
        url=address.url,
        title=title,
        section=read_first(page, places.sections),
        author=parts.author,
        lead=parts.lead,
        paragraphs=tuple(parts.paragraphs),
        body_html="\n".join(parts.html),
        published=info.published,
        views=info.views,
        images=tuple(parts.images),
        attachments=_read_attachments(page, places, links),
        problems=find_unreadable(info),
        layout=f"{layout.name}/{layout.version}",
    )


def find_unreadable(info: InfoLine) -> tuple[Problem, ...]:
    """Name what an info line prints and nobody can read: absent is not unreadable."""
    problems = []
    if info.published and info.published.at is None:
        problems.append(Problem("unreadable_date", info.published.raw))
    if info.views and info.views.value is None:
        problems.append(Problem("unreadable_count", info.views.raw))
    return tuple(problems)


def _read_attachments(page: Tag, places: ArticleLayout, links: Links) -> tuple[Attachment, ...]:
    content = page.select_one(places.content)
    found: dict[str, Attachment] = {}
    for link in content.select("a[href]") if content else ():
        url = links.resolve(str(link["href"]))
        if url and _is_document(url):
            title = clean_text(link.get_text()) or unquote(urlsplit(url).path.rstrip("/").rsplit("/", 1)[-1])
            found.setdefault(url, Attachment(url, title))
    return tuple(found.values())


def _is_document(url: str) -> bool:
    """Say whether an address is a document: Liferay keeps them below /documents/, pictures too."""
    path = urlsplit(url).path.lower()
    names = path.split("/")
    if any(name.endswith(PICTURES) for name in names):
        return False
    return "/documents/" in path or names[-1].endswith(DOCUMENTS)
