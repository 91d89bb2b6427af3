"""The section of an article of no known platform: a trail leads to it, a menu does not, and machines may be told."""

import json
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from archiver.model import Article, Capture
from archiver.parsing.page import read_page
from archiver.platforms.generic import GENERIC

AT = datetime(2024, 6, 1, 3, tzinfo=UTC)
SITE = "https://stadtrat.example"
URL = f"{SITE}/aktuelles/verkehr/bruecke-bleibt-gesperrt"
TITLE = "Die alte Brücke bleibt bis zum Herbst gesperrt, sagt der Stadtrat"
TEXT = (
    "<p>Der Ausschuss hat am Montag beraten, wie lange die Sperrung noch dauern soll, und hörte zwei Gutachter an.</p>"
    "<p>Ein Behelfssteg für Fußgänger wird im Juli aufgestellt, der Bus fährt so lange einen Umweg.</p>"
    "<p>Die Kosten der Sanierung sind noch offen, über den Auftrag entscheidet der Rat nach der Sommerpause.</p>"
)


def read(above: str, head: str = "", url: str = URL, title: str = TITLE) -> Article:
    html = (
        f"<html><head><title>{title} - Stadtrat Beispielstadt</title>{head}</head><body>{above}"
        f"<div><h1>{TITLE}</h1><div>14.05.2024</div><div>{TEXT}</div></div><p>© Stadtrat</p></body></html>"
    )
    page = read_page(Capture(url, AT, 200, (), html.encode()), GENERIC, ZoneInfo("Europe/Berlin"))
    assert isinstance(page, Article), page
    return page


def link(name: str, href: str) -> str:
    return f"<a href='{href}'>{name}</a>"


HOME = link("Startseite", "/")
NEWS = link("Aktuelles", "/aktuelles")
ROADS = link("Verkehr", "/aktuelles/verkehr")
COUNCIL = link("Der Rat", "/rat")
DATES = link("Termine", "/termine")
PHOTOS = link("Bilder", "/bilder")

MENUS = {
    "a list in nav": f"<nav><ul><li>{HOME}</li><li>{COUNCIL}</li><li>{DATES}</li></ul></nav>",
    "a list": f"<ul><li>{HOME}</li><li>{COUNCIL}</li><li>{DATES}</li></ul>",
    "a list with the channel of the article in it": f"<ul><li>{HOME}</li><li>{NEWS}</li><li>{DATES}</li></ul>",
    "one line with bars": f"<p>{HOME} | {COUNCIL} | {DATES}</p>",
    "one line with dots": f"<p>{HOME} · {COUNCIL} · {DATES} · {PHOTOS}</p>",
    "one line without signs": f"<div>{HOME} {COUNCIL} {DATES}</div>",
    "spans": f"<div><span>{HOME}</span><span>{COUNCIL}</span><span>{DATES}</span></div>",
    "one line with arrows": f"<p>{HOME} » {NEWS} » {DATES} » {PHOTOS}</p>",
    "arrows, and a page for contact": f"<p>{HOME} » {COUNCIL} » {link('Kontakt', '/kontakt')}</p>",
    "breaks, and a counter": f"<div>{HOME}<br>{COUNCIL}<br>{DATES}<br>Besucher: 48.113</div>",
    "cells": f"<table><tr><td>{HOME}</td><td>{COUNCIL}</td><td>{DATES}</td></tr></table>",
    "a header": f"<header>{HOME} {COUNCIL}</header>",
    "many": f"<p>{HOME} / " + " / ".join(link(f"Amt {n}", f"/amt-{n}") for n in range(9)) + "</p>",
}
TRAILS = {
    "arrows": (f"<p>{HOME} › {ROADS}</p>", "Verkehr"),
    "deeper and deeper": (f"<p>{HOME} {NEWS} {ROADS}</p>", "Verkehr"),
    "a list that leads deeper": (f"<ol><li>{HOME}</li><li>{NEWS}</li><li>{ROADS}</li></ol>", "Verkehr"),
    "a list that ends at the article": (
        f"<ul><li>{HOME}</li><li>{link('Straßen', '/k/17')}</li><li>{TITLE}</li></ul>",
        "Straßen",
    ),
    "the article cut off": (f"<p>{HOME} / {link('Straßen', '/k/17')} / Die alte Brücke bleibt...</p>", "Straßen"),
    "you are here": (f"<p>Sie sind hier: {HOME} | {link('Straßen', '/k/17')}</p>", "Straßen"),
    "a mark": (f"<nav aria-label='Breadcrumb'><ul><li>{HOME}</li><li>{COUNCIL}</li></ul></nav>", "Der Rat"),
    "microdata, and a picture for home": (
        f"<ol itemtype='https://schema.org/BreadcrumbList'><li><a href='/'><img></a></li><li>{COUNCIL}</li></ol>",
        "Der Rat",
    ),
    "a class": (f"<ul class='breadcrumb'><li>{HOME}</li><li>{COUNCIL}</li><li>{DATES}</li></ul>", "Termine"),
    "a sign within a crumb": (f"<p>{HOME} » {link('Bau - Verkehr', '/k/17')}</p>", "Bau - Verkehr"),
    "one crumb": (f"<ul><li>{HOME}</li><li>{COUNCIL}</li></ul>", "Der Rat"),
    "a menu above it": (f"<ul><li>{HOME}</li><li>{DATES}</li><li>{PHOTOS}</li></ul><p>{HOME} › {ROADS}</p>", "Verkehr"),
}


@pytest.mark.parametrize("menu", MENUS)
def test_a_menu_is_no_trail(menu: str) -> None:
    assert read(MENUS[menu]).section is None


@pytest.mark.parametrize("trail", TRAILS)
def test_a_trail_ends_in_the_section(trail: str) -> None:
    above, section = TRAILS[trail]
    assert read(above).section == section


def test_what_machines_are_told_has_to_be_printed() -> None:
    head = "<meta property='article:section' content='Verkehr'>"
    assert read("", head).section is None
    assert read("<p>Verkehr</p>", head).section == "Verkehr"
    crumbs = [{"@type": "ListItem", "position": n, "name": name} for n, name in enumerate(("Start", "Verkehr", TITLE))]
    said = {"@type": "BreadcrumbList", "itemListElement": crumbs[::-1]}
    head = f'<script type="application/ld+json">{json.dumps(said)}</script>'
    assert read("<p>Verkehr</p>", head).section == "Verkehr"
    assert read(f"<p>{TITLE[:40]}</p>", head).section is None


def test_what_machines_are_told_makes_a_trail_of_a_menu() -> None:
    head = "<meta property='article:section' content='Termine'>"
    assert read(MENUS["one line without signs"], head).section == "Termine"


@pytest.mark.parametrize(
    ("kicker", "section"),
    [
        (ROADS, "Verkehr"),
        (link("Straßen", "/k/17"), None),  # nothing says that this is a channel
        (link("Ilse Krumm", "/autor/verkehr"), None),
        (link("Zurück zur Übersicht", "/aktuelles"), None),
        (link("14.05.2024", "/aktuelles/verkehr"), None),
        (HOME, None),
    ],
)
def test_a_link_alone_above_the_headline(kicker: str, section: str | None) -> None:
    html = f"<title>{TITLE}</title><div><h4>{kicker}</h4><h1>{TITLE}</h1><p>14.05.2024</p>{TEXT}</div>"
    page = read_page(Capture(URL, AT, 200, (), html.encode()), GENERIC, ZoneInfo("Europe/Berlin"))
    assert isinstance(page, Article)
    assert page.section == section
