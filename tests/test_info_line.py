"""A byline gives the date of publication and the view count, whatever stands beside them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.model import Count, PublishedDate
from archiver.parsing.fields.byline import Byline, read_byline

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
CAPTURED = datetime(2026, 1, 2, 5, 0, 30, tzinfo=UTC)


def minute(raw, *local):
    """Return the date read from ``raw`` if it is the ``local`` minute in Hà Nội."""
    return PublishedDate(raw, datetime(*local, tzinfo=HANOI).astimezone(UTC), "minute")


def day(raw, *local):
    """Return the date read from ``raw`` if it is the ``local`` day in Hà Nội."""
    return PublishedDate(raw, datetime(*local, tzinfo=HANOI).astimezone(UTC), "day")


APRIL_27 = day("27/04/2018", 2018, 4, 27)


@pytest.mark.parametrize(
    ("text", "published", "views"),
    [
        (
            "Ngày đăng 27/04/2018 | 4:03 PM \u00a0|\u00a0View count: 853",
            minute("27/04/2018 | 4:03 PM", 2018, 4, 27, 16, 3),
            Count("853", 853),
        ),
        (
            "Ngày đăng 16/10/2015 | 12:00 AM  | View count: 1720",
            day("16/10/2015 | 12:00 AM", 2015, 10, 16),
            Count("1720", 1720),
        ),
        ("12/08/2016 | 10:59 AM", minute("12/08/2016 | 10:59 AM", 2016, 8, 12, 10, 59), None),
        ("", None, None),
        (" \n\t | ", None, None),
        (
            "Publish date 11/03/2022 | 02:23 PM | View count: N/A",
            minute("11/03/2022 | 02:23 PM", 2022, 3, 11, 14, 23),
            Count("N/A"),
        ),
        ("26/12/2020, 14:58:00 - Lượt xem: 9", minute("26/12/2020, 14:58:00", 2020, 12, 26, 14, 58), Count("9", 9)),
        (
            "Đăng ngày 27/4/2018 16h03' (853 lượt xem)",
            minute("27/4/2018 16h03'", 2018, 4, 27, 16, 3),
            Count("853", 853),
        ),
        (
            "Đã xem: 1.204 - Cập nhật lúc 16 giờ 03 phút ngày 27 tháng 4 năm 2018",
            minute("16 giờ 03 phút ngày 27 tháng 4 năm 2018", 2018, 4, 27, 16, 3),
            Count("1.204", 1204),
        ),
        ("View count: 1643 | Ngày đăng 13/05/2016", day("13/05/2016", 2016, 5, 13), Count("1643", 1643)),
        (
            "发表于 2014-08-24 21:30 | 1164次阅读 | 来源 CSDN | 0 条评论",
            minute("2014-08-24 21:30", 2014, 8, 24, 21, 30),
            Count("1164", 1164),
        ),
        ("27/04/2018 | 16:03 PM | 9 lượt xem", minute("27/04/2018 | 16:03 PM", 2018, 4, 27, 16, 3), Count("9", 9)),
        (
            "Thứ năm, 2/11/2023, 19:20 (GMT+7) | Lượt xem: 5",
            minute("Thứ năm, 2/11/2023, 19:20 (GMT+7)", 2023, 11, 2, 19, 20),
            Count("5", 5),
        ),
        # Authors, sources, sections and other counters beside.
        ("Tác giả: Nguyễn Văn A | 27/04/2018 | Lượt xem: 5", APRIL_27, Count("5", 5)),
        ("Nguyễn Văn A, 27/04/2018", APRIL_27, None),
        ("Nguyễn Đăng Khoa - 27/04/2018 - 16:03", minute("27/04/2018 - 16:03", 2018, 4, 27, 16, 3), None),
        ("Nguyễn Văn A (27/04/2018)", APRIL_27, None),
        ("27/04/2018 Tác giả: Nguyễn Văn A, Nguồn: Bản tin số 5", APRIL_27, None),
        ("27/04/2018 | Chuyên mục: Tin tức | Lượt xem: 4", APRIL_27, Count("4", 4)),
        ("27/04/2018 | Lượt xem: 5 | Lượt tải: 3 | 0 bình luận", APRIL_27, Count("5", 5)),
        ("27/04/2018 Lượt xem: 9 Bình luận: 3", APRIL_27, Count("9", 9)),
        ("Lượt tải về: 3 - 27/04/2018", APRIL_27, None),
        ("(30-lượt) 27/04/2018", APRIL_27, None),
        ("13 mins read | 27/04/2018", APRIL_27, None),
        ("Hôm nay: 4 | Hôm qua: 12 | Lượt xem: 5", None, Count("5", 5)),
        ("Một bài viết - 27/04/2018 (số lượt xem: 3)", APRIL_27, Count("3", 3)),
        (
            "Written by Super User on Friday, 27 April 2018 16:03 | Hits: 15",
            minute("Friday, 27 April 2018 16:03", 2018, 4, 27, 16, 3),
            Count("15", 15),
        ),
        # Two dates: that of publication, not of the last change or of the document.
        ("Ngày đăng: 27/04/2018 | Cập nhật: 28/04/2018 10:00", APRIL_27, None),
        ("Cập nhật: 28/04/2018 10:00 - Ngày đăng: 27/04/2018", APRIL_27, None),
        ("Ngày ban hành: 20/04/2018 | Ngày đăng: 27/04/2018", APRIL_27, None),
        ("Ngày ban hành: 20/04/2018 | Lượt xem: 5", None, Count("5", 5)),
        ("Ngày ban hành: | 20/04/2018", None, None),
        # Nothing printed, or nothing readable.
        ("Ngày đăng | View count: 5", None, Count("5", 5)),
        ("Ngày đăng", None, None),
        ("Ngày đăng N/A | View count: 5", PublishedDate("N/A"), Count("5", 5)),
        ("31/04/2018 | Lượt xem: --", PublishedDate("31/04/2018"), Count("--")),
        ("Ngày đăng: 04/13/2025 | 4:03 PM", PublishedDate("04/13/2025 | 4:03 PM"), None),
        ("1 tháng trước | 5 views", PublishedDate("1 tháng trước"), Count("5", 5)),
        ("(Ngày đăng: 27/04/2018)", APRIL_27, None),
        ("12308 lần xem | 0 bình luận", None, Count("12308", 12308)),
        ("Tác giả: Nguyễn Văn A | Lượt xem: 5", None, Count("5", 5)),
        ("Nguyễn Văn A | Lượt xem: 5", None, Count("5", 5)),
        ("浏览：33 总访问量：99999", None, Count("33", 33)),
    ],
)
def test_reads_date_and_views(text, published, views):
    assert read_byline(text, HANOI, CAPTURED) == Byline(published, views)


def test_relative_dates_keep_their_mark():
    line = read_byline("2 giờ trước - 1,2 nghìn lượt xem", HANOI, CAPTURED)
    expected = PublishedDate("2 giờ trước", datetime(2026, 1, 2, 3, 0, tzinfo=UTC), "minute", relative=True)
    assert line == Byline(expected, Count("1,2 nghìn", 1200))


def test_dateparser_forms_are_read_beside_other_text():
    line = read_byline("Nguyễn Văn A | 27 kwietnia 2018 | 5 views", HANOI, CAPTURED)
    assert line == Byline(day("27 kwietnia 2018", 2018, 4, 27), Count("5", 5))


DATES = ("{:%d/%m/%Y | %H:%M}", "{:%d-%m-%Y, %H:%M}", "Ngày đăng: {:%d/%m/%Y - %H:%M}", "Đăng lúc {:%Hh%M %d/%m/%Y}")
COUNTS = ("View count: {}", "Lượt xem : {}", "({} lượt xem)", "{} lượt xem", "Đã xem: {}")
BESIDE = st.lists(
    st.sampled_from(["Tác giả: Lê B", "5 bình luận", "Lượt tải: 7", "Nguồn: TTXVN"]), max_size=2, unique=True
)


@given(
    st.datetimes(datetime(1976, 1, 1), datetime(2025, 12, 31)),  # noqa: DTZ001 - local time, the zone is the site's
    st.integers(0, 10**9),
    st.sampled_from(DATES),
    st.sampled_from(COUNTS),
    BESIDE,
    st.randoms(use_true_random=False),
    st.sampled_from([" | ", " - ", "  |\u00a0", "; "]),
)
def test_date_and_count_are_found_in_any_order(local, number, date, count, beside, random, separator):
    pieces = [date.format(local), count.format(number), *beside]
    random.shuffle(pieces)
    line = read_byline(separator.join(pieces), HANOI, CAPTURED)
    assert line.published is not None
    assert line.published.at == local.replace(second=0, microsecond=0, tzinfo=HANOI).astimezone(UTC)
    assert line.views == Count(str(number), number)


SCRAPS = st.sampled_from(
    [
        "Lượt xem",
        "view count",
        ": ",
        " | ",
        " - ",
        "(",
        ")",
        "5",
        "1.204",
        "27/04/2018",
        "16:03",
        "N/A",
        "--",
        ", ",
        "\n",
        "Ngày đăng",
        "Cập nhật",
        "Ngày ban hành",
        "hôm qua",
        "Tác giả:",
    ]
)


@settings(deadline=None)
@given(st.one_of(st.text(max_size=300), st.lists(SCRAPS, max_size=40).map("".join)))
def test_no_text_raises_or_gives_a_date_out_of_bounds(text):
    line = read_byline(text, HANOI, CAPTURED)
    if line.published and line.published.at:
        assert datetime(1944, 12, 31, tzinfo=UTC) <= line.published.at <= datetime(2026, 1, 4, 5, 0, 30, tzinfo=UTC)
    if line.views and line.views.value is not None:
        assert line.views.value >= 0
