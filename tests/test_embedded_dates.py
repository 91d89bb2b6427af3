"""A date amid other words is found, and only where it is the one date of its line."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.parsing.fields.byline import read_byline
from archiver.parsing.fields.embedded_date import list_dates, read_embedded_date

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
AT = datetime(2026, 1, 2, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "raw"),
    [
        ("27/04/2018 bởi Quản trị", "27/04/2018"),
        ("Hoàng Thị Lan 27/04/2018 16:03", "27/04/2018 16:03"),
        ("By Joan Miles on Friday, April 27, 2018 at 4:03 p.m. in Parks", "Friday, April 27, 2018 at 4:03 p.m."),
        ("Von Karl Moor am 27. April 2018 um 16:03 Uhr im Ressort Kultur", "27. April 2018 um 16:03 Uhr"),
        ("Tin ngày 27/04/2018 của xã", "27/04/2018"),
        ("发布时间：2018-04-27责任编辑：小林", "2018-04-27"),
        ("(Bài đăng 27/04/2018)", "27/04/2018"),
    ],
)
def test_the_date_with_its_time_and_nothing_else(text: str, raw: str) -> None:
    published = read_embedded_date(text, ZONE, AT)
    assert published is not None
    assert published.raw.removeprefix("ngày ") == raw
    assert published.at is not None
    assert published.at.astimezone(ZONE).date() == date(2018, 4, 27)


@pytest.mark.parametrize(
    "text",
    [
        "từ 27/04/2018 đến 30/04/2018",
        "từ 25/04 đến 27/04/2018",
        "26-27/04/2018",
        "phiên bản 1.27.04.2018.3",
        "không có ngày nào",
        "x" * 300 + " 27/04/2018",
    ],
)
def test_what_is_not_one_date(text: str) -> None:
    assert read_embedded_date(text, ZONE, AT) is None


def test_all_dates_of_a_line() -> None:
    found = list_dates("Tạo 27/04/2018 08:00, sửa 2 tháng 5 năm 2018, in 31/04/2018", ZONE, AT)
    assert [published.raw for published in found] == ["27/04/2018 08:00", "2 tháng 5 năm 2018"]


@pytest.mark.parametrize(
    ("text", "raw"),
    [
        ("Đăng ngày 27/04/2018 bởi Quản trị", "27/04/2018"),
        ("Posted on April 27, 2018 by Staff", "April 27, 2018"),
        ("Văn hóa / 27/04/2018", "27/04/2018"),
        ("Văn hóa // 27.04.2018", "27.04.2018"),
        ("27/04/2018 ¦ Ban biên tập ¦ Văn hóa", "27/04/2018"),
        ("27/04/2018 · 3 bình luận · 1.204 lượt xem · 56 lượt thích", "27/04/2018"),
        ("信息来源：县政府 发布日期：2018-04-27 责任编辑：小林", "2018-04-27"),
    ],
)
def test_info_lines_with_a_name_or_a_section(text: str, raw: str) -> None:
    published = read_byline(text, ZONE, AT).published
    assert published is not None
    assert (published.raw, published.at) == (raw, datetime(2018, 4, 26, 17, tzinfo=UTC))


@pytest.mark.parametrize(
    "text", ["Số 5 ban hành ngày 27/04/2018 của tỉnh", "Hạn nộp: 27/04/2018", "会议时间：2018-04-27 地点：三楼"]
)
def test_info_lines_with_the_date_of_something_else(text: str) -> None:
    assert read_byline(text, ZONE, AT).published is None


_NAMES = st.sampled_from(["Ban biên tập", "Admin", "Lê Thị Hoa", "Tin trong xã", "bởi Nam", "Joan Miles", "来源 本站"])
_FORMS = st.sampled_from(["{:%d/%m/%Y}", "{:%d-%m-%Y}", "{:%Y-%m-%d}", "{:%d.%m.%Y}", "{:%d/%m/%Y %H:%M}"])


_MOMENTS = st.integers(631152000, 1767100000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


@given(_MOMENTS, _FORMS, _NAMES, _NAMES)
def test_names_around_a_date_change_nothing(moment: datetime, form: str, before: str, behind: str) -> None:
    printed = form.format(moment)
    published = read_embedded_date(f"{before} {printed} {behind}", ZONE, AT)
    assert published is not None
    assert published.raw == printed
    assert published.at is not None
    assert published.at.astimezone(ZONE).date() == moment.date()


@given(st.text(max_size=80), st.sampled_from(["day", "month", "unknown"]))
def test_no_text_raises(text: str, order) -> None:
    published = read_embedded_date(text, ZONE, AT, order)
    assert published is None or published.raw in text or published.raw
    list_dates(text, ZONE, AT, order)
