"""The zones in which commands show times: a site's own, or the reader's where lists go over several sites."""

import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from archiver.web import plugin
from tests.archives import frozen_portal
from tests.conftest import Crawling
from tests.reading import ask
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


def _read_times(two: Crawling, url: str) -> set[str]:
    html = ask(two.path, url, {"accept-language": "en"}).text
    return set(re.findall(r'<time datetime="2026-01-05T03:00[^"]*">([^<]*)</time>', html))


def test_pages_show_sites_of_one_zone_in_it(two: Crawling, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plugin, "get_localzone", lambda: ZoneInfo("Europe/Berlin"))
    assert _read_times(two, "/runs") == {"5 Jan 2026, 10:00 +07"}


def test_pages_over_several_zones_show_all_times_in_that_of_the_machine(
    two: Crawling, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which is the reader's where it serves its own; a page of one site keeps that site's zone."""
    monkeypatch.setattr(plugin, "get_localzone", lambda: ZoneInfo("Europe/Berlin"))
    with closing(sqlite3.connect(two.path)) as connection, connection:
        connection.execute("UPDATE sites SET timezone = 'Asia/Tokyo' WHERE name = 'sotttt'")
    assert _read_times(two, "/runs") == _read_times(two, "/") == {"5 Jan 2026, 04:00 +01"}
    [run] = two.query("SELECT max(run_id) AS id FROM run_summary WHERE site = 'sotttt'")
    assert _read_times(two, f"/run/{run['id']}") == {"5 Jan 2026, 12:00 +09"}
    assert "20 Feb 2022, 03:30 +01" in ask(two.path, "/articles", {"accept-language": "en"}).text
    assert "20 Feb 2022, 11:30 +09" in ask(two.path, "/articles?site=sotttt", {"accept-language": "en"}).text
