"""``archiver search`` and ``archiver query``: what they print, and how they fail."""

import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from archiver.archive.runs.run_log import open_run
from archiver.archive.store.file import create_or_open
from archiver.cli import archiver
from archiver.errors import ArchiverError, UsageError
from archiver.ingest.record import record_capture
from archiver.model import Article, Capture, PublishedDate
from tests.test_cli import _run_at_terminal
from tests.test_search import SITE, START, Shelf, _day

NASTY = "Tin \x1b[31mđỏ\x1b[0m\x07 và \u202eđảo\u202c\x9b2J"
FORBIDDEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]")


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    shelf = Shelf(tmp_path_factory.mktemp("search") / "archive.db")
    shelf.put(1, "Đảng ủy Khối họp", "Kinh phí là 12 tỷ đồng.", published=_day(1))
    shelf.put(1, "Đảng ủy Khối họp", "Kinh phí chưa rõ.", published=_day(1))
    shelf.put(2, "Đang uý lạo", "Một tin khác.", published=_day(2))
    shelf.put(3, NASTY, f"{NASTY} trong bài", published=_day(3))
    shelf.database.close()
    return shelf.path


def _call(path: Path, *arguments: str) -> Result:
    done = CliRunner(env={"COLUMNS": "200"}).invoke(archiver, ["--db", str(path), *arguments], standalone_mode=False)
    if done.exception:
        raise done.exception
    return done


def _rows(path: Path, *arguments: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(_call(path, *arguments, "--json").stdout)
    return rows


def test_a_hit_has_the_columns_of_list_and_its_snapshot(path: Path) -> None:
    (listed,) = (row for row in _rows(path, "list") if row["article_id"] == "1")
    (found,) = _rows(path, "search", "khối", "họp")
    assert found == listed | {
        "snapshot": 2,
        "current": True,
        "seen_from": "2022-01-05T01:00:00.000000+00:00",
        "seen_until": "2022-01-05T01:00:00.000000+00:00",
        "exact": True,
        "snippet": "Đảng ủy «Khối» «họp»",
    }
    assert list(listed) == list(found)[: len(listed)]


def test_marks_rank_and_words_are_joined(path: Path) -> None:
    assert [(row["article_id"], row["exact"]) for row in _rows(path, "search", "đảng", "ủy")] == [
        ("1", True),
        ("2", False),
    ]
    assert [row["article_id"] for row in _rows(path, "search", "dang uy")] == ["2", "1"]
    assert [row["article_id"] for row in _rows(path, "search", "dang", "-khoi")] == ["2"]
    assert [row["article_id"] for row in _rows(path, "search", "-ong", "dang", "--order", "relevance")] == ["2", "1"]
    assert [
        row["article_id"] for row in _rows(path, "search", "dang", "--since", "2020-01-03", "--until", "2020-01-03")
    ] == ["2"]


def test_the_table_shows_where_it_stands(path: Path) -> None:
    done = _call(path, "search", "kinh phi")
    assert "«Kinh» «phí» chưa rõ." in done.stdout
    assert "2020-01-02 12:00" in done.stdout
    assert done.stderr == ""
    past = _call(path, "search", "12 tỷ", "--history")
    assert "2022-01-04 08:00" in past.stdout
    assert "Kinh phí là «12» «tỷ» đồng." in past.stdout


def test_nothing_found_is_no_error(path: Path) -> None:
    done = _call(path, "search", "không có đâu")
    assert (done.stdout, done.stderr) == ("", "Nothing found for không có đâu\n")
    assert _call(path, "search", "không có đâu", "--json").stdout == "[]\n"
    assert "the archive holds no site nope; it holds: dukdhcd" in _call(path, "search", "site:nope").stderr
    assert not FORBIDDEN.search(_call(path, "search", "\x1b[2J\udcff").stderr)


def test_more_hits_than_shown_are_told(path: Path) -> None:
    done = _call(path, "search", "dang", "--limit", "1")
    assert done.stderr == "There are more; these are the first 1 (--limit).\n"


def test_a_bounded_ranking_is_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archiver.archive.search.engine.RANKED", 1)
    assert "Only the newest" in _call(path, "search", "dang", "--order", "relevance").stderr
    assert _call(path, "search", "dang").stderr == ""


def test_control_characters_stay_in_their_cell(path: Path) -> None:
    done = _call(path, "search", "trong bai")
    assert not FORBIDDEN.search(done.stdout)
    assert "\\x1b" in done.stdout
    assert "\x1b" in _rows(path, "search", "trong bai")[0]["snippet"]


def test_matches_are_bold_at_terminals(path: Path) -> None:
    command = [sys.executable, "-m", "archiver", "--db", str(path), "search", "khoi"]
    assert "\x1b[1mKhối\x1b[0m" in _run_at_terminal(command)
    plain = _run_at_terminal(command, NO_COLOR="1")
    assert "«Khối»" in plain
    assert "\x1b" not in plain


def test_an_unknown_site_is_told(path: Path) -> None:
    with pytest.raises(UsageError, match="the archive holds no site 'nope'; it holds: dukdhcd"):
        _call(path, "search", "x", "--site", "nope")


def test_query_answers(path: Path) -> None:
    sql = "SELECT article_id, title FROM article_search WHERE words MATCH fold(:words) AND current AND snapshot > :n"
    assert _rows(path, "query", sql, "-p", "words=Đảng ủy", "-p", "n=1") == [
        {"article_id": "1", "title": "Đảng ủy Khối họp"}
    ]
    assert _call(path, "query", "SELECT 1 AS a, 'x' AS b", "--csv").stdout == "a,b\n1,x\n"
    assert _rows(path, "query", "SELECT 1 AS a, 2 AS a, x'00ff' AS b, 9e999 AS c, NULL AS d") == [
        {"a": 1, "a_2": 2, "b": "00ff", "c": "inf", "d": None}
    ]
    assert _rows(path, "query", "SELECT CAST(x'ff' AS TEXT) AS broken") == [{"broken": "\ufffd"}]
    assert _rows(path, "query", "SELECT title FROM current_articles WHERE article_id = :id", "-p", "id=2") != []
    assert _rows(path, "query", "SELECT :a AS a, :b AS b, :c AS c", "-p", "a=007", "-p", "b=1.5", "-p", "c=") == [
        {"a": "007", "b": 1.5, "c": ""}
    ]
    assert _rows(path, "query", "PRAGMA table_info(runs)") != []


def test_query_shows_control_characters(path: Path) -> None:
    assert not FORBIDDEN.search(_call(path, "query", "SELECT title FROM current_articles").stdout)


FORBIDDEN_SQL = [
    "DELETE FROM runs",
    "UPDATE articles SET views = 0",
    "INSERT INTO search_folded (search_folded) VALUES ('delete-all')",
    "CREATE TEMP TABLE t (a)",
    "ATTACH 'other.db' AS other",
    "VACUUM INTO 'copy.db'",
    "PRAGMA query_only = OFF",
    "PRAGMA journal_mode = DELETE",
    "SELECT load_extension('x')",
    "BEGIN",
]
MISTAKEN_SQL = [
    "SELEC 1",
    "SELECT 1; SELECT 2",
    "SELECT nothing FROM nowhere",
    "SELECT :missing",
    "SELECT title FROM article_search WHERE words MATCH '\"'",
    "/* nothing */",
    "",
    "SELECT 1 \0",
]


@pytest.mark.parametrize("sql", [*FORBIDDEN_SQL, *MISTAKEN_SQL])
def test_query_refuses_in_one_line(path: Path, sql: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(path.parent)
    before, files = path.read_bytes(), set(path.parent.iterdir())
    with pytest.raises(UsageError) as error:
        _call(path, "query", sql)
    assert "\n" not in str(error.value)
    assert ("only questions are answered here" in str(error.value)) == (sql in FORBIDDEN_SQL)
    assert path.read_bytes() == before
    assert {item for item in set(path.parent.iterdir()) - files if not item.name.endswith(("-wal", "-shm"))} == set()


def test_query_ends_in_time(path: Path) -> None:
    endless = "WITH RECURSIVE c (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c"
    with pytest.raises(ArchiverError, match=r"no answer after 0\.2 seconds; --timeout gives it more"):
        _call(path, "query", endless, "--timeout", "0.2")


def test_a_bad_parameter_is_told(path: Path) -> None:
    with pytest.raises(UsageError, match="write it as -p name=value"):
        _call(path, "query", "SELECT 1", "-p", "name")


def test_a_hostile_text_in_the_archive_can_be_searched(tmp_path: Path) -> None:
    database = create_or_open(tmp_path / "archive.db")
    with database.atomic():
        run = open_run(database.conn, SITE, {}, START)
    article = Article(
        "9",
        "http://portal.vn/9",
        "=HYPERLINK(1)",
        paragraphs=('<script>x</script> " * NEAR(',),
        published=PublishedDate("?"),
    )
    record_capture(database, run, SITE, Capture(article.url, START, 200, (), b"x"), article)
    database.close()
    assert [row["article_id"] for row in _rows(tmp_path / "archive.db", "search", "<script>", "NEAR(")] == ["9"]
