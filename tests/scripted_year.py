"""A year of a small portal in which everything happens that can, as captures that can be recorded in any order."""

import json
import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlite_utils import Database

from archiver.archive.history.reconciling import judge_run
from archiver.archive.runs.run_log import Run, close_run, note_walk, open_run
from archiver.archive.store.file import create_or_open
from archiver.ingest.record import read_answer, record_capture
from archiver.model import Capture, Listing, Page, Purpose
from archiver.platforms import platform_of
from tests.archives import frozen_portal
from tests.portal import Portal, Response, article_path, maintenance_page
from tests.visiting import BASE, SITE

START = datetime(2026, 1, 5, 3, 0, tzinfo=UTC)
HISTORY = ("current_articles", "article_history", "view_history", "view_growth", "events")
VIEWS = (*HISTORY, "run_summary")
Rows = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Answer:
    """A capture with what it was asked for."""

    capture: Capture
    purpose: Purpose

    @property
    def page(self) -> Page:
        """What today's parser reads in it."""
        return read_answer(SITE, self.capture, self.purpose)


@dataclass(frozen=True, slots=True)
class ScriptedRun:
    """A run by its uid: when it began, what it received, and whether it walked all listings to their ends."""

    uid: str
    at: datetime
    answers: tuple[Answer, ...]
    complete: bool


def script_year(seed: int, runs: int = 9) -> list[ScriptedRun]:
    """Let a year pass over a portal: edits, moves, removals, outages, late news, broken pages; each seed another."""
    chance = random.Random(seed)
    portal = frozen_portal()
    known: dict[str, str] = {}
    year = []
    at = START
    for number in range(runs):
        walks = number == 0 or chance.random() < 0.8
        answers = tuple(_visit_all(portal, at, known, chance, walks=walks))
        year.append(ScriptedRun(f"{seed:06}{number:026}", at, answers, complete=walks and portal.outage is None))
        at += timedelta(days=chance.choice([1, 3, 9, 20]), hours=chance.randrange(5))
        _let_happen(portal, chance, at)
    return year


def _let_happen(portal: Portal, chance: random.Random, at: datetime) -> None:
    portal.outage = None
    ids = sorted(portal._articles)
    for _ in range(chance.randint(1, 3)):
        article = chance.choice(ids)
        match chance.choice(
            "edit lead blank spell remove restore delist delist reset new outage renumber outage".split()
        ):
            case "edit":
                portal.edit(article, title=f"Tiêu đề thứ {chance.randint(1, 3)}")
            case "lead":
                portal.edit(article, lead=chance.choice(["Phần dẫn một.", "Phần dẫn hai.", ""]))
            case "blank":
                portal.edit(article, author=chance.choice(["Lê Văn An", None]))
            case "spell":  # the same picture, at an address that says when it was asked for
                picture = f"/image/journal/article?img_id={article}&t={at:%s}"
                portal.edit(article, images=((picture, "Quang cảnh hội nghị"),))
            case "reset":
                portal.set_views(article, chance.randint(1, 50))
            case "new":
                portal.add(replace(portal._articles[article], id=max(portal._articles) + 1))
            case "outage":
                portal.outage = _choose_outage(portal, chance, at)
            case "renumber":
                _renumber(portal, article, chance)
            case action:
                getattr(portal, action)(article)


def _renumber(portal: Portal, article: int, chance: random.Random) -> None:
    """Publish an article under another id, edited or not; its old address redirects, or does not."""
    old, number = portal._articles[article], max(portal._articles) + 1
    lead = chance.choice([old.lead, "Phần dẫn khác."])
    new = replace(old, id=number, lead=lead)
    portal.add(new)
    portal.delist(article)
    if (status := chance.choice([301, 302, 404])) == 404:
        portal.remove(article)
    else:
        portal.answers[article_path(old)] = Response(status, b"", (("Location", article_path(new)),))


def _choose_outage(portal: Portal, chance: random.Random, at: datetime) -> Callable[[str], Response | None]:
    page = chance.choice([maintenance_page(at), maintenance_page(at, "Thông báo chung"), None, b""])
    return (lambda path: _interrupt(path, page)) if page != b"" else (lambda path: redesign(portal, path))


def redesign(portal: Portal, path: str) -> Response:
    """Answer with the page of an article under other class names, which no layout knows; all else is as it was."""
    page = portal.page(path)
    if "view_content" not in path:
        return page
    return replace(page, body=page.body.replace(b"asset-full-content", b"noi-dung").replace(b"asset-title", b"tieu-de"))


def _interrupt(path: str, page: bytes | None) -> Response | None:
    if "view_content" not in path:
        return None
    return Response(404, b"<html><body>404</body></html>", ()) if page is None else Response(200, page, ())


def _visit_all(
    portal: Portal, at: datetime, known: dict[str, str], chance: random.Random, *, walks: bool
) -> Iterator[Answer]:
    """Visit listings, the articles they show, and most of those that are known; one redirect leads home."""
    second = 0
    listed: dict[str, str] = {}
    for channel in portal.channels if walks else ():
        url: str | None = f"{BASE}/{channel}"
        while url:
            answer = _ask(portal, url, at + timedelta(seconds=(second := second + 1)), Purpose("listing"))
            yield answer
            page = answer.page
            listed.update({entry.native_key: entry.url for entry in page.entries} if isinstance(page, Listing) else {})
            url = page.next_url if isinstance(page, Listing) else None
    known.update({key: url for key, url in listed.items() if key not in known})
    for key, url in sorted(known.items()):
        if key not in listed and chance.random() < 0.2:
            continue
        moment = at + timedelta(seconds=(second := second + 1))
        if chance.random() < 0.04:
            redirect = Capture(url, moment, 302, (("Location", "/"),), b"")
            yield Answer(redirect, Purpose("article", key, refused="redirect_to_home"))
        else:
            yield from _follow(portal, url, moment, key)


def _follow(portal: Portal, url: str, at: datetime, key: str) -> Iterator[Answer]:
    """Ask for an article, and for what its address leads to."""
    for step in range(4):
        answer = _ask(portal, url, at + timedelta(milliseconds=step), Purpose("article", key))
        location = dict(answer.capture.headers).get("Location")
        if location is None:
            yield answer
            return
        yield replace(answer, purpose=replace(answer.purpose, final=False))
        url = f"{BASE}{location}"


def _ask(portal: Portal, url: str, at: datetime, purpose: Purpose) -> Answer:
    response = portal.answer(url.removeprefix(BASE))
    capture = Capture(url, at, response.status, tuple(response.headers), response.body)
    assert platform_of(SITE).read_address(url).kind == purpose.kind
    return Answer(capture, purpose)


def record_run(database: Database, run: ScriptedRun, answers: Iterable[Answer] | None = None) -> None:
    """Record a run, or some of its answers, and close it."""
    close(database, run, record_answers(database, run, run.answers if answers is None else answers))


def record_answers(database: Database, scripted: ScriptedRun, answers: Iterable[Answer]) -> Run:
    """Open a run and record answers of it; returns it open."""
    with database.atomic():
        run = open_run(database.conn, SITE, {}, scripted.at)
        database.execute("UPDATE runs SET uid = ? WHERE id = ?", [scripted.uid, run.id])
    for answer in answers:
        record_capture(database, run, SITE, answer.capture, answer.page, answer.purpose)
    return run


def close(database: Database, scripted: ScriptedRun, run: Run) -> None:
    """Judge and close a run."""
    with database.atomic():
        note_walk(database.conn, run, complete=scripted.complete, late=0)
        judge_run(database.conn, run)
        close_run(database.conn, run, "finished", len(scripted.answers), scripted.at + timedelta(hours=1))


def record_year(path: Path, runs: Iterable[ScriptedRun]) -> Rows:
    """Record runs in this order into a new archive; returns what people see then."""
    database = create_or_open(path)
    for run in runs:
        record_run(database, run)
    rows = dump(database)
    database.close()
    return rows


def dump(database: Database, views: Iterable[str] = VIEWS) -> Rows:
    """Return all rows of public views, in an order of their own."""
    return {
        view: sorted(json.dumps(row, ensure_ascii=False) for row in database.query(f"SELECT * FROM {view}"))
        for view in views
    }
