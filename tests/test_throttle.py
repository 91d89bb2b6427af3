"""How often a host is asked, who asks, and what the command line may change of it."""

from dataclasses import replace
from datetime import datetime
from itertools import pairwise

import pytest
from scrapy.settings import Settings

from archiver.crawl.politeness.limits import Politeness, introduce, is_hurried, read_politeness
from archiver.crawl.running.project_settings import project_settings
from archiver.errors import UsageError
from tests.conftest import FAST, Crawling
from tests.portal import Portal, demo_portal, serve

CHANNEL = "cong-tac-doan-hoi"


def _portal(articles: int, delay: float = 0.0) -> Portal:
    """Return a portal with few articles, all in one channel, that takes its time to answer."""
    portal = demo_portal()
    kept = portal.listed(CHANNEL)[:articles]
    for article in portal.listed():
        if article not in kept:
            portal.remove(article.id)
    if delay:
        portal.outage = lambda target: replace(portal.page(target), delay=delay) if "robots" not in target else None
    return portal


def _crawl(crawling: Crawling, portal: Portal, *settings: str, **environment: str) -> list[datetime]:
    """Crawl with the project's own manners, all articles being stored; returns when the server was asked."""
    with serve(portal) as base:
        start = f"start={base}/{CHANNEL}"
        alone = ("-s", "ARCHIVE_ATTACHMENTS=none")  # pages only: requests are counted and timed
        done = crawling.run("scrapy", "crawl", "dukdhcd", "-a", start, *alone, *settings, **environment)
    assert done.status == 0, done.err[-2000:]
    articles = crawling.query("SELECT count(*) AS n FROM current_articles")
    assert articles == [{"n": len(portal.listed())}]
    assert len(portal.requests) == 2 + len(portal.listed())
    return [request.time for request in portal.requests]


def _span(times: list[datetime]) -> float:
    return (times[-1] - times[0]).total_seconds()


@pytest.mark.slow
def test_a_second_between_two_requests_unless_told(crawling: Crawling) -> None:
    """The floor holds though the answers come at once: Scrapy would vary it down to half a second."""
    times = _crawl(crawling, _portal(2))
    assert _span(times) >= 0.95 * 3


@pytest.mark.slow
@pytest.mark.parametrize(
    ("settings", "throttled"),
    [
        (("-s", "DOWNLOAD_DELAY=0.05", "-s", "CONCURRENT_REQUESTS_PER_DOMAIN=8"), True),
        (("-s", "DOWNLOAD_DELAY=0", "-s", "AUTOTHROTTLE_ENABLED=1", "-s", "CONCURRENT_REQUESTS_PER_DOMAIN=8"), True),
        (FAST, False),
        (
            ("-s", "DOWNLOAD_DELAY=0.01", "-s", "AUTOTHROTTLE_ENABLED=0", "-s", "CONCURRENT_REQUESTS_PER_DOMAIN=8"),
            False,
        ),
    ],
)
def test_a_slow_host_is_asked_less_often(crawling: Crawling, settings: tuple[str, ...], throttled: bool) -> None:
    """Answers take 0.8 s: throttled, requests come as far apart, though eight were allowed at once."""
    times = _crawl(crawling, _portal(6, delay=0.8), *settings)
    gaps = [(after - before).total_seconds() for before, after in pairwise(times[2:])]
    if throttled:
        assert sum(gaps) >= 0.9 * 0.8 * len(gaps)
    else:
        assert min(gaps) < 0.8, "no two articles were asked for at once"


@pytest.mark.parametrize(
    ("chosen", "backoff", "pause", "throttle_off"),
    [
        ({}, 5, 600, False),
        ({"DOWNLOAD_DELAY": "0"}, 0, 0, True),
        ({"DOWNLOAD_DELAY": "0.0", "ARCHIVE_BACKOFF": "2", "AUTOTHROTTLE_ENABLED": "1"}, 2, 0, False),
        ({"DOWNLOAD_DELAY": "2", "ARCHIVE_HOST_PAUSE": "0"}, 5, 0, False),
    ],
)
def test_no_delay_means_none_unless_it_was_chosen(
    chosen: dict[str, str], backoff: float, pause: float, throttle_off: bool
) -> None:
    settings = project_settings(**chosen)
    assert read_politeness(settings) == Politeness(backoff, pause)
    assert is_hurried(settings, "AUTOTHROTTLE_ENABLED") == throttle_off


def _introduced(**chosen: str) -> Settings:
    settings = project_settings(**chosen)
    introduce(settings)
    return settings


def test_who_asks() -> None:
    assert _introduced()["USER_AGENT"] == "CommitteeNewsArchiver/0.1.0 (keeps public news)"
    named = _introduced(ARCHIVE_CONTACT=" news@example.vn ")
    assert named["USER_AGENT"] == "CommitteeNewsArchiver/0.1.0 (+news@example.vn)"
    assert _introduced(ARCHIVE_CONTACT="a@b.vn", USER_AGENT="Mine")["USER_AGENT"] == "Mine"


@pytest.mark.parametrize("where", ["environment", "command line"])
def test_the_contact_is_sent(crawling: Crawling, where: str) -> None:
    portal = _portal(1)
    contact = "https://example.vn/luu-tru"
    settings = (*FAST, "-s", f"ARCHIVE_CONTACT={contact}") if where == "command line" else FAST
    environment = {"ARCHIVE_CONTACT": contact if where == "environment" else "other@example.vn"}
    _crawl(crawling, portal, *settings, **environment)
    agents = {dict(request.headers)["User-Agent"] for request in portal.requests}
    assert agents == {f"CommitteeNewsArchiver/0.1.0 (+{contact})"}


WRONG = {
    "ARCHIVE_CONTACT=a@b.vn\r\nX-Other: 1": "ARCHIVE_CONTACT='a@b.vn\\r\\nX-Other: 1' cannot be sent",
    "ARCHIVE_CONTACT=a\x9bb": "ARCHIVE_CONTACT='a\\x9bb' cannot be sent",
    "ARCHIVE_CONTACT=me) (you": "ARCHIVE_CONTACT='me) (you' cannot be sent",
    "ARCHIVE_BACKOFF=soon": "ARCHIVE_BACKOFF=soon is no number of seconds",
    "ARCHIVE_HOST_PAUSE=-1": "ARCHIVE_HOST_PAUSE=-1 is no number of seconds",
    "ARCHIVE_HOST_PAUSE=inf": "ARCHIVE_HOST_PAUSE=inf is no number of seconds",
}


@pytest.mark.parametrize("setting", WRONG)
def test_what_cannot_be_understood(setting: str) -> None:
    name, _, value = setting.partition("=")
    with pytest.raises(UsageError) as raised:
        introduce(project_settings(**{name: value}))
    assert str(raised.value).startswith(WRONG[setting])


@pytest.mark.parametrize("program", ["scrapy", "archiver"])
def test_a_contact_that_cannot_be_sent_is_wrong_usage(crawling: Crawling, program: str) -> None:
    portal = _portal(1)
    with serve(portal) as base:
        done = crawling.run(
            program, "crawl", "dukdhcd", "-a", f"start={base}/{CHANNEL}", *FAST, ARCHIVE_CONTACT="a@b.vn\x1b[2J"
        )
    assert (done.status, len(done.err.splitlines()), portal.requests) == (2, 1, [])
    assert "ARCHIVE_CONTACT='a@b.vn\\x1b[2J' cannot be sent" in done.err
