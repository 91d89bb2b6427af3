"""Redirects are followed in one way by whoever fetches: pages, robots.txt, a look at a site, parts of a page."""

import asyncio
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy.http import Response

from archiver.crawl.transport.redirects import MOST_REDIRECTS, find_redirect, follow_redirects
from archiver.model import Problem
from archiver.urls import MOST_ADDRESS

HOST = "http://a.example"
LONG = f"{HOST}/{'x' * MOST_ADDRESS}"


def _leads(url: str, location: str | None, status: int = 302) -> Response:
    return Response(url, status=status, headers={"Location": location} if location else {})


def _allows(url: str) -> bool:
    return url.startswith(f"{HOST}/")


def _follow(start: str, places: Mapping[str, str]) -> tuple[list[str], object, Problem | None]:
    """Follow redirects over some places; returns what was asked for, the last answer, and why that was the last."""
    asked: list[str] = []

    async def ask(url: str) -> Response | str:
        asked.append(url)
        return _leads(url, places[url]) if places.get(url) else Response(url) if url in places else "no answer"

    answer, problem = asyncio.run(follow_redirects(start, ask, _allows))
    return asked, answer, problem


@pytest.mark.parametrize(
    ("location", "kind"),
    [
        (None, "redirect_nowhere"),
        ("file:///etc/hostname", "redirect_nowhere"),
        ("/from", "redirect_loop"),
        ("http://b.example/", "redirect_offsite"),
        (LONG, "address_too_long"),
    ],
)
def test_what_bars_the_way(location: str | None, kind: str) -> None:
    found = find_redirect(_leads(f"{HOST}/from", location), 0, _allows)
    assert isinstance(found, Problem)
    assert found.kind == kind


@pytest.mark.parametrize("status", [200, 204, 300, 304, 404, 503])
def test_other_answers_are_no_redirects(status: int) -> None:
    assert find_redirect(_leads(f"{HOST}/from", "/to", status), 0, _allows) is None


def test_an_address_without_an_answer_is_the_end() -> None:
    asked, answer, problem = _follow(f"{HOST}/1", {f"{HOST}/1": "/2"})
    assert (asked, answer, problem) == ([f"{HOST}/1", f"{HOST}/2"], "no answer", None)


@given(st.dictionaries(st.integers(0, 9), st.integers(0, 9)))
def test_it_ends_whatever_leads_where(ways: dict[int, int]) -> None:
    places = {f"{HOST}/{number}": "" for number in range(10)}
    places |= {f"{HOST}/{start}": f"/{end}" for start, end in ways.items()}
    asked, answer, problem = _follow(f"{HOST}/0", places)
    assert len(asked) <= MOST_REDIRECTS + 1
    assert isinstance(answer, Response)
    assert answer.url == asked[-1]
    assert (problem is None) == (answer.status == 200)
    assert problem is None or problem.kind == "redirect_loop"
