"""Finding the repeated block of a page that lists articles: rows of one shape below one parent."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo

from archiver.html.elements import Element, children_of, select, spaced_text_of, text_of
from archiver.model import Count, PublishedDate
from archiver.parsing.boilerplate.headings import names_others
from archiver.parsing.fields.byline import Byline, read_byline
from archiver.parsing.fields.date_forms import may_be_either
from archiver.parsing.fields.dates import read_date
from archiver.parsing.generic.dates.day_order import find_day_order, find_language, read_order
from archiver.parsing.generic.listings.dated_titles import split_date
from archiver.parsing.generic.listings.title_links import SHORTEST_TITLE, TitleLink, find_links, is_title
from archiver.platforms.layout import Platform
from archiver.text.cleaning import clean_text

MOST_LEVELS = 12
MOST_PARTS = 60
LONGEST_INFO = 160
LEAST_FRAGMENT = 0.5
_ROWS = frozenset({"li", "tr", "article", "dd"})
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its element, the link and the title to one article, and what is printed beside them.

    ``byline`` is the element that prints the date, None where the row has none or prints it between elements.
    """

    element: Element
    link: Element
    href: str
    title: str
    published: PublishedDate | None = None
    views: Count | None = None
    byline: Element | None = None


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a page's main block.

    ``dated`` counts those with a date that could be read. ``share`` is the part that the rows have in the text of the
    page, links outside of them left out: near 1 on a listing, small where they stand below an article.
    """

    rows: tuple[Row, ...]
    dated: int
    share: float


@dataclass(frozen=True, slots=True)
class _Part:
    """A piece of a row's text: where it stands in the row, its element, and what it says as a byline."""

    place: str
    element: Element | None
    info: Byline


def find_rows(
    page: Element,
    url: str,
    platform: Platform,
    zone: tzinfo,
    at: datetime,
    others: Iterable[TitleLink] = (),
) -> Rows | None:
    """Find the block of rows that is the main thing on a page; None where nothing repeats.

    A row that fits ``platform.places.entry`` needs no repetition. ``zone`` and ``at`` are those of ``read_byline``.
    ``others`` are links that make rows beside those to articles.
    """
    links = {id(link.element): link for link in (*find_links(page, url, platform), *others)}
    if platform.places.entry:
        found = [(row, _main_link(row, links)) for row in select(page, platform.places.entry)]
    else:
        found = _best_block(page, links, zone, at)
    pairs = [(row, link) for row, link in found if link]
    rows = _order_dates(page, _read_rows(pairs, zone, at), platform.places.date_order, zone, at)
    return _measure(page, rows) if pairs else None


def _order_dates(page: Element, rows: tuple[Row, ...], declared: str, zone: tzinfo, at: datetime) -> tuple[Row, ...]:
    """Read the dates of rows as these print them: day or month first."""
    dates = [row.published.raw for row in rows if row.published]
    if not any(map(may_be_either, dates)):
        return rows
    titles = [row.title for row in rows]
    order = read_order(declared) or find_day_order(dates, titles, find_language(page), zone, at)
    return tuple(
        replace(row, published=read_date(row.published.raw, zone, at, order)) if row.published else row for row in rows
    )


def find_fragment_rows(page: Element, url: str, platform: Platform, zone: tzinfo, at: datetime) -> Rows | None:
    """Find the rows of a piece of a listing, which a script puts into its page: each element there is one, if one only.

    None where they are less than half of what the piece prints.
    """
    links = {id(link.element): link for link in find_links(page, url, platform)}
    container = page
    while len(inside := [child for child in container.contents if isinstance(child, Element)]) == 1:
        if id(inside[0]) in links or _main_link(inside[0], links) is None or inside[0].name in _ROWS:
            break
        container = inside[0]
    pairs = [(row, link) for row in inside if (link := _main_link(row, links)) and is_title(link.title)]
    found = _measure(page, _read_rows(pairs, zone, at)) if pairs else None
    return found if found and found.share >= LEAST_FRAGMENT else None


def _best_block(
    page: Element, links: dict[int, TitleLink], zone: tzinfo, at: datetime
) -> list[tuple[Element, TitleLink | None]]:
    blocks = _find_blocks(page, links)
    ranked = sorted(blocks, key=_titles, reverse=True)[:6]
    weighed = [(_weigh(block, zone, at), -index, block) for index, block in enumerate(ranked)]
    return list(max(weighed, key=lambda item: item[:2])[2]) if weighed else []


def _find_blocks(page: Element, links: dict[int, TitleLink]) -> list[list[tuple[Element, TitleLink]]]:
    """Group the elements around the links by their parent and name; of each group, one row per article."""
    groups: dict[tuple[int, str], dict[int, tuple[Element, list[TitleLink]]]] = {}
    for link in links.values():
        element = link.element
        for _ in range(MOST_LEVELS):
            parent = element.parent
            if parent is None or element is page:
                break
            rows = groups.setdefault((id(parent), element.name), {})
            rows.setdefault(id(element), (element, []))[1].append(link)
            element = parent
    blocks = [[(row, _choose(inside)) for row, inside in rows.values()] for rows in groups.values() if len(rows) > 1]
    columns = {id(row) for rows in groups.values() for row, inside in rows.values() if _is_column(inside)}
    real = map(_real_rows, blocks)
    return [block for block in real if _leads_to_several(block) and not _has_columns(block, columns)]


def _leads_to_several(block: list[tuple[Element, TitleLink]]) -> bool:
    """Say whether rows lead to different articles: where most share one address, that is a login or the home page."""
    different = len({link.href for _, link in block})
    return different > 1 and 2 * different >= len(block)


def _is_column(inside: list[TitleLink]) -> bool:
    """Say whether an element leads to several articles: a column or box, no row. Tags are shorter than a title."""
    chosen = _choose(inside)
    least = max(0.6 * len(chosen.title), SHORTEST_TITLE)
    return len({link.href for link in inside if len(link.title) >= least} - {chosen.href}) > 1


def _has_columns(block: list[tuple[Element, TitleLink]], columns: set[int]) -> bool:
    return 3 * sum(id(row) in columns for row, _ in block) >= len(block)


def _real_rows(block: list[tuple[Element, TitleLink]]) -> list[tuple[Element, TitleLink]]:
    return [(row, link) for row, link in block if is_title(link.title)]


def _main_link(row: Element, links: dict[int, TitleLink]) -> TitleLink | None:
    inside = [links[id(link)] for link in select(row, "a[href]") if id(link) in links]
    return _choose(inside) if inside else links.get(id(row))


def _choose(links: list[TitleLink]) -> TitleLink:
    """Choose the link of a row: the one in a heading, else the one with the longest title."""
    return max(links, key=lambda link: (_in_heading(link.element), min(len(link.title), 300)))


def _in_heading(link: Element) -> bool:
    parents = (link.parent, link.parent.parent if link.parent else None)
    return any(parent is not None and parent.name in _HEADINGS for parent in parents)


def _titles(block: list[tuple[Element, TitleLink]]) -> int:
    return sum(min(len(link.title), 120) for _, link in block)


def _weigh(block: list[tuple[Element, TitleLink]], zone: tzinfo, at: datetime) -> float:
    """Weigh a block: titles, as much again for dates, the text around; little where its heading tells of others."""
    dated = sum(1 for row in _read_rows(block, zone, at) if row.published and row.published.at)
    words = sum(min(len(text_of(row)), 600) for row, _ in block)
    weight = _titles(block) + 120 * dated + 0.3 * words
    return weight * (0.2 if names_others(block[0][0]) else 1)


def _read_rows(block: list[tuple[Element, TitleLink]], zone: tzinfo, at: datetime) -> tuple[Row, ...]:
    """Read dates and counts from where most rows have them: an abstract with a date in it stands elsewhere."""
    starts = {id(row) for row, _ in block}
    parts = [list(_parts_of(row, link, starts, zone, at)) for row, link in block]
    dates = Counter(place for row in parts for place in {p.place for p in row if p.info.published})
    counts = Counter(place for row in parts for place in {p.place for p in row if p.info.views})
    rows = [_make_row(row, link, inside, dates, counts) for (row, link), inside in zip(block, parts, strict=True)]
    return tuple(rows if any(row.published for row in rows) else _split_titles(rows, zone, at))


def _split_titles(rows: list[Row], zone: tzinfo, at: datetime) -> list[Row]:
    """Take the dates out of the titles where most rows have them there, and none beside."""
    split = [split_date(row.link, row.title, zone, at) for row in rows]
    found = [pair for pair in split if pair]
    if len(found) < 2 or 2 * len(found) < len(rows):
        return rows
    return [
        replace(row, title=pair[0], published=pair[1].published, views=row.views or pair[1].views) if pair else row
        for row, pair in zip(rows, split, strict=True)
    ]


def _make_row(row: Element, link: TitleLink, parts: list[_Part], dates: Counter[str], counts: Counter[str]) -> Row:
    dated = max((p for p in parts if p.info.published), key=lambda p: dates[p.place], default=None)
    counted = max((p for p in parts if p.info.views), key=lambda p: counts[p.place], default=None)
    return Row(
        row,
        link.element,
        link.href,
        link.title,
        dated.info.published if dated else None,
        counted.info.views if counted else None,
        dated.element if dated else None,
    )


def _parts_of(row: Element, link: TitleLink, starts: set[int], zone: tzinfo, at: datetime) -> Iterator[_Part]:
    """Yield the short pieces of a row beside its title, those between it and the next row too."""
    around = {
        id(link.element),
        *(id(parent) for parent, _ in zip(link.element.parents, range(MOST_LEVELS), strict=False)),
    }
    following = [(f"+{index}", after) for index, after in enumerate(_following(row, starts))]
    stack: list[tuple[str, Element | str]] = [*reversed(following)]
    stack.append(("", row))
    for _ in range(MOST_PARTS):
        if not stack:
            return
        place, piece = stack.pop()
        element = piece if isinstance(piece, Element) else None
        text = clean_text(spaced_text_of(element) if element is not None else str(piece))
        if element is not None and (id(element) in around or len(text) > LONGEST_INFO):
            if element is not link.element and element.name not in ("script", "style"):
                stack += [(f"{place}/{_name(c)}", c) for c in reversed(list(children_of(element)))]
        elif any(char.isdigit() for char in text) and len(text) <= LONGEST_INFO:
            info = read_byline(text, zone, at)
            if info.published and info.published.at is None and may_be_either(info.published.raw):
                info = read_byline(text, zone, at, "month")
            if info.views or (info.published and info.published.at):
                yield _Part(place, element, info)


def _name(piece: Element | str) -> str:
    return piece.name if isinstance(piece, Element) else ""


def _following(row: Element, starts: set[int]) -> list[Element]:
    """Return what stands between a row and the next one where rows are flat: a heading, its date, its abstract."""
    if row.name not in (*_HEADINGS, "a", "dt", "p"):
        return []
    found: list[Element] = []
    for sibling, _ in zip(row.next_siblings, range(8), strict=False):
        if isinstance(sibling, Element):
            if id(sibling) in starts or sibling.name == row.name:
                break
            found.append(sibling)
    return found


def _measure(page: Element, rows: tuple[Row, ...]) -> Rows:
    inside = sum(len(text_of(row.element)) for row in rows)
    links = sum(len(text_of(link)) for link in select(page, "a"))
    inner = sum(len(text_of(link)) for row in rows for link in select(row.element, "a"))
    rest = max(len(" ".join(text_of(page).split())) - inside - (links - inner), 0)
    dated = sum(1 for row in rows if row.published and row.published.at)
    return Rows(rows, dated, inside / ((inside + rest) or 1))
