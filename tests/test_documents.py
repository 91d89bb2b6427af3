"""Documents are found wherever a page has them: linked, framed, in a viewer, behind a program; nothing else is one."""

import pytest

from tests.furnishing import PARAGRAPHS, URL, read

LOOKS = ("liferay", "plain")
HOST = {"liferay": "https://portal.example", "plain": "https://bao.example"}


def documents(look, piece):
    article = read(look, f"<p>{PARAGRAPHS[0]}</p><p>{PARAGRAPHS[1]}</p>{piece}<p>{PARAGRAPHS[2]}</p>")
    assert [text for text in (article.lead, *article.paragraphs) if text in PARAGRAPHS] == list(PARAGRAPHS[:3])
    return article, [(one.url.removeprefix(HOST[look]), one.title) for one in article.attachments]


PDF = "/vb/lich-muon.pdf"
WHOLE = "https%3A%2F%2Fvan-ban.example%2Fso%20muon.docx"


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize(
    ("piece", "expected"),
    [
        (f'<iframe src="{PDF}"></iframe>', (PDF, "lich-muon.pdf")),
        (f'<iframe src="{PDF}" title="Lịch mượn"></iframe>', (PDF, "Lịch mượn")),
        (f'<iframe src="about:blank" data-src="{PDF}"></iframe>', (PDF, "lich-muon.pdf")),
        (f'<object data="{PDF}" type="application/pdf"><a href="{PDF}">Tải</a></object>', (PDF, "lich-muon.pdf")),
        ('<object type="application/pdf" data="/xem/31"></object>', ("/xem/31", "31")),
        (f'<object><param name="src" value="{PDF}"></object>', (PDF, "lich-muon.pdf")),
        (f'<embed src="{PDF}#page=2">', (PDF, "lich-muon.pdf")),
        (f'<iframe src="/thu-vien/viewer.html?file={PDF}"></iframe>', (PDF, "lich-muon.pdf")),
        ('<iframe src="/pdfjs/web/viewer.html?file=../../vb/lich-muon.pdf#zoom=1"></iframe>', (PDF, "lich-muon.pdf")),
        ('<iframe src="/xem/pdf.aspx?f=%2Fvb%2Flich-muon.pdf"></iframe>', (PDF, "lich-muon.pdf")),
        (f'<iframe src="https://xem.example/gview?embedded=true&url={WHOLE}"></iframe>',
         ("https://van-ban.example/so%20muon.docx", "so muon.docx")),
        (f'<iframe src="https://xem.example/op/embed.aspx?src={WHOLE}"></iframe>',
         ("https://van-ban.example/so%20muon.docx", "so muon.docx")),
        (f'<p><a href="https://xem.example/viewer?url={WHOLE}">Sổ mượn</a></p>',
         ("https://van-ban.example/so%20muon.docx", "Sổ mượn")),
        ('<p><a href="/download?id=31">So-muon.xlsx</a></p>', ("/download?id=31", "So-muon.xlsx")),
        ('<p><a href="/tai-ve.php?ma=5&id=31">Tải về</a></p>', ("/tai-ve.php?ma=5&id=31", "Tải về")),
        ('<p><a href="/Bo/View.ashx?key=9a">Xem sổ</a></p>', ("/Bo/View.ashx?key=9a", "Xem sổ")),
        ('<p><a href="/lay.php?ten=so-muon.doc">Sổ</a></p>', ("/lay.php?ten=so-muon.doc", "Sổ")),
        ('<p><a href="/index.php?task=doc_download&gid=4">Sổ</a></p>', ("/index.php?task=doc_download&gid=4", "Sổ")),
        ('<p><a href="/files/download/31">Sổ</a></p>', ("/files/download/31", "Sổ")),
        ('<p><a href="/so/31" download>Sổ</a></p>', ("/so/31", "Sổ")),
        ('<p><a href="/so/31" type="application/pdf">Sổ</a></p>', ("/so/31", "Sổ")),
        ('<p><a href="/so/31">Sổ mượn (PDF, 240 KB)</a></p>', ("/so/31", "Sổ mượn (PDF, 240 KB)")),
        ('<p><a href="/so/muon">Sổ mượn, docx 1,2 MB</a></p>', ("/so/muon", "Sổ mượn, docx 1,2 MB")),
        ('<p><a href="/c/document_library/get_file?uuid=1f-2&amp;groupId=18">tại đây</a></p>',
         ("/c/document_library/get_file?uuid=1f-2&groupId=18", "tại đây")),
        (f'<p><a href="{PDF}"><img src="/bieu-tuong.jpg" width="16"></a></p>', (PDF, "lich-muon.pdf")),
    ],
)  # fmt: skip
def test_a_document(look, piece, expected):
    assert documents(look, piece)[1] == [expected]


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize(
    "piece",
    [
        '<p><a href="/tim?q=so-muon.pdf">Tìm sổ mượn</a></p>',
        '<p><a href="https://mang.example/gui?u=https%3A%2F%2Fbao.example%2Fvb%2Fso.pdf">Gửi bạn bè</a></p>',
        '<p><a href="/dang-nhap?redirect=/vb/so.pdf">Đăng nhập để xem</a></p>',
        '<p><a href="/tin/so-muon.html">so-muon.pdf</a></p>',
        '<p><a href="/download?page=2">Trang sau</a> <a href="/download">Tải về</a></p>',
        '<p><a href="/Bo/Image.ashx?id=5">Ảnh đình</a></p>',
        '<p><a href="/c/document_library/get_file?uuid=1f-2&amp;title=anh.jpg">Ảnh đình</a></p>',
        '<p><a href="/anh/dinh" download><img src="/anh/dinh.jpg"></a></p>',
        '<p><a href="/lay.php?ten=dinh.jpg">Ảnh đình</a></p>',
        '<iframe src="https://phim.example/embed/31"></iframe>',
        '<iframe src="https://ban-do.example/embed?pb=1m2"></iframe>',
        '<iframe src="https://mang.example/like?href=https%3A%2F%2Fbao.example%2F"></iframe>',
        '<object data="/phim.swf" type="application/x-shockwave-flash"></object>',
        '<iframe src="/vb/so.pdf" style="display:none"></iframe>',
    ],
)
def test_what_is_no_document(look, piece):
    assert documents(look, piece)[1] == []


@pytest.mark.parametrize("look", LOOKS)
def test_documents_come_in_the_order_of_the_page(look):
    one, two = '<iframe src="/a.pdf"></iframe><p><a href="/b.docx">Hai</a></p>', '<embed src="/c.pdf">'
    piece = f'{one}{two}<p><a href="/d.xls">Bốn</a></p>'
    assert [url for url, _ in documents(look, piece)[1]] == ["/a.pdf", "/b.docx", "/c.pdf", "/d.xls"]


@pytest.mark.parametrize("look", LOOKS)
def test_what_a_viewer_shows_is_no_link_beside(look):
    article, found = documents(look, '<iframe src="/xem/viewer.html?file=/a.pdf"></iframe>')
    assert (found, article.links) == ([("/a.pdf", "a.pdf")], ())


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("query", ["download=4", "task=doc_download&gid=4", "do=download&id=4"])
def test_a_program_at_the_address_of_the_page_itself(look, query):
    found = documents(look, f'<p><a href="{URL[look]}?{query}">Sổ mượn</a></p>')[1]
    assert found == [(f"{URL[look].removeprefix(HOST[look])}?{query}", "Sổ mượn")]


@pytest.mark.parametrize("query", ["download=0", "download=", "view=download", "print=1"])
def test_the_page_itself_is_no_document(query):
    assert documents("plain", f'<p><a href="{URL["plain"]}?{query}">In trang này</a></p>')[1] == []
