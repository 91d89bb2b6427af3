"""What a page adds to the body of an article is no text of it; what only looks like that stays."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.furnishing import AT_THE_END, EVERYWHERE, PARAGRAPHS, TRAPS, furnish, read

LOOKS = ("liferay", "plain")
PLACES = range(len(PARAGRAPHS) + 1)


def texts(article):
    return tuple(filter(None, (article.lead, *article.paragraphs)))


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("kind", EVERYWHERE)
def test_furniture_anywhere(look, kind):
    for place in PLACES:
        for n in (3, 41):
            body = furnish([""] * place + [EVERYWHERE[kind](n)])
            article = read(look, body)
            assert (place, texts(article), article.images) == (place, PARAGRAPHS, ())


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("kind", AT_THE_END)
def test_furniture_without_a_name_at_the_end(look, kind):
    for n in (3, 41):
        assert texts(read(look, furnish([""] * len(PARAGRAPHS) + [AT_THE_END[kind](n)]))) == PARAGRAPHS


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("place", [1, 3])
@pytest.mark.parametrize("trap", TRAPS)
def test_text_that_looks_like_furniture(look, place, trap):
    markup, text = TRAPS[trap]
    article = read(look, furnish([""] * place + [markup.format(text)]))
    assert texts(article) == (*PARAGRAPHS[:place], text, *PARAGRAPHS[place:])


pieces = st.lists(st.sampled_from(sorted(EVERYWHERE)), min_size=len(PLACES), max_size=len(PLACES), unique=True)
ends = st.lists(st.sampled_from(sorted(AT_THE_END)), max_size=3, unique=True)


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(LOOKS), pieces, st.lists(st.booleans(), min_size=6, max_size=6), ends, st.data())
def test_any_furniture_in_any_order(look, kinds, there, last, data):
    """Whatever stands in a body, with whatever numbers: its text is that of the article."""
    for n in data.draw(st.lists(st.integers(1, 9_000), min_size=2, max_size=2)):
        slots = [EVERYWHERE[kind](n) if is_there else "" for kind, is_there in zip(kinds, there, strict=True)]
        slots[-1] += "".join(AT_THE_END[kind](n) for kind in last)
        assert texts(read(look, furnish(slots))) == PARAGRAPHS


# A heading that no paragraph of its own element follows cannot be told from one of a box.
ALONE = {"a heading like one"}


@settings(deadline=None, max_examples=60)
@given(
    st.sampled_from(LOOKS),
    st.lists(st.sampled_from(sorted(TRAPS.keys() - ALONE)), min_size=1, max_size=4, unique=True),
    pieces,
)
def test_furniture_takes_no_text_with_it(look, traps, kinds):
    """Text that looks like furniture stays between furniture."""
    written = "".join(TRAPS[trap][0].format(TRAPS[trap][1]) for trap in traps)
    slots = ["", EVERYWHERE[kinds[0]](7), EVERYWHERE[kinds[1]](8), written, EVERYWHERE[kinds[2]](9)]
    expected = (*PARAGRAPHS[:3], *(TRAPS[trap][1] for trap in traps), *PARAGRAPHS[3:])
    assert texts(read(look, furnish(slots))) == expected
