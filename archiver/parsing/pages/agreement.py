"""Holding what the layouts of a platform read against what the generic reader reads of the same page.

A layout knows where the fields stand, as long as its pages look as they did; the generic reader knows nothing of them,
and so is not misled by them either. Where both have read something and differ, a finding says so.
"""

from collections.abc import Iterator
from dataclasses import replace

from archiver.model import Article, Listing, Origin, Page, Problem
from archiver.parsing.pages.refusals import find_saying
from archiver.platforms.generic import is_home
from archiver.platforms.layout import Address

PLAIN_TEXT = 200
PLAIN_TEXT_UNDATED = 600
# So many times the letters that a layout found are another text.
MUCH_MORE = 2
SURE = 0.8
SURER = 0.95
_TEXT_FIELDS = ("lead", "paragraphs", "body_html", "images", "attachments", "links", "marks")
_TRACED = frozenset(("lead", "body", "images", "attachments"))


def doubt_address(address: Address) -> Address:
    """Return an address of an article as one that may lead to anything: what the page shows has to say it."""
    return replace(address, kind="unknown") if address.kind == "article" else address


def has_content(article: Article) -> bool:
    """Say whether there is anything below the title and its line: text, pictures, documents."""
    return bool(article.lead or article.paragraphs or article.images or article.attachments)


def is_plain_article(article: Article) -> bool:
    """Say whether an article is one whatever else its page says: with enough text, and no error speaks in it."""
    least = PLAIN_TEXT_UNDATED if article.published is None else PLAIN_TEXT
    return _length(article) >= least and find_saying(f"{article.title} | {article.body}"[:PLAIN_TEXT_UNDATED]) is None


def outweighs(article: Article, listing: Listing, rows: str) -> bool:
    """Say whether a page is that of an article though some rows fit the layout of a listing: teasers below its text.

    ``rows`` is all that the rows print. A text that is made of their teasers is none, nor is one of theirs the title,
    but for a row that leads to the page it stands on: that is the article.
    """
    if any(entry.native_key == article.native_key for entry in listing.entries):
        return len(listing.entries) == 1 and is_plain_article(article)
    names = {_fold(name) for name in (listing.section, *(entry.title for entry in listing.entries)) if name}
    printed = _fold(rows)
    outside = sum(len(paragraph) for paragraph in article.paragraphs if _fold(paragraph) not in printed)
    return is_plain_article(article) and _fold(article.title) not in names and 2 * outside > len(article.body)


def is_itself(second: Page, refusal: Problem) -> bool:
    """Say whether a page shows what it is though it speaks like one that stands in for another.

    Some portals title every page as their home page, and forms for comments ask who is a robot.
    """
    if isinstance(second, Article):
        return is_plain_article(second)
    is_channel = isinstance(second, Listing) and second.section is not None
    return is_channel and refusal.kind == "home_page" and not is_home(second.url)


def is_recorded(second: Article, kind: str, *, proved: bool) -> bool:
    """Say whether what the generic reader takes for an article is one, where articles have layouts that do not fit.

    The pages of an institution have headlines and texts too. On a proved platform its articles are known by their
    looks, so a page without one has to be an article plainly, and at the address of a listing to print its day.
    """
    if kind == "article":
        return has_content(second) or second.published is not None
    if not proved:
        return has_content(second)
    return is_plain_article(second) and (kind == "unknown" or second.published is not None)


def take_text(article: Article, second: Article) -> Article | None:
    """Give an article that its layout found no text of what the generic reader found below the same title."""
    if not (second.paragraphs and _is_same_title(article.title, second.title)):
        return None
    problem = Problem("layout_missed", f"no text where the layout has it; {_length(second)} letters below the title")
    filled = _put_text(_take_day(article, second), second)
    return replace(filled, problems=(*filled.problems, problem))


def fill_text(article: Article, second: Article) -> Article | None:
    """Give an article of which its layout has a lead, a picture or a document alone the text, if there is far more."""
    is_more = _length(second) >= max(MUCH_MORE * _length(article), PLAIN_TEXT)
    return take_text(article, second) if is_more else None


def hold_against(proposed: Article, second: Article) -> Article:
    """Hold what the unproved layout of a platform proposes against the generic reader's; what differs is a finding.

    Of two titles and days that the generic reader is sure of, its title is taken, for layouts without samples took the
    names of channels for titles, and the layout's day, which stands at its place. A day that the layout does not have
    is taken, but no count: it may be that of a list beside the article. Of two texts the layout's is taken, unless it
    has less than half of the other.
    """
    sure = {origin.field: origin for origin in second.origins if origin.confidence >= SURE}
    differing = dict(_find_differences(proposed, second, frozenset(sure)))
    held = _add_day(proposed, second)
    if "title" in differing or _has_more(proposed.title, second.title, sure.get("title")):
        held = replace(held, title=second.title, origins=(*held.origins, sure["title"]))
    if "text" in differing:
        held = _put_text(held, second)
    told = "; ".join(f"{name}: {said}" for name, said in differing.items())
    return replace(held, problems=(*held.problems, Problem("readers_disagree", told[:500]))) if told else held


def _find_differences(first: Article, second: Article, sure: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Find the fields that both read differently, the second of them ``sure``, with what each of them read."""
    if "title" in sure and not _is_same_title(first.title, second.title):
        yield "title", f"{first.title[:100]!r} and {second.title[:100]!r}"
    days = [article.published.at.date() for article in (first, second) if article.published and article.published.at]
    if "published" in sure and len(set(days)) > 1:
        yield "published", f"{days[0]} and {days[1]}"
    if 2 * _length(first) < _length(second):
        yield "text", f"{_length(first)} and {_length(second)} letters"


def _has_more(title: str, second: str, origin: Origin | None) -> bool:
    """Say whether a title is that of the generic reader with a kicker before it, if that one is as sure as can be."""
    more = _fold(title) != _fold(second) and _fold(second) in _fold(title)
    return more and origin is not None and origin.confidence >= SURER


def _add_day(article: Article, second: Article) -> Article:
    """Put the generic reader's day where the layout has none, none that can be read, or the same print.

    Of the same print it knows more: whether the page prints the day or the month first, and what it tells to machines.
    What is told exactly goes before "4 hours ago", which is wrong in whatever was kept for some time.
    """
    mine, other = article.published, second.published
    if other is None or other == mine:
        return article
    if not (mine is None or mine.at is None or mine.raw == other.raw or (mine.relative and not other.relative)):
        return article
    return _put_day(article, second)


def _take_day(article: Article, second: Article) -> Article:
    """Put the generic reader's day, if it is sure of it, in the place of that of a layout that does not fit the page.

    A layout that does not find the text may have found the day of another article.
    """
    sure = any(origin.field == "published" and origin.confidence >= SURE for origin in second.origins)
    days = [one.published.at.date() for one in (article, second) if one.published and one.published.at]
    if not sure or len(set(days)) < 2:
        return _add_day(article, second)
    problem = Problem("readers_disagree", f"published: {days[0]} and {days[1]}")
    taken = _put_day(article, second)
    return replace(taken, problems=(*taken.problems, problem))


def _put_day(article: Article, second: Article) -> Article:
    problems = tuple(problem for problem in article.problems if problem.kind != "unreadable_date")
    origins = (*article.origins, *(origin for origin in second.origins if origin.field == "published"))
    return replace(article, published=second.published, problems=problems, origins=origins)


def _put_text(article: Article, second: Article) -> Article:
    origins = tuple(origin for origin in second.origins if _is_of_text(origin))
    text = {name: getattr(second, name) for name in _TEXT_FIELDS}
    return replace(article, **text, origins=(*article.origins, *origins))


def _is_of_text(origin: Origin) -> bool:
    return origin.field in _TRACED


def _is_same_title(first: str, second: str) -> bool:
    """Say whether two titles are one, with a number, a kicker or the name of the site more or less."""
    one, other = sorted((_fold(first), _fold(second)), key=len)
    return one == other or (one in other and 2 * len(one) >= len(other))


def _fold(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def _length(article: Article) -> int:
    return len(article.lead or "") + len(article.body)
