"""With the platforms switched off, real listings are still read: how many of them, held to a number."""

from statistics import mean

import pytest

from archiver.platforms.liferay_hanoi import LIFERAY_HANOI
from tests.benchmarks.listings import (
    ARTICLES,
    WRITTEN,
    Comparison,
    compare,
    find_printed,
    read_addressed,
    rename_sample,
)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", params=["as it is", "renamed"])
def pages(request, shared, tmp_path_factory) -> list[Comparison]:
    samples = read_addressed(shared, tmp_path_factory.mktemp("mirror"))
    printed = find_printed(samples)
    return list(compare(samples if request.param == "as it is" else map(rename_sample, samples), printed))


def test_the_listings_of_the_mirror(pages):
    listings = [page for page in pages if page.printed.group == LIFERAY_HANOI.title]
    assert len(listings) > 80
    assert mean(page.has_entries for page in listings) >= 0.98
    assert mean(page.has_next for page in listings) >= 0.98


@pytest.mark.parametrize(
    "name", ["vnpt_bentre_liferay/list_dang_doan_the_anhoa.html", "vhv_cms/camau_list_chibo_empty.html"]
)
def test_listings_of_other_families(pages, name):
    page = next(page for page in pages if page.name == name)
    assert (page.has_entries, page.has_next) == (True, True)


def test_home_pages_and_forms_are_no_listings(pages):
    assert [page.name for page in pages if page.printed.group == WRITTEN and not page.has_entries] == []


def test_articles_are_no_listings(pages):
    articles = [page for page in pages if page.printed.group == ARTICLES]
    assert len(articles) > 500
    assert mean(page.has_entries for page in articles) >= 0.995
