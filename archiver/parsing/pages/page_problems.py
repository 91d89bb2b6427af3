"""What a page means where another was expected: a missing article, or an address that never was an article's."""

from archiver.findings import Kind
from archiver.model import Article, Capture, Listing, ListingEntry, Page, Problem, Unreadable
from archiver.parsing.feeds.json_listing import is_posts
from archiver.platforms.layout import Platform

# What speaks of the article itself; everything else that is wrong with a page speaks of the portal (rules 6 and 7).
MISSING: frozenset[Kind] = frozenset(
    {
        "http_404",
        "http_410",
        "error_page",
        "home_page",
        "listing_for_article",
        "redirect_to_listing",
        "redirect_to_home",
    }
)
# Readable pages, files among them, of which nothing says that an article was ever there.
NO_ARTICLE: frozenset[Kind] = frozenset({"no_layout", "no_article", "no_content", "not_html", "login_page"})


def find_problems(platform: Platform, capture: Capture, page: Page, expected: str | None) -> tuple[Problem, ...]:
    """Name what a page gives to report: what could not be read of it, and a listing in the place of an article.

    Where the address does not tell an article from a listing, an article that was ``expected`` there does. Where posts
    are given out may be closed, and nothing is lost by it.
    """
    if isinstance(page, Unreadable):
        return () if is_posts(capture.url) else (page.problem,)
    kind = platform.read_address(capture.url).kind
    if isinstance(page, Listing) and (kind == "article" or (kind == "unknown" and expected)):
        return (Problem("listing_for_article", "the address of an article answers with a listing"), *page.problems)
    return page.problems


def looks_like_no_article(platform: Platform, capture: Capture, page: Page) -> bool:
    """Say whether a page that was taken for an article shows none, at an address that does not tell.

    That is no fault of the portal, unlike what makes a page unreadable for a day.
    """
    if isinstance(page, Article) or platform.read_address(capture.url).kind != "unknown":
        return False
    return isinstance(page, Listing) or page.problem.kind in MISSING | NO_ARTICLE


def list_listed(platform: Platform, capture: Capture, page: Listing, expected: str | None) -> tuple[ListingEntry, ...]:
    """List the articles that a page shows as listed.

    A feed or a sitemap lists nothing; nor does a page of unknown kind that was asked for as an article, for nobody
    comes by every day to see what leaves it.
    """
    by_chance = expected is not None and platform.read_address(capture.url).kind == "unknown"
    return () if by_chance or page.kind != "page" else page.entries
