"""Which text belongs to a picture: that in the box around it, or what is called a caption right behind it.

By the place first. A box is one of a picture if it holds one picture and little text, and says so by its kind, its
name, its width or the look of that text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import takewhile

from archiver.html.elements import Element, attribute_of, children_of, elements_below
from archiver.html.flow import is_block
from archiver.parsing.body.pictures import IMAGES
from archiver.parsing.boilerplate.visibility import SKIPPED, is_hidden
from archiver.text.cleaning import clean_text

LONGEST_CAPTION = 400
_LONGEST_FIGURE = 800
# Names of boxes around pictures, and of captions.
_BOX = re.compile(
    r"caption|figure|photo|imag|picture|img|chu-?_?thich|hinh-?_?anh|(?<![a-z])(?:fig|anh|pic)(?![a-z])", re.IGNORECASE
)
_CAPTION = re.compile(
    r"caption(?!ed)|chu-?_?thich|(?:photo|image|img|anh)[-_]?(?:desc|credit|legend|note|text)", re.IGNORECASE
)
_CREDIT = re.compile(r"(?:ảnh|photos?|fotos?|image|nguồn|credit|фото|图|摄)\s*[:：/©]|©", re.IGNORECASE)
_NARROW = re.compile(r"(?<![\w-])width\s*:\s*\d+px|float\s*:\s*(?:left|right)|display\s*:\s*table\b", re.IGNORECASE)
_SMALL = re.compile(r"font-style\s*:\s*italic|font-size\s*:\s*(?:small|smaller|x-small)", re.IGNORECASE)
_ITALIC = frozenset("caption cite em figcaption i small".split())
_HEADINGS = frozenset("h1 h2 h3 h4 h5 h6".split())
# What is no box of a picture, however little it holds.
_WHOLES = frozenset("[document] html body main article".split())
_LEVELS_UP = 6
# A caption, and whose picture it is.
_MOST_LINES = 2
# A box around one picture has few elements and texts.
_MOST_NODES = 60


@dataclass(slots=True)
class _Look:
    """What a small element holds: its texts, the elements that hold these, how much is linked, the pictures."""

    texts: list[str] = field(default_factory=list)
    holders: list[Element] = field(default_factory=list)
    linked: int = 0
    images: int = 0

    @property
    def lines(self) -> list[str]:
        return [line for line in map(clean_text, "".join(self.texts).split("\n")) if line]

    @property
    def text(self) -> str:
        return " ".join(self.lines)


def find_figures(root: Element) -> dict[int, int]:
    """Find what belongs together as a picture and its caption: the ``id()`` of elements, with a number for each box."""
    found: dict[int, int] = {}
    last: Element | None = None
    for element in elements_below(root):
        if element.name in IMAGES:
            last = element
            parts = _find_box(element, root)
        else:
            parts = _take_gallery(element, last, found) if element.name == "figcaption" and last is not None else ()
        number = next((found[id(part)] for part in parts if id(part) in found), len(found) + 1)
        for part in parts:
            found.setdefault(id(part), number)
    return found


def read_caption(image: Element) -> str | None:
    """Read the caption of an image; None where it has none."""
    texts = (look.text for part in _find_box(image, None) if (look := _look_at(part, _LONGEST_FIGURE)))
    return " ".join(filter(None, texts)) or None


def _find_box(image: Element, root: Element | None) -> tuple[Element, ...]:
    """Find the box of an image and its caption, or the image and the caption behind it; empty where it has none."""
    element = image
    for _ in range(_LEVELS_UP):
        box = element.parent
        if box is None or box is root or box.name in _WHOLES:
            break
        if box.name == "figure" and (parts := _take_figure(image, box)):
            return parts
        look = _look_at(box, LONGEST_CAPTION)
        if look is None or look.images > 1:
            break
        if look.text and _is_box(box, look):
            return (box,)
        if look.text:
            break
        element = box
    beside = _find_behind(element)
    return (element, beside) if beside is not None and _is_called_caption(beside) else ()


def _take_figure(image: Element, figure: Element) -> tuple[Element, ...]:
    look = _look_at(figure, _LONGEST_FIGURE)
    if look is not None:
        return (figure,) if look.text else ()
    caption = next((child for child in elements_below(figure) if child.name == "figcaption"), None)
    return (image, caption) if caption is not None else ()


def _take_gallery(caption: Element, image: Element, found: dict[int, int]) -> tuple[Element, ...]:
    """Take the caption of several figures together with the last of them."""
    figure = next((around for around in caption.parents if around.name == "figure"), None)
    around = [caption, *takewhile(lambda one: one is not figure, caption.parents)]
    if figure is None or id(figure) in found or any(id(one) in found for one in around):
        return ()
    box = [image, *takewhile(lambda one: one is not figure, image.parents)]
    if len(box) > _LEVELS_UP or box[-1].parent is not figure:
        return ()
    return (next((one for one in box if id(one) in found), image), caption)


def _is_box(box: Element, look: _Look) -> bool:
    """Say whether an element with one picture and a little text is a box of that picture."""
    if 2 * look.linked > len(look.text) or any(holder.name in _HEADINGS for holder in look.holders):
        return False
    if all(_says_caption(holder) or _is_small(holder, box) for holder in look.holders):
        return True
    if len(look.lines) <= _MOST_LINES and _CREDIT.search(look.text):
        return True
    if box.name in ("table", "tbody") and len(look.lines) == 1:
        return True
    is_named = _BOX.search(_names_of(box)) is not None or _is_narrow(box)
    return is_named and box.name != "p" and len(look.lines) <= _MOST_LINES


def _is_called_caption(element: Element) -> bool:
    look = _look_at(element, LONGEST_CAPTION)
    if look is None or look.images or not look.text:
        return False
    return _says_caption(element) or any(map(_says_caption, look.holders))


def _says_caption(element: Element) -> bool:
    return element.name == "figcaption" or _CAPTION.search(_names_of(element)) is not None


def _is_small(element: Element, box: Element) -> bool:
    """Say whether a text is printed in italics, or smaller than the text around it."""
    around: Element | None = element
    while around is not None and around is not box:
        if around.name in _ITALIC or _SMALL.search(attribute_of(around, "style")):
            return True
        around = around.parent
    return False


def _is_narrow(box: Element) -> bool:
    return _NARROW.search(attribute_of(box, "style")) is not None


def _names_of(element: Element) -> str:
    return f"{attribute_of(element, 'class')} {attribute_of(element, 'id')}" if element.attrs else ""


def _find_behind(element: Element) -> Element | None:
    """Return the element behind another, unless text stands between them."""
    beside = element.next_sibling
    while beside is not None and not isinstance(beside, Element) and not str(beside).strip():
        beside = beside.next_sibling
    return beside if isinstance(beside, Element) else None


def _look_at(element: Element, longest: int) -> _Look | None:
    """Look at what an element holds; None where it is more than a picture's box can hold."""
    look = _Look()
    nodes = length = links = 0
    stack: list[tuple[Element, Iterator[Element | str]]] = [(element, children_of(element))]
    while stack:
        holder, children = stack[-1]
        child = next(children, None)
        nodes += 1
        if nodes > _MOST_NODES * (1 + (longest > LONGEST_CAPTION)) * 2 or length > longest:
            return None
        if child is None:
            stack.pop()
            links -= holder.name == "a"
            look.texts.append("\n" if is_block(holder) else "")
        elif isinstance(child, str):
            length += len(child.strip())
            look.linked += len(child.strip()) if links > 0 else 0
            look.texts.append(child.replace("\n", " "))
            if child.strip():
                look.holders.append(holder)
        elif child.name in IMAGES:
            look.images += 1
        elif child.name not in SKIPPED and not is_hidden(child):
            look.texts.append("\n" if child.name == "br" or is_block(child) else "")
            links += child.name == "a"
            stack.append((child, children_of(child)))
    return look
