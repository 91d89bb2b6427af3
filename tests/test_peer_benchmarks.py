"""Peers are measured on work that was done: what they did not store gives no figure, and exact means exact."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from archiver.demo_portal.portal import ZONE
from archiver.parsing.page import read_page
from archiver.platforms.liferay_hanoi import LIFERAY_HANOI
from tests.benchmarks.crawling import run_once, serve_long_portal
from tests.benchmarks.long_portal import make_long_portal
from tests.benchmarks.peer_readers import FIELDS, generate_samples, judge_reading
from tests.benchmarks.peer_runners import PEERS
from tests.benchmarks.runners import Job
from tests.benchmarks.scoring import Reading, take_reading
from tests.benchmarks.truth import Sample
from tests.portal import Portal, expected_articles

PAGES = 30
BY_NAME = {runner.name: runner for runner in PEERS}
TEXT = "Nội dung bài viết."


@pytest.fixture(scope="module")
def portal() -> Portal:
    return make_long_portal(PAGES)


@pytest.fixture
def job(portal: Portal, tmp_path: Path) -> Job:
    return Job("http://portal.example", portal, tmp_path)


def _write_fundus(job: Job, spoil: Callable[[dict[str, Any]], None]) -> None:
    rows = [
        {
            "url": url,
            "title": article.title,
            "publishing_date": str(article.published.astimezone(ZONE).replace(tzinfo=None)),
            "body": {"summary": [], "sections": [{"headline": [], "paragraphs": [TEXT]}]},
        }
        for url, article in zip(job.articles, expected_articles(job.portal), strict=True)
    ]
    spoil(rows[2])
    _write_lines(job, rows)


def _write_news_please(job: Job, spoil: Callable[[dict[str, Any]], None]) -> None:
    rows = [{"url": url, "maintext": TEXT} for url in job.articles]
    spoil(rows[2])
    _write_lines(job, rows)


def _write_lines(job: Job, rows: list[dict[str, Any]]) -> None:
    (job.folder / "articles.jsonl").write_text("\n".join(map(json.dumps, rows)) + "\n", encoding="utf-8")


def _write_trafilatura(job: Job, spoil: Callable[[dict[str, Any]], None]) -> None:
    rows = [{"source": url, "text": TEXT} for url in job.articles]
    spoil(rows[2])
    for number, row in enumerate(rows):
        file = job.folder / "found" / str(number % 2) / f"{number}.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(row), encoding="utf-8")


WRITERS = {
    "fundus": _write_fundus,
    "fundus without threads": _write_fundus,
    "trafilatura": _write_trafilatura,
    "news-please": _write_news_please,
}


@pytest.mark.parametrize("name", BY_NAME)
def test_whole_work_is_not_complained_of(name: str, job: Job) -> None:
    WRITERS[name](job, lambda row: None)
    assert list(BY_NAME[name].check(job)) == []


@pytest.mark.parametrize(
    ("name", "change", "complaint"),
    [
        ("fundus", {"title": "X"}, "1 of 30 articles, "),
        ("fundus", {"publishing_date": "2020-01-01 00:00:00"}, "1 of 30 articles, "),
        ("fundus", {"body": {"summary": [], "sections": []}}, "1 of 30 articles have no text"),
        ("trafilatura", {"text": ""}, "1 of 30 articles have no text"),
        ("trafilatura", {"source": "http://portal.example/khac"}, "1 of 30 articles have no text"),
        ("news-please", {"maintext": None}, "1 of 30 articles have no text"),
        ("news-please", {"url": "http://portal.example/khac"}, "1 of 30 articles have no text"),
    ],
)
def test_what_was_not_stored_is_told(name: str, change: dict[str, Any], complaint: str, job: Job) -> None:
    WRITERS[name](job, lambda row: row.update(change))
    (told,) = BY_NAME[name].check(job)
    assert told.startswith(complaint)


@pytest.mark.slow
@pytest.mark.parametrize("name", BY_NAME)
def test_every_peer_does_its_work(name: str, portal: Portal) -> None:
    runner = BY_NAME[name]
    if runner.missing:
        pytest.skip(f"{runner.missing} is missing")
    with serve_long_portal(PAGES) as base:
        run = run_once(runner, base, portal)
    assert min(run.rate, run.steady, run.cpu, run.peak) > 0


@pytest.fixture(scope="module")
def sample() -> Sample:
    return generate_samples(1)[0]


@pytest.fixture(scope="module")
def reading(sample: Sample) -> Reading:
    return take_reading(read_page(sample.capture, LIFERAY_HANOI, sample.zone), 0.0)


def test_what_is_right_is_exact(sample: Sample, reading: Reading) -> None:
    assert dict(judge_reading(sample, reading)) == dict.fromkeys(FIELDS, True)


def test_a_lead_may_stand_apart(sample: Sample, reading: Reading) -> None:
    lead = reading.lead
    assert lead
    apart = replace(reading, body=reading.body.removeprefix(lead))
    assert dict(judge_reading(sample, apart))["body"]


@pytest.mark.parametrize(
    ("field", "spoil"),
    [
        ("title", lambda reading: replace(reading, title=reading.title + ".")),
        ("date", lambda reading: replace(reading, published=reading.published.replace(day=28, month=2))),
        ("date", lambda reading: replace(reading, published=reading.published.replace(minute=59))),
        ("views", lambda reading: replace(reading, views=reading.views + 1)),
        ("section", lambda reading: replace(reading, section="Trang chủ")),
        ("body", lambda reading: replace(reading, body=reading.body + " thêm")),
        ("body", lambda reading: replace(reading, body=reading.body.rpartition(" ")[0])),
    ],
)
def test_what_is_nearly_right_is_not_exact(
    field: str, spoil: Callable[[Reading], Reading], sample: Sample, reading: Reading
) -> None:
    wrong = dict(judge_reading(sample, spoil(reading)))
    assert wrong == dict.fromkeys(FIELDS, True) | {field: False}
