"""Reading the view count of an article out of a byline.

The count is the number beside a label of views. Counters of visitors, downloads and comments have other labels and
are never taken, nor is the next number of the page when the one of the label is missing.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from archiver.model import Count
from archiver.parsing.fields.date_forms import blank_days
from archiver.parsing.fields.labels import OTHER_COUNT, PIECE_START, info_text
from archiver.text.cleaning import clean_text

LARGEST_COUNT = 2**63 - 1  # SQLite's largest integer
_LONGEST_NUMBER = 40

# Labels that say "views" wherever they stand.
_CERTAIN = (
    r"view count|post views|page ?views|số lượt xem|số lượng xem|số lượt đọc|số lần (?:xem|đọc)|lượt người xem"
    r"|số người (?:xem|đọc)|lượt (?:xem|đọc)(?: (?:bài(?: viết| này)?|tin))?|lần xem|đã xem|просмотр(?:ов|ы|а)?"
    r"|mal gelesen|visualiza(?:ções|ciones)|visualizzazioni|dilihat"
)
_CERTAIN_UNSPACED = (
    r"(?<![总總站])(?:浏览次数|浏览量|瀏覽次數|瀏覽數|阅读次数|阅读数|阅读量|閱讀數|点击次数|点击数|点击量|點擊數"
    r"|點閱(?:次數|數|率)?|点阅(?:次数|数)?|瀏覽人次|浏览人[次数]|閲覧数|访问量|次阅读|次浏览|人气)"
    r"|조회수|จำนวนผู้เข้าชม|مشاهدات"
)
# Words that mean views only beside a number or with a colon: "views" may be opinions, 阅读全文 is "read on".
_BESIDE_NUMBER = (
    r"views?|hits|aufrufe|zugriffe|gelesen|vues|consultations|lectures|letture|visite|lecturas|visitas|vistas|acessos"
    r"|(?:kali )?dibaca|okunma|gösterim|người (?:xem|đọc)"
)
_BESIDE_NUMBER_UNSPACED = r"(?<![总總站])(?:浏览|瀏覽|阅读|閱讀|点击|點擊)|조회|เปิดอ่าน"
_FRAMING = r"read|leído|visto|letto|lu|vu|прочитано|đã đọc|(?:được )?xem"
_FRAME_END = r"times?|fois|veces|volte|раза?|kali|lần|lượt(?: xem)?|mal|次|회|回|ครั้ง"

_GROUPED = r"[1-9]\d{0,2}(?: \d{3})+(?![\d.,])"
_UNIT = r"(?: ?(?:(?:k|m|nghìn|ngàn|triệu|tr|тыс|млн|ribu|rb|juta|jt)(?![^\W\d_])\.?|[千万萬만천]))?"
_NUMBER = rf"(?:{_GROUPED}|\d+(?:[.,'’٬]\d+)*){_UNIT}\+?"
# A number that goes on as a date or a time is none: 27/04/2018, 16:03, 16h03, 27 tháng 4, 2019年.
_NO_DATE = r"(?![\d/／]|[:：]\d|[.,-]\d| ?(?:tháng|thg|giờ|phút|ngày)\b|h\b|h\d|年|月|日| ?%|\x00)"
_FRAME = rf"(?: ?(?:{_FRAME_END})(?![a-z])(?! (?:tải|truy|thích)))?"
_AFTER = re.compile(
    rf" ?[:：]? ?(?P<open>[(（\[] ?)?(?P<number>(?:[-−](?=\d))?{_NUMBER}){_NO_DATE}{_FRAME}(?(open) ?[)）\]]|)",
    re.IGNORECASE,
)
# Digits in elements of their own, as counters with a picture for each have them.
_DIGITS_APART = re.compile(r" ?[:：]? ?(?P<number>\d(?: \d){1,9})(?![\d.,:/]| ?[^\W\d_]| ?%)")
# The word of another counter before a number, which is then that one's.
_OTHERS_NUMBER = re.compile(
    r"(?:bình luận|phản hồi|thích|chia sẻ|tải về|comments?|likes?|shares?|downloads?|kommentare|comentarios"
    r"|комментари[ий]|评论|評論|点赞|收藏) ?[:：]? ?$",
    re.IGNORECASE,
)
_HAS_NUMBER = re.compile(r"\d[^\W\d_]? ?(?:lượt )?$")
_PLACEHOLDER = re.compile(r" ?(?P<raw>n/a|nan|null|undefined|--+|[—–?]+)(?!\w)", re.IGNORECASE)
_COLON = re.compile(r" ?[:：] ?")
_WORDS = re.compile(r"(?!\d{1,2} ?[:：h]\d)[^|;()\[\]（）\x00]{0,40}")
_WORDS_END = re.compile(r" [-–—•·] | (?=\d)")
_BEFORE = re.compile(
    rf"(?<![A-Za-z\d/／:：.,'’-])(?<!giờ )(?P<number>(?:(?<!\S)[-−])?(?!0\d){_NUMBER}) ?(?:x )?$", re.IGNORECASE
)
_FAR_ENOUGH = 32
_NEXT_IS_WORD = re.compile(r" ?[^\W\d_]")
VIEWS_LABEL = re.compile(
    rf"(?P<certain>(?<![^\W\d_])(?:{_CERTAIN})(?![^\W\d_])|{_CERTAIN_UNSPACED})"
    rf"|(?<![^\W\d_])(?:{_BESIDE_NUMBER}|(?:{_FRAMING})(?= ?[:：]? ?{_NUMBER} ?(?:{_FRAME_END})))(?![^\W\d_])"
    rf"|(?:{_BESIDE_NUMBER_UNSPACED})",
    re.IGNORECASE,
)

_PLAIN = re.compile(r"\d+")
_APART = re.compile(r"\d(?: \d)+")
_GROUPS = re.compile(r"[1-9]\d{0,2}([.,' ٬])\d{3}(?:\1\d{3})*")
_SCALED = re.compile(r"(\d+)(?:[.,](\d{1,2}))? ?([^\W\d_]+)\.?")
_SCALES = {
    "k": 1_000, "nghìn": 1_000, "ngàn": 1_000, "тыс": 1_000, "ribu": 1_000, "rb": 1_000, "千": 1_000, "천": 1_000,
    "万": 10_000, "萬": 10_000, "만": 10_000,
    "m": 1_000_000, "triệu": 1_000_000, "tr": 1_000_000, "млн": 1_000_000, "juta": 1_000_000, "jt": 1_000_000,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Found:
    """A label with its count: where both stand in the line, and the count as printed."""

    start: int
    end: int
    raw: str


def find_count(text: str) -> Count | None:
    """Find the article's view count in a byline by its label; None if no such label is printed.

    A label whose number is missing or no number gives a Count without value: absent is not unreadable. The first
    readable one wins.
    """
    counts = [Count(found.raw, read_count(found.raw)) for found in _find_all(info_text(text))]
    return next((count for count in counts if count.value is not None), counts[0] if counts else None)


def strip_count(text: str) -> str:
    """Return a byline without view counts and their labels, white space folded."""
    line = info_text(text)
    for found in reversed(list(_find_all(line))):
        line = _cut(line, found.start, found.end)
    return line


def read_count(text: str) -> int | None:
    """Read a printed count: ``38661``, grouped ``1.204``, or short ``1,2K`` and ``3,4 nghìn``.

    One separator per number, always in groups of three. Three decimals before a unit (``1.204K``) are ambiguous,
    so they are None like anything else that is no count, or one larger than SQLite can hold.
    """
    number = unicodedata.normalize("NFKC", clean_text(text)).replace("’", "'").casefold()
    if len(number) > _LONGEST_NUMBER:
        return None
    if _PLAIN.fullmatch(number):
        value = int(number)
    elif _GROUPS.fullmatch(number):
        value = int(re.sub(r"\D", "", number))
    else:
        value = _read_scaled(number)
    return value if 0 <= value <= LARGEST_COUNT else None


def _read_scaled(number: str) -> int:
    match = _SCALED.fullmatch(number)
    if match is None or match[3] not in _SCALES:
        return -1
    hundredths = int((match[2] or "").ljust(2, "0"))
    return (int(match[1]) * 100 + hundredths) * _SCALES[match[3]] // 100


@lru_cache(maxsize=64)  # to find a count, and to strip it
def _has_label(line: str) -> bool:
    return VIEWS_LABEL.search(line) is not None


def _find_all(line: str) -> Iterator[_Found]:
    """Yield the view counts of a clean line; they do not overlap."""
    if not _has_label(line):
        return
    blanked = blank_days(line)
    end = 0
    while label := VIEWS_LABEL.search(blanked, end):
        found = _find_value(blanked, label, end)
        end = max(label.end(), found.end if found else 0)
        if found:
            yield found


def _find_value(line: str, label: re.Match[str], first: int) -> _Found | None:
    after = _find_behind(line, label)
    before = None if _COLON.match(line, label.end()) else _BEFORE.search(line, _window(label, first), label.start())
    # "853 lượt xem 5 bình luận": the number behind belongs to the word behind it.
    is_others = before and after and _is_others(line[: before.start("number")])
    if before and not is_others and not (after and not _NEXT_IS_WORD.match(line, after.end("number"))):
        return _Found(before.start("number"), _frame_end(line, label), before["number"])
    if after:
        raw = after["number"]
        return _Found(label.start(), after.end(), raw.replace(" ", "") if _APART.fullmatch(raw) else raw)
    return _find_unreadable(line, label)


def _is_others(text: str) -> bool:
    """Say whether a text ends with the word of another counter that has no number before it: the next is its own."""
    word = _OTHERS_NUMBER.search(text)
    return bool(word and not _HAS_NUMBER.search(text[: word.start()]))


def _find_behind(line: str, label: re.Match[str]) -> re.Match[str] | None:
    """Find the number behind a label; digits that stand apart are one number, unless the last one counts a word."""
    return _DIGITS_APART.match(line, label.end()) or _AFTER.match(line, label.end())


def _window(label: re.Match[str], first: int) -> int:
    return max(first, label.start() - _FAR_ENOUGH)


def _frame_end(line: str, label: re.Match[str]) -> int:
    return label.end() + (1 if line[label.end() : label.end() + 1] == "次" else 0)


def _find_unreadable(line: str, label: re.Match[str]) -> _Found | None:
    """Return what stands where the number should: a placeholder, or behind a colon the words up to the next piece."""
    if placeholder := _PLACEHOLDER.match(line, label.end()):
        return _Found(label.start(), placeholder.end(), placeholder["raw"])
    colon = _COLON.match(line, label.end())
    if colon is None:
        return _Found(label.start(), label.end(), "") if label["certain"] else None
    words = _WORDS.match(line, colon.end())
    raw = _before_next_piece(words.group() if words else "").strip()
    return _Found(label.start(), colon.end() + len(raw), raw)


def _before_next_piece(words: str) -> str:
    for border in (OTHER_COUNT, PIECE_START, VIEWS_LABEL, _WORDS_END):
        if match := border.search(words):
            words = words[: match.start()]
    return words


def _cut(line: str, start: int, end: int) -> str:
    """Cut a count out of a line, with the parentheses that held nothing else; its neighbours stay apart."""
    before, after = line[:start].rstrip(), line[end:].lstrip()
    if before.endswith(("(", "（", "[")) and after.startswith((")", "）", "]")):
        before, after = before[:-1], after[1:]
    before, after = before.rstrip(" |,;:•·–—-"), after.lstrip(" |,;:•·–—-")
    if after.startswith((")", "）", "]")):
        return before + after
    return f"{before} | {after}" if before and after else before or after
