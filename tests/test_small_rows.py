"""Of headers and of the HTML of bodies enough is kept to have all of it again; of the HTML, by SQL alone."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.archive.evidence.captures import load_capture
from archiver.archive.evidence.headers import pack_headers, read_headers
from archiver.archive.history.packed_html import pack_html, unpack_html
from archiver.archive.queries.views import ALL_VIEWS
from archiver.errors import ArchiveError
from archiver.model import Headers
from tests.portal import ChannelLook, Portal, write_articles
from tests.visiting import SITE, Visits

AT = datetime(2026, 1, 5, 3, tzinfo=UTC)
# From what bodies are made of, so that pieces of text and of marks stand in all orders, and some stand in both.
PARTS = ("Hội nghị lần thứ nhất", "của Đảng ủy Khối", " & ", "&amp;", "<", "\n\n", "\n", "<br>", "[", '"', "'", "[1,5]")
PIECES = ("<p>", "</p>", "</p>\n<p>", '<figure><img src="http://a.vn/anh-1-0123456789.jpg" alt="', '">', *PARTS)
bodies = st.lists(st.sampled_from(PARTS), max_size=12).map("".join) | st.text(max_size=60)
htmls = st.lists(st.sampled_from(PIECES), max_size=16).map("".join) | st.text(max_size=60)


@given(html=htmls, body=bodies, images=bodies)
def test_any_html_comes_back(html: str, body: str, images: str) -> None:
    kept = pack_html(html, body, images)
    assert unpack_html(kept, body, images) == html
    assert kept == html or kept.startswith("[")


@given(html=htmls.filter(lambda text: "\0" not in text), body=bodies, images=bodies)
def test_sql_says_the_same(html: str, body: str, images: str) -> None:
    """SQLite ends a text at a null character for some of its functions; texts of ours have none."""
    body, images = body.replace("\0", ""), images.replace("\0", "")
    kept = pack_html(html, body, images)
    with closing(sqlite3.connect(":memory:")) as plain:
        view = next(view for view in ALL_VIEWS if view.name == "whole_contents")
        columns = "id, title, author, lead, published_at, published_raw, published_precision, attachments, links, marks"
        plain.execute(f"CREATE TABLE contents ({columns}, digest, body_html, body, images)")
        plain.execute("INSERT INTO contents (body_html, body, images) VALUES (?, ?, ?)", (kept, body, images))
        plain.execute(view.statement)
        assert plain.execute("SELECT body_html FROM whole_contents").fetchone() == (html,)


def test_a_body_of_plain_paragraphs_is_one_piece() -> None:
    texts = [f"Đoạn văn số {number} của bài viết." for number in range(30)]
    html = "\n".join(f"<p>{text}</p>" for text in texts)
    body = "\n\n".join(texts)
    assert pack_html(html, body, "[]") == f'["<p>",[1,{len(body)}],"</p>"]'


def test_plain_sql_reads_the_html_of_every_article(tmp_path: Path) -> None:
    portal = Portal(write_articles(24, ["tin"]), {"tin": ChannelLook("Tin")})
    visits = Visits(tmp_path / "archive.db")
    visits.run(portal, AT)
    rows = visits.query("SELECT body_html FROM contents")
    assert sum(str(row["body_html"]).startswith("[") for row in rows) >= 20
    said = visits.dump("current_articles")["current_articles"]
    visits.database.close()
    with closing(sqlite3.connect(tmp_path / "archive.db")) as plain:
        plain.row_factory = sqlite3.Row
        asked = [dict(row) for row in plain.execute("SELECT * FROM current_articles")]
    assert sorted(asked, key=str) == said
    assert all(str(row["body_html"]).startswith("<") for row in said if row["body"])


names = st.sampled_from(("Date", "Set-Cookie", "ETag", "X-Ngày"))
values = st.text(st.characters(max_codepoint=0xFF), max_size=200)
answers = st.lists(st.lists(st.tuples(names, values), max_size=6).map(tuple), max_size=12)


@given(answers=answers)
def test_any_headers_come_back(answers: list[Headers]) -> None:
    with closing(_memory()) as connection:
        kept = [pack_headers(connection, "s", headers) for headers in answers]
        sets = dict(connection.execute("SELECT id, headers FROM header_sets").fetchall())
    assert [read_headers(packed, sets.get(set_id)) for packed, set_id in kept] == answers


def _memory() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:")
    connection.execute(
        "CREATE TABLE header_sets (id INTEGER PRIMARY KEY, site, digest, headers, UNIQUE (site, digest))"
    )
    return connection


def _answer(second: int, session: str) -> Headers:
    return (
        ("Date", f"Mon, 05 Jan 2026 03:00:{second:02} GMT"),
        ("Server", "Apache-Coyote/1.1"),
        ("Content-Type", "text/html;charset=UTF-8"),
        ("Content-Security-Policy", "default-src 'self'; img-src 'self' https://anh.example; frame-ancestors 'none'"),
        ("Set-Cookie", f"JSESSIONID={session}; Path=/; HttpOnly"),
    )


def test_what_an_answer_repeats_is_not_kept_again() -> None:
    with closing(_memory()) as connection:
        kept = [pack_headers(connection, "s", _answer(second, f"{second * 7919:032X}")) for second in range(60)]
        assert connection.execute("SELECT count(*) FROM header_sets").fetchone() == (1,)
        pack_headers(connection, "t", _answer(1, "A"))
        assert connection.execute("SELECT site, count(*) FROM header_sets GROUP BY site").fetchall() == [
            ("s", 1),
            ("t", 1),
        ]
    assert max(len(packed or b"") for packed, _ in kept) < 60


@pytest.mark.parametrize("statement", ["headers = zeroblob(20)", "header_set_id = 2"], ids=["capture", "set"])
def test_damage_is_told(tmp_path: Path, statement: str) -> None:
    visits = Visits(tmp_path / "archive.db")
    portal = Portal(write_articles(3, ["tin"]), {"tin": ChannelLook("Tin")})
    visits.run(portal, AT)
    with visits.database.atomic():
        pack_headers(visits.database.conn, SITE.name, (("X-Khác", "".join(map(chr, range(33, 255)))),))
        visits.database.execute(f"UPDATE captures SET {statement} WHERE id = 1")
    with pytest.raises(ArchiveError, match="headers are damaged"):
        load_capture(visits.database.conn, 1)
    assert load_capture(visits.database.conn, 2).headers
    visits.database.close()
