"""The jobs of workers: who crawls which site, kept by Procrastinate in the hub.

A site is a queue, so a worker gets only what it has declared; the host is the lock, so no two workers ask one host at
a time; the site is the queueing lock, so a job never waits twice. Fetching, locking, heartbeats and the end of jobs are
Procrastinate's. Its worker is not used: it ends when the hub is away, and its jobs with it.
"""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime

import psycopg
from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException, UniqueViolation
from procrastinate.jobs import Job, Status
from psycopg.errors import ForeignKeyViolation, RaiseException
from psycopg_pool import AsyncNullConnectionPool

from archiver.fleet.hub.connection import HubAddress
from archiver.fleet.hub.errors import HubAwayError, HubError, LostJobError

TASK = "crawl_site"
_OPEN = (Status.TODO, Status.DOING)
_CONNECT_SECONDS = 10
# Failed jobs are those whose worker died: for people who look for the reason.
_KEEP_HOURS = 48


class UnknownWorkerError(HubError):
    """The hub forgot a worker that gave no sign for long: it has to register again."""


class Jobs:
    """The jobs at the hub. HubAwayError of any call: it did not answer; what was asked may have been done."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._manager = app.job_manager

    async def register(self) -> int:
        """Register a worker and return its number."""
        with _telling():
            return await self._manager.register_worker()

    async def unregister(self, worker: int) -> None:
        """Forget a worker that ends."""
        with _telling():
            await self._manager.unregister_worker(worker)

    async def beat(self, worker: int) -> None:
        """Say that a worker lives."""
        with _telling():
            await self._manager.update_heartbeat(worker)

    async def fetch(self, sites: Sequence[str], worker: int) -> Job | None:
        """Take a job of one of these sites; None where none is ready. UnknownWorkerError."""
        with _telling():
            return await self._manager.fetch_job(sites, worker)

    async def finish(self, job: Job) -> None:
        """End a job that is done: nothing of it is kept. LostJobError where another has it."""
        with _telling():
            await self._manager.finish_job(job, Status.SUCCEEDED, delete_job=True)

    async def give_back(self, job: Job, at: datetime) -> None:
        """Let a job be done at a time, by any worker; where one waits for the site already, that is enough.

        LostJobError where another has it.
        """
        with _telling():
            try:
                await self._manager.retry_job(job, retry_at=at)
            except UniqueViolation:
                await self._manager.finish_job(job, Status.ABORTED, delete_job=True)

    async def defer(self, site: str, host: str) -> bool:
        """Let a site be crawled; False where it waits for that already."""
        task = self._app.configure_task(TASK, queue=site, lock=host, queueing_lock=site)
        with _telling():
            try:
                await task.defer_async()
            except AlreadyEnqueued:
                return False
        return True

    async def list_open(self) -> list[Job]:
        """List the jobs that wait or are under way."""
        with _telling():
            return [job for status in _OPEN for job in await self._manager.list_jobs_async(status=status.value)]

    async def clear(self, worker_seconds: float) -> None:
        """Forget workers that gave no sign for so long, and old jobs whose workers died."""
        with _telling():
            await self._manager.prune_stalled_workers(worker_seconds)
            await self._manager.delete_old_jobs(
                _KEEP_HOURS, include_failed=True, include_cancelled=True, include_aborted=True
            )


@asynccontextmanager
async def open_jobs(address: str) -> AsyncIterator[Jobs]:
    """Open the jobs of a hub. Each call connects anew, so none finds a connection that broke while the hub was away."""
    connector = PsycopgConnector(
        conninfo=HubAddress(address).conninfo,
        pool_factory=AsyncNullConnectionPool,
        min_size=0,
        timeout=_CONNECT_SECONDS,
    )
    async with App(connector=connector).open_async() as app:
        yield Jobs(app)


@contextmanager
def _telling() -> Iterator[None]:
    """Tell what went wrong by the errors of the hub; passwords are in none of Procrastinate's or psycopg's messages."""
    try:
        yield
    except (ConnectorException, psycopg.Error) as error:
        cause = error.__cause__ if isinstance(error, ConnectorException) else error
        said = " ".join(str(cause).split())
        if isinstance(cause, RaiseException):  # so Procrastinate's functions tell that a job is not being done by us
            raise LostJobError(f"the job is another's by now ({said})") from error
        if isinstance(cause, ForeignKeyViolation):
            raise UnknownWorkerError("the hub has forgotten this worker") from error
        if isinstance(cause, psycopg.OperationalError | psycopg.InterfaceError):
            raise HubAwayError(f"the hub does not answer ({said})") from error
        raise HubError(f"the hub refuses the jobs ({said}); look whether archiver hub init was called") from error
