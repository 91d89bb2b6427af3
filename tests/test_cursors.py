"""Cursors: a name and a purpose have a place, and it stays where it was when it cannot be written."""

from pathlib import Path

import pytest

from archiver.archive.queries.cursors import check_cursor_name, keep_cursor, load_cursor, move_cursor
from archiver.archive.store.damage import DamageError
from archiver.archive.store.file import create_or_open, open_for_reading
from archiver.errors import ArchiveError, UsageError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "archive.db"
    create_or_open(path).close()
    return path


def test_each_name_and_purpose_has_a_place_of_its_own(path: Path) -> None:
    keep_cursor(path, "lan", "changes", {"change": 3})
    keep_cursor(path, "lan", "export views", {"capture": 7, "12": -5})
    keep_cursor(path, "lan", "changes", {"change": 4})
    connection = open_for_reading(path).conn
    assert load_cursor(connection, "lan", "changes") == {"change": 4}
    assert load_cursor(connection, "lan", "export views") == {"capture": 7, "12": -5}
    assert load_cursor(connection, "mai", "changes") is None


def test_a_cursor_moves_with_the_transaction_that_moves_it(path: Path) -> None:
    database = create_or_open(path)
    database.conn.execute("BEGIN")
    move_cursor(database.conn, "lan", "changes", {"change": 3})
    database.conn.rollback()
    assert load_cursor(database.conn, "lan", "changes") is None


def test_what_cannot_be_written_says_that_the_cursor_stays(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARCHIVE_BUSY_SECONDS", "0.05")
    writer = create_or_open(path)
    with writer.atomic(), pytest.raises(ArchiveError, match=r"locked for 0.05 s; .*the cursor 'lan' stays"):
        keep_cursor(path, "lan", "changes", {"change": 3})
    path.chmod(0o444)
    monkeypatch.setattr("os.access", lambda *_: False)  # who runs the tests may be allowed everything
    with pytest.raises(ArchiveError, match=r"no permission to write the archive.*; the cursor 'lan' stays"):
        keep_cursor(path, "lan", "changes", {"change": 3})


@pytest.mark.parametrize("place", ["[]", '{"change": "3"}', '{"change": true}', '{"change": 1.5}'])
def test_a_place_that_is_none_is_damage(path: Path, place: str) -> None:
    database = create_or_open(path)
    database.conn.execute("INSERT INTO cursors VALUES ('lan', 'changes', ?)", (place,))
    with pytest.raises(DamageError, match="begin anew under another name"):
        load_cursor(database.conn, "lan", "changes")


@pytest.mark.parametrize("name", ["", "a/b", "..", ".lan", "a" * 65, "lan mai", "đất"])
def test_names_of_cursors_are_names_of_files(name: str) -> None:
    with pytest.raises(UsageError, match="no name for a cursor"):
        check_cursor_name(name)
    assert check_cursor_name("lan-2.x_Y") == "lan-2.x_Y"
