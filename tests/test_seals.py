"""Seals: a digest over all captures of a run, for a witness that nothing was changed later."""

import hashlib
import json
import shutil
from contextlib import closing
from pathlib import Path

import pytest

from archiver.archive.evidence.captures import load_capture, load_purpose
from archiver.archive.store.file import create_or_open
from archiver.archive.upkeep.merge import merge_archive
from archiver.ingest.verify import verify
from tests.conftest import Crawling
from tests.scripted_year import record_year, script_year


@pytest.fixture
def archive(crawling: Crawling) -> Crawling:
    record_year(crawling.path, script_year(2, runs=4))
    return crawling


def _seals(archive: Crawling) -> list[dict[str, object]]:
    done = archive.archiver("runs", "--seals", "--json")
    assert done.status == 0
    rows: list[dict[str, object]] = json.loads(done.out)
    return rows


def test_a_seal_is_made_of_what_was_received(archive: Crawling) -> None:
    """As it is described in archive/evidence/seals.py; anybody can compute it from the captures of a run."""
    database = create_or_open(archive.path)
    for row in _seals(archive):
        digest = hashlib.sha256()
        captures = database.execute(
            "SELECT k.id, lower(hex(k.payload_digest)), k.fetched_at FROM captures k JOIN runs r ON r.id = k.run_id "
            "JOIN addresses a ON a.id = k.address_id WHERE r.started_at = ? ORDER BY k.fetched_at, a.url",
            [row["started_at"]],
        ).fetchall()
        for capture_id, payload, at in captures:
            kept, asked = load_capture(database.conn, capture_id), load_purpose(database.conn, capture_id)
            purpose = [asked.kind, asked.expected, int(asked.final), asked.refused]
            line = [kept.url, at, kept.status, kept.headers, payload, kept.tls, *purpose]
            digest.update(json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
        assert row["seal"] == digest.hexdigest()
        assert row["captures"] == len(captures) > 0
    database.close()


def test_seals_outlast_whatever_is_done_to_the_file(archive: Crawling, tmp_path: Path) -> None:
    before = _seals(archive)
    for command in (["reparse", "--all"], ["vacuum"], ["backup", str(tmp_path / "copy.db")]):
        assert archive.archiver(*command).status == 0
        assert _seals(archive) == before
    merged = create_or_open(tmp_path / "merged.db")
    merge_archive(merged, tmp_path / "copy.db")
    assert list(verify(merged)) == []
    merged.close()
    shutil.copy(tmp_path / "merged.db", archive.path)
    assert _seals(archive) == before


def test_two_machines_have_two_seals(crawling: Crawling, tmp_path: Path) -> None:
    """A run with another capture, or one less, has another seal; a run without captures has one too."""
    year = script_year(2, runs=5)  # written once: its pages print the time of the clock
    record_year(crawling.path, year[:4])
    record_year(tmp_path / "other.db", [*year[:3], year[4]])
    other = Crawling(tmp_path)
    other.path = tmp_path / "other.db"
    seals, others = ([row["seal"] for row in _seals(each)] for each in (crawling, other))
    assert seals[1:] == others[1:]
    assert seals[0] != others[0]


def test_a_run_that_is_open_has_no_seal(archive: Crawling) -> None:
    with closing(create_or_open(archive.path)) as database, database.atomic():
        database.execute("UPDATE runs SET outcome = NULL, finished_at = NULL, seal = NULL, closing = NULL WHERE id = 4")
    assert [row["seal"] is None for row in _seals(archive)] == [True, False, False, False]
