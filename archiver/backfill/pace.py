"""When a service may be asked again: its pauses hold for all sites, calls and processes on one archive."""

import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from archiver.backfill.progress import Progress

Kind = Literal["list", "page"]

PAUSE = 1.0
"""Seconds from the end of an answer to the next request: one page a second is what the Wayback Machine bears."""
LISTS = 3.0
"""So many pauses lie between two lists, which cost a service more."""
_MOST_AHEAD = 24 * 3600.0
_LONG = 10.0


@dataclass(slots=True)
class Pace:
    """The pauses at one service.

    A request is noted before it is sent, so a process that is killed over it cannot make the next one ask too early.
    ``pause`` is in seconds, ``tell`` is told of long ones, for people; ``read_clock`` and ``sleep`` are for tests.
    """

    progress: Progress
    service: str
    pause: float = PAUSE
    read_clock: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    tell: Callable[[str], object] = str  # where nobody watches
    _is_begun: bool = field(default=False, init=False)

    def wait(self, kind: Kind) -> None:
        """Wait until something may be asked for, and note that it is."""
        if not self._is_begun:
            self._begin()
        while (ahead := self._reserve(kind)) > 0:
            if ahead > _LONG:
                self.tell(f"{self.service} is left alone for {ahead:.0f} s")
            self.sleep(ahead)

    def note_answer(self, kind: Kind) -> None:
        """Count the pause from now, the end of an answer."""
        self._note(kind, is_answered=True)

    def hold_off(self, seconds: float) -> None:
        """Ask for nothing for so long; the next call keeps to it, too."""
        present = self.read_clock()
        with self.progress.writing() as connection:
            for kind in ("list", "page"):
                self._write(connection, kind, present, seconds, is_answered=True)

    def look_ahead(self) -> float:
        """Say for how many seconds nothing may be asked for."""
        with self.progress.writing() as connection:
            rows = connection.execute("SELECT due FROM pace WHERE service = ?", (self.service,)).fetchall()
        ahead = max((row[0] for row in rows), default=0.0) - self.read_clock()
        return min(max(ahead, 0.0), _MOST_AHEAD)

    def _begin(self) -> None:
        """Pause anew where nobody noted the end of the last request: whoever sent it was killed, maybe just now."""
        self._is_begun = True
        query = "SELECT kind FROM pace WHERE service = ? AND NOT is_answered"
        with self.progress.writing() as connection:
            unanswered: list[Kind] = [row[0] for row in connection.execute(query, (self.service,))]
        for kind in unanswered:
            self._note(kind, is_answered=True)

    def _reserve(self, kind: Kind) -> float:
        """Take the turn if it has come; returns the seconds that are left until then."""
        present = self.read_clock()
        with self.progress.writing() as connection:
            row = connection.execute(
                "SELECT due FROM pace WHERE service = ? AND kind = ?", (self.service, kind)
            ).fetchone()
            ahead = row[0] - present if row else 0.0
            if 0 < ahead <= _MOST_AHEAD:  # what is more, a clock wrote that was wrong
                return float(ahead)
            self._note_in(connection, kind, present, is_answered=False)
        return 0.0

    def _note(self, kind: Kind, *, is_answered: bool) -> None:
        with self.progress.writing() as connection:
            self._note_in(connection, kind, self.read_clock(), is_answered=is_answered)

    def _note_in(self, connection: sqlite3.Connection, kind: Kind, present: float, *, is_answered: bool) -> None:
        """Note a request or its answer: after a list the next one has to wait longer than a page."""
        self._write(connection, kind, present, self.pause * (LISTS if kind == "list" else 1), is_answered=is_answered)
        self._write(connection, "page" if kind == "list" else "list", present, self.pause, is_answered=None)

    def _write(
        self, connection: sqlite3.Connection, kind: Kind, present: float, pause: float, *, is_answered: bool | None
    ) -> None:
        """Put off what is asked for next, never to an earlier time; None leaves alone whether there was an answer."""
        connection.execute(
            "INSERT INTO pace VALUES (?1, ?2, ?3, coalesce(?4, 1)) ON CONFLICT DO UPDATE SET "
            "due = iif(due > ?5, ?3, max(due, ?3)), is_answered = coalesce(?4, is_answered)",
            (self.service, kind, present + pause, is_answered, present + _MOST_AHEAD),
        )
