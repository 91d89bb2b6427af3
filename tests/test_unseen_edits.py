"""Edits that no word shows, and changes of a page that are no edit: the lists of docs/history.md, on every look."""

import json
import re
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlite_utils import Database

from archiver.archive.history.content import Content, find_changes
from archiver.archive.runs.run_log import close_run, open_run
from archiver.archive.store.file import create_or_open
from archiver.ingest.record import read_capture, record_capture
from archiver.ingest.replay import replay
from archiver.ingest.verify import verify
from archiver.model import Purpose
from archiver.parsing.page import read_page
from archiver.platforms import platform_of
from archiver.site import Site
from tests.documents import section_of
from tests.meaning_cases import (
    AT,
    EDITS,
    FIRST,
    HOST,
    LAST,
    LOOKS,
    NO_EDITS,
    SECOND,
    SENTENCE,
    URL,
    make_capture,
    read_article,
    write_body,
)
from tests.real_portal import ZONE

SITES = {
    "liferay": Site("khoi", "Khối", "liferay_hanoi"),
    "plain": Site("trang", "Trang", "generic"),
    "article": Site("bao", "Báo", "generic"),
}


def content_of(look: str, markup: str) -> Content:
    return Content.of_article(read_article(look, write_body(markup)))


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("case", [*EDITS, *NO_EDITS], ids=lambda case: case.name)
def test_what_is_an_edit(look, case):
    before, after = (content_of(look, markup) for markup in (case.before, case.after))
    assert find_changes(before, after) == find_changes(after, before) == case.changed
    assert (before.digest == after.digest) == (not case.changed)


def test_the_list_of_the_docs_is_the_list_that_is_tested():
    """Every row of both tables has a case, and every case a row."""
    edits = section_of("docs/history.md", "### What is an edit")
    others = section_of("docs/history.md", "### What is no edit")
    rows = [
        re.findall(r"^\| (?!what changed|---)([^|]+?) \| ?(.*?) ?\|", part, re.MULTILINE) for part in (edits, others)
    ]
    written = {name: tuple(re.findall(r"`(\w+)`", fields)) for name, fields in rows[0]}
    assert written == {case.row: case.changed for case in EDITS}
    assert [name for name, _ in rows[1]] == list(dict.fromkeys(case.row for case in NO_EDITS))


@pytest.mark.slow
@pytest.mark.parametrize("look", LOOKS)
def test_each_edit_is_one_version_and_nothing_else_is_one(look, tmp_path: Path):
    """Three looks at a page of each case: as it was, as it is, as it is; then all is read again, and proved."""
    site, cases = SITES[look], [*EDITS, *NO_EDITS]
    with closing(create_or_open(tmp_path / "archive.db")) as database:
        for day in range(3):
            with database.atomic():
                run = open_run(database.conn, site, {}, AT + timedelta(days=day))
            for number, case in enumerate(cases):
                url = f"{HOST}/tin/-/view_content/{700 + number}-bai.html"
                body = write_body(case.after if day else case.before).replace(URL, url)
                at = AT + timedelta(days=day, seconds=number)
                capture = make_capture(look, body, f"Bài số {number} về chuyến kiểm tra", url=url, fetched_at=at)
                page = read_capture(site, capture)
                key = platform_of(site).read_address(url).key
                record_capture(database, run, site, capture, page, Purpose("article", key))
            with database.atomic():
                close_run(database.conn, run, "finished", 0, AT + timedelta(days=day, hours=1))
        query = "SELECT url, changed_fields FROM article_history WHERE snapshot > 1 ORDER BY url"
        seen = {row["url"]: json.loads(row["changed_fields"]) for row in database.query(query)}
        changed = {f"{HOST}/tin/-/view_content/{700 + n}-bai.html": list(case.changed) for n, case in enumerate(EDITS)}
        assert seen == changed
        assert not list(database.query("SELECT url FROM article_history WHERE snapshot > 2"))
        before = _dump(database)
        assert list(replay(database))
        assert _dump(database) == before
        assert list(verify(database)) == []


def _dump(database: Database) -> list[tuple[object, ...]]:
    return [tuple(row) for row in database.execute("SELECT * FROM article_history ORDER BY url, snapshot")]


# Generated bodies

PLACES = st.integers(0, 9).map(lambda n: f"https://noi{n}.example/{n}")
MARKS = st.sampled_from(
    [("<del>", "</del>"), ("<ins>", "</ins>"), ("<sup>", "</sup>"), ("<sub>", "</sub>"), ("<b>", "</b>")]
)
PHRASES = st.sampled_from(["10", "2", "m", "mức thu", "điều 5", "[1]", "k", "lớp học", "H", "102"])
PIECES = st.lists(
    st.one_of(
        PHRASES,
        st.tuples(MARKS, PHRASES).map(lambda p: f"{p[0][0]}{p[1]}{p[0][1]}"),
        st.tuples(PLACES, PHRASES).map(lambda p: f'<a href="{p[0]}">{p[1]}</a>'),
        PLACES.map(lambda url: f'<iframe src="{url}"></iframe>'),
    ),
    min_size=1,
    max_size=8,
)
SPACES = st.lists(st.sampled_from(["", " "]), min_size=8, max_size=8)
PARTS = st.lists(st.tuples(PIECES, SPACES).map(lambda p: "".join(a + b for a, b in zip(*p, strict=False))), max_size=4)


def article_of(look, parts):
    return read_article(look, f"<p>{FIRST}</p>{''.join(SENTENCE.format(part) for part in parts)}<p>{LAST}</p>")


@given(st.sampled_from(LOOKS), PARTS)
def test_marks_and_links_change_no_word(look, parts):
    """Taken out of a body, elements leave what compares as the same words."""
    bare = [re.sub("<[^>]*>", "", part) for part in parts]
    before, after = (Content.of_article(article_of(look, some)) for some in (parts, bare))
    assert set(find_changes(before, after)) <= {"links", "marks"}
    assert ("links" in find_changes(before, after)) == any("<a" in part or "<iframe" in part for part in parts)


@given(st.sampled_from(LOOKS), PARTS.filter(lambda parts: any("https:" in part for part in parts)), st.data())
def test_another_target_is_a_change_of_links_alone(look, parts, data):
    number = data.draw(st.sampled_from([n for n, part in enumerate(parts) if "https:" in part]))
    target = data.draw(st.sampled_from(re.findall(r'https:[^"]*', parts[number])))
    other = [part.replace(target, f"{target}/moi", 1) if n == number else part for n, part in enumerate(parts)]
    before, after = (Content.of_article(article_of(look, some)) for some in (parts, other))
    assert find_changes(before, after) == ("links",)


@given(st.sampled_from(LOOKS), PARTS.filter(lambda parts: any("<del>" in part for part in parts)))
def test_another_mark_is_a_change_of_marks_alone(look, parts):
    other = [part.replace("del>", "b>") for part in parts]
    before, after = (Content.of_article(article_of(look, some)) for some in (parts, other))
    assert find_changes(before, after) == ("marks",)


@given(st.sampled_from(LOOKS), PARTS)
def test_attributes_classes_and_colours_are_no_edit(look, parts):
    dressed = [
        re.sub(r"<(\w+)", r'<\1 class="x" data-n="1" style="color: red"', part)
        .replace("<b ", "<i ")
        .replace("/b>", "/i>")
        for part in parts
    ]
    before, after = (Content.of_article(article_of(look, some)) for some in (parts, dressed))
    assert find_changes(before, after) == ()
    assert before.digest == after.digest


@given(st.sampled_from(LOOKS), PARTS)
def test_what_is_stored_compares_as_what_was_read(look, parts):
    content = Content.of_article(article_of(look, parts))
    again = Content.of_row(content.kept)
    assert (again.digest, again.row_digest, again.comparable) == (
        content.digest,
        content.row_digest,
        content.comparable,
    )


# How it is written


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("10<sup>2</sup> m", "10² m"),
        ("H<sub>2</sub>O và Ca<sup>2+</sup>", "H₂O và Ca²⁺"),
        ("10<sup>k</sup> 19<sup>o</sup>C x<sup>n+1</sup>", "10ᵏ 19ᵒC xⁿ⁺¹"),
        ("10<sup>K</sup> m<sup>3,5</sup>", "10^K m^3,5"),
        ("luật<sup>[1]</sup> và a<sub>n1</sub>", "luật^[1] và aₙ₁"),
        ("N<sup>os</sup> 1<sup>er</sup>", "Nos 1er"),
        ("<del>mức cũ</del> <ins>mức mới</ins>", "mức cũ mức mới"),
        ("10<sup><a href='#a'>(2)</a></sup>", "10⁽²⁾"),
        ("10 <sup>2</sup> m", "10 ² m"),
        ("10<sup style='vertical-align: baseline'>2</sup>", "102"),
    ],
)
@pytest.mark.parametrize("look", LOOKS)
def test_how_marks_stand_in_the_text(look, markup, text):
    article = read_article(look, write_body(markup))
    assert article.paragraphs[1] == re.sub("<[^>]*>", "", SENTENCE).format(text)


@pytest.mark.parametrize("look", LOOKS)
def test_titles_and_leads_have_marks_too(look):
    body = f"<p><strong>Thu hồi 10<sup>2</sup> mét đất ở của trường</strong></p><p>{FIRST}</p><p>{LAST}</p>"
    plain = body.replace("<sup>2</sup>", "2")
    for before, after in ((body, plain), (body.replace("Thu", "<del>Thu</del>"), body)):
        contents = [Content.of_article(read_article(look, one)) for one in (before, after)]
        assert find_changes(*contents) == ("marks",)
    titles = ["Thu hồi 10<sup>2</sup> mét đất của trường", "Thu hồi 102 mét đất của trường"]
    articles = [read_article(look, f"<p>{FIRST}</p><p>{LAST}</p>", title) for title in titles]
    assert [article.title for article in articles] == ["Thu hồi 10² mét đất của trường", titles[1]]
    assert find_changes(*map(Content.of_article, articles)) == ("marks",)


@pytest.mark.parametrize("look", LOOKS)
def test_body_html_keeps_what_was_marked_and_where_links_lead(look):
    markup = (
        '<del>cũ</del> <ins>mới</ins> 10<sup>2</sup> <a href="mailto:a@b.example">thư</a> '
        '<a href="https://khac.example/1">đây</a> <iframe src="https://khac.example/phim"></iframe>'
        '<a href="javascript:alert(1)">xấu</a><iframe src="javascript:alert(1)"></iframe>'
    )
    html = read_article(look, write_body(markup)).body_html
    for part in (
        "<del>cũ</del>",
        "<ins>mới</ins>",
        "10<sup>2</sup>",
        '<a href="mailto:a@b.example">thư</a>',
        '<a href="https://khac.example/1">đây</a>',
        '<figure><a href="https://khac.example/phim">https://khac.example/phim</a></figure>',
    ):
        assert part in html
    assert "javascript" not in html
    assert "<iframe" not in html


@pytest.mark.parametrize("look", LOOKS)
def test_a_film_below_the_signature_leaves_it_one(look):
    body = f'<p>{FIRST}</p><p>{LAST}</p><p align="right"><b>Lê Mẫu</b></p>'
    film = '<p align="center"><iframe src="https://khac.example/phim" width="500"></iframe></p>'
    articles = [read_article(look, one) for one in (body, body + film)]
    assert [article.author for article in articles] == ["Lê Mẫu", "Lê Mẫu"]
    assert articles[0].paragraphs == articles[1].paragraphs
    assert [link.url for link in articles[1].links] == ["https://khac.example/phim"]


@pytest.mark.parametrize("look", LOOKS)
def test_links_of_menus_and_feet_are_none_of_the_text(look):
    capture = make_capture(look, f"<p>{FIRST}</p><p>{SECOND}</p>")
    other = replace(capture, body=capture.body.replace(b'href="/tin"', b'href="/khac"'))
    platform = platform_of(SITES[look])
    assert read_page(capture, platform, ZONE).links == read_page(other, platform, ZONE).links == ()


def test_a_site_that_moves_edits_nothing():
    """Links with and without the host, and those that still name the host of old."""
    body = write_body(f'<a href="/a">một</a> <a href="{HOST}/b">hai</a> <a href="https://khac.example/c">ba</a>')
    urls = (f"{HOST}/tin/-/view_content/71-bai.html", "https://www.moi.example/tin/-/view_content/71-bai.html")
    platform = platform_of(SITES["liferay"])
    pages = [read_page(make_capture("liferay", body, url=url), platform, ZONE) for url in urls]
    moved = read_page(make_capture("liferay", body.replace(HOST, ""), url=urls[1]), platform, ZONE)
    assert find_changes(*map(Content.of_article, pages)) == ()
    assert find_changes(Content.of_article(pages[0]), Content.of_article(moved)) == ()
