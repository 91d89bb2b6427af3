"""The SQL of readers, and the tables that Datasette shows by it: asked in other processes, a few at a time.

Our own pages are asked here (plugin.py), with threads of their own, so they are answered whatever readers ask.
"""

import logging
import sqlite3
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from datasette.database import QueryInterrupted, Results
from datasette.views.base import DatasetteError

from archiver.archive.user_sql.answerer import Answerer, FaultError
from archiver.archive.user_sql.limits import MOST_ANSWER
from archiver.archive.user_sql.messages import Question, Rows
from archiver.text.display import escape_controls

logger = logging.getLogger(__name__)

PROCESSES = 3
WAIT_SECONDS = 1.0
"""For one's turn; whoever asks then is told to try again."""
TOO_MANY = "too many questions are asked at once; try again"
_WAITING = 32
_TOLD = 300
"""Characters of a statement in the log."""

Values = Mapping[str, Any] | Sequence[Any]


class Desk:
    """Where questions are asked: as many processes as may be at work at once, started when they are needed."""

    def __init__(self, path: Path) -> None:
        self._free: SimpleQueue[Answerer] = SimpleQueue()
        self._all = [Answerer(path) for _ in range(PROCESSES)]
        for answerer in self._all:
            self._free.put(answerer)
        self.threads = ThreadPoolExecutor(_WAITING, thread_name_prefix="questions")

    def ask(self, question: Question, *, told: bool) -> Results:
        """Answer a question as Datasette does; the errors are Datasette's, and a line in the log if they are ``told``.

        QueryInterrupted where the time runs out, DatasetteError where the turn does not come, sqlite3.OperationalError
        for all else.
        """
        try:
            answerer = self._free.get(timeout=WAIT_SECONDS)
        except Empty:
            _tell("too many questions at once", question.sql)
            raise refuse(TOO_MANY) from None
        try:
            columns, parts = answerer.ask(question)
            return _make_results(columns or (), [row for part in parts for row in part], question.most_rows)
        except FaultError as error:
            if told:
                _tell(error.fault.text, question.sql)
            if error.fault.kind == "time":
                raise QueryInterrupted(error, question.sql, question.values) from None
            raise sqlite3.OperationalError(error.fault.text) from None
        finally:
            self._free.put(answerer)

    def close(self) -> None:
        """End all processes."""
        for answerer in self._all:
            answerer.end()
        self.threads.shutdown(wait=False, cancel_futures=True)


def refuse(why: str) -> DatasetteError:
    """Return the error by which Datasette answers with status 400, whatever page it was about to make."""
    return DatasetteError(why, title="No answer", status=400)


def make_question(sql: str, values: Values | None, seconds: float, most_rows: int | None) -> Question:
    """Make a question of a statement; one row more is asked for, which tells that there are more.

    What Datasette binds in a query that is kept knows the request; only the values go to another process.
    """
    plain = dict(values) if isinstance(values, Mapping) else values
    return Question(sql, plain if plain is not None else {}, seconds, most_rows and most_rows + 1, MOST_ANSWER)


def _make_results(columns: Sequence[str], rows: Rows, most_rows: int | None) -> Results:
    """Make rows that have names of rows that were sent."""
    names = ", ".join('NULL AS "{}"'.format(name.replace('"', '""')) for name in columns)
    with closing(sqlite3.connect(":memory:")) as memory:
        cursor = memory.execute(f"SELECT {names or 'NULL'}")
        named = [sqlite3.Row(cursor, row) for row in rows]
    truncated = most_rows is not None and len(rows) >= most_rows
    shown = named[: most_rows - 1] if most_rows is not None else named
    return Results(shown, truncated, tuple((name, *[None] * 6) for name in columns))


def _tell(why: str, sql: str) -> None:
    statement = " ".join(sql.split())
    shown = statement if len(statement) <= _TOLD else f"{statement[:_TOLD]}… ({len(statement)} characters)"
    logger.warning("/archive: no answer: %s: %s", escape_controls(why), escape_controls(shown))
