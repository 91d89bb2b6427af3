"""The one clock: what time it is for the archive."""

import os
import time
from datetime import UTC, datetime, timedelta

_STARTED = time.monotonic()


def now() -> datetime:
    """Return the present in UTC.

    Where the environment sets ``ARCHIVE_NOW`` (ISO 8601 with offset), the clock starts there when the process does
    and goes on from it: a test, or a demonstration, can let weeks pass between two crawls.
    """
    start = os.environ.get("ARCHIVE_NOW")
    if not start:
        return datetime.now(UTC)
    return datetime.fromisoformat(start).astimezone(UTC) + timedelta(seconds=time.monotonic() - _STARTED)


def is_moved() -> bool:
    """Say whether the environment moves the clock: then no other clock can be compared with it."""
    return bool(os.environ.get("ARCHIVE_NOW"))
