"""The zones in which commands show times: a site's own, or the reader's where lists go over several sites."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.archives import frozen_portal
from tests.conftest import Crawling
from tests.visiting import SITE, Visits

MORNING = datetime(2026, 1, 5, 3, tzinfo=UTC)
BERLIN = {"TZ": "Europe/Berlin"}


@pytest.fixture
def two(crawling: Crawling) -> Crawling:
    """An archive of two sites in Hà Nội."""
    for name in ("dukdhcd", "sotttt"):
        visits = Visits(crawling.path, replace(SITE, name=name))
        visits.run(frozen_portal(), MORNING)
        visits.database.close()
    return crawling


def test_one_site_is_shown_in_its_own_zone(two: Crawling) -> None:
    out = two.archiver("list", "--site", "dukdhcd", "--limit", "1", **BERLIN).out
    assert "2022-02-20 09:30+07" in out
    assert "2026-01-05 10:00+07" in two.archiver("runs", "--site", "sotttt", **BERLIN).out
    assert "10:00+07" in two.archiver("search", "phien hop", "--history", "--site", "sotttt", **BERLIN).out


def test_several_sites_are_shown_in_the_zone_of_the_reader(two: Crawling) -> None:
    out = two.archiver("list", "--limit", "2", **BERLIN).out
    assert out.count("2022-02-20 03:30+01") == 2
    assert two.archiver("runs", **BERLIN).out.count("2026-01-05 04:00+01") == 2
    assert "04:00+01" in two.archiver("search", "phien hop", "--history", **BERLIN).out


def test_programs_get_utc_whoever_reads(two: Crawling) -> None:
    rows = two.archiver("list", "--csv", **BERLIN).out
    assert rows == two.archiver("list", "--csv").out
    assert "2022-02-20T02:30:00+00:00" in rows
