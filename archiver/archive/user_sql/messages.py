"""What a process that answers people's SQL is told, and what it tells."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Value = str | int | float | bytes | None
Rows = list[tuple[Value, ...]]


@dataclass(frozen=True, slots=True)
class Question:
    """A statement with its values, and what it may cost: seconds, rows (further ones are left out), bytes."""

    sql: str
    values: Mapping[str, Value] | Sequence[Value]
    seconds: float
    most_rows: int | None = None
    most_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """The begin of an answer: the names of its columns; None for a statement that asks for nothing."""

    columns: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Fault:
    """Why there is no answer, or no more of it; ``text`` is what SQLite said."""

    kind: Literal["time", "memory", "size", "damage", "sql"]
    text: str
