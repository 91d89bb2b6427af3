"""What a page's own style sheets hide: told to elements themselves, where ``visibility`` looks for it.

Only rules of a single class or id count, and only if no rule shows the same again: on wide screens, or once a script
has added another class. What holds much of the page is never hidden so: a script is to show it.
"""

import re
from collections.abc import Iterator

from archiver.html.elements import Element, attribute_of, classes_of, elements_below, text_of

_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_PIECE = re.compile(r"([^{}]*)([{}])")
_DISPLAY = re.compile(r"display", re.IGNORECASE)
_HIDING = re.compile(r"(?:^|[;\s])display\s*:\s*none", re.IGNORECASE)
_SHOWING = re.compile(r"(?:^|[;\s])display\s*:(?!\s*none)", re.IGNORECASE)
_SIMPLE = re.compile(r"[a-z0-9]*([.#][\w-]+)", re.IGNORECASE)
_NAME = re.compile(r"[.#][\w-]+")
_MOST_STYLE = 500_000
_MOST_ELEMENTS = 300
# The largest share of a page's text that its sheets hide.
_MOST = 0.3


def mark_hidden(page: Element) -> None:
    """Give each element that a style sheet of the page hides the attribute ``hidden``."""
    names = _find_names(page)
    if not names:
        return
    whole = len(text_of(page))
    within: set[int] = set()
    tried = 0
    for element in elements_below(page):
        if id(element) in within or not element.attrs or names.isdisjoint(_names_of(element)):
            continue
        tried += 1
        below = list(elements_below(element))
        if len(text_of(element)) <= _MOST * whole and all(one.name != "h1" for one in below):
            element.attrs.setdefault("hidden", "")
            within.update(map(id, below))
        if tried == _MOST_ELEMENTS:
            return


def _find_names(page: Element) -> frozenset[str]:
    """Find the classes (``.name``) and ids (``#name``) that are hidden, whatever the screen."""
    hidden: set[str] = set()
    shown: set[str] = set()
    for style in (element for element in elements_below(page) if element.name == "style"):
        sheet = style.string or ""
        if "none" not in sheet or attribute_of(style, "media").lower() not in ("", "all", "screen"):
            continue
        for selectors, rules, is_conditional in _list_rules(_COMMENT.sub("", sheet[:_MOST_STYLE])):
            if _SHOWING.search(rules):
                shown.update(_NAME.findall(selectors))
            elif not is_conditional and _HIDING.search(rules):
                simple = (_SIMPLE.fullmatch(selector.strip()) for selector in selectors.split(","))
                hidden.update(match[1] for match in simple if match)
    return frozenset(hidden - shown)


def _list_rules(sheet: str) -> Iterator[tuple[str, str, bool]]:
    """List the rules of a sheet that say how something is displayed.

    Each is its selectors, what is said of them, and whether that holds under a condition only.
    """
    around: list[str] = []
    for text, brace in _PIECE.findall(sheet):
        if brace == "{":
            around.append(text)
        elif around:
            before = around.pop()
            if _DISPLAY.search(text) is None:
                continue  # nearly all rules, of whose selectors nobody needs to know
            selectors = _selectors_in(before)
            if not selectors.startswith("@"):
                yield selectors, text, any(_selectors_in(one).startswith("@") for one in around)


def _selectors_in(text: str) -> str:
    """Return what stands before a brace without the rule before it."""
    return text.rpartition(";")[2].strip()


def _names_of(element: Element) -> list[str]:
    names = [f".{name}" for name in classes_of(element)] if "class" in element.attrs else []
    return [*names, f"#{attribute_of(element, 'id')}"] if "id" in element.attrs else names
