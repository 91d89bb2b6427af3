"""What counts as right, the same for every extractor.

- ``title``: the same text after ``clean_text``.
- ``day``, ``minute``: the printed day, and the printed minute where a time is printed (``12:00 AM`` stands for none),
  in the portal's zone. A time without a zone is right if it is right as local time or as UTC. Pages without a printed
  date are not counted: some carry one out of sight.
- ``views``: exactly the printed count. Where none is printed any value is wrong, and none is right; ``counts`` looks
  only at the pages that print one.
- ``section``, ``author``: the same text after ``clean_text``, on the pages that print one.
- ``lead``: the share of the lead's words that are in what the extractor calls lead or body, however divided.
- ``body``: on the mirror the F1 of words as a bag, without case and punctuation, of lead and paragraphs against those
  of the platform. On single pages, of which only both ends and the length are known: both ends are there (letters
  compared), and no more than half as much again stands around them, the lead aside.

A page that gives no article gives no field.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from archiver.model import Article, Page
from archiver.text.cleaning import clean_text
from tests.benchmarks.truth import Sample, Truth

FIELDS = ("title", "day", "minute", "views", "counts", "section", "lead", "author", "body")
PRINTED = ("title", "day", "minute", "counts", "lead", "body")
"""The fields of which single pages tell what is printed."""

_AROUND = 1.5


@dataclass(frozen=True, slots=True)
class Reading:
    """What an extractor found on a page. ``published`` may be naive; ``is_article`` is what it takes the page for."""

    is_article: bool = False
    title: str = ""
    published: datetime | None = None
    views: int | None = None
    section: str = ""
    lead: str = ""
    author: str = ""
    body: str = ""
    captions: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Score:
    """How right one field of one page is, 0 to 1, with what was said and what is true."""

    field: str
    value: float
    said: object
    true: object


def take_reading(page: Page, seconds: float) -> Reading:
    """Take what our reader made of a page."""
    if not isinstance(page, Article):
        return Reading(seconds=seconds)
    return Reading(
        is_article=True,
        title=page.title,
        published=page.published.at if page.published else None,
        views=page.views.value if page.views else None,
        section=page.section or "",
        lead=page.lead or "",
        author=page.author or "",
        body=" ".join([page.lead or "", *page.paragraphs]),
        captions=" ".join(image.caption or "" for image in page.images),
        seconds=seconds,
    )


def score_reading(sample: Sample, reading: Reading) -> list[Score]:
    """Score every field of which the truth is known; nothing for a page that is no article."""
    if sample.truth is None:
        return []
    truth = sample.truth
    return [
        Score("title", clean_text(reading.title) == truth.title, reading.title, truth.title),
        *_score_date(truth, reading.published, sample.zone),
        *_score_views(truth, reading),
        *_score_text("section", truth.section, reading.section),
        *_score_lead(truth, reading),
        *_score_text("author", truth.author, reading.author),
        *_score_body(truth, reading),
    ]


def _score_date(truth: Truth, said: datetime | None, zone: tzinfo) -> Iterator[Score]:
    if truth.published is None:
        return
    locals_ = _as_local(said, zone)
    yield Score("day", any(at.date() == truth.published.date() for at in locals_), said, truth.published)
    if truth.timed:
        minutes = [at.replace(second=0, microsecond=0) for at in locals_]
        yield Score("minute", truth.published in minutes, said, truth.published)


def _as_local(said: datetime | None, zone: tzinfo) -> list[datetime]:
    """Return what a date may mean in local time."""
    if said is None:
        return []
    if said.tzinfo:
        return [said.astimezone(zone).replace(tzinfo=None)]
    return [said, said.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None)]


def _score_views(truth: Truth, reading: Reading) -> Iterator[Score]:
    right = reading.is_article and reading.views == truth.views
    yield Score("views", right, reading.views, truth.views)
    if truth.views is not None:
        yield Score("counts", right, reading.views, truth.views)


def _score_text(field: str, true: str | None, said: str) -> Iterator[Score]:
    if true:
        yield Score(field, clean_text(said) == true, said, true)


def _score_lead(truth: Truth, reading: Reading) -> Iterator[Score]:
    if truth.lead:
        words = _count_words(truth.lead)
        found = (words & _count_words(f"{reading.lead} {reading.body}")).total()
        yield Score("lead", found / (words.total() or 1), reading.lead or reading.body[:200], truth.lead)


def _score_body(truth: Truth, reading: Reading) -> Iterator[Score]:
    if truth.body is not None:
        right = measure_f1(truth.body, reading.body) if reading.is_article else 0
        yield Score("body", right, reading.body, truth.body)
    elif truth.ends:
        # Whoever wrote down the end of the text did not tell captions and signature from it.
        said = f"{reading.body} {reading.captions} {reading.author}"
        yield Score("body", _is_between(truth, said, reading.lead), said, " … ".join(truth.ends))


def measure_f1(true: str, said: str) -> float:
    """Return the harmonic mean of precision and recall of words; 1 for two empty texts."""
    right, found = _count_words(true), _count_words(said)
    if not right and not found:
        return 1.0
    return 2 * (right & found).total() / (right.total() + found.total())


def _is_between(truth: Truth, said: str, lead: str) -> bool:
    """Say whether both ends are there and not too much around them; the lead, of unknown length, is not counted."""
    letters, (first, last) = _letters_of(said), map(_letters_of, truth.ends or ("", ""))
    counted = letters.replace(_letters_of(lead), "", 1)
    return first in letters and last in letters and len(counted) <= _AROUND * truth.size + len(first)


def _letters_of(text: str) -> str:
    return "".join(_words_of(text))


def _count_words(text: str) -> Counter[str]:
    return Counter(_words_of(text))


def _words_of(text: str) -> list[str]:
    return re.findall(r"\w+", clean_text(text).casefold())
