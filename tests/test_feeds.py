"""Feeds as they are sent: RSS of all ages, Atom, broken and hostile ones."""

from datetime import UTC, datetime

import pytest

from archiver.model import Capture, Listing, ListingEntry, PublishedDate, Unreadable
from archiver.parsing.page import read_page
from archiver.platforms.generic import GENERIC
from archiver.platforms.liferay_hanoi import LIFERAY_HANOI
from tests.real_portal import ZONE

AT = datetime(2026, 1, 2, tzinfo=UTC)
URL = "https://xa.example/rss"


def read(body: str | bytes, *headers: tuple[str, str]) -> object:
    payload = body if isinstance(body, bytes) else body.encode()
    return read_page(Capture(URL, AT, 200, headers, payload), GENERIC, ZONE)


def entry(title: str, at: datetime | None = None, raw: str = "") -> Listing:
    published = PublishedDate(raw, at, "minute") if at else None
    return Listing(
        URL, entries=(ListingEntry("xa.example/tin-1", "https://xa.example/tin-1", title, published),), kind="feed"
    )


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            (
                '<?xml version="1.0"?><rss version="2.0"><channel><title>Xã</title><link>https://xa.example</link><item>'
                "<title><![CDATA[Họp <b>dân</b>]]></title><link> https://xa.example/tin-1?utm_source=rss </link>"
                "<pubDate>Thu, 01 Jan 2026 09:30:00 +0700</pubDate></item></channel></rss>"
            ),
            entry("Họp dân", datetime(2026, 1, 1, 2, 30, tzinfo=UTC), "Thu, 01 Jan 2026 09:30:00 +0700"),
        ),
        (
            (
                '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" '
                'xmlns:dc="http://purl.org/dc/elements/1.1/"><item><title>Họp</title><link>https://xa.example/tin-1</link>'
                "<dc:date>2026-01-01T09:30+07:00</dc:date></item></rdf:RDF>"
            ),
            entry("Họp", datetime(2026, 1, 1, 2, 30, tzinfo=UTC), "2026-01-01T09:30+07:00"),
        ),
        (
            (
                '<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://xa.example/"><entry><title>Họp</title>'
                '<link rel="self" href="/x"/><link href="tin-1"/><updated>2026-01-01T09:30:00Z</updated></entry></feed>'
            ),
            entry("Họp"),
        ),
        (
            "<rss><channel><item><title>Họp & hành</title><link>https://xa.example/tin-1</link></item></channel></rss>",
            entry("Họp hành"),
        ),
    ],
)
def test_reads_feeds_of_all_ages(body: str, expected: Listing) -> None:
    assert read(body) == expected


def test_reads_the_encoding_that_the_declaration_names() -> None:
    body = '<?xml version="1.0" encoding="windows-1251"?><rss><channel><item><title>Новости</title>'
    body += "<link>https://xa.example/tin-1</link></item></channel></rss>"
    assert read(body.encode("windows-1251")) == entry("Новости")


def test_entries_of_other_sites_are_strangers() -> None:
    body = "<rss><channel><item><title>A</title><link>https://other.example/a</link></item></channel></rss>"
    assert read(body) == Listing(URL, non_articles=1, kind="feed")


def test_feeds_of_known_platforms_are_read() -> None:
    body = b"<rss><channel><item><title>A</title><link>/-/view_content/7-a.html</link></item></channel></rss>"
    page = read_page(Capture(URL, AT, 200, (), body), LIFERAY_HANOI, ZONE)
    assert isinstance(page, Listing)
    assert [found.native_key for found in page.entries] == ["7"]


@pytest.mark.parametrize(
    "body",
    [
        '<!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><rss><channel><title>&b;</title></channel></rss>',
        '<!DOCTYPE rss [<!ENTITY a SYSTEM "file:///etc/passwd">]><rss><item><title>&a;</title></item></rss>',
    ],
)
def test_entities_are_refused(body: str) -> None:
    page = read(body)
    assert isinstance(page, Unreadable)
    assert page.problem.kind == "not_html"


@pytest.mark.parametrize("body", ["<rss>" + "<item>" * 100_000, "<rss" + " a" * 100_000, "<feed>\0\0</feed>"])
def test_hostile_feeds_give_no_entries(body: str) -> None:
    page = read(body)
    assert isinstance(page, Unreadable) or (isinstance(page, Listing) and not page.entries)
