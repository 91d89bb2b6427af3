"""The first article this project was made for, in its portal's markup: every field of it, and nothing else."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from archiver.model import Article, Capture, Count, PublishedDate
from archiver.parsing.page import read_page
from archiver.platforms.liferay_hanoi import LIFERAY_HANOI
from archiver.urls import strip_volatile
from tests.conftest import SHARED
from tests.portal import ChannelLook, Portal, PortalArticle, article_path, serve
from tests.portal.browsing import Client
from tests.real_portal import ZONE

CHANNEL = "hoat-dong-dang-uy-khoi"
AT = datetime(2018, 5, 1, tzinfo=UTC)
PICTURE = "/image/journal/article?img_id=27"

pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="the seed is not here: ../shared is missing")


@dataclass(frozen=True)
class Seed:
    """The parts of the seed's text, as they follow each other in it."""

    section: str
    title: str
    lead: str
    caption: str
    paragraphs: tuple[str, ...]


def read_seed():
    lines = (SHARED / "seed.txt").read_text(encoding="utf-8").splitlines()
    section, title, info, lead, caption, *paragraphs = [line.strip() for line in lines if line.strip()]
    assert re.sub(r"\s+", " ", info) == "Ngày đăng 27/04/2018 | 4:03 PM | View count: 853"
    return Seed(section, title, lead, caption, tuple(paragraphs))


def serve_seed(seed, *, lead_in_body, spelling=0, section_in="breadcrumb"):
    """Publish the seed on a replica of its portal and ask for its page."""
    article = PortalArticle(
        id=4321,
        channel=CHANNEL,
        title=seed.title,
        lead=seed.lead,
        paragraphs=seed.paragraphs,
        published=datetime(2018, 4, 27, 16, 3),  # noqa: DTZ001 - the portal's own time, as it is printed
        images=((PICTURE, seed.caption),),
        views=853,
        lead_in_body=lead_in_body,
        spelling=spelling,
    )
    portal = Portal([article], {CHANNEL: ChannelLook(seed.section, section_in=section_in)}, tick=False)
    with serve(portal) as base, Client(base) as client:
        status, body = client.get(article_path(article))
    url = f"https://portal.example{article_path(article)}"
    return read_page(Capture(url, AT, status, (), body), LIFERAY_HANOI, ZONE)


@pytest.mark.parametrize("lead_in_body", [False, True])
@pytest.mark.parametrize("spelling", [0, 3, 8])
@pytest.mark.parametrize("section_in", ["breadcrumb", "portlet"])
def test_every_field_of_the_seed(lead_in_body, spelling, section_in):
    seed = read_seed()
    article = serve_seed(seed, lead_in_body=lead_in_body, spelling=spelling, section_in=section_in)
    assert isinstance(article, Article)
    assert article.section == "HOẠT ĐỘNG CỦA ĐẢNG ỦY KHỐI" == seed.section
    assert (article.native_key, article.title) == ("4321", seed.title)
    assert article.published == PublishedDate("27/04/2018 | 4:03 PM", datetime(2018, 4, 27, 9, 3, tzinfo=UTC), "minute")
    assert article.views == Count("853", 853)
    assert (article.lead, article.paragraphs) == (seed.lead, seed.paragraphs)
    assert [(strip_volatile(image.url), image.caption) for image in article.images] == [
        (f"https://portal.example{PICTURE}", "Toàn cảnh hội nghị")
    ]
    assert (article.author, article.attachments, article.problems) == (None, (), ())


@pytest.mark.parametrize("lead_in_body", [False, True])
def test_every_word_of_the_seed_once(lead_in_body):
    """Title, lead, caption and body together are the whole text but for section and byline."""
    seed = read_seed()
    article = serve_seed(seed, lead_in_body=lead_in_body)
    read = [article.title, article.lead, article.images[0].caption, *article.paragraphs]
    assert len(seed.paragraphs) == 4
    assert " ".join(read).split() == " ".join([seed.title, seed.lead, seed.caption, *seed.paragraphs]).split()
