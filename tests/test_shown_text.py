"""What nobody sees is no text; blocks stand apart in the text, and lines where a page keeps them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.furnishing import PARAGRAPHS, TITLE, read, read_html, write_page

LOOKS = ("liferay", "plain")
SECRET = "Ghi chú riêng của ban biên tập, không in trên trang."


def texts(look, piece):
    """Read what a piece between two paragraphs adds to the text."""
    article = read(look, f"<p>{PARAGRAPHS[0]}</p><p>{PARAGRAPHS[1]}</p>{piece}<p>{PARAGRAPHS[2]}</p>")
    found = [text for text in (article.lead, *article.paragraphs) if text]
    assert (found[:2], found[-1]) == (list(PARAGRAPHS[:2]), PARAGRAPHS[2])
    return found[2:-1]


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize(
    "piece",
    [
        f'<p style="display:none">{SECRET}</p>',
        f'<div style="color:red; DISPLAY : none !important"><p>{SECRET}</p></div>',
        f'<p style="visibility:collapse">{SECRET}</p>',
        f"<section hidden><h3>Nháp</h3><p>{SECRET}</p></section>",
        f"<div popover><p>{SECRET}</p></div>",
        f"<dialog><p>{SECRET}</p></dialog>",
        f'<div class="visually-hidden">{SECRET}</div>',
        f'<div class="d-none d-print-block">{SECRET}</div>',
        f'<div aria-hidden="true">{SECRET}</div>',
        f"<template><p>{SECRET}</p></template>",
        f"<noscript><p>{SECRET}</p></noscript>",
        f'<video src="/phim.mp4"><p>{SECRET}</p></video>',
        f'<audio controls><source src="/tieng.mp3">{SECRET}</audio>',
        f'<object data="/phim.swf"><p>{SECRET}</p></object>',
        f'<iframe src="https://phim.example/9">{SECRET}</iframe>',
        f"<canvas><p>{SECRET}</p></canvas>",
        f"<svg><title>{SECRET}</title><text>{SECRET}</text></svg>",
        f"<progress>{SECRET}</progress>",
    ],
)
def test_what_nobody_sees_is_no_text(look, piece):
    assert texts(look, piece) == []


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize(
    ("piece", "expected"),
    [
        ('<div class="d-none d-md-block"><p>Chỉ điện thoại không hiện.</p></div>', "Chỉ điện thoại không hiện."),
        ('<div class="hidden lg:flex"><p>Chỉ màn hình rộng mới hiện.</p></div>', "Chỉ màn hình rộng mới hiện."),
        ('<p aria-hidden="true">Ai cũng đọc được đoạn này bằng mắt.</p>', "Ai cũng đọc được đoạn này bằng mắt."),
        ("<dialog open><p>Thông báo đang mở ra trên trang.</p></dialog>", "Thông báo đang mở ra trên trang."),
        ('<p hidden="until-found">Phần gấp lại của bài viết.</p>', "Phần gấp lại của bài viết."),
        ('<p style="overflow:hidden; display: block">Cắt ở mép khung.</p>', "Cắt ở mép khung."),
    ],
)  # fmt: skip
def test_what_somebody_sees_is_text(look, piece, expected):
    assert texts(look, piece) == [expected]


@pytest.mark.parametrize("look", LOOKS)
def test_text_behind_an_embedded_film_is_text(look):
    assert texts(look, '<embed src="/phim.swf"><p>Đoạn văn nằm sau đoạn phim.</p>') == ["Đoạn văn nằm sau đoạn phim."]


@pytest.mark.parametrize("hidden", ['<span style="display:none">mã 11</span>', "<b hidden>mã 11</b>"])
def test_hidden_parts_of_a_title_and_of_a_link_are_left_out(hidden):
    page = write_page("liferay", f'<p>{PARAGRAPHS[0]}</p><p><a href="/vb/so-muon.pdf">Sổ mượn{hidden}</a></p>')
    article = read_html("liferay", page.replace(f">{TITLE}</div>", f">{TITLE}{hidden}</div>"))
    assert (article.title, [one.title for one in article.attachments]) == (TITLE, ["Sổ mượn"])


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize(
    "piece",
    [
        '<span style="display:block">Thôn Đông.</span><span style="margin:0;display: flex">Thôn Đoài.</span>',
        '<b style="display:block">Thôn Đông.</b><a href="/x" style="display:block">Thôn Đoài.</a>',
        '<font class="d-block">Thôn Đông.</font><font class="d-block">Thôn Đoài.</font>',
        "<phan-than><doan-van>Thôn Đông.</doan-van><doan-van>Thôn Đoài.</doan-van></phan-than>",
        "<details><summary>Thôn Đông.</summary>Thôn Đoài.</details>",
        "<details open><summary>Thôn Đông.</summary><p>Thôn Đoài.</p></details>",
        "<fieldset><legend>Thôn Đông.</legend>Thôn Đoài.</fieldset>",
        "<hgroup>Thôn Đông.</hgroup><search>Thôn Đoài.</search>",
    ],
)
def test_blocks_do_not_run_together(look, piece):
    assert texts(look, piece) == ["Thôn Đông.", "Thôn Đoài."]


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize(
    "piece",
    [
        "<p>Theo <x-chu>sổ</x-chu> của <x-chu>thôn</x-chu>, còn bốn trăm cuốn.</p>",
        "<p>Theo <b>sổ</b> <x-chu>của</x-chu> <i>thôn</i>, còn bốn trăm cuốn.</p>",
        '<p>Theo <span style="display:inline-block">sổ của</span> thôn, còn bốn trăm cuốn.</p>',
        '<p>Theo sổ của thôn, <o:p></o:p>còn <span class="block">bốn trăm cuốn.</span></p>',
    ],
)
def test_a_line_stays_one(look, piece):
    assert texts(look, piece) == ["Theo sổ của thôn, còn bốn trăm cuốn."]


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize(
    ("piece", "expected"),
    [
        ("<pre>\nKính gửi: các thôn\n   Số: 7\n</pre>", ["Kính gửi: các thôn\nSố: 7"]),
        ("<pre>Một dòng\n\n\tĐoạn hai\ncòn nữa</pre>", ["Một dòng", "Đoạn hai\ncòn nữa"]),
        ("<pre><b>Một\nHai</b><span>\nBa</span><br>Bốn</pre>", ["Một\nHai\nBa\nBốn"]),
        ("<pre><code>Một\n<b>Hai\n</b>Ba</code></pre>", ["Một\nHai\nBa"]),
        ("<pre>Một\n<b>Hai</b>\n<del>Ba</del>\n</pre>", ["Một\nHai\nBa"]),
        ("<pre>Một\n\n<b>Hai</b>\n<p>Ba</p></pre>", ["Một", "Hai", "Ba"]),
        ('<p style="white-space: pre-line">Một\nHai</p>', ["Một\nHai"]),
        ('<div style="white-space:pre-wrap"><p>Một\nHai</p></div>', ["Một\nHai"]),
        ('<p style="white-space:nowrap">Một\nHai</p>', ["Một Hai"]),
        ("<p>Một\nHai</p>", ["Một Hai"]),
    ],
)
def test_lines_are_kept_where_the_page_keeps_them(look, piece, expected):
    assert texts(look, piece) == expected


LINES = st.lists(st.text("abcđê ,", min_size=1, max_size=12).filter(str.strip), min_size=1, max_size=8)


@settings(deadline=None, max_examples=50)
@given(LINES)
def test_every_line_of_a_pre_is_a_line(lines):
    (read_lines,) = texts("liferay", f"<pre>{chr(10).join(lines)}</pre>")
    assert read_lines.split("\n") == [" ".join(line.split()) for line in lines]


@settings(deadline=None, max_examples=50)
@given(LINES, st.data())
def test_every_line_of_a_pre_is_a_line_whatever_element_begins_there(lines, data):
    written = "\n".join(lines)
    start, end = sorted(data.draw(st.lists(st.integers(0, len(written)), min_size=2, max_size=2)))
    name = data.draw(st.sampled_from(["b", "span", "code", "del"]))
    marked = f"{written[:start]}<{name}>{written[start:end]}</{name}>{written[end:]}"
    (read_lines,) = texts("liferay", f"<pre>{marked}</pre>")
    assert read_lines.split("\n") == [" ".join(line.split()) for line in lines]


HIDING = st.sampled_from(["hidden", 'style="display:none"', 'style="visibility:hidden"'])
INNER = st.sampled_from(["p", "div", "span", "b", "doan-van", "pre", "li"])


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(INNER, HIDING), min_size=1, max_size=5), st.sampled_from(LOOKS))
def test_nothing_hidden_is_read_however_it_is_written(elements, look):
    piece = "".join(f"<{name} {how}>bí mật {name}</{name}>" for name, how in elements)
    assert texts(look, f"<div>{piece}</div>") == []


@pytest.mark.parametrize("look", LOOKS)
def test_characters_without_a_shape_are_no_text(look):
    piece = "<p>Nhà&shy;văn\u00ad hóa\u200b \u2066thôn\u2069 Đông\ufeff</p>"
    assert texts(look, piece) == ["Nhàvăn hóa thôn Đông"]


@pytest.mark.parametrize(
    ("sheet", "is_shown"),
    [
        (".nhap {color:red; display:none}", False),
        ("div.nhap, #khac { DISPLAY: none !important }", False),
        ("/* .nhap{} */ @media screen { .x{margin:0} } .nhap{display:none}", False),
        (".bai .nhap{display:none}", True),
        ("@media print { .nhap{display:none} }", True),
        (".nhap{display:none} .nhap.mo{display:block}", True),
        (".nhap{display:none} @media (min-width:700px) { .nhap{display:flex} }", True),
        ("/* .nhap{display:none} */", True),
        (".nhap{display:none", True),
    ],
)
def test_what_a_style_sheet_of_the_page_hides(sheet, is_shown):
    piece = f'<style>{sheet}</style><div class="nhap"><p>Bản nháp của ban biên tập thôn Đông.</p></div>'
    assert texts("plain", piece) == (["Bản nháp của ban biên tập thôn Đông."] if is_shown else [])


def test_a_style_sheet_does_not_hide_the_article_itself():
    body = "".join(f"<p>{text}</p>" for text in PARAGRAPHS)
    article = read("plain", f'<style>.bai{{display:none}}</style><div class="bai">{body}</div>')
    assert [text for text in (article.lead, *article.paragraphs) if text] == list(PARAGRAPHS)
