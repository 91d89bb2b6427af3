"""Kinds of noise and kinds of edits, for the tests of both: what pages add by themselves, and what editors do."""

from collections.abc import Callable
from uuid import UUID

from tests.noisy_portal import Moment, Moving, Story, mark

PROVERBS = (
    "Ăn quả nhớ kẻ trồng cây.",
    "Một cây làm chẳng nên non, ba cây chụm lại nên hòn núi cao.",
    "Uống nước nhớ nguồn.",
    "Đi một ngày đàng học một sàng khôn.",
    "Gần mực thì đen.",
    "Có chí thì nên, kiến tha lâu cũng đầy tổ.",
    "Thương người như thể thương thân.",
    "Lá lành đùm lá rách.",
    "Học thầy không tày học bạn.",
    "Nhiễu điều phủ lấy giá gương.",
    "Chớ thấy sóng cả mà ngã tay chèo.",
)
SKIES = (
    "trời nắng",
    "mưa rào",
    "nhiều mây",
    "có dông",
    "sương mù",
    "gió mùa",
    "nắng gắt",
    "se lạnh",
    "âm u",
    "hửng nắng",
)
SIDES = (
    "<p>Bạn đọc gửi ý kiến cho tòa soạn qua hộp thư điện tử, thư được trả lời trong vòng năm ngày làm việc.</p>",
    "<p>Mời tải ứng dụng mới để nhận tin sớm nhất, hoàn toàn miễn phí cho mọi loại điện thoại đang dùng.</p>",
)


def by_hit(write: Callable[[int, int], str]) -> Moving:
    """Let something move with every answer."""
    return lambda moment: write(moment.hit, moment.number)


def by_day(write: Callable[[int, int], str]) -> Moving:
    """Let something move once a day."""
    return lambda moment: write(moment.day + 1, moment.number)


def _picture(address: str) -> str:
    return f'<p><img src="{address}"></p>'


def _file(address: str) -> str:
    return f'<p><a href="{address}">Kế hoạch tuần.pdf</a></p>'


# Each with its own folder, as on a site that mixes them; n moves, a is the article's number.
ADDRESSES: dict[str, Callable[[int, int], str]] = {
    "expires, signature": lambda n, a: _picture(f"/k1/p{a}.jpg?Expires={1770000000 + n}&Signature={mark(n, a)}%3D"),
    "amazon": lambda n, a: _picture(f"/k2/p{a}.jpg?X-Amz-Date=2026030{n}T1&X-Amz-Signature={mark(n, a, size=64)}"),
    "v": lambda n, a: _picture(f"/k3/p{a}.png?v={n}{a}"),
    "ts": lambda n, a: _picture(f"/k4/p{a}.png?w=600&ts={1770000000000 + n}"),
    "underscore": lambda n, a: _picture(f"/k5/p{a}.gif?_={mark(n, size=8)}"),
    "verify of a script": lambda n, a: _picture(f"/k6/image.ashx?id={a}&verify={mark(n, a)}"),
    "hash in the name": lambda n, a: _picture(f"/k7/anh-dep-{a}-{mark(n, a, size=8)}.jpg"),
    "hash is the name": lambda n, a: _picture(f"/k8/{mark(n, a, size=32)}.jpg"),
    "hash of a folder": lambda n, a: _picture(f"/k9/{mark(n, a, size=10)}/bia-{a}.jpg"),
    "size in the name": lambda n, a: _picture(f"/k10/anh-{a}-{300 + n}x{200 + n}.jpg"),
    "time in the name": lambda n, a: _picture(f"/k11/{a}_{20260302101500 + n}.jpeg"),
    "signed document": lambda n, a: _file(f"/k12/vb{a}.pdf?Expires={1770000000 + n}&Signature={mark(n, a)}"),
    "token of a document": lambda n, a: _file(f"/k13/tai.aspx?file=vb{a}.pdf&token={mark(n, a, size=20)}"),
    "hash of a document": lambda n, a: _file(f"/k14/vb{a}.{mark(n, a, size=16)}.pdf"),
    "uuid": lambda n, a: _picture(f"/k22/{UUID(mark(n, a, size=32))}.jpg"),
    "time with dashes": lambda n, a: _picture(f"/k23/bia-{a}_2026-03-{n + 10}-10-15-{n + 10}.jpg"),
    "hashes of folder and name": lambda n, a: _picture(f"/k24/{mark(n, a, size=6)}/{mark(a, n, size=20)}.webp"),
    "hash before a name": lambda n, a: _picture(f"/k25/{mark(n, a, size=10)}-le-hoi-{a}.jpg"),
    "upper case": lambda n, a: _picture(f"/k26/{mark(n, a, size=16).upper()}.JPG"),
    "two at once": lambda n, a: _picture(f"/k15/a{a}.jpg?v={n}9") + _picture(f"/k15/b{a}.jpg?v={n}9"),
}
# Proven by a second look alone: no machine's mark is on them.
SHOWN_BY_TURNS: dict[str, Callable[[int, int], str]] = {
    "one of some pictures": lambda n, a: _picture(f"/k16/banner{n % 7}.jpg"),
    "a picture that comes and goes": lambda n, a: _picture("/k27/quang-cao.jpg") if n % 2 else "",
    "pictures with nothing in common": lambda n, a: _picture(
        f"/k17/{('hoa', 'bien', 'nui', 'dao', 'song')[n % 5]}.jpg"
    ),
}
TEXTS: dict[str, Callable[[int, int], str]] = {
    "counter": lambda n, a: f"<p>Bài viết đã có {100 * a + n} bạn đọc quan tâm</p>",
    "counter with points": lambda n, a: f"<p>Tổng số người ghé thăm: 1.{200 + n}.{310 + a}</p>",
    "bare number": lambda n, a: f"<p>{7000 + 13 * n}</p>",
    "weather": lambda n, a: f"<p>Thời tiết Hà Nội: {18 + n % 9}°C, {SKIES[n % 10]}</p>",
    "temperature": lambda n, a: f"<p>Nhiệt độ ngoài trời {20 + n % 9} độ</p>",
    "visitor number": lambda n, a: f"<p>Bạn là vị khách thứ {88000 + n}</p>",
    "proverb": lambda n, a: f"<p>{PROVERBS[n % 11]}</p>",
    "proverb in quotes": lambda n, a: f"<blockquote><p>“{PROVERBS[(n + a) % 11]}”</p></blockquote>",
    "advert": lambda n, a: f"<p>Siêu thị giảm giá {5 * n}% cho {PROVERBS[n % 11][:12]} đến hết tuần</p>",
    "clock": lambda n, a: f"<p>Bây giờ là {n % 24:02}:{(7 * n) % 60:02}</p>",
    "comments": lambda n, a: f"<p>Ý kiến bạn đọc ({n + a})</p>",
    "inside a paragraph": lambda n, a: (
        f"<p>Ban tổ chức {a} cho hay cổng thông tin vừa đón lượt truy cập thứ {5000 + n} trong ngày khai mạc, và mong "
        "các đơn vị tiếp tục gửi bài, ảnh, ý kiến đóng góp về hộp thư chung để kịp biên tập cho số báo tiếp theo; mọi "
        "thắc mắc xin liên hệ bộ phận thường trực tại tầng hai, trong giờ hành chính của các ngày làm việc.</p>"
    ),
    "two numbers in a paragraph": lambda n, a: (
        f"<p>Theo ban biên tập {a}, tính đến lúc {n % 24:02}:{n % 60:02} trang này đã phục vụ {9000 + n} lượt bạn đọc "
        "khắp các tỉnh, trong đó phần lớn là đoàn viên, cán bộ và sinh viên các trường; số liệu do hệ thống máy chủ tự "
        "ghi nhận.</p>"
    ),
    "many lines": lambda n, a: "".join(f"<p>{PROVERBS[(n + k) % 11]}</p>" for k in range(6)),
    "a line in a table": lambda n, a: f"<table><tr><td>Vàng</td><td>{80 + n},{n % 10}</td><td>triệu</td></tr></table>",
    "a line in a list": lambda n, a: f"<ul><li>Đang trực tuyến: {n + 3}</li><li>Hôm qua: {n * 7}</li></ul>",
    "two lines": lambda n, a: f"<p>Số người xem: {n}</p><p>{PROVERBS[n % 11]}</p>",
    "comes and goes": lambda n, a: "<p>Mời bạn đọc tham gia cuộc thi ảnh đẹp quê hương.</p>" if n % 2 else "",
    "token": lambda n, a: f'<p>Phiên số {mark(n, a, size=16)}</p><input type="hidden" value="{mark(n)}">',
    "download count in a link": lambda n, a: f'<p><a href="/k20/vb{a}.pdf">Quyết định {a}.pdf (đã tải {n} lần)</a></p>',
    "caption": lambda n, a: f'<figure><img src="/k21/{a}.jpg"><figcaption>Ảnh đã xem {n} lần</figcaption></figure>',
    "this or that paragraph": lambda n, a: SIDES[n % 2],
}
# What prints the day of the look, or grows with the days.
CLOCKS: dict[str, Moving] = {
    "today": lambda m: f"<p>Hôm nay là ngày {2 + m.day:02}/03/2026</p>",
    "days since": lambda m: f"<p>Tin được biên tập lại cách đây {m.day + 4} hôm</p>",
}


def list_proven() -> dict[str, Moving]:
    """List what a second look proves: all that moves with every answer."""
    return {name: by_hit(write) for name, write in {**ADDRESSES, **SHOWN_BY_TURNS, **TEXTS}.items()}


def list_daily() -> dict[str, Moving]:
    """List what moves by the day and is known for noise all the same."""
    return {**{name: by_day(write) for name, write in ADDRESSES.items()}, **CLOCKS}


Edit = Callable[[Story], None]


def _replace(old: str, new: str) -> Edit:
    def edit(story: Story) -> None:
        changed = [paragraph.replace(old, new) for paragraph in story.paragraphs]
        assert changed != story.paragraphs, old
        story.paragraphs = changed

    return edit


def _add(html: str, place: int = 4) -> Edit:
    return lambda story: story.paragraphs.insert(place, html)


def _retitle(story: Story) -> None:
    story.title = story.title.replace("Hội nghị", "Kỳ họp")


MORE = (
    '<p><img src="/anh/mot.jpg"></p><p><img src="/anh/hai-0a1b2c3d.jpg"></p>'
    '<p><a href="/tai/vb.pdf?so=11">Nghị quyết số 9.pdf</a></p><p><a href="/tai/phu-luc.doc">Phụ lục.doc</a></p>'
    "<p>Tổng kinh phí là 450 triệu đồng.</p><p>Số ca mắc trong ngày: 12</p><p>Hạn nộp: 15/04/2026</p>"
)
EDITS: dict[str, tuple[Edit, set[str]]] = {
    "a word": (_replace("thảo luận", "bàn bạc"), {"body"}),
    "a number in a sentence": (_replace("450 triệu", "540 triệu"), {"body"}),
    "a number in a line": (_replace("ngày: 12", "ngày: 15"), {"body"}),
    "a date": (_replace("15/04/2026", "20/04/2026"), {"body"}),
    "a name": (_replace("tháng tới", "tháng sau tới"), {"body"}),
    "a sentence more": (_replace("làm việc của", "làm việc. Buổi chiều nghỉ. Kế hoạch của"), {"body"}),
    "a paragraph more at the end": (_add("<p>Hội nghị bế mạc lúc mười bảy giờ cùng ngày.</p>", 99), {"body"}),
    "a paragraph more in the middle": (_add("<p>Đến dự có đại diện các sở, ngành.</p>", 2), {"body"}),
    "a paragraph more at the begin": (_add("<p>Sáng nay, dưới cơn mưa phùn, hội trường chật kín.</p>", 1), {"body"}),
    "a paragraph less": (lambda story: story.paragraphs.__delitem__(2), {"body"}),
    "a short line more": (_add("<p>(Còn nữa)</p>"), {"body"}),
    "a short line less": (_replace("<p>Số ca mắc trong ngày: 12</p>", ""), {"body"}),
    "a short line exchanged": (_replace("Số ca mắc trong ngày: 12", "Không còn ca mắc mới"), {"body"}),
    "paragraphs in another order": (lambda story: story.paragraphs.insert(1, story.paragraphs.pop(2)), {"body"}),
    "everything written anew": (
        lambda story: story.__setattr__(
            "paragraphs", [f"<p>Bản viết lại, đoạn {n} dài hơn.</p>" * 2 for n in range(6)] + [MORE]
        ),
        {"body"},
    ),
    "a marked correction": (_add("<p>Đính chính: số liệu ở đoạn hai đã được sửa.</p>", 99), {"body"}),
    "the title": (_retitle, {"title"}),
    "a picture exchanged": (_replace("/anh/mot.jpg", "/anh/khac.jpg"), {"images"}),
    "a picture exchanged for the next": (_replace("/anh/mot.jpg", "/anh/mot-2.jpg"), {"images"}),
    "a picture with a hash exchanged": (_replace("hai-0a1b2c3d", "hai-9f8e7d6c"), {"images"}),
    "a picture more": (_add('<p><img src="/anh/ba.jpg"></p>'), {"images"}),
    "a picture less": (_replace('<p><img src="/anh/mot.jpg"></p>', ""), {"images"}),
    "a picture in another version": (_replace("/anh/mot.jpg", "/anh/mot.jpg?v=2"), {"images"}),
    "pictures in another order": (
        _replace(
            '<p><img src="/anh/mot.jpg"></p><p><img src="/anh/hai-0a1b2c3d.jpg"></p>',
            '<p><img src="/anh/hai-0a1b2c3d.jpg"></p><p><img src="/anh/mot.jpg"></p>',
        ),
        {"images"},
    ),
    "a document exchanged": (_replace("/tai/phu-luc.doc", "/tai/phu-luc-moi.doc"), {"attachments"}),
    "a document of the same name": (_replace("vb.pdf?so=11", "vb.pdf?sid=12"), {"attachments"}),
    "a document in another folder": (_replace("/tai/phu-luc.doc", "/tai/2026/phu-luc.doc"), {"attachments"}),
    "a document more": (_add('<p><a href="/tai/them.pdf">Văn bản thêm.pdf</a></p>', 99), {"attachments", "body"}),
    "a document less": (_replace('<p><a href="/tai/phu-luc.doc">Phụ lục.doc</a></p>', ""), {"attachments", "body"}),
    "the name of a document": (_replace("Nghị quyết số 9.pdf", "Nghị quyết số 10.pdf"), {"attachments", "body"}),
}


def tell_apart(moment: Moment) -> str:
    """Write several kinds of noise at once, to stand beside an edit."""
    return f"{TEXTS['counter'](moment.hit, moment.number)}{ADDRESSES['hash in the name'](moment.hit, moment.number)}"
