"""A real portal of the family, crawled: every article that its listings reach, each once and exactly as printed."""

import json
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from archiver.archive.runs.run_log import open_run
from archiver.archive.store.file import create_or_open
from archiver.clock import now
from archiver.ingest.record import read_capture, record_capture
from archiver.ingest.replay import replay
from archiver.model import Capture
from archiver.site import Site
from archiver.text.raised import PLAIN, restore_level
from tests.conftest import Crawling
from tests.real_portal import (
    BROKEN_MARKUP,
    CHANNELS,
    read_capture_time,
    read_date,
    read_truth,
    read_words,
    serve_folder,
    unpack_mirror,
)
from tests.scripted_year import dump

SITE = Site("sotttt", "Sở Thông tin và Truyền thông Hà Nội", "liferay_hanoi")


@pytest.fixture(scope="module")
def mirror(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return unpack_mirror(shared, tmp_path_factory.mktemp("mirror"))


@pytest.fixture(scope="module")
def records(mirror: Path, module_crawling: Crawling) -> list[dict[str, Any]]:
    out = module_crawling.folder / "out.jsonl"
    with serve_folder(mirror) as base:
        start = ",".join(f"{base}/{channel}.html" for channel in CHANNELS)
        done = module_crawling.scrapy("sotttt", start, "-O", str(out))
    assert done.status == 3, done.err[-2000:]  # the listings lead to some pages that were not mirrored
    return [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def truth(shared: Path) -> dict[str, dict[str, Any]]:
    return read_truth(shared)


def _file_of(record: dict[str, Any]) -> str:
    return unquote(urlsplit(record["url"]).path.lstrip("/"))


def test_every_article_once(records: list[dict[str, Any]], truth: dict[str, dict[str, Any]]) -> None:
    assert len(records) == 639
    assert {record["article_id"] for record in records} == {row["native_key"] for row in truth.values()}


def test_title_date_and_count_are_as_printed(records: list[dict[str, Any]], truth: dict[str, dict[str, Any]]) -> None:
    for record in records:
        printed = truth[_file_of(record)]
        at, precision = read_date(printed["published_raw"])
        read = datetime.fromisoformat(record["published_at"]) if record["published_at"] else None
        assert (record["title"], record["views"], record["published_raw"], read, record["published_precision"]) == (
            printed["title"],
            printed["views"],
            printed["published_raw"],
            at,
            precision,
        )


def test_no_word_of_a_body_is_lost_or_added(records: list[dict[str, Any]], shared: Path, mirror: Path) -> None:
    for record in records:
        if record["article_id"] in BROKEN_MARKUP:
            continue
        captions = " ".join(image["caption"] or "" for image in record["images"]).translate(PLAIN)
        text = restore_level(record["body"], record["marks"])  # elements of a page make no other words
        body = Counter(f"{text} {record['author'] or ''} {captions}".split())
        lead = Counter((record["lead"] or "").split())  # beside the body, or its first paragraph
        printed = Counter(word.translate(PLAIN) for word in read_words(shared, mirror / _file_of(record)))
        assert printed in (body, body + lead), record["url"]


def test_nothing_else_is_archived(records: list[dict[str, Any]], module_crawling: Crawling) -> None:
    row = module_crawling.query(
        "SELECT count(*) AS articles, sum(snapshots) AS snapshots, sum(state = 'live' AND listed) AS live "
        "FROM current_articles"
    )
    assert row == [{"articles": 639, "snapshots": 639, "live": 639}]
    kinds = module_crawling.query("SELECT kind, count(*) AS n FROM findings GROUP BY kind")
    assert kinds == [{"kind": "http_404", "n": 19}]  # addresses that the mirroring tool cut; all totals add up


@pytest.mark.slow
def test_all_copies_in_order_of_capture(mirror: Path, truth: dict[str, dict[str, Any]], tmp_path: Path) -> None:
    """1,482 copies of 639 articles: 639 snapshots, and an observation for every count that a copy prints."""
    database = create_or_open(tmp_path / "copies.db")
    with database.atomic():
        run = open_run(database.conn, SITE, {}, now())
    for row in sorted(truth.values(), key=lambda row: read_capture_time(row["captured"])):
        body = (mirror / row["file"]).read_bytes()
        capture = Capture(row["address"], read_capture_time(row["captured"]), 200, (), body)
        record_capture(database, run, SITE, capture, read_capture(SITE, capture))
    counts = database.query(
        "SELECT (SELECT count(*) FROM current_articles) AS articles,"
        " (SELECT count(*) FROM article_history) AS snapshots,"
        " (SELECT count(*) FROM view_history) AS observations, (SELECT count(*) FROM findings) AS findings"
    )
    printed = sum(row["views"] is not None for row in truth.values())
    assert list(counts) == [{"articles": 639, "snapshots": 639, "observations": printed, "findings": 0}]
    before = dump(database)
    list(replay(database, jobs=2))
    assert dump(database) == before
    database.close()
