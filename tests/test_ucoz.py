"""uCoz: its addresses, and the pages of its modules for news and articles as its default templates print them."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from archiver.model import Article, Attachment, Capture, Count, Image, Listing, ListingEntry, PublishedDate
from archiver.parsing.page import read_page
from archiver.parsing.pages.document import parse_html
from archiver.platforms import recognise_platform
from archiver.platforms.ucoz import UCOZ, read_address

AT = datetime(2021, 6, 1, tzinfo=UTC)
SITE = "https://raion.example"
URL = f"{SITE}/news/sobranie_v_klube/2015-05-20-12"
HEAD = '<html><head><link type="text/css" rel="StyleSheet" href="/.s/src/css/971.css"></head><body>'


def read(body, url=URL):
    return read_page(Capture(url, AT, 200, (), f"{HEAD}{body}</body></html>".encode()), UCOZ, ZoneInfo("UTC"))


@pytest.mark.parametrize(
    ("path", "kind", "key"),
    [
        ("/news/sobranie_v_klube/2015-05-20-12", "article", "news/12"),
        ("/news/2015-05-20-12", "article", "news/12"),
        ("/news/2015-05-20-12?fbclid=1", "article", "news/12"),
        ("/blog/zametka/2015-05-20-12", "article", "blog/12"),
        ("/publ/stati/o_klube/1-3-0-12", "article", "publ/12"),
        ("/publ/1-1-0-12/", "article", "publ/12"),
        ("/", "listing", "raion.example/"),
        ("/?page2", "listing", "raion.example/?page2"),
        ("/news/?page2", "listing", "raion.example/news?page2"),
        ("/news/2-0-3", "listing", None),
        ("/news/2015-05-20", "listing", None),
        ("/publ/stati/3", "listing", None),
        ("/news/2015-05-20-0", "listing", None),
        ("/index/0-4", "unknown", None),
        ("/photo/1-0-12", "unknown", None),
    ],
)
def test_addresses(path, kind, key):
    address = read_address(SITE + path)
    assert (address.kind, address.key) == (kind, key or address.key)
    assert read_address(address.url) == address


@given(st.text(max_size=40))
@example("[")
@example("news/2015-05-20-1\n")
@example("publ/" + "1-" * 30)
def test_any_path_is_an_address(text):
    address = read_address(f"{SITE}/{text}")
    assert read_address(address.url) == address


BODY = """<p>Вчера в клубе прошло общее собрание.</p><p><img src="/_nw/0/1.jpg" alt="Зал"></p>
<p>Протокол можно <a href="/docs/protokol.pdf">скачать</a>.</p>"""
MARKED = f"""<div class="eTitle">Собрание в клубе</div><div class="eMessage">{BODY}</div>
<div class="eDetails" style="clear:both;"><div class="rate-stars-wrapper"></div>
<span class="e-category"><span class="ed-title">Категория:</span> <span class="ed-value"><a href="/news/1-0-3">Жизнь
села</a></span></span><span class="ed-sep"> | </span>
<span class="e-reads"><span class="ed-title">Просмотров:</span> <span class="ed-value">1204</span></span>
<span class="ed-sep"> | </span><span class="e-author"><span class="ed-title">Добавил:</span> <span class="ed-value">
<a href="/index/8-7">Редактор</a></span></span><span class="ed-sep"> | </span>
<span class="e-date"><span class="ed-title">Дата:</span> <span class="ed-value" title="10:25">20.05.2015</span></span>
<span class="ed-sep"> | </span><span class="e-rating">Рейтинг: 5.0/4</span></div>"""
OLDER = f"""<table class="eBlock"><tr><td><div class="eTitle">Собрание в клубе</div></td></tr>
<tr><td class="eMessage">{BODY}</td></tr>
<tr><td class="eDetails1">Категория: <a href="/news/1-0-3">Жизнь села</a> |
Добавил: <a href="/index/8-7">Редактор</a> (20.05.2015)</td></tr>
<tr><td class="eDetails2">Просмотров: <b>1204</b> | Комментарии: <b>2</b> | Рейтинг: 5.0/4</td></tr></table>
<div class="cMessage">Спасибо, 31 просмотр</div>"""
ARTICLE = Article(
    native_key="news/12",
    url=URL,
    title="Собрание в клубе",
    author="Редактор",
    paragraphs=("Вчера в клубе прошло общее собрание.", "Протокол можно скачать."),
    views=Count("1204", 1204),
    images=(Image(f"{SITE}/_nw/0/1.jpg", None, "Зал"),),
    attachments=(Attachment(f"{SITE}/docs/protokol.pdf", "скачать"),),
)
DAY = datetime(2015, 5, 20, tzinfo=UTC)


def test_a_whole_article():
    date = PublishedDate("20.05.2015", DAY, "day")
    assert replace(read(MARKED), body_html="") == replace(ARTICLE, section="Жизнь села", published=date)


def test_a_whole_article_of_older_templates():
    assert replace(read(OLDER), body_html="") == replace(ARTICLE, published=PublishedDate("20.05.2015", DAY, "day"))


def entry(number):
    return f"""<div id="entryID{number}"><table class="eBlock"><tr><td style="padding:3px;">
<div class="eTitle"><a href="/news/zametka/2015-05-20-{number}">Заметка {number}</a></div>
<div class="eMessage"><p>Начало.</p>
<a class="entryReadAllLink" href="/news/zametka/2015-05-20-{number}">Читать</a></div>
<div class="eDetails">Просмотров: {number}5 | Добавил: <a href="/index/8-7">Редактор</a> |
Дата: <span title="10:25">20.05.2015</span> | <a href="/news/zametka/2015-05-20-{number}#comments">Комментарии (0)</a>
</div></td></tr></table></div>"""


def pager(current, *others):
    links = "".join(f'<a class="swchItem" href="/news/?page{other}"><span>{other}</span></a> ' for other in others)
    arrow = '<a class="swchItem swchItem-next" href="/news/?page9"><span>&raquo;</span></a>'
    return (
        f'<div class="catPages1" id="pagesBlock1"><b class="swchItemA"><span>{current}</span></b>{links}{arrow}</div>'
    )


def test_a_whole_listing():
    date = PublishedDate("20.05.2015", DAY, "day")
    listing = read(f'<div id="allEntries">{entry(9)}{entry(8)}</div>{pager(1, 3, 2)}', f"{SITE}/news/")
    assert listing == Listing(
        url=f"{SITE}/news/",
        section=None,
        entries=tuple(
            ListingEntry(
                f"news/{number}",
                f"{SITE}/news/zametka/2015-05-20-{number}",
                f"Заметка {number}",
                date,
                Count(f"{number}5", number * 10 + 5),
            )
            for number in (9, 8)
        ),
        next_url=f"{SITE}/news/?page2",
    )


@pytest.mark.parametrize(("current", "others", "following"), [(2, (1, 3), 3), (3, (1, 2), None), (10, (9, 11), 11)])
def test_next_page(current, others, following):
    listing = read(entry(9) + pager(current, *others), f"{SITE}/news/?page{current}")
    assert listing.next_url == (following and f"{SITE}/news/?page{following}")


@pytest.mark.parametrize("page", [HEAD, '<meta name="generator" content="uCoz">', entry(9)])
def test_it_is_recognised(page):
    assert recognise_platform(parse_html(page)) is UCOZ
