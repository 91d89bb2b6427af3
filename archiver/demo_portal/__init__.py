"""A replica of a Liferay portal of Hà Nội, served from this machine: for ``archiver demo``, and for tests.

    portal = demo_portal()
    with serve(portal) as base:
        ...  # crawl base + "/hoat-dong-dang-uy-khoi"
        portal.edit(portal.listed()[0].id, title="Tiêu đề mới")
        ...  # crawl again

All texts on it are invented.
"""

from archiver.demo_portal.articles import PortalArticle
from archiver.demo_portal.portal import Portal
from archiver.demo_portal.sample import demo_portal
from archiver.demo_portal.server import serve

__all__ = ["Portal", "PortalArticle", "demo_portal", "serve"]
