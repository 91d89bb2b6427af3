"""``diff``, ``show --at``, ``show --raw``, ``verify``, ``reparse`` and ``merge``."""

import json
import shutil
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from archiver import __version__
from tests.conftest import Crawling
from tests.portal import article_path, demo_portal, serve

DAYS = ("2026-01-05", "2026-01-12")


@pytest.fixture(scope="module")
def watched(module_crawling: Crawling) -> tuple[Crawling, str]:
    """A portal watched on two days, and the id of its newest article, which was edited between them."""
    portal = demo_portal()
    portal.freeze_counters()
    article = portal.listed()[0]
    with serve(portal) as base:
        start = ",".join(f"{base}/{channel}" for channel in portal.channels)
        for day in DAYS:
            done = module_crawling.scrapy("dukdhcd", start, ARCHIVE_NOW=f"{day}T03:00:00+00:00")
            assert done.status == 0, done.err
            head, *others = article.paragraphs
            portal.edit(article.id, title="Tiêu đề đã sửa", paragraphs=(f"{head} Có 853 đại biểu.", *others))
    return module_crawling, str(article.id)


def test_diff_shows_words(watched: tuple[Crawling, str]) -> None:
    crawling, article = watched
    done = crawling.archiver("diff", article)
    assert done.status == 0
    assert "{+Có 853 đại biểu.+}" in done.out
    assert "+++ snapshot 2, seen 2026-01-12 10:00+07 to 2026-01-12 10:00+07" in done.out
    assert crawling.archiver("diff", article, "--exit-code").status == 1
    assert crawling.archiver("diff", article, "1", "1", "--exit-code").status == 0


def test_diff_for_programs(watched: tuple[Crawling, str]) -> None:
    crawling, article = watched
    edits = json.loads(crawling.archiver("diff", article, "1", "2", "--json").out)
    assert [(edit["field"], edit["kind"]) for edit in edits] == [("title", "replaced"), ("body", "replaced")]


@pytest.mark.parametrize("numbers", [("3",), ("1", "9"), ("1", "2", "2"), ("0",)])
def test_diff_of_what_is_not_there(watched: tuple[Crawling, str], numbers: tuple[str, ...]) -> None:
    crawling, article = watched
    done = crawling.archiver("diff", article, *numbers)
    assert done.status == 2
    assert "Traceback" not in done.err


def test_show_as_it_stood(watched: tuple[Crawling, str]) -> None:
    crawling, article = watched
    before = json.loads(crawling.archiver("show", article, "--at", "2026-01-08", "--json").out)[0]
    after = json.loads(crawling.archiver("show", article, "--json").out)[0]
    assert (before["snapshot"], before["title"] == after["title"], after["title"]) == (1, False, "Tiêu đề đã sửa")
    early = crawling.archiver("show", article, "--at", "2025-12-31")
    assert (early.status, early.err.count("\n")) == (2, 1)


def test_raw_is_what_was_received(tmp_path: Path) -> None:
    crawling = Crawling(tmp_path)
    portal = demo_portal()
    article = portal.listed()[0]
    page = replace(portal.page(article_path(article)), headers=(("Content-Type", "text/html"),))
    portal.answers[article_path(article)] = page
    with serve(portal) as base:
        assert crawling.scrapy("dukdhcd", f"{base}/{article.channel}").status == 0
    out = tmp_path / "page.html"
    assert crawling.archiver("show", str(article.id), "--raw", "-o", str(out)).status == 0
    assert out.read_bytes() == page.body


def _copy(crawling: Crawling, folder: Path) -> Crawling:
    copy = Crawling(folder)
    shutil.copy(crawling.path, copy.path)
    return copy


def test_verify_names_what_is_broken(watched: tuple[Crawling, str], tmp_path: Path) -> None:
    crawling, article = watched
    whole = crawling.archiver("verify")
    assert (whole.status, whole.out) == (0, "")
    copy = _copy(crawling, tmp_path)
    with sqlite3.connect(copy.path) as connection:
        connection.execute("UPDATE payloads SET size = size + 1 WHERE rowid = (SELECT min(rowid) FROM payloads)")
        connection.execute("UPDATE contents SET digest = randomblob(32) WHERE title = 'Tiêu đề đã sửa'")
    connection.close()
    broken = copy.archiver("verify")
    assert broken.status == 1
    assert f"what is recorded of {article} is not what it says: the content" in broken.out
    assert "payload" in broken.out


def test_reparse_finds_nothing_new(watched: tuple[Crawling, str]) -> None:
    crawling, _ = watched
    done = crawling.archiver("reparse", "--dry-run")
    assert (done.status, done.out, done.err) == (0, "", "would be: nothing to read again\n")


def test_merge_into_a_new_archive(watched: tuple[Crawling, str], tmp_path: Path) -> None:
    crawling, _ = watched
    merged = Crawling(tmp_path)
    for articles in (24, 0):  # the second time nothing is new
        done = merged.archiver("merge", str(crawling.path))
        said = f"{crawling.path}: made by version {__version__}; {articles} articles merged\n"
        assert (done.status, done.err) == (0, said)
    for view in ("current_articles", "article_history", "view_history", "events", "run_summary"):
        theirs, ours = (sorted(each.query(f"SELECT * FROM {view}"), key=str) for each in (crawling, merged))
        assert ours == theirs
    missing = merged.archiver("merge", str(tmp_path / "nowhere.db"))
    assert (missing.status, missing.err.count("\n")) == (1, 1)
