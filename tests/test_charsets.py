"""What is declared of a charset is held against what comes out: wrong words of servers and pages change no letter."""

import unicodedata

import pytest

from archiver.html.charsets import weigh
from archiver.html.decoding import decode_page
from tests.test_text import in_1258

# Each text in the charsets it used to be written in.
TEXTS = {
    "Vietnamese": ("Chi bộ trường học họp giao ban quý, bàn việc hè và chuẩn bị năm học mới.", "windows-1258"),
    "Russian": ("В посёлке открыли новую библиотеку, сообщает пресс-служба администрации.", "windows-1251"),
    "Russian of Unix": ("В посёлке открыли новую библиотеку, сообщает пресс-служба администрации.", "koi8-r"),
    "Chinese": ("校工会召开例会，听取上半年工作汇报，并就图书馆扩建事宜进行讨论。", "gb18030"),
    "Chinese of Taiwan": ("校工會召開例會，聽取上半年工作彙報，並就圖書館擴建事宜進行討論。", "big5"),
    "Japanese": ("町の図書館は来週から開館時間を延長すると、教育委員会が発表しました。", "shift_jis"),
    "Japanese of Unix": ("町の図書館は来週から開館時間を延長すると、教育委員会が発表しました。", "euc-jp"),
    "Korean": ("마을 도서관은 다음 주부터 개관 시간을 늘린다고 교육청이 밝혔습니다.", "euc-kr"),
    "German": ("Die Bücherei öffnet künftig früher; Gäste müssen während der Übergangszeit läuten.", "windows-1252"),
    "French": ("La bibliothèque, créée l’an dernier, sera ouverte « plus tôt » dès la rentrée.", "windows-1252"),
    "Portuguese": ("A câmara não aprovou as alterações à educação, após várias sessões.", "windows-1252"),
    "Polish": ("Biblioteka będzie czynna dłużej – ogłosił urząd; później zmienią się też ścieżki.", "windows-1250"),
    "Czech": ("Knihovna bude otevřena déle, oznámil úřad; příští týden začnou práce v Žižkově.", "iso-8859-2"),
    "Greek": ("Η βιβλιοθήκη θα είναι ανοιχτή περισσότερες ώρες, ανακοίνωσε ο δήμος.", "windows-1253"),
    "Turkish": ("Kütüphane önümüzdeki hafta daha uzun açık kalacak; şehir içi ulaşım değişiyor.", "windows-1254"),
    "Thai": ("ห้องสมุดประชาชนจะเปิดนานขึ้นตั้งแต่สัปดาห์หน้า", "tis-620"),
    "Arabic": ("ستفتح المكتبة أبوابها لساعات أطول اعتبارا من الأسبوع المقبل", "windows-1256"),
}
CARELESS = ("utf-8", "iso-8859-1", "windows-1252", "us-ascii")
WRONG = (*CARELESS, "windows-1251", "gb2312", "big5", "idna", "x-user-defined")
# Both are read by the same bytes as letters of one alphabet, in words of another.
ALIKE = {("koi8-r", "windows-1251"), ("euc-jp", "gb2312"), ("euc-kr", "gb2312"), ("euc-kr", "big5")}


def _write(text: str, charset: str, meta: str | None) -> bytes:
    body = in_1258(text) if charset == "windows-1258" else text.encode(charset)
    head = f'<html><head><meta charset="{meta}">' if meta else "<html><head>"
    return head.encode() + b"</head><body><p>" + body + b"</p></body></html>"


def _read(body: bytes, header: str | None) -> str:
    headers = (("Content-Type", f"text/html; charset={header}"),) if header else ()
    return unicodedata.normalize("NFC", decode_page(body, headers))


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("language", TEXTS)
def test_a_right_header_beats_a_wrong_meta_element(language: str, wrong: str) -> None:
    text, charset = TEXTS[language]
    assert text in _read(_write(text, charset, wrong), charset)


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("language", TEXTS)
def test_a_right_meta_element_beats_a_wrong_header(language: str, wrong: str) -> None:
    text, charset = TEXTS[language]
    if (charset, wrong) not in ALIKE:
        assert text in _read(_write(text, charset, charset), wrong)


@pytest.mark.parametrize("language", TEXTS)
def test_one_right_word_is_enough(language: str) -> None:
    text, charset = TEXTS[language]
    assert text in _read(_write(text, charset, charset), None)
    assert text in _read(_write(text, charset, None), charset)


@pytest.mark.parametrize("language", ["Vietnamese", "Russian", "Chinese", "Chinese of Taiwan", "German", "French"])
@pytest.mark.parametrize("meta", [None, "utf-8"])
def test_without_a_right_word_the_most_plausible_is_taken(language: str, meta: str | None) -> None:
    text, charset = TEXTS[language]
    assert text in _read(_write(text * 3, charset, meta), None)


@pytest.mark.parametrize("language", TEXTS)
def test_no_language_is_implausible(language: str) -> None:
    assert weigh(TEXTS[language][0]) == 0


@pytest.mark.parametrize("declared", [None, *WRONG, "windows-1258"])
@pytest.mark.parametrize("language", TEXTS)
def test_a_cut_letter_makes_no_other_charset_of_utf_8(language: str, declared: str | None) -> None:
    text = TEXTS[language][0]
    whole = f"<p>{text}</p>".encode()
    place = next(place for place, byte in enumerate(whole) if byte >= 0x80)
    cut = whole[:place] + whole[place + 1 :] + f"<p>{text}</p>".encode()
    for header in (None, declared):
        meta = f'<meta charset="{declared}">'.encode() if declared else b""
        read = _read(meta + cut, header)
        assert read.count(text) == 1
        assert "\ufffd" in read


def test_a_cut_letter_among_few_letters() -> None:
    """Four letters in a page of English, one of them cut in two: what is said of the charset is not believed."""
    body = "Café, naïve, über, señor".encode().replace("ñ".encode(), b"\xc3")
    assert _read(body, "iso-8859-1") == "Café, naïve, über, se\ufffdor"
