"""People's own SQL: answered read-only, in limited time and memory, by a process of its own (process.py)."""

import math
import re
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast
from weakref import finalize

from archiver.archive.user_sql import process as answering
from archiver.archive.user_sql.limits import MOST_MEMORY
from archiver.archive.user_sql.messages import Fault, Head, Question, Rows
from archiver.errors import ArchiveError, ArchiverError, UsageError
from archiver.processes import ChildProcess

Value = str | int | float | None

_ONLY_READING = "only questions are answered here: the archive is open for reading, and nothing else is opened"
_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,17})")


class FaultError(Exception):
    """A question without an answer, or without the rest of it."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.text)
        self.fault = fault


class Answerer:
    """A process that answers questions of one archive, one after the other: started when asked, ended with this."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._process: ChildProcess | None = None
        self._end: Callable[[], object]

    def ask(self, question: Question) -> tuple[tuple[str, ...] | None, Iterator[Rows]]:
        """Return the names of the columns, None for what asks for nothing, and rows, some at a time; FaultError.

        The rows are read to their end before the next question; whoever has enough of them calls ``end``.
        """
        process = self._process = self._process or self._start()
        process.pipe.send(question)
        head = cast("Head", self._receive(process))
        return head.columns, self._read_rows(process)

    def end(self) -> None:
        """End the process at once: it only reads."""
        if self._process:
            self._end()
            self._process = None

    def _start(self) -> ChildProcess:
        process = ChildProcess(answering.__name__, self._path)
        self._end = finalize(self, process.end)
        return process

    def _read_rows(self, process: ChildProcess) -> Iterator[Rows]:
        while (part := self._receive(process)) is not None:
            yield cast("Rows", part)

    def _receive(self, process: ChildProcess) -> Head | Rows | None:
        """Receive a part of an answer, None at its end; FaultError, after which nothing more of it comes."""
        try:
            part: Head | Rows | Fault | None = process.pipe.recv()
            if not isinstance(part, Fault):
                return part
            process.pipe.recv()
        except (EOFError, OSError):
            part = _explain_end(process.wait())
            self.end()
        raise FaultError(part)


def _explain_end(status: int) -> Fault:
    if status == -signal.SIGALRM:
        return Fault("time", "interrupted")
    return Fault("memory", f"the process that answers ended with status {status}, perhaps for want of memory")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a question brought: the names of its columns, all different, and its rows as they come."""

    columns: tuple[str, ...]
    rows: Iterator[dict[str, Value]]


@contextmanager
def ask(path: Path, question: str, values: Mapping[str, str], seconds: float) -> Iterator[Answer]:
    """Answer a question of SQL; the rows are read while the context is open.

    UsageError for what SQLite cannot understand or may not do, ArchiverError where time or memory runs out.
    """
    answerer = Answerer(path)
    try:
        bound = {name: _read_value(text) for name, text in values.items()}
        names, parts = answerer.ask(Question(question, bound, seconds))
        if names is None:
            raise UsageError("this asks for nothing; write a SELECT (archiver schema names the views)")
        columns = _name_columns(names)
        yield Answer(columns, (dict(_pair(columns, row)) for part in parts for row in part))
    except FaultError as error:
        raise _explain(error.fault, seconds) from None
    finally:
        answerer.end()


def _pair(columns: Sequence[str], row: Sequence[Value | bytes]) -> Iterator[tuple[str, Value]]:
    """Pair a row with its columns; bytes as hexadecimal digits, and infinity, which JSON cannot tell, as text."""
    for column, value in zip(columns, row, strict=True):
        if isinstance(value, bytes):
            yield column, value.hex()
        else:
            yield column, str(value) if isinstance(value, float) and not math.isfinite(value) else value


def _explain(fault: Fault, seconds: float) -> ArchiverError:
    if fault.kind == "time":
        return ArchiverError(f"no answer after {seconds:g} seconds; --timeout gives it more")
    if fault.kind == "memory":
        return ArchiverError(f"no answer: it takes more than {MOST_MEMORY / 1e6:g} MB; ask for fewer or shorter values")
    text = fault.text
    if fault.kind == "damage":
        return ArchiveError(f"the archive is damaged ({text}); archiver verify names what is, a backup has it whole")
    if text == "malformed JSON":
        said = "where the question has none of its own, the archive is damaged: archiver verify names the row"
        return UsageError(f"{text}; {said}")
    if any(word in text for word in ("not authorized", "authorization", "readonly", "prohibited")):
        return UsageError(_ONLY_READING)
    return UsageError(f"{text}; archiver schema names the views and their columns")


def _name_columns(names: Sequence[str]) -> tuple[str, ...]:
    """Make the names different from one another: the second ``title`` is ``title_2``."""
    unique: list[str] = []
    for name in names:
        number = 1
        while (shown := name if number == 1 else f"{name}_{number}") in unique:
            number += 1
        unique.append(shown)
    return tuple(unique)


def _read_value(text: str) -> str | int | float:
    """Read a number as a number: SQLite compares text with numbers as different things."""
    if _NUMBER.fullmatch(text):
        return int(text)
    return float(text) if re.fullmatch(r"-?\d{1,15}\.\d{1,15}", text) else text
