"""Single sites abroad, each known from one saved page of an article; of their listings nothing is known."""

from archiver.html.elements import Element, children_of, select_one, spaced_text_of
from archiver.platforms.generic import read_address
from archiver.platforms.layout import ArticleLayout, Layout, Place, Platform, join_places


def _lists_nothing(_: Element) -> bool:
    return False


def _make(name: str, title: str, mark: str, article: ArticleLayout) -> Platform:
    layout = Layout(articles=(article,), listings=(), is_empty_listing=_lists_nothing)
    return Platform(name, title, (layout,), read_address, marks=(mark,), proved=True)


def _article(
    title: str, byline: Place, body: str, *boilerplate: str, lead: str | None = None, section: str | None = None
) -> ArticleLayout:
    name = title.rpartition(".")[2]
    return ArticleLayout(name, title, byline, lead, (body,), (section,) if section else (), body, boilerplate)


def _read_hospital_line(page: Element) -> str | None:
    """Read source, author, time and count of the hospital, with a space where it breaks the line."""
    place = select_one(page, "div.title_blow")
    return spaced_text_of(place) if place is not None else None


def _read_count_and_day(page: Element) -> str | None:
    """Read what oekonomenstimme.org prints in two places: the count below the title, the day behind the author."""
    count, author = select_one(page, "div.article > p"), select_one(page, "div.article > div.author")
    printed = [spaced_text_of(count)] if count is not None else []
    printed += [child.strip(" ,\n") for child in children_of(author) if isinstance(child, str)] if author else []
    return " | ".join(piece for piece in printed if piece.strip()) or None


ZYYFY = _make(
    "zyyfy",
    "A public hospital of Hunan",
    "div#div_article_content",
    _article(
        "div[id^=ArticleContentBlockTitle] div.title",
        _read_hospital_line,
        "div.article_content_mix",
        section='a.f9[href*="/topic/"]',
    ),
)
CSDN_NEWS = _make(
    "csdn_news",
    "CSDN news",
    "div.detail div.news_content",
    _article("h1.title", "div.detail div.tit_bar", "div.news_content", lead="div.detail > div.summary"),
)
HUANQIU = _make(
    "huanqiu",
    "Huanqiu",
    "div.content-a h1.a-title",
    _article("h1.a-title", join_places("div.a-info span.time", "div.a-btool div.ab-a"), "div.a-con"),
)
MK = _make(
    "mk",
    "Regional editions of mk.ru",
    "main#article-content div.inread-content",
    _article("main#article-content h1", "main#article-content span.date", "div.inread-content"),
)
OEKONOMENSTIMME = _make(
    "oekonomenstimme",
    "oekonomenstimme.org",
    "div#content_left_inner div.article div.text",
    _article("div.article h1", _read_count_and_day, "div.article div.text"),
)
KOMPAS = _make(
    "kompas",
    "kompas.com",
    "h1.read__title",
    _article("h1.read__title", "div.read__time", "div.read__content"),
)
FOREIGN = (ZYYFY, CSDN_NEWS, HUANQIU, MK, OEKONOMENSTIMME, KOMPAS)
