"""Which files of articles are asked for when, and what is written down of the answers."""

import asyncio
import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Literal

from scrapy.http import Request, Response
from scrapy.settings import BaseSettings

from archiver.archive.evidence.downloads import NAME, Outcome, Past, find_past, list_never_asked, record_download
from archiver.archive.evidence.files import clear_unfinished, folder_beside, has_file, keep_file
from archiver.archive.runs.known_articles import find_beginning
from archiver.clock import now
from archiver.crawl.documents.file_names import read_file_name
from archiver.crawl.planning.targets import Target
from archiver.crawl.state import CrawlState
from archiver.crawl.transport.answers import BUSY
from archiver.crawl.transport.hosts import REQUISITE
from archiver.crawl.transport.redirects import MOST_REDIRECTS
from archiver.crawl.transport.requests import write_conditions
from archiver.crawl.transport.truncation import ENCODINGS
from archiver.formats.file_types import (
    FileType,
    NoDocumentError,
    OtherTypeError,
    identify_file_type,
    identify_requisite_type,
)
from archiver.urls import MOST_ADDRESS, host_of, identify_files

logger = logging.getLogger(__name__)

RECHECK = timedelta(days=30)
"""A file that was kept is asked for again so long after the last time, when its article is visited."""
DAILY = timedelta(days=1)
"""So long a style sheet is believed, which all pages share; and nothing that a page shows is asked for more often."""
MOST_LEFT_OVER = 60
"""At its end a run asks for so many files that none asked for yet: it was cut off, or did not know of files."""
TIMEOUT = 180
"""Seconds for a whole file: 50 MB over a slow line."""
MOST_SILENT = 5
"""So many files of a host in a row without any answer, and the rest is left to the next run."""
RETRIES = 1
KINDS = {"none": (), "documents": ("attachments",), "all": ("attachments", "images")}
"""The lists of an article whose files are downloaded, by what the site declares."""


@dataclass(frozen=True, slots=True)
class FileAddress:
    """An address of a file: as it is asked for, and the one by which the archive knows the file.

    ``kind``: what it is to be; all but documents are what a page needs to be shown.
    """

    url: str
    known: str
    kind: Literal["document", "style", "picture", "font"] = "document"


@dataclass(frozen=True, slots=True)
class DocumentRequest:
    """A file that is being asked for, and what is known of it."""

    file: FileAddress
    past: Past | None

    @property
    def url(self) -> str:
        """The address that is asked for."""
        return self.file.url


def pair_addresses(printed: Sequence[str], shown: Sequence[str]) -> list[FileAddress]:
    """Pair the addresses that a page prints now with those that the archive shows of the same files.

    They differ where an address tells the moment of a change: the file is asked for as printed, its history goes on.
    """
    known = dict(zip(identify_files(shown), shown, strict=True)) | {url: url for url in shown}
    names = identify_files(printed)
    return [FileAddress(url, known.get(url) or known.get(name, url)) for url, name in zip(printed, names, strict=True)]


class DocumentRequests:
    """The files that one run asks for; what it has asked for already the archive knows, so memory does not grow."""

    def __init__(self, state: CrawlState, settings: BaseSettings) -> None:
        self._silent: Counter[str] = Counter()
        self.kinds: tuple[str, ...] = KINDS[settings["ARCHIVE_ATTACHMENTS"] or state.site.attachments]
        self._state = state
        self._most = settings.getint("ARCHIVE_MAX_FILE")
        self._database = state.ingest.database
        self._run = state.ingest.run
        self._folder: Path = folder_beside(self._database.conn)
        self._since: datetime = find_beginning(self._database.conn, self._run.id)
        self._under_way: set[str] = set()
        clear_unfinished(self._folder)

    @property
    def has_room(self) -> bool:
        """Say whether the run may ask for more files."""
        return bool(self._state.budget.left)

    def hear(self, url: str, *, answered: bool, status: int | None = None) -> None:
        """Note whether a host answered: silent ones, and busy ones beside the site's own, are left alone."""
        host = host_of(url)
        if status in BUSY and not self._state.options.covers(url):
            self._silent[host] = MOST_SILENT
        else:
            self._silent[host] = 0 if answered else self._silent[host] + 1

    def ask(self, files: Iterable[FileAddress]) -> list[Request]:
        """Return the requests for those files that are due; they count as sent."""
        requests = (self._ask(file) for file in dict.fromkeys(files))
        return [request for request in requests if request]

    def list_left_over(self) -> Iterator[FileAddress]:
        """List files that no run asked for yet; none where only a part of the site is wanted."""
        if not self.kinds or self._state.options.is_bounded:
            return iter(())
        urls = list_never_asked(self._database.conn, self._run.site, self.kinds)
        allowed = islice(filter(self._state.options.covers, urls), MOST_LEFT_OVER)
        return iter([FileAddress(url, url) for url in allowed])

    async def judge(self, response: Response, document_request: DocumentRequest) -> Outcome:
        """Keep what was answered, or say why it is not kept; ArchiveError where the disk does not take it."""
        validators = _read_validators(response)
        if response.status == 304 and document_request.past and document_request.past.kept:
            return Outcome(
                304, document_request.past.kept, validators={**document_request.past.validators, **validators}
            )
        if response.status != 200:
            return Outcome(response.status, problem=f"http_{response.status}")
        try:
            kind = _identify(response.body, document_request.file)
        except OtherTypeError:
            return Outcome(200, problem="wrong_type")
        except NoDocumentError:
            return Outcome(200, problem="not_a_document")
        # In a thread: other sites are crawled by this process, too, and a disk can be slow.
        return Outcome(200, await asyncio.to_thread(keep_file, self._folder, response.body, kind), None, validators)

    def record(self, document_request: DocumentRequest, outcome: Outcome) -> None:
        """Write down what came of a document_request."""
        if outcome.problem:
            logger.info("not kept: %s <%s>", outcome.problem, document_request.url, extra={"site": self._run.site})
        with self._database.atomic():
            record_download(self._database.conn, self._run, document_request.file.known, now(), outcome)
        self.forget(document_request)

    def forget(self, document_request: DocumentRequest) -> None:
        """Let a document_request go; the next run has it."""
        self._under_way.discard(document_request.file.known)

    def _ask(self, file: FileAddress) -> Request | None:
        past = find_past(self._database.conn, self._run.site, file.known)
        if file.known in self._under_way or not self._is_due(file, past):
            return None
        document_request = DocumentRequest(file, past)
        if bar := self._find_bar(file):
            self._note_bar(document_request, bar)
            return None
        if not self.has_room or self._silent[host_of(file.url)] >= MOST_SILENT:
            return None
        self._state.budget.files += 1
        self._under_way.add(file.known)
        return self._write_request(document_request)

    def _is_due(self, file: FileAddress, past: Past | None) -> bool:
        """Say whether a file is asked for: never twice in a run, or in one that was cut off and is taken up.

        What a page needs to be shown is asked for once a day at most.
        """
        if past is None:
            return True
        if past.asked_at >= self._since:
            return False
        if file.kind != "document" and now() - past.asked_at < DAILY:
            return False
        if past.problem or self._state.options.full or not self._is_at_hand(past):
            return True
        return now() - past.asked_at >= (DAILY if file.kind == "style" else RECHECK)

    def _is_at_hand(self, past: Past) -> bool:
        return past.kept is not None and has_file(self._folder, past.kept)

    def _find_bar(self, file: FileAddress) -> str | None:
        """Say why a file is never asked for."""
        if len(file.url) > MOST_ADDRESS:
            return "address_too_long"
        options = self._state.options
        covers = options.covers if file.kind == "document" else options.covers_requisite
        return None if covers(file.url) else "other_host"

    def _note_bar(self, document_request: DocumentRequest, bar: str) -> None:
        if document_request.past is None or document_request.past.problem != bar:
            self.record(document_request, Outcome(None, problem=bar))

    def _write_request(self, document_request: DocumentRequest) -> Request:
        validators = (
            document_request.past.validators
            if document_request.past and self._is_at_hand(document_request.past)
            else {}
        )
        target = Target("file", document_request.url, document_request.url, validators=validators)
        return Request(
            document_request.url,
            headers={"Accept-Encoding": ENCODINGS} | write_conditions(target),
            meta={
                "target": target,
                "document_request": document_request,
                REQUISITE: document_request.file.kind != "document",
                "download_maxsize": self._most,
                "download_timeout": TIMEOUT,
                "redirect_ttl": MOST_REDIRECTS,
                "max_retry_times": RETRIES,
            },
            dont_filter=True,
        )


def _identify(body: bytes, file: FileAddress) -> FileType:
    return identify_file_type(body) if file.kind == "document" else identify_requisite_type(body, file.kind)


def _read_validators(response: Response) -> dict[str, str]:
    """Return ETag and Last-Modified of an answer, and the name that it gives the file."""
    values = {name: response.headers.get(name) for name in ("ETag", "Last-Modified")}
    name = read_file_name(response.headers.get("Content-Disposition") or b"")
    return {name: value.decode("latin-1") for name, value in values.items() if value} | ({NAME: name} if name else {})
