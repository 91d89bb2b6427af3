"""What sites declare, as the archive keeps it: that of today in ``sites``, and with each run that it went by.

A declaration is a JSON array of the values of DECLARED; that of a run of an earlier version is shorter.
"""

import json
import sqlite3
from dataclasses import asdict

from archiver.site import Places, Site

DECLARED = ("title", "platform", "timezone", "places", "hosts")
"""The columns of ``sites`` beside its name; new ones stand at the end."""


def write_site(connection: sqlite3.Connection, site: Site) -> None:
    """Write a site as it is declared now."""
    _write_values(connection, site.name, _list_values(site))


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
    return [site.title, site.platform, site.timezone, _write_places(site.places), _write_hosts(site)]


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


def _write_hosts(site: Site) -> str | None:
    return json.dumps(sorted(site.hosts), ensure_ascii=False) if site.hosts else None
