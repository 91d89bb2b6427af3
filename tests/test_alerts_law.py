"""Whatever happens in whatever order: every address is told every change, and again only after a kill."""

import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.alerts.addresses import Address
from archiver.alerts.declarations import add_alert, alerts_file
from archiver.alerts.sending import send_due
from archiver.alerts.services import Message
from archiver.archive.queries.changes import ChangeFilter, list_changes
from tests.portal import Portal, demo_portal
from tests.visiting import Visits

START = datetime(2026, 1, 5, 3, 0, tzinfo=UTC)
TO = ("https://a.example/", "https://b.example/")
Steps = list[tuple[str, tuple[str, str]]]


class KilledError(BaseException):
    """A process that ends here, whatever wants to catch it."""


@dataclass
class Receivers:
    """Both addresses: what each is to do with the next message, and what it took; ``cut`` was never noted down."""

    plan: dict[str, str] = field(default_factory=dict)
    taken: Counter[tuple[str, int]] = field(default_factory=Counter)
    cut: Counter[tuple[str, int]] = field(default_factory=Counter)

    def open(self, address: Address) -> "Receiver":
        """Return the one behind an address."""
        return Receiver(self, address.written)


@dataclass
class Receiver:
    """Takes a message, refuses it, or ends the process that sends it: before or after it took it."""

    all: Receivers
    address: str
    letters: None = None

    def send(self, message: Message) -> str | None:
        """Do what is planned."""
        plan = self.all.plan.get(self.address, "take")
        if plan == "refuse":
            return "refused"
        if plan == "die before":
            raise KilledError
        shown = [(self.address, row["change_id"]) for row in message.document["changes"]]
        self.all.taken.update(shown)
        if plan == "die after":
            self.all.cut.update(shown)
            raise KilledError
        return None


@dataclass
class Ground:
    """An archive to begin with, its portal, and the article that is edited."""

    portal: Portal
    path: Path
    article: int
    url: str
    numbers: Iterator[int] = field(default_factory=lambda: count(1))


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    path = tmp_path_factory.mktemp("alerts") / "archive.db"
    portal = demo_portal()
    visits = Visits(path)
    visits.run(portal, START)
    article = portal.listed()[0].id
    (row,) = visits.query("SELECT url FROM current_articles WHERE article_id = ?", str(article))
    visits.database.close()
    values = {"to": list(TO), "most": 1000, "since": START + timedelta(hours=1)}
    add_alert(alerts_file(path), "luat", values)
    return Ground(portal, path, article, str(row["url"]))


outcomes = st.sampled_from(["take", "refuse", "die before", "die after"])
steps = st.lists(
    st.tuples(st.sampled_from(["edit", "open", "send", "close"]), st.tuples(outcomes, outcomes)), max_size=12
)


@pytest.mark.slow
@given(steps=steps)
@settings(max_examples=25)
def test_every_change_is_told_and_again_only_after_a_kill(
    ground: Ground, steps: Steps, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("law")
    for file in (ground.path, alerts_file(ground.path)):
        shutil.copy(file, folder)
    receivers = Receivers()
    told = _live(ground, folder / ground.path.name, receivers, steps)
    assert receivers.taken == Counter({(to, change): 1 for to in TO for change in told}) + receivers.cut
    shutil.rmtree(folder)


def _live(ground: Ground, path: Path, receivers: Receivers, steps: Steps) -> list[int]:
    """Do all steps, close what is open, send twice; returns all changes that there are."""
    visits = Visits(path)
    hours = count(2)
    runs: list[tuple[Any, datetime]] = []
    for what, plans in steps:
        at = START + timedelta(hours=next(hours))
        if what in ("edit", "open"):
            runs.append((_see_edit(ground, visits, at), at))
        if what in ("edit", "close") and runs:
            _close(visits, *runs.pop())
        if what == "send":
            receivers.plan = dict(zip(TO, plans, strict=True))
            _send(path, receivers)
    for run in runs:
        _close(visits, *run)
    receivers.plan = {}
    for _ in range(2):
        _send(path, receivers)
    rows = list_changes(visits.database.conn, ChangeFilter(since=START + timedelta(hours=1)))
    told = [row["change_id"] for row in rows]
    visits.database.close()
    return told


def _see_edit(ground: Ground, visits: Visits, at: datetime) -> Any:
    ground.portal.edit(ground.article, lead=f"Phần dẫn thứ {next(ground.numbers)}.")
    run = visits.begin(at)
    visits.visit(run, ground.portal, ground.url, at + timedelta(minutes=1), str(ground.article))
    return run


def _close(visits: Visits, run: Any, at: datetime) -> None:
    visits.end(run, at + timedelta(minutes=2))


def _send(path: Path, receivers: Receivers) -> None:
    with suppress(KilledError):
        send_due(path, None, receivers.open)
