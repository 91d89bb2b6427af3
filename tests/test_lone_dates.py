"""Which date of a page is read where none stands at its usual place: the only one there is, if it can be that."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.model import Article, Capture
from archiver.parsing.page import read_page
from archiver.platforms.generic import GENERIC

ZONE = ZoneInfo("Europe/Berlin")
AT = datetime(2026, 3, 1, 3, tzinfo=UTC)
TITLE = "Der Imkerverein am Lindenhang öffnet seine neue Schleuder für alle"
FIRST = "Die Schleuder steht im alten Spritzenhaus und fasst acht Waben, doppelt so viele wie die der Nachbarn im Tal."
SECOND = (
    "Wer sie nutzen will, trägt sich in das Buch an der Tür ein und bringt Eimer mit, die vorher gespült worden sind."
)
THIRD = (
    "Der Verein bittet alle, den Raum so zu verlassen, dass der nächste darin sofort mit seiner Arbeit beginnen kann."
)
FOURTH = (
    "Fragen beantwortet der Vorstand an jedem ersten Dienstag im Monat, wenn er sich am Tisch unter der Linde trifft."
)
FIFTH = (
    "Den Strom für die Maschine liefert ein Dach auf der Scheune, das die Mitglieder im vorletzten Jahr gedeckt haben."
)
PARAGRAPHS = (FIRST, SECOND, THIRD, FOURTH, FIFTH)
H1 = f"<h1>{TITLE}</h1>"
PROSE = "<div>" + "".join(f"<p>{text}</p>" for text in PARAGRAPHS) + "</div>"
DAY = "2024-02-07"


def read_article(main: str, around: str = "") -> Article:
    html = (
        f'<html lang=de><head><title>{TITLE} - Imkerblatt</title><meta property="og:type" content="article"></head>'
        f"<body><div class=bericht>{main}</div>{around}<div>Gestaltet vom Verein</div></body></html>"
    )
    capture = Capture("https://imker.example/bericht/88", AT, 200, (), html.encode())
    page = read_page(capture, GENERIC, ZONE)
    assert isinstance(page, Article), page
    return page


def day_of(article: Article) -> str | None:
    published = article.published
    return published.at.astimezone(ZONE).date().isoformat() if published and published.at else None


def trace_of(article: Article) -> tuple[str, float] | None:
    return next(((origin.how, origin.confidence) for origin in article.origins if origin.field == "published"), None)


FAR_BELOW = "<div>Bilder</div><div>Anhang</div><div>Wegbeschreibung</div><div>Fragen an den Vorstand</div>"
CHANGED = {
    "a label and its value": "<div>Letzte Änderung:</div><div>07.02.2024 um 09:25</div>",
    "one line": "<div>Zuletzt aktualisiert am 7. Februar 2024</div>",
    "in English": "<div>Last updated on February 7, 2024</div>",
    "in Vietnamese": "<div>Cập nhật lần cuối: 07/02/2024</div>",
}


@pytest.mark.parametrize("line", CHANGED)
def test_the_last_change_far_below_the_text_is_read_where_no_other_date_is(line: str) -> None:
    article = read_article(f"{H1}{PROSE}{FAR_BELOW}{CHANGED[line]}")
    assert day_of(article) == DAY
    assert trace_of(article) == ("below the text", 0.6)


def test_a_date_without_a_label_far_below_the_text_is_none() -> None:
    assert read_article(f"{H1}{PROSE}{FAR_BELOW}<div>07.02.2024</div>").published is None


def _put_amid(line: str) -> str:
    """Put a line between two texts, far from either end."""
    texts = "".join(f"<p>{text}</p>" for text in PARAGRAPHS)
    return f"<div>{texts}<p>Wachs</p><p>{line}</p>{texts.replace('e', 'ee')}</div>"


@pytest.mark.parametrize("line", ["Updated February 7, 2024", "Stand: 07.02.2024", "Aktualisiert am 07.02.2024"])
def test_the_last_change_amid_the_text_is_read_where_no_other_date_is(line: str) -> None:
    assert day_of(read_article(f"{H1}{_put_amid(line)}")) == DAY


def test_a_date_of_publication_goes_before_the_last_change() -> None:
    main = f"{H1}<div>Veröffentlicht am 07.02.2024</div>{PROSE}{FAR_BELOW}<div>Letzte Änderung: 01.03.2024</div>"
    assert day_of(read_article(main)) == DAY


def test_a_time_element_amid_the_text_is_read_where_no_other_date_is() -> None:
    stamp = "<time datetime='2024-02-07T09:09'>7. Februar 2024, 09:09 Uhr</time>"
    assert day_of(read_article(f"{H1}{_put_amid(stamp)}")) == DAY
    assert read_article(f"{H1}{_put_amid('7. Februar 2024, 09:09 Uhr')}").published is None


def test_of_several_dates_amid_the_text_none_is_read() -> None:
    stamps = "".join(f"<p><time datetime='2024-02-0{day}'>0{day}.02.2024</time></p>" for day in (3, 7))
    article = read_article(f"{H1}{_put_amid('').replace('<p></p>', stamps)}")
    assert article.published is None


def _begin(place: int, start: str) -> str:
    """Begin one of the paragraphs with a date."""
    texts = [f"<p>{start * (index == place)}{text}</p>" for index, text in enumerate(PARAGRAPHS)]
    return f"{H1}<div>{''.join(texts)}</div>"


@pytest.mark.parametrize("place", range(5))
def test_the_day_that_one_of_the_first_paragraphs_begins_with(place: int) -> None:
    assert day_of(read_article(_begin(place, "07.02.2024 – "))) == DAY


@pytest.mark.parametrize("place", range(5))
def test_a_day_within_the_first_sentence_of_a_paragraph_is_none(place: int) -> None:
    assert read_article(_begin(place, "07.02.2024, ")).published is None


def test_the_first_paragraphs_go_before_the_next() -> None:
    main = _begin(0, "07.02.2024 – ").replace(f"<p>{FOURTH}", f"<p>03.02.2024 – {FOURTH}")
    assert day_of(read_article(main)) == DAY


LINK = f"<a href='/bericht/88'>{TITLE}</a>"
ROWS = {
    "behind the title": f"<li>{LINK} 07.02.2024</li>",
    "within the link": f"<li><a href='/bericht/88'>{TITLE} 07.02.2024 - 10:24</a></li>",
    "before the title": f"<li>07.02.2024 {LINK}</li>",
    "in a line of its own": f"<li><h3>{LINK}</h3><footer>7. Februar 2024</footer></li>",
    "above the title": f"<li><div>7. Februar 2024</div><h3>{LINK}</h3></li>",
    "in a sentence": f"<p>{LINK} wurde am 7. Februar 2024 um 23:03 Uhr gepostet und unter Honig, Wachs und Wiese "
    "abgelegt. Du kannst allen Antworten folgen.</p>",
}
OTHER = "<li><h3><a href='/bericht/87'>Bienenweide am Bahndamm wird bis zum Herbst nicht gemäht</a></h3>{}</li>"


@pytest.mark.parametrize("row", ROWS)
@pytest.mark.parametrize(
    "box", ["<h2>Mehr aus dem Verein</h2><ul>{}</ul>", "<aside><h2>Neueste Berichte</h2><ul>{}</ul></aside>"]
)
def test_the_date_in_the_row_of_a_list_that_leads_to_the_article(row: str, box: str) -> None:
    other = OTHER.format("<footer>3. Februar 2024</footer>")
    article = read_article(f"{H1}{PROSE}", around=box.format(ROWS[row] + other))
    assert day_of(article) == DAY
    assert trace_of(article) == ("in its row of a list", 0.6)


NO_ROWS = {
    "the row of another article": OTHER.format("<footer>7. Februar 2024</footer>"),
    "two dates": f"<li>{LINK} 07.02.2024 – 03.03.2024</li>",
    "a comment": f"<li>Mai zu <a href='/bericht/88#comment-7'>{TITLE}</a> 07.02.2024</li>",
    "a teaser with a day in it": f"<li>{LINK} Am 07.02.2024 dreht sich die Schleuder zum ersten Mal für die Gäste "
    "aus dem Tal, und alle sind eingeladen.</li>",
    "no link": f"<li>{TITLE} 07.02.2024</li>",
}


@pytest.mark.parametrize("row", NO_ROWS)
def test_what_stands_beside_the_title_and_is_no_date_of_the_article(row: str) -> None:
    around = f"<aside><h2>Neueste Berichte</h2><ul>{NO_ROWS[row]}</ul></aside>"
    assert read_article(f"{H1}{PROSE}", around=around).published is None


def test_what_is_printed_with_the_article_goes_before_its_row() -> None:
    article = read_article(f"{H1}<div>07.02.2024</div>{PROSE}", around=f"<ul><li>{LINK} 09.02.2024</li></ul>")
    assert day_of(article) == DAY


@given(st.dates(min_value=date(2001, 1, 1), max_value=date(2025, 12, 31)), st.sampled_from(sorted(ROWS)))
@settings(max_examples=40, deadline=None)
def test_any_day_in_a_row_is_read_as_it_is(day: date, row: str) -> None:
    months = "Januar Februar März April Mai Juni Juli August September Oktober November Dezember".split()
    printed = ROWS[row].replace("07.02.2024", f"{day:%d.%m.%Y}")
    printed = printed.replace("7. Februar 2024", f"{day.day}. {months[day.month - 1]} {day.year}")
    assert day_of(read_article(f"{H1}{PROSE}", around=f"<ul>{printed}</ul>")) == day.isoformat()
