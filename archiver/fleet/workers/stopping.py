"""The end of a worker that somebody asked for, and how long things may still take then."""

import logging
import threading
import time
from collections.abc import Callable
from typing import TypeVar

from archiver.fleet.hub.errors import HubAwayError

END_SECONDS = 40.0
"""For the end of a crawl, which takes up to ten of them, and for what is left to push."""
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
_Answer = TypeVar("_Answer")
logger = logging.getLogger(__name__)


class Absence:
    """That the hub is away, said once each time; ``meanwhile`` says what is done until it is back."""

    def __init__(self, meanwhile: str) -> None:
        self._meanwhile = meanwhile
        self._is_told = False

    def note(self, error: HubAwayError) -> None:
        """Say that it does not answer, unless that was said."""
        if not self._is_told:
            logger.warning("%s; %s", error, self._meanwhile)
        self._is_told = True

    def end(self) -> None:
        """Note that it answers."""
        self._is_told = False


class StoppedError(Exception):
    """The worker ends, so this is not done any more."""


class Stop:
    """That a worker is to end; for all of its threads."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._asked_at = 0.0

    def ask(self) -> None:
        """Let it end."""
        self._asked_at = time.monotonic()
        self._event.set()

    def is_asked(self) -> bool:
        """Say whether it is to end."""
        return self._event.is_set()

    def persist(
        self, action: Callable[[], _Answer], note: Callable[[HubAwayError], object], patience: float = 0
    ) -> _Answer:
        """Do something at the hub, again after growing pauses where it does not answer; ``note`` hears of each time.

        StoppedError where the worker is to end since so many seconds.
        """
        pause = FIRST_PAUSE
        while not self._is_over(patience):
            try:
                return action()
            except HubAwayError as error:
                note(error)
            self._wait(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
        raise StoppedError

    def _is_over(self, patience: float) -> bool:
        return self.is_asked() and time.monotonic() >= self._asked_at + patience

    def _wait(self, pause: float) -> None:
        if self.is_asked():
            time.sleep(FIRST_PAUSE)
        else:
            self._event.wait(pause)
