"""The portal of the demo: small, and the same each time."""

from archiver.demo_portal.articles import write_articles
from archiver.demo_portal.channels import ChannelLook
from archiver.demo_portal.portal import Portal

_CHANNELS = {
    "hoat-dong-dang-uy-khoi": ChannelLook("Hoạt động của Đảng ủy Khối"),
    "cong-tac-doan-hoi": ChannelLook("Công tác Đoàn - Hội", section_in="portlet"),
    "khen-thuong-hoc-bong": ChannelLook("Khen thưởng & học bổng", portlet_id="101_INSTANCE_kT3hBong9xQa"),
}


def demo_portal() -> Portal:
    """Make a small portal: 24 articles in 3 channels, 10 to a page."""
    return Portal(write_articles(24, list(_CHANNELS), seed=27), _CHANNELS, page_size=10)
