"""The names in a by-line, in the languages of committees: what stands around them, and what only looks like one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.parsing.generic.names.author_names import find_byline, is_by, take_names, without_by

NAMED = {
    "By Greta Lindqvist": "Greta Lindqvist",
    "by Greta Lindqvist": "Greta Lindqvist",
    "Posted by Greta Lindqvist at 4:15 PM": "Greta Lindqvist",
    "By Greta Lindqvist and Omar Haddad": "Greta Lindqvist and Omar Haddad",
    "By Greta Lindqvist, Omar Haddad and Ada Brook": "Greta Lindqvist, Omar Haddad and Ada Brook",
    "By Greta Lindqvist, Omar Haddad": "Greta Lindqvist",  # he may be a house, see below
    "By Greta Lindqvist & Omar Haddad": "Greta Lindqvist & Omar Haddad",
    "By Greta Lindqvist, Senior Editor": "Greta Lindqvist",
    "By Greta Lindqvist, The Valley Observer, Springfield": "Greta Lindqvist",
    "By Greta LindqvistUpdated 3 May 2021": "Greta LindqvistUpdated",  # one word for all who see no elements
    "By Greta Lindqvist | greta@example.org": "Greta Lindqvist",
    "By Greta Lindqvist greta@example.org": "Greta Lindqvist",
    "News | By Greta Lindqvist | May 3, 2021": "Greta Lindqvist",
    "Posted on 3 May by Greta Lindqvist in Finance": "Greta Lindqvist",
    "By G. K. Lindqvist-Haddad Jr.": "G. K. Lindqvist-Haddad Jr.",
    "By Walter de la Croix": "Walter de la Croix",
    "By GRETA LINDQVIST": "GRETA LINDQVIST",
    "14.02.2023 von Jonas Petersen": "Jonas Petersen",
    "Von Jonas Petersen und Ilse Krumm": "Jonas Petersen und Ilse Krumm",
    "Veröffentlicht am 14. Februar 2023 von Jonas Petersen": "Jonas Petersen",
    "Von Jonas Petersen am 14.02.2023 um 09:07 Uhr": "Jonas Petersen",
    "Ein Bericht von Jonas Petersen": "Jonas Petersen",
    "12/05/2021 | bởi Đặng Thị Hòa": "Đặng Thị Hòa",
    "Được đăng bởi Đặng Thị Hòa lúc 10:20": "Đặng Thị Hòa",
    "Viết bởi Đặng Thị Hòa": "Đặng Thị Hòa",
    "19 janvier 2023 par Lucie Moreau": "Lucie Moreau",
    "Publié par Lucie Moreau le 19/01/2023": "Lucie Moreau",
    "jeudi 13 juin 2019, par Lucie Moreau": "Lucie Moreau",
    "Por Rosa Méndez Ortiz": "Rosa Méndez Ortiz",
    "Ditulis oleh Dewi Lestari pada 21 Mei 2024": "Dewi Lestari",
    "di Carla Bianchi": "Carla Bianchi",
}
NOT_NAMED = (
    "By Tuesday the council had agreed",
    "By Tuesday",
    "By the way",
    "By Order of the Council",
    "Von Anfang an war das umstritten",
    "Von Frauen für Frauen",
    "Von Leipzig nach Dresden",
    "Par ailleurs, le conseil a voté",
    "Por fin llegó la lluvia",
    "Di Giorno",
    "Standby Greta Lindqvist",
    "Ban tổ chức do ông An phụ trách",
    "The bridge was built by Greta Lindqvist in the old days of the county",
    "by example.org",
    "by " + "x" * 200,
    "",
)


@pytest.mark.parametrize("text", NAMED)
def test_names_are_taken_up_to_what_is_none(text: str) -> None:
    assert find_byline(text) == NAMED[text]


@pytest.mark.parametrize("text", NOT_NAMED)
def test_a_sentence_is_no_byline(text: str) -> None:
    assert find_byline(text) is None


def test_a_name_behind_a_comma_has_to_be_known() -> None:
    line = "By Greta Lindqvist, Omar Haddad, Valley Observer"
    assert find_byline(line, {"Omar Haddad"}) == "Greta Lindqvist, Omar Haddad"


def test_the_name_may_stand_in_the_next_element() -> None:
    assert is_by("By")
    assert is_by("Von")
    assert not is_by("By Greta")
    assert without_by("Von Jonas Petersen") == "Jonas Petersen"


@given(st.text(max_size=80))
def test_what_is_taken_stands_in_the_text(text: str) -> None:
    for names in (find_byline(text), take_names(text)):
        assert names is None or (names in text and names.strip())


@given(
    st.lists(
        st.sampled_from(["Greta", "Lindqvist", "Đặng", "Hòa", "Omar", "O'Neill", "Ng", "Petersen"]),
        min_size=2,
        max_size=4,
    )
)
def test_any_name_is_found_behind_the_word(words: list[str]) -> None:
    name = " ".join(words)
    assert find_byline(f"By {name}") == name
    assert find_byline(f"12/05/2021 | bởi {name}") == name
    assert take_names(name) == name
