"""The power goes, and the clock jumps: what was committed before is there, whole and in order."""

import random
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.conftest import Crawling
from tests.portal import demo_portal, serve
from tests.visiting import Visits

CUTS = 60
STATES = (
    "SELECT uid, outcome IS NOT NULL FROM runs ORDER BY id",
    "SELECT fetched_at, payload_digest FROM captures ORDER BY id",
)


def _read(path: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


def test_a_log_that_was_cut_off_holds_what_was_committed_before(tmp_path: Path) -> None:
    """Three runs, never checkpointed; of the write-ahead log only so many bytes reached the disk."""
    visits, portal = Visits(tmp_path / "archive.db"), demo_portal()
    visits.database.execute("PRAGMA wal_autocheckpoint = 0")
    for day in (3, 4, 5):
        visits.run(portal, datetime(2022, 1, day, tzinfo=UTC))
    log = (tmp_path / "archive.db-wal").read_bytes()
    whole = {sql: _read(tmp_path / "archive.db", sql) for sql in STATES}
    assert len(whole[STATES[0]]) == 3
    seen, chance = set(), random.Random(27)
    for number, length in enumerate([0, len(log), *(chance.randrange(len(log)) for _ in range(CUTS))]):
        copy = tmp_path / f"cut-{number}.db"
        shutil.copy(tmp_path / "archive.db", copy)
        copy.with_name(f"{copy.name}-wal").write_bytes(log[:length])
        assert _read(copy, "PRAGMA integrity_check") == [("ok",)]
        assert _read(copy, "PRAGMA foreign_key_check") == []
        runs, captures = (_read(copy, sql) for sql in STATES)
        assert [uid for uid, _ in runs] == [uid for uid, _ in whole[STATES[0]]][: len(runs)]
        assert all(closed for _, closed in runs[:-1])
        assert captures == whole[STATES[1]][: len(captures)]
        seen.add(len(captures))
        copy.unlink()
    assert {0, len(whole[STATES[1]])} <= seen
    assert len(seen) > CUTS // 3
    visits.database.close()


@pytest.mark.slow
def test_a_clock_that_jumps_back_corrupts_nothing(crawling: Crawling) -> None:
    """The second crawl says it is a day before the first, the third a day after; all pages changed each time.

    The captures are ordered by their times, so the second one's state stands first; every text is there once.
    """
    portal = demo_portal()
    portal.freeze_counters()
    article = portal.listed("cong-tac-doan-hoi")[0]
    with serve(portal) as base:
        for day in (10, 9, 11):
            portal.edit(article.id, title=f"Tiêu đề ngày {day}")
            now = f"2026-01-{day:02}T03:00:00+00:00"
            done = crawling.scrapy("dukdhcd", f"{base}/cong-tac-doan-hoi", "-a", "full=1", ARCHIVE_NOW=now)
            assert done.status in (0, 3), done.err[-2000:]
    sql = "SELECT snapshot, title, substr(seen_from, 1, 10) AS day FROM article_history WHERE article_id = ? ORDER BY 1"
    assert crawling.query(sql, str(article.id)) == [
        {"snapshot": number, "title": f"Tiêu đề ngày {day}", "day": f"2026-01-{day:02}"}
        for number, day in enumerate((9, 10, 11), 1)
    ]
    backwards = crawling.query("SELECT count(*) AS n FROM article_history WHERE seen_until < seen_from")
    assert backwards == [{"n": 0}]
    unfinished = crawling.query("SELECT count(*) AS n FROM runs WHERE outcome NOT IN ('finished', 'problems')")
    assert unfinished == [{"n": 0}]
    assert crawling.archiver("verify").status == 0
