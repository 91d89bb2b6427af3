"""Second looks and signed documents in real crawls: who is asked for once more, and who is not."""

import json
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from tests.conftest import Crawling, Done
from tests.noise_kinds import ADDRESSES, TEXTS, by_hit
from tests.noisy_portal import START, Story, mark
from tests.noisy_server import Newsstand, serve_stories

KINDS = (TEXTS["counter"], ADDRESSES["hash in the name"], ADDRESSES["signed document"])
DOCUMENTS = ("-s", "ARCHIVE_ATTACHMENTS=documents")


def _crawl(crawling: Crawling, stand: Newsstand, base: str, day: int, *more: str) -> Done:
    stand.day = day
    stand.asked.clear()
    now = (START + timedelta(days=day)).isoformat()
    who = ("dukdhcd", "-a", f"start={base}/tin") if stand.look == "lif" else ("site", "-a", f"url={base}/tin")
    fast = ("-s", "DOWNLOAD_DELAY=0", "-s", "CONCURRENT_REQUESTS_PER_DOMAIN=8")
    return crawling.run("scrapy", "crawl", *who, *fast, *DOCUMENTS, *more, ARCHIVE_NOW=now)


def _make_stories() -> list[Story]:
    return [Story(0), *(Story(number, below=by_hit(kind)) for number, kind in enumerate(KINDS, 1))]


def _count_snapshots(crawling: Crawling) -> list[object]:
    return [row["snapshots"] for row in crawling.query("SELECT snapshots FROM current_articles ORDER BY url")]


@pytest.mark.parametrize("look", [pytest.param("lif", marks=pytest.mark.slow), "gen"])
@pytest.mark.parametrize("process", ["never", pytest.param("always", marks=pytest.mark.slow)])
def test_who_changed_is_asked_for_once_more_in_that_run_alone(crawling: Crawling, look: str, process: str) -> None:
    stories = _make_stories()
    stand = Newsstand(stories, look)
    pages = {story.path for story in stories}
    asked, files = [], []
    with serve_stories(stand) as base:
        for day in range(3):
            out = crawling.folder / f"{day}.jsonl"
            done = _crawl(crawling, stand, base, day, "-O", str(out), "-s", f"ARCHIVE_RECORDING_PROCESS={process}")
            assert done.status == 0, done.err
            asked.append(Counter(path for path in stand.asked if path in pages))
            files.append(sum(path.startswith("/k12/") for path in stand.asked))
            records = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
            assert sorted(record["url"] for record in records) == sorted(base + path for path in pages)
    noisy = {story.path: 2 for story in stories[1:]}
    once = dict.fromkeys(pages, 1)
    assert asked == [once, once | noisy, once]
    assert files == [1, 1, 0]
    assert _count_snapshots(crawling) == [1, 1, 1, 1]
    assert [tuple(row.values()) for row in crawling.query("SELECT bytes > 0, copies FROM attachments")] == [(1, 1)]
    assert crawling.query("SELECT count(*) AS n FROM files") == [{"n": 1}]
    runs = crawling.query("SELECT articles_changed, articles_unchanged, findings FROM run_summary")
    assert [tuple(run.values()) for run in runs[1:]] == [(0, 4, 0)] * 2


@pytest.mark.slow
def test_no_more_is_asked_for_than_the_budget_has(crawling: Crawling) -> None:
    stand = Newsstand(_make_stories(), "gen")
    with serve_stories(stand) as base:
        assert _crawl(crawling, stand, base, 0).status == 0
        done = _crawl(crawling, stand, base, 1, "-s", "ARCHIVE_MAX_REQUESTS=7")
    assert done.status in (0, 3)
    assert len(stand.asked) <= 8  # robots.txt is no request of the spider's
    kinds = {row["kind"] for row in crawling.query("SELECT kind FROM run_findings")}
    assert "unaccounted" not in kinds


@pytest.mark.parametrize("look", ["lif", pytest.param("gen", marks=pytest.mark.slow)])
def test_a_document_is_known_by_its_bytes(crawling: Crawling, look: str) -> None:
    """One that was moved is the same; one that was exchanged is another, though all else of it is alike."""
    stories = [Story(0), Story(1)]
    for story in stories:
        story.below = lambda moment: f'<p><a href="/tai/{moment.day > 0}/vb-{moment.number}.pdf">Văn bản.pdf</a></p>'
    stand = Newsstand(stories, look, lambda path: "mot" if path.endswith("vb-0.pdf") else mark(path))
    with serve_stories(stand) as base:
        for day in range(3):
            assert _crawl(crawling, stand, base, day).status == 0
    assert _count_snapshots(crawling) == [1, 2]
    assert crawling.query("SELECT count(*) AS n FROM files") == [{"n": 3}]
    assert crawling.archiver("verify").status == 0
    before = crawling.query("SELECT * FROM article_history")
    assert crawling.archiver("reparse", "--all").status == 0
    assert crawling.query("SELECT * FROM article_history") == before


@pytest.mark.slow
def test_a_second_look_that_fails_changes_nothing(crawling: Crawling, tmp_path: Path) -> None:
    """The page answers once a run, and then with an error of the server."""
    stories = [Story(0), Story(1, below=by_hit(TEXTS["counter"]))]
    stand = Newsstand(stories, "gen")
    answer = stand.answer
    stand.answer = lambda path: (  # type: ignore[method-assign]
        (500, "text/html", b"") if stand.day and path == stories[1].path and path in stand.asked else answer(path)
    )
    with serve_stories(stand) as base:
        for day in range(2):
            assert _crawl(crawling, stand, base, day, "-s", "RETRY_TIMES=0").status in (0, 3)
    assert crawling.query("SELECT state FROM current_articles") == [{"state": "live"}] * 2
    assert _count_snapshots(crawling) == [1, 2]
    summary = crawling.query("SELECT articles_found, articles_failed, articles_changed FROM run_summary")
    assert tuple(summary[-1].values()) == (2, 0, 1)
