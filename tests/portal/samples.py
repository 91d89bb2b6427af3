"""Larger portals than the demo's, and the truth about what is on them."""

import unicodedata
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal

from archiver.demo_portal.articles import PortalArticle, write_articles
from archiver.demo_portal.channels import ChannelLook
from archiver.demo_portal.portal import ZONE, Portal

_LARGE_CHANNELS = {
    "tin-hoat-dong": ChannelLook("Tin hoạt động"),
    "xay-dung-dang": ChannelLook("Xây dựng Đảng", date_label="", shows_views=False, section_in="portlet"),
    "thong-bao": ChannelLook(
        "Thông báo", portlet_id="101_INSTANCE_Wb7tB40mNqXz", date_label="Publish date", jsessionid_links=True
    ),
    "van-ban": ChannelLook("Văn bản & hướng dẫn", shows_dates_on_listing=False, date_label="Publish date"),
    "sinh-vien": ChannelLook(
        "Sinh viên - Thanh niên",
        portlet_id="101_INSTANCE_s1nhV13nKhoi",
        prints_total=False,
        section_in="portlet",
        jsessionid_links=True,
    ),
}

_HUGE_CHANNELS = {
    "tin-tuc": ChannelLook("Tin tức"),
    "to-chuc": ChannelLook("Tổ chức - Cán bộ", section_in="portlet"),
    "tuyen-giao": ChannelLook("Tuyên giáo", portlet_id="101_INSTANCE_tG4k0Yw8uEoa", jsessionid_links=True),
    "kiem-tra": ChannelLook("Kiểm tra - Giám sát", date_label="Publish date"),
    "dan-van": ChannelLook("Dân vận", portlet_id="101_INSTANCE_dV7sPq2LmKci", section_in="portlet"),
}


@dataclass(frozen=True, slots=True)
class ExpectedArticle:
    """What a reader must find of one article, whatever page and spelling it is printed in.

    All texts are in NFC. Captions have their paragraphs joined, and so has ``author``; rows of tables stand among
    ``paragraphs`` with a tab between cells, links to attachments stand there too, last. ``sections`` are the names of
    all channels that list the article.
    """

    native_key: str
    title: str
    lead: str | None
    paragraphs: tuple[str, ...]
    captions: tuple[str, ...]
    author: str | None
    published: datetime
    precision: Literal["day", "minute"]
    sections: tuple[str, ...]
    attachments: tuple[tuple[str, str], ...]


def large_portal() -> Portal:
    """Make a portal of 60 articles in 5 channels that all look different, each article in 1 to 3 of them."""
    return Portal(write_articles(60, list(_LARGE_CHANNELS), seed=4), _LARGE_CHANNELS, page_size=10)


def huge_portal(count: int = 3000, *, years: float = 12, validators: bool = False) -> Portal:
    """Make a portal of thousands of articles, 20 to a page, each in one of 5 channels of the same size.

    One article in ten is spelt as editors spell; the others plainly, so that serving takes less than crawling.
    """
    channels = list(_HUGE_CHANNELS)
    articles = [
        replace(
            article, channel=channels[index % len(channels)], also_in=(), spelling=0 if index % 10 else article.spelling
        )
        for index, article in enumerate(write_articles(count, channels, seed=12, years=years))
    ]
    return Portal(articles, _HUGE_CHANNELS, validators=validators)


def expected_articles(portal: Portal, joint: str = " ") -> list[ExpectedArticle]:
    """Tell the truth about every article that the listings lead to, newest first.

    ``joint`` joins the paragraphs of a caption and those of a signature.
    """
    return [_expect(portal, article, joint) for article in portal.listed()]


def _expect(portal: Portal, article: PortalArticle, joint: str) -> ExpectedArticle:
    attachments = tuple((path, _clean(title)) for path, title in article.attachments)
    texts = [*article.paragraphs, *(title for _, title in article.attachments)]
    return ExpectedArticle(
        native_key=str(article.id),
        title=_clean(article.title),
        lead=_clean(article.lead) or None,
        paragraphs=tuple(_clean(text) for text in texts),
        captions=tuple(_join(caption, joint) for _, caption in article.images if caption),
        author=_join(article.author or "", joint) or None,
        published=article.published.replace(tzinfo=ZONE).astimezone(UTC),
        precision="day" if article.no_time else "minute",
        sections=tuple(portal.channels[channel].name for channel in article.channels),
        attachments=attachments,
    )


def _join(lines: str, joint: str) -> str:
    return joint.join(_clean(line) for line in lines.split("\n") if line)


def _clean(text: str) -> str:
    """Compose letters and make every run of white space one space, but for the tabs between cells."""
    cells = unicodedata.normalize("NFC", text).split("\t")
    return "\t".join(" ".join(cell.split()) for cell in cells)
