"""What stands around the main thing of any page: menus, side columns, feet, and lists of other articles."""

import re

from archiver.parsing.text import clean_text
from archiver.platforms.elements import Element, attribute_of, classes_of, text_of

_TAGS = frozenset({"nav", "footer", "script", "style", "noscript", "template", "select", "head", "iframe"})
_NAMES = re.compile(
    r"(?:(?:main|top|left|right|sub|mega)?[-_]?(?:menu|nav|navbar|navigation)(?:[-_](?:main|top|left|right))?"
    r"|(?:site|page|main)?[-_]?footer|bottom[-_]?bar|side[-_]?bar|breadcrumbs?|tag[-_]?cloud|tags"
    r"|related(?:[-_]?\w+)?|most[-_](?:read|viewed|popular)|widget[-_](?:area|recent[-_]\w+))",
    re.IGNORECASE,
)
_OTHERS = re.compile(
    r"(?:các )?(?:tin|bài)(?: viết| bài| tức)? "
    r"(?:khác|liên quan|cùng chuyên mục|đọc nhiều|xem nhiều|nổi bật|đã đưa|cũ hơn)"
    r"|(?:đọc|xem) nhiều|(?:các )?bài liên quan|liên quan"
    r"|related|most (?:read|viewed|popular)|popular|see also|also read"
    r"|相关|相關|热门|熱門|推荐|推薦|тоже|читайте|популярн|также|terkait|terpopuler|mehr zum thema|meistgelesen"
    r"|relacionad|más leíd|correlat|più lett|관련|많이 본|ที่เกี่ยวข้อง|ข่าวอื่น",
    re.IGNORECASE,
)
_LONGEST_HEAD = 60


def is_furniture(element: Element) -> bool:
    """Say whether an element is a menu, a foot, a side column, by its tag, role, class or id."""
    if element.name in _TAGS or attribute_of(element, "role") in ("navigation", "contentinfo", "menu"):
        return True
    if element.name in ("html", "body", "[document]", "a"):
        return False
    return any(_NAMES.fullmatch(name) for name in (*classes_of(element), attribute_of(element, "id")) if name)


def names_others(element: Element) -> bool:
    """Say whether the heading before a block tells of other articles: most read ones, related ones."""
    block = element.parent
    for _ in range(3):
        if block is None:
            return False
        before = next((e for e in block.previous_siblings if isinstance(e, Element) and text_of(e).strip()), None)
        head = clean_text(text_of(before)[:400]) if before is not None else ""
        if head:
            return len(head) <= _LONGEST_HEAD and bool(_OTHERS.match(head))
        block = block.parent
    return False
