"""What people's own SQL may cost, in ``archiver query`` and at ``/archive`` of ``archiver serve`` alike.

SQLite answers whatever it can: 900 million letters by printf, an endless recursion, a join of everything. It is asked
in a process of its own (process.py) that has these limits, so nothing but that process is ever at stake.
"""

import resource
import signal
import sqlite3
from time import monotonic

LONGEST_VALUE = 20_000_000
"""Bytes of a value, or a row: more than any page that a crawl keeps (16 MB)."""

MOST_MEMORY = 150_000_000
"""Bytes that SQLite may take; a sort of more goes to a temporary file by itself."""

MOST_SPACE = 1_000_000_000
"""Bytes of addresses that the process may take, where the system counts them: some SQLite counts nothing itself."""

MOST_ANSWER = 6_000_000
"""Bytes of an answer that is shown as one page."""

GRACE_SECONDS = 0.4
"""After its time a question is interrupted. A function of SQL cannot be: its process is ended so much later."""

_STEPS = 10_000  # of SQLite's machine, about a millisecond, between two looks at the clock
_LIMITS = {
    sqlite3.SQLITE_LIMIT_LENGTH: LONGEST_VALUE,
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: 100_000,
    sqlite3.SQLITE_LIMIT_COLUMN: 500,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 300,
    sqlite3.SQLITE_LIMIT_COMPOUND_SELECT: 100,
    sqlite3.SQLITE_LIMIT_VDBE_OP: 100_000,
    sqlite3.SQLITE_LIMIT_FUNCTION_ARG: 100,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
    sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: 1_000,
    sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER: 1_000,
    sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH: 10,
    sqlite3.SQLITE_LIMIT_WORKER_THREADS: 0,
}


def limit_process() -> None:
    """Bound what this process may take for as long as it lives; it is one that only answers."""
    most = resource.getrlimit(resource.RLIMIT_AS)[1]
    space = MOST_SPACE if most == resource.RLIM_INFINITY else min(MOST_SPACE, most)
    resource.setrlimit(resource.RLIMIT_AS, (space, most))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)


def limit_connection(connection: sqlite3.Connection) -> None:
    """Bound what one statement may be, and what all of them may take."""
    for kind, most in _LIMITS.items():
        connection.setlimit(kind, most)
    connection.execute(f"PRAGMA hard_heap_limit = {MOST_MEMORY}").fetchone()


def begin_time(connection: sqlite3.Connection, seconds: float) -> None:
    """Interrupt what runs after so many seconds; what cannot be interrupted ends with this process."""
    deadline = monotonic() + seconds
    connection.set_progress_handler(lambda: int(monotonic() > deadline), _STEPS)
    signal.setitimer(signal.ITIMER_REAL, seconds + GRACE_SECONDS)


def end_time(connection: sqlite3.Connection) -> None:
    """Let the clock stand until the next question."""
    signal.setitimer(signal.ITIMER_REAL, 0)
    connection.set_progress_handler(None, 0)
