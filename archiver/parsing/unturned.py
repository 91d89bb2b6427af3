"""Signs that a listing has pages which no address leads to: a script turns them (rule 9)."""

import re
from collections.abc import Iterator

from archiver.parsing.text import clean_text
from archiver.platforms.elements import Element, attribute_of, classes_of, elements_below, text_of

_LONGEST_WORD = 30
_MOST_ELEMENTS = 20_000
_NUMBER = re.compile(r"[2-9]|[1-9]\d{1,3}", re.ASCII)
_NEXT = re.compile(
    r"(?:trang|bài) (?:sau|kế|tiếp|tiếp theo)|(?:tiếp|kế) theo|tiếp|sau|next(?: page)?|older(?: posts)?|[›»>→]{1,2}"
    r"|(?:trang sau|next) ?[›»>→]{1,2}",
    re.IGNORECASE,
)
_MORE = re.compile(
    r"(?:xem|tải|hiển thị|hiện|đọc) thêm(?: (?:các )?(?:tin|bài|kết quả)(?: \w+){0,3})?|(?:xem )?(?:tin|bài) cũ hơn"
    r"|(?:load|show|view|see|read) more(?: (?:news|posts|articles|items|results))?|more (?:news|posts|articles)",
    re.IGNORECASE,
)
_MARKS = ".… \u00a0▼▾↓+[]()"
# Arrows and dots of what slides, tabs and calendars are like those of pagers.
_ELSEWHERE = re.compile(
    r"carousel|slid|slick|swiper|owl-|gallery|album|banner|tab|calend|lich-|menu|nav-?bar|toggle|comment|binh-?luan|modal"
    r"|dropdown|weather|marquee|player|video|header|footer|accordion|collapse|sidebar|search",
    re.IGNORECASE,
)
_PAGER = re.compile(r"pag(?:er|in)|phan-?trang|page-?nav|list-?page|load-?more|xem-?them", re.IGNORECASE)
_OFF = frozenset({"disabled", "inactive", "hidden", "d-none"})


def find_unturned(page: Element) -> str:
    """Find what says that a listing goes on where nothing can be followed; empty where nothing does.

    That is a number or a word for the next page which leads nowhere but to a script, or a button for more.
    """
    for turner in _list_turners(page):
        word = _word_of(turner)
        if _MORE.fullmatch(word) or _is_of_pager(turner, word):
            return f"{word!r} is turned by a script"
    return ""


def list_scripted_pagers(page: Element) -> Iterator[tuple[Element, str]]:
    """List the numbers and words of pagers that lead nowhere but to a script, with what says so."""
    for turner in _list_turners(page):
        word = _word_of(turner)
        if _is_of_pager(turner, word):
            yield turner, f"{word!r} is turned by a script"


def _is_of_pager(turner: Element, word: str) -> bool:
    return bool((_NUMBER.fullmatch(word) or _NEXT.fullmatch(word)) and _PAGER.search(_names_around(turner)))


def _list_turners(page: Element) -> Iterator[Element]:
    """List what can be clicked on and leads to no address."""
    for place, element in enumerate(elements_below(page)):
        if place >= _MOST_ELEMENTS:
            return
        if _is_scripted(element) and not _is_off(element) and not _ELSEWHERE.search(_names_around(element)):
            yield element


def _is_scripted(element: Element) -> bool:
    if element.name == "a":
        href = attribute_of(element, "href").strip().lower()
        return href in ("", "#") or href.startswith(("#", "javascript:")) or element.has_attr("data-page")
    if element.name == "button":
        return True
    if element.name == "input":
        return attribute_of(element, "type").lower() == "button"
    return element.has_attr("onclick") or element.has_attr("data-page")


def _is_off(element: Element) -> bool:
    names = {*classes_of(element), *(classes_of(element.parent) if element.parent else ())}
    return bool(names & _OFF) or element.has_attr("disabled") or attribute_of(element, "aria-disabled") == "true"


def _word_of(element: Element) -> str:
    texts = (text_of(element)[:200], attribute_of(element, "value"), attribute_of(element, "aria-label"))
    words = (clean_text(text).strip(_MARKS) for text in texts)
    return next((word for word in words if word and len(word) <= _LONGEST_WORD), "")


def _names_around(element: Element) -> str:
    """Return the classes and ids of an element and of what stands closely around it."""
    around = [element, *list(element.parents)[:4]]
    return " ".join(" ".join([*classes_of(one), attribute_of(one, "id")]) for one in around if one.name != "[document]")
