"""Saved pages of WordPress and of single sites abroad are read as printed, each on the platform it is recognised as."""

import json
import re
from dataclasses import asdict
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from archiver.html.decoding import decode_page
from archiver.model import Article, Capture
from archiver.parsing.page import read_page
from archiver.parsing.pages.document import parse_html
from archiver.platforms import PLATFORMS, recognise_platform
from archiver.text.raised import restore_level
from tests.conftest import SHARED

INDEX = (
    json.loads((SHARED / "pages" / "INDEX.json").read_text(encoding="utf-8"))
    if SHARED.is_dir()
    else {"listings": [], "pages": []}
)
# File -> platform, day of the capture (the pages keep none), and the printed date (local).
PAGES = {
    "other_lang/zh/zyyfy_party_branch.html": ("zyyfy", (2024, 1, 2), "2019-10-31T23:00"),
    "other_lang/zh/csdn_news.html": ("csdn_news", (2024, 1, 2), "2014-08-24T21:30"),
    "other_lang/zh/huanqiu.html": ("huanqiu", (2024, 1, 2), "2020-06-05T20:35"),
    "other_lang/ru/mk_orenburg.html": ("mk", (2020, 2, 18), "2020-02-18T05:46"),
    "other_lang/it/remember8090_3409.html": ("wordpress", (2024, 1, 2), "2017-11-23"),
    "other_lang/de/oekonomenstimme.html": ("oekonomenstimme", (2024, 1, 2), "2015-01-21"),
    # The index has no date here; the page prints one, and beside it that of the last change.
    "other_lang/de/wp_post_views_dot.html": ("wordpress", (2024, 1, 2), "2019-02-10"),
    "other_lang/en/breakingbelize_views.html": ("wordpress", (2024, 1, 2), "2022-04-21T22:11"),
    # 21:34 WIB, as it prints.
    "other_lang/id/kompas_sidebar_only.html": ("kompas", (2024, 1, 2), "2023-11-02T14:34"),
}
OURS = ("wordpress", "joomla", "dotnetnuke", "ucoz", "zyyfy", "csdn_news", "huanqiu", "mk", "oekonomenstimme", "kompas")

pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="the real pages are not here: ../shared is missing")


def folded(text):
    return re.sub(r"\s+", "", text or "")


def text_of(article):
    """Return the body with raised text as if it were not: so the index counts its characters."""
    return restore_level(" ".join(article.paragraphs), [asdict(mark) for mark in article.marks])


@pytest.mark.parametrize("file", PAGES)
def test_articles(file):
    name, captured, published = PAGES[file]
    expected = next(row for row in INDEX["pages"] if row["file"] == file)["expected"]
    body = (SHARED / "pages" / file).read_bytes()
    capture = Capture("https://example.org/an-article", datetime(*captured, 12, tzinfo=UTC), 200, (), body)
    article = read_page(capture, PLATFORMS[name], ZoneInfo("UTC"))
    assert isinstance(article, Article)
    text = folded(" ".join(article.paragraphs))
    at = datetime.fromisoformat(published).replace(tzinfo=UTC) if published else None
    precision = "minute" if published and "T" in published else "day"
    assert (
        article.title,
        article.published and (article.published.at, article.published.precision),
        article.views and article.views.value,
        text.startswith(folded(expected["body_first80"])),
        text.endswith(folded(expected["body_last80"])),
        len(text_of(article)) if expected.get("body_chars") else None,
    ) == (
        expected["title"],
        at and (at, precision),
        expected.get("view_count_int"),
        True,
        True,
        expected.get("body_chars"),
    )


@pytest.mark.slow
def test_only_these_pages_are_recognised_as_ours():
    found = {}
    for row in INDEX["pages"] + INDEX["listings"]:
        body = (SHARED / "pages" / row["file"]).read_bytes()
        platform = recognise_platform(parse_html(decode_page(body, ())))
        if platform and platform.name in OURS:
            found[row["file"]] = platform.name
    assert found == {file: name for file, (name, _, _) in PAGES.items()}
