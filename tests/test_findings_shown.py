"""Findings with what they mean: in the terminal, in the browser, in the docs."""

import json
import os
import re
import sqlite3
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from archiver.findings import explain, list_explanations
from tests.conftest import PROJECT
from tests.reading import Page, ask, make_archive

URL = "https://dukdhcd.example/bai-1"
# Kind, address, detail; one kind is of a version that nobody knows any more.
TOLD = (("truncated", URL, "the page ends within <p>"), ("truncated", f"{URL}2", "cut"), ("lost_kind", URL, "of old"))


@dataclass(frozen=True)
class Told:
    """An archive of two runs; the last one has three findings, the first none."""

    path: Path

    def call(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "archiver", "--db", str(self.path), *arguments]
        environment = os.environ | {"COLUMNS": "200"}
        return subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    path = tmp_path_factory.mktemp("findings") / "archive.db"
    make_archive(path)
    connection = sqlite3.connect(path)
    with connection:
        run = connection.execute("SELECT max(id) FROM runs").fetchone()[0]
        connection.execute("DELETE FROM findings")
        rows = [(run, *row) for row in TOLD]
        connection.executemany("INSERT INTO findings (run_id, kind, url, detail) VALUES (?, ?, ?, ?)", rows)
    connection.close()
    return Told(path)


def test_a_run_is_shown_with_what_its_findings_mean(told: Told) -> None:
    rows = json.loads(told.call("runs", "2", "--json").stdout)
    assert [(row["kind"], row["url"], row["detail"]) for row in rows] == list(TOLD)
    said = explain("truncated")
    assert said
    assert [(row["meaning"], row["advice"]) for row in rows] == [(said.meaning, said.advice)] * 2 + [(None, None)]
    shown = told.call("runs", "2").stdout
    _, run, meanings = shown.split("\n\n")
    assert re.fullmatch(r"Run 2 of dukdhcd, 2024-02-09 10:00\+07: \w+, 3 findings\.", run)
    assert meanings == f"truncated: {said.meaning} {said.advice}\n"
    assert told.call("runs", "1").stdout.endswith(": finished, 0 findings.\n")


@pytest.mark.parametrize("arguments", [("3",), ("0",), ("2", "--site", "dukdhcd"), ("2", "--seals")])
def test_a_run_that_is_not_there_or_not_alone(told: Told, arguments: tuple[str, ...]) -> None:
    done = told.call("runs", *arguments)
    assert (done.returncode, done.stdout) == (2, "")


@pytest.mark.parametrize(("language", "heading"), [("en", "Findings"), ("vi", "Điều cần xem")])
def test_the_browser_says_once_what_a_kind_means(told: Told, language: str, heading: str) -> None:
    page = Page(ask(told.path, f"/run/2?lang={language}").text)
    said = explain("truncated", language)
    assert said
    text = " ".join(page.text.split())
    assert f"{heading} truncated: {said.meaning} {said.advice} the page ends within <p> {URL} cut {URL}2" in text
    assert f"lost_kind of old {URL}" in text
    assert text.count(said.meaning) == 1


def test_the_front_page_says_what_is_wrong_with_a_site_in_its_language(told: Told) -> None:
    connection = sqlite3.connect(told.path)
    with connection:
        connection.execute("UPDATE runs SET outcome = 'failed' WHERE id = (SELECT max(id) FROM runs)")
    connection.close()
    said = explain("run_failed", "vi")
    assert said
    assert f"{said.meaning} {said.advice}" in " ".join(Page(ask(told.path, "/?lang=vi").text).text.split())


def test_schema_prints_the_catalogue(told: Told) -> None:
    catalogue = list(list_explanations())
    rows = json.loads(told.call("schema", "findings", "--json").stdout)
    assert [tuple(row.values()) for row in rows] == [(s.topic, s.kind, s.meaning, s.advice) for s in catalogue]
    text = told.call("schema", "findings").stdout
    assert [said.kind for said in catalogue if f"  {said.kind}\n      {said.meaning}\n" not in text] == []
    for wrong in (("--markdown",), ("findings", "--markdown", "--json"), ("kinds",)):
        assert told.call("schema", *wrong).returncode == 2


def test_the_page_of_the_docs_is_up_to_date(told: Told) -> None:
    """Where it is not: make docs."""
    made = told.call("schema", "findings", "--markdown").stdout
    assert (PROJECT / "docs" / "findings.md").read_text(encoding="utf-8") == made
