"""What `scrapy crawl -O` writes: one record an article of the crawl."""

from dataclasses import asdict
from typing import Any

from archiver.archive.history.content import write_links, write_marks, write_published, write_time
from archiver.model import Article, Capture
from archiver.site import Site


def write_record(site: Site, article: Article, capture: Capture) -> dict[str, Any]:
    """Write an article as a record for export: the columns of ``current_articles`` that one page gives, and more.

    Where the generic reader found the fields, ``origins`` say how and how surely.
    """
    record = {
        "site": site.name,
        "article_id": article.native_key,
        "url": article.url,
        "title": article.title,
        "section": article.section,
        "author": article.author,
        "lead": article.lead,
        "body": article.body,
        **write_published(article.published),
        "views": article.views.value if article.views else None,
        "views_raw": article.views.raw if article.views else None,
        "images": [{"url": image.url, "caption": image.caption, "alt": image.alt} for image in article.images],
        "attachments": [{"url": document.url, "title": document.title} for document in article.attachments],
        "links": write_links(article.links),
        "marks": write_marks(article.marks),
        "body_html": article.body_html,
        "fetched_at": write_time(capture.fetched_at, "microseconds"),
    }
    return record | ({"origins": [asdict(origin) for origin in article.origins]} if article.origins else {})
