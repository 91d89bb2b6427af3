"""What the names of elements say: their tags, roles, classes and ids.

A name is a hint and no proof. It counts only where every word of it is known: ``share-box`` is one for sharing,
``share-holders`` and ``content-ads-law`` say something else.
"""

import re
from functools import lru_cache

from archiver.html.elements import Element, attribute_of, classes_of

# Whole pages: what surrounds the main thing of any of them.
_TAGS = frozenset({"nav", "footer", "script", "style", "noscript", "template", "select", "head", "iframe"})
_AROUND = re.compile(
    r"(?:(?:main|top|left|right|sub|mega)?[-_]?(?:menu|nav|navbar|navigation)(?:[-_](?:main|top|left|right))?"
    r"|(?:site|page|main)?[-_]?footer|bottom[-_]?bar|side[-_]?bar|breadcrumbs?|tag[-_]?cloud|tags"
    r"|related(?:[-_]?\w+)?|most[-_](?:read|viewed|popular)|widget[-_](?:area|recent[-_]\w+))",
    re.IGNORECASE,
)

# What the words of names say inside a body, by the kind of boilerplate; an optional hyphen stands between syllables.
_KINDS = {
    "advert": (
        r"ads?|adv|advs|adverts?|advertis(?:ement|ements|ing)|adsense|adsbygoogle|adslot|adzone|dfp|gpt|"
        r"quang-?cao|qc|sponsor(?:ed|s)?|taboola|outbrain|mgid|doubleclick"
    ),
    "banner": r"banners?|promos?|promotions?",
    "related": (
        r"relat(?:ed|e)|relations?|recommend(?:ed|ations?|s)?|suggest(?:ed|ions?)|(?:tin-?|bai-?)?lien-?quan|"
        r"(?:tin|bai)-?(?:viet-?)?(?:khac|cu|moi|cung-?chuyen-?muc|doc-?nhieu|xem-?nhieu|noi-?bat)|(?:doc|"
        r"xem)-?(?:nhieu|them)|(?:most|also)-?(?:read|viewed|popular)|popular|trending|see-?also|"
        r"read-?(?:more|next|also)|(?:more|other|latest|recent|next|prev(?:ious)?|similar)-?(?:news|posts?|"
        r"articles?|stories)|jp-?relatedposts"
    ),
    "share": (
        r"shar(?:e|es|ing|er)|add-?this|add-?to-?any|a2a|share-?this|sharedaddy|jssocials|chia-?se|"
        r"social(?:-?(?:media|networks?|icons?|links?|buttons?|bar|box|list|plugins?|likes?|counts?|counter|"
        r"tools?|wrap(?:per)?|share|sharing))?|mxh|fb-?(?:like|share|save|send|root)|facebook|twitter|tweet|"
        r"zalo|likes?|liked|follow(?:-?us)?|g-?plus(?:one)?"
    ),
    "comments": (
        r"comments?|commentlist|binh-?luan|phan-?hoi|y-?kien|disqus|fb-?comments?|respond|repl(?:y|ies)|"
        r"feedback"
    ),
    "rating": (
        r"ratings?|rate|rated|rater|votes?|voting|stars?|danh-?gia|binh-?chon|xep-?hang|reviews?|"
        r"kk-?star-?ratings?"
    ),
    "consent": r"cookies?|consent|gdpr|ccpa",
    "tags": r"tags?|tagged|tag-?(?:list|links?|cloud)|post-?tags|keywords?|tu-?khoa|the-?tag",
    "tools": (
        r"print|printer|printing|tool(?:s|bar|box)?|(?:send-?)?e?mail|font-?size|text-?size|zoom|bookmark|"
        r"copy-?link|tts|text-?to-?speech|listen|nghe-?bai|doc-?bai|gui-?(?:mail|bai)|in-?bai|back-?to-?top|"
        r"go-?top|report-?error|bao-?loi"
    ),
    "count": (
        r"(?:page|post|news|article)?-?views?-?(?:counts?|counter|number|num|total)|post-?views|pageviews?|"
        r"luot-?(?:xem|doc|truy-?cap)|so-?(?:lan|luot)-?(?:xem|doc)|hits?|hit-?count|counters?|visit(?:s|"
        r"ors?)?|truy-?cap|read-?count|viewed"
    ),
    "clock": r"clocks?|time-?ago|dong-?ho|date-?time-?now|current-?(?:time|date)|today|relative-?time|timeago|now",
    "menu": (
        r"menus?|nav|navs|navbar|navigation|breadcrumbs?|pagination|pager|paging|page-?nav|side-?bar|"
        r"skip-?links?"
    ),
    "form": (
        r"subscribe|subscription|newsletters?|sign-?up|log-?in|login|poll|polls|survey|khao-?sat|tham-?do|"
        r"dang-?ky|search"
    ),
    "popup": r"pop-?ups?|modals?|toasts?|notif(?:y|ication|ications)|tooltips?|overlay",
}
_NEUTRAL = (
    r"box|boxes|block|blocks|wrap|wraps|wrapper|container|inner|outer|list|lists|item|items|group|row|col|column|area|"
    r"section|sections|widget|module|zone|unit|slot|panel|bar|top|bottom|left|right|center|middle|header|head|title|heading|"
    r"footer|foot|content|contents|body|main|detail|details|page|post|posts|entry|article|articles|news|new|story|stories|asset|"
    r"assets|link|links|icon|icons|btn|btns|button|buttons|count|counts|number|num|total|text|label|info|meta|this|us|site|web|"
    r"in|on|of|by|to|the|and|is|has|js|ui|wp|fb|google|div|ul|li|sm|md|lg|xs|desktop|mobile|pc|mb|clear|clearfix|cf|fix|"
    r"horizontal|vertical|sticky|fixed|float|floating|small|large|big|mini|slide|slider|carousel|image|images|img|"
    r"hot|tin|bai|viet|muc|khung|noi|dung|cuoi|dau|trang|facebook|twitter|zalo|social"
)
_WORD = "|".join([*(f"(?:{words})" for words in _KINDS.values()), _NEUTRAL])
_KNOWN = re.compile(rf"(?:(?:{_WORD})(?:-|$))+")
_GLUED = re.compile(rf"(?:(?:{_NEUTRAL})?(?P<kind>{'|'.join(_KINDS.values())})(?:{_NEUTRAL})?)")
_OF_KIND = {kind: re.compile(rf"(?<![a-z])(?:{words})(?![a-z])") for kind, words in _KINDS.items()}
_GLUED_KIND = {kind: re.compile(words) for kind, words in _KINDS.items()}
_ROLES = {"navigation": "menu", "menu": "menu", "menubar": "menu", "search": "form", "dialog": "popup"}
_ELEMENTS = {"nav": "menu", "menu": "menu", "aside": "aside", "form": "form"}
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_NO_LETTERS = re.compile(r"[^a-z]+")
_LONGEST_NAME = 80
MOST_NAMES = 12


def is_boilerplate(element: Element) -> bool:
    """Say whether an element of a page is a menu, a foot, a side column, by its tag, role, class or id."""
    if element.name in _TAGS or attribute_of(element, "role") in ("navigation", "contentinfo", "menu"):
        return True
    if element.name in ("html", "body", "[document]", "a"):
        return False
    return any(_AROUND.fullmatch(name) for name in (*classes_of(element), attribute_of(element, "id")) if name)


def hint_of(element: Element) -> str:
    """Return the kind of boilerplate that the names of an element in a body hint at; empty where they hint at none."""
    attributes = element.attrs
    if not attributes:
        return _ELEMENTS.get(element.name, "")
    for name in (*(classes_of(element)[:MOST_NAMES] if "class" in attributes else ()), attribute_of(element, "id")):
        if name and (kind := read_name(name)):
            return kind
    role = attribute_of(element, "role") if "role" in attributes else ""
    return _ROLES.get(role, "") or _ELEMENTS.get(element.name, "")


@lru_cache(maxsize=4096)
def read_name(name: str) -> str:
    """Return the kind of boilerplate that a class or an id names with all its words; empty where it names none."""
    plain = _NO_LETTERS.sub("-", _CAMEL.sub("-", name[:_LONGEST_NAME]).lower()).strip("-")
    if _KNOWN.fullmatch(plain):
        return next((kind for kind, words in _OF_KIND.items() if words.search(plain)), "")
    glued = _GLUED.fullmatch(plain.replace("-", ""))
    return next((kind for kind, words in _GLUED_KIND.items() if words.fullmatch(glued["kind"])), "") if glued else ""
