"""The front page says what changed, day by day; feeds and the terminal say the same things, each once."""

import json
import re
import sqlite3
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from click.testing import CliRunner

from archiver.archive.queries.changes import ChangeFilter, list_changes
from archiver.archive.search.query_language import parse_query
from archiver.archive.store.file import create_or_open
from archiver.cli import archiver
from archiver.formats.atom import name_change
from archiver.web.faults import PageError
from archiver.web.language.days import read_day, write_day
from archiver.web.pages.change_filter import USUAL
from tests.portal import demo_portal
from tests.reading import SITE, ask, make_archive
from tests.test_changes import Scripted
from tests.visiting import Visits

ENGLISH = {"accept-language": "en"}
ATOM = "{http://www.w3.org/2005/Atom}"
THINGS = 33
Thing = tuple[str, str, str]
"""Kind, article and time."""


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scripted]:
    scripted = Scripted(tmp_path_factory.mktemp("front") / "archive.db")
    yield scripted
    scripted.visits.database.close()


def show(path: Path, url: str) -> str:
    answer = ask(path, url, ENGLISH)
    assert answer.status_code == 200, answer.text
    return answer.text


def list_pages(path: Path, url: str) -> Iterator[str]:
    """Follow the link to the older changes to the end."""
    while url:
        html = show(path, url)
        yield html
        following = re.search(r'rel="next" href="([^"]+)"', html)
        url = unescape(following[1]) if following else ""


def things_on(html: str) -> list[Thing]:
    cards = re.findall(r'<section class="day".*?</section>', html, re.DOTALL)
    found = re.findall(
        r'<article class="card">.*?class="badge (\w+)".*?datetime="([^"]+)".*?/article/\w+/(\d+)',
        "".join(cards),
        re.DOTALL,
    )
    return [(kind, article, at) for kind, at, article in found]


def entries_of(text: str) -> list[ET.Element]:
    return list(ET.fromstring(text).iter(f"{ATOM}entry"))


def test_all_say_the_same_things_once_each(script: Scripted) -> None:
    rows = list(list_changes(script.visits.database.conn, ChangeFilter(kinds=USUAL)))
    listed = [(row["kind"], row["article_id"], row["at"]) for row in rows]
    assert len(set(listed)) == len(listed) == THINGS
    assert Counter((kind, article) for kind, article, _ in listed) == Counter(script.done)
    pages = list(list_pages(script.path, "/"))
    assert len(pages) == 2
    assert [thing for page in pages for thing in things_on(page)] == listed
    ids = [entry.findtext(f"{ATOM}id") for entry in entries_of(show(script.path, "/feed"))]
    assert ids == [name_change(row) for row in rows]
    told = CliRunner().invoke(archiver, ["--db", str(script.path), "changes", "--json", "--kind", ",".join(USUAL)])
    assert [(row["kind"], row["article_id"], row["at"]) for row in json.loads(told.stdout)] == listed


def test_the_export_has_the_entries_of_the_feed(script: Scripted) -> None:
    exported = CliRunner().invoke(archiver, ["--db", str(script.path), "export", "atom", "--site", SITE]).stdout
    served = show(script.path, f"/feed/{SITE}.atom")
    every = [[entry.findtext(f"{ATOM}id") for entry in entries_of(text)] for text in (exported, served)]
    assert every[1] == every[0][:50]
    assert exported.count("</ins>") == served.count("</ins>") >= 25


def test_changes_stand_under_their_days(script: Scripted) -> None:
    html = "".join(list_pages(script.path, "/"))
    days = re.findall(r'<h2 id="day-[^>]*><time datetime="([^"]+)">([^<]+)</time>', html)
    assert [day for day, _ in days] == sorted({day for day, _ in days}, reverse=True)
    assert ("2024-02-09", "9 Feb 2024") in days
    zone = timedelta(hours=7)
    for section in re.findall(r'<section class="day".*?</section>', html, re.DOTALL):
        [day] = re.findall(r'<h2 id="day-(\d{4}-\d\d-\d\d)', section)
        assert {(datetime.fromisoformat(at) + zone).date() for _, _, at in things_on(section)} == {
            date.fromisoformat(day)
        }


@pytest.mark.parametrize(
    ("asked", "chosen"),
    [
        ("kind=edited", {"kinds": ("edited",)}),
        ("kind=suspect,gone", {"kinds": ("suspect", "gone")}),
        ("kind=gone&kind=restored", {"kinds": ("gone", "restored")}),
        ("kind=restored", {"kinds": ("restored",)}),
        ("kind=edited&field=title", {"kinds": ("edited",), "fields": ("title",)}),
        ("since=30/01/2024&until=7+Feb+2024", {"kinds": USUAL, "since": date(2024, 1, 30), "until": date(2024, 2, 7)}),
        (f"site={SITE}", {"kinds": USUAL, "site": SITE}),
        ("kind=moved", {"kinds": ("moved",)}),
    ],
)
def test_page_and_feed_take_the_same_filter(script: Scripted, asked: str, chosen: dict[str, Any]) -> None:
    rows = list(list_changes(script.visits.database.conn, ChangeFilter(**chosen)))
    expected = [(row["kind"], row["article_id"], row["at"]) for row in rows]
    pages = list(list_pages(script.path, f"/?{asked}"))
    assert [thing for page in pages for thing in things_on(page)] == expected
    [feed] = re.findall(
        r'<link rel="alternate" type="application/atom\+xml" title="[^"]*" href="(/feed[?][^"]*|/feed)"', pages[0]
    )
    ids = [entry.findtext(f"{ATOM}id") for entry in entries_of(show(script.path, unescape(feed)))]
    assert ids == [name_change(row) for row in rows]


@pytest.mark.parametrize("words", ["doan them lan", "đoạn", '"lần 41"', "khôngaiviếtthế"])
def test_words_are_those_of_the_search(script: Scripted, words: str) -> None:
    asked = urlencode({"q": words, "kind": "edited"})
    told = CliRunner().invoke(
        archiver, ["--db", str(script.path), "changes", "--json", "--kind", "edited", "--words", words]
    )
    expected = [(row["kind"], row["article_id"], row["at"]) for row in json.loads(told.stdout or "[]")]
    assert [thing for page in list_pages(script.path, f"/?{asked}") for thing in things_on(page)] == expected


def test_a_page_of_older_changes_stays_whatever_comes_in(tmp_path: Path) -> None:
    script = Scripted(tmp_path / "archive.db")
    first, second = list_pages(script.path, "/")
    address = unescape(re.search(r'rel="next" href="([^"]+)"', first)[1])
    script._edit(range(50, 54))
    script.visits.run(script.portal, datetime(2024, 2, 20, 3, tzinfo=UTC))
    assert things_on(show(script.path, address)) == things_on(second)
    assert things_on(show(script.path, "/"))[:21] != things_on(first)[:21]
    script.visits.database.close()


def test_ties_are_not_lost_between_pages(script: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    """New articles of one listing have one time."""
    every = [thing for page in list_pages(script.path, "/?kind=all") for thing in things_on(page)]
    for size in (1, 7):
        monkeypatch.setattr("archiver.web.pages.home.PAGE", size)
        assert [thing for page in list_pages(script.path, "/?kind=all") for thing in things_on(page)] == every


def test_a_form_says_what_was_asked_in_the_language_of_the_page(script: Scripted) -> None:
    asked = "/?q=đoạn&since=2024-01-30&kind=edited"
    english, vietnamese = show(script.path, asked), ask(script.path, f"{asked}&lang=vi").text
    assert 'name="since" value="30 Jan 2024"' in english
    assert 'name="since" value="30/01/2024"' in vietnamese
    for html in (english, vietnamese):
        assert 'name="q" value="đoạn"' in html
        assert '<input type="hidden" name="kind" value="edited">' in html
        assert "<details open>" in html
        assert 'type="date"' not in html


def test_an_empty_page_says_what_to_do(script: Scripted, tmp_path: Path) -> None:
    nothing = show(script.path, "/?q=khôngaiviếtthế")
    assert "Take a filter away" in nothing
    assert '<a href="/">Clear</a>' in nothing
    assert "/articles?q=kh%C3%B4ngaivi%E1%BA%BFtth%E1%BA%BF" in nothing
    create_or_open(tmp_path / "empty.db").close()
    assert "archiver crawl" in show(tmp_path / "empty.db", "/")
    visits = Visits(tmp_path / "once.db")
    visits.run(demo_portal(), datetime(2024, 1, 1, 3, tzinfo=UTC))
    visits.database.close()
    once = show(tmp_path / "once.db", "/")
    assert "Changes show from the second crawl on" in once
    assert "New articles" in once


def test_what_cannot_be_meant_is_told(script: Scripted) -> None:
    wrong = {
        "kind=wrong": "there is no “wrong”; there are: edited, suspect",
        "field=wrong": "there are: title, lead",
        "since=yesterday": "write 27 Apr 2018 or 2018-04-27",
        "until=31/02/2024": "is no day",
        "after=x": "cannot be read",
    }
    for asked, told in wrong.items():
        for page in ("/", "/feed"):
            answer = ask(script.path, f"{page}?{asked}", ENGLISH)
            assert (asked, answer.status_code) == (asked, 400)
            assert told in unescape(answer.text)
    assert ask(script.path, "/?site=nobody").status_code == 404


@pytest.mark.parametrize(
    "text", ["2018-04-27", "27/04/2018", "27/4/2018", "27-04-2018", "27.4.2018", "27 Apr 2018", " 27  april 2018 "]
)
def test_days_are_read_in_all_forms(text: str) -> None:
    assert read_day("since", text) == date(2018, 4, 27)


@pytest.mark.parametrize("text", ["04/27/2018", "27/04", "27 Foo 2018", "0/0/0000", "١/١/2018", "2018"])
def test_what_is_no_day(text: str) -> None:
    with pytest.raises(PageError):
        read_day("since", text)


@pytest.mark.parametrize("day", [date(2018, 4, 27), date(1, 1, 1), date(9999, 12, 31)])
def test_days_are_read_as_they_are_written(day: date) -> None:
    assert [read_day("at", write_day(day, language)) for language in ("vi", "en")] == [day, day]
    assert read_day("at", "  ") is None


# Sites that fail.


def test_a_site_that_fails_says_why_and_since_when(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    make_archive(path)
    with sqlite3.connect(path) as connection:
        for day in (1, 2, 3):
            connection.execute(
                "INSERT INTO runs (uid, site, kind, arguments, started_at, finished_at, outcome) VALUES "
                "(?1, ?2, 'crawl', '{}', ?3, ?3, 'failed')",
                (f"bad{day}", SITE, f"2024-03-0{day}T03:00:00.000000+00:00"),
            )
        connection.execute(
            "INSERT INTO findings (run_id, kind, url, detail) SELECT id, 'connection_refused', 'http://a.vn/tin', "
            "'cổng 443 từ chối' FROM runs WHERE uid = 'bad3'"
        )
    connection.close()
    html = unescape(show(path, "/"))
    assert "runs have not ended well since 1 Mar 2024, 10:00 +07, so changes since then may be missing" in html
    assert f'href="#site-{SITE}"' in html
    assert f'id="site-{SITE}"' in html
    assert "The last 3 runs did not end well, since 1 Mar 2024, 10:00 +07." in html
    assert "The last good one began 9 Feb 2024, 10:00 +07." in html
    assert "(cổng 443 từ chối)" in html
    assert "http://a.vn/tin" in html
    assert "did not end well" not in show(path, "/?kind=edited")


# Cite this.


def test_a_version_and_a_comparison_have_an_address_to_cite(script: Scripted) -> None:
    article = f"/article/{SITE}/{script.edited[0]}"
    for page in (article, f"{article}?version=1", f"{article}/compare?from=1&to=2"):
        html = show(script.path, page)
        [cited] = _cited(html)
        assert _cited(show(script.path, cited.removeprefix("http://localhost"))) == [cited]
        assert re.search(r"<code>[0-9a-f]{64}( → [0-9a-f]{64})?</code>", html)
        assert re.search(r'<time datetime="([^"]+)">\1</time>', html)
    assert re.fullmatch(r"http://localhost/article/\w+/\d+/compare\?from=20240120T03\d{4}Z&to=20240121T03\d{4}Z", cited)
    assert ask(script.path, f"{article}?version=20240119T000000Z").status_code == 404
    assert ask(script.path, f"{article}?version=20240119").status_code == 404
    assert ask(script.path, f"{article}/compare?from=2024&to=20240121T030000").status_code == 400


def test_what_is_cited_stays_though_older_captures_come_in(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    ids = make_archive(path)
    article = f"/article/{SITE}/{ids['edited']}"
    [version], [comparison] = (_cited(show(path, f"{article}{page}")) for page in ("", "/compare?from=1&to=2"))
    before = _digests(path, version), _digests(path, comparison)
    visits, portal = Visits(path), demo_portal()
    portal.edit(int(ids["edited"]), paragraphs=("Trước đó bài viết có nội dung khác hẳn.",))
    visits.run(portal, datetime(2023, 12, 1, 3, tzinfo=UTC))
    visits.database.close()
    assert "Version</dt><dd>3" in show(path, version.removeprefix("http://localhost")).replace("\n", "")
    assert (_digests(path, version), _digests(path, comparison)) == before


def _cited(html: str) -> list[str]:
    return [unescape(address) for address in re.findall(r"<code>(http://[^<]+)</code>", html)]


def _digests(path: Path, address: str) -> list[str]:
    return re.findall(r"[0-9a-f]{64}", show(path, address.removeprefix("http://localhost")))


@pytest.mark.parametrize("words", ["doan them lan", "đoạn", '"lần 41"', "truong -hoi", "hội"])
@pytest.mark.parametrize("common", [0, 10**9])
def test_however_words_are_looked_for_the_same_is_found(
    script: Scripted, monkeypatch: pytest.MonkeyPatch, words: str, common: int
) -> None:
    """Articles of few contents are looked at one by one; of some, the log is walked; of many, each change is asked."""
    wanted = ChangeFilter(words=parse_query(words))
    few = list(list_changes(script.visits.database.conn, wanted))
    for module in ("search.matching", "queries.changes"):
        monkeypatch.setattr(f"archiver.archive.{module}.FEW", 0)
    monkeypatch.setattr("archiver.archive.search.matching._COMMON", common)
    assert list(list_changes(script.visits.database.conn, wanted)) == few
