"""Searching: what is found, in which order, in which spelling, and also in the past; no text typed is ever an error."""

import sqlite3
import unicodedata
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from archiver.archive.queries.article_filter import ArticleFilter
from archiver.archive.runs.run_log import Run, open_run
from archiver.archive.search import engine as search
from archiver.archive.search import index as search_index
from archiver.archive.search.engine import Order, search_articles
from archiver.archive.search.index import check_index, index_missing, rebuild_index
from archiver.archive.search.query_language import Query, Term, parse_query
from archiver.archive.search.results import SearchResult
from archiver.archive.search.snippets import make_snippet
from archiver.archive.store.file import create_or_open, open_for_reading
from archiver.archive.upkeep.merge import merge_archive
from archiver.ingest.record import record_capture
from archiver.ingest.verify import verify
from archiver.model import Article, Capture, PublishedDate
from archiver.site import Site
from archiver.text.folding import list_forms
from tests.archives import unpack
from tests.portal import demo_portal
from tests.visiting import Visits

SITE = Site("dukdhcd", "Đảng ủy Khối", "liferay_hanoi")
OTHER = Site("sotttt", "Sở", "liferay_hanoi")
START = datetime(2022, 1, 3, 1, tzinfo=UTC)
SYLLABLES = "đảng đang bộ bổ bố bo ủy uỷ uy khối khoi hoà hòa hoa viên vien 12 5".split()
QUICK = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


class Shelf:
    """An archive of articles that a test writes down."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.database = create_or_open(path)
        self.runs: dict[str, Run] = {}
        self.visits = 0

    def put(
        self,
        key: int,
        title: str,
        *paragraphs: str,
        lead: str | None = None,
        published: datetime | None = START,
        site: Site = SITE,
    ) -> None:
        """Record a state of an article; each a day after the one before."""
        self.visits += 1
        at = START + timedelta(days=self.visits)
        if site.name not in self.runs:
            with self.database.atomic():
                self.runs[site.name] = open_run(self.database.conn, site, {}, START)
        url = f"http://portal.vn/tin/-/view_content/{key}-tin.html"
        stated = PublishedDate("ngày", published, "minute") if published else None
        article = Article(str(key), url, title, lead=lead, paragraphs=paragraphs, published=stated)
        capture = Capture(url, at, 200, (), f"{self.visits}".encode())
        record_capture(self.database, self.runs[site.name], site, capture, article)

    def find(self, text: str, order: Order = "newest", history: bool = False) -> list[SearchResult]:
        return list(search_articles(self.database.conn, parse_query(text), order=order, history=history))

    def ids(self, text: str, order: Order = "newest") -> list[str]:
        return [hit.article_id for hit in self.find(text, order)]


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    shelf = Shelf(tmp_path / "archive.db")
    yield shelf
    shelf.database.close()


def _day(number: int) -> datetime:
    return datetime(2020, 1, 1, 5, tzinfo=UTC) + timedelta(days=number)


def test_without_marks_everything_is_found(shelf: Shelf) -> None:
    shelf.put(1, "Đảng ủy Khối họp", "Mở đầu.", published=_day(1))
    shelf.put(2, "Tin khác", "Khối đảng uỷ.", published=_day(2))
    shelf.put(3, "Tin khác", "Đang khôi phục.", published=_day(3))
    assert shelf.ids("dang uy khoi") == shelf.ids("DANG UY KHOI") == ["2", "1"]
    assert shelf.ids('"dang uy"') == ["2", "1"]
    assert shelf.ids('"uy khoi"') == ["1"]


@pytest.mark.parametrize("order", ["newest", "relevance"])
def test_with_marks_exact_matches_come_first(shelf: Shelf, order: Order) -> None:
    shelf.put(1, "Một", "Các đảng bộ trực thuộc.", published=_day(1))
    shelf.put(2, "Hai", "Đảng bộ trường.", published=_day(2))
    shelf.put(3, "Ba", "Lớp đang bổ sung.", published=_day(3))
    shelf.put(4, "Bốn", "Đảng đã bổ nhiệm.", published=_day(4))
    found = shelf.find("đảng bộ", order)
    assert {hit.article_id for hit in found[:2]} == {"1", "2"}
    assert {hit.article_id for hit in found[2:]} == {"3", "4"}
    assert [hit.exact for hit in found] == [True, True, False, False]
    assert {hit.article_id for hit in shelf.find("đảng bo", order)[:3] if hit.exact} == {"1", "2", "4"}


def test_a_phrase_with_marks_is_exact_only_where_it_stands_so(shelf: Shelf) -> None:
    shelf.put(1, "Một", "Đang bổ sung cho đảng, một bộ phận.", published=_day(2))
    shelf.put(2, "Hai", "Họp đảng bộ.", published=_day(1))
    assert [(hit.article_id, hit.exact) for hit in shelf.find('"đảng bộ"')] == [("2", True), ("1", False)]


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("typed", ["hoà", "hòa", "Uỷ", "ủy", "thuý", "thúy"])
def test_both_spellings_are_one(shelf: Shelf, typed: str, form: str) -> None:
    shelf.put(1, "Hòa Ủy Thúy", published=_day(2))
    shelf.put(2, "Hoà Uỷ Thuý", published=_day(1))
    found = shelf.find(unicodedata.normalize(form, typed))  # type: ignore[arg-type]
    assert [(hit.article_id, hit.exact) for hit in found] == [("1", True), ("2", True)]


def test_newest_first_to_the_minute_and_undated_last(shelf: Shelf) -> None:
    shelf.put(1, "Tin", published=None)
    shelf.put(2, "Tin", published=_day(3))
    shelf.put(3, "Tin", published=_day(3) + timedelta(hours=3))
    shelf.put(4, "Tin", published=_day(9))
    shelf.put(5, "Tin", published=_day(3) + timedelta(hours=1))
    shelf.put(6, "Tin", published=datetime(1, 1, 2, tzinfo=UTC))
    assert shelf.ids("tin") == ["4", "3", "5", "2", "6", "1"]


def test_relevance_weighs_the_title(shelf: Shelf) -> None:
    filler = "Hội nghị nghe báo cáo kết quả và thống nhất lịch làm việc. " * 3
    shelf.put(1, "Học bổng cho sinh viên", filler, published=_day(1))
    shelf.put(2, "Tin", filler + "học bổng", published=_day(2))
    shelf.put(3, "Tin", filler, lead="Học bổng", published=_day(3))
    assert shelf.ids("hoc bong", "relevance") == ["1", "3", "2"]
    assert shelf.ids("hoc bong") == ["3", "2", "1"]


def test_filters(shelf: Shelf) -> None:
    for key, day in ((1, datetime(2022, 5, 16, 17, tzinfo=UTC)), (2, datetime(2022, 5, 17, 16, 59, tzinfo=UTC))):
        shelf.put(key, "Tin", published=day)  # midnight of the 17th in Hà Nội, and a minute before the 18th
    shelf.put(3, "Tin", published=datetime(2022, 5, 17, 17, tzinfo=UTC), site=OTHER)
    assert shelf.ids("tin since:2022-05-17") == ["3", "2", "1"]
    assert shelf.ids("tin since:2022-05-18") == ["3"]
    assert shelf.ids("tin before:2022-05-18") == ["2", "1"]
    assert shelf.ids("tin before:2022") == []
    assert shelf.ids("tin site:dukdhcd") == shelf.ids("site:dukdhcd") == ["2", "1"]
    assert shelf.ids("tin site:nope") == shelf.ids("tin state:gone") == []
    assert shelf.ids("tin state:live site:sotttt", "relevance") == ["3"]
    assert shelf.ids("tin since:0001-01-01 before:9999-12-31") == ["3", "2", "1"]
    shelf.put(4, "Tin", published=None)
    assert shelf.ids("tin") == ["3", "2", "1", "4"]
    assert shelf.ids("tin before:9999-12-31") == shelf.ids("tin since:0001-01-01") == ["3", "2", "1"]


def test_exclusions(shelf: Shelf) -> None:
    shelf.put(1, "Ủy ban họp", published=_day(1))
    shelf.put(2, "Ủy viên và bạn", published=_day(2))
    shelf.put(3, "Ủy viên", published=_day(3))
    assert shelf.ids("uy -ban") == ["3"]
    assert shelf.ids("uy -bạn") == ["3", "1"]
    assert shelf.ids("ủy -bạn", "relevance") != shelf.ids("ủy -ban", "relevance") == ["3"]
    assert shelf.ids("-ban") == ["3"]
    assert shelf.ids('-"vien va"') == ["3", "1"]


def test_prefixes_and_words_with_signs(shelf: Shelf) -> None:
    shelf.put(1, "Nghị quyết 12/5 về COVID-19", published=_day(1))
    shelf.put(2, "Nghiên cứu 5/12", published=_day(2))
    assert shelf.ids("ngh*") == ["2", "1"]
    assert [(hit.article_id, hit.exact) for hit in shelf.find("nghị*")] == [("1", True), ("2", False)]
    assert shelf.ids('"nghien c"*') == ["2"]
    assert shelf.ids("12/5") == ["1"]
    assert shelf.ids("covid-19") == ["1"]


def test_captions_attachments_and_authors_are_found(shelf: Shelf) -> None:
    portal = demo_portal()
    visits = Visits(shelf.path.with_name("visits.db"))
    visits.run(portal, START)
    author = next(article.author for article in portal.listed() if article.author)
    found = list(search_articles(visits.database.conn, parse_query(f'"{author}"')))
    wanted = visits.query("SELECT article_id FROM current_articles WHERE author = ?", author)
    assert {row["article_id"] for row in wanted} <= {hit.article_id for hit in found}
    visits.database.close()


def test_history_finds_what_was_removed_and_when_it_stood(shelf: Shelf) -> None:
    shelf.put(1, "Tin", "Chi phí là 12 tỷ đồng.", "Đoạn hai.")
    shelf.put(1, "Tin", "Chi phí là 12 tỷ đồng.", "Đoạn hai.")
    shelf.put(1, "Tin", "Đoạn hai.")
    assert shelf.find("12 tỷ đồng") == []
    (hit,) = shelf.find("12 tỷ đồng", history=True)
    assert (hit.snapshot, hit.current, hit.snapshots, hit.title, hit.exact) == (1, False, 2, "Tin", True)
    assert (hit.seen_from[:10], hit.seen_until[:10]) == ("2022-01-04", "2022-01-05")
    assert (hit.changed_at, hit.views, hit.state) == (None, None, None)  # of that time, not of today
    assert hit.snippet.mark() == "Chi phí là «12» «tỷ» «đồng». Đoạn hai."
    assert [hit.snapshot for hit in shelf.find("doan hai", history=True)] == [2, 1]


def test_one_text_under_two_articles_is_two_hits(shelf: Shelf) -> None:
    shelf.put(1, "Tin", "Chung.")
    shelf.put(2, "Tin", "Chung.", site=OTHER)
    assert [(hit.site, hit.article_id) for hit in shelf.find("chung")] == [("dukdhcd", "1"), ("sotttt", "2")]


@pytest.fixture(scope="module")
def varied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    """Sixty articles of few words, so that every query has something to find."""
    chance = Random(7)
    shelf = Shelf(tmp_path_factory.mktemp("varied") / "archive.db")
    for key in range(60):
        words = chance.choices(SYLLABLES, k=chance.randint(1, 7))
        published = None if key % 9 == 0 else _day(chance.randint(0, 20)) + timedelta(minutes=key)
        shelf.put(key, " ".join(words[:2]), " ".join(words[2:]), published=published)
    yield shelf
    shelf.database.close()


TERMS = st.builds(
    lambda minus, words, star: f'{"-" if minus else ""}"{" ".join(words)}"{"*" if star else ""}',
    st.sampled_from([False, False, False, True]),
    st.lists(st.sampled_from(SYLLABLES), min_size=1, max_size=2),
    st.booleans(),
)


@QUICK
@given(text=st.lists(TERMS, min_size=1, max_size=3).map(" ".join))
@example(text='-"đảng"')
@example(text='"đảng" "bộ"')
def test_what_is_found_is_what_reading_every_article_finds(varied: Shelf, text: str) -> None:
    query = parse_query(text)
    rows = list(varied.database.query("SELECT article_id, title, body, published_at FROM current_articles"))
    expected = []
    for row in rows:
        texts = [list(list_forms(row["body"])), list(list_forms(row["title"]))]
        if all(_stands(term, texts) for term in query.terms) and not any(
            _stands(term, texts, exact=True) for term in query.excluded
        ):
            exact = all(_stands(term, texts, exact=True) for term in query.terms)
            expected.append((not exact, row["published_at"] or "", row["article_id"]))
    newest = varied.find(text)
    assert sorted(hit.article_id for hit in newest) == sorted(key for *_, key in expected)
    shown = [(hit.exact, hit.published_at or "") for hit in newest]
    assert shown == sorted(shown, reverse=True)
    for order in (varied.find(text), varied.find(text, "relevance")):
        assert {(hit.article_id, hit.exact) for hit in order} == {(key, not inexact) for inexact, _, key in expected}


def _stands(term: Term, texts: list[list[tuple[str, str]]], exact: bool = False) -> bool:
    """Say whether a term stands in one of the texts: the words with marks so spelt, where ``exact``."""
    for forms in texts:
        for start in range(len(forms) - len(term.exact) + 1):
            if all(_is_word(term, at, forms[start + at], exact) for at in range(len(term.exact))):
                return True
    return False


def _is_word(term: Term, at: int, form: tuple[str, str], exact: bool) -> bool:
    with_marks = exact and term.exact[at] != term.folded[at]
    wanted, word = (term.exact[at], form[0]) if with_marks else (term.folded[at], form[1])
    return word.startswith(wanted) if term.prefix and at == len(term.exact) - 1 else word == wanted


@QUICK
@given(
    text=st.text()
    | st.lists(st.sampled_from([*SYLLABLES, *'" * - : ( ) ^ NEAR( AND OR NOT + {body} site: since:'.split()])).map(
        " ".join
    )
)
@example(text='"')
@example(text='"đảng')
@example(text="-")
@example(text="-đảng")
@example(text="*")
@example(text="NEAR(đảng ủy, 2)")
@example(text="đảng AND NOT")
@example(text="a\0b \ud800 \U0001f600 title:x state:never since:2022-13 before:0000")
@example(text="đảng " * 2000)
@example(text="-đảng " * 2000)
@example(text=" ".join(f"từ{n} -chữ{n}" for n in range(900)))
@example(text='"' * 10_000)
@example(text="đ" * 10_000)
@example(text="\u0301\u0323 *\u0301")
def test_nothing_typed_is_an_error(varied: Shelf, text: str) -> None:
    for order in ("newest", "relevance"):
        for hit in islice(search_articles(varied.database.conn, parse_query(text), order=order, history=True), 30):  # type: ignore[arg-type]
            assert hit.snippet.pieces or not hit.title


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("", Query()),
        ("...", Query()),
        ("Hòa", Query((Term(("hoà",), ("hoa",)),))),
        ("a a", Query((Term(("a",), ("a",)),))),
        ("site:A state:GONE", Query(articles=ArticleFilter(site="a", state="gone"))),
        (
            "since:2022-05-17 before:2023",
            Query(articles=ArticleFilter(since=date(2022, 5, 17), until=date(2022, 12, 31))),
        ),
        ("state:never", Query((Term(("state", "never"), ("state", "never")),))),
        ('"site:a"', Query((Term(("site", "a"), ("site", "a")),))),
        ("bo* -bo*", Query((Term(("bo",), ("bo",), prefix=True),), (Term(("bo",), ("bo",), prefix=True),))),
        ("bo-*", Query((Term(("bo",), ("bo",)),))),
    ],
)
def test_queries(text: str, query: Query) -> None:
    assert parse_query(text) == query


def test_snippets_show_the_original_spelling() -> None:
    terms = parse_query('dang "cong tac" tin').terms
    text = "Một " * 50 + "Đảng\u00a0ủy bàn công\n\ntác đảng. " + "Hai " * 50
    snippet = make_snippet(["Không có gì.", text], terms, exact=False)
    assert snippet.mark() == "… " + "Một " * 6 + "«Đảng» ủy bàn «công tác» «đảng». " + "Hai " * 17 + "Hai …"
    assert make_snippet(["Không có gì."], terms, exact=False).mark() == "Không có gì."
    assert make_snippet([], terms, exact=False).mark() == ""
    exact = make_snippet(["Đang là đảng."], parse_query("đảng").terms, exact=True)
    assert exact.mark() == "Đang là «đảng»."


@QUICK
@given(text=st.text(max_size=300), typed=st.text(max_size=20))
def test_a_snippet_is_a_piece_of_the_text(text: str, typed: str) -> None:
    snippet = make_snippet([text], parse_query(typed).terms, exact=True)
    shown = snippet.mark("", "").removeprefix("… ").removesuffix(" …")
    assert " ".join(shown.split()) in " ".join(text.split())


def test_only_the_newest_matches_are_weighed(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    for key in range(6):
        shelf.put(key, "Học bổng" if key == 0 else "Tin", "học bổng", published=_day(key))
    query = parse_query("học bổng")
    assert not search.has_more_matches(shelf.database.conn, query)
    assert shelf.ids("hoc bong", "relevance")[0] == "0"
    monkeypatch.setattr(search, "RANKED", 3)
    assert search.has_more_matches(shelf.database.conn, query)
    assert sorted(shelf.ids("hoc bong", "relevance")) == ["3", "4", "5"]


def test_a_full_day_takes_the_places_of_the_day_before(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_index, "DAY_PLACES", 2)
    monkeypatch.setattr(search, "DAY_PLACES", 2)
    for key in range(7):
        shelf.put(key, f"Tin {key}", published=_day(1))
    assert len(shelf.ids("tin")) == len(shelf.ids("tin since:2020-01-02")) == 7
    assert shelf.ids("tin since:2020-01-03") == []


def test_what_a_full_day_left_to_the_days_before_is_found_by_its_own_day(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_index, "DAY_PLACES", 2)
    monkeypatch.setattr(search, "DAY_PLACES", 2)
    shelf.put(1, "Tin", published=_day(2))
    for key in (2, 3, 4, 5, 6):
        shelf.put(key, "Tin", published=_day(3) + timedelta(minutes=key))
    assert sorted(shelf.ids("tin since:2020-01-04 before:2020-01-05")) == ["2", "3", "4", "5", "6"]
    assert shelf.ids("tin before:2020-01-04") == ["1"]


def test_merged_archives_can_be_searched(shelf: Shelf, tmp_path: Path) -> None:
    other = Shelf(tmp_path / "other.db")
    other.put(1, "Đảng ủy", published=_day(1))
    other.put(2, "Đảng bộ", published=_day(2))
    other.database.close()
    shelf.put(1, "Đảng ủy", published=_day(1))
    merge_archive(shelf.database, other.path)
    merge_archive(shelf.database, other.path)
    assert shelf.ids("đảng") == ["2", "1"]
    assert list(check_index(shelf.database.conn)) == []


def test_an_upgrade_indexes_what_is_there(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    unpack(2, path)  # the last schema without an index
    with closing(create_or_open(path)) as database:
        hits = search_articles(database.conn, parse_query("phien hop"), history=True)
        assert [(hit.article_id, hit.snapshot) for hit in hits][:2] == [("4500101", 2), ("4500101", 1)]
        assert list(check_index(database.conn)) == []


def test_damage_is_noticed_and_mended(shelf: Shelf) -> None:
    for key in range(3):
        shelf.put(key, f"Đảng ủy {key}", published=_day(key))
    connection = shelf.database.conn
    assert list(check_index(connection)) == []
    with shelf.database.atomic():
        connection.execute("UPDATE contents SET body = 'Chữ khác.' WHERE id = 1")
        connection.execute("DELETE FROM search_order WHERE content_id = 2")
    reader = open_for_reading(shelf.path)
    assert list(check_index(reader.conn)) == [
        "search index: 1 content is missing",
        "search index: search_folded differs from the contents in 2 words",
        "search index: search_exact differs from the contents in 2 words",
    ]
    assert "search index: 1 content is missing" in list(verify(reader))
    reader.close()
    with shelf.database.atomic():
        rebuild_index(connection)
        index_missing(connection)
    assert list(check_index(connection)) == []
    assert shelf.ids("chữ khác") == ["0"]


def test_what_one_transaction_stores_is_one_piece_of_the_index(shelf: Shelf) -> None:
    """A piece for every page made a first crawl a third slower."""
    count = "SELECT count(DISTINCT segid) AS n FROM search_folded_idx"
    pieces = [next(iter(shelf.database.query(count)))["n"]]
    with shelf.database.atomic():
        for key in range(5):
            shelf.put(key, f"Đảng ủy {key}", published=_day(key))
    pieces.append(next(iter(shelf.database.query(count)))["n"])
    assert pieces == [0, 1]
    assert shelf.ids("đảng") == ["4", "3", "2", "1", "0"]


def test_what_is_taken_back_is_not_found(shelf: Shelf) -> None:
    shelf.put(1, "Đảng ủy")
    connection = shelf.database.conn
    connection.execute("BEGIN")
    connection.execute(
        "INSERT INTO contents SELECT 9, zeroblob(32), digest, 'Khối', author, lead, body, body_html, "
        "published_at, published_raw, published_precision, published_relative, images, attachments, links, marks "
        "FROM contents"
    )
    search_index.index_content(connection, 9)
    assert connection.execute("SELECT count(*) FROM search_folded WHERE search_folded MATCH 'khoi'").fetchone()[0] == 1
    connection.rollback()
    assert list(check_index(connection)) == []
    assert shelf.ids("dang") == ["1"]


def test_peoples_sql_can_search(shelf: Shelf) -> None:
    shelf.put(1, "Đảng ủy họp", "Cũ.", published=_day(1))
    shelf.put(1, "Đảng ủy họp", "Mới.", published=_day(1))
    shelf.put(2, "Đảng bộ", published=_day(2))
    sql = "SELECT article_id, snapshot FROM article_search WHERE words MATCH fold('Đảng ủy') AND current"
    assert [tuple(row) for row in shelf.database.execute(sql)] == [("1", 2)]
    plain = sqlite3.connect(shelf.path)  # any SQLite, without our function
    newest = "SELECT article_id, snapshot FROM article_search WHERE words MATCH 'dang' ORDER BY place DESC"
    assert plain.execute(newest).fetchall() == [("2", 1), ("1", 2), ("1", 1)]
    plan = " ".join(row[3] for row in plain.execute(f"EXPLAIN QUERY PLAN {newest} LIMIT 5"))
    assert "TEMP B-TREE" not in plan
    best = plain.execute("SELECT title FROM article_search WHERE words MATCH 'dang' ORDER BY relevance").fetchall()
    assert best[0] == ("Đảng bộ",)
    plain.close()


def test_every_connection_knows_fold(shelf: Shelf) -> None:
    reader = open_for_reading(shelf.path)
    for database in (shelf.database, reader):
        row = database.execute("SELECT fold('Đảng ủy'), fold(NULL), fold(7), fold(x'c490')").fetchone()
        assert tuple(row) == ("dang uy", None, "7", "d")
    reader.close()


def test_reading_an_article_again_indexes_nothing_twice(tmp_path: Path) -> None:
    visits = Visits(tmp_path / "archive.db")
    portal = demo_portal()
    visits.run(portal, START)
    before = visits.query("SELECT count(*) AS n FROM search_order")
    portal.set_views(portal.listed()[0].id, 9)
    visits.run(portal, START + timedelta(days=1))
    assert visits.query("SELECT count(*) AS n FROM search_order") == before
    assert before == visits.query("SELECT count(*) AS n FROM contents")
    assert list(check_index(visits.database.conn)) == []
    visits.database.close()


def test_the_order_of_ids_is_not_the_order_of_dates(varied: Shelf) -> None:
    database: Database = varied.database
    places = [row[0] for row in database.execute("SELECT place FROM search_order ORDER BY content_id")]
    assert places != sorted(places)
