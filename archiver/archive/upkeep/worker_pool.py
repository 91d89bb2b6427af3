"""Processes that read an archive beside the one that writes it: as many as there are cores.

Each opens the archive for itself, read-only, and answers questions: functions of an archive that can be sent to another
process (functions of a module, or a ``partial`` of one with plain values). Answers come in the order of the questions,
and only a few of them wait at any time, so memory does not grow with the archive.

They are programs of their own and no forks: an open SQLite database must not be carried across a fork
(sqlite.org/howtocorrupt.html 2.6). Each side notices at the pipe between them that the other is gone, so no reader
outlives the process that asks.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import chain, islice
from multiprocessing.connection import Connection, Pipe, wait
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from sqlite_utils import Database

from archiver.archive.store.file import open_for_reading
from archiver.errors import ArchiverError

Answer = TypeVar("Answer")
_Item = TypeVar("_Item")
Question = Callable[[Database], Answer]

# A reader takes 0.3 to 0.5 s to begin. Questions are made to take 30 ms and more, so these take 2 s without readers.
FEW = 64
# Questions that a reader has before it, so that it has work while others' answers are written down.
_DEPTH = 3


def count_cores() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def batch(items: Iterable[_Item], size: int) -> Iterator[tuple[_Item, ...]]:
    """Give items in tuples of a size, as one reader is asked for them."""
    remaining = iter(items)
    while some := tuple(islice(remaining, size)):
        yield some


def start_program(module: str, line: int, path: str) -> "subprocess.Popen[bytes]":
    """Start a module of ours as a program on an archive; ``line`` is the descriptor of its end of what connects us.

    These two are its arguments. It finds the modules that this process found, and no others; its group is its own, for
    Ctrl-C is for the process that asks.
    """
    command = [sys.executable, "-P", "-m", module, str(line), str(Path(path).resolve())]
    places = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.Popen(  # noqa: S603 - this very program
        command, stdin=subprocess.DEVNULL, pass_fds=[line], process_group=0, env=places
    )


def start_beside(module: str, path: str) -> tuple[Connection, "subprocess.Popen[bytes]"]:
    """Start a module of ours as a program on an archive, and return the line to it; ArchiverError."""
    ours, theirs = Pipe()
    try:
        process = start_program(module, theirs.fileno(), path)
    except OSError as error:
        ours.close()
        raise ArchiverError(f"no further process can be started ({error.strerror}); try --jobs 1") from error
    finally:
        theirs.close()
    return ours, process


class Readers:
    """Readers of an open archive, started when they are needed and ended with the ``with`` block.

    Where ``number`` is 1, and for fewer questions than FEW, there are none: ``database`` itself answers.
    """

    def __init__(self, database: Database, number: int) -> None:
        self._database = database
        self._number = number
        self._readers: list[_Reader] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        while self._readers:
            self._readers.pop().end()

    def ask(self, questions: Iterator[Question[Answer]], ahead: int = 4) -> Iterator[Answer]:
        """Answer questions in their order; for each reader at most ``ahead`` are asked before their turn.

        What a question raises is raised in its turn; ArchiverError where a reader was killed. One call is followed to
        its end before the next.
        """
        first = list(islice(questions, FEW if self._number > 1 else 0))
        if first[FEW - 1 :]:
            self._start()
        remaining = chain(first, questions)
        if self._readers:
            return self._share_out(remaining, ahead * len(self._readers))
        return (question(self._database) for question in remaining)

    def _start(self) -> None:
        path = next(row[2] for row in self._database.execute("PRAGMA database_list") if row[1] == "main")
        while len(self._readers) < self._number:
            self._readers.append(_Reader(path))

    def _share_out(self, questions: Iterator[Question[Answer]], most: int) -> Iterator[Answer]:
        numbered = enumerate(questions)
        asked: dict[int, Question[Answer]] = {}
        answers: dict[int, tuple[Answer, ...]] = {}
        turn = 0
        while True:
            asked.update(self._hand_out(numbered, most - len(asked)))
            if not asked:
                return
            answers.update(self._collect(waiting=turn not in answers))
            if turn in answers:
                question, answer = asked.pop(turn), answers.pop(turn)
                # What failed there is asked again here: errors are the same with any number of readers.
                yield answer[0] if answer else question(self._database)
                turn += 1

    def _hand_out(
        self, numbered: Iterator[tuple[int, Question[Answer]]], most: int
    ) -> Iterator[tuple[int, Question[Answer]]]:
        for _ in range(most):
            reader = min(self._readers, key=lambda reader: reader.busy)
            if reader.busy == _DEPTH or (question := next(numbered, None)) is None:
                return
            reader.send(question)
            yield question

    def _collect(self, *, waiting: bool) -> Iterator[tuple[int, tuple[Any, ...]]]:
        readers = [reader for reader in self._readers if reader.busy]
        ready = wait([reader.connection for reader in readers], None if waiting else 0)
        return (reader.receive() for reader in readers if reader.connection in ready)


class _Reader:
    """A reader as seen by the process that asks; ``busy`` is the number of questions it has before it."""

    def __init__(self, path: str) -> None:
        self.connection, self._process = start_beside(__name__, path)
        self.busy = 0

    def send(self, question: tuple[int, Question[Any]]) -> None:
        try:
            self.connection.send(question)
        except OSError as error:
            raise self._explain() from error
        self.busy += 1

    def receive(self) -> tuple[int, tuple[Any, ...]]:
        try:
            number, answer = self.connection.recv()
        except (EOFError, OSError) as error:
            raise self._explain() from error
        self.busy -= 1
        return number, answer

    def end(self) -> None:
        """End the process at once: it only reads, and nothing that it does is needed any more."""
        self.connection.close()
        self._process.kill()
        self._process.wait()

    def _explain(self) -> ArchiverError:
        status = self._process.wait()
        how = f"killed by {signal.Signals(-status).name}" if status < 0 else f"exit status {status}"
        return ArchiverError(
            f"one of the processes that read the archive has ended ({how}), perhaps for want of memory; "
            "what was recorded stays; try again with --jobs 1"
        )


def _answer(connection: Connection, path: Path) -> None:
    """Answer questions until nobody asks; an empty answer says that the question failed."""
    open_archive = cache(open_for_reading)
    while True:
        number, question = connection.recv()
        try:
            answer: tuple[Any, ...] = (question(open_archive(path)),)
        except Exception:  # noqa: BLE001 - whatever it is, who asks meets it again and tells of it
            answer = ()
        connection.send((number, answer))


def main() -> None:
    """Be a reader: of the archive named second, for who is at the other end of the descriptor named first."""
    # They are for the process that asks, which ends its readers.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    with Connection(int(sys.argv[1])) as connection:
        try:
            _answer(connection, Path(sys.argv[2]))
        except (EOFError, BrokenPipeError, ConnectionResetError):
            return


if __name__ == "__main__":
    main()
