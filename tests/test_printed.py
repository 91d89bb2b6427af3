"""When a listing's entry is a sign of an edit: what it prints held against what it printed before."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.archive.runs.known_articles import KnownArticle
from archiver.crawl.planning.printed import Printed, read_printed, shows_change
from archiver.model import Listing, ListingEntry, PublishedDate

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
TITLE = "Hội nghị tổng kết công tác Đảng năm 2025: nhiều kết quả nổi bật"
DAY = date(2026, 2, 20)
words = st.lists(st.text("abcđeghơuáỳ", min_size=1, max_size=6), min_size=2, max_size=12).map(" ".join)


def _known(title: str = TITLE, visited: float = 100) -> KnownArticle:
    """Make an article that was published on DAY, visited ``visited`` hours before the last crawl."""
    published = datetime(2026, 2, 20, 3, tzinfo=UTC)
    return KnownArticle("1", "http://p.vn/1", title, "live", True, published, NOW, None, NOW - visited * HOUR, 0)


def _entry(title: str, day: date | None = DAY, *, relative: bool = False) -> ListingEntry:
    at = datetime(day.year, day.month, day.day, 5, tzinfo=UTC) if day else None
    return ListingEntry("1", "http://p.vn/1", title, PublishedDate("x", at, "day", relative) if at else None)


def _shows(entry: ListingEntry, known: KnownArticle, before: Printed | None = None, *, settled: bool = True) -> bool:
    return shows_change(entry, known, before, UTC, settled=settled)


@pytest.mark.parametrize(
    "printed",
    [
        TITLE,
        TITLE.upper(),
        f"  {TITLE} ",
        "Hội nghị tổng kết công tác…",
        "Hội nghị tổng kết công tác ...",
        "Hội nghị tổng kết cô…",
        "HỘI NGHỊ TỔNG KẾT CÔNG",
        TITLE.replace(":", " -"),
        "",
    ],
)
def test_spellings_and_cuts_are_no_sign(printed: str) -> None:
    assert not _shows(_entry(printed), _known())


@pytest.mark.parametrize(
    "printed", ["Hội nghị sơ kết công tác…", f"Mới: {TITLE}", TITLE.replace("2025", "2024"), "Khác"]
)
def test_another_title_is_a_sign_once(printed: str) -> None:
    """Where the last crawl saw it so already, and looked into it, it is none."""
    before = Printed(printed, DAY, NOW)
    assert _shows(_entry(printed), _known())
    assert _shows(_entry(printed), _known(), Printed(TITLE, DAY, NOW))
    assert not _shows(_entry(printed), _known(), before)
    assert _shows(_entry(printed), _known(), before, settled=False)
    assert not _shows(_entry(printed), _known(visited=-0.1), before, settled=False)


@given(
    words, words, st.sampled_from([str.upper, str.title, lambda text: text[: len(text) // 2] + "…", "Tin: {}".format])
)
def test_a_listing_that_prints_another_text_than_before_gives_a_sign(title, other, spell) -> None:  # type: ignore[no-untyped-def]
    """However it spells titles: unless it is what the page was seen to say, or nothing of it is another."""
    before = Printed(spell(title), DAY, NOW)
    assert _shows(_entry(spell(other)), _known(title), before) == (spell(other) not in (spell(title), title))
    assert not _shows(_entry(spell(title)), _known(title), before)
    assert not _shows(_entry(other), _known(other), before)


@pytest.mark.parametrize(
    ("day", "before", "sign"),
    [
        (DAY, DAY, False),
        (date(2026, 2, 21), DAY, True),
        (date(2026, 2, 21), date(2026, 2, 21), False),  # the day of the last change: printed so all along
        (date(2026, 2, 22), date(2026, 2, 21), True),
        (DAY, date(2026, 2, 21), False),  # it is the one of the article's page
        (None, DAY, False),
        (date(2026, 2, 21), None, False),
    ],
)
def test_another_date(day: date | None, before: date | None, *, sign: bool) -> None:
    assert _shows(_entry(TITLE, day), _known(), Printed(TITLE, before, NOW)) is sign


def test_dates_that_move_with_every_look_are_no_sign() -> None:
    entry = _entry(TITLE, date(2026, 3, 1), relative=True)
    assert not _shows(entry, _known(), Printed(TITLE, DAY, NOW))


def test_feeds_print_titles_of_their_own() -> None:
    page, feed = (Listing("http://p.vn/x", entries=(_entry(title),), kind=kind) for title, kind in _PAGES)
    assert read_printed([(page, NOW), (feed, NOW)], UTC) == {"1": Printed("Của trang", DAY, NOW)}


_PAGES = (("Của  trang", "page"), ("Của nguồn tin", "feed"))
