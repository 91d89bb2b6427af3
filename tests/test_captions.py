"""A caption belongs to its picture, wherever it stands beside it, and is no paragraph; what is text stays text."""

import pytest

from tests.furnishing import PARAGRAPHS, read

LOOKS = ("liferay", "plain")
CAPTION = "Trẻ em đọc sách ở sân đình thôn Đông"
PHOTO = '<img src="/anh/san-dinh.jpg">'
SECOND = '<img src="/anh/mai-hien.jpg">'


def read_piece(look, piece):
    article = read(look, f"<p>{PARAGRAPHS[0]}</p><p>{PARAGRAPHS[1]}</p>{piece}<p>{PARAGRAPHS[2]}</p>")
    found = [text for text in (article.lead, *article.paragraphs) if text]
    assert (found[:2], found[-1]) == (list(PARAGRAPHS[:2]), PARAGRAPHS[2])
    return found[2:-1], [image.caption for image in article.images]


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize(
    "piece",
    [
        f"<figure>{PHOTO}<figcaption>{CAPTION}</figcaption></figure>",
        f"<figure><figcaption>{CAPTION}</figcaption>{PHOTO}</figure>",
        f"<figure><a href='/to.jpg'>{PHOTO}</a><div><span>{CAPTION}</span></div></figure>",
        f"<figure>{PHOTO}</figure><figcaption class='caption'>{CAPTION}</figcaption>",
        f'<div class="wp-caption" style="width:310px">{PHOTO}<p class="wp-caption-text">{CAPTION}</p></div>',
        f'<div style="width: 480px">{PHOTO}<p>{CAPTION}</p></div>',
        f'<div class="hinh-anh">{PHOTO}<div>{CAPTION}</div></div>',
        f'<div class="news-photo"><div>{PHOTO}</div><div class="desc">{CAPTION}</div></div>',
        f'<dl class="image"><dt>{PHOTO}</dt><dd>{CAPTION}</dd></dl>',
        f'<p>{PHOTO}</p><p class="chu-thich">{CAPTION}</p>',
        f'<div>{PHOTO}</div><div class="image-caption"><em>{CAPTION}</em></div>',
        f"<div>{PHOTO}<p><em>{CAPTION}</em></p></div>",
        f"<table><tr><td>{PHOTO}</td></tr><tr><td>{CAPTION}</td></tr></table>",
        f'<span class="photo">{PHOTO}<span class="caption">{CAPTION}</span></span>',
    ],
)
def test_the_text_beside_the_only_picture_of_its_box(look, piece):
    assert read_piece(look, piece) == ([], [CAPTION])


@pytest.mark.parametrize("look", LOOKS)
def test_who_took_a_picture_is_part_of_its_caption(look):
    piece = f"<figure>{PHOTO}<figcaption>{CAPTION}<br>Ảnh: Hà My</figcaption></figure>"
    assert read_piece(look, piece) == ([], [f"{CAPTION} Ảnh: Hà My"])
    assert read_piece(look, f"<div>{PHOTO}<p>{CAPTION}. Ảnh: Hà My</p></div>") == ([], [f"{CAPTION}. Ảnh: Hà My"])


@pytest.mark.parametrize("look", LOOKS)
def test_each_figure_has_its_own_and_a_gallery_one_for_all(look):
    one, two = (
        f"<figure>{photo}<figcaption>{text}</figcaption></figure>" for photo, text in ((PHOTO, "Một"), (SECOND, "Hai"))
    )
    assert read_piece(look, one + two) == ([], ["Một", "Hai"])
    assert read_piece(look, f"<figure>{PHOTO}{SECOND}<figcaption>{CAPTION}</figcaption></figure>") == (
        [],
        [None, CAPTION],
    )
    gallery = f"<figure><figure>{PHOTO}</figure><figure>{SECOND}</figure><figcaption>{CAPTION}</figcaption></figure>"
    assert read_piece(look, gallery) == ([], [None, CAPTION])


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize(
    ("piece", "left"),
    [
        (f"<div>{PHOTO}<p>Thôn Đoài chưa có giá sách.</p></div>", "Thôn Đoài chưa có giá sách."),
        (f'<p class="image">{PHOTO} Thôn Đoài chưa có giá sách nào.</p>', "Thôn Đoài chưa có giá sách nào."),
        (f'<div class="image"><h3>Thôn Đoài</h3>{PHOTO}</div>', "Thôn Đoài"),
        (f'<div class="photo">{PHOTO}<p>{PARAGRAPHS[3]}</p><p>{PARAGRAPHS[4]}</p><p>Hết.</p></div>', None),
        (f"<p>{PHOTO}</p><p>Thôn Đoài chưa có giá sách.</p>", "Thôn Đoài chưa có giá sách."),
    ],
)
def test_what_stands_beside_a_picture_and_is_text(look, piece, left):
    assert read_piece(look, piece) == ([left] if left else [*PARAGRAPHS[3:], "Hết."], [None])


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize(
    ("piece", "left"),
    [
        ("<figure><blockquote>Sách là bạn.</blockquote><figcaption>Ông Hải</figcaption></figure>",
         ["Sách là bạn.", "Ông Hải"]),
        ("<figure><table><tr><td>Thôn</td><td>Sách</td></tr></table><figcaption>Bảng 1</figcaption></figure>",
         ["Thôn\tSách", "Bảng 1"]),
    ],
)  # fmt: skip
def test_without_a_picture_it_is_text(look, piece, left):
    assert read_piece(look, piece) == (left, [])


def test_a_picture_above_the_text_has_its_caption():
    figure = f"<figure>{PHOTO}<figcaption>{CAPTION}</figcaption></figure>"
    article = read("plain", f"{figure}{''.join(f'<p>{text}</p>' for text in PARAGRAPHS)}")
    assert [image.caption for image in article.images] == [CAPTION]
    assert [text for text in (article.lead, *article.paragraphs) if text] == list(PARAGRAPHS)


def test_the_caption_stands_below_the_picture_in_the_html():
    article = read("liferay", f"<p>{PARAGRAPHS[0]}</p><figure>{PHOTO}<figcaption>{CAPTION}</figcaption></figure>")
    assert f"<figcaption>{CAPTION}</figcaption></figure>" in article.body_html
