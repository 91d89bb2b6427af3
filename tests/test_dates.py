"""Printed dates are read day first, strictly, into UTC; what is unclear stays text."""

import subprocess
import sys
import unicodedata
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from archiver.model import PublishedDate
from archiver.parsing.fields.dates import is_date_part, may_have_date, read_date

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
CAPTURED = datetime(2026, 1, 2, 5, 0, 30, tzinfo=UTC)  # 12:00:30 in Hà Nội


def in_hanoi(text, captured=CAPTURED):
    """Read ``text`` and return what was read as (local time, precision, relative)."""
    published = read_date(text, HANOI, captured)
    assert published is not None
    local = published.at.astimezone(HANOI).strftime("%Y-%m-%d %H:%M") if published.at else None
    return local, published.precision, published.relative


@pytest.mark.parametrize(
    "text",
    [
        "27/04/2018 | 4:03 PM",
        "27/04/2018 | 04:03 PM",
        "27/04/2018 | 16:03 PM",
        "27/04/2018 | 16:03",
        "27/04/2018 - 16:03",
        "27/04/2018, 16:03",
        "27/04/2018 16:03",
        "27/04/2018, 16:03:59",
        "27/04/2018 4:03 p.m.",
        "27-04-2018 16:03",
        "27 04 2018 16:03",
        "27/4/18 16:03",
        "16:03 27/04/2018",
        "16:03 27 04 2018",
        "16:03 | 27/04/2018",
        "16:03, 27/04/2018",
        "16:03-27/04/2018",
        "16h03 27/04/2018",
        "16h03' ngày 27/04/2018",
        "16h03’, 27/04/2018",
        "16g03 27/04/2018",
        "16 giờ 03 phút, ngày 27 tháng 4 năm 2018",
        "16 giờ 3 phút ngày 27/4/2018",
        "4 giờ 03 phút chiều, 27/04/2018",
        "27/04/2018 4:03 CH",
        "Thứ 6, 27/04/2018 | 16:03",
        "Thứ sáu, 27/4/2018, 16:03 (GMT+7)",
        "Th.sáu, 27/04/2018, 16:03",
        "thứ sáu, 27 04 2018 16:03",
        "Thứ sáu, 27 Tháng 4 2018 16:03",
        "T6, 27/04/2018 16:03",
        "16:03 | 27/04/2018 GMT+7",
        "18:03 | 27/04/2018 GMT+9",
        "16:03 +0700 27/04/2018",
        "(27.04.2018 16:03)",
        "27.04.2018 16.03",
        "27/04/2018 09:03 UTC",
        "2018-04-27 16:03",
        "2018-04-27T09:03:55.906Z",
        "2018-04-27T16:03:00+07:00",
        "2018-04-27T09:03:00-00:00",
        "27 Apr 2018 16:03",
        "April 27, 2018 4:03 PM",
        "Friday, April 27th, 2018. 4:03 pm CST",
        "27 апреля 2018 г. в 16:03",
        "2018年4月27日 16:03",
        "2018年4月27日 下午4:03",
        "2018년 4월 27일 오후 4:03",
        "27 เม.ย. 2561 16:03 น.",
        "２７／０４／２０１８　１６：０３",
        "27/04/2018\u00a0|\u00a04:03\u200b PM",
        "27/04/2018&nbsp;|&nbsp;4:03 PM",
        "27/04/2018\n\t 16:03",
        unicodedata.normalize("NFD", "16 giờ 03 phút, ngày 27 tháng tư năm 2018"),
        "16 GIỜ 03 PHÚT, NGÀY 27 THÁNG 4 NĂM 2018",
        "27 avril 2018 à 16:03",
    ],
)
def test_all_forms_of_one_minute_read_alike(text):
    assert in_hanoi(text) == ("2018-04-27 16:03", "minute", False)


@pytest.mark.parametrize(
    "text",
    [
        "27-04-2018",
        "27.04.2018",
        "27 04 2018",
        "27/4/2018",
        "27/04/18",
        "2018-04-27",
        "ngày 27 tháng 4 năm 2018",
        "27 tháng 4, 2018",
        "27 tháng 4/2018",
        "27 Tháng Tư 2018",
        "Tháng Tư 27, 2018",
        "27 Th4, 2018",
        "Hà Nội, ngày 27 tháng 4 năm 2018",
        "TP. Hồ Chí Minh, ngày 27/4/2018",
        "T6, 27/04/2018",
        "Thứ sáu ngày 27/04/2018",
        "27. Apr. 2018",
        "27 de abril de 2018",
        "27 aprile 2018",
        "27 April 2018",
        "2018년 4월 27일",
        "2018. 4. 27.",
        "๒๗ เมษายน ๒๕๖๑",
        "๒๗/๐๔/๒๕๖๑",
        "27 เม.ย. 61",
        "27 เมษายน พ.ศ. 2561",
        "27 kwietnia 2018",
        # Three ways portals print that no time was given.
        "27/04/2018 | 12:00 AM",
        "27/04/2018 12:00 SA",
        "24:00 27/04/2018",
        "27/04/2018 | 24:00 PM",
    ],
)
def test_all_forms_of_one_day_read_alike(text):
    assert in_hanoi(text) == ("2018-04-27 00:00", "day", False)


@pytest.mark.parametrize(
    ("text", "local"),
    [
        ("26/12/2020, 14:58:00", "2020-12-26 14:58"),
        ("Thứ 5, 18/06/2020 | 16:10", "2020-06-18 16:10"),
        ("Thứ năm, 2/11/2023, 19:20 (GMT+7)", "2023-11-02 19:20"),
        ("Thứ ba, 25 Tháng 1 2022 16:22", "2022-01-25 16:22"),
        ("thứ năm, 08 08 2019 08:51", "2019-08-08 08:51"),
        ("Th.ba, 12/11/2019, 18:37", "2019-11-12 18:37"),
        ("Chủ nhật, 07/07/2024 | 09:45", "2024-07-07 09:45"),
        ("CN, 07/07/2024 09:45", "2024-07-07 09:45"),
        ("19:58 | 07/09/2021 GMT+7", "2021-09-07 19:58"),
        ("(05.08.2019 16:32)", "2019-08-05 16:32"),
        ("2019-05-14T10:03:55.906Z", "2019-05-14 17:03"),
        ("2014-08-24 21:30", "2014-08-24 21:30"),
        ("2019年10月31日 23:00", "2019-10-31 23:00"),
        ("Thursday, April 21, 2022. 10:11 pm CST", "2022-04-21 22:11"),
        ("16h 27/4/2018", "2018-04-27 16:00"),
        ("9h sáng 27/4/2018", "2018-04-27 09:00"),
        ("10h trưa 27/4/2018", "2018-04-27 10:00"),
        ("1h trưa 27/4/2018", "2018-04-27 13:00"),
        ("7h tối 27/4/2018", "2018-04-27 19:00"),
        ("11h đêm 27/4/2018", "2018-04-27 23:00"),
        ("2h đêm 27/4/2018", "2018-04-27 02:00"),
        ("27/4/2018 12:05 SA", "2018-04-27 00:05"),
        ("27/4/2018 12:05 AM", "2018-04-27 00:05"),
        ("27/4/2018 12:00 PM", "2018-04-27 12:00"),
        ("27/4/2018 12:30 PM", "2018-04-27 12:30"),
        ("27/4/2018 00:00", "2018-04-27 00:00"),  # a 24-hour midnight is a time
        ("10/07/2013 | 1:00 PM", "2013-07-10 13:00"),  # 10 July
    ],
)
def test_reads_minutes(text, local):
    assert in_hanoi(text) == (local, "minute", False)


@pytest.mark.parametrize(
    ("text", "local"),
    [
        ("18/06/20", "2020-06-18 00:00"),
        ("10/07/2013", "2013-07-10 00:00"),
        ("02 Ago 2017", "2017-08-02 00:00"),
        ("21. Jan. 2015", "2015-01-21 00:00"),
        ("23 Nov 2017", "2017-11-23 00:00"),
        ("27 tháng năm năm 2018", "2018-05-27 00:00"),
        ("27 tháng năm 2018", "2018-05-27 00:00"),
        ("27 tháng mười 2018", "2018-10-27 00:00"),
        ("27 tháng mười hai năm 2018", "2018-12-27 00:00"),
        ("12h đêm 27/4/2018", "2018-04-27 00:00"),  # either end of the day
        ("29/02/2020", "2020-02-29 00:00"),
    ],
)
def test_reads_days(text, local):
    assert in_hanoi(text) == (local, "day", False)


@pytest.mark.parametrize(
    ("text", "local", "precision"),
    [
        ("vừa xong", "2026-01-02 12:00", "minute"),
        ("5 phút trước", "2026-01-02 11:55", "minute"),
        ("2 giờ trước", "2026-01-02 10:00", "minute"),
        ("24 giờ trước", "2026-01-01 12:00", "minute"),
        ("một giờ trước", "2026-01-02 11:00", "minute"),
        ("cách đây 2 giờ", "2026-01-02 10:00", "minute"),
        ("1 ngày 2 giờ trước", "2026-01-01 10:00", "minute"),
        ("3 ngày trước", "2025-12-30 00:00", "day"),
        ("2 tuần trước", "2025-12-19 00:00", "day"),
        ("hôm nay, 10:03", "2026-01-02 10:03", "minute"),
        ("16:03 hôm qua", "2026-01-01 16:03", "minute"),
        ("Hôm qua lúc 4h chiều", "2026-01-01 16:00", "minute"),
        ("hôm kia", "2025-12-31 00:00", "day"),
        ("2 hours ago", "2026-01-02 10:00", "minute"),
        ("an hour ago", "2026-01-02 11:00", "minute"),
        ("yesterday", "2026-01-01 00:00", "day"),
        ("сегодня в 05:46", "2026-01-02 05:46", "minute"),
        ("3小时前", "2026-01-02 09:00", "minute"),
        ("Đăng lúc: 5 phút trước", "2026-01-02 11:55", "minute"),
    ],
)
def test_relative_dates_are_measured_from_the_capture(text, local, precision):
    assert in_hanoi(text) == (local, precision, True)


def test_today_is_the_day_of_the_site_at_the_capture():
    just_after_midnight = datetime(2026, 1, 1, 17, 30, tzinfo=UTC)
    assert in_hanoi("hôm nay", just_after_midnight) == ("2026-01-02 00:00", "day", True)


@pytest.mark.parametrize(
    "text", ["", " ", "\u00a0\u200b", "|", "--", " - | ", "( )", "()", "Ngày đăng", "Ngày đăng:", "Cập nhật lúc: |"]
)
def test_nothing_printed_is_none(text):
    assert read_date(text, HANOI, CAPTURED) is None


@pytest.mark.parametrize(
    "text", ["Ngày ban hành: 27/04/2018", "NGÀY HIỆU LỰC 27/04/2018", "Ngày có hiệu lực: 27/04/2018"]
)
def test_dates_of_documents_are_no_publication(text):
    assert read_date(text, HANOI, CAPTURED) is None


@pytest.mark.parametrize(
    "text",
    [
        "N/A",
        "31/04/2018",
        "29/02/2019",
        "13/13/2018",
        "04/13/2025",
        "04/13/2025 | 4:03 PM",
        "32/01/2020",
        "00/00/0000",
        "31/12/9999",
        "31/12/9999 | 12:00 AM",
        "01/01/1900",
        "31/12/1944",
        "05/01/2026",
        "5/1/26 08:00",
        "0/5/2018",
        "25:00 27/04/2018",
        "16:75 27/04/2018",
        "16:03:60 27/04/2018",
        "27/04/2018 | 25:00 PM",
        "27/04/2018 16:03 AM",
        "27/04/2018 00:15 PM",
        "27/04/2018 24:15",
        "27/04/2018 16:03 GMT+25",
        "27/04/2018 - 28/04/2018",
        "26-27/04/2018",
        "27/04/2018 số 5",
        "27/04/201",
        "1/2/3/2020",
        "27/04",
        "2561-04-27",
        "27 เม.ย. 20",
        # What dateparser turns into dates when it is left to guess.
        "T2",
        "1",
        "2025",
        "may",
        "mon",
        "10:15",
        "12/2025",
        "27 mon 2018",
        "5 phút 2018",
        "Bài 27 của 2018",
        "2 tháng trước",
        "trước",
        "99999 ngày trước",
        "9999 tuần trước",
        "Hôm nay: 4",
        "abc",
        "x" * 5000,
        "9" * 5000,
    ],
)
def test_unreadable_stays_text(text):
    published = read_date(text, HANOI, CAPTURED)
    assert published is not None
    assert text.startswith(published.raw)
    assert (published.at, published.precision, published.relative) == (None, None, False)


@pytest.mark.parametrize(
    "label",
    [
        "Ngày đăng ",
        "Ngày đăng: ",
        "Ngày đăng : ",
        "NGÀY ĐĂNG: ",
        unicodedata.normalize("NFD", "Ngày đăng: "),
        "Ngày đăng",
        "Đăng ngày ",
        "Đăng ngày: ",
        "Đăng lúc: ",
        "Đã đăng lúc ",
        "Publish date ",
        "Publish date: ",
        "Cập nhật ",
        "Cập nhật: ",
        "Cập nhật lúc ",
        "Cập nhật lúc：",
        "Ngày cập nhật: ",
        "Cập nhật lần cuối: ",
        "Ngày: ",
        "Thời gian: ",
        "Thời gian đăng: ",
        "Posted ",
        "Posted on ",
        "Posted by admin on ",
        "Published: ",
        "Ngày xuất bản: ",
        "Ngày tạo: ",
        "Ngày viết: ",
        "Date: ",
        "发表于 ",
        "发布时间：",
        "Опубликовано: ",
        " | Ngày đăng: ",
        "Ngày đăng: Cập nhật lúc ",
    ],
)
def test_labels_are_not_part_of_the_date(label):
    expected = PublishedDate("27/04/2018 | 4:03 PM", datetime(2018, 4, 27, 9, 3, tzinfo=UTC), "minute")
    assert read_date(label + "27/04/2018 | 4:03 PM", HANOI, CAPTURED) == expected


@pytest.mark.parametrize(
    ("text", "raw"),
    [
        ("Ngày đăng   27/04/2018 \u00a0|  4:03\tPM |", "27/04/2018 | 4:03 PM"),
        ("Cập nhật lúc: 18:00 |22/05/2022", "18:00 |22/05/2022"),
        ("Publish date N/A", "N/A"),
        ("Thứ năm, 2/11/2023, 19:20 (GMT+7)", "Thứ năm, 2/11/2023, 19:20 (GMT+7)"),
        ("Đăng ngày 27/4/2018 16h03'", "27/4/2018 16h03'"),
        (unicodedata.normalize("NFD", "Chủ nhật, 07/07/2024"), "Chủ nhật, 07/07/2024"),
    ],
)
def test_raw_is_what_is_printed(text, raw):
    published = read_date(text, HANOI, CAPTURED)
    assert published is not None
    assert published.raw == raw


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("27/04/2018 16:03 EST", datetime(2018, 4, 27, 21, 3, tzinfo=UTC)),
        ("April 27, 2018 4:03 PM PDT", datetime(2018, 4, 27, 23, 3, tzinfo=UTC)),
        ("April 27, 2018 at 4:03 p.m. ET", datetime(2018, 4, 27, 20, 3, tzinfo=UTC)),
        ("27 Apr 2018 16:03 MYT", datetime(2018, 4, 27, 8, 3, tzinfo=UTC)),
        ("27/04/2018, 16:03 WIB", datetime(2018, 4, 27, 9, 3, tzinfo=UTC)),
        ("27.04.2018 16:03 CEST", datetime(2018, 4, 27, 14, 3, tzinfo=UTC)),
        # Three zones are called so, and two: the site's own is meant.
        ("27/04/2018 16:03 CST", datetime(2018, 4, 27, 9, 3, tzinfo=UTC)),
        ("27/04/2018 16:03 IST", datetime(2018, 4, 27, 9, 3, tzinfo=UTC)),
    ],
)
def test_a_printed_zone_is_the_one_that_counts(text, moment):
    published = read_date(text, HANOI, CAPTURED)
    assert published is not None
    assert (published.raw, published.at, published.precision) == (text, moment, "minute")


@pytest.mark.parametrize(
    ("text", "local"),
    [
        ("民國107年4月27日", "2018-04-27 00:00"),
        ("中華民國 107 年 4 月 27 日", "2018-04-27 00:00"),
        ("民國107/04/27", "2018-04-27 00:00"),
        ("107年4月27日", "2018-04-27 00:00"),
        ("107-04-27", "2018-04-27 00:00"),
        ("民國98年12月1日", "2009-12-01 00:00"),
        ("27-Apr-18", "2018-04-27 00:00"),
        ("27 Apr '18", "2018-04-27 00:00"),
        ("27. dubna 2018", "2018-04-27 00:00"),
        ("27 kwietnia 2018", "2018-04-27 00:00"),
        ("27 Nisan 2018", "2018-04-27 00:00"),
    ],
)
def test_years_of_the_republic_and_short_ones(text, local):
    assert in_hanoi(text) == (local, "day", False)


@pytest.mark.parametrize(
    ("text", "order", "local"),
    [
        ("03/04/2018", "day", "2018-04-03"),
        ("03/04/2018", "month", "2018-03-04"),
        ("03-04-18", "month", "2018-03-04"),
        ("03/04/2018", "unknown", None),
        ("03/03/2018", "unknown", "2018-03-03"),
        # A number above 12 says itself what it is, and a point is never put behind a month.
        ("27/04/2018", "month", "2018-04-27"),
        ("04/27/2018", "month", "2018-04-27"),
        ("04/27/2018", "unknown", "2018-04-27"),
        ("03.04.2018", "month", "2018-04-03"),
        ("03.04.2018", "unknown", "2018-04-03"),
        ("2018-03-04", "month", "2018-03-04"),
    ],
)
def test_day_or_month_first(text, order, local):
    published = read_date(text, HANOI, CAPTURED, order)
    assert published is not None
    assert (published.at and published.at.astimezone(HANOI).strftime("%Y-%m-%d")) == local


def test_the_capture_bounds_the_future():
    limit = CAPTURED + timedelta(hours=48)
    assert in_hanoi(f"{limit.astimezone(HANOI):%d/%m/%Y %H:%M}")[0] == "2026-01-04 12:00"
    assert in_hanoi(f"{limit.astimezone(HANOI) + timedelta(minutes=1):%d/%m/%Y %H:%M}")[0] is None


def test_the_zone_knows_summer_time():
    berlin = ZoneInfo("Europe/Berlin")
    summer, winter = (read_date(text, berlin, CAPTURED) for text in ("27.07.2018 16:03", "27.01.2018 16:03"))
    assert summer is not None
    assert winter is not None
    assert (summer.at, winter.at) == (
        datetime(2018, 7, 27, 14, 3, tzinfo=UTC),
        datetime(2018, 1, 27, 15, 3, tzinfo=UTC),
    )


def test_dateparser_is_not_loaded_for_known_forms():
    program = (
        "import sys; from datetime import *; from archiver.parsing.fields.dates import read_date\n"
        "for text in ('27/04/2018 | 4:03 PM', 'thứ năm, 08 08 2019 08:51', 'hôm qua', 'N/A', '31/04/2018', '2025'):\n"
        "    read_date(text, UTC, datetime.now(UTC))\n"
        "sys.exit('dateparser' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


MINUTE_FORMS = (
    lambda t: f"{t:%d/%m/%Y} | {t.hour % 12 or 12}:{t:%M} {'AM' if t.hour < 12 else 'PM'}",
    lambda t: f"Ngày đăng {t:%d/%m/%Y | %I:%M} {'AM' if t.hour < 12 else 'PM'}",
    lambda t: f"{t:%d/%m/%Y - %H:%M}",
    lambda t: f"{t:%d-%m-%Y %H:%M:%S}",
    lambda t: f"{t:%d %m %Y %H:%M}",
    lambda t: f"{t:%H:%M | %d/%m/%Y}",
    lambda t: f"{t:%Hh%M %d.%m.%Y}",
    lambda t: f"{t.hour} giờ {t:%M} phút, ngày {t.day} tháng {t.month} năm {t.year}",
    lambda t: f"Thứ {2 + t.weekday() % 6}, {t.day}/{t.month}/{t.year} | {t:%H:%M}",
    lambda t: f"{t:%Y-%m-%dT%H:%M:%S}+07:00",
    lambda t: f"{t:%Y}年{t.month}月{t.day}日 {t:%H:%M}",
    lambda t: f"{t.hour % 12 or 12}:{t:%M} {'SA' if t.hour < 12 else 'CH'} {t:%d/%m/%Y}",
    lambda t: f"{t:%d %b %Y %H:%M}",
    lambda t: f"{t:%A, %B %d, %Y %I:%M %p}",
)
# The zone had other offsets than +07:00 before 1975-06-13.
LOCAL_MINUTES = st.datetimes(
    datetime(1976, 1, 1),  # noqa: DTZ001 - local time, the zone is the site's
    datetime(2025, 12, 31),  # noqa: DTZ001
).map(lambda local: local.replace(second=0, microsecond=0))


@given(LOCAL_MINUTES, st.sampled_from(MINUTE_FORMS))
def test_every_minute_reads_back_in_every_form(local, form):
    published = read_date(form(local), HANOI, CAPTURED)
    assert published is not None
    assert published.at == local.replace(tzinfo=HANOI).astimezone(UTC)
    assert published.precision == "minute" or (local.hour, local.minute) == (0, 0)


DAY_FORMS = (
    "{t:%d/%m/%Y}",
    "{t.day}.{t.month}.{t.year}",
    "{t:%Y-%m-%d}",
    "ngày {t.day} tháng {t.month} năm {t.year}",
    "{t:%d %B %Y}",
)


@given(st.dates(date(1945, 1, 1), date(2025, 12, 31)), st.sampled_from(DAY_FORMS))
def test_every_day_reads_back_in_every_form(day, form):
    published = read_date(form.format(t=day), HANOI, CAPTURED)
    assert published is not None
    assert published.precision == "day"
    assert published.at == datetime(day.year, day.month, day.day, tzinfo=HANOI).astimezone(UTC)


SCRAPS = st.sampled_from(
    [
        "0",
        "1",
        "7",
        "12",
        "27",
        "31",
        "99",
        "04",
        "2018",
        "2561",
        "9999",
        "/",
        "-",
        ".",
        ":",
        "|",
        ",",
        "(",
        ")",
        "h",
        "'",
        "giờ",
        "phút",
        "ngày",
        "tháng",
        "năm",
        "trước",
        "tuần",
        "AM",
        "PM",
        "SA",
        "CH",
        "GMT+7",
        "Z",
        "T",
        "thứ",
        "sáu",
        "hôm qua",
        "ago",
        "hour",
        "yesterday",
        "avril",
        "may",
        "mon",
        "เมษายน",
        "年",
        "月",
        "日",
        "Ngày đăng:",
        "N/A",
    ]
)
SCRAP_TEXTS = st.lists(st.one_of(SCRAPS, st.just(" ")), max_size=12).map("".join)


@settings(deadline=None)  # the first text that reaches dateparser also loads it
@given(st.one_of(st.text(max_size=70), SCRAP_TEXTS), st.sampled_from([HANOI, UTC, ZoneInfo("America/New_York")]))
@example("27 may 2018 |", HANOI)
@example("\x00/İ/ß", HANOI)
@example("²⁷/⁰⁴/²⁰¹⁸", HANOI)
def test_no_text_raises_or_gives_a_date_out_of_bounds(text, zone):
    published = read_date(text, zone, CAPTURED)
    if published is None or published.at is None:
        return
    assert may_have_date(text)
    assert published.raw
    assert published.precision in {"day", "minute"}
    assert published.at.utcoffset() == timedelta()
    assert datetime(1944, 12, 31, tzinfo=UTC) <= published.at <= CAPTURED + timedelta(hours=48)
    assert (published.at.second, published.at.microsecond) == (0, 0)


def test_a_month_first_between_dots() -> None:
    """What can be read in one way only."""
    published = read_date("02.27.2020 07:00 AM", ZoneInfo("UTC"), datetime(2026, 1, 2, tzinfo=UTC))
    assert published is not None
    assert published.at == datetime(2020, 2, 27, 7, tzinfo=UTC)


@given(st.one_of(st.text(max_size=70), SCRAP_TEXTS))
def test_what_is_a_part_of_a_date_is_seen_at_a_glance(text):
    assert may_have_date(text) or not is_date_part(text)


@pytest.mark.parametrize("text", ["12 ý kiến", "Top 10 trường", "204 lượt xem", "Khối 12A4", "Mục 3."])
def test_most_numbers_are_no_date_at_a_glance(text):
    assert not may_have_date(text)
