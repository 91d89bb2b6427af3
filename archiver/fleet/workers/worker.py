"""A worker: takes jobs, has each done in a thread, gives signs of life, keeps the schedule, and ends in order."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TypeVar

from procrastinate.jobs import Job

from archiver.errors import ArchiverError, HeldError
from archiver.fleet.bundles import NewerBundleError
from archiver.fleet.hub.client import Hub
from archiver.fleet.hub.errors import HubAwayError, HubError, HubVersionError, LostJobError
from archiver.fleet.hub.records import Claim, HubSettings
from archiver.fleet.workers.clocks import ClockError, check_own_clock, read_time
from archiver.fleet.workers.declared import DeclaredSite
from archiver.fleet.workers.jobs import UnknownWorkerError, open_jobs
from archiver.fleet.workers.outbox import Outbox, hold_outbox, list_outboxes
from archiver.fleet.workers.schedule import AGAIN_AFTER, MOST_ENDINGS, NEXT_DAY
from archiver.fleet.workers.site_job import Done, SiteJob, Workplace, push_rest
from archiver.fleet.workers.standings import group_closings, read_standing
from archiver.fleet.workers.stopping import FIRST_PAUSE, LONGEST_PAUSE, Absence, Stop
from archiver.text.counting import count

POLL_SECONDS = 2.0
"""From one look for a job to the next, while there is none."""
# Workers that gave no sign for so long are forgotten. Their jobs are taken over long before.
_FORGET_SECONDS = 24 * 3600.0
_GIVE_BACK_SECONDS = 5.0
_WAITING = "waiting for it"
_FATAL = (ClockError, NewerBundleError, HubVersionError)
_Answer = TypeVar("_Answer")
logger = logging.getLogger(__name__)


def find_timing(address: str) -> HubSettings:
    """Find what holds for all workers of a hub; while it is away, this waits for it.

    ClockError, HubVersionError, HubError, UsageError where this machine cannot work for it.
    """
    with Hub(address) as hub:
        return Stop().persist(partial(_read_timing, hub), Absence(_WAITING).note)


def _read_timing(hub: Hub) -> HubSettings:
    hub.check_jobs()
    check_own_clock(hub.read_clock)
    return hub.read_settings()


class Worker:
    """Does the jobs of the sites that this checkout declares, ``most`` at a time."""

    def __init__(self, place: Workplace, declared: Mapping[str, DeclaredSite], most: int) -> None:
        self._place, self._declared, self._most = place, declared, most
        self._stop = Stop()
        self._running: dict[asyncio.Task[None], str] = {}
        self._left = set(list_outboxes(place.folder))
        self._failure: ArchiverError | None = None
        self._number = 0
        self._absence = Absence(_WAITING)

    async def run(self) -> None:
        """Work until ``stop``; ArchiverError where this machine cannot work for the hub."""
        self._awake = asyncio.Event()
        self._threads = ThreadPoolExecutor(self._most + 1, thread_name_prefix="job")
        async with open_jobs(self._place.hub) as self._jobs:
            try:
                await self._persist(self._register)
            except HubAwayError:  # it was asked to end while it waited
                return
            beats = asyncio.create_task(self._beat())
            keeping = asyncio.create_task(self._keep_schedule())
            try:
                await self._take_jobs()
                await asyncio.gather(*self._running)
            finally:
                keeping.cancel()
                beats.cancel()
                with suppress(ArchiverError):
                    await self._jobs.unregister(self._number)
        self._threads.shutdown(cancel_futures=True)
        if self._failure:
            raise self._failure

    @property
    def is_ending(self) -> bool:
        """Say whether it was asked to end."""
        return self._stop.is_asked()

    def stop(self) -> None:
        """Let it end in order: crawls within 10 s, what is left to push within 30; to be called in its loop."""
        self._stop.ask()
        self._awake.set()

    async def _register(self) -> None:
        self._number = await self._jobs.register()
        await self._in_thread(self._introduce)

    def _introduce(self) -> None:
        with Hub(self._place.hub) as hub:
            hub.introduce(self._number, self._place.worker)

    async def _beat(self) -> None:
        """Give signs of life until all jobs have ended."""
        while True:
            with suppress(HubError):
                await self._jobs.beat(self._number)
            await asyncio.sleep(self._place.timing.heartbeat)

    async def _keep_schedule(self) -> None:
        """Push what is left, take over what stalled, and defer what is due; again and again."""
        while True:
            try:
                left = sorted(self._left - {*self._running.values()})
                await self._in_thread(partial(self._push_left, left))
                await self._in_thread(self._take_over)
                await self._defer_due()
                await self._jobs.clear(_FORGET_SECONDS)
            except HubAwayError as error:
                self._absence.note(error)
            except _FATAL as error:
                self._fail(error)
            except ArchiverError as error:
                logger.warning("the schedule: %s", error)
            await asyncio.sleep(self._place.timing.schedule_every)

    async def _defer_due(self) -> None:
        taken = {job.queue for job in await self._jobs.list_open()}
        for name in await self._in_thread(self._list_due):
            if name not in taken and await self._jobs.defer(name, self._declared[name].host):
                self._awake.set()

    def _list_due(self) -> list[str]:
        with Hub(self._place.hub) as hub:
            at = read_time(hub.read_clock)
            ended = group_closings(hub.list_closings(list(self._declared), MOST_ENDINGS))
        every = {name: declared.every for name, declared in self._declared.items()}
        return [name for name in every if read_standing(every[name], ended.get(name, ())).is_due(at)]

    def _take_over(self) -> None:
        with Hub(self._place.hub) as hub:
            for taken in hub.take_over_stalled():
                logger.warning("%s: its worker gave no sign any more; another takes over", taken.queue)

    def _push_left(self, sites: Iterable[str]) -> None:
        """Push what earlier jobs left in their outboxes; who is at work on one pushes by itself."""
        for site in sites:
            try:
                self._push_outbox(site)
            except HeldError:
                continue
            except HubError:
                raise
            except ArchiverError as error:
                logger.warning("%s: what is left cannot be pushed: %s", site, error)
            self._left.discard(site)

    def _push_outbox(self, site: str) -> None:
        with (
            hold_outbox(self._place.folder, site) as path,
            Hub(self._place.hub) as hub,
            Outbox(path, hub.read_identity()) as outbox,
        ):
            pushed = push_rest(hub, outbox, self._place.worker)
        if pushed:
            logger.info("%s: logged %s that an earlier job left", site, count(pushed, "bundle"))

    async def _take_jobs(self) -> None:
        while not self._stop.is_asked():
            job = await self._fetch() if len(self._running) < self._most else None
            if job is None:
                await self._rest()
                continue
            task = asyncio.create_task(self._do(job))
            self._running[task] = job.queue
            task.add_done_callback(self._end)

    def _end(self, task: asyncio.Task[None]) -> None:
        del self._running[task]
        self._awake.set()

    async def _rest(self) -> None:
        """Wait until there may be a job, or room for one."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._awake.wait(), POLL_SECONDS)
        if not self._stop.is_asked():
            self._awake.clear()

    async def _fetch(self) -> Job | None:
        try:
            job = await self._jobs.fetch(list(self._declared), self._number)
        except HubAwayError as error:
            self._absence.note(error)
            return None
        except UnknownWorkerError:
            await self._persist(self._register)
            return None
        self._absence.end()
        return job

    async def _do(self, job: Job) -> None:
        """Have a job done, and tell the hub what became of it."""
        self._left.add(job.queue)
        try:
            done: Done = await self._in_thread(lambda: self._make_job(job).do())
            if done == "done":
                self._left.discard(job.queue)
        except LostJobError as error:
            logger.warning("%s: %s; what is left is pushed later", job.queue, error)
            return
        except _FATAL as error:
            self._fail(error)
            done = "stopped"
        except HeldError as error:
            logger.warning("%s: %s", job.queue, error)
            done = "soon"
        except ArchiverError as error:
            logger.error("%s: %s", job.queue, error)
            done = "later"
        except Exception:
            logger.exception("%s: the job broke off; this is a defect", job.queue)
            done = "later"
        await self._conclude(job, done)

    def _make_job(self, job: Job) -> SiteJob:
        return SiteJob(self._place, self._declared[job.queue], Claim(job.id or 0, self._number), self._stop)

    async def _conclude(self, job: Job, done: Done) -> None:
        at = datetime.now(UTC)
        if done == "soon":
            at += timedelta(seconds=self._place.timing.schedule_every)
        if done == "later":
            at += (*AGAIN_AFTER, NEXT_DAY)[min(job.attempts, len(AGAIN_AFTER))]
        try:
            if done == "done":
                await self._persist(lambda: self._jobs.finish(job))
            else:
                await self._persist(lambda: self._jobs.give_back(job, at))
        except LostJobError as error:
            logger.warning("%s: %s", job.queue, error)
        except ArchiverError as error:
            logger.warning("%s: %s; another worker takes the job over", job.queue, error)

    async def _persist(self, call: Callable[[], Awaitable[_Answer]]) -> _Answer:
        """Ask the hub again and again where it does not answer; HubAwayError where the worker is to end soon."""
        loop = asyncio.get_running_loop()
        pause, deadline = FIRST_PAUSE, None
        while True:
            try:
                return await call()
            except HubAwayError as error:
                self._absence.note(error)
                if self._stop.is_asked():
                    deadline = deadline or loop.time() + _GIVE_BACK_SECONDS
                    if loop.time() > deadline:
                        raise
            await asyncio.sleep(FIRST_PAUSE if self._stop.is_asked() else pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _in_thread(self, call: Callable[[], _Answer]) -> _Answer:
        return await asyncio.get_running_loop().run_in_executor(self._threads, call)

    def _fail(self, error: ArchiverError) -> None:
        """End in order, since nothing can be done for the hub on this machine."""
        self._failure = error
        self.stop()
