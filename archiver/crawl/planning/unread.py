"""Which articles are asked for that listings named and no run has read: pure arithmetic on what came of asking.

What was never asked for was left by a run that was cut off, and comes before everything else: so a run that is cut off
again has brought something. What failed is asked for again by the next runs; where it goes on failing, now and then,
for one page that fails for ever must not cost a request in every run.
"""

from collections.abc import Iterable
from datetime import datetime

from archiver.archive.runs.unread import Contact, UnreadArticle
from archiver.crawl.planning.schedule import SUSPECT_EVERY
from archiver.findings import Kind
from archiver.parsing.pages.page_problems import MISSING, NO_ARTICLE

FEWEST_TRIES = 3
# What was asked for and has its answer: no article is there, or we may not look. A login may be over tomorrow.
_CONCLUSIVE_KINDS: frozenset[Kind] = frozenset({*MISSING, *NO_ARTICLE, "not_allowed"} - {"login_page"})
_CONCLUSIVE = frozenset({404, 410})


def choose_unread(
    articles: Iterable[UnreadArticle], most: int, at: datetime
) -> tuple[list[UnreadArticle], list[UnreadArticle]]:
    """Choose those to ask for before anything else, and those to try again when all else is done.

    Of those that failed in FEWEST_TRIES runs or more, ``most`` are tried again, each five days after its last try.
    """
    waiting = [article for article in articles if not (article.contacts and is_conclusive(article.contacts[-1]))]
    left = [article for article in waiting if not article.contacts]
    failed = sorted((article for article in waiting if article.contacts), key=_last_try)
    few = [article for article in failed if len(article.contacts) < FEWEST_TRIES]
    many = [article for article in failed if len(article.contacts) >= FEWEST_TRIES]
    return left, few + [article for article in many if _last_try(article) + SUSPECT_EVERY <= at][:most]


def is_conclusive(contact: Contact) -> bool:
    """Say whether an answer tells that no article is there to be read: a file, a section, a page that is gone."""
    if contact.withheld:
        return False
    if contact.kinds:
        return contact.kinds <= _CONCLUSIVE_KINDS
    return contact.status is not None and (contact.status in _CONCLUSIVE or contact.status in range(200, 300))


def _last_try(article: UnreadArticle) -> datetime:
    return article.contacts[-1].at
