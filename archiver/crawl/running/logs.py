"""The logs of crawls: one file a site beside the archive, each article a line, nothing secret, nothing that moves.

They turn over by size, so a year of cron cannot fill the disk: a site keeps at most ``FILES`` + 1 of ``MOST_BYTES``.
"""

import logging
import sqlite3
import sys
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured

from archiver import __version__
from archiver.archive.queries.queries import list_runs
from archiver.archive.store.file import open_for_reading
from archiver.clock import now
from archiver.crawl.running.reports import Report
from archiver.crawl.spider import CommitteeSpider
from archiver.errors import ArchiveError, ArchiverError
from archiver.site import NAME
from archiver.text.display import make_showable, mask_passwords

MOST_BYTES = 2_000_000
FILES = 5
_LONGEST_LINE = 10_000  # bytes, or hardly more
MOST_FINDINGS = 20
# Loggers whose lines of level INFO say how Scrapy is put together; the same in every run.
_ASSEMBLY = frozenset({"scrapy.addons", "scrapy.crawler", "scrapy.middleware", "scrapy.utils.log"})

logger = logging.getLogger(__name__)


class ShowableRecord(logging.LogRecord):
    """A line of the log in which nothing moves the cursor, forges another line or tells a password.

    It is made so for every handler at once: Scrapy puts up a new one for each crawl. Scrapy's own lists keep their
    lines.
    """

    _shown: str | None = None

    def getMessage(self) -> str:  # noqa: N802 - the name is logging's
        """Return the message, masked and escaped; each handler asks for it."""
        if self._shown is None:
            message = super().getMessage()
            self._shown = mask_passwords(message) if self.name in _ASSEMBLY else make_showable(message)
        return self._shown

    @property  # logging keeps it as a plain attribute, written by the first handler
    def exc_text(self) -> str | None:
        """The traceback; its lines are set off, so that none looks like a line of the log."""
        if not self.exc_info or self.exc_info[0] is None:
            return None
        lines = "".join(traceback.format_exception(*self.exc_info)).rstrip("\n").split("\n")
        return "\n".join(f"  | {make_showable(line)}" for line in lines)

    @exc_text.setter
    def exc_text(self, value: str | None) -> None:
        """Take no other: logging writes down here what a formatter made of it."""


class SiteLog(RotatingFileHandler):
    """The log of one site; made with its folder when the first line is written.

    A log that cannot be written is told once on stderr and stops no crawl: the archive is what counts.
    """

    def __init__(self, path: Path, site: str) -> None:
        super().__init__(path, maxBytes=MOST_BYTES, backupCount=FILES, encoding="utf-8", delay=True)
        self.site = site
        self.broken = False
        self.setLevel(logging.INFO)
        self.setFormatter(_LineFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        self.addFilter(self._concerns)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the name is logging's
        """Say once why nothing is written."""
        if not self.broken:
            self.broken = True
            error = sys.exc_info()[1]
            reason = error.strerror if isinstance(error, OSError) else error
            sys.stderr.write(
                f"{self.baseFilename}: the log cannot be written: {reason}; the crawl goes on without it\n"
            )

    def shouldRollover(self, record: logging.LogRecord) -> bool:  # noqa: N802 - the name is logging's
        """Say whether the log is full; logging itself would write each line twice to know its length."""
        if self.stream is None:
            self.stream = self._open()
        return self.stream.tell() > self.maxBytes - _LONGEST_LINE

    def _open(self) -> TextIOWrapper:
        Path(self.baseFilename).parent.mkdir(parents=True, exist_ok=True)
        return super()._open()

    def _concerns(self, record: logging.LogRecord) -> bool:
        """Leave out lines about other sites of the same process, and about how Scrapy is put together."""
        about = getattr(record, "site", None) or getattr(getattr(record, "spider", None), "name", self.site)
        return about == self.site and not (record.name in _ASSEMBLY and record.levelno <= logging.INFO)


class _LineFormatter(logging.Formatter):
    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802 - logging's name
        """Write the time in UTC, ISO 8601, as the archive does."""
        return now().isoformat(timespec="seconds")


def folder_of_logs(archive: Path) -> Path:
    """Return the folder of the logs of an archive: ``logs`` beside it."""
    return archive.absolute().parent / "logs"


def sites_with_logs(archive: Path) -> list[str]:
    """Name the sites that have a log already."""
    return sorted(path.stem for path in folder_of_logs(archive).glob("*.log") if NAME.fullmatch(path.stem))


def show_only_what_may_be_shown() -> None:
    """Mask and escape every line that this process logs from now on, whichever handler writes it."""
    logging.setLogRecordFactory(ShowableRecord)


@contextmanager
def site_logs(archive: Path, sites: Sequence[str]) -> Iterator[None]:
    """Write a log for each site; that a crawl could not begin, or broke off, stands in it too."""
    show_only_what_may_be_shown()
    handlers = [SiteLog(folder_of_logs(archive) / f"{site}.log", site) for site in sites if NAME.fullmatch(site)]
    for handler in handlers:
        logging.root.addHandler(handler)
    logging.getLogger("archiver").setLevel(logging.INFO)
    try:
        yield
    except ArchiverError as error:
        _note_refusal(archive, handlers, error)
        raise
    except BaseException:
        logger.exception("the crawl broke off")
        raise
    finally:
        for handler in handlers:
            logging.root.removeHandler(handler)
            handler.close()


def note_end(archive: Path, report: Report) -> None:
    """Write into the log how a run ended, its counts and what it found."""
    about = {"site": report.site}
    for finding in report.findings[:MOST_FINDINGS]:
        logger.warning("%s: %s <%s>", finding.kind, finding.detail, finding.url, extra=about)
    if report.reason:
        logger.warning("%s", report.reason, extra=about)
    began = report.outcome not in (None, "locked")
    counts = _count(_find_run(archive, report.site)) if began else ""
    counts += "".join(f"; files {word} {count}" for word, count in report.files.items() if count)
    level = logging.INFO if report.outcome == "finished" else logging.WARNING
    logger.log(level, "%s: %s%s", report.site, report.outcome or "the run never began", counts, extra=about)


class RunNotes:
    """Writes into the log that a run begins, when the ledger has opened it."""

    def __init__(self, archive: Path) -> None:
        self._archive = archive

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Connect to the signals of a crawl; NotConfigured for one without an archive."""
        if not crawler.settings["ARCHIVE_DB"]:
            raise NotConfigured
        notes = cls(Path(crawler.settings["ARCHIVE_DB"]))
        crawler.signals.connect(notes.note_begin, signals.spider_opened)
        return notes

    def note_begin(self, spider: CommitteeSpider) -> None:
        """Say which run of which site begins, how far it goes, with which version and into which archive."""
        run = _find_run(self._archive, spider.name)
        scope = run.get("scope") or "crawl"
        given = " ".join(f"{name}={value}" for name, value in spider.state.arguments.items()) or "none"
        words = (spider.name, run.get("run_id"), scope, given, __version__, self._archive.absolute())
        text = "%s: run %s begins; scope: %s; arguments: %s; archiver %s; archive: %s"
        logger.info(text, *words, extra={"site": spider.name})
        if "***@" in given:
            logger.warning("user and password were left out of start=; %s", _ACCOUNT, extra={"site": spider.name})


_ACCOUNT = "for a server that wants them: -s HTTPAUTH_USER= -s HTTPAUTH_PASS= -s HTTPAUTH_DOMAIN=HOST"


def _find_run(archive: Path, site: str) -> Mapping[str, object]:
    """Return the last run of a site as the ledger has it; an empty row where the archive cannot be read."""
    try:
        with closing(open_for_reading(archive)) as database:
            found: Mapping[str, object] | None = next(list_runs(database.conn, site, 1), None)
            return found or {}
    except (ArchiveError, sqlite3.Error) as error:
        logger.warning("the ledger cannot be read: %s", error, extra={"site": site})
        return {}


def _count(run: Mapping[str, object]) -> str:
    left_out = ("run_id", "withdrawn")
    counts = (f"{name} {value}" for name, value in run.items() if isinstance(value, int) and name not in left_out)
    return "".join(f"; {count}" for count in counts)


def _note_refusal(archive: Path, handlers: Sequence[SiteLog], error: ArchiverError) -> None:
    """Write that a crawl could not begin; quietly, for the error itself is told as well.

    Beside a file that is no archive no folder is made: a slip in --db must leave nothing behind.
    """
    if not handlers or (archive.exists() and not folder_of_logs(archive).exists()):
        return
    for handler in handlers:
        handler.broken = True
    logger.error("the crawl cannot begin: %s", error)
