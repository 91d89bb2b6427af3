"""What goes into a case: an article with its versions and events, the captures that prove them, and their runs."""

import sqlite3
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

from archiver.archive.evidence.article_captures import (
    ProvedEvent,
    ProvingCapture,
    list_proved_events,
    list_proving_captures,
    load_sealed_run,
)
from archiver.archive.evidence.seal_tokens import SealToken, list_tokens
from archiver.exporting.cases.places import place_capture, place_lines, place_token
from archiver.web.pages.article import ArticlePage, load_article

FEW = 8
"""Of so many versions any two are compared; of more only those that followed one another."""


@dataclass(frozen=True, slots=True)
class CaseRun:
    """A run of which captures are in the case, by its row id; ``row`` says what it is known by."""

    id: int
    row: dict[str, Any]
    tokens: tuple[SealToken, ...]


@dataclass(frozen=True)
class CaseContents:
    """An article as it is now, and all that proves its history; captures are numbered from 1, as they came."""

    page: ArticlePage
    captures: tuple[ProvingCapture, ...]
    events: tuple[ProvedEvent, ...]
    runs: tuple[CaseRun, ...]

    @property
    def site(self) -> str:
        """The site of the article."""
        return self.page.article["site"]

    @property
    def key(self) -> str:
        """The id of the article."""
        return self.page.article["article_id"]

    @property
    def newest(self) -> int:
        """The number of the last version."""
        return self.page.article["snapshots"]

    @cached_property
    def numbers(self) -> dict[int, int]:
        """The numbers of the captures by their ids."""
        return {capture.id: number for number, capture in enumerate(self.captures, 1)}

    @cached_property
    def run_of(self) -> dict[int, CaseRun]:
        """The runs by their row ids."""
        return {run.id: run for run in self.runs}

    @cached_property
    def began(self) -> dict[int, int]:
        """The number of the capture that showed each version first, by the number of the version."""
        return self._find("began")

    @cached_property
    def lasted(self) -> dict[int, int]:
        """Likewise of the one that showed it last."""
        return self._find("lasted")

    @cached_property
    def pairs(self) -> list[tuple[int, int]]:
        """The versions that are compared."""
        numbers = [state["snapshot"] for state in self.page.states]
        every = [(before, after) for before in numbers for after in numbers if before < after]
        return every if len(numbers) <= FEW else list(pairwise(numbers))

    @property
    def stamped(self) -> CaseRun | None:
        """The first run with a time stamp of a seal that is still its own."""
        return next((run for run in self.runs if run.tokens and run.row["seal"]), None)

    def place_capture(self, number: int, name: str = "") -> str:
        """Return the page of a capture, or a file of it."""
        return place_capture(number, name)

    def place_lines(self, run: CaseRun) -> str:
        """Return the file of the lines that the seal of a run is made of."""
        return place_lines(run.row["uid"])

    def place_token(self, run: CaseRun, number: int) -> str:
        """Return the file of a time stamp of a run; they are numbered from 1."""
        return place_token(run.row["uid"], number)

    def version_of(self, capture: ProvingCapture) -> int | None:
        """Return the version that a capture shows; None where it shows none."""
        return next((shown.number for shown in capture.shows if shown.number), None)

    def _find(self, what: str) -> dict[int, int]:
        return {
            shown.number: number
            for number, capture in enumerate(self.captures, 1)
            for shown in capture.shows
            if shown.what == what and shown.number
        }


def load_contents(connection: sqlite3.Connection, site: str, key: str) -> CaseContents:
    """Ask for all that goes into the case of an article; MissingError where there is none."""
    page = load_article(connection, site, key)
    article = page.article["id"]
    captures = tuple(list_proving_captures(connection, article))
    runs = [_load_run(connection, run) for run in dict.fromkeys(capture.run for capture in captures)]
    runs.sort(key=lambda run: (run.row["started_at"], run.row["uid"]))
    return CaseContents(page, captures, tuple(list_proved_events(connection, article)), tuple(runs))


def _load_run(connection: sqlite3.Connection, run: int) -> CaseRun:
    return CaseRun(run, load_sealed_run(connection, run), tuple(list_tokens(connection, run)))
