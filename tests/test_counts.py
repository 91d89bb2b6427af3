"""View counts are found by their label and read as whole numbers or not at all."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from archiver.model import Count
from archiver.parsing.fields.counts import LARGEST_COUNT, find_count, read_count, strip_count


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0),
        ("5", 5),
        ("38661", 38661),
        ("1.204", 1204),
        ("1,204", 1204),
        ("1 204", 1204),
        ("1\u00a0204", 1204),
        ("1\u2009204", 1204),
        ("1\u202f204", 1204),
        ("1'204", 1204),
        ("1’204", 1204),
        ("12.345.678", 12345678),
        ("1,2K", 1200),
        ("1.2k", 1200),
        ("1.25k", 1250),
        ("12K", 12000),
        ("3,4 nghìn", 3400),
        ("3 ngàn", 3000),
        ("1,5 triệu", 1_500_000),
        ("1,5tr", 1_500_000),
        ("1.2M", 1_200_000),
        ("1.2万", 12_000),
        ("1,2 тыс", 1200),
        ("1,2 тыс.", 1200),
        ("１２０４", 1204),
        ("１，２０４", 1204),
        ("๑๒๐๔", 1204),
        ("١٢٠٤", 1204),
        (" 853 ", 853),
        (unicodedata.normalize("NFD", "3,4 nghìn"), 3400),
        ("9223372036854775807", 2**63 - 1),
    ],
)
def test_reads_numbers(text, value):
    assert read_count(text) == value


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "N/A", "--", "—", "abc", "K", "lượt"),
        *("1.20", "1,2", "12.34.5", "1.2345", "1234.567", "1.204,567", "0.123", ".5", "5.", "1  20", "1 2"),
        *("-5", "−5", "+5", "5.000+", "5%", "0x10", "1e3", "½", "1_000"),
        *("1.204K", "1,234 triệu", "1.2 tỷ lẻ", "1.2X"),
        *("9223372036854775808", "9.223.372.036.854.775.808", "99999999999999999999M", "9" * 5000),
    ],
)
def test_anything_else_is_no_count(text):
    assert read_count(text) is None


@pytest.mark.parametrize(
    "text",
    [
        *("View count: 853", "VIEW COUNT: 853", "View count:853", "View count : 853", "View count 853"),
        *("Lượt xem: 853", "Lượt xem : 853", "LƯỢT XEM: 853", "Lượt xem：853", "Lượt xem (853)", "853 lượt xem"),
        *("(số lượt xem: 853)", "Số lượt xem 853", "Số lượng xem: 853", "Lượt đọc: 853", "Số lần đọc: 853"),
        *("Số lần xem: 853", "853 lần xem", "Đã xem: 853", "Đã xem 853 lần", "Lượt người xem: 853"),
        *(
            "浏览：853",
            "浏览次数: 853",
            "阅读： 853",
            "853次阅读",
            "阅读数( 853 ）",
            "人气： 853 次",
            "瀏覽 853",
            "点击数：853",
        ),
        *("访问量：853", "點閱：853", "просмотров: 853", "Просмотры: 853", "Прочитано 853 раз", "853 просмотра"),
        *("853 mal gelesen", "Aufrufe : 853", "Zugriffe: 853", "Views: 853", "853 views", "Post Views: 853"),
        *(
            "Hits: 853",
            "Read 853 times",
            "853 letture",
            "Visite: 853",
            "853 lecturas",
            "853 visitas",
            "Leído 853 veces",
        ),
        *("Dibaca 853 kali", "Dilihat: 853", "조회수 853", "เปิดอ่าน 853 ครั้ง", "จำนวนผู้เข้าชม 853", "853 visualizações"),
        *("Số người xem: 853", "Lượt xem bài viết: 853", "Đã được xem 853 lần".removeprefix("Đã "), "853 người đọc"),
        *("Vues : 853", "853 vues", "Lu 853 fois", "Visto 853 veces", "Gelesen: 853", "Dibaca: 853", "853 kali dibaca"),
        *("點閱次數：853", "瀏覽人次：853", "閲覧数：853"),
        *("Acessos: 853", "Okunma: 853", "مشاهدات: 853"),
        unicodedata.normalize("NFD", "Lượt xem: 853"),
        unicodedata.normalize("NFD", "853 LƯỢT XEM"),
        "Lượt&nbsp;xem:&nbsp;853",
    ],
)
def test_finds_the_number_of_every_label(text):
    assert find_count(text) == Count("853", 853)
    assert strip_count(text) == ""


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Lượt xem: 0 0 4 8 7", Count("00487", 487)),
        ("Views 1 2 3 4 Likes", Count("123", 123)),
        ("Lượt xem: 5 3 bình luận", Count("5", 5)),
        ("Lượt xem: 1 2 | 12/05/2021", Count("12", 12)),
        ("Bình luận 12 Lượt xem 340 Thích 5", Count("340", 340)),
        ("Comments 12 Views 340 Likes 3", Count("340", 340)),
        ("12 bình luận 340 lượt xem 5 thích", Count("340", 340)),
        ("Lượt xem: 1.204", Count("1.204", 1204)),
        ("1 204 lượt xem", Count("1 204", 1204)),
        ("1,2K lượt xem", Count("1,2K", 1200)),
        ("3,4 nghìn lượt xem", Count("3,4 nghìn", 3400)),
        ("Lượt xem: １２０４", Count("１２０４", 1204)),
        ("1.2万次阅读", Count("1.2万", 12000)),
        ("Dibaca 12.768 kali", Count("12.768", 12768)),
        ("Lượt xem: 38661 123", Count("38661", 38661)),
        # What is there and no number.
        ("View count: N/A", Count("N/A")),
        ("View count N/A", Count("N/A")),
        ("Lượt xem: --", Count("--")),
        ("Lượt xem: đang cập nhật | 27/04/2018", Count("đang cập nhật")),
        ("Lượt xem: 12.34.5", Count("12.34.5")),
        ("Lượt xem: -5", Count("-5")),
        ("Lượt xem: 5%", Count("5%")),
        ("-5 lượt xem", Count("-5")),
        ("Lượt xem: 5.000+", Count("5.000+")),
        ("Lượt xem: 9223372036854775808", Count("9223372036854775808")),
        # A label with nothing behind it, whatever comes next.
        ("View count:", Count("")),
        ("Số lượt xem", Count("")),
        ("Lượt xem: | 27/04/2018", Count("")),
        ("Lượt xem: 27/04/2018", Count("")),
        ("Lượt xem: 16:03", Count("")),
        ("Lượt xem: Ngày đăng 27/04/2018", Count("")),
        ("Lượt xem: Bình luận: 3", Count("")),
        ("27/04/2018 lượt xem", Count("")),
        ("27 tháng 4 năm 2018 lượt xem", Count("")),
        ("27/04/2018 16:03 lượt xem", Count("")),
        # Which of two numbers.
        ("27/04/2018 853 lượt xem", Count("853", 853)),
        ("16h30 853 lượt xem", Count("853", 853)),
        ("27 04 2018 Lượt xem 9 Bình luận 3", Count("9", 9)),
        ("853 lượt xem 5 bình luận", Count("853", 853)),
        ("853 lượt xem 27/04/2018", Count("853", 853)),
        ("853 lượt xem - 5 bình luận", Count("853", 853)),
        ("2018 Lượt xem: 9", Count("9", 9)),
        ("Lượt truy cập: 5 | Lượt xem: 7", Count("7", 7)),
        ("Lượt xem: 7 | Lượt truy cập: 5", Count("7", 7)),
        ("Đang xem: 5 | Đã xem: 7", Count("7", 7)),
        ("浏览：33 总访问量：99999", Count("33", 33)),
        ("Bình luận: 3 | View count: N/A | Lượt xem: 8", Count("8", 8)),
    ],
)
def test_takes_the_number_that_belongs_to_the_label(text, count):
    assert find_count(text) == count


@pytest.mark.parametrize(
    "text",
    [
        *("", "853", "27/04/2018 | 4:03 PM", "Lượt truy cập: 5", "Tổng lượt truy cập: 5", "Tổng truy cập: 5"),
        *(
            "Số lượt truy cập: 5",
            "Đang truy cập: 5",
            "Đang online: 5",
            "Khách: 5",
            "Hôm nay: 5",
            "Hôm qua: 5",
            "Tuần này: 5",
        ),
        *("Tháng này: 5", "Số lượt tải về: 5", "5 lượt tải", "(30-lượt)", "Bình luận: 5", "Tin xem nhiều", "Đọc nhiều"),
        *(
            "Xem",
            "Xem chi tiết",
            "Xem tiếp 5",
            "编辑次数：5",
            "评论：5",
            "回應 5",
            "13 mins",
            "0 comments",
            "阅读全文",
            "浏览器",
        ),
        *("总访问量：5", "Reviews: 5", "5 interviews", "Read more", "Read 5 more articles", "Our views on reform"),
    ],
)
def test_other_counters_give_no_count(text):
    assert find_count(text) is None
    assert strip_count(text) == text


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("Ngày đăng 27/04/2018 | 4:03 PM  | View count: 853", "Ngày đăng 27/04/2018 | 4:03 PM"),
        ("View count: 1643 | Ngày đăng 13/05/2016", "Ngày đăng 13/05/2016"),
        ("26/12/2020, 14:58:00 - Lượt xem: 9", "26/12/2020, 14:58:00"),
        ("Đăng ngày 27/4/2018 16h03' (853 lượt xem)", "Đăng ngày 27/4/2018 16h03'"),
        ("(27/04/2018 | 5 lượt xem)", "(27/04/2018)"),
        ("27/04/2018 | Lượt xem: 5 | 16:03", "27/04/2018 | 16:03"),
        ("18:37Lượt xem: 15053", "18:37"),
        ("Lượt xem: 9 lượt tải: 3", "lượt tải: 3"),
        ("Đã xem 5 lần, 27/04/2018", "27/04/2018"),
        ("Lượt xem: N/A | 27/04/2018", "27/04/2018"),
        ("Lượt xem: 27/04/2018", "27/04/2018"),
        ("  27/04/2018  |\t16:03 ", "27/04/2018 | 16:03"),
    ],
)
def test_what_remains_without_the_count(text, rest):
    assert strip_count(text) == rest


def test_a_number_cut_by_the_longest_line_is_not_half_read():
    padding = "x" * (300 - len("Lượt xem: 12"))
    assert find_count(f"{padding[:-1]} Lượt xem: 123456") == Count("")


SEPARATORS = st.sampled_from(["", ".", ",", " ", "\u00a0", "\u2009", "\u202f", "'", "’"])
NUMBERS = st.integers(0, LARGEST_COUNT)
TEMPLATES = st.sampled_from(
    [
        "View count: {}",
        "Lượt xem : {}",
        "{} lượt xem",
        "(số lượt xem: {})",
        "27/04/2018 | {} views",
        "浏览次数: {}",
        "{}次阅读",
    ]
)


def printed(number, separator):
    """Print ``number`` in groups of three."""
    return f"{number:,}".replace(",", separator)


@given(NUMBERS, SEPARATORS)
def test_every_number_reads_back_however_it_is_grouped(number, separator):
    assert read_count(printed(number, separator)) == number


@given(NUMBERS, SEPARATORS, TEMPLATES)
@example(1_000_000, "\u00a0", "{} lượt xem")
def test_every_number_is_found_beside_its_label(number, separator, template):
    count = find_count(template.format(printed(number, separator)))
    assert count is not None
    assert count.value == number


@given(st.integers(LARGEST_COUNT + 1, 10**40), SEPARATORS)
def test_no_number_is_larger_than_sqlite_can_hold(number, separator):
    assert read_count(printed(number, separator)) is None


SCRAPS = st.sampled_from(
    [
        "Lượt xem",
        "lượt xem",
        "view count",
        "views",
        "阅读",
        "次",
        "read",
        "times",
        " : ",
        ":",
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
        "K",
        "-",
        "giờ",
        "x",
        " ",
    ]
)


@given(st.one_of(st.text(max_size=60), st.lists(SCRAPS, max_size=10).map("".join)))
def test_no_text_raises_or_gives_an_impossible_count(text):
    count = find_count(text)
    assert count is None or count.value is None or 0 <= count.value <= LARGEST_COUNT
    if count is None:
        assert strip_count(text) == " ".join(strip_count(text).split())
    value = read_count(text)
    assert value is None or 0 <= value <= LARGEST_COUNT
