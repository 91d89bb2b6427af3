"""What a capture says of articles: pure, so that it can be said again at any time from evidence alone."""

from dataclasses import dataclass
from typing import Literal

from archiver.model import Article, Capture, Listing, ListingEntry, Page, Purpose, Unreadable
from archiver.parsing.pages.page_problems import MISSING, find_problems, list_listed
from archiver.parsing.pages.stand_ins import note_look
from archiver.platforms.layout import Platform

NOT_MODIFIED = 304


@dataclass(frozen=True, slots=True)
class Statement:
    """What a capture says of one article, by its native key.

    ``content``: the page is ``shown``; ``listed``: a listing prints it as ``entry``; ``confirmed``: the server says
    that it has not changed (304); ``missing``: its address shows something else, ``detail`` says what; ``moved``: its
    address led to the page of another key. Of a page that is no article, and no error either (UNREAD), judging tells
    whether it means anything: if it stands elsewhere too.
    """

    key: str
    sign: Literal["content", "listed", "confirmed", "missing", "moved"]
    shown: Article | None = None
    entry: ListingEntry | None = None
    detail: str | None = None


def interpret(platform: Platform, capture: Capture, page: Page, purpose: Purpose) -> tuple[Statement, ...]:
    """Say what a capture and the page that was read of it tell of articles.

    An answer that was followed by another try says nothing; nor does a listing that has not changed (304), for what it
    showed is in another capture, and nothing is said of what left the listings by a walk that stands on it.
    """
    if not purpose.final:
        return ()
    if capture.status == NOT_MODIFIED:
        return (Statement(purpose.expected, "confirmed", detail="304"),) if purpose.expected else ()
    missing = _find_missing(platform, capture, page, purpose)
    if missing:
        return (missing, *_find_listed(platform, capture, page, purpose))
    if isinstance(page, Article):
        return _find_shown(page, purpose)
    if isinstance(page, Unreadable) and page.stands_in and purpose.expected:
        return (Statement(purpose.expected, "missing", detail=page.stands_in),)
    return _find_listed(platform, capture, page, purpose)


def _find_shown(page: Article, purpose: Purpose) -> tuple[Statement, ...]:
    shown = Statement(page.native_key, "content", shown=page, detail=note_look(page))
    if purpose.expected in (None, page.native_key):
        return (shown,)
    return (shown, Statement(str(purpose.expected), "moved", detail=f"to {page.url}"))


def _find_missing(platform: Platform, capture: Capture, page: Page, purpose: Purpose) -> Statement | None:
    problems = find_problems(platform, capture, page, purpose.expected)
    problem = next((problem for problem in problems if problem.kind in MISSING), None)
    if problem is None:
        return None
    address = platform.read_address(capture.url)
    key = purpose.expected or (address.key if address.kind == "article" else None)
    return Statement(key, "missing", detail=problem.detail) if key else None


def _find_listed(platform: Platform, capture: Capture, page: Page, purpose: Purpose) -> tuple[Statement, ...]:
    if not isinstance(page, Listing):
        return ()
    # Of a page of unknown kind that nobody noted to be a listing, nobody looks for what leaves it.
    expected = purpose.expected if purpose.kind else capture.url
    entries = list_listed(platform, capture, page, expected)
    return tuple(Statement(entry.native_key, "listed", entry=entry) for entry in entries)
