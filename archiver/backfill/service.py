"""Backfilling a site: its lists are asked for, then its pages, and each becomes part of the history at once.

What is taken over is known by the archive itself. So a backfill that is killed loses at most the page that it was
asking for, and the next one goes on with the lists that are kept beside the archive (progress.py).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from sqlite_utils import Database

from archiver.archive.evidence.captures import load_capture
from archiver.archive.runs.imported_runs import read_source as read_run_source
from archiver.archive.store.values import read_time as read_stored_time
from archiver.backfill.cdx import Block, CutError, Listed, ListError, read_block, read_time, write_digits
from archiver.backfill.client import Answer, Client, LostError, StoppedError, UnansweredError
from archiver.backfill.mementos import DeniedError, fetch_memento, keep_lasting
from archiver.backfill.planning import Known, Plan, Wanted, make_plan
from archiver.backfill.progress import ListTask, Progress, halve
from archiver.backfill.sources import MOST_ROWS, Source, Window
from archiver.errors import ArchiveError, ArchiverError
from archiver.ingest.importing import Imported, ImportedCapture, Importer, list_hosts
from archiver.model import Capture
from archiver.platforms import platform_of
from archiver.site import Site
from archiver.text.counting import count
from archiver.urls import site_of

_OK = 200
_MOST_CUT = 3
_MOST_REFUSED = 20


@dataclass(frozen=True, slots=True)
class Refusal:
    """A capture that could not be had this time, and why."""

    row: Listed
    why: str


@dataclass(slots=True)
class Backfilled:
    """What a backfill came to: its plan, what was taken over, what was refused, and why it stopped before its end.

    ``left`` captures are planned and not here; ``in_a_row`` is how many were refused since one was had.
    """

    plan: Plan = field(default_factory=Plan)
    imported: Imported = field(default_factory=Imported)
    refused: list[Refusal] = field(default_factory=list)
    requests: int = 0
    left: int = 0
    in_a_row: int = 0
    stopped: StoppedError | None = None

    @property
    def is_unanswered(self) -> bool:
        """Say whether it stopped since the service gave no answers."""
        return isinstance(self.stopped, UnansweredError)


@dataclass(frozen=True, slots=True)
class Backfill:
    """Takes over what a web archive has of a site in a period; ``tell`` is told how far it is, for people.

    ``sources`` are the dialects that the web archive may speak; the first answer tells which it is.
    """

    database: Database
    site: Site
    client: Client
    progress: Progress
    sources: tuple[Source, ...]
    window: Window
    tell: Callable[[str], object] = str  # where nobody watches

    def make_plan(self) -> tuple[Source, Plan]:
        """Ask for the lists that are not here yet, and plan what to ask for; StoppedError, ArchiverError."""
        hosts = sorted(list_hosts(self.database, self.site))
        if not hosts:
            raise ArchiverError(f"{self.site.name}: no host of it is known; give it listings, or hosts = (…)")
        source = self._fetch_lists(hosts)
        rows = self.progress.list_rows(source.prefix, hosts, self.window)
        known = _KnownCaptures(self.database, self.site, source)
        plan = make_plan(
            platform_of(self.site),
            rows,
            lambda url: site_of(url) in hosts,
            known.find,
            lambda url: self.progress.count_tries(source.prefix, url),
        )
        return source, plan

    def run(self, most: int | None = None) -> Backfilled:
        """Take over what is there, with at most so many requests for pages; being stopped is told, not raised."""
        done = Backfilled()
        importer = Importer(self.database, self.site)
        try:
            source, done.plan = self.make_plan()
            self._fetch_pages(source, importer, done, most)
        except StoppedError as stop:
            done.stopped = stop
        done.imported = importer.close()
        done.requests = self.client.requests
        return done

    def _fetch_lists(self, hosts: list[str]) -> Source:
        """Have all lists; the first dialect whose lists can be read is that of the web archive."""
        refusals = []
        known = [source for source in self.sources if self.progress.is_known(source.prefix)]
        for source in known or self.sources:
            try:
                self._fetch_lists_of(source, hosts)
            except ListError as error:
                refusals.append(f"the answer of {source.list_address('HOST', Window()).split('?')[0]} {error}")
            else:
                return source
        told = "; ".join(refusals)
        raise ArchiverError(f"{told}; is --from the address of a web archive, and does it show {hosts[0]}?")

    def _fetch_lists_of(self, source: Source, hosts: list[str]) -> None:
        self.progress.begin_lists(source.prefix, hosts, self.window)
        keys: set[tuple[int, str]] = set()
        while task := self.progress.find_list(source.prefix, hosts, self.window):
            self.tell(f"list of {task.host} from {task.window.since[:8] or 'the beginning'}")
            block = self._fetch_block(source, task)
            if block.key and (task.id, block.key) in keys:
                raise StoppedError(f"{source.base}: the list of {task.host} goes round and round; shorten the period")
            keys.add((task.id, block.key))
            parts = halve(task.window) if not block.key and block.size >= MOST_ROWS else ()
            self.progress.keep_block(source.prefix, task, block, parts)

    def _fetch_block(self, source: Source, task: ListTask) -> Block:
        """Ask for a part of a list; one that was cut off is asked for again."""
        address = source.list_address(task.host, task.window, task.key)
        for _ in range(_MOST_CUT):
            try:
                return _read_list(self.client.get(address, "list"), source)
            except LostError as error:
                raise UnansweredError(
                    f"{source.base}: the list of {task.host} was not had: {error}; call again later"
                ) from error
            except CutError:
                continue
        told = f"{source.base}: the list of {task.host} came {_MOST_CUT} times empty or cut off"
        raise UnansweredError(f"{told}; call again later, it goes on from here")

    def _fetch_pages(self, source: Source, importer: Importer, done: Backfilled, most: int | None) -> None:
        asked = 0
        done.left = sum(len(wanted.rows) for wanted in done.plan.wanted)
        for wanted in done.plan.wanted:
            if wanted.donor is None and most is not None and asked >= most:
                continue
            self.tell(f"{wanted.begin[0][:8]}: {asked} of {count(done.plan.requests, 'page')} asked for")
            asked += wanted.donor is None
            for capture in self._take(source, wanted, done):
                importer.add(ImportedCapture(capture, source.prefix))
                done.left -= 1
            importer.flush()
            self._check_refusals(done, source)

    def _check_refusals(self, done: Backfilled, source: Source) -> None:
        """Ask for no more where one capture after the other cannot be had: they are not shown, or not to us."""
        if done.in_a_row >= _MOST_REFUSED:
            told = f"{source.base}: {_MOST_REFUSED} captures in a row could not be had, the last one: "
            raise StoppedError(f"{told}{done.refused[-1].why}; look at one in a browser, and call again later")

    def _take(self, source: Source, wanted: Wanted, done: Backfilled) -> Iterator[Capture]:
        """Have one of the captures, and make the others of it."""
        if donor := self._load_donor(wanted):
            yield from _repeat(donor, wanted.rows)
            return
        row = wanted.rows[0]
        try:
            capture = fetch_memento(self.client, source, row)
        except DeniedError as refusal:
            self.progress.note_refused(source.prefix, row, str(refusal))
            done.refused.append(Refusal(row, str(refusal)))
            done.in_a_row += 1
            return
        done.in_a_row = 0
        yield capture
        yield from _repeat(capture, wanted.rows[1:])

    def _load_donor(self, wanted: Wanted) -> Capture | None:
        """Load the capture that says what the others are; None where there is none, or it is damaged."""
        try:
            return load_capture(self.database.conn, wanted.donor) if wanted.donor else None
        except ArchiveError:
            return None


def _read_list(answer: Answer, source: Source) -> Block:
    if answer.status == _OK:
        return read_block(answer.body, source.dialect)
    said = " ".join(answer.body[:200].decode("utf-8", "replace").split())
    raise ListError(f"has status {answer.status}" + (f": {said}" if said and not said.startswith("<") else ""))


def _repeat(capture: Capture, rows: tuple[Listed, ...]) -> Iterator[Capture]:
    """Make captures of the times at which the bytes were the same."""
    headers = keep_lasting(capture.headers)
    for row in rows:
        at = read_time(row.at)
        if at is not None:
            yield replace(capture, fetched_at=at, headers=headers)


@dataclass(frozen=True, slots=True)
class _KnownCaptures:
    """What the archive has of addresses, and which of it came from a web archive."""

    database: Database
    site: Site
    source: Source

    def find(self, url: str) -> Known:
        """List the captures of an address by the second of their time."""
        rows = self.database.conn.execute(
            "SELECT k.id, k.fetched_at, r.kind, r.arguments FROM addresses a JOIN captures k ON k.address_id = a.id "
            "JOIN runs r ON r.id = k.run_id WHERE a.site = ? AND a.url = ?",
            (self.site.name, url),
        )
        return {
            write_digits(read_stored_time(row["fetched_at"])): (
                row["id"] if read_run_source(row["kind"], row["arguments"]) == self.source.prefix else None
            )
            for row in rows
        }
