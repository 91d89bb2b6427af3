"""What sites declare, as the archive keeps it: that of today in ``sites``, and with each run that it went by.

A declaration is a JSON array of the values of DECLARED; that of a run of an earlier version is shorter.
"""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import asdict

from archiver.site import Places, Site

DECLARED = ("title", "platform", "timezone", "places", "hosts", "noise")
"""The columns of ``sites`` beside its name; new ones stand at the end."""


def write_site(connection: sqlite3.Connection, site: Site) -> bool:
    """Write a site as it is declared now; True if it declares other noise than before."""
    before = connection.execute("SELECT noise FROM sites WHERE name = ?", (site.name,)).fetchone()
    _write_values(connection, site.name, _list_values(site))
    return before is not None and before[0] != _write_names(site.noise)


def redeclare(connection: sqlite3.Connection, site: str, noted: str) -> None:
    """Let a site be declared as a run noted it."""
    _write_values(connection, site, read_declaration(noted))


def write_declaration(site: Site) -> str:
    """Write what a site declares, as a run notes it."""
    return json.dumps(_list_values(site), ensure_ascii=False)


def read_declaration(noted: str) -> list[object]:
    """Read what a run noted: a value for each of DECLARED, None for what it could not note."""
    values: list[object] = json.loads(noted)
    return values + [None] * (len(DECLARED) - len(values))


def _list_values(site: Site) -> list[object]:
    names = _write_names(sorted(site.hosts)), _write_names(site.noise)
    return [site.title, site.platform, site.timezone, _write_places(site.places), *names]


def _write_values(connection: sqlite3.Connection, site: str, values: list[object]) -> None:
    marks = ", ".join("?" * len(DECLARED))
    assignments = ", ".join(f"{column} = excluded.{column}" for column in DECLARED)
    connection.execute(
        f"INSERT INTO sites (name, {', '.join(DECLARED)}) VALUES (?, {marks}) ON CONFLICT (name) DO UPDATE SET "
        f"{assignments}",
        (site, *values),
    )


def _write_places(places: Places) -> str | None:
    return None if places == Places() else json.dumps(asdict(places), ensure_ascii=False)


def _write_names(names: Sequence[str]) -> str | None:
    return json.dumps([*names], ensure_ascii=False) if names else None
