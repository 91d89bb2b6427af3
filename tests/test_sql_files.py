"""SQL in files of its own: what stands there is what an archive has, and every column says what it means."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database

import archiver.archive
from archiver.archive.identity.keys import JOIN_ADDRESSES
from archiver.archive.queries.views import ALL_VIEWS, VIEWS
from archiver.archive.store.file import create_or_open
from archiver.archive.store.inspection import make_schema, read_schema
from archiver.archive.store.schema import VERSION, list_tables, migrations
from archiver.archive.store.sql_files import (
    Definition,
    read_definitions,
    read_queries,
    read_scripts,
    read_statements,
)

ROOM = Path(archiver.archive.__file__).parent
TABLES, INNER, PUBLIC = ROOM / "store/tables.sql", ROOM / "queries/inner_views.sql", ROOM / "queries/views.sql"
MERGE = ROOM / "upkeep/copied_rows.sql"
NAMED = sorted(path for path in ROOM.rglob("*.sql") if "-- name: " in path.read_text(encoding="utf-8"))


class _Anything(dict[str, object]):
    """Binds every parameter."""

    def __missing__(self, name: str) -> object:
        return None


@pytest.mark.parametrize("made", [*list_tables(), *ALL_VIEWS], ids=lambda made: made.name)
def test_every_column_says_what_it_means(made: Definition) -> None:
    assert made.about.startswith("one row ")
    assert [name for name, meaning in made.columns.items() if not meaning] == []


def test_sqlite_reads_the_files_as_they_stand() -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        for path in (TABLES, INNER, PUBLIC):
            connection.executescript(path.read_text(encoding="utf-8"))
        for made in (*list_tables(), *ALL_VIEWS):
            columns = [row[1] for row in connection.execute(f"PRAGMA table_info({made.name})")]
            assert columns == list(made.columns), made.name


def test_migrations_make_the_tables_that_are_told() -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        migrations.apply(Database(connection, execute_plugins=False))
        found = read_schema(connection, "main")
    expected = make_schema(VERSION)
    assert {name: found[name] for name in expected} == expected
    tables = {
        name
        for name, item in found.items()
        if item.kind == "table" and not name.startswith(("search_", "_", "sqlite_"))
    }
    assert tables == {table.name for table in list_tables()} - {"search_order"}


def test_an_archive_has_the_views_and_no_others(tmp_path: Path) -> None:
    database = create_or_open(tmp_path / "a.db")
    assert set(database.view_names()) == {view.name for view in ALL_VIEWS}
    assert {view.name for view in VIEWS} == {view.name for view in read_definitions(PUBLIC)}
    database.close()


def test_comments_are_read_above_beside_and_below(tmp_path: Path) -> None:
    path = tmp_path / "a.sql"
    path.write_text(
        "-- a file\n\n-- one row a thing,\n-- or two\nCREATE TABLE t (\n    a TEXT, -- what it is\n        -- and was\n"
        "    b TEXT DEFAULT '{}',\n        -- below\n    c TEXT,\n    UNIQUE (a, b)\n) STRICT;\nDROP TABLE t;\n"
    )
    [made] = read_definitions(path)
    assert (made.name, made.about) == ("t", "one row a thing, or two")
    assert made.columns == {"a": "what it is and was", "b": "below", "c": ""}
    assert read_statements(path) == (made.statement, "DROP TABLE t")
    assert "--" not in made.statement


@pytest.mark.parametrize("path", NAMED, ids=lambda path: path.name)
def test_every_query_says_what_it_is_and_is_asked_by_its_module(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    module = path.with_suffix(".py").read_text(encoding="utf-8")
    for name in read_scripts(path):
        assert f"\n-- name: {name}\n-- " in text
        assert f'"{name}"' in module, f"{name} is never asked"


@pytest.mark.parametrize("path", [path for path in NAMED if path != MERGE], ids=lambda path: path.name)
def test_sqlite_reads_every_query_as_it_stands(path: Path, tmp_path: Path) -> None:
    database = create_or_open(tmp_path / "a.db")
    for query in read_queries(path).values():
        database.conn.execute(f"EXPLAIN {query}", _Anything()).fetchall()
    database.close()


def test_a_condition_stands_in_a_query_as_a_parameter(tmp_path: Path) -> None:
    path = tmp_path / "a.sql"
    path.write_text(
        "-- a file\n\n-- name: one\n-- The first.\nSELECT 1 WHERE :sure OR :surely;\n"
        "\n-- name: two\nSELECT 2;\nSELECT 3;\n"
    )
    assert read_scripts(path, sure="a = 1 OR b = 2") == {
        "one": ("SELECT 1 WHERE (a = 1 OR b = 2) OR :surely",),
        "two": ("SELECT 2", "SELECT 3"),
    }


def test_merging_knows_of_an_address_twice_what_recording_does() -> None:
    assert " ".join(JOIN_ADDRESSES.split()) in " ".join(" ".join(read_scripts(MERGE)["readings"]).split())
