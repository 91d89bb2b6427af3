"""Finding the boilerplate in a body: hidden text, menus, adverts, lists of other articles, comments, buttons.

A name is a hint, and what an element shows must bear it out: ``ads`` around the article itself is no advert. What holds
most of the text is never boilerplate, whatever it is called.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bs4.element import NavigableString

from archiver.html.elements import Element, attribute_of, text_of
from archiver.html.flow import is_block
from archiver.parsing.boilerplate.headings import READ_MORE
from archiver.parsing.boilerplate.looks import TextAmounts, is_prose, measure
from archiver.parsing.boilerplate.names import hint_of
from archiver.parsing.boilerplate.visibility import SKIPPED, is_hidden, is_out_of_sight
from archiver.parsing.boilerplate.words import (
    ABOUT_CONSENT,
    ACCEPT,
    ADVERT_LINE,
    COMMENT_LINE,
    END,
    REPLY_LINE,
    SHARE_LINE,
    TAG_LINE,
    TOOL_LINE,
)
from archiver.text.cleaning import clean_text

# Never text of an article, whatever they hold.
_NEVER = frozenset({"button", "map"})
# What these hold they hold whatever they are called: a picture, a quotation, a table.
_PLAIN = frozenset("img picture figure blockquote q pre table tbody tr".split())
_PARAGRAPHS = frozenset("p li dd td blockquote h1 h2 h3 h4 h5 h6".split())
# Where pictures without a text are boilerplate: adverts, teasers, icons.
_PICTURED = frozenset("advert banner related share rating tools".split())
_LONGEST_HEADING = 80
_LONGEST_LABEL = 100
_LEVELS_UP = 3
# No real text has so many headings of other articles.
MOST_HEADINGS = 300
# The largest share that boilerplate has in the prose of a body, and what is left then of the article at least.
_MOST = 0.5
_MOST_OF_A_FORM = 0.3
# So much of a body that is left out is told.
_MUCH = 0.25
_MUCH_TEXT = 200
# More elements than any body has; what comes behind is text.
MOST_HINTS = 400


@dataclass(frozen=True, slots=True)
class Boilerplate:
    """The boilerplate in a body: the ``id()`` of its elements, and the texts of those that print a count.

    ``left_out`` says what was left out although it is prose and a good part of the body; empty where nothing was.
    """

    ids: frozenset[int] = frozenset()
    counts: tuple[str, ...] = ()
    left_out: str = ""


@dataclass(slots=True)
class _Hints:
    """What one walk through a body found: hidden elements, elements with a hint, headings of other things, buttons."""

    never: set[int]
    hidden: list[Element]
    named: list[tuple[str, Element]]
    headings: list[Element]
    buttons: list[Element]


def find_boilerplate(root: Element, known: frozenset[int] = frozenset()) -> Boilerplate:
    """Find the boilerplate in a body; ``known`` holds the ``id()`` of elements that are left out anyway."""
    hints = _find_hints(root, known)
    if not (hints.hidden or hints.named or hints.headings or hints.buttons):
        return Boilerplate(frozenset(hints.never))
    return _Judge(root, hints, known).judge()


def _find_hints(root: Element, known: frozenset[int]) -> _Hints:
    hints = _Hints(set(), [], [], [], [])
    stack = [root]
    while stack:
        element = stack.pop()
        for child in element.contents:
            if isinstance(child, Element):
                if id(child) not in known and child.name not in SKIPPED and _note(child, hints):
                    stack.append(child)
            elif type(child) is NavigableString and len(child) <= _LONGEST_HEADING and _is_heading(child):
                hints.headings.append(element)
    return hints


def _note(element: Element, hints: _Hints) -> bool:
    """Note what an element hints at; returns whether to look below it."""
    if element.name in _NEVER and not _is_within_line(element):
        hints.never.add(id(element))
        if element.name == "button":
            hints.buttons.append(element)
        return False
    if is_out_of_sight(element) and not _is_seen(element):
        hints.hidden.append(element)
        return False
    kind = hint_of(element)
    if kind and element.name not in _PLAIN and len(hints.named) < MOST_HINTS and not _is_within_line(element):
        hints.named.append((kind, element))
    return True


def _is_heading(text: str) -> bool:
    if text.isspace():
        return False
    line = clean_text(text)
    return END.fullmatch(line) is not None or READ_MORE.fullmatch(line) is not None


def _is_seen(element: Element) -> bool:
    """Say whether an element is hidden from screen readers alone: a part of a line, or a paragraph of prose."""
    if is_hidden(element) or attribute_of(element, "aria-hidden") != "true":
        return False
    return _is_within_line(element) or (element.name in _PARAGRAPHS and is_prose(clean_text(text_of(element))))


def _is_within_line(element: Element) -> bool:
    """Say whether an element stands within a line of text: cut out of it, a sentence would lack some words."""
    if is_block(element):
        return False
    return any(_ends_in_text(element, step) for step in ("previous_sibling", "next_sibling"))


def _ends_in_text(element: Element, step: str) -> bool:
    beside = getattr(element, step)
    while beside is not None:
        if isinstance(beside, Element):
            if beside.name == "br" or is_block(beside):
                return False
            text = text_of(beside)
        else:
            text = str(beside) if type(beside) is NavigableString else ""
        if text.strip():
            return True
        beside = getattr(beside, step)
    return False


class _Judge:
    """Holds the hints of one body against what the elements show."""

    def __init__(self, root: Element, hints: _Hints, known: frozenset[int]) -> None:
        self._root = root
        self._hints = hints
        self._known = known
        self._ids: set[int] = set(hints.never)
        self._prose: dict[str, int] = {}
        self._counts: list[str] = []
        self._looks: dict[int, TextAmounts] = {}
        self._whole = measure(root, known | {id(element) for element in hints.hidden})

    def judge(self) -> Boilerplate:
        """Judge hidden text first, then named elements from the outside in, then headings and buttons."""
        self._judge_hidden()
        for kind, element in sorted(self._hints.named, key=lambda hint: _depth_of(hint[1])):
            if not self._is_taken(element):
                self._judge_named(kind, element)
        for heading in self._hints.headings[:MOST_HEADINGS]:
            if not self._is_taken(heading):
                self._judge_headed(heading)
        for button in self._hints.buttons:
            if button.parent is not None and not self._is_taken(button.parent):
                self._judge_consent(button, button.parent)
        return Boilerplate(frozenset(self._ids), tuple(self._counts), self._describe())

    def _judge_hidden(self) -> None:
        """Take hidden text, unless it is most of the text: then a script is to show it."""
        looks = [measure(element, self._known) for element in self._hints.hidden]
        prose = sum(look.prose for look in looks)
        if prose > self._whole.prose:
            self._whole = measure(self._root, self._known)
            return
        self._ids |= {id(element) for element in self._hints.hidden}
        self._prose["hidden text"] = prose

    def _judge_named(self, kind: str, element: Element) -> None:
        look = measure(element, self._known | self._ids)
        if not self._can_be(kind, look) or not _RULES[kind](look):
            return
        self._take(element, look, kind)

    def _can_be(self, kind: str, look: TextAmounts) -> bool:
        """Say whether an element can be boilerplate at all: most of the text stands elsewhere."""
        if look.images and not look.text and kind not in _PICTURED:
            return False
        most = _MOST_OF_A_FORM if kind == "form" else _MOST
        if look.prose > most * self._whole.prose:
            return False
        return look.linked >= 0.8 * look.text or look.text <= most * self._whole.text

    def _judge_headed(self, heading: Element) -> None:
        """Take what stands under the heading of other articles or of comments, if it is of that kind."""
        taken: tuple[Element, TextAmounts] | None = None
        for element in _climb(heading, self._root):
            look = self._look_at(element)
            if not _is_heading(look.first):
                break
            if len(look.lines) > 1 and self._can_be("related", look) and (look.is_linked or _shows_comments(look)):
                taken = element, look
        if taken:
            self._take(*taken, "related")

    def _look_at(self, element: Element) -> TextAmounts:
        """Measure an element once as long as nothing more is taken: many headings stand in one."""
        if id(element) not in self._looks:
            self._looks[id(element)] = measure(element, self._known | self._ids)
        return self._looks[id(element)]

    def _judge_consent(self, button: Element, around: Element) -> None:
        """Take the banner around a button by which readers agree to cookies."""
        if not ACCEPT.fullmatch(clean_text(text_of(button))):
            return
        for element in _climb(around, self._root):
            look = measure(element, self._known | self._ids)
            if look.prose > _MOST * self._whole.prose:
                break
            if any(map(ABOUT_CONSENT.search, look.lines)):
                self._take(element, look, "consent")
                break

    def _take(self, element: Element, look: TextAmounts, kind: str) -> None:
        self._ids.add(id(element))
        self._looks.clear()
        if kind == "count":
            self._counts.append(" ".join(look.lines))
        if kind not in ("related", "comments", "consent"):
            self._prose[kind] = self._prose.get(kind, 0) + look.prose

    def _is_taken(self, element: Element) -> bool:
        return any(id(one) in self._ids for one in (element, *_climb(element, self._root, most=200)))

    def _describe(self) -> str:
        left_out = sum(self._prose.values())
        whole = self._whole.prose + self._prose.get("hidden text", 0)
        if left_out < max(_MUCH * whole, _MUCH_TEXT):
            return ""
        kinds = ", ".join(sorted(kind for kind, prose in self._prose.items() if prose))
        return f"{left_out} of {whole} characters of the body: {kinds}"


def _climb(element: Element, root: Element, most: int = _LEVELS_UP) -> Iterator[Element]:
    """Yield the elements around another, the innermost first, none of them as wide as the body."""
    around = element if element is not root else None
    while around is not None and around is not root and most:
        yield around
        around, most = around.parent, most - 1


def _depth_of(element: Element) -> int:
    return sum(1 for _ in element.parents)


def _is_short(look: TextAmounts) -> bool:
    return look.prose == 0 and look.text <= _LONGEST_LABEL


def _is_advert(look: TextAmounts) -> bool:
    is_labelled = any(map(ADVERT_LINE.fullmatch, look.lines))
    return not look.prose or look.is_linked or is_labelled or bool(look.links and look.pictures)


def _is_banner(look: TextAmounts) -> bool:
    return not look.prose and bool(look.links or any(map(ADVERT_LINE.fullmatch, look.lines)))


def _shows_others(look: TextAmounts) -> bool:
    return bool(look.links) and (not look.prose or look.is_linked or _is_heading(look.first))


def _shows_comments(look: TextAmounts) -> bool:
    """Say whether readers talk here: a heading or a counter of comments, buttons to answer, a form."""
    said = sum(bool(COMMENT_LINE.fullmatch(line)) for line in look.lines)
    replies = sum(bool(REPLY_LINE.fullmatch(line)) for line in look.lines)
    return not look.text or bool(said or replies or look.has_form)


def _is_share(look: TextAmounts) -> bool:
    return not look.prose and (
        not look.text or bool(look.links) or look.has_digits or _are_all(SHARE_LINE.fullmatch, look)
    )


def _is_tags(look: TextAmounts) -> bool:
    return not look.prose and (bool(look.links) or any(map(TAG_LINE.fullmatch, look.lines)))


def _is_tools(look: TextAmounts) -> bool:
    return _is_short(look) and (bool(look.links) or look.has_form or _are_all(TOOL_LINE.fullmatch, look))


def _is_rating(look: TextAmounts) -> bool:
    return not look.prose and (
        look.has_digits or bool(look.links) or look.has_form or not any(map(str.isalpha, look.first))
    )


def _is_form(look: TextAmounts) -> bool:
    return look.has_form or not look.prose


def _is_popup(look: TextAmounts) -> bool:
    return look.has_form or any(map(ACCEPT.fullmatch, look.lines))


def _is_count(look: TextAmounts) -> bool:
    return _is_short(look)


def _is_clock(look: TextAmounts) -> bool:
    return _is_short(look) and look.has_digits


def _is_consent(look: TextAmounts) -> bool:
    return look.has_form or any(map(ABOUT_CONSENT.search, look.lines))


def _is_menu(look: TextAmounts) -> bool:
    return not look.prose or look.is_linked


def _is_beside(look: TextAmounts) -> bool:
    """Say whether an ``aside`` holds links to other things; one with prose is a part of the article."""
    return not look.prose and look.is_linked


def _are_all(fits: Callable[[str], object], look: TextAmounts) -> bool:
    return all(map(fits, look.lines))


_RULES: dict[str, Callable[[TextAmounts], bool]] = {
    "advert": _is_advert,
    "banner": _is_banner,
    "related": _shows_others,
    "share": _is_share,
    "comments": _shows_comments,
    "rating": _is_rating,
    "consent": _is_consent,
    "tags": _is_tags,
    "tools": _is_tools,
    "count": _is_count,
    "clock": _is_clock,
    "menu": _is_menu,
    "form": _is_form,
    "popup": _is_popup,
    "aside": _is_beside,
}
