"""What says whether 03/04/2024 is in March or in April: other dates of the page or the site, language, zone."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from archiver.errors import SiteError
from archiver.model import Article, Capture, Listing
from archiver.onboarding.places import Evidence, infer_places
from archiver.parsing.generic.dates.day_order import ask_dates
from archiver.parsing.page import read_page
from archiver.platforms.generic import make_generic
from archiver.site import Places, Site

AT = datetime(2026, 1, 2, 5, tzinfo=UTC)
UTC_ZONE = ZoneInfo("UTC")
TITLES = (
    "The council votes to keep the swimming hall open on Sundays",
    "New benches for the square in front of the old post office",
    "Residents of the north side ask for a crossing at the school",
    "The library of things lends its first drill to a reader",
)
BODY = (
    "<p>The members heard from nine residents of the district before the vote, and all but one of them spoke for the "
    "longer hours.</p><p>The hall will be heated with the waste heat of the bakery next door, so that the cost for the "
    "town stays what it was in the year before.</p>"
)


def capture(html: str, path: str) -> Capture:
    return Capture(f"https://town.example.org{path}", AT, 200, (), html.encode())


def list_page(*dates: str, lang: str = "en") -> Capture:
    rows = "".join(
        f"<li><a href='/news/{number}'>{title}</a> <span>{day}</span></li>"
        for number, (title, day) in enumerate(zip(TITLES, dates, strict=False))
    )
    return capture(f"<html lang={lang}><title>News</title><h1>News</h1><ul>{rows}</ul></html>", "/news")


def article_page(day: str, number: int = 0, lang: str = "en") -> Capture:
    title = TITLES[number]
    html = (
        f"<html lang={lang}><title>{title} - Town</title><div class=main><h1>{title}</h1><div class=when>Posted: {day}"
        f"</div><div class=text>{BODY}</div></div></html>"
    )
    return capture(html, f"/news/{number}")


@pytest.mark.parametrize(
    ("dates", "order"),
    [
        (["03/25/2024", "03/04/2024"], "month"),
        (["25/03/2024", "03/04/2024"], "day"),
        (["25-03-24"], "day"),
        (["03/04/2024", "12/12/2024"], None),
        (["03/25/2024", "25/03/2024"], "unknown"),
        (["25/03/2024"] * 5 + ["03/25/2024"], "day"),
        (["25.03.2024", "2024/25/03", "1/25/2024/7"], None),
        ([], None),
    ],
)
def test_dates_that_can_be_read_in_one_way_only(dates: list[str], order: str | None) -> None:
    assert ask_dates(dates) == order


def days_of(page: object) -> list[date | None]:
    assert isinstance(page, Listing)
    return [row.published.at.date() if row.published and row.published.at else None for row in page.entries]


@pytest.mark.parametrize(
    ("dates", "days"),
    [
        (("03/25/2024", "03/14/2024", "03/04/2024"), [date(2024, 3, 25), date(2024, 3, 14), date(2024, 3, 4)]),
        (("25/03/2024", "14/03/2024", "03/04/2024"), [date(2024, 3, 25), date(2024, 3, 14), date(2024, 4, 3)]),
        (("03/05/2024", "03/04/2024", "03/03/2024"), [None, None, date(2024, 3, 3)]),
    ],
)
def test_rows_of_a_listing(dates: tuple[str, ...], days: list[date | None]) -> None:
    page = read_page(list_page(*dates), make_generic(Places()), UTC_ZONE)
    assert days_of(page) == days
    assert isinstance(page, Listing)
    assert bool(page.problems) is (None in days)


def test_a_site_declares_it() -> None:
    for order, day in (("month", date(2024, 3, 4)), ("day", date(2024, 4, 3))):
        platform = make_generic(Places(date_order=order))
        article = read_page(article_page("03/04/2024"), platform, UTC_ZONE)
        assert isinstance(article, Article)
        assert article.published is not None
        assert article.published.at is not None
        assert article.published.at.date() == day
        assert days_of(read_page(list_page("03/04/2024", "03/03/2024"), platform, UTC_ZONE))[0] == day


def test_a_declared_info_line_is_read_in_the_order_of_its_page() -> None:
    platform = make_generic(Places(byline=("div.when",)))
    html = article_page("03/04/2024", lang="en-US")
    article = read_page(html, platform, UTC_ZONE)
    assert isinstance(article, Article)
    assert article.published is not None
    assert article.published.at == datetime(2024, 3, 4, tzinfo=UTC)


@pytest.mark.parametrize(("other", "order"), [("03/25/2024", "month"), ("25/03/2024", ""), ("12.03.2024", "")])
def test_a_new_site_declares_what_any_of_its_pages_shows(other: str, order: str) -> None:
    site = Site("town", "Town", "generic", timezone="UTC")
    articles = (article_page("03/04/2024", 0), article_page(other, 1), article_page("05/06/2024", 2))
    assert infer_places(site, Evidence((list_page("03/04/2024", other),), articles)).date_order == order


def test_another_order_is_refused_in_one_line() -> None:
    with pytest.raises(SiteError, match="date_order"):
        Site("town", "Town", "generic", places=Places(date_order="year"))
