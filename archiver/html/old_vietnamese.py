"""Vietnamese written for fonts that show Latin letters as Vietnamese ones, as before Unicode: TCVN3 (ABC) and VNI.

``Céng hßa`` in the font .VnTime looks like Cộng hòa, ``Coäng hoøa`` in VNI-Times does. Such texts are in pages still,
in bytes or copied into Unicode letter by letter. They are told by what comes out: syllables that Vietnamese has, of
words that no language has.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass

# TCVN 5712:1993, VN3: the letters of the fonts of ABC, by the letters of windows-1252 at the same places.
_TCVN3 = dict(
    zip(
        "¸µ¶·¹¨¾»¼½Æ©ÊÇÈÉË®ÐÌÎÏÑªÕÒÓÔÖÝ×ØÜÞãßáâä«èåæçé¬íêëìîóïñòô\xadøõö÷ùýúûüþ¡¢§£¤¥¦",
        "áàảãạăắằẳẵặâấầẩẫậđéèẻẽẹêếềểễệíìỉĩịóòỏõọôốồổỗộơớờởỡợúùủũụưứừửữựýỳỷỹỵĂÂĐÊÔƠƯ",
        strict=True,
    )
)
# VNI for Windows writes most letters as two, the second of them for the marks; a few are one.
_VNI_MARKS = {
    ("a", "A"): zip("ùøûõïâáàåãäêéèúüë", "áàảãạâấầẩẫậăắằẳẵặ", strict=True),
    ("e", "E"): zip("ùøûõïâáàåãä", "éèẻẽẹêếềểễệ", strict=True),
    ("o", "O"): zip("ùøûõïâáàåãä", "óòỏõọôốồổỗộ", strict=True),
    ("u", "U"): zip("ùøûõï", "úùủũụ", strict=True),
    ("y", "Y"): zip("ùøûõ", "ýỳỷỹ", strict=True),
    ("ô", "Ô"): zip("ùøûõï", "ớờởỡợ", strict=True),
    ("ö", "Ö"): zip("ùøûõï", "ứừửữự", strict=True),
}
_VNI_SINGLE = dict(zip("íìæóòîôöñÍÌÆÓÒÎÔÖÑ", "íìỉĩịỵơưđÍÌỈĨỊỴƠƯĐ", strict=True))


def _pair_vni() -> dict[str, str]:
    pairs: dict[str, str] = {}
    for (small, capital), marks in _VNI_MARKS.items():
        for mark, letter in marks:
            pairs |= {small + mark: letter, capital + mark.upper(): letter.upper(), capital + mark: letter.upper()}
    return pairs


_VNI = _pair_vni() | _VNI_SINGLE
_VNI_LETTER = re.compile("|".join(sorted(_VNI, key=len, reverse=True)))
_TCVN3_TABLE = str.maketrans(_TCVN3)

# In these texts signs such as · and ® stand for letters.
_WORD = re.compile("(?:[^\\W\\d_]|[\xa1-\xbe\xd7\xf7\xad])+")
_SIGNS = re.compile("[\xa1-\xbe\xd7\xf7\xad]+")
_TONES = "\u0300\u0301\u0303\u0309\u0323"
_STOPPED = re.compile("(?:c|ch|p|t)$")
_SYLLABLE = re.compile(
    unicodedata.normalize(
        "NFD",
        "(?:ngh(?=[eêi])|gh(?=[eêi])|k(?=[eêiy])|c(?![eêiy])|q(?=u)|ng(?![eêi])|g(?![eê])|gi|ch|kh|nh|ph|th|tr|qu"
        "|[bdđhlmnrstvx])?"
        "(?:(?:oa|oă|oe|uâ|uê|uy|a|ă|â|e|ê|i|o|ô|ơ|u|ư|y|iê|yê|uyê|uô|ươ|oo)(?:ch|nh|ng|[cmnpt])"
        "|(?:a|oa|ua|e|oe|ê|uê|i|uy|y|ia|ya|uya|o|ô|ơ|uơ|u|ư|ưa)"
        "|(?:ai|oai|ay|oay|uay|ây|uây|oi|ôi|ơi|ui|uôi|ươi|ưi|ao|oao|au|âu|eo|oeo|êu|iêu|yêu|iu|uyu|uêu|ưu|ươu))",
    )
)
LEAST_WORDS = 12
"""Different words that no language has, of which there must be so many: fewer may be names and chance."""
_LEAST_SHARE = 0.75
# Of pages without proper Vietnamese hardly a word is spelt as if it were some.
_MOST_PROPER = 0.2


@dataclass(frozen=True, slots=True)
class OldEncoding:
    """A way in which fonts of their own wrote Vietnamese; ``pure`` where all of a page is written so."""

    name: str
    pure: bool = True

    def convert(self, text: str) -> str:
        """Write a text in the letters that it looked like; signs that stand alone stay."""
        return text if text.isascii() else _WORD.sub(self._convert_word, text)

    def fits(self, text: str) -> bool:
        """Say whether a piece of text is written so, where it is known that other text of the page is."""
        words = _list_words((text,))
        if self.pure:
            return bool(words)
        proper = {word for word in words if is_syllable(word)}
        converted = {word for word in words if is_syllable(self.convert(word))}
        return len(converted - proper) > len(proper - converted)

    def _convert_word(self, match: re.Match[str]) -> str:
        word = match[0]
        if self.name == "VNI":
            return _VNI_LETTER.sub(_convert_vni, word)
        converted = word.translate(_TCVN3_TABLE)
        return word if _SIGNS.fullmatch(word) and not (len(word) > 1 and is_syllable(converted)) else converted


def find_old_encoding(texts: Iterable[str]) -> OldEncoding | None:
    """Find how the words of a page are written that no language has; None where they are what they seem to be."""
    words = _list_words(texts)
    strange = {word for word in words if not is_syllable(word)}
    if len(strange) < LEAST_WORDS:
        return None
    is_pure = len(words) - len(strange) <= _MOST_PROPER * len(words)
    shares = {each: _share(each, strange) for each in (OldEncoding("TCVN3", is_pure), OldEncoding("VNI", is_pure))}
    best = max(shares, key=lambda each: shares[each])
    return best if shares[best] >= _LEAST_SHARE else None


def is_syllable(word: str) -> bool:
    """Say whether a word is spelt as a syllable of Vietnamese, of which each has one tone at most."""
    spelt = unicodedata.normalize("NFD", word.lower())
    tones = [letter for letter in spelt if letter in _TONES]
    plain = "".join(letter for letter in spelt if letter not in _TONES)
    if len(tones) > 1 or _SYLLABLE.fullmatch(plain) is None:
        return False
    return not _STOPPED.search(plain) or tones in (["\u0301"], ["\u0323"])


def _share(encoding: OldEncoding, words: Collection[str]) -> float:
    return sum(is_syllable(encoding.convert(word)) for word in words) / len(words)


def _convert_vni(match: re.Match[str]) -> str:
    return _VNI[match[0]]


def _list_words(texts: Iterable[str]) -> set[str]:
    """List the different words that have other letters than those of English."""
    found = {word for text in texts if not text.isascii() for word in _WORD.findall(text)}
    return {word for word in found if not (word.isascii() or _SIGNS.fullmatch(word))}
