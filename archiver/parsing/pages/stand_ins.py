"""What a page says that stands in for an article: a farewell, a queue, a geo block, in whatever look."""

import re
from collections import deque
from collections.abc import Iterator

from archiver.html.elements import Element, children_of, select, select_one, text_of
from archiver.model import Article
from archiver.text.cleaning import clean_text
from archiver.text.sketches import FOR_NOW, WITHOUT_LAYOUT

_MOST_HEADINGS = 5
_MOST_TEXT = 20_000
_PASSED_OVER = frozenset({"a", "nav", "script", "style", "noscript", "template", "option", "button"})
# An article about a maintenance is longer than the page that tells of one.
LONGEST = 1500
# Such a state ends, however long it lasts; the page says so itself, in Vietnamese or English.
_FOR_NOW = re.compile(
    r"\b(?:\w*captcha|robot|người máy|mã xác (?:nhận|thực)|just a moment|checking your browser"
    r"|security check|are you human"
    r"|kiểm tra (?:bảo mật|trình duyệt)|access denied|forbidden|(?:bị|đã) (?:chặn|từ chối)|blocked"
    r"|bảo (?:trì|dưỡng)|nâng cấp|maintenance|under construction|quá tải|overload|too many|unavailable"
    r"|tạm (?:ngừng|dừng|ngưng|thời|đóng)|temporar|be right back|come back|try again|thử lại"
    r"|(?:quay|trở) lại (?:sau|trong)|(?:sau|trong) (?:ít|vài) (?:phút|giờ|ngày)|hàng đợi|hàng chờ|xếp hàng|phòng chờ"
    r"|queue|waiting room|(?:vui lòng|xin|mời) (?:\w+ ){0,2}(?:chờ|đợi)|please wait|đăng nhập|log ?in\b|sign in"
    r"|(?:khu vực|quốc gia|vị trí)(?: \w+)? của (?:bạn|quý)|your (?:region|country|location)|ngoài lãnh thổ"
    r"|địa chỉ ip|ip address|cookie)",
    re.IGNORECASE,
)
_FOR_GOOD = re.compile(
    r"(?<!tạm )(?:ngừng|dừng|ngưng|chấm dứt|kết thúc) (?:\w+ )?(?:hoạt động|phục vụ|cung cấp|vận hành)|vĩnh viễn"
    r"|đóng cửa|đóng (?:\w+ )?(?:cổng|trang|website)|chuyển (?:\w+ )?(?:sang|về|đến|tới)"
    r"|(?:cổng|trang|địa chỉ)(?: \w+){0,3} mới"
    r"|sáp nhập|giải thể|permanent|no longer|shut ?down|has (?:been )?closed|(?:has|have) moved|retired|discontinued",
    re.IGNORECASE,
)


def read_stand_in(page: Element) -> tuple[str, str]:
    """Return the headings of a page and all that it says, without its links: menus are the same on every page."""
    title = select_one(page, "title")
    headings = [*([title] if title is not None else []), *select(page, "h1, h2, h3")[:_MOST_HEADINGS]]
    body = select_one(page, "body")
    said = clean_text(" ".join(_list_texts(body if body is not None else page)))[:_MOST_TEXT]
    return " | ".join(filter(None, (clean_text(text_of(heading)) for heading in headings))), said


def _list_texts(element: Element) -> Iterator[str]:
    """List the texts below an element in their order, without those of links and of what nobody sees."""
    waiting = deque(children_of(element))
    while waiting:
        child = waiting.popleft()
        if isinstance(child, str):
            yield child
        elif child.name not in _PASSED_OVER:
            waiting.extendleft(reversed([*children_of(child)]))


def speaks_of_now(text: str) -> bool:
    """Say whether a page tells of a state that ends: to wait, to log in, to come back later."""
    return bool(_FOR_NOW.search(text)) and not _FOR_GOOD.search(text)


def note_look(article: Article) -> str | None:
    """Note of what was read as an article what keeps it from being taken as it is; None where nothing does.

    It may be a page of the portal which asks to come back later, or a page that no layout of its platform fits.
    """
    text = f"{article.title}\n{article.lead or ''}\n{article.body}"
    is_for_now = len(text) <= LONGEST and speaks_of_now(text)
    is_missed = any(problem.kind == "layout_missed" for problem in article.problems)
    return "; ".join(filter(None, (FOR_NOW * is_for_now, WITHOUT_LAYOUT * is_missed))) or None
