"""A replica of a Liferay portal of Hà Nội, served from this machine: for tests, and for ``archiver demo``.

    portal = demo_portal()
    with serve(portal) as base:
        ...  # crawl base + "/hoat-dong-dang-uy-khoi"
        portal.edit(portal.listed()[0].id, title="Tiêu đề mới")
        ...  # crawl again

All texts on it are invented.
"""

from tests.portal.addresses import article_path, page_path
from tests.portal.articles import PortalArticle, write_articles
from tests.portal.channels import ChannelLook
from tests.portal.exchange import Request, Response
from tests.portal.pages import maintenance_page
from tests.portal.portal import Portal
from tests.portal.samples import ExpectedArticle, demo_portal, expected_articles, huge_portal, large_portal
from tests.portal.server import serve

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
