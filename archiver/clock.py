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


def write_offset(at: datetime) -> str:
    """Write the offset of an aware time from UTC in as few digits as say it: ``+07``, ``+05:45``."""
    written = f"{at:%z}"
    return written[:3] if written.endswith("00") else f"{written[:3]}:{written[3:5]}"
