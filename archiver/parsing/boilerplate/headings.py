"""The headings before blocks, and the labels before links: whether they tell of other articles."""

import re

from archiver.html.elements import Element, text_of
from archiver.parsing.boilerplate.words import whole_line
from archiver.text.cleaning import clean_text

_OTHERS = re.compile(
    r"(?:các )?(?:tin|bài)(?: viết| bài| tin| tức)? "
    r"(?:khác|liên quan|cùng chuyên mục|đọc nhiều|xem nhiều|nổi bật|đã đưa|cũ hơn)"
    r"|(?:đọc|xem) nhiều|(?:các )?bài liên quan|liên quan"
    r"|related|most (?:read|viewed|popular)|popular|see also|also read"
    r"|相关|相關|热门|熱門|推荐|推薦|тоже|читайте|популярн|также|terkait|terpopuler|mehr zum thema|meistgelesen"
    r"|relacionad|más leíd|correlat|più lett|관련|많이 본|ที่เกี่ยวข้อง|ข่าวอื่น",
    re.IGNORECASE,
)
_LONGEST_HEAD = 60
READ_MORE = whole_line(
    r"(?:mời (?:bạn |quý vị )?)?(?:xem|đọc|tìm hiểu|tham khảo)(?: và \w+)? (?:thêm|tiếp|ngay|nhiều hơn)"
    r"(?: (?:tại(?: đây)?|về|các))?(?: (?:bài(?: viết)?|tin(?: bài| tức)?|nội dung))?",
    r"(?:các |những )?(?:tin|bài|thông tin)(?: viết| tức| bài)? (?:liên quan|cùng chủ đề|khác)",
    r"(?:có thể )?bạn quan tâm|(?:read|see|watch)(?: (?:more|also|next|this))+|also(?: read| see)?",
    r"related(?: (?:articles?|stories|news|posts?|topics?))?|more (?:on this(?: \w+)?|stories|news)|further reading",
    r"(?:don['’]t|do not) miss|recommended(?: (?:reading|for you))?",
    r"(?:lesen|sehen) sie (?:auch|dazu|hier)(?: (?:auch|mehr|weiter))?|lesetipps?|weiterlesen",
    r"(?:siehe|lies|mehr)(?: (?:auch|dazu|zum thema))?|lire aussi|à lire(?: aussi| également)?|voir aussi",
    r"leggi anche|(?:ti potrebbe interessare|vedi) anche|lea también|(?:te|le) puede interesar",
    r"(?:leia|veja) (?:também|mais)|lees ook|läs (?:även|också)|les også|czytaj (?:także|też)",
    r"(?:читайте|смотрите|см\.) также|по теме|(?:baca|simak|lihat) juga|(?:延伸|相关|相關)(?:阅读|閱讀)",
    r"(?:相关|相關)(?:新闻|报道|文章|新聞|報導)|更多(?:阅读|新闻|閱讀)?|관련 ?(?:기사|뉴스)|関連(?:記事|ニュース)",
)
"""What stands before links to other articles amid a text: ``Xem thêm:``, ``>>> Đọc thêm``."""


def names_others(element: Element) -> bool:
    """Say whether the heading before a block tells of other articles: most read ones, related ones."""
    return tells_others(heading_before(element))


def tells_others(heading: str) -> bool:
    """Say whether a heading tells of other articles."""
    return bool(_OTHERS.match(heading))


def heading_before(element: Element) -> str:
    """Return the short text that stands before the block of an element; empty where a long one or none stands there."""
    block = element.parent
    for _ in range(5):
        if block is None:
            return ""
        before = next((e for e in block.previous_siblings if isinstance(e, Element) and _says_anything(e)), None)
        if before is not None:
            head = _say_once(clean_text(text_of(before)[:400]))
            return head if len(head) <= _LONGEST_HEAD else ""
        block = block.parent
    return ""


def _says_anything(element: Element) -> bool:
    return element.name not in ("script", "style") and bool(text_of(element).strip())


def _say_once(text: str) -> str:
    """Return a text that is printed twice, once for screen readers, only once."""
    half = len(text) // 2
    return text[:half].strip() if half > 3 and text[:half].strip() == text[-half:].strip() else text
