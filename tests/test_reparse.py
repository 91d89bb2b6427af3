"""Reading again: a change of ours never looks like a change of the page (rule 10)."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archiver.archive.store.file import open_for_reading
from archiver.ingest.reparse import reparse
from archiver.ingest.verify import verify
from archiver.parsing.generic.text.extractor import VERSION
from archiver.parsing.page import CODE_VERSION
from archiver.platforms import PLATFORMS
from archiver.platforms.layout import ArticleLayout
from archiver.platforms.liferay_hanoi import LIFERAY_HANOI
from archiver.site import Site
from tests.portal import Portal, demo_portal
from tests.visiting import BASE, Visits

START = datetime(2026, 1, 5, 3, 0, tzinfo=UTC)
TRIAL = Site("dukdhcd", "Đảng ủy Khối", "trial")
VIEWS = ("current_articles", "article_history", "view_history", "events", "run_summary")
Install = Callable[..., None]


@pytest.fixture
def install() -> Iterator[Install]:
    """Install a version of a platform that exists only in this test: platforms are data."""

    def put(version: int, article: ArticleLayout, *, others: tuple[str, ...] = ()) -> None:
        layouts = tuple(
            replace(layout, articles=(article,), others=others or layout.others) for layout in LIFERAY_HANOI.layouts
        )
        PLATFORMS["trial"] = replace(LIFERAY_HANOI, name="trial", version=version, layouts=layouts)

    yield put
    PLATFORMS.pop("trial", None)


@pytest.fixture
def visits(tmp_path: Path) -> Iterator[Visits]:
    visits = Visits(tmp_path / "archive.db", TRIAL, BASE)
    yield visits
    visits.database.close()


GOOD = LIFERAY_HANOI.layouts[0].articles[0]
# Sees no lead outside the body.
BLIND = replace(GOOD, lead="p.nowhere")
# Takes the list of other news for a part of the body.
NOISY = replace(GOOD, body=("div.portlet-body",), boilerplate=("p.view-content-author", "div.sapo-wrapper"))


def _article_with_lead(portal: Portal) -> int:
    return next(article.id for article in portal.listed() if article.lead and not article.lead_in_body)


def _snapshots(visits: Visits, article: int) -> list[tuple[object, ...]]:
    rows = visits.query(
        "SELECT snapshot, substr(seen_from, 1, 10) AS day, changed_fields, cause FROM article_history "
        "WHERE article_id = ? ORDER BY snapshot",
        str(article),
    )
    return [tuple(row.values()) for row in rows]


def test_an_upgrade_between_two_crawls_makes_no_snapshot(visits: Visits, install: Install) -> None:
    portal = demo_portal()
    install(1, BLIND)
    visits.run(portal, START)
    install(2, GOOD)
    assert visits.run(portal, START + timedelta(days=1)) == []
    assert visits.query("SELECT count(*) AS n, max(snapshots) AS most FROM current_articles") == [{"n": 24, "most": 1}]
    row = visits.query("SELECT lead FROM current_articles WHERE article_id = ?", str(_article_with_lead(portal)))
    assert row[0]["lead"]


def test_an_upgrade_and_an_edit_at_once_show_the_edit_alone(visits: Visits, install: Install) -> None:
    portal = demo_portal()
    article = _article_with_lead(portal)
    install(1, BLIND)
    visits.run(portal, START)
    install(2, GOOD)
    portal.edit(article, title="Một tiêu đề khác")
    visits.run(portal, START + timedelta(days=1))
    assert _snapshots(visits, article) == [
        (1, "2026-01-05", None, "page"),
        (2, "2026-01-06", '["title"]', "page"),
    ]


def test_without_the_old_page_the_difference_is_unverified(visits: Visits, install: Install) -> None:
    portal = demo_portal()
    article = _article_with_lead(portal)
    install(1, BLIND)
    visits.run(portal, START)
    visits.database.execute(
        "UPDATE payloads SET encoding = 'plain', data = x'00', dictionary_digest = NULL, base_digest = NULL"
    )
    install(2, GOOD)
    visits.run(portal, START + timedelta(days=1))
    assert _snapshots(visits, article) == [
        (1, "2026-01-05", None, "page"),
        (2, "2026-01-06", '["lead"]', "unverified"),
    ]


def test_a_difference_the_old_parser_could_not_see_appears_at_page_time(visits: Visits, install: Install) -> None:
    portal = demo_portal()
    article = _article_with_lead(portal)
    install(1, BLIND)
    visits.run(portal, START)
    portal.edit(article, lead="Phần dẫn đã được viết lại hoàn toàn sau khi đăng.")
    visits.run(portal, START + timedelta(days=1))
    visits.run(portal, START + timedelta(days=2))
    assert _snapshots(visits, article) == [(1, "2026-01-05", None, "page")]
    install(2, GOOD)
    verdicts = {reread.verdict for reread in reparse(visits.database)}
    assert verdicts == {"changed", "same"}
    assert _snapshots(visits, article) == [
        (1, "2026-01-05", None, "page"),
        (2, "2026-01-06", '["lead"]', "reparse"),
    ]
    assert list(verify(visits.database)) == []


def test_neighbours_that_become_equal_are_one_in_the_views_and_kept_in_the_table(
    visits: Visits, install: Install
) -> None:
    portal = demo_portal()
    install(1, NOISY)
    for day in range(4):
        visits.run(portal, START + timedelta(days=day))
    noisy = visits.query("SELECT count(*) AS n FROM article_history")[0]["n"]
    assert isinstance(noisy, int)
    assert noisy > 24
    install(2, GOOD)
    list(reparse(visits.database, force=True))
    assert visits.query("SELECT count(*) AS n FROM article_history") == [{"n": 24}]
    kept = visits.query("SELECT count(*) AS n FROM snapshots WHERE number IS NULL")[0]["n"]
    assert kept == noisy


def test_reading_again_with_the_same_parser_is_the_identity(visits: Visits, install: Install) -> None:
    portal = demo_portal()
    install(1, GOOD)
    visits.run(portal, START)
    portal.edit(_article_with_lead(portal), title="Tiêu đề mới")
    visits.run(portal, START + timedelta(days=1))
    before = visits.dump(*VIEWS)
    assert [reread.verdict for reread in reparse(visits.database) if reread.verdict != "unreadable"] == []
    assert visits.dump(*VIEWS) == before


def test_a_dry_run_names_fields_and_writes_nothing(visits: Visits, install: Install) -> None:
    portal = demo_portal()
    install(1, BLIND)
    visits.run(portal, START)
    before = visits.dump(*VIEWS)
    install(2, GOOD)
    rereads = list(reparse(visits.database, dry_run=True))
    changed = [reread.changed for reread in rereads if reread.verdict == "changed"]
    assert {field for fields in changed for field in fields} == {"lead", "images"}  # the lead's picture stands with it
    assert visits.dump(*VIEWS) == before
    assert visits.query("SELECT DISTINCT version FROM parsers WHERE id IN (SELECT parser_id FROM readings)") == [
        {"version": f"{CODE_VERSION}.1 trial trafilatura {VERSION}"}
    ]


def test_a_reading_that_fills_fewer_fields_is_refused_unless_forced(visits: Visits, install: Install) -> None:
    portal = demo_portal()
    article = _article_with_lead(portal)
    install(1, GOOD)
    visits.run(portal, START)
    lead = "SELECT lead FROM current_articles WHERE article_id = ?"
    before = visits.query(lead, str(article))
    install(2, BLIND)
    refused = [reread for reread in reparse(visits.database) if reread.verdict == "refused"]
    assert {reread.lost for reread in refused} == {("lead",)}
    assert visits.query(lead, str(article)) == before
    assert "refused" not in {reread.verdict for reread in reparse(visits.database, force=True)}
    assert visits.query(lead, str(article)) == [{"lead": None}]
    assert visits.query("SELECT max(snapshots) AS most FROM current_articles") == [{"most": 1}]


def test_pages_that_were_unreadable_once_are_found_at_their_own_time(visits: Visits, install: Install) -> None:
    """A layout that took every page for one of another kind for a week: after the repair nothing is missing of it."""
    portal = demo_portal()
    install(1, replace(GOOD, title="div.khong-co", mark="khong-co"), others=("body",))
    visits.run(portal, START)
    assert visits.query("SELECT count(*) AS n FROM current_articles") == [{"n": 0}]
    install(2, GOOD)
    list(reparse(visits.database))
    found = visits.query("SELECT count(*) AS n, min(substr(first_seen_at, 1, 10)) AS day FROM current_articles")
    assert found == [{"n": 24, "day": "2026-01-05"}]


def test_verify_writes_nothing_for_a_parser_that_is_new(visits: Visits, install: Install, tmp_path: Path) -> None:
    """An archive is verified read-only, also right after an upgrade that reads pages anew."""
    install(1, GOOD)
    visits.run(demo_portal(), START)
    install(2, GOOD)
    parsers = visits.query("SELECT version FROM parsers")
    assert list(verify(open_for_reading(tmp_path / "archive.db"))) == []
    assert visits.query("SELECT version FROM parsers") == parsers
