"""An article as it stood: nothing of a later day stands beside a text of an earlier one, whoever shows it."""

import json
import re
import shutil
import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.archive.history.content import write_time
from archiver.archive.history.past import find_article_at
from archiver.archive.queries.queries import list_snapshots
from archiver.archive.queries.views import COLUMNS
from archiver.archive.store.file import close_archive, open_for_reading
from archiver.archive.store.values import read_rows
from archiver.cli import archiver
from archiver.web.pages.article import load_article
from archiver.web.pages.raw import load_raw
from tests.archives import MORNING, frozen_portal
from tests.conftest import Crawling
from tests.portal import Portal, PortalArticle, Response, huge_portal
from tests.reading import ask
from tests.test_web import ENGLISH
from tests.visiting import SITE, Visits

WEEK = timedelta(days=7)
ARTICLES = 12
"""With so many, three that are missing at once are no outage."""
OPERATIONS = ("title", "body", "pictures", "documents", "remove", "gone", "restore", "delist", "count", "nothing")

Row = dict[str, Any]


def _portal() -> Portal:
    portal = huge_portal(ARTICLES)
    for article in portal.listed():
        portal.edit(article.id, also_in=())
    return portal


def _change(portal: Portal, article: PortalArticle, operation: str, week: int) -> None:
    name = article.id
    if operation == "title":
        portal.edit(name, title=f"Tiêu đề của tuần {week}")
    elif operation == "body":
        portal.edit(name, paragraphs=(f"Đoạn văn của tuần {week}.", *portal.article(name).paragraphs[1:]))
    elif operation == "pictures":
        portal.edit(name, images=((f"/anh/{week}.jpg", f"Ảnh của tuần {week}"),))
    elif operation == "documents":
        portal.edit(name, attachments=((f"/tep/{week}.pdf", f"Tệp của tuần {week}"),))
    elif operation == "remove":
        portal.remove(name)
    elif operation == "delist":
        portal.delist(name)
    elif operation == "restore":
        portal.restore(name)
        portal.outage = None
    elif operation == "gone":  # 410 counts double
        portal.outage = lambda target: Response(410, b"gone") if f"/{name}-" in target else None
    elif operation == "count":
        portal.set_views(name, week)


def _record_weeks(folder: Path, script: list[tuple[str, int]]) -> tuple[Path, list[datetime]]:
    """Record a week for each step of a script and keep a copy of the archive of each: ``week-N.db``."""
    folder.mkdir()
    path = folder / "archive.db"
    portal, visits, times = _portal(), Visits(path), []
    articles = portal.listed()
    for week, (operation, number) in enumerate((("nothing", 0), *script)):
        _change(portal, articles[number], operation, week)
        visits.run(portal, MORNING + week * WEEK)
        times.append(MORNING + week * WEEK + timedelta(hours=1))
        visits.database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        shutil.copy(path, folder / f"week-{week}.db")
    close_archive(visits.database)
    return path, times


def _current(path: Path) -> list[Row]:
    with closing(open_for_reading(path)) as database:
        return list(read_rows(database.conn.execute("SELECT * FROM current_articles ORDER BY article_id")))


SCRIPTS = st.lists(st.tuples(st.sampled_from(OPERATIONS), st.integers(0, 2)), min_size=1, max_size=7)


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(script=SCRIPTS)
def test_the_past_is_what_an_archive_said_then(
    script: list[tuple[str, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """All columns of current_articles, for each article and each week."""
    path, times = _record_weeks(tmp_path_factory.mktemp("past") / "weeks", script)
    with closing(open_for_reading(path)) as database:
        for week, at in enumerate(times):
            for row in _current(path.with_name(f"week-{week}.db")):
                past = find_article_at(database.conn, row["site"], row["article_id"], at)
                assert past is not None
                assert {name: past[name] for name in COLUMNS["current_articles"]} == row, (script, week)
                snapshot = next(
                    one
                    for one in list_snapshots(database.conn, row["site"], row["article_id"])
                    if one["snapshot"] == past["snapshot"]
                )
                kept = set(COLUMNS["article_history"]) - {"url"}
                assert {name: past[name] for name in kept} == {name: snapshot[name] for name in kept}


@pytest.fixture(scope="module")
def weeks(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[datetime], str]:
    """Return an archive of an article that got another title, body, picture and document, and was removed."""
    steps = ("title", "body", "pictures", "documents", "count", "remove", "nothing", "nothing")
    path, times = _record_weeks(tmp_path_factory.mktemp("past") / "weeks", [(step, 0) for step in steps])
    return path, times, str(_portal().listed()[0].id)


def _call(path: Path, *arguments: str) -> list[Row]:
    done = CliRunner().invoke(archiver, ["--db", str(path), *arguments, "--json"], standalone_mode=False)
    assert done.exception is None, done
    rows: list[Row] = json.loads(done.stdout)
    return rows


def test_show_at_a_time_is_show_of_that_time(weeks: tuple[Path, list[datetime], str]) -> None:
    path, times, article = weeks
    states = []
    for week, at in enumerate(times):
        (then,) = _call(path, "show", article, "--at", at.isoformat())
        (row,) = _call(path.with_name(f"week-{week}.db"), "show", article)
        assert {name: then[name] for name in row} == row
        states.append((then["state"], then["snapshots"], then["listed"]))
    assert states[:6] == [("live", min(week + 1, 5), 1) for week in range(6)]
    assert states[6:] == [("suspect", 5, 0), ("suspect", 5, 0), ("gone", 5, 0)]
    (now,) = _call(path, "show", article)
    (later,) = _call(path, "show", article, "--at", "2099-01-01")
    assert {name: later[name] for name in now} == now


def test_the_text_for_people_is_of_that_time_too(weeks: tuple[Path, list[datetime], str]) -> None:
    path, times, article = weeks
    arguments = ["--db", str(path), "show", article, "--at", times[3].isoformat()]
    text = CliRunner().invoke(archiver, arguments, standalone_mode=False).stdout
    assert "Tiêu đề của tuần 1" in text
    assert "Ảnh của tuần 3" in text
    assert "Tệp của tuần 4" not in text
    assert re.search(r"^state: +live$", text, re.MULTILINE)
    assert re.search(r"^snapshots: +4$", text, re.MULTILINE)


@pytest.mark.parametrize("week", range(6))
def test_a_page_of_the_past_in_the_browser(weeks: tuple[Path, list[datetime], str], week: int) -> None:
    """By its number and by its day: note, section, address, body, pictures and documents are of that time."""
    path, times, article = weeks
    number = min(week + 1, 5)
    day = f"{times[week] + timedelta(hours=7):%Y-%m-%d}"
    address = f"/article/{SITE.name}/{article}"
    (then,) = _call(path.with_name(f"week-{week}.db"), "show", article)
    for query in (f"version={number}", f"at={day}"):
        if query.startswith("version") and number == 5:
            continue  # it stands to this day
        html = ask(path, f"{address}?{query}", ENGLISH).text
        reading = html[html.index('<article class="news">') : html.index('<div class="beside">')]
        assert f"<h1>{then['title']}</h1>" in reading
        for name, shown in (("Ảnh", then["images"]), ("Tệp", then["attachments"])):
            told = set(re.findall(rf"{name} của tuần \d", reading))
            assert told == {text for item in shown for text in item.values() if str(text).startswith(name)}
        assert "no longer" not in html[: html.index('<article class="news">')]
        raw = re.findall(r'href="(/article/[^"]*/raw\?[^"]*)"', html)[0].replace("&amp;", "&")
        page = ask(path, raw, ENGLISH).text
        source = ask(path, re.findall(r'href="(/article/[^"]*/source[^"]*)"', page)[0].replace("&amp;", "&")).text
        assert f"– {then['title']}</title>" in page
        assert then["title"] in source
        assert ("tuần 2" in source) == (week >= 2)


def test_what_happened_is_told_with_the_title_of_its_time(weeks: tuple[Path, list[datetime], str]) -> None:
    path, _, article = weeks
    first = _call(path.with_name("week-0.db"), "show", article)[0]["title"]
    feed = ask(path, f"/feed/{SITE.name}.atom", ENGLISH).text
    titles = re.findall(r"<title>(?:[^<]*): ([^<]*)</title>", feed)
    assert {first, "Tiêu đề của tuần 1"} <= set(titles)
    assert titles.count(first) == 1  # when it was met
    run = ask(path, "/run/1", ENGLISH).text
    assert first in run
    assert "Tiêu đề của tuần 1" not in run


def test_a_search_in_the_past_tells_nothing_of_today(weeks: tuple[Path, list[datetime], str]) -> None:
    path, _, article = weeks
    past, now = _pick(path, article)
    assert (past["views"], past["state"], past["changed_at"]) == (None, None, past["seen_from"])
    assert (now["state"], now["changed_at"]) == ("gone", now["seen_from"])


def _pick(path: Path, article: str) -> tuple[Row, Row]:
    hits = [hit for hit in _call(path, "search", "đoạn văn của tuần", "--history") if hit["article_id"] == article]
    return next(hit for hit in hits if not hit["current"]), next(hit for hit in hits if hit["current"])


def test_history_has_the_whole_state(weeks: tuple[Path, list[datetime], str]) -> None:
    path, times, article = weeks
    rows = _call(path, "history", article)
    for week, row in enumerate(rows):
        (then,) = _call(path.with_name(f"week-{week}.db"), "show", article)
        for name in ("body_html", "published_raw", "published_precision", "body", "author", "lead"):
            assert row[name] == then[name]
    with closing(sqlite3.connect(path)) as connection:
        query = "SELECT body_html FROM article_history WHERE article_id = ? ORDER BY snapshot"
        assert [row[0] for row in connection.execute(query, (article,))] == [row["body_html"] for row in rows]
    assert len(times) == 9


def test_files_are_those_that_were_known_then(tmp_path: Path) -> None:
    """Of a former version: what was kept until the next one was seen."""
    portal, visits = frozen_portal(), Visits(tmp_path / "archive.db")
    article = portal.listed()[0]
    portal.edit(article.id, attachments=(("/tep/a.pdf", "Tệp"),))
    visits.run(portal, MORNING)
    portal.edit(article.id, title="Tiêu đề khác")
    visits.run(portal, MORNING + WEEK)
    connection = visits.database.conn
    (row,) = visits.query("SELECT attachments FROM current_articles WHERE attachments <> '[]'")
    address = json.loads(str(row["attachments"]))[0]["url"]
    connection.execute("INSERT OR IGNORE INTO addresses (site, url) VALUES (?, ?)", (SITE.name, address))
    for week, letter in enumerate("ab"):
        digest, at = letter.encode() * 32, write_time(MORNING + week * WEEK + timedelta(minutes=5), "microseconds")
        connection.execute("INSERT INTO files VALUES (?, 1, 'application/pdf', 'pdf')", (digest,))
        connection.execute(
            "INSERT INTO downloads (address_id, fetched_at, run_id, status, digest) "
            "SELECT id, ?, 1, 200, ? FROM addresses WHERE url = ?",
            (at, digest, address),
        )
    for version, day, known in ((1, None, "a"), (2, None, "ba"), (None, MORNING.date(), "a"), (None, None, "ba")):
        page = load_article(connection, SITE.name, str(article.id), version, day)
        kept = "".join(copy.file.digest[:1].decode() for copy in page.files[address].copies)
        assert (version, day, kept) == (version, day, known)


def test_an_article_that_moved_is_shown_at_its_address_of_that_time(tmp_path: Path) -> None:
    """And under the section of that time; of a time when it had both, the section is not told."""
    portal, visits = _portal(), Visits(tmp_path / "archive.db")
    article = portal.listed()[0]
    other = next(channel for channel in portal.channels if channel != article.channel)
    visits.run(portal, MORNING)
    portal.edit(article.id, channel=other)
    visits.run(portal, MORNING + WEEK)
    visits.run(portal, MORNING + 2 * WEEK)
    pasts = [
        find_article_at(visits.database.conn, SITE.name, str(article.id), MORNING + week * WEEK + timedelta(hours=1))
        for week in (0, 1)
    ]
    shown = [(past["url"].split("/")[3], past["section"]) for past in pasts if past]
    assert shown == [(article.channel, portal.channels[article.channel].name), (other, None)]


def test_raw_pages_of_a_version(weeks: tuple[Path, list[datetime], str]) -> None:
    path, times, article = weeks
    with closing(open_for_reading(path)) as database:
        for version in range(1, 6):
            page = load_raw(database.conn, SITE.name, article, None, version)
            began = times[version - 1] - timedelta(hours=1)
            assert began <= page.capture.fetched_at < (times[version] if version < 5 else times[-1])
    assert ask(path, f"/article/{SITE.name}/{article}/raw?version=9", ENGLISH).status_code == 404


def test_views_of_an_earlier_program_are_told_and_renewed(crawling: Crawling) -> None:
    """The tables are the same, only the public views knew fewer columns."""
    visits = Visits(crawling.path)
    visits.run(frozen_portal(), MORNING)
    with visits.database.atomic():
        visits.database.execute("DROP VIEW article_history")
        visits.database.execute("CREATE VIEW article_history (article_id) AS SELECT native_key FROM articles")
    article = str(frozen_portal().listed()[0].id)
    close_archive(visits.database)
    told = crawling.archiver("history", article)
    assert (told.status, told.err.endswith("(article_history); run archiver upgrade, which makes them anew\n")) == (
        1,
        True,
    )
    assert crawling.archiver("upgrade").status == 0
    assert _call(crawling.path, "history", article)[0]["body_html"].startswith("<p>")
    with closing(sqlite3.connect(crawling.path)) as connection:
        assert connection.execute("SELECT body_html FROM article_history").fetchone()[0].startswith("<p>")
        cookie = connection.execute("PRAGMA schema_version").fetchone()
    close_archive(Visits(crawling.path).database)
    with closing(sqlite3.connect(crawling.path)) as connection:  # and nothing is renewed that is current
        assert connection.execute("PRAGMA schema_version").fetchone() == cookie
