"""Reading the text below a sure headline where the page has another text, which an extractor takes for the article."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from archiver.model import Article, Capture, Page, Unreadable
from archiver.parsing.page import read_page
from archiver.platforms.generic import GENERIC

ZONE = ZoneInfo("Europe/Berlin")
AT = datetime(2026, 3, 1, 3, tzinfo=UTC)
TITLE = "Die Fähre am Steinufer fährt im Winter nur noch bis sechs Uhr"
OTHER = "Das Strandbad sucht für den nächsten Sommer zwei Menschen, die gut schwimmen und gern früh am Wasser sind."
PARAGRAPHS = (
    "Der Fährmann begründet das mit dem Nebel, der im Winter früher kommt und den Steg in einer Stunde verschluckt.",
    "Wer nach sechs noch ans andere Ufer muss, kann wie früher die Brücke am Wehr nehmen, die beleuchtet ist.",
    "Im März soll das Boot eine stärkere Lampe bekommen, danach gilt wieder der alte Plan mit der Fahrt um neun.",
)
LINK = "<p><a href='/ufer'>Vom Ufer</a></p>"


def read(text: str, *, named: str = "related", heading: str = "h1", title: str = TITLE, between: str = LINK) -> Page:
    html = (
        f"<html lang=de><head><title>{title} - Uferblatt</title></head><body><article><p>{OTHER}</p></article>"
        f"<div class={named}><{heading}>{TITLE}</{heading}>{between}<div>07.02.2024</div><div>{text}</div></div></body>"
        "</html>"
    )
    return read_page(Capture("https://ufer.example/bericht/12", AT, 200, (), html.encode()), GENERIC, ZONE)


PROSE = "".join(f"<p>{text}</p>" for text in PARAGRAPHS)


@pytest.mark.parametrize("named", ["related", "sidebar", "comments"])
@pytest.mark.parametrize("heading", ["h1", "h2"])
def test_the_text_below_the_headline_is_read(named: str, heading: str) -> None:
    page = read(PROSE, named=named, heading=heading)
    assert isinstance(page, Article), page
    assert (page.title, page.paragraphs) == (TITLE, PARAGRAPHS)
    assert page.published is not None
    assert page.published.raw == "07.02.2024"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<p>Mehr lesen</p>",
        "".join(f"<h3><a href='/bericht/{n}'>{text}</a></h3>" for n, text in enumerate(PARAGRAPHS)),
    ],
)
def test_a_headline_without_a_text_below_it_is_no_article(text: str) -> None:
    assert not isinstance(read(text), Article)


def test_a_headline_that_nothing_confirms_does_not_make_a_text() -> None:
    page = read(PROSE, title="Alles vom Wasser")
    assert isinstance(page, Unreadable), page
