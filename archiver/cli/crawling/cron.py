"""``archiver cron``: what to put into a crontab, or under systemd, so that sites are crawled every day."""

import getpass
import hashlib
import re
import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click

from archiver.alerts.declarations import has_alerts
from archiver.cli.crawling.crawl import read_pairs
from archiver.cli.printing.options import with_archive
from archiver.crawl.planning.options import read_options
from archiver.crawl.running.execution import find_spider, load_spiders
from archiver.crawl.running.logs import FILES, MOST_BYTES, folder_of_logs
from archiver.crawl.running.project_settings import project_settings
from archiver.errors import UsageError
from archiver.project import find_folder
from archiver.site import Site

MINUTES_A_DAY = 24 * 60
SPREAD = 60
"""Minutes over which the crawls of all sites begin."""
CHECK_AFTER = 5 * 60
"""Minutes from ``--at`` to the check; by then the crawls are over."""
SEND_EVERY = 15
"""Minutes after which alerts that were held back are looked for."""


@dataclass(frozen=True, slots=True)
class Job:
    """A command that is to run once a day: its name, its words, its folder, and the minute of the day.

    One that is to run more often says after how many minutes (``every``).
    """

    name: str
    about: str
    words: tuple[str, ...]
    folder: Path
    minute: int
    every: int = 0


@click.command("cron")
@click.argument("sites", nargs=-1, metavar="[SITE...]")
@click.option("--all", "everything", is_flag=True, help="Every declared site; so it is without any SITE.")
@click.option("--at", default="02:00", metavar="HH:MM", show_default=True, help="Crawls begin in the hour after this.")
@click.option("--user", is_flag=True, help="Units for systemd --user, without root.")
@click.option("-a", "arguments", multiple=True, metavar="NAME=VALUE", help="As for archiver crawl.")
@click.option("-s", "settings", multiple=True, metavar="NAME=VALUE", help="As for archiver crawl.")
@with_archive
def cron_command(
    db: Path,
    sites: tuple[str, ...],
    everything: bool,
    at: str,
    user: bool,
    arguments: tuple[str, ...],
    settings: tuple[str, ...],
) -> None:
    """Print lines for a crontab, and the same as units for systemd; nothing is changed.

    Choose one of the two. Each site has a minute of its own, which follows from its name.
    """
    if sites and everything:
        raise UsageError("name sites or say --all, not both")
    given = read_pairs("-a", arguments)
    chosen = _choose_sites(sites)
    if "start" in given and len(chosen) != 1:
        raise UsageError("-a start= belongs to one site; name it")
    more = [
        word for option, pairs in (("-a", arguments), ("-s", settings)) for pair in pairs for word in (option, pair)
    ]
    ready = [site for site in chosen if _has_address(site, given)]
    jobs = [_plan_crawl(site, db.absolute(), _read_minute(at), more) for site in ready] + _plan_alerts(db)
    check = _plan("check", "Check the archive", ("check",), db.absolute(), _read_minute(at) + CHECK_AFTER)
    missing = [_say_missing(site) for site in chosen if site not in ready]
    click.echo("\n".join([*_write_crontab(jobs, check, db), *missing, "", *_write_units(jobs, user=user)]))


def _choose_sites(names: Sequence[str]) -> list[Site]:
    settings = project_settings()
    spiders = [find_spider(settings, name) for name in dict.fromkeys(names)] or load_spiders(settings).values()
    return [spider.declare_site() for spider in spiders]


def _has_address(site: Site, arguments: Mapping[str, str]) -> bool:
    """Say whether a site can be crawled with these arguments; UsageError where they are malformed."""
    if not site.listings and "start" not in arguments:
        return False
    read_options(site, arguments)
    return True


def _say_missing(site: Site) -> str:
    return f"# {site.name} declares no address; name one: archiver cron {site.name} -a start=https://HOST/CHANNEL"


def _plan_crawl(site: Site, db: Path, at: int, more: Sequence[str]) -> Job:
    return _plan(site.name, f"Crawl {site.name}", ("crawl", site.name, *more), db, at + _spread(site.name))


def _plan_alerts(db: Path) -> list[Job]:
    """Plan to send what quiet hours and digests held back, where there are alerts."""
    if not has_alerts(db):
        return []
    job = _plan("alerts", "Send what alerts are due", ("alerts", "send"), db.absolute(), 0)
    return [replace(job, every=SEND_EVERY)]


def _plan(name: str, about: str, command: tuple[str, ...], db: Path, minute: int) -> Job:
    """Name the interpreter that runs now: it has all that is needed, and cron knows no virtual environment."""
    words = (sys.executable, "-m", "archiver", "--db", str(db), *command)
    folder = find_folder()
    if any("\n" in word or "\r" in word for word in (*words, str(folder))):
        raise UsageError("a crontab cannot hold a path or an argument with a line break in it")
    return Job(name, about, words, folder, minute % MINUTES_A_DAY)


def _spread(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4]) % SPREAD


def _read_minute(at: str) -> int:
    found = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", at)
    if not found:
        raise UsageError(f"--at {at}: write a time of the day as 02:00")
    return int(found[1]) * 60 + int(found[2])


def _write_crontab(jobs: Sequence[Job], check: Job, db: Path) -> list[str]:
    logs = folder_of_logs(db)
    return [
        "# For crontab -e; or the units for systemd below, not both.",
        "# Times are those of this machine. Where cron knows CRON_TZ (cronie), this line sets another zone:",
        "# CRON_TZ=Asia/Ho_Chi_Minh",
        "# What goes wrong is written to stderr, which cron mails to:",
        "# MAILTO=you@example.org",
        f"# Every article is a line in {logs}/SITE.log; the crawl itself turns",
        f"# these logs over: {FILES + 1} files of {MOST_BYTES / 1e6:g} MB a site at most.",
        *(_write_cron_line(job) for job in jobs),
        "# What the checks find, once a day by mail; it only reads:",
        f"# {_write_cron_line(check)}",
    ]


def _write_cron_line(job: Job) -> str:
    """Write a line of a crontab, where % would end the command (crontab(5))."""
    command = f"cd {shlex.quote(str(job.folder))} && {shlex.join(job.words)}"
    times = f"*/{job.every} *" if job.every else f"{job.minute % 60} {job.minute // 60}"
    return f"{times} * * * {command}".replace("%", r"\%")


def _write_units(jobs: Sequence[Job], *, user: bool) -> list[str]:
    folder, control = ("~/.config/systemd/user", "systemctl --user") if user else ("/etc/systemd/system", "systemctl")
    timers = " ".join(f"archiver-{job.name}.timer" for job in jobs)
    lines = [
        f"# For systemd: each part into the file that stands above it; then {control} daemon-reload, and",
        f"# {control} enable --now {timers}",
        "# Status 3 (done, with findings) makes a unit failed, so that systemctl --failed and OnFailure= tell of it.",
    ]
    if user:
        lines.append("# loginctl enable-linger, once, lets them run while you are not logged in.")
    for job in jobs:
        lines += ["", f"# {folder}/archiver-{job.name}.service", *_write_service(job, user=user)]
        lines += ["", f"# {folder}/archiver-{job.name}.timer", *_write_timer(job)]
    return lines


def _write_service(job: Job, *, user: bool) -> list[str]:
    """Write a service; the colon keeps systemd from looking for variables in the words (systemd.service(5))."""
    network = [] if user else ["Wants=network-online.target", "After=network-online.target"]
    return [
        "[Unit]",
        f"Description={job.about}",
        *network,
        "[Service]",
        "Type=oneshot",
        *([] if user else [f"User={getpass.getuser()}"]),
        f"WorkingDirectory={_escape(job.folder)}",
        f"ExecStart=:{' '.join(_quote_word(word) for word in job.words)}",
        "# The first crawl of a large site takes hours; asked to stop, one ends within 10 seconds.",
        "TimeoutStartSec=infinity",
        "TimeoutStopSec=30",
        "NoNewPrivileges=yes",
    ]


def _write_timer(job: Job) -> list[str]:
    often = f"every {job.every} minutes" if job.every else "every day"
    times = f"*:0/{job.every}" if job.every else f"*-*-* {job.minute // 60:02}:{job.minute % 60:02}:00"
    return [
        "[Unit]",
        f"Description={job.about} {often}",
        "[Timer]",
        f"OnCalendar={times}",
        "RandomizedDelaySec=300",
        "Persistent=true",
        "[Install]",
        "WantedBy=timers.target",
    ]


def _quote_word(word: str) -> str:
    escaped = _escape(word).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"' if re.search(r"[\s\"'\\;]", word) or not word else escaped


def _escape(text: object) -> str:
    """Double what would begin a specifier (systemd.unit(5))."""
    return str(text).replace("%", "%%")
