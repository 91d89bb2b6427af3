"""``archiver export``: every row, harmless cells, files that are whole or not there."""

import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys
import unicodedata
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner
from sqlite_utils import Database

from archiver.archive.queries.export_rows import EXTRACTS
from archiver.archive.queries.views import COLUMNS
from archiver.cli import archiver
from archiver.errors import ArchiverError, UsageError
from archiver.exporting.texts import compose_row
from archiver.formats.atom import About, write_feed
from archiver.formats.atomic_files import open_folder, open_text
from archiver.text.spreadsheet import defuse
from tests.conftest import PROJECT
from tests.hostile import TITLES, make_hostile
from tests.portal import demo_portal
from tests.visiting import Visits

ATOM = "{http://www.w3.org/2005/Atom}"
START = datetime.fromisoformat("2022-01-03T01:00:00+00:00")


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of the replica, visited twice, an article edited and one removed in between."""
    path = tmp_path_factory.mktemp("export") / "archive.db"
    visits = Visits(path)
    portal = demo_portal()
    visits.run(portal, START)
    edited, removed = portal.listed()[0], portal.listed()[1]
    portal.edit(edited.id, paragraphs=("Mới.", *edited.paragraphs))
    portal.remove(removed.id)
    visits.run(portal, START + timedelta(days=7))
    visits.database.close()
    return path


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("hostile") / "archive.db"
    make_hostile(path)
    return path


def call(path: Path, *arguments: str) -> str:
    """Run a command that must succeed and return its stdout."""
    done = CliRunner().invoke(archiver, ["--db", str(path), *arguments], standalone_mode=False)
    if done.exception:
        raise done.exception
    assert done.stderr == ""
    return done.stdout_bytes.decode()


def rows_of(path: Path, *arguments: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in call(path, "export", "jsonl", *arguments).splitlines()]


def show(path: Path, *arguments: str) -> list[dict[str, Any]]:
    read: list[dict[str, Any]] = json.loads(call(path, *arguments, "--json"))
    return read


def _without_copies(row: dict[str, Any]) -> dict[str, Any]:
    """Leave out what only ``show`` tells: what is kept of the files."""
    columns = {"images": ("url", "caption", "alt"), "attachments": ("url", "title")}
    return row | {name: [{key: item[key] for key in keys} for item in row[name]] for name, keys in columns.items()}


def test_jsonl_has_every_field_of_every_article(path: Path) -> None:
    rows = rows_of(path)
    keys = [row["article_id"] for row in show(path, "list")]
    assert rows == [_without_copies(show(path, "show", key)[0]) for key in keys]
    assert [tuple(row) for row in rows] == [COLUMNS["current_articles"]] * len(keys)
    assert any(row["images"] for row in rows)


def test_history_views_and_events_are_those_of_the_articles(path: Path) -> None:
    keys = [row["article_id"] for row in show(path, "list")]
    for what, command in (("history", "history"), ("views", "views")):
        assert rows_of(path, "--what", what) == [row for key in keys for row in show(path, command, key)]
    events = rows_of(path, "--what", "events")
    assert {"created", "edited", "suspect"} <= {row["kind"] for row in events}
    assert [row["article_id"] for row in events] == [key for key in keys for row in events if row["article_id"] == key]


@pytest.mark.parametrize(
    "filters",
    [
        ("--site", "dukdhcd"),
        ("--since", "2020-08-27"),
        ("--until", "2020-08-27", "--limit", "3"),
        ("--changed-since", "2022-01-10"),
        ("--state", "suspect"),
        ("--state", "gone"),
    ],
)
def test_the_filters_are_those_of_list(path: Path, filters: tuple[str, ...]) -> None:
    listed = [row["article_id"] for row in show(path, "list", *filters)]
    assert [row["article_id"] for row in rows_of(path, *filters)] == listed
    if "--limit" not in filters:
        assert list(dict.fromkeys(row["article_id"] for row in rows_of(path, "--what", "history", *filters))) == listed
        entries = _entries(call(path, "export", "atom", "--limit", "999", *filters))
        assert {entry["id"].split("/")[1] for entry in entries} == set(listed)


def test_limit_counts_rows(path: Path) -> None:
    for what in EXTRACTS:
        assert rows_of(path, "--what", what, "--limit", "5") == rows_of(path, "--what", what)[:5]
    assert _entries(call(path, "export", "atom", "--limit", "2")) == _entries(call(path, "export", "atom"))[:2]


def test_csv_says_the_same(path: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(call(path, "export", "csv", "--verbatim"), newline="")))
    assert rows == [{name: _flatten(value) for name, value in row.items()} for row in rows_of(path)]


def _flatten(value: object) -> str:
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    return "" if value is None else str(value)


FORMULA = re.compile(r"""[\s"'\ufeff]*[=+\-@\t\r]""")


@pytest.mark.parametrize("what", EXTRACTS)
def test_no_cell_is_a_formula(hostile: Path, what: str) -> None:
    rows = list(csv.DictReader(io.StringIO(call(hostile, "export", "csv", "--what", what), newline="")))
    cells = [(name, value) for row in rows for name, value in row.items() if not re.fullmatch(r"-?\d+", value)]
    assert cells
    assert [cell for cell in cells if FORMULA.match(cell[1].removeprefix("'")) and not cell[1].startswith("'")] == []
    verbatim = list(
        csv.DictReader(io.StringIO(call(hostile, "export", "csv", "--what", what, "--verbatim"), newline=""))
    )
    assert [{name: value.removeprefix("'") for name, value in row.items()} for row in rows] == verbatim


@pytest.mark.parametrize("form", ["--csv", "--tsv"])
def test_other_commands_defuse_too(hostile: Path, form: str) -> None:
    separator = "," if form == "--csv" else "\t"
    text = call(hostile, "list", form)
    read = {row["article_id"]: row for row in csv.DictReader(io.StringIO(text, newline=""), delimiter=separator)}
    for key in ("2", "5", "7"):
        assert read[key]["title"] == f"'{TITLES[key]} (sửa)"
    assert read["1"]["title"] == f"{TITLES['1']} (sửa)"
    plain = call(hostile, "list", form, "--verbatim")
    titles = [row["title"] for row in csv.DictReader(io.StringIO(plain, newline=""), delimiter=separator)]
    assert titles == [row["title"] for row in show(hostile, "list")]


@pytest.mark.parametrize(
    ("text", "defused"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("  =1", "'  =1"),
        ("\n=1", "'\n=1"),
        ('"=1"', '\'"=1"'),
        ("'=1", "''=1"),
        ("\u200b=1", "'\u200b=1"),
        ("\uff1d1+1", "'\uff1d1+1"),
        ("- Đồng chí Bí thư", "'- Đồng chí Bí thư"),
        ("Tin - bài", "Tin - bài"),
        ("2 = 2", "2 = 2"),
        ("–1", "–1"),
        ("", ""),
    ],
)
def test_what_is_taken_for_a_formula(text: str, defused: str) -> None:
    assert defuse(text) == defused


def test_numbers_stay_numbers(path: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    shutil.copy(path, copy)
    database = Database(copy)
    database.execute("UPDATE articles SET views = -12")
    database.conn.commit()
    database.close()
    [row] = csv.DictReader(io.StringIO(call(copy, "export", "csv", "--limit", "1")))
    assert row["views"] == "-12"


def test_texts_are_composed_and_addresses_left_alone() -> None:
    apart, one = "Đa\u0309ng u\u0309y", "Đảng ủy"
    row = {"url": apart, "title": apart, "views": 3, "lead": None, "images": [{"url": apart, "caption": apart}]}
    composed = {"url": apart, "title": one, "views": 3, "lead": None, "images": [{"url": apart, "caption": one}]}
    assert compose_row(row) == composed


def test_bom_is_for_excel(path: Path, tmp_path: Path) -> None:
    out = tmp_path / "a.csv"
    call(path, "export", "csv", "--bom", "-o", str(out))
    assert out.read_bytes() == b"\xef\xbb\xbf" + call(path, "export", "csv").encode()


def test_jsonl_is_nfc_and_shows_no_control_character(hostile: Path) -> None:
    text = call(hostile, "export", "jsonl")
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e]", text)
    assert {row["title"].removesuffix(" (sửa)") for row in rows_of(hostile)} == set(TITLES.values())
    assert unicodedata.is_normalized("NFC", text)


def _entries(text: str) -> list[dict[str, str]]:
    feed = ET.fromstring(text)
    return [{child.tag.removeprefix(ATOM): child.text or "" for child in entry} for entry in feed.iter(f"{ATOM}entry")]


def test_atom_tells_what_happened_the_newest_first(path: Path) -> None:
    text = call(path, "export", "atom", "--site", "dukdhcd")
    feed = ET.fromstring(text)
    assert feed.tag == f"{ATOM}feed"
    entries = _entries(text)
    assert feed.findtext(f"{ATOM}id") == "tag:committee-news-archiver,2026:dukdhcd"
    assert feed.findtext(f"{ATOM}updated") == entries[0]["updated"]
    assert feed.findtext(f"{ATOM}author/{ATOM}name") == "Đảng ủy Khối các trường Đại học, Cao đẳng Hà Nội"
    times = [entry["updated"] for entry in entries]
    assert times == sorted(times, reverse=True)
    events = [row for row in rows_of(path, "--what", "events") if row["kind"] != "title_changed"]
    assert len({entry["id"] for entry in entries}) == len(entries) == len(events)
    titles = {entry["title"].split(": ", 1)[0] for entry in entries}
    assert titles == {"New", "Edited", "Not found for now"}
    for entry in feed.iter(f"{ATOM}entry"):
        assert [len(entry.findall(ATOM + name)) for name in ("id", "title", "updated", "content")] == [1, 1, 1, 1]
        link = entry.find(f"{ATOM}link")
        assert link is not None
        assert link.get("href", "").startswith("http://dukdhcd.example/")


def test_the_ids_of_entries_never_change(path: Path) -> None:
    everything = {entry["id"] for entry in _entries(call(path, "export", "atom"))}
    assert {entry["id"] for entry in _entries(call(path, "export", "atom", "--limit", "3"))} < everything
    [edited] = [identity for identity in everything if "/edited/" in identity]
    assert re.fullmatch(
        r"tag:committee-news-archiver,2026:dukdhcd/\d+/edited/2022-01-10T01:\d\d:\d\d\.0{6}%2B00:00", edited
    )


def test_atom_is_well_formed_whatever_titles_hold(hostile: Path) -> None:
    text = call(hostile, "export", "atom")
    titles = [entry["title"] for entry in _entries(text)]
    assert f"New: {TITLES['3']}" in titles
    assert f"Edited: {TITLES['2']} (sửa)" in titles
    assert "New: ]]> & <!--  &#8; {{ 7*7 }}" in titles
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\ufffe]|javascript:", text)


def test_a_feed_may_be_empty_and_have_addresses_of_its_own() -> None:
    about = About(
        "a/b", "Tin <mới>", "Ban Biên tập", "2022-01-01T00:00:00+00:00", "https://x.vn/?a=1&b=2", "https://x.vn/", "vi"
    )
    read = ET.fromstring("".join(write_feed(about, [])))
    assert [(child.tag.removeprefix(ATOM), child.text or child.attrib) for child in read if len(child) == 0] == [
        ("id", "tag:committee-news-archiver,2026:a%2Fb"),
        ("title", "Tin <mới>"),
        ("updated", "2022-01-01T00:00:00+00:00"),
        ("link", {"rel": "self", "type": "application/atom+xml", "href": "https://x.vn/?a=1&b=2"}),
        ("link", {"rel": "alternate", "type": "text/html", "href": "https://x.vn/"}),
    ]


def test_parquet_has_types(path: Path, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed")
    out = tmp_path / "a.parquet"
    for what in EXTRACTS:
        call(path, "export", "parquet", "--what", what, "-o", str(out))
        table, rows = parquet.read_table(out), rows_of(path, "--what", what)
        assert table.column_names == list(COLUMNS[EXTRACTS[what]])
        assert [{name: _plain(value) for name, value in row.items()} for row in table.to_pylist()] == [
            {name: bool(value) if name == "listed" else _plain(value) for name, value in row.items()} for row in rows
        ]
    call(path, "export", "parquet", "-o", str(out))
    types = {field.name: str(field.type) for field in parquet.read_schema(out)}
    assert types["published_at"] == types["last_seen_at"] == "timestamp[us, tz=UTC]"
    assert (types["views"], types["listed"], types["title"]) == ("int64", "bool", "string")
    assert types["images"] == "list<element: struct<url: string, caption: string, alt: string>>"


def _plain(value: object) -> object:
    """Make times comparable, however they are written."""
    if isinstance(value, str) and re.match(r"\d{4}-\d\d-\d\dT", value):
        return datetime.fromisoformat(value)
    return value


@pytest.mark.parametrize(
    ("form", "package", "line"),
    [
        ("parquet", "pyarrow", "parquet needs pyarrow: pip install 'committee-news-archiver[parquet]'"),
        ("site", "jinja2", "site needs the pages' templates: pip install 'committee-news-archiver[web]'"),
    ],
)
def test_without_its_package_an_export_is_one_line(
    path: Path, tmp_path: Path, form: str, package: str, line: str
) -> None:
    (tmp_path / f"{package}.py").write_text(f"raise ModuleNotFoundError('none', name='{package}')")
    command = [sys.executable, "-m", "archiver", "--db", str(path), "export", form, "-o", str(tmp_path / "x")]
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (2, f"archiver: {line}\n")
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("atom", "--what", "views"), "--what is for csv, jsonl, parquet; atom has no use for it"),
        (("jsonl", "--bom"), "--bom is for csv"),
        (("atom", "--verbatim"), "--verbatim is for csv"),
        (("csv", "--site", "nowhere"), "the archive holds no site 'nowhere'; it holds: dukdhcd"),
    ],
)
def test_what_makes_no_sense_is_refused(path: Path, arguments: tuple[str, ...], line: str) -> None:
    with pytest.raises(UsageError, match=line):
        call(path, "export", *arguments)


def _write_half(path: Path) -> None:
    with open_text(path) as stream:
        stream.write("half")
        raise KeyboardInterrupt


def _fill_half(path: Path) -> None:
    with open_folder(path) as folder:
        (folder / "third.html").write_text("x")
        raise KeyboardInterrupt


def test_a_file_is_whole_or_not_there(tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    out.write_text("former")
    out.chmod(0o640)
    with pytest.raises(KeyboardInterrupt):
        _write_half(out)
    assert (out.read_text(), [file.name for file in tmp_path.iterdir()]) == ("former", ["out.csv"])
    with open_text(out) as stream:
        stream.write("whole")
        assert out.read_text() == "former"
    assert (out.read_text(), out.stat().st_mode & 0o777) == ("whole", 0o640)


def test_a_link_stays_a_link_and_a_device_is_written_to(tmp_path: Path) -> None:
    link, real = tmp_path / "link", tmp_path / "real"
    link.symlink_to(real)
    with open_text(link) as stream:
        stream.write("x")
    assert (link.is_symlink(), real.read_text()) == (True, "x")
    with open_text(Path("/dev/null")) as stream:
        stream.write("x")
    assert Path("/dev/null").is_char_device()


def test_a_folder_of_others_is_not_touched(tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    for text in ("first", "second"):
        with open_folder(mine) as folder:
            (folder / f"{text}.html").write_text(text)
    assert sorted(file.name for file in mine.iterdir()) == [".archiver-export", "second.html"]
    with pytest.raises(KeyboardInterrupt):
        _fill_half(mine)
    assert (mine / "second.html").exists()
    with (
        pytest.raises(UsageError, match="there is something else already; name a new or an empty folder"),
        open_folder(tmp_path),
    ):
        pass
    assert [file.name for file in tmp_path.iterdir()] == ["mine"]


def test_a_place_that_cannot_be_written_is_one_line(path: Path, tmp_path: Path) -> None:
    with pytest.raises(ArchiverError, match=r"no/x\.csv: cannot be written: No such file or directory"):
        call(path, "export", "csv", "-o", str(tmp_path / "no" / "x.csv"))


@pytest.mark.parametrize("form", ["csv", "jsonl", "atom"])
def test_a_reader_that_had_enough_is_no_error(path: Path, form: str) -> None:
    command = [sys.executable, "-m", "archiver", "--db", str(path), "export", form]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        errors = process.stderr.read()
    assert (process.returncode, errors) == (0, b"")
