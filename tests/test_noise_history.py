"""What noise means for history: the same whatever order captures come in, and nothing that is not proven vanishes."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlite_utils import Database

from archiver.archive.store.file import close_archive, create_or_open
from archiver.archive.upkeep.merge import merge_archive
from archiver.ingest.reparse import reparse
from archiver.ingest.replay import replay
from archiver.ingest.verify import verify
from tests.noise_kinds import ADDRESSES, PROVERBS, SIDES, TEXTS, by_day, by_hit
from tests.noisy_portal import Moment, Moving, Story, Watch, finish

VIEWS = ("current_articles", "article_history", "events", "view_history")
NUMBERS = (12, 15, 19, 26, 31, 40)


def _read_views(database: Database) -> list[list[str]]:
    return [sorted(repr(tuple(row)) for row in database.execute(f"SELECT * FROM {view}")) for view in VIEWS]


def _read_rules(database: Database) -> list[tuple[object, ...]]:
    query = "SELECT l.site, l.kind, l.template, l.proof, k.fetched_at FROM learned_noise l JOIN captures k ON k.id = "
    return sorted(tuple(row) for row in database.execute(f"{query} l.capture_id"))


def _make_stories() -> list[Story]:
    kinds: list[Moving] = [by_hit(TEXTS[name]) for name in ("counter", "proverb", "weather", "inside a paragraph")]
    kinds += [by_hit(ADDRESSES[name]) for name in ("expires, signature", "hash in the name", "hash of a document")]
    kinds += [by_day(ADDRESSES["v"]), by_day(ADDRESSES["time in the name"])]
    return [Story(number, below=kind) for number, kind in enumerate(kinds)]


@pytest.fixture
def watched(tmp_path: Path) -> Watch:
    """An archive of noise, learned in both ways, and of two edits."""
    stories = _make_stories()
    watch = Watch(tmp_path / "archive.db", "lif")
    for day in range(5):
        if day == 2:
            stories[0].paragraphs[1] = "<p>Đoạn này được viết lại sau khi đăng, với số liệu mới của ban tổ chức.</p>"
            stories[4].title += " (sửa)"
        watch.run(stories, day)
    assert [watch.count(story) for story in stories] == [2, 1, 1, 1, 2, 1, 1, 1, 1]
    return watch


def test_reading_everything_again_teaches_the_same(watched: Watch) -> None:
    before, rules = _read_views(watched.database), _read_rules(watched.database)
    assert {proof for *_, proof, _ in rules} == {"second look", "three looks"}
    assert list(reparse(watched.database)) == []
    outcome = finish(replay(watched.database))
    assert outcome.differing == ()
    assert (_read_views(watched.database), _read_rules(watched.database)) == (before, rules)


def test_nothing_is_wrong_with_it(watched: Watch) -> None:
    assert list(verify(watched.database)) == []
    assert list(verify(watched.database, quick=True)) == []


def test_rules_that_are_changed_by_hand_are_named(watched: Watch) -> None:
    for statement in ("DELETE FROM learned_noise WHERE kind = 'parameter'", "UPDATE learned_noise SET template = 'x'"):
        watched.database.conn.execute("SAVEPOINT hand")
        watched.database.conn.execute(statement + (" WHERE kind = 'text'" if "UPDATE" in statement else ""))
        assert list(verify(watched.database))
        watched.database.conn.execute("ROLLBACK TO hand")


_DERIVED = (
    *("article_events", "snapshots", "article_addresses", "readings", "clues", "article_keys", "articles"),
    *("learned_noise", "findings"),
)


def _split(watch: Watch, folder: Path, keep: str) -> Path:
    """Copy an archive and leave out all captures but some, as if another machine had made those alone."""
    path = folder / f"part-{abs(hash(keep))}.db"
    watch.database.conn.execute("VACUUM INTO ?", (str(path),))
    part = create_or_open(path)
    with part.atomic():
        gone = f"SELECT id FROM captures WHERE NOT ({keep})"
        for table in (
            "change_log",
            "article_events",
            "snapshots",
            "article_addresses",
            "readings",
            "clues",
            "article_keys",
            "articles",
        ):
            part.conn.execute(f"DELETE FROM {table}")
        part.conn.execute("DELETE FROM learned_noise")
        part.conn.execute("DELETE FROM findings")
        part.conn.execute(f"DELETE FROM captures WHERE id IN ({gone})")
        part.conn.execute("DELETE FROM runs WHERE id NOT IN (SELECT run_id FROM captures)")
    finish(replay(part))
    close_archive(part)
    return path


@pytest.mark.parametrize("keep", ["run_id % 2", "id % 2", "run_id > 2", "id % 3 = 1"])
def test_merging_parts_says_what_the_whole_says(watched: Watch, tmp_path: Path, keep: str) -> None:
    one, other = _split(watched, tmp_path, keep), _split(watched, tmp_path, f"NOT ({keep})")
    whole = _read_views(watched.database)
    for first, second in ((one, other), (other, one)):
        target = Path(shutil.copy(first, tmp_path / f"into-{first.name}"))
        merged = create_or_open(target)
        merge_archive(merged, second)
        assert _read_views(merged) == whole
        assert [line for line in verify(merged) if "when it was closed" not in line] == []  # findings were taken away
        close_archive(merged)


def test_an_edit_at_each_look_in_one_place_is_never_lost(tmp_path: Path) -> None:
    """A number that grows at three looks and more stands still at the second ones: that is for people to say."""
    watch = Watch(tmp_path / "archive.db", "gen")
    story = Story(1, below=lambda moment: f"<p>Số ca mắc mới trong ngày: {NUMBERS[moment.day]}</p>")
    for day in range(len(NUMBERS)):
        watch.run([story], day)
    assert watch.count(story) == len(NUMBERS)
    assert watch.learned() == []
    told = [detail for kind, detail in watch.findings if kind == "volatile_text"]
    assert len(told) == 1
    assert 'noise = ("Số ca mắc mới trong ngày: *",)' in told[0]


@pytest.mark.parametrize(
    "write",
    [
        lambda m: f'<p><img src="/anh/{("hoa", "bien", "nui", "dao", "song", "ho")[m.day]}.jpg"></p>',
        lambda m: f'<p><a href="/tai/bao-cao-{m.day + 1}.pdf">Báo cáo.pdf</a></p>',
        lambda m: f"<p>{PROVERBS[m.day]}</p>",
        lambda m: f"<p>Lãi suất tuần này là {4 + m.day},5 phần trăm</p>",
    ],
)
def test_what_hands_may_have_done_is_told_and_kept(tmp_path: Path, write: Callable[[Moment], str]) -> None:
    watch = Watch(tmp_path / "archive.db", "lif")
    story = Story(1, below=write)
    for day in range(6):
        watch.run([story], day)
        told = [kind for kind, _ in watch.findings if kind.startswith("volatile")]
        assert bool(told) == (day >= 2)
    assert watch.count(story) == 6


def test_a_second_edit_between_two_looks_is_an_edit(tmp_path: Path) -> None:
    """An editor saves twice: what moved between the two looks is not what moved before."""
    watch = Watch(tmp_path / "archive.db", "gen")
    story = Story(
        1, below=lambda m: f"<p>Giá vé: {30 if m.day else 20} nghìn</p><p>Mở cửa lúc {7 + (m.hit > 2)} giờ</p>"
    )
    for day in range(3):
        watch.run([story], day)
    assert watch.learned() == []
    assert watch.count(story) == 3


@pytest.mark.parametrize("look", ["lif", "gen"])
def test_two_states_by_turns_make_no_version_from_the_third_turn_on(tmp_path: Path, look: str) -> None:
    watch = Watch(tmp_path / "archive.db", look)
    story = Story(1, below=lambda moment: SIDES[moment.day % 2])
    counts, told = [], []
    for day in range(8):
        watch.run([story], day)
        counts.append(watch.count(story))
        told.append([detail for kind, detail in watch.findings if "by turns" in detail])
    assert counts == [1, 2, 3, 3, 3, 3, 3, 3]
    assert [len(each) for each in told] == [0, 0, 0, 1, 0, 0, 0, 0]
    story.paragraphs.pop()
    watch.run([story], 8)
    assert watch.count(story) == 4
    assert list(verify(watch.database)) == []


def test_a_return_is_a_version(tmp_path: Path) -> None:
    watch = Watch(tmp_path / "archive.db", "gen")
    story = Story(1, below=lambda moment: SIDES[moment.day == 1])
    for day in range(4):
        watch.run([story], day)
    assert watch.count(story) == 3


def test_a_site_that_is_edited_all_over_is_named(tmp_path: Path) -> None:
    watch = Watch(tmp_path / "archive.db", "gen")
    stories = [Story(number, below=lambda m: f"<p>{PROVERBS[m.day]} {m.number}</p>") for number in range(6)]
    told = []
    for day in range(4):
        watch.run(stories, day)
        told.append("mostly_edited" in {kind for kind, _ in watch.findings})
    assert told == [False, False, True, True]
