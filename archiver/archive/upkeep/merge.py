"""Joining archives that were made on different machines (rule 11).

A merge is a join: evidence is copied by its natural keys, and what can differ between two rows of one key has an order
of its own (a run that closed itself over one that was closed as died over an open one). Readings are copied, and what
follows from them, judgements, articles, snapshots and events, is derived anew where something was added. So merging at
any moment, twice, or in another order gives the same public views. The cost is that of the other archive, not of this
one.
"""

import re
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from archiver.archive.evidence.files import copy_files, folder_beside, folder_of_files, list_files
from archiver.archive.evidence.same_files import list_exchanged
from archiver.archive.history.reconciling import reconcile
from archiver.archive.identity.keys import JOIN_ADDRESSES
from archiver.archive.noise.learned_rules import list_noisier, load_all_noise
from archiver.archive.noise.spreading import rederive_versioned
from archiver.archive.runs.imported_runs import count_imported_run
from archiver.archive.runs.run_log import Run, count_died_run, name_program
from archiver.archive.runs.withdrawing import declare_by_last
from archiver.archive.store.file import check_file
from archiver.archive.store.schema import VERSION
from archiver.archive.upkeep.merge_payloads import merge_payloads
from archiver.archive.upkeep.soundness import inspect_archive
from archiver.errors import ArchiveError

_SITE = "title, platform, timezone, places, hosts, noise"
_RUN = (
    "site, kind, arguments, started_at, finished_at, outcome, requests, articles_new, articles_changed, "
    "articles_unchanged, errors, scope, complete, found, articles_late, resumes, program, declaration, listed, "
    "delists, outage, seal, closing"
)
# How far a run is known to have come: what is closed by itself stands over what was closed as died, and over what is
# open. Of two that died the one that is known better wins; what both brought together is counted afterwards.
_PROGRESS = (
    "CASE WHEN {0}.outcome IS NULL THEN 0 WHEN {0}.outcome = 'died' THEN 1 ELSE 2 END, {0}.found, {0}.errors, "
    "{0}.requests, coalesce({0}.finished_at, '')"
)
# The declaration of a site is that of its last run.
_LAST = (
    "coalesce((SELECT max(started_at) FROM {0}.runs WHERE site = {1}.name AND NOT withdrawn), ''), {1}.title, "
    "{1}.platform, {1}.timezone, coalesce({1}.places, ''), coalesce({1}.hosts, ''), coalesce({1}.noise, '')"
)
_CAPTURE = "fetched_at, status, headers, payload_digest, tls, purpose, expected, final, refused"
_CONTENT = (
    "row_digest, digest, title, author, lead, body, body_html, published_at, published_raw, published_precision, "
    "published_relative, images, attachments, links, marks"
)

# Each statement copies what is not there yet; ids are this archive's own, so every reference is looked up by key.
_LEDGER = (
    f"""
    INSERT INTO sites (name, {_SITE})
    SELECT name, {_SITE} FROM other.sites WHERE true
    ON CONFLICT (name) DO UPDATE SET title = excluded.title, platform = excluded.platform,
        timezone = excluded.timezone, places = excluded.places, hosts = excluded.hosts, noise = excluded.noise
    WHERE ({_LAST.format("other", "excluded")}) > ({_LAST.format("main", "sites")})
    """,
    f"""
    CREATE TEMP TABLE run_map AS
    SELECT t.id AS theirs, o.id AS ours, o.id IS NULL AS is_new,
        o.id IS NULL OR ({_PROGRESS.format("t")}) > ({_PROGRESS.format("o")}) AS wins
    FROM other.runs t LEFT JOIN main.runs o ON o.uid = t.uid
    """,
    f"""
    INSERT INTO runs (uid, merged, decided_at, withdrawn, {_RUN})
    SELECT uid, outcome IS NULL, decided_at, withdrawn, {_RUN} FROM other.runs
    WHERE id IN (SELECT theirs FROM run_map WHERE is_new) ORDER BY started_at, uid
    """,
    """
    UPDATE run_map SET ours = (SELECT o.id FROM other.runs t JOIN main.runs o ON o.uid = t.uid WHERE t.id = theirs)
    WHERE is_new
    """,
    "CREATE UNIQUE INDEX temp.run_map_theirs ON run_map (theirs)",
    f"""
    UPDATE runs SET ({_RUN}) = (SELECT {_RUN} FROM other.runs t WHERE t.uid = main.runs.uid)
    WHERE id IN (SELECT ours FROM run_map WHERE wins AND NOT is_new)
    """,
    # Of two decisions on a run the later one stands.
    """
    CREATE TEMP TABLE disputed AS
    SELECT m.ours AS run_id, o.site, t.decided_at, t.withdrawn,
        (coalesce(t.decided_at, ''), t.withdrawn) > (coalesce(o.decided_at, ''), o.withdrawn) AS is_later,
        t.withdrawn <> o.withdrawn AS differs
    FROM run_map m JOIN other.runs t ON t.id = m.theirs JOIN main.runs o ON o.id = m.ours
    WHERE t.decided_at IS NOT o.decided_at OR t.withdrawn <> o.withdrawn
    """,
    """
    UPDATE runs SET (decided_at, withdrawn) = (SELECT decided_at, withdrawn FROM disputed d WHERE d.run_id = runs.id)
    WHERE id IN (SELECT run_id FROM disputed WHERE is_later)
    """,
    "DELETE FROM fates WHERE run_id IN (SELECT ours FROM run_map WHERE wins)",
    """
    INSERT INTO fates (run_id, fate, reason, articles)
    SELECT m.ours, f.fate, f.reason, f.articles FROM other.fates f JOIN run_map m ON m.theirs = f.run_id AND m.wins
    """,
    """
    INSERT OR IGNORE INTO addresses (site, url)
    SELECT site, url FROM other.addresses ORDER BY site, url
    """,
)
_CAPTURES = (
    """
    INSERT OR IGNORE INTO header_sets (site, digest, headers)
    SELECT site, digest, headers FROM other.header_sets ORDER BY id
    """,
    f"""
    CREATE TEMP TABLE received AS
    SELECT k.id AS theirs, m.ours AS run_id, a.id AS address_id, h.id AS header_set_id,
        {", ".join(f"k.{column}" for column in _CAPTURE.split(", "))}, o.id AS ours
    FROM other.captures k
    JOIN run_map m ON m.theirs = k.run_id
    JOIN other.addresses ka ON ka.id = k.address_id
    JOIN main.addresses a ON a.site = ka.site AND a.url = ka.url
    LEFT JOIN other.header_sets kh ON kh.id = k.header_set_id
    LEFT JOIN main.header_sets h ON h.site = kh.site AND h.digest = kh.digest
    LEFT JOIN main.captures o ON o.address_id = a.id AND o.fetched_at = k.fetched_at
    """,
    # One address at one time was received once: where both archives have it from different runs, one of them stands.
    """
    CREATE TEMP TABLE replaced AS
    SELECT r.*, r.payload_digest <> o.payload_digest AS is_other, o.run_id AS run_before
    FROM received r JOIN main.captures o ON o.id = r.ours
    JOIN main.runs ru ON ru.id = r.run_id JOIN main.runs ou ON ou.id = o.run_id
    WHERE (r.payload_digest, ru.uid) > (o.payload_digest, ou.uid)
    """,
    f"""
    UPDATE captures SET (run_id, header_set_id, {_CAPTURE}) =
        (SELECT run_id, header_set_id, {_CAPTURE} FROM replaced WHERE ours = captures.id)
    WHERE id IN (SELECT ours FROM replaced)
    """,
    f"""
    INSERT INTO captures (run_id, address_id, header_set_id, {_CAPTURE})
    SELECT run_id, address_id, header_set_id, {_CAPTURE} FROM received WHERE ours IS NULL ORDER BY fetched_at, theirs
    """,
    """
    CREATE TEMP TABLE capture_map AS
    SELECT r.theirs, coalesce(r.ours, k.id) AS ours, r.run_id, r.ours IS NULL AS is_new,
        r.ours IS NULL OR r.payload_digest = k.payload_digest AS is_same
    FROM received r JOIN main.captures k ON k.address_id = r.address_id AND k.fetched_at = r.fetched_at
    """,
    "CREATE UNIQUE INDEX temp.capture_map_theirs ON capture_map (theirs)",
    # What is noise was taught by the earliest capture that did.
    """
    INSERT INTO learned_noise (site, kind, template, proof, capture_id)
    SELECT l.site, l.kind, l.template, l.proof, k.ours
    FROM other.learned_noise l JOIN capture_map k ON k.theirs = l.capture_id WHERE true
    ON CONFLICT (site, kind, template) DO UPDATE SET proof = excluded.proof, capture_id = excluded.capture_id
    WHERE (SELECT fetched_at FROM captures WHERE id = excluded.capture_id)
        < (SELECT fetched_at FROM captures WHERE id = learned_noise.capture_id)
    """,
    """
    INSERT OR IGNORE INTO files (digest, size, media_type, extension)
    SELECT digest, size, media_type, extension FROM other.files
    """,
    """
    INSERT OR IGNORE INTO downloads (address_id, fetched_at, run_id, status, digest, problem, validators)
    SELECT a.id, d.fetched_at, m.ours, d.status, d.digest, d.problem, d.validators
    FROM other.downloads d
    JOIN run_map m ON m.theirs = d.run_id
    JOIN other.addresses da ON da.id = d.address_id
    JOIN main.addresses a ON a.site = da.site AND a.url = da.url
    """,
    """
    INSERT OR IGNORE INTO findings (run_id, kind, url, detail, capture_id)
    SELECT m.ours, f.kind, f.url, f.detail, k.ours
    FROM other.findings f JOIN run_map m ON m.theirs = f.run_id LEFT JOIN capture_map k ON k.theirs = f.capture_id
    ORDER BY f.id
    """,
)
# Every key comes as an article of its own; which of them are one is settled when all is here.
_ARTICLES = (
    """
    INSERT INTO articles (site, native_key)
    SELECT site, native_key FROM other.article_keys t WHERE NOT EXISTS (
        SELECT 1 FROM main.article_keys k WHERE k.site = t.site AND k.native_key = t.native_key)
    """,
    """
    INSERT INTO article_keys (site, native_key, article_id)
    SELECT site, native_key, id FROM articles WHERE id > :last_article
    """,
    """
    CREATE TEMP TABLE key_map AS
    SELECT t.id AS theirs, k.id AS ours, k.article_id
    FROM other.article_keys t JOIN main.article_keys k ON k.site = t.site AND k.native_key = t.native_key
    """,
    "CREATE UNIQUE INDEX temp.key_map_theirs ON key_map (theirs)",
    """
    INSERT OR IGNORE INTO clues (site, clue, key_id)
    SELECT t.site, t.clue, m.ours FROM other.clues t JOIN key_map m ON m.theirs = t.key_id
    """,
    """
    INSERT INTO parsers (version, ordinal, since)
    SELECT version, ordinal, since FROM other.parsers WHERE true ORDER BY ordinal, since, version
    ON CONFLICT (version) DO UPDATE SET since = min(since, excluded.since)
    """,
)
_READINGS = (
    f"""
    INSERT INTO article_addresses (article_id, address_id, seen_from, answered, section, section_from, key_id)
    SELECT m.article_id, a.id, t.seen_from, t.answered, t.section, t.section_from, m.ours
    FROM other.article_addresses t
    JOIN key_map m ON m.theirs = t.key_id
    JOIN other.addresses ta ON ta.id = t.address_id
    JOIN main.addresses a ON a.site = ta.site AND a.url = ta.url
    WHERE true {JOIN_ADDRESSES}
    """,
    f"""
    INSERT OR IGNORE INTO contents ({_CONTENT})
    SELECT {_CONTENT} FROM other.contents
    """,
    """
    CREATE TEMP TABLE added AS
    SELECT m.article_id, m.ours AS key_id, s.id AS address_id,
        k.ours AS capture_id, p.id AS parser_id, r.source, r.sign, r.standing, r.doubtful,
        c.id AS content_id, r.views, r.views_raw, r.detail, k.run_id
    FROM other.readings r
    JOIN key_map m ON m.theirs = r.key_id
    JOIN capture_map k ON k.theirs = r.capture_id AND k.is_same
    JOIN main.captures kept ON kept.id = k.ours AND kept.run_id NOT IN (SELECT id FROM main.runs WHERE withdrawn)
    JOIN other.parsers rp ON rp.id = r.parser_id
    JOIN main.parsers p ON p.version = rp.version
    LEFT JOIN other.contents rc ON rc.id = r.content_id
    LEFT JOIN main.contents c ON c.row_digest = rc.row_digest
    LEFT JOIN other.addresses rs ON rs.id = r.address_id
    LEFT JOIN main.addresses s ON s.site = rs.site AND s.url = rs.url
    WHERE NOT EXISTS (SELECT 1 FROM main.readings o WHERE o.article_id = m.article_id AND o.capture_id = k.ours
        AND o.parser_id = p.id AND o.sign = r.sign AND o.key_id = m.ours)
    """,
    """
    INSERT OR IGNORE INTO readings (article_id, capture_id, parser_id, source, sign, standing, doubtful, content_id,
        views, views_raw, detail, key_id, address_id)
    SELECT article_id, capture_id, parser_id, source, sign, standing, doubtful, content_id, views, views_raw, detail,
        key_id, address_id
    FROM added
    """,
    """
    UPDATE readings SET newest = NOT EXISTS (
        SELECT 1 FROM readings n JOIN parsers np ON np.id = n.parser_id JOIN parsers op ON op.id = readings.parser_id
        WHERE n.article_id = readings.article_id AND n.capture_id = readings.capture_id AND n.sign = readings.sign
            AND n.key_id = readings.key_id AND (np.ordinal, np.since, np.version) > (op.ordinal, op.since, op.version))
    WHERE (article_id, capture_id) IN (SELECT article_id, capture_id FROM added)
    """,
)
_TEMPORARY = ("run_map", "disputed", "received", "replaced", "capture_map", "key_map", "added")


@dataclass(frozen=True, slots=True)
class Merged:
    """What a merge brought: how many articles it touched, and which version of this program made the other archive.

    ``program`` is None where that was not noted yet.
    """

    articles: int
    program: str | None


def merge_archive(database: Database, other: Path, read_again: Callable[[Sequence[str]], None] | None = None) -> Merged:
    """Merge another archive into this one, in one transaction.

    Its files are copied first, as far as they are not here; those that cannot be had ``verify`` names. ``read_again``
    makes all readings of some sites again: where a run counts in one archive and is withdrawn in the other, what was
    read on the way of it cannot be told from the rest. ArchiveError where the other file is no archive, is this one, or
    was made by another version of the schema or a newer program.
    """
    program = _check(database, other)
    database.execute("ATTACH DATABASE ? AS other", [f"{other.resolve().as_uri()}?mode=ro"])
    try:
        copy_files(list_files(database.conn, "other"), folder_of_files(other), folder_beside(database.conn))
        with database.atomic():
            articles = _merge(database.conn, read_again)
    finally:
        database.execute("DETACH DATABASE other")
    return Merged(articles, program)


def _check(database: Database, other: Path) -> str | None:
    """Refuse what cannot be merged; returns the version of the program that made the other archive."""
    if not other.exists():
        raise ArchiveError(f"{other}: there is no such archive")
    check_file(other)
    own = next(row[2] for row in database.execute("PRAGMA database_list") if row[1] == "main")
    if own and other.samefile(own):
        raise ArchiveError(f"{other}: this is the archive itself; name another one")
    with closing(sqlite3.connect(f"{other.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version != VERSION:
            said = f"made by an older version (schema {version}); run archiver upgrade on it first"
            raise ArchiveError(f"{other}: {said}")
        inspect_archive(connection)
        program = _find_program(connection)
    if program and _read_version(program) > _read_version(name_program()):
        said = f"made by a newer program ({program}, here {name_program()}); upgrade this one first"
        raise ArchiveError(f"{other}: {said}")
    return program


def _find_program(connection: sqlite3.Connection) -> str | None:
    rows = connection.execute("SELECT DISTINCT program FROM runs WHERE program IS NOT NULL")
    return max((str(row[0]) for row in rows), key=_read_version, default=None)


def _read_version(version: str) -> tuple[int, ...]:
    return tuple(int(number[:9]) for number in re.findall(r"\d+", version)[:4])


def _merge(connection: sqlite3.Connection, read_again: Callable[[Sequence[str]], None] | None) -> int:
    noise = load_all_noise(connection)
    for statement in _LEDGER:
        connection.execute(statement)
    merge_payloads(connection)
    for statement in _CAPTURES:
        connection.execute(statement)
    dropped = _drop_replaced(connection)
    last = connection.execute("SELECT coalesce(max(id), 0) FROM articles").fetchone()[0]
    for statement in _ARTICLES:
        connection.execute(statement, {"last_article": last} if ":last_article" in statement else {})
    for statement in _READINGS:
        connection.execute(statement)
    articles = {row[0] for row in connection.execute("SELECT DISTINCT article_id FROM added")} | dropped
    runs = {row[0] for row in connection.execute(_CHANGED_RUNS)}
    articles |= {article_id for run_id in runs for article_id in list_exchanged(connection, run_id)}
    touched = reconcile(connection, articles, runs)
    for site in list_noisier(connection, noise):
        rederive_versioned(connection, site)
    _settle_disputes(connection, read_again)
    _count_died(connection, runs)
    for table in _TEMPORARY:
        connection.execute(f"DROP TABLE temp.{table}")
    return touched


_CHANGED_RUNS = (
    "SELECT ours FROM run_map WHERE wins UNION SELECT run_id FROM capture_map WHERE is_new "
    "UNION SELECT run_id FROM added UNION SELECT run_id FROM replaced UNION SELECT run_before FROM replaced "
    "UNION SELECT run_id FROM disputed"
)
_DISPUTED = (
    "SELECT site FROM disputed WHERE differs UNION SELECT u.site FROM main.runs u JOIN main.captures k "
    "ON k.run_id = u.id JOIN main.readings r ON r.capture_id = k.id WHERE u.withdrawn"
)


def _settle_disputes(connection: sqlite3.Connection, read_again: Callable[[Sequence[str]], None] | None) -> None:
    """Make the readings of sites again whose archives differ in which runs count."""
    sites = [row[0] for row in connection.execute(_DISPUTED)]
    if not sites:
        return
    if read_again is None:
        raise ArchiveError("a run is withdrawn in one archive and not in the other; their pages have to be read again")
    declare_by_last(connection, sites)
    read_again(sites)


def _drop_replaced(connection: sqlite3.Connection) -> set[int]:
    """Drop the readings of captures in whose place another one came; returns their articles."""
    condition = "capture_id IN (SELECT ours FROM replaced WHERE is_other)"
    articles = {row[0] for row in connection.execute(f"SELECT DISTINCT article_id FROM readings WHERE {condition}")}
    connection.execute(f"DELETE FROM readings WHERE {condition}")
    return articles


def _count_died(connection: sqlite3.Connection, runs: set[int]) -> None:
    """Count runs that died, or were imported, by all that is here of them, and seal them: each archive had its part."""
    for run_id in sorted(runs):
        query = "SELECT site, outcome, kind FROM runs WHERE id = ?"
        site, outcome, kind = connection.execute(query, (run_id,)).fetchone()
        if outcome == "died":
            count_died_run(connection, Run(run_id, site))
        elif kind == "import" and outcome is not None:
            count_imported_run(connection, Run(run_id, site))
