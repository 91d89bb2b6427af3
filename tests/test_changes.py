"""What happened to articles, as one list: each thing once, the last seen first, by kind, field, words and time."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from archiver.archive.queries.changes import KINDS, ChangeFilter, list_changes, list_learned
from archiver.archive.queries.rows import ChangeRow
from archiver.archive.search.query_language import parse_query
from archiver.cli import archiver
from tests.portal import Portal, demo_portal
from tests.visiting import Visits

START = datetime(2024, 1, 20, 3, tzinfo=UTC)
DAY = timedelta(days=1)
EDITS = 25
CHANGES = tuple(kind for kind in KINDS if kind != "new")


class Scripted:
    """An archive of a portal with 25 edits, 5 removals that are known to be so, and 3 returns; and what was done."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.portal = demo_portal()
        self.portal.freeze_counters()
        self.visits = Visits(path)
        self.done: list[tuple[str, str]] = []
        ids = [article.id for article in self.portal.listed()]
        self.removed, self.edited = ids[:5], ids[5:13]
        self.visits.run(self.portal, START)
        self._edit(range(8))
        self.visits.run(self.portal, START + DAY)
        for article in self.removed:
            self.portal.remove(article)
            self.done.append(("gone", str(article)))
        for days in (2, 10, 18):
            self._edit(range(days, days + 5))
            self.visits.run(self.portal, START + days * DAY)
        for article in self.removed[:3]:
            self.portal.restore(article)
            self.done.append(("restored", str(article)))
        self._edit(range(40, 42))
        self.visits.run(self.portal, START + 20 * DAY)

    def _edit(self, numbers: range) -> None:
        for number in numbers:
            article = self.portal.article(self.edited[number % len(self.edited)])
            title = f"{article.title} {number}" if number % 3 == 0 else article.title
            self.portal.edit(article.id, title=title, paragraphs=(*article.paragraphs, f"Đoạn thêm lần {number}."))
            self.done.append(("edited", str(article.id)))

    def find(self, **chosen: Any) -> list[ChangeRow]:
        return list(list_changes(self.visits.database.conn, ChangeFilter(**chosen)))

    def call(self, *arguments: str) -> Any:
        done = CliRunner().invoke(archiver, ["--db", str(self.path), "changes", *arguments], standalone_mode=False)
        if done.exception:
            raise done.exception
        return done

    def rows(self, *arguments: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = json.loads(self.call("--json", *arguments).stdout)
        return rows


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scripted]:
    scripted = Scripted(tmp_path_factory.mktemp("changes") / "archive.db")
    yield scripted
    scripted.visits.database.close()


def _count(rows: list[ChangeRow] | list[dict[str, Any]]) -> Counter[tuple[str, str]]:
    return Counter((str(row["kind"]), str(row["article_id"])) for row in rows)


def test_each_thing_is_told_once(script: Scripted) -> None:
    assert len(script.done) == EDITS + 5 + 3
    assert _count(script.find(kinds=CHANGES)) == Counter(script.done)
    assert _count(script.rows("--kind", ",".join(CHANGES))) == Counter(script.done)


def test_the_last_seen_comes_first(script: Scripted) -> None:
    times = [row["at"] for row in script.find()]
    assert times == sorted(times, reverse=True)
    numbers = [row["change_id"] for row in list_learned(script.visits.database.conn, ChangeFilter())]
    assert numbers == sorted(numbers)
    assert len(numbers) == len(times) == len(script.done) + len(script.portal.listed()) + 2  # two stay gone


def test_new_articles_are_told_too(script: Scripted) -> None:
    new = script.find(kinds=("new",))
    known = {str(article.id) for article in script.portal.listed()} | set(map(str, script.removed))
    assert _count(new) == Counter(("new", key) for key in known)


def test_an_edit_has_its_fields_and_its_weightiest_passage(script: Scripted) -> None:
    row = script.rows("--kind", "edited", "--field", "title", "--limit", "1")[0]
    assert row["changed_fields"] == ["title", "body"]
    assert row["passage"]["field"] == "title"
    assert row["others"] == 1
    assert [span["text"] for span in row["passage"]["words"] if span["kind"] == "added"] != []


def test_fields_are_of_edits(script: Scripted) -> None:
    titles = script.find(fields=("title",))
    assert {row["kind"] for row in titles} == {"edited"}
    assert len(titles) == sum(number % 3 == 0 for number in (*range(8), *range(2, 7), *range(10, 15), *range(18, 23)))


def test_words_stand_before_or_after(script: Scripted) -> None:
    added = script.find(kinds=("edited",), words=parse_query('"đoạn thêm lần 41"'))
    assert [row["article_id"] for row in added] == [str(script.edited[41 % 8])]
    gone = script.find(kinds=("edited",), words=parse_query('"lần 0."'))  # in every version since
    assert {row["article_id"] for row in gone} == {str(script.edited[0])}
    assert script.find(words=parse_query("khôngaiviếtthế")) == []


@pytest.mark.parametrize("words", ["doan them lan", "đoạn thêm lần", "đoạn -khôngaiviếtthế", "-khôngaiviếtthế"])
def test_marks_that_were_typed_must_stand(script: Scripted, words: str) -> None:
    edited = script.find(kinds=("edited",), words=parse_query(words))
    assert len(edited) == EDITS
    assert script.find(kinds=("edited",), words=parse_query(f"{words} đoán")) == []


def test_few_and_many_matches_are_found_alike(script: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    queries = [parse_query(words) for words in ("thêm", "đoạn thêm", "lan 41", "sinh viên")]
    few = [script.find(words=query) for query in queries]
    monkeypatch.setattr("archiver.archive.search.matching.FEW", 0)
    assert [script.find(words=query) for query in queries] == few
    assert any(few)


def test_days_are_those_of_the_site(script: Scripted) -> None:
    assert script.find(since=date(2024, 2, 9)) == script.find(since=START + 20 * DAY)
    first = script.find(until=date(2024, 1, 20))
    assert {row["kind"] for row in first} == {"new"}
    assert len(first) == 24
    assert script.find(since=date(2024, 2, 10)) == []
    assert script.rows("--since", "2024-02-09") == script.rows("--since", "2024-02-09T00:00+07:00")


def test_filters_among_the_words_are_of_articles(script: Scripted) -> None:
    gone = script.find(words=parse_query("state:gone"))
    assert {row["article_id"] for row in gone} == set(map(str, script.removed[3:]))
    assert script.find(words=parse_query("site:other")) == []
    assert script.find(site="dukdhcd") == script.find()


def test_since_last_gives_everything_once(script: Scripted) -> None:
    first = script.rows("--since", "last", "--cursor", "office", "--limit", "10")
    rest = script.rows("--since", "last", "--cursor", "office")
    assert _count(first + rest) == _count(script.find())
    assert len(first) == 10
    assert script.rows("--since", "last", "--cursor", "office") == []
    assert "Nothing new since the last call" in script.call("--since", "last", "--cursor", "office").stderr
    assert len(script.rows("--cursor", "elsewhere")) == len(first + rest)


def test_what_cannot_be_written_does_not_count_as_read(script: Scripted, tmp_path: Path) -> None:
    missing = tmp_path / "missing" / "out.json"
    with pytest.raises(Exception, match="missing"):
        script.call("--since", "last", "--cursor", "failing", "--json", "-o", str(missing))
    assert len(script.rows("--since", "last", "--cursor", "failing")) == len(script.find())


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--kind", "edit"), "there is no kind 'edit'; there are: edited, suspect, gone"),
        (("--field", "text"), "there is no field 'text'; there are: title, lead"),
        (("--since", "yesterday"), "write it as 2018-05-01"),
        (("--cursor", "a", "--since", "2024-01-01"), "--cursor goes with --since last"),
        (("--cursor", "a/b"), "no name for a cursor"),
        (("--site", "nowhere"), "the archive holds no site 'nowhere'"),
    ],
)
def test_mistakes_are_told(script: Scripted, arguments: tuple[str, ...], told: str) -> None:
    with pytest.raises(Exception, match=told):
        script.call(*arguments)


def test_a_table_shows_the_words(script: Scripted) -> None:
    table = " ".join(script.call("--kind", "edited", "--limit", "1").stdout.split())
    assert "{+" in table
    assert "There are more; these are 1" in script.call("--kind", "edited", "--limit", "1").stderr


def test_missing_articles_are_told_until_they_are_known_to_be_gone(tmp_path: Path) -> None:
    visits, portal = Visits(tmp_path / "archive.db"), demo_portal()
    visits.run(portal, START)
    (article, *_) = portal.listed()
    portal.remove(article.id)
    told = []
    for days in (1, 8, 16):
        visits.run(portal, START + days * DAY)
        told.append([(row["kind"], row["at"][:10]) for row in _changed(visits)])
    assert told == [[("suspect", "2024-01-21")], [("suspect", "2024-01-21")], [("gone", "2024-02-05")]]
    portal.restore(article.id)
    visits.run(portal, START + 17 * DAY)
    portal.remove(article.id)
    visits.run(portal, START + 18 * DAY)
    assert [row["kind"] for row in _changed(visits)] == ["suspect", "restored", "gone"]
    visits.database.close()


def _changed(visits: Visits) -> list[ChangeRow]:
    return list(list_changes(visits.database.conn, ChangeFilter(kinds=CHANGES)))


def test_an_empty_archive_says_so(tmp_path: Path) -> None:
    Visits(tmp_path / "archive.db").database.close()
    done = CliRunner().invoke(archiver, ["--db", str(tmp_path / "archive.db"), "changes"], standalone_mode=False)
    assert (done.exit_code, done.stdout) == (0, "")
    assert "No such changes" in done.stderr


def test_portal_is_what_the_script_says(script: Scripted) -> None:
    assert isinstance(script.portal, Portal)
    assert len(script.portal.listed()) == 22
