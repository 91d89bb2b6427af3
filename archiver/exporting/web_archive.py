"""The evidence of an archive as WARC or WACZ, for the tools of web archivists, and to be imported again."""

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import IO

from archiver.archive.evidence.exchanges import (
    Bounds,
    ChosenRun,
    Exchange,
    FileExchange,
    Unreadable,
    count_exchanges,
    describe_site,
    list_chosen_runs,
    list_exchanges,
    list_file_exchanges,
    list_shown_pages,
)
from archiver.archive.evidence.files import find_fault, folder_beside
from archiver.archive.runs.exported_runs import describe_run, write_described
from archiver.archive.store.damage import DamageError
from archiver.clock import now
from archiver.exporting.record_index import RecordIndex
from archiver.formats.warc import fields as own
from archiver.formats.warc.http_block import find_header
from archiver.formats.warc.index import write_key, write_line
from archiver.formats.warc.package import RECORDS, Page, WaczWriter
from archiver.formats.warc.signing import Signer
from archiver.formats.warc.writing import Entry, Reference, WarcWriter, write_date
from archiver.model import Capture, Purpose
from archiver.urls import is_form_page, strip_form_page

_RENDERED = "x-archiver-rendered"
_NOT_MODIFIED = 304
Progress = Callable[[int, int], None]


@dataclass(slots=True)
class Exported:
    """What was written: captures and files, and what is damaged and left out."""

    captures: int = 0
    files: int = 0
    damaged: list[Unreadable] = field(default_factory=list)


def export_warc(
    connection: sqlite3.Connection, stream: IO[bytes], bounds: Bounds, program: str, progress: Progress
) -> Exported:
    """Write what is within the bounds as WARC/1.1 into a stream; what is damaged is left out and named."""
    with RecordIndex() as index:
        return _Export(connection, WarcWriter(stream), index, bounds, progress).write(program)


def export_wacz(
    connection: sqlite3.Connection,
    stream: IO[bytes],
    bounds: Bounds,
    program: str,
    progress: Progress,
    signer: Signer | None,
) -> Exported:
    """Write what is within the bounds as a WACZ into a stream, signed if there is a signer."""
    package = WaczWriter(stream, now())
    with RecordIndex() as index:
        with package.open_part(RECORDS) as part:
            done = _Export(connection, WarcWriter(part), index, bounds, progress).write(program)
        package.write_index(index.list_lines())
    package.write_pages(_list_pages(connection, bounds))
    package.finish(bounds.site or "Committee news", program, signer)
    return done


def _list_pages(connection: sqlite3.Connection, bounds: Bounds) -> Iterator[Page]:
    for url, at, title in list_shown_pages(connection, bounds):
        yield Page(own.write_target(url), write_date(at.replace(microsecond=0)), title)


class _Export:
    """Writes run after run; what was written is known to the index alone."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        writer: WarcWriter,
        index: RecordIndex,
        bounds: Bounds,
        progress: Progress,
    ) -> None:
        self._connection = connection
        self._writer = writer
        self._index = index
        self._bounds = bounds
        self._progress = progress
        self._folder = folder_beside(connection)
        self._done = Exported()

    def write(self, program: str) -> Exported:
        runs = list_chosen_runs(self._connection, self._bounds)
        total = count_exchanges(self._connection, self._bounds)
        self._writer.write_info(RECORDS.rpartition("/")[2], now(), self._describe(runs, program))
        for run in runs:
            self._write_run(run, total)
        self._progress(total, total)
        return self._done

    def _describe(self, runs: list[ChosenRun], program: str) -> str:
        """Say what made the file, how the sites are declared, and how the runs are sealed."""
        lines = [f"software: {program}", "format: WARC File Format 1.1"]
        lines.append("conformsTo: https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/")
        sites = dict.fromkeys(run.site for run in runs)
        lines += [f"x-archiver-site: {describe_site(self._connection, site)}" for site in sites]
        lines += [f"x-archiver-seal: {run.uid} {run.seal}" for run in runs if run.seal]
        return "".join(f"{line}\r\n" for line in lines)

    def _write_run(self, run: ChosenRun, total: int) -> None:
        if run.is_whole:
            body = write_described(describe_run(self._connection, run.id)).encode()
            self._writer.write(Entry("metadata", f"{own.RUN_ADDRESS}{run.uid}", now(), body, media_type=own.RUN_TYPE))
        for exchange in list_exchanges(self._connection, run, self._bounds):
            self._progress(self._done.captures, total)
            if isinstance(exchange, Unreadable):
                self._done.damaged.append(exchange)
            else:
                self._write_exchange(run, exchange)
        for file in list_file_exchanges(self._connection, run, self._bounds):
            self._write_file(run, file)

    def _write_exchange(self, run: ChosenRun, exchange: Exchange) -> None:
        capture = exchange.capture
        fields = _write_fields(run, capture, exchange.purpose)
        self._add(_choose_entry(capture, fields, self._index))
        told = _tell_making(capture)
        if told:
            url = strip_form_page(capture.url)
            self._writer.write(
                Entry("metadata", url, capture.fetched_at, told.encode(), media_type="application/warc-fields")
            )
        self._done.captures += 1

    def _write_file(self, run: ChosenRun, exchange: FileExchange | Unreadable) -> None:
        fault = exchange if isinstance(exchange, Unreadable) else self._find_fault(exchange)
        if fault or isinstance(exchange, Unreadable):
            self._done.damaged += [fault] if fault else []
            return
        file = exchange.file
        fields = {own.RUN: run.uid, own.VALIDATORS: own.write_text(json.dumps(exchange.validators))}
        fields |= {own.STATUS: str(exchange.status)} if exchange.status is not None else {}
        fields |= {own.ADDRESS: own.write_text(exchange.url)}
        name = b"file " + file.digest  # what is kept as a page is another thing, be it the same bytes
        first = self._index.find(name)
        named = (exchange.url, exchange.at)
        if first:
            entry = Entry(
                "revisit", *named, media_type=file.media_type, fields=fields, of=Reference(*first), digest=file.digest
            )
        else:
            body = (self._folder / file.place).read_bytes()
            entry = Entry("resource", *named, body, media_type=file.media_type, fields=fields, digest=file.digest)
            self._index.note(name, *named)
        self._add(entry)
        self._done.files += 1

    def _find_fault(self, exchange: FileExchange) -> Unreadable | None:
        try:
            fault = find_fault(self._folder, exchange.file)
        except DamageError as error:
            fault = str(error)
        return Unreadable(exchange.url, write_date(exchange.at), fault) if fault else None

    def _add(self, entry: Entry) -> None:
        written = self._writer.write(entry)
        self._index.add(write_key(written), write_line(written, RECORDS.rpartition("/")[2]))


def _choose_entry(capture: Capture, fields: dict[str, str], index: RecordIndex) -> Entry:
    """Say how a capture is written: whole the first time, as a revisit where the same bytes were written before."""
    url, at, headers = strip_form_page(capture.url), capture.fetched_at, capture.headers
    if capture.status == _NOT_MODIFIED and not capture.body:
        last = index.find_page(url)
        of = Reference(*last) if last else None
        return Entry("revisit", url, at, status=304, headers=headers, fields=fields, profile="not modified", of=of)
    digest = hashlib.sha256(capture.body).digest()
    first = index.find(digest) if capture.body else None
    entry = Entry("response", url, at, capture.body, capture.status, headers, fields=fields, digest=digest)
    if first:
        entry = replace(entry, kind="revisit", of=Reference(*first))
    else:
        index.note(digest, url, at)
    if capture.status == 200:
        index.note_page(url, at)
    return entry


def _write_fields(run: ChosenRun, capture: Capture, purpose: Purpose) -> dict[str, str]:
    """Write what we know of a capture beside what a record has fields for."""
    fields = {own.RUN: run.uid, own.ADDRESS: own.write_text(capture.url)}
    fields |= {own.PURPOSE: purpose.kind} if purpose.kind else {}
    fields |= {own.EXPECTED: own.write_text(purpose.expected)} if purpose.expected is not None else {}
    fields |= {} if purpose.final else {own.FOLLOWED: "yes"}
    fields |= {own.REFUSED: purpose.refused} if purpose.refused else {}
    fields |= {own.TLS: capture.tls} if capture.tls else {}
    return fields


def _tell_making(capture: Capture) -> str:
    """Tell what made a page that is not simply an answer: a form that was sent, a browser that drew it."""
    lines = [f"form-page: {capture.url.partition('#')[2]}"] if is_form_page(capture.url) else []
    rendered = find_header(capture.headers, _RENDERED)
    lines += [f"rendered-by: {rendered}"] if rendered else []
    return "".join(f"{line}\r\n" for line in lines)
