"""What the spider yields and the pipeline records."""

from dataclasses import dataclass

from archiver.model import Capture, Page, Problem, Purpose

NOTED = object()
"""Scrapy's signal for what is to be recorded though no answer shows it: sent with ``item``, a Failure or a Remark."""


@dataclass(frozen=True, slots=True)
class Visit:
    """An address that answered: the capture, what was read of it, and what it was asked for.

    ``is_second``: the article was read before in this run. ``first_url`` is where the first page of one is that goes
    over several, when its last one answered.
    """

    capture: Capture
    page: Page
    purpose: Purpose
    is_second: bool = False
    first_url: str | None = None


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
