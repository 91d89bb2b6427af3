"""What a hub takes: bundles a second, by one worker and by several at once, and how fast a follower is given them.

Bundles are of the size that 30 first looks at articles come to, and of random bytes: PostgreSQL does not look into
them. Each is written as a worker does it: with its claim, in a transaction of its own, on disk before it counts.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from time import perf_counter

from rich.console import Console
from rich.table import Table

from archiver.fleet.bundles import Bundle
from archiver.fleet.hub.records import BEGINNING, Claim
from tests.hub_server import READER, WORKERS, HubDatabase, find_programs, run_server

BYTES, SECONDS = 48_000, 5.0
AT = datetime(2026, 1, 5, 3, tzinfo=UTC)


def bench_hub_inserts() -> None:
    """Print how many bundles a second workers write into a hub, and how many a follower reads."""
    if find_programs() is None:
        Console().print("The hub is left out: PostgreSQL is not installed (apt-get install postgresql)")
        return
    table = Table(title=f"A hub: bundles of {BYTES // 1000} KB a second, in {SECONDS:g} s each")
    for column in ("what", "bundles/s", "captures/s", "MB/s"):
        table.add_column(column, justify="left" if column == "what" else "right")
    with run_server(durable=True) as server:
        for writers in (1, 4, 16):
            database = server.make_hub()
            _add(table, f"{writers} writing", _write(database, writers))
        _add(table, "a follower reading", _read(database))
    Console().print(table)


def _add(table: Table, what: str, rate: float) -> None:
    table.add_row(what, f"{rate:,.0f}", f"{rate * 30:,.0f}", f"{rate * BYTES / 1e6:.1f}")


def _write(database: HubDatabase, writers: int) -> float:
    """Let workers write as fast as they can; returns bundles a second."""
    claims = [_claim(database, f"site-{number}") for number in range(writers)]
    started = perf_counter()
    with ThreadPoolExecutor(writers) as threads:
        written = sum(threads.map(lambda claim: _write_alone(database, claim, started + SECONDS), claims))
    return written / (perf_counter() - started)


def _write_alone(database: HubDatabase, claim: Claim, until: float) -> int:
    written = 0
    with database.hub() as hub:
        while perf_counter() < until:
            hub.append(_make_bundle(f"site-{claim.job_id}"), "may-1", claim)
            written += 1
    return written


def _make_bundle(site: str) -> Bundle:
    return Bundle(site, "run", "evidence", None, 30, 30, 0, AT, AT, (), os.urandom(BYTES))


def _claim(database: HubDatabase, site: str) -> Claim:
    """Make a job that a worker does."""
    [(worker,)] = database.execute("INSERT INTO procrastinate_workers DEFAULT VALUES RETURNING id")
    [(job,)] = database.execute(
        "INSERT INTO procrastinate_jobs (queue_name, task_name, lock, queueing_lock) "
        f"VALUES ('{site}', 'crawl', '{site}', '{site}') RETURNING id"
    )
    database.execute(f"SELECT procrastinate_fetch_job_v2(ARRAY['{site}'], {worker})", user=WORKERS[0])
    return Claim(job, worker)


def _read(database: HubDatabase) -> float:
    """Read the whole log as a follower does; returns bundles a second."""
    with database.hub(READER) as hub:
        read, cursor, started = 0, BEGINNING, perf_counter()
        while logged := hub.list_after(cursor, most=200):
            read, cursor = read + len(logged), logged[-1].cursor
        return read / (perf_counter() - started)
