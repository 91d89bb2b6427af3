"""A small site whose pages move by themselves: looks at it without processes, recorded as a crawl does."""

import hashlib
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from archiver.archive.history.reconciling import judge_run
from archiver.archive.runs.health import Ending
from archiver.archive.runs.run_log import Run, close_run, note_walk, open_run
from archiver.archive.store.file import create_or_open
from archiver.checks import check_run
from archiver.ingest.record import is_fleeting, read_capture, record_capture
from archiver.model import Article, Capture, Purpose
from archiver.site import Site

T = TypeVar("T")
BASE = "http://tin.example"
START = datetime(2026, 3, 2, 3, tzinfo=UTC)
LOOKS = {"lif": "liferay_hanoi", "gen": "generic"}
_FACTS = "mở lớp bồi dưỡng|trao học bổng|khánh thành nhà văn hóa|ký kết quy chế phối hợp|tổng kết phong trào".split("|")
_PLACES = "phường Hạ Long|xã Tân Tiến|thị trấn Sông Cầu|khu phố Ba|làng Nủ".split("|")


@dataclass(frozen=True)
class Moment:
    """When a page is made: the how manyth answer of its address, on which day, of which article."""

    hit: int
    day: int
    number: int


Moving = Callable[[Moment], str]


@dataclass
class Story:
    """An article; what ``above`` and ``below`` give stands before and behind its body's paragraphs."""

    number: int
    paragraphs: list[str] = field(default_factory=list)
    above: Moving = lambda _: ""
    below: Moving = lambda _: ""
    title: str = ""
    hits: int = 0

    def __post_init__(self) -> None:
        n = self.number
        self.title = self.title or f"Hội nghị lần thứ {n} của {_PLACES[n % 5]} {_FACTS[n % 5]}"
        self.paragraphs = self.paragraphs or [
            f"<p>Phần {part} của tin số {n}: đại biểu {_PLACES[(n + part) % 5]} {_FACTS[(n + part) % 5]}, thảo luận "
            f"{part + n % 7} chuyên đề rồi biểu quyết thông qua chương trình làm việc của {n % 5 + 3} tháng tới.</p>"
            for part in range(1, 5)
        ]

    @property
    def path(self) -> str:
        letters = "".join("abcdefghijklmnop"[int(digit)] for digit in f"{self.number:03}")
        return f"/tin/-/view_content/{5000 + self.number}-hoi-nghi-{letters}.html"

    def write(self, look: str, day: int) -> str:
        self.hits += 1
        moment = Moment(self.hits, day, self.number)
        body = f"{self.above(moment)}{''.join(self.paragraphs)}{self.below(moment)}"
        date = f"{self.number % 27 + 1:02}/01/2026"
        middle = (
            f'<div class="portlet-boundary portlet-boundary_101_"><div class="asset-full-content-title">{self.title}'
            f'</div><div class="assetPublishDate block_timer">Ngày đăng {date} | 9:30 AM &nbsp;|&nbsp;View count: '
            f'{40 + self.hits}</div><div class="asset-full-content"><div class="asset-content" id="_101_x">'
            f'<div class="journal-content-article">{body}</div></div></div></div>'
            if look == "lif"
            else f'<div class="bai"><h1>{self.title}</h1><div class="info">Ngày đăng: {date} - Lượt xem: '
            f'{40 + self.hits}</div><div class="noi-dung">{body}</div></div>'
        )
        return (
            f'<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8"><title>{self.title}</title></head><body>'
            f'<div id="dau"><a href="/">Trang chủ</a> <a href="/tin">Tin</a></div><div id="giua">{middle}</div>'
            f'<div id="cuoi">Bản quyền của cổng</div></body></html>'
        )


class Watch:
    """An archive and the runs over stories; each run looks at every story, and twice where a crawl would."""

    def __init__(self, path: Path, look: str, noise: tuple[str, ...] = ()) -> None:
        self.look = look
        self.database = create_or_open(path)
        self.site = Site("tin", "Tin", LOOKS[look], noise=noise)
        self.seconds: list[int] = []
        self.findings: list[tuple[str, str]] = []

    def run(self, stories: Iterable[Story], day: int) -> None:
        """Look at stories on a day, and close the run."""
        at = START + timedelta(days=day)
        with self.database.atomic():
            run = open_run(self.database.conn, self.site, {}, at, scope="daily")
        second = [story for n, story in enumerate(stories) if self.see(run, story, day, at + timedelta(seconds=n))]
        self.seconds.append(len(second))
        for n, story in enumerate(second):
            self.see(run, story, day, at + timedelta(minutes=5, seconds=n))
        self.end(run, at + timedelta(minutes=10))

    def see(self, run: Run, story: Story, day: int, at: datetime) -> bool:
        """Look at a story; says whether it is to be looked at again."""
        url = BASE + story.path
        capture = Capture(url, at, 200, (("Content-Type", "text/html; charset=utf-8"),), b"")
        capture = Capture(url, at, 200, capture.headers, story.write(self.look, day).encode())
        page = read_capture(self.site, capture)
        assert isinstance(page, Article), page
        novelty = record_capture(self.database, run, self.site, capture, page, Purpose("article", page.native_key))
        return is_fleeting(self.database, self.site, page, novelty)

    def end(self, run: Run, at: datetime) -> None:
        """Judge, check and close a run."""
        with self.database.atomic():
            note_walk(self.database.conn, run, complete=False, late=0)
            judge_run(self.database.conn, run)
            check_run(self.database.conn, run, self.site, (f"{BASE}/tin",), Ending(at, 1, sound=True, complete=False))
            rows = self.database.execute("SELECT kind, detail FROM findings WHERE run_id = ? ORDER BY id", [run.id])
            self.findings = [(row[0], row[1]) for row in rows]
            close_run(self.database.conn, run, "finished", 1, at)

    def count(self, story: Story) -> int:
        """Count the snapshots of a story."""
        query = "SELECT count(*) FROM article_history WHERE url = ?"
        return int(self.database.execute(query, [BASE + story.path]).fetchone()[0])

    def changes(self, story: Story) -> list[str | None]:
        """Return what changed with each snapshot of a story."""
        query = "SELECT changed_fields FROM article_history WHERE url = ? ORDER BY snapshot"
        return [row[0] for row in self.database.execute(query, [BASE + story.path])]

    def learned(self) -> list[tuple[str, str, str]]:
        """Return what was learned."""
        rows = self.database.execute("SELECT kind, template, proof FROM learned_noise ORDER BY kind, template")
        return [tuple(row) for row in rows]  # type: ignore[misc]


def mark(*parts: object, size: int = 12) -> str:
    """Make a token of a machine."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:size]


def finish(replaying: Generator[object, None, T]) -> T:
    """Go on to the end of a generator, and return what comes of it."""
    while True:
        try:
            next(replaying)
        except StopIteration as end:
            return end.value
