"""A picture is known by its own address, not by that of what stands in its place until somebody scrolls to it."""

import pytest

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
