"""The text of an article on a page of no known platform: all of it, and nothing of what stands around it."""

# ruff: noqa: E501 - a paragraph is a line

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.model import Article, Capture, Page
from archiver.parsing.page import read_page
from archiver.platforms.generic import GENERIC

SITE = "https://paper.example.org"
AT = datetime(2024, 6, 1, 3, tzinfo=UTC)


@dataclass(frozen=True)
class Words:
    """What a site of one language prints: an article, and what stands around one."""

    title: str
    text: tuple[str, ...]
    ends: tuple[str, ...]
    related: str
    others: tuple[str, ...]
    subheadings: tuple[str, ...]
    comments: tuple[str, ...]
    info: str
    signer: str


VI = Words(
    "Phường Mẫu khánh thành nhà văn hóa mới của khu phố Bảy",
    (
        "Chiều mùng chín, phường Mẫu cắt băng khánh thành nhà văn hóa khu phố Bảy, công trình mà bà con đã mong đợi suốt mấy năm qua.",
        "Ngôi nhà hai tầng có phòng đọc sách, sân bóng bàn và hội trường một trăm hai mươi chỗ, được dựng trên nền kho cũ của hợp tác xã.",
        "Ông trưởng khu phố cho biết gần một nửa kinh phí do nhân dân đóng góp, phần còn lại trích từ ngân sách của phường.",
        "Từ tuần sau, thư viện mở cửa vào các buổi tối, riêng ngày nghỉ mở cả ngày để các cháu học sinh đến mượn sách.",
        "Dịp này, phường cũng trao ba mươi suất quà cho các gia đình đã hiến đất làm lối vào.",
    ),
    ("Bình luận", "Ý kiến (0)", "Gửi bình luận", "Chia sẻ:", "Bình luận (4)"),
    "Tin liên quan",
    (
        "Khu phố Ba vận động được hai trăm cuốn sách cho thư viện",
        "Phường Mẫu họp bàn việc sửa đường liên khu",
        "Đội bóng bàn khu phố Bảy giành giải nhì cấp quận",
    ),
    ("Ý kiến của người dân trong khu phố", "Bình luận viên nói gì", "Xếp hạng các khu phố trong năm"),
    ("12 bình luận", "Bình luận (2)", "Ý kiến bạn đọc (2)"),
    "09/04/2024 14:20",
    "Lê Thị Mẫu",
)
EN = Words(
    "Harbour committee opens the restored customs house to visitors",
    (
        "After six years of scaffolding, the harbour committee handed the restored customs house back to the town on Tuesday afternoon.",
        "Masons from the valley rebuilt the east wall stone by stone, while the roof was given the copper sheets that old drawings show.",
        "Visitors will find a reading room on the ground floor, and above it a small exhibition about ferries, tides and tolls.",
        "The committee expects some nine thousand guests a year, most of them in the summer months when the market is held.",
        "A second phase, which concerns the cellars, still waits for its permit.",
    ),
    ("Comments", "0 comments", "Leave a comment", "Share this:", "Share this"),
    "Related articles",
    (
        "Ferry timetable changes for the winter months ahead",
        "Market traders ask for new lamps along the quay",
        "Old crane on the north pier will be painted again",
    ),
    ("Popular with school classes", "Related work in the cellars", "Comments from the council"),
    ("3 Comments", "Comments (3)", "Comments"),
    "April 9, 2024",
    "Jane Sample",
)
DE = Words(
    "Ausschuss beschließt den Umbau der alten Feuerwache am Markt",
    (
        "Der Ausschuss für Bauen hat am Dienstagabend beschlossen, die alte Feuerwache am Markt zu einem Haus der Vereine umzubauen.",
        "Im Erdgeschoss entstehen eine Werkstatt und ein Saal mit achtzig Plätzen, darüber Räume für Chor, Schachklub und Musikschule.",
        "Die Kosten liegen nach Angaben der Verwaltung bei rund zwei Millionen, ein Drittel davon trägt eine Stiftung aus dem Nachbarort.",
        "Begonnen wird im Herbst mit dem Dach, weil der Regen dort schon seit Jahren durch die Ziegel dringt.",
        "Bis dahin bleiben die Türen der Wache für alle geschlossen.",
    ),
    ("Kommentare", "3 Kommentare", "Teilen:", "Teilen", "Weitere Beiträge"),
    "Ähnliche Beiträge",
    (
        "Musikschule sucht dringend neue Räume für den Winter",
        "Marktbrunnen läuft nach langer Pause wieder",
        "Freiwillige streichen den Zaun am alten Friedhof",
    ),
    ("Weitere Schritte noch vor dem Winter", "Kommentare aus der Runde der Vereine", "Neueste Pläne für den Saal"),
    ("2 Kommentare", "Kommentare (2)", "Kommentare"),
    "9. April 2024",
    "Erika Beispiel",
)
ZH = Words(
    "某镇党委组织全体干部清理河道迎接汛期",
    (
        "四月九日上午，某镇党委组织机关干部和村民代表一百余人，沿着镇东的小河清理杂草和淤泥，为即将到来的汛期做好准备。",
        "大家分成八个小组，有的在岸上割草，有的下到水里打捞漂浮物，到中午时分已经清理了将近三公里的河段。",
        "镇党委负责人说，去年夏天这里的水位一度漫过石桥，今年必须提前把河道疏通，让沿岸的群众睡得安稳。",
        "下一步，镇里还将在桥头设立值班点，安排专人每天记录水位，并及时向各村通报情况。",
    ),
    ("评论", "评论(0)", "分享到", "下一篇", "网友评论"),
    "相关文章",
    ("某镇小学举办春季运动会师生踊跃参加", "镇卫生院为老年人开展免费体检活动", "村里的果园今年迎来第一次大丰收"),
    ("热门河段的清理安排", "推荐阅读的治水手册", "评论员的几点看法"),
    ("网友评论", "评论(3)", "评论"),
    "2024-04-09 14:20",
    "李样本",
)
RU = Words(
    "Комитет посёлка открыл отремонтированную библиотеку на набережной",
    (
        "Во вторник комитет посёлка открыл после ремонта библиотеку на набережной, которую жители ждали с позапрошлой осени.",
        "В читальном зале поставили новые столы и лампы, а на втором этаже появилась комната для детей с низкими полками и ковром.",
        "По словам заведующей, за время ремонта фонд пополнился на две тысячи книг, большую часть которых подарили сами читатели.",
        "Теперь библиотека работает и по воскресеньям, а зимой здесь начнутся занятия кружка любителей старых карт.",
    ),
    ("Комментарии", "Комментарии (0)", "Поделиться", "Читайте также:", "Новости"),
    "Похожие материалы",
    (
        "Паром через реку снова ходит по летнему расписанию",
        "Школьники посадили вдоль набережной сорок лип",
        "Старый маяк на мысу покрасят к началу сезона",
    ),
    ("Новости читального зала", "Похожие проекты соседей", "Комментарии заведующей"),
    ("Комментарии (2)", "Комментарии", "2 комментария"),
    "9 апреля 2024",
    "Анна Примерова",
)
LANGUAGES = {"vi": VI, "en": EN, "de": DE, "zh": ZH, "ru": RU}


def _list_titles(titles: tuple[str, ...]) -> str:
    return (
        "<ul>" + "".join(f"<li><a href='/{n}/other.html'>{title}</a></li>" for n, title in enumerate(titles)) + "</ul>"
    )


# How systems put paragraphs into a page.
MARKUPS: dict[str, Callable[[str, str, list[str]], str]] = {
    "paragraphs": lambda title, info, text: (
        f"<main><h1>{title}</h1><div class=when>{info}</div><div>{''.join(_paragraph(one) for one in text)}</div></main>"
    ),
    "article": lambda title, info, text: (
        f"<article><header><h1>{title}</h1><time>{info}</time></header>{''.join(_paragraph(one) for one in text)}</article>"
    ),
    "divisions": lambda title, info, text: (
        f"<div><h2>{title}</h2><div>{info}</div><div>"
        f"{''.join(one if one.startswith('<') else f'<div>{one}</div>' for one in text)}</div></div>"
    ),
    "lines": lambda title, info, text: (
        f"<div><h1>{title}</h1><span>{info}</span><div>{'<br><br>'.join(text)}</div></div>"
    ),
    "components": lambda title, info, text: (
        f"<div><h1>{title}</h1><div>{info}</div><div>{''.join(f'<div class=part>{_paragraph(one)}</div>' for one in text)}</div></div>"
    ),
    "table": lambda title, info, text: (
        f"<table width=100%><tr><td><h1>{title}</h1></td></tr><tr><td>{info}</td></tr>"
        f"<tr><td>{''.join(_paragraph(one) for one in text)}</td></tr></table>"
    ),
}


def _paragraph(piece: str) -> str:
    return piece if piece.startswith("<") else f"<p>{piece}</p>"


def build(words: Words, markup: str, pieces: list[str], info: str | None = None, below: str = "") -> str:
    """Build a page: menu, article (texts and ready elements in order), side column, foot."""
    menu = "".join(f"<li><a href='/m{n}'>{other.split()[0][:12]}</a></li>" for n, other in enumerate(words.others))
    main = MARKUPS[markup](words.title, words.info if info is None else info, pieces)
    side = f"<div><h3>{words.related}</h3>{_list_titles(words.others)}</div>"
    return (
        f"<html><head><title>{words.title} | Example</title></head><body><ul>{menu}</ul>"
        f"<div><div>{main}{below}</div>{side}</div><div>© 2024 Example Paper</div></body></html>"
    )


def read(html: str) -> Page:
    return read_page(
        Capture(f"{SITE}/2024/a-118.html", AT, 200, (), html.encode()), GENERIC, ZoneInfo("Asia/Ho_Chi_Minh")
    )


def read_lines(html: str) -> list[str]:
    """Read a page, and return the lines of its article's text, a lead the first of them."""
    page = read(html)
    assert isinstance(page, Article), page
    return [line for part in (page.lead, *page.paragraphs) if part for line in part.split("\n")]


in_languages = pytest.mark.parametrize("words", LANGUAGES.values(), ids=LANGUAGES)
in_markups = pytest.mark.parametrize("markup", MARKUPS)

BUTTONS = {
    "a link": "<div><a href='#comments'>{word}</a></div>",
    "a division": "<div><span>{word}</span></div>",
    "a heading": "<h4>{word}</h4>",
    "a list": "<ul><li><a href='#c'>{word}</a></li><li><a href='#s'>Facebook</a></li></ul>",
}


@in_languages
@pytest.mark.parametrize("button", BUTTONS)
def test_an_end_word_above_the_text_ends_nothing(words: Words, button: str) -> None:
    for word, markup in zip(words.ends, MARKUPS, strict=False):
        html = build(words, markup, [BUTTONS[button].format(word=word), *words.text])
        assert read_lines(html) == list(words.text), (word, markup)


BOXES = {
    "a division": "<div class=box><h4>{heading}</h4><a href='/7/other.html'>{title}</a></div>",
    "an aside": "<aside><b>{heading}</b><ul><li><a href='/7/other.html'>{title}</a></li></ul></aside>",
    "a list": "<div><div>{heading}</div><ul><li><a href='/7/other.html'>{title}</a></li></ul></div>",
    "a table": "<table><tr><th>{heading}</th></tr><tr><td><a href='/7/other.html'>{title}</a></td></tr></table>",
}


@in_languages
@pytest.mark.parametrize("box", BOXES)
def test_a_related_box_is_no_text_and_no_end(words: Words, box: str) -> None:
    related = BOXES[box].format(heading=words.related, title=words.others[0])
    for place in (0, 1, 2):
        html = build(words, "paragraphs", [*words.text[:place], related, *words.text[place:]])
        assert read_lines(html) == list(words.text), place


@in_languages
@in_markups
def test_a_linked_heading_above_the_text(words: Words, markup: str) -> None:
    author = f"<h3><a href='/author/4'>{words.signer}</a></h3>"
    assert read_lines(build(words, markup, [author, *words.text])) == list(words.text)


@in_languages
@pytest.mark.parametrize("heading", ["<h3><a href='{}'>{}</a></h3>", "<h2><a href='{}'><b>{}</b></a></h2>"])
def test_a_linked_heading_within_the_text_is_text(words: Words, heading: str) -> None:
    first, *others = words.text
    linked = heading.format("https://law.example.org/decree/17", words.subheadings[1])
    html = build(words, "paragraphs", [first, linked, *others])
    assert read_lines(html) == [first, words.subheadings[1], *others]


@in_languages
@pytest.mark.parametrize("markup", ["paragraphs", "article", "divisions", "components", "table"])
def test_a_subheading_that_begins_like_an_end_word(words: Words, markup: str) -> None:
    for heading in words.subheadings:
        html = build(words, markup, [*words.text[:2], f"<h3>{heading}</h3>", *words.text[2:]])
        assert read_lines(html) == [*words.text[:2], heading, *words.text[2:]]


@in_languages
@in_markups
def test_links_between_date_and_text(words: Words, markup: str) -> None:
    html = build(words, markup, [f"<div>{_list_titles(words.others)}</div>", *words.text])
    assert read_lines(html) == list(words.text)


@in_languages
def test_what_readers_write_is_no_text(words: Words) -> None:
    said = "".join(
        f"<li><div><b>Reader {n}</b> <span>10/04/2024</span></div><p>{text} {text}</p></li>"
        for n, text in enumerate(words.others)
    )
    for heading, markup in zip(words.comments, ("paragraphs", "divisions", "table"), strict=True):
        comments = f"<div id=c7><h3>{heading}</h3><ol>{said}</ol></div>"
        assert read_lines(build(words, markup, list(words.text), below=comments)) == list(words.text), heading


@in_languages
@in_markups
def test_an_undated_text_is_an_article(words: Words, markup: str) -> None:
    page = read(build(words, markup, list(words.text), info=""))
    assert isinstance(page, Article), page
    assert (page.title, page.published) == (words.title, None)
    assert [line for part in (page.lead, *page.paragraphs) if part for line in part.split("\n")] == list(words.text)


@in_languages
@in_markups
def test_a_text_in_any_markup(words: Words, markup: str) -> None:
    page = read(build(words, markup, list(words.text)))
    assert isinstance(page, Article), page
    assert (page.title, page.published is not None) == (words.title, True)
    assert read_lines(build(words, markup, list(words.text))) == list(words.text)


@in_languages
@in_markups
def test_a_text_of_one_sentence(words: Words, markup: str) -> None:
    assert read_lines(build(words, markup, [words.text[0]])) == [words.text[0]]


@in_languages
@in_markups
def test_a_signature_below_the_text(words: Words, markup: str) -> None:
    """It is the author where it is set apart as signatures are; the text is whole either way."""
    signature = f"<p style='text-align: right'><b>{words.signer}</b></p>"
    page = read(build(words, markup, [*words.text, signature]))
    assert isinstance(page, Article), page
    lines = [line for part in (page.lead, *page.paragraphs) if part for line in part.split("\n")]
    assert (lines, page.author) == (list(words.text), words.signer)


@in_languages
@in_markups
def test_boxes_behind_the_article_are_no_text(words: Words, markup: str) -> None:
    teasers = "".join(
        f"<div><h4><a href='/{n}/other.html'>{title}</a></h4><p>{title}: {title.lower()} ...</p></div>"
        for n, title in enumerate(words.others)
    )
    below = f"<div><h3>{words.related}</h3>{teasers}</div><div><h3>{words.ends[0]}</h3><form><textarea></textarea></form></div>"
    assert read_lines(build(words, markup, list(words.text), below=below)) == list(words.text)


@st.composite
def articles(draw: st.DrawFn) -> tuple[Words, str, list[str], list[str]]:
    """Draw a language, a markup, the pieces of an article with something else among them, and the lines to be read."""
    words = draw(st.sampled_from([VI, EN, DE, ZH, RU]))
    text = draw(st.lists(st.sampled_from(words.text), min_size=3, unique=True))
    box = draw(st.sampled_from(list(BOXES.values()))).format(
        heading=words.related, title=draw(st.sampled_from(words.others))
    )
    button = draw(st.sampled_from(list(BUTTONS.values()))).format(word=draw(st.sampled_from(words.ends)))
    links = f"<div>{_list_titles(words.others)}</div>"
    among = draw(st.sampled_from([box, button, links]))
    place = draw(st.integers(0, len(text) - 1 - (among is button)))  # the last words below one may be a comment
    return words, draw(st.sampled_from(list(MARKUPS))), [*text[:place], among, *text[place:]], text


@settings(max_examples=80, deadline=None)
@given(articles())
def test_whatever_stands_amid_a_text_it_is_read_whole(drawn: tuple[Words, str, list[str], list[str]]) -> None:
    """Whether a word like "Comments" alone between two paragraphs is a subheading, no page says: it may stay."""
    words, markup, pieces, text = drawn
    assert [line for line in read_lines(build(words, markup, pieces)) if line not in words.ends] == text


def list_rows(titles: tuple[str, ...], row: str) -> str:
    """Write a row for every title; ``row`` names its number ``n`` and its title ``t``."""
    return "".join(row.format(n=n, t=title) for n, title in enumerate(titles, 1))


DATED_ROW = "<li><a href='/2024/{n}/news.html'>{t}</a> <span>0{n}/04/2024</span></li>"
TEASER = "<div><h3><a href='/2024/{n}/news.html'>{t}</a></h3><p>{t} and what came of it, told in a few words by those who were there on the day ...</p></div>"
CARD = (
    "<div><a href='/2024/{n}/news.html'><img src='/i/{n}.jpg'></a><h4><a href='/2024/{n}/news.html'>{t}</a></h4></div>"
)
CELLS = "<tr><td>{n}</td><td><a href='/doc/{n}.html'>{t}</a></td><td>0{n}/04/2024</td></tr>"
FORM = "<form action=/go><input name=q><button>{0}</button></form>"
# What a page is, the words of its site, its headline, and what stands below it.
NO_ARTICLES: dict[str, tuple[Words, str, str]] = {
    "a home page of headings": (EN, "Harbour Town", list_rows(EN.others, "<section><h2><a href='/2024/{n}/x.html'>{t}</a></h2></section>")),
    "a home page of teasers": (VI, "Trang chủ", f"<h2>Tin mới</h2>{list_rows(VI.others, TEASER)}<h2>Thông báo</h2>{list_rows(VI.others, TEASER)}"),
    "a home page of cards": (DE, "Willkommen", list_rows(DE.others, CARD)),
    "a listing with dates": (EN, "News", f"<ul>{list_rows(EN.others, DATED_ROW)}</ul>"),
    "a listing without dates": (RU, "Новости посёлка", f"<ul>{list_rows(RU.others, '<li><a href=/{n}.html>{t}</a></li>')}</ul>"),
    "a listing of teasers": (DE, "Aktuelles", list_rows(DE.others, TEASER)),
    "a listing in a table": (VI, "Văn bản mới ban hành của phường", f"<table>{list_rows(VI.others, CELLS)}</table>"),
    "a listing of cards": (ZH, "工作动态", list_rows(ZH.others, CARD)),
    "a listing with a word of welcome": (EN, "Minutes", f"<p>All minutes of the committee since spring.</p><ul>{list_rows(EN.others, DATED_ROW)}</ul>"),
    "a listing of a tag": (EN, "Posts tagged: quay", list_rows(EN.others, TEASER)),
    "the archive of a month": (DE, "Archiv: April 2024", f"<ul>{list_rows(DE.others, DATED_ROW)}</ul>"),
    "an empty listing": (VI, "Chi hội", "<p>Chưa có bài viết nào trong mục này.</p>"),
    "search results": (EN, "Search results for “quay”", FORM.format("Search") + list_rows(EN.others, TEASER)),
    "a search without results": (DE, "Suche", FORM.format("Suchen") + "<p>Ihre Suche ergab leider keine Treffer.</p>"),
    "a Chinese search": (ZH, "搜索结果", FORM.format("搜索") + list_rows(ZH.others, "<li><a href='/{n}.html'>{t}</a></li>")),
    "a login": (EN, "Log in", "<form>Name <input name=u> Password <input type=password name=p><a href=/lost>Lost your password?</a></form>"),
    "a login in Russian": (RU, "Вход на сайт", "<form>Имя <input name=u> Пароль <input type=password name=p></form>"),
    "a registration": (VI, "Đăng ký tài khoản", "<form>Họ tên <input name=u> Mật khẩu <input type=password name=p> <p>Mật khẩu có ít nhất tám ký tự.</p></form>"),
    "an error": (EN, "Page not found", "<p>The page you asked for does not exist or has been moved. Please check the address.</p>"),
    "an error in German": (DE, "Fehler 404", "<p>Die gewünschte Seite wurde leider nicht gefunden.</p><a href=/>Zur Startseite</a>"),
    "an error of the server": (EN, "503 Service Unavailable", "<p>The server is temporarily unable to answer. Try again in a few minutes.</p>"),
    "a captcha": (EN, "Just a moment...", "<p>Verify that you are a human to continue to the site.</p>"),
    "works on the site": (VI, "Thông báo", "<p>Trang thông tin đang bảo trì, mời bạn quay lại sau ít phút nữa.</p>"),
    "a contact form": (DE, "Kontakt", "<form>Name <input> Nachricht <textarea></textarea><button>Senden</button></form><p>Marktplatz 1, Telefon 0123 4567</p>"),
    "a map of the site": (RU, "Карта сайта", "".join(f"<ul><li><a href=/{n}>Раздел {n}</a><ul><li><a href=/{n}/1>Подраздел</a></li></ul></li></ul>" for n in range(9))),
    "a gallery": (ZH, "图片集锦", "".join(f"<a href='/p/{n}.html'><img src='/p/{n}.jpg'></a>" for n in range(12))),
}  # fmt: skip


@pytest.mark.parametrize("kind", NO_ARTICLES)
@pytest.mark.parametrize("heading", ["h1", "h2", "div"])
def test_what_is_no_article(kind: str, heading: str) -> None:
    words, name, main = NO_ARTICLES[kind]
    menu = "".join(f"<li><a href='/m{n}'>{other.split()[0][:12]}</a></li>" for n, other in enumerate(words.others))
    html = (
        f"<html><head><title>{name} | Example</title></head><body><ul>{menu}</ul>"
        f"<div><{heading}>{name}</{heading}>{main}</div><div>© 2024 Example Paper</div></body></html>"
    )
    page = read_page(Capture(f"{SITE}/m1", AT, 200, (), html.encode()), GENERIC, ZoneInfo("Asia/Ho_Chi_Minh"))
    assert not isinstance(page, Article), page
