"""Articles that go over several pages are one article: asked for together, recorded whole, read again the same."""

from collections.abc import Iterator

import pytest

from tests.conftest import FAST, Crawling, Done
from tests.paged_portal import TITLE, PagedPortal, serve_paged, write_article, write_paragraphs

WHOLE = [text for page in (1, 2, 3) for text in write_paragraphs(page)]


@pytest.fixture
def portal() -> PagedPortal:
    return PagedPortal()


@pytest.fixture
def base(portal: PagedPortal) -> Iterator[str]:
    with serve_paged(portal) as address:
        yield address


def _crawl(crawling: Crawling, base: str, *more: str, **environment: str) -> Done:
    return crawling.run("scrapy", "crawl", "site", "-a", f"url={base}/tin", *FAST, *more, **environment)


def _articles(crawling: Crawling) -> dict[object, object]:
    rows = crawling.query("SELECT title, body, snapshots FROM current_articles")
    return {row["title"]: (str(row["body"]).split("\n\n"), row["snapshots"]) for row in rows}


def _findings(crawling: Crawling) -> list[object]:
    return [row["kind"] for row in crawling.query("SELECT kind FROM findings ORDER BY id")]


def _asked(portal: PagedPortal) -> list[str]:
    return [path for path in portal.asked if path.startswith("/tin/dai")]


def test_the_pages_are_one_article(crawling: Crawling, base: str, portal: PagedPortal) -> None:
    done = _crawl(crawling, base)
    assert done.status == 0, done.err
    assert _articles(crawling)[TITLE] == (WHOLE, 1)
    assert len(_articles(crawling)) == 3
    assert _asked(portal) == ["/tin/dai", "/tin/dai?trang=2", "/tin/dai?trang=3"]
    assert crawling.query("SELECT url FROM current_articles WHERE title = ?", TITLE) == [{"url": f"{base}/tin/dai"}]
    assert _findings(crawling) == []
    pages = crawling.query(
        "SELECT d.url, k.expected IS NOT NULL AS expected, k.final FROM captures k JOIN addresses d "
        "ON d.id = k.address_id WHERE d.url LIKE '%/tin/dai%' ORDER BY k.fetched_at"
    )
    assert [(row["expected"], row["final"]) for row in pages] == [(1, 0), (1, 0), (1, 1)]


@pytest.mark.slow
@pytest.mark.parametrize("how", [("reparse", "--all"), ("reparse",)])
def test_read_again_it_is_the_same(crawling: Crawling, base: str, how: tuple[str, ...]) -> None:
    _crawl(crawling, base)
    before = crawling.query("SELECT * FROM article_history ORDER BY article_id, snapshot")
    assert crawling.archiver("verify").status == 0
    assert crawling.archiver(*how).status == 0
    assert crawling.query("SELECT * FROM article_history ORDER BY article_id, snapshot") == before
    assert crawling.archiver("verify").status == 0


@pytest.mark.slow
def test_another_parser_reads_it_whole_too(crawling: Crawling, base: str) -> None:
    """What an older one read is read again by today's, of all pages; so nothing seems edited (rule 10)."""
    _crawl(crawling, base)
    crawling.query("UPDATE parsers SET version = '0.1 generic', ordinal = 1 RETURNING id")
    assert crawling.archiver("reparse").status == 0
    assert _articles(crawling)[TITLE] == (WHOLE, 1)
    assert crawling.query("SELECT count(*) AS n FROM events WHERE kind = 'edited'") == [{"n": 0}]


@pytest.mark.slow
def test_an_edit_of_the_last_page_is_one_edit(crawling: Crawling, base: str, portal: PagedPortal) -> None:
    _crawl(crawling, base)
    portal.texts[2][0] = "Phần cuối được viết lại: hội thảo kết thúc với bảy kiến nghị gửi lên cấp trên."
    assert _crawl(crawling, base, "-a", "full=1").status == 0
    rows = crawling.query(
        "SELECT snapshot, changed_fields FROM article_history WHERE url LIKE '%/tin/dai' ORDER BY snapshot"
    )
    assert rows == [{"snapshot": 1, "changed_fields": None}, {"snapshot": 2, "changed_fields": '["body"]'}]
    assert crawling.archiver("verify").status == 0


@pytest.mark.slow
def test_an_unchanged_article_is_asked_for_whole_again(crawling: Crawling, base: str, portal: PagedPortal) -> None:
    """That its first page has not changed would say nothing of the others: it is asked for without conditions."""
    _crawl(crawling, base)
    portal.asked.clear()
    assert _crawl(crawling, base, "-a", "full=1").status == 0
    assert _asked(portal) == ["/tin/dai", "/tin/dai?trang=2", "/tin/dai?trang=3"]
    assert _articles(crawling)[TITLE] == (WHOLE, 1)


@pytest.mark.slow
def test_a_second_look_goes_through_all_pages(crawling: Crawling, base: str, portal: PagedPortal) -> None:
    """What changed a little may be noise, and is looked at again: from the first page on."""
    _crawl(crawling, base)
    portal.texts[1][2] = portal.texts[1][2].replace("của xã", "của các xã")
    portal.asked.clear()
    assert _crawl(crawling, base, "-a", "full=1").status == 0
    assert _asked(portal) == ["/tin/dai", "/tin/dai?trang=2", "/tin/dai?trang=3"] * 2
    whole, snapshots = _articles(crawling)[TITLE]  # type: ignore[misc]  # a pair
    assert (len(whole), snapshots) == (9, 2)
    assert crawling.archiver("verify").status == 0
    assert crawling.archiver("reparse", "--all").err.endswith("0 articles are shown otherwise\n")


@pytest.mark.parametrize("status", [404, 503])
@pytest.mark.slow
def test_a_page_that_is_not_had_is_told_and_nothing_shortened(
    crawling: Crawling, base: str, portal: PagedPortal, status: int
) -> None:
    _crawl(crawling, base)
    portal.answers["/tin/dai?trang=3"] = (status, "<html><body>Lỗi</body></html>")
    assert _crawl(crawling, base, "-a", "full=1", "-s", "RETRY_TIMES=0").status != 0
    assert _findings(crawling) == ["incomplete_article"]
    assert _articles(crawling)[TITLE] == (WHOLE, 1)
    assert crawling.query("SELECT state FROM current_articles WHERE title = ?", TITLE) == [{"state": "live"}]
    assert crawling.archiver("verify").status == 0


@pytest.mark.slow
def test_what_could_not_be_read_whole_is_asked_for_by_the_next_run(
    crawling: Crawling, base: str, portal: PagedPortal
) -> None:
    portal.answers["/tin/dai?trang=2"] = (503, "")
    _crawl(crawling, base, "-s", "RETRY_TIMES=0")
    assert TITLE not in _articles(crawling)
    portal.answers.clear()
    assert _crawl(crawling, base).status == 0
    assert _articles(crawling)[TITLE] == (WHOLE, 1)


@pytest.mark.slow
def test_another_page_in_the_place_of_the_next_is_told(crawling: Crawling, base: str, portal: PagedPortal) -> None:
    other = write_article("Một bài khác hẳn về việc trồng cây ven đường", write_paragraphs(7))
    portal.answers["/tin/dai?trang=2"] = (200, other)
    _crawl(crawling, base)
    assert _findings(crawling) == ["continues"]
    assert _articles(crawling)[TITLE] == (write_paragraphs(1), 1)
    assert crawling.archiver("verify").status == 0


@pytest.mark.slow
def test_a_pager_that_shows_the_same_text_is_none_of_the_text(
    crawling: Crawling, base: str, portal: PagedPortal
) -> None:
    portal.texts[1] = portal.texts[0]
    assert _crawl(crawling, base).status == 0
    assert _findings(crawling) == []
    assert _articles(crawling)[TITLE] == (write_paragraphs(1), 1)


@pytest.mark.slow
def test_a_second_process_records_it_whole(crawling: Crawling, base: str) -> None:
    done = _crawl(crawling, base, "-s", "ARCHIVE_RECORDING_PROCESS=always")
    assert done.status == 0, done.err
    assert _articles(crawling)[TITLE] == (WHOLE, 1)
    assert crawling.archiver("verify").status == 0
