"""What a page adds to the body of an article is no text of it; what only looks like that stays."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.model import Count
from tests.furnishing import AT_THE_END, EVERYWHERE, PARAGRAPHS, TRAPS, furnish, read

LOOKS = ("liferay", "plain")
PLACES = range(len(PARAGRAPHS) + 1)


def texts(article):
    return tuple(filter(None, (article.lead, *article.paragraphs)))


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("kind", EVERYWHERE)
def test_boilerplate_anywhere(look, kind):
    for place in PLACES:
        for n in (3, 41):
            body = furnish([""] * place + [EVERYWHERE[kind](n)])
            article = read(look, body)
            assert (place, texts(article), article.images) == (place, PARAGRAPHS, ())


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("kind", AT_THE_END)
def test_boilerplate_without_a_name_at_the_end(look, kind):
    for n in (3, 41):
        assert texts(read(look, furnish([""] * len(PARAGRAPHS) + [AT_THE_END[kind](n)]))) == PARAGRAPHS


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("place", [1, 3])
@pytest.mark.parametrize("trap", TRAPS)
def test_text_that_looks_like_boilerplate(look, place, trap):
    markup, text = TRAPS[trap]
    article = read(look, furnish([""] * place + [markup.format(text)]))
    assert texts(article) == (*PARAGRAPHS[:place], text, *PARAGRAPHS[place:])


pieces = st.lists(st.sampled_from(sorted(EVERYWHERE)), min_size=len(PLACES), max_size=len(PLACES), unique=True)
ends = st.lists(st.sampled_from(sorted(AT_THE_END)), max_size=3, unique=True)


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(LOOKS), pieces, st.lists(st.booleans(), min_size=6, max_size=6), ends, st.data())
def test_any_boilerplate_in_any_order(look, kinds, there, last, data):
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
def test_boilerplate_takes_no_text_with_it(look, traps, kinds):
    """Text that looks like boilerplate stays between boilerplate."""
    written = "".join(TRAPS[trap][0].format(TRAPS[trap][1]) for trap in traps)
    slots = ["", EVERYWHERE[kinds[0]](7), EVERYWHERE[kinds[1]](8), written, EVERYWHERE[kinds[2]](9)]
    expected = (*PARAGRAPHS[:3], *(TRAPS[trap][1] for trap in traps), *PARAGRAPHS[3:])
    assert texts(read(look, furnish(slots))) == expected


BARE = "Ngày đăng 24/11/2026 | 9:15 AM"
COUNTED = f"{BARE} &nbsp;|&nbsp;View count: 77"


@pytest.mark.parametrize(
    "piece",
    [
        "<p>Lượt xem: 1.204</p>",
        "<div>Views: 1204</div>",
        '<div class="post-views"><i></i>1204 lượt xem</div>',
        "<p>Tags: sách</p><p>Đã xem: 1204</p>",
    ],
)
def test_a_count_that_only_the_body_prints_is_read(piece):
    article = read("liferay", furnish([""] * len(PARAGRAPHS) + [piece]), info=BARE)
    assert (article.views.value, texts(article)) == (1204, PARAGRAPHS)


def test_the_count_of_the_info_line_goes_before_that_of_the_body():
    assert read("liferay", furnish([""] * len(PARAGRAPHS) + ["<p>Lượt xem: 5</p>"]), info=COUNTED).views == Count(
        "77", 77
    )


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("hiding", ['style="display:none"', "hidden", 'class="sr-only"'])
def test_much_hidden_prose_is_left_out_and_told(look, hiding):
    body = furnish(["", f"<div {hiding}><p>{PARAGRAPHS[3]}</p><p>{PARAGRAPHS[4]}</p></div>"], 3)
    article = read(look, body)
    assert texts(article) == PARAGRAPHS[:3]
    assert [problem.kind for problem in article.problems] == ["text_left_out"]
    assert "hidden text" in article.problems[0].detail


def test_a_body_that_a_script_is_to_show_is_read():
    body = "".join(f'<p style="visibility:hidden">{text}</p>' for text in PARAGRAPHS)
    assert texts(read("liferay", body)) == PARAGRAPHS


@pytest.mark.parametrize("name", ["ads", "comment", "related", "banner", "print", "share", "popup", "aside-menu"])
def test_what_holds_the_text_is_no_boilerplate_whatever_it_is_called(name):
    for look in LOOKS:
        assert texts(read(look, f'<div class="{name}">{furnish([])}</div>')) == PARAGRAPHS


@pytest.mark.parametrize("look", LOOKS)
def test_a_list_of_links_can_be_the_article(look):
    titles = [f"Nghị quyết số {n} của chi bộ năm 2026" for n in range(1, 5)]
    rows = "".join(f'<li><a href="/van-ban/{n}.pdf">{title}</a></li>' for n, title in enumerate(titles))
    article = read(look, f"<p>{PARAGRAPHS[0]}</p><p>Danh mục gồm có:</p><ul>{rows}</ul>")
    assert set(titles) < set(texts(article))
    assert len(article.attachments) == 4


def test_links_to_articles_alone_are_the_text_of_a_body():
    rows = "".join(
        f'<p><a href="/tin/-/view_content/{n}-bai.html">Bài số {n} của loạt bài</a></p>' for n in range(71, 75)
    )
    assert len(texts(read("liferay", rows))) == 4
    assert texts(read("liferay", furnish([]) + rows)) == PARAGRAPHS
    assert len(texts(read("liferay", f"{furnish([])}<p>Các bài trong loạt:</p>{rows}"))) == len(PARAGRAPHS) + 5


@pytest.mark.parametrize("look", LOOKS)
def test_the_picture_of_a_link_to_read_on_goes_with_it(look):
    teaser = '<a href="/tin/9.html"><img src="/anh/9.jpg"></a><a href="/tin/9.html">Lễ hội số 9 của xã</a>'
    article = read(look, furnish(["", "", f'<div class="k9"><p>Xem thêm:</p>{teaser}</div>']))
    assert (texts(article), article.images) == (PARAGRAPHS, ())


@pytest.mark.parametrize("look", LOOKS)
def test_a_heading_to_read_on_above_a_text_is_one_of_the_article(look):
    article = read(look, furnish(["", "", "<h3>Xem thêm</h3>"]))
    assert texts(article) == (*PARAGRAPHS[:2], "Xem thêm", *PARAGRAPHS[2:])
