"""Signs that a listing has pages which no address leads to: a script turns them (rule 9)."""

import re
from collections.abc import Iterator
from itertools import islice

from archiver.html.elements import Element, attribute_of, beginning_of, classes_of, elements_below, text_of
from archiver.text.cleaning import clean_text

_LONGEST_WORD = 40
_MOST_ELEMENTS = 20_000
_MOST_PIECES = 60
_MOST_NUMBERS = 15
_LONGEST_REST = 60
_NUMBER = re.compile(r"[2-9]|[1-9]\d{1,3}", re.ASCII)
_NEXT = re.compile(
    r"(?:trang|bài) (?:sau|kế|tiếp|tiếp theo)|(?:tiếp|kế) theo|tiếp|sau|next(?: page)?|older(?: posts)?|[›»>→]{1,2}"
    r"|(?:trang sau|next) ?[›»>→]{1,2}",
    re.IGNORECASE,
)
# Words that name the next page say so whatever stands around them.
_NEXT_PAGE = re.compile(
    r"(?:xem |sang |đến )?trang (?:sau|kế|tiếp|kế tiếp|tiếp theo)|next page|nächste seite|page suivante"
    r"|página siguiente|próxima página|pagina successiva|следующая страница|下一[页頁]|次の?ページ|다음 페이지"
    r"|หน้าถัดไป|halaman berikutnya",
    re.IGNORECASE,
)
_ARROWS = " ›»>→"
_MORE = re.compile(
    r"(?:xem|tải|hiển thị|hiện|đọc) thêm(?: \d+)?(?: (?:các )?(?:tin|bài|kết quả|nội dung|dữ liệu|mục)(?: \w+){0,3})?"
    r"|(?:xem )?(?:các )?(?:tin|bài)(?: viết| tức)? (?:cũ hơn|trước đó|tiếp theo)"
    r"|(?:load|show|view|see|read|get)(?: \d+)? (?:more|older)(?: (?:news|posts|articles|items|results|stories))?"
    r"|(?:more|older) (?:news|posts|articles|stories)"
    r"|(?:weitere|mehr)(?: \w+){0,2} (?:laden|anzeigen)|mehr laden|(?:voir|afficher|charger) plus(?: d[e'’] ?\w+)?"
    r"|(?:ver|cargar|mostrar) más(?: \w+)?|(?:ver|carregar|mostrar) mais(?: \w+)?|(?:carica|mostra) altr[oie](?: \w+)?"
    r"|(?:показать|загрузить) (?:ещ[её]|больше)(?: \w+)?|(?:muat|lihat|tampilkan)(?: \w+)? (?:lainnya|lebih banyak)"
    r"|(?:点击|點擊)?(?:加载|載入|查看|显示|顯示)更多(?:新闻|新聞|内容)?|더 ?보기|もっと(?:見る|読み込む)|さらに表示"
    r"|(?:โหลด|ดู)เพิ่มเติม",
    re.IGNORECASE,
)
_MARKS = ".… \u00a0▼▾↓+[]()"
# Arrows and dots of what slides, tabs and calendars are like those of pagers.
_ELSEWHERE = re.compile(
    r"carousel|slid|slick|swiper|owl-|gallery|album|banner|\btabs?\b|nav-tab|tab-(?:nav|link)|calend|lich-|menu|nav-?bar|toggle|comment|binh-?luan|modal"
    r"|dropdown|weather|marquee|player|video|header|(?:^|\s|site-|page-)footer|accordion|collapse|sidebar|search",
    re.IGNORECASE,
)
_PAGER = re.compile(r"pag(?:er|in)|phan-?trang|page-?nav|list-?page|load-?more|xem-?them", re.IGNORECASE)
# Where a script adds rows as soon as it is seen there is no word.
_ENDLESS = re.compile(r"infinite-?(?:scroll|load)|(?:load|view|show)-?more|xem-?them", re.IGNORECASE)
_PLAIN = frozenset({"div", "span", "p", "li", "td", "i", "b"})
_OFF = frozenset({"disabled", "inactive", "hidden", "d-none"})


def find_unturned(page: Element) -> str:
    """Find what says that a listing goes on where nothing can be followed; empty where nothing does.

    That is a number or a word for the next page which leads nowhere but to a script, or a button for more.
    """
    turned = next((f"{word!r} is turned by a script" for _, word in list_turners(page)), "")
    return turned or next((f"{name!r} is filled by a script" for name in _list_endless(page)), "")


def list_turners(page: Element) -> Iterator[tuple[Element, str]]:
    """List what turns the pages of a listing by a script, each with the number or word that it prints."""
    return _list_turners(filter(_may_be_scripted, islice(elements_below(page), _MOST_ELEMENTS)))


def _list_turners(scripted: Iterator[Element]) -> Iterator[tuple[Element, str]]:
    for element in scripted:
        word = _word_of(element)
        if not _may_turn(word) or _is_off(element) or is_elsewhere(element):  # the last takes longest
            continue
        if _MORE.fullmatch(word) or _is_of_pager(element, word):
            yield element, word


def list_scripted_pagers(page: Element) -> Iterator[tuple[Element, str]]:
    """List the numbers and words of pagers that lead nowhere but to a script, with what says so."""
    for element, word in _list_turners(filter(_is_scripted, islice(elements_below(page), _MOST_ELEMENTS))):
        if not _MORE.fullmatch(word):
            yield element, f"{word!r} is turned by a script"


def says_more(word: str) -> bool:
    """Say whether a word is one for more of a listing."""
    return _MORE.fullmatch(word.strip(_MARKS)) is not None


def is_elsewhere(element: Element) -> bool:
    """Say whether something stands in what slides, a menu, a comment box or the like, by the names around it."""
    return _ELSEWHERE.search(_names_around(element)) is not None


def _is_of_pager(element: Element, word: str) -> bool:
    if _NEXT_PAGE.fullmatch(word.strip(_ARROWS)):
        return True
    if not (_NUMBER.fullmatch(word) or _NEXT.fullmatch(word)):
        return False
    return bool(_PAGER.search(_names_around(element))) or _is_in_series(element)


def _is_in_series(element: Element) -> bool:
    """Say whether a number or word stands in a row of the first numbers and hardly anything else, as in no calendar."""
    for around in islice(element.parents, 3):
        pieces = [piece for text in islice(around.strings, _MOST_PIECES) if (piece := clean_text(text))]
        numbers = [piece for piece in pieces if piece.isascii() and piece.isdigit() and len(piece) < 6]
        if numbers[:2] == ["1", "2"] and sorted(set(map(int, numbers))) == list(map(int, numbers)):
            rest = sum(len(piece) for piece in pieces if piece not in numbers)
            return len(numbers) <= _MOST_NUMBERS and len(pieces) < _MOST_PIECES and rest <= _LONGEST_REST
    return False


def _may_turn(word: str) -> bool:
    if not word:
        return False
    words = (_MORE, _NUMBER, _NEXT)
    return any(known.fullmatch(word) for known in words) or bool(_NEXT_PAGE.fullmatch(word.strip(_ARROWS)))


def _may_be_scripted(element: Element) -> bool:
    """Say whether an element can be clicked on and leads to no address, or prints nothing but a word for more."""
    return _is_scripted(element) or (element.name in _PLAIN and _is_lone_word(element))


def _is_scripted(element: Element) -> bool:
    """Say whether an element can be clicked on, by its kind or what it says to a script, and leads to no address."""
    if not element.attrs:
        return element.name in ("a", "button")
    if element.name == "a":
        href = attribute_of(element, "href").strip().lower()
        return href in ("", "#") or href.startswith(("#", "javascript:")) or element.has_attr("data-page")
    if element.name == "button":
        return True
    if element.name == "input":
        return attribute_of(element, "type").lower() in ("button", "submit")
    names = " ".join(element.attrs)
    if not ("data-" in names or "onclick" in names or "hx-get" in names):
        return False
    return any(name.startswith("data-") or name in ("onclick", "hx-get") for name in element.attrs)


def _is_lone_word(element: Element) -> bool:
    """Say whether an element prints a word for more, and neither is in a link nor holds anything that leads on."""
    if len(element.contents) != 1 or not isinstance(element.contents[0], str) or len(element.contents[0]) > 80:
        return False
    if not _MORE.fullmatch(clean_text(element.contents[0]).strip(_MARKS)):
        return False
    return all(parent.name not in ("a", "button") for parent in islice(element.parents, 3))


def _list_endless(page: Element) -> Iterator[str]:
    """List the names of what a script fills with more rows when it comes into sight: nothing is printed there."""
    for element in islice(elements_below(page), _MOST_ELEMENTS):
        names = " ".join([*classes_of(element), attribute_of(element, "id")]) if element.name in _PLAIN else ""
        found = _ENDLESS.search(names)
        if found and not _is_off(element) and not is_elsewhere(element) and len(text_of(element).strip()) <= 20:
            yield found[0]


def _is_off(element: Element) -> bool:
    names = {*classes_of(element), *(classes_of(element.parent) if element.parent else ())}
    return bool(names & _OFF) or element.has_attr("disabled") or attribute_of(element, "aria-disabled") == "true"


def _word_of(element: Element) -> str:
    for text in (beginning_of(element, 200), attribute_of(element, "value"), attribute_of(element, "aria-label")):
        word = clean_text(text).strip(_MARKS) if text else ""
        if word and len(word) <= _LONGEST_WORD:
            return word
    return ""


def _names_around(element: Element) -> str:
    """Return the classes and ids of an element and of what stands closely around it."""
    around = [element, *list(element.parents)[:4]]
    return " ".join(" ".join([*classes_of(one), attribute_of(one, "id")]) for one in around if one.name != "[document]")
