"""Figures for monitoring: what they say, and that programs which read OpenMetrics and the older text read them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from archiver.archive.runs.metrics import list_metrics
from archiver.archive.runs.run_log import add_finding, close_run
from archiver.archive.store.file import close_archive, create_or_open, open_for_reading
from archiver.cli import archiver
from archiver.errors import UsageError
from archiver.formats.openmetrics import Gauge, Sample, write_openmetrics
from archiver.model import Problem
from archiver.site import Site
from tests.portal import demo_portal
from tests.reading import ask
from tests.visiting import Visits

parser = pytest.importorskip("prometheus_client.openmetrics.parser", reason="make test installs prometheus-client")
older_parser = pytest.importorskip("prometheus_client.parser")

START = datetime(2026, 1, 5, 3, 0, tzinfo=UTC)
OTHER = Site("khac", "Trang khác", "liferay_hanoi")
Figures = dict[str, dict[str, float]]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Two runs of a site, one of another that goes on, and one of it that was good before."""
    path = tmp_path / "archive.db"
    visits, portal = Visits(path), demo_portal()
    visits.run(portal, START)
    portal.edit(portal.listed()[0].id, title="Tiêu đề mới")
    portal.remove(portal.listed()[3].id)
    run = visits.begin(START + timedelta(days=7))
    for number, article in enumerate(visits.query("SELECT url, article_id FROM current_articles ORDER BY url")):
        at = START + timedelta(days=7, seconds=number)
        visits.visit(run, portal, str(article["url"]), at, str(article["article_id"]))
    with visits.database.atomic():
        for url in ("http://dukdhcd.example/a", "http://dukdhcd.example/b"):
            add_finding(visits.database.conn, run, url, Problem("http_403", ""))
        close_run(visits.database.conn, run, "problems", 99, START + timedelta(days=7, minutes=2))
    other = Visits(path, OTHER)
    other.end(other.begin(START), START + timedelta(minutes=5))
    other.begin(START + timedelta(days=8))
    visits.database.close()
    close_archive(other.database)
    return path


def _read(text: str) -> Figures:
    """Read what was written, each sample under its labels."""
    families = list(parser.text_string_to_metric_families(text))
    assert all(family.documentation and family.type == "gauge" for family in families)
    assert all(
        family.unit == next((u for u in ("seconds", "bytes") if family.name.endswith(f"_{u}")), "")
        for family in families
    )
    return {
        family.name: {",".join(sample.labels.values()): sample.value for sample in family.samples}
        for family in families
    }


def test_the_figures_are_those_of_the_last_runs(path: Path) -> None:
    at = START + timedelta(days=9)
    connection = open_for_reading(path).conn
    figures = _read(write_openmetrics(list_metrics(connection, at)))
    shown = {(run["site"]): dict(run) for run in connection.execute("SELECT * FROM run_summary ORDER BY run_id")}
    last = shown["dukdhcd"]
    began = (START + timedelta(days=7)).timestamp()
    outcomes = figures.pop("archiver_run_outcome")
    assert {name for name, value in outcomes.items() if value} == {"dukdhcd,problems", "khac,running"}
    assert len(outcomes) == 14
    assert figures.pop("archiver_run_articles") == {
        f"{site},{became}": shown[site][f"articles_{became}"]
        for site in ("dukdhcd", "khac")
        for became in ("new", "changed", "unchanged", "failed", "skipped", "pending")
    }
    states = {f"dukdhcd,{state}": 0.0 for state in ("live", "suspect", "gone", "moved")}
    for row in connection.execute("SELECT state, count(*) FROM current_articles GROUP BY state"):
        states[f"dukdhcd,{row[0]}"] = row[1]
    assert figures.pop("archiver_articles") == states
    totals = {
        name: figures.pop(f"archiver_{name}")[""] for name in ("runs", "captures", "snapshots", "events", "files")
    }
    views = {"runs": "run_summary", "snapshots": "article_history", "events": "events", "captures": "captures"}
    assert totals == {
        "files": 0,
        **{name: connection.execute(f"SELECT count(*) FROM {view}").fetchone()[0] for name, view in views.items()},
    }
    connection.close()
    assert figures == {
        "archiver_run_start_timestamp_seconds": {"dukdhcd": began, "khac": began + 86_400},
        "archiver_run_end_timestamp_seconds": {"dukdhcd": began + 120},
        "archiver_run_duration_seconds": {"dukdhcd": 120},
        "archiver_run_requests": {"dukdhcd": 99, "khac": 0},
        "archiver_run_errors": {"dukdhcd": last["errors"], "khac": 0},
        "archiver_run_captures": {"dukdhcd": last["captures"], "khac": 0},
        "archiver_run_articles_late": {"dukdhcd": 0, "khac": 0},
        "archiver_run_findings": {"dukdhcd,http_403": 2},
        "archiver_good_run_end_timestamp_seconds": {"dukdhcd": began + 120, "khac": START.timestamp() + 300},
        "archiver_good_run_age_seconds": {"dukdhcd": 2 * 86_400 - 120, "khac": 9 * 86_400 - 300},
        "archiver_archive_size_bytes": {"": path.stat().st_size},
    }


def test_the_command_and_the_page_say_the_same(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARCHIVE_NOW", "2026-01-20T03:00:00+00:00")
    file = tmp_path / "archiver.prom"
    done = CliRunner().invoke(archiver, ["--db", str(path), "runs", "--openmetrics", "-o", str(file)])
    assert (done.exit_code, done.output) == (0, "")
    answer = ask(path, "/metrics")
    assert answer.headers["content-type"] == "application/openmetrics-text; version=1.0.0; charset=utf-8"
    written, served = _read(file.read_text()), _read(answer.text)
    ages = [figures.pop("archiver_good_run_age_seconds") for figures in (written, served)]
    assert written == served
    assert all(set(age) == {"dukdhcd", "khac"} for age in ages)
    assert [left.name for left in tmp_path.glob(".*")] == []


def test_the_textfile_collector_reads_it_too(path: Path) -> None:
    text = write_openmetrics(list_metrics(open_for_reading(path).conn, START + timedelta(days=9)))
    older = {family.name: family.type for family in older_parser.text_string_to_metric_families(text)}
    assert older == dict.fromkeys(_read(text), "gauge")


def test_an_empty_archive_has_no_runs(tmp_path: Path) -> None:
    database = create_or_open(tmp_path / "archive.db")
    figures = _read(write_openmetrics(list_metrics(database.conn, START)))
    assert figures["archiver_run_outcome"] == {}
    assert figures["archiver_runs"] == {"": 0}


def test_withdrawn_runs_are_not_the_last(path: Path) -> None:
    database = create_or_open(path)
    with database.atomic():
        database.execute(
            "UPDATE runs SET withdrawn = 1, decided_at = started_at WHERE site = 'khac' AND outcome IS NULL"
        )
    figures = _read(write_openmetrics(list_metrics(database.conn, START)))
    assert figures["archiver_run_outcome"]["khac,finished"] == 1


def test_what_is_damaged_is_no_figure(path: Path) -> None:
    database = create_or_open(path)
    database.execute("PRAGMA ignore_check_constraints = ON")
    database.execute("UPDATE runs SET started_at = 'x' WHERE outcome = 'problems'")
    database.conn.commit()
    database.close()
    answer = ask(path, "/metrics")
    assert answer.status_code == 500
    assert "damaged" in answer.text


@given(st.text(), st.floats(allow_nan=False, allow_infinity=False))
def test_any_label_is_read_back(label: str, value: float) -> None:
    text = write_openmetrics([Gauge("a_seconds", 'A "told" \\ figure.', (Sample(value, {"site": label}),), "seconds")])
    [family] = parser.text_string_to_metric_families(text)
    assert (family.documentation, family.unit) == ('A "told" \\ figure.', "seconds")
    assert [(sample.labels, sample.value) for sample in family.samples] == [({"site": label}, value)]


@pytest.mark.parametrize("arguments", [("--json",), ("--site", "dukdhcd"), ("--seals",), ("1",)])
def test_it_is_a_form_of_its_own(path: Path, arguments: tuple[str, ...]) -> None:
    done = CliRunner().invoke(archiver, ["--db", str(path), "runs", "--openmetrics", *arguments], standalone_mode=False)
    assert isinstance(done.exception, UsageError)
