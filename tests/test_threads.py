"""What readers say below an article is told by its number: as many elements of one shape as a line announces."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.model import Article, Capture
from archiver.parsing.page import read_page
from archiver.platforms.generic import GENERIC
from tests.real_portal import ZONE

TITLE = "Phường trồng thêm ba trăm cây xanh dọc bờ kênh"
TEXT = (
    "Sáng thứ bảy, đoàn viên và người dân sáu khu phố cùng trồng ba trăm cây xanh dọc hai bờ kênh của phường.",
    "Cây do một vườn ươm trong quận tặng, mỗi hộ dân sống cạnh bờ kênh nhận chăm sóc từ hai đến ba cây.",
)
NAMES = ("Thu Hà", "Ông Bảy", "Khách", "Lan", "Một người dân", "Minh", "Phương", "Dũng")
SAID = "Cây trồng rồi thì xin phường nhớ cho người tưới vào mùa khô, năm ngoái đã chết mất gần một nửa."
WAYS = {
    "divisions": "<div class='v'><b>{name}</b><div>{said}</div></div>",
    "articles": "<article><h5>{name}</h5><p>{said}</p></article>",
    "items": "<li><i>{name}</i><br>{said}</li>",
}


def _read(below: str) -> tuple[str, ...]:
    body = "".join(f"<p>{paragraph}</p>" for paragraph in TEXT)
    page = f"<title>{TITLE}</title><h1>{TITLE}</h1><p>06/04/2024</p><div class='n'>{body}</div>{below}"
    capture = Capture("https://phuong.example/tin/7", datetime(2024, 5, 1, tzinfo=UTC), 200, (), page.encode())
    article = read_page(capture, GENERIC, ZONE)
    assert isinstance(article, Article)
    return (*([article.lead] if article.lead else []), *article.paragraphs)


@pytest.mark.parametrize("way", WAYS)
@given(
    number=st.integers(min_value=2, max_value=len(NAMES)), words=st.sampled_from(["{} voices", "Có {} lượt góp lời"])
)
def test_so_many_voices_are_no_text(way: str, number: int, words: str) -> None:
    voices = "".join(WAYS[way].format(name=name, said=SAID) for name in NAMES[:number])
    assert _read(f"<div><div>{words.format(number)}</div><div>{voices}</div></div>") == TEXT


def test_another_number_says_nothing() -> None:
    steps = "".join(f"<div class='b'><b>Bước {number}.</b> {SAID}</div>" for number in (1, 2, 3))
    assert len(_read(f"<div class='n'><p>Chăm cây theo 5 việc</p>{steps}</div>")) > len(TEXT)


def test_points_behind_a_colon_are_text() -> None:
    points = "".join(f"<p>{number}. {SAID}</p>" for number in (1, 2))
    assert len(_read(f"<div class='n'><p>Phường nhắc 2 việc:</p>{points}</div>")) > len(TEXT)
