"""The labels of bylines: which words announce the date of publication, another date, or no date at all."""

import re

from archiver.text.cleaning import clean_text

_GENERAL_VERB = r"đăng|xuất bản|công bố|gửi|viết|tạo|đưa tin"
_PUBLISHED = (
    rf"(?:ngày|thời gian|thời điểm) (?:{_GENERAL_VERB})(?: (?:tin|bài|tải))?(?: (?:lúc|ngày|vào))?",
    rf"(?:đã |được |tin )?(?:{_GENERAL_VERB})(?: (?:tin|bài))? (?:lúc|ngày|vào(?: lúc)?)",
    rf"(?:{_GENERAL_VERB})(?= ?[:：])",
    r"ngày(?= ?[:：])",
    r"thời gian(?! đọc)",
    r"(?:publish(?:ed)?|publication|posting|creat(?:ed|ion)) date|date (?:published|posted|created)|date(?= ?[:：])",
    r"(?:published|posted|written|created)(?: by [^|,:\d]{1,40}? (?:on|at)| on| at)?",
    r"(?:发布|发表|發布|發佈|發表|刊登|刊載|張貼|公告|公布|公佈|上版|建立|登载|发文)(?:日期|时间|時間|日|于|於)|日期|时间|時間",
    r"(?:公開|掲載|投稿)日時?|опубликовано|размещено|дата(?: публикации)?",
    r"(?:veröffentlicht|erstellt|erschienen|geschrieben|gepostet|publiziert)(?: am)?|datum(?= ?[:：]| \d)",
    r"publicad[oa](?: el| em)?|postad[oa](?: em)?|fecha(?: de publicación)?",
    r"(?:publié|posté|mis en ligne|paru)e? le|pubblicato(?: il)?|data(?= ?[:：])",
    r"(?:geplaatst|gepubliceerd)(?: op)?|opublikowan[oya]|publicerad|publiceret|udgivet|publisert|tarikh(?= ?[:：])",
    r"diterbitkan|dipublikasikan|diposting|등록일|작성일|게시일|입력|เผยแพร่เมื่อ|เผยแพร่|โพสต์เมื่อ|วันที่",
)
_UPDATED = (
    r"(?:ngày |thời gian |đã |lần )?(?<!đang )(?<!được )cập nhật(?: (?:lần )?cuối)?(?: (?:lúc|ngày|vào))?",
    r"(?:last )?(?:updated|modified|update|edited|revised)(?: (?:on|at))?|обновлено|수정",
    r"(?:最后|最後)?更新(?:时间|時間|日[期時]?|于|於)?",
    r"(?:zuletzt )?(?:aktualisiert|geändert|editiert|bearbeitet|überarbeitet)(?: am)?|stand(?= ?[:：])",
    r"(?:letzte|neueste) (?:änderung|aktualisierung|bearbeitung)(?: am)?|last (?:change|edit)|dernière mise à jour",
    r"(?:mis à jour|modifié)e?(?: le)?|(?:última )?a(?:c?tualizad[oa]|ctualización|tualização)(?: el| al?| em)?",
    r"aggiornato(?: il)?|bijgewerkt(?: op)?|zaktualizowan[oya]|uppdaterad|opdateret|oppdatert|güncelle(?:me|ndi)",
    r"diperbarui|dikemas ?kini|(?:chỉnh sửa|sửa đổi)(?: lần cuối)?(?: (?:lúc|ngày|vào))?",
)
_OTHER_DATE = (
    r"ngày (?:ban hành|(?:có |hết )?hiệu lực|ký|văn bản)|(?:có )?hiệu lực(?: từ)?(?: ngày)?|ban hành(?: ngày)?",
    r"(?:ngày|thời gian|thời điểm) (?:họp|diễn ra|tổ chức|bắt đầu|kết thúc|khai mạc|bế mạc|sinh|thi|nộp|sự kiện)",
    r"(?:thời )?hạn (?:nộp|cuối|chót|đăng ký|góp ý)|khai mạc(?= ?[:：])",
    r"(?:event|meeting|start|end|closing|due|effective|issue|birth) (?:date|time)|when(?= ?[:：])|deadline|expires",
    r"(?:会议|會議|活动|活動|举办|舉辦|截止|开始|開始|结束|結束|报名|報名|成文|签署|施行)(?:日期|时间|時間)",
    r"(?:veranstaltungs|beginn|sitzungs)(?:datum|termin)|termin(?= ?[:：])|anmeldeschluss|beginn(?= ?[:：])",
)
# What stands beside a date without being one, up to the next separator.
_OTHER_TEXT = (
    r"(?:tác giả|nguồn(?: tin)?|người (?:đăng|viết|gửi)|biên tập|tin bài|chuyên mục|danh mục|thể loại)(?= ?[:：])",
    r"(?:author|source|category|by|автор|источник|autor|autore|fuente|quelle)(?= ?[:：])",
    r"(?:文章|信息|稿件)?(?:来源|來源)|作者|(?:责任|責任)?(?:编辑|編輯)|责编|撰稿|供稿|审核|審核|字号|字體大小",
    r"发布者|发布人|(?:发布|發布|發佈)(?:单位|單位)",
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
# Labels that say of a date no more than that it is one: it may as well be that of a meeting.
TIME_LABEL = _leading(
    (r"thời gian|ngày(?= ?[:：])|date(?= ?[:：])|datum(?= ?[:：])|fecha|data(?= ?[:：])|tarikh", "日期|时间|時間|วันที่")
)
# What stands beside the time of a meeting.
PLACE_LABEL = _leading(
    (
        r"(?:địa điểm|nơi (?:họp|tổ chức)|thành phần|chủ trì)(?= ?[:：])",
        r"(?:location|venue|where|place|(?:veranstaltungs)?ort)(?= ?[:：])",
        r"(?:lugar|lieu|luogo|tempat|место(?: проведения)?)(?= ?[:：])",
        r"(?:地点|地點|主持人?|主办|主辦|参加人员)(?= ?[:：])",
    )
)
# What begins a text with the day on which it was given to the press.
PRESS_LABEL = _leading(
    (
        r"(?:presse|medien)(?:mitteilung|information|meldung)(?: nr\. ?[\d/-]+)?,?(?: vom)?",
        r"(?:press|news|media) release(?: of| dated| on)?|communiqué de presse(?: du)?|comunicato stampa(?: del)?",
        r"(?:comunicado|nota)(?: de prensa)?(?: del?)?|thông cáo báo chí(?: ngày)?|siaran pers|新闻稿|新聞稿",
    )
)
# How a text speaks of itself below its end: "This entry was posted in News on …", as systems write it.
SELF_SENTENCE = re.compile(
    r"\bthis (?:entry|post|article|page|story|item) was (?:posted|published|written|created|added)\b"
    r"|\b(?:de|diese)r (?:beitrag|eintrag) wurde\b(?=.{1,160}\b(?:veröffentlicht|gepostet|geschrieben|erstellt))"
    r"|\b(?:cet article|ce billet|cette entrée) a été (?:publié|posté|écrit)e?\b"
    r"|\beste? ?(?:a entrada|artículo|artigo|post|a publicación) (?:fue|ha sido|foi|se) ?(?:publicad|postad|publicó)"
    r"|\bquest[oa] (?:articolo|voce|post) è stat[oa] (?:pubblicat|scritt)[oa]\b"
    r"|\bdit (?:bericht|artikel) (?:is|werd) (?:geplaatst|gepubliceerd)\b"
    r"|\b(?:bài viết|bài|tin) này (?:đã )?được (?:đăng|viết|gửi)\b"
    r"|\b(?:entri|pos|tulisan|artikel) ini (?:dipublikasikan|diposting|ditulis)\b|\bзапись опубликована\b",
    re.IGNORECASE,
)
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
# A byline with author, source and counters takes about 150 characters; what goes on is another text.
LONGEST_LINE = 300
_BROKEN_NUMBER = re.compile(r"[\d.,:/' -]+\Z")


def info_text(text: str) -> str:
    """Return the clean beginning of a byline; a number that the end would cut in two is left out."""
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
