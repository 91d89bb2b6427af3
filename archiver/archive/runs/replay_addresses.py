"""Where the web archive that a capture is from shows it: its address there, then time and address of the capture."""

import re
import sqlite3

from archiver.archive.runs.imported_runs import read_source
from archiver.archive.store.values import read_time

_ADDRESS = re.compile(r"https?://\S+/")


def find_replay_address(connection: sqlite3.Connection, capture_id: int) -> str | None:
    """Find the address at which a web archive shows a capture; None for one that is from no web archive."""
    row = connection.execute(
        "SELECT r.kind, r.arguments, a.url, k.fetched_at FROM captures k JOIN runs r ON r.id = k.run_id "
        "JOIN addresses a ON a.id = k.address_id WHERE k.id = ?",
        (capture_id,),
    ).fetchone()
    source = read_source(row["kind"], row["arguments"]) if row else None
    if source is None or not _ADDRESS.fullmatch(source):
        return None
    return f"{source}{read_time(row['fetched_at']):%Y%m%d%H%M%S}/{row['url']}"
