"""Texts for the fonts of TCVN3 and VNI become Unicode, and a finding says so; no other text is touched."""

import re
import time
import unicodedata
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.demo_portal.portal import ZONE
from archiver.html.decoding import decode_page
from archiver.html.elements import text_of
from archiver.html.old_vietnamese import OldEncoding, find_old_encoding, is_syllable
from archiver.model import Article, Capture, Listing, Page, Problem
from archiver.parsing.page import read_page
from archiver.parsing.pages.document import parse_html
from archiver.platforms.generic import GENERIC
from archiver.text.cleaning import clean_text
from tests.test_charsets import TEXTS

AT = datetime(2024, 6, 1, 3, tzinfo=UTC)
URL = "https://congdoan.example/tin/hop-thuong-ky.html"
TITLE = "Công đoàn họp phiên thường kỳ tháng năm"
TEXT = (
    "Sáng nay, ban chấp hành công đoàn trường đã họp để nghe báo cáo về đời sống của đoàn viên.",
    "Đồng chí chủ tịch ghi nhận nỗ lực của các tổ, nhất là việc giữ gìn kỷ luật và sửa lại nhà để xe.",
    "Một số ý kiến đề nghị bổ sung sách mới cho thư viện, mở thêm lớp ngoại ngữ buổi tối từ quý tới.",
    "Hội nghị nhất trí sẽ tổ chức hội thao vào dịp nghỉ lễ, mỗi tổ cử ít nhất năm người dự thi.",
)
# As the tables of these encodings are printed: the letters, and what stands at their places in windows-1252.
TCVN3_LETTERS = "à ả ã á ạ ă ằ ẳ ẵ ắ ặ â ầ ẩ ẫ ấ ậ đ è ẻ ẽ é ẹ ê ề ể ễ ế ệ ì ỉ ĩ í ị ò ỏ õ ó ọ ô ồ ổ ỗ ố ộ ơ ờ ở ỡ ớ ợ"
TCVN3_BYTES = "B5B6B7B8B9A8BBBCBDBEC6A9C7C8C9CACBAECCCECFD0D1AAD2D3D4D5D6D7D8DCDDDEDFE1E2E3E4ABE5E6E7E8E9ACEAEBECEDEE"
TCVN3_MORE = ("ù ủ ũ ú ụ ư ừ ử ữ ứ ự ỳ ỷ ỹ ý ỵ Ă Â Đ Ê Ô Ơ Ư", "EFF1F2F3F4ADF5F6F7F8F9FAFBFCFDFEA1A2A7A3A4A5A6")
TCVN3_TABLE = dict(
    zip(
        f"{TCVN3_LETTERS} {TCVN3_MORE[0]}".split(),
        bytes.fromhex(TCVN3_BYTES + TCVN3_MORE[1]).decode("windows-1252"),
        strict=True,
    )
)
VNI_TONES = {"\u0301": "ù", "\u0300": "ø", "\u0309": "û", "\u0303": "õ", "\u0323": "ï"}
VNI_ROUND = {"\u0301": "á", "\u0300": "à", "\u0309": "å", "\u0303": "ã", "\u0323": "ä", "": "â"}
VNI_SHORT = {"\u0301": "é", "\u0300": "è", "\u0309": "ú", "\u0303": "ü", "\u0323": "ë", "": "ê"}
VNI_I = {"\u0301": "í", "\u0300": "ì", "\u0309": "æ", "\u0303": "ó", "\u0323": "ò", "": "i"}
LETTERS = "".join(TCVN3_TABLE) + "aeiouybcdghklmnpqrstvxBCGHKLMNPQRSTVX"


def write_tcvn3(text: str) -> str:
    """Write a text for a font of TCVN3; capitals with tones are small letters in it, shown by a font of capitals."""
    return "".join(TCVN3_TABLE.get(letter, TCVN3_TABLE.get(letter.lower(), letter)) for letter in text)


def write_vni(text: str) -> str:
    return "".join(map(_write_in_vni, text))


def _write_in_vni(letter: str) -> str:
    spelt = unicodedata.normalize("NFD", letter)
    tone = next((mark for mark in spelt if mark in VNI_TONES), "")
    plain = unicodedata.normalize("NFC", spelt.replace(tone, "")) if tone else letter
    small = {"đ": "ñ", "ơ": "ô", "ư": "ö"}.get(plain.lower(), plain.lower())
    if small == "i":
        written = VNI_I[tone]
    elif (small, tone) == ("y", "\u0323"):
        written = "î"
    elif small in "âêô" and plain.lower() == small:
        written = {"â": "a", "ê": "e", "ô": "o"}[small] + VNI_ROUND[tone]
    elif small == "ă":
        written = "a" + VNI_SHORT[tone]
    else:
        written = small + VNI_TONES.get(tone, "")
    return written.upper() if letter.isupper() else written


WAYS = {"TCVN3": write_tcvn3, "VNI": write_vni}


def make_page(title: str = TITLE, text: tuple[str, ...] = TEXT, above: str = "", meta: str = "") -> str:
    body = "".join(f"<p>{paragraph}</p>" for paragraph in text)
    return (
        f"<html><head>{meta}<title>{title}</title></head><body>{above}<div><h1>{title}</h1><div>20/05/2024</div>"
        f"<div>{body}</div></div></body></html>"
    )


def _read(body: bytes, headers: tuple[tuple[str, str], ...] = ()) -> Page:
    return read_page(Capture(URL, AT, 200, headers, body), GENERIC, ZONE)


def _as_entities(html: str) -> bytes:
    return html.encode("ascii", "xmlcharrefreplace")


FORMS = {
    "bytes, nothing declared": lambda html: html.encode("windows-1252"),
    "bytes, declared as UTF-8": lambda html: html.replace("<head>", '<head><meta charset="utf-8">').encode("cp1252"),
    "bytes, declared as user-defined": lambda html: html.replace(
        "<head>", '<head><meta charset="x-user-defined">'
    ).encode("cp1252"),
    "bytes, declared as TCVN": lambda html: html.replace("<head>", '<head><meta charset="x-viet-tcvn5712">').encode(
        "cp1252"
    ),
    "letters of Unicode": lambda html: html.encode(),
    "entities": _as_entities,
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("way", WAYS)
def test_an_article_is_read_in_the_letters_that_it_showed(way: str, form: str) -> None:
    written = make_page(WAYS[way](TITLE), tuple(map(WAYS[way], TEXT)))
    article, twin = _read(FORMS[form](written)), _read(make_page().encode())
    assert isinstance(article, Article)
    assert isinstance(twin, Article)
    assert (article.title, article.lead, article.paragraphs) == (twin.title, twin.lead, twin.paragraphs)
    problem = Problem("old_encoding", f"written for fonts of {way} and put into Unicode")
    assert article.problems == (*twin.problems, problem)


MENU = (
    "Trang chủ, Giới thiệu, Cơ cấu tổ chức, Tin tức và sự kiện, Văn bản chỉ đạo, Thư viện ảnh, Liên hệ, Đăng nhập, "
    "Thủ tục hành chính, Lịch công tác tuần, Hỏi đáp, Góp ý, Báo cáo, Kế hoạch, Quy định mới, Đường dây nóng"
)


@pytest.mark.parametrize("way", WAYS)
def test_proper_text_of_the_same_page_stays(way: str) -> None:
    items = "".join(f"<li>{name}</li>" for name in MENU.split(", "))
    written = make_page(text=tuple(map(WAYS[way], TEXT)), above=f"<ul>{items}</ul>")
    page = parse_html(written)
    assert [text_of(item) for item in page.select("li")] == MENU.split(", ")
    assert [clean_text(text_of(item)) for item in page.select("p")] == list(TEXT)
    assert text_of(page.select("h1")[0]) == TITLE


def test_fonts_of_capitals() -> None:
    capitals = '<p><font face=".VnTimeH">C«ng ®oµn tr­êng</font> th«ng b¸o</p>'
    page = parse_html(make_page(text=tuple(map(write_tcvn3, TEXT)), above=capitals))
    assert text_of(page.select("p")[0]) == "CÔNG ĐOÀN TRƯỜNG thông báo"


def test_a_listing_says_so_too() -> None:
    titles = [f"{number}. {text[:58].strip()}" for number, text in enumerate(TEXT * 2)]
    rows = "".join(
        f'<div><a href="/tin/{n}.html">{write_tcvn3(title)}</a> <i>0{n + 1}/05/2024</i></div>'
        for n, title in enumerate(titles)
    )
    html = f"<html><head><title>Tin</title></head><body><div>{rows}</div></body></html>"
    listing = read_page(Capture("https://congdoan.example/tin", AT, 200, (), html.encode()), GENERIC, ZONE)
    assert isinstance(listing, Listing)
    assert [entry.title for entry in listing.entries] == titles
    assert "old_encoding" in {problem.kind for problem in listing.problems}


SIGNS = "© 2024 Công đoàn® · Điều 5 § 3 – «trích» 15 µm, 20°C, 1½"


def test_signs_that_stand_alone_stay() -> None:
    page = parse_html(make_page(text=tuple(map(write_tcvn3, TEXT)), above="<div>© 2024 · 20°C § 3</div>"))
    assert text_of(page.select("div")[0]) == "© 2024 · 20°C § 3"


@given(st.lists(st.text(LETTERS, min_size=1, max_size=6), min_size=1, max_size=8).map(" ".join))
def test_what_is_written_for_tcvn3_is_read_again(text: str) -> None:
    written = write_tcvn3(text)
    signs = {word for word in text.split() if re.fullmatch("[\xa1-\xbe\xd7\xf7\xad]+", write_tcvn3(word))}
    if not signs:
        assert OldEncoding("TCVN3").convert(written) == text


@given(st.lists(st.sampled_from(sorted({word for text in TEXT for word in text.split()})), max_size=9).map(" ".join))
def test_what_is_written_for_vni_is_read_again(text: str) -> None:
    assert OldEncoding("VNI").convert(write_vni(text)) == text
    assert OldEncoding("VNI").convert(write_vni(text.upper())) == text.upper()


@pytest.mark.parametrize("letter", "".join(dict.fromkeys("".join(TCVN3_TABLE).lower())))
def test_each_letter_of_vni(letter: str) -> None:
    for each in (letter, letter.upper()):
        assert OldEncoding("VNI").convert(write_vni(each)) == each


OTHERS = {
    **{name: text for name, (text, _) in TEXTS.items()},
    "proper Vietnamese": " ".join(TEXT),
    "proper Vietnamese in pieces": unicodedata.normalize("NFD", " ".join(TEXT)),
    "Vietnamese without marks": "Sang nay ban chap hanh cong doan truong da hop de nghe bao cao",
    "Vietnamese in letters that others have": "là và thôn cá bà nhà ông bé hè thì mì có nó cô bố trú ý bí già",
    "Spanish": "El señor Peña pidió más pingüinos; habrá niños, señales, cañones y cigüeñas en España, según él.",
    "Swedish": "Kommunens bibliotek får längre öppettider från nästa vecka; även söndagar öppnas på försök i år.",
    "Icelandic": "Bókasafnið verður opið lengur frá næstu viku, segir í tilkynningu sveitarfélags; það er nýtt.",
    "Catalan": "La col·lecció d'il·lustracions del paral·lel, l'exposició i els llibres més antics; però demà.",
    "signs": " ".join([SIGNS] * 9),
}


@pytest.mark.parametrize("name", OTHERS)
def test_no_other_text_is_touched(name: str) -> None:
    text = OTHERS[name]
    assert find_old_encoding([text, text.upper()]) is None
    html = make_page(text=(text,), above=f"<b>{'µ ® ¸ ¹ ñ ö ' * 3}</b>")
    assert clean_text(text) in clean_text(text_of(parse_html(decode_page(html.encode(), ()))))


@given(st.lists(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x17F), max_size=8), max_size=60))
def test_no_chance_letters_are_touched(words: list[str]) -> None:
    assert find_old_encoding(words) is None


def test_syllables() -> None:
    words = {word for text in (*TEXT, MENU) for word in re.findall(r"\w+", text)}
    assert {word for word in words if not is_syllable(word)} == set()
    assert not any(map(is_syllable, ("céng", "hßa", "nghÜa", "für", "été", "señor", "phuùc", "vieät", "bạt́", "bàt")))


@pytest.mark.parametrize("piece", ["®", "µ ", "C«ng ®oµn ", "Coâng ñoaøn ", "ñö", "<font face=.VnTimeH>®µ"])
def test_it_takes_linear_time(piece: str) -> None:
    html = make_page(text=tuple(map(write_tcvn3, TEXT)), above=piece * (200_000 // len(piece)))
    started = time.process_time()
    _read(html.encode())
    assert time.process_time() - started < 3
