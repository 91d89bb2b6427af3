"""Packing bundles: what of an archive of one site was not sent yet, in the order in which it came.

Evidence are captures of one run with all rows they point to and what was read of them, as an open run has them: whoever
has these and no more has the archive of a process that was killed. A closing is the row of a run as it was closed, with
its findings and downloads. What follows from readings (articles, snapshots, events, judgements) is not sent: whoever
merges derives it. packing.sql says which rows these are.

Of pages of 97 KB, 30 a bundle, a first look takes 2.0 to 2.5 KB of the log, a later one 0.2 to 0.7.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from archiver.archive.evidence.files import StoredFile
from archiver.archive.evidence.payloads import compress_delta, load_payload
from archiver.archive.runs.run_log import name_program
from archiver.archive.store.sql_files import read_queries
from archiver.archive.store.values import read_time
from archiver.fleet.bundles import FORMAT, Bundle, BundleKind, pack

MOST_CAPTURES = 30
MOST_BYTES = 32_000_000
"""Bytes of the pages of a bundle together; of the last one as many more as it has."""
# A page that stands alone once more goes as a difference if that takes at most this part of it (1 / 20): beside others
# of its site it takes a fiftieth, but the first in a bundle brings the furniture of all, a tenth.
SMALL_PART = 20
_QUERIES = read_queries(Path(__file__).with_suffix(".sql"))
_START = datetime(1970, 1, 1, tzinfo=UTC)
_OPEN = "open "
Rows = list[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Mark:
    """Up to where an archive was packed: numbers under names, as a place of its table of cursors.

    ``captures``, ``runs`` and ``findings`` are ids, ``downloads``, ``decided`` and ``stamped`` microseconds since 1970.
    ``open`` are the runs up to ``runs`` whose closings were not packed.
    """

    captures: int = 0
    runs: int = 0
    findings: int = 0
    downloads: int = 0
    decided: int = 0
    stamped: int = 0
    open: frozenset[int] = frozenset()

    def to_place(self) -> dict[str, int]:
        """Return what ``move_cursor`` keeps."""
        numbers = {name: getattr(self, name) for name in _NUMBERS}
        return numbers | {f"{_OPEN}{run_id}": 1 for run_id in sorted(self.open)}

    @classmethod
    def from_place(cls, place: Mapping[str, int] | None) -> "Mark":
        """Return the mark that was kept; the beginning where none was."""
        kept = place or {}
        opened = frozenset(int(name.removeprefix(_OPEN)) for name in kept if name.startswith(_OPEN))
        return cls(**{name: kept.get(name, 0) for name in _NUMBERS}, open=opened)

    def meet(self, connection: sqlite3.Connection, run_id: int) -> "Mark":
        """Go on to a run: it is open in the log, and so are those before it that were not met."""
        if run_id <= self.runs:
            return self
        rows = connection.execute("SELECT id FROM runs WHERE id > ? AND id <= ?", (self.runs, run_id))
        return replace(self, runs=run_id, open=self.open | {row[0] for row in rows})


_NUMBERS = ("captures", "runs", "findings", "downloads", "decided", "stamped")


def mark_all(connection: sqlite3.Connection) -> Mark:
    """Return the mark behind all that an archive has: after a pull, or a checkpoint, nothing of it is to be sent."""
    row = connection.execute(
        "SELECT (SELECT max(id) FROM captures), (SELECT max(id) FROM runs), (SELECT max(id) FROM findings), "
        "(SELECT max(fetched_at) FROM downloads), (SELECT max(decided_at) FROM runs), "
        "(SELECT max(stamped_at) FROM seal_tokens)"
    ).fetchone()
    opened = connection.execute("SELECT id FROM runs WHERE outcome IS NULL")
    numbers = (*(number or 0 for number in row[:3]), *map(_count, row[3:]))
    return Mark(**dict(zip(_NUMBERS, numbers, strict=True)), open=frozenset(found[0] for found in opened))


def pack_next(connection: sqlite3.Connection, mark: Mark, most: int = MOST_CAPTURES) -> tuple[Bundle, Mark] | None:
    """Pack what comes next after a mark, and say up to where that is; None where all is packed.

    Call it again and again with the mark it returned, and keep the mark only when the bundle is in the log: the same
    mark gives a bundle that merges as well as the first one, though perhaps of more captures. ArchiveError where a page
    is damaged.
    """
    with _standing_still(connection):
        run_id = _find_closed(connection, mark)
        if run_id is not None:
            return _pack_closing(connection, mark, run_id)
        captures, owner = _list_next(connection, mark, most)
        return _pack_evidence(connection, mark, owner, captures) if captures else None


@contextmanager
def _standing_still(connection: sqlite3.Connection) -> Iterator[None]:
    """Read one state of the archive, whatever others write meanwhile."""
    if connection.in_transaction:
        yield
        return
    connection.execute("BEGIN")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")


def _find_closed(connection: sqlite3.Connection, mark: Mark) -> int | None:
    decisions = ((row[0], _count(row[1]) > mark.decided) for row in _ask(connection, "decisions", {}))
    attested = ((row[0], _count(row[1]) > mark.stamped) for row in _ask(connection, "attested", {}))
    values = {
        "since": mark.runs,
        "open": json.dumps(sorted(mark.open)),
        "again": json.dumps(sorted({run_id for run_id, is_news in (*decisions, *attested) if is_news})),
        "captured": mark.captures,
    }
    rows = _ask(connection, "closed", values)
    return rows[0][0] if rows else None


def _list_next(connection: sqlite3.Connection, mark: Mark, most: int) -> tuple[list[int], int]:
    """List the captures of one run that come next, and that run; none where all are packed."""
    found: list[int] = []
    owner, size = 0, 0
    for capture_id, run_id, bytes_ in _ask(connection, "next", {"captured": mark.captures, "most": most}):
        if found and (run_id != owner or size > MOST_BYTES):
            break
        owner = run_id
        size += bytes_
        found.append(capture_id)
    return found, owner


def _pack_evidence(connection: sqlite3.Connection, mark: Mark, run_id: int, captures: list[int]) -> tuple[Bundle, Mark]:
    chosen = _Chosen(connection, run_id, captures, found=mark.findings, downloaded=mark.downloads)
    rows = chosen.collect()
    times = sorted(row[3] for row in rows["captures"] if row[0] in set(captures))
    bundle = _write(chosen, rows, "evidence", None, (times[0], times[-1]))
    return bundle, replace(_go_on(mark.meet(connection, run_id), rows), captures=captures[-1])


def _go_on(mark: Mark, rows: Mapping[str, Rows]) -> Mark:
    """Go on behind the findings and downloads of a bundle; those of other runs come with their closings."""
    return replace(
        mark,
        findings=max([mark.findings, *(row[0] for row in rows["findings"])]),
        downloads=max([mark.downloads, *(_count(row[1]) for row in rows["downloads"])]),
    )


def _pack_closing(connection: sqlite3.Connection, mark: Mark, run_id: int) -> tuple[Bundle, Mark]:
    chosen = _Chosen(connection, run_id, [], is_closing=True)
    rows = chosen.collect()
    own = connection.execute(
        "SELECT outcome, started_at, finished_at, decided_at FROM runs WHERE id = ?", (run_id,)
    ).fetchone()
    bundle = _write(chosen, rows, "closing", own[0], (own[1], own[2]))
    met = _go_on(mark.meet(connection, run_id), rows)
    stamped = max([mark.stamped, *(_count(row[2]) for row in rows["seal_tokens"])])
    return bundle, replace(met, open=met.open - {run_id}, decided=max(mark.decided, _count(own[3])), stamped=stamped)


@dataclass(slots=True)
class _Chosen:
    """The rows of a bundle: of a run these captures, findings after an id, downloads after a time."""

    connection: sqlite3.Connection
    run_id: int
    captures: list[int]
    found: int = 0
    downloaded: int = 0
    is_closing: bool = False
    names: dict[str, list[str]] = field(default_factory=dict)
    _values: dict[str, object] = field(default_factory=dict)

    def collect(self) -> dict[str, Rows]:
        """Collect them by the names of their tables."""
        self._bind(run=self.run_id, captures=self.captures, is_closing=self.is_closing, found=self.found)
        self._bind(open_run=None if self.is_closing else self.run_id, first=min(self.captures, default=0))
        self._bind(last=max(self.captures, default=0))
        self._bind(found_later=self._ask("found_later")[0][0])
        self._bind(downloaded=_write_count(self.downloaded))
        again = self._ask("read_again")
        named = {row[0] for row in (*again, *self._ask("named_captures"))}.difference(self.captures)
        self._bind(again=[list(row) for row in again], named=sorted(named))
        self._bind(runs=sorted({self.run_id, *(row[0] for row in self._ask("runs_of"))}))
        self._bind_contents()
        rows = {name: self._take(name) for name in ("runs", "fates", "seal_tokens", "findings", "downloads", "files")}
        rows |= {name: self._take(name) for name in ("sites", "captures", "header_sets", "readings", "learned_noise")}
        rows |= {name: self._take(name) for name in ("contents", "known_contents")}
        self._bind(keys=self._list(rows, ("readings", "key_id")), parsers=self._list(rows, ("readings", "parser_id")))
        rows |= {name: self._take(name) for name in ("article_keys", "parsers", "clues", "article_addresses")}
        places = ("captures", "readings", "downloads", "article_addresses")
        self._bind(addresses=self._list(rows, *((table, "address_id") for table in places)))
        rows["addresses"] = self._take("addresses")
        rows["payloads"] = [self._repack(*row) for row in self._take("payloads")]
        return rows

    def _bind_contents(self) -> None:
        used = self._ask("used_contents")
        new = {content_id for content_id, is_known in used if not is_known}
        self._bind(new_contents=sorted(new), known_contents=sorted({row[0] for row in used} - new))

    def _repack(self, digest: bytes, size: int, is_whole: int, base: bytes | None, data: bytes) -> tuple[Any, ...]:
        """Leave a difference as it is; what is whole is put in as it was received, beside others that are alike.

        If it differs little from an earlier page, that is less than the furniture of a page that stands alone there.
        """
        if base is not None and not is_whole:
            return (digest, size, is_whole, base, data)
        body = load_payload(self.connection, digest)
        difference = None if base is None else compress_delta(body, load_payload(self.connection, base))
        if difference is not None and len(difference) * SMALL_PART <= size:
            return (digest, size, is_whole, base, difference)
        return (digest, size, is_whole, None, body)

    def _take(self, table: str) -> Rows:
        cursor = _execute(self.connection, table, self._values)
        self.names[table] = [column[0] for column in cursor.description]
        return cursor.fetchall()

    def _list(self, rows: Mapping[str, Rows], *columns: tuple[str, str]) -> list[int]:
        """List what stands in columns, each once."""
        places = [(table, self.names[table].index(column)) for table, column in columns]
        return sorted({row[place] for table, place in places for row in rows[table] if row[place] is not None})

    def _bind(self, **values: object) -> None:
        self._values |= {
            name: json.dumps(value) if isinstance(value, list) else value for name, value in values.items()
        }

    def _ask(self, query: str) -> Rows:
        return _ask(self.connection, query, self._values)


def _write(
    chosen: _Chosen, rows: Mapping[str, Rows], kind: BundleKind, outcome: str | None, times: Sequence[str | None]
) -> Bundle:
    """Write a bundle in memory, and say what the log needs to know of it."""
    query = "SELECT site, uid FROM runs WHERE id = ?"
    site, uid = chosen.connection.execute(query, (chosen.run_id,)).fetchone()
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as target:
        target.execute("PRAGMA page_size = 16384")
        target.execute("BEGIN")
        _write_table(
            target, "bundle", ("format", "site", "run", "kind", "program"), [(FORMAT, site, uid, kind, name_program())]
        )
        for table, names in chosen.names.items():
            if rows[table]:
                _write_table(target, table, names, rows[table])
        target.execute("COMMIT")
        data = pack(target)
    return Bundle(
        site=site,
        run=uid,
        kind=kind,
        outcome=outcome,
        captures=len(chosen.captures),
        readings=len(rows["readings"]),
        findings=len(rows["findings"]),
        first_at=_read(times[0]),
        last_at=_read(times[1]),
        files=tuple(StoredFile(*row) for row in rows["files"]),
        data=data,
    )


def _write_table(target: sqlite3.Connection, name: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    target.execute(f"CREATE TABLE {name} ({', '.join(columns)})")
    target.executemany(f"INSERT INTO {name} VALUES ({', '.join('?' * len(columns))})", rows)


def _ask(connection: sqlite3.Connection, query: str, values: Mapping[str, object]) -> Rows:
    return _execute(connection, query, values).fetchall()


def _execute(connection: sqlite3.Connection, query: str, values: Mapping[str, object]) -> sqlite3.Cursor:
    cursor = connection.cursor()
    cursor.row_factory = None
    return cursor.execute(_QUERIES[query], values)


def _read(time: str | None) -> datetime | None:
    return None if time is None else read_time(time)


def _count(time: str | None) -> int:
    """Return a time of the archive as microseconds since 1970; 0 for none."""
    return 0 if time is None else (read_time(time) - _START) // timedelta(microseconds=1)


def _write_count(microseconds: int) -> str:
    """Write microseconds as times of captures are written; nothing is before the beginning."""
    return (_START + timedelta(microseconds=microseconds)).isoformat(timespec="microseconds") if microseconds else ""
