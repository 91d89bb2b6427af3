"""Finding boilerplate among the blocks of a body: lines that no element names.

Counters, ratings, buttons and tags are boilerplate where they stand alone at an end of the body; between paragraphs the
same words are part of a report. A clock and ``3 minutes ago`` move with every look wherever they stand, so they are
boilerplate everywhere.
"""

import re
from collections.abc import Callable, Iterator
from html import unescape
from urllib.parse import urlsplit

from archiver.model import Count
from archiver.parsing.body.blocks import Block
from archiver.parsing.body.documents import is_document
from archiver.parsing.boilerplate.headings import READ_MORE
from archiver.parsing.boilerplate.words import (
    ADVERT_LINE,
    CLOCK_LINE,
    COMMENT_LINE,
    END,
    RATING_LINE,
    SHARE_LINE,
    TAG_LINE,
    TOOL_LINE,
)
from archiver.parsing.fields.counts import VIEWS_LABEL, find_count, strip_count
from archiver.parsing.fields.dates import is_ago
from archiver.parsing.fields.labels import OTHER_COUNT
from archiver.text.cleaning import clean_text

_LONGEST_LINE = 120
_LONGEST_TAGS = 300
_LONGEST_MORE = 600
_LINK = re.compile(r'<a href="([^"]*)">(.*?)</a>', re.DOTALL)
_TAG = re.compile(r"<[^>]+>")
_MOSTLY = 0.8
# So many links to articles of one form at the end of a body are a list of them, without any heading.
_FEWEST_LINKS = 3
_SHORTEST_TITLE = 12
_VISITORS = re.compile(
    r"(?:số |tổng |tổng số )?(?:lượt |người )?(?:truy cập|online|trực tuyến|đang xem)|visitors?|visits?|访问|посетител",
    re.IGNORECASE,
)


def drop_lines(blocks: list[Block], is_other: Callable[[str], bool]) -> tuple[list[Block], Count | None]:
    """Drop the lines of boilerplate from the blocks of a body; returns what is left, and a view count among the rest.

    ``is_other`` says of an address whether it is that of another article of the site. All that is text of a body is
    never dropped: then it stays as it is.
    """
    left = [block for block in blocks if not _moves(block)]
    lists = _find_lists(left)
    left = [block for index, block in enumerate(left) if index not in lists] if lists else left
    start, end = _find_ends(left, is_other)
    if not any(block.text or block.images for block in left[start:end]):
        return blocks, None
    dropped = [block.text for block in (*left[:start], *left[end:])]
    counts = (find_count(text) for text in dropped if VIEWS_LABEL.search(text))
    return left[start:end], next((count for count in counts if count), None)


def _moves(block: Block) -> bool:
    """Say whether a block is a clock, or says how long ago something was."""
    line = block.text
    if not line or len(line) > _LONGEST_LINE or block.images or not any(map(str.isdigit, line)):
        return False
    if CLOCK_LINE.fullmatch(line):
        return True
    return is_ago(line)


def _find_lists(blocks: list[Block]) -> set[int]:
    """Find the headings of other articles with the links below them, wherever they stand."""
    found: set[int] = set()
    for index, block in enumerate(blocks):
        if _is_more(block) or (index - 1 in found and block.tag == "li" and _is_link(block) and _leads_to_own(block)):
            found.add(index)
        elif _is_heading(block):
            end = index + 1
            while end < len(blocks) and _is_other(blocks[end], block) and not _is_heading(blocks[end]):
                end += 1
            if end > index + 1:
                found |= set(range(index, end))
    return found


def _find_ends(blocks: list[Block], is_other: Callable[[str], bool]) -> tuple[int, int]:
    """Find where the text of a body begins and ends."""
    start, end = 0, len(blocks)
    while start < end and _is_label(blocks[start]):
        start += 1
    while end > start:
        before = end
        while end > start and _is_label(blocks[end - 1]):
            end -= 1
        end = _drop_links(blocks, start, end, is_other)
        if end == before:
            break
    return start, end


def _drop_links(blocks: list[Block], start: int, end: int, is_other: Callable[[str], bool]) -> int:
    """Return where a list of other articles at the end begins; it is none if the line before announces it."""
    first = end
    while first > start and _is_title(blocks[first - 1], is_other):
        first -= 1
    announced = first > start and blocks[first - 1].text.endswith((":", "："))
    return end if end - first < _FEWEST_LINKS or announced or first == start else first


def _is_title(block: Block, is_other: Callable[[str], bool]) -> bool:
    if not _is_link(block) or len(block.text) < _SHORTEST_TITLE:
        return False
    return all(is_other(match[1].replace("&amp;", "&")) for match in _LINK.finditer(block.html))


def _is_heading(block: Block) -> bool:
    if len(block.text) > _LONGEST_LINE or block.images:
        return False
    return END.fullmatch(block.text) is not None or READ_MORE.fullmatch(block.text) is not None


def _is_other(block: Block, heading: Block) -> bool:
    """Say whether a block is a link below a heading, one to another page of the site if that only says to read more."""
    return _is_link(block) and (END.fullmatch(heading.text) is not None or _leads_to_own(block))


def _is_more(block: Block) -> bool:
    """Say whether a block is nothing but a label and links to other pages of the site: ``Xem thêm: …``."""
    if not block.has_link or block.images or len(block.text) > _LONGEST_MORE or not _leads_to_own(block):
        return False
    rest = clean_text(unescape(_TAG.sub("", _LINK.sub(" ", block.html))))
    if READ_MORE.fullmatch(rest):
        return True
    label, colon, _ = block.text.partition(":")
    return not any(map(str.isalnum, rest)) and bool(colon) and READ_MORE.fullmatch(label) is not None


def _leads_to_own(block: Block) -> bool:
    """Say whether all links of a block lead to other pages of the site: documents and laws elsewhere are text."""
    links = [link for link in block.links if link.kind == "link"]
    return bool(links) and all(link.own and link.url.startswith("http") and not is_document(link.url) for link in links)


def _is_link(block: Block) -> bool:
    """Say whether nearly all of a block is linked."""
    if not block.has_link or block.images:
        return False
    linked = sum(len(_TAG.sub("", match[2])) for match in _LINK.finditer(block.html))
    return linked >= _MOSTLY * len(_TAG.sub("", block.html))


def _is_label(block: Block) -> bool:
    """Say whether a block is a counter, a rating, tags, or buttons, and nothing else."""
    line = block.text
    if not line or block.images or block.tag == "tr":
        return False
    if len(line) <= _LONGEST_TAGS and TAG_LINE.fullmatch(line):
        return True
    return len(line) <= _LONGEST_LINE and (_is_count(line) or any(_read_labels(line)))


def _read_labels(line: str) -> Iterator[bool]:
    for words in (SHARE_LINE, TOOL_LINE, COMMENT_LINE, RATING_LINE, ADVERT_LINE, END):
        yield words.fullmatch(line) is not None


def _is_count(line: str) -> bool:
    """Say whether a line is nothing but counters: of views, of visitors, of comments."""
    if not (VIEWS_LABEL.search(line) or OTHER_COUNT.search(line)):
        return False
    rest = OTHER_COUNT.sub(" ", strip_count(line) if find_count(line) else line)
    return not any(letter.isalpha() for letter in _VISITORS.sub("", rest))


def is_article_like(url: str, other: str) -> bool:
    """Say whether an address has the form of another one of the same site: as many parts, and the same ending."""
    one, two = urlsplit(url), urlsplit(other)
    if one.netloc != two.netloc or one.path == two.path:
        return False
    return _form_of(one.path) == _form_of(two.path) and bool(one.query) == bool(two.query)


def _form_of(path: str) -> tuple[int, str]:
    name = path.rstrip("/").rpartition("/")[2]
    return path.rstrip("/").count("/"), name.rpartition(".")[2] if "." in name else ""
