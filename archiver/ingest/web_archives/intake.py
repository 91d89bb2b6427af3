"""Records of web archives, sorted into captures and files of a site."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlite_utils import Database

from archiver.archive.evidence.downloads import find_file
from archiver.archive.runs.exported_runs import read_described
from archiver.clock import now
from archiver.formats.file_types import UNKNOWN, FileType, NoDocumentError, identify_file_type
from archiver.formats.warc import fields as own
from archiver.formats.warc.http_block import Answer, BrokenBlockError, read_answer_block
from archiver.formats.warc.reading import Broken, Record, fits_digest, read_records
from archiver.formats.warc.streams import open_archives
from archiver.ingest.importing import BrokenRecord, ImportedCapture, ImportedFile, Importer
from archiver.ingest.web_archives.own_records import read_own_purpose, read_own_validators
from archiver.ingest.web_archives.revisits import Revisits
from archiver.ingest.web_archives.sorting import PART, sort_answer
from archiver.model import Capture
from archiver.site import Site
from archiver.urls import host_of

MOST = 64 << 20
"""Bytes of a record, and of a body once it is unpacked, that are taken; files of more are passed over."""
_SLACK = timedelta(days=1)
_TOO_LARGE = "records that are too large"
_OUTSIDE = "records before --since or after --until"
_NO_EXCHANGE = "records that hold no answer of a server"
_SEEN = "revisits of what is not taken over"


@dataclass(frozen=True, slots=True)
class Period:
    """The days, of the site's own zone, whose captures are taken over; None is no bound."""

    since: date | None = None
    until: date | None = None


class Intake:
    """Reads files of web archives for one site; to be closed when all are read."""

    def __init__(self, database: Database, site: Site, importer: Importer, period: Period) -> None:
        self._connection = database.conn
        self._site = site
        self._importer = importer
        self._period = period
        self._revisits = Revisits(database.conn)

    def read_file(self, path: Path) -> Iterator[int]:
        """Take over what a file holds; yields now and then how many of its bytes are read. ArchiverError."""
        with open_archives(path) as streams:
            for stream in streams:
                for record in read_records(stream, MOST):
                    self._take(stream.name, record)
                    yield stream.tell()

    def finish(self) -> None:
        """Take over the revisits whose records were met only later."""
        self._importer.flush()
        for source, record in self._revisits.list_waiting():
            if not self._resolve(source, record):
                self._break(source, record, "it is a revisit of a record that is not in these files")

    def _take(self, source: str, record: Record | Broken) -> None:
        if isinstance(record, Broken):
            self._note_broken(source, record)
        elif record.kind == "metadata" and record.fields.get("content-type") == own.RUN_TYPE:
            self._describe(record)
        elif record.kind in ("response", "resource", "revisit"):
            self._take_exchange(source, record)

    def _note_broken(self, source: str, record: Broken) -> None:
        """Note a record that is broken; one of another host is not ours to name."""
        if record.is_large:
            self._importer.skip(_TOO_LARGE)
        elif record.url.startswith(("http://", "https://")) and not self._importer.covers(record.url):
            self._importer.skip(f"of {host_of(record.url)}")
        else:
            self._importer.note_broken(BrokenRecord(source, record.at, record.url, record.why))

    def _describe(self, record: Record) -> None:
        exported = read_described(record.block.decode("utf-8", "replace"))
        if exported:
            self._importer.describe(exported)

    def _take_exchange(self, source: str, record: Record) -> None:
        reason = self._find_bar(record)
        if reason:
            self._importer.skip(reason)
            self._revisits.note(record, None)
        elif record.at is None or record.at > now() + _SLACK:
            self._break(source, record, "it has no time" if record.at is None else "its time lies in the future")
        elif record.kind == "revisit":
            if not self._resolve(source, record):
                self._revisits.wait(source, record)
        elif record.kind == "resource":
            self._take_resource(source, record)
        else:
            self._take_response(source, record)

    def _find_bar(self, record: Record) -> str | None:
        """Say why a record is passed over, whatever it holds."""
        if not record.url.startswith(("http://", "https://")):
            return _NO_EXCHANGE
        if not self._importer.covers(record.url) and not self._importer.is_described(_run_of(record)):
            return f"of {host_of(record.url)}"
        day = record.at.astimezone(self._site.zone).date() if record.at else None
        since, until = self._period.since, self._period.until
        is_outside = day is not None and ((since and day < since) or (until and day > until))
        return _OUTSIDE if is_outside else None

    def _take_response(self, source: str, record: Record) -> None:
        try:
            answer = read_answer_block(record.block, MOST)
        except BrokenBlockError as error:
            self._break(source, record, str(error))
            return
        if not record.fields.get("warc-block-digest") and not _fits_payload(record, answer):
            self._break(source, record, "its payload has another digest than the one written down")
            return
        self._take_answer(source, record, answer.status, answer)

    def _take_answer(self, source: str, record: Record, status: int, answer: Answer) -> None:
        capture = _make_capture(record, replace(answer, status=status))
        kind = None if _run_of(record) else sort_answer(self._site, capture)
        if isinstance(kind, str):
            self._importer.skip(kind)
            self._revisits.note(record, None)
            return
        self._revisits.note(record, hashlib.sha256(capture.body).digest())
        self._add(source, record, capture, kind)

    def _add(self, source: str, record: Record, capture: Capture, kind: FileType | None) -> None:
        if kind:
            self._importer.add(ImportedFile(capture, source, kind))
        else:
            run = _run_of(record)
            purpose = read_own_purpose(record) if run else None
            self._importer.add(ImportedCapture(capture, source, purpose, run))

    def _take_resource(self, source: str, record: Record) -> None:
        """Take over a document that stands by itself."""
        try:
            kind = identify_file_type(record.block)
        except NoDocumentError:
            kind = UNKNOWN
        if _run_of(record) is None and (kind is UNKNOWN or self._site.attachments == "none"):
            self._importer.skip(PART)
            self._revisits.note(record, None)
            return
        self._revisits.note(record, hashlib.sha256(record.block).digest())
        answer = Answer(200, (), record.block, record.block)
        item = ImportedFile(_make_capture(record, answer), source, kind)
        self._importer.add(_complete_own_file(record, item))

    def _resolve(self, source: str, record: Record) -> bool:
        """Take over a revisit; False where the record that it refers to was not met yet."""
        try:
            answer = read_answer_block(record.block, MOST, is_revisit=True) if record.block else None
        except BrokenBlockError as error:
            self._break(source, record, str(error))
            return True
        if "server-not-modified" in record.fields.get("warc-profile", ""):
            told = answer or Answer(304, (), b"", b"")
            self._take_answer(source, record, 304, replace(told, body=b""))
            return True
        is_met, digest = self._revisits.find(record)
        digest = digest if is_met else self._revisits.find_kept(self._site.name, record)
        if not is_met and digest is None:
            return False
        if digest is None:
            self._importer.skip(_SEEN)
            return True
        return self._take_again(source, record, answer, digest)

    def _take_again(self, source: str, record: Record, answer: Answer | None, digest: bytes) -> bool:
        """Take over once more what the archive has under a digest."""
        self._importer.flush()
        told = answer or Answer(200, (), b"", b"")
        body = self._revisits.load(digest)
        file = find_file(self._connection, digest) if body is None or own.STATUS.lower() in record.fields else None
        if file is not None:
            item = ImportedFile(_make_capture(record, told), source, kept=file)
            self._importer.add(_complete_own_file(record, item))
            return True
        if body is None and not self._importer.is_dry:
            return False
        capture = _make_capture(record, replace(told, body=body or b""))
        self._add(source, record, capture, None)
        return True

    def _break(self, source: str, record: Record, why: str) -> None:
        self._importer.note_broken(BrokenRecord(source, record.at, record.url, why))


def _run_of(record: Record) -> str | None:
    return record.fields.get(own.RUN.lower())


def _make_capture(record: Record, answer: Answer) -> Capture:
    at = record.at or datetime.min.replace(tzinfo=UTC)
    if _run_of(record) is None:
        return Capture(record.url, at, answer.status, answer.headers, answer.body)
    url = own.read_text(record.fields.get(own.ADDRESS.lower(), record.url))
    headers = own.unmark_wire_headers(answer.headers)
    is_tolerant = record.fields.get(own.TLS.lower()) == "tolerant"
    return Capture(url, at, answer.status, headers, answer.body, "tolerant" if is_tolerant else None)


def _complete_own_file(record: Record, item: ImportedFile) -> ImportedFile:
    run = _run_of(record)
    if run is None:
        return item
    status = record.fields.get(own.STATUS.lower(), "")
    is_status = len(status) == 3 and status.isascii() and status.isdigit()
    capture = replace(item.capture, status=int(status) if is_status else 200)
    return replace(item, capture=capture, run=run, validators=read_own_validators(record))


def _fits_payload(record: Record, answer: Answer) -> bool:
    """Say whether the digest of a payload fits; programs differ in whether it is of what is packed, or unpacked."""
    return fits_digest(record.fields.get("warc-payload-digest"), answer.wire, answer.body)
