"""Reading the names in a by-line: ``By Martha Sample``, ``14.02.2023 von Karl Beispiel``, ``bởi Nguyễn Văn An``."""

import re
from collections.abc import Collection

from archiver.parsing.fields.date_words import MONTHS, PLAIN_WORDS
from archiver.parsing.fields.labels import PUBLISHED_LABEL

LONGEST_BYLINE = 160
LONGEST_NAME = 60
MOST_WORDS = 6
MOST_AUTHORS = 8

# The words for "by", with what people did to the text before them.
_ENGLISH = r"(?:(?:posted|published|written|reported|submitted|created|story|article|text|words|report)\s+)?by"
_GERMAN = (
    r"(?:(?:veröffentlicht|erstellt|geschrieben|verfasst|eingestellt|gepostet|(?:ein )?(?:artikel|beitrag|bericht|text"
    r"|kommentar|gastbeitrag|interview))\s+)?von"
)
_FRENCH = r"(?:(?:publié|écrit|rédigé|posté|mis en ligne|texte|article)\s+)?par"
_SPANISH = r"(?:(?:publicado|escrito|redactado|postado|texto|artículo)\s+)?por"
_VIETNAMESE = r"(?:được\s+)?(?:(?:đăng|viết|gửi|tạo|thực hiện|cập nhật|biên soạn)\s+)?bởi"
_INDONESIAN = r"(?:(?:ditulis|diposting|diterbitkan|dipublikasikan|dibuat)\s+)?oleh"
# These are parts of names and usual words, too: one name behind them is none.
_WEAK = r"(?:(?:scritto|pubblicato|a cura)\s+)?(?:da|di)|(?:geschreven\s+)?door|(?:skrevet\s+|skrivet\s+)?a[vf]"
_BY = re.compile(
    rf"(?<![^\W_])(?:{_ENGLISH}|{_GERMAN}|{_FRENCH}|{_SPANISH}|{_VIETNAMESE}|{_INDONESIAN}|(?P<weak>{_WEAK}))"
    r"(?:\s*[:：|]\s*|\s+|$)",
    re.IGNORECASE,
)
# A by-line begins a line, or stands behind a sign or a date: never amid a sentence.
_BEFORE = re.compile(r"(?:^|[|•·–—/(,;~-]|\d|\b(?:uhr|[ap]\.?m\.?|h|phút|giờ))\W*$", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|['’‘.-](?=[^\W\d_]))*\.?")
_DOMAIN = re.compile(r"\.[a-z]{2,}$")
_JOINT = re.compile(r"\s*[,;&+]\s*(?:(?:und|and)\s)?|\s(?:und|and|y|et|e|và|dan|og|och|en|i)\s", re.IGNORECASE)
_PARTICLES = frozenset(
    "de la le las los van von der den del della di da das dos do du el al bin ibn ten ter af".split()
)
# What may follow a name: with a date, or where the line says that it is about the date.
_FOLLOWING = frozenset("am um on at in under unter le el em vào lúc ngày pada im il den the for from with mit".split())
_OTHERS = frozenset(
    "updated published posted aktualisiert stand veröffentlicht erstellt cập đăng xem image images photo photos foto "
    "fotos follow share read last modified uhr comments kommentare publicado actualizado publié twitter email".split()
)
# Offices, which stand behind names and are written as names are.
_OFFICES = frozenset(
    "staff editor reporter writer correspondent attorney director redakteur redakteurin chefredakteur chefredakteurin "
    "journalist journalistin redaktion geschäftsführer geschäftsführerin professor president chief senior contributor "
    "columnist manager journaliste rédacteur rédactrice redactor redactora periodista phóng".split()
)
_DATE_WORDS = frozenset(MONTHS) | PLAIN_WORDS
_MOST_WORDS_BEHIND = 5


def find_byline(text: str, known: Collection[str] = ()) -> str | None:
    """Find the names that a by-line names, in a line of its own or in one with date and section; None without one.

    ``known`` are names that stand in elements of their own, or that machines are told.
    """
    if len(text) > LONGEST_BYLINE:
        return None
    for found in _BY.finditer(text):
        before = text[: found.start()]
        is_about_date = bool(PUBLISHED_LABEL.match(before)) and before.strip() != ""
        if _BEFORE.search(before) or is_about_date:
            is_dated = is_about_date or bool(re.search(r"\d", before))
            names = take_names(text[found.end() :], known, is_about_date=is_dated)
            if names and not (found["weak"] and " " not in names):
                return names
    return None


def is_by(text: str) -> bool:
    """Say whether a text is nothing but the word for "by": the name stands in the next element."""
    found = _BY.match(text)
    return bool(found and found.end() == len(text))


def without_by(text: str) -> str:
    """Return a text without the word for "by" before it."""
    found = _BY.match(text)
    return text[found.end() :] if found else text


def take_names(text: str, known: Collection[str] = (), *, is_about_date: bool = False) -> str | None:
    """Take the names of people from the beginning of a text, as printed; None where it goes on as a sentence does.

    A name behind a comma counts if it is known, or if an "and" joins another one: else it may be an office or a house.
    """
    first, end = _take_name(text, 0)
    if not first:
        return None
    at = end
    for _ in range(MOST_AUTHORS):
        joint = _JOINT.match(text, at)
        name, at = _take_name(text, joint.end()) if joint else ("", at)
        if joint is None or not name or not _is_alike(name, first):
            break
        end = at if joint[0].strip() != "," or name in known else end
    return text[:end].strip() if _is_end(text[end:], is_about_date=is_about_date) else None


def _take_name(text: str, at: int) -> tuple[str, int]:
    """Take one name from a place on: words with capitals, or of a script that has none, and what joins them."""
    start, end, count = at, at, 0
    while count < MOST_WORDS and (word := _WORD.match(text, at)):
        is_name = _begins_name(word[0]) and not _is_date_word(word, text)
        if (
            word[0].casefold() in _OFFICES
            or _DOMAIN.search(word[0])
            or not (is_name or (count and word[0] in _PARTICLES))
        ):
            break
        count += 1
        end = word.end() if is_name else end
        at = word.end()
        if text[at : at + 1] != " " or (text[at - 1] == "." and len(word[0]) > len("Prof.")):
            break
        at += 1
    name = text[start:end].rstrip()
    is_word = name.casefold().rstrip(".") in _DATE_WORDS
    return ("", start) if is_word or not 2 <= len(name) <= LONGEST_NAME else (name, end)


def _begins_name(word: str) -> bool:
    first = word[0]
    return (first.isupper() or first.lower() == first.upper()) and word.casefold().rstrip(".") not in _OTHERS


def _is_date_word(word: re.Match[str], text: str) -> bool:
    """Say whether a word is a month or a weekday, a number behind it: May and Mai are names, too."""
    return word[0].casefold().rstrip(".") in _DATE_WORDS and bool(re.match(r"[.,]?\s*\d", text[word.end() :]))


def _is_alike(name: str, first: str) -> bool:
    """Say whether a further name is written as the first one is: of as many words, and in capitals if that is."""
    if not 2 <= len(name.split()) <= max(3, len(first.split())):
        return False
    return first.isupper() or not any(word.isupper() and len(word) > 2 for word in name.split())


def _is_end(rest: str, *, is_about_date: bool) -> bool:
    """Say whether what stands behind a name is no sentence: nothing, a sign, a date, or what a date is told with."""
    rest = rest.strip()
    if not rest:
        return True
    if rest[0] in ",;":
        return len(rest.split()) <= _MOST_WORDS_BEHIND or bool(re.match(r"[,;]\s*\d", rest))
    word = _WORD.match(rest)
    if word is None or rest[word.end() : word.end() + 1] == "@":
        return True
    begun = word[0].casefold().rstrip(".")
    if begun in _FOLLOWING:
        return is_about_date or bool(re.search(r"\d", rest))
    return begun in _OTHERS or bool(PUBLISHED_LABEL.match(rest)) or _is_date_word(word, rest)
