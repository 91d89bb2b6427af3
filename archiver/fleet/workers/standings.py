"""How the sites of a hub stand: when each was crawled last and is due, where it is crawled now, what is wrong."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from archiver.fleet.hub.records import Closing, OpenJob
from archiver.fleet.workers.schedule import LATE_AFTER, Ending, Standing, find_standing

State = Literal["running", "waiting", "due", "idle"]


@dataclass(frozen=True, slots=True)
class SiteStanding:
    """How a site stands. ``every`` are hours, and ``due_at`` is None, where this checkout does not declare it.

    ``state``: a worker has it (``worker``, ``since``), it waits for one, it is due and nobody noticed yet, or it is not
    due. ``bundles`` counts those that the follower's archive has not merged yet, None where there is none.
    """

    site: str
    every: float | None
    outcome: str | None
    ended_at: datetime | None
    due_at: datetime | None
    state: State
    worker: str
    since: datetime | None
    late: bool
    failing: bool
    bundles: int | None


def read_standing(every: timedelta, closings: Sequence[Closing]) -> Standing:
    """Find how a site stands by the closings that the log has of it."""
    endings = [Ending(one.outcome, one.finished_at or one.logged_at) for one in closings if one.outcome]
    return find_standing(every, endings)


def group_closings(closings: Sequence[Closing]) -> dict[str, list[Closing]]:
    """Put the closings of each site together."""
    grouped: dict[str, list[Closing]] = {}
    for closing in closings:
        grouped.setdefault(closing.site, []).append(closing)
    return grouped


def list_standings(
    declared: Mapping[str, float],
    closings: Sequence[Closing],
    jobs: Sequence[OpenJob],
    behind: Mapping[str, int] | None,
    at: datetime,
) -> Iterator[SiteStanding]:
    """List how all sites stand at a time: those declared here, with their hours, and those that the log knows."""
    ended = group_closings(closings)
    open_jobs = {job.site: job for job in sorted(jobs, key=lambda job: job.status == "doing")}
    for site in sorted({*declared, *ended, *open_jobs}):
        waiting = None if behind is None else behind.get(site, 0)
        yield _describe(site, declared.get(site), ended.get(site, ()), open_jobs.get(site), waiting, at)


def _describe(
    site: str,
    every: float | None,
    closings: Sequence[Closing],
    job: OpenJob | None,
    behind: int | None,
    at: datetime,
) -> SiteStanding:
    standing = read_standing(timedelta(hours=every or 0), closings)
    last = closings[0] if closings else None
    is_running = job is not None and job.status == "doing"
    is_due = bool(every) and standing.is_due(at)
    return SiteStanding(
        site,
        every,
        last.outcome if last else None,
        (last.finished_at or last.logged_at) if last else None,
        standing.due_at if every else None,
        "running" if is_running else "waiting" if job else "due" if is_due else "idle",
        job.worker if job else "",
        job.since if job else None,
        not is_running and ((bool(every) and standing.is_late(at)) or _waits_long(job, at)),
        standing.is_failing,
        behind,
    )


def _waits_long(job: OpenJob | None, at: datetime) -> bool:
    return job is not None and job.since is not None and job.since + LATE_AFTER <= at
