"""Downloads: each time a file of an article was asked for, and what came of it."""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from archiver.archive.evidence.captures import find_address
from archiver.archive.evidence.files import StoredFile, check_stored
from archiver.archive.evidence.same_files import list_exchanged
from archiver.archive.history.content import write_time
from archiver.archive.history.snapshots import rederive_article
from archiver.archive.noise.learned_rules import load_noise
from archiver.archive.runs.run_log import Run
from archiver.archive.runs.withdrawn import WITHDRAWN
from archiver.archive.store.values import read_attachments, read_images, read_pairs, read_time

NAME = "filename"
"""Where the name that a server gave a file stands among the validators of its answer."""
_READERS = {"attachments": read_attachments, "images": read_images}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of asking for a file: the file, or the problem in one word; ``status`` None where nothing was answered.

    ``validators`` are ETag and Last-Modified of the answer, and under NAME the name that it gives the file.
    """

    status: int | None
    file: StoredFile | None = None
    problem: str | None = None
    validators: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Past:
    """What is known of a file before it is asked for: the last time it was, and the copy that was kept last."""

    asked_at: datetime
    problem: str | None
    kept: StoredFile | None = None
    validators: Mapping[str, str] = field(default_factory=dict)


def find_past(connection: sqlite3.Connection, site: str, url: str) -> Past | None:
    """Return what is known of a file, whatever moves in its address; None where it was never asked for."""
    addresses = json.dumps(_list_same(connection, site, url))
    last = connection.execute(
        "SELECT fetched_at, problem FROM downloads WHERE address_id IN (SELECT value FROM json_each(?)) "
        f"AND run_id NOT IN {WITHDRAWN} ORDER BY fetched_at DESC LIMIT 1",
        (addresses,),
    ).fetchone()
    if last is None:
        return None
    kept = connection.execute(
        "SELECT d.validators, f.digest, f.size, f.media_type, f.extension FROM downloads d JOIN files f "
        "ON f.digest = d.digest WHERE d.address_id IN (SELECT value FROM json_each(?)) "
        f"AND d.run_id NOT IN {WITHDRAWN} ORDER BY d.fetched_at DESC LIMIT 1",
        (addresses,),
    ).fetchone()
    asked_at = read_time(last[0])
    if kept is None:
        return Past(asked_at, last[1])
    return Past(asked_at, last[1], check_stored(StoredFile(*kept[1:])), read_pairs(kept[0]))


def _list_same(connection: sqlite3.Connection, site: str, url: str) -> list[int]:
    """List the addresses (ids) that differ from one in nothing but noise, itself among them."""
    row = connection.execute("SELECT id FROM addresses WHERE site = ? AND url = ?", (site, url)).fetchone()
    own = [row[0]] if row else []
    noise = load_noise(connection, site)
    place = noise.moves_from(url)
    if place is None:
        return own
    begin = url[:place]
    near = connection.execute(
        "SELECT a.id, a.url FROM addresses a WHERE a.site = ? AND a.url >= ? AND a.url < ? AND a.url <> ? "
        "AND EXISTS (SELECT 1 FROM downloads WHERE address_id = a.id)",
        (site, begin, f"{begin}\U0010ffff", url),
    )
    identity = noise.mask(url)
    return [*own, *(row[0] for row in near if noise.mask(row[1]) == identity)]


def record_download(connection: sqlite3.Connection, run: Run, url: str, at: datetime, outcome: Outcome) -> None:
    """Write down what came of asking for a file; articles that link to one with the same bytes are derived anew."""
    file = outcome.file
    is_known = file is not None and _is_kept(connection, file.digest)
    if file is not None:
        connection.execute(
            "INSERT INTO files VALUES (?, ?, ?, ?) ON CONFLICT (digest) DO UPDATE SET "
            "media_type = excluded.media_type, extension = excluded.extension",  # a later version may tell it anew
            (file.digest, file.size, file.media_type, file.extension),
        )
    connection.execute(
        "INSERT INTO downloads VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (
            find_address(connection, run.site, url),
            write_time(at, "microseconds"),
            run.id,
            outcome.status,
            file.digest if file else None,
            outcome.problem,
            json.dumps(dict(outcome.validators)),
        ),
    )
    for article_id in list_exchanged(connection, run.id) if is_known and outcome.status == 200 else ():
        rederive_article(connection, article_id)


def _is_kept(connection: sqlite3.Connection, digest: bytes) -> bool:
    return connection.execute("SELECT 1 FROM files WHERE digest = ?", (digest,)).fetchone() is not None


def find_file(connection: sqlite3.Connection, digest: bytes) -> StoredFile | None:
    """Return a file by its digest; None where the archive knows none, DamageError where its row cannot be believed."""
    row = connection.execute(
        "SELECT digest, size, media_type, extension FROM files WHERE digest = ?", (digest,)
    ).fetchone()
    return check_stored(StoredFile(*row)) if row else None


def list_addresses_of(connection: sqlite3.Connection, site: str, key: str, kinds: tuple[str, ...]) -> list[str]:
    """List the files that an article links to now; ``kinds`` of ``attachments`` and ``images``."""
    row = connection.execute(
        "SELECT c.attachments, c.images FROM article_keys k JOIN articles a ON a.id = k.article_id "
        "JOIN current_articles c ON c.site = a.site AND c.article_id = a.native_key "
        "WHERE k.site = ? AND k.native_key = ?",
        (site, key),
    ).fetchone()
    return [item["url"] for kind in kinds for item in _READERS[kind](row[kind])] if row else []


def list_never_asked(connection: sqlite3.Connection, site: str, kinds: tuple[str, ...]) -> Iterator[str]:
    """List the files of a site's articles that were never asked for, those of the articles met last first."""
    lists = ", ".join(f"json(c.{kind})" for kind in kinds)
    rows = connection.execute(
        "SELECT item.value ->> 'url' FROM latest_snapshots a "
        f"JOIN contents c ON c.id = a.content_id JOIN json_each(json_array({lists})) list "
        "JOIN json_each(list.value) item WHERE a.site = ? AND NOT EXISTS (SELECT 1 FROM addresses f "
        "JOIN downloads d ON d.address_id = f.id WHERE f.site = a.site AND f.url = item.value ->> 'url' "
        f"AND d.run_id NOT IN {WITHDRAWN}) "
        "ORDER BY a.first_seen_at DESC, a.native_key",
        (site,),
    )
    return (row[0] for row in rows)


def count_downloads(connection: sqlite3.Connection, run: Run) -> tuple[int, int, int]:
    """Count the files that a run kept, found unchanged, and could not have."""
    row = connection.execute(
        "SELECT count(CASE WHEN digest IS NOT NULL AND NOT known THEN 1 END), count(CASE WHEN known THEN 1 END), "
        "count(problem) FROM (SELECT d.digest, d.problem, d.digest IS NOT NULL AND EXISTS (SELECT 1 FROM downloads "
        "WHERE address_id = d.address_id AND fetched_at < d.fetched_at AND digest = d.digest "
        f"AND run_id NOT IN {WITHDRAWN}) AS known "
        "FROM downloads d WHERE d.run_id = ?)",
        (run.id,),
    ).fetchone()
    return row[0], row[1], row[2]
