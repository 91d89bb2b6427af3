"""What tests serve and crawl: the portal of the demo, larger ones, and the truth about what is on them.

``archiver/demo_portal`` says how it is used.
"""

from archiver.demo_portal import Portal, PortalArticle, demo_portal, serve
from archiver.demo_portal.addresses import article_path, page_path
from archiver.demo_portal.articles import write_articles
from archiver.demo_portal.channels import ChannelLook
from archiver.demo_portal.exchange import Request, Response
from archiver.demo_portal.pages import maintenance_page
from tests.portal.samples import ExpectedArticle, expected_articles, huge_portal, large_portal

__all__ = [
    "ChannelLook",
    "ExpectedArticle",
    "Portal",
    "PortalArticle",
    "Request",
    "Response",
    "article_path",
    "demo_portal",
    "expected_articles",
    "huge_portal",
    "large_portal",
    "maintenance_page",
    "page_path",
    "serve",
    "write_articles",
]
