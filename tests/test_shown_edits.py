"""Edits that no word shows, as people see them: in the terminal, in a browser, in searches; and archives of before."""

import io
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from archiver.archive.history.content import NEWER, Content, find_changes
from archiver.archive.runs.run_log import close_run, open_run
from archiver.archive.store.file import create_or_open
from archiver.archive.upkeep.merge import merge_archive
from archiver.cli.reading.differences import write_comparison
from archiver.compare.edits import State
from archiver.compare.link_identity import identify_link
from archiver.compare.states import compare_states
from archiver.ingest.record import read_capture, record_capture
from archiver.ingest.verify import verify
from archiver.model import Purpose
from archiver.platforms import platform_of
from archiver.site import Site
from archiver.text.folding import fold
from archiver.text.raised import restore_level, shift_text
from archiver.web.cleaning import clean_html
from tests.meaning_cases import AT, URL, make_capture, write_body
from tests.reading import ask

SITE = Site("khoi", "Khối", "liferay_hanoi")
BEFORE = '<a href="https://a.example/1">văn bản</a>, rộng 10<sup>2</sup> mét, mức thu cũ'
AFTER = '<a href="https://b.example/2">văn bản</a>, rộng 102 mét, <del>mức thu cũ</del>'


def record(database: Database, markup: str, day: int) -> None:
    """Record one look at the article."""
    at = AT + timedelta(days=day)
    with database.atomic():
        run = open_run(database.conn, SITE, {}, at)
    capture = make_capture("liferay", write_body(markup), fetched_at=at)
    key = platform_of(SITE).read_address(URL).key
    record_capture(database, run, SITE, capture, read_capture(SITE, capture), Purpose("article", key))
    with database.atomic():
        close_run(database.conn, run, "finished", 0, at + timedelta(hours=1))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with closing(create_or_open(tmp_path / "archive.db")) as database:
        record(database, BEFORE, 0)
        record(database, AFTER, 1)
    return tmp_path / "archive.db"


def show(before: State, after: State) -> str:
    stream = io.StringIO()
    write_comparison(compare_states(before, after), stream, colour=False)
    return stream.getvalue()


def test_the_terminal_shows_both_targets_and_the_marks():
    before = State(links=(("https://a.example/1", "văn bản", False),), marks=(("raised", "2", "10"),))
    after = State(links=(("https://b.example/2", "văn bản", False),), marks=(("struck", "mức thu cũ", ""),))
    assert show(before, after).splitlines() == [
        "link 1: leads elsewhere",
        "  văn bản [-<https://a.example/1>-]{+<https://b.example/2>+}",
        "",
        "former raised text 1: removed",
        "  [-10²-]",
        "",
        "struck-out text 1: added",
        "  {+mức thu cũ+}",
    ]


@pytest.mark.parametrize(
    ("before", "after", "edits"),
    [
        ("ab", "xb", [("replaced", 1, 1)]),
        ("ab", "b", [("removed", 1, None)]),
        ("a", "ab", [("added", None, 2)]),
        ("abc", "cab", [("moved", 3, 1)]),
        ("abc", "xyz", [("replaced", 1, 1), ("replaced", 2, 2), ("replaced", 3, 3)]),
    ],
)
def test_links_are_paired_by_their_places(before, after, edits):
    states = [State(links=tuple((f"https://{n}.example/", n, False) for n in names)) for names in (before, after)]
    found = [(edit.kind, edit.number_before, edit.number_after) for edit in compare_states(*states).edits]
    assert found == edits


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_merged_archives_say_the_same(tmp_path: Path, order: tuple[int, int]):
    """Looks of three days in two archives, and in one."""
    markups = [BEFORE, AFTER, AFTER.replace("https://b.example/2", "mailto:a@b.example")]
    for name, days in (("whole", (0, 1, 2)), ("part0", (0, 2)), ("part1", (1,))):
        with closing(create_or_open(tmp_path / f"{name}.db")) as database:
            for day in days:
                record(database, markups[day], day)
    histories = []
    for name, parts in (("whole", ()), ("merged", order)):
        with closing(create_or_open(tmp_path / f"{name}.db")) as database:
            for part in parts:
                merge_archive(database, tmp_path / f"part{part}.db")
            histories.append(
                [tuple(row) for row in database.execute("SELECT * FROM article_history ORDER BY snapshot")]
            )
            assert list(verify(database)) == []
    assert histories[0] == histories[1]
    assert [row[10] for row in histories[0]] == [None, '["links", "marks"]', '["links"]']


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_browser_shows_both_targets_and_the_marks(path: Path, language: str):
    page = ask(path, f"/article/khoi/71/compare?lang={language}").text
    words = {"vi": ("liên kết", "gạch bỏ", "chỉ số trên"), "en": ("links", "struck out", "raised")}[language]
    for part in (*words, "<del>&lt;https://a.example/1&gt;</del>", "<ins>&lt;https://b.example/2&gt;</ins>"):
        assert part in page
    assert "<ins>mức thu cũ</ins>" in page
    assert "<del>10²</del>" in page
    history = ask(path, f"/article/khoi/71?lang={language}").text
    assert words[0] in history
    assert "<del>mức thu cũ</del>" in history


def test_a_body_is_shown_with_its_marks_and_harmless_links():
    html = (
        '<p><del onclick="x()">cũ</del> <ins>mới</ins> <a href="mailto:a@b.example">thư</a> '
        '<a href="tel:+84 24">gọi</a> <a href="mailto:a@b.example?body=%0d" onclick="x()">x</a> '
        '<a href="javascript:x()">y</a> <a href="#z">z</a></p>'
    )
    clean = clean_html(html, lambda key, **_: key)
    assert "<del>cũ</del> <ins>mới</ins>" in clean
    assert 'href="mailto:a@b.example" rel=' in clean
    assert 'href="tel:+84 24" rel=' in clean
    assert "onclick" not in clean
    assert "javascript" not in clean
    assert "#z" not in clean


def test_searches_find_raised_digits_as_plain_ones(path: Path):
    assert fold("10² m³ H₂O 19ᵒC") == "102 m3 h2o 19oc"
    with closing(create_or_open(path)) as database:
        query = "SELECT count(*) FROM search_folded WHERE search_folded MATCH ?"
        found = [database.execute(query, (words,)).fetchone()[0] for words in ("102", '"10² mét"', '"rong 102 met"')]
    assert found == [2, 0, 2]


@pytest.mark.parametrize("kind", ["raised", "lowered"])
@pytest.mark.parametrize("text", ["2", "23", "2+", "k", "K", "q", "n1", "[1]", "er", "mười hai", "(2)", "−1"])
def test_what_is_shifted_is_restored(kind, text):
    shown = f"trước 10{shift_text(kind, text)} sau"
    assert restore_level(shown, [{"kind": kind, "text": text, "before": "10"}]) == f"trước 10{text} sau"


@pytest.mark.parametrize(
    "url", ["http://[", "", "#", "mailto:", "a:b", "http://", "tel:", "https://a.example:99999999/"]
)
def test_an_address_that_is_none_does_no_harm(url):
    assert identify_link(url, own=False) == identify_link(url, own=False)
    assert isinstance(identify_link(url, own=True), str)


# Archives of before


def age(content: Content) -> Content:
    """Make of a content what a parser that read neither links nor marks made of its page."""
    row = content.row | dict.fromkeys(NEWER, "[]")
    row["body"] = restore_level(str(row["body"]), [{"kind": "raised", "text": "2", "before": "10"}])
    row["body_html"] = str(row["body_html"]).replace("<del>", "").replace("</del>", "")
    return Content.of_row(row)


def make_old(database: Database) -> None:
    """Let all that was read so far be of a parser of version 3."""
    connection = database.conn
    with database.atomic():
        connection.execute(
            "UPDATE parsers SET version = '3' || substr(version, instr(version, '.')), ordinal = ordinal - 1000"
        )
        for content_id, *_ in connection.execute("SELECT id FROM contents").fetchall():
            row = connection.execute("SELECT * FROM contents WHERE id = ?", (content_id,)).fetchone()
            old = age(Content.of_row(row))
            kept = old.kept | {"digest": old.digest, "row_digest": old.row_digest}
            names = ", ".join(f"{name} = ?" for name in kept)
            connection.execute(f"UPDATE contents SET {names} WHERE id = ?", (*kept.values(), content_id))


def count(database: Database) -> list[tuple[object, ...]]:
    return [tuple(row) for row in database.execute("SELECT snapshot, changed_fields, cause FROM article_history")]


@pytest.mark.parametrize("kept", [True, False], ids=["page kept", "page lost"])
def test_a_new_parser_makes_no_version(tmp_path: Path, kept: bool):
    """The page of before is read again and compared; where it is lost, what was not read then counts for nothing."""
    with closing(create_or_open(tmp_path / "archive.db")) as database:
        record(database, AFTER.replace("102", "10<sup>2</sup>"), 0)
        make_old(database)
        if not kept:
            with database.atomic():
                database.execute("UPDATE payloads SET data = zeroblob(9)")
        record(database, AFTER.replace("102", "10<sup>2</sup>"), 1)
        assert count(database) == [(1, None, "page")]
        record(database, AFTER, 2)
        assert count(database)[1:] == [(2, '["marks"]', "page")]


def test_contents_without_links_and_marks_keep_their_digests():
    row = {
        "title": "Tin",
        "author": None,
        "lead": None,
        "body": "Một đoạn.",
        "body_html": "<p>Một đoạn.</p>",
        "published_at": None,
        "published_raw": None,
        "published_precision": None,
        "published_relative": 0,
        "images": "[]",
        "attachments": "[]",
        "links": "[]",
        "marks": "[]",
    }
    content = Content.of_row(row)
    assert content.digest.hex()[:16] == "ed403ef2afe2481b"
    assert content.row_digest.hex()[:16] == "ff3c3ea9ed1cd349"
    linked = Content.of_row(row | {"links": '[{"url":"#a","text":"","kind":"link","own":true}]'})
    assert find_changes(content, linked) == ("links",)
