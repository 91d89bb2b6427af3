"""Processes that read an archive beside the one that writes it: as many as there are cores.

Each opens the archive for itself, read-only, and answers questions: functions of an archive that can be sent to another
process (functions of a module, or a ``partial`` of one with plain values). Answers come in the order of the questions,
and only a few of them wait at any time, so memory does not grow with the archive.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import chain, islice
from multiprocessing.connection import Connection, wait
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from sqlite_utils import Database

from archiver.archive.store.file import open_for_reading
from archiver.errors import ArchiverError
from archiver.processes import ChildProcess, serve

Answer = TypeVar("Answer")
_Item = TypeVar("_Item")
Question = Callable[[Database], Answer]

# A reader takes 0.3 to 0.5 s to begin. Questions are made to take 30 ms and more, so these take 2 s without readers.
FEW = 64
# Questions that a reader has before it, so that it has work while others' answers are written down.
_DEPTH = 3


def batch(items: Iterable[_Item], size: int) -> Iterator[tuple[_Item, ...]]:
    """Give items in tuples of a size, as one reader is asked for them."""
    remaining = iter(items)
    while some := tuple(islice(remaining, size)):
        yield some


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
            self._readers.append(_Reader(Path(path)))

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
        ready = wait([reader.pipe for reader in readers], None if waiting else 0)
        return (reader.receive() for reader in readers if reader.pipe in ready)


class _Reader(ChildProcess):
    """A reader as seen by the process that asks; ``busy`` is the number of questions it has before it."""

    def __init__(self, path: Path) -> None:
        super().__init__(__name__, path)
        self.busy = 0

    def send(self, question: tuple[int, Question[Any]]) -> None:
        try:
            self.pipe.send(question)
        except OSError as error:
            raise self._explain() from error
        self.busy += 1

    def receive(self) -> tuple[int, tuple[Any, ...]]:
        try:
            number, answer = self.pipe.recv()
        except (EOFError, OSError) as error:
            raise self._explain() from error
        self.busy -= 1
        return number, answer

    def _explain(self) -> ArchiverError:
        said = f"one of the processes that read the archive has ended ({self.describe_end()})"
        return ArchiverError(f"{said}, perhaps for want of memory; what was recorded stays; try again with --jobs 1")


def _answer(pipe: Connection, path: Path) -> None:
    """Answer questions until nobody asks; an empty answer says that the question failed."""
    open_archive = cache(open_for_reading)
    while True:
        number, question = pipe.recv()
        try:
            answer: tuple[Any, ...] = (question(open_archive(path)),)
        except Exception:  # noqa: BLE001 - whatever it is, who asks meets it again and tells of it
            answer = ()
        pipe.send((number, answer))


if __name__ == "__main__":
    serve(_answer)
