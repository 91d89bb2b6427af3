"""What the spider yields and the pipeline records."""

from dataclasses import dataclass

from archiver.model import Capture, Page, Problem


@dataclass(frozen=True, slots=True)
class Visit:
    """An address that answered: the capture, and what was read of it; not ``final`` if another try follows.

    ``expected`` is the native key of the article that was asked for.
    """

    capture: Capture
    page: Page
    final: bool = True
    expected: str | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """An address that did not answer, or an answer that leads nowhere.

    ``expected`` is the native key of the article that was asked for.
    """

    url: str
    problem: Problem
    expected: str | None = None


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about the crawl that no single page shows."""

    url: str
    problem: Problem
