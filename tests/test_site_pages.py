"""The saved pages of declared sites, ``tests/pages/<site>/<case>.html`` and ``.json``: every field as expected."""

import pytest

from archiver.crawl.running.execution import find_spider
from archiver.crawl.running.project_settings import project_settings
from archiver.ingest.record import read_capture
from archiver.onboarding.samples import FOLDER, compare_sample, load_samples
from tests.conftest import PROJECT

SITES = sorted(path.name for path in (PROJECT / FOLDER).glob("*") if path.is_dir())
NONE_SAVED = "no site has a saved page; archiver sites new writes one beside the site"


@pytest.mark.parametrize("name", SITES or [pytest.param("", marks=pytest.mark.skip(reason=NONE_SAVED))])
def test_saved_pages_are_read_as_expected(name: str) -> None:
    site = find_spider(project_settings(), name).declare_site()
    samples = list(load_samples(PROJECT, name))
    assert samples
    assert [compare_sample(sample, read_capture(site, sample.capture)) for sample in samples] == [[]] * len(samples)
