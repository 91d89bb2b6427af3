"""Which keys are one article, on sites whose addresses hold no id; in any order of what came in (rules 8 and 11)."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path

import pytest
from sqlite_utils import Database

from archiver.archive.history.reconciling import judge_run
from archiver.archive.runs.run_log import close_run, note_walk, open_run
from archiver.archive.store.file import create_or_open
from archiver.ingest.record import read_answer, record_capture
from archiver.ingest.replay import replay
from archiver.ingest.verify import verify
from archiver.model import Capture, Purpose
from archiver.platforms import platform_of
from archiver.site import Site

START = datetime(2026, 3, 2, 3, tzinfo=UTC)
HOST = "http://vidu.vn"
HTML = (("Content-Type", "text/html; charset=utf-8"),)
WORDS = [
    f"{noun} {verb}" for noun in ("đoàn", "hội", "tổ", "ban", "đội") for verb in ("thăm", "họp", "bàn", "xét", "ghi")
]


@dataclass(frozen=True)
class Seen:
    """An address that a run asked for: what is printed there, or the status that was answered.

    ``to``: it redirects there with the status. ``text`` tells texts apart; of those that are alike the last word says
    how much was edited.
    """

    path: str
    text: str = ""
    title: str = "Thông báo tuyển dụng viên chức"
    day: str = "01/03/2026"
    status: int = 200
    to: "Seen | None" = None
    head: str = ""
    listed: bool = True
    host: str = HOST

    @property
    def url(self) -> str:
        """The address."""
        return f"{self.host}{self.path}"


@dataclass(frozen=True)
class Story:
    """What runs saw, and what is right: the articles by their first paths with their snapshots and states."""

    runs: tuple[tuple[Seen, ...], ...]
    right: tuple[tuple[str, int, str], ...]
    moved: int = 0
    hosts: tuple[str, ...] = field(default=())
    incomplete: frozenset[int] = field(default=frozenset())


def _write(seen: Seen) -> bytes:
    name, _, edited = seen.text.partition(" ")
    lines = [f"<p>{' '.join(f'{word} {name}{n}{place}' for place, word in enumerate(WORDS))}.</p>" for n in range(8)]
    lines[: len(edited)] = [f"<p>Đoạn {edited} đã sửa lại toàn bộ.</p>"] if edited else []
    return (
        f"<!DOCTYPE html><html><head><title>{seen.title}</title>{seen.head}</head><body><h1>{seen.title}</h1>"
        f"<div>Ngày đăng: {seen.day}</div><div>{''.join(lines)}</div></body></html>"
    ).encode()


def _list(run: tuple[Seen, ...]) -> bytes:
    rows = "".join(
        f'<li><h3><a href="{seen.url}">{seen.title}</a></h3><span>{seen.day}</span><p>Tóm tắt.</p></li>'
        for seen in (*run, *_FILLING)
        if seen.listed
    )
    return f"<html><head><title>Tin</title></head><body><h1>Tin</h1><ul>{rows}</ul></body></html>".encode()


# What stands on every page, so that it is a listing.
_FILLING = tuple(
    Seen(f"/tin/khac-{n}", f"khác{n}", f"Hội nghị chuyên đề số {n} của xã", f"0{n}/02/2026") for n in (1, 2, 3, 4)
)


def _answer(site: Site, run: tuple[Seen, ...], at: datetime) -> list[tuple[Capture, Purpose]]:
    key = platform_of(site).read_address
    host = run[0].host if run else HOST
    answers = [(Capture(f"{host}/tin", at, 200, HTML, _list(run)), Purpose("listing"))]
    for place, seen in enumerate((*run, *_FILLING), 1):
        moment, expected, now = at + timedelta(seconds=place), key(seen.url).key, seen
        while now.to is not None:
            head = (*HTML, ("Location", now.to.url))
            answers.append((Capture(now.url, moment, now.status, head, b""), Purpose("article", expected, final=False)))
            moment, now = moment + timedelta(milliseconds=1), now.to
        body = _write(now) if now.status == 200 else b"<html><body>404</body></html>"
        answers.append((Capture(now.url, moment, now.status, HTML, body), Purpose("article", expected)))
    return answers


def _record(path: Path, story: Story, order: tuple[int, ...], *, replays: bool = False) -> list[tuple[str, int, str]]:
    """Record the runs of a story in an order; returns the articles, without those that stand on every page."""
    site = Site("vidu", "Ví dụ", "generic", hosts=story.hosts)
    database = create_or_open(path)
    for number in order:
        at = START + timedelta(days=7 * number)
        with database.atomic():
            run = open_run(database.conn, site, {}, at)
            database.execute("UPDATE runs SET uid = ? WHERE id = ?", [f"{number:032}", run.id])
        for capture, purpose in _answer(site, story.runs[number], at):
            record_capture(database, run, site, capture, read_answer(site, capture, purpose), purpose)
        with database.atomic():
            note_walk(database.conn, run, complete=number not in story.incomplete, late=0)
            judge_run(database.conn, run)
            close_run(database.conn, run, "finished", 0, at + timedelta(hours=1))
    assert list(verify(database)) == []
    rows = _read(database, story)
    if replays:
        list(replay(database))
        assert _read(database, story) == rows
        assert list(verify(database)) == []
    database.close()
    return rows


def _read(database: Database, story: Story) -> list[tuple[str, int, str]]:
    query = "SELECT article_id, snapshots, state FROM current_articles WHERE article_id NOT LIKE '%/khac-%' ORDER BY 1"
    rows = [(row["article_id"].partition("/")[2], row["snapshots"], row["state"]) for row in database.query(query)]
    moves = "SELECT count(*) AS n FROM events WHERE kind = 'moved' AND detail LIKE '%→%'"
    assert next(database.query(moves))["n"] == story.moved
    return rows


OLD, NEW = Seen("/tin/bai", "một"), Seen("/tin/bai-2", "một")
GONE = Seen("/tin/bai", status=404, listed=False)
CANONICAL = '<link rel="canonical" href="/tin/{}"/>'


def _to(new: Seen, status: int = 301) -> Seen:
    return Seen("/tin/bai", status=status, to=new, listed=False)


EDITED = Seen("/tin/bai-2", "một abc", "Thông báo tuyển dụng (đính chính)")
OTHER = Seen("/tin/bai-2", "hai", "Kế hoạch phòng chống bão")
STORIES = {
    "a redirect": Story(((OLD,), (NEW, _to(NEW))), (("tin/bai", 1, "live"),), 1),
    "a redirect to an edited text": Story(((OLD,), (EDITED, _to(EDITED))), (("tin/bai", 2, "live"),), 1),
    "a redirect that is found later": Story(((OLD,), (NEW,), (NEW, _to(NEW))), (("tin/bai", 1, "live"),), 1),
    "a temporary redirect to the same text": Story(((OLD,), (NEW, _to(NEW, 302))), (("tin/bai", 1, "live"),), 1),
    "a temporary redirect to an edited text": Story(
        ((OLD,), (EDITED, _to(EDITED, 302))), (("tin/bai", 1, "live"), ("tin/bai-2", 1, "live"))
    ),
    "a redirect to another text": Story(
        ((OLD,), (OTHER, _to(OTHER))), (("tin/bai", 1, "live"), ("tin/bai-2", 1, "live"))
    ),
    "a redirect to one that stood beside it": Story(
        ((OLD, NEW), (NEW, _to(NEW))), (("tin/bai", 1, "moved"), ("tin/bai-2", 1, "live"))
    ),
    "there and back": Story(
        ((OLD,), (NEW, _to(NEW)), (OLD, Seen("/tin/bai-2", status=301, to=OLD, listed=False))),
        (("tin/bai", 1, "live"),),
        2,
    ),
    "a listed address that only redirects": Story(
        ((Seen("/tin/bai", status=302, to=OTHER), Seen("/tin/bai-3", "ba", "Tin thứ ba")),) * 2,
        (("tin/bai", 1, "live"), ("tin/bai-3", 1, "live")),
    ),
    "published again, the old one missing": Story(((OLD,), (NEW, GONE)), (("tin/bai", 1, "live"),), 1),
    "published again after a while": Story(
        ((OLD,), (GONE,), (EDITED, GONE)), (("tin/bai", 1, "suspect"), ("tin/bai-2", 1, "live"))
    ),
    "published again, edited, under the same title": Story(
        ((OLD,), (GONE,), (Seen("/tin/bai-2", "một abc"), GONE)), (("tin/bai", 2, "live"),), 1
    ),
    "published again, not asked for": Story(((OLD,), (NEW,)), (("tin/bai", 1, "live"),), 1),
    "not asked for, and the listings not walked": Story(
        ((OLD,), (NEW,)), (("tin/bai", 1, "live"), ("tin/bai-2", 1, "live")), incomplete=frozenset({1})
    ),
    "two that stand side by side": Story(((OLD,), (OLD, NEW)), (("tin/bai", 1, "live"), ("tin/bai-2", 1, "live"))),
    "two side by side, of which one ends": Story(
        ((OLD, NEW), (NEW, GONE), (NEW, GONE)), (("tin/bai", 1, "suspect"), ("tin/bai-2", 1, "live"))
    ),
    "two, of which the first answers still": Story(
        ((OLD,), (NEW, Seen("/tin/bai", "một", listed=False))), (("tin/bai", 1, "live"), ("tin/bai-2", 1, "live"))
    ),
    "a title that returns on another day": Story(
        ((OLD,), (GONE, Seen("/tin/bai-2", "một", day="08/03/2026"))),
        (("tin/bai", 1, "suspect"), ("tin/bai-2", 1, "live")),
    ),
    "a title and a day, and another text": Story(
        ((OLD,), (GONE, Seen("/tin/bai-2", "hai"))), (("tin/bai", 1, "suspect"), ("tin/bai-2", 1, "live"))
    ),
    "another host": Story(((OLD,), (Seen("/tin/bai", "một", host="http://moi.vn"),)), (("tin/bai", 1, "live"),), 1),
    "another host, edited": Story(
        ((OLD,), (Seen("/tin/bai", "một abc", host="http://moi.vn"),)), (("tin/bai", 2, "live"),), 1
    ),
    "another host with another text": Story(
        ((OLD,), (Seen("/tin/bai", "hai", "Kế hoạch phòng chống bão", host="http://moi.vn"),)),
        (("tin/bai", 1, "live"), ("tin/bai", 1, "live")),
    ),
    "another host with another text, declared": Story(
        ((OLD,), (Seen("/tin/bai", "hai", "Kế hoạch phòng chống bão", host="http://moi.vn"),)),
        (("tin/bai", 2, "live"),),
        1,
        hosts=("vidu.vn",),
    ),
    "https and www": Story(
        ((OLD,), (Seen("/tin/bai", "một", host="https://www.vidu.vn"),)), (("tin/bai", 1, "live"),), 1
    ),
    "spellings in one run": Story(
        (
            (
                Seen("/tin/b%C3%A0i?a=1&b=2", "một"),
                Seen("/tin//b%c3%a0i?b=2&a=1", "một"),
                Seen("/tin/ba%CC%80i?a=1&b=2", "một"),
            ),
        ),
        (("tin/b%C3%A0i?a=1&b=2", 1, "live"),),
    ),
    "a parameter that changes nothing": Story(
        ((OLD, Seen("/tin/bai?ref=trang-chu", "một")),), (("tin/bai", 1, "live"),)
    ),
    "a parameter that is another at every look": Story(
        tuple((Seen(f"/tin/bai?tu={n}", "một"), Seen(f"/tin/bai?tu={n - 1}", "một", listed=False)) for n in (1, 2, 3)),
        (("tin/bai?tu=1", 1, "live"),),
        2,
    ),
    "one text under two numbers": Story(
        (tuple(Seen(f"/xem?id={n}", "một" if n < 3 else "hai", f"Tin {n // 3}") for n in (1, 2, 3)),) * 2,
        tuple((f"xem?id={n}", 1, "live") for n in (1, 2, 3)),
    ),
    "a parameter that changes the page": Story(
        ((OLD, Seen("/tin/bai?id=2", "hai")),), (("tin/bai", 1, "live"), ("tin/bai?id=2", 1, "live"))
    ),
    "a page that names its own address": Story(
        ((OLD, Seen("/tin/bai-in", "một", head=CANONICAL.format("bai"))),), (("tin/bai", 1, "live"),)
    ),
    "one address that all pages name": Story(
        (
            tuple(
                Seen(f"/tin/bai-{n}", f"số{n}", f"Tin số {n}", head=CANONICAL.format("dung-chung")) for n in (1, 2, 3)
            ),
        ),
        tuple((f"tin/bai-{n}", 1, "live") for n in (1, 2, 3)),
    ),
    "an address that answers again after another took its place": Story(
        (
            (OLD,),
            (GONE, replace(OLD, path="/tin/bai-2")),
            (GONE, replace(GONE, path="/tin/bai-2")),
            (OLD,),
        ),
        (("tin/bai", 1, "live"), ("tin/bai-2", 1, "suspect")),
    ),
    "an id that is printed, under another title": Story(
        (
            (Seen("/tin/bai", "một", head='<link rel="shortlink" href="/?p=7">'),),
            (Seen("/tin/moi", "một abc", "Đầu đề mới", day="09/03/2026", head='<link rel="shortlink" href="/?p=7">'),),
        ),
        (("tin/bai", 2, "live"),),
        1,
    ),
}


@pytest.mark.parametrize("name", STORIES)
def test_which_keys_are_one_article(tmp_path: Path, name: str) -> None:
    story = STORIES[name]
    assert _record(tmp_path / "archive.db", story, tuple(range(len(story.runs)))) == list(story.right)


@pytest.mark.slow
@pytest.mark.parametrize("name", STORIES)
def test_they_are_in_any_order_of_runs(tmp_path: Path, name: str) -> None:
    story = STORIES[name]
    for number, order in enumerate(permutations(range(len(story.runs)))):
        assert _record(tmp_path / f"{number}.db", story, order, replays=True) == list(story.right), order
