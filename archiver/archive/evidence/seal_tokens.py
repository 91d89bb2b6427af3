"""Time-stamp tokens: an authority that has nothing to do with the archive attests when a seal existed.

A token is for a seal, not for a run: where a merge brings more captures of a run, it has another seal, and the tokens
of the former one say nothing any more.
"""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from archiver.archive.history.content import write_time
from archiver.archive.store.values import read_rows, read_time
from archiver.formats.time_stamps import StampError, TimeStamp, can_read_stamps, read_answer

# Runs that kept nothing have nothing to attest: their seals are all the same.
_SEALED = "u.seal IS NOT NULL AND EXISTS (SELECT 1 FROM captures k WHERE k.run_id = u.id)"
_BARE = f"{_SEALED} AND NOT EXISTS (SELECT 1 FROM seal_tokens t WHERE t.run_id = u.id)"


@dataclass(frozen=True, slots=True)
class SealToken:
    """A token as it is kept: who gave it, the time in it, and the authority's whole answer (TimeStampResp, DER)."""

    authority: str
    stamped_at: str
    token: bytes


def find_unattested(connection: sqlite3.Connection, limit: int) -> list[tuple[int, bytes]]:
    """Find the sealed runs without a token, ids and seals, the newest first, so that today's waits for no other."""
    query = f"SELECT u.id, u.seal FROM runs u WHERE {_BARE} ORDER BY u.started_at DESC, u.uid LIMIT ?"
    return [(row[0], row[1]) for row in connection.execute(query, (limit,))]


def count_lacking(connection: sqlite3.Connection) -> dict[str, tuple[int, int]]:
    """Count the runs of each site that have no token although an earlier one has; with the number of the last."""
    rows = connection.execute(
        "SELECT u.site, max(n.run_id), count(*) FROM runs u JOIN run_numbers n ON n.id = u.id "
        f"WHERE NOT u.withdrawn AND {_BARE} AND u.started_at > (SELECT min(p.started_at) FROM seal_tokens t "
        "JOIN runs p ON p.id = t.run_id WHERE p.site = u.site) GROUP BY u.site"
    )
    return {row[0]: (row[1], row[2]) for row in rows}


def count_attested(connection: sqlite3.Connection) -> tuple[int, int]:
    """Count the sealed runs that have a token, and all sealed runs that have captures."""
    attested = connection.execute("SELECT count(DISTINCT run_id) FROM seal_tokens").fetchone()[0]
    return attested, connection.execute(f"SELECT count(*) FROM runs u WHERE {_SEALED}").fetchone()[0]


def find_first_stamps(connection: sqlite3.Connection) -> dict[int, tuple[str, str]]:
    """Find the earliest time stamp of each run that has one, by the number of the run: its time, and who gave it."""
    rows = connection.execute(
        "SELECT n.run_id, t.stamped_at, t.authority FROM seal_tokens t JOIN run_numbers n ON n.id = t.run_id "
        "ORDER BY t.stamped_at DESC, t.authority DESC"
    )
    return {row["run_id"]: (row["stamped_at"], row["authority"]) for row in read_rows(rows)}


def keep_token(connection: sqlite3.Connection, run_id: int, authority: str, stamp: TimeStamp, token: bytes) -> None:
    """Keep a token of a run, unless its seal is another by now; of one authority the first stays."""
    connection.execute(
        "INSERT INTO seal_tokens (run_id, authority, stamped_at, token) SELECT id, ?, ?, ? FROM runs "
        "WHERE id = ? AND seal = ? ON CONFLICT DO NOTHING",
        (authority, write_time(stamp.stamped_at), token, run_id, stamp.imprint),
    )


def list_tokens(connection: sqlite3.Connection, run_id: int) -> list[SealToken]:
    """List the tokens of a run in the order of their time."""
    query = "SELECT authority, stamped_at, token FROM seal_tokens WHERE run_id = ? ORDER BY stamped_at, authority"
    return [SealToken(*row) for row in connection.execute(query, (run_id,))]


def check_tokens(connection: sqlite3.Connection, run_id: int) -> Iterator[str]:
    """Hold the tokens of a run against its seal; nothing where the package that reads them is not installed."""
    tokens = list_tokens(connection, run_id)
    if not tokens or not can_read_stamps():
        return
    seal = connection.execute("SELECT seal FROM runs WHERE id = ?", (run_id,)).fetchone()[0]
    for token in tokens:
        fault = find_fault(token, seal)
        if fault:
            yield f"its time stamp of {token.authority}: {fault}"


def find_fault(token: SealToken, seal: bytes | None) -> str | None:
    """Say what is wrong with a token of a seal; None where nothing is. Who signed it is not looked into."""
    try:
        stamp = read_answer(token.token)
    except StampError as error:
        return str(error)
    if stamp.imprint != seal:
        return "it is for another seal"
    return None if read_time(token.stamped_at) == stamp.stamped_at.replace(microsecond=0) else "it has another time"
