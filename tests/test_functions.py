"""fold() in the tools that people read archives with."""

import sqlite3
import subprocess
import sys
import tomllib
from importlib import import_module

import pluggy
import pytest
import sqlite_utils.plugins
from click.testing import CliRunner
from sqlite_utils import hookspecs
from sqlite_utils.cli import cli

from archiver.archive.store import functions
from tests.conftest import PROJECT

GROUPS = ("sqlite_utils", "datasette")


@pytest.mark.parametrize("group", GROUPS)
def test_the_entry_points_lead_to_a_hook(group: str) -> None:
    declared = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["entry-points"][group]
    (module,) = (import_module(name) for name in declared.values())
    assert getattr(module.prepare_connection, f"{group}_impl") is not None


def test_sqlite_utils_calls_it() -> None:
    manager = pluggy.PluginManager("sqlite_utils")
    manager.add_hookspecs(hookspecs)
    manager.register(functions)
    connection = sqlite3.connect(":memory:")
    manager.hook.prepare_connection(conn=connection)
    assert connection.execute("SELECT fold('Đảng')").fetchone() == ("dang",)
    connection.close()


def test_the_command_sqlite_utils_knows_fold(monkeypatch: pytest.MonkeyPatch) -> None:
    if not sqlite_utils.plugins.pm.is_registered(functions):
        sqlite_utils.plugins.pm.register(functions)
    done = CliRunner().invoke(cli, ["memory", "SELECT fold('Đảng ủy') AS folded", "--no-headers", "--csv"])
    assert (done.exit_code, done.output.strip()) == (0, "dang uy")


def test_datasette_calls_it_with_fewer_arguments_than_it_has() -> None:
    manager = pluggy.PluginManager("datasette")

    class Specification:
        @staticmethod
        @pluggy.HookspecMarker("datasette")
        def prepare_connection(conn: sqlite3.Connection, database: str, datasette: object) -> None:
            """As in datasette/hookspecs.py."""

    manager.add_hookspecs(Specification)
    manager.register(functions)
    connection = sqlite3.connect(":memory:")
    manager.hook.prepare_connection(conn=connection, database="archive", datasette=None)
    assert connection.execute("SELECT fold('Ủy')").fetchone() == ("uy",)
    connection.close()


def test_the_plugin_is_light() -> None:
    """Every start of sqlite-utils imports it."""
    heavy = {"scrapy", "bs4", "rich", "zstandard", "sqlite_utils"}
    code = f"import sys, archiver.archive.store.functions; print({heavy} & sys.modules.keys())"
    done = subprocess.run([sys.executable, "-c", code], check=True, cwd=PROJECT, capture_output=True, text=True)
    assert done.stdout == "set()\n"
