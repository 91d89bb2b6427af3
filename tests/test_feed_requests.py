"""Who has a feed already is told so: ETag, Last-Modified and what follows from them."""

import os
import re
import time
import xml.etree.ElementTree as ET
from datetime import timedelta
from pathlib import Path

import pytest

from tests.portal import demo_portal
from tests.reading import FIRST, SITE, ask
from tests.visiting import Visits

ATOM = "{http://www.w3.org/2005/Atom}"
FEEDS = ("/feed", "/feed?kind=all&q=h%E1%BB%99i", f"/feed/{SITE}.atom")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "archive.db"
    visits, portal = Visits(path), demo_portal()
    visits.run(portal, FIRST)
    portal.edit(portal.listed()[0].id, paragraphs=("Hội nghị <b> & họp.",))
    visits.run(portal, FIRST + timedelta(days=1))
    visits.database.close()
    rest(path, 3600)
    return path


def rest(path: Path, seconds: float) -> None:
    """Let an archive be written so long ago."""
    for file in path.parent.glob(f"{path.name}*"):
        os.utime(file, (time.time() - seconds,) * 2)


@pytest.mark.parametrize("feed", FEEDS)
def test_an_answer_is_sent_once(path: Path, feed: str) -> None:
    answer = ask(path, feed)
    assert answer.status_code == 200
    tag, written = answer.headers["etag"], answer.headers["last-modified"]
    assert re.fullmatch(r'"[0-9a-f]{32}"', tag)
    known = ({"if-none-match": tag}, {"if-none-match": f'"x", W/{tag}'}, {"if-none-match": "*"})
    for headers in (*known, {"if-modified-since": written}, {"if-none-match": tag, "if-modified-since": "x"}):
        again = ask(path, feed, headers)
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == tag
        assert again.headers["vary"].startswith("Accept-Language")
        assert "default-src 'none'" in again.headers["content-security-policy"]
    unknown = ({"if-none-match": '"x"'}, {"if-modified-since": "Mon, 01 Jan 2001 00:00:00 GMT"})
    for headers in (
        *unknown,
        {"if-none-match": '"x"', "if-modified-since": written},
        {"accept-language": "en", **known[0]},
    ):
        assert ask(path, feed, headers).status_code == 200


def test_a_change_that_comes_in_late_is_new(path: Path) -> None:
    """Its time is older than what the feed has shown before."""
    before = ask(path, "/feed?kind=all")
    late, portal = Visits(path), demo_portal()
    late.run(portal, FIRST - timedelta(days=30))
    late.database.close()
    rest(path, 1800)
    headers = ({"if-none-match": before.headers["etag"]}, {"if-modified-since": before.headers["last-modified"]})
    assert [ask(path, "/feed?kind=all", header).status_code for header in headers] == [200, 200]


def test_while_the_archive_is_written_there_is_no_last_modified(path: Path) -> None:
    rest(path, -3600)
    answer = ask(path, "/feed")
    assert "last-modified" not in answer.headers
    assert ask(path, "/feed", {"if-none-match": answer.headers["etag"]}).status_code == 304


def test_entries_show_the_words_that_changed(path: Path) -> None:
    [entry] = list(ET.fromstring(ask(path, "/feed").text).iter(f"{ATOM}entry"))
    content = entry.find(f"{ATOM}content")
    assert content is not None
    assert content.get("type") == "xhtml"
    words = [(one.tag.rpartition("}")[2], one.text) for one in content.iter() if one.tag.endswith(("ins", "del"))]
    assert {tag for tag, _ in words} >= {"del"}


def test_every_filter_is_a_feed_of_its_own(path: Path) -> None:
    addresses = ("/feed", "/feed?kind=all", "/feed?kind=edited", "/feed?q=h%E1%BB%99i", f"/feed?site={SITE}")
    feeds = [ET.fromstring(ask(path, address, {"accept-language": "en"}).text) for address in addresses]
    ids = [feed.findtext(f"{ATOM}id") for feed in feeds]
    assert len(set(ids)) == len(ids)
    assert ids[1] == "tag:committee-news-archiver,2026:"
    site = ET.fromstring(ask(path, f"/feed/{SITE}.atom").text)
    assert site.findtext(f"{ATOM}id") == f"tag:committee-news-archiver,2026:{SITE}"
    for address, feed in zip(addresses, feeds, strict=True):
        [own] = [link.get("href") for link in feed.findall(f"{ATOM}link") if link.get("rel") == "self"]
        assert own == f"http://localhost{address}"
    # One spelling, whatever was typed.
    typed = ET.fromstring(ask(path, "/feed?kind=gone,edited,suspect,restored,moved&since=&q=+").text)
    assert typed.findtext(f"{ATOM}id") == ids[0]
