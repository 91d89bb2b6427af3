"""Getting to know a site: its listing and a few articles, looked at twice, and the platform they are of."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace

from archiver.errors import ArchiverError
from archiver.findings import Kind
from archiver.html.elements import Element
from archiver.ingest.record import read_capture
from archiver.model import Article, Capture, Listing, Problem, Unreadable
from archiver.onboarding.channels import find_candidates
from archiver.onboarding.movement import compare_readings
from archiver.onboarding.pages import guess_zone_of, is_shell, parse_capture, read_links, read_site_title
from archiver.onboarding.places import Evidence, infer_places
from archiver.onboarding.questions import Ask, InquiryReply
from archiver.platforms import platform_of, recognise_platform
from archiver.platforms.generic import GENERIC, is_home
from archiver.site import Site
from archiver.urls import host_of, strip_tracking

ARTICLES = 3
# Of an unknown platform: every place that is declared has to hold on all of them.
MORE_ARTICLES = 5
FEWEST_ENTRIES = 2
Round = Generator[Ask, Sequence[InquiryReply], "Survey"]


class UnreadableSiteError(ArchiverError):
    """What a site shows cannot be read, told in one line."""


@dataclass(frozen=True, slots=True)
class Channel:
    """A listing of the site: its capture, and what was read of it."""

    url: str
    capture: Capture
    listing: Listing


@dataclass(frozen=True, slots=True)
class PageVisit:
    """An article looked at twice: the captures, what was read of the first, and what moved until the second."""

    captures: tuple[Capture, ...]
    article: Article
    moved: dict[str, str]


@dataclass(frozen=True, slots=True)
class Survey:
    """What is known of a site: ``site`` is a draft without a name; ``remarks`` are for people."""

    site: Site
    channels: tuple[Channel, ...]
    looks: tuple[PageVisit, ...]
    remarks: tuple[str, ...]


def explore(url: str, pause: float) -> Round:
    """Ask for the pages of a site and return what is known of it then; UnreadableSiteError says why nothing is.

    ``url`` is a listing, or a page that leads to one. Everything is fetched twice, ``pause`` seconds apart.
    """
    [answer] = yield Ask((url,))
    capture = _accept(answer)
    page = parse_capture(capture)
    if page is None:
        raise UnreadableSiteError(f"{url}: no page of HTML")
    site, remarks = _draft_site(page, capture)
    channels = _find_channels(site, [answer])
    if not channels or _may_be_home(site, channels[0]):
        for candidates in find_candidates(capture.url, read_links(page, capture.url), platform_of(site).read_address):
            answers = yield Ask(candidates)
            better = _recognise(site, answers)
            found = _find_channels(better, answers)
            if found:
                site, channels = better, found
                break
    if not channels:
        raise UnreadableSiteError(_explain_no_listing(site, capture, page))
    site = replace(site, listings=tuple(channel.url for channel in channels))
    urls = _choose_articles(channels, ARTICLES if site.platform != GENERIC.name else MORE_ARTICLES)
    first = yield Ask(urls)
    site = _confirm_platform(site, first)
    second = yield Ask((channels[0].url, *urls), pause)
    looks = [look for pair in zip(first, second[1:], strict=True) if (look := _look(site, *pair))]
    if not looks:
        raise UnreadableSiteError(_explain_no_articles(site, first))
    if site.platform == GENERIC.name:
        site, looks = _infer(site, channels, looks)
    return Survey(site, tuple(channels), tuple(looks), (*remarks, *_remark_on(site, first)))


def _infer(site: Site, channels: Sequence[Channel], looks: Sequence[PageVisit]) -> tuple[Site, list[PageVisit]]:
    """Infer the places of a site from its pages, and read the articles again with them."""
    pairs = tuple((look.captures[0], look.captures[1]) for look in looks if len(look.captures) > 1)
    listings = tuple(channel.capture for channel in channels)
    evidence = Evidence(listings, tuple(look.captures[0] for look in looks), pairs)
    site = replace(site, places=infer_places(site, evidence))
    answers = [[InquiryReply(capture.url, capture) for capture in look.captures] for look in looks]
    again = [look for pair in answers if (look := _look(site, pair[0], pair[-1]))]
    return site, again


def read_page_of(site: Site, answer: InquiryReply) -> Article | Listing | Unreadable:
    """Read what came back for an address; Unreadable where nothing did."""
    outcome = answer.outcome
    return Unreadable(answer.url, outcome) if isinstance(outcome, Problem) else read_capture(site, outcome)


def _accept(answer: InquiryReply) -> Capture:
    outcome = answer.outcome
    if isinstance(outcome, Problem):
        raise UnreadableSiteError(f"{answer.url}: {outcome.detail}")
    if not 200 <= outcome.status < 300:
        raise UnreadableSiteError(f"{answer.url}: answered with status {outcome.status}")
    return outcome


def _draft_site(page: Element, capture: Capture) -> tuple[Site, list[str]]:
    platform = recognise_platform(page) or GENERIC
    host = host_of(capture.url)
    title = read_site_title(page) or host
    zone, remark = guess_zone_of(page, host)
    return Site("draft", title, platform.name, timezone=zone), [remark] if remark else []


def _may_be_home(site: Site, channel: Channel) -> bool:
    """Say whether a page shows some articles and no way to older ones, as a home page does, by its address or none."""
    is_open = channel.listing.next_url or channel.listing.next_form
    return not is_open and (site.platform == GENERIC.name or is_home(channel.url))


def _recognise(site: Site, answers: Sequence[InquiryReply]) -> Site:
    """Recognise the platform by the channels of a site where its home page has no mark of any."""
    if site.platform != GENERIC.name:
        return site
    captures = [answer.outcome for answer in answers if isinstance(answer.outcome, Capture)]
    pages = [page for capture in captures if (page := parse_capture(capture)) is not None]
    known = (platform for page in pages if (platform := recognise_platform(page)))
    return replace(site, platform=next(known, GENERIC).name)


def _find_channels(site: Site, answers: Sequence[InquiryReply]) -> list[Channel]:
    """Return the listings among the answers; each set of entries once, however many addresses show it."""
    found: dict[tuple[str, ...], Channel] = {}
    for answer in answers:
        page = read_page_of(site, answer)
        if isinstance(page, Listing) and len(page.entries) >= FEWEST_ENTRIES and isinstance(answer.outcome, Capture):
            keys = tuple(entry.native_key for entry in page.entries)
            found.setdefault(keys, Channel(strip_tracking(answer.outcome.url), answer.outcome, page))
    return list(found.values())


def _choose_articles(channels: Sequence[Channel], count: int) -> tuple[str, ...]:
    """Choose articles all over the first listing, its first and last among them."""
    entries = channels[0].listing.entries
    places = sorted({round(step * (len(entries) - 1) / (count - 1)) for step in range(count)})
    return tuple(entries[place].url for place in places)


def _confirm_platform(site: Site, answers: Sequence[InquiryReply]) -> Site:
    """Leave a platform that reads none of the articles to the generic reader, if that one does."""
    if any(isinstance(read_page_of(site, answer), Article) for answer in answers):
        return site
    generic = replace(site, platform=GENERIC.name)
    return generic if any(isinstance(read_page_of(generic, answer), Article) for answer in answers) else site


def _look(site: Site, first: InquiryReply, second: InquiryReply) -> PageVisit | None:
    article, again = read_page_of(site, first), read_page_of(site, second)
    if not isinstance(article, Article):
        return None
    captures = tuple(answer.outcome for answer in (first, second) if isinstance(answer.outcome, Capture))
    return PageVisit(captures, article, compare_readings(article, again) if isinstance(again, Article) else {})


def _explain_no_listing(site: Site, capture: Capture, page: Element) -> str:
    read = read_capture(site, capture)
    if is_shell(page):
        return f"{capture.url}: the page is empty until scripts fill it in; it cannot be read without a browser"
    if isinstance(read, Unreadable) and read.problem.kind in _TELLING:
        return f"{capture.url}: {read.problem.detail}"
    kind = "an article" if isinstance(read, Article) else "no listing of articles"
    return f"{capture.url}: {kind}, and no link on it leads to a listing; give the address of a list of news"


_TELLING: frozenset[Kind] = frozenset(
    {"captcha_page", "maintenance_page", "error_page", "login_page", "empty_page", "not_html"}
)


def _explain_no_articles(site: Site, answers: Sequence[InquiryReply]) -> str:
    pages = [read_page_of(site, answer) for answer in answers]
    reasons = [f"{page.url}: {page.problem.detail}" for page in pages if isinstance(page, Unreadable)]
    return f"the listing is read, its articles are not; {reasons[0] if reasons else 'its links lead to listings'}"


def _remark_on(site: Site, answers: Sequence[InquiryReply]) -> list[str]:
    pages = [read_page_of(site, answer) for answer in answers]
    return [f"{page.url} is not read: {page.problem.detail}" for page in pages if isinstance(page, Unreadable)]
