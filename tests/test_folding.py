"""Folding: words without marks, and both spellings of tone marks as one."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.text.folding import MARKED, fold, list_forms, list_words, locate_words, unify

WORDS = [
    # as written, folded, exact
    ("Đảng ủy Khối", "dang uy khoi", "đảng uỷ khối"),
    ("ĐẢNG UỶ KHỐI", "dang uy khoi", "đảng uỷ khối"),
    ("Ðảng", "dang", "đảng"),  # with the Icelandic letter of old fonts
    ("hoà", "hoa", "hoà"),
    ("hòa", "hoa", "hoà"),
    ("Thúy Thuý", "thuy thuy", "thuý thuý"),
    ("khỏe khoẻ", "khoe khoe", "khoẻ khoẻ"),
    ("quý qúy", "quy quy", "quý quý"),
    ("hoàn toàn", "hoan toan", "hoàn toàn"),
    ("của mùa", "cua mua", "của mùa"),
    ("huỳnh quỳnh", "huynh quynh", "huỳnh quỳnh"),
    ("người Việt Nam", "nguoi viet nam", "người việt nam"),
    ("Ưng ơ ăn ân", "ung o an an", "ưng ơ ăn ân"),
    ("ngh\xadị quyết", "nghi quyet", "nghị quyết"),  # a soft hyphen is no part of a word
    ("Straße", "strasse", "straße"),
    ("Ελλάδος", "ελλαδοσ", "ελλάδος"),
    ("ประเทศไทย", "ประเทศไทย", "ประเทศไทย"),  # Thai vowels are no diacritics
    ("12/5", "12/5", "12/5"),
]
LATIN = st.text(
    st.characters(max_codepoint=0x58F, exclude_categories=["Cs"])
    | st.characters(min_codepoint=0x1E00, max_codepoint=0x1EFF)
)


@pytest.mark.parametrize(("text", "folded", "exact"), WORDS)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_words(text: str, folded: str, exact: str, form: str) -> None:
    written = unicodedata.normalize(form, text)  # type: ignore[arg-type]
    assert (fold(written), unify(written)) == (folded, exact)


def test_different_words_stay_different() -> None:
    words = "bộ bố bổ bồ bỗ bo bô bơ của cúa hoá hoà hoả".split()
    assert len({unify(word) for word in words}) == len(words)


@settings(max_examples=500, deadline=None)
@given(st.text())
def test_laws(text: str) -> None:
    for form in (fold, unify):
        done = form(text)
        assert form(done) == done
        assert form(unicodedata.normalize("NFD", text)) == done == form(unicodedata.normalize("NFC", text))
        assert len(done) <= 4 * len(text)
    assert fold(unify(text)) == fold(text)


@settings(max_examples=500, deadline=None)
@given(LATIN)
def test_folding_a_text_folds_its_words(text: str) -> None:
    forms = list(list_forms(text))
    assert [folded for _, folded in list_forms(fold(text))] == [folded for _, folded in forms]
    assert [unify(text[start:end]) for start, end in locate_words(text)] == [exact for exact, _ in forms]


@given(st.text(alphabet=st.sampled_from("aăáđĐ\u0301\u0323\xad_- 1\n") | st.characters(), max_size=30))
def test_words_are_listed_as_they_are_located(text: str) -> None:
    assert list_words(text) == [text[start:end] for start, end in locate_words(text)]


@given(LATIN)
def test_marked_are_the_words_that_folding_changes(word: str) -> None:
    assert MARKED[word] == (unify(word) if unify(word) != fold(word) else "")
