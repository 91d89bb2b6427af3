"""Dates that pages tell to machines are read in the forms in which programs write them, by what they are called."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.parsing.generic.machine.dates import name_meaning, tell_date

ZONE = ZoneInfo("Europe/Berlin")
AT = datetime(2026, 1, 2, 5, tzinfo=UTC)
EXACT = datetime(2018, 4, 27, 14, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "meaning"),
    [
        ("article:published_time", "published"),
        ("datePublished", "published"),
        ("DC.date.issued", "published"),
        ("parsely-pub-date", "published"),
        ("publish-date", "published"),
        ("citation_publication_date", "published"),
        ("dateCreated", "created"),
        ("date", "created"),
        ("dcterms.created", "created"),
        ("article:modified_time", "updated"),
        ("og:updated_time", "updated"),
        ("lastPublishedDate", "updated"),
        ("article:publisher", None),
        ("article:expiration_time", None),
        ("startDate", None),
        ("viewport", None),
        ("description", None),
    ],
)
def test_what_a_name_means(name: str, meaning: str | None) -> None:
    assert name_meaning(name) == meaning


@pytest.mark.parametrize(
    "text",
    [
        "2018-04-27T16:03:00+02:00",
        "2018-04-27T14:03:00Z",
        "2018-04-27T14:03:20.123Z",
        "2018-04-27T16:03+0200",
        "2018-04-27 16:03:00",
        "2018-4-27 16:03",
        "Fri, 27 Apr 2018 14:03:00 GMT",
        "Fri, Apr 27 2018 10:03:41 EDT",
        "Fri Apr 27 2018 14:03:33 GMT+0000 (Coordinated Universal Time)",
        "1524837780",
        "1524837780000",
        "27.04.2018 16:03 Uhr",
    ],
)
def test_forms_of_one_minute(text: str) -> None:
    told = tell_date("meta", "published", text, ZONE, AT)
    assert told is not None
    assert (told.published.raw, told.published.at, told.published.precision) == (text, EXACT, "minute")
    assert told.day == date(2018, 4, 27)


@pytest.mark.parametrize(
    "text", ["2018-04-27", "20180427", "2018/04/27", "27/04/2018", "April 27, 2018", "2018-04-27T00:00:00+00:00"]
)
def test_forms_of_one_day(text: str) -> None:
    """A midnight is what programs write that were given a day."""
    told = tell_date("meta", "published", text, ZONE, AT)
    assert told is not None
    assert (told.day, told.published.precision) == (date(2018, 4, 27), "day")
    assert told.published.at == datetime(2018, 4, 26, 22, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "soon", "2018", "03/04/2018", "2018-02-31", "1901-01-01", "2031-01-01", "0"])
def test_what_is_no_date(text: str) -> None:
    assert tell_date("meta", "published", text, ZONE, AT) is None


@given(st.text(max_size=70))
def test_no_text_raises(text: str) -> None:
    told = tell_date("meta", "published", text, ZONE, AT)
    assert told is None or (told.published.at is not None and told.published.at.tzinfo is UTC)
