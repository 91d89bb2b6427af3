"""Which date of a page of no known platform is that of publication, wherever it is printed or told."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from archiver.model import Article, Capture
from archiver.parsing.page import read_page
from archiver.platforms.generic import GENERIC

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
AT = datetime(2026, 3, 1, 3, tzinfo=UTC)
TITLE = "Hợp tác xã chè Đồi Mây ra mắt xưởng sao chè chạy bằng điện mặt trời"
ENGLISH = "Harbour trust reopens the old lighthouse to visitors this spring"
FIRST = (
    "Xưởng mới có ba lò sao, mỗi ngày làm được hai tạ chè khô, gấp đôi xưởng cũ mà không còn khói bếp củi như trước."
)
SECOND = "Bà con góp vốn một nửa, phần còn lại do quỹ phát triển của huyện cho vay trong năm năm với lãi suất ưu đãi."
THIRD = "Tổ kỹ thuật của hợp tác xã sẽ hướng dẫn từng hộ cách hái và bảo quản lá tươi trước khi mang đến xưởng."
PROSE = f"<div><p>{FIRST}</p><p>{SECOND}</p><p>{THIRD}</p></div>"
ENGLISH_PROSE = (
    "<div><p>The trust that looks after the harbour said on Monday that the tower will be open to all at the weekend, "
    "and that the stairs have been mended by the sailors of the town.</p><p>Visitors of any age may climb to the lamp "
    "room in groups of eight, and the keeper of the light will tell them how it was lit in the days of oil.</p></div>"
)
IS_ARTICLE = '<meta property="og:type" content="article">'


def read_article(
    main: str,
    *,
    head: str = "",
    lang: str = "vi",
    title: str = TITLE,
    url: str = "https://htx.example.vn/tin/88",
    zone: ZoneInfo = ZONE,
) -> Article:
    """Read a page whose middle is ``main``."""
    html = (
        f"<html lang={lang}><head><title>{title} - Trang tin</title>{IS_ARTICLE}{head}</head><body>"
        f"<div class=bai>{main}</div><div>Bản quyền 2019</div></body></html>"
    )
    page = read_page(Capture(url, AT, 200, (), html.encode()), GENERIC, zone)
    assert isinstance(page, Article), page
    return page


def date_of(article: Article, zone: ZoneInfo = ZONE) -> tuple[str | None, str | None]:
    """Return the date in its zone, to the minute where it has one, and what is printed."""
    published = article.published
    if published is None or published.at is None:
        return None, published.raw if published else None
    form = "%Y-%m-%d %H:%M" if published.precision == "minute" else "%Y-%m-%d"
    return published.at.astimezone(zone).strftime(form), published.raw


def kinds_of(article: Article) -> list[str]:
    return [problem.kind for problem in article.problems]


H1 = f"<h1>{TITLE}</h1>"
PLACES = {
    "behind a caption": f"{H1}<div><img src=/a.jpg><p>Lò sao chè mới trong ngày chạy thử, nhìn từ cửa kho</p></div>"
    f"<p>07/02/2024 08:15</p>{PROSE}",
    "behind a summary": f"{H1}<p>Hai tạ chè khô mỗi ngày, không khói bếp, đó là điều bà con Đồi Mây mong từ lâu nay."
    f"</p><p>07/02/2024 08:15</p>{PROSE}",
    "with the one who posted it": f"{H1}<div>Đăng lúc 08:15 ngày 07/02/2024 bởi Ban quản trị</div>{PROSE}",
    "behind a name": f"{H1}<div>Lò Thị Mai 07/02/2024 08:15</div>{PROSE}",
    "behind the section": f"{H1}<div>Kinh tế / 07/02/2024 08:15</div>{PROSE}",
    "between broken bars": f"{H1}<div>07/02/2024 08:15 ¦ Tổ biên tập hợp tác xã ¦ Chuyện làng nghề</div>{PROSE}",
    "among counters": f"{H1}<div>07/02/2024 08:15 · 3 bình luận · 412 lượt xem · 9 lượt thích</div>{PROSE}",
    "above, behind a kicker": f"<p>Làng nghề // 07.02.2024 08:15</p>{H1}{PROSE}",
    "in the foot of the article": f"{H1}{PROSE}<footer>Đăng ngày 07/02/2024 08:15</footer>",
    "a year of two digits": f"{H1}<div>08:15 07.02.24</div>{PROSE}",
    "the day in a box of its own": f"{H1}<div><span>07</span><span>02/2024</span></div>{PROSE}",
    "three boxes": f"<div><div>Th2</div><div>07</div><div>2024</div></div>{H1}{PROSE}",
    "amid a line, alone": f"{H1}<p>Tin viết ngày 07/02/2024 tại nhà văn hóa</p>{PROSE}",
}


@pytest.mark.parametrize("place", PLACES)
def test_a_printed_date_is_found(place: str) -> None:
    article = read_article(PLACES[place])
    assert date_of(article)[0] == ("2024-02-07 08:15" if "08:15" in PLACES[place] else "2024-02-07")
    assert kinds_of(article) == []


def test_what_is_raw_is_the_date_alone() -> None:
    assert date_of(read_article(PLACES["with the one who posted it"])) == ("2024-02-07 08:15", "08:15 ngày 07/02/2024")
    assert date_of(read_article(PLACES["behind a name"])) == ("2024-02-07 08:15", "07/02/2024 08:15")


CHINESE = {
    "发布时间：2024-02-07 责任编辑：小林": "2024-02-07",
    "發布日期：民國113年2月7日 點閱數：35": "2024-02-07",
    "張貼日期：113-02-07": "2024-02-07",
    "公告日期：2024/02/07": "2024-02-07",
}


@pytest.mark.parametrize("line", CHINESE)
def test_lines_of_chinese_pages(line: str) -> None:
    article = read_article(f"{H1}<div>{line}</div>{PROSE}", lang="zh-Hant")
    assert date_of(article)[0] == CHINESE[line]


@pytest.mark.parametrize(
    "lines",
    [
        "<div>Thời gian: 14 giờ 30 ngày 20/04/2024</div><div>Ngày đăng: 07/02/2024</div>",
        "<div>Thời gian: 20/04/2024 14:30</div><div>Địa điểm: sân kho</div><div>Ngày đăng: 07/02/2024</div>",
        "<div>Ngày họp: 20/04/2024</div><div>Ngày đăng: 07/02/2024</div>",
        "<div>Hạn nộp: 20/04/2024</div><div>Đăng ngày 07/02/2024</div>",
    ],
)
def test_the_time_of_a_meeting_is_no_publication(lines: str) -> None:
    assert date_of(read_article(f"{H1}{lines}{PROSE}")) == ("2024-02-07", "07/02/2024")


def test_the_time_of_a_meeting_alone_is_nothing() -> None:
    article = read_article(f"{H1}<div>Thời gian: 8h00 ngày 20/04/2024</div><div>Địa điểm: sân kho</div>{PROSE}")
    assert article.published is None


def test_a_time_that_a_program_printed_is_a_date() -> None:
    assert date_of(read_article(f"{H1}<div>Thời gian: 07/02/2024 14:30</div>{PROSE}"))[0] == "2024-02-07 14:30"


LD = '<script type="application/ld+json">{{"@type": "NewsArticle", "datePublished": "{}"}}</script>'
META = '<meta property="article:published_time" content="{}">'
MODIFIED = '<meta property="article:modified_time" content="{}">'


def how_published(article: Article) -> tuple[str, float] | None:
    return next(((origin.how, origin.confidence) for origin in article.origins if origin.field == "published"), None)


def test_what_is_not_printed_is_told_to_machines() -> None:
    told = "2024-02-07T08:15:00+07:00"
    once = read_article(f"{H1}{PROSE}", head=META.format(told))
    twice = read_article(f"{H1}{PROSE}", head=META.format(told) + LD.format("2024-02-07"))
    assert date_of(once) == date_of(twice) == ("2024-02-07 08:15", told)
    assert how_published(once) == ("metadata", 0.7)
    assert how_published(twice) == ("metadata", 0.8)
    assert kinds_of(once) == kinds_of(twice) == []


def test_the_day_in_the_address_is_the_last_resort() -> None:
    article = read_article(f"{H1}{PROSE}", url="https://htx.example.vn/2024/02/07/xuong-che")
    assert date_of(article) == ("2024-02-07", "2024-02-07")
    assert how_published(article) == ("address", 0.7)


def test_sources_that_contradict_each_other_are_a_finding() -> None:
    article = read_article(f"{H1}{PROSE}", head=META.format("2024-02-07") + LD.format("2023-11-30"))
    assert kinds_of(article) == ["contradicted_published"]
    assert how_published(article) == ("metadata", 0.6)


def test_print_goes_before_what_is_told_and_a_contradiction_is_a_finding() -> None:
    article = read_article(f"{H1}<div>Ngày đăng: 07/02/2024</div>{PROSE}", head=META.format("2019-08-01T10:00:00Z"))
    assert date_of(article)[0] == "2024-02-07"
    assert kinds_of(article) == ["contradicted_published"]


@pytest.mark.parametrize("confirms", [META.format("2024-02-07T01:15:00Z"), LD.format("2024-02-07"), ""])
def test_of_two_printed_dates_the_one_that_is_told(confirms: str) -> None:
    """Without a word beside them and without such help none is read."""
    article = read_article(f"{H1}<div>15/01/2024</div><div>07/02/2024</div>{PROSE}", head=confirms)
    assert date_of(article)[0] == ("2024-02-07" if confirms else None)
    assert kinds_of(article) == ([] if confirms else ["uncertain_published"])


def test_of_two_printed_dates_the_one_in_the_address() -> None:
    main = f"{H1}<div>15/01/2024</div><div>07/02/2024</div>{PROSE}"
    assert date_of(read_article(main, url="https://htx.example.vn/2024/02/07/che"))[0] == "2024-02-07"


def test_two_dates_in_one_line() -> None:
    article = read_article(
        f"{H1}<div>Chỉnh sửa 09/02/2024 | 07/02/2024 08:15</div>{PROSE}", head=META.format("2024-02-07")
    )
    assert date_of(article)[0] == "2024-02-07 08:15"


def test_a_change_is_no_publication_where_that_is_told() -> None:
    article = read_article(
        f"{H1}<div>Cập nhật: 09/02/2024 10:00</div>{PROSE}", head=META.format("2024-02-01T09:00:00+07:00")
    )
    assert date_of(article)[0] == "2024-02-01 09:00"
    assert how_published(article) == ("metadata", 0.7)
    assert kinds_of(article) == []


def test_what_is_told_of_a_change_is_no_publication() -> None:
    article = read_article(f"{H1}<p>Lượt xem: 3</p>{PROSE}", head=MODIFIED.format("2024-02-01T09:00:00+07:00"))
    assert article.published is None


def test_a_date_of_a_file_confirms_no_date_amid_a_sentence() -> None:
    main = f"{H1}<div>Cập nhật: 06/02/2024 18:00</div>{PROSE}<p>Ảnh: Hoa</p><p>In</p><p>Gửi</p>"
    main += "<p>Chuyện này được phát lại trên đài huyện vào buổi sáng ngày 07/02/2024 lúc 9 giờ</p>"
    article = read_article(main, head='<meta name="date" content="2024-02-07T11:52:23">')
    assert date_of(article)[0] == "2024-02-06 18:00"


def test_microdata_and_time_elements() -> None:
    itemprop = f'{H1}<meta itemprop="datePublished" content="2024-02-07T08:15:00+07:00">{PROSE}'
    element = f"{H1}<div><time datetime='2024-02-07T08:15:00+07:00'>vài tuần nay</time></div>{PROSE}"
    for main in (itemprop, element):
        assert date_of(read_article(main))[0] == "2024-02-07 08:15"


def test_dates_of_other_articles_are_not_those_of_this_one() -> None:
    other = (
        '<article itemscope><a href="/tin/1">Đường vào bản được rải nhựa sau nhiều năm chờ đợi</a>'
        '<meta itemprop="datePublished" content="2022-05-05"><i>05/05/2022</i></article>'
    )
    article = read_article(f"{H1}<p>Lượt xem: 3</p>{PROSE}<div>{other}</div>")
    assert article.published is None


def test_a_comment_and_a_copyright_are_no_publication() -> None:
    comments = "<div><h3>Ý kiến</h3><p>Lan</p><p>08/02/2024 21:40</p><p>Chè thơm lắm</p></div><p>© 05/05/2021</p>"
    article = read_article(f"{H1}{PROSE}{comments}", head=META.format("2024-02-07T08:15:00+07:00"))
    assert date_of(article)[0] == "2024-02-07 08:15"


def test_the_date_of_a_comment_is_none_even_if_it_is_the_only_one() -> None:
    comment = "<h3>Ý kiến bạn đọc</h3><p>Lan Anh</p><p>Quê ngoại</p><p>08/02/2024 21:40</p><p>Chè thơm lắm.</p>"
    article = read_article(f"{H1}<p>Lượt xem: 3</p>{PROSE}<div>{comment}</div>")
    assert article.published is None


def test_a_time_element_of_a_meeting_is_no_publication() -> None:
    meeting = "<div>Thời gian: <time datetime='2024-04-20T14:00:00+07:00'>chiều thứ bảy</time></div>"
    article = read_article(f"{H1}<p>Lượt xem: 3</p>{meeting}<div>Địa điểm: sân kho</div>{PROSE}")
    assert article.published is None


def test_eight_digits_in_an_address_confirm_and_are_no_date_of_their_own() -> None:
    url = "https://htx.example.vn/t20240207_35.html"
    main = f"{H1}<div>15/01/2024</div><div>07/02/2024</div>{PROSE}"
    assert date_of(read_article(main, url=url))[0] == "2024-02-07"
    assert read_article(f"{H1}<p>Lượt xem: 3</p>{PROSE}", url=url).published is None


def test_a_date_in_the_headline() -> None:
    article = read_article(f"<h1>{TITLE} <span>07/02/2024</span></h1>{PROSE}", title=f"{TITLE} 07/02/2024")
    assert date_of(article) == ("2024-02-07", "07/02/2024")


def read_english(line: str, *, lang: str = "en-US", head: str = "", more: str = "", zone: str = "UTC") -> Article:
    main = f"<h1>{ENGLISH}</h1><div>{line}</div>{ENGLISH_PROSE}{more}"
    return read_article(
        main, head=head, lang=lang, title=ENGLISH, zone=ZoneInfo(zone), url="https://trust.example.org/5"
    )


@pytest.mark.parametrize(
    ("lang", "head", "more", "zone", "day"),
    [
        ("en-US", "", "", "UTC", "2024-03-04"),
        ("en-US", "", "", "America/Chicago", "2024-03-04"),
        ("en", "", "", "America/Chicago", "2024-03-04"),
        ("en", "", "<p>Next visit: 03/25/2024</p>", "UTC", "2024-03-04"),
        ("en", META.format("2024-03-04"), "", "UTC", "2024-03-04"),
        ("en-US", META.format("2024-04-03"), "", "UTC", "2024-04-03"),
        ("en-US", "", "<p>Next visit: 25/03/2024</p>", "UTC", "2024-04-03"),
        ("en-GB", "", "", "Europe/London", "2024-04-03"),
        ("en", "", "", "Asia/Ho_Chi_Minh", "2024-04-03"),
        # Nothing says it, or two signs disagree: nothing is read, and a finding says so.
        ("en", "", "", "UTC", None),
        ("en-US", "", "", "Asia/Ho_Chi_Minh", None),
    ],
)
def test_day_or_month_first(lang: str, head: str, more: str, zone: str, day: str | None) -> None:
    article = read_english("Posted: 03/04/2024", lang=lang, head=head, more=more, zone=zone)
    assert date_of(article, ZoneInfo(zone))[0] == day
    assert kinds_of(article) == ([] if day else ["unreadable_date"])


def test_pages_in_other_languages_print_the_day_first_whatever_they_declare() -> None:
    assert date_of(read_article(f"{H1}<div>Ngày đăng: 03/04/2024</div>{PROSE}", lang="en-US"))[0] == "2024-04-03"


def test_printed_zones() -> None:
    for printed, moment in (
        ("March 5, 2024 2:30 PM EST", datetime(2024, 3, 5, 19, 30, tzinfo=UTC)),
        ("5 March 2024 14:30 MYT", datetime(2024, 3, 5, 6, 30, tzinfo=UTC)),
        ("July 5, 2024 2:30 p.m. ET", datetime(2024, 7, 5, 18, 30, tzinfo=UTC)),
    ):
        published = read_english(f"Posted: {printed}").published
        assert published is not None
        assert (published.raw, published.at) == (printed, moment)


@pytest.mark.parametrize(
    "told",
    [
        '<script>{"@context": "https://schema.org", "datePublished": "2024-02-07T08:15:00+07:00"}</script>',
        '<p><span property="schema:datePublished" content="2024-02-07T08:15:00+07:00"></span></p>',
        "<p><abbr class='published' title='2024-02-07T08:15:00+07:00'>sáng nay</abbr></p>",
        "<p><abbr itemprop='datePublished' title='2024-02-07T08:15:00+07:00'>sáng nay</abbr></p>",
        '<script>var layer = {"first-publication": "2024-02-07 08:15", "views": 3};</script>',
        '<script>state = "{\\"published_at\\":\\"2024-02-07T08:15:00+07:00\\"}";</script>',
    ],
)
def test_dates_are_told_in_many_ways(told: str) -> None:
    assert date_of(read_article(f"{H1}{told}{PROSE}"))[0] == "2024-02-07 08:15"


def test_data_that_name_several_days_are_of_several_articles() -> None:
    data = '<script>[{"published_at": "2024-02-07"}, {"published_at": "2024-02-01"}]</script>'
    assert read_article(f"{H1}{PROSE}", head=data).published is None


def test_data_go_behind_whatever_is_printed() -> None:
    data = '<script>var page = {"publishDate": "2024-01-30"};</script>'
    article = read_article(f"{H1}{PROSE}<p>07/02/2024</p>", head=data)
    assert date_of(article)[0] == "2024-02-07"


def test_of_two_times_in_a_line_the_one_that_is_not_named_as_a_change() -> None:
    times = (
        "<time class='updated' datetime='2024-02-05T10:00:00+07:00'>05/02/2024</time>"
        "<time class='entry-date published' datetime='2024-02-07T08:00:00+07:00'>07/02/2024</time>"
    )
    assert date_of(read_article(f"{H1}<div>{times}</div>{PROSE}"))[0] == "2024-02-07"


def test_an_abbreviation_before_a_bar_ends_no_sentence() -> None:
    line = "07.02.2024 - 08:15 | Nguồn: Tổ thông tin... | Đọc trong chừng 4 min. | Nghe bài này bằng giọng máy"
    assert date_of(read_article(f"{H1}<div>{line}</div>{PROSE}"))[0] == "2024-02-07 08:15"


@pytest.mark.parametrize(
    "line",
    [
        "<a href='/2024/02/07/'>07 tháng 02, 2024</a>",
        "<a href='/tac-gia/lo-mai'>Lò Thị Mai Anh</a> / 07/02/2024 / 08:15",
        "Bởi <a href='/x'>Lò Thị Mai Anh</a> | 07/02/2024",
        "<a rel='category' href='/x'>Chuyện làng nghề</a> • 07/02/2024",
    ],
)
def test_a_link_above_the_headline_that_is_no_title(line: str) -> None:
    assert (date_of(read_article(f"<div>{line}</div>{H1}{PROSE}"))[0] or "")[:10] == "2024-02-07"


def test_a_date_beside_the_title_of_another_article_is_not_that_of_this_one() -> None:
    row = "<div><a href='/tin/3'>Chợ phiên sớm</a> 07/02/2024</div>"
    assert read_article(f"{row}{H1}<p>Lượt xem: 3</p>{PROSE}").published is None


def test_a_hidden_stamp_beside_a_printed_date_is_none() -> None:
    line = "Mai | <span class='updated'>2024-01-30T10:10:52+07:00</span> | 07/02/2024"
    assert date_of(read_article(f"{H1}<div>{line}</div>{PROSE}"))[0] == "2024-02-07"


def test_a_date_below_a_box_of_links_is_read_where_it_is_the_only_one() -> None:
    box = "<ul><li><a href='/tin/4'>Chợ phiên sớm của bản Mây đông người chưa từng thấy</a></li></ul>"
    box += "<p>In trang</p><p>Gửi thư</p><p>Chia sẻ</p>"
    line = "<div>Bởi <a href='/x'>Lò Mai</a> - Tờ Tin Đồi Mây - 07/02/2024</div>"
    assert date_of(read_article(f"{H1}{box}{line}{PROSE}"))[0] == "2024-02-07"


@pytest.mark.parametrize(
    "sentence",
    [
        "Bài viết này được đăng trong Chuyện làng nghề và gắn thẻ chè vào ngày 07/02/2024 bởi Lò Mai.",
        "This entry was posted on Wednesday, February 7th, 2024 at 8:15 am and is filed under Tea. You can follow it.",
        "Dieser Eintrag wurde in Tee veröffentlicht am 7. Februar 2024 von Mai.",
    ],
)
@pytest.mark.parametrize("around", ["<p>{}</p>", "<footer>{}</footer>"])
def test_an_article_that_speaks_of_itself(sentence: str, around: str) -> None:
    article = read_article(f"{H1}{PROSE}{around.format(sentence)}")
    assert (date_of(article)[0] or "")[:10] == "2024-02-07"


@pytest.mark.parametrize(
    "start",
    [
        "Thông cáo báo chí ngày 07/02/2024 | Đồi Mây – ",
        "Pressemitteilung vom 7. Februar 2024 – ",
        "07.02.2024 – ",
        "<span>07/02/2024, 08:15</span>",
        "Mai / <time>07/02/2024</time> ",
        "(07/02/2024) ",
    ],
)
def test_a_text_that_begins_with_its_day(start: str) -> None:
    article = read_article(f"{H1}<p>{start}{FIRST}</p><p>{SECOND}</p><p>{THIRD}</p>")
    assert (date_of(article)[0] or "")[:10] == "2024-02-07"


@pytest.mark.parametrize(
    "start", ["Sáng ngày 07/02/2024, ", "07/02/2024, ", "07/02/2024 là ngày mà ", "Từ 07/02/2024 – "]
)
def test_a_text_that_begins_with_some_day(start: str) -> None:
    article = read_article(f"{H1}<p>Lượt xem: 3</p><p>{start}{FIRST}</p><p>{SECOND}</p><p>{THIRD}</p>")
    assert article.published is None


def test_a_post_of_others_that_is_quoted_has_a_date_of_its_own() -> None:
    quoted = "<blockquote>Đăng bởi Chợ phiên ngày 30/01/2024</blockquote>"
    assert read_article(f"{H1}<p>Lượt xem: 3</p>{quoted}{PROSE}").published is None
    whole = read_article(f"<blockquote>{H1}<p>Đăng ngày 07/02/2024</p>{PROSE}<p>1</p><p>2</p><p>3</p></blockquote>")
    assert date_of(whole)[0] == "2024-02-07"


def test_a_line_of_links_with_its_date() -> None:
    links = ("7. Februar 2024", "Mai", "Chuyện làng nghề", "Chè Đồi Mây", "Hợp tác xã bản trên", "2")
    line = " ".join(f"<a href='/{number}'>{text}</a>" for number, text in enumerate(links))
    assert date_of(read_article(f"{H1}<div>{line}</div>{PROSE}"))[0] == "2024-02-07"


def test_a_label_in_the_cell_before_a_date_amid_the_text() -> None:
    box = "<dl><dt>Ngày đăng</dt><dd><time>07/02/2024</time></dd></dl>"
    main = f"{H1}<div><p>{FIRST}</p><p>{SECOND}</p><div><p>Chè</p><p>Mây</p><p>Bản</p>{box}</div><p>{THIRD}</p></div>"
    assert date_of(read_article(main))[0] == "2024-02-07"


def test_the_name_of_a_month_in_an_address() -> None:
    article = read_article(f"{H1}{PROSE}", url="https://htx.example.vn/2024/feb/7/xuong-che")
    assert date_of(article)[0] == "2024-02-07"


@pytest.mark.parametrize(
    "line", ["7 febbraio 202408:15 Notizie", "Postado em 07/02/2024 08:15 / atualizado em 08/02/2024"]
)
def test_lines_of_romance_languages(line: str) -> None:
    assert date_of(read_article(f"{H1}<div>{line}</div>{PROSE}"))[0] == "2024-02-07 08:15"


def test_a_change_that_stands_behind_a_name_is_no_publication() -> None:
    """Whatever else calls it so."""
    head = META.format("2023-11-30T09:00:00+07:00") + '<meta name="pubdate" content="2024-02-09">'
    article = read_article(f"{H1}<div>Lò Mai Cập nhật 09/02/2024 10:00</div>{PROSE}", head=head)
    assert date_of(article)[0] == "2023-11-30 09:00"
