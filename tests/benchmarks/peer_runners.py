"""The crawlers of others on the long portal, in an environment of their own (``make bench-peers`` makes it).

All are given the addresses of the articles, without pauses between requests, and at most 16 at once, where they can do
more than one.
"""

import json
import unicodedata
from collections.abc import Iterable, Sequence
from html import unescape
from pathlib import Path
from typing import Any

from archiver.demo_portal.portal import ZONE
from tests.benchmarks.extraction import PEERS_PYTHON
from tests.benchmarks.runners import IN_FLIGHT, Job, Runner
from tests.conftest import PROJECT
from tests.portal import expected_articles

_HERE = Path(__file__).parent
_ROWS = "articles.jsonl"
_MISSING = None if PEERS_PYTHON.exists() else f"{PEERS_PYTHON.relative_to(PROJECT)}, which make bench-peers makes,"
# By default it waits five seconds between two pages of a host and takes nothing from this machine.
_TRAFILATURA = {"SLEEP_TIME": "0", "SSRF_PROTECTION": "off"}


def _crawl_with_fundus(job: Job) -> Sequence[str]:
    return _start(job, "fundus_publisher.py", "yes")


def _crawl_with_fundus_alone(job: Job) -> Sequence[str]:
    return _start(job, "fundus_publisher.py", "no")


def _crawl_with_news_please(job: Job) -> Sequence[str]:
    return _start(job, "news_please_batches.py")


def _start(job: Job, program: str, *arguments: str) -> Sequence[str]:
    """Start a program of ours in their environment."""
    return str(PEERS_PYTHON), str(_HERE / program), *arguments, str(job.list_of_articles), str(job.folder / _ROWS)


def _crawl_with_trafilatura(job: Job) -> Sequence[str]:
    """Start its command; the settings are its own, but for two."""
    settings = job.folder / "settings.cfg"
    settings.write_text(_write_settings(), encoding="utf-8")
    command = (str(PEERS_PYTHON.with_name("trafilatura")), "--input-file", str(job.list_of_articles))
    more = ("--json", "--with-metadata", "--parallel", str(IN_FLIGHT), "--config-file", str(settings))
    return *command, "--output-dir", str(job.folder / "found"), *more


def _write_settings() -> str:
    library = next((PEERS_PYTHON.parents[1] / "lib").glob("python*/site-packages/trafilatura/settings.cfg"))
    lines = library.read_text(encoding="utf-8").splitlines()
    names = [line.partition(" = ")[0] for line in lines]
    return "\n".join(
        f"{name} = {_TRAFILATURA[name]}" if name in _TRAFILATURA else line
        for name, line in zip(names, lines, strict=True)
    )


def _check_fundus(job: Job) -> Iterable[str]:
    """Hold title and date of every article against the truth."""
    found = {row["url"]: (_clean(row["title"]), row["publishing_date"]) for row in _read_lines(job)}
    truth = zip(job.articles, expected_articles(job.portal), strict=True)
    expected = {
        url: (article.title, str(article.published.astimezone(ZONE).replace(tzinfo=None))) for url, article in truth
    }
    if wrong := [url for url in expected if found.get(url) != expected[url]]:
        yield f"{len(wrong)} of {len(expected)} articles, {wrong[0]}: {found.get(wrong[0])} != {expected[wrong[0]]}"
    yield from _check_texts(job, {row["url"]: _join_body(row["body"]) for row in _read_lines(job)})


def _check_news_please(job: Job) -> Iterable[str]:
    return _check_texts(job, {row["url"]: row["maintext"] for row in _read_lines(job)})


def _check_trafilatura(job: Job) -> Iterable[str]:
    rows = (json.loads(file.read_text(encoding="utf-8")) for file in (job.folder / "found").rglob("*.json"))
    return _check_texts(job, {row["source"]: row["text"] for row in rows})


def _check_texts(job: Job, texts: dict[str, str | None]) -> Iterable[str]:
    """Ask for a text of every article; how right it is, other benchmarks tell."""
    if missing := [url for url in job.articles if not texts.get(url)]:
        yield f"{len(missing)} of {len(job.articles)} articles have no text, {missing[0]} first"


def _read_lines(job: Job) -> list[dict[str, Any]]:
    lines = (job.folder / _ROWS).read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def _join_body(body: dict[str, Any]) -> str:
    return "\n".join([*body["summary"], *(text for section in body["sections"] for text in section["paragraphs"])])


def _clean(text: str) -> str:
    """Clean a title; the replica, like its model, escapes some letters twice, which is not held against anybody."""
    return " ".join(unicodedata.normalize("NFC", unescape(text)).split())


PEERS = (
    Runner("fundus", _crawl_with_fundus, _check_fundus, _MISSING),
    Runner("fundus without threads", _crawl_with_fundus_alone, _check_fundus, _MISSING),
    Runner("trafilatura", _crawl_with_trafilatura, _check_trafilatura, _MISSING),
    Runner("news-please", _crawl_with_news_please, _check_news_please, _MISSING),
)
