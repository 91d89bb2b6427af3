"""What is said of articles whose years before the first crawl were taken over from a web archive."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from archiver.model import Capture
from tests.archives import frozen_portal
from tests.portal import article_path
from tests.reading import ask
from tests.test_backfill import ARTICLE, START, backfill, check_like, import_at_once, keep_years, take
from tests.visiting import BASE, SITE, Visits
from tests.web_archives import WebArchive, serve_archive

CRAWLED = START + timedelta(days=1400)
OLD = replace(
    frozen_portal()._articles[ARTICLE],
    id=max(frozen_portal()._articles) + 1,
    title="Khai mạc hội thao truyền thống",
    lead="Hội thao có mười môn.",
    paragraphs=("Lễ khai mạc diễn ra tại sân vận động.", "Các đội thi đấu trong ba ngày."),
)
"""An article that the portal had before anybody crawled it here."""


def take_old(path: str, day: float, status: int = 200) -> Capture:
    """Let somebody else fetch a path of the portal as it was, with one article more."""
    portal = frozen_portal()
    portal.add(OLD)
    portal.set_views(OLD.id, 77)
    capture = take(portal, path, START + timedelta(days=day))
    return capture if status == 200 else replace(capture, status=status, body=b"<html><body>404</body></html>")


def take_over(path: Path, captures: list[Capture]) -> None:
    with serve_archive(WebArchive(captures)) as base:
        done = backfill(path, base)
    assert (done.stopped, done.refused, done.left) == (None, [], 0)


@pytest.mark.parametrize(
    ("days", "state"),
    [((), "live"), ((30,), "suspect"), ((30, 31), "suspect"), ((30, 37, 50), "gone")],
)
def test_an_article_of_the_web_archive_alone_has_the_state_of_its_last_sign(
    tmp_path: Path, days: tuple[int, ...], state: str
) -> None:
    visits = Visits(tmp_path / "archive.db")
    visits.run(frozen_portal(), CRAWLED)
    visits.database.close()
    errors = [take_old(article_path(OLD), day, 404) for day in days]
    take_over(tmp_path / "archive.db", [take_old(article_path(OLD), 0), *errors])
    visits = Visits(tmp_path / "archive.db")
    found = visits.query("SELECT state, first_seen_at FROM current_articles WHERE article_id = ?", str(OLD.id))
    assert [(row["state"], str(row["first_seen_at"])[:4]) for row in found] == [(state, "2022")]


def test_an_archive_that_is_a_year_on_is_as_it_was_but_older(tmp_path: Path) -> None:
    """Nothing becomes suspect, nothing is withheld, and nobody is told of an edit that was years ago."""
    visits = Visits(tmp_path / "archive.db")
    for week in (0, 26, 52):
        visits.run(frozen_portal(), CRAWLED + timedelta(weeks=week))
    before = visits.query("SELECT * FROM current_articles ORDER BY article_id")
    visits.database.close()
    lost = [take_old("/tin-khoi/-/view_content/99-khong-co.html", day, 404) for day in (1, 20, 40, 60)]
    looks = [one for one in keep_years(4) if one.status == 200]
    take_over(tmp_path / "archive.db", [*looks, *lost])
    visits = Visits(tmp_path / "archive.db")
    after = visits.query("SELECT * FROM current_articles ORDER BY article_id")
    older = {"first_seen_at", "snapshots", "changed_at"}
    assert [{**row, **dict.fromkeys(older)} for row in after] == [{**row, **dict.fromkeys(older)} for row in before]
    assert {str(row["first_seen_at"])[:4] for row in after} == {"2022"}
    assert visits.query("SELECT * FROM readings WHERE standing <> 'counted'") == []
    assert visits.query("SELECT * FROM events WHERE kind IN ('suspect', 'gone', 'delisted')") == []
    assert visits.query("SELECT DISTINCT outcome FROM runs WHERE kind = 'import'") == [{"outcome": "finished"}]


def test_the_counts_of_listings_are_observations(tmp_path: Path) -> None:
    take_over(tmp_path / "archive.db", [take_old(article_path(OLD), 0), take_old("/tin-khoi", 9)])
    found = Visits(tmp_path / "archive.db").query("SELECT source, views, observed_at FROM view_history ORDER BY source")
    days = [(START + timedelta(days=day)).date() for day in (0, 9)]
    assert [(row["source"], row["views"], str(row["observed_at"])[:10]) for row in found] == [
        ("article", 77, f"{days[0]}"),
        ("listing", 77, f"{days[1]}"),
    ]


def test_the_raw_page_leads_to_the_web_archive(tmp_path: Path) -> None:
    take_over(tmp_path / "archive.db", [take_old(article_path(OLD), 0)])
    page = ask(tmp_path / "archive.db", f"/article/{SITE.name}/{OLD.id}/raw").text
    [link] = [line for line in page.splitlines() if "/web/20220601020000/" in line]
    assert f'/web/20220601020000/{BASE}{article_path(OLD)}" rel="noreferrer noopener nofollow">' in link


@pytest.mark.parametrize("source", ["other.warc.gz", "javascript:alert(1)/", 'http://x/"><script>'])
def test_the_raw_page_of_another_capture_leads_nowhere(tmp_path: Path, source: str) -> None:
    import_at_once(tmp_path / "archive.db", [take_old(article_path(OLD), 0)], source).close()
    page = ask(tmp_path / "archive.db", f"/article/{SITE.name}/{OLD.id}/raw").text
    assert "20220601020000" not in page


def test_what_was_imported_from_a_file_is_not_asked_for(tmp_path: Path) -> None:
    captures = keep_years()
    import_at_once(tmp_path / "archive.db", captures[:9]).close()
    archive = WebArchive(captures)
    with serve_archive(archive) as base:
        done = backfill(tmp_path / "archive.db", base)
    assert (done.plan.known, done.imported.captures) == (9, len(captures) - 9)
    check_like(tmp_path / "archive.db", import_at_once(tmp_path / "at_once.db", captures))
