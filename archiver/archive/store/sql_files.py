"""SQL that stands in files of its own: what is made there, and what the comments beside it say."""

import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_PART = re.compile(r"^-- name: (\w+)$", re.MULTILINE)
_COMMENT = re.compile(r"\s*--[^\n]*")
_MADE = re.compile(r"CREATE (?:TABLE|VIEW) (\w+) \($")
_COLUMN = re.compile(r"    ([a-z]\w*)\b[^-]*?(?:-- (.*))?")
_EXAMPLE = re.compile(r"^-- (\w+): (.+)\n((?:-- .+\n)*)([^-][^;]*;)", re.MULTILINE)
_MORE = re.compile(r"\s*-- (.*)")


@dataclass(frozen=True, slots=True)
class Definition:
    """A table or view: what a row is, what its columns mean (in order), and the statement that makes it."""

    name: str
    about: str
    columns: dict[str, str]
    statement: str


@dataclass(frozen=True, slots=True)
class ExampleQuery:
    """A query that is kept for people: its name for addresses, its title, what else is said of it, and the SQL."""

    name: str
    title: str
    about: str
    sql: str


def read_examples(path: Path) -> tuple[ExampleQuery, ...]:
    """Read queries for people: above each stands ``-- name: title``, and below that what else is said of it."""
    found = _EXAMPLE.findall(path.read_text(encoding="utf-8"))
    return tuple(ExampleQuery(name, title, _join_comment(about), sql) for name, title, about, sql in found)


def _join_comment(lines: str) -> str:
    return " ".join(line.removeprefix("-- ") for line in lines.splitlines())


def read_statements(path: Path) -> tuple[str, ...]:
    """Read the statements of a file, without comments; no text in them has a semicolon or two dashes."""
    return _split(path.read_text(encoding="utf-8"))


def read_scripts(path: Path, **conditions: str) -> dict[str, tuple[str, ...]]:
    """Read the statements of a file by the parts that they stand in: ``-- name: x`` begins the part x.

    A condition that SQL elsewhere shares stands there as a parameter of its name; it is put in here.
    """
    text = path.read_text(encoding="utf-8")
    if conditions:
        text = re.sub(rf":({'|'.join(conditions)})\b", lambda found: f"({conditions[found[1]]})", text)
    _, *parts = _PART.split(text)
    return {name: _split(part) for name, part in zip(parts[::2], parts[1::2], strict=True)}


def read_queries(path: Path, **conditions: str) -> dict[str, str]:
    """Read the queries of a file by their names: as ``read_scripts``, of one statement each."""
    return {name: statement for name, [statement] in read_scripts(path, **conditions).items()}


class Queries:
    """The queries in the .sql file of a module, by their names."""

    def __init__(self, module: str, **conditions: str) -> None:
        """Read them, and put in what others share (``read_scripts``); ``module`` is its ``__file__``."""
        self.texts = read_queries(Path(module).with_suffix(".sql"), **conditions)

    def ask(self, connection: sqlite3.Connection, query: str, /, **values: object) -> list[sqlite3.Row]:
        """Return all rows of a query."""
        return connection.execute(self.texts[query], values).fetchall()

    def find(self, connection: sqlite3.Connection, query: str, /, **values: object) -> sqlite3.Row | None:
        """Return the first row of a query; None where it has none."""
        row: sqlite3.Row | None = connection.execute(self.texts[query], values).fetchone()
        return row

    def count(self, connection: sqlite3.Connection, query: str, /, **values: object) -> int:
        """Return the number that a query comes to; 0 where it has none."""
        row = self.find(connection, query, **values)
        return int(row[0] or 0) if row else 0


def read_definitions(path: Path) -> tuple[Definition, ...]:
    """Read the tables and views that a file makes: the comment above each, and those beside its columns."""
    statements = iter(read_statements(path))
    lines = path.read_text(encoding="utf-8").splitlines()
    return tuple(_read_definitions(lines, {_name(statement): statement for statement in statements}))


def _split(text: str) -> tuple[str, ...]:
    statements = (statement.strip() for statement in _COMMENT.sub("", text).split(";"))
    return tuple(statement for statement in statements if statement)


def _name(statement: str) -> str:
    match = re.match(r"CREATE\s+(?:UNIQUE\s+|VIRTUAL\s+)?\w+\s+(\w+)", statement)
    return match[1] if match else statement


def _read_definitions(lines: list[str], statements: dict[str, str]) -> Iterator[Definition]:
    for at, line in enumerate(lines):
        if match := _MADE.match(line):
            about = " ".join(reversed([text[3:] for text in _take_comment(lines[:at])]))
            yield Definition(match[1], about, _read_columns(lines[at + 1 :]), statements[match[1]])


def _take_comment(lines: list[str]) -> Iterator[str]:
    """Yield the lines of the comment that ends here, the last first."""
    for line in reversed(lines):
        if not line.startswith("-- "):
            return
        yield line


def _read_columns(lines: list[str]) -> dict[str, str]:
    """Read the columns and their meanings; a comment in a line of its own goes on with the one before."""
    columns: dict[str, str] = {}
    for line in lines:
        if line.startswith(")"):
            break
        if match := _MORE.fullmatch(line):
            name = next(reversed(columns))
            columns[name] = f"{columns[name]} {match[1]}".strip()
        elif match := _COLUMN.fullmatch(line):
            columns[match[1]] = match[2] or ""
    return columns
