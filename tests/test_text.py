"""Bytes become text whatever the server says of them, and text is compared in one clean form."""

import codecs
import time
import unicodedata
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from archiver.html.decoding import decode_page
from archiver.text.cleaning import clean_characters, clean_line, clean_piece, clean_text

TEXT = "Đảng ủy Khối họp giao ban quý: “tự soi, tự sửa” – 27 chi bộ"
# What windows-1258 keeps of a text: letters with their tone marks apart.
IN_1258 = "Đảng bộ trường họp giao ban, bàn việc hè"
DECLARATIONS = (None, "utf-8", "windows-1258", "iso-8859-1", "us-ascii", "utf-16", "x-viet-tcvn", "idna", "rot13", "")
HEADERS = (
    (),
    (("Content-Type", "text/html"),),
    (("Content-Type", "text/html;charset=UTF-8"),),
    (("content-type", "text/html; charset=iso-8859-1"),),
    (("Content-Type", 'text/html; charset="windows-1258"'),),
    (("Content-Type", "text/html; charset=tcvn-5712"),),
    (("Content-Type", "text/html; charset=idna"),),
    (("Content-Type", "text/html; charset="),),
)


def page(text, declared=None, inside=""):
    """Write a page that declares an encoding in its head."""
    meta = f'<meta content="text/html; charset={declared}" http-equiv="content-type">' if declared is not None else ""
    return f"<html><head>{meta}</head><body>{inside}<p>{text}</p></body></html>"


def in_1258(text):
    """Write text in windows-1258, which has marks of tones instead of most letters that bear two marks."""
    return b"".join(_letter_in_1258(letter) for letter in unicodedata.normalize("NFC", text))


def _letter_in_1258(letter):
    try:
        return letter.encode("cp1258")
    except UnicodeEncodeError:
        mark = unicodedata.normalize("NFD", letter)
        tone = next(sign for sign in mark if sign in "\u0300\u0301\u0303\u0309\u0323")
        return (unicodedata.normalize("NFC", mark.replace(tone, "")) + tone).encode("cp1258")


@pytest.mark.parametrize("declared", DECLARATIONS)
@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (b"", "utf-8"),
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ],
)
def test_unicode_is_known_by_its_bytes(mark, encoding, declared):
    html = page(TEXT, declared)
    body = mark + html.encode(encoding)
    assert {decode_page(body, headers) for headers in HEADERS} == {html}


@pytest.mark.parametrize("headers", HEADERS)
def test_declared_windows_1258_becomes_composed_letters(headers):
    html = page(IN_1258, "windows-1258")
    read = decode_page(in_1258(html), headers)
    assert read != html
    assert unicodedata.normalize("NFC", read) == html
    assert clean_text(read) == html


@pytest.mark.parametrize("declared", [None, "x-viet-tcvn", "idna", "rot13", "hex", ""])
@pytest.mark.parametrize("headers", [HEADERS[0], HEADERS[1], HEADERS[4], HEADERS[5], HEADERS[6], HEADERS[7]])
def test_windows_1258_is_the_last_resort(declared, headers):
    html = page(IN_1258, declared)
    assert clean_text(decode_page(in_1258(html), headers)) == html


@pytest.mark.parametrize(
    ("declared", "headers", "read"),
    [
        ("iso-8859-1", HEADERS[4], "lễ"),
        (None, HEADERS[4], "lễ"),
        ("idna", HEADERS[4], "lễ"),
        ("windows-1258", HEADERS[3], "lễ"),
    ],
)
def test_of_two_declarations_the_one_that_fits_is_believed(declared, headers, read):
    body = page("l\u1ec5", declared).replace("\u1ec5", "ê\u0303").encode("cp1258")
    assert read in clean_text(decode_page(body, headers))


def test_declaration_beyond_the_first_kilobyte_is_found():
    html = page(IN_1258, "windows-1258").replace("<head>", f"<head><style>{'a{}' * 2000}</style>")
    assert unicodedata.normalize("NFC", decode_page(in_1258(html), HEADERS[3])) == html


def test_utf_8_page_with_another_declaration_in_its_body():
    html = page(TEXT, "utf-8", inside='<meta http-equiv="Content-Type" content="text/html; charset=windows-1258">')
    assert decode_page(html.encode(), HEADERS[3]) == html


def test_one_broken_byte_costs_one_character():
    body = page(TEXT, "utf-8").encode() + b"\xff"
    assert decode_page(body, HEADERS[2]) == page(TEXT, "utf-8") + "\ufffd"


@pytest.mark.parametrize("mark", [codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE])
def test_broken_bytes_after_a_mark_are_replaced(mark):
    assert "\ufffd" in decode_page(mark + b"\xd8\xd8\xdc", ())


@given(st.binary(max_size=200), st.text(max_size=20))
@example(b'<meta charset="idna">\xff', "text/html")
@example(b'<meta charset="undefined">\xff', "charset=unicode_escape")
@example(b'<meta charset="utf-7">+2AD\xff', "charset=zlib")
def test_decoding_never_fails(body, content_type):
    assert isinstance(decode_page(body, (("Content-Type", content_type),)), str)


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("", ""),
        (" \t\r\n\f\v", ""),
        ("Hội nghị", "Hội nghị"),
        (unicodedata.normalize("NFD", "Hội nghị"), "Hội nghị"),
        ("Hô\u0323i nghi\u0323", "Hội nghị"),
        ("  Đảng   ủy\n\tKhối ", "Đảng ủy Khối"),
        ("Đảng\u00a0ủy\u2003Khối\u3000họp", "Đảng ủy Khối họp"),
        ("Đảng\u200b ủy\u2060 \ufeffKhối", "Đảng ủy Khối"),
        ("\u202eĐảng ủy\u202c \u2066Khối\u2069\u200f", "Đảng ủy Khối"),
        ("Đảng\x00 ủy\x07 Khối\x7f", "Đảng ủy Khối"),
        ("Đảng\ud83d ủy\udfff Khối", "Đảng ủy Khối"),
        ("Hội nghị 😀", "Hội nghị 😀"),
        ("h&ocirc;m nay", "hôm nay"),
        ("Tho&acirc;n &#273;&#7891;ng l&#xF2;ng", "Thoân đồng lòng"),
        ("o&#770;&#768;", "ồ"),
        ("chu&nbsp;toàn", "chu toàn"),
        ("AT&amp;T", "AT&T"),
        ("nghegrave;o", "nghegrave;o"),
        ("ldquo;về công tác", "ldquo;về công tác"),
        ("đổi mới&ocirc ", "đổi mới&ocirc"),
        ("Đoàn & Hội; A&B", "Đoàn & Hội; A&B"),
        ("&khongco;", "&khongco;"),
        ("&amp;amp;aacute; &amp;#38;lt;", "á <"),
        (f"&{'amp;' * 9}lt;", "<"),
        ("&#0;&#xD800;", "\ufffd\ufffd"),
        ("&#8203;a&#x202E;b", "ab"),
    ],
)
def test_clean_text(raw, clean):
    assert clean_text(raw) == clean


def test_white_space_stays_where_only_characters_are_cleaned():
    assert clean_characters("Đảng  ủy\u200b\n\tKho\u0302\u0301i&ocirc;") == "Đảng  ủy\n\tKhốiô"


@given(st.text(alphabet=st.characters(codec=None), max_size=60))
@example("&am\u200bp;lt;")
@example("&amp;amp;lt;")
@example("\u0344\u200b\u0301")
@example("a\ud800\u0301")
@example("&#\u200b60;")
@example("&#38;lt;")
def test_laws_of_clean_text(raw):
    clean = clean_text(raw)
    assert clean_text(clean) == clean
    assert unicodedata.is_normalized("NFC", clean)
    assert clean == " ".join(clean.split())
    clean.encode("utf-8")


@given(st.text(alphabet=st.sampled_from("aăâ\u0301\u0323\u200b\ufeff\x00\u00a0 &;#x3pm"), max_size=30))
@example("&am\u200bp;amp;")
@example("&lt\u037e")
@example("&a&#109;p;lt;")
def test_cleaning_twice_changes_nothing(raw):
    assert clean_text(clean_text(raw)) == clean_text(raw)


@given(st.text(max_size=60))
def test_both_forms_of_a_letter_are_one(text):
    assert clean_text(unicodedata.normalize("NFD", text)) == clean_text(unicodedata.normalize("NFC", text))


def test_marks_piled_up_without_end_cost_no_time():
    started = time.process_time()
    clean = clean_text("Đảng bô\u0323 " + "a" + "\u0323\u0302" * 1_000_000 + " trường")
    assert time.process_time() - started < 5
    assert clean == "Đảng bộ ậ" + "\u0323" * 14 + "\u0302" * 14 + " trường"


def test_few_marks_stay():
    text = "x" + "\u0323" * 30 + " họp" * 400
    assert clean_text(text) == text


@given(st.text(alphabet=st.sampled_from("aăâ\u0301\u0323\u200b\xad\xa0 \t\n&amp;nbsp#1"), max_size=30))
@example("a  b")
@example(" a ")
@example("a&amp;nbsp;b")
@example("")
def test_texts_that_are_tidy_are_cleaned_as_all_others(text: str) -> None:
    """Most texts are printable and single-spaced and take a short way; it must lead where the long one leads."""
    spaced = " ".join(text.split())
    assert clean_text(text) == " ".join(clean_characters(text).split())
    assert clean_line(text) == clean_characters(spaced).strip()
    before, after = (" " if end.isspace() else "" for end in (text[:1], text[-1:]))
    if spaced:
        assert clean_piece(text) == clean_characters(f"{before}{spaced}{after}")


# --- a few wrong bytes ------------------------------------------------------------------------------------------------

LONG = " ".join([TEXT] * 60)
LATIN = (("Content-Type", "text/html"),)


@pytest.mark.parametrize("declared", [None, "utf-8", "windows-1258", "iso-8859-1", "tcvn-5712"])
@given(
    places=st.lists(st.integers(100, len(page(LONG).encode()) - 20), min_size=1, max_size=9, unique=True),
    wrong=st.sampled_from([b"\xff", b"\xc3", b"\x80", b"\xe1\xbb"]),
    headers=st.sampled_from(HEADERS),
)
def test_a_few_wrong_bytes_cost_their_letters_and_no_others(declared, places, wrong, headers):
    """Whatever the page and the server say of it: nothing else on the page is read differently."""
    html = page(LONG, declared)
    body = html.encode()
    pieces = [body[start + 1 : end] for start, end in pairwise([-1, *sorted(places), len(body)])]
    read = decode_page(wrong.join(pieces), headers)
    at = 0
    for piece in pieces:  # what stands whole between the wrong bytes is there, in its order
        text = piece.decode("utf-8", "ignore")
        at = read.index(text, at) + len(text)
    assert len(read) <= len(html) + 3 * len(places)


def test_a_wrong_byte_is_seen_where_it_stood():
    html = page(LONG)
    body = html.encode()
    at = body.index("ử".encode(), len(body) // 2)
    read = decode_page(body[: at + 1] + b"\xff" + body[at + 2 :], LATIN)
    mark = len(body[:at].decode())
    assert read.replace("\ufffd", "") == html[:mark] + html[mark + 1 :]
    assert read[:mark] == html[:mark]


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1258", IN_1258),
        ("cp1252", "Größe, déjà vu, naïve façon, où été"),
        ("cp1251", "Все люди рождаются свободными и равными"),
        ("gb18030", "各省自治区直辖市人民政府关于加强和改进工作的意见"),
        ("shift_jis", "国会議員の中から国会の議決で指名する。カタカナ"),
        ("euc_kr", "모든 권력은 국민으로부터 나온다"),
        ("iso8859-7", "Όλοι οι άνθρωποι γεννιούνται ελεύθεροι"),
    ],
)
def test_other_charsets_are_not_taken_for_damaged_utf_8(encoding, text):
    html = page(" ".join([text] * 20), encoding)
    assert (
        unicodedata.normalize("NFC", decode_page(in_1258(html) if encoding == "cp1258" else html.encode(encoding), ()))
        == html
    )


def test_a_letter_of_utf_8_in_a_page_of_another_charset_changes_nothing():
    html = page("Größe und Übermut, été " * 9, "windows-1252")
    body = html.encode("cp1252").replace(b"</p>", "ủ".encode() + b"</p>")
    assert decode_page(body, ()) == html.replace("</p>", "á»§</p>")
