"""Finding the headline of an article: the line that the page's title, its address and its markup agree upon."""

import re
from dataclasses import dataclass, replace
from urllib.parse import unquote, urlsplit

from archiver.folding import fold
from archiver.parsing.furniture.words import END, TOOL
from archiver.parsing.generic.info import InfoReader
from archiver.parsing.generic.outline import Line, Outline
from archiver.parsing.generic.words import FOOT, HOME

LONGEST_HEADLINE = 400
LONGEST_BUTTON = 80
_TAGS = {"h1": 0.2, "h2": 0.16, "h3": 0.12, "h4": 0.08, "h5": 0.06, "h6": 0.04}
_ELLIPSIS = re.compile(r"\s*(?:\.{2,}|…)\s*$")
_NOT_ALPHANUMERIC = re.compile(r"[\W_]+")
_FILE_ENDING = re.compile(r"\.(?:html?|aspx?|php|jsp|shtml)$", re.IGNORECASE)
# So many lines below a headline are looked at for text.
_BELOW = 40
# Letters of a headline that its address must repeat.
_SLUG = 16
MOST_CANDIDATES = 60
# The share of the text that may stand above its headline.
MOST_ABOVE = 0.3
# Of a shorter text there is no telling.
LEAST_TEXT = 400
# A text of so many letters, in paragraphs of so many, has a title even where no line of it is one.
LONG_TEXT = 1500
SHORTEST_TEXT = 60
LONG_HEADLINE = 30
ABOVE_DATE = "above the date"


@dataclass(frozen=True, slots=True)
class Headline:
    """A headline: the number of its line, its text, by which sign it was found, and how sure that is.

    ``strength`` says how well page title or address agree with it, ``in_address`` that the address repeats it.
    """

    line: int
    text: str
    how: str
    confidence: float
    score: float = 0.0
    strength: float = 0.0
    in_address: bool = False


@dataclass(frozen=True, slots=True)
class _Agreement:
    how: str
    strength: float
    by_address: float = 0.0


def find_headlines(outline: Outline, titles: tuple[str, ...], url: str, infos: InfoReader) -> list[Headline]:
    """Find the lines that may be the headline, best first; none where nothing speaks for any."""
    wanted = [_squeeze(title) for title in titles]
    cut = [_squeeze(_ELLIPSIS.sub("", title)) if _ELLIPSIS.search(title) else "" for title in titles]
    slug = _slug_of(url)
    found = []
    for index, line in enumerate(outline.lines):
        if _may_be(line):
            agreement = _agree(_squeeze(line.text), wanted, cut, "" if line.is_link else slug)
            dated = not line.is_link and _is_above_date(outline, index, infos)
            if agreement.strength or line.heading or dated:
                found.append(_rate(outline, index, agreement, dated=dated))
    found.sort(key=lambda headline: (-headline.score, headline.line))
    return _look_behind_site_name(outline, found[:MOST_CANDIDATES], infos)


def pick_headline(outline: Outline, found: list[Headline], text: tuple[int, ...]) -> Headline | None:
    """Pick the best headline that most of the text stands below; ``text`` are the lines of an extracted text."""
    mass = sum(outline.lines[index].mass for index in text)
    for headline in found:
        above = sum(outline.lines[index].mass for index in text if index < headline.line)
        if mass < LEAST_TEXT or above <= MOST_ABOVE * mass:
            return headline
    return next(iter(found), None)


def name_by_title(outline: Outline, titles: tuple[str, ...], text: tuple[int, ...]) -> Headline | None:
    """Name a text without a headline as the page is named; None where there is no such name, or hardly a text."""
    first = next((index for index in text if outline.lines[index].mass >= SHORTEST_TEXT), 0)
    if not titles or first == 0 or sum(outline.lines[index].mass for index in text) < LONG_TEXT:
        return None
    return Headline(first - 1, titles[0], "title of the page", 0.6)


def _look_behind_site_name(outline: Outline, found: list[Headline], infos: InfoReader) -> list[Headline]:
    """Put a line above a date before the name of the site: pages of some sites have no other title than that."""
    first = found[0] if found else None
    if first is None or first.strength < 1 or first.in_address:
        return found
    for other in found:
        if other.how == ABOVE_DATE and other.line > first.line and len(other.text) >= LONG_HEADLINE:
            between = range(first.line + 1, other.line)
            is_apart = any(infos.read(line) or outline.lines[line].mass >= len(other.text) for line in between)
            if not is_apart and len(other.text) >= 1.5 * len(first.text):
                return [other, *(headline for headline in found if headline is not other)]
    return found


def _may_be(line: Line) -> bool:
    if len(line.text) > LONGEST_HEADLINE or line.furniture or len(_squeeze(line.text)) < 4:
        return False
    is_short = len(line.text) <= LONGEST_BUTTON
    return not (is_short and any(words.fullmatch(line.text) for words in (END, TOOL, HOME)))


def _agree(text: str, wanted: list[str], cut: list[str], slug: str) -> _Agreement:
    """Compare a line with what the page calls itself, and with the words of its address."""
    best = _Agreement("markup", 0.0)
    for title, begun in zip(wanted, cut, strict=True):
        strength = _compare(text, title, begun)
        if strength > best.strength:
            best = _Agreement("title", strength)
    by_slug = min(_agree_with_slug(text, slug), 0.9)
    if by_slug > best.strength:
        return _Agreement("address", by_slug, by_slug)
    return replace(best, by_address=by_slug)


def _compare(text: str, title: str, begun: str) -> float:
    """Say how well a line agrees with a title: all of it, all but the site's name, or as far as it was not cut off."""
    if not title:
        return 0.0
    if text == title:
        return 1.0
    if len(begun) >= 10 and text.startswith(begun):
        return 0.97
    share = len(text) / len(title)
    if share < 1 and title.startswith(text):
        return 0.95 if share >= 0.4 else 0.5 + share
    if share < 1 and title.endswith(text):
        return 0.9 if share >= 0.5 else 0.3
    return 0.6 if len(title) >= 20 and share < 1.6 and text.startswith(title) else 0.0


def _slug_of(url: str) -> str:
    """Return the letters of the longest part of an address, which names the article if any does."""
    parts = urlsplit(url)
    names = re.split(r"[/?&=]", unquote(f"{parts.path}?{parts.query}"))
    return max((_NOT_ALPHANUMERIC.sub("", fold(_FILE_ENDING.sub("", name))) for name in names), key=len, default="")


def _agree_with_slug(text: str, slug: str) -> float:
    """Say how much of an address a line explains: addresses repeat the headline, most cut off somewhere."""
    letters = _NOT_ALPHANUMERIC.sub("", fold(text))
    begin = letters[:_SLUG]
    at = slug.find(begin) if len(begin) >= 8 else -1
    if at < 0:
        return 0.0
    same = next(
        (n for n, (a, b) in enumerate(zip(letters, slug[at:], strict=False)) if a != b),
        min(len(letters), len(slug) - at),
    )
    return 0.9 * same / max(len(slug.strip("0123456789")), 1) if same >= min(len(begin), _SLUG) else 0.0


def _rate(outline: Outline, index: int, agreement: _Agreement, *, dated: bool) -> Headline:
    line = outline.lines[index]
    markup = _TAGS.get(line.heading, 0.0)
    below = _text_below(outline, index)
    score = agreement.strength * 0.6 + 0.4 * agreement.by_address + markup + 0.15 * min(below / 300, 1) + 0.2 * dated
    score -= 0.35 * line.is_link + 0.3 * bool(FOOT.search(line.text)) + 0.45 * _is_crumb(outline, index)
    confidence = 0.35 + 0.5 * agreement.strength + markup + (0.28 if dated else 0.0)
    how = agreement.how if agreement.strength or markup else ABOVE_DATE
    confidence = round(min(confidence, 0.99), 2)
    return Headline(index, line.text, how, confidence, score, agreement.strength, agreement.by_address >= 0.5)


def _is_above_date(outline: Outline, index: int, infos: InfoReader) -> bool:
    """Say whether a line stands right above an info line, and is none itself."""
    if index + 1 >= len(outline.lines) or infos.read(index) or outline.lines[index].text.endswith((":", "：")):
        return False
    info = infos.read(index + 1)
    return bool(info and info.published and not info.is_updated)


def _is_crumb(outline: Outline, index: int) -> bool:
    """Say whether a line is a crumb: the word for home is before it in it, or in the line before."""
    before = outline.lines[index - 1].text if index else ""
    return bool(HOME.fullmatch(before) or HOME.match(outline.lines[index].text))


def _text_below(outline: Outline, index: int) -> int:
    """Count the text below a line, up to the next heading that is a link."""
    mass = 0
    for line in outline.lines[index + 1 : index + 1 + _BELOW]:
        if (len(line.text) <= LONGEST_BUTTON and END.fullmatch(line.text)) or (line.heading and line.is_link):
            break
        mass += line.mass
    return mass


def _squeeze(text: str) -> str:
    """Return the letters and digits of a text, in lower case."""
    return _NOT_ALPHANUMERIC.sub("", text.casefold())
