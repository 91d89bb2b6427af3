"""The tables of the hub: how they are made, brought up to date and checked, Procrastinate's among them."""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import psycopg
from procrastinate.schema import SchemaManager

from archiver.fleet.hub.connection import HubConnection, Rows
from archiver.fleet.hub.errors import HubError, HubVersionError
from archiver.fleet.hub.records import HubSettings

VERSION = 1
_TABLES = Path(__file__).with_name("hub.sql")
_VERSIONS = Path(__file__).with_name("versions")
# Two who make or migrate a hub at once come one after the other.
_LOCK = "SELECT pg_advisory_xact_lock(hashtext('committee-news-archiver hub'))"
_OURS = "('settings', 'bundles', 'files', 'checkpoints', 'declarations', 'procrastinate_jobs')"
_LEAST_SERVER = 150_000


def init_hub(hub: HubConnection, wishes: dict[str, float]) -> bool:
    """Make the hub's tables, roles and functions, and write down settings; False where they were there already.

    HubError where tables of other programs have the names, where the server is older than PostgreSQL 15, or where the
    role may not make tables and roles; HubVersionError where the hub is there, but of another version.
    """
    with hub.transaction() as rows:
        rows.execute(_LOCK)
        _check_server(rows)
        is_new = not _has_hub(rows)
        if is_new:
            _refuse_foreign(rows, hub.address.shown)
            _make(rows)
        else:
            check_versions(_read_settings(rows), hub.address.shown)
            _execute_file(rows, _TABLES)
        _write_settings(rows, wishes if not is_new else asdict(HubSettings()) | wishes)
    return is_new


def migrate_hub(hub: HubConnection) -> list[str]:
    """Bring an older hub up to this program, in one transaction; returns what was done.

    A hub that was brought back from a dump into another server is numbered anew: its transactions mean nothing there.
    """
    with hub.transaction() as rows:
        rows.execute(_LOCK)
        if not _has_hub(rows):
            raise HubVersionError(f"{hub.address.shown} holds no hub; archiver hub init makes one")
        found = _read_settings(rows)
        _refuse_newer(found, hub.address.shown)
        done = [*_migrate_own(rows, int(found["schema"])), *_migrate_jobs(rows, found["procrastinate"])]
        _execute_file(rows, _TABLES)
        if is_from_elsewhere(rows):
            _number_anew(rows)
            done.append(
                "numbered anew, since it comes from another server: followers and workers read it from the begin"
            )
        return done


def check_hub(connection: psycopg.Connection[tuple[Any, ...]], shown: str) -> None:
    """Refuse a hub that is older or newer than this program, or none, or one from a dump; HubVersionError."""
    with connection.cursor() as rows:
        check_versions(_read_settings(rows), shown)
        if is_from_elsewhere(rows):
            raise HubVersionError(f"the hub {shown} comes from the dump of another server; run archiver hub migrate")


def check_versions(found: dict[str, str], shown: str) -> None:
    """Refuse tables of ours that are older or newer; HubVersionError."""
    _refuse_newer(found, shown)
    if int(found["schema"]) < VERSION:
        older = f"the hub {shown} is older (schema {found['schema']}, here {VERSION})"
        raise HubVersionError(f"{older}; run archiver hub migrate")


def check_jobs(hub: HubConnection) -> None:
    """Refuse tables of Procrastinate that are older or newer than the one installed here; HubVersionError."""
    with hub.transaction() as rows:
        found, here = _read_settings(rows)["procrastinate"], _list_migrations()[-1].stem
    said = f"the hub {hub.address.shown} has the jobs of another Procrastinate ({found}, here {here})"
    if found < here:
        raise HubVersionError(f"{said}; run archiver hub migrate")
    if found > here:
        raise HubVersionError(f"{said}; upgrade procrastinate here first")


def is_from_elsewhere(rows: Rows) -> bool:
    """Say whether the log has transactions that this server has not come to yet: they are those of another one."""
    rows.execute(
        "SELECT xid >= pg_snapshot_xmax(pg_current_snapshot()) FROM bundles ORDER BY xid DESC, seq DESC LIMIT 1"
    )
    found = rows.fetchone()
    return found is not None and bool(found[0])


def _check_server(rows: Rows) -> None:
    if rows.connection.info.server_version < _LEAST_SERVER:
        raise HubError("the server is older than PostgreSQL 15; take a newer one")


def _has_hub(rows: Rows) -> bool:
    rows.execute("SELECT to_regclass('public.settings') IS NOT NULL AND to_regclass('public.bundles') IS NOT NULL")
    return rows.fetchone() == (True,)


def _refuse_foreign(rows: Rows, shown: str) -> None:
    rows.execute(f"SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename IN {_OURS} ORDER BY 1")
    taken = ", ".join(row[0] for row in rows.fetchall())
    if taken:
        raise HubError(f"{shown} has tables of another program ({taken}); give the hub a database of its own")


def _make(rows: Rows) -> None:
    rows.connection.execute(SchemaManager.get_schema())
    _execute_file(rows, _TABLES)
    own = {"schema": str(VERSION), "procrastinate": _list_migrations()[-1].stem}
    _write_settings(rows, own)
    rows.execute("INSERT INTO settings VALUES ('identity', gen_random_uuid()::text)")


def _migrate_own(rows: Rows, found: int) -> Iterator[str]:
    for version in range(found + 1, VERSION + 1):
        _execute_file(rows, _VERSIONS / f"{version}.sql")
        _write_settings(rows, {"schema": version})
        yield f"schema {version}"


def _migrate_jobs(rows: Rows, found: str) -> Iterator[str]:
    """Apply the migrations of Procrastinate that this hub has not had; their names sort by version."""
    for path in _list_migrations():
        if path.stem > found:
            _execute_file(rows, path)
            _write_settings(rows, {"procrastinate": path.stem})
            yield f"procrastinate {path.stem}"


def _list_migrations() -> list[Path]:
    return sorted(Path(SchemaManager.get_migrations_path()).glob("*.sql"))


def _refuse_newer(found: dict[str, str], shown: str) -> None:
    if int(found["schema"]) > VERSION:
        newer = f"the hub {shown} is newer than this program (schema {found['schema']}, here {VERSION})"
        raise HubVersionError(f"{newer}; upgrade first: pip install --upgrade 'committee-news-archiver[fleet]'")


def _number_anew(rows: Rows) -> None:
    """Put all that was logged before what is logged from now on, in the order in which it came.

    A worker has read what it builds on before it writes, so seq keeps that order. Checkpoints stand by the old numbers.
    """
    rows.execute("UPDATE bundles SET xid = '0'")
    rows.execute("DELETE FROM checkpoints")
    rows.execute("UPDATE settings SET value = gen_random_uuid()::text WHERE name = 'identity'")


def _read_settings(rows: Rows) -> dict[str, str]:
    rows.execute("SELECT name, value FROM settings")
    found: dict[str, str] = dict(rows.fetchall())
    if not found.get("schema", "").isdigit():
        raise HubVersionError("the database holds no hub; archiver hub init makes one")
    return found


def _write_settings(rows: Rows, values: dict[str, Any]) -> None:
    for name, value in values.items():
        rows.execute(
            "INSERT INTO settings VALUES (%s, %s) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (name, str(value)),
        )


def _execute_file(rows: Rows, path: Path) -> None:
    """Execute many statements at once, which the cursor's own protocol does not take."""
    rows.connection.execute(path.read_text(encoding="utf-8"))
