"""Articles cut into several pages: where one goes on, and its pages put together again.

A pager of the text leads to further pages of the article's own address and stands beside its text. One that leads to
the article before or behind, or that turns the pages of comments or of a list below, does not.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from urllib.parse import urlsplit

from archiver.findings import Kind
from archiver.html.addresses import resolve_address
from archiver.html.elements import Element, attribute_of, select
from archiver.model import Article, Listing, Page, Problem, Unreadable
from archiver.parsing.generic.listings.pager import NUMBER, PARAMETER, is_disabled, says_next, word_of
from archiver.parsing.pages.page_problems import NO_ARTICLE
from archiver.parsing.unturned import list_scripted_pagers
from archiver.text.cleaning import clean_text
from archiver.urls import parameters_of, site_of, strip_session

CONTINUES: Kind = "continues"
"""The kind of the problem that says that a text goes on at another address."""
INCOMPLETE: Kind = "incomplete_article"
"""The kind of the problem of an article of which a page was not had: nothing of it is recorded (rule 6)."""
MOST_PAGES = 40
MOST_LINKS = 3000
# Between a text and its pager are at most so many letters (a signature, counters), in at most so many pieces.
FARTHEST = 400
MOST_PIECES = 80
LEAST_PIECE = 12
LINKED_TITLE = 20
LONGEST_LINE = 120
_STEP = re.compile(r"[/_,.-](?:(?:page|trang|pagina|seite|halaman|phan|p)[-_/]?)?(\d{1,3})", re.IGNORECASE)
_LAST_STEP = re.compile(rf"{_STEP.pattern}$", re.IGNORECASE)
_OFFSET = re.compile(r"(?:.*_)?(?:start|offset|limitstart|from)", re.IGNORECASE)
_COMMENTS = re.compile(r"comment|cpage|binh-?luan|y-?kien|review|reply", re.IGNORECASE)
_ENDING = re.compile(r"(?:\.\w{2,5})?/*$")
_NUMBERED = re.compile(r"(?:[^\W\d_]{1,12}\s)?(\d{1,3})")
_WORD = re.compile(r"[^\W\d_]+")
_TAG = re.compile(r"<[^<>]*>")
# What answers in the place of a further page and is none, for good; everything else may be over tomorrow.
_NO_PAGE: frozenset[Kind] = frozenset({*NO_ARTICLE, "uncertain_title", "error_page", "home_page"} - {"login_page"})
_UNSEEN = frozenset({"script", "style", "noscript", "template"})


@dataclass(frozen=True, slots=True)
class _Step:
    """A link of a pager: the page of the article that it leads to, and the number that the page's own address has."""

    url: str
    number: int
    own: int | None
    text: str
    is_offset: bool


# What leads to another page, those of the head first.
_LINKS = ("link", "a", "option")


def add_following(read: Page, page: Element, url: str) -> Page:
    """Add to an article where its text goes on, with a problem that says so; the words of its pager are no text.

    ``url`` is the address of the page. Whoever has the following pages as well puts them together (``conclude``).
    """
    if not isinstance(read, Article) or any(problem.kind == CONTINUES for problem in read.problems):
        return read
    return _add_following(read, page, url)


def _add_following(article: Article, page: Element, url: str) -> Article:
    steps = [step for step, link in _find_steps(page, url) if link is None or _is_beside_text(link, article)]
    if not steps:
        return _tell_scripted(article, page)
    article = _drop_pager(article, [step.text for step in steps])
    following = _choose_next(steps)
    return _tell_rest(replace(article, next_url=following)) if following else article


def goes_on(pages: Sequence[Article], page: Page) -> bool:
    """Say whether the page after some pages of an article leads to one more that belongs to it."""
    if not isinstance(page, Article) or page.next_url is None or len(pages) >= MOST_PAGES:
        return False
    return not pages or is_continued_by(pages, page)


def conclude(pages: Sequence[Article], page: Page) -> Page:
    """Put an article together of its pages so far and of what the last one of them leads to.

    What that shows may be no page of the article: its text again, where the pager was one of something else; another
    page, and then the article says that it is not whole. Where it was not had, the article was not either.
    """
    if not pages:
        return page
    whole = _join(pages)
    if isinstance(page, Article) and is_continued_by(pages, page):
        return _join([*pages, page])
    if shows_same_text(whole, page):
        return replace(whole, next_url=None, problems=_leave_out_rest(whole.problems))
    if isinstance(page, Unreadable) and page.problem.kind not in _NO_PAGE:
        return Unreadable(page.url, Problem(INCOMPLETE, f"page {len(pages) + 1} of {whole.url}: {page.problem.detail}"))
    return _tell_rest(whole, f", and there is {_describe(page)}")


def is_continued_by(pages: Sequence[Article], page: Page) -> bool:
    """Say whether a page goes on with an article: it has the same headline, and another text."""
    if not isinstance(page, Article) or shows_same_text(_join(pages), page):
        return False
    ours, theirs = _words_of(pages[0].title.casefold()), _words_of(page.title.casefold())
    return bool(ours) and theirs[: len(ours)] == ours


def shows_same_text(article: Article, page: Page) -> bool:
    """Say whether a page shows nothing but what an article has already."""
    if not isinstance(page, Article) or not set(page.images) <= set(article.images):
        return False
    return set(page.paragraphs) <= {*article.paragraphs, article.lead or ""}


def read_page_of(target: str, url: str) -> tuple[int, int | None, bool] | None:
    """Read which page of the document at ``url`` an address is; None for an address of something else.

    With it the number of ``url`` itself, None where it has none, and whether they count entries and not pages.
    """
    if site_of(target) != site_of(url):
        return None
    here, there = parameters_of(url), parameters_of(target)
    differing = [name for name in {**here, **there} if here.get(name) != there.get(name)]
    own, other = _stem(url), _stem(target)
    if own == other:
        return _read_parameter(differing[0], here, there) if len(differing) == 1 else None
    return None if differing else _read_path(own, other)


def _read_parameter(name: str, here: dict[str, str], there: dict[str, str]) -> tuple[int, int | None, bool] | None:
    values = [here.get(name, ""), there.get(name, "")]
    if not PARAMETER.fullmatch(name) or _COMMENTS.search(name) or not all(not v or NUMBER.fullmatch(v) for v in values):
        return None
    return int(values[1] or 1), int(values[0]) if values[0] else None, bool(_OFFSET.fullmatch(name))


def _read_path(own: str, other: str) -> tuple[int, int | None, bool] | None:
    if other.startswith(own) and (step := _STEP.fullmatch(other[len(own) :])):
        return int(step[1]), None, False
    last = _LAST_STEP.search(own)
    if last is None:
        return None
    base = own[: last.start()]
    if other == base:
        return 1, int(last[1]), False
    step = _STEP.fullmatch(other[len(base) :]) if other.startswith(base) else None
    return (int(step[1]), int(last[1]), False) if step else None


def _stem(url: str) -> str:
    return _ENDING.sub("", urlsplit(url).path)


def _tell_scripted(article: Article, page: Element) -> Article:
    """Say of an article whose pages a script turns that there is more of it."""
    for turner, said in list_scripted_pagers(page):
        if _is_beside_text(turner, article):
            return replace(article, problems=(*article.problems, Problem(CONTINUES, f"{said}, right beside the text")))
    return article


def _find_steps(page: Element, url: str) -> Iterator[tuple[_Step, Element | None]]:
    """Yield the links to other pages of the same address, each with its element; None for one of the head."""
    links = [element for name in _LINKS for element in select(page, name)]
    name = _LAST_STEP.sub("", _stem(url)).rpartition("/")[2]
    for link in islice(links, MOST_LINKS):
        href = attribute_of(link, "value" if link.name == "option" else "href").strip()
        if not (href.startswith("?") or (href and name in href) or "%" in name):
            continue  # hardly any link passes, and the rest costs more
        text = word_of(link)
        declared = "next" in attribute_of(link, "rel").lower().split()
        if not (declared or (text and link.name != "link")) or is_disabled(link):
            continue
        target = strip_session(resolve_address(href, link, url) or "")
        found = read_page_of(target, strip_session(url)) if target else None
        is_other = found is None or _COMMENTS.search(href.partition("#")[2])
        if found and not is_other and (declared or _fits(text, found, in_query="?" in target)):
            yield _Step(target, found[0], found[1], text, found[2]), link if link.name != "link" else None


def _fits(text: str, found: tuple[int, int | None, bool], *, in_query: bool) -> bool:
    """Say whether the words of a link are those of a pager that leads to the page whose number its address has."""
    number = _NUMBERED.fullmatch(text)
    if number is None:
        return says_next(text) or in_query
    return found[2] or int(number[1]) in (found[0], found[0] + 1)


def _choose_next(steps: list[_Step]) -> str | None:
    """Choose the page after this one; the address of a page behind the first is known by a link to the first."""
    own = next((step.own for step in steps if step.own is not None and any(s.number <= 1 for s in steps)), None)
    series = [step for step in steps if (step.own is not None) == (own is not None)]
    current = own if own is not None else 0 if _counts_from_zero(series) else 1
    later = [step for step in series if step.number > current and (step.is_offset or step.number == current + 1)]
    return min(later, key=lambda step: step.number).url if later else None


def _counts_from_zero(steps: list[_Step]) -> bool:
    return any(step.is_offset or (step.number == 1 and step.text != "1") for step in steps)


def _is_beside_text(link: Element, article: Article) -> bool:
    """Say whether a link stands right behind the text of an article, or right before it."""
    text = " ".join((article.lead or "", *article.paragraphs))
    return _meets(link.previous_elements, text) or _meets(link.next_elements, text)


def _meets(elements: Iterable[object], text: str) -> bool:
    """Say whether the first long piece of text on a way through the page is of the article, and no linked title."""
    passed = 0
    pieces = (element for element in elements if isinstance(element, str) and element.strip())
    for piece in islice(pieces, MOST_PIECES):
        parents = [parent.name for parent in islice(getattr(piece, "parents", ()), 4)]
        if _UNSEEN & set(parents[:1]) or type(piece).__name__ != "NavigableString":
            continue
        words = clean_text(piece)
        if len(words) >= LEAST_PIECE and words in text:
            return True
        passed += len(words)
        if passed > FARTHEST or ("a" in parents and len(words) >= LINKED_TITLE):
            return False
    return False


def _drop_pager(article: Article, texts: list[str]) -> Article:
    """Drop the line of the pager where it stands within the text, at its beginning or end."""
    first = len(article.paragraphs) > 1 and _is_pager(article.paragraphs[0], texts)
    last = len(article.paragraphs) > 1 and _is_pager(article.paragraphs[-1], texts)
    if not (first or last):
        return article
    lines = article.body_html.split("\n")
    html = "\n".join(line for line in lines if not _is_pager(clean_text(_TAG.sub(" ", line)), texts))
    links = tuple(link for link in article.links if link.text not in texts)
    kept = article.paragraphs[1 if first else 0 : -1 if last else None]
    return replace(article, paragraphs=kept, body_html=html, links=links)


def _is_pager(text: str, texts: list[str]) -> bool:
    """Say whether a line is nothing but a pager: its links, numbers, and a word or two for page."""
    if not text or len(text) > LONGEST_LINE or not any(word in text for word in texts):
        return False
    known = {word for printed in texts for word in _words_of(printed.casefold())}
    return len([word for word in _words_of(text.casefold()) if word not in known]) <= 1


def _words_of(text: str) -> list[str]:
    return _WORD.findall(text)


def _join(pages: Sequence[Article]) -> Article:
    """Put pages together: their text in order, everything else as the first page that has it says."""
    whole = replace(pages[0], problems=_leave_out_rest(pages[0].problems))
    for page in pages[1:]:
        whole = _append(whole, page)
    whole = replace(whole, next_url=pages[-1].next_url)
    return _tell_rest(whole) if len(pages) > 1 and whole.next_url else whole


def _tell_rest(article: Article, why: str = "") -> Article:
    told = Problem(CONTINUES, f"the text goes on at {article.next_url}{why}")
    return replace(article, problems=(*_leave_out_rest(article.problems), told))


def _leave_out_rest(problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    return tuple(problem for problem in problems if problem.kind != CONTINUES)


def _describe(page: Page) -> str:
    if isinstance(page, Unreadable):
        return page.problem.detail
    return "a listing" if isinstance(page, Listing) else f"another article: {page.title[:100]}"


def _append(whole: Article, page: Article) -> Article:
    """Append a page, without what it repeats of those before: the lead, the first lines."""
    repeated = {whole.lead, *whole.paragraphs}
    start = next((place for place, text in enumerate(page.paragraphs) if text not in repeated), len(page.paragraphs))
    lead = (page.lead,) if page.lead and page.lead not in repeated else ()
    return replace(
        whole,
        paragraphs=(*whole.paragraphs, *lead, *page.paragraphs[start:]),
        body_html="\n".join(filter(None, (whole.body_html, _rest_of(page, start)))),
        author=whole.author or page.author,
        published=whole.published or page.published,
        views=whole.views or page.views,
        images=tuple(dict.fromkeys((*whole.images, *page.images))),
        attachments=tuple(dict.fromkeys((*whole.attachments, *page.attachments))),
        links=(*whole.links, *page.links),
        marks=(*whole.marks, *page.marks),
        problems=tuple(dict.fromkeys(_leave_out_rest((*whole.problems, *page.problems)))),
    )


def _rest_of(page: Article, start: int) -> str:
    """Return the HTML of a page without its first paragraphs, which another page had already."""
    lines = page.body_html.split("\n")
    repeated = set(page.paragraphs[:start])
    return (
        "\n".join(line for line in lines if clean_text(_TAG.sub("", line)) not in repeated) if start else page.body_html
    )
