"""The checks on what can be counted: articles listed, errors, refusals, bytes."""

from collections.abc import Iterator
from statistics import median

from archiver.archive.runs.health import ChannelFigures, Health
from archiver.archive.runs.run_log import Finding
from archiver.checks.baseline import (
    CHANCE,
    FEWEST_ARTICLES,
    FEWEST_RUNS,
    MOST_RUNS,
    chance_of_at_least,
    clean_runs,
    usual_of,
)
from archiver.findings import Kind
from archiver.text.counting import count

# A channel with fewer articles may well be emptied by its editors.
FEWEST_ENTRIES = 5
FEWEST_ERRORS = 5
FEWEST_REFUSED = 5
# Pages differ by a factor of two, growth by more, without anything being wrong; and a few megabytes trouble nobody.
LARGER_PAGES = 3
LARGER_GROWTH = 10
LEAST_GROWTH = 20_000_000
_SAID_ALREADY: frozenset[Kind] = frozenset({"listings_shrunk", "no_articles", "outage"})


def check_listings(health: Health) -> Iterator[Finding]:
    """Report listings that show far fewer articles than usual, all together or one channel alone.

    A daily run walks further the more is new, so only what was known before is compared there.
    """
    if (
        not health.comparable
        or health.run.kinds & _SAID_ALREADY
        or any(channel.past and channel.entries is None for channel in health.channels)
    ):
        return
    daily = health.scope == "daily"
    usual = usual_of(health, "fewer_articles", lambda run: run.relisted if daily else run.listed)
    listed = health.run.relisted if daily else health.run.listed
    if usual and usual >= FEWEST_ARTICLES and listed * 2 < usual:
        detail = (
            f"the listings show {count(listed, 'known article')}, usually {usual:.0f}; look at them and at their layout"
        )
        yield Finding("fewer_articles", health.url, detail)
    elif usual:
        yield from filter(None, map(_check_channel, health.channels))


def _check_channel(channel: ChannelFigures) -> Finding | None:
    before = median(channel.past[:MOST_RUNS]) if len(channel.past) >= FEWEST_RUNS else 0
    if channel.entries != 0 or before < FEWEST_ENTRIES:
        return None
    detail = f"its first page shows no article, usually {before:.0f}; look at it and at its layout"
    return Finding("fewer_articles", channel.url, detail)


def check_refusals(health: Health) -> Iterator[Finding]:
    """Sum up the addresses that refused us: captchas, logins, 401, 403, 429."""
    refused = health.run.refused
    usual = median([run.refused for run in health.past[:MOST_RUNS]] or [0])
    if _is_blocked(health) and refused > 2 * usual:
        kinds = "captcha_page, login_page, http_401, http_403 and http_429"
        detail = f"{refused} addresses refused us, usually {usual:.0f}; see the findings {kinds} of this run"
        yield Finding("blocked", health.url, f"{detail}; crawl more slowly, or ask the site")


def check_errors(health: Health) -> Iterator[Finding]:
    """Report that far more requests than usual brought no page, where neither a block nor an outage says so."""
    past, run = clean_runs(health, "many_errors"), health.run
    if not past or not health.comparable or _is_blocked(health) or run.tells("outage"):
        return
    usual = sum(other.errors for other in past) / max(1, sum(other.requests for other in past))
    rate = run.errors / max(1, run.requests)
    if run.errors < FEWEST_ERRORS or rate <= max(0.1, 2 * usual):
        return
    if chance_of_at_least(run.errors, run.requests, max(usual, 0.01)) < CHANCE:
        detail = f"{run.errors} of {run.requests} requests brought no page ({rate:.0%}, usually {usual:.0%})"
        yield Finding("many_errors", health.url, f"{detail}; look whether the site answers in a browser")


def check_growth(health: Health) -> Iterator[Finding]:
    """Report pages far larger than usual, or else an archive that grows far faster."""
    size = usual_of(health, "larger_pages", lambda run: run.page_size)
    growth = usual_of(health, "archive_growth", lambda run: run.growth)
    if not health.comparable:
        return
    if size and health.run.page_size > LARGER_PAGES * size:
        detail = f"half of the pages have {health.run.page_size:,} bytes or more, usually {size:,.0f}; look at one"
        yield Finding("larger_pages", health.url, detail)
    elif growth is not None and health.run.growth > max(LEAST_GROWTH, LARGER_GROWTH * growth):
        detail = f"known pages added {health.run.growth:,} bytes to the archive, usually {growth:,.0f}"
        yield Finding("archive_growth", health.url, f"{detail}; look what differs between two captures of one of them")


def _is_blocked(health: Health) -> bool:
    return health.run.refused >= FEWEST_REFUSED and health.run.refused * 10 >= health.run.captures
