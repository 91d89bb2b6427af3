"""Archives that are damaged: reading commands tell it in one line, go on with the rest, and never show a traceback."""

import json
import logging
import random
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, time
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.archive.history.content import write_time
from archiver.archive.queries.browsing import list_sections
from archiver.archive.queries.queries import zones_of_sites
from archiver.archive.store.damage import DamageError, note_damage, noting_damage
from archiver.archive.store.file import open_for_reading
from archiver.archive.store.values import READERS, read_row, read_rows, read_time, read_zone
from archiver.cli.printing.telling import telling_damage
from archiver.errors import ArchiveError, UsageError
from tests.conftest import Crawling
from tests.damaging import Called, Whole, call, find_defects, list_commands, list_pages, make_whole, open_pages
from tests.portal import demo_portal, serve

INVALID = "CAST(x'4869c328ff' AS TEXT)"
# What people read, and what the program stands on; all columns are in the slow test.
COLUMNS = (
    ("contents", "title"),
    ("contents", "images"),
    ("addresses", "url"),
    ("articles", "section"),
    ("sites", "timezone"),
    ("snapshots", "seen_from"),
    ("runs", "started_at"),
)
SHAPES = {"TEXT": ("7", "NULL", "x'00ff'", "'[1]'", "'9999-12-31T23:59:59+00:00'"), "INTEGER": ("'x'", "NULL", "-1")}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Whole:
    return make_whole(tmp_path_factory.mktemp("damage"))


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Views that are made anew, pages that cannot be shown: all of that is logged, and is not what is looked at."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def _list_columns(whole: Whole) -> list[tuple[str, str, str]]:
    whole.change()
    query = "SELECT t.name, c.name, c.type FROM pragma_table_list t JOIN pragma_table_info(t.name) c WHERE t.strict"
    with closing(sqlite3.connect(whole.path)) as connection:
        return sorted(connection.execute(query).fetchall())


def test_the_commands_below_are_all_there_are(whole: Whole, tmp_path: Path) -> None:
    """On a whole archive each of them does its work, and each page is there."""
    whole.change()
    called = {arguments: call(whole.path, *arguments) for arguments in list_commands(whole, tmp_path)}
    assert {arguments: one for arguments, one in called.items() if one != Called(0, "")} == {}
    pages = list_pages(whole)
    assert [page.status for page in open_pages(whole.path, pages)] == [200] * len(pages)


# --- bits -----------------------------------------------------------------------------------------------------------


def _flip(whole: Whole, folder: Path, seed: int, count: int) -> list[str]:
    chance, wrong = random.Random(seed), []
    for _ in range(count):
        place, bit = chance.randrange(len(whole.content)), 1 << chance.randrange(8)
        content = bytearray(whole.content)
        content[place] ^= bit
        whole.damage(bytes(content))
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        wrong += [f"byte {place}, bit {bit}: {line}" for line in find_defects(whole, folder)]
    return wrong


@pytest.mark.slow
def test_bit_flips(whole: Whole, tmp_path: Path) -> None:
    assert _flip(whole, tmp_path / "out", seed=2026, count=6) == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
def test_five_hundred_bit_flips(whole: Whole, tmp_path: Path, seed: int) -> None:
    assert _flip(whole, tmp_path / "out", seed, count=50) == []


@pytest.mark.slow
@pytest.mark.parametrize("size", [1, 40, 4096])
def test_bytes_that_are_overwritten(whole: Whole, tmp_path: Path, size: int) -> None:
    chance, wrong = random.Random(size), []
    for number in range(25):
        place = chance.randrange(len(whole.content) - size)
        whole.damage(whole.content[:place] + chance.randbytes(size) + whole.content[place + size :])
        folder = tmp_path / str(number)
        folder.mkdir()
        wrong += [f"{size} bytes at {place}: {line}" for line in find_defects(whole, folder)]
    assert wrong == []


def test_a_schema_that_is_no_utf8(whole: Whole, tmp_path: Path) -> None:
    """SQLite quotes it in its message, and Python cannot read the message."""
    for written in (b"CREATE TABLE header_sets", b"CREATE TABLE runs", b"CREATE VIEW events"):
        assert written in whole.content
        whole.damage(whole.content.replace(written, written.replace(b"CREATE ", b"C\xef\x81ATE ")))
        assert find_defects(whole, tmp_path) == []
        for arguments in (("list",), ("upgrade",), ("vacuum",), ("reparse",), ("merge", str(whole.path))):
            called = call(whole.path, *arguments)
            assert (called.status, called.defect, called.line.count("\n")) == (1, None, 0)


# --- columns --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("table", "column"), COLUMNS)
@pytest.mark.slow
def test_bytes_that_are_no_utf8(whole: Whole, tmp_path: Path, table: str, column: str) -> None:
    whole.set_column(table, column, INVALID)
    assert find_defects(whole, tmp_path) == []
    called = call(whole.path, "verify", "--jobs", "1")
    assert called.status == 1


@pytest.mark.slow
def test_every_column_with_every_shape(whole: Whole, tmp_path: Path) -> None:
    """Text where numbers belong, numbers where text does, NULL, other JSON, times at the end of the calendar."""
    wrong = []
    for table, column, kind in _list_columns(whole):
        for number, value in enumerate((INVALID, *SHAPES.get(kind, ("'x'", "NULL", "x''"))), 1):
            try:
                whole.set_column(table, column, value)
            except sqlite3.Error:  # a key that SQLite itself takes only as it is
                continue
            folder = tmp_path / f"{table}-{column}-{number}"
            folder.mkdir()
            wrong += [f"{table}.{column} = {value}: {line}" for line in find_defects(whole, folder)]
    assert wrong == []


def test_the_rest_is_read_and_the_damage_is_told_once(whole: Whole, tmp_path: Path) -> None:
    """One row of fourteen is damaged: the others are there, and the last line says what is not."""
    whole.change("UPDATE contents SET published_at = 'yesterday' WHERE id = 2")
    out = tmp_path / "out.jsonl"
    own = ("query", "SELECT * FROM contents", "--nl")
    for arguments in (("list", "--nl"), ("search", "đảng", "--nl", "--limit", "99"), ("export", "jsonl"), own):
        called = call(whole.path, *arguments, "-o", str(out))
        rows = [json.loads(line) for line in out.read_text().splitlines()]
        assert len(rows) >= 9, arguments
        if arguments[0] == "query":  # one's own SQL gets what is there
            assert (called.status, called.line) == (0, "")
            continue
        assert called.status == 1
        assert called.line.startswith(f"{whole.path}: damaged: ")
        assert "published_at: 'yesterday' is no time" in called.line
        assert called.line.endswith("; the rest was read; archiver verify names what is damaged, a backup has it whole")
        assert called.line.count("yesterday") == 1


def test_a_text_that_is_no_utf8_is_shown_with_a_mark(whole: Whole, tmp_path: Path) -> None:
    whole.change(f"UPDATE contents SET title = {INVALID} WHERE id = 2")
    out = tmp_path / "out.jsonl"
    for arguments in (("list", "--nl"), ("export", "jsonl"), ("query", "SELECT title FROM contents", "--nl")):
        called = call(whole.path, *arguments, "-o", str(out))
        titles = [json.loads(line)["title"] for line in out.read_text().splitlines()]
        assert titles.count("Hi\ufffd(\ufffd") == 1
        assert len(titles) >= 12
        assert called.status == 1
        assert "'Hi\ufffd(\ufffd' is no UTF-8" in called.line


def test_a_copy_for_the_browser_lacks_what_is_damaged_and_no_more(whole: Whole, tmp_path: Path) -> None:
    whole.change()
    assert call(whole.path, "export", "site", "--jobs", "1", "-o", str(tmp_path / "whole")) == Called(0, "")
    whole.change("UPDATE contents SET body_html = '[{' WHERE id = 5")
    called = call(whole.path, "export", "site", "--jobs", "1", "-o", str(tmp_path / "site"))
    assert (called.status, "malformed JSON; the rest was read" in called.line) == (1, True)
    pages = [{path.name for path in (tmp_path / folder).rglob("*.html")} for folder in ("whole", "site")]
    assert len(pages[0] - pages[1]) == 1
    assert pages[1] <= pages[0]


def test_verify_names_what_is_damaged_and_goes_on(whole: Whole) -> None:
    whole.change(
        f"UPDATE contents SET lead = {INVALID} WHERE id = 2",
        "UPDATE contents SET images = '[7]' WHERE id = 3",
        "UPDATE sites SET timezone = 'Asia'",
        "UPDATE snapshots SET number = NULL WHERE number = 2",
    )
    called = call(whole.path, "verify", "--jobs", "1")
    told = called.out.splitlines()
    assert called.status == 1
    assert "table contents, row 2: lead: 'Hi\ufffd(\ufffd' is no UTF-8" in told
    assert "table contents, row 3: images: '[7]' is no list of files" in told
    assert "table sites, row 'dukdhcd': timezone: 'Asia' is no time zone" in told
    assert any(line.startswith("search index: content 3 cannot be read") for line in told)  # what verify checks itself


def test_a_zone_that_is_none_is_utc_and_told(whole: Whole) -> None:
    for name in ("Asia", "../../etc/passwd", "Nowhere/Land", "", "/etc/localtime", "UTC\0"):
        with pytest.raises(DamageError, match="is no time zone"):
            read_zone(name)
    whole.change("UPDATE sites SET timezone = 'Nowhere/Land'")
    with closing(open_for_reading(whole.path)) as database, noting_damage() as damages:
        zones = zones_of_sites(database.conn)
        assert [str(zones["dukdhcd"]), str(zones["a site that is not there"])] == ["UTC", "UTC"]
    assert damages.count == 2
    assert "site dukdhcd: 'Nowhere/Land' is no time zone; its times are shown in UTC" in damages.tell()


class _Circle(sqlite3.Connection):
    """An index whose order is damaged: what it says to come next came before."""

    def execute(self, *_: object) -> sqlite3.Cursor:  # type: ignore[override]
        return super().execute("SELECT 'a'")


def test_sections_that_lead_round_and_round() -> None:
    connection = sqlite3.connect(":memory:", factory=_Circle)
    with closing(connection), pytest.raises(DamageError, match="section: 'a' stands after 'a'"):
        list(islice(list_sections(connection, "dukdhcd"), 9))


def test_a_page_tells_what_it_left_out(whole: Whole) -> None:
    whole.change("UPDATE contents SET published_at = 'yesterday' WHERE id = 2", f"UPDATE sites SET title = {INVALID}")
    for page in open_pages(whole.path, ["/", "/articles"]):
        assert page.status == 200
        assert '<p class="damaged" role="alert">' in page.line
    whole.change()
    assert "damaged" not in "".join(page.line for page in open_pages(whole.path, ["/", "/articles"]))


# --- a crawl --------------------------------------------------------------------------------------------------------

STARTS = {
    "a time": "UPDATE articles SET first_seen_at = 'yesterday'",
    "a title": f"UPDATE contents SET title = {INVALID}",
    "a text": f"UPDATE articles SET section = {INVALID}",
    "arguments": "UPDATE runs SET arguments = '[1]', outcome = 'failed', started_at = '2999-01-01T00:00:00+00:00'",
}
SLOW = [pytest.param(name, marks=pytest.mark.slow) for name in STARTS][2:]


@pytest.mark.parametrize("name", [*list(STARTS)[:2], *SLOW])
def test_a_crawl_into_a_damaged_archive(crawling: Crawling, whole: Whole, name: str) -> None:
    """It crawls all the same, or it says in a line what is damaged; there is no traceback."""
    whole.change(STARTS[name])
    crawling.path.write_bytes(whole.path.read_bytes())
    with serve(demo_portal()) as base:
        done = crawling.scrapy("dukdhcd", f"{base}/hoat-dong-dang-uy-khoi", "-s", "LOG_LEVEL=ERROR")
    assert "Traceback" not in done.err
    assert done.status in (0, 1, 3)
    if done.status == 1:
        assert done.err.count("\n") == 1
        assert "the archive is damaged" in done.err


# --- telling --------------------------------------------------------------------------------------------------------


def test_damage_that_nobody_collects_is_raised() -> None:
    with pytest.raises(DamageError, match="a row"):
        note_damage(DamageError("a row"))


def test_many_damages_are_one_line() -> None:
    with noting_damage() as damages:
        for number in range(100):
            note_damage(DamageError(f"row {number}"))
    assert damages.tell().startswith("damaged: row 0; row 1; row 2 and 97 more; the rest was read")


def test_the_second_look_tells_damage_from_a_defect(whole: Whole, monkeypatch: pytest.MonkeyPatch) -> None:
    """What nobody foresaw is damage where the archive shows some; else the line says where it arose."""
    whole.change("UPDATE runs SET arguments = '[]'")
    with pytest.raises(ArchiveError, match=r"damaged: table runs, row 1: arguments: .* is no names with their values"):
        _fail(whole.path)
    whole.change()
    said = r"something cannot be read \(TypeError: None, test_damage.py:\d+\); archiver verify"
    with pytest.raises(ArchiveError, match=said):
        _fail(whole.path)
    with pytest.raises(TypeError):  # no archive is read: a defect shows where it arose
        _fail(None)
    monkeypatch.setenv("ARCHIVE_TRACEBACK", "1")
    with pytest.raises(TypeError):
        _fail(whole.path)


def _fail(path: Path | None) -> None:
    with telling_damage(lambda: path):
        raise TypeError(None)


def test_what_a_user_got_wrong_stays_what_it_is(whole: Whole) -> None:
    with pytest.raises(UsageError, match="typed"):
        _mistype(whole.path)
    with pytest.raises(ArchiveError, match=r"damaged: a row; .* \(typed\)"):
        _mistype(whole.path, DamageError("a row"))


def _mistype(path: Path, *met: DamageError) -> None:
    with telling_damage(lambda: path):
        for error in met:
            note_damage(error)
        raise UsageError("typed")


# --- values ---------------------------------------------------------------------------------------------------------


_DAYS = st.integers(2, date.max.toordinal() - 2).map(date.fromordinal)
_SHAPES = st.none() | st.integers() | st.floats() | st.binary(max_size=5) | st.text(max_size=30)


@given(_DAYS, st.times(), st.sampled_from(["seconds", "microseconds"]))
def test_every_time_that_is_written_can_be_read(day: date, at: time, timespec: str) -> None:
    written = write_time(datetime.combine(day, at, UTC), timespec)
    assert read_time(written) == datetime.fromisoformat(written)
    assert read_row({"at": written}) == {"at": written}


@given(_SHAPES, st.sampled_from(sorted(READERS)))
def test_a_value_is_read_or_refused(value: object, column: str) -> None:
    """Never anything else, and what refuses it names the column in one line."""
    with noting_damage() as damages:
        rows = list(read_rows(iter([{column: value}])))  # type: ignore[arg-type]
    assert len(rows) + damages.count == 1
    assert all(f"{column}: " in line and "\n" not in line for line in damages.lines)


def test_damaged_rows_are_left_out() -> None:
    rows = [{"site": "a", "views": 1}, {"site": "b", "views": "x"}, {"site": "c", "views": None}]
    with noting_damage() as damages:
        assert list(read_rows(iter(rows))) == [rows[0], rows[2]]  # type: ignore[arg-type]
    assert damages.lines == ["b, views: 'x' is no number"]
