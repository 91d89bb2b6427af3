"""A picture is known by its own address, not by that of what stands in its place until somebody scrolls to it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.parsing.body.pictures import find_largest
from tests.furnishing import PARAGRAPHS, read

HERE = "https://portal.example"
DRAWN = "data:image/gif;base64,R0lGODlhAQABAAAAACw="


@pytest.mark.parametrize(
    "markup",
    [
        '<img src="/anh/san-dinh.jpg">',
        f'<img src="{DRAWN}" data-src="/anh/san-dinh.jpg">',
        '<img src="/theme/blank.gif" data-original="/anh/san-dinh.jpg">',
        '<img src="/theme/loading.svg" data-lazy-src="/anh/san-dinh.jpg">',
        '<img src="/theme/anything.gif" data-lazy="/anh/san-dinh.jpg">',
        '<img src="/theme/lazy-placeholder.png" data-srcset="/anh/san-dinh-nho.jpg 1x, /anh/san-dinh.jpg 2x">',
        '<img src="/theme/1x1.png?v=3" srcset="/anh/san-dinh.jpg 640w, /anh/khac.jpg 320w">',
        '<img srcset="/anh/san-dinh.jpg 2x">',
        f'<img src="{DRAWN}"><noscript><img src="/anh/san-dinh.jpg"></noscript>',
        '<img src="/anh/san-dinh.jpg" width="1" height="300">',
        '<img src="/anh/san-dinh.jpg" style="font-size: 0; opacity: 0">',
        '<a class="lightbox popup" href="/anh/to.jpg"><img class="banner" src="/anh/san-dinh.jpg"></a>',
        '<div class="overlay"><img src="/anh/san-dinh.jpg"></div>',
        '<figure class="share"><img src="/anh/san-dinh.jpg"></figure>',
    ],
)
def test_the_address_of_the_picture(markup):
    article = read("liferay", f"<p>{PARAGRAPHS[0]}</p><div>{markup}</div><p>{PARAGRAPHS[1]}</p>")
    assert [image.url for image in article.images] == [f"{HERE}/anh/san-dinh.jpg"]


@pytest.mark.parametrize(
    "markup",
    [
        f'<img src="{DRAWN}">',
        '<img src="/theme/spacer.gif">',
        '<img src="/dem?x=4" width="1" height="1">',
        '<img src="/dem?x=4" width="0" height="0px">',
        '<img src="/dem?x=4" style="width:1px; height:1px; border:0">',
        '<img src="/dem.png" style="display:none">',
        '<img src="/dem.png" hidden>',
    ],
)
def test_what_is_no_picture(markup):
    article = read("liferay", f"<p>{PARAGRAPHS[0]}</p><div>{markup}</div><p>{PARAGRAPHS[1]}</p>")
    assert article.images == ()


def test_a_real_picture_goes_before_a_larger_one_beside_it():
    article = read("liferay", f'<p>{PARAGRAPHS[0]}</p><p><img src="/nho.png" data-original="/to.png"></p>')
    assert [image.url for image in article.images] == [f"{HERE}/nho.png"]


@pytest.mark.parametrize("look", ["liferay", "plain"])
@pytest.mark.parametrize(
    "markup",
    [
        f'<img src="{DRAWN}" data-anh-that="/anh/san-dinh.jpg">',
        '<img class="b-lazy" src="/theme/cho.jpg" data-original="/anh/san-dinh.jpg">',
        '<img src="/theme/loader.gif" data-link="/tin/9.jpg" data-hi="/anh/san-dinh.jpg?w=900">',
        '<img src="/anh/san-dinh.jpg" data-config="{&quot;src&quot;: &quot;/x.jpg&quot;}" data-id="77">',
        '<img src="/anh/san-dinh.jpg" srcset="/anh/san-dinh-900.jpg 900w">',
        f'<img src="{DRAWN}" data-sizes="auto" data-srcset="/anh/nho.jpg 320w,/anh/san-dinh.jpg 1280w">',
        '<img srcset="/anh/nho.jpg 1x, /anh/san-dinh.jpg 2.5x">',
        f'<picture><source srcset="/anh/san-dinh.jpg 900w, /anh/nho.jpg 300w"><img src="{DRAWN}"></picture>',
        '<picture><source media="(max-width:5em)" srcset="/x.jpg"><source srcset="/anh/san-dinh.jpg"><img></picture>',
        '<picture><source srcset="/anh/san-dinh.webp"><img src="/anh/san-dinh.jpg"></picture>',
        f'<noscript><img src="/anh/san-dinh.jpg"></noscript><img class="lazy" src="{DRAWN}">',
        f'<a><span><img src="{DRAWN}"></span></a><noscript><img src="/anh/san-dinh.jpg"></noscript>',
        '<span class="cho"></span><noscript><img src="/anh/san-dinh.jpg"></noscript>',
        '<a><img src="/anh/san-dinh.jpg"></a><noscript><img src="/anh/san-dinh-to.jpg"></noscript>',
        '<amp-img src="/anh/san-dinh.jpg" width="600" height="400"></amp-img>',
    ],
)
def test_where_a_late_picture_is(look, markup):
    article = read(look, f"<p>{PARAGRAPHS[0]}</p><p>{PARAGRAPHS[1]}</p><div>{markup}</div><p>{PARAGRAPHS[2]}</p>")
    assert [image.url.partition("/anh/")[2].partition("?")[0] for image in article.images] == ["san-dinh.jpg"]


def test_a_picture_that_stands_in_many_places_stands_in_for_others():
    rows = "".join(f'<p><img src="/theme/nen.jpg" data-ten="/anh/{n}.jpg"></p><p>{PARAGRAPHS[n]}</p>' for n in range(3))
    assert [image.url for image in read("liferay", rows).images] == [f"{HERE}/anh/{n}.jpg" for n in range(3)]


def test_a_pixel_for_readers_without_scripts_is_no_picture():
    pixel = '<noscript><img src="https://dem.example/p?9" width="1" height="1" style="display:none"></noscript>'
    assert read("liferay", f"<p>{PARAGRAPHS[0]}</p>{pixel}<p>{PARAGRAPHS[1]}</p>").images == ()


@given(
    st.lists(st.integers(1, 5000), min_size=1, max_size=6, unique=True),
    st.sampled_from("wx"),
    st.sampled_from([", ", ","]),
)
def test_the_largest_of_a_set_wherever_it_stands(sizes, unit, comma):
    assert find_largest(comma.join(f"/a,b/{size}.jpg {size}{unit}" for size in sizes)) == f"/a,b/{max(sizes)}.jpg"
