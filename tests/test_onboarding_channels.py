"""Which links of a page lead to the channels of a site: asked for a few at a time, the likeliest first."""

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.model import Capture
from archiver.onboarding.channels import MOST_CANDIDATES, MOST_TIMES, find_candidates
from archiver.onboarding.inquiry import Survey, UnreadableSiteError, explore
from archiver.onboarding.pages import PageLink
from archiver.onboarding.questions import InquiryReply
from archiver.platforms.generic import read_address

AT = datetime(2025, 3, 1, tzinfo=UTC)
SITE = "http://xa.example"
NAMES = ("Nuôi cá lồng", "Trồng sả", "Làm đường liên thôn", "Khám mắt cho người già", "Tập huấn ghép cành")
TEXT = "<p>Bà con hai thôn cùng góp công làm trong ba ngày, xã hỗ trợ vật tư và cán bộ kỹ thuật.</p>" * 4


def article(number: int) -> str:
    title = f"{NAMES[number]} ở thôn Hạ, việc làm của cả xã trong tháng hai"
    return f"<title>{title}</title><h1>{title}</h1><p class='ngay'>0{number + 1}/02/2025 08:15</p>{TEXT}"


def channel() -> str:
    rows = "".join(
        f"<li><a href='/viec-{number}.html'>{name} ở thôn Hạ, việc của cả xã</a> 0{number + 1}/02/2025</li>"
        for number, name in enumerate(NAMES)
    )
    return f"<title>Tin tức</title><h1>Tin tức</h1><ul>{rows}</ul>"


def look(home: str) -> tuple[Survey, list[str]]:
    """Explore a site from its home page; returns what is found and what was asked for until then."""
    pages: Mapping[str, str] = {
        "/": home,
        "/tin-that": channel(),
        **{f"/viec-{number}.html": article(number) for number in range(len(NAMES))},
    }
    asked: list[str] = []
    inquiry = explore(f"{SITE}/", 0)
    questions = next(inquiry)
    while True:
        answers = []
        for url in questions.urls:
            asked.append(url.removeprefix(SITE))
            body = f"<html lang='vi'><body>{pages.get(asked[-1], '')}</body></html>".encode()
            answers.append(InquiryReply(url, Capture(url, AT, 200 if asked[-1] in pages else 404, (), body)))
        try:
            questions = inquiry.send(answers)
        except StopIteration as end:
            return end.value, asked


def dead(count: int) -> str:
    return "".join(f"<a href='/tin-{number}'>Tin tức {number}</a> " for number in range(count))


@pytest.mark.parametrize("count", [0, MOST_CANDIDATES, 2 * MOST_CANDIDATES])
def test_a_channel_behind_dead_links_is_found(count: int) -> None:
    survey, asked = look(f"{dead(count)}<a href='/tin-that'>Tin tức</a>")
    assert survey.site.listings == (f"{SITE}/tin-that",)
    assert len([path for path in asked if path.startswith("/tin-")]) <= count + 2
    assert survey.looks


def test_nobody_asks_for_ever() -> None:
    with pytest.raises(UnreadableSiteError, match="no link on it leads to a listing"):
        look(f"{dead(MOST_TIMES * MOST_CANDIDATES)}<a href='/tin-that'>Tin tức</a>")


@given(st.lists(st.integers(min_value=0, max_value=40), max_size=60))
def test_each_link_is_asked_for_once(numbers: list[int]) -> None:
    links = [PageLink(f"{SITE}/tin-{number}", "Tin tức") for number in numbers]
    batches = find_candidates(f"{SITE}/", links, read_address)
    asked = [url for batch in batches for url in batch]
    assert len(asked) == len(set(asked)) == min(len(set(numbers)), MOST_TIMES * MOST_CANDIDATES)
    assert all(0 < len(batch) <= MOST_CANDIDATES for batch in batches)
