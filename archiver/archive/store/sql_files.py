"""SQL that stands in files of its own: what is made there, and what the comments beside it say."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_COMMENT = re.compile(r"\s*--[^\n]*")
_MADE = re.compile(r"CREATE (?:TABLE|VIEW) (\w+) \($")
_COLUMN = re.compile(r"    ([a-z]\w*)\b[^-]*?(?:-- (.*))?")
_QUERY = re.compile(r"^-- (\w+): (.+)\n((?:-- .+\n)*)([^-][^;]*;)", re.MULTILINE)
_MORE = re.compile(r"\s*-- (.*)")


@dataclass(frozen=True, slots=True)
class Definition:
    """A table or view: what a row is, what its columns mean (in order), and the statement that makes it."""

    name: str
    about: str
    columns: dict[str, str]
    statement: str


@dataclass(frozen=True, slots=True)
class Query:
    """A query that is kept for people: its name for addresses, its title, what else is said of it, and the SQL."""

    name: str
    title: str
    about: str
    sql: str


def read_queries(path: Path) -> tuple[Query, ...]:
    """Read the queries of a file: above each stands ``-- name: title``, and below that what else is said of it."""
    found = _QUERY.findall(path.read_text(encoding="utf-8"))
    return tuple(Query(name, title, _join_comment(about), sql) for name, title, about, sql in found)


def _join_comment(lines: str) -> str:
    return " ".join(line.removeprefix("-- ") for line in lines.splitlines())


def read_statements(path: Path) -> tuple[str, ...]:
    """Read the statements of a file, without comments; no text in them has a semicolon or two dashes."""
    text = _COMMENT.sub("", path.read_text(encoding="utf-8"))
    return tuple(statement.strip() for statement in text.split(";") if statement.strip())


def read_definitions(path: Path) -> tuple[Definition, ...]:
    """Read the tables and views that a file makes: the comment above each, and those beside its columns."""
    statements = iter(read_statements(path))
    lines = path.read_text(encoding="utf-8").splitlines()
    return tuple(_read_definitions(lines, {_name(statement): statement for statement in statements}))


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
