"""An archive whose every text is an attack: harmless on every page, in the feed and in Datasette's own tables."""

import json
import re
import sqlite3
import xml.etree.ElementTree as ET
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest

from archiver.web.cleaning import clean_html
from archiver.web.language.messages import say
from tests.reading import Page, ask, make_archive
from tests.test_web import ENGLISH, KNOWN_TAGS

MARKER = "hostile7"
HOSTILE = (
    f'<script>{MARKER}()</script><img src=x onerror="{MARKER}()">"\'><svg/onload={MARKER}()> javascript:{MARKER}() '
    f"\x1b]0;{MARKER}\x07\x9b31m \u202e"
    f'=HYPERLINK("http://evil.example/{MARKER}") {{{{7*191}}}} {{% raw %}} ]]> --> &#60;b&#62;'
)
BODY = (
    f"<p>{MARKER} <b onclick={MARKER}()>x</b><script>{MARKER}()</script>"
    f"<img src=http://evil.example/x onerror={MARKER}()>"
    f'<a href="javascript:{MARKER}()">one</a><a href=" jAvascript:{MARKER}()">two</a>'
    f'<a href="data:text/html,x">three</a>'
    f'<a href="https://example.org/?a=1&b=%22" onmouseover={MARKER}()>four</a><iframe src=//evil.example></iframe>'
    f"<svg><a xlink:href=javascript:{MARKER}()><text>x</text></a></svg><math><mi>x</mi></math><style>*{{}}</style>"
    f'<form action=//evil.example><input name=x></form><meta http-equiv=refresh content="0;url=//evil.example">'
    f"<base href=//evil.example><link rel=stylesheet href=//evil.example>"
    f"<td style='x' colspan=3>cell</td></p></div></main>"
    f"<table><tr><td>open \x1b[31m &lt;script&gt;{MARKER}()&lt;/script&gt;"
    f" <!-- {MARKER} --> <![CDATA[{MARKER}]]> <p <b>"
)
KEY = f'"><script>{MARKER}()</script>/../x?y#z%2F'
ITEM = {"url": f"javascript:{MARKER}()//{HOSTILE}", "caption": HOSTILE, "alt": HOSTILE, "title": HOSTILE}
LINK = {"url": f"javascript:{MARKER}()//{HOSTILE}", "text": HOSTILE, "kind": "link", "own": False}
MARK = {"kind": "raised", "text": HOSTILE, "before": HOSTILE}
ITEMS = {"images": ITEM, "attachments": ITEM, "links": LINK, "marks": MARK}
# What a program needs to read at all: identities, times, words with a CHECK, zones.
_KEPT = re.compile(
    r"(_at|_from|_until|uid|timezone|published_precision|state|outcome|cause|source|sign|standing|tls|encoding|digest|purpose|outage|proof)$"
)
_KEPT_EXACTLY = {
    "runs": {"arguments", "scope", "declaration"},
    "header_sets": {"headers"},
    "snapshots": {"changed_fields"},
}


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("hostile") / "archive.db"
    edited = make_archive(path)["edited"]
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA foreign_keys = OFF")
    poisoned = []
    for (table,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall():
        poisoned += _poison(connection, table, edited)
    connection.commit()
    connection.close()
    assert len(poisoned) > 20
    return path


def _poison(connection: sqlite3.Connection, table: str, edited: str) -> list[str]:
    columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})") if row[2] == "TEXT"]
    poisoned = []
    for column in columns:
        value: object
        if column in _KEPT_EXACTLY.get(table, ()) or _KEPT.search(column) or table.startswith(("_", "sqlite_")):
            continue
        if column in ("site", "fate") or (table == "sites" and column in ("name", "places", "hosts", "noise")):
            continue
        if column == "native_key":
            connection.execute(f"UPDATE {table} SET native_key = ? WHERE native_key = ?", (KEY, edited))
        elif (table, column) == ("clues", "clue"):
            connection.execute("UPDATE clues SET clue = clue || ?", (HOSTILE,))
        elif table in ("article_events", "change_log") and column == "kind":
            connection.execute(f"UPDATE {table} SET kind = ? WHERE kind = 'suspect'", (HOSTILE,))
        elif (table, column) in (
            ("addresses", "url"),
            ("findings", "url"),
            ("findings", "kind"),
            ("parsers", "version"),
        ):
            connection.execute(f"UPDATE {table} SET {column} = ? || rowid", (f"javascript:{HOSTILE}",))
        else:
            value = json.dumps([ITEMS[column]]) if column in ITEMS else HOSTILE
            value = BODY if column == "body_html" else value
            connection.execute(f"UPDATE {table} SET {column} = ?", (value,))
        poisoned.append(f"{table}.{column}")
    if table == "findings":
        rows = [(1, f"{HOSTILE}{n}", f"javascript:{HOSTILE}", HOSTILE) for n in range(3)]
        connection.executemany("INSERT INTO findings (run_id, kind, url, detail) VALUES (?, ?, ?, ?)", rows)
    return poisoned


def _pages(site: str) -> list[str]:
    article = f"/article/{site}/{quote(KEY, safe='')}"
    return [
        "/",
        "/articles",
        f"/articles?q={quote(HOSTILE)}",
        f"/articles?q={MARKER}",
        f"/articles?site={site}&section={quote(HOSTILE)}",
        article,
        f"{article}?version=1",
        f"{article}?at=2024-01-20",
        f"{article}/compare?from=1&to=2",
        f"{article}/raw",
        "/runs",
        "/run/1",
        "/run/2",
        f"/{quote(HOSTILE)}",
        f"/articles?state={quote(HOSTILE)}",
        f"/article/{site}/{quote(HOSTILE, safe='')}",
    ]


@pytest.mark.parametrize("url", _pages("dukdhcd"), ids=lambda url: url[:60])
def test_every_page_shows_it_as_text(hostile: Path, url: str) -> None:
    for language in ("en", "vi"):
        answer = ask(hostile, f"{url}{'&' if '?' in url else '?'}lang={language}", ENGLISH)
        assert answer.status_code in (200, 400, 404), answer.text
        page = Page(answer.text)
        assert page.tags <= KNOWN_TAGS, page.tags - KNOWN_TAGS
        assert not {name for name in page.attributes if name.startswith("on") or name == "style"}
        assert page.schemes <= {"", "http", "https", "data"}
        assert [link for link in page.links if urlsplit(link).scheme == "data"] == ["data:,"]
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", answer.text)
        assert "1337" not in answer.text
        assert MARKER in page.text or answer.status_code != 200


def test_the_feed_shows_it_as_text(hostile: Path) -> None:
    feed = ET.fromstring(ask(hostile, "/feed/dukdhcd.atom").text)
    names = {element.tag.rpartition("}")[2] for element in feed.iter()}
    assert names <= set("feed id title updated author name link entry category content summary div p ins del".split())
    links = [element.get("href", "") for element in feed.iter() if element.get("href")]
    assert links
    assert all(link.startswith("http://localhost/") for link in links)
    assert MARKER in ET.tostring(feed, encoding="unicode")


def test_the_tables_show_it_as_text(hostile: Path) -> None:
    for url in (
        "/archive",
        "/archive/current_articles",
        "/archive/events",
        "/archive/run_findings",
        "/archive/findings",
    ):
        text = ask(hostile, url).text
        for attack in (f"<script>{MARKER}", "<img src=x", "<svg/onload", f'href="javascript:{MARKER}'):
            assert attack not in text


def test_a_body_is_cleaned_once_more() -> None:
    cleaned = clean_html(BODY, lambda key, **values: say("en", key, **values))
    page = Page(cleaned)
    assert page.tags <= {"p", "b", "a", "table", "tr", "td", "span"}
    assert page.attributes <= {"href", "rel", "class", "colspan"}
    assert page.links == ["https://example.org/?a=1&b=%22"]
    assert '<span class="image">Image, http://evil.example/x</span>' in cleaned
    assert f"&lt;script&gt;{MARKER}()" in cleaned
    assert cleaned.count("<td") == cleaned.count("</td>")
    assert "\x1b" not in cleaned
