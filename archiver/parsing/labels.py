"""The labels of info lines: which words announce the date of publication, another date, or no date at all."""

import re

from archiver.parsing.text import clean_text

_GENERAL_VERB = r"đăng|xuất bản|công bố|gửi|viết|tạo|đưa tin"
_PUBLISHED = (
    rf"(?:ngày|thời gian|thời điểm) (?:{_GENERAL_VERB})(?: (?:tin|bài|tải))?(?: (?:lúc|ngày|vào))?",
    rf"(?:đã |được |tin )?(?:{_GENERAL_VERB})(?: (?:tin|bài))? (?:lúc|ngày|vào(?: lúc)?)",
    rf"(?:{_GENERAL_VERB})(?= ?[:：])",
    r"ngày(?= ?[:：])",
    r"thời gian(?! đọc)",
    r"(?:publish(?:ed)?|publication|posting|creat(?:ed|ion)) date|date (?:published|posted|created)|date(?= ?[:：])",
    r"(?:published|posted|written|created)(?: by [^|,:\d]{1,40}? (?:on|at)| on| at)?",
    r"发表于|发布于|发表时间|发布时间|发布日期|發表於|發佈時間|發佈日期|日期|时间|時間",
    r"опубликовано|размещено|дата(?: публикации)?",
    r"veröffentlicht(?: am)?|erstellt(?: am)?|datum(?= ?[:：])",
    r"publicado(?: el| em)?|fecha|publié le|pubblicato(?: il)?|data(?= ?[:：])",
    r"diterbitkan|dipublikasikan|diposting|등록일|작성일|게시일|입력|เผยแพร่เมื่อ|เผยแพร่|โพสต์เมื่อ|วันที่",
)
_UPDATED = (
    r"(?:ngày |thời gian |đã |lần )?(?<!đang )(?<!được )cập nhật(?: (?:lần )?cuối)?(?: (?:lúc|ngày|vào))?",
    r"(?:last )?(?:updated|modified|update)(?: (?:on|at))?|更新时间|更新時間|обновлено|수정",
)
_OTHER_DATE = (
    r"ngày (?:ban hành|(?:có |hết )?hiệu lực|ký|văn bản)|(?:có )?hiệu lực(?: từ)?(?: ngày)?|ban hành(?: ngày)?",
)
# What stands beside a date without being one, up to the next separator.
_OTHER_TEXT = (
    r"(?:tác giả|nguồn(?: tin)?|người (?:đăng|viết|gửi)|biên tập|tin bài|chuyên mục|danh mục|thể loại)(?= ?[:：])",
    r"(?:author|source|category|by|автор|источник|autor|autore|fuente|quelle)(?= ?[:：])|来源|來源|作者|编辑|責任編輯",
)
# Counters that are no view counts of the article: the number is the site's, or that of comments and downloads.
_COUNTER = (
    r"(?:số |tổng |tổng số )?(?:lượt )?(?:truy cập|tải(?: về| xuống)?)|đang (?:truy cập|online|xem)|khách"
    r"|(?:hôm nay|hôm qua|tuần này|tháng này|tổng cộng)|(?:bình luận|phản hồi|comments?|downloads?)"
    r"|评论|評論|回應|编辑次数|комментари(?:и|ев|й)|thời gian đọc"
)
_COUNTED = r"bình luận|phản hồi|comments?|lượt tải(?: về)?|tải về|downloads?|mins?(?: read)?|条评论|評論|评论|回應"

_EDGE = r"\s|,;:.•·–—\-"


def _any(labels: tuple[str, ...]) -> str:
    return "|".join(labels)


def _leading(labels: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"[{_EDGE}(\[]{{0,9}}(?:{_any(labels)})(?![^\W\d_])[{_EDGE}：]{{0,9}}", re.IGNORECASE)


PUBLISHED_LABEL = _leading(_PUBLISHED)
UPDATED_LABEL = _leading(_UPDATED)
OTHER_DATE_LABEL = _leading(_OTHER_DATE)
OTHER_TEXT_LABEL = _leading(_OTHER_TEXT)
# Where, inside a line, a new piece begins.
PIECE_START = re.compile(
    rf"(?<![^\W\d_])(?:{_any(_OTHER_DATE + _PUBLISHED + _UPDATED + _OTHER_TEXT)})(?![^\W\d_])", re.IGNORECASE
)
OTHER_COUNT = re.compile(
    rf"(?<![^\W\d_])(?:{_COUNTER}) ?(?:[:：] ?\(?\d[\d.,]*\)?(?![\d:/hg-])|\(\d[\d.,]*\))(?: phút)?"
    rf"|(?<![\d:/.,-])\d[\d.,]* ?-?(?:{_COUNTED})(?![^\W\d_])|\(\d+-lượt\)",
    re.IGNORECASE,
)
_LEADING = (PUBLISHED_LABEL, UPDATED_LABEL)
_MOST_LABELS = 3
# An info line with author, source and counters takes about 150 characters; what goes on is another text.
LONGEST_LINE = 300
_BROKEN_NUMBER = re.compile(r"[\d.,:/' -]+\Z")


def info_text(text: str) -> str:
    """Return the clean beginning of an info line; a number that the end would cut in two is left out."""
    line = clean_text(text)
    return line if len(line) <= LONGEST_LINE else _BROKEN_NUMBER.sub("", line[:LONGEST_LINE])


def without_label(line: str) -> str:
    """Return what is printed after the labels of a date, without separators around it.

    Parentheses stay, except one that closes where the label stood in parentheses too.
    """
    for _ in range(_MOST_LABELS):
        match = next(filter(None, (label.match(line) for label in _LEADING)), None)
        if match is None:
            break
        line = line[match.end() :]
    line = strip_separators(line)
    return line[:-1] if line.endswith((")", "）")) and not re.search(r"[(（]", line) else line


def strip_separators(line: str) -> str:
    """Return ``line`` without the separators at its ends, empty if it consists of separators and parentheses."""
    line = line.strip(" \t|,;:•·–—-：")
    return line if line.strip(" |,;:.•·–—-()[]（）：") else ""
