"""With the platforms switched off, the generic reader still reads real pages: how well, held to a number per field."""

from statistics import mean

import pytest

from tests.benchmarks.extraction import find_false_articles, read_generic, score_group, share_of_printed
from tests.benchmarks.scoring import Reading
from tests.benchmarks.truth import FAMILY, MIRROR, OTHERS, Sample, read_samples
from tests.real_portal import unpack_mirror

pytestmark = pytest.mark.slow

Pages = tuple[list[Sample], list[Reading]]


@pytest.fixture(scope="module")
def pages(shared, tmp_path_factory) -> Pages:
    samples = read_samples(shared, unpack_mirror(shared, tmp_path_factory.mktemp("mirror")))
    return samples, read_generic(samples)


@pytest.mark.parametrize(
    ("field", "least"),
    [("title", 0.98), ("day", 0.97), ("minute", 0.97), ("views", 0.97), ("counts", 0.97), ("body", 0.95)],
)
def test_the_mirror(pages, field, least):
    scores = score_group(*pages, MIRROR)[field]
    assert scores
    assert mean(score.value for score in scores) >= least


@pytest.mark.parametrize("group", [FAMILY, OTHERS])
def test_printed_fields_of_single_pages(pages, group):
    assert share_of_printed(score_group(*pages, group)) >= 0.9


def test_no_false_article(pages):
    assert find_false_articles(*pages) == []
