"""The replica with ETag and Last-Modified answers conditional requests as RFC 9110 has it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from tests.portal import Portal, PortalArticle, Response, article_path, huge_portal, serve
from tests.portal.browsing import Client

NEVER = "Thu, 01 Jan 1970 00:00:00 GMT"


@pytest.fixture
def portal() -> Portal:
    return huge_portal(30, validators=True)


@pytest.fixture
def client(portal: Portal) -> Iterator[Client]:
    with serve(portal) as base, Client(base) as client:
        yield client


def _article(portal: Portal, *names: str) -> tuple[PortalArticle, dict[str, str]]:
    """Find an article whose page carries just these validators; return it with them."""
    for article in portal.listed():
        headers = dict(portal.page(article_path(article)).headers)
        found = {name: headers[name] for name in ("ETag", "Last-Modified") if name in headers}
        if set(found) == set(names):
            return article, found
    raise LookupError(names)


def _ask(portal: Portal, article: PortalArticle, **conditions: str) -> Response:
    headers = tuple((name.replace("_", "-"), value) for name, value in conditions.items())
    return portal.answer(article_path(article), headers)


@pytest.mark.parametrize("names", [("ETag",), ("Last-Modified",), ("ETag", "Last-Modified")])
def test_unchanged_article_answers_304_without_a_body(portal: Portal, client: Client, names: tuple[str, ...]) -> None:
    article, validators = _article(portal, *names)
    asked = {"ETag": "If-None-Match", "Last-Modified": "If-Modified-Since"}
    client.connection.request(
        "GET", article_path(article), headers={asked[name]: value for name, value in validators.items()}
    )
    response = client.connection.getresponse()
    assert (response.status, response.read()) == (304, b"")
    assert {name: response.headers[name] for name in names} == validators
    assert portal.requests[-1].status == 304
    assert portal.views(article.id) == article.views


def test_validators_change_with_an_edit_and_not_with_the_counter(portal: Portal) -> None:
    article, first = _article(portal, "ETag", "Last-Modified")
    assert _ask(portal, article).status == 200
    assert _ask(portal, article, If_None_Match=first["ETag"]).status == 304
    seen = [first]
    for title in ("Lần một", "Lần hai"):
        portal.edit(article.id, title=title)
        answer = _ask(portal, article, If_None_Match=seen[-1]["ETag"], If_Modified_Since=seen[-1]["Last-Modified"])
        assert answer.status == 200
        assert title.encode() in answer.body
        seen.append({name: value for name, value in answer.headers if name in first})
    assert [len({validators[name] for validators in seen}) for name in first] == [3, 3]


def test_if_none_match_is_a_list_compared_weakly(portal: Portal) -> None:
    article, validators = _article(portal, "ETag")
    strong = validators["ETag"].removeprefix("W/")
    for condition, status in ((f'"a", {strong}', 304), ("*", 304), ('"a", W/"b"', 200), ("", 200)):
        assert _ask(portal, article, If_None_Match=condition).status == status


def test_if_none_match_goes_before_if_modified_since(portal: Portal) -> None:
    article, validators = _article(portal, "ETag", "Last-Modified")
    since = validators["Last-Modified"]
    assert _ask(portal, article, If_None_Match='"a"', If_Modified_Since=since).status == 200
    assert _ask(portal, article, If_None_Match=validators["ETag"], If_Modified_Since=NEVER).status == 304


def test_if_modified_since_is_a_date(portal: Portal) -> None:
    article, _ = _article(portal, "Last-Modified")
    later = format_datetime(datetime.now(UTC) + timedelta(days=1), usegmt=True)
    for condition, status in ((later, 304), (NEVER, 200), ("hôm qua", 200)):
        assert _ask(portal, article, If_Modified_Since=condition).status == status


def test_listings_removed_articles_and_other_portals_have_none(portal: Portal) -> None:
    article, validators = _article(portal, "ETag")
    assert "ETag" not in dict(portal.page(f"/{article.channel}").headers)
    assert "ETag" not in dict(portal.page(article_path(article) + "/vi").headers)
    portal.remove(article.id)
    assert _ask(portal, article, If_None_Match=validators["ETag"]).status == 404
    plain = huge_portal(30)
    assert not {"ETag", "Last-Modified"} & dict(plain.page(article_path(article)).headers).keys()
    assert _ask(plain, article, If_None_Match="*").status == 200
