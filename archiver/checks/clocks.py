"""The checks on clocks: all history stands on the times of captures, and a wrong clock rules it silently."""

from collections.abc import Iterator
from datetime import timedelta
from statistics import median

from archiver.archive.runs.health import Health
from archiver.archive.runs.run_log import Finding
from archiver.checks.attendance import write_span
from archiver.text.counting import count

# One page with an odd header, or a cache that dates its copies, moves no median of some answers.
FEWEST_DATES = 3
# A wrong zone is hours, and changes no order of days; servers that are wrong are so by minutes, most of them.
MOST_OFFSET = timedelta(days=1)
MOST_NAMED = 5


def check_ahead(health: Health) -> Iterator[Finding]:
    """Report that the archive holds captures of the site from the future of the clock of this run."""
    if ahead := health.ahead:
        made = ", ".join(map(str, ahead.runs[:MOST_NAMED])) + (", …" if len(ahead.runs) > MOST_NAMED else "")
        detail = (
            f"{count(ahead.captures, 'capture', 'is', 'are')} ahead of this machine's clock (run {made}), up to "
            f"{ahead.newest:%Y-%m-%d %H:%M} UTC; until then what they show passes for the newest; look at the clock "
            f"(date -u): if it is right now, archiver runs --withdraw {ahead.runs[0]} sets such a run aside; if it is "
            f"wrong, set it, and withdraw this run, {health.number}, instead"
        )
        yield Finding("clock_ahead", health.url, detail)


def check_dates(health: Health) -> Iterator[Finding]:
    """Report a clock that is far from what most answers say the time is; whose is wrong, a person has to tell."""
    if len(health.offsets) < FEWEST_DATES:
        return
    offset = timedelta(seconds=median(offset.total_seconds() for offset in health.offsets))
    if abs(offset) <= MOST_OFFSET:
        return
    way = "ahead of" if offset > timedelta() else "behind"
    detail = (
        f"this machine's clock is {write_span(abs(offset))} {way} the Date of the server's answers (the median of "
        f"{len(health.offsets)}); look at it (date -u): if it is wrong, set it, and archiver runs --withdraw "
        f"{health.number} sets this run aside; if it is right, the server's is wrong"
    )
    yield Finding("clock_differs", health.url, detail)
