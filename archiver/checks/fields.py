"""The check on fields: pages that lose one have a new layout."""

from collections.abc import Iterator, Sequence
from datetime import date

from archiver.archive.runs.field_coverage import Page
from archiver.archive.runs.health import Health
from archiver.archive.runs.run_log import Finding
from archiver.checks.baseline import CHANCE, chance_of_at_least, is_warm
from archiver.platforms import platform_of
from archiver.platforms.layout import ArticleLayout, Place, Platform

# Fields that are watched where the site's articles nearly always fill them, whether they are declared or not.
WATCHED = ("published", "views", "lead", "section", "body")
NEARLY_ALWAYS = 0.95
FEWEST_PAGES = 5
# Articles are no throws of dice: editors leave a lead out on several at once. That chance is granted everywhere.
LEFT_OUT = 0.02
MOST_ADDRESSES = 3


def check_fields(health: Health) -> Iterator[Finding]:
    """Report fields that far fewer pages fill than before: the layout has changed.

    A page is held against the same article's page before it; a new one against the last articles before the run. So a
    run that visits old articles, which never had a lead, raises nothing.
    """
    if not health.sound or not is_warm(health):
        return
    for field in dict.fromkeys((*WATCHED, *health.site.expectations.fields)):
        declared = field in health.site.expectations.fields
        rate = sum(field in filled for filled in health.recent) / max(1, len(health.recent))
        usual_of_new = rate if rate >= (0.5 if declared else NEARLY_ALWAYS) else 0.0
        expected = [(page, _expect(page, field, usual_of_new)) for page in health.pages]
        lost = _judge_field(field, [(page, chance) for page, chance in expected if chance])
        if lost:
            place = place_of(platform_of(health.site), health.at.date(), field)
            yield Finding("field_lost", health.url, f"{field}, read by {place}: {lost}")


def place_of(platform: Platform, day: date, field: str) -> str:
    """Name the selectors and functions that read a field, as the platform's layout of a day has them."""
    if not platform.layouts:
        return "the generic reader"
    kinds = platform.layout_on(day).articles
    return ", ".join(dict.fromkeys(_name_places(article, field) for article in kinds))


def _name_places(article: ArticleLayout, field: str) -> str:
    places: dict[str, tuple[Place | None, ...]] = {
        "title": (article.title,),
        "lead": (article.lead,),
        "section": article.sections,
        "published": (article.byline,),
        "views": (article.byline,),
    }
    return ", ".join(
        place if isinstance(place, str) else f"{place.__module__}.{place.__qualname__}"
        for place in places.get(field, article.body)
        if place is not None
    )


def _expect(page: Page, field: str, usual_of_new: float) -> float:
    """Return how surely a page is expected to fill a field; 0 where nothing is known of it."""
    return usual_of_new if page.before is None else float(field in page.before)


def _judge_field(field: str, expected: Sequence[tuple[Page, float]]) -> str | None:
    """Say by how much a field's fill rate dropped and where, if it dropped to less than half and not by chance."""
    missing = [page.url for page, _ in expected if field not in page.filled]
    pages, before = len(expected), sum(chance for _, chance in expected)
    if pages < FEWEST_PAGES or (pages - len(missing)) * 2 >= before:
        return None
    if chance_of_at_least(len(missing), pages, max(LEFT_OUT, 1 - before / pages)) >= CHANCE:
        return None
    rates = f"{before / pages:.0%} of these pages should have it, {1 - len(missing) / pages:.0%} of {pages} have it now"
    return f"{rates}; missing on {' '.join(missing[:MOST_ADDRESSES])}"
