"""One job: a site is pulled, crawled and pushed; only when all of it is in the hub's log is it done."""

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from archiver.fleet.hub.client import Hub
from archiver.fleet.hub.errors import HubAwayError
from archiver.fleet.hub.records import Claim, HubSettings
from archiver.fleet.packing import MOST_CAPTURES
from archiver.fleet.workers.clocks import check_own_clock, read_time
from archiver.fleet.workers.crawl_child import INTERRUPTED, CrawlChild, Crawled, CrawlOrder
from archiver.fleet.workers.declared import DeclaredSite, find_older
from archiver.fleet.workers.outbox import Outbox, hold_outbox
from archiver.fleet.workers.pulling import pull, pull_files, put_checkpoint, restore_checkpoint
from archiver.fleet.workers.schedule import MOST_ENDINGS
from archiver.fleet.workers.standings import read_standing
from archiver.fleet.workers.stopping import END_SECONDS, FIRST_PAUSE, LONGEST_PAUSE, Absence, Stop, StoppedError
from archiver.model import Problem

_LOCKED = 75
_TICK_SECONDS = 0.5
_HOLD_SECONDS = 30.0
Done = Literal["done", "stopped", "soon", "later"]
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Workplace:
    """What all jobs of a worker have in common: the hub's address, the folder of archives, who it is, what holds.

    ``settings`` are given to each crawl and win over the project's.
    """

    hub: str
    folder: Path
    worker: str
    timing: HubSettings
    settings: Mapping[str, str]


class SiteJob:
    """The job of a site, done in a thread of its own."""

    def __init__(self, place: Workplace, declared: DeclaredSite, claim: Claim, stop: Stop) -> None:
        self._place, self._declared, self._claim, self._stop = place, declared, claim, stop
        self._name = declared.site.name
        self._absence = Absence(f"what is crawled of {self._name} is kept here, and pushed when it is back")

    def do(self) -> Done:
        """Do it, and say whether it is done, or what is to become of it.

        LostJobError: another does it by now; what is left stays in the outbox. Other ArchiverErrors: it cannot be done
        here.
        """
        try:
            with hold_outbox(self._place.folder, self._name, _HOLD_SECONDS) as path, Hub(self._place.hub) as hub:
                identity = self._stop.persist(lambda: self._begin(hub, path), self._absence.note)
                with Outbox(path, identity) as outbox:
                    return self._crawl_if_due(hub, outbox)
        except StoppedError:
            return "stopped"

    def _begin(self, hub: Hub, path: Path) -> str:
        """Bring the site's archive up to the log, and the log up to it; returns the identity of the hub."""
        check_own_clock(hub.read_clock)
        identity = hub.read_identity()
        restore_checkpoint(hub, self._name, path)
        with Outbox(path, identity) as outbox:
            push_rest(hub, outbox, self._place.worker)
            pull(hub, self._name, outbox)
            pull_files(hub, outbox)
        return identity

    def _crawl_if_due(self, hub: Hub, outbox: Outbox) -> Done:
        order = self._stop.persist(lambda: self._make_order(hub), self._absence.note)
        if order is None:
            logger.info("%s: another worker crawled it meanwhile", self._name)
            return "done"
        logger.info("%s: the crawl begins", self._name)
        crawled = self._crawl(hub, outbox, order)
        has_run = crawled.has_run
        if not has_run and crawled.status != _LOCKED:
            has_run = outbox.close_died(self._declared.site, order.findings_if_failed) > 0
        self._stop.persist(lambda: self._push_all(hub, outbox), self._absence.note, END_SECONDS)
        logger.info("%s: %s", self._name, _describe(crawled))
        if crawled.status == INTERRUPTED:
            return "stopped" if self._stop.is_asked() else "done"
        if crawled.status == _LOCKED:
            return "soon"
        return "done" if has_run else "later"

    def _make_order(self, hub: Hub) -> CrawlOrder | None:
        """Say what is to be crawled; None where another did it.

        A run that died may be one whose worker was killed: whoever took its job over does not wait for the next try.
        """
        standing = read_standing(self._declared.every, hub.list_closings([self._name], MOST_ENDINGS))
        if not standing.tries and not standing.is_due(read_time(hub.read_clock)):
            return None
        hub.note_declaration(self._name, self._declared.digest, self._place.worker)
        older = find_older(hub.list_declarations([self._name]), self._declared.digest, self._place.worker)
        said = f"{standing.tries + 1} runs failed, one after the other; the next try is tomorrow"
        failing = Problem("site_failing", said)
        return CrawlOrder(self._name, self._place.settings, older, (failing,) if standing.is_last_try else ())

    def _crawl(self, hub: Hub, outbox: Outbox, order: CrawlOrder) -> Crawled:
        """Crawl in a process, and push what it records as it goes on; LostJobError, when that has ended."""
        child = CrawlChild(outbox.path, order)
        pushes = _Pushes(self._place.timing.push_every)
        try:
            while not child.wait(_TICK_SECONDS):
                if self._stop.is_asked():
                    break
                if pushes.is_due(outbox):
                    pushes.note(self._try_push(hub, outbox))
        finally:
            child.begin_end()
            crawled = child.finish()
        return crawled

    def _try_push(self, hub: Hub, outbox: Outbox) -> bool:
        """Push what is there; False where the hub does not answer: the crawl goes on without it."""
        try:
            self._push(hub, outbox)
        except HubAwayError as error:
            self._absence.note(error)
            return False
        return True

    def _push(self, hub: Hub, outbox: Outbox) -> None:
        while outbox.push_next(hub, self._place.worker, self._claim, self._declared.digest):
            self._absence.end()
            if self._stop.is_asked():
                return

    def _push_all(self, hub: Hub, outbox: Outbox) -> None:
        while outbox.push_next(hub, self._place.worker, self._claim, self._declared.digest):
            self._absence.end()
        if not self._stop.is_asked():
            put_checkpoint(hub, self._name, outbox, self._place.worker)


class _Pushes:
    """When the next push is due: after 30 captures or some seconds; later and later while the hub does not answer."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._last = time.monotonic()
        self._pause = 0.0

    def is_due(self, outbox: Outbox) -> bool:
        passed = time.monotonic() - self._last
        if self._pause:
            return passed >= self._pause
        return passed >= self._seconds or outbox.count_waiting() >= MOST_CAPTURES

    def note(self, done: bool) -> None:
        self._last = time.monotonic()
        self._pause = 0.0 if done else min(max(self._pause * 2, FIRST_PAUSE), LONGEST_PAUSE)


def push_rest(hub: Hub, outbox: Outbox, worker: str) -> int:
    """Push what an earlier job left, in nobody's name; returns the number of bundles."""
    pushed = 0
    while outbox.push_next(hub, worker, None, None):
        pushed += 1
    return pushed


def _describe(crawled: Crawled) -> str:
    return f"the crawl ended with status {crawled.status}{f': {crawled.reason}' if crawled.reason else ''}"
