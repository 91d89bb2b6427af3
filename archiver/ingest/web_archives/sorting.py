"""What an answer of a web archive is to us: a page, a document, or neither."""

import re

from archiver.formats.file_types import TEXT, UNKNOWN, FileType, NoDocumentError, identify_file_type
from archiver.formats.warc.http_block import find_header
from archiver.model import Capture
from archiver.parsing.feeds.json_listing import is_posts
from archiver.platforms import platform_of
from archiver.site import Site
from archiver.urls import path_of

PART = "pictures, scripts and other parts of pages"
NO_PAGE = "answers without a page, at addresses of no article"
_PAGE_TYPE = re.compile(
    r"\s*(?:text/html|application/xhtml\+xml|(?:text|application)/(?:[\w.]+\+)?xml)\b", re.IGNORECASE
)
_XML = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:\?xml|rss|feed|urlset|sitemapindex)\b", re.IGNORECASE)
_PICTURE = ("image/", "audio/", "video/")
_NOT_MODIFIED = 304


def sort_answer(site: Site, capture: Capture) -> FileType | str | None:
    """Say what an answer is: None for a page, the type of a document, or the words for what is passed over."""
    if path_of(capture.url) == "/robots.txt":
        return None
    if not 200 <= capture.status < 300:
        return None if _speaks_of_a_page(site, capture) else NO_PAGE
    try:
        kind = identify_file_type(capture.body)
    except NoDocumentError:  # HTML, or nothing
        return None if capture.body or _is_article(site, capture.url) else NO_PAGE
    if kind in (TEXT, UNKNOWN):
        return None if _is_written_page(capture) else PART
    return _choose_file(site, kind)


def _speaks_of_a_page(site: Site, capture: Capture) -> bool:
    if _is_article(site, capture.url) or capture.status == _NOT_MODIFIED:
        return True
    return _PAGE_TYPE.match(find_header(capture.headers, "content-type")) is not None


def _is_article(site: Site, url: str) -> bool:
    return platform_of(site).read_address(url).kind == "article"


def _is_written_page(capture: Capture) -> bool:
    """Say whether a text is read as a page: a feed, a sitemap, posts, HTML without a beginning."""
    if is_posts(capture.url) or _XML.match(capture.body):
        return True
    return _PAGE_TYPE.match(find_header(capture.headers, "content-type")) is not None


def _choose_file(site: Site, kind: FileType) -> FileType | str:
    """Take documents, and pictures where the site wants them."""
    is_picture = kind.media_type.startswith(_PICTURE)
    is_wanted = site.attachments == "all" if is_picture else site.attachments != "none"
    return kind if is_wanted else PART
