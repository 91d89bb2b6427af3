"""Sitemaps, their indexes, news maps, gzip, and what robots.txt says of them."""

import gzip
from datetime import UTC, datetime

from archiver.html import xml_tree
from archiver.model import Capture, Listing, ListingEntry, Page, Problem, PublishedDate, Unreadable
from archiver.parsing.page import read_page
from archiver.platforms.generic import GENERIC
from tests.real_portal import ZONE

AT = datetime(2026, 1, 2, tzinfo=UTC)
URL = "https://xa.example/sitemap.xml"
NAMESPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
NEWS = 'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
MAP = (
    f"<urlset {NAMESPACE} {NEWS}><url><loc>https://www.xa.example/a</loc><lastmod>2025-01-01</lastmod></url>"
    "<url><loc>https://xa.example/b</loc><news:news><news:title>Họp dân</news:title>"
    "<news:publication_date>2026-01-01</news:publication_date></news:news></url>"
    "<url><loc>https://other.example/c</loc></url><url/></urlset>"
)
READ = Listing(
    URL,
    kind="sitemap",
    entries=(
        ListingEntry("xa.example/a", "https://www.xa.example/a", ""),
        ListingEntry(
            "xa.example/b",
            "https://xa.example/b",
            "Họp dân",
            PublishedDate("2026-01-01", datetime(2025, 12, 31, 17, tzinfo=UTC), "day"),
        ),
    ),
)


def read(body: bytes) -> Page:
    return read_page(Capture(URL, AT, 200, (), body), GENERIC, ZONE)


def test_lastmod_is_no_date_of_publication() -> None:
    assert read(MAP.encode()) == READ


def test_gzipped_maps_are_read() -> None:
    assert read(gzip.compress(MAP.encode())) == READ


def test_an_index_names_more_maps_of_the_same_site() -> None:
    body = (
        f"<sitemapindex {NAMESPACE}><sitemap><loc>https://xa.example/1.xml.gz</loc></sitemap>"
        "<sitemap><loc>https://other.example/2.xml</loc></sitemap></sitemapindex>"
    )
    assert read(body.encode()) == Listing(URL, more=("https://xa.example/1.xml.gz",), kind="sitemap")


def test_a_bomb_is_refused() -> None:
    bomb = gzip.compress(b"<urlset>" + b" " * (xml_tree.MOST_BYTES + 1))
    assert read(bomb) == Unreadable(URL, Problem("not_html", f"more than {xml_tree.MOST_BYTES} bytes unpacked"))


def test_other_gzip_is_refused_as_before() -> None:
    assert isinstance(read(gzip.compress(b"no map")), Unreadable)
    assert isinstance(read(b"\x1f\x8b broken"), Unreadable)
