"""Articles of sites whose platform nobody knows: read by what such pages have in common."""

import re
import zlib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.model import Article, Attachment, Capture, Count, Image, Origin, Page, Problem, PublishedDate, Unreadable
from archiver.parsing.page import read_page
from archiver.platforms.generic import GENERIC, make_generic
from archiver.platforms.layout import Platform
from archiver.site import Places
from tests.real_portal import read_truth, unpack_mirror

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
AT = datetime(2024, 6, 1, 3, tzinfo=UTC)
SITE = "https://dangbo.example.vn"
MENU = "".join(f'<li><a href="/muc-{n}">Chuyên mục số {n}</a></li>' for n in range(8))
SIDE = (
    "<div><h3>Tin xem nhiều</h3><ul>"
    + "".join(
        f'<li><a href="/tin/bai-{n}.html">Chi bộ số {n} sinh hoạt chuyên đề quý hai</a> <i>{n}42 lượt xem</i></li>'
        for n in range(1, 6)
    )
    + "</ul></div><div>Đang truy cập: 14</div><div>Hôm nay: 310</div><div>Tổng lượt truy cập: 9.120.331</div>"
)
FOOT = "<div>Bản quyền thuộc Đảng bộ thử nghiệm. Địa chỉ: số 1 phố Mẫu. Điện thoại: 024 1234567</div>"
TITLE = "Đảng bộ phường Mẫu tổng kết công tác xây dựng Đảng năm 2023"
FIRST = (
    "Sáng mùng năm, Đảng bộ phường Mẫu họp hội nghị tổng kết công tác xây dựng Đảng, với hơn một trăm đảng viên của "
    "mười hai chi bộ tham dự."
)
SECOND = (
    "Báo cáo nêu rõ trong năm qua toàn Đảng bộ đã kết nạp được chín đảng viên mới, các chi bộ đều giữ nền nếp sinh "
    "hoạt hằng tháng và thu nộp đảng phí đúng hạn."
)
THIRD = (
    "Kết luận hội nghị, bí thư Đảng ủy đề nghị các chi bộ sớm xây dựng kế hoạch năm tới, bám sát nhiệm vụ được giao."
)
PROSE = f"<p>{FIRST}</p><p>{SECOND}</p><p>{THIRD}</p>"
PARAGRAPHS = (FIRST, SECOND, THIRD)
BODY_HTML = f"<p>{FIRST}</p>\n<p>{SECOND}</p>\n<p>{THIRD}</p>"


def wrap(main: str, title: str = TITLE, head: str = "") -> str:
    """Put the middle of a page between a head, a menu, a side column and a foot."""
    return (
        f"<html><head><title>{title} - Đảng bộ thử nghiệm</title>{head}</head><body><div><ul>{MENU}</ul></div>"
        f"<div><div>{main}</div><div>{SIDE}</div></div>{FOOT}</body></html>"
    )


def read(html: str, url: str = f"{SITE}/tin/tong-ket.html", platform: Platform = GENERIC) -> Page:
    return read_page(Capture(url, AT, 200, (), html.encode()), platform, ZONE)


def read_article(html: str, url: str = f"{SITE}/tin/tong-ket.html", platform: Platform = GENERIC) -> Article:
    page = read(html, url, platform)
    assert isinstance(page, Article), page
    return page


def at(*moment: int) -> datetime:
    return datetime(*moment, tzinfo=ZONE).astimezone(UTC)  # type: ignore[misc,arg-type] # (year, month, ...)


def test_a_page_with_everything() -> None:
    """A whole article: breadcrumb, byline, lead, picture with caption, document, signature, everything around."""
    html = wrap(
        "<ul><li><a href='/'>Trang chủ</a></li><li><a href='/xay-dung'>Xây dựng Đảng</a></li></ul>"
        f"<h1>{TITLE}</h1><div><span>Thứ sáu, 05/01/2024 | 16:10</span> <span>Lượt xem: 1.204</span></div>"
        f"<div><a href='javascript:print()'>In bài</a> <a href='#'>Chia sẻ</a></div>"
        f"<div><p><b>Hội nghị đánh giá một năm làm việc của toàn Đảng bộ và bàn nhiệm vụ năm tới.</b></p>{PROSE}"
        "<p align=center><img src='/anh/hoi-nghi.jpg' alt='Hội nghị'></p>"
        "<p align=center><i>Quang cảnh hội nghị.</i></p>"
        "<p>Toàn văn: <a href='/tep/bao-cao.pdf'>Báo cáo tổng kết</a></p>"
        "<p align=right><b>Văn phòng Đảng ủy</b></p></div>"
        "<div>Các tin khác</div><ul><li><a href='/tin/khac.html'>Chi bộ khu phố bốn kết nạp đảng viên mới</a></li></ul>"
    )
    lead = "Hội nghị đánh giá một năm làm việc của toàn Đảng bộ và bàn nhiệm vụ năm tới."
    image = Image(f"{SITE}/anh/hoi-nghi.jpg", "Quang cảnh hội nghị.", "Hội nghị")
    link = f'<a href="{SITE}/tep/bao-cao.pdf">Báo cáo tổng kết</a>'
    assert read_article(html) == Article(
        native_key="dangbo.example.vn/tin/tong-ket.html",
        url=f"{SITE}/tin/tong-ket.html",
        title=TITLE,
        section="Xây dựng Đảng",
        author="Văn phòng Đảng ủy",
        lead=lead,
        paragraphs=(*PARAGRAPHS, "Toàn văn: Báo cáo tổng kết"),
        body_html=(
            f'{BODY_HTML}\n<figure><img src="{image.url}" alt="Hội nghị"><figcaption>Quang cảnh hội nghị.</figcaption>'
            f"</figure>\n<p>Toàn văn: {link}</p>"
        ),
        published=PublishedDate("Thứ sáu, 05/01/2024 | 16:10", at(2024, 1, 5, 16, 10), "minute"),
        views=Count("1.204", 1204),
        images=(image,),
        attachments=(Attachment(f"{SITE}/tep/bao-cao.pdf", "Báo cáo tổng kết"),),
        origins=(
            Origin("title", "title", 0.99),
            Origin("published", "below the headline", 0.98),
            Origin("views", "below the headline", 0.98),
            Origin("author", "signature", 0.7),
            Origin("lead", "before the text", 0.8),
            Origin("body", "extractor", 0.9),
            Origin("images", "in the text", 0.9),
            Origin("attachments", "links to documents", 0.9),
            Origin("section", "breadcrumb", 0.9),
        ),
    )


PLACES_OF_THE_INFO_LINE = {
    "above the headline": f"<div>05/01/2024 - 16:10 | Đã xem: 7</div><h2>{TITLE}</h2><div>{PROSE}</div>",
    "below the headline": f"<h3>{TITLE}</h3><div>Đăng lúc: 16:10, 05-01-2024 (7 lượt xem)</div><div>{PROSE}</div>",
    "below the text": f"<h1>{TITLE}</h1><div>{PROSE}</div><p>Ngày đăng: 05/01/2024 16:10</p><p>Số lần đọc: 7</p>",
    "in one container": f"<div>{TITLE}</div><p>Ngày 05/01/2024 16:10 | Lượt xem: 7</p>{PROSE}",
    "spans beside bare text": f"<div>{TITLE}</div><span>05/01/2024 16:10</span><span> (số lượt xem: 7)</span>{PROSE}",
    "a table": (
        f"<table><tr><td><p>{TITLE}</p></td></tr><tr><td>(05.01.2024 16:10)</td><td>Lượt đọc: 7</td></tr>"
        f"<tr><td colspan=2>{PROSE}</td></tr></table>"
    ),
    "labels in cells": (
        f"<h1>{TITLE}</h1><table><tr><td>Ngày đăng</td><td>05/01/2024 16:10</td></tr>"
        f"<tr><td>Số lượt xem</td><td>7</td><td>Số lượt tải về</td><td>99</td></tr></table><div>{PROSE}</div>"
    ),
    "number before its label": (
        f"<h1>{TITLE}</h1><div>16h10 - 05/01/2024</div><div><b>7</b></div><div>lượt xem</div><div>{PROSE}</div>"
    ),
}


@pytest.mark.parametrize("place", PLACES_OF_THE_INFO_LINE)
def test_where_the_info_line_stands(place: str) -> None:
    article = read_article(wrap(PLACES_OF_THE_INFO_LINE[place]))
    assert (article.title, article.paragraphs) == (TITLE, PARAGRAPHS)
    assert article.published is not None
    assert (article.published.at, article.published.precision) == (at(2024, 1, 5, 16, 10), "minute")
    assert article.views == Count("7", 7)


OTHER_LANGUAGES = {
    "zh": (
        (
            "<div>位置：<a href=/>首页</a> &gt; <a href=/dj>党建工作</a></div><div>某局机关党委召开年度组织生活会</div>"
            "<div>来源：本局 作者：党办 时间：2024年1月5日 16:10 浏览： <span>1.2万</span></div>"
        ),
        ("某局机关党委召开年度组织生活会", "党建工作", at(2024, 1, 5, 16, 10), 12000),
    ),
    "ru": (
        "<h1>Комитет подвёл итоги работы за прошедший год</h1><div>вчера в 16:10, просмотров: 237</div>",
        ("Комитет подвёл итоги работы за прошедший год", None, at(2024, 5, 31, 16, 10), 237),
    ),
    "en": (
        (
            "<h1>Committee reviews the work of the past year</h1><div>Posted by <a href=/u>Office</a> on "
            "<time datetime=2024-01-05>January 5, 2024</time></div><div>Views: 3,304</div>"
        ),
        ("Committee reviews the work of the past year", None, at(2024, 1, 5), 3304),
    ),
    "id": (
        (
            "<h1>Komite meninjau hasil kerja sepanjang tahun lalu</h1><div>5 Januari 2024, 16:10</div>"
            "<i>Dibaca 12.768 kali</i>"
        ),
        ("Komite meninjau hasil kerja sepanjang tahun lalu", None, at(2024, 1, 5, 16, 10), 12768),
    ),
    "de": (
        (
            "<h1>Ausschuss zieht Bilanz über das vergangene Jahr</h1><p>5343 mal gelesen | "
            "<a href=#k>3 Kommentare</a></p><div><a href=/amt>Amt</a>, 5. Jan. 2024</div>"
        ),
        ("Ausschuss zieht Bilanz über das vergangene Jahr", None, at(2024, 1, 5), 5343),
    ),
    "it": (
        "<h1>Il comitato fa il bilancio dell'anno passato</h1><div><div>3.409</div> letture</div><div>5 Gen 2024</div>",
        ("Il comitato fa il bilancio dell'anno passato", None, at(2024, 1, 5), 3409),
    ),
    "ko": (
        "<h2>위원회 지난해 사업 결과 보고회 개최</h2><div>등록일 2024.01.05 16:10 | 조회수 88</div>",
        ("위원회 지난해 사업 결과 보고회 개최", None, at(2024, 1, 5, 16, 10), 88),
    ),
}


@pytest.mark.parametrize("language", OTHER_LANGUAGES)
def test_other_languages(language: str) -> None:
    above, (title, section, published, views) = OTHER_LANGUAGES[language]
    article = read_article(wrap(f"{above}<div>{PROSE}</div>", title))
    assert (article.title, article.section, article.paragraphs) == (title, section, PARAGRAPHS)
    assert article.published is not None
    assert article.published.at == published
    assert article.views is not None
    assert article.views.value == views


NO_COUNT = {
    "of teasers and visitors": "",
    "of downloads": "<div>Lượt tải: 30</div><div>(30-lượt)</div>",
    "of comments": "<div>0 bình luận</div><div>Bình luận: 12</div>",
    "pasted with another date": "<p>Th.ba, 12/11/2019, 18:37Lượt xem: 15053</p>",
    "a verb": "<div><a href='/tin/2'>Xem chi tiết</a> 2</div>",
}


@pytest.mark.parametrize("kind", NO_COUNT)
def test_what_is_no_count_of_the_article(kind: str) -> None:
    html = wrap(f"<h1>{TITLE}</h1><div>05/01/2024 16:10</div><div>{PROSE}{NO_COUNT[kind]}</div>")
    article = read_article(html)
    assert article.views is None
    assert article.published is not None


def test_a_count_that_a_script_fills_in() -> None:
    """It is a label without a number: NULL and a finding, not the next number of the page."""
    html = wrap(f"<h1>{TITLE}</h1><div>05/01/2024 | Lượt xem: <span id=v></span></div><div>5 bình luận</div>{PROSE}")
    article = read_article(html)
    assert article.views == Count("", None)
    assert article.problems == (Problem("unreadable_count", ""),)


def test_what_machines_are_told_stands_in_for_print_only_where_nothing_is_printed() -> None:
    head = (
        '<meta property="article:published_time" content="2016-02-02T13:21:34+0700"><script type="application/ld+json">'
        f'{{"@type": "NewsArticle", "headline": "{TITLE}", "datePublished": "2016-02-02"}}</script>'
    )
    printed = read_article(wrap(f"<h1>{TITLE}</h1><i>05/01/2024 16:10</i><div>{PROSE}</div>", head=head))
    silent = read_article(wrap(f"<h1>{TITLE}</h1><div>{PROSE}</div>", head=head))
    assert printed.published == PublishedDate("05/01/2024 16:10", at(2024, 1, 5, 16, 10), "minute")
    contradiction = "printed 05/01/2024 16:10; json-ld: 2016-02-02"
    assert printed.problems == (Problem("contradicted_published", contradiction),)
    assert silent.published == PublishedDate("2016-02-02T13:21:34+0700", at(2016, 2, 2, 13, 21), "minute")
    assert Origin("published", "metadata", 0.8) in silent.origins
    assert silent.problems == ()


def test_of_two_dates_without_labels_none_is_read() -> None:
    """What is below the threshold is NULL, and a finding says what was seen."""
    html = wrap(f"<h1>{TITLE}</h1><div>05/01/2024</div><div>09/02/2024</div><div>{PROSE}</div><p>Lượt xem: 3</p>")
    article = read_article(html)
    assert article.published is None
    assert article.problems == (Problem("uncertain_published", "one of several dates below the headline: 05/01/2024"),)
    labelled = read_article(html.replace("<div>09", "<div>Ngày đăng: 09"))
    assert labelled.published == PublishedDate("09/02/2024", at(2024, 2, 9), "day")


def test_the_clock_of_a_page_is_no_date_of_the_article() -> None:
    html = wrap(f"<div>Thứ bảy, 01/06/2024</div><h1>{TITLE}</h1><div>{PROSE}</div><p>Lượt xem: 3</p>")
    assert read_article(html).published is None


def test_days_of_documents_are_no_date_of_publication() -> None:
    html = wrap(
        f"<h1>{TITLE}</h1><table><tr><td>Ngày ban hành</td><td>04/01/2024</td></tr><tr><td>Ngày hiệu lực</td>"
        f"<td>05/01/2024</td></tr><tr><td>Số lượt xem</td><td>164</td></tr></table><div>{PROSE}</div>"
    )
    article = read_article(html)
    assert (article.published, article.views) == (None, Count("164", 164))


def test_words_split_over_elements_are_one() -> None:
    html = wrap(f"<h1><span>{TITLE[:9]}</span><span>{TITLE[9:]}</span></h1><i>05/01/2024</i><div>{PROSE}</div>")
    assert read_article(html).title == TITLE


def test_the_first_heading_is_the_name_of_the_site() -> None:
    main = f"<h1>Đảng bộ thử nghiệm</h1><div><div>{TITLE}</div><div>05/01/2024 16:10</div><div>{PROSE}</div></div>"
    html = wrap(main).replace(f"<title>{TITLE} - ", "<title>")
    article = read_article(html)
    assert article.title == TITLE
    assert article.origins[0] == Origin("title", "above the date", 0.63)


def test_the_address_names_the_headline() -> None:
    main = f"<h1>Đảng bộ thử nghiệm</h1><div><p>{TITLE}</p><div>{PROSE}</div><p>Lượt xem: 12</p></div>"
    html = wrap(main).replace(f"<title>{TITLE} - ", "<title>")
    url = f"{SITE}/tin/1204-dang-bo-phuong-mau-tong-ket-cong-tac-xay-dung-dang-nam-2023.html"
    article = read_article(html, url)
    assert (article.title, article.views) == (TITLE, Count("12", 12))


def test_a_text_without_paragraphs() -> None:
    html = wrap(f"<h1>{TITLE}</h1><div>05/01/2024 16:10</div><div>{FIRST}<br><br>{SECOND}<br><br>{THIRD}</div>")
    assert read_article(html).paragraphs == PARAGRAPHS


def test_a_lead_in_an_element_of_its_own() -> None:
    html = wrap(
        f"<h1>{TITLE}</h1><div>05/01/2024 16:10</div><div>{FIRST}</div><div><p>{SECOND}</p><p>{THIRD}</p></div>"
    )
    article = read_article(html)
    assert (article.lead, article.paragraphs) == (FIRST, (SECOND, THIRD))


def test_an_article_that_is_one_document() -> None:
    link = "<p><a href='/tep/94-cv.pdf'>94 CV về việc quán triệt nghị quyết mới của cấp trên.pdf</a></p>"
    article = read_article(wrap(f"<h1>{TITLE}</h1><div>Ngày đăng: 05/01/2024 - 16:10</div><div>{link}</div>"))
    name = "94 CV về việc quán triệt nghị quyết mới của cấp trên.pdf"
    assert article.attachments == (Attachment(f"{SITE}/tep/94-cv.pdf", name),)
    assert article.paragraphs == (name,)


def test_names_of_classes_change_nothing() -> None:
    html = wrap(f"<h1 class=title>{TITLE}</h1><div class=date>05/01/2024</div><div class=content id=main>{PROSE}</div>")
    other = (
        html.replace("class=title", "class=sidebar").replace("class=date", "class=x1").replace("id=main", "id=footer")
    )
    assert read_article(html) == read_article(other)


SYSTEMS = {
    "a form around the page": (
        f"<form><h1><a href='/'>Ủy ban thử nghiệm</a></h1><table><tr><td><p>{TITLE}</p></td></tr>"
        f"<tr><td>(05.01.2024 16:10)</td></tr><tr><td><div>{FIRST}<div>{SECOND}</div><div>{THIRD}</div></div></td></tr>"
        "<tr><td><a href='javascript:x()'>Bản in</a> <a href='#'>Quay lại</a></td></tr></table></form>"
    ),
    "badges": (
        f"<div>{TITLE}</div><div>05/01/2024, 16:10 | <b>12308</b> lần xem | <b>0</b> bình luận</div><div>{PROSE}</div>"
    ),
    "author and source below": (
        f"<div><h1>{TITLE}</h1><em>Thứ sáu - 05/01/2024 16:10</em></div><div>{PROSE}"
        "<p>Tác giả: Nguyễn Văn Mẫu</p><p>Nguồn tin: Văn phòng</p></div>"
    ),
    "a linked byline": (
        f"<h1>{TITLE}</h1><div><a href='/2024'><time datetime='x'>Tháng Một 5, 2024 16:10</time></a> bởi "
        f"<a href='/a'>Văn phòng</a></div><div>{PROSE}<div>Post Views: 1.432</div></div>"
    ),
    "a text in a heading": (
        f"<div>{TITLE}</div><div>05/01/2024 16:10</div><h1><p>{FIRST}</p><p>{SECOND}</p><p>{THIRD}</p></h1>"
    ),
}


@pytest.mark.parametrize("system", SYSTEMS)
def test_habits_of_systems(system: str) -> None:
    article = read_article(wrap(SYSTEMS[system]))
    assert (article.title, article.paragraphs) == (TITLE, PARAGRAPHS)
    assert article.published is not None
    assert article.published.at == at(2024, 1, 5, 16, 10)
    counts = {"badges": 12308, "a linked byline": 1432}
    assert (article.views.value if article.views else None) == counts.get(system)
    assert article.author == ("Nguyễn Văn Mẫu" if system.startswith("author") else None)


PLACES = Places(
    article=r"/tin/(\d+)",
    title="div.ten",
    byline=("div.ngay", "div.xem"),
    section="div.muc",
    lead="div.tom",
    body="div.bai",
    author="div.ten-tac-gia",
    boilerplate=("div.lien-quan",),
)
DECLARED_PAGE = (
    "<title>Trang tin</title><div class=muc>Xây dựng Đảng</div><h1>Trang tin của Đảng bộ</h1>"
    "<div class=ten>Hội nghị</div>"
    "<div class=ngay>05/01/2024</div><div class=xem>Lượt xem: 8</div><div class=tom>Tóm tắt.</div>"
    "<div class=bai>Một câu.<div class=lien-quan>Bài khác</div></div><div class=ten-tac-gia>Văn phòng</div>"
)


SIGNED = "<p style='text-align: right'><b>Lê Mẫu</b></p>"
ACCOUNT = "<p align='right'><i>Trần Thị Thử</i></p>"
# What stands in the element of the article, and author and paragraphs that it has.
ENDINGS: dict[str, tuple[str, str | None, tuple[str, ...]]] = {
    "signature beside the paragraphs": (f"<div>{PROSE}</div>{SIGNED}", "Lê Mẫu", PARAGRAPHS),
    "a picture's text before, signature behind": (
        f"<div>Quang cảnh hội nghị tổng kết.</div><div>{PROSE}</div>{SIGNED}",
        "Lê Mẫu",
        ("Quang cảnh hội nghị tổng kết.", *PARAGRAPHS),
    ),
    "account outside the element of the signature": (f"<div>{PROSE}{SIGNED}</div>{ACCOUNT}", "Lê Mẫu", PARAGRAPHS),
    "account aligned another way": (f"<div>{PROSE}</div>{SIGNED}{ACCOUNT}", "Lê Mẫu", PARAGRAPHS),
    "account known by its words": (f"<div>{PROSE}</div>{SIGNED}<p align='right'>admin</p>", "Lê Mẫu", PARAGRAPHS),
    "two lines of one signature": (
        f"<div>{PROSE}</div>{SIGNED}<p style='text-align: right'>Văn phòng Đảng ủy</p>",
        "Lê Mẫu Văn phòng Đảng ủy",
        PARAGRAPHS,
    ),
    "a source with brackets": (
        f"<div>{PROSE}{SIGNED}</div><p align='right'>(Báo Thử)</p>",
        "Lê Mẫu (Báo Thử)",
        PARAGRAPHS,
    ),
    "a name alone outside": (f"<div>{PROSE}</div>{ACCOUNT}", "Trần Thị Thử", PARAGRAPHS),
    "short and no signature": (f"<div>{PROSE}</div><p>Hà Mẫu, 2023</p>", None, (*PARAGRAPHS, "Hà Mẫu, 2023")),
    "a byline that is a sentence": (
        f"<div>{PROSE}<p>Tác giả: Lê Mẫu - Phòng Thử nghiệm.</p></div>",
        "Lê Mẫu",
        (*PARAGRAPHS, "Tác giả: Lê Mẫu - Phòng Thử nghiệm."),
    ),
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_nothing_is_lost_at_the_end_of_a_text(ending: str) -> None:
    """What closes an article is its signature, a paragraph, or the account of whoever typed it in."""
    text, author, paragraphs = ENDINGS[ending]
    article = read_article(wrap(f"<h1>{TITLE}</h1><div>05/01/2024 | 16:10</div><div>{text}</div>"))
    assert (article.author, article.lead, article.paragraphs) == (author, None, paragraphs)


def test_the_first_paragraph_may_repeat_the_headline() -> None:
    """Bold it is the lead, plain a paragraph; above the byline it is neither."""
    head = f"<h1>{TITLE}</h1><p>{TITLE}</p><div>05/01/2024 | 16:10</div>"
    bold = read_article(wrap(f"{head}<div><p><b>{TITLE}</b></p>{PROSE}</div>"))
    plain = read_article(wrap(f"{head}<div><p>{TITLE}</p>{PROSE}</div>"))
    assert (bold.lead, bold.paragraphs) == (TITLE, PARAGRAPHS)
    assert (plain.lead, plain.paragraphs) == (None, (TITLE, *PARAGRAPHS))


def test_a_lead_that_begins_like_the_label_of_a_date() -> None:
    lead = (
        "Thời gian qua, nhiều chi bộ của Đảng bộ phường Mẫu đã đổi mới cách sinh hoạt, đảng viên hăng hái phát biểu, "
        "góp nhiều ý kiến hay cho nghị quyết."
    )
    article = read_article(
        wrap(f"<h1>{TITLE}</h1><div>05/01/2024 | 16:10</div><div><p>{lead}</p></div><div>{PROSE}</div>")
    )
    assert (article.lead, article.paragraphs, article.problems) == (lead, PARAGRAPHS, ())


def test_places_that_a_site_declares() -> None:
    assert read_article(DECLARED_PAGE, f"{SITE}/tin/17-hoi-nghi", make_generic(PLACES)) == Article(
        native_key="17",
        url=f"{SITE}/tin/17-hoi-nghi",
        title="Hội nghị",
        section="Xây dựng Đảng",
        author="Văn phòng",
        lead="Tóm tắt.",
        paragraphs=("Một câu.",),
        body_html="<p>Một câu.</p>",
        published=PublishedDate("05/01/2024", at(2024, 1, 5), "day"),
        views=Count("8", 8),
        origins=tuple(
            Origin(name, "declared", 1.0)
            for name in ("title", "published", "views", "section", "lead", "author", "body")
        ),
    )


def test_an_article_address_needs_no_more_than_a_headline() -> None:
    html = f"<title>{TITLE}</title><h1>{TITLE}</h1>"
    assert read_article(html, f"{SITE}/tin/17", make_generic(Places(article=r"/tin/(\d+)"))).title == TITLE
    assert isinstance(read(html, f"{SITE}/tin/17"), Unreadable)


ROWS = "".join(
    f"<div><h3><a href='/tin/{n}.html'>Chi bộ khu phố {n} họp bàn kế hoạch công tác năm tới</a></h3>"
    f"<div>0{n}/01/2024 16:10 | Lượt xem: {n}3</div><p>Trong buổi họp, chi bộ {n} đã bàn nhiều việc...</p></div>"
    for n in range(1, 8)
)
NO_ARTICLES = {
    "a listing": wrap(f"<a href='/'>Trang chủ</a> » Tin tức<h1>Tin tức</h1>{ROWS}", "Tin tức"),
    "a listing without dates": wrap(
        "<h1>Văn bản chỉ đạo điều hành</h1><ul>"
        + "".join(f"<li><a href=/vb/{n}>Quyết định số {n} về việc phân công nhiệm vụ</a></li>" for n in range(9))
        + "</ul>",
        "Văn bản chỉ đạo điều hành",
    ),
    "an empty listing": wrap("<h1>Chi bộ Đảng</h1><p>Nội dung đang được cập nhật.</p>", "Chi bộ Đảng"),
    "a home page": wrap(f"<h2>Tin nổi bật</h2>{ROWS}<h2>Thông báo</h2>{ROWS}", "Trang chủ"),
    "a login": wrap(
        "<h1>Đăng nhập</h1><form>Tên <input name=u> Mật khẩu <input type=password name=p></form>", "Đăng nhập"
    ),
    "search results": wrap(f"<h1>Kết quả tìm kiếm</h1><div>Tìm thấy 7 kết quả</div>{ROWS}", "Kết quả tìm kiếm"),
    "a static page": wrap(f"<h1>Giới thiệu chung</h1><div>{PROSE}</div>", "Giới thiệu chung"),
    "a poll": wrap(
        "<h2>Thăm dò ý kiến</h2><form>Bạn thấy trang này thế nào? <input type=radio>Tốt <input type=radio>Khá</form>",
        "Thăm dò ý kiến",
    ),
    "an error": wrap("<h1>Không tìm thấy trang</h1><p>Trang này không còn tồn tại hoặc đã bị xóa.</p>", "Lỗi 404"),
    "questions": wrap(
        "<h1>Hỏi đáp</h1><form>Họ tên <input> Câu hỏi <textarea></textarea></form><p>Mời bạn gửi câu hỏi.</p>",
        "Hỏi đáp",
    ),
    "nothing": "<html><body></body></html>",
}


@pytest.mark.parametrize("kind", NO_ARTICLES)
def test_no_false_article(kind: str) -> None:
    assert not isinstance(read(NO_ARTICLES[kind], f"{SITE}/muc"), Article)


def test_an_error_page_says_that_it_is_one() -> None:
    page = read(NO_ARTICLES["an error"], f"{SITE}/tin/9.html")
    assert isinstance(page, Unreadable)
    assert page.problem.kind == "error_page"


PIECES = st.sampled_from(
    [
        *(
            "<h1>",
            "</h1>",
            "<div>",
            "</div>",
            "<p>",
            "<table>",
            "<tr>",
            "<td>",
            "</td>",
            "<li>",
            "<form>",
            "<a href='/x'>",
        ),
        *(
            "</a>",
            "<br>",
            "<img src=/a.jpg>",
            "<time datetime=x>",
            "<aside>",
            "<main>",
            "<a href=/t.pdf>",
            "<span hidden>",
        ),
        *(
            TITLE,
            FIRST,
            "05/01/2024 16:10",
            "Lượt xem:",
            "1.204",
            "Trang chủ",
            "Tin liên quan",
            "admin",
            "&#0;",
            "\ud800",
        ),
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(PIECES, max_size=40), st.sampled_from(["article", "unknown", "listing"]))
def test_nothing_is_raised_and_nothing_depends_on_the_moment(pieces: list[str], kind: str) -> None:
    pattern = {"article": "tong-ket", "unknown": "", "listing": "not-here"}[kind]
    html = f"<title>{TITLE}</title>{''.join(pieces)}".encode("utf-8", "replace").decode()
    platform = make_generic(Places(article=pattern))
    page = read(html, platform=platform)
    assert page == read(html, platform=platform)
    if isinstance(page, Article):
        assert page.title
        assert all(0.5 <= origin.confidence <= 1 for origin in page.origins)
        assert replace(page, origins=(), problems=()).title == page.title


@pytest.mark.parametrize(
    "piece",
    ["<div>", "<p>05/01/2024 16:10 Lượt xem: 5", "<a href=/x>" + "x" * 30, ". ! ? ", "<td>1<td>Lượt xem", "1 2 3 4 | "],
)
@pytest.mark.slow
def test_time_grows_with_the_size_of_a_page_and_not_faster(piece: str) -> None:
    """A page of 2 MB made of one piece is read, or refused, within seconds."""
    html = f"<title>{TITLE}</title><h1>{TITLE}</h1>" + piece * (2_000_000 // len(piece))
    read(html)


@pytest.mark.slow
def test_names_of_classes_change_nothing_on_real_pages(shared: Path, tmp_path: Path) -> None:
    """One in 37 pages of the mirror, every class and identifier renamed, read the same."""
    folder = unpack_mirror(shared, tmp_path)
    for file, row in list(read_truth(shared).items())[::37]:
        html = (folder / file).read_text(encoding="utf-8-sig", errors="replace")
        renamed = re.sub(r'\b(class|id)="([^"]*)"', lambda found: f'{found[1]}="{_rename(found[2])}"', html)
        assert renamed != html
        assert read(renamed, row["address"]) == read(html, row["address"])


def _rename(names: str) -> str:
    return " ".join(f"n{zlib.crc32(name.encode())}" for name in names.split())
