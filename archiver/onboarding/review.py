"""Whether a declared site is still read as it should be: on its saved pages, and as it is now."""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from archiver.ingest.record import read_capture
from archiver.model import Article, Listing, Unreadable
from archiver.onboarding.expectations import dates_of
from archiver.onboarding.inquiry import ARTICLES, read_page_of
from archiver.onboarding.movement import FIELDS, write_field
from archiver.onboarding.questions import Ask, InquiryReply
from archiver.onboarding.samples import Sample, compare_sample
from archiver.site import Site
from archiver.text.counting import count

MOST_LISTINGS = 6
MOST_SAMPLES = 3
Round = Generator[Ask, Sequence[InquiryReply], "Present"]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was checked: ``outcome`` is ``ok``, ``changed`` (the site may, we say so) or ``finding``."""

    page: str
    field: str
    outcome: str
    expected: str | None
    read: str | None


@dataclass(frozen=True, slots=True)
class Present:
    """What a site shows now: its listings, a few articles, and the pages that are saved."""

    listings: tuple[InquiryReply, ...]
    articles: tuple[InquiryReply, ...]
    saved: tuple[InquiryReply, ...]


def revisit(site: Site, urls: Sequence[str], samples: Sequence[Sample]) -> Round:
    """Ask for the listings of a site at ``urls``, a few of their articles, and for what is saved."""
    listings = yield Ask(tuple(urls[:MOST_LISTINGS]))
    pages = [page for answer in listings if isinstance(page := read_page_of(site, answer), Listing)]
    entries = list(dict.fromkeys(entry.url for page in pages for entry in page.entries[:ARTICLES]))[:ARTICLES]
    articles = (yield Ask(tuple(entries))) if entries else []
    saved = (yield Ask(tuple(sample.capture.url for sample in samples[:MOST_SAMPLES]))) if samples else []
    return Present(tuple(listings), tuple(articles), tuple(saved))


def check_samples(site: Site, samples: Sequence[Sample]) -> Iterator[Check]:
    """Compare what is read of saved pages with what is expected of them."""
    for sample in samples:
        differences = compare_sample(sample, read_capture(site, sample.capture))
        for difference in differences:
            yield Check(sample.case, difference.field, "finding", difference.expected, difference.read)
        if not differences:
            printed = [field for field in FIELDS if sample.expected[field]]
            yield Check(sample.case, "all fields", "ok", None, ", ".join(printed))


def check_present(site: Site, present: Present, samples: Sequence[Sample], at: datetime) -> Iterator[Check]:
    """Check what a site shows now: that its listings are listings, and that articles have the declared fields."""
    listings = [read_page_of(site, answer) for answer in present.listings]
    for page in listings:
        read = count(len(page.entries), "entry") if isinstance(page, Listing) else _explain(page)
        is_good = isinstance(page, Listing) and bool(page.entries)
        yield Check(page.url, "listing", "ok" if is_good else "finding", "entries", read)
    articles = [(answer.url, read_page_of(site, answer)) for answer in present.articles]
    for url, page in articles:
        if not isinstance(page, Article):
            yield Check(url, "article", "finding", "article", _explain(page))
    yield from _check_fields(site, [page for _, page in articles if isinstance(page, Article)])
    yield from _check_news(site, [page for page in listings if isinstance(page, Listing)], at)
    for sample, answer in zip(samples, present.saved, strict=False):
        yield from _check_saved(site, sample, answer)


def _check_fields(site: Site, articles: Sequence[Article]) -> Iterator[Check]:
    for field in FIELDS:
        filled = sum(write_field(article, field) is not None for article in articles)
        is_expected = field in site.expectations.fields
        outcome = "finding" if is_expected and filled < len(articles) else "ok"
        if articles:
            yield Check("articles", field, outcome, "on all" if is_expected else None, f"{filled} of {len(articles)}")


def _check_news(site: Site, listings: Sequence[Listing], at: datetime) -> Iterator[Check]:
    within, dates = site.expectations.new_within_days, dates_of(listings)
    if within is None:
        return
    newest = dates[0].astimezone(site.zone).strftime("%Y-%m-%d") if dates else "no dates on the listings"
    is_new = bool(dates) and at - dates[0] <= timedelta(days=within)
    yield Check("listings", "newest", "ok" if is_new else "finding", f"within {within} days", newest)


def _check_saved(site: Site, sample: Sample, answer: InquiryReply) -> Iterator[Check]:
    """Say what differs from a saved page; counts rise, and editors edit: only what is lost is a finding."""
    page = read_page_of(site, answer)
    if not isinstance(page, Article):
        yield Check(sample.case, "page", "finding", "article", _explain(page))
        return
    differences = [difference for difference in compare_sample(sample, page) if difference.field != "views"]
    for difference in differences:
        outcome = "changed" if difference.read else "finding"
        yield Check(sample.case, difference.field, outcome, difference.expected, difference.read)
    if not differences:
        yield Check(sample.case, "as saved", "ok", None, "no difference")


def _explain(page: Article | Listing | Unreadable) -> str:
    return page.problem.detail if isinstance(page, Unreadable) else type(page).__name__.lower()
