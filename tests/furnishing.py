"""Bodies of articles with boilerplate in them: two looks, kinds of boilerplate, and texts that only look like it."""

# ruff: noqa: E501 - a kind is a line

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from archiver.model import Article, Capture
from archiver.parsing.page import read_page
from archiver.platforms.generic import GENERIC
from archiver.platforms.liferay_hanoi import LIFERAY_HANOI

AT = datetime(2026, 11, 30, 3, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
TITLE = "Chi bộ trường Sao Mai khảo sát các nhà văn hóa thôn"
URL = {
    "liferay": "https://portal.example/tin/-/view_content/5512-chi-bo-khao-sat.html",
    "plain": "https://bao.example/tin/chi-bo-khao-sat.html",
}
INFO = "Ngày đăng 24/11/2026 | 9:15 AM &nbsp;|&nbsp;View count: 77"
PARAGRAPHS = (
    "Sáng thứ ba, chi bộ trường Sao Mai đến ba nhà văn hóa thôn ở xã Hạ Bình để xem sách, bàn ghế và sân chơi của trẻ.",
    "Đoàn ghi lại từng phòng: thôn Đông có bốn trăm cuốn sách, thôn Đoài chưa có giá, còn thôn Bắc đang sửa lại mái hiên.",
    "Ông Vũ Hải nói rằng việc sửa mái sẽ xong trước mùa mưa, và trường sẽ góp hai mươi bộ bàn ghế từ quỹ khuyến học.",
    "Cuối buổi, hai bên hẹn gặp lại vào tháng sau để cùng chọn sách và lập lịch trực cho đoàn viên của từng thôn.",
    "Các em nhỏ tặng đoàn một bức tranh vẽ sân đình, được treo ngay tại phòng đọc của thôn Đông trong buổi chiều.",
)

# Each prints other numbers at every look ``n``; none is text of the article.
EVERYWHERE: dict[str, Callable[[int], str]] = {
    "related box": lambda n: f'<div class="related-news"><h4>Tin liên quan</h4><ul><li><a href="/tin/khac-{n}.html">Một tin khác {n}</a></li></ul></div>',
    "related box without a name": lambda n: f'<div class="k{n}"><h3>Tin cùng chuyên mục</h3><ul><li><a href="/tin/x-{n}.html">Hội nghị {n}</a></li><li><a href="/tin/y-{n}.html">Lễ hội số {n}</a></li></ul></div>',
    "related in Vietnamese": lambda n: f'<div class="tin-lien-quan"><p>Tin liên quan:</p><p><a href="/tin/{n}.html">Đại hội {n}</a></p></div>',
    "related aside": lambda n: f'<aside><h4>Đọc nhiều</h4><a href="/tin/{n}.html">Bài đọc nhiều thứ {n}</a></aside>',
    "see also in English": lambda n: f'<div class="box"><strong>Related articles</strong><ul><li><a href="/en/{n}.html">Another story {n}</a></li></ul></div>',
    "read more in a line": lambda n: f'<p><strong>Xem thêm:</strong> <a href="/tin/-/view_content/{n}-le-hoi.html">Lễ hội số {n} của xã</a></p>',
    "read more within a link": lambda n: f'<p>&gt;&gt; <a href="/tin/le-hoi-{n}.html">Đọc thêm: Lễ hội số {n} của xã</a></p>',
    "read more above links": lambda n: f'<p><b>&gt;&gt;&gt; Đọc thêm</b></p><p><a href="/tin/a-{n}.html">Lễ hội số {n}</a></p><p><a href="/tin/b-{n}.html">Hội thi số {n}</a></p>',
    "read more in a list": lambda n: f'<ul><li>Tìm hiểu thêm: <a href="/tin/a-{n}.html">Lễ hội số {n}</a></li><li><a href="/tin/b-{n}.html">Hội thi số {n}</a></li></ul>',
    "read more in German": lambda n: f'<p><em>Lesen Sie auch: <a href="/de/{n}.html">Fest Nummer {n}</a> | <a href="/de/x{n}.html">Noch eins</a></em></p>',
    "advert": lambda n: f'<div class="ads banner-qc"><a href="https://qc.example/{n}">Giảm giá {n * 7}% hôm nay</a></div>',
    "advert without a link": lambda n: f'<div class="quang-cao">Mua hai tặng {n}</div>',
    "labelled advert": lambda n: f'<div class="adv-box"><span>Quảng cáo</span><p>Cửa hàng Vạn Phúc giảm giá {n} nghìn đồng cho mọi khách hàng đến mua trong tuần này.</p></div>',
    "advert of a network": lambda n: f'<ins class="adsbygoogle" data-ad-slot="{n}"><a href="//ads.example/{n}"><img src="//ads.example/{n}.jpg"></a></ins>',
    "advert picture": lambda n: f'<div id="div-gpt-ad-{n}"><a href="https://qc.example/?{n}"><img src="/qc/{n}.jpg" alt="Quảng cáo"></a></div>',
    "share count": lambda n: f'<div class="social-share">Chia sẻ <span class="count">{n * 5}</span></div>',
    "share buttons": lambda n: f'<ul class="share-buttons"><li><a href="https://fb.example/?{n}">Facebook</a></li><li><a href="https://zalo.example/?{n}">Zalo</a></li></ul>',
    "likes": lambda n: f'<div class="fb-like" data-count="{n}"><span>{n} lượt thích</span></div>',
    "rating": lambda n: f'<div class="danh-gia">Đánh giá: {n % 5}.5/5 ({n} lượt)</div>',
    "stars": lambda n: f'<div class="star-rating"><span>★★★★☆</span> <em>{n}</em></div>',
    "comments": lambda n: f'<div class="comments"><h3>Bình luận ({n})</h3><div class="comment-item"><b>Bạn đọc {n}</b><p>Bài viết rất hay, mong trường làm thêm nhiều việc như thế ở các thôn khác.</p><a href="#r{n}">Trả lời</a></div></div>',
    "comment form": lambda n: f'<form action="/binh-luan/{n}"><p>Gửi bình luận</p><input name="sid" value="{n}"><textarea>Ý kiến {n}</textarea><button>Gửi</button></form>',
    "cookie banner": lambda n: f'<div class="cookie-consent"><p>Trang này dùng cookie để phục vụ bạn tốt hơn, phiên bản {n} của thỏa thuận.</p><button>Đồng ý</button></div>',
    "cookie banner without a name": lambda n: f'<div id="b{n}"><p>We use cookies to make this site work for you, version {n} of our terms.</p><button>Accept all</button></div>',
    "tags": lambda n: f'<div class="tags">Từ khóa: <a href="/tag/{n}">sách</a>, <a href="/tag/x{n}">thôn {n}</a></div>',
    "tools": lambda n: f'<div class="toolbar"><a href="/in/{n}">In trang</a> <a href="/thu/{n}">Gửi email</a></div>',
    "views with a name": lambda n: f'<div class="view-count">Lượt xem: {n}</div>',
    "visitors with a name": lambda n: f'<div class="luot-truy-cap">Lượt truy cập: {n * 31}</div>',
    "minutes ago": lambda n: f"<p>Cập nhật {n + 2} phút trước</p>",
    "hours ago": lambda n: f"<div>{n + 2} hours ago</div>",
    "clock": lambda n: f"<p>Hôm nay: thứ hai, {n % 27 + 1:02}/11/2026 10:{n % 60:02}</p>",
    "clock with seconds": lambda n: f'<div class="dong-ho">Thứ ba, {n % 27 + 1:02}/10/2026 10:15:{n % 60:02}</div>',
    "display none": lambda n: f'<p style="display:none">mã {n * 7919}</p>',
    "visibility hidden": lambda n: f'<div style="visibility: hidden">phiên {n}</div>',
    "hidden attribute": lambda n: f"<p hidden>khóa {n}</p>",
    "aria-hidden": lambda n: f'<div aria-hidden="true">biểu tượng {n}</div>',
    "size of nothing": lambda n: f'<p style="font-size:0">dấu {n}</p>',
    "for screen readers": lambda n: f'<p class="sr-only">Đoạn {n} của trang</p>',
    "off the page": lambda n: f'<div style="position:absolute;left:-9999px">mua hàng {n}</div>',
    "template": lambda n: f"<template><p>mẫu {n}</p></template>",
    "noscript": lambda n: f"<noscript><p>bật script {n}</p></noscript>",
    "hidden field": lambda n: f'<input type="hidden" name="token" value="{n}">',
    "tracking pixel": lambda n: f'<img src="https://dem.example/p?{n}" width="1" height="1" alt="">',
    "pixel by style": lambda n: f'<img src="https://dem.example/q?{n}" style="width:1px;height:1px">',
    "menu": lambda n: f'<ul class="breadcrumb"><li><a href="/">Trang chủ</a></li><li><a href="/c{n}">Mục {n}</a></li></ul>',
    "newsletter": lambda n: f'<div class="newsletter"><p>Nhận bản tin số {n} qua thư mỗi tuần.</p><input name="thu"><button>Đăng ký</button></div>',
    "poll": lambda n: f'<div class="poll"><p>Bạn có thích bài này không?</p><label><input type="radio">Có ({n})</label></div>',
}  # fmt: skip
# Without a name: told only where they stand at an end.
AT_THE_END: dict[str, Callable[[int], str]] = {
    "views": lambda n: f"<p>Lượt xem: {100 + n}</p>",
    "views in English": lambda n: f"<p>Views: {100 + n}</p>",
    "visitors": lambda n: f"<p>Lượt truy cập: {n * 13}</p>",
    "readers": lambda n: f"<div>Số lần đọc: {n}</div>",
    "rating": lambda n: f"<p>Đánh giá: {n % 5}.5/5 ({n} lượt)</p>",
    "comments": lambda n: f"<p>Bình luận ({n})</p>",
    "share": lambda n: f"<p>Chia sẻ: {n}</p>",
    "tags": lambda n: f"<p>Tags: sách, thôn {n}, đoàn viên</p>",
    "buttons": lambda _: "<p>In bài viết</p>",
    "flat related list": lambda n: f'<p><b>Tin khác</b></p><p><a href="/tin/a-{n}.html">Xã mở lớp học số {n}</a></p><p><a href="/tin/b-{n}.html">Trường nhận cờ thi đua {n}</a></p>',
}  # fmt: skip
# Text of the article: it must stay, and as it is.
TRAPS: dict[str, tuple[str, str]] = {
    "a law of adverts": ('<div class="content-ads-law"><p>{}</p></div>', "Điều 5 của luật quảng cáo cấm treo biển trên cây xanh ở trước cổng trường và nhà văn hóa."),
    "share holders": ('<ul class="share-holders"><li>{}</li></ul>', "Ông Lê Minh giữ 40% cổ phần"),
    "a commentary": ('<div class="comment"><p>{}</p></div>', "Theo nhà nghiên cứu Hoàng Lan, việc đọc sách ở thôn phải bắt đầu từ chính các bậc cha mẹ trong nhà."),
    "adverts around a paragraph": ('<div class="ads"><p>{}</p></div>', "Trường cũng mời các cửa hàng trong xã góp sách, mỗi nhà một cuốn, để tủ sách của thôn thêm đầy."),
    "a banner that was carried": ('<div class="banner"><p>{}</p></div>', "Trên băng rôn treo trước đình là dòng chữ do chính các em học sinh lớp bốn của trường viết."),
    "related laws": ('<div class="related"><p>{}</p></div>', "Các quy định liên quan đến thư viện xã được chi bộ đọc lại trước khi lên đường đi khảo sát."),
    "a count in a report": ("<p>{}</p>", "Lượt xem: 12.345 là con số mà ban biên tập nêu ra khi nói về trang tin của xã trong năm qua."),
    "a line of a report": ("<p>{}</p>", "Lượt xem: 12.345"),
    "a rating in a report": ("<p>{}</p>", "Đánh giá: 4.5/5"),
    "ago in a sentence": ("<p>{}</p>", "Ba năm trước nơi đây chỉ có một căn phòng trống và vài chiếc ghế gỗ đã cũ."),
    "today in a sentence": ("<p>{}</p>", "Hôm nay, thôn Đông đã có phòng đọc riêng với hai cửa sổ nhìn ra sân đình."),
    "a heading like one": ("<h3>{}</h3>", "Các bài liên quan"),
    "comments as a subject": ("<p>{}</p>", "Bình luận của bạn đọc về bài trước được chi bộ đọc lại từng dòng trong cuộc họp hôm ấy."),
    "an aside of prose": ("<aside><p>{}</p></aside>", "Xã Hạ Bình có năm thôn với hơn hai nghìn hộ dân, phần lớn làm ruộng và trồng hoa bên sông."),
    "a print of a book": ('<p class="print">{}</p>', "Bản in lần thứ hai của cuốn sử làng ra năm 1998."),
    "a cookie to eat": ("<p>{}</p>", "Các cô giáo mang theo bánh cookie tự làm cho bọn trẻ trong thôn ăn giữa giờ nghỉ."),
    "a poll of opinion": ('<div class="survey"><p>{}</p></div>', "Khảo sát cho thấy bảy trong mười gia đình muốn có phòng đọc mở cửa đến chín giờ tối mỗi ngày."),
    "a quotation": ('<blockquote class="twitter-tweet"><p>{}</p></blockquote>', "Thôn tôi vừa có thêm bốn trăm cuốn sách, mời mọi người ghé chơi."),
    "seen by eyes alone": ("<p>{}</p>", "Phòng rộng 30 mét vuông."),
    "a link in a sentence": ("<p>{}</p>", "Xem thêm quy định về tủ sách thôn do xã ban hành hồi đầu năm."),
    "a heading to read on": ("<h3>{}</h3>", "Đọc thêm sách ở thôn Đông"),
    "a law to read": ('<p><a href="https://luat.example/15">{}</a></p>', "Xem thêm: Nghị định về tủ sách"),
    "a document to read": ('<p><a href="/vb/so-muon.pdf">{}</a></p>', "Xem thêm: sổ mượn của thôn"),
    "an announced link": ("<p>{}</p>", "Danh mục sách gồm có:"),
    "a social policy": ('<div class="social-policy"><p>{}</p></div>', "Chính sách xã hội của xã."),
    "a tag of clothes": ('<p class="tag">{}</p>', "Điều 1. Tên gọi của tủ sách."),
    "a step of a list": ("<ol><li>{}</li></ol>", "In trang bìa của sổ mượn sách"),
    "a day": ("<p>{}</p>", "Thứ ba, ngày 24/11/2026"),
    "until found": ('<p hidden="until-found">{}</p>', "Phần này hiện ra khi tìm thấy trong trang."),
}  # fmt: skip


def write_page(look: str, body: str, info: str = INFO) -> str:
    """Write the page of an article in one of the two looks."""
    if look == "liferay":
        middle = (
            f'<div class="portlet-boundary portlet-boundary_101_"><div class="asset-full-content-title">{TITLE}</div>'
            f'<div class="assetPublishDate block_timer">{info}</div>'
            '<div class="asset-full-content"><div class="asset-content" id="_101_5512">'
            f'<div class="journal-content-article">{body}</div></div></div></div>'
        )
    else:
        middle = (
            f'<div class="article"><h1 class="title">{TITLE}</h1><div class="info">Ngày đăng: 24/11/2026 - Lượt xem: 77</div>'
            f'<div class="content">{body}</div></div>'
        )
    return (
        f'<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8"><title>{TITLE} - Trang tin</title></head><body>'
        '<div id="top"><a href="/">Trang chủ</a> <a href="/tin">Tin tức</a></div>'
        f'<div id="main">{middle}</div><div id="foot">© 2026 Trang tin</div></body></html>'
    )


def read(look: str, body: str, info: str = INFO) -> Article:
    """Read the article of a page with a body."""
    return read_html(look, write_page(look, body, info))


def read_html(look: str, html: str) -> Article:
    """Read the article of a whole page."""
    platform = LIFERAY_HANOI if look == "liferay" else GENERIC
    page = read_page(Capture(URL[look], AT, 200, (), html.encode()), platform, ZONE)
    assert isinstance(page, Article), page
    return page


def furnish(pieces: Sequence[str], count: int = len(PARAGRAPHS)) -> str:
    """Write a body with pieces of boilerplate before its paragraphs and after the last; "" puts none there."""
    paragraphs = [f"<p>{text}</p>" for text in PARAGRAPHS[:count]]
    slots = list(pieces)[: count + 1] + [""] * (count + 1 - len(pieces))
    return "".join(slot + paragraph for slot, paragraph in zip(slots, [*paragraphs, ""], strict=True))
